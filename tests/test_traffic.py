"""Traffic of the showroom: a month of 3,000 rows equals an independent count, and every number opens its rows."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from dealer.reports import traffic
from dealer.reports.periods import MOST_DAYS, Period, Span, period_around, period_between
from dealer.reports.traffic import Slice
from dealer.stock import catalogue
from tests.cast import Shop
from tests.desk import Desk
from tests.drives import stock
from tests.traffic_month import ROWS, WAYS, Party, by_hand, made_up, write_month

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
MONTH = "/reports/traffic?span=month&day=2026-10-08"


@pytest.fixture
def month(shop: Shop) -> list[Party]:
    """October in the shop."""
    stock(shop)
    with shop.looking() as db:
        models = [model.id for model in catalogue.all_models(db, shop.actor("刘洋"))]
    parties = made_up([shop.person(name).id for name in ("王磊", "李娜")], models)
    write_month(shop.database, shop.store.id, shop.person("王磊"), parties)
    return parties


def test_a_month_of_3000_rows_equals_an_independent_count(
    shop: Shop, month: list[Party], desk: Callable[[str], Desk]
) -> None:
    told = by_hand(month)
    who = shop.actor("刘洋")
    with shop.looking() as db:
        for dimension, value_of in WAYS.items():
            counted = traffic.counted_by(db, who, OCTOBER, dimension)
            expected: dict[Any, Counter[str]] = {}
            for party, figures in told:
                expected.setdefault(value_of(party), Counter()).update([*figures, "rows"])
            assert set(counted) == set(expected)
            for value, counts in counted.items():
                assert {"rows": counts.rows, **counts.of} == {
                    name: expected[value][name] for name in ("rows", *traffic.FIGURES)
                }
            assert traffic.sum_up(counted).rows == ROWS
        total = traffic.counted(db, who, OCTOBER)
        for figure in traffic.FIGURES:
            assert traffic.how_many(db, who, Slice(OCTOBER, figure)) == total.of[figure]
            value = month[0].source
            narrowed = Slice(OCTOBER, figure, "source", value)
            rows = traffic.listed(db, who, narrowed)
            numbers = [
                number for number, (party, figures) in enumerate(told, 1) if figure in figures and party.source is value
            ]
            assert [each.number for each in rows] == numbers[::-1][: traffic.PAGE + 1]
    every_number_opens_its_rows(desk("刘洋"))
    the_workbook_has_the_same_totals(desk("赵敏"), total)


def every_number_opens_its_rows(liu: Desk) -> None:
    """The totals of the page and some number in its table: the list says as many rows as the link did."""
    html = liu.get(MONTH).html
    links = re.findall(r'href="(/reports/traffic/rows\?[^"]+)"[^>]*>([\d,]+)<', html)
    assert len(links) > 100
    for url, number in (*links[-10:], links[40]):
        assert f"共 {number.replace(',', '')} 行" in liu.get(unescape(url)).text


def the_workbook_has_the_same_totals(zhao: Desk, total: traffic.Counts) -> None:
    """Every sheet ends with the totals; the first one says the formulas."""
    sheet = zhao.client.get("/reports/traffic/sheet?from=2026-10-01&to=2026-10-31")
    book = CalamineWorkbook.from_filelike(BytesIO(sheet.data))
    assert len(book.sheet_names) == 6
    for name in book.sheet_names[1:]:
        assert book.get_sheet_by_name(name).to_python()[-1][1:11] == list(total.of.values())
    told = {row[0]: row[1:] for row in book.get_sheet_by_index(0).to_python()}
    assert told["留档率"][1] == "留电话的首次来店 ÷ 首次来店"
    assert round(100 * told["留档率"][0]) == total.percent("kept")


def test_traffic_is_for_reception_and_the_managers(desk: Callable[[str], Desk]) -> None:
    names = ("赵敏", "刘洋", "马超", "周建国", "王磊", "高洁")
    pages = {name: desk(name).get("/reports/traffic").status for name in names}
    assert pages == {"赵敏": 200, "刘洋": 200, "马超": 200, "周建国": 200, "王磊": 403, "高洁": 403}


@pytest.mark.parametrize(
    "address",
    [
        "?span=week&day=2026-99-99",
        "?span=century",
        "?from=2026-11-10",
        "?from=nonsense&to=2026-11-10",
        "?by=colour",
        "/rows",
        "/rows?figure=first&by=hour&value=9&below=3",
    ],
)
def test_what_an_address_says_wrong_is_passed_over(desk: Callable[[str], Desk], address: str) -> None:
    assert desk("刘洋").get(f"/reports/traffic{address}").status == 200


def test_a_period_that_is_not_the_one_asked_for_says_so(desk: Callable[[str], Desk]) -> None:
    liu = desk("刘洋")
    for days, other in (
        ("from=2026-11-01&to=2026-11-10", False),
        ("from=2026-11-10&to=2026-11-01", True),
        ("from=2024-11-01&to=2026-11-01", True),
    ):
        assert ("显示的期间与所选不同" in liu.get(f"/reports/traffic?{days}").text) is other


@pytest.mark.parametrize("asked", ["figure=profit", "by=colour", "by=hour&value=nine", "by=model&value=X5"])
def test_a_number_nobody_counts_has_no_rows(desk: Callable[[str], Desk], asked: str) -> None:
    assert desk("刘洋").get(f"/reports/traffic/rows?{asked}").status == 404


def test_periods_lie_around_their_day() -> None:
    day = date(2026, 11, 12)
    assert period_around(day, Span.DAY) == Period(day, day)
    assert period_around(day, Span.WEEK) == Period(date(2026, 11, 9), date(2026, 11, 15))
    assert period_around(day, Span.MONTH) == Period(date(2026, 11, 1), date(2026, 11, 30))
    assert period_between(day, day - timedelta(days=3)) == Period(date(2026, 11, 9), day)
    assert len(period_between(date(2020, 1, 1), day).days) == MOST_DAYS
