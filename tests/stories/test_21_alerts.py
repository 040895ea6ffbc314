"""Alerts: who is told of what, once, and where it leads; nobody is told of their own deed or of what is not theirs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from dealer.alerts import forgetting, news
from dealer.alerts.telling import told
from dealer.records.alerts import Alert, AlertsUpTo
from dealer.records.deadlines import Deadline
from dealer.records.people import Posting
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.stories.test_07_exception import YES
from tests.stories.test_09_approval_stages import asked

__all__ = ["asked"]  # the fixture


def look(shop: Shop, when: str) -> None:
    """The sweep looks, and once more a minute later, when there is nothing new."""
    news.tell_what_is_new(shop.database, at(when))
    news.tell_what_is_new(shop.database, at(when))


def alerts_of(shop: Shop, name: str) -> list[str]:
    """What somebody was told, oldest first."""
    with shop.looking() as db:
        mine = select(Alert).where(Alert.person_id == shop.person(name).id).order_by(Alert.id)
        return [told(each, "en") for each in db.scalars(mine)]


# ── told, opened, read ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def shop_asked(shop: Shop, asked: Callable[[str], None]) -> Shop:
    """A price waits for 陈静."""
    asked("161800")
    return shop


def test_a_price_that_waits_is_told_to_who_decides_it_and_the_answer_to_who_asked(
    shop_asked: Shop, desk: Callable[[str], Desk]
) -> None:
    shop = shop_asked
    shop.send_away("陈静", "马超", date(2026, 11, 10), date(2026, 11, 12))
    look(shop, "2026-11-10 10:11")
    waits = "To do: Decide on a price, number 1"
    assert waits in alerts_of(shop, "陈静")
    assert waits in alerts_of(shop, "马超")  # who stands in for her
    assert (alerts_of(shop, "李娜"), alerts_of(shop, "周建国")) == ([], [])  # asked for it herself; not his to decide
    chen = desk("陈静")
    chen.turn_clock("2026-11-10 10:12")
    chen = desk("陈静")
    assert '<span class="count count-urgent" aria-hidden="true">' in chen.get("/today").html
    page = chen.get("/alerts")
    assert "待办：审批特价（1 号）" in page.text
    assert "滇行租赁公司" in page.text
    assert "代 陈静" in desk("马超").get("/alerts").text
    with shop.looking() as db:
        (alert,) = db.scalars(
            select(Alert).where(Alert.person_id == shop.person("陈静").id, Alert.source.like("task%"))
        )
    assert desk("李娜").get(f"/alerts/{alert.id}").status == 404
    assert chen.get(f"/alerts/{alert.id}").url == "/approvals/1"  # from a mail
    opened = chen.press(page, f"/alerts/{alert.id}")
    assert opened.url == "/approvals/1"
    assert "待办：审批特价（1 号）" in chen.get("/alerts").text  # among what was read
    assert 'class="alert-new"' not in chen.get("/alerts").html
    assert chen.ask("/approvals/1/approve", YES).status == 200
    look(shop, "2026-11-10 10:20")
    lina = desk("李娜")
    assert alerts_of(shop, "李娜") == ["Price-limit exception 1: Approved"]
    read = lina.press(lina.get("/alerts"), "/alerts/read")
    assert read.url == "/alerts"
    assert 'class="alert-new"' not in read.html
    assert alerts_of(shop, "陈静") == [waits]  # nobody is told of their own deed


def test_an_alert_goes_after_half_a_year(shop_asked: Shop) -> None:
    look(shop_asked, "2026-11-10 10:11")
    told_before = alerts_of(shop_asked, "陈静")
    made = datetime.now(tz=UTC)  # an id tells when its row was made
    forgetting.forget_old(shop_asked.database, made + timedelta(days=179))
    assert alerts_of(shop_asked, "陈静") == told_before != []
    forgetting.forget_old(shop_asked.database, made + timedelta(days=181))
    assert alerts_of(shop_asked, "陈静") == []


def test_what_is_overdue_is_told_once_and_again_when_it_was_moved(shop_asked: Shop) -> None:
    shop = shop_asked
    look(shop, "2026-11-10 10:11")
    late = "Overdue: Decide on a price, number 1"
    look(shop, "2026-11-12 09:00")
    assert alerts_of(shop, "陈静").count(late) == 1
    with shop.database.writing(shop.store.id) as db:
        row = db.scalars(select(Deadline).where(Deadline.kind == "decide_exception")).one()
        row.due_at = at("2026-11-13 12:00")
    look(shop, "2026-11-13 11:00")
    assert alerts_of(shop, "陈静").count(late) == 1
    look(shop, "2026-11-13 12:01")
    assert alerts_of(shop, "陈静").count(late) == 2


def test_who_no_longer_works_on_it_is_not_told_and_a_crash_loses_nothing(
    shop_asked: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop_asked
    with shop.database.writing(shop.store.id) as db:
        db.execute(delete(Posting).where(Posting.person_id == shop.person("陈静").id))

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(news, "_tell_of_task", dies)
        with pytest.raises(KeyboardInterrupt):
            news.tell_what_is_new(shop.database, at("2026-11-20 10:11"))
    with shop.looking() as db:
        assert db.scalars(select(AlertsUpTo)).all() == []  # as if it had not looked
        assert db.scalars(select(Alert)).all() == []
    look(shop, "2026-11-20 10:12")
    with shop.looking() as db:
        assert db.scalars(select(AlertsUpTo)).one().seq > 0
    assert alerts_of(shop, "陈静") == []
    assert "Overdue: Decide on a price, number 1" not in alerts_of(shop, "李娜")
