"""Sheets that come from outside: each bad cell is named, and nothing is imported until all are good."""

import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from xlsxwriter import Workbook

from dealer.engine import files
from dealer.engine.attempts import Job, JobRecord
from dealer.engine.database import new_id
from dealer.engine.history import of_thing, verify
from dealer.engine.steps import Refused
from dealer.engine.words import say, word_of
from dealer.prices import pricing
from dealer.prices.pricelists import ListHead
from dealer.records.prices import PriceList, PriceListLine, PriceListState
from dealer.records.vehicles import Category, Certificate, Energy, Gearbox, Model, Unit, UnitState
from dealer.sheets import bulk_imports, importing, sheets
from dealer.sheets.importing import Preview
from dealer.stock import stock_imports
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.quoting import y

PRICE_HEAD = ("车型代码", "指导价", "顾问底价", "大客户经理底价", "总经理底价")
STOCK_HEAD = ("VIN", "Model code", "Colour")
X5 = ("X5", 139_800, 136_800, 131_800, 128_000)
E3 = ("E3", 169_800, 166_800, 161_800, 158_000)
DAY = date(2026, 11, 10)


def sheet(head: Sequence[str], *rows: Sequence[Any], merged: str = "") -> bytes:
    """An .xlsx as a person would save it: numbers as numbers, texts as texts."""
    out = BytesIO()
    book = Workbook(out, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet()
    for number, row in enumerate((head, *rows)):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(number, column, cell)
            else:
                page.write(number, column, cell)
    if merged:
        page.merge_range(merged, "")
    book.close()
    return out.getvalue()


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with its three models."""
    quoting.stock_models(shop)
    return shop


def prices(shop: Shop, content: bytes) -> Preview:
    with shop.looking() as db:
        return importing.preview_price_list(content, db, shop.actor("陈静"))


def stock(shop: Shop, content: bytes) -> Preview:
    with shop.looking() as db:
        return stock_imports.preview(content, db, shop.actor("孙强"), DAY)


def told(preview: Preview) -> list[tuple[str, str]]:
    return [(trouble.cell, trouble.refusal.code) for trouble in preview.troubles]


def import_prices(shop: Shop, content: bytes, name: str = "PV-2026-12", who: str = "陈静") -> PriceList:
    head = ListHead(name=name, effective_from=date(2026, 12, 1))
    with shop.acting(who, at("2026-11-10 09:00"), head) as ask:
        return importing.import_price_list(ask, importing.preview_price_list(content, ask.db, ask.actor))


# ── price lists ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_good_sheet_becomes_a_draft_that_still_needs_the_general_manager(stocked: Shop) -> None:
    content = sheet((*PRICE_HEAD, "Cost of the car"), (*X5, 120_000.5), (*E3, ""))
    price_list = import_prices(stocked, content)
    assert (price_list.state, price_list.name) == (PriceListState.DRAFT, "PV-2026-12")
    with stocked.looking() as db:
        assert pricing.list_in_force(db, stocked.store.id, date(2026, 12, 1)) is None
        lines = db.scalars(select(PriceListLine).order_by(PriceListLine.position)).all()
        assert [(line.marked, line.floor_general, line.cost) for line in lines] == [
            (y(139_800), y(128_000), 120_000_50),
            (y(169_800), y(158_000), None),
        ]
        kept = files.read(db, stocked.store.id, price_list.source_sha256 or "")
        assert kept is not None
        assert kept[1] == content
        assert [row.action for row in of_thing(db, stocked.store.id, price_list.id)] == ["import"]
        assert verify(db) == []


def test_the_header_may_be_in_either_language_and_in_any_order(stocked: Shop) -> None:
    head = ("Marked price *", "Model code *", "备注", "Consultant's floor", "大客户经理底价", "GENERAL MANAGER'S FLOOR")
    preview = prices(stocked, sheet(head, (139_800, "x5", "热销", 136_800, 131_800, 128_000)))
    assert told(preview) == []
    assert [(row.code, row.floor_key_account) for row in preview.rows] == [("X5", y(131_800))]


@pytest.mark.parametrize("content", [b"", b"model;price", b"%PDF-1.7", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_said_to_be_none(stocked: Shop, content: bytes) -> None:
    assert told(prices(stocked, content)) == [("", "E-SHEET-FORMAT")]


def test_a_zip_of_something_else_is_no_workbook(stocked: Shop) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("letter.txt", "not a sheet")
    assert told(prices(stocked, out.getvalue())) == [("", "E-SHEET-FORMAT")]


def test_a_sheet_that_unpacks_without_end_is_not_opened(stocked: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000)
    assert told(prices(stocked, sheet(PRICE_HEAD, X5))) == [("", "E-SHEET-FORMAT")]


def test_two_cells_at_opposite_corners_do_not_fill_the_memory(stocked: Shop) -> None:
    out = BytesIO()
    book = Workbook(out)
    page = book.add_worksheet()
    page.write(0, 0, "车型代码")
    page.write(1_048_575, 16_383, 1)
    book.close()
    assert told(prices(stocked, out.getvalue())) == [("", "E-SHEET-SIZE")]


def test_merged_cells_are_named_from_first_to_last(stocked: Shop) -> None:
    preview = prices(stocked, sheet(PRICE_HEAD, X5, ("", "", "", "", ""), merged="A3:B3"))
    assert told(preview) == [("A3", "E-SHEET-MERGED")]
    assert preview.troubles[0].refusal.values == {"last": "B3"}


def test_a_missing_column_is_named_in_both_languages(stocked: Shop) -> None:
    preview = prices(stocked, sheet(PRICE_HEAD[:-1], X5[:-1]))
    assert told(preview) == [("", "E-SHEET-COLUMN")]
    assert preview.troubles[0].refusal.values == {"column": "总经理底价 / General manager's floor"}


@pytest.mark.parametrize("content", [sheet(()), sheet(PRICE_HEAD)])
def test_an_empty_sheet_is_said_to_be_empty(stocked: Shop, content: bytes) -> None:
    assert told(prices(stocked, content)) == [("", "E-SHEET-EMPTY")]


@pytest.mark.parametrize(
    "cell, code",
    [
        ("139800", "E-CELL-TEXT"),
        ("139,800.00", "E-CELL-TEXT"),
        ("十三万", "E-AMOUNT-FORMAT"),
        (139_800.125, "E-AMOUNT-DECIMALS"),
        (0, "E-CELL-AMOUNT"),
        (-1, "E-CELL-AMOUNT"),
        (10**15, "E-CELL-AMOUNT"),
        (True, "E-AMOUNT-FORMAT"),
        ("", "E-REQ-FIELD"),
        ("  ", "E-REQ-FIELD"),
        (datetime(2026, 11, 5), "E-AMOUNT-FORMAT"),  # noqa: DTZ001 - a sheet knows no zones
    ],
)
def test_a_bad_amount_is_named_by_its_cell(stocked: Shop, cell: Any, code: str) -> None:
    preview = prices(stocked, sheet(PRICE_HEAD, ("X5", cell, 136_800, 131_800, 128_000)))
    assert told(preview) == [("B2", code)]
    assert preview.rows == ()


@pytest.mark.parametrize("price, fen", [(139_800.1, 139_800_10), (0.29 * 100_000, 29_000_00), (1.005 * 100, 100_50)])
def test_what_binary_fractions_add_to_a_number_is_no_decimal(stocked: Shop, price: float, fen: int) -> None:
    assert sheets.an_amount(price) == fen


def test_every_bad_cell_is_named_at_once_row_by_row(stocked: Shop) -> None:
    preview = prices(
        stocked,
        sheet(
            PRICE_HEAD,
            ("X5", "139800", 136_800, 131_800, 128_000),
            ("X9", 100, 90, 80, 70),
            ("E3", 169_800, 166_800, 161_800, ""),
            ("", 1, 1, 1, 1),
            ("M7", 119_800, 120_000, 114_800, 112_000),
            ("e3", 169_800, 166_800, 161_800, 158_000),
        ),
    )
    assert told(preview) == [
        ("B2", "E-CELL-TEXT"),
        ("A3", "E-MODEL-UNKNOWN"),
        ("E4", "E-REQ-FIELD"),
        ("A5", "E-REQ-FIELD"),
        ("C6", "E-FLOORS"),
        ("A7", "E-ROW-TWICE"),
    ]


def test_a_floor_above_the_price_before_it_is_named_by_row_and_cell(stocked: Shop) -> None:
    above_marked = ("X5", 139_800, 139_801, 131_800, 128_000)
    above_another = ("E3", 169_800, 166_800, 161_800, 161_801)
    both = ("M7", 119_800, 117_800, 117_801, 117_802)
    told_cells = told(prices(stocked, sheet(PRICE_HEAD, above_marked, above_another, both)))
    assert told_cells == [("C2", "E-FLOORS"), ("E3", "E-FLOORS"), ("D4", "E-FLOORS"), ("E4", "E-FLOORS")]


def test_a_bad_preview_imports_nothing(stocked: Shop) -> None:
    with pytest.raises(Refused) as refusal:
        import_prices(stocked, sheet(PRICE_HEAD, X5, ("X9", 100, 90, 80, 70)))
    assert refusal.value.codes == ("E-SHEET",)
    with stocked.looking() as db:
        assert db.scalar(select(func.count()).select_from(PriceList)) == 0
        assert db.scalar(select(func.count()).select_from(files.File)) == 0


def test_only_who_writes_price_lists_imports_them(stocked: Shop) -> None:
    with pytest.raises(Refused) as refusal:
        import_prices(stocked, sheet(PRICE_HEAD, X5), who="王磊")
    assert refusal.value.codes == ("E-NOT-YOURS",)


def many_models(shop: Shop, count: int) -> list[str]:
    """As many models as a very large group might list."""
    codes = [f"T{number:05}" for number in range(count)]
    with shop.acting("陈静", at("2026-09-01 09:00")) as ask:
        ask.db.add_all(
            Model(
                store_id=shop.store.id, code=code, brand="云岭", name=code, configuration="标准", colours=[], seats=5,
                gearbox=Gearbox.MANUAL, energy=Energy.PETROL, category=Category.SMALL_PASSENGER,
            )
            for code in codes
        )  # fmt: skip
    return codes


def test_twenty_thousand_rows_are_handled_and_one_more_is_too_many(shop: Shop) -> None:
    codes = many_models(shop, 20_001)
    began = monotonic()
    price_list = import_prices(shop, sheet(PRICE_HEAD, *((code, *X5[1:]) for code in codes[:20_000])))
    assert monotonic() - began < 60
    with shop.looking() as db:
        held = select(func.count()).where(PriceListLine.price_list_id == price_list.id)
        assert db.scalar(held) == 20_000
    assert told(prices(shop, sheet(PRICE_HEAD, *((code, *X5[1:]) for code in codes)))) == [("", "E-SHEET-SIZE")]


def test_the_template_holds_models_and_prices_and_can_be_imported_as_it_is(shop: Shop) -> None:
    quoting.open_for_business(shop)
    for language in ("zh", "en"):
        with shop.looking() as db:
            content = importing.price_list_template(db, shop.actor("陈静"), language, date(2026, 10, 2))
        preview = prices(shop, content)
        assert told(preview) == []
        assert {(row.code, row.marked) for row in preview.rows} == {
            ("X5", y(139_800)), ("E3", y(169_800)), ("M7", y(119_800)),
        }  # fmt: skip


# ── stock ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PLEDGED = word_of(Certificate.PLEDGED, "zh")
GOOD = ("LYLAA4180T2100001", "X5", "白")


def import_stock(shop: Shop, content: bytes, who: str = "孙强") -> list[Unit]:
    with shop.acting(who, at("2026-11-10 09:00")) as ask:
        stock_imports.import_all(ask, stock_imports.preview(content, ask.db, ask.actor, ask.today))
        return list(ask.db.scalars(select(Unit).order_by(Unit.number)))


def test_good_cars_stand_in_stock(stocked: Shop) -> None:
    head = (*STOCK_HEAD, "Engine or motor number", "Certificate", "Odometer (km)", "Arrived on")
    rows = (
        (*GOOD, "012345", PLEDGED, 12, datetime(2026, 11, 9)),  # noqa: DTZ001 - a sheet knows no zones
        ("lylaa4182t2100002", "x5", "黑", "", "", "", ""),
    )
    units = import_stock(stocked, sheet(head, *rows))
    assert [(each.state, each.vin, each.engine_number) for each in units] == [
        (UnitState.IN_STOCK, "LYLAA4180T2100001", "012345"),
        (UnitState.IN_STOCK, "LYLAA4182T2100002", ""),
    ]
    assert (units[0].certificate, units[0].odometer, units[0].arrived_on) == (
        Certificate.PLEDGED,
        12,
        date(2026, 11, 9),
    )
    with stocked.looking() as db:
        assert verify(db) == []


@pytest.mark.parametrize(
    "row, cell, code",
    [
        (("LYLAA4181T2100001", "X5", "白"), "A2", "E-VIN-CHECKSUM"),
        (("LYLAA4180T210000", "X5", "白"), "A2", "E-VIN-LENGTH"),
        (("LYLAA4180T210000O", "X5", "白"), "A2", "E-VIN-LETTER"),
        ((12345678901234567, "X5", "白"), "A2", "E-CELL-NUMBER"),
        (("LYLAA4180T2100001", "X9", "白"), "B2", "E-MODEL-UNKNOWN"),
        (("LYLAA4180T2100001", "X5", "紫"), "C2", "E-COLOUR"),
        (("LYLAA4180T2100001", "X5", ""), "C2", "E-REQ-FIELD"),
    ],
)
def test_a_bad_car_is_named_by_its_cell(stocked: Shop, row: tuple[Any, ...], cell: str, code: str) -> None:
    assert told(stock(stocked, sheet(STOCK_HEAD, row))) == [(cell, code)]


@pytest.mark.parametrize(
    "title, cell, code",
    [
        ("Odometer (km)", "12", "E-CELL-TEXT"),
        ("Odometer (km)", 12.5, "E-CELL-COUNT"),
        ("Keys", 10, "E-CELL-COUNT"),
        ("Arrived on", "2026-11-05", "E-CELL-DAY"),
        ("Arrived on", datetime(2026, 11, 11), "E-DAY-AHEAD"),  # noqa: DTZ001 - a sheet knows no zones
        ("Certificate", "抽屉", "E-CELL-WORD"),
        ("Engine or motor number", 123456, "E-CELL-NUMBER"),
        ("Place in the yard", "位" * 201, "E-CELL-LONG"),
    ],
)
def test_other_columns_are_looked_at_where_they_are_filled_in(stocked: Shop, title: str, cell: Any, code: str) -> None:
    assert told(stock(stocked, sheet((*STOCK_HEAD, title), (*GOOD, cell)))) == [("D2", code)]
    assert told(stock(stocked, sheet((*STOCK_HEAD, title), (*GOOD, "")))) == []


def test_a_car_stands_in_stock_once(stocked: Shop) -> None:
    twice = stock(stocked, sheet(STOCK_HEAD, GOOD, ("lylaa4180t2100001", "X5", "黑")))
    assert told(twice) == [("A3", "E-ROW-TWICE")]
    import_stock(stocked, sheet(STOCK_HEAD, GOOD))
    again = stock(stocked, sheet(STOCK_HEAD, GOOD))
    assert (again.rows, [each.vin for each in again.known]) == ((), [GOOD[0]])
    with pytest.raises(Refused) as refusal:
        import_stock(stocked, sheet(STOCK_HEAD, GOOD))
    assert refusal.value.codes == ("E-SHEET-KNOWN",)


def test_only_who_keeps_the_stock_imports_it(stocked: Shop) -> None:
    with pytest.raises(Refused) as refusal:
        import_stock(stocked, sheet(STOCK_HEAD, GOOD), who="陈静")
    assert refusal.value.codes == ("E-NOT-YOURS",)
    with stocked.looking() as db:
        assert db.scalar(select(func.count()).select_from(Unit)) == 0


def test_the_template_of_the_stock_has_a_head_and_no_rows(shop: Shop) -> None:
    for language in ("zh", "en"):
        book = CalamineWorkbook.from_filelike(BytesIO(stock_imports.template(language)))
        [row] = book.get_sheet_by_index(0).to_python()
        assert row[:2] == [f"{say('VIN', language)} *", say("Model code", language)]
    assert told(stock(shop, stock_imports.template("zh"))) == [("", "E-SHEET-EMPTY")]


# ── from the command line ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_imports_on_behalf_of_a_person(stocked: Shop, tmp_path: Path) -> None:
    path = tmp_path / "prices.xlsx"
    path.write_bytes(sheet(PRICE_HEAD, X5))
    moment = at("2026-11-10 09:00")
    preview, number = bulk_imports.price_list_from(
        stocked.database, path, by="chenjing", at=moment, name="PV-2026-12", effective_from=date(2026, 12, 1)
    )
    assert (preview.is_good, number) == (True, 1)
    path.write_bytes(sheet(STOCK_HEAD, GOOD, ("LYLAA4181T2100001", "X5", "白")))
    preview, cars = bulk_imports.stock_from(stocked.database, path, by="sunqiang", at=moment)
    assert (told(preview), cars) == ([("A3", "E-VIN-CHECKSUM")], 0)
    with pytest.raises(LookupError):
        bulk_imports.stock_from(stocked.database, path, by="nobody", at=moment)


# ── many cars, in the background ──────────────────────────────────────────────────────────────────────────────────

WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
VALUES = dict(zip("ALYT", (1, 3, 8, 3), strict=True)) | {str(digit): digit for digit in range(10)}


def vin_of(number: int) -> str:
    """The VIN of the n-th car, with its check digit."""
    blank = f"LYLAA4180T2{number:06}"
    rest = sum(VALUES[letter] * weight for letter, weight in zip(blank, WEIGHTS, strict=True)) % 11
    return blank[:8] + ("X" if rest == 10 else str(rest)) + blank[9:]


def many_cars(count: int) -> bytes:
    return sheet(STOCK_HEAD, *((vin_of(number), "X5", "白") for number in range(1, count + 1)))


def test_more_cars_than_one_transaction_holds_come_in_part_by_part_and_only_once(stocked: Shop) -> None:
    content = many_cars(bulk_imports.AT_ONCE + 1)
    with stocked.acting("孙强", at("2026-11-10 09:00")) as ask:
        preview = stock_imports.preview(content, ask.db, ask.actor, ask.today)
        assert bulk_imports.begin_stock_import(ask, preview, "库存.xlsx") == 0
    database, who, moment = stocked.database, stocked.actor("孙强"), at("2026-11-10 09:01")
    assert bulk_imports.import_in_parts(database, content, who, moment) == bulk_imports.AT_ONCE + 1
    assert bulk_imports.import_in_parts(database, content, who, moment) == 0
    with stocked.looking() as db:
        assert db.scalar(select(func.count()).select_from(Unit)) == bulk_imports.AT_ONCE + 1
        assert [job.kind for job in db.scalars(select(JobRecord))] == ["import_stock"]


def test_a_job_imports_what_it_was_told_on_behalf_of_who_wanted_it(stocked: Shop) -> None:
    content = many_cars(3)
    with stocked.acting("孙强", at("2026-11-10 09:00")) as ask:
        kept = importing.keep(ask, "库存.xlsx", content)
    payload = {"sha256": kept, "person": str(stocked.person("孙强").id), "store": str(stocked.store.id)}
    job = Job(
        new_id(), "stock:1", "import_stock", stocked.store.id, payload, stocked.database, lambda: at("2026-11-10 09:01")
    )
    bulk_imports.carry_on(job)
    with stocked.looking() as db:
        unit = db.scalars(select(Unit).where(Unit.vin == vin_of(1))).one()
        [born] = of_thing(db, stocked.store.id, unit.id)
        assert (born.action, born.actor_id) == ("arrive", stocked.person("孙强").id)


def test_who_may_not_keep_stock_begins_no_import(stocked: Shop) -> None:
    with stocked.acting("王磊", at("2026-11-10 09:00")) as ask:
        preview = stock_imports.preview(many_cars(1), ask.db, ask.actor, ask.today)
        with pytest.raises(Refused) as refusal:
            bulk_imports.begin_stock_import(ask, preview, "库存.xlsx")
    assert refusal.value.codes == ("E-NOT-YOURS",)
