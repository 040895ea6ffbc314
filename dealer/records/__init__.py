"""The tables and nothing but the tables: one file a subject; no queries, no rules. Importing this knows them all."""

from dealer.engine import attempts, files, history
from dealer.records import (
    approvals,
    bundles,
    clauses,
    contracts,
    costs,
    customers,
    deadlines,
    deals,
    deliveries,
    people,
    prices,
    prospects,
    quotations,
    sealing,
    testdrives,
    vehicles,
)

__all__ = [
    "approvals",
    "attempts",
    "bundles",
    "clauses",
    "contracts",
    "costs",
    "customers",
    "deadlines",
    "deals",
    "deliveries",
    "files",
    "history",
    "people",
    "prices",
    "prospects",
    "quotations",
    "sealing",
    "testdrives",
    "vehicles",
]
