"""What the steps of a test drive ask for, and what they write down: forms and effects.

The rules are in drive_rules.py, those about the licence in licences.py, the table in testdrive.py.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import event, select

from dealer import deadlines
from dealer.customers.customers import ShortName, Telephone
from dealer.drives import car_damage
from dealer.drives.car_damage import Ticked
from dealer.engine import files
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Money, Options, Paragraph, ShopTime, Signature, Upload, Uploaded
from dealer.engine.steps import Ask, Facts, Personal, Refused, Unrecorded, no
from dealer.house.policies import policy
from dealer.prospects import do_not_call
from dealer.records.customers import Contact
from dealer.records.deals import Deal
from dealer.records.people import Role
from dealer.records.prospects import Prospect
from dealer.records.testdrives import AbortReason, DriveState, Experience, Incident, Liking, TestDrive
from dealer.records.vehicles import DemoCar, DemoState, Route

S = DriveState
CONDUCT = (AbortReason.OFF_ROUTE, AbortReason.SPEEDING, AbortReason.DANGEROUS)
"""Reasons that lie with the driver: the next booking of the same person goes to the showroom manager."""

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Booking(Facts):
    """Somebody wants to drive: who, which car, when, accompanied by whom. No licence data: reception books too."""

    experience: Experience = Field(Experience.DRIVE, title="Drive or ride along")
    name: Annotated[ShortName, Personal()] = Field(title="Driver's name")
    phone: Annotated[Telephone, Personal(), Kind("tel")] = Field(title="Phone")
    car: Annotated[UUID, Options("demo_cars")] = Field(title="Demo car")
    route: Annotated[UUID, Options("routes")] = Field(title="Route")
    starts_at: ShopTime = Field(title="Starts at")
    companion: Annotated[UUID, Options("companions")] = Field(title="Accompanied by")
    deal: Annotated[UUID | None, Options("own_deals")] = Field(None, title="Deal")
    customer_link: str = Field("", title="What the driver is to the customer", max_length=200)
    occupation: str = Field("", title="Occupation", max_length=200)
    address: Annotated[str, Personal()] = Field("", title="Contact address", max_length=200)


class Particulars(Facts):
    """What the registration says of the driver beside the licence."""

    name: Annotated[ShortName, Personal()] = Field(title="Driver's name")
    phone: Annotated[Telephone, Personal(), Kind("tel")] = Field(title="Phone")
    occupation: str = Field("", title="Occupation", max_length=200)
    address: Annotated[str, Personal()] = Field("", title="Contact address", max_length=200)
    deal: Annotated[UUID | None, Options("own_deals")] = Field(None, title="Deal")
    customer_link: str = Field("", title="What the driver is to the customer", max_length=200)


class Move(Facts):
    """Another time, car, route or companion."""

    starts_at: ShopTime = Field(title="Starts at")
    car: Annotated[UUID, Options("demo_cars")] = Field(title="Demo car")
    route: Annotated[UUID, Options("routes")] = Field(title="Route")
    companion: Annotated[UUID, Options("companions")] = Field(title="Accompanied by")


class Signing(Facts):
    """The agreement: both signatures on the screen, or a scan of the signed paper."""

    driver_signature: Annotated[Signature | None, Unrecorded()] = Field(None, title="Driver's signature")
    consultant_signature: Annotated[Signature | None, Unrecorded()] = Field(None, title="Consultant's signature")
    scan: Annotated[Upload | None, Unrecorded()] = Field(None, title="Scan of the signed agreement")


class Readings(Facts):
    """What a car shows when its key leaves the board."""

    odometer: int = Field(title="Odometer (km)", ge=0, le=999_999)
    fuel: int = Field(title="Fuel or charge (%)", ge=0, le=100)


class CheckOut(Readings):
    """The key leaves the board for a customer: beside the readings, where the car is damaged already."""

    damage: Ticked = Field((), title="Damage on the car")
    damage_note: str = Field("", title="What the damage is", max_length=200)


class Return(Facts):
    """The car is back: what it shows, and how the customer liked it."""

    odometer: int = Field(title="Odometer (km)", ge=0, le=999_999)
    fuel: int | None = Field(None, title="Fuel or charge (%)", ge=0, le=100)
    back_at: ShopTime | None = Field(None, title="Back at", description="Left empty: now.")
    satisfaction: Liking = Field(title="How the customer liked it")
    liked: str = Field("", title="What was liked", max_length=200)
    missed: str = Field("", title="What was missed", max_length=200)
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)
    damage: Ticked = Field((), title="Damage on the car")
    damage_note: str = Field("", title="What the damage is", max_length=200)


class Abort(Facts):
    """Why the drive is stopped now."""

    reason: Annotated[AbortReason, Kind("chips")] = Field(title="Why it is stopped")
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


class IncidentReport(Facts):
    """What went wrong: where, how, who else, the numbers of police and insurer."""

    happened_at: ShopTime | None = Field(None, title="Happened at")
    place: str = Field(title="Place", min_length=1, max_length=200)
    what: Annotated[str, Paragraph] = Field(title="What happened there", min_length=1, max_length=2000)
    injured: bool = Field(False, title="Somebody is hurt")
    other_party: Annotated[str, Personal()] = Field("", title="Other party", max_length=2000)
    police_number: str = Field("", title="Police case number", max_length=40)
    insurer_number: str = Field("", title="Insurer's case number", max_length=40)
    fault: str = Field("", title="Who is at fault", max_length=2000)
    cost: Money | None = Field(None, title="Cost")
    photo: Annotated[Upload | None, Unrecorded()] = Field(None, title="Photo")


# ── the wanted slot ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Slot:
    """A car, a route, a companion and a span: what a drive holds, or would hold after a move."""

    car: DemoCar
    route: Route
    companion_id: UUID
    starts_at: datetime
    ends_at: datetime


def wanted(drive: TestDrive, ask: Ask) -> Slot:
    """What is asked for if this is a move, else what the drive holds. A choice of another shop counts as unchanged."""
    if not isinstance(ask.facts, Move):
        return Slot(drive.car, drive.route, drive.owner_id, drive.starts_at, drive.ends_at)
    car, route = _ours(ask, DemoCar, ask.facts.car), _ours(ask, Route, ask.facts.route) or drive.route
    ends_at = ask.facts.starts_at + timedelta(minutes=route.minutes)
    return Slot(car or drive.car, route, ask.facts.companion, ask.facts.starts_at, ends_at)


def back_on(slot: Slot, ask: Ask) -> date:
    """The day on which the car is back: a drive may go over midnight, and one that leaves late comes back late."""
    late = ask.at + (slot.ends_at - slot.starts_at)
    return calendar_of(ask.db).last_day(max(slot.ends_at, late))


def _ours(ask: Ask, record: Any, key: UUID) -> Any:
    """A row of the shop that is asked in, or None."""
    row = ask.db.get(record, key)
    return row if row is not None and row.store_id == ask.actor.store_id else None


def prepare(ask: Ask) -> TestDrive:
    """The drive that a booking asks for, not yet born: `begin(drive, "book", ask)` asks the rules."""
    facts: Booking = ask.facts
    car, route = _ours(ask, DemoCar, facts.car), _ours(ask, Route, facts.route)
    if car is None or route is None:
        field = "car" if car is None else "route"
        raise Refused([no("Choose one of the shop's cars and routes.", code="E-REQ-FIELD", field=field)], "book")
    drive = TestDrive(
        store_id=ask.actor.store_id, experience=facts.experience, name=facts.name, phone=facts.phone,
        occupation=facts.occupation, address=facts.address, customer_link=facts.customer_link,
        owner_id=facts.companion, booked_by_id=ask.actor.id, car_id=car.id, route_id=route.id,
        starts_at=facts.starts_at, ends_at=facts.starts_at + timedelta(minutes=route.minutes),
    )  # fmt: skip
    drive.car, drive.route = car, route
    _link(drive, ask, facts.deal)
    return drive


def _link(drive: TestDrive, ask: Ask, deal_id: UUID | None) -> None:
    """Whose drive it is: the deal's customer, else whoever has this phone on a card or as a contact."""
    deal = _ours(ask, Deal, deal_id) if deal_id else None
    here = drive.store_id
    card = ask.db.scalars(select(Prospect).where(Prospect.store_id == here, Prospect.phone == drive.phone)).first()
    known = select(Contact.customer_id).where(Contact.store_id == here, Contact.phone == drive.phone)
    drive.deal_id = drive.case_id = deal.id if deal else None
    drive.prospect_id = card.id if card else None
    drive.customer_id = (
        deal.customer_id if deal else (card.customer_id if card else None) or ask.db.scalars(known.limit(1)).first()
    )


# ── effects: the booking ──────────────────────────────────────────────────────────────────────────────────────────


def plan_the_day(drive: TestDrive, ask: Ask) -> None:
    """A reminder the day before, and a moment from which nobody came."""
    calendar = calendar_of(ask.db)
    day_before = calendar.today(drive.starts_at) - timedelta(days=1)
    remind_at = calendar.at(day_before, policy(ask.db, drive.store_id, "follow_up_from", ask.today))
    deadlines.cancel(ask, drive, "drive_reminder")
    if remind_at > ask.at:
        deadlines.plan(ask, "drive_reminder", drive, remind_at, owner_id=drive.owner_id)
    deadlines.plan(ask, "drive_no_show", drive, missed_from(drive, ask), by_system=True)


def missed_from(drive: TestDrive, ask: Ask) -> datetime:
    """The moment from which a customer counts as not come (house rule `no_show_minutes`)."""
    return drive.starts_at + timedelta(minutes=policy(ask.db, drive.store_id, "no_show_minutes", ask.today))


def ask_for_approval(drive: TestDrive, ask: Ask) -> None:
    """An earlier drive was stopped for how it was driven: the showroom manager decides."""
    deadlines.plan(ask, "drive_approval", drive, ask.at, role=Role.SHOWROOM)


def note_approval(drive: TestDrive, ask: Ask) -> None:
    """The showroom manager lets them drive again."""
    drive.conduct_cleared_by_id = ask.hat.id
    deadlines.finish(ask, drive, "drive_approval")


def write_particulars(drive: TestDrive, ask: Ask) -> None:
    """The registration as it is now. Another phone is perhaps another person: what was approved does not hold."""
    facts: Particulars = ask.facts
    if facts.phone != drive.phone:
        drive.conduct_cleared_by_id = None
    for name in ("name", "phone", "occupation", "address", "customer_link"):
        setattr(drive, name, getattr(facts, name))
    _link(drive, ask, facts.deal)


def write_move(drive: TestDrive, ask: Ask) -> None:
    """The slot moves; what was checked and signed spoke of another one."""
    slot = wanted(drive, ask)
    drive.car, drive.route, drive.owner_id = slot.car, slot.route, slot.companion_id
    drive.car_id, drive.route_id = slot.car.id, slot.route.id
    drive.starts_at, drive.ends_at = slot.starts_at, slot.ends_at
    plan_the_day(drive, ask)


def void_agreement(drive: TestDrive, ask: Ask) -> None:
    """What was signed says something else now: it is signed again, and verified again."""
    drive.driver_signature_sha256 = drive.consultant_signature_sha256 = drive.agreement_scan_sha256 = None
    drive.signed_at = drive.verified_at = None
    drive.sober_declared = False


def become_ride(drive: TestDrive, ask: Ask) -> None:
    """They ride along instead; the consultant drives."""
    drive.experience = Experience.RIDE
    drive.refusal_code = None
    plan_the_day(drive, ask)


def end_waiting(drive: TestDrive, ask: Ask) -> None:
    """It will not take place: nothing of it stays due, and its car is free."""
    deadlines.cancel(ask, drive)
    put_key_back(drive, ask)


def put_key_back(drive: TestDrive, ask: Ask) -> None:
    """The key was out for a drive that does not start now."""
    if drive.checked_out_by_id is not None:
        drive.checked_out_by_id = drive.odometer_out = drive.fuel_out = drive.damage_out = None
        drive.car.status = DemoState.AVAILABLE
        deadlines.finish(ask, drive.car, "car_not_back")


# ── effects: at the desk and on the road ──────────────────────────────────────────────────────────────────────────


def keep_agreement(drive: TestDrive, ask: Ask) -> None:
    """The signatures or the scan; a scan carries both signatures."""
    facts: Signing = ask.facts
    drive.driver_signature_sha256 = _keep(ask, drive, facts.driver_signature, "driver")
    drive.consultant_signature_sha256 = _keep(ask, drive, facts.consultant_signature, "consultant")
    drive.agreement_scan_sha256 = _keep(ask, drive, facts.scan, "agreement")
    drive.signed_at = ask.at


def _keep(ask: Ask, drive: TestDrive, file: Uploaded | None, what: str) -> str | None:
    if file is None:
        return None
    return files.keep(ask.db, drive.store_id, f"drive-{drive.number}-{what}-{file.name}"[:200], file.content, ask.at)


def note_verified(drive: TestDrive, ask: Ask) -> None:
    """They are here and may drive: for two hours (house rule `verified_for_minutes`)."""
    drive.verified_at = ask.at
    deadlines.cancel(ask, drive, "drive_no_show")
    deadlines.finish(ask, drive, "drive_reminder")


def note_key_out(drive: TestDrive, ask: Ask) -> None:
    """The vehicle administrator hands out the key."""
    drive.odometer_out, drive.fuel_out, drive.checked_out_by_id = ask.facts.odometer, ask.facts.fuel, ask.actor.id
    drive.damage_out = car_damage.as_kept(ask.facts.damage, ask.facts.damage_note)
    drive.car.status, drive.car.odometer = DemoState.OUT, ask.facts.odometer


def set_off(drive: TestDrive, ask: Ask) -> None:
    """The clock runs."""
    drive.started_at = ask.at


def take_back(drive: TestDrive, ask: Ask) -> None:
    """The car is back and the customer has spoken; the consultant calls on the next day."""
    facts: Return = ask.facts
    _end(drive, facts.back_at or ask.at)
    drive.odometer_in, drive.fuel_in = facts.odometer, facts.fuel
    drive.feedback = facts.model_dump(mode="json", include={"satisfaction", "liked", "missed", "remark"})
    drive.damage_in = car_damage.as_kept(facts.damage, facts.damage_note)
    drive.car.status, drive.car.odometer = DemoState.AVAILABLE, facts.odometer
    deadlines.finish(ask, drive.car, "car_not_back")
    if car_damage.new_on(drive):
        have_looked_at(drive, ask)
    if not do_not_call.is_asked(ask.db, drive.store_id, drive.phone):
        clock = policy(ask.db, drive.store_id, "follow_up_from", ask.today)
        due = calendar_of(ask.db).at(ask.today + timedelta(days=1), clock)
        deadlines.plan(ask, "drive_follow_up", drive, due, owner_id=drive.owner_id)


def _end(drive: TestDrive, at: datetime) -> None:
    """No drive ends before it began, even where the machine's clock was set back meanwhile."""
    drive.ended_at = max(at, drive.started_at or at)


def have_looked_at(drive: TestDrive, ask: Ask) -> None:
    """The vehicle administrator looks at the car before it goes out again."""
    drive.car.status = DemoState.CHECK
    deadlines.plan(ask, "car_check", drive.car, ask.at, role=Role.VEHICLES, note=drive.car.plate)


def stop_for(drive: TestDrive, ask: Ask) -> None:
    """Stopped for good; the vehicle administrator looks at the car before it goes out again."""
    facts: Abort = ask.facts
    _stop(drive, ask, facts.reason)
    drive.abort_remark, drive.bad_conduct = facts.remark, facts.reason in CONDUCT
    if facts.reason is AbortReason.ACCIDENT:
        tell_managers(drive, ask)


def _stop(drive: TestDrive, ask: Ask, reason: AbortReason) -> None:
    _end(drive, ask.at)
    drive.abort_reason = reason
    have_looked_at(drive, ask)
    if reason is AbortReason.ACCIDENT:
        drive.car.status = DemoState.REPAIR
    deadlines.cancel(ask, drive)
    deadlines.finish(ask, drive.car, "car_not_back")


def stop_for_incident(drive: TestDrive, ask: Ask) -> None:
    """An accident ends the drive."""
    _stop(drive, ask, AbortReason.ACCIDENT)


def tell_managers(drive: TestDrive, ask: Ask) -> None:
    """The showroom manager and the key-account manager hear of it at once; the insurer is told the same day."""
    for kind, role in (("incident_showroom", Role.SHOWROOM), ("incident_key_account", Role.KEY_ACCOUNT)):
        deadlines.plan(ask, kind, drive, ask.at, role=role, note=drive.car.plate)
    end_of_day = calendar_of(ask.db).end_of(ask.today)
    deadlines.plan(ask, "insurer_claim", drive, end_of_day, owner_id=drive.owner_id, note=drive.car.plate)


def write_incident(drive: TestDrive, ask: Ask) -> None:
    """A row that stays; what is learned later is another one."""
    facts: IncidentReport = ask.facts
    told = facts.model_dump(exclude={"happened_at", "photo"})
    incident = Incident(
        store_id=drive.store_id, drive_id=drive.id, deal_id=drive.deal_id, reported_by_id=ask.actor.id,
        at=facts.happened_at or ask.at, photo_sha256=_keep(ask, drive, facts.photo, "incident"), **told,
    )  # fmt: skip
    ask.db.add(incident)


def _refuse_change(mapper: object, connection: object, incident: Incident) -> None:
    raise RuntimeError("an incident is never changed or deleted: report what is new as another one")


event.listen(Incident, "before_update", _refuse_change)
event.listen(Incident, "before_delete", _refuse_change)
