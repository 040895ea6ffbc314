"""Allocation of many cars at once: the queue as the shop sees it, all of them or none, and one VIN for one contract."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import event, func, select

from dealer import workflow
from dealer.engine.history import verify
from dealer.engine.steps import Ask, Refused
from dealer.records.deliveries import Batch
from dealer.records.vehicles import Certificate, Unit
from dealer.stock import allocation_queue, vehicles
from dealer.stock.allocation import Claim, Swap
from dealer.stock.yard import Damage, NewUnit, Shipment
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import PHOTO, VINS, WHITE, arrive, batch, many_cars, proposed, take, to_batch
from tests.desk import Desk

NOV_20 = "2026-11-20 09:00"
TODAY = date(2026, 11, 20)


def on_order(shop: Shop, vin: str, expected: date) -> None:
    """A car that is on its way."""
    with shop.acting("孙强", at(NOV_20), NewUnit(model=scene.model(shop), vin=vin, colour=WHITE)) as ask:
        unit = vehicles.new_unit(ask)
        workflow.begin(unit, "order", ask)
    take(shop, "孙强", NOV_20, Unit, unit.number, "ship", Shipment(carrier="长久物流", expected_on=expected))


def test_the_page_of_allocation_serves_the_queue_and_says_why_a_place_stays_empty(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    late = scene.contract(shop, 3, [(3, "2026-11-24")], customer=scene.LESSOR, effective="2026-11-13")
    scene.contract(shop, 2, [(1, "2026-11-30"), (1, "2026-12-10")])
    arrive(shop, VINS[0], when="2026-10-01 09:00", certificate=Certificate.PLEDGED)
    *_, claimed, damaged = arrive(shop, *VINS[1:5])
    take(shop, "孙强", NOV_20, Unit, damaged, "report_damage", Damage(damage="凹陷", photos=(PHOTO,)))
    claim = Claim(**to_batch(shop, batch(shop, late)).model_dump(), reason="租期 12 月 1 日开始")
    take(shop, "陈静", NOV_20, Unit, claimed, "ask_out_of_turn", claim)
    on_order(shop, VINS[5], date(2026, 11, 28))
    yard = desk("孙强")
    yard.turn_clock("2026-11-20 10:00")
    yard.sign_in()
    page = yard.get("/allocation")
    first, second = page.text.index("第1批 · 11-30"), page.text.index("第1批 · 11-24")
    assert first < page.text.index("第2批 · 12-10") < second
    for said in (
        "全部配车（3台）", "1台在途，预计2026年11月28日到店", "1台有损伤", "1台已被申请插队", "请订购1台",
        "合同YLYX-DKH-2026-0002在先", "其中1台的合格证质押在银行", "配齐日期未定",
    ):  # fmt: skip
        assert said in page.text, said
    cars = re.findall(r'name="car" value="([^"]+)"', page.html)
    numbers = [each.split(":")[1] for each in cars]
    assert numbers == ["2", "3", "1"]  # the pledged one last, although it has stood longest
    took = yard.post("/allocation", {"car": cars}, page)
    assert took.url == "/allocation"
    assert "已配3台车" in took.text
    with shop.looking() as db:
        held = select(Batch.contract_id, func.count()).join(Unit, Unit.batch_id == Batch.id).group_by(Batch.contract_id)
        assert sorted(count for _, count in db.execute(held)) == [1, 2]
    assert "第2批 · 12-10" not in took.text
    assert yard.post("/allocation", {"car": cars}, page).status == 200  # sent once more: its key counts once
    stale = yard.post("/allocation", {"car": cars, "batch": cars[0].split(":")[0]}, yard.get("/allocation"))
    assert stale.status == 409
    assert f"{VINS[1]}的情况已变" in stale.text
    gone = yard.post("/allocation", {"car": [cars[0].split(":")[0] + ":999:0"]}, yard.get("/allocation"))
    assert gone.status == 409
    assert "未分配任何车辆" in gone.text
    assert desk("李娜").get("/allocation").status == 403


def test_all_cars_go_or_none_and_each_that_cannot_is_named(shop: Shop) -> None:
    made = scene.contract(shop, 3, [(3, "2026-11-30")])
    arrive(shop, *VINS[:3])
    with shop.acting("孙强", at(NOV_20)) as ask:
        chosen = proposed(ask)
    take(shop, "孙强", NOV_20, Unit, chosen[1][0].number, "report_damage", Damage(damage="凹陷", photos=(PHOTO,)))
    as_it_is = [(unit.number, key, version + (unit is chosen[1][0])) for unit, key, version in chosen]
    with pytest.raises(Refused) as refusal:
        everything(shop, as_it_is)
    (told,) = refusal.value.refusals
    assert (told.code, told.values["vin"], told.values["reason"]) == ("E-NOT-ALL", chosen[1][0].vin, "E-DAMAGED")
    with shop.looking() as db:
        assert db.scalar(select(func.count()).where(Unit.batch_id.is_not(None))) == 0
    assert scene.state(shop, Batch, batch(shop, made)) == "planned"


# ── how it grows ──────────────────────────────────────────────────────────────────────────────────────────────────


def statements(ask: Ask, work: Callable[[], Any]) -> int:
    """How many statements a piece of work sends."""
    seen: list[str] = []

    def note(*told: Any) -> None:
        seen.append(told[2])

    connection = ask.db.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return len(seen)


def test_three_questions_plan_the_whole_shop_and_a_car_costs_the_same_among_forty(shop: Shop) -> None:
    model = scene.model(shop)
    for place in range(4):
        scene.contract(shop, 10, [(10, "2026-11-30")], effective=f"2026-11-1{place}")
    with shop.acting("孙强", at(NOV_20)) as ask:
        many_cars(ask, model, 60)
    with shop.acting("孙强", at(NOV_20)) as ask:
        assert statements(ask, lambda: allocation_queue.planned(ask.db, ask.actor, TODAY)) == 3
        chosen = proposed(ask)
        assert len(chosen) == 40
        few = statements(ask, lambda: workflow.allocate(ask, chosen[:10]))
        many = statements(ask, lambda: workflow.allocate(ask, chosen[10:]))
    assert many <= 3.1 * few
    with shop.looking() as db:
        assert verify(db) == []


# ── one VIN, one contract ─────────────────────────────────────────────────────────────────────────────────────────


def together(*jobs: Callable[[], Any]) -> list[str]:
    """All at the same moment: what became of each."""
    start, told = Barrier(len(jobs)), []

    def one(job: Callable[[], Any]) -> None:
        start.wait()
        try:
            job()
            told.append("won")
        except Refused as refusal:
            told.append(refusal.codes[0])

    threads = [Thread(target=one, args=(job,)) for job in jobs]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sorted(told)


def everything(shop: Shop, chosen: Iterable[tuple[int, Any, int]]) -> None:
    with shop.acting("孙强", at(NOV_20)) as ask:
        units = allocation_queue.by_numbers(ask.db, ask.actor, [number for number, *_ in chosen])
        workflow.allocate(ask, [(units[number], key, version) for number, key, version in chosen])


def test_of_sixteen_who_allocate_the_same_cars_at_once_one_gets_all_of_them(shop: Shop) -> None:
    scene.contract(shop, 2, [(2, "2026-11-30")])
    other = scene.contract(shop, 2, [(2, "2026-11-30")], customer=scene.LESSOR, effective="2026-11-13")
    arrive(shop, *VINS[:4])
    with shop.acting("孙强", at(NOV_20)) as ask:
        chosen = [(unit.number, key, version) for unit, key, version in proposed(ask)]
    key = to_batch(shop, batch(shop, other)).batch
    crossed = [(number, key, version) for number, _, version in chosen[:2]]  # the first two for the second contract
    jobs = [lambda at_=at_: everything(shop, crossed if at_ % 2 else chosen) for at_ in range(16)]
    assert together(*jobs) == ["E-NOT-ALL"] * 15 + ["won"]
    with shop.looking() as db:
        held = db.execute(select(Unit.number, Unit.contract_id).where(Unit.contract_id.is_not(None))).all()
        assert len(held) in (2, 4)
        assert verify(db) == []


def test_of_sixteen_who_swap_in_and_allocate_one_car_exactly_one_gets_it(shop: Shop) -> None:
    """Eight want it in the place of the police's car, eight for the lessor's contract."""
    one = scene.contract(shop, 1, [(1, "2026-11-30")])
    two = scene.contract(shop, 1, [(1, "2026-11-30")], customer=scene.LESSOR, effective="2026-11-13")
    old, wanted, _ = arrive(shop, *VINS[:3])
    scene.allocated(shop, batch(shop, one), old)
    with shop.looking() as db:
        key = db.scalars(select(Unit.id).where(Unit.number == wanted)).one()
    swap, to_other = Swap(replacement=key, reason="运输刮伤"), to_batch(shop, batch(shop, two))
    jobs = [
        (lambda: take(shop, "孙强", NOV_20, Unit, old, "swap", swap)) if turn % 2
        else (lambda: take(shop, "陈静", NOV_20, Unit, wanted, "allocate", to_other))
        for turn in range(16)
    ]  # fmt: skip
    assert together(*jobs).count("won") == 1
    with shop.looking() as db:
        lessor = select(func.count()).where(Unit.batch_id == to_other.batch)
        held = db.execute(select(Unit.vin, Unit.contract_id).where(Unit.contract_id.is_not(None))).all()
        assert len(held) == 1 + (db.scalar(lessor) or 0)
        assert len({vin for vin, _ in held}) == len(held)
        assert verify(db) == []
