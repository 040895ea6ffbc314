"""Every figure of every report equals an independent count, over a generated year of a busy store.

`COUNTED` says who counts what: a new report without an independent count fails the first test. The counting here works
on the plain values the year was made up from (tests/busy_year), never on what the program reads from its tables.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from dealer.engine import history
from dealer.engine.amounts import yuan
from dealer.engine.database import calendar_of, open_database
from dealer.money import finance_desk, money_sheets
from dealer.records.prospects import Prospect, Visit
from dealer.reports import counting, traffic
from dealer.reports.care_coverage import COVERAGE
from dealer.reports.complaint_figures import FIGURES
from dealer.reports.looking import Look
from dealer.reports.periods import Period
from dealer.reports.shape import Report
from dealer.reports.shelf import REPORTS
from tests.after_sales_by_hand import CARE, COMPLAINTS, OVERDUE, SATISFACTION
from tests.busy_year import FIRST_DAY, LAST_DAY, NOW, Year, made_up, write
from tests.busy_year.book import Row
from tests.busy_year.house import EAST, day_of
from tests.cast import Shop
from tests.conftest import KEYS
from tests.databases import KINDS, Databases
from tests.desk import Clock, Desk
from tests.receivables_by_hand import owed_by_hand
from tests.reports_by_hand import BY_HAND, Told, by_way, group_in, values_by_hand, values_of
from tests.traffic_month import WAYS, Party, by_hand
from web.app import create_app

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
OCTOBER = Period(date(2026, 10, 1), LAST_DAY)
WHOLE = Period(FIRST_DAY, LAST_DAY)
TOLD = ("deal", "quotation", "exception", "contract")  # whose history reports read
ELSEWHERE = {
    "/reports": "the list of reports has no figure",
    "/campaigns/report": "the year has no campaign: tests/stories/test_18_the_market.py",
    "/reports/morning": "tests/test_morning.py",
    "/reports/needs": "tests/test_needs.py",
    "/reports/subscriptions": "what is brought to whom: tests/test_subscriptions.py",
}


@dataclass(frozen=True)
class Busy:
    """The busy store after its year."""

    shop: Shop
    year: Year

    def of(self, record: type[Any]) -> list[Row]:
        """Rows as they were made up."""
        return self.year.book.of(record)


@pytest.fixture(scope="module", params=KINDS)
def busy(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Busy]:
    """The year, once a database."""
    url = databases.fresh(request.param)
    database = open_database(url, KEYS)
    with database.reading() as db:
        year = made_up(db)
    write(database, year, TOLD)
    yield Busy(Shop(database), year)
    database.engine.dispose()
    databases.drop(url)


def test_every_report_of_the_year_equals_an_independent_count(busy: Busy) -> None:
    app = create_app(busy.shop.database, clock=lambda: NOW)
    addresses = {rule.rule for rule in app.url_map.iter_rules() if is_a_report(rule.rule)}
    assert addresses == set(COUNTED) | set(ELSEWHERE)
    for count in COUNTED.values():
        count(busy)
    every_number_opens_its_rows(busy, app)


def is_a_report(address: str) -> bool:
    """A page of figures: what lies below one are its rows and its sheet."""
    here = address.startswith("/reports") and address.count("/") < 3
    return here or address.endswith("/report") or address == "/money/receivables"


def test_the_history_of_the_year_is_one_that_the_door_would_have_written(busy: Busy) -> None:
    """Chained and sealed; the last row of a thing says where it stands. That no step is one its life does not have
    is seen to while the year is made up (tests/busy_year/book.py)."""
    with busy.shop.looking() as db:
        assert history.verify(db) == []
    last = {thing_id: (now, version) for _, kind, thing_id, _, _, _, now, version, *_ in busy.year.book.told}
    rows = [row for rows in busy.year.book.rows.values() for row in rows if row["id"] in last]
    assert len(rows) == len(last) > 50_000
    assert all(last[row["id"]] == (row["state"].value, row["version"]) for row in rows)


# ── traffic ───────────────────────────────────────────────────────────────────────────────────────────────────────


def traffic_is_counted(busy: Busy) -> None:
    """As the month of tests/test_traffic.py, over a month and over the whole year."""
    fates = {row["id"]: row["state"] for row in busy.of(Prospect)}
    told = by_hand([_party(row, fates) for row in busy.of(Visit)])
    who = busy.shop.actor("刘洋")
    for period in (MARCH, WHOLE):
        here = [(party, figures) for party, figures in told if period.first <= party.came_at.date() <= period.last]
        for dimension, value_of in WAYS.items():
            expected: dict[Any, Counter[str]] = {}
            for party, figures in here:
                expected.setdefault(value_of(party), Counter()).update(figures)
            with busy.shop.looking() as db:
                counted = traffic.counted_by(db, who, period, dimension)
            assert {value: +Counter(counts.of) for value, counts in counted.items()} == expected


def _party(row: Row, fates: dict[Any, Any]) -> Party:
    return Party(
        came_at=row["came_at"] + EAST, kind=row["kind"], purpose=row["purpose"], source=row["source"],
        first=row["first"], phone=row["phone"], model=row["model_id"], consultant=row["owner_id"], drove=row["drove"],
        fate=fates.get(row.get("prospect_id")),
    )  # fmt: skip


# ── reports of the one shape ──────────────────────────────────────────────────────────────────────────────────────


def shelf_is_counted(busy: Busy) -> None:
    """Each of them, for the whole shop and for one group, by every way."""
    counts = BY_HAND | {"satisfaction": SATISFACTION, "overdue": OVERDUE}
    assert set(counts) == set(REPORTS)
    group_of_luo = busy.year.house.people["罗军"]
    looks = (("陈静", WHOLE, None), ("陈静", MARCH, None), ("陈静", WHOLE, group_of_luo), ("张伟", WHOLE, None))
    for report in REPORTS.values():
        for name, period, group in looks:
            owners = group_in(busy.year, "罗军" if group else name)
            is_counted(busy, report, counts[report.name], name, period, owners, group)


def every_number_opens_its_rows(busy: Busy, app: Flask) -> None:
    """Page, rows and sheet of the year; the list has as many rows as the number says."""
    chen = Desk(app, Clock(NOW), "陈静")
    days = f"from={FIRST_DAY}&to={LAST_DAY}"
    for report in REPORTS.values():
        html = chen.get(f"/reports/{report.name}?{days}").html
        links = re.findall(r'href="(/reports/[^"]+/rows\?[^"]+)"[^>]*>([\d,]+)<', html)
        for name in report.top:
            told = [(unescape(url), number.replace(",", "")) for url, number in links if f"figure={name}" in url]
            counted = name in report.figures and report.figures[name].sums is None
            for url, number in told[:1] if counted else ():
                assert re.search(rf"\b{number} ", chen.get(url).text), (url, number)
        assert chen.client.get(f"/reports/{report.name}/sheet?{days}").data[:2] == b"PK"


def care_is_counted(busy: Busy) -> None:
    """Calls due in October, some of them still ahead on Monday; and those of the year."""
    for period in (OCTOBER, WHOLE):
        is_counted(busy, COVERAGE, CARE, "林芳", period)


def complaints_are_counted(busy: Busy) -> None:
    """Over a month and over the year."""
    for period in (MARCH, WHOLE):
        is_counted(busy, FIGURES, COMPLAINTS, "陈静", period)


def is_counted(
    busy: Busy, report: Report, told: Mapping[str, Told], name: str, period: Period,
    owners: set[UUID] | None = None, group: UUID | None = None,
) -> None:  # fmt: skip
    """Every figure and every rate of a report, for each value of each way."""
    assert set(told) == set(report.figures)
    facts = {
        figure: [each for each in of(busy.year, period) if each.is_in(period, owners)] for figure, of in told.items()
    }
    with busy.shop.looking() as db:
        look = Look(db, busy.shop.actor(name, day_of(NOW)), NOW, period, group)
        for way in report.ways:
            equals_by_hand(report, look, way, by_way(facts, way))


def equals_by_hand(report: Report, look: Look, way: str, expected: dict[Any, dict[str, list[int]]]) -> None:
    """Every figure and every rate, for each value that has a row."""
    assert expected
    counted = counting.counted_by(report, look, way)
    found = {value: values_of(report, counts) for value, counts in counted.items() if any(counts.of.values())}
    assert found == {value: values_by_hand(report, told) for value, told in expected.items()}, (report.name, way)


def receivables_are_counted(busy: Busy) -> None:
    """Finance's own page, whose sheet and sums come from the same rows: what each customer owes, by age and limit."""
    today = day_of(NOW)
    with busy.shop.looking() as db:
        expected = owed_by_hand(busy.year, calendar_of(db), today)
        found = finance_desk.receivables(db, busy.shop.actor("高洁", today), today)
        sheet = [list(row) for row in money_sheets.open_instalments(db, busy.shop.actor("高洁", today), at=NOW)]
    assert {owed.customer.id: (owed.open, list(owed.aged), owed.limit) for owed in found} == expected
    ages = zip(*(late for _, late, _ in expected.values()), strict=True)
    sums = [sum(owed for owed, _, _ in expected.values()), *map(sum, ages)]
    assert [sum(column) for column in zip(*(row[6:11] for row in sheet), strict=True)] == [yuan(each) for each in sums]
    assert all(sums), "nothing would be shown by some age"


COUNTED: dict[str, Callable[[Busy], None]] = {
    "/reports/traffic": traffic_is_counted,
    "/money/receivables": receivables_are_counted,
    "/care/report": care_is_counted,
    "/complaints/report": complaints_are_counted,
    "/reports/<name>": shelf_is_counted,
}
