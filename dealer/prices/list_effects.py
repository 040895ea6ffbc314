"""What a price list would do to what is open, told before it is approved, and what tells two lists apart.

The effects are found by the steps' own rules, asked as if the list counted on its first day: once with it and once
with the list it would replace, so that what happens anyway is not laid at its door.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.approvals import approval_rules, authority
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Rule
from dealer.house.supposing import Supposed, supposing
from dealer.quotations import quotation_rules
from dealer.records.deals import Deal
from dealer.records.prices import PriceList, PriceListLine, PriceListState
from dealer.records.quotations import ExceptionState, PriceException, Quotation, QuotationState

# ── what it does to what is open ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Effects:
    """What changes on the list's first day; each quotation and each approval stands in one row at most."""

    day: date
    blocked: list[Quotation]  # at a price above the new marked price, or without a price: not sent like this any more
    waiting: list[Quotation]  # would wait for somebody's decision
    released: list[Quotation]  # would wait no longer
    lapsing: list[PriceException]  # approvals that end
    honoured: list[PriceException]  # approvals below the approver's new floor that the customer holds

    @property
    def count(self) -> int:
        """How many things it touches."""
        offers = len(self.blocked) + len(self.waiting) + len(self.released)
        return offers + len(self.lapsing) + len(self.honoured)


def effects_of(db: Session, price_list: PriceList, today: date) -> Effects:
    """What happens to open quotations and to approvals once this list counts."""
    day = max(price_list.effective_from, today)
    ask = Ask(db, people.system(price_list.store_id), calendar_of(db).at(day, "00:05"))
    offers, approved = _open(db, price_list), _approved(ask, price_list)
    before = _Look(ask, offers, approved)
    with supposing(db, Supposed(price_list.store_id, price_list)):
        after = _Look(ask, offers, approved)
    blocked = [each for each in offers if each.id in after.blocked - before.blocked]
    waiting = [each for each in offers if each.id in after.waiting - before.waiting - after.blocked]
    released = [each for each in offers if each.id in before.waiting - after.waiting - after.blocked]
    return Effects(
        day,
        blocked,
        waiting,
        released,
        [each for each in approved if each.id in after.lapsing - before.lapsing],
        [each for each in approved if each.id in after.outgrown - before.outgrown - after.lapsing],
    )


class _Look:
    """What the rules say of everything open, at one moment, under whatever list counts then."""

    def __init__(self, ask: Ask, offers: list[Quotation], approved: list[PriceException]) -> None:
        def held_by(each: Quotation, *rules: Rule) -> bool:
            return any(rule(each, ask) is not None for rule in rules)

        unsold = (quotation_rules.models_are_on_the_list, quotation_rules.prices_are_not_above_marked)
        self.blocked = {each.id for each in offers if held_by(each, *unsold)}
        self.waiting = {each.id for each in offers if held_by(each, quotation_rules.lines_are_authorised)}
        self.lapsing = {each.id for each in approved if approval_rules.approval_no_longer_fits(each, ask) is None}
        self.outgrown = {each.id for each in approved if authority.outgrown(ask.db, each, ask.today)}


def _open(db: Session, price_list: PriceList) -> list[Quotation]:
    """Submitted and not yet with the customer: what is sent keeps the floors of its day."""
    states = (QuotationState.PENDING_PRICE.value, QuotationState.READY.value)
    query = select(Quotation).where(Quotation.store_id == price_list.store_id, Quotation.state.in_(states))
    deal = joinedload(Quotation.deal).joinedload(Deal.customer)
    return list(db.scalars(query.options(deal).order_by(Quotation.number)))


def _approved(ask: Ask, price_list: PriceList) -> list[PriceException]:
    """Approvals that will still stand on that day."""
    query = select(PriceException).where(
        PriceException.store_id == price_list.store_id, PriceException.state == ExceptionState.APPROVED
    )
    deal = joinedload(PriceException.deal).joinedload(Deal.customer)
    found = ask.db.scalars(query.options(deal).order_by(PriceException.number))
    return [each for each in found if approval_rules.it_ran_out_unused(each, ask) is not None]


# ── two lists side by side ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Change:
    """A model whose prices differ; one side is None where a list does not name it."""

    before: PriceListLine | None
    after: PriceListLine | None

    @property
    def line(self) -> PriceListLine:
        """The side that is there."""
        line = self.after or self.before
        if line is None:
            raise ValueError("a change has at least one side")
        return line


PRICED = ("marked", "floor_consultant", "floor_key_account", "floor_general", "cost")


def changes(db: Session, old: PriceList, new: PriceList) -> list[Change]:
    """Models that differ in the order of the new list, then those it no longer names."""
    before, after = _lines(db, old), _lines(db, new)
    pairs = [Change(before.get(model), line) for model, line in after.items()]
    dropped = [Change(line, None) for model, line in before.items() if model not in after]
    return [*(each for each in pairs if _differs(each)), *dropped]


def _lines(db: Session, price_list: PriceList) -> dict[UUID, PriceListLine]:
    query = select(PriceListLine).options(joinedload(PriceListLine.model))
    mine = query.where(PriceListLine.price_list_id == price_list.id).order_by(PriceListLine.position)
    return {line.model_id: line for line in db.scalars(mine)}


def _differs(change: Change) -> bool:
    return any(getattr(change.before, name, None) != getattr(change.after, name, None) for name in PRICED)


def others(db: Session, price_list: PriceList) -> list[PriceList]:
    """The lists it can be held against, the latest first day first; withdrawn ones are over."""
    query = select(PriceList).where(
        PriceList.store_id == price_list.store_id,
        PriceList.id != price_list.id,
        PriceList.state != PriceListState.WITHDRAWN,
    )
    return list(db.scalars(query.order_by(PriceList.effective_from.desc(), PriceList.number.desc()).limit(20)))


def nearest(db: Session, price_list: PriceList) -> PriceList | None:
    """The list it is held against unless somebody asks for another: the one that counted before it, else any other."""
    found = others(db, price_list)
    approved = (each for each in found if each.state is PriceListState.APPROVED)
    earlier = (each for each in approved if each.effective_from <= price_list.effective_from)
    return next(earlier, None) or next(iter(found), None)
