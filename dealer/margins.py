"""The true margin of a deal: what is left of its cars' price once everything it costs the shop is taken off.

A ladder from the price down to the margin; its rungs add up to the fen. The manufacturer's allowance counts here once
it is confirmed and entered, not while it is only promised in a line of the quotation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import pricing, quotation
from dealer.engine.amounts import half_up
from dealer.engine.fields import Money
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.people import by_id, has
from dealer.records.costs import CostKind, DealCost
from dealer.records.deals import Deal
from dealer.records.prices import PriceListLine
from dealer.records.quotations import Quotation, QuotationState
from dealer.records.vehicles import Model

RECORDS_COSTS = has("record deal costs")
VOID = (QuotationState.WITHDRAWN, QuotationState.SUPERSEDED, QuotationState.REJECTED)


class NewCost(Facts):
    """One amount beside the cars."""

    kind: CostKind = Field(title="What for")
    amount: Money = Field(title="Amount", gt=0)
    note: str = Field("", title="Invoice, letter or reason", max_length=200)


# ── writing down ──────────────────────────────────────────────────────────────────────────────────────────────────


def record(deal: Deal, ask: Ask) -> DealCost:
    """Write down an amount. Raises Refused for who has no such duty."""
    ask = _as_bookkeeper(deal, ask)
    row = DealCost(
        store_id=deal.store_id, deal_id=deal.id, recorded_at=ask.at, recorded_by_id=ask.actor.id,
        **ask.facts.model_dump(),
    )  # fmt: skip
    ask.db.add(row)
    ask.db.flush()
    write_down(ask, "deal_cost", row, "record", ask.facts)
    return row


def withdraw(deal: Deal, ask: Ask, key: UUID) -> DealCost | None:
    """An amount that was entered by mistake no longer counts; the row stays. None where the deal has no such row."""
    ask = _as_bookkeeper(deal, ask)
    row: DealCost | None = by_id(ask.db, DealCost, ask.actor, key)
    if row is None or row.deal_id != deal.id:
        return None
    if row.withdrawn_at is not None:
        raise Refused([no("It was withdrawn already.", code="E-WITHDRAWN")], "withdraw", deal)
    row.withdrawn_at, row.withdrawn_by_id = ask.at, ask.actor.id
    write_down(ask, "deal_cost", row, "withdraw")
    return row


def _as_bookkeeper(deal: Deal, ask: Ask) -> Ask:
    answer = RECORDS_COSTS(deal, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer], "record", deal)
    return answer


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: what it is, and by how much it raises (+) or lowers (−) the margin, in fen."""

    what: str
    amount: int


@dataclass(frozen=True)
class Ladder:
    """From the price of the cars to the margin. `unknown` are models whose cost no list names: then there is none."""

    basis: Quotation
    cars: int
    rungs: tuple[Rung, ...]
    unknown: tuple[Model, ...]

    @property
    def margin(self) -> int | None:
        """What is left, or None while a cost is unknown."""
        return None if self.unknown else sum(rung.amount for rung in self.rungs)

    @property
    def per_car(self) -> int | None:
        """For people to read."""
        return None if self.margin is None else pricing.per_car(self.margin, self.cars)

    @property
    def permille(self) -> int | None:
        """Of the price of all cars."""
        return None if self.margin is None else half_up(self.margin * 1000, self.rungs[0].amount)


def ladder(db: Session, deal: Deal, day: date) -> Ladder | None:
    """The margin of a deal by its accepted quotation, else by its latest offer; None before there is one."""
    basis = _basis(db, deal)
    if basis is None:
        return None
    listed, unknown = _costs(db, basis, day)
    totals = pricing.totals(basis)
    gifts = [Rung("gifts", -totals.given)] if totals.given else []
    rungs = [Rung("cars", totals.vehicles), *gifts, Rung("cost_of_cars", -listed), *_sums(costs_of(db, deal))]
    return Ladder(basis, totals.quantity, tuple(rungs), unknown)


def _basis(db: Session, deal: Deal) -> Quotation | None:
    offers = (each for each in quotation.of_deal(db, deal) if each.state not in VOID)
    return quotation.accepted(db, deal) or next(offers, None)


def _costs(db: Session, basis: Quotation, day: date) -> tuple[int, tuple[Model, ...]]:
    """What the cars cost by the list they were priced by, else by today's."""
    prices = _prices(db, basis, day)
    known = {key: price.cost for key, price in prices.items() if price.cost is not None}
    unknown = {line.model_id: line.model for line in basis.firm_lines if line.model_id not in known}
    listed = sum(known.get(line.model_id, 0) * line.quantity for line in basis.firm_lines)
    return listed, tuple(unknown.values())


def _prices(db: Session, basis: Quotation, day: date) -> dict[UUID, PriceListLine]:
    models = {line.model_id for line in basis.firm_lines}
    if basis.price_list_id is None:
        return pricing.prices_of(db, basis.store_id, models, day)
    query = select(PriceListLine).where(
        PriceListLine.price_list_id == basis.price_list_id, PriceListLine.model_id.in_(models)
    )
    return {price.model_id: price for price in db.scalars(query)}


def _sums(rows: Iterable[DealCost]) -> list[Rung]:
    """One rung for each kind of cost that there is, in the order of the kinds."""
    live = [row for row in rows if row.withdrawn_at is None]
    kinds = [kind for kind in CostKind if any(row.kind is kind for row in live)]
    return [Rung(kind.value, sum(_signed(row) for row in live if row.kind is kind)) for kind in kinds]


def _signed(row: DealCost) -> int:
    return row.amount if row.kind is CostKind.ALLOWANCE else -row.amount


def costs_of(db: Session, deal: Deal) -> list[DealCost]:
    """Every amount of a deal, also those withdrawn, newest first."""
    query = select(DealCost).where(DealCost.deal_id == deal.id).options(joinedload(DealCost.recorded_by))
    return list(db.scalars(query.order_by(DealCost.recorded_at.desc(), DealCost.id.desc())))
