"""A prospect list from a sheet: bad cells are named, known phones are left out, and each new card has its own birth."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dealer.engine.steps import Refused
from dealer.prospects import card_imports
from dealer.prospects.cards import CardFacts
from dealer.records.prospects import Level, ProspectState, Source
from dealer.sheets.importing import Preview
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.test_importing import sheet
from tests.test_prospects import carded, owed, seen

HEAD = ("电话", "姓名 / 称呼", "信息来源", "单位名称", "统一社会信用代码", "客户类别", "车型代码", "意向级别", "负责人")
NEW = ("13888880001", "李建国", "车展", "滇行租赁公司", "91530100MA6KCX9U4R", "租赁公司", "X5", "A 级", "")
SHORT = ("13888880002", "高老师", "Internet")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def looked(shop: Shop, content: bytes, who: str = "王磊") -> Preview:
    with shop.looking() as db:
        return card_imports.preview_cards(content, db, shop.actor(who))


def told(preview: Preview) -> list[tuple[str, str]]:
    return [(each.cell, each.refusal.code) for each in preview.troubles]


def test_a_list_names_every_bad_cell_and_points_out_who_is_known(shop: Shop) -> None:
    quoting.stock_models(shop)
    carded(shop, facts=CardFacts(phone="13888880009", name="罗女士", company="滇行租赁公司", source=Source.OTHER))
    bad = sheet(
        HEAD,
        ("1388888", "李建国", "报纸", "", "91530100MA6KCX9U4X", "酒吧", "X9", "Z", "何涛"),
        ("13888880003", "", "车展"),
        ("13888880003", "段师傅", "车展", "", "", "", "", "", "李娜"),
    )
    assert told(looked(shop, bad)) == [
        ("A2", "E-PHONE-LENGTH"), ("C2", "E-CELL-WORD"), ("E2", "E-USCC-CHECKSUM"), ("F2", "E-CELL-WORD"),
        ("G2", "E-MODEL-UNKNOWN"), ("H2", "E-CELL-WORD"), ("I2", "E-OWNER-UNKNOWN"),
        ("B3", "E-REQ-FIELD"), ("A4", "E-ROW-TWICE"), ("I4", "E-OWNER-OTHER"),
    ]  # fmt: skip
    good = looked(shop, sheet(HEAD, NEW, SHORT, (13888880009.0, "罗女士", "车展")))
    assert good.is_good
    assert [(each.facts.phone, each.owner, each.like) for each in good.rows] == [
        ("13888880001", "王磊", None),
        ("13888880002", "王磊", None),
    ]
    assert [(each.cell, each.number, each.owner) for each in good.known] == [("A4", 1, "王磊")]
    alike = ("13888880004", "罗女士", "车展", "滇行租赁公司")
    assert [each.like for each in looked(shop, sheet(HEAD, alike)).rows] == [1]
    assert told(looked(shop, sheet(HEAD, NEW, SHORT), "马超")) == [("I2", "E-REQ-FIELD"), ("I3", "E-REQ-FIELD")]
    assert told(looked(shop, sheet(HEAD, *[SHORT] * 501))) == [("", "E-SHEET-SIZE")]


def test_from_the_command_line_the_new_ones_are_written_once(shop: Shop, tmp_path: Path) -> None:
    quoting.stock_models(shop)
    path, moment = tmp_path / "车展.xlsx", at("2026-11-10 10:00")
    path.write_bytes(sheet(HEAD, (*NEW[:8], "李娜"), (*SHORT, "", "", "", "", "", "王磊")))
    _, written = card_imports.cards_from(shop.database, path, by="machao", at=moment)
    assert written == 2
    card = seen(shop)
    assert (card.state, card.level, card.owner.name, card.uscc) == (S.CARDED, Level.A, "李娜", NEW[4])
    assert owed(shop, "李娜", "2026-12-01 00:00") == [("contact_prospect", at("2026-11-13 09:30"))]
    with pytest.raises(Refused) as refused:
        card_imports.cards_from(shop.database, path, by="machao", at=moment)
    assert refused.value.codes == ("E-SHEET-KNOWN",)
    path.write_bytes(sheet(HEAD, ("1388", "高老师", "车展")))
    assert card_imports.cards_from(shop.database, path, by="wanglei", at=moment)[1] == 0


S = ProspectState


def test_on_screen_one_sees_what_will_be_written_and_what_is_left_out(shop: Shop, desk: Callable[[str], Desk]) -> None:
    carded(shop, facts=CardFacts(phone="13888880009", name="罗女士", source=Source.OTHER))
    wang = desk("王磊")
    assert "导入意向客户名单" in wang.get("/prospects").text
    content = sheet(HEAD, SHORT, ("13888880009", "罗女士", "车展"))
    confirm = wang.submit("/imports/prospects", {"file": ("车展.xlsx", content)})
    assert "已有意向客户卡，不再导入 1" in confirm.text
    assert "A3 13888880009 1 王磊" in confirm.text
    assert desk("马超").get(confirm.url).status == 404, "a sheet is shown to whoever chose it"
    assert desk("马超").submit(confirm.url, form_at="/imports/prospects").status == 404
    page = wang.post(confirm.url, {}, confirm)
    assert "已建 1 张卡" in page.text
    assert "高老师" in page.text
    again = wang.submit("/imports/prospects", {"file": ("车展2.xlsx", sheet(HEAD, ("13888880009", "罗女士", "其他")))})
    assert "表中没有新的内容，无需导入。" in again.text
    assert "导入 0 行" not in again.text
    assert desk("张伟").get("/imports/prospects").status == 403
