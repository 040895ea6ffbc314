"""Orders to the factory 工厂订单: drawn up from the places that stay empty, approved by somebody else, sent, confirmed.

When the factory names the VINs, each becomes a car on order; the order is closed once all its cars are named.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from dealer import deadlines, people
from dealer.engine import history, identifiers
from dealer.engine.database import calendar_of
from dealer.engine.fields import Options, Paragraph
from dealer.engine.malformed import Malformed
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.people import Actor, has, not_their_own
from dealer.records.factory_orders import FactoryOrder, FactoryOrderLine, FactoryOrderState
from dealer.records.people import Role
from dealer.records.vehicles import Model, Unit
from dealer.stock import allocation_queue, catalogue, vehicles
from dealer.stock.allocation_plan import Served, Spec
from dealer.stock.vehicles import UNITS
from dealer.stock.yard import NewUnit

S = FactoryOrderState
LIVE = (S.DRAFT, S.SENT, S.CONFIRMED)
MOST_LISTED = 100

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class OrderedCars(Facts):
    """Cars of one model in one colour."""

    model: Annotated[UUID, Options("models")] = Field(title="Model")
    colour: str = Field(title="Colour", min_length=1, max_length=40)
    quantity: int = Field(title="Quantity", ge=1, le=1000)


class NewOrder(Facts):
    """What is ordered, and by when it is needed."""

    lines: tuple[OrderedCars, ...] = Field(title="Cars", min_length=1, max_length=100)
    wanted_by: date = Field(title="Needed by")
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


class Confirmation(Facts):
    """What the factory answered."""

    reference: str = Field(title="The factory's order number", min_length=1, max_length=40)
    expected_on: date = Field(title="Expected on")


class NamedCars(Facts):
    """The VINs that the factory has named for a line."""

    line: Annotated[UUID, Options("factory_lines")] = Field(title="Line of the order")
    vins: Annotated[str, Paragraph] = Field(title="VINs, one a line", min_length=1, max_length=20_000)


class Ending(Facts):
    """Why it ends, where not every car came."""

    comment: Annotated[str, Paragraph] = Field("", title="Reason", max_length=2000)


class Giving(Facts):
    """Why nothing is ordered after all."""

    comment: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def models_come_in_these_colours(order: FactoryOrder, ask: Ask) -> Refusal | None:
    """Models of this shop, each in a colour it is sold in."""
    for place, line in enumerate(ask.facts.lines):
        model = people.by_id(ask.db, Model, ask.actor, line.model)
        if model is None:
            return no("Choose one of the shop's models.", code="E-REQ-FIELD", field=f"lines-{place}-model")
        if model.colours and line.colour not in model.colours:
            return no(
                "{model} comes in {colours}: choose one of these.",
                code="E-COLOUR", field=f"lines-{place}-colour", model=model.name, colours=list(model.colours),
            )  # fmt: skip
    return None


@on_facts
def wanted_day_is_ahead(order: FactoryOrder, ask: Ask) -> Refusal | None:
    """Nothing is ordered for yesterday."""
    if ask.facts.wanted_by < ask.today:
        return no("This day is past.", code="E-DAY-PAST", field="wanted_by")
    return None


def writers(order: FactoryOrder, db: Session) -> set[UUID]:
    """Everybody who drew it up or changed it."""
    return history.hands(history.of_thing(db, order.store_id, order.id), ("draw_up", "change"))


def somebody_else_drew_it_up(order: FactoryOrder, ask: Ask) -> Refusal | None:
    """Nobody approves an order that they have written on."""
    return next((own for each in writers(order, ask.db) if (own := not_their_own(each, ask))), None)


@on_facts
def line_has_room_for_them(order: FactoryOrder, ask: Ask) -> Refusal | None:
    """No more cars than were ordered."""
    line = next((each for each in order.lines if each.id == ask.facts.line), None)
    if line is None:
        return no("Choose one of the lines of this order.", code="E-REQ-FIELD", field="line")
    left = line.quantity - named(ask.db, order)[line.id]
    if len(typed_vins(ask.facts)) > left:
        return no(
            "Of this line {left} cars are still to be named: compare the list with the order.",
            code="E-MORE-THAN-ORDERED", field="vins", left=left,
        )  # fmt: skip
    return None


@on_facts
def vins_are_right(order: FactoryOrder, ask: Ask) -> Refusal | None:
    """Each line is a VIN, with its check digit."""
    for number, typed in enumerate(typed_vins(ask.facts), 1):
        try:
            right = identifiers.vin(typed).check_digit_ok
        except Malformed:
            right = False
        if not right:
            return no(
                "Line {number}: {typed} is no VIN: compare it with the factory's list.",
                code="E-VIN-LINE", field="vins", number=number, typed=typed,
            )  # fmt: skip
    return None


@on_facts
def vins_are_new_here(order: FactoryOrder, ask: Ask) -> Refusal | None:
    """One VIN lives once in a shop, and stands once in a list."""
    vins = [identifiers.compact(each) for each in typed_vins(ask.facts)]
    twice = next((vin for vin, times in Counter(vins).items() if times > 1), None)
    known = select(Unit.vin).where(Unit.store_id == order.store_id, Unit.vin.in_(vins))
    taken = twice or ask.db.scalar(known.limit(1))
    if taken is not None:
        return no("{vin} is known already: take it off the list.", code="E-VIN-TAKEN", field="vins", vin=taken)
    return None


@on_facts
def shortfall_is_explained(order: FactoryOrder, ask: Ask) -> Refusal | None:
    """Whatever was ordered and never came has a reason."""
    missing = ordered(order) - named(ask.db, order).total()
    if missing and not ask.facts.comment:
        return no(
            "{missing} cars of this order were never named: say why it ends.",
            code="E-REQ-FIELD", field="comment", missing=missing,
        )  # fmt: skip
    return None


def no_car_is_named(order: FactoryOrder, ask: Ask) -> Refusal | None:
    """What is built comes."""
    count = named(ask.db, order).total()
    if count:
        return no("{count} cars are named already: close the order instead.", code="E-CARS-NAMED", count=count)
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_lines(order: FactoryOrder, ask: Ask) -> None:
    """As typed; whoever may approve it sees it the next working day at the latest."""
    facts: NewOrder = ask.facts
    order.wanted_by, order.remark = facts.wanted_by, facts.remark
    order.lines = [
        FactoryOrderLine(store_id=order.store_id, position=place, model_id=line.model, colour=line.colour,
                         quantity=line.quantity)
        for place, line in enumerate(facts.lines, 1)
    ]  # fmt: skip
    due = calendar_of(ask.db).due_after(ask.today, 1)
    earlier = (people.roles_of(ask.db, each, order.store_id) for each in writers(order, ask.db))
    decides = Role.GENERAL if Role.KEY_ACCOUNT in ask.hat.roles.union(*earlier) else Role.KEY_ACCOUNT
    forget_task(order, ask)  # a change may move it to another desk
    deadlines.plan(ask, "approve_factory_order", order, due, role=decides)


def note_sending(order: FactoryOrder, ask: Ask) -> None:
    """Who agreed, and when it went out."""
    order.approved_by_id, order.sent_on = ask.hat.id, ask.today
    deadlines.finish(ask, order, "approve_factory_order")


def note_confirmation(order: FactoryOrder, ask: Ask) -> None:
    """The factory's number and day."""
    order.reference, order.expected_on = ask.facts.reference, ask.facts.expected_on


def forget_task(order: FactoryOrder, ask: Ask) -> None:
    """Nothing is to be approved any more."""
    deadlines.cancel(ask, order, "approve_factory_order")


def name_cars(order: FactoryOrder, ask: Ask) -> None:
    """Each VIN is a car on order from now on, expected when the factory said."""
    line = next(each for each in order.lines if each.id == ask.facts.line)
    for typed in typed_vins(ask.facts):
        told = NewUnit(model=line.model_id, vin=typed, colour=line.colour, expected_on=order.expected_on)
        naming = ask.with_facts(told)
        unit = vehicles.new_unit(naming)
        unit.factory_line_id = line.id
        UNITS.begin("order", unit, naming)


def typed_vins(facts: NamedCars) -> list[str]:
    """One a line; empty lines do not count."""
    return [each.strip() for each in facts.vins.splitlines() if each.strip()]


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

AS_WANTED = (models_come_in_these_colours, wanted_day_is_ahead)
ORDERS = has("order cars")
APPROVES = has("approve factory orders")

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("draw_up", None, S.DRAFT, ORDERS, NewOrder,
         AS_WANTED,
         (write_lines,)),
    Step("change", S.DRAFT, SAME, ORDERS, NewOrder,
         AS_WANTED,
         (write_lines,)),
    Step("send", S.DRAFT, S.SENT, APPROVES, None,
         (somebody_else_drew_it_up,),
         (note_sending,)),
    Step("confirm", S.SENT, S.CONFIRMED, ORDERS, Confirmation,
         (),
         (note_confirmation,)),
    Step("name_cars", S.CONFIRMED, SAME, has("keep stock"), NamedCars,
         (line_has_room_for_them, vins_are_right, vins_are_new_here),
         (name_cars,)),
    Step("close", S.CONFIRMED, S.CLOSED, ORDERS, Ending,
         (shortfall_is_explained,)),
    Step("cancel", LIVE, S.CANCELLED, APPROVES, Giving,
         (no_car_is_named,),
         (forget_task,)),
]
# fmt: on

FACTORY_ORDERS = Life("factory_order", FactoryOrder, FactoryOrderState, STEPS, (S.DRAFT, S.SENT, S.CONFIRMED, S.CLOSED))


def blank(ask: Ask) -> FactoryOrder:
    """An order of whoever asks, still to be begun with "draw_up"."""
    facts: NewOrder = ask.facts
    return FactoryOrder(
        store_id=ask.actor.store_id, drawn_by_id=ask.hat.id, wanted_by=facts.wanted_by, remark=facts.remark
    )


# ── what is missing ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Missing:
    """Cars of one kind that contracts in force want and that are neither here, nor coming, nor ordered."""

    model_id: UUID
    model: str
    colour: str
    wanted: int
    here: int
    coming: int
    ordered: int
    first_due: date

    @property
    def count(self) -> int:
        """How many are to be ordered."""
        return self.wanted - self.here - self.coming - self.ordered


def missing(db: Session, who: Actor, today: date) -> list[Missing]:
    """What is to be ordered, most urgent first: places without a car − free stock − on the way − ordered already."""
    served, open_orders = allocation_queue.planned(db, who, today), _ordered(db, who.store_id)
    by_spec: dict[Spec, list[Served]] = {}
    for each in served:
        by_spec.setdefault(each.want.spec, []).append(each)
    found = [
        Missing(
            *spec_of(spec, rows[0].want.model),
            wanted=sum(each.want.count for each in rows),
            here=sum(len(each.cars) for each in rows),
            coming=sum(len(each.coming) for each in rows),
            ordered=open_orders[spec],
            first_due=min(each.want.due_on for each in rows if each.short),
        )
        for spec, rows in by_spec.items()
        if any(each.short for each in rows)
    ]
    return sorted(
        (each for each in found if each.count > 0), key=lambda each: (each.first_due, each.model, each.colour)
    )


def spec_of(spec: Spec, model: str) -> tuple[UUID, str, str]:
    """Model and colour with the name that people read."""
    return spec[0], model, spec[1]


def _ordered(db: Session, store_id: UUID) -> Counter[Spec]:
    """Cars of live orders that the factory has not named: from then on they are on their way."""
    query = (
        select(FactoryOrderLine.model_id, FactoryOrderLine.colour, FactoryOrderLine.quantity, func.count(Unit.id))
        .join(FactoryOrder, FactoryOrder.id == FactoryOrderLine.factory_order_id)
        .outerjoin(Unit, Unit.factory_line_id == FactoryOrderLine.id)
        .where(FactoryOrder.store_id == store_id, FactoryOrder.state.in_([state.value for state in LIVE]))
        .group_by(FactoryOrderLine.id, FactoryOrderLine.model_id, FactoryOrderLine.colour, FactoryOrderLine.quantity)
    )
    found: Counter[Spec] = Counter()
    for model, colour, quantity, count in db.execute(query):
        found[model, colour] += quantity - count
    return found


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def ordered(order: FactoryOrder) -> int:
    """How many cars the order holds."""
    return sum(line.quantity for line in order.lines)


def named(db: Session, order: FactoryOrder) -> Counter[UUID]:
    """How many cars of each line have their VIN."""
    query = select(Unit.factory_line_id, func.count()).where(
        Unit.factory_line_id.in_([line.id for line in order.lines])
    )
    return Counter({line: count for line, count in db.execute(query.group_by(Unit.factory_line_id)) if line})


def newest(db: Session, who: Actor) -> list[FactoryOrder]:
    """The shop's orders, newest first."""
    query = people.scoped(select(FactoryOrder), FactoryOrder, who)
    query = query.options(selectinload(FactoryOrder.lines).joinedload(FactoryOrderLine.model))
    return list(db.scalars(query.order_by(FactoryOrder.number.desc()).limit(MOST_LISTED)))


def cars_of(db: Session, order: FactoryOrder) -> list[Unit]:
    """The cars that the factory has named for it."""
    query = select(Unit).where(Unit.factory_line_id.in_([line.id for line in order.lines]))
    return list(db.scalars(query.order_by(Unit.number)))


def full_name(line: FactoryOrderLine) -> str:
    """Model, configuration and colour of a line."""
    return f"{catalogue.full_name(line.model)} {line.colour}"
