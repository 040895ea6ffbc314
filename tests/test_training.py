"""Training: who was trained in what, and what is refused without it once the house asks for it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from dealer.engine.database import next_number
from dealer.engine.steps import Refused, place
from dealer.records.people import Policy, PolicyState
from dealer.records.staffing import Training
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.drives import Yard

Desks = Callable[[str], Desk]


def house_asks(shop: Shop, name: str, day: date) -> None:
    """The general manager has approved it: from that day on."""
    with shop.acting("周建国", at("2026-11-01 09:00")) as ask:
        rule = Policy(
            store_id=shop.store.id, name=name, value=True, from_day=day, approved_at=ask.at, since=ask.at,
            begun_at=ask.at, number=next_number(ask.db, shop.store.id, "policy"),
        )  # fmt: skip
        place(rule, PolicyState.APPROVED)
        ask.db.add(rule)


def told(shop: Shop, person: str, topic: str, **more: Any) -> dict[str, Any]:
    """What is typed of a training."""
    key = str(shop.person(person).id)
    return {"person": key, "topic": topic, "held_on": "2026-11-02", "trainer": "厂家培训部"} | more


def not_booked(yard: Yard, when: str) -> tuple[str, ...]:
    """The codes with which a drive with 王磊 is refused."""
    with pytest.raises(Refused) as refusal:
        yard.book(facts=yard.booking(starts=when))
    return refusal.value.codes


def test_a_companion_without_training_is_not_booked_once_the_house_asks_for_it(shop: Shop, desk: Desks) -> None:
    yard = Yard(shop)
    house_asks(shop, "companions_need_training", date(2026, 11, 15))
    yard.book(facts=yard.booking(starts="2026-11-14 10:00"))
    assert not_booked(yard, "2026-11-15 10:00") == ("E-TRAINING",)
    desk("刘洋").turn_clock("2026-11-14 11:00")
    liu, wang = desk("刘洋"), desk("王磊")
    assert wang.get("/training/new").status == 403
    assert wang.ask("/training/new", told(shop, "王磊", "companion")).codes == ("E-NOT-YOURS", "E-SELF-APPROVE")
    assert liu.ask("/training/new", told(shop, "刘洋", "companion")).codes == ("E-SELF-APPROVE",)
    late = told(shop, "王磊", "companion", held_on="2026-11-16")
    assert liu.ask("/training/new", late).codes == ("E-DAY-AHEAD",)
    before = told(shop, "王磊", "companion", valid_until="2026-11-01")
    assert liu.ask("/training/new", before).codes == ("E-DAY-PAST",)
    done = told(shop, "王磊", "companion", valid_until="2026-11-15")
    assert liu.submit("/training/new", done).url == "/training"
    assert "即将到期" in wang.get("/training").text
    assert "王磊" not in desk("李娜").get("/training").text
    yard.book(facts=yard.booking(starts="2026-11-15 10:00", phone="13888880031"))
    assert not_booked(yard, "2026-11-16 10:00") == ("E-TRAINING",)
    # it was written down for the wrong person: it counts no more and stays in the list
    with shop.looking() as db:
        key = db.scalars(select(Training.id)).one()
    assert liu.ask(f"/training/{key}/withdraw").status == 200
    assert liu.ask(f"/training/{key}/withdraw").codes == ("E-STATE",)
    assert "已撤销" in liu.get("/training").text
    assert not_booked(yard, "2026-11-15 14:00") == ("E-TRAINING",)
    # and nobody goes along on a day of their leave
    liu.ask("/training/new", done)
    shop.send_away("王磊", "张伟", date(2026, 11, 15), date(2026, 11, 15))
    assert not_booked(yard, "2026-11-15 14:00") == ("E-COMPANION-AWAY",)


def test_a_car_is_inspected_by_somebody_trained_once_the_house_asks_for_it(shop: Shop, desk: Desks) -> None:
    number = scene.contract(shop, 1, ((1, "2026-11-30"),))
    cars = scene.arrive(shop, scene.VINS[0])
    scene.allocated(shop, scene.batch(shop, number), *cars)
    house_asks(shop, "inspectors_need_training", date(2026, 11, 25))
    desk("冯涛").turn_clock("2026-11-25 09:00")
    zheng = desk("郑凯")
    assert zheng.ask(f"/stock/{cars[0]}/start_pdi").codes == ("E-TRAINING",)
    assert desk("冯涛").ask("/training/new", told(shop, "郑凯", "inspection")).status == 200
    assert zheng.ask(f"/stock/{cars[0]}/start_pdi").status == 200
