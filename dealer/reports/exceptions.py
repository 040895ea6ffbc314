"""Price exceptions 限价例外: how many were asked for, how deep below the floor, who decided, what came of it."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Select, cast, exists, select, type_coerce
from sqlalchemy.orm import joinedload

from dealer import people
from dealer.approvals.approvals import UNDECIDED
from dealer.engine.words import Yuan
from dealer.records.contracts import Contract
from dealer.records.deals import Deal, DealState
from dealer.records.quotations import ExceptionState, PriceException, QuotationLine, Tier
from dealer.reports.looking import Look
from dealer.reports.shape import YUAN, Figure, Rate, Report, Source, Way
from dealer.reports.ways import MODEL, MONTH, PERSON, by_month_of, words_way

S = ExceptionState
E = PriceException


def _asked(look: Look) -> Select[Any]:
    query = people.scoped(select(E), E, look.who).join(Deal, Deal.id == E.deal_id)
    here = query.join(QuotationLine, QuotationLine.id == E.line_id)
    return here.where(look.in_period(E.begun_at), look.sees(E.requester_id))


FLOOR = cast(type_coerce(E.asked, JSON)["floor_own"].as_integer(), BigInteger)
DEPTH = FLOOR * E.quantity - E.net_total
SIGNED = exists().where(
    Contract.deal_id == E.deal_id, Contract.parent_id.is_(None), Contract.effective_on.is_not(None)
).correlate(E)  # fmt: skip
APPROVED = E.approved_total.is_not(None)
WAITS = E.state.in_(UNDECIDED)
WON = APPROVED & SIGNED
LOST = APPROVED & ~SIGNED & (Deal.state == DealState.LOST)


def _told(exception: E) -> tuple[Any, ...]:
    below = exception.asked["floor_own"] * exception.quantity - exception.net_total
    return exception.deal.customer.name, exception.begun_at, exception.quantity, Yuan(below), exception.state


ASKED = Source(
    _asked, E.number, E.requester_id,
    {
        "person": E.requester_id, "decider": E.decided_by_id, "model": QuotationLine.model_id, "tier": E.tier,
        "month": by_month_of(E.begun_at),
    },
    ("Customer", "Asked on", "Cars", "Below the floor", "State"), _told,
    beside=(joinedload(E.deal).joinedload(Deal.customer),),
)  # fmt: skip

EXCEPTIONS = Report(
    "exceptions",
    "Price exceptions",
    "How many prices below the floor were asked for, how deep, who decided, and whether the deal was won.",
    duty="see sales reports",
    figures={
        "asked": Figure("Asked for", "exceptions asked for in these days, one for each line of a quotation", ASKED),
        "approved": Figure("Approved prices", "of these: approved, whatever became of it", ASKED, APPROVED),
        "refused": Figure("Refused prices", "of these: refused", ASKED, ~APPROVED & (E.state == S.REFUSED)),
        "waiting": Figure(
            "Not decided yet", "of these: with somebody who decides or improves it", ASKED, ~APPROVED & WAITS
        ),
        "lapsed": Figure(
            "Lapsed undecided", "of these: ended before anybody decided", ASKED,
            ~APPROVED & ~WAITS & (E.state != S.REFUSED),
        ),
        "cars": Figure("Cars asked for", "cars of these lines", ASKED, sums=E.quantity),
        "depth": Figure(
            "Yuan below the floor", "floor of whoever asked × cars − net price, by the list of that day", ASKED,
            sums=DEPTH, unit=YUAN,
        ),
        "won": Figure("Won after", "approved, and a contract of the deal took effect", ASKED, WON),
        "lost": Figure("Lost after", "approved, and the deal was given up", ASKED, LOST),
    },
    rates={
        "per_car": Rate("Yuan below a car", "yuan below the floor ÷ cars asked for", "depth", ("cars",), YUAN),
        "approval": Rate("Approval rate", "approved ÷ (approved + refused)", "approved", ("approved", "refused")),
        "win": Rate("Won rate", "won after ÷ (won after + lost after)", "won", ("won", "lost")),
    },
    ways={
        "person": Way("By who asked", PERSON.read, PERSON.names),
        "decider": Way("By who decided", PERSON.read, PERSON.names, nobody="Nobody decided"),
        "model": MODEL,
        "tier": words_way("By tier", Tier),
        "month": MONTH,
    },
    top=("asked", "approval", "per_car", "waiting", "win"),
    charts=(("approved", "refused", "waiting", "lapsed"),),
)  # fmt: skip
