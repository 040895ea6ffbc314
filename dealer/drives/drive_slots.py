"""When and with what a test drive may be: time, route, car, its papers, and nobody in two places at once.

Everything here is asked of the slot that a booking or a move wants, inside the transaction that writes it: the shop's
lock lets one writer in at a time, so that of two who want the same half hour one finds it taken.
"""

from dataclasses import replace
from datetime import timedelta

from dealer import people, roster
from dealer.drives import car_holds
from dealer.drives.desk import normal_number
from dealer.drives.desk_forms import LicenceEntry
from dealer.drives.drive_lists import buffer, overlapping
from dealer.drives.drives import Particulars, Slot, back_on, wanted
from dealer.engine import sealed
from dealer.engine.database import calendar_of
from dealer.engine.malformed import Malformed
from dealer.engine.steps import Ask, Refusal, Rule, no, on_facts
from dealer.engine.words import SHOP_ZONE
from dealer.house.policies import policy
from dealer.records.testdrives import TestDrive
from dealer.staffing import training


def beside(field: str, rule: Rule) -> Rule:
    """The same rule where its subject is being typed: its sentence stands beside the field."""

    def asked(drive: TestDrive, ask: Ask) -> Refusal | None:
        refusal = rule(drive, ask)
        return refusal and replace(refusal, field=field, fix=None)

    asked.__name__ = rule.__name__
    return on_facts(asked)


def choices_are_ours(drive: TestDrive, ask: Ask) -> Refusal | None:
    """The companion is one of the shop's sales people, car and route are the shop's."""
    slot = wanted(drive, ask)
    if slot.companion_id not in {person.id for person in people.with_duty(ask.db, drive.store_id, "verify licences")}:
        return no("Choose one of the shop's sales people as companion.", code="E-REQ-FIELD", field="companion")
    if ask.facts is not None and (ask.facts.car, ask.facts.route) != (slot.car.id, slot.route.id):
        return no("Choose one of the shop's cars and routes.", code="E-REQ-FIELD", field="car")
    return None


def slot_is_ahead(drive: TestDrive, ask: Ask) -> Refusal | None:
    """A slot that began a moment ago may still be booked: the customer stands at the desk."""
    late = timedelta(minutes=policy(ask.db, drive.store_id, "no_show_minutes", ask.today))
    if wanted(drive, ask).starts_at <= ask.at - late:
        return no("This time has passed: choose a later one.", code="E-SLOT-PAST", fix="move")
    return None


def slot_is_in_hours(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Demo cars leave and come back while the shop lends them (house rule `drive_hours`)."""
    slot, calendar = wanted(drive, ask), calendar_of(ask.db)
    day = calendar.today(slot.starts_at)
    hours = policy(ask.db, drive.store_id, "drive_hours", day)
    spans = [tuple(calendar.at(day, clock) for clock in span.split("-")) for span in hours]
    if any(opens <= slot.starts_at and slot.ends_at <= closes for opens, closes in spans):
        return None
    sentence = "Test drives begin and end within {hours}: choose a time in these hours."
    return no(sentence, code="E-SLOT-HOURS", fix="move", hours=[span.replace("-", "–") for span in hours])


def route_is_approved(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Test drives keep to the shop's routes (SC10)."""
    route = wanted(drive, ask).route
    if not route.active:
        return no("Route {route} is not approved: choose another one.", code="E-ROUTE", fix="move", route=route.code)
    return None


def car_is_not_in_repair(drive: TestDrive, ask: Ask) -> Refusal | None:
    """V1: a car in repair cannot be booked."""
    return car_holds.in_repair(wanted(drive, ask).car)


def car_papers_last(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Plate, insurance and inspection last until the car is back."""
    slot = wanted(drive, ask)
    return car_holds.papers_lapse(slot.car, back_on(slot, ask))


def _others(drive: TestDrive, ask: Ask) -> tuple[Slot, list[TestDrive]]:
    """The wanted slot, and the drives that hold one within it or too near to it."""
    slot = wanted(drive, ask)
    near = buffer(ask.db, drive.store_id, ask.today)
    met = overlapping(ask.db, drive.store_id, slot.starts_at - near, slot.ends_at + near, ask.at)
    return slot, [other for other in met if other.id != drive.id]


def car_is_free(drive: TestDrive, ask: Ask) -> Refusal | None:
    """One car, one driver at a time, whether a customer or a colleague drives."""
    slot = wanted(drive, ask)
    return car_holds.is_taken(ask.db, slot.car, slot.starts_at, slot.ends_at, ask.at, drive.id)


def companion_is_free(drive: TestDrive, ask: Ask) -> Refusal | None:
    """One consultant does not accompany two drives at once (SC10)."""
    slot, others = _others(drive, ask)
    for other in others:
        if other.owner_id == slot.companion_id:
            return no(
                "{person} accompanies another test drive from {start} to {end} ({number}): choose another time or"
                " colleague.",
                code="E-DOUBLE-BOOKED", fix="move", person=other.companion.name, start=other.starts_at,
                end=_clock(other), number=other.number,
            )  # fmt: skip
    return None


def companion_is_there(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Nobody accompanies a drive on a day of their leave."""
    slot = wanted(drive, ask)
    day = calendar_of(ask.db).today(slot.starts_at)
    if slot.companion_id in roster.away_on(ask.db, drive.store_id, day):
        return no(
            "{person} is away on {day}: choose another time or colleague.",
            code="E-COMPANION-AWAY", fix="move", person=people.names(ask.db, [slot.companion_id])[slot.companion_id],
            day=day,
        )  # fmt: skip
    return None


def companion_is_trained(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Where the house asks for it (house rule `companions_need_training`), whoever goes along was trained for it."""
    slot = wanted(drive, ask)
    day = calendar_of(ask.db).today(slot.starts_at)
    refusal = training.untrained(ask, slot.companion_id, training.COMPANION, day)
    return refusal and replace(refusal, fix="move")


def driver_is_free(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Nobody drives two cars at once: the same phone, or the same licence number, is the same person."""
    _, others = _others(drive, ask)
    phone = ask.facts.phone if isinstance(ask.facts, Particulars) else drive.phone
    number_hash = _hash(drive, ask)
    for other in others:
        if other.phone == phone or (number_hash is not None and other.number_hash == number_hash):
            return no(
                "This driver has another test drive from {start} to {end} ({number}): choose another time.",
                code="E-DOUBLE-BOOKED", fix="move", start=other.starts_at, end=_clock(other), number=other.number,
            )  # fmt: skip
    return None


def _hash(drive: TestDrive, ask: Ask) -> str | None:
    """How the driver's licence number is found again, also while it is being typed."""
    if not isinstance(ask.facts, LicenceEntry):
        return drive.number_hash
    try:
        number = normal_number(ask.facts.number_kind, ask.facts.number)
    except Malformed:
        return None  # number_passes_its_checks says so
    return sealed.hash_of(ask.db, "number", number)


def _clock(drive: TestDrive) -> str:
    return f"{drive.ends_at.astimezone(SHOP_ZONE):%H:%M}"


SLOT_RULES: tuple[Rule, ...] = (
    slot_is_ahead, route_is_approved, car_is_not_in_repair, car_papers_last, car_is_free, companion_is_free,
    companion_is_there, companion_is_trained, driver_is_free,
)  # fmt: skip
SLOT_FIELDS = {
    "slot_is_ahead": "starts_at", "route_is_approved": "route", "car_is_not_in_repair": "car", "car_papers_last": "car",
    "car_is_free": "starts_at", "companion_is_free": "companion",
    "companion_is_there": "companion", "companion_is_trained": "companion", "driver_is_free": "starts_at",
}  # fmt: skip
# A slot that is kept, as when somebody rides along instead, was judged when it was booked.
TYPED_SLOT_RULES: tuple[Rule, ...] = (
    on_facts(choices_are_ours),
    beside("starts_at", slot_is_in_hours),
    *(beside(SLOT_FIELDS[rule.__name__], rule) for rule in SLOT_RULES),
)
