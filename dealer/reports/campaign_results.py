"""What came of campaigns 活动效果: parties, cards, deals that named one; orders signed, and what was given under it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from dealer import people
from dealer.engine.words import Yuan
from dealer.market.campaign_effects import stands
from dealer.records.contracts import Contract, ContractLine
from dealer.records.deals import Deal
from dealer.records.market import Campaign
from dealer.records.prospects import Prospect, Visit
from dealer.records.quotations import Quotation, QuotationLine
from dealer.reports.looking import Look
from dealer.reports.shape import YUAN, Figure, Rate, Report, Source, Way
from dealer.reports.ways import MONTH, PERSON, by_month_of

HEADS = ("Customer", "When", "What")

# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_shop(record: Any, look: Look) -> Select[Any]:
    return people.scoped(select(record), record, look.who)


def _visits(look: Look) -> Select[Any]:
    came = _of_shop(Visit, look).where(Visit.campaign_id.is_not(None))
    return came.where(look.on_days(Visit.day), look.sees(Visit.owner_id))


def _cards(look: Look) -> Select[Any]:
    made = _of_shop(Prospect, look).where(Prospect.campaign_id.is_not(None))
    return made.where(look.in_period(Prospect.begun_at), look.sees(Prospect.owner_id))


def _deals(look: Look) -> Select[Any]:
    begun = _of_shop(Deal, look).where(Deal.campaign_id.is_not(None))
    return begun.where(look.in_period(Deal.begun_at), look.sees(Deal.owner_id))


def _orders(look: Look) -> Select[Any]:
    signed = _of_shop(Contract, look).join(Deal, Deal.id == Contract.deal_id).where(Deal.campaign_id.is_not(None))
    return signed.where(Contract.parent_id.is_(None), look.on_days(Contract.effective_on), look.sees(Deal.owner_id))


def _grants(look: Look) -> Select[Any]:
    given = _of_shop(QuotationLine, look).join(Quotation, Quotation.id == QuotationLine.quotation_id)
    given = given.join(Deal, Deal.id == Quotation.deal_id).where(QuotationLine.campaign_id.is_not(None), *stands())
    return given.where(look.in_period(Quotation.submitted_at), look.sees(Deal.owner_id))


def _told_visit(visit: Visit) -> tuple[Any, ...]:
    return visit.name or visit.company or "—", visit.came_at, visit.purpose


def _told_card(card: Prospect) -> tuple[Any, ...]:
    return card.name, card.begun_at, card.level


def _told_deal(deal: Deal) -> tuple[Any, ...]:
    return deal.customer.name, deal.begun_at, deal.state


def _told_order(contract: Contract) -> tuple[Any, ...]:
    return contract.deal.customer.name, contract.effective_on, Yuan(contract.total)


def _told_grant(line: QuotationLine) -> tuple[Any, ...]:
    return line.quotation.deal.customer.name, line.quotation.submitted_at, Yuan(line.campaign_amount)


def _ways(campaign: Any, person: Any, moment: Any) -> dict[str, Any]:
    return {"campaign": campaign, "person": person, "month": by_month_of(moment)}


VISITS = Source(
    _visits, Visit.number, Visit.owner_id, _ways(Visit.campaign_id, Visit.owner_id, Visit.day), HEADS, _told_visit
)
CARDS = Source(
    _cards, Prospect.number, Prospect.owner_id, _ways(Prospect.campaign_id, Prospect.owner_id, Prospect.begun_at),
    HEADS, _told_card,
)  # fmt: skip
DEALS = Source(
    _deals, Deal.number, Deal.owner_id, _ways(Deal.campaign_id, Deal.owner_id, Deal.begun_at), HEADS, _told_deal,
    beside=(joinedload(Deal.customer),),
)  # fmt: skip
ORDERS = Source(
    _orders, Contract.number, Deal.owner_id, _ways(Deal.campaign_id, Deal.owner_id, Contract.effective_on), HEADS,
    _told_order, beside=(joinedload(Contract.deal).joinedload(Deal.customer),),
)  # fmt: skip
GRANTS = Source(
    _grants, Quotation.number * 1000 + QuotationLine.position, Deal.owner_id,
    _ways(QuotationLine.campaign_id, Deal.owner_id, Quotation.submitted_at), HEADS, _told_grant,
    thing=lambda line: line.quotation,
    beside=(joinedload(QuotationLine.quotation).joinedload(Quotation.deal).joinedload(Deal.customer),),
)  # fmt: skip

# ── the report ────────────────────────────────────────────────────────────────────────────────────────────────────

CARS = (
    select(func.sum(ContractLine.quantity)).where(ContractLine.contract_id == Contract.id)
    .correlate(Contract).scalar_subquery()
)  # fmt: skip


def _names(look: Look, values: Iterable[Any], language: str) -> dict[UUID, str]:
    query = people.scoped(select(Campaign), Campaign, look.who).where(Campaign.id.in_(list(values)))
    return {each.id: each.name for each in look.db.scalars(query)}


CAMPAIGN_RESULTS = Report(
    "campaigns",
    "What came of campaigns",
    "Which campaigns brought visits, cards, deals and orders, and what was given under them.",
    duty="see sales reports",
    figures={
        "visits": Figure("Parties", "visits and calls that named a campaign", VISITS),
        "cards": Figure("Cards", "prospect cards made in these days that name a campaign", CARDS),
        "deals": Figure("Deals registered", "deals begun in these days that name a campaign", DEALS),
        "orders": Figure("Orders", "contracts of such deals that took effect in these days", ORDERS),
        "cars": Figure("Cars ordered", "cars of these contracts as they were signed", ORDERS, sums=CARS),
        "yuan": Figure(
            "Yuan ordered", "totals of these contracts as they were signed, with VAT", ORDERS, sums=Contract.total,
            unit=YUAN,
        ),
        "given": Figure(
            "Given under it", "gifts and price that campaigns bore in quotations submitted in these days that stand",
            GRANTS, sums=QuotationLine.campaign_amount, unit=YUAN,
        ),
    },
    rates={"deals_of_visits": Rate("Deals of parties", "deals ÷ parties", "deals", ("visits",))},
    ways={"campaign": Way("By campaign", UUID, _names), "person": PERSON, "month": MONTH},
    top=("visits", "cards", "deals", "orders", "cars", "given"),
    charts=(("deals",),),
)  # fmt: skip
