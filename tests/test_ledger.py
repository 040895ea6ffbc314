"""Files for the tax software and the accounts: each source goes out once, both sides add up, reversals follow."""

import csv
from collections import defaultdict
from collections.abc import Callable
from io import BytesIO, StringIO

from flask import Flask
from python_calamine import CalamineWorkbook

from dealer.records.people import Store
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import CAR, POLICE, VINS
from tests.desk import Desk, Page

NOVEMBER = {"target": "accounts", "first": "2026-11-01", "last": "2026-11-28"}


def newest(finance: Desk, page: Page) -> bytes:
    address = page.html.split('href="/money/ledger/')[1].split('"')[0]
    return finance.client.get(f"/money/ledger/{address}").data


def test_what_happened_in_a_month_goes_to_the_accounts_once_and_reversals_follow(
    shop: Shop, app: Flask, desk: Callable[[str], Desk]
) -> None:
    """An invoice ended and issued again, a payment that turns out not to be one."""
    made, (car, _) = scene.ready(shop, 2)
    scene.receipt(shop, made, CAR)
    app.config["CLOCK"].now = at("2026-11-28 10:00")
    finance, owner = desk("高洁"), desk("李娜")
    assert owner.get("/money/ledger").status == 403
    assert finance.ask("/money/ledger", NOVEMBER | {"last": "2026-11-29"}).codes == ("E-DAY-FUTURE",)
    assert finance.ask("/money/ledger", NOVEMBER | {"last": "2026-10-29"}).codes == ("E-DAY-PAST",)
    owner.submit(f"/stock/{car}/ask_red_letter", {"reason": "客户更名"})
    assert "客户更名" in finance.get("/money").text
    assert owner.ask(f"/stock/{car}/ask_red_letter", {"reason": "客户更名"}).codes == ("E-INVOICE-ASKED",)
    red = {"number": "26530000000000000009", "issued_on": "2026-11-27", "reason": "客户更名"}
    finance.submit(f"/stock/{car}/red_letter", red)
    assert "客户更名" not in finance.get("/money").text

    content = newest(finance, finance.submit("/money/ledger", NOVEMBER))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))
    sides: dict[str, list[float]] = defaultdict(lambda: [0, 0])
    for row in rows:
        sides[row["凭证字号"]][0] += round(float(row["借方金额"] or 0) * 100)
        sides[row["凭证字号"]][1] += round(float(row["贷方金额"] or 0) * 100)
    assert all(debit == credit for debit, credit in sides.values())
    assert sorted(debit for debit, _ in sides.values()) == [-CAR, CAR, CAR, CAR]  # red, two invoices, the payment
    assert {row["往来单位"] for row in rows} == {POLICE}
    assert finance.ask("/money/ledger", NOVEMBER).codes == ("E-NOTHING-NEW",)

    finance.submit("/receipts/1/reverse", {"reason": "=退票"})
    content = newest(finance, finance.submit("/money/ledger", NOVEMBER))
    rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))
    assert [(row["科目编码"], row["借方金额"], row["贷方金额"]) for row in rows] == [
        ("1002", "-131800.00", ""), ("1122", "", "-131800.00")
    ]  # fmt: skip
    assert finance.ask("/money/ledger", NOVEMBER).codes == ("E-NOTHING-NEW",)
    # A payment that was reversed before it went out was never there.
    scene.receipt(shop, made, 100_00)
    finance.submit("/receipts/2/reverse", {"reason": "记错"})
    assert finance.ask("/money/ledger", NOVEMBER).codes == ("E-NOTHING-NEW",)

    # The car whose invoice was ended waits for the next: the tax software gets what stands on it, once.
    tax = NOVEMBER | {"target": "tax"}
    sheet = CalamineWorkbook.from_filelike(BytesIO(newest(finance, finance.submit("/money/ledger", tax))))
    head, row, *more = sheet.get_sheet_by_index(0).to_python()
    told = dict(zip(head, row, strict=True))
    assert more == []
    assert (told["购买方名称"], told["车辆识别代号"], told["价税合计"], told["增值税税额"]) == (
        POLICE, VINS[0], 131_800.0, 15_162.83
    )  # fmt: skip
    assert told["增值税税率"] == 0.13
    with shop.looking() as db:
        house = db.get_one(Store, shop.store.id)
    seller = ("销货单位名称", "销方纳税人识别号", "地址", "电话", "开户银行", "账号")
    assert [told[head] for head in seller] == [
        house.name, house.uscc, house.address, house.phone, house.bank, house.bank_account
    ]  # fmt: skip
    assert [told[head] for head in ("进口证明书号", "商检单号", "吨位")] == ["", "", ""]
    assert finance.ask("/money/ledger", tax).codes == ("E-NOTHING-NEW",)
