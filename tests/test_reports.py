"""Reports of the one shape: every figure equals an independent count over the rows, whoever looks, however divided."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import Enum
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from dealer.engine.words import LANGUAGES, catalogue, say, show
from dealer.house import policies
from dealer.records.deals import DealState, LossReason
from dealer.records.privacy import Export
from dealer.records.prospects import VisitKind
from dealer.records.quotations import ExceptionState
from dealer.records.testdrives import DriveState, Experience
from dealer.reports import counting
from dealer.reports.campaign_results import CAMPAIGN_RESULTS
from dealer.reports.care_coverage import COVERAGE
from dealer.reports.complaint_figures import FIGURES
from dealer.reports.counting import Slice
from dealer.reports.looking import Look
from dealer.reports.periods import Period
from dealer.reports.shape import Figure, Rate, Report
from dealer.reports.shelf import REPORTS
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.report_scene import AMENDED, ONWARD, Case, Move, Quarter, Writer, made_up

QUARTER = Period(date(2026, 7, 1), date(2026, 9, 30))
NOW = at("2027-07-01 09:00")  # everything of the scene is over
DAYS = "from=2026-07-01&to=2026-09-30"
S, E = DealState, ExceptionState
Row = tuple[str, dict[str, Any], int]
"""Which figure it counts under, its value of each way, and by how much."""


@pytest.fixture
def quarter(shop: Shop) -> Quarter:
    """A quarter of the shop, written down."""
    made = made_up()
    Writer(shop).write(made)
    return made


def inside(moment: datetime | date | None) -> bool:
    """Whether it belongs to the quarter."""
    day = moment.date() if isinstance(moment, datetime) else moment
    return day is not None and QUARTER.first <= day <= QUARTER.last


def month(moment: datetime | date) -> date:
    """The first day of its month."""
    day = moment.date() if isinstance(moment, datetime) else moment
    return day.replace(day=1)


# ── counted by hand ───────────────────────────────────────────────────────────────────────────────────────────────


def performance(made: Quarter) -> Iterable[Row]:
    for came, kind, owner in made.visits:
        yield "visits" if kind is VisitKind.VISIT else "calls", {"person": owner, "at": came}, 1
    for when, owner in made.cards:
        yield "cards", {"person": owner, "at": when}, 1
    for ended, state, experience, owner in made.drives:
        if (state, experience) == (DriveState.COMPLETED, Experience.DRIVE):
            yield "drives", {"person": owner, "at": ended}, 1
    for case in made.cases:
        yield from _of_a_deal(case)


def _of_a_deal(case: Case) -> Iterable[Row]:
    if case.sent:
        yield "quotations", {"person": case.sent[1], "at": case.sent[0]}, 1
    if case.signed:
        where = {"person": case.owner, "at": case.signed}
        yield from (("contracts", where, 1), ("cars", where, case.cars), ("yuan", where, case.total))
    for when, who in case.handed:
        yield "delivered", {"person": who, "at": when}, 1


def funnel(made: Quarter) -> Iterable[Row]:
    for case in made.cases:
        where = {"person": case.owner, "class": case.customer_class}
        for move, after in zip(case.moves, [*case.moves[1:], None], strict=True):
            if move.now in (*ONWARD, S.ON_HOLD):
                yield from _stay(move, after, where | {"at": move.at, "phase": move.now})
        last = case.moves[-1]
        if last.now in (*ONWARD, S.ON_HOLD):
            days, there = (NOW - last.at).days, where | {"phase": last.now}
            yield from (
                ("waiting", there, 1),
                ("too_long", there, int(stood_still(last))),
                ("waited", there, Days(days)),
            )


def stood_still(last: Move) -> bool:
    return last.now in ONWARD and (NOW - last.at).days > policies.DEFAULTS[f"idle_{last.now.value}_days"]


def _stay(move: Move, after: Move | None, where: dict[str, Any]) -> Iterable[Row]:
    yield "entered", where, 1
    if after is None:
        yield "still", where, 1
        return
    days = (after.at - move.at).days
    yield from (("left", where, 1), ("days", where, days), ("median", where, Days(days)))
    fate = {S.ON_HOLD: "held", S.LOST: "lost"}.get(after.now, "on")
    backwards = (move.now, after.now) == (S.CONTRACT_REVIEW, S.QUOTATION)
    yield "back" if backwards else fate, where, 1


def losses(made: Quarter) -> Iterable[Row]:
    for case in made.cases:
        last = case.moves[-1]
        if last.now is not S.LOST or case.reason is LossReason.DUPLICATE:
            continue
        where = {"person": case.owner, "class": case.customer_class, "at": last.at, "phase": last.was}
        where |= {"reason": case.reason, "competitor": case.competitor}
        yield from (("lost", where, 1), ("competitor", where, int(case.competitor is not None)))
        yield from (("cars", where, case.cars), ("median", where, Days((last.at - case.moves[0].at).days)))


def exceptions(made: Quarter) -> Iterable[Row]:
    for case in made.cases:
        if (asked := case.asked) is None:
            continue
        where = {
            "person": asked.by,
            "decider": asked.decided_by,
            "tier": asked.tier,
            "at": asked.at,
            "model": "云岭 E3 舒适版",
        }
        fate = {E.REFUSED: "refused", E.PENDING: "waiting", E.RETURNED: "waiting", E.LAPSED: "lapsed"}
        yield from (("asked", where, 1), (fate.get(asked.state, "approved"), where, 1), ("cars", where, case.cars))
        yield "depth", where, asked.floor * case.cars - asked.net
        if asked.approved and (case.signed or case.moves[-1].now is S.LOST):
            yield "won" if case.signed else "lost", where, 1


def progress(made: Quarter) -> Iterable[Row]:
    for case in made.cases:
        before = [move for move in case.moves if move.at < at("2026-10-01 00:00")]
        if not before or before[-1].now not in (*ONWARD, S.ON_HOLD):
            continue
        where = {"person": case.owner, "class": case.customer_class, "phase": before[-1].now}
        yield from (("open", where, 1), ("idle", where, int(stood_still(case.moves[-1]))))
        yield "moved", where, int(any(move.was and inside(move.at) for move in case.moves))
        yield "overdue", where, int(case.task[0] < NOW and not case.task[1])
        yield "yuan", where, case.total + AMENDED if case.signed else case.price * case.cars if case.sent else 0


class Days(int):
    """One value of a median."""


def by_hand(rows: Iterable[Row], ways: Iterable[str], names: set[str] | None = None) -> dict[str, dict[Any, Any]]:
    """What each way comes to, of some people's rows or of all; of medians how often each value occurs."""
    told: dict[str, dict[Any, dict[str, Any]]] = {way: {} for way in ways}
    for figure, where, amount in rows:
        if not inside(where.get("at", QUARTER.first)) or (names is not None and where["person"] not in names):
            continue
        for way, parts in told.items():
            value = month(where["at"]) if way == "month" else where[way]
            here = parts.setdefault(show(value, "zh") if isinstance(value, Enum) else value, {})
            if isinstance(amount, Days):
                here.setdefault(figure, Counter())[int(amount)] += 1
            elif amount:
                here[figure] = here.get(figure, 0) + amount
    return {way: {value: of for value, of in parts.items() if of} for way, parts in told.items()}


BY_HAND = {
    "performance": performance, "funnel": funnel, "losses": losses, "exceptions": exceptions, "progress": progress,
}  # fmt: skip


# ── and by the program ────────────────────────────────────────────────────────────────────────────────────────────


def counted(shop: Shop, report: Report, who: str, way: str, group: str = "") -> dict[Any, dict[str, Any]]:
    """What the program counts, by what values are called; without values of which there is nothing."""
    with shop.looking() as db:
        look = Look(db, shop.actor(who), NOW, QUARTER, shop.person(group).id if group else None)
        parts = counting.parts_by(report, look, way, "zh")
    found = {value if isinstance(value, date) else value and name: counts for value, name, counts in parts}
    told = {
        value: {name: n for name, n in (*each.of.items(), *each.spread.items()) if n} for value, each in found.items()
    }
    return {value: of for value, of in told.items() if of}


def test_every_figure_equals_an_independent_count(shop: Shop, quarter: Quarter, desk: Callable[[str], Desk]) -> None:
    ma = desk("马超")
    for report in (REPORTS[name] for name in BY_HAND):  # all of them: tests/test_reports_year.py
        rows = list(BY_HAND[report.name](quarter))
        for who, group, names in (
            ("马超", "", None),
            ("马超", "张伟", {"王磊", "李娜"}),
            ("张伟", "", {"王磊", "李娜"}),
            ("王磊", "", {"王磊"}),
        ):
            expected = by_hand(rows, report.ways, names)
            for way in report.ways:
                assert counted(shop, report, who, way, group) == expected[way], (report.name, who, group, way)
        every_number_opens_its_rows(shop, report, ma)
    whoever_looks_sees_their_own(desk)
    the_list_is_taken_out(shop, ma)


def every_number_opens_its_rows(shop: Shop, report: Report, ma: Desk) -> None:
    """The list behind a number has as many rows, on the page as in the count; the workbook has the same totals."""
    html = ma.get(f"/reports/{report.name}?{DAYS}").html
    links = re.findall(r'href="(/reports/[^"]+/rows\?[^"]+)"[^>]*>([\d,.−]+)<', html)
    assert len(links) > 5
    for url, number in links[::7]:
        listed = ma.get(unescape(url))
        figure = report.figures[re.findall(r"figure=(\w+)", url)[0]]
        if not figure.middle:
            says = f"{number.replace(',', '')} 条" if figure.sums is None else f"· {say(figure.title, 'zh')} {number}"
            assert says in listed.text, url
    with shop.looking() as db:
        look = Look(db, shop.actor("马超"), at("2026-11-10 09:00"), QUARTER)
        way = next(iter(report.ways))
        total = counting.sum_up(report, counting.counted_by(report, look, way).values())
        for name, figure in report.figures.items():
            if figure.sums is None:
                assert counting.how_many(report, look, Slice(name)) == total.of[name]
                assert len(counting.listed(report, look, Slice(name), most=500)) == total.of[name]
    book = CalamineWorkbook.from_filelike(BytesIO(ma.client.get(f"/reports/{report.name}/sheet?{DAYS}").data))
    last = book.get_sheet_by_index(1).to_python()[-1]
    assert last[0] == "合计"
    assert last[1:3] == [total.of[name] for name in list(report.figures)[:2]]


def whoever_looks_sees_their_own(desk: Callable[[str], Desk]) -> None:
    """Reception and finance have no sales reports; a supervisor is offered no other group."""
    pages = {name: desk(name).get(f"/reports/performance?{DAYS}") for name in ("王磊", "张伟", "赵敏", "高洁")}
    assert {name: page.status for name, page in pages.items()} == {"王磊": 200, "张伟": 200, "赵敏": 403, "高洁": 403}
    assert "陈静" not in pages["张伟"].text
    assert "李娜" not in pages["王磊"].text


def the_list_is_taken_out(shop: Shop, ma: Desk) -> None:
    """With names it leaves the house through the door of all lists: for a reason, and written down."""
    asked = unescape(re.findall(r'href="(/exports/progress[^"]*)"', ma.get(f"/reports/progress?{DAYS}").html)[0])
    assert 'value="2026-07-01"' in ma.get(asked).html
    ma.submit("/exports/progress", {"reason": "季度例会", "first": "2026-07-01", "last": "2026-09-30"})
    with shop.looking() as db:
        look = Look(db, shop.actor("马超"), at("2026-11-10 09:00"), QUARTER)
        assert db.scalars(select(Export)).one().rows == counting.how_many(REPORTS["progress"], look, Slice("open"))


# ── what an address says wrong ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("from=2010-01-01&to=2026-01-01", "报表最多覆盖 10 年"),
        ("from=2026-09-30&to=2026-07-01", "结束日期早于开始日期"),
        ("from=2026-02-30&to=2026-07-01", "请输入真实存在的日期"),
        (f"{DAYS}&group=nobody", "没有这个小组"),
    ],
)
def test_a_period_that_is_none_is_refused_beside_its_field(desk: Callable[[str], Desk], asked: str, says: str) -> None:
    page = desk("马超").get(f"/reports/performance?{asked}")
    assert page.status == 422
    assert says in page.text
    for name, typed in re.findall(r"(from|to)=([\d-]+)", asked):
        assert f'name="{name}" value="{typed}"' in page.html


@pytest.mark.parametrize(
    "address",
    [
        "profit",
        "performance/rows?figure=profit",
        "performance/rows?figure=cards&by=colour",
        "performance/rows?figure=cards&by=person&value=nine",
        "performance/rows?figure=cards&group=nobody",
        "performance/sheet?from=nonsense&to=2026-09-30",
    ],
)
def test_a_number_nobody_counts_has_no_rows(desk: Callable[[str], Desk], address: str) -> None:
    assert desk("马超").get(f"/reports/{address}").status == 404


def _texts(told: Figure | Rate) -> tuple[str, str]:
    return told.title, told.formula


def test_every_report_speaks_chinese_and_every_source_knows_every_way() -> None:
    chinese = catalogue(LANGUAGES[0])
    for report in (*REPORTS.values(), COVERAGE, FIGURES, CAMPAIGN_RESULTS):
        told = [text for name in (*report.figures, *report.rates) for text in _texts(report.titled(name))]
        told += [
            report.title,
            report.answers,
            *(each for way in report.ways.values() for each in (way.title, way.nobody)),
        ]
        told += [head for figure in report.figures.values() for head in figure.source.heads]
        assert [each for each in told if (None, each) not in chinese] == []
        assert all(set(report.ways) <= set(figure.source.ways) for figure in report.figures.values())
        assert set(report.top) <= {*report.figures, *report.rates}
        made_of = {name for rate in report.rates.values() for name in (rate.part, *rate.base, *rate.less)}
        assert made_of | {name for names in report.charts for name in names} <= set(report.figures)
