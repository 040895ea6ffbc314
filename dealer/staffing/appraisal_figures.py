"""The figures of an appraisal, from what was entered anyhow: contacts in time, the register, satisfaction, targets.

Each is so many of so many; one that has nothing to count says nothing and weighs nothing. The weights are house rules
with a date (`appraisal_…_weight`).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from dealer.engine.amounts import half_up
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.house.policies import policy
from dealer.planning import versions
from dealer.records.care import CareCall, CareState, Satisfaction
from dealer.records.contracts import Contract, ContractLine
from dealer.records.deals import Deal
from dealer.records.deliveries import Handover
from dealer.records.planning import PlanKind, PlanScope
from dealer.records.prospects import FollowUp, Visit

NAMES = ("follow_ups", "register", "satisfaction", "targets")


@dataclass(frozen=True)
class Share:
    """So many of so many, and how much it weighs."""

    name: str
    done: int
    of: int
    weight: int

    @property
    def percent(self) -> int | None:
        """Rounded half up; None when there was nothing to count."""
        return half_up(100 * self.done, self.of) if self.of else None


@dataclass(frozen=True)
class Period:
    """Whose month, as far as it has come."""

    store_id: UUID
    person_id: UUID
    first: date
    start: datetime
    end: datetime


def shares(db: Session, store_id: UUID, person_id: UUID, month: date, at: datetime) -> list[Share]:
    """The figures of a person's month; what is not due yet does not count."""
    calendar = calendar_of(db)
    end = min(calendar.start_of(add_months(month, 1)), calendar.start_of(calendar.today(at)))
    whose = Period(store_id, person_id, month, calendar.start_of(month), end)
    counted = {"follow_ups": _follow_ups(db, whose), "register": _register(db, whose),
               "satisfaction": _satisfaction(db, whose), "targets": _targets(db, whose)}  # fmt: skip
    day = add_months(month, 1)
    return [Share(name, *counted[name], policy(db, store_id, f"appraisal_{name}_weight", day)) for name in NAMES]


def score(found: Iterable[Share]) -> int | None:
    """The weighted mean of what there was to count, of 100; None when there was nothing.

    Who sold more than the target makes up for nothing else by it: each figure counts at most as whole.
    """
    counted = [(min(each.percent, 100), each.weight) for each in found if each.percent is not None and each.weight]
    weights = sum(weight for _, weight in counted)
    return half_up(sum(percent * weight for percent, weight in counted), weights) if weights else None


def kept(found: Iterable[Share]) -> list[dict[str, Any]]:
    """As they lie in the appraisal once it is completed."""
    return [asdict(each) for each in found]


def read(lying: Iterable[dict[str, Any]]) -> list[Share]:
    """Likewise, read again."""
    return [Share(**each) for each in lying]


# ── one figure each ───────────────────────────────────────────────────────────────────────────────────────────────


def _follow_ups(db: Session, whose: Period) -> tuple[int, int]:
    """Contacts that the person promised for a day of the month: made by the end of that day, of all."""
    later = aliased(FollowUp)
    following = (
        select(func.min(later.at))
        .where(later.prospect_id == FollowUp.prospect_id, later.at > FollowUp.at, later.corrects_id.is_(None))
        .scalar_subquery()
    )
    query = select(FollowUp.next_at, following).where(
        FollowUp.store_id == whose.store_id, FollowUp.person_id == whose.person_id, FollowUp.corrects_id.is_(None),
        FollowUp.next_at >= whose.start, FollowUp.next_at < whose.end,
    )  # fmt: skip
    calendar = calendar_of(db)
    rows: list[tuple[datetime, datetime | None]] = [(due, made) for due, made in db.execute(query) if due is not None]
    return sum(made is not None and made < calendar.end_of(calendar.today(due)) for due, made in rows), len(rows)


def _register(db: Session, whose: Period) -> tuple[int, int]:
    """Parties received in the month whose line of the register the person has completed, of all."""
    query = select(func.count(Visit.completed_at), func.count()).where(
        Visit.store_id == whose.store_id, Visit.owner_id == whose.person_id, Visit.came_at >= whose.start,
        Visit.came_at < whose.end,
    )  # fmt: skip
    return _pair(db, query)


def _satisfaction(db: Session, whose: Period) -> tuple[int, int]:
    """Customers asked in the month after a hand-over by the person: satisfied, of those who gave a grade."""
    happy = func.count().filter(CareCall.grade == Satisfaction.SATISFIED)
    query = (
        select(happy, func.count())
        .join(Handover, Handover.id == CareCall.handover_id)
        .where(
            CareCall.store_id == whose.store_id, Handover.consultant_id == whose.person_id,
            CareCall.state == CareState.DONE, CareCall.grade.is_not(None), CareCall.ended_at >= whose.start,
            CareCall.ended_at < whose.end,
        )
    )  # fmt: skip
    return _pair(db, query)


def _targets(db: Session, whose: Period) -> tuple[int, int]:
    """Cars of contracts that took effect in the month under deals of the person, of those the sales plan sets."""
    last = add_months(whose.first, 1) - timedelta(days=1)
    plan = versions.in_force(db, whose.store_id, PlanKind.SALES, whose.first.year, last)
    target = versions.twelve(plan, (PlanScope.PERSON, str(whose.person_id)))[whose.first.month - 1]
    cars = (
        select(func.coalesce(func.sum(ContractLine.quantity), 0))
        .join(Contract, Contract.id == ContractLine.contract_id)
        .join(Deal, Deal.id == Contract.deal_id)
        .where(
            Contract.store_id == whose.store_id, Contract.parent_id.is_(None), Deal.owner_id == whose.person_id,
            Contract.effective_on >= whose.first, Contract.effective_on <= last,
        )
    )  # fmt: skip
    return int(db.scalar(cars) or 0), target


def _pair(db: Session, query: Select[int, int]) -> tuple[int, int]:
    done, of = db.execute(query).one()
    return int(done), int(of)
