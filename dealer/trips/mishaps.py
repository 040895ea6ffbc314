"""Violations and accidents with cars of the house: who had the car at that minute, and what is still to be settled.

The letter comes weeks later and names a plate and a minute. Who that was is looked up, not asked.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from dealer import deadlines
from dealer.drives import car_holds
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Money, Options, Paragraph, ShopTime
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.people import has
from dealer.records.people import Role
from dealer.records.trips import Mishap, MishapKind, Trip
from dealer.records.vehicles import DemoCar

KEEPS = has("keep demo cars")
YEARS_BACK = 2  # no letter about a violation or an accident takes longer than that


class MishapFacts(Facts):
    """What the letter says."""

    car: Annotated[UUID, Options("all_cars")] = Field(title="Car")
    kind: Annotated[MishapKind, Kind("chips")] = Field(MishapKind.VIOLATION, title="Kind")
    happened_at: ShopTime = Field(title="Happened at")
    place: str = Field(title="Place", min_length=1, max_length=200)
    what: Annotated[str, Paragraph] = Field(title="What is reported", min_length=1, max_length=2000)
    notice_number: str = Field("", title="Number of the notice or the case", max_length=40)
    points: int = Field(0, title="Penalty points", ge=0, le=12)
    fine: Money | None = Field(None, title="Fine or cost")
    settle_by: date | None = Field(None, title="To be settled by")


def record(ask: Ask) -> Mishap:
    """Write it down beside whoever had the car, and let them and the vehicle administrator settle it."""
    answer = KEEPS(None, ask)
    facts: MishapFacts = ask.facts
    car = ask.db.get(DemoCar, facts.car)
    refusals = [answer if isinstance(answer, Refusal) else None, _is_strange(ask, car), _is_unlikely(ask, facts)]
    if told := [each for each in refusals if each]:
        raise Refused(told)
    holder = car_holds.who_had(ask.db, car, facts.happened_at) if car else None
    mishap = Mishap(
        store_id=ask.actor.store_id, car_id=facts.car, reported_by_id=ask.actor.id,
        **facts.model_dump(exclude={"car", "settle_by"}), **_whose(holder),
    )  # fmt: skip
    ask.db.add(mishap)
    ask.db.flush()
    write_down(ask, "mishap", mishap, "record", facts)
    _plan(ask, mishap, car.plate if car else "")
    return mishap


def _whose(holder: car_holds.Holder | None) -> dict[str, UUID | None]:
    if holder is None:
        return {}
    which = "trip_id" if isinstance(holder.thing, Trip) else "drive_id"
    return {which: holder.thing.id, "colleague_id": holder.colleague_id}


def _plan(ask: Ask, mishap: Mishap, plate: str) -> None:
    facts: MishapFacts = ask.facts
    calendar = calendar_of(ask.db)
    due = calendar.end_of(facts.settle_by) if facts.settle_by else ask.at
    deadlines.plan(ask, "mishap_to_settle", mishap, due, role=Role.VEHICLES, note=plate)
    if mishap.colleague_id is not None:
        deadlines.plan(ask, "mishap_to_settle", mishap, due, owner_id=mishap.colleague_id, note=plate)


def settle(ask: Ask, mishap: Mishap) -> None:
    """The fine is paid, the damage repaired: nothing of it is open."""
    answer = KEEPS(None, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer])
    if mishap.settled_at is not None:
        raise Refused([no("This has been settled already.", code="E-STATE")])
    mishap.settled_at, mishap.settled_by_id = ask.at, ask.actor.id
    deadlines.finish(ask, mishap, "mishap_to_settle")
    write_down(ask, "mishap", mishap, "settle")


def _is_strange(ask: Ask, car: DemoCar | None) -> Refusal | None:
    if car is None or car.store_id != ask.actor.store_id:
        return no("Choose one of the shop's cars.", code="E-REQ-FIELD", field="car")
    return None


def _is_unlikely(ask: Ask, facts: MishapFacts) -> Refusal | None:
    first = add_months(ask.today, -12 * YEARS_BACK)
    if calendar_of(ask.db).today(facts.happened_at) < first:
        sentence = "This was before {first}, longer ago than any letter takes: enter when it happened."
        return no(sentence, code="E-REQ-FIELD", field="happened_at", first=first)
    if facts.happened_at > ask.at:
        return no("This time is still to come: enter when it happened.", code="E-REQ-FIELD", field="happened_at")
    return None
