"""What is told before anything is collected: on every form that asks, in both languages, with the periods in force."""

from collections.abc import Callable
from datetime import date

import pytest

from dealer import notices
from dealer.engine.steps import place
from dealer.notices import KINDS
from dealer.records.people import Policy, PolicyState
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

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
