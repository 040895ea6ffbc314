"""Messages to paste into WeChat or WeCom: a quotation, a booked drive, a car that has come, thanks.

The product sends nothing itself. It words what the card knows and nothing more: no phone, no company, no price and no
number of a person, for what is pasted into a chat is read by whoever is in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine.fields import Kind
from dealer.engine.steps import Ask, Facts
from dealer.engine.words import SHOP_ZONE, say
from dealer.people import Actor
from dealer.prospects.cards import Contacted
from dealer.quotations import quotation
from dealer.records.prospects import Prospect, ProspectState, Way
from dealer.records.quotations import QuotationState
from dealer.records.testdrives import DriveState, TestDrive
from dealer.records.vehicles import DemoCar, Unit, UnitState


class Subject(StrEnum):
    """What a message is about."""

    QUOTATION = "quotation"
    BOOKING = "booking"
    ARRIVAL = "arrival"
    THANKS = "thanks"


TEXTS = {
    Subject.QUOTATION: "Hello {name}, this is {consultant} of {shop}. Our quotation {number} for {cars} is ready and "
    "holds until {day}. Please tell me if anything is unclear.",
    Subject.BOOKING: "Hello {name}, your test drive of the {model} is booked for {day} at {time}, at {address}. Please "
    "bring your driving licence. {consultant}, {shop}",
    Subject.ARRIVAL: "Hello {name}, the {model} that you ordered has arrived. Tell me when it suits you to collect it, "
    "and I shall have it ready. {consultant}, {shop}",
    Subject.THANKS: "Hello {name}, thank you for your time and your trust. I am here whenever you have a question. "
    "{consultant}, {shop}",
}  # fmt: skip
ARRIVED = (UnitState.ALLOCATED, UnitState.PDI, UnitState.READY)


class Sending(Facts):
    """Which message was pasted, in which language."""

    subject: Annotated[Subject, Kind("hidden")] = Field(title="Message")
    language: Annotated[Literal["zh", "en"], Kind("hidden")] = Field("zh", title="Language")


@dataclass(frozen=True)
class Message:
    """One message, ready to be pasted."""

    subject: Subject
    text: str


def messages_for(db: Session, card: Prospect, who: Actor, ask: Ask, language: str) -> list[Message]:
    """What can be said to this prospect now, from what the shop knows of them."""
    store = people.store_of(db, card.store_id)
    said = {"name": card.name, "consultant": who.name, "shop": store.name, "address": store.address}
    return [Message(subject, say(TEXTS[subject], language, **said | more)) for subject, more in _known(db, card, ask)]


def _known(db: Session, card: Prospect, ask: Ask) -> Iterator[tuple[Subject, dict[str, Any]]]:
    for told in (_quotation(db, card, ask), _booking(db, card, ask), _arrival(db, card)):
        if told is not None:
            yield told
    yield Subject.THANKS, {}


def _quotation(db: Session, card: Prospect, ask: Ask) -> tuple[Subject, dict[str, Any]] | None:
    """The newest one that was sent and still holds."""
    versions = quotation.of_deal(db, card.deal) if card.deal else []
    for each in versions:
        if each.state is QuotationState.SENT and each.valid_until and each.valid_until >= ask.today:
            cars = [f"{line.model.name} × {line.quantity}" for line in each.lines]
            return Subject.QUOTATION, {"number": each.number, "cars": cars, "day": each.valid_until}
    return None


def _booking(db: Session, card: Prospect, ask: Ask) -> tuple[Subject, dict[str, Any]] | None:
    """The next drive that is booked for this card."""
    booked = select(TestDrive).where(
        TestDrive.prospect_id == card.id,
        TestDrive.state.in_((DriveState.BOOKED, DriveState.VERIFIED)),
        TestDrive.starts_at > ask.at,
    )
    car = joinedload(TestDrive.car).joinedload(DemoCar.model)
    drive = db.scalars(booked.options(car).order_by(TestDrive.starts_at).limit(1)).first()
    if drive is None:
        return None
    starts = drive.starts_at.astimezone(SHOP_ZONE)
    return Subject.BOOKING, {"model": drive.car.model.name, "day": starts.date(), "time": f"{starts:%H:%M}"}


def _arrival(db: Session, card: Prospect) -> tuple[Subject, dict[str, Any]] | None:
    """A car of the card's deal stands in the yard; for who ordered without a deal it is the model on the card."""
    if card.deal_id is not None:
        units = select(Unit).where(Unit.case_id == card.deal_id, Unit.state.in_(ARRIVED))
        unit = db.scalars(units.options(joinedload(Unit.model)).limit(1)).first()
        return (Subject.ARRIVAL, {"model": unit.model.name}) if unit else None
    ordered = card.state is ProspectState.ORDERED and card.model is not None
    return (Subject.ARRIVAL, {"model": card.model.name}) if ordered and card.model else None


def as_contact(text: str) -> Contacted:
    """The message as an entry of the follow-up record: how, and the very words."""
    return Contacted(how=Way.MESSAGE, what=text)
