"""What stands in the way of a test drive beside slot and licence: conduct, registration, the key, the way back.

Each rule answers None or a sentence for a person that names the remedy.
"""

from datetime import datetime, timedelta

from dealer.drives import odometers
from dealer.drives.desk import examined, is_signed, normal_number
from dealer.drives.desk_forms import LicenceEntry, SecondLook
from dealer.drives.drive_lists import stopped_for_conduct, under_way
from dealer.drives.drives import CheckOut, Return, Signing, missed_from
from dealer.drives.licences import licence_is_old_enough
from dealer.engine import sealed
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.engine.words import Word
from dealer.house.policies import policy
from dealer.people import not_their_own
from dealer.records.deals import GIVEN_UP
from dealer.records.people import Role
from dealer.records.testdrives import DriveState, Experience, NumberKind, TestDrive
from dealer.records.vehicles import DemoState

S = DriveState
HERE_BEFORE = timedelta(hours=2)  # who gave consent that short before the slot has come


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
        return no("Nothing speaks against this drive: no approval is needed.", code="E-NOT-NEEDED", quiet=True)
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
        return no("This number proves itself: nobody has to compare it.", code="E-NOT-NEEDED", quiet=True)
    return None


def somebody_else_entered_it(drive: TestDrive, ask: Ask) -> Refusal | None:
    """The second pair of eyes is somebody else's."""
    return not_their_own(drive.entered_by_id, ask)


def licence_is_known(drive: TestDrive, ask: Ask) -> Refusal | None:
    """There is something to sign for, or to decide about."""
    if drive.experience is Experience.DRIVE and drive.number_hash is None:
        return no("Enter the driver's licence first.", code="E-LIC-NONE", fix="licence")
    return None


def an_exception_is_needed(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Whoever has held a licence for long needs nobody's word."""
    if drive.number_hash is not None and licence_is_old_enough(examined(drive, ask)) is None:
        return no("The licence is old enough: no exception is needed.", code="E-NOT-NEEDED", quiet=True)
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
    """What was verified holds for two hours (house rule `verified_for_minutes`).

    A check that lies ahead was made before the machine's clock was set back: nobody knows how old it is.
    """
    minutes = policy(ask.db, drive.store_id, "verified_for_minutes", ask.today)
    seen = drive.verified_at
    if seen is None or not seen <= ask.at <= seen + timedelta(minutes=minutes):
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
def odometer_is_likely(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Neither fewer kilometres than before, nor more than the drive can have had."""
    facts: CheckOut | Return = ask.facts
    return odometers.unlikely(facts.odometer, drive.car.odometer, drive.started_at or ask.at, ask.at)


@on_facts
def car_came_back_from_it(drive: TestDrive, ask: Ask) -> Refusal | None:
    """It came back after it had left, and not later than now."""
    back: datetime | None = ask.facts.back_at
    began = (drive.started_at or ask.at).replace(second=0, microsecond=0)  # a time is typed in whole minutes
    if back is not None and not began <= back <= ask.at:
        return no("The car came back between the start of the drive and now.", code="E-TIME", field="back_at")
    return None


@on_facts
def incident_is_past(drive: TestDrive, ask: Ask) -> Refusal | None:
    """An incident is reported after it happened."""
    happened: datetime | None = ask.facts.happened_at
    if happened is not None and happened > ask.at:
        return no("This time is still to come: enter when it happened.", code="E-REQ-FIELD", field="happened_at")
    return None


def deal_is_given_up(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Who buys nothing drives nothing on the deal's account; a drive that belongs to no deal goes on."""
    if drive.deal is None or drive.deal.state not in GIVEN_UP:
        return no("It ends together with its deal.", code="E-DEAL-STATE")
    return None


def nobody_came(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Half an hour after the slot, unless the customer is at the desk signing."""
    missed = missed_from(drive, ask)
    here = is_signed(drive) or (drive.consent_at is not None and drive.consent_at >= drive.starts_at - HERE_BEFORE)
    if ask.at >= missed and not here:
        return None
    return no("Nobody is missing yet: it counts as not come from {missed} on.", code="E-NOT-YET", missed=missed)
