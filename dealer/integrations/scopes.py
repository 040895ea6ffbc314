"""Scopes: what an integration may do, each with the duties it carries.

An integration has no role. It carries the duties of its scopes and no others, and none of them decides anything about
money: what a step of that kind asks for in `who` is not in this table, so that no scope opens it.
"""

from enum import StrEnum


class Scope(StrEnum):
    """What the administrator allows a program, one by one."""

    READ_DEALS = "deals:read"
    STEP_DEALS = "deals:step"
    READ_QUOTATIONS = "quotations:read"
    STEP_QUOTATIONS = "quotations:step"
    READ_CONTRACTS = "contracts:read"
    READ_PAPERS = "papers:read"
    READ_EXCEPTIONS = "exceptions:read"
    READ_DRIVES = "drives:read"
    STEP_DRIVES = "drives:step"
    READ_UNITS = "units:read"
    STEP_UNITS = "units:step"
    READ_VISITS = "visits:read"
    WRITE_VISITS = "visits:write"
    PERSONAL = "personal:read"


S = Scope
_ALL_DEALS = ("see deals", "see all deals")

# scope → the duties it carries; it owns the deals it brings, and takes the steps of their owner
CARRIES: dict[Scope, tuple[str, ...]] = {
    S.READ_DEALS:      _ALL_DEALS,
    S.STEP_DEALS:      (*_ALL_DEALS, "bring deals", "start deals", "own deals"),
    S.READ_QUOTATIONS: _ALL_DEALS,
    S.STEP_QUOTATIONS: _ALL_DEALS,
    S.READ_CONTRACTS:  (*_ALL_DEALS, "see contracts"),
    S.READ_PAPERS:     (*_ALL_DEALS, "see contracts", "print contracts"),
    S.READ_EXCEPTIONS: ("see approvals", "see margins"),
    S.READ_DRIVES:     ("see drives",),
    S.STEP_DRIVES:     ("see drives", "call off drives"),
    S.READ_UNITS:      ("see stock",),
    S.STEP_UNITS:      ("see stock", "keep stock"),
    S.READ_VISITS:     ("see visits",),
    S.WRITE_VISITS:    ("see visits", "log visits", "assign visits"),
    S.PERSONAL:        ("reveal phones",),
}  # fmt: skip


def duties_of(scopes: list[str]) -> frozenset[str]:
    """What a program with these scopes may do."""
    return frozenset(duty for scope in scopes for duty in CARRIES[Scope(scope)])
