"""Every figure of every report equals an independent count, over a generated year of a busy store.

`COUNTED` says who counts what: a new report without an independent count fails the first test. The counting here works
on the plain values the year was made up from (tests/busy_year), never on what the program reads from its tables.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from dealer.engine import history
from dealer.engine.database import open_database
from dealer.records.care import CareCall, CareKind, CareState, Satisfaction
from dealer.records.complaints import Complaint, ComplaintCall, ComplaintState, Severity
from dealer.records.deadlines import Deadline
from dealer.records.prospects import Prospect, Visit
from dealer.reports import care_coverage, complaint_figures, counting, traffic
from dealer.reports.looking import Look
from dealer.reports.periods import Period
from dealer.reports.shape import Report
from dealer.reports.shelf import REPORTS
from tests.busy_year import FIRST_DAY, LAST_DAY, NOW, Year, made_up, write
from tests.busy_year.book import Row
from tests.busy_year.house import EAST, day_of, end_of, moment
from tests.cast import Shop
from tests.conftest import KEYS
from tests.databases import KINDS, Databases
from tests.reports_by_hand import BY_HAND, by_way, group_in, values_by_hand, values_of
from tests.traffic_month import WAYS, Party, by_hand
from web.app import create_app

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
OCTOBER = Period(date(2026, 10, 1), LAST_DAY)
WHOLE = Period(FIRST_DAY, LAST_DAY)
TOLD = ("deal", "quotation", "exception", "contract")  # whose history reports read
ELSEWHERE = {
    "/reports": "the list of reports has no figure",
    "/reports/morning": "tests/test_morning.py",
    "/reports/needs": "tests/test_needs.py",
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
    addresses = {rule.rule for rule in create_app(busy.shop.database).url_map.iter_rules() if is_a_report(rule.rule)}
    assert addresses == set(COUNTED) | set(ELSEWHERE)
    for count in COUNTED.values():
        count(busy)


def is_a_report(address: str) -> bool:
    """A page of figures: what lies below one are its rows and its sheet."""
    return (address.startswith("/reports") and address.count("/") < 3) or address.endswith("/report")


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


# ── calls ─────────────────────────────────────────────────────────────────────────────────────────────────────────

THANKS = (CareKind.THANK_YOU, CareKind.THANK_YOU_RETRY)


def care_is_counted(busy: Busy) -> None:
    """Calls due in October, some of them still ahead on Monday; and those of the year."""
    who = busy.shop.actor("林芳")
    for period in (OCTOBER, WHOLE):
        start, end = moment(period.first, 0), end_of(period.last)
        calls = [row for row in busy.of(CareCall) if start < row["due_at"] <= end]
        for dimension, name in (("kind", "kind"), ("person", "agent_id")):
            expected: dict[Any, Counter[str]] = {}
            for row in calls:
                expected.setdefault(row[name], Counter()).update(_figures_of_call(row))
            with busy.shop.looking() as db:
                counted = care_coverage.counted_by(db, who, period, dimension, NOW)
            assert {value: +Counter(counts.of) for value, counts in counted.items()} == expected
        scores = [row["score"] / row["score_most"] for row in calls if "score" in row]
        with busy.shop.looking() as db:
            mean = care_coverage.mean_score(db, who, period, NOW)
        assert mean == (round(100 * sum(scores) / len(scores)), len(scores))


def _figures_of_call(row: Row) -> Iterable[str]:
    if row["state"] is CareState.CANCELLED:
        return ["called_off"]
    found = ["due"]
    done = row["state"] is CareState.DONE
    if done or (row["kind"] in THANKS and row["state"] is CareState.NOT_REACHED):
        found += ["made", *(["in_time"] if row["ended_at"] <= row["due_at"] else [])]
    elif row["state"] is CareState.DUE and row["due_at"] > NOW:
        found.append("ahead")
    else:
        found.append("missing")
    return [*found, *([Satisfaction(row["grade"]).value] if done and "grade" in row else [])]


# ── complaints ────────────────────────────────────────────────────────────────────────────────────────────────────


def complaints_are_counted(busy: Busy) -> None:
    """By what told them apart, over a month and over the year."""
    calls: dict[Any, list[Row]] = {}
    for call in busy.of(ComplaintCall):
        calls.setdefault(call["complaint_id"], []).append(call)
    waits = {
        row["subject_id"]
        for row in busy.of(Deadline)
        if row["kind"] == "complaint_callback" and "done_at" not in row and row["due_at"] < NOW
    }
    columns = {"cause": "cause", "model": "model_id", "severity": "severity", "handler": "owner_id"}
    for period in (MARCH, WHOLE):
        here = [row for row in busy.of(Complaint) if period.first <= day_of(row["begun_at"]) <= period.last]
        with busy.shop.looking() as db:
            start, end = moment(period.first, 0), end_of(period.last)
            found = complaint_figures.received(db, busy.shop.actor("陈静"), start, end, NOW)
            for dimension, column in columns.items():
                expected: dict[Any, Counter[str]] = {}
                for row in here:
                    figures = _figures_of_complaint(row, calls.get(row["id"], []), row["id"] in waits)
                    expected.setdefault(row.get(column), Counter()).update(figures)
                parts = complaint_figures.divided(found, dimension)
                counted = {value: complaint_figures.counted(rows).of for value, rows in parts.items()}
                assert {value: +Counter(of) for value, of in counted.items()} == expected


def _figures_of_complaint(row: Row, calls: list[Row], waits: bool) -> Iterator[str]:
    yield "received"
    yield from ["grave"] if row["severity"] is Severity.GRAVE else []
    for done, by, due, kept in (
        ("accepted_at", "accept_by", "to_accept", "accepted_in_time"),
        ("solved_at", "solve_by", "to_solve", "solved_in_time"),
    ):
        yield from [due] if done in row or row[by] < NOW else []
        yield from [kept] if done in row and row[done] <= row[by] else []
    if calls or waits:
        yield "to_call"
    if calls and not waits and all(call["at"] <= call["due_at"] for call in calls):
        yield "called_in_time"
    yield from ["reopened"] if row["round_number"] > 1 else []
    yield from ["rejected"] if row.get("rejection") else []
    yield from ["open"] if row["state"] is not ComplaintState.CLOSED else []


# ── reports of the one shape ──────────────────────────────────────────────────────────────────────────────────────


def shelf_is_counted(busy: Busy) -> None:
    """Each of them, for the whole shop and for one group, by every way; and the rates made of the figures."""
    assert set(BY_HAND) == set(REPORTS)
    group_of_luo = busy.year.house.people["罗军"]
    looks = (("陈静", WHOLE, None), ("陈静", MARCH, None), ("陈静", WHOLE, group_of_luo), ("张伟", WHOLE, None))
    for report in REPORTS.values():
        facts = {each: list(told(busy.year)) for each, told in BY_HAND[report.name].items()}
        assert set(facts) == set(report.figures)
        for name, period, group in looks:
            owners = group_in(busy.year, "罗军" if group else name)
            here = {each: [fact for fact in told if fact.is_in(period, owners)] for each, told in facts.items()}
            with busy.shop.looking() as db:
                look = Look(db, busy.shop.actor(name, day_of(NOW)), NOW, period, group)
                for way in report.ways:
                    equals_by_hand(report, look, way, by_way(here, way))


def equals_by_hand(report: Report, look: Look, way: str, expected: dict[Any, dict[str, list[int]]]) -> None:
    """Every figure and every rate, for each value that has a row."""
    counted = counting.counted_by(report, look, way)
    found = {value: values_of(report, counts) for value, counts in counted.items() if any(counts.of.values())}
    assert found == {value: values_by_hand(report, told) for value, told in expected.items()}, (report.name, way)


COUNTED: dict[str, Callable[[Busy], None]] = {
    "/reports/traffic": traffic_is_counted,
    "/care/report": care_is_counted,
    "/complaints/report": complaints_are_counted,
    "/reports/<name>": shelf_is_counted,
}
