"""What the steps of a car request ask for, and what they write down: forms and effects.

The rules are in trip_rules.py, the table in trips.py, lists in trip_lists.py.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from dealer import deadlines
from dealer.drives.drives import Readings
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Options, Paragraph, ShopTime
from dealer.engine.steps import Ask, Facts, Refused, no
from dealer.house.policies import policy
from dealer.records.people import Person, Role
from dealer.records.trips import Condition, Trip, TripLeg
from dealer.records.vehicles import DemoCar, DemoState, Model

ASKED_BY_A_LEADER = Role.SALES  # whose list shows what the showroom manager asks for
AFTERWARDS = {
    Condition.GOOD: DemoState.AVAILABLE, Condition.DIRTY: DemoState.CLEANING, Condition.DAMAGED: DemoState.CHECK,
}  # fmt: skip


class TripRequest(Facts):
    """A colleague needs a car: which, where to, why, from and until when."""

    car: Annotated[UUID | None, Options("lent_cars")] = Field(
        None, title="Car", description="Or leave it open and choose a model: the vehicle administrator names a car."
    )
    model: Annotated[UUID | None, Options("models")] = Field(None, title="Model, if any car of it will do")
    purpose: str = Field(title="Purpose of the trip", min_length=1, max_length=200)
    destination: str = Field(title="Where to", min_length=1, max_length=200)
    starts_at: ShopTime = Field(title="From")
    ends_at: ShopTime = Field(title="Until")
    overnight_reason: str = Field(
        "", title="Why it stays out overnight", max_length=400,
        description="Only if the car will not be back by closing time; whoever approves the request allows this too.",
    )  # fmt: skip


class NamedCar(Facts):
    """Which car it is."""

    car: Annotated[UUID, Options("lent_cars")] = Field(title="Car")


class Leg(Facts):
    """One line of the trip log."""

    place: str = Field(title="Place", min_length=1, max_length=200)
    odometer: int = Field(title="Odometer (km)", ge=0, le=999_999)
    remark: str = Field("", title="Remark", max_length=200)


class Overnight(Facts):
    """The car cannot be back by closing time: until when, and why."""

    until: ShopTime = Field(title="Back by")
    reason: str = Field(title="Why it stays out overnight", min_length=1, max_length=400)


class KeyIn(Readings):
    """The car is back: what it shows, and how it looks."""

    condition: Annotated[Condition, Kind("chips")] = Field(Condition.GOOD, title="Condition")
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


# ── the request ───────────────────────────────────────────────────────────────────────────────────────────────────


def prepare(ask: Ask) -> Trip:
    """The trip that is asked for, not yet born: `begin(trip, "request", ask)` asks the rules."""
    facts: TripRequest = ask.facts
    car, model = _ours(ask, DemoCar, facts.car, "car"), _ours(ask, Model, facts.model, "model")
    trip = Trip(
        store_id=ask.actor.store_id, owner_id=ask.actor.id, car_id=car and car.id, model_id=model and model.id,
        purpose=facts.purpose, destination=facts.destination, starts_at=facts.starts_at, ends_at=facts.ends_at,
        overnight_reason=facts.overnight_reason,
    )  # fmt: skip
    trip.car, trip.model, trip.driver = car, model, ask.db.get_one(Person, ask.actor.id)
    return trip


def _ours(ask: Ask, record: Any, key: UUID | None, field: str) -> Any:
    row = ask.db.get(record, key) if key else None
    if key and (row is None or row.store_id != ask.actor.store_id):
        raise Refused([no("Choose one of the shop's cars.", code="E-REQ-FIELD", field=field)], "request")
    return row


def wanted_car(trip: Trip, ask: Ask) -> DemoCar | None:
    """The car that is being named, else the one the request holds. A car of another shop counts as not named."""
    if not isinstance(ask.facts, NamedCar):
        return trip.car
    car = ask.db.get(DemoCar, ask.facts.car)
    return car if car is not None and car.store_id == trip.store_id else trip.car


def closing(trip: Trip, ask: Ask) -> datetime:
    """When the house closes on the day the trip begins (house rule `cars_back_by`)."""
    calendar = calendar_of(ask.db)
    day = calendar.today(trip.starts_at)
    return calendar.at(day, policy(ask.db, trip.store_id, "cars_back_by", day))


def stays_out(trip: Trip, ask: Ask) -> bool:
    """Whether the car would not be back by closing time."""
    return trip.ends_at > closing(trip, ask)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def ask_a_leader(trip: Trip, ask: Ask) -> None:
    """It waits for a leader, and is over by itself when nobody has taken the key by its end."""
    _wait_for_a_leader(trip, ask, "trip_approval")
    deadlines.plan(ask, "trip_lapses", trip, trip.ends_at, by_system=True)


def _wait_for_a_leader(trip: Trip, ask: Ask, kind: str) -> None:
    own = ask.hat.id is not None and Role.SHOWROOM in ask.hat.roles
    deadlines.plan(ask, kind, trip, ask.at, role=ASKED_BY_A_LEADER if own else Role.SHOWROOM, note=trip.destination)


def note_approval(trip: Trip, ask: Ask) -> None:
    """A leader agrees, also to its staying out if it was asked to; the vehicle administrator prepares the car."""
    trip.decided_by_id = ask.hat.id
    if stays_out(trip, ask):
        trip.overnight_until, trip.overnight_by_id = trip.ends_at, ask.hat.id
    deadlines.finish(ask, trip, "trip_approval")
    deadlines.plan(ask, "trip_key", trip, trip.starts_at, role=Role.VEHICLES, note=trip.destination)


def note_refusal(trip: Trip, ask: Ask) -> None:
    """A leader does not agree."""
    trip.decided_by_id = ask.hat.id
    deadlines.cancel(ask, trip)


def end_waiting(trip: Trip, ask: Ask) -> None:
    """It will not take place: nothing of it stays due, and its car is free."""
    deadlines.cancel(ask, trip)


def name_car(trip: Trip, ask: Ask) -> None:
    """The vehicle administrator says which car it will be."""
    car = wanted_car(trip, ask)
    trip.car, trip.car_id = car, car.id if car else None


def hand_out(trip: Trip, ask: Ask) -> None:
    """The key leaves the board."""
    facts: Readings = ask.facts
    trip.key_out_at, trip.odometer_out, trip.fuel_out = ask.at, facts.odometer, facts.fuel
    _car_of(trip).status, _car_of(trip).odometer = DemoState.OUT, facts.odometer
    deadlines.cancel(ask, trip, "trip_lapses")
    deadlines.finish(ask, trip, "trip_key")
    deadlines.plan(ask, "trip_back", trip, trip.ends_at, owner_id=trip.owner_id, note=_car_of(trip).plate)


def write_leg(trip: Trip, ask: Ask) -> None:
    """Another line of the log."""
    facts: Leg = ask.facts
    trip.legs.append(TripLeg(store_id=trip.store_id, at=ask.at, **facts.model_dump()))
    _car_of(trip).odometer = facts.odometer


def ask_for_the_night(trip: Trip, ask: Ask) -> None:
    """From the road: it waits for a leader."""
    facts: Overnight = ask.facts
    trip.overnight_wanted, trip.overnight_reason = facts.until, facts.reason
    _wait_for_a_leader(trip, ask, "trip_overnight")


def allow_the_night(trip: Trip, ask: Ask) -> None:
    """A leader lets it stay out until then; the car is held as long."""
    until = trip.overnight_wanted or trip.ends_at
    trip.overnight_until, trip.overnight_by_id, trip.overnight_wanted = until, ask.hat.id, None
    trip.ends_at = max(trip.ends_at, until)
    deadlines.finish(ask, trip, "trip_overnight")
    deadlines.plan(ask, "trip_back", trip, trip.ends_at, owner_id=trip.owner_id, note=_car_of(trip).plate)


def decline_the_night(trip: Trip, ask: Ask) -> None:
    """It comes back today."""
    trip.overnight_wanted = None
    deadlines.finish(ask, trip, "trip_overnight")


def take_back(trip: Trip, ask: Ask) -> None:
    """The key hangs on the board again; what is dirty is washed, what is damaged is looked at before it goes out."""
    facts: KeyIn = ask.facts
    car = _car_of(trip)
    trip.key_in_at, trip.odometer_in, trip.fuel_in = ask.at, facts.odometer, facts.fuel
    trip.condition, trip.condition_remark = facts.condition, facts.remark
    car.status, car.odometer = AFTERWARDS[facts.condition], facts.odometer
    deadlines.finish(ask, trip, "trip_back")
    deadlines.cancel(ask, trip)
    deadlines.finish(ask, car, "car_not_back")
    if facts.condition is Condition.DAMAGED:
        deadlines.plan(ask, "car_check", car, ask.at, role=Role.VEHICLES, note=car.plate)


def _car_of(trip: Trip) -> DemoCar:
    """The car of a trip whose key is out: `car_is_named` asked before."""
    if trip.car is None:
        raise LookupError("no car was named")
    return trip.car
