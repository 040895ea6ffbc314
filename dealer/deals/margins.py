"""The true margin of a deal: what is left of its cars' price once everything it costs the shop is taken off.

A ladder from the price down to the margin; its rungs add up to the fen. Cars and prices are those of the contract with
its amendments in force, before there is one those of the quotation. The manufacturer's allowance counts once it is
confirmed; interest on credit is reckoned from the contract's plans unless finance enters another amount and says why.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer.contracts.in_force import text_in_force
from dealer.engine.amounts import half_up
from dealer.engine.fields import Money
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.money.credit_interest import Lent, lent
from dealer.people import by_id, has
from dealer.prices import allowances, pricing
from dealer.quotations import quotation
from dealer.records.contracts import Contract, ContractKind, ContractState
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
    note: str = Field("", title="Invoice, letter or reason", max_length=200, validate_default=True)

    @field_validator("note")
    @classmethod
    def _other_interest_has_a_reason(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("kind") is CostKind.INTEREST and not value:
            raise ValueError("Interest is reckoned from the contract: say why it shall be another amount.")
        return value


# ── writing down ──────────────────────────────────────────────────────────────────────────────────────────────────


def record(deal: Deal, ask: Ask) -> DealCost:
    """Write down an amount. Raises Refused for who has no such duty."""
    ask = _as_bookkeeper(deal, ask)
    if refusal := allowance_is_not_counted_twice(deal, ask):
        raise Refused([refusal], "record", deal)
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


def allowance_is_not_counted_twice(deal: Deal, ask: Ask) -> Refusal | None:
    """What the lines of the quotation promise is confirmed there, and counts from then on by itself."""
    basis = _offer(ask.db, deal)
    promised = basis is not None and any(allowances.numbered(basis))
    if promised and ask.facts.kind is CostKind.ALLOWANCE:
        return no(
            "The quotation names the manufacturer's allowance: confirm it there, it then counts here.",
            code="E-ALLOWANCE", field="kind",
        )  # fmt: skip
    return None


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

    basis: Quotation | Contract
    cars: int
    rungs: tuple[Rung, ...]
    unknown: tuple[Model, ...]
    lent: tuple[Lent, ...]  # what the contract lets the customer pay later; its interest, unless another was entered

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


@dataclass(frozen=True)
class Sold:
    """Cars of a line as they are sold."""

    model: Model
    quantity: int
    unit_price: int
    given: int  # gifts and free services of the line, at their cost


def ladder(db: Session, deal: Deal, day: date) -> Ladder | None:
    """The margin of a deal by its contract in force, else by its accepted quotation or latest offer; None before."""
    contract, offer = _in_force(db, deal), _offer(db, deal)
    priced = contract.quotation if contract else offer
    if priced is None:
        return None
    text = text_in_force(db, contract) if contract else None
    sold = _by_contract(text) if text else _by_offer(priced)
    listed, unknown = _costs(db, priced, sold, text.effective_on or day if text else day)
    promised = _promised_for(contract, text) if contract and text else _promised(priced, day)
    given, costs, owed = sum(each.given for each in sold), costs_of(db, deal), _lent(db, deal)
    rungs = (
        Rung("cars", sum(each.unit_price * each.quantity for each in sold)),
        *([Rung("gifts", -given)] if given else []),
        Rung("cost_of_cars", -listed),
        *([Rung("allowance_of_cars", promised)] if promised else []),
        *_sums(costs, sum(each.interest for each in owed)),
    )
    return Ladder(text or priced, sum(each.quantity for each in sold), rungs, unknown, tuple(owed))


# ── what is sold ──────────────────────────────────────────────────────────────────────────────────────────────────


def _in_force(db: Session, deal: Deal) -> Contract | None:
    return next((each for each in _contracts(db, deal) if each.effective_on is not None), None)


def _contracts(db: Session, deal: Deal) -> list[Contract]:
    """Those of a deal that were not given up, newest first; an amendment is a part of its own."""
    query = select(Contract).where(
        Contract.deal_id == deal.id, Contract.kind != ContractKind.AMENDMENT, Contract.state != ContractState.VOID
    )
    return list(db.scalars(query.order_by(Contract.number.desc())))


def _offer(db: Session, deal: Deal) -> Quotation | None:
    offers = (each for each in quotation.of_deal(db, deal) if each.state not in VOID)
    return quotation.accepted(db, deal) or next(offers, None)


def _by_offer(basis: Quotation) -> list[Sold]:
    return [Sold(line.model, line.quantity, line.unit_price, pricing.given_away(line)) for line in basis.firm_lines]


def _by_contract(text: Contract) -> list[Sold]:
    kinds = [kind.value for kind in pricing.GIVEN]
    return [
        Sold(
            line.model,
            line.quantity,
            line.unit_price,
            sum(extra["amount"] for extra in line.extras if extra["kind"] in kinds),
        )
        for line in text.lines
    ]


def _promised(basis: Quotation, day: date) -> int:
    return sum(pricing.allowance(line, day) for line in basis.firm_lines)


def _promised_for(contract: Contract, text: Contract) -> int:
    """What was confirmed when the contract took effect, for those of its cars that the text in force still names."""
    day = contract.effective_on
    if day is None:
        return 0
    lines = {line.id: line for line in contract.quotation.lines}
    left: Counter[UUID] = Counter()
    for line in text.lines:
        left[line.root] += line.quantity
    quoted = ((line, lines[line.quotation_line_id]) for line in contract.lines if line.quotation_line_id in lines)
    return sum(
        pricing.allowance(offered, day) * min(left[line.id], offered.quantity) // offered.quantity
        for line, offered in quoted
    )


def _costs(db: Session, basis: Quotation, sold: Sequence[Sold], day: date) -> tuple[int, tuple[Model, ...]]:
    """What the cars cost by the list they were priced by; models it does not name by the list of a day."""
    models = {each.model.id: each.model for each in sold}
    prices = pricing.prices_of(db, basis.store_id, models, day) | _prices(db, basis, models)
    known = {key: price.cost for key, price in prices.items() if price.cost is not None}
    listed = sum(known.get(each.model.id, 0) * each.quantity for each in sold)
    return listed, tuple(model for key, model in models.items() if key not in known)


def _prices(db: Session, basis: Quotation, models: Iterable[UUID]) -> dict[UUID, PriceListLine]:
    query = select(PriceListLine).where(
        PriceListLine.price_list_id == basis.price_list_id, PriceListLine.model_id.in_(set(models))
    )
    return {price.model_id: price for price in db.scalars(query)}


# ── what it costs beside ──────────────────────────────────────────────────────────────────────────────────────────


def _lent(db: Session, deal: Deal) -> list[Lent]:
    """By the plans of the newest contract, in force or on its way there."""
    newest = next(iter(_contracts(db, deal)), None)
    return lent(db, text_in_force(db, newest)) if newest else []


def _sums(rows: Iterable[DealCost], interest: int) -> list[Rung]:
    """One rung for each kind of cost that there is, in the order of the kinds; interest as reckoned or as entered."""
    sums: dict[CostKind, int] = {CostKind.INTEREST: -interest}
    live = [row for row in rows if row.withdrawn_at is None]
    for kind in {row.kind for row in live}:
        sums[kind] = sum(_signed(row) for row in live if row.kind is kind)
    return [Rung(kind.value, sums[kind]) for kind in CostKind if sums.get(kind)]


def _signed(row: DealCost) -> int:
    return row.amount if row.kind is CostKind.ALLOWANCE else -row.amount


def costs_of(db: Session, deal: Deal) -> list[DealCost]:
    """Every amount of a deal, also those withdrawn, newest first."""
    query = select(DealCost).where(DealCost.deal_id == deal.id).options(joinedload(DealCost.recorded_by))
    return list(db.scalars(query.order_by(DealCost.recorded_at.desc(), DealCost.id.desc())))
