"""A stock list from outside, as a workbook or as text: new cars, cars that have changed, and rows that cannot be."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select

from dealer.engine.history import of_thing
from dealer.engine.malformed import Malformed
from dealer.records.vehicles import Certificate, Unit, UnitState
from dealer.sheets import csv_sheets, sheets
from dealer.sheets.importing import Preview
from dealer.stock import stock_imports, vehicles
from dealer.stock.vehicles import UNITS
from dealer.stock.yard import NewUnit
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import VINS, WHITE, arrive, batch, contract
from tests.desk import Desk
from tests.test_importing import sheet

HEAD = ("车架号", "车型代码", "颜色", "合格证", "库位", "预计到店日", "承运商")
NO_DAY = ("", "", "")


def day(told: str) -> datetime:
    return datetime.fromisoformat(told)  # a sheet knows no zones


def look(shop: Shop, content: bytes) -> Preview:
    with shop.looking() as db:
        return stock_imports.preview(content, db, shop.actor("孙强"), date(2026, 11, 20))


def cells(shop: Shop, content: bytes) -> list[tuple[str, str]]:
    return [(each.cell, each.refusal.code) for each in look(shop, content).troubles]


def test_a_sheet_brings_new_cars_and_what_has_changed_of_known_ones_and_nothing_twice(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    here, sold = arrive(shop, *VINS[:2])
    drawn = contract(shop, 1, [(1, "2026-11-30")])
    scene.allocated(shop, batch(shop, drawn), sold)
    content = sheet(
        HEAD,
        (VINS[0], "X5", WHITE, "质押", "B-07", *NO_DAY[:2]),  # known: two things change
        (VINS[1], "", "", "在店", "C-01", *NO_DAY[:2]),  # on a contract: its place may change
        (VINS[2], "X5", WHITE, "", "A-03", *NO_DAY[:2]),  # new, stands here
        (VINS[3], "X5", WHITE, "质押", "", day("2026-12-03"), "滇运物流"),  # new, on its way
        (VINS[4], "X5", WHITE, "", "", day("2026-12-09"), ""),  # new, only ordered
    )
    keeper = desk("孙强")
    seen = keeper.submit("/imports/stock", {"file": ("库存.xlsx", content)})
    assert "合格证：在店 → 质押" in seen.text
    assert "库位：— → B-07" in seen.text
    assert seen.text.count("新增在途") == 2
    done = keeper.submit(seen.url)
    assert "已入库或变更 5 台" in done.text
    with shop.looking() as db:
        cars = {unit.vin: unit for unit in db.scalars(select(Unit))}
        assert [cars[vin].state for vin in VINS[:5]] == [
            UnitState.IN_STOCK, UnitState.ALLOCATED, UnitState.IN_STOCK, UnitState.IN_TRANSIT, UnitState.ORDERED,
        ]  # fmt: skip
        assert (cars[VINS[0]].certificate, cars[VINS[0]].place) == (Certificate.PLEDGED, "B-07")
        assert (cars[VINS[3]].carrier, cars[VINS[3]].expected_on) == ("滇运物流", date(2026, 12, 3))
        assert [row.action for row in of_thing(db, shop.store.id, cars[VINS[0]].id)] == ["arrive", "keep_papers"]
    again = keeper.submit("/imports/stock", {"file": ("库存.xlsx", content)})
    assert "5" in again.text
    assert "已有记录" in again.text
    assert keeper.submit(again.url).status == 409
    assert keeper.get(f"/stock/{here}").text.count("登记了证件与车位") == 1


def test_what_a_sheet_cannot_say_is_told_beside_its_row(shop: Shop) -> None:
    _, sold = arrive(shop, *VINS[:2])
    contract_number = contract(shop, 1, [(1, "2026-11-30")])
    scene.released(shop, batch(shop, contract_number), sold)
    content = sheet(
        HEAD,
        (VINS[0], "X5", "曜石黑/深灰", "", "", *NO_DAY[:2]),  # here it is white
        (VINS[1], "X5", "曜石黑/深灰", "", "", *NO_DAY[:2]),  # sold in white
        (VINS[2], "", "", "", "", *NO_DAY[:2]),  # new, of what model?
        (VINS[2].lower(), "X5", WHITE, "", "", *NO_DAY[:2]),  # a second time
        ("WAUZZZ8K9TA123456", "X5", WHITE, "", "", *NO_DAY[:2]),  # an import, unexplained
    )
    assert cells(shop, content) == [
        ("C2", "E-VIN-OTHER"), ("C3", "E-VIN-TAKEN"), ("B4", "E-REQ-FIELD"), ("C4", "E-REQ-FIELD"),
        ("A5", "E-ROW-TWICE"), ("A6", "E-VIN-REASON"),
    ]  # fmt: skip
    ordered = NewUnit(model=scene.model(shop), vin=VINS[5], colour=WHITE)
    with shop.acting("孙强", at("2026-11-19 09:00"), ordered) as ask:
        UNITS.begin("order", vehicles.new_unit(ask), ask)
    here = sheet((*HEAD[:1], "到店日期", "预计到店日"), (VINS[5], day("2026-11-20"), day("2026-11-25")))
    assert cells(shop, here) == [("B2", "E-NOT-INSPECTED")]
    scene.inspected(shop, sold)
    scene.invoiced(shop, sold)
    scene.delivered(shop, sold)
    assert cells(shop, sheet(HEAD[:1], (VINS[1],))) == [("A2", "E-VIN-GONE")]


def test_a_list_as_text_is_read_as_a_workbook_is(shop: Shop) -> None:
    key = scene.model(shop)
    rows = f"VIN;Model code;Colour;Odometer (km);Arrived on\r\n{VINS[0]};X5;{WHITE};1,200;2026/11/5\r\n"
    looked = look(shop, rows.encode("gb18030"))
    assert [(each.facts.model, each.facts.odometer, each.facts.arrived_on) for each in looked.rows] == [
        (key, 1200, date(2026, 11, 5))
    ]
    for language in ("zh", "en"):
        sampled = look(shop, stock_imports.sample(language))
        assert [each.refusal.code for each in sampled.troubles] == ["E-COLOUR", "E-COLOUR"]  # of another shop's models
    assert cells(shop, b"%PDF-1.7, no list") == [("", "E-SHEET-FORMAT")]
    assert cells(shop, b"one column\nof words") == [("", "E-SHEET-FORMAT")]


@pytest.mark.parametrize(
    "read, cell, value",
    [
        (sheets.a_text(), "012345", "012345"),
        (sheets.an_identifier(), "012345", "012345"),
        (sheets.a_count(), "12", 12),
        (sheets.a_day, "2026-11-05", date(2026, 11, 5)),
        (sheets.an_amount, "131,800.5", 131_800_50),
    ],
)
def test_a_cell_of_text_is_what_its_column_can_read(read: Callable[[object], object], cell: str, value: object) -> None:
    assert csv_sheets.untyped(read)(cell) == value


@pytest.mark.parametrize(
    "read, cell, code",
    [
        (sheets.a_count(), "12.5", "E-CELL-COUNT"),
        (sheets.a_count(), "a dozen", "E-CELL-TEXT"),
        (sheets.a_day, "5 November", "E-CELL-DAY"),
    ],
)
def test_what_a_column_cannot_read_as_anything_is_told(read: Callable[[object], object], cell: str, code: str) -> None:
    with pytest.raises(Malformed) as wrong:
        csv_sheets.untyped(read)(cell)
    assert wrong.value.code == code
