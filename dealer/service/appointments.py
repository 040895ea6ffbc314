"""The life of a service appointment 预约: an owner's car comes at a time that the workshop has room for.

How many a day takes is a house rule (`workshop_appointments`): the rest of the day is for cars that come unannounced.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.customers.customers import Telephone
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Paragraph, ShopTime
from dealer.engine.steps import SAME, Ask, Facts, Life, Personal, Refusal, Step, no, on_facts
from dealer.house.policies import policy
from dealer.people import Actor, has
from dealer.records.enquiries import Appointment, AppointmentState, Job
from dealer.records.people import Role
from dealer.service.complaint_rules import car_meant

S = AppointmentState

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class Booking(Facts):
    """Whose car, when, and what for."""

    job: Annotated[Job, Kind("chips")] = Field(Job.MAINTENANCE, title="Work wanted")
    at: ShopTime = Field(title="Time")
    name: Annotated[str, Personal()] = Field(title="Owner of the car", min_length=1, max_length=200)
    phone: Annotated[Telephone, Personal(), Kind("tel")] = Field(title="Phone")
    plate: str = Field("", title="Plate", max_length=20)
    vin: str = Field("", title="VIN of the car", description="Its last six characters will do.", max_length=40)
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


class Moving(Facts):
    """To when."""

    at: ShopTime = Field(title="Time")


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def service_time_is_ahead(appointment: Appointment, ask: Ask) -> Refusal | None:
    """Nobody comes yesterday."""
    if ask.facts.at <= ask.at:
        return no("This time has passed: choose a later one.", code="E-SLOT-PAST", field="at")
    return None


@on_facts
def workshop_has_room(appointment: Appointment, ask: Ask) -> Refusal | None:
    """As many appointments a day as the house rule says; one that only changes its hour has its room already."""
    day = calendar_of(ask.db).today(ask.facts.at)
    most = policy(ask.db, appointment.store_id, "workshop_appointments", ask.today)
    taken = booked_on(ask.db, appointment.store_id, day)
    if taken < most or (appointment.state is S.BOOKED and appointment.day == day):
        return None
    return no("The workshop has {most} appointments on {day} already: the next day with room is {free}.",
              code="E-WORKSHOP-FULL", field="at", most=most, day=day,
              free=_next_free(ask.db, appointment.store_id, day, most))  # fmt: skip


@on_facts
def car_is_known_if_named(appointment: Appointment, ask: Ask) -> Refusal | None:
    """A VIN that is typed names one car that we delivered; others have a plate."""
    if ask.facts.vin and len(car_meant(ask.db, ask.actor, ask.facts.vin)) != 1:
        return no("No delivered car has this VIN: enter the plate instead.", code="E-VIN-UNKNOWN", field="vin")
    return None


def appointment_day_has_come(appointment: Appointment, ask: Ask) -> Refusal | None:
    """Nobody comes, or stays away, before the day."""
    if appointment.day > ask.today:
        return no("It is booked for {day}: move it first if the car came earlier.", code="E-VISIT-AHEAD",
                  day=appointment.day)  # fmt: skip
    return None


def time_has_passed(appointment: Appointment, ask: Ask) -> Refusal | None:
    """Who is late may still come."""
    if appointment.at > ask.at:
        return no("Its time has not come yet.", code="E-NOT-YET")
    return None


def booked_on(db: Session, store_id: object, day: date) -> int:
    """How many appointments a day has; those that were kept have had their room."""
    query = select(func.count()).where(
        Appointment.store_id == store_id, Appointment.day == day, Appointment.state.in_((S.BOOKED, S.KEPT))
    )
    return db.scalar(query) or 0


def _next_free(db: Session, store_id: object, day: date, most: int) -> date:
    later = (day + timedelta(days=ahead) for ahead in range(1, 60))
    return next((each for each in later if booked_on(db, store_id, each) < most), day + timedelta(days=60))


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def as_booked(ask: Ask) -> Appointment:
    """An appointment as it was typed, not yet begun: begin it with "book"."""
    facts: Booking = ask.facts
    appointment = Appointment(
        store_id=ask.actor.store_id, owner_id=ask.hat.id, at=facts.at, day=calendar_of(ask.db).today(facts.at),
        job=facts.job, name=facts.name, phone=facts.phone, plate=facts.plate, remark=facts.remark,
    )  # fmt: skip
    appointment.unit = next(iter(car_meant(ask.db, ask.actor, facts.vin)), None)
    return appointment


def expect_it(appointment: Appointment, ask: Ask) -> None:
    """The service manager sees who comes, and who has not come."""
    deadlines.plan(ask, "service_appointment", appointment, appointment.at, role=Role.SERVICE)


def move_it(appointment: Appointment, ask: Ask) -> None:
    """To another time."""
    appointment.at, appointment.day = ask.facts.at, calendar_of(ask.db).today(ask.facts.at)
    expect_it(appointment, ask)


def end(appointment: Appointment, ask: Ask) -> None:
    """Nobody waits for it any more."""
    deadlines.finish(ask, appointment, "service_appointment")


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

DESK = has("book service")
BAY = has("run the workshop")

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action    from      to           who   asks for  refused unless …                                                  then …
    Step("book",   None,     S.BOOKED,    DESK, Booking,  (service_time_is_ahead, workshop_has_room, car_is_known_if_named), (expect_it,)),
    Step("move",   S.BOOKED, SAME,        DESK, Moving,   (service_time_is_ahead, workshop_has_room),                        (move_it,)),
    Step("keep",   S.BOOKED, S.KEPT,      BAY,  None,     (appointment_day_has_come,),                                      (end,)),
    Step("miss",   S.BOOKED, S.MISSED,    BAY,  None,     (time_has_passed,),                                               (end,)),
    Step("cancel", S.BOOKED, S.CANCELLED, DESK, Comment,  (),                                                               (end,)),
]
# ruff: enable[E501]
# fmt: on

APPOINTMENTS = Life("appointment", Appointment, AppointmentState, STEPS, path=(S.BOOKED, S.KEPT))


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def between(db: Session, who: Actor, first: date, last: date) -> Sequence[Appointment]:
    """The appointments of some days, by their time; what was cancelled is not among them."""
    query = people.scoped(select(Appointment), Appointment, who).options(joinedload(Appointment.unit))
    query = query.where(Appointment.day >= first, Appointment.day <= last, Appointment.state != S.CANCELLED)
    return db.scalars(query.order_by(Appointment.at, Appointment.number).limit(500)).all()
