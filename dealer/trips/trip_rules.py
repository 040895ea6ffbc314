"""What stands in the way of a car request: its span, the driver's licence, the car, who decides, the key.

Each rule answers None or a sentence for a person that names the remedy.
"""

from datetime import timedelta

from dealer.drives import car_holds, odometers
from dealer.drives.drives import Readings
from dealer.drives.licences import cars_like, covering
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.people import not_their_own
from dealer.records.people import Role
from dealer.records.trips import Trip
from dealer.records.vehicles import DemoState
from dealer.trips.trip_acts import Leg, Overnight, closing, stays_out, wanted_car

MOST_DAYS = 31  # a longer span was mistyped: a car lent for a month is no trip
LATE = timedelta(minutes=30)  # a request may be typed while the car is being prepared

# ── the span ──────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def span_is_likely(trip: Trip, ask: Ask) -> Refusal | None:
    """It begins now or later and ends after that."""
    if trip.starts_at <= ask.at - LATE:
        return no("This time has passed: choose a later one.", code="E-SLOT-PAST", field="starts_at")
    if not trip.starts_at < trip.ends_at <= trip.starts_at + timedelta(days=MOST_DAYS):
        return no("The trip ends after it begins, within {days} days.", code="E-REQ-FIELD", field="ends_at",
                  days=MOST_DAYS)  # fmt: skip
    return None


@on_facts
def night_has_a_reason(trip: Trip, ask: Ask) -> Refusal | None:
    """V2: no car stays out overnight unless a leader has agreed, who wants to know why."""
    if stays_out(trip, ask) and not trip.overnight_reason:
        return no(
            "The car would not be back by closing time, {closing}: say why, or choose an earlier end.",
            code="E-OVERNIGHT", field="overnight_reason", closing=closing(trip, ask),
        )  # fmt: skip
    return None


# ── the driver and the car ────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def car_or_model_is_chosen(trip: Trip, ask: Ask) -> Refusal | None:
    """One of both, so that the right car can be held."""
    if trip.car is None and trip.model is None:
        return no("Choose a car, or the model of the car you need.", code="E-REQ-FIELD", field="car")
    return None


def driver_may_drive_it(trip: Trip, ask: Ask) -> Refusal | None:
    """Nobody gets a key whose licence the shop has not seen (Road Traffic Safety Law 99): also no colleague."""
    who, car = trip.driver, wanted_car(trip, ask)
    model = car.model if car is not None else trip.model
    if not who.licence_classes or who.licence_since is None:
        return no(
            "No licence of {person} is on file: have it entered on the staff page.",
            code="E-LIC-NONE", remover=Role.ADMIN, person=who.name,
        )  # fmt: skip
    day = max(ask.today, calendar_of(ask.db).today(trip.ends_at))
    if who.licence_until is not None and who.licence_until < day:
        return no(
            "The licence of {person} is valid until {until}: have the renewed one entered on the staff page.",
            code="E-LIC-EXPIRED", remover=Role.ADMIN, person=who.name, until=who.licence_until,
        )  # fmt: skip
    if model is not None and not covering(who.licence_classes, model):
        return no(
            "{classes} of {person} does not cover {cars}: choose another car.",
            code="E-LIC-CLASS", classes=who.licence_classes, person=who.name, cars=cars_like(model),
        )  # fmt: skip
    return None


def car_is_fit(trip: Trip, ask: Ask) -> Refusal | None:
    """Neither in repair nor without papers until it is back."""
    car = wanted_car(trip, ask)
    if car is None:
        return None
    day = max(ask.today, calendar_of(ask.db).today(trip.ends_at))
    return car_holds.in_repair(car) or car_holds.papers_lapse(car, day)


def car_is_free(trip: Trip, ask: Ask) -> Refusal | None:
    """Neither a test drive nor another trip has it then."""
    car = wanted_car(trip, ask)
    if car is None:
        return None
    return car_holds.is_taken(ask.db, car, trip.starts_at, trip.ends_at, ask.at, trip.id)


@on_facts
def named_car_is_ours(trip: Trip, ask: Ask) -> Refusal | None:
    """A car of this shop."""
    car = wanted_car(trip, ask)
    if car is None or car.id != ask.facts.car:
        return no("Choose one of the shop's cars.", code="E-REQ-FIELD", field="car")
    return None


# ── who decides ───────────────────────────────────────────────────────────────────────────────────────────────────


def somebody_else_asks(trip: Trip, ask: Ask) -> Refusal | None:
    """Nobody approves a car for themselves."""
    return not_their_own(trip.owner_id, ask)


def night_is_asked(trip: Trip, ask: Ask) -> Refusal | None:
    """There is something to decide."""
    if trip.overnight_wanted is None:
        return no("Nobody asked to keep the car overnight.", code="E-NOT-NEEDED", quiet=True)
    return None


# ── the key ───────────────────────────────────────────────────────────────────────────────────────────────────────


def car_is_named(trip: Trip, ask: Ask) -> Refusal | None:
    """A key belongs to a car."""
    if trip.car is None:
        return no("Name the car first.", code="E-KEY", fix="name_car")
    return None


def its_day_has_come(trip: Trip, ask: Ask) -> Refusal | None:
    """A key is handed out on the day the trip begins, not before."""
    day = calendar_of(ask.db).today(trip.starts_at)
    if ask.today < day:
        return no("The trip begins on {day}: the key is handed out on that day.", code="E-DAY", day=day)
    return None


def car_is_at_hand(trip: Trip, ask: Ask) -> Refusal | None:
    """A key is handed out for a car that stands there ready."""
    if trip.car is not None and trip.car.status is not DemoState.AVAILABLE:
        return no(
            "{car} is not ready ({status}): release it first, or name another car.",
            code="E-CAR-STATUS", car=trip.car.plate, status=trip.car.status,
        )  # fmt: skip
    return None


@on_facts
def odometer_is_likely(trip: Trip, ask: Ask) -> Refusal | None:
    """Neither fewer kilometres than before, nor more than the trip can have had."""
    facts: Readings | Leg = ask.facts
    if trip.car is None:
        return None
    return odometers.unlikely(facts.odometer, trip.car.odometer, trip.key_out_at or ask.at, ask.at)


@on_facts
def night_is_longer(trip: Trip, ask: Ask) -> Refusal | None:
    """It asks for more than is allowed already, and the car is nobody else's until then."""
    facts: Overnight = ask.facts
    known = max(ask.at, trip.ends_at)
    if not known < facts.until <= trip.starts_at + timedelta(days=MOST_DAYS):
        return no("Enter a time after {known}, within {days} days of the start.", code="E-REQ-FIELD", field="until",
                  known=known, days=MOST_DAYS)  # fmt: skip
    if trip.car is None:
        return None
    return car_holds.is_taken(ask.db, trip.car, trip.starts_at, facts.until, ask.at, trip.id)


def nobody_took_the_key(trip: Trip, ask: Ask) -> Refusal | None:
    """Its time is over."""
    if ask.at < trip.ends_at:
        return no("It may still begin, until {end}.", code="E-NOT-YET", end=trip.ends_at)
    return None
