"""Lost deals 战败分析: why, to whom, out of which phase, and how many cars went with them."""

from typing import Any

from sqlalchemy import Select, func, select, type_coerce
from sqlalchemy.orm import contains_eager

from dealer import people
from dealer.engine.columns import WordType
from dealer.engine.database import DaysBetween
from dealer.engine.history import History
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal, DealState, LossReason, Need, NeedLine
from dealer.reports.looking import Look
from dealer.reports.shape import DAYS, Figure, Rate, Report, Source
from dealer.reports.ways import MONTH, PERSON, by_month_of, text_way, words_way


def _lost(look: Look) -> Select[Any]:
    """Deals given up in these days and not taken up again; one joined to another deal goes on there."""
    query = people.scoped(select(Deal), Deal, look.who).join(Customer, Customer.id == Deal.customer_id)
    given_up = (Deal.state == DealState.LOST) & (Deal.loss_reason != LossReason.DUPLICATE)
    return query.where(given_up, look.in_period(Deal.lost_at), look.sees(Deal.owner_id))


def _told(deal: Deal, cars: int | None) -> tuple[Any, ...]:
    return deal.customer.name, deal.lost_at, deal.loss_reason, deal.loss_competitor, cars or 0, deal.loss_remark


FROM_PHASE = type_coerce(
    select(History.was)
    .where(History.store_id == Deal.store_id, History.thing_id == Deal.id, History.now == DealState.LOST.value)
    .where(History.was != History.now)
    .order_by(History.seq.desc()).limit(1).correlate(Deal).scalar_subquery(),
    WordType(DealState),
)  # fmt: skip
CARS = (
    select(func.sum(NeedLine.quantity)).join(Need, Need.id == NeedLine.need_id).where(Need.deal_id == Deal.id)
    .correlate(Deal).scalar_subquery()
)  # fmt: skip
LOST = Source(
    _lost, Deal.number, Deal.owner_id,
    {
        "reason": Deal.loss_reason, "competitor": Deal.loss_competitor, "phase": FROM_PHASE,
        "class": Customer.customer_class, "person": Deal.owner_id, "month": by_month_of(Deal.lost_at),
    },
    ("Customer", "Lost on", "Reason", "Lost to", "Cars", "Remark"), _told, lambda deal, *more: deal, (CARS,),
    (contains_eager(Deal.customer),),
)  # fmt: skip

LOSSES = Report(
    "losses",
    "Lost deals",
    "Why deals were lost, to which brand and model, and out of which phase.",
    duty="see sales reports",
    figures={
        "lost": Figure(
            "Deals lost", "deals given up in these days and not taken up again; those joined to another are not", LOST
        ),
        "competitor": Figure(
            "Lost to a competitor", "of these: a competitor is named", LOST, Deal.loss_competitor.is_not(None)
        ),
        "cars": Figure("Cars lost", "cars of their need sheets", LOST, sums=CARS),
        "median": Figure(
            "Median days to the loss", "the middle one of the days from the first inquiry to the loss", LOST,
            sums=DaysBetween(Deal.begun_at, Deal.lost_at), unit=DAYS, middle=True,
        ),
    },
    rates={"to": Rate("Share of competitors", "lost to a competitor ÷ deals lost", "competitor", ("lost",))},
    ways={
        "reason": words_way("By reason", LossReason),
        "competitor": text_way("By competitor", nobody="No competitor named"),
        "phase": words_way("By phase", DealState),
        "class": words_way("By customer class", CustomerClass),
        "person": PERSON,
        "month": MONTH,
    },
    top=("lost", "to", "cars", "median"),
    charts=(("lost",),),
)  # fmt: skip
