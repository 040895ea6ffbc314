"""Reads for the approvals inbox and its card: what waits for whom, and what is normal for such a price."""

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.approvals import stages
from dealer.engine.amounts import half_up
from dealer.engine.database import calendar_of, sum_of
from dealer.people import Actor
from dealer.prices import pricing
from dealer.records.approvals import ApprovalCopy, ApprovalMark
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal
from dealer.records.quotations import ExceptionState, PriceException, Quotation, QuotationLine, QuotationState, Tier

S = ExceptionState
PAGE = 50
REFERENCE_DAYS = 90
ONCE_APPROVED = (S.APPROVED, S.CONSUMED, S.EXPIRED, S.LAPSED)


def _ones(who: Actor) -> tuple[Actor, ...]:
    return (who, *who.stands_in_for)


def sees(db: Session, exception: PriceException, who: Actor) -> bool:
    """Whoever may decide prices or sees margins, who has to do with this case, and whose group its owner belongs to.

    What the lists below show is seen as well: those who were asked, spoke, asked for it or have a copy. A sub-dealer
    learns on its quotation what became of its price, and nothing of what is normal in our house.
    """
    return not who.outside and any(_concerns(db, exception, one) for one in _ones(who))


def _concerns(db: Session, exception: PriceException, one: Actor) -> bool:
    if one.may("decide prices") or one.may("see margins") or stages.names(exception, one):
        return True
    involved = {exception.requester_id, exception.submitted_by_id, exception.decided_by_id}
    involved |= {copy.person_id for copy in exception.copies}
    involved |= {each for mark in exception.marks for each in (mark.person_id, mark.for_whom_id)}
    return one.id in involved or exception.owner_id in people.group_of(db, one)


def _cases(who: Actor) -> Select[Any]:
    deal = joinedload(PriceException.deal)
    query = select(PriceException).options(
        deal.joinedload(Deal.customer), deal.joinedload(Deal.owner), joinedload(PriceException.requester)
    )
    return people.scoped(query, PriceException, who)


def waiting_for(db: Session, who: Actor) -> list[PriceException]:
    """What a person, or who they stand in for, is asked to decide now; the most urgent first."""
    query = _cases(who).where(_WAITS).order_by(PriceException.due_at, PriceException.number)
    return list(db.scalars(query.limit(PAGE), _for_whom(who)))


def how_many_wait_for(db: Session, who: Actor) -> int:
    """Their number, at most a page full, which every page shows in the menu."""
    return db.scalar(_HOW_MANY_WAIT, _for_whom(who)) or 0


def _spoken(ones: Any) -> Select[Any]:
    """What these people said of a case, or had said for them."""
    said = or_(ApprovalMark.person_id.in_(ones), ApprovalMark.for_whom_id.in_(ones))
    return select(ApprovalMark.id).where(ApprovalMark.exception_id == PriceException.id, said)


# Whom a case waits for is what stands in their list of the day. Built once: every page asks it.
_MINE: BindParameter[Any] = bindparam("mine", expanding=True)
_WAITS = and_(
    PriceException.state == S.PENDING,
    select(Deadline.id)
    .where(
        Deadline.subject_id == PriceException.id,
        Deadline.kind.in_(("decide_exception", "decide_escalated_exception")),
        Deadline.done_at.is_(None),
        Deadline.cancelled_at.is_(None),
        or_(Deadline.owner_id.in_(_MINE), Deadline.role.in_(bindparam("roles", expanding=True))),
    )
    .exists(),
    PriceException.requester_id.not_in(_MINE),
    PriceException.submitted_by_id.not_in(_MINE),
    ~_spoken(_MINE).where(ApprovalMark.cleared_at.is_(None)).exists(),
)
_FEW = select(PriceException.id).where(PriceException.store_id == bindparam("store_id"), _WAITS).limit(PAGE)
_HOW_MANY_WAIT = select(func.count()).select_from(_FEW.subquery())


def _for_whom(who: Actor) -> dict[str, Any]:
    roles = {role.value for one in _ones(who) for role in one.roles}
    return {"store_id": who.store_id, "mine": [one.id for one in _ones(who)], "roles": list(roles)}


def decided_by(db: Session, who: Actor) -> list[PriceException]:
    """What a person decided or agreed to, the latest first."""
    query = _cases(who).where(or_(PriceException.decided_by_id == who.id, _spoken([who.id]).exists()))
    latest = func.coalesce(PriceException.decided_at, PriceException.since)
    return list(db.scalars(query.order_by(latest.desc(), PriceException.number.desc()).limit(PAGE)))


def asked_by(db: Session, who: Actor) -> list[PriceException]:
    """What a person asked for, the latest first."""
    query = _cases(who).where(
        or_(PriceException.requester_id == who.id, PriceException.submitted_by_id == who.id)
    )  # fmt: skip
    return list(db.scalars(query.order_by(PriceException.number.desc()).limit(PAGE)))


def copied_to(db: Session, who: Actor) -> list[PriceException]:
    """What a person, or who they stand in for, was let know of, the latest first."""
    mine = [one.id for one in _ones(who)]
    copied = select(ApprovalCopy.id).where(
        ApprovalCopy.exception_id == PriceException.id, ApprovalCopy.person_id.in_(mine)
    )
    return list(db.scalars(_cases(who).where(copied.exists()).order_by(PriceException.number.desc()).limit(PAGE)))


@dataclass(frozen=True)
class References:
    """What is normal: net prices per car, of the same model. None where there is nothing to compare with."""

    last_of_customer: int | None
    last_on: date | None
    mean: int | None
    lowest_approved: int | None


def references(db: Session, exception: PriceException, day: date) -> References:
    """The customer's last price, the mean of the last 90 days, and the lowest price approved in them."""
    last = db.execute(
        _accepted_lines(exception, QuotationLine.net, QuotationLine.quantity, Quotation.accepted_on)
        .where(Deal.customer_id == exception.deal.customer_id)
        .order_by(Quotation.accepted_on.desc(), Quotation.number.desc())
        .limit(1)
    ).first()
    return References(
        pricing.per_car(last[0], last[1]) if last else None,
        last[2] if last else None,
        _mean(db, exception, day),
        _lowest_approved(db, exception, day),
    )


def _accepted_lines(exception: PriceException, *columns: Any) -> Select[Any]:
    """Lines of the same model that customers said yes to, but for this very quotation's."""
    return (
        select(*columns)
        .select_from(QuotationLine)
        .join(Quotation, QuotationLine.quotation_id == Quotation.id)
        .join(Deal, Quotation.deal_id == Deal.id)
        .where(
            Quotation.store_id == exception.store_id,
            Quotation.state == QuotationState.ACCEPTED,
            Quotation.id != exception.quotation_id,
            QuotationLine.model_id == exception.line.model_id,
            QuotationLine.net.is_not(None),
        )
    )


def _mean(db: Session, exception: PriceException, day: date) -> int | None:
    since = day - timedelta(days=REFERENCE_DAYS)
    query = _accepted_lines(exception, sum_of(QuotationLine.net), sum_of(QuotationLine.quantity))
    total, cars = db.execute(query.where(Quotation.accepted_on >= since)).one()
    return half_up(total, cars) if cars else None


def _lowest_approved(db: Session, exception: PriceException, day: date) -> int | None:
    since = calendar_of(db).start_of(day - timedelta(days=REFERENCE_DAYS))
    approved = db.execute(
        select(PriceException.approved_total, PriceException.quantity)
        .join(QuotationLine, PriceException.line_id == QuotationLine.id)
        .where(
            PriceException.store_id == exception.store_id,
            PriceException.state.in_([state.value for state in ONCE_APPROVED]),
            PriceException.id != exception.id,
            PriceException.approved_total.is_not(None),
            PriceException.decided_at >= since,
            QuotationLine.model_id == exception.line.model_id,
        )
    )
    return min((pricing.per_car(total or 0, cars) for total, cars in approved), default=None)


# ── how long it usually takes ─────────────────────────────────────────────────────────────────────────────────────

ENOUGH = 5  # decisions; fewer say nothing about the next one
LATEST = 200


@dataclass(frozen=True)
class UsualWait:
    """How long decisions of a tier took, from being asked for to being decided: the median of so many."""

    median: timedelta
    count: int


def usual_wait(db: Session, store_id: UUID, tier: Tier) -> UsualWait | None:
    """From the latest decisions; None where there are too few to tell."""
    decided = db.execute(
        select(PriceException.begun_at, PriceException.decided_at)
        .where(
            PriceException.store_id == store_id,
            PriceException.tier == tier,
            PriceException.decided_at.is_not(None),
        )
        .order_by(PriceException.decided_at.desc())
        .limit(LATEST)
    ).all()
    waits = [(ended - begun).total_seconds() for begun, ended in decided if ended is not None]
    return UsualWait(timedelta(seconds=median(waits)), len(waits)) if len(waits) >= ENOUGH else None
