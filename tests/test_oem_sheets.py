"""Sheets for the manufacturer and from it: layouts that somebody approved, files of a month, statements to the fen."""

import csv
from collections.abc import Callable
from datetime import date
from io import BytesIO, StringIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from dealer.engine.database import next_number
from dealer.engine.steps import place
from dealer.oem import sheet_fields
from dealer.oem.layout_examples import EXAMPLES
from dealer.records.claims import SheetPurpose
from dealer.records.contracts import Contract
from dealer.records.customers import CustomerClass
from dealer.records.oem import FiledLine, Filing, FilingState, Nature, Rebate, RebateCar, RebateState
from dealer.records.vehicles import Unit
from dealer.sheets import layouts
from dealer.sheets.layouts import Column, Layout
from tests import claims as papers
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import POLICE, VINS, WHITE
from tests.desk import Desk

EACH = 5_000_00


def approved_rebate(shop: Shop, contract_number: int) -> None:
    """The deal of a contract is filed, and a rebate for all its cars is approved."""
    with shop.acting("李娜", at("2026-11-25 09:00")) as ask:
        deal = scene.find(ask, Contract, contract_number).deal
        filing = Filing(
            store_id=deal.store_id, deal_id=deal.id, case_id=deal.id, filing_no="BB2026110001", dealer_code="KM0187",
            number=next_number(ask.db, deal.store_id, "filing"), since=ask.at, begun_at=ask.at,
            customer_class=CustomerClass.POLICE, nature=Nature.PUBLIC, submitted_on=date(2026, 10, 30),
            approved_on=date(2026, 11, 5),
        )  # fmt: skip
        place(filing, FilingState.APPROVED)
        ask.db.add(filing)
        ask.db.flush()
        cars = list(ask.db.scalars(select(Unit).where(Unit.case_id == deal.id).order_by(Unit.number)))
        ask.db.add(FiledLine(store_id=deal.store_id, filing_id=filing.id, position=1, model_id=cars[0].model_id,
                             colour=WHITE, quantity=len(cars)))  # fmt: skip
        rebate = Rebate(
            store_id=deal.store_id, filing_id=filing.id, case_id=deal.id, answer_by=date(2027, 2, 26),
            number=next_number(ask.db, deal.store_id, "rebate"), since=ask.at, begun_at=ask.at,
            approved_amount=EACH * len(cars),
        )  # fmt: skip
        place(rebate, RebateState.APPROVED)
        rebate.cars = [RebateCar(store_id=deal.store_id, unit_id=car.id, vin=car.vin, allowance=EACH) for car in cars]
        ask.db.add(rebate)


def layout(example: str, **changes: str) -> dict[str, str]:
    """The form of a layout that begins with an example."""
    found = EXAMPLES[example]
    told = {
        "brand": "云岭", "purpose": found.purpose.value, "title": found.title, "file": found.file.value,
        "sheet": found.sheet, "above": found.above, "columns": found.columns, "from_day": "2026-11-01",
        "reason": "厂家 2026 年第 18 号通知",
    }  # fmt: skip
    return told | changes


def in_force(keeper: Desk, manager: Desk, number: int, example: str) -> None:
    """A layout that was written, submitted and approved."""
    assert keeper.ask("/claims/layouts/new", layout(example)).json == {"url": f"/sheet-layouts/{number}"}
    assert keeper.ask(f"/sheet-layouts/{number}/submit").status == 200
    assert manager.ask(f"/sheet-layouts/{number}/approve").status == 200


def test_sheets_go_out_as_their_manufacturer_wants_them_and_its_statement_is_reconciled(
    shop: Shop, app: Flask, desk: Callable[[str], Desk]
) -> None:
    """Three cars delivered and claimed: the month is reported, two are paid right, one short; two people close it."""
    made, cars = scene.ready(shop, 3)
    papers.signed(shop, made)
    scene.delivered(shop, *cars)
    approved_rebate(shop, made)
    app.config["CLOCK"].now = at("2026-12-15 10:00")
    keeper, manager, finance = desk("陈静"), desk("周建国"), desk("高洁")

    # A layout is somebody's word about each column, approved by somebody else.
    for columns, code in (
        ("车架号 | VIN\n轴距 | 轴距", "E-LAYOUT-FIELD"), ("车架号 | VIN\n开票 | 开票日期 | dd.mm", "E-LAYOUT-FORM"),
        ("车架号 VIN", "E-LAYOUT-LINE"), ("车型 | 车型", "E-LAYOUT-MUST"), ("车 | VIN\n车 | 车型", "E-LAYOUT-TWICE"),
    ):  # fmt: skip
        refused = keeper.ask("/claims/layouts/new", layout("xingyuan_claim", columns=columns))
        assert refused.codes == (code,)
    told = keeper.submit("/claims/layouts/new", layout("xingyuan_claim", columns="车架号 | VIN\n轴距 | 轴距")).text
    assert "第 2 行，列「轴距」" in told
    assert keeper.ask("/claims/layouts/new", layout("xingyuan_claim", above="{谁}")).codes == ("E-LAYOUT-NAME",)
    in_force(keeper, manager, 1, "beichuan_feedback")
    assert manager.ask("/claims/feedback", {"brand": "云岭", "month": "2026-12-01"}).status == 403
    page = keeper.get("/sheet-layouts/1").text
    assert "BB2026110001" in page  # looked at with rows of the shop
    in_force(keeper, manager, 2, "xingyuan_claim")
    blank = BytesIO(layouts.write(Layout([Column("车架号", "vin"), Column("保险单号", "x")], above=["空白表"]), []))
    read = keeper.submit("/claims/layouts/read", {"file": ("空白表.xlsx", blank.getvalue())}, "/claims/layouts")
    assert "车架号 | VIN\n保险单号 | ?" in read.html
    assert "空白表" in read.html

    # The month in the manufacturer's encoding: every filed deal with class, model, quantity and days.
    answer = keeper.submit("/claims/feedback", {"brand": "云岭", "month": "2026-11-20"})
    key = answer.html.split('href="/claims/files/')[1].split('"')[0]
    rows = list(csv.DictReader(StringIO(keeper.client.get(f"/claims/files/{key}").data.decode("gb18030"))))
    assert [(row["MONTH"], row["DEALER_CODE"], row["FILING_NO"], row["CUST_NAME"], row["CUST_TYPE"], row["MODEL_CODE"],
             row["QTY"], row["FILED_DATE"], row["APPROVED_DATE"], row["CONTRACT_DATE"], row["DELIVERED_QTY"],
             row["LAST_DELIVERY"]) for row in rows] == [
        ("202611", "KM0187", "BB2026110001", POLICE, "公检法司", "X5", "3", "20261030", "20261105", "20261112", "3",
         "20261128")
    ]  # fmt: skip
    assert keeper.ask("/claims/feedback", {"brand": "云岭", "month": "2026-09-30"}).codes == ("E-NOTHING-NEW",)

    # The sheet of the claim lies beside the dossier.
    for kind in ("identity", "award"):
        keeper.submit("/claims/deals/1/scans", {"kind": kind, "scans": papers.scan(f"{kind}.pdf")}, "/claims/deals/1")
    for kind in ("invoice", "registration"):
        pile = [papers.scan(f"{vin}_{kind}.pdf") for vin in VINS[:3]]
        keeper.submit("/claims/deals/1/scans", {"kind": kind, "scans": pile}, "/claims/deals/1")
    pack = keeper.press(keeper.get("/claims/deals/1"), "/claims/deals/1/packs")
    key = pack.html.split('href="/claims/files/')[1].split('"')[0]
    book = CalamineWorkbook.from_filelike(BytesIO(keeper.client.get(f"/claims/files/{key}").data))
    sheet = book.get_sheet_by_name("返利申请").to_python()
    assert sheet[0][0] == "大客户返利申请明细表"
    assert "KM0187" in sheet[1][0]
    head, *cells = sheet[2:]
    first = dict(zip(head, cells[0], strict=True))
    assert (first["车架号"], first["发票金额"], first["申请返利金额"], first["开票日期"]) == (
        VINS[0], 131_800.0, 5_000.0, date(2026, 11, 26)
    )  # fmt: skip
    assert len(cells) == 3

    # The statement: one car short, one that nobody claimed. What differs is explained, and closed by somebody else.
    in_force(keeper, manager, 3, "beichuan_statement")
    lines = ["VIN,PAID_AMT,PAID_DATE,VOUCHER", *(f"{vin},{paid},20261210,F88" for vin, paid in (
        (VINS[0], "5000.00"), (VINS[1], "4999.99"), (VINS[2], "5000"), (VINS[5], "5000"),
    ))]  # fmt: skip
    bad = ("对账.csv", "\n".join([*lines, f"{VINS[3]},viel,20261210,F88"]).encode("gb18030"))
    assert "E6" in (told := finance.submit("/imports/rebate-statement", {"file": bad}).text) or "B6" in told
    good = ("对账.csv", "\n".join(lines).encode("gb18030"))
    preview = finance.submit("/imports/rebate-statement", {"file": good})
    assert "少付" in preview.text
    assert "−0.01" in preview.text
    statement = finance.submit(preview.url, {})
    assert statement.url == "/claims/statements/1"
    assert "2 项差异未结" in statement.text
    again = finance.submit("/imports/rebate-statement", {"file": good})
    assert finance.ask(again.url).codes == ("E-SHEET-KNOWN",)
    rows = dict.fromkeys((1, 2, 3, 4))
    for number in rows:
        rows[number] = finance.get(f"/statement-rows/{number}").text
    short = next(number for number, text in rows.items() if "少付" in text and VINS[1] in text)
    strange = next(number for number, text in rows.items() if "无此申报" in text and VINS[5] in text)
    # Whoever explains it as finance's stand-in does not close it in their own name.
    shop.send_away("高洁", "陈静", date(2026, 12, 15), date(2026, 12, 15))
    assert keeper.ask(f"/statement-rows/{short}/explain", {"reason": "代高洁说明"}).status == 200
    assert keeper.ask(f"/statement-rows/{short}/close").codes == ("E-SELF-APPROVE",)
    for number in (short, strange):
        assert finance.ask(f"/statement-rows/{number}/explain", {"reason": "厂家已确认下期补付"}).status == 200
        assert finance.ask(f"/statement-rows/{number}/close").codes == ("E-SELF-APPROVE",)
        assert keeper.ask(f"/statement-rows/{number}/close").status == 200
    assert scene.state(shop, Rebate, 1) == "approved"
    finance.press(finance.get("/claims/statements/1"), "/claims/statements/1/pay")
    with shop.looking() as db:
        rebate = db.scalars(select(Rebate)).one()
        assert (rebate.state, rebate.paid_amount, rebate.paid_on) == (
            RebateState.PAID, 3 * EACH - 1, date(2026, 12, 10)
        )  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_the_layouts_to_begin_with_are_understood(example: object) -> None:
    assert sheet_fields.what_is_wrong(example.purpose, example.columns) is None
    assert sheet_fields.strange_name(example.above.splitlines()) is None
    assert {each.maker for each in EXAMPLES.values() if each.purpose is SheetPurpose.CLAIM} == {
        "星原汽车", "北川新能源", "云岭汽车"
    }  # fmt: skip
