"""What is told before anything is collected: on every form that asks, in both languages, with the periods in force."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from dealer.engine.steps import place
from dealer.privacy import notices, retention
from dealer.privacy.notices import KINDS
from dealer.records.people import Policy, PolicyState
from dealer.records.privacy import NoticeTold, NoticeWay
from dealer.records.prospects import Visit
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.drives import Yard

ASKING = {"/walkins/new": ("赵敏", "visit"), "/prospects/new": ("王磊", "card"), "/drives/new": ("王磊", "drive")}


@pytest.mark.parametrize("kind", KINDS)
def test_a_notice_says_the_same_six_things_in_both_languages(kind: str, shop: Shop) -> None:
    with shop.looking() as db:
        zh, en = (notices.on(db, shop.store.id, kind, date(2026, 11, 10), each) for each in ("zh", "en"))
        again = notices.on(db, shop.store.id, kind, date(2026, 11, 11), "zh")
    assert len(zh.parts) == len(en.parts) == 6
    assert all(one != other for (_, one), (_, other) in zip(zh.parts, en.parts, strict=True))
    assert shop.store.name in zh.parts[0][1]
    assert zh.mark == again.mark != en.mark


def test_a_notice_says_the_period_that_retention_keeps_to(shop: Shop) -> None:
    with shop.looking() as db:
        before = notices.on(db, shop.store.id, "drive", date(2026, 11, 10), "zh")
    with shop.database.writing(shop.store.id) as db:
        rule = Policy(
            store_id=shop.store.id, number=1, name="keep_licence_months", value=6, from_day=date(2026, 12, 1),
            since=at("2026-11-20 09:00"), begun_at=at("2026-11-20 09:00"),
            approved_at=at("2026-11-20 09:00"),
        )  # fmt: skip
        place(rule, PolicyState.APPROVED)
        db.add(rule)
    with shop.looking() as db:
        after = notices.on(db, shop.store.id, "drive", date(2026, 12, 1), "zh")
    assert "12 个月" in before.parts[3][1]
    assert "6 个月" in after.parts[3][1]
    assert before.mark != after.mark


def test_every_form_that_asks_leads_to_its_notice_and_none_needs_a_phone_of_a_visitor(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    for url, (name, kind) in ASKING.items():
        assert f"/notices/{kind}" in desk(name).get(url).html
        assert "您的权利" in desk(name).get(f"/notices/{kind}").text
    reception = desk("赵敏")
    party = {"kind": "visit", "heads": "1", "purpose": "look_at_cars", "source": "passing_by", "no_phone": "true"}
    answer = reception.submit("/walkins/new", party)
    assert (answer.status, "/walkins" in answer.url) == (200, True), answer.text
    assert "Your rights" in reception.get("/notices/visit?lang=en").text


def test_which_version_somebody_was_told_when_by_whom_and_how_is_a_row(shop: Shop, desk: Callable[[str], Desk]) -> None:
    yard = Yard(shop, day="2026-11-10")
    reception = desk("赵敏")
    party = {"phone": "13577001234", "name": "和先生", "purpose": "look_at_cars", "source": "passing_by", "heads": "1",
             "kind": "visit", "consultant": str(yard.keys["王磊"])}  # fmt: skip
    reception.submit("/walkins/new", party)
    page = reception.get("/walkins/1")
    assert "个人信息告知 尚未登记" in page.text
    form = re.search(r'href="(/notices/visit/told/[^"]+)"', page.html)
    assert form
    told = reception.submit(form[1], {"how": "on_paper"})
    assert told.url == "/walkins/1"
    assert "赵敏 · 书面交付 · 2026年1月1日版" in told.text
    assert "已告知个人信息处理事项" in told.text
    assert desk("高洁").get(form[1]).status == 404
    assert reception.submit(form[1], {"how": "by_pigeon"}).status == 422
    assert "尚未登记" in desk("王磊").get("/prospects/1").text
    number = yard.verified()  # the licence is read: what the form says to say was said
    assert "王磊 · 口头告知 · 2026年1月1日版" in desk("王磊").get(f"/drives/{number}").text
    with shop.looking() as db:
        rows = db.scalars(select(NoticeTold).order_by(NoticeTold.at, NoticeTold.id)).all()
        mark = notices.on(db, shop.store.id, "visit", date(2026, 11, 10), "zh").mark
        visit = db.scalars(select(Visit)).one()
    assert [(each.kind, each.how, each.phone) for each in rows] == [
        ("visit", NoticeWay.PAPER, "13577001234"), ("drive", NoticeWay.WORDS, "13888880021"),
    ]  # fmt: skip
    assert (rows[0].mark, rows[0].subject_id, rows[0].person_id) == (mark, visit.id, shop.person("赵敏").id)
    for when, left in (("2029-11-10 03:00", 2), ("2029-11-11 03:00", 0)):
        retention.empty_by_night(shop.database, at(when))
        with shop.looking() as db:
            kept = db.scalars(select(NoticeTold)).all()
        assert (len(kept), sum(each.subject_id is not None for each in kept)) == (2, left)
