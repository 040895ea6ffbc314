"""Payments on the screens: reported, confirmed, reversed, paid back by two people."""

import re
from collections.abc import Callable
from io import BytesIO

from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from dealer.money import finance_desk, payment_plans
from dealer.records.contracts import Contract, DepositKind, PaymentEvent
from dealer.records.money import ReceiptKind
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import CAR, POLICE, VINS, batch
from tests.desk import Desk
from tests.test_finance import owed

P = PaymentEvent
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


def test_a_payment_for_a_batch_stands_in_its_instalment_and_shows_what_is_over_or_to_come(
    shop: Shop, app: Flask, desk: Open
) -> None:
    """Two batches of a car each: the second is paid before the first, then more than it costs."""
    plan = [(1, "2026-11-30"), (1, "2026-12-10")]
    made = scene.contract(shop, 2, plan, payments=[(P.BEFORE_COLLECTION, CAR), (P.BEFORE_COLLECTION, CAR)])
    with shop.acting("高洁", at("2026-11-20 09:00")) as ask:
        for number, row in enumerate(scene.find(ask, Contract, made).payments, 1):
            row.batch = number
    app.config["CLOCK"].now = at("2026-11-20 10:00")
    finance, here = desk("高洁"), f"/contracts/{made}/money"
    assert "按批次收款" not in finance.get(here).text
    assert finance.ask(here, PAID | {"batch": 3}).codes == ("E-REQ-FIELD",)
    assert finance.ask(here, PAID | {"batch": 2, "instalment": 1}).codes == ("E-REQ-FIELD",)
    page = finance.submit(here, PAID | {"batch": 2})
    with shop.looking() as db:
        found = payment_plans.plan_of(db, db.scalars(select(Contract)).one())
    assert [row.got for row in found.rows] == [0, 65_900_00]  # not the oldest that is open
    assert [(each.worth, each.got) for each in found.batches] == [(CAR, 0), (CAR, 65_900_00)]
    first, second = page.text.partition("按批次收款")[2].split("第 2 批")[:2]
    assert "131,800 待收" in first
    assert "65,900 待收" in second
    page = finance.submit(here, PAID | {"amount": "70,000", "reference": "ICBC-882", "instalment": 2})
    assert "4,100 多付" in page.text
    assert "第 2 批" in finance.get("/receipts/1").text
    page = finance.submit("/receipts/1/match", {"batch": 1})
    assert "第 1 批" in page.text
    with shop.looking() as db:
        found = payment_plans.plan_of(db, db.scalars(select(Contract)).one())
    assert [row.got for row in found.rows] == [65_900_00, 70_000_00]


def test_money_goes_back_by_two_people_and_never_more_than_came(shop: Shop, app: Flask, desk: Open) -> None:
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    app.config["CLOCK"].now = at("2026-11-20 10:00")
    owner, finance, general = desk("李娜"), desk("高洁"), desk("周建国")
    finance.submit(f"/contracts/{made}/money", PAID)
    here = f"/contracts/{made}/refund"
    wanted = {"amount": "5,900", "payer": POLICE, "reason": "多付", "goes_on": "true"}
    assert "65,900 元" in owner.get(here).text
    assert owner.ask(here, wanted | {"amount": "65,900.01"}).codes == ("E-REFUND",)
    assert owner.ask(here, wanted | {"goes_on": ""}).codes == ("E-OWED-AGAIN",)
    assert "待审批" in owner.submit(here, wanted).text
    assert "其中 5,900 元退款后须重新收取" in general.get("/receipts/2").text
    assert owner.ask(here, wanted | {"amount": "60,000.01"}).codes == ("E-REFUND",)  # what is asked for is spoken for
    assert finance.ask("/receipts/2/pay", {"received_on": "2026-11-20", "reference": "B1"}).codes == ("E-STATE",)
    assert owner.ask("/receipts/2/approve").codes == ("E-NOT-YOURS",)
    assert "待付款" in general.press(general.get("/receipts/2"), "/receipts/2/approve").text
    assert finance.ask("/receipts/1/reverse", {"reason": "退票"}).codes == ("E-REFUND",)
    assert "已确认" in finance.submit("/receipts/2/pay", {"received_on": "2026-11-20", "reference": "B1"}).text
    assert owed(shop, made) == CAR - 60_000_00
    owner.submit(here, wanted)
    assert "已驳回" in general.submit("/receipts/3/refuse", {"reason": "合同未约定"}).text


def test_a_bond_leaves_as_far_as_it_is_agreed_and_collected_money_as_far_as_it_came(
    shop: Shop, app: Flask, desk: Open
) -> None:
    """Each by a request that the general manager approves; a payee from outside the contract is marked."""
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    app.config["CLOCK"].now = at("2026-11-20 10:00")
    owner, finance, general = desk("李娜"), desk("高洁"), desk("周建国")
    money, here = f"/contracts/{made}/money", f"/contracts/{made}/refund"
    assert finance.ask(money, PAID | {"kind": "bond_paid"}).codes == ("E-REFUND",)
    bond = {"kind": "bond_paid", "amount": "6,590", "payer": POLICE, "reason": "合同约定"}
    assert owner.ask(here, bond).codes == ("E-BOND",)
    with shop.acting("李娜", at("2026-11-20 10:00")) as ask:
        contract = scene.find(ask, Contract, made)
        contract.performance_bond, contract.bond_by_guarantee = 6_590_00, True
    assert owner.ask(here, bond).codes == ("E-BOND",)
    with shop.acting("李娜", at("2026-11-20 10:00")) as ask:
        scene.find(ask, Contract, made).bond_by_guarantee = False
    assert owner.ask(here, bond | {"amount": "6,590.01"}).codes == ("E-BOND",)
    assert owner.ask(here, bond | {"payer": "某某商贸"}).codes == ("E-PAYEE",)
    owner.submit(here, bond | {"payer": "某某商贸", "other_payee": "true"})
    assert "既不是合同当事人" in general.get("/receipts/1").text
    assert owner.ask(here, bond | {"amount": "0.01"}).codes == ("E-BOND",)  # what is asked for is spoken for
    general.submit("/receipts/1/refuse", {"reason": "付给采购人"})
    owner.submit(here, bond)
    general.press(general.get("/receipts/2"), "/receipts/2/approve")
    finance.submit("/receipts/2/pay", {"received_on": "2026-11-20", "reference": "B1"})
    assert owed(shop, made) == CAR
    on = {"kind": "on_behalf_paid", "amount": "8,000", "payer": "某保险公司", "reason": "代缴保险费"}
    assert owner.ask(here, on).codes == ("E-REFUND",)
    finance.submit(money, PAID | {"kind": "on_behalf", "amount": "8,000"})
    assert "既不是合同当事人" in owner.submit(here, on).text
    assert owner.ask(here, on | {"kind": "instalment"}).codes[0] == "E-REQ-FIELD"
    assert owner.ask(here, on | {"amount": "1"}).codes == ("E-REFUND",)
    assert finance.ask("/receipts/3/reverse", {"reason": "误登"}).codes == ("E-REFUND",)
    assert owed(shop, made) == CAR


def test_the_desk_of_finance_shows_what_waits_and_what_is_owed(shop: Shop, app: Flask, desk: Open) -> None:
    """A reported payment is confirmed in one press; late money stands by its age; a car that lacks its price or its
    inspection, too, is told below, until it waits for its invoice alone."""
    cars = scene.arrive(shop, *VINS[:2])
    made = scene.contract(shop, 2, [(2, "2026-11-30")], payments=[(P.SIGNING, CAR), (P.ACCEPTANCE, CAR)])
    scene.released(shop, batch(shop, made), *cars)
    scene.inspected(shop, cars[0])
    app.config["CLOCK"].now = at("2026-11-26 10:00")
    owner, finance = desk("李娜"), desk("高洁")
    owner.submit(f"/contracts/{made}/money", PAID)
    page = finance.get("/money")
    assert "分期款 +65,900" in page.text
    assert [vin in page.text for vin in VINS[:2]] == [False, False]
    later = page.text.partition("稍后开票：还缺其他条件的车辆")[2]
    assert "待付款" in later
    assert "待检测、待付款" in later
    assert finance.press(page, "/receipts/1/confirm").url == "/money"
    # Due on the day of signing, 12 November: half of it has come.
    owed = finance.get("/money/receivables")
    assert "197,700" in owed.text
    row = re.sub(r"<[^>]+>", " ", owed.html.split("/money/receivables?customer=1")[1].split("</tr>")[0])
    assert row.split()[-3:] == ["197,700", "65,900", "—"]
    behind = finance.get("/money/receivables?customer=1")
    assert f'href="/contracts/{made}/money"' in behind.html
    assert finance.get("/money/receivables?customer=99").status == 404
    open_rows, payments = (_sheet(finance, kind) for kind in ("receivables", "receipts"))
    assert [row[4:7] for row in open_rows[2:4]] == [[131_800.0, 65_900.0, 65_900.0], [131_800.0, 0.0, 131_800.0]]
    assert payments[2][4:9] == ["分期款", POLICE, "ICBC-881", 65_900.0, "已确认"]
    assert owner.get("/money").status == 403
    finance.submit(f"/contracts/{made}/money", PAID | {"reference": "ICBC-882"})
    page = finance.get("/money")
    assert [vin in page.text for vin in VINS[:2]] == [True, False]
    assert f'href="/stock/{cars[0]}/issue_invoice"' in page.html
    assert _waiting(shop) == 1
    scene.invoiced(shop, cars[0])
    text = finance.get("/money").text
    assert "没有待您处理的收付款" in text
    assert "没有只待开票的车辆" in text
    assert _waiting(shop) == 0


def _waiting(shop: Shop) -> int:
    with shop.acting("高洁", at("2026-11-26 10:00")) as ask:
        return finance_desk.how_many(ask)


def _sheet(who: Desk, kind: str) -> list[list[object]]:
    made = who.submit(f"/exports/{kind}", {"reason": "月末对账"})
    content = who.client.get(f"{made.url}/file").data
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_a_cancelled_deal_pays_its_deposit_back_double_for_the_car_not_delivered(
    shop: Shop, app: Flask, desk: Open
) -> None:
    """Of two cars one is delivered: half of the deposit is at stake, the manager decides, finance books it once."""
    deposit = (DepositKind.EARNEST, 40_000_00)
    payments = [(P.SIGNING, deposit[1]), (P.ACCEPTANCE, 2 * CAR - deposit[1])]
    made, cars = scene.ready(shop, 2, deposit=deposit, payments=payments)
    scene.receipt(shop, made, deposit[1], ReceiptKind.EARNEST)
    scene.delivered(shop, cars[0])
    red = {"number": "26530000000000000009", "issued_on": "2026-12-05", "reason": "合同解除"}
    app.config["CLOCK"].now = at("2026-12-05 10:00")
    general, finance = desk("周建国"), desk("高洁")
    finance.submit(f"/stock/{cars[1]}/red_letter", red)
    cancel = "/deals/1/cancel"
    form = general.get(cancel)
    assert [figure in form.text for figure in ("40,000", "131,800", "20,000", "第五百八十七条")] == [True] * 4
    facts = {"ground": "statutory", "notice_day": "2026-12-04", "outcome": "double_back", "note": "我方未能按期交车"}
    assert general.ask(cancel, facts | {"deposit_outcome": "40,000.01"}).codes == ("E-DEPOSIT-SHARE",)
    assert "没有待您处理的收付款" in finance.get("/money").text
    general.submit(cancel, facts | {"deposit_outcome": "40,000"})
    page = finance.get("/money")
    assert "双倍返还" in page.text
    book = page.html.split('href="/money/deposits/')[1].split('"')[0]
    booked = {"received_on": "2026-12-05", "payer": POLICE, "reference": "ICBC-900"}
    assert general.get(f"/money/deposits/{book}").status == 403
    money = finance.submit(f"/money/deposits/{book}", booked)
    assert [each in money.text for each in ("退款", "定金罚则支付", "−20,000")] == [True] * 3
    assert finance.get(f"/money/deposits/{book}").status == 404  # once
    # The car that stays sold is owed, what is left of the deposit counts towards it.
    with shop.looking() as db:
        plan = payment_plans.plan_of(db, db.scalars(select(Contract)).one())
    assert (plan.total, plan.received, plan.open, plan.overpaid) == (CAR, 20_000_00, CAR - 20_000_00, 0)
    assert "111,800" in finance.get("/money/receivables").text
    kept = finance.ask(f"/contracts/{made}/money", PAID | {"kind": "forfeited", "received_on": "2026-12-05"})
    assert kept.codes == ("E-REFUND",)
