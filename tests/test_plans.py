"""Plans: how a target is spread, which version counts on which day, and what refuses one."""

from datetime import date, timedelta
from typing import Any

import pytest

from dealer import people, sweep, workflow
from dealer.deals.deals import Comment
from dealer.engine.calendar import ShopCalendar
from dealer.engine.database import calendar_of
from dealer.engine.steps import Refused
from dealer.planning import plans, spreading, versions
from dealer.planning.plan_forms import BudgetFacts, BudgetRow, MonthWeeks, NewPlan, PlanFacts, PlanRow, WeekRow
from dealer.planning.versions import STORE
from dealer.records.planning import BudgetHeading, Plan, PlanKind, PlanScope, PlanState
from tests.cast import Shop
from tests.conftest import at

CALENDAR = ShopCalendar()
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
OCTOBER_WEEKS = ["10-01..04", "10-05..11", "10-12..18", "10-19..25", "10-26..31"]

# ── spreading, without a database ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("amount", [0, 1, 7, 20, 33, 999])
@pytest.mark.parametrize("month", [date(2026, number, 1) for number in range(1, 13)])
def test_days_come_to_their_month_and_days_off_take_none(amount: int, month: date) -> None:
    parts = spreading.over_days(amount, None, month, CALENDAR)
    days = spreading.days_of(month)
    assert sum(parts) == amount
    assert (days[0], len(parts)) == (month, len(days))
    assert (days[-1] + timedelta(days=1)).day == 1
    assert not any(part for day, part in zip(days, parts, strict=True) if not CALENDAR.is_working_day(day))
    assert max(parts) - min(part for day, part in zip(days, parts, strict=True) if CALENDAR.is_working_day(day)) <= 1


def test_what_a_day_falls_short_of_a_later_one_makes_up() -> None:
    assert spreading.spread(3, [1, 1, 1, 1]) == [0, 1, 1, 1]
    assert spreading.spread(5, [1, 0, 1]) == [2, 0, 3]
    assert spreading.spread(4, [0, 0]) == [2, 2]


def test_weeks_are_cut_where_the_month_begins_and_ends() -> None:
    told = [f"{first:%m-%d}..{last:%d}" for first, last in spreading.weeks_of(date(2026, 10, 1))]
    assert told == OCTOBER_WEEKS


def test_weeks_divided_by_hand_keep_their_own_days() -> None:
    parts = spreading.over_days(33, [10, 10, 6, 4, 3], DECEMBER, CALENDAR)
    by_day = dict(zip(spreading.days_of(DECEMBER), parts, strict=True))
    weeks = [sum(by_day[day] for day in spreading.days_between(*week)) for week in spreading.weeks_of(DECEMBER)]
    assert weeks == [10, 10, 6, 4, 3]


# ── the life ──────────────────────────────────────────────────────────────────────────────────────────────────────


def drafted(shop: Shop, when: str, kind: PlanKind = PlanKind.SALES, year: int = 2026) -> int:
    """A version of the key-account manager's; its number."""
    with shop.acting("陈静", at(when), NewPlan(kind=kind, year=year)) as ask:
        plan = plans.blank(ask, ask.facts)
        workflow.begin(plan, "draft", ask)
        return plan.number


def taken(shop: Shop, who: str, when: str, number: int, action: str, facts: Any = None) -> tuple[str, str | None]:
    """Take a step; the code of the first refusal and its field, or nothing."""
    with shop.acting(who, at(when), facts) as ask:
        try:
            workflow.take(people.by_number(ask.db, Plan, ask.actor, number), action, ask)
        except Refused as refused:
            return refused.refusals[0].code, refused.refusals[0].field
    return "", None


def filled(first: str, *rows: PlanRow) -> PlanFacts:
    return PlanFacts(effective_from=date.fromisoformat(first), rows=rows)


def approved(shop: Shop, when: str, first: str, *rows: PlanRow) -> int:
    """A version from draft to approval on one day."""
    number = drafted(shop, when)
    assert taken(shop, "陈静", when, number, "edit", filled(first, *rows)) == ("", None)
    assert taken(shop, "陈静", when, number, "submit") == ("", None)
    assert taken(shop, "周建国", when, number, "approve") == ("", None)
    return number


def test_a_version_counts_from_its_day_until_a_later_one_does(shop: Shop) -> None:
    first = approved(shop, "2026-11-02 09:00", "2026-11-02", PlanRow(whose="store", m11=20, m12=30))
    second = approved(shop, "2026-11-10 09:00", "2026-12-01", PlanRow(whose="store", m11=20, m12=36))
    with shop.looking() as db:
        who, store = shop.actor("陈静"), shop.store.id
        told = {
            day: getattr(versions.in_force(db, store, PlanKind.SALES, 2026, date.fromisoformat(day)), "number", None)
            for day in ("2026-11-01", "2026-11-02", "2026-11-30", "2026-12-01")
        }
        assert told == {"2026-11-01": None, "2026-11-02": first, "2026-11-30": first, "2026-12-01": second}
        assert versions.counting(db, who, PlanKind.SALES, 2027, date(2026, 11, 30)) is None
    sweep.fire_due(shop.database, at("2026-11-30 23:00"))
    assert state_of(shop, first) is PlanState.APPROVED
    sweep.fire_due(shop.database, at("2026-12-01 00:06"))
    assert (state_of(shop, first), state_of(shop, second)) == (PlanState.SUPERSEDED, PlanState.APPROVED)


def state_of(shop: Shop, number: int) -> PlanState:
    with shop.looking() as db:
        plan: Plan = people.by_number(db, Plan, shop.actor("陈静"), number)
        return plan.state


def test_a_plan_is_refused_beside_the_field_that_is_wrong(shop: Shop) -> None:
    approved(shop, "2026-11-02 09:00", "2026-11-02", PlanRow(whose="store", m11=20, m12=30))
    now = "2026-12-05 09:00"
    number = drafted(shop, now)
    kept = PlanRow(whose="store", m11=20, m12=30)
    for facts, told in (
        (filled("2026-12-05", PlanRow(whose="store", m11=21, m12=30)), ("E-MONTH-OVER", "rows-0-m11")),
        (filled("2026-12-05", PlanRow(whose="store", year=60, m11=20, m12=39)), ("E-PLAN-YEAR", "rows-0-year")),
        (filled("2026-12-04", kept), ("E-DAY-PAST", "effective_from")),
        (filled("2027-01-01", kept), ("E-DAY-PAST", "effective_from")),
        (filled("2026-12-05", kept, kept), ("E-REQ-FIELD", "rows-1-whose")),
        (filled("2026-12-05", kept, PlanRow(whose="heading:travel")), ("E-REQ-FIELD", "rows-1-whose")),
        (filled("2026-12-05", PlanRow(whose="nobody")), ("E-REQ-FIELD", "rows-0-whose")),
    ):
        assert taken(shop, "陈静", now, number, "edit", facts) == told
    # the year alone: what is over stays, the rest follows
    assert taken(shop, "陈静", now, number, "edit", filled("2026-12-05", kept)) == ("", None)
    alone = filled("2026-12-05", PlanRow(whose="store", year=64, m11=20, m12=30))
    assert taken(shop, "陈静", now, number, "edit", alone) == ("", None)
    with shop.looking() as db:
        plan = people.by_number(db, Plan, shop.actor("陈静"), number)
        assert versions.twelve(plan, STORE)[-2:] == [20, 44]
    with pytest.raises(Refused, match="E-PLAN-OPEN"):
        drafted(shop, now)
    with pytest.raises(Refused, match="E-MONTH-OVER"):
        drafted(shop, now, year=2025)


def test_a_month_that_ends_while_a_plan_waits_keeps_its_target(shop: Shop) -> None:
    """Written in November for November, decided in December: what has happened gets no new target."""
    approved(shop, "2026-11-02 09:00", "2026-11-02", PlanRow(whose="store", m11=20, m12=30))
    number = drafted(shop, "2026-11-30 09:00")
    lower = filled("2026-11-30", PlanRow(whose="store", m11=5, m12=30))
    assert taken(shop, "陈静", "2026-11-30 09:00", number, "edit", lower) == ("", None)
    assert taken(shop, "陈静", "2026-11-30 23:59", number, "submit") == ("", None)
    assert taken(shop, "周建国", "2026-12-01 00:00", number, "approve") == ("E-MONTH-OVER", None)
    assert taken(shop, "周建国", "2026-12-01 09:00", number, "return", Comment(comment="十一月已过")) == ("", None)
    assert taken(shop, "陈静", "2026-12-01 10:00", number, "submit") == ("E-MONTH-OVER", None)
    right = filled("2026-12-01", PlanRow(whose="store", m11=20, m12=31))
    assert taken(shop, "陈静", "2026-12-01 10:10", number, "edit", right) == ("", None)
    assert taken(shop, "陈静", "2026-12-01 10:20", number, "submit") == ("", None)
    assert taken(shop, "周建国", "2026-12-01 10:30", number, "approve") == ("", None)


def test_weeks_are_refused_beside_the_week(shop: Shop) -> None:
    number, now = drafted(shop, "2026-09-20 09:00"), "2026-09-20 09:00"
    taken(shop, "陈静", now, number, "edit", filled("2026-09-20", PlanRow(whose="store", m8=0, m10=20)))
    october = date(2026, 10, 1)

    def divided(month: date, **weeks: int) -> tuple[str, str | None]:
        facts = MonthWeeks(month=month, rows=(WeekRow(whose="store", **weeks),))
        return taken(shop, "陈静", now, number, "set_weeks", facts)

    assert divided(october, w2=10, w3=9) == ("E-PLAN-WEEKS", "rows-0-w5")
    assert divided(october, w1=5, w2=15) == ("E-PLAN-WEEKS", "rows-0-w1")  # 1 to 4 October: National Day
    assert divided(october, w2=15, w6=5) == ("E-PLAN-WEEKS", "rows-0-w6")  # the month has five
    assert divided(date(2026, 8, 1), w2=1)[0] == "E-MONTH-OVER"
    assert divided(date(2025, 10, 1), w2=1)[0] == "E-REQ-FIELD"
    assert divided(october, w2=5, w3=5, w4=5, w5=5) == ("", None)
    assert days_of(shop, number)[10] == {2: 5, 3: 5, 4: 5, 5: 5}
    assert divided(october) == ("", None)  # left empty it follows the working days again
    assert sum(days_of(shop, number)[10].values()) == 20
    assert taken(shop, "周建国", now, number, "set_weeks", MonthWeeks(month=october, rows=()))[0] == "E-NOT-YOURS"


def days_of(shop: Shop, number: int) -> dict[int, dict[int, int]]:
    """month → week of the month → cars, added up from the days."""
    with shop.looking() as db:
        plan = people.by_number(db, Plan, shop.actor("陈静"), number)
        targets = versions.Targets(tuple(plan.lines), calendar_of(db))
        return {
            month.month: {
                at: cars
                for at, week in enumerate(spreading.weeks_of(month), 1)
                if (cars := sum(targets.of_days(STORE, month)[day] for day in spreading.days_between(*week)))
            }
            for month in spreading.months_of(2026)
        }


def test_any_stretch_of_days_is_the_sum_of_its_days(shop: Shop) -> None:
    number = drafted(shop, "2026-09-20 09:00")
    row = PlanRow(whose="store", m9=17, m10=20, m11=31, m12=9)
    taken(shop, "陈静", "2026-09-20 09:00", number, "edit", filled("2026-09-20", row))
    with shop.looking() as db:
        plan = people.by_number(db, Plan, shop.actor("陈静"), number)
        targets = versions.Targets(tuple(plan.lines), calendar_of(db))
    by_day = {day: cars for month in spreading.months_of(2026) for day, cars in targets.of_days(STORE, month).items()}
    assert sum(by_day.values()) == 77
    for first, last in (("2026-09-30", "2026-11-02"), ("2026-10-01", "2026-10-31"), ("2026-11-05", "2026-11-05")):
        days = spreading.days_between(date.fromisoformat(first), date.fromisoformat(last))
        assert targets.of(STORE, days[0], days[-1]) == sum(by_day[day] for day in days)


def test_a_budget_is_written_in_yuan_and_nobody_approves_their_own(shop: Shop) -> None:
    shop.send_away("周建国", "陈静", date(2026, 11, 1), date(2026, 11, 30))
    now = "2026-11-03 09:00"
    number = drafted(shop, now, PlanKind.BUDGET)
    row = BudgetRow(whose="heading:marketing", m11="12,000.50", m12=5_000_00)
    facts = BudgetFacts(effective_from=date(2026, 11, 3), rows=(row,))
    assert taken(shop, "陈静", now, number, "edit", facts) == ("", None)
    assert taken(shop, "陈静", now, number, "submit") == ("", None)
    # as the general manager's stand-in she would decide on her own plan
    assert taken(shop, "陈静", now, number, "approve")[0] == "E-SELF-APPROVE"
    assert taken(shop, "周建国", now, number, "return", Comment(comment="差旅费"))[0] == ""
    with shop.looking() as db:
        plan = people.by_number(db, Plan, shop.actor("陈静"), number)
        marketing = (PlanScope.HEADING, BudgetHeading.MARKETING.value)
        assert (plan.state, versions.twelve(plan, marketing)[10:]) == (PlanState.RETURNED, [12_000_50, 5_000_00])
