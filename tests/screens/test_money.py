"""Payments on the screens: reported, confirmed, reversed, paid back by two people."""

from collections.abc import Callable

from flask import Flask

from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import CAR, POLICE
from tests.desk import Desk
from tests.test_finance import owed

Open = Callable[[str], Desk]
PAID = {"kind": "instalment", "amount": "65,900", "received_on": "2026-11-20", "payer": POLICE, "reference": "ICBC-881"}


def test_a_payment_counts_once_finance_has_confirmed_it(shop: Shop, app: Flask, desk: Open) -> None:
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    here = f"/contracts/{made}/money"
    app.config["CLOCK"].now = at("2026-11-20 10:00")
    owner, finance = desk("李娜"), desk("高洁")
    for wrong in ("0.005", "USD 100", "1,5", "0"):
        page = owner.submit(here, PAID | {"amount": wrong})
        assert page.status == 422
        assert f'value="{wrong}"' in page.html
    assert "待确认" in owner.submit(here, PAID).text
    assert owed(shop, made) == CAR
    assert "上报收款" not in finance.get(here).text
    assert owner.ask(here, PAID).codes == ("E-PAYMENT-KNOWN",)
    assert owner.ask("/receipts/1/confirm").codes == ("E-NOT-YOURS",)
    page = finance.press(finance.get("/receipts/1"), "/receipts/1/confirm")
    assert "已确认" in page.text
    assert owed(shop, made) == CAR - 65_900_00
    # The same money as finance's own entry is asked about, and is another one if somebody says so.
    assert finance.ask(here, PAID).codes == ("E-PAYMENT-KNOWN",)
    finance.submit(here, PAID | {"again": "true"})
    assert owed(shop, made) == 0
    finance.submit("/receipts/2/reverse", {"reason": "重复登记"})
    assert owed(shop, made) == CAR - 65_900_00
    assert "重复登记" in finance.get("/receipts/2").text
    # Reported and never there.
    owner.submit(here, PAID | {"reference": "ICBC-882"})
    finance.submit("/receipts/3/turn_down", {"reason": "银行流水中没有"})
    assert owed(shop, made) == CAR - 65_900_00
    assert finance.ask(here, PAID | {"instalment": 7, "reference": "ICBC-883"}).codes == ("E-REQ-FIELD",)
    # For insurance and plates: it is not ours and pays no car.
    finance.submit(here, PAID | {"kind": "on_behalf", "reference": "ICBC-884"})
    assert owed(shop, made) == CAR - 65_900_00


def test_money_goes_back_by_two_people_and_never_more_than_came(shop: Shop, app: Flask, desk: Open) -> None:
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    app.config["CLOCK"].now = at("2026-11-20 10:00")
    owner, finance, general = desk("李娜"), desk("高洁"), desk("周建国")
    finance.submit(f"/contracts/{made}/money", PAID)
    here, wanted = f"/contracts/{made}/refund", {"amount": "5,900", "payer": POLICE, "reason": "多付"}
    assert "65,900 元" in owner.get(here).text
    assert owner.ask(here, wanted | {"amount": "65,900.01"}).codes == ("E-REFUND",)
    assert "待审批" in owner.submit(here, wanted).text
    assert owner.ask(here, wanted | {"amount": "60,000.01"}).codes == ("E-REFUND",)  # what is asked for is spoken for
    assert finance.ask("/receipts/2/pay", {"received_on": "2026-11-20", "reference": "B1"}).codes == ("E-STATE",)
    assert owner.ask("/receipts/2/approve").codes == ("E-NOT-YOURS",)
    assert "待付款" in general.press(general.get("/receipts/2"), "/receipts/2/approve").text
    assert finance.ask("/receipts/1/reverse", {"reason": "退票"}).codes == ("E-REFUND",)
    assert "已确认" in finance.submit("/receipts/2/pay", {"received_on": "2026-11-20", "reference": "B1"}).text
    assert owed(shop, made) == CAR - 60_000_00
    owner.submit(here, wanted)
    assert "已驳回" in general.submit("/receipts/3/refuse", {"reason": "合同未约定"}).text
