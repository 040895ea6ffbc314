"""Who reads whose phone and number: the one mask table. Everybody not named here reads 138****5678.

A row says which duty reads a field whole, and whether whoever the thing is entrusted to does. What stands masked may be
shown for some minutes to who may ask for it, with a reason (reveals.py); a licence number never stands whole on a page.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true

from dealer.engine import identifiers
from dealer.engine.identifiers import mask_phone
from dealer.engine.malformed import Malformed
from dealer.engine.names import needle
from dealer.people import Actor

END = 4  # digits of a phone that a mask leaves in sight


@dataclass(frozen=True)
class Reads:
    """Who reads a field whole."""

    duty: str | None  # whoever has it, whomever the thing is entrusted to
    own: bool = False  # whoever it is entrusted to: the owner of a card, the consultant of a visit


#     field             whole for
MASKS: dict[str, Reads] = {
    "visit.phone":      Reads(None, own=True),
    "card.phone":       Reads(None, own=True),
    "drive.phone":      Reads("book drives", own=True),
    "contact.phone":    Reads("keep customers", own=True),  # at a sub-dealer: who brought the customer
    "party.phone":      Reads("keep customers"),
    "receiver.phone":   Reads("reach receivers"),
    "complaint.phone":  Reads("ask after complaints", own=True),
    "enquiry.phone":    Reads("run the enquiry desk", own=True),
    "appointment.phone": Reads("book service"),
    "outside.phone":    Reads("keep the market", own=True),
}  # fmt: skip


def phone(field: str, value: str | None, who: Actor, *, own: bool = False, revealed: bool = False) -> str:
    """A phone as this person reads it in that place; own also where they act for whom it is entrusted to."""
    if not value:
        return "—"
    reads = MASKS[field]
    whole = revealed or (reads.own and own) or (reads.duty is not None and who.may_or_stands_in(reads.duty))
    return value if whole else mask_phone(value)


def is_meant(
    field: str, phone: Any, typed: str, who: Actor, own: ColumnElement[bool] | None = None
) -> ColumnElement[bool] | None:
    """Whether a column holds the phone that was typed: whole, or by the end that everybody reads. None: it is no phone.

    Nothing in between: whoever could search by five digits would read a masked phone digit by digit. And a whole one is
    no guess to be confirmed: it leads who reads this field whole, or may have it shown, and whose own the thing is.
    """
    end, found = needle(typed), list[ColumnElement[bool]]()
    if len(end) == END and end.isdigit():
        found.append(phone.endswith(end, autoescape=True))
    if whole := _whole(typed):
        theirs = true() if _leads_on(field, who) else false() if own is None else own
        found.append((phone == whole) & theirs)
    return or_(*found) if found else None


def _leads_on(field: str, who: Actor) -> bool:
    duties = (MASKS[field].duty, "reveal phones")
    return any(duty is not None and who.may_or_stands_in(duty) for duty in duties)


def _whole(typed: str) -> str | None:
    try:
        return identifiers.phone(typed).number
    except Malformed:
        return None
