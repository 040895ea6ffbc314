"""What is held about somebody, put right because they asked for it (PIPL 46); the history keeps what stood there."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from dealer.customers.customers import Telephone
from dealer.drives.desk_forms import licence_classes
from dealer.engine.fields import Kind, Paragraph, checked
from dealer.engine.steps import Ask, Facts, Personal, Refusal, no, write_down
from dealer.privacy.after_sales_data import attribute, told_by
from dealer.privacy.held import Held
from dealer.privacy.retention import UNDER_WAY
from dealer.prospects import card_lists
from dealer.prospects.cards import describe

LICENCE = ("right_classes", "right_since", "right_until")
Classes = Annotated[str, checked(licence_classes)]


class Answering(Facts):
    """What they are told."""

    answer: Annotated[str, Paragraph] = Field("", title="What they are told", max_length=2000)


class Correcting(Answering):
    """What they are told, and what is right; what is left empty stays as it stands."""

    right_name: Annotated[str, Personal()] = Field("", title="The right name", max_length=60)
    right_phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(None, title="The right phone")
    right_address: Annotated[str, Personal()] = Field("", title="The right contact address", max_length=200)
    right_occupation: Annotated[str, Personal()] = Field("", title="The right occupation", max_length=100)
    right_classes: Annotated[Classes | None, Personal()] = Field(
        None, title="The right licence class", description="Of finished test drives: at the desk it is read anew."
    )
    right_since: Annotated[date | None, Personal()] = Field(None, title="First licence really issued on")
    right_until: Annotated[date | None, Personal()] = Field(None, title="Licence really valid until")


class Stood(Facts):
    """What of it changed, as it stood or as it stands."""

    name: Annotated[str | None, Personal()] = None
    phone: Annotated[str | None, Personal()] = None
    address: Annotated[str | None, Personal()] = None
    occupation: Annotated[str | None, Personal()] = None
    licence_classes: Annotated[str | None, Personal()] = None
    licence_since: Annotated[date | None, Personal()] = None
    licence_until: Annotated[date | None, Personal()] = None


REACHED = {"name": "right_name", "phone": "right_phone"}
FIELDS: dict[str, dict[str, str]] = {
    "visit": REACHED,
    "card": REACHED,
    "contact": REACHED,
    "complaint": REACHED,
    "enquiry": REACHED,
    "appointment": REACHED,
    "outside_contact": REACHED,
    "handover": REACHED,
    "care_call": {"name": "right_name"},
    "drive": REACHED | {
        "address": "right_address", "occupation": "right_occupation", "licence_classes": "right_classes",
        "licence_since": "right_since", "licence_until": "right_until",
    },
}  # fmt: skip
"""What of each kind of record is put right by which field."""
KEPT_AS = {"card": "prospect"}  # what the history calls a kind of record, where it is another word


def _changes(each: Held, facts: Correcting) -> dict[str, Any]:
    """What becomes of one record."""
    wanted = {name: getattr(facts, field) for name, field in FIELDS[each.kind].items() if _holds(each, field)}
    return {name: value for name, value in wanted.items() if value and value != told_by(each.thing, name)}


def says_what_is_right(facts: Correcting) -> Refusal | None:
    """A correction corrects something."""
    if not any(getattr(facts, field) for field in Correcting.model_fields if field != "answer"):
        return no("Enter what is right in at least one of the fields.", code="E-REQ-FIELD", field="right_name")
    return None


def is_held(facts: Correcting, known: Iterable[Held]) -> Refusal | None:
    """Nothing is written down about somebody that was not held before."""
    there = {field for each in known for field in FIELDS[each.kind].values() if _holds(each, field)}
    given = (field for field in Correcting.model_fields if field != "answer" and getattr(facts, field))
    strange = next((field for field in given if field not in there), None)
    if strange is None:
        return None
    return no("No record of theirs holds this: leave it empty.", code="E-NOT-HELD", field=strange)


def _holds(each: Held, field: str) -> bool:
    """The licence of a drive that is still ahead is read at the desk, from the original."""
    return field not in LICENCE or (each.thing.licence_classes is not None and each.thing.state not in UNDER_WAY)


def phone_is_nobody_elses(ask: Ask, known: Iterable[Held]) -> Refusal | None:
    """A card has one phone, and a phone one card: whose is it now?"""
    cards = [each.thing for each in known if each.kind == "card"]
    other = card_lists.with_phone(ask.db, ask.actor.store_id, ask.facts.right_phone) if cards else None
    if other is None or other in cards:
        return None
    return no(
        "This phone has card {number} of {owner} already: have the two cards merged first.",
        code="E-CARD-KNOWN", field="right_phone", number=other.number, owner=other.owner.name,
    )  # fmt: skip


def put_right(ask: Ask, each: Held) -> None:
    """One record; what stood there and what stands there now are two rows of its own history."""
    thing, changes = each.thing, _changes(each, ask.facts)
    if not changes:
        return
    kind = KEPT_AS.get(each.kind, each.kind)
    write_down(ask, kind, thing, "put_right_was", Stood(**{name: told_by(thing, name) for name in changes}))
    for name, value in changes.items():
        setattr(thing, attribute(thing, name), value)
    if each.kind == "card":
        describe(thing, thing.name, thing.phone, thing.company)
    write_down(ask, kind, thing, "put_right", Stood(**changes))
