"""What stands in the way of a test drive beside the licence: time, car, route, papers, people, registration.

Each rule answers None or a sentence for a person that names the remedy.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from dealer import people
from dealer.desk import LicenceEntry, SecondLook, is_signed, normal_number
from dealer.drive_lists import buffer, lapsed_papers, overlapping, stopped_for_conduct, under_way
from dealer.drives import Particulars, Return, Signing, Slot, missed_from, wanted
from dealer.engine import sealed
from dealer.engine.database import calendar_of
from dealer.engine.malformed import Malformed
from dealer.engine.steps import Ask, Refusal, Rule, no, on_facts
from dealer.engine.words import SHOP_ZONE, Word
from dealer.people import not_their_own
from dealer.policies import policy
from dealer.records.people import Role
from dealer.records.testdrives import DriveState, Experience, NumberKind, TestDrive
from dealer.records.vehicles import DemoState

S = DriveState
HERE_BEFORE = timedelta(hours=2)  # who gave consent that short before the slot has come


def beside(field: str, rule: Rule) -> Rule:
    """The same rule where its subject is being typed: its sentence stands beside the field."""

    def asked(drive: TestDrive, ask: Ask) -> Refusal | None:
        refusal = rule(drive, ask)
        return refusal and replace(refusal, field=field, fix=None)

    asked.__name__ = rule.__name__
    return on_facts(asked)


# ── kinds of drives ───────────────────────────────────────────────────────────────────────────────────────────────


def is_drive(drive: TestDrive, ask: Ask) -> bool:
    """Tells the rows of a drive from those of a ride-along."""
    return drive.experience is Experience.DRIVE


def is_ride(drive: TestDrive, ask: Ask) -> bool:
    """Tells the rows of a ride-along from those of a drive."""
    return drive.experience is Experience.RIDE


def conduct_is_in_doubt(drive: TestDrive, ask: Ask) -> bool:
    """An earlier drive of this person was stopped for how they drove, and nobody has let them drive again yet."""
    if drive.conduct_cleared_by_id is not None:
        return False
    if not policy(ask.db, drive.store_id, "conduct_needs_approval", ask.today):
        return False
    return stopped_for_conduct(ask.db, drive) is not None


def conduct_is_clean(drive: TestDrive, ask: Ask) -> bool:
    """Nothing speaks against this person."""
    return not conduct_is_in_doubt(drive, ask)


def by_hand(drive: TestDrive, ask: Ask) -> bool:
    """Tells what a person does from what happens by itself."""
    return ask.actor.id is not None


def by_itself(drive: TestDrive, ask: Ask) -> bool:
    """Tells what happens by itself from what a person does."""
    return ask.actor.id is None


# ── rules: the slot ───────────────────────────────────────────────────────────────────────────────────────────────


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


def route_is_approved(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Test drives keep to the shop's routes (SC10)."""
    route = wanted(drive, ask).route
    if not route.active:
        return no("Route {route} is not approved: choose another one.", code="E-ROUTE", fix="move", route=route.code)
    return None


def car_is_not_in_repair(drive: TestDrive, ask: Ask) -> Refusal | None:
    """V1: a car in repair cannot be booked."""
    car = wanted(drive, ask).car
    if car.status is DemoState.REPAIR:
        return no("{car} is in repair: choose another car.", code="E-CAR-STATUS", fix="move", car=car.plate)
    return None


def car_papers_last(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Plate, insurance and inspection last until the day of the drive."""
    slot = wanted(drive, ask)
    day = max(ask.today, calendar_of(ask.db).today(slot.starts_at))
    for paper, end in lapsed_papers(slot.car, day):
        return no(
            "{paper} of {car} ends on {end}: choose another car, or enter the renewed one.",
            code="E-CAR-PAPERS", fix="car", paper=Word("CarPaper", paper), car=slot.car.plate, end=end,
        )  # fmt: skip
    return None


def _others(drive: TestDrive, ask: Ask) -> tuple[Slot, list[TestDrive]]:
    """The wanted slot, and the drives that hold one within it or too near to it."""
    slot = wanted(drive, ask)
    near = buffer(ask.db, drive.store_id, ask.today)
    met = overlapping(ask.db, drive.store_id, slot.starts_at - near, slot.ends_at + near, ask.at)
    return slot, [other for other in met if other.id != drive.id]


def car_is_free(drive: TestDrive, ask: Ask) -> Refusal | None:
    """One car, one drive at a time, and a quarter of an hour between two (house rule `drive_buffer_minutes`)."""
    slot, others = _others(drive, ask)
    for other in others:
        if other.car_id == slot.car.id:
            return no(
                "{car} is taken from {start} to {end} (test drive {number}): choose another time or car.",
                code="E-DOUBLE-BOOKED", fix="move", car=slot.car.plate, start=other.starts_at, end=_clock(other),
                number=other.number,
            )  # fmt: skip
    return None


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
    driver_is_free,
)  # fmt: skip
SLOT_FIELDS = {
    "slot_is_ahead": "starts_at", "route_is_approved": "route", "car_is_not_in_repair": "car", "car_papers_last": "car",
    "car_is_free": "starts_at", "companion_is_free": "companion", "driver_is_free": "starts_at",
}  # fmt: skip
TYPED_SLOT_RULES: tuple[Rule, ...] = (
    on_facts(choices_are_ours), *(beside(SLOT_FIELDS[rule.__name__], rule) for rule in SLOT_RULES)
)  # fmt: skip


# ── rules: conduct ────────────────────────────────────────────────────────────────────────────────────────────────


def conduct_is_cleared(drive: TestDrive, ask: Ask) -> Refusal | None:
    """The licence shows who it is: somebody whose drive was stopped, under another phone."""
    if conduct_is_in_doubt(drive, ask):
        return no(
            "An earlier drive of this person was stopped for how they drove: the showroom manager decides.",
            code="E-CONDUCT", remover=Role.SHOWROOM, fix="approve",
        )  # fmt: skip
    return None


def an_approval_is_needed(drive: TestDrive, ask: Ask) -> Refusal | None:
    """There is something to decide."""
    if not conduct_is_in_doubt(drive, ask):
        return no("Nothing speaks against this drive: no approval is needed.", code="E-NOT-NEEDED")
    return None


def somebody_else_booked(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Nobody approves a drive that they booked or accompany."""
    return not_their_own(drive.booked_by_id, ask) or not_their_own(drive.owner_id, ask)


# ── rules: the licence as it is entered ───────────────────────────────────────────────────────────────────────────


@on_facts
def licence_dates_fit(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Issued in the past; valid until a later day, or for ever."""
    facts: LicenceEntry = ask.facts
    if facts.since > ask.today:
        return no("The first issue lies in the past: compare it with the licence.", code="E-REQ-FIELD", field="since")
    if not facts.for_ever and (facts.until is None or facts.until < facts.since):
        return no("Enter until when it is valid, or tick that it has no end.", code="E-REQ-FIELD", field="until")
    return None


@on_facts
def number_is_the_same(drive: TestDrive, ask: Ask) -> Refusal | None:
    """The second pair of eyes reads the same number."""
    facts: SecondLook = ask.facts
    if sealed.hash_of(ask.db, "number", normal_number(NumberKind.OTHER, facts.number)) != drive.number_hash:
        return no(
            "This is another number than the one entered: compare both with the licence.", code="E-LIC-ID",
            field="number",
        )  # fmt: skip
    return None


def number_needs_a_second_look(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Only a number without a check digit is compared."""
    if drive.number_kind is not NumberKind.OTHER:
        return no("This number proves itself: nobody has to compare it.", code="E-NOT-NEEDED")
    return None


def somebody_else_entered_it(drive: TestDrive, ask: Ask) -> Refusal | None:
    """The second pair of eyes is somebody else's."""
    return not_their_own(drive.entered_by_id, ask)


def licence_is_known(drive: TestDrive, ask: Ask) -> Refusal | None:
    """There is something to sign for, or to decide about."""
    if drive.experience is Experience.DRIVE and drive.number_hash is None:
        return no("Enter the driver's licence first.", code="E-LIC-NONE", fix="licence")
    return None


def route_avoids_motorway(drive: TestDrive, ask: Ask) -> Refusal | None:
    """In the first year nobody is let onto the motorway by a manager's word."""
    if drive.route.motorway:
        return no("Choose a route without motorway first.", code="E-LIC-PROBATION", fix="move")
    return None


def somebody_else_accompanies(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Nobody allows an exception for a drive of their own."""
    return not_their_own(drive.owner_id, ask)


# ── rules: the registration ───────────────────────────────────────────────────────────────────────────────────────


def particulars_are_complete(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Name, phone, occupation, address, and what the driver is to the customer: the agreement prints them."""
    if drive.experience is Experience.RIDE:
        return None
    missing = [name for name in ("name", "phone", "occupation", "address") if not getattr(drive, name)]
    if drive.customer_id is not None and not drive.customer_link:
        missing.append("customer_link")
    return _incomplete(missing)


def registration_is_complete(drive: TestDrive, ask: Ask) -> Refusal | None:
    """All nine fields stand before anybody gets the key (SC8); the day is the slot's."""
    age_and_number = {"age": drive.birth, "licence_number": drive.number_hash}
    signed = dict.fromkeys(("driver_signature", "consultant_signature"), is_signed(drive))
    fields = {name: getattr(drive, name) for name in ("name", "phone", "occupation", "address")} | age_and_number
    return _incomplete([name for name, value in (fields | signed).items() if not value])


def _incomplete(missing: list[str]) -> Refusal | None:
    if not missing:
        return None
    return no(
        "The registration is incomplete: enter {fields}.", code="E-REQ-FIELD", fix="registration",
        fields=[Word("NineFields", name) for name in missing],
    )  # fmt: skip


@on_facts
def both_have_signed(drive: TestDrive, ask: Ask) -> Refusal | None:
    """On the screen both sign; a scan carries both signatures."""
    facts: Signing = ask.facts
    if facts.scan is None and not (facts.driver_signature and facts.consultant_signature):
        field = "consultant_signature" if facts.driver_signature else "driver_signature"
        return no("Both sign here, or add the scan of the signed agreement.", code="E-REQ-FIELD", field=field)
    return None


# ── rules: before the key, on the road, afterwards ────────────────────────────────────────────────────────────────


def verified_lately(drive: TestDrive, ask: Ask) -> Refusal | None:
    """What was verified holds for two hours (house rule `verified_for_minutes`)."""
    minutes = policy(ask.db, drive.store_id, "verified_for_minutes", ask.today)
    if drive.verified_at is None or ask.at > drive.verified_at + timedelta(minutes=minutes):
        return no("The check at the desk is too long ago: verify again.", code="E-VERIFY-AGAIN", fix="verify")
    return None


def car_is_at_hand(drive: TestDrive, ask: Ask) -> Refusal | None:
    """A key is handed out for a car that stands there ready."""
    if drive.car.status is not DemoState.AVAILABLE:
        return no(
            "{car} is not ready ({status}): release it first, or move the booking to another car.",
            code="E-CAR-STATUS", fix="car", car=drive.car.plate, status=drive.car.status,
        )  # fmt: skip
    return None


def car_is_checked_out(drive: TestDrive, ask: Ask) -> Refusal | None:
    """The vehicle administrator has written down kilometres and fuel."""
    if drive.checked_out_by_id is None:
        return no(
            "The key is not checked out: kilometres and fuel are missing.",
            code="E-KEY", remover=Role.VEHICLES, fix="check_out",
        )  # fmt: skip
    return None


def nobody_is_on_the_road_with_it(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Neither this car nor this companion is out already."""
    for other in under_way(ask.db, drive.store_id):
        if other.id != drive.id and (other.car_id == drive.car_id or other.owner_id == drive.owner_id):
            return no(
                "Test drive {number} is still on the road with this car or this companion: end that one first.",
                code="E-DOUBLE-BOOKED", number=other.number,
            )  # fmt: skip
    return None


def its_day_has_come(drive: TestDrive, ask: Ask) -> Refusal | None:
    """A drive starts on the day it is booked for."""
    day = calendar_of(ask.db).today(drive.starts_at)
    if day != ask.today:
        return no("It is booked for {day}: move the booking first.", code="E-DAY", fix="move", day=day)
    return None


@on_facts
def odometer_has_not_turned_back(drive: TestDrive, ask: Ask) -> Refusal | None:
    """A car never has fewer kilometres than before."""
    before = drive.car.odometer if drive.odometer_out is None else drive.odometer_out
    facts: Return = ask.facts
    if facts.odometer < before:
        return no("The car showed {before} km before: read it again.", code="E-KM", field="odometer", before=before)
    return None


@on_facts
def incident_is_past(drive: TestDrive, ask: Ask) -> Refusal | None:
    """An incident is reported after it happened."""
    happened: datetime | None = ask.facts.happened_at
    if happened is not None and happened > ask.at:
        return no("This time is still to come: enter when it happened.", code="E-REQ-FIELD", field="happened_at")
    return None


def nobody_came(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Half an hour after the slot, unless the customer is at the desk signing."""
    missed = missed_from(drive, ask)
    here = is_signed(drive) or (drive.consent_at is not None and drive.consent_at >= drive.starts_at - HERE_BEFORE)
    if ask.at >= missed and not here:
        return None
    return no("Nobody is missing yet: it counts as not come from {missed} on.", code="E-NOT-YET", missed=missed)
