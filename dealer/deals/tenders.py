"""The calendar of a tender: its form, the rules its dates obey, and the deadlines they become.

Each date is a deadline of the deal's owner, with warnings ahead; moving a date moves it, emptying it cancels it.
Whether the contract is signed is told by the contract itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines
from dealer.engine.database import calendar_of
from dealer.engine.fields import Money, ShopTime
from dealer.engine.steps import Ask, Facts, Refusal, no, on_facts
from dealer.engine.words import Word, Yuan
from dealer.quotations.quotation_rules import is_tendered
from dealer.records.contracts import Contract, ContractKind
from dealer.records.deals import Deal, PurchaseMode, Tender

WARNING_DAYS = (5, 2, 0)  # working days ahead
BOND_MOST_PERCENT = 2  # 招标投标法实施条例 art. 26, 政府采购法实施条例 art. 33
SIGNED_WITHIN_DAYS = 30  # 招标投标法 art. 46, 政府采购法 art. 46
LEAST_DAYS_TO_BID = 20  # 招标投标法 art. 24, 政府采购法 art. 35
BOND_BACK_WORKING_DAYS = 5  # after the contract is signed: 招标投标法实施条例 art. 57, 政府采购法实施条例 art. 33
ANNOUNCED = (PurchaseMode.OPEN_TENDER, PurchaseMode.INVITED_TENDER)


class TenderDates(Facts):
    """What the documents of a tender say, and what has happened since. Every field may wait until it is known."""

    issued_on: date | None = Field(None, title="Documents issued on")
    questions_until: date | None = Field(None, title="Questions until")
    budget: Money | None = Field(None, title="Budget as the documents name it", gt=0)
    bond: Money | None = Field(None, title="Bid bond", gt=0)
    bond_due: date | None = Field(None, title="Bid bond due")
    bond_paid_on: date | None = Field(None, title="Bid bond paid on")
    bond_back_on: date | None = Field(None, title="Bid bond back on")
    bids_until: ShopTime | None = Field(None, title="Bids until")
    opens_at: ShopTime | None = Field(None, title="Opening of the bids")
    valid_until: date | None = Field(None, title="Bids valid until")
    awarded_on: date | None = Field(None, title="Notice of award of")


FIELDS = tuple(TenderDates.model_fields)
# The later one of each pair cannot come before the earlier one.
ORDER = (
    ("issued_on", "questions_until"),
    ("issued_on", "bond_due"),
    ("issued_on", "bids_until"),
    ("questions_until", "bids_until"),
    ("bond_due", "bids_until"),
    ("bond_paid_on", "bond_back_on"),
    ("bids_until", "opens_at"),
    ("bids_until", "valid_until"),
    ("opens_at", "valid_until"),
    ("opens_at", "awarded_on"),
)
HAPPENED = ("bond_paid_on", "bond_back_on", "awarded_on")

# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def customer_buys_by_tender(deal: Deal, ask: Ask) -> Refusal | None:
    """Only a purchase by tender has such a calendar."""
    if not is_tendered(deal):
        return no(
            "The customer buys without a tender: correct the purchase mode in the need sheet.",
            code="E-NO-TENDER", quiet=True, fix="need_sheet",
        )  # fmt: skip
    return None


@on_facts
def dates_follow_each_other(deal: Deal, ask: Ask) -> Refusal | None:
    """Bids are not opened before they are in, nor asked about after."""
    for earlier, later in ORDER:
        first, then = getattr(ask.facts, earlier), getattr(ask.facts, later)
        if first is not None and then is not None and _is_before(ask, then, first):
            return no(
                "This cannot be before “{earlier}” of {day}.", code="E-TENDER-ORDER", field=later,
                earlier=Word("TenderDate", earlier), day=first,
            )  # fmt: skip
    return None


def _is_before(ask: Ask, then: date | datetime, first: date | datetime) -> bool:
    """Two moments by the clock, else by their days."""
    if isinstance(then, datetime) and isinstance(first, datetime):
        return then < first
    return _day(ask.db, then) < _day(ask.db, first)


def _day(db: Session, value: date | datetime) -> date:
    return calendar_of(db).today(value) if isinstance(value, datetime) else value


@on_facts
def what_happened_is_past(deal: Deal, ask: Ask) -> Refusal | None:
    """Nobody knows today what was paid or awarded tomorrow."""
    for name in HAPPENED:
        day = getattr(ask.facts, name)
        if day is not None and day > ask.today:
            return no("This day is still to come: enter it once it has happened.", code="E-TENDER-FUTURE", field=name)
    return None


@on_facts
def bond_is_within_the_law(deal: Deal, ask: Ask) -> Refusal | None:
    """At most 2 % of the budget (招标投标法实施条例 art. 26, 政府采购法实施条例 art. 33)."""
    facts: TenderDates = ask.facts
    if facts.bond is None:
        dated = next((name for name in ("bond_due", "bond_paid_on", "bond_back_on") if getattr(facts, name)), None)
        return no("Enter the amount of the bid bond.", code="E-BID-BOND", field="bond") if dated else None
    if facts.budget is None:
        return no("Enter the budget: the bid bond is a share of it.", code="E-BID-BOND", field="budget")
    most = facts.budget * BOND_MOST_PERCENT // 100
    if facts.bond > most:
        return no(
            "A bid bond is at most 2 % of the budget, here {most} (Implementing Regulations of the Bidding Law, art. "
            "26; of the Procurement Law, art. 33): ask the purchaser to correct it.",
            code="E-BID-BOND", field="bond", most=Yuan(most),
        )  # fmt: skip
    return None


@on_facts
def bond_comes_back_after_it_was_paid(deal: Deal, ask: Ask) -> Refusal | None:
    """What was not paid cannot come back."""
    if ask.facts.bond_back_on is not None and ask.facts.bond_paid_on is None:
        return no("Enter first when the bid bond was paid.", code="E-BID-BOND", field="bond_paid_on")
    return None


RULES = (
    customer_buys_by_tender,
    dates_follow_each_other,
    what_happened_is_past,
    bond_is_within_the_law,
    bond_comes_back_after_it_was_paid,
)

KINDS = (
    "tender_questions",
    "tender_bond",
    "tender_bid",
    "tender_opening",
    "tender_validity",
    "tender_sign",
    "tender_bond_back",
)

# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_tender(deal: Deal, ask: Ask) -> None:
    """The dates as they are known now; what was known before stays in the history."""
    tender = deal.tender or Tender(store_id=deal.store_id, deal_id=deal.id)
    for name in FIELDS:
        setattr(tender, name, getattr(ask.facts, name))
    deal.tender = tender
    ask.db.add(tender)


def plan_tender(deal: Deal, ask: Ask) -> None:
    """Every date becomes a deadline of the owner, is moved with it, done with it, or cancelled."""
    if deal.tender is None:
        return
    dates = {each.kind: each for each in dates_of(ask.db, deal)}
    for kind in KINDS:
        row, known = dates[kind], deadlines.latest_for(ask.db, deal, kind)
        if row.done:
            deadlines.finish(ask, deal, kind)
        elif row.due is None:
            deadlines.cancel(ask, deal, kind)
        elif row.due > ask.at and (known is None or known.cancelled_at or known.due_at != row.due):
            deadlines.plan(ask, kind, deal, row.due, owner_id=deal.owner_id, warn=WARNING_DAYS)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class DateOf:
    """One date of a tender as a deadline: its kind, until when, and whether it has been seen to."""

    kind: str
    due: datetime | None
    done: bool = False


def dates_of(db: Session, deal: Deal) -> Iterator[DateOf]:
    """What its tender asks for, in the order of its days; nothing of a deal without one."""
    tender, calendar = deal.tender, calendar_of(db)
    if tender is None:
        return

    def end(day: date | None) -> datetime | None:
        return calendar.end_of(day) if day else None

    signed, signing = signed_on(db, deal), sign_by(tender)
    counted = (signed or signing) if tender.bond_paid_on else None
    back = calendar.add_working_days(counted, BOND_BACK_WORKING_DAYS) if counted else None
    yield DateOf("tender_questions", end(tender.questions_until))
    yield DateOf("tender_bond", end(tender.bond_due), done=tender.bond_paid_on is not None)
    yield DateOf("tender_bid", tender.bids_until)
    yield DateOf("tender_opening", tender.opens_at, done=tender.awarded_on is not None)
    yield DateOf("tender_validity", end(tender.valid_until), done=tender.awarded_on is not None)
    yield DateOf("tender_sign", end(signing), done=signed is not None)
    yield DateOf("tender_bond_back", end(back), done=tender.bond_back_on is not None)


def signed_on(db: Session, deal: Deal) -> date | None:
    """The day of the last signature on the deal's contract, once both signatures are confirmed."""
    signed = select(Contract.effective_on).where(
        Contract.deal_id == deal.id, Contract.kind != ContractKind.AMENDMENT, Contract.effective_on.is_not(None)
    )
    return db.scalars(signed.order_by(Contract.effective_on.desc()).limit(1)).first()


def sign_by(tender: Tender) -> date | None:
    """The written contract is due within 30 days of the notice of award."""
    return tender.awarded_on + timedelta(days=SIGNED_WITHIN_DAYS) if tender.awarded_on else None


def hints(db: Session, deal: Deal) -> list[Refusal]:
    """What is odd about the dates without being impossible: the purchaser answers for it, we had better ask."""
    tender = deal.tender
    announced = deal.need is not None and deal.need.purchase_mode in ANNOUNCED
    if tender is None or tender.issued_on is None or tender.bids_until is None or not announced:
        return []
    days = (_day(db, tender.bids_until) - tender.issued_on).days
    if days >= LEAST_DAYS_TO_BID:
        return []
    return [
        no(
            "Only {days} days lie between issue and the end of bidding, the law asks for {least} (Bidding Law art. 24, "
            "Procurement Law art. 35): ask the purchaser.",
            code="E-TENDER-SHORT", days=days, least=LEAST_DAYS_TO_BID,
        )
    ]  # fmt: skip


def known_facts(deal: Deal) -> dict[str, Any]:
    """What the form starts from."""
    return {name: getattr(deal.tender, name) for name in FIELDS} if deal.tender else {}
