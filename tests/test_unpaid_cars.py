"""A car stands ready and the customer does not pay: told, then free by itself or a task, as the contract has it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from dealer import deadlines, people, sweep
from dealer.engine.steps import Ask, place
from dealer.records.contracts import Contract, PaymentEvent
from dealer.records.deals import Terms
from dealer.records.deliveries import Batch
from dealer.records.frameworks import Framework, FrameworkState
from dealer.records.vehicles import Unit, UnitState
from dealer.stock.unpaid_cars import PaymentNotice
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import CAR, VINS, arrive, batch, refused, take

NOV_20 = "2026-11-20 09:00"
TOLD = PaymentNotice(person="杨帆")
BEFORE_COLLECTION = [(PaymentEvent.BEFORE_COLLECTION, CAR)]


def told(shop: Shop, **terms: Any) -> tuple[int, int]:
    """A car on a contract whose customer was told on the 20th that it is here and not paid: (contract, car)."""
    made = scene.contract(shop, 1, [(1, "2026-11-30")], **({"payments": BEFORE_COLLECTION} | terms))
    (car,) = arrive(shop, VINS[0])
    scene.allocated(shop, batch(shop, made), car)
    assert refused(shop, "孙强", NOV_20, Unit, car, "give_payment_notice", TOLD) == ("E-NOT-YOURS",)
    take(shop, "李娜", NOV_20, Unit, car, "give_payment_notice", TOLD)
    assert refused(shop, "李娜", NOV_20, Unit, car, "give_payment_notice", TOLD) == ("E-TOLD",)
    return made, car


def looked_at(shop: Shop, when: str) -> None:
    sweep.fire_due(shop.database, at(when))


def unit(shop: Shop, number: int) -> Unit:
    with shop.looking() as db:
        found = people.by_number(db, Unit, shop.actor("陈静"), number)
        assert found is not None
        return found


def due_to(shop: Shop, name: str) -> list[str]:
    with shop.looking() as db:
        return [
            row.kind for row in deadlines.due_to(db, shop.actor(name), at("2026-11-28 23:00")) if row.note == VINS[0]
        ]


def test_a_prepaid_car_is_free_four_days_after_the_notice_and_its_owner_tells_the_customer(shop: Shop) -> None:
    made, car = told(shop, terms=Terms.PREPAID)
    looked_at(shop, "2026-11-24 23:59")
    assert unit(shop, car).state is UnitState.ALLOCATED
    looked_at(shop, "2026-11-25 00:01")
    free = unit(shop, car)
    assert (free.state, free.contract_id, free.case_id, free.noticed_on) == (UnitState.IN_STOCK, None, None, None)
    assert due_to(shop, "李娜") == ["tell_car_is_gone"]
    assert due_to(shop, "陈静") == []
    assert scene.state(shop, Batch, batch(shop, made)) == "planned"


def test_whoever_has_paid_keeps_the_car_and_is_not_told_to_pay(shop: Shop) -> None:
    made, car = told(shop, terms=Terms.PREPAID)
    scene.receipt(shop, made, CAR)
    looked_at(shop, "2026-11-25 00:01")
    assert unit(shop, car).state is UnitState.ALLOCATED
    paid, other = scene.contract(shop, 1, [(1, "2026-11-30")], terms=Terms.CREDIT), arrive(shop, VINS[1])[0]
    scene.allocated(shop, batch(shop, paid), other)
    assert refused(shop, "李娜", NOV_20, Unit, other, "give_payment_notice", TOLD) == ("E-PAID",)


@pytest.mark.parametrize("why", ["other terms", "under a framework", "invoiced"])
def test_the_manager_is_asked_where_nothing_may_happen_by_itself(shop: Shop, why: str) -> None:
    made, car = told(shop, terms=Terms.ON_DELIVERY if why == "other terms" else Terms.PREPAID)
    if why == "invoiced":
        invoice = scene.invoice(issued_on=date(2026, 11, 21))
        take(shop, "高洁", "2026-11-21 09:00", Unit, car, "issue_invoice", invoice)
    if why == "under a framework":
        with shop.acting("陈静", at(NOV_20)) as ask:
            contract = scene.find(ask, Contract, made)
            contract.framework_id = _framework(ask, contract)
    looked_at(shop, "2026-11-26 10:00")
    assert unit(shop, car).state is UnitState.ALLOCATED
    assert due_to(shop, "陈静") == ["decide_unpaid_car"]
    looked_at(shop, "2026-11-26 10:05")
    assert due_to(shop, "陈静") == ["decide_unpaid_car"]
    take(shop, "李娜", "2026-11-26 11:00", Unit, car, "give_payment_notice", TOLD)  # once more
    assert unit(shop, car).noticed_on is not None


def _framework(ask: Ask, contract: Contract) -> UUID:
    """An agreement that the contract could be an order of."""
    made = Framework(
        store_id=contract.store_id, number=1, customer_id=contract.deal.customer_id, made_by_id=ask.hat.id,
        title="三年集采", from_day=date(2026, 1, 1), until_day=date(2026, 12, 31), since=ask.at, begun_at=ask.at,
    )  # fmt: skip
    place(made, FrameworkState.IN_FORCE)
    ask.db.add(made)
    ask.db.flush()
    return made.id
