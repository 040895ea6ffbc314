"""Subscriptions: a report comes at its hour, once, as its reader may see it, and no longer than they may read it."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from threading import Event
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, select

from dealer.engine.attempts import Attempts, JobRecord, JobState
from dealer.engine.calendar import ShopCalendar
from dealer.records.people import Posting
from dealer.records.reports import Pace, ReportCopy, Subscription
from dealer.reports.subscriptions import next_after, period_of, want_what_is_due
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

HERE = "/reports/subscriptions"


def jobs_made(shop: Shop, when: str) -> list[JobRecord]:
    """The sweep looks, and looks again a minute later; then a worker does what waits, twice over."""
    for _ in range(2):
        want_what_is_due(shop.database, at(when))
    attempts = Attempts(shop.database, "w1", Event(), lambda: at(when), (60, 300, 900, 3600), 0.01)
    with shop.looking() as db:
        waiting = list(db.scalars(select(JobRecord).where(JobRecord.state == JobState.QUEUED)))
    for job in (*waiting, *waiting):
        attempts.make(job.id, job.attempts + 1)
    return waiting


def rows(shop: Shop, record: type[Any]) -> list[Any]:
    with shop.looking() as db:
        return list(db.scalars(select(record).order_by(record.id)))


def test_a_report_is_brought_once_at_its_hour_to_who_may_read_it(shop: Shop, desk: Callable[[str], Desk]) -> None:
    chen = desk("陈静")
    assert "尚未订阅任何报表" in chen.get(HERE).text
    chen.submit(HERE, {"report": "performance", "pace": "weekly", "hour": "8", "language": "en"})
    (wanted,) = rows(shop, Subscription)
    assert (wanted.pace, wanted.next_at) == (Pace.WEEKLY, at("2026-11-16 08:00"))  # it is Tuesday
    assert jobs_made(shop, "2026-11-16 07:59") == []
    (job,) = jobs_made(shop, "2026-11-16 08:00")
    assert job.key == f"bring_report {wanted.id} {at('2026-11-16 08:00').astimezone(wanted.next_at.tzinfo).isoformat()}"
    (copy,) = rows(shop, ReportCopy)  # although the job was made twice
    assert (copy.first, copy.last) == (date(2026, 11, 9), date(2026, 11, 15))
    chen.turn_clock("2026-11-16 08:30")
    chen.sign_in()
    assert "送达的报表" in chen.get("/today").text
    html = chen.get(HERE).html
    (file,) = re.findall(rf'href="({HERE}/[^"]+/file)"', html)
    book = CalamineWorkbook.from_filelike(BytesIO(chen.client.get(file).data))
    assert book.sheet_names[0] == "Figures"
    assert "Parties received" in [row[0] for row in book.get_sheet_by_index(0).to_python()]
    assert "/reports/performance?from=2026-11-09&amp;to=2026-11-15" in html
    assert desk("马超").get(file).status == 404  # what is brought to one is nobody else's


def test_who_may_no_longer_read_it_gets_none(shop: Shop, desk: Callable[[str], Desk]) -> None:
    lina = desk("李娜")
    lina.submit(HERE, {"report": "overdue", "pace": "daily", "hour": "7"})
    with shop.database.writing(shop.store.id) as db:
        db.execute(delete(Posting).where(Posting.person_id == shop.person("李娜").id))
    (job,) = jobs_made(shop, "2026-11-11 07:00")
    assert (rows(shop, ReportCopy), rows(shop, JobRecord)[0].state) == ([], JobState.DONE)
    assert job.attempts == 0  # as it waited


def test_a_report_is_wanted_once_and_ended_by_who_wanted_it(shop: Shop, desk: Callable[[str], Desk]) -> None:
    zhang, chen = desk("张伟"), desk("陈静")
    for hour in ("7", "9"):
        zhang.submit(HERE, {"report": "funnel", "pace": "monthly", "hour": hour})
    former, wanted = rows(shop, Subscription)
    assert (former.ended_at is not None, wanted.ended_at, wanted.hour) == (True, None, 9)
    chen.submit(f"{HERE}/{wanted.id}/end", form_at=HERE)
    assert rows(shop, Subscription)[1].ended_at is None
    zhang.submit(f"{HERE}/{wanted.id}/end", form_at=HERE)
    assert jobs_made(shop, "2026-12-01 09:00") == []
    wrong = zhang.submit(HERE, {"report": "nonsense", "pace": "daily", "hour": "24"})
    assert wrong.status == 422
    assert rows(shop, Subscription)[2:] == []
    assert desk("高洁").get(HERE).status == 403


@pytest.mark.parametrize(
    ("pace", "now", "due", "first", "last"),
    [
        ("daily", "2026-11-10 07:59", "2026-11-10 08:00", "2026-11-09", "2026-11-09"),
        ("daily", "2026-11-10 08:00", "2026-11-11 08:00", "2026-11-10", "2026-11-10"),
        ("weekly", "2026-11-16 07:00", "2026-11-16 08:00", "2026-11-09", "2026-11-15"),
        ("weekly", "2026-12-31 09:00", "2027-01-04 08:00", "2026-12-28", "2027-01-03"),
        ("monthly", "2026-11-01 08:00", "2026-12-01 08:00", "2026-11-01", "2026-11-30"),
        ("monthly", "2026-12-15 08:00", "2027-01-01 08:00", "2026-12-01", "2026-12-31"),
    ],
)
def test_the_next_hour_and_the_days_that_are_brought_then(pace: str, now: str, due: str, first: str, last: str) -> None:
    then = next_after(ShopCalendar(), Pace(pace), 8, at(now))
    assert then == at(due)
    period = period_of(Pace(pace), then.date())
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
