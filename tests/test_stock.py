"""The stock list: where each car stands and since when, where its papers are, what its VIN says, and its sheet."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from dealer import people
from dealer.engine.database import new_id
from dealer.engine.history import start_chain
from dealer.engine.steps import Ask
from dealer.records.people import Store
from dealer.records.vehicles import Certificate, Model, Unit
from dealer.stock import vehicles, vins
from dealer.stock.vehicles import UNITS
from dealer.stock.yard import Damage, NewUnit, Shipment, UnitPapers
from tests import deliveries as scene
from tests.cast import STORE, Shop
from tests.conftest import at
from tests.deliveries import PHOTO, VINS, WHITE, arrive, take
from tests.desk import Desk

Desks = Callable[[str], Desk]
IMPORT_OF_EUROPE = "WAUZZZ8K9TA123456"  # position 9 is no check digit there


def on_order(shop: Shop, vin: str, expected: date | None = None) -> int:
    """A car that the factory has named; its number."""
    facts = NewUnit(model=scene.model(shop), vin=vin, colour=WHITE, expected_on=expected)
    with shop.acting("孙强", at("2026-11-02 09:00"), facts) as ask:
        unit = vehicles.new_unit(ask)
        UNITS.begin("order", unit, ask)
        return unit.number


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_says_what_stands_too_long_what_is_pledged_and_what_is_coming(shop: Shop, desk: Desks) -> None:
    old, pledged, damaged = arrive(shop, *VINS[:3])
    take(shop, "孙强", "2026-11-05 09:00", Unit, pledged, "keep_papers", UnitPapers(certificate=Certificate.PLEDGED))
    take(shop, "孙强", "2026-11-06 09:00", Unit, damaged, "report_damage", Damage(damage="右后门划伤", photos=(PHOTO,)))
    coming = on_order(shop, VINS[3], date(2026, 12, 3))
    take(
        shop, "孙强", "2026-11-20 09:00", Unit, coming, "ship",
        Shipment(carrier="长久物流", waybill="CJ-77", expected_on=date(2026, 12, 8)),
    )  # fmt: skip
    desk("孙强").turn_clock("2026-12-31 09:00")
    keeper = desk("孙强")  # sixty days after 1 November
    page = keeper.get("/stock")
    assert page.text.count("库龄超期") == 1  # the box to tick; nothing stands too long yet
    assert "60 天" in page.text

    keeper.turn_clock("2027-01-01 09:00")
    keeper.sign_in()
    assert keeper.get("/stock?old=1").text.count("库龄超期") == 4
    assert VINS[1] in (held := keeper.get("/stock?state=here&certificate=pledged").text)
    assert VINS[0] not in held
    on_its_way = keeper.get("/stock?state=in_transit").text
    assert VINS[3] in on_its_way
    assert "预计 2026-12-08 到店 已逾期" in on_its_way
    assert VINS[0] not in on_its_way

    page = keeper.get(f"/stock/{coming}")
    assert "在途" in page.text
    assert "长久物流" in page.text
    assert "状态经过" in page.text
    assert "18 天" not in keeper.get(f"/stock/{old}").text


def test_the_sheet_of_the_stock_holds_every_car_that_is_here_or_coming(shop: Shop, desk: Desks) -> None:
    arrive(shop, *VINS[:2])
    on_order(shop, VINS[2], date(2026, 12, 3))
    keeper = desk("孙强")
    ready = keeper.submit("/exports/stock", {"reason": "盘点"})
    file = keeper.client.get(f"{ready.url}/file").data
    rows = CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[2:5]] == list(VINS[:3])
    assert rows[4][4:6] == ["在订", ""]


# ── what a VIN says ───────────────────────────────────────────────────────────────────────────────────────────────


def test_an_import_whose_check_digit_does_not_fit_is_explained_and_a_car_of_ours_refused(
    shop: Shop, desk: Desks
) -> None:
    keeper = desk("孙强")
    keeper.turn_clock("2026-11-02 09:00")
    arrive(shop, VINS[0])
    told = {"model": str(scene.model(shop)), "colour": WHITE, "certificate": "on_hand", "keys": "2", "odometer": "5"}

    page = keeper.submit("/stock/new", told | {"vin": "LYLAA4181T2100001"})
    assert "校验位" in page.text
    page = keeper.submit("/stock/new", told | {"vin": IMPORT_OF_EUROPE})
    assert page.status == 409
    assert "请核对全部 17 位，并说明为何无误" in page.text
    page = keeper.submit("/stock/new", told | {"vin": IMPORT_OF_EUROPE, "vin_reason": "与进口证明书逐位核对"})
    assert page.status == 200
    assert "Audi · 德国" in page.text
    assert "请再次核对" in page.text
    assert "与进口证明书逐位核对" in page.text

    says = _read(keeper, VINS[1], told["model"])
    assert says == "云岭 · 中国 · 2026 年型 · 装配厂代码 2"
    assert "LYLEV3E3" in _read(keeper, "LYLEV3E35T2300001", told["model"])
    assert "2010" in _read(keeper, "LYLAA4184A2100001")
    assert "17" in _read(keeper, "LYL")
    assert desk("李娜").submit("/stock/vin", {"vin": VINS[0]}, form_at="/today").status == 403


def _read(keeper: Desk, vin: str, model: str = "") -> str:
    """What the page says while a VIN is typed."""
    return keeper.submit("/stock/vin", {"vin": vin, "model": model}, form_at="/stock/new").text


def test_a_vin_of_another_shop_says_nothing_of_that_shop(shop: Shop, desk: Desks) -> None:
    other = Store(**STORE | {"id": new_id(), "code": "QJDL", "name": "曲靖某店"})
    with shop.database.writing() as db:
        db.add(other)
        start_chain(db, other.id)
    keeper_there, ours = replace(shop.actor("孙强"), store_id=other.id), scene.model(shop)
    with shop.looking() as db:
        known = db.get_one(Model, ours)
    with shop.database.writing(other.id) as db:
        model = Model(
            **{each.name: getattr(known, each.name) for each in Model.__table__.columns if each.name != "id"}
            | {"store_id": other.id}
        )
        db.add(model)
        db.flush()
        ask = Ask(db, keeper_there, at("2026-11-01 09:00"), NewUnit(model=model.id, vin=VINS[0], colour=WHITE))
        UNITS.begin("arrive", vehicles.new_unit(ask), ask)
    keeper = desk("孙强")
    assert keeper.get("/stock/1").status == 404
    assert VINS[0] not in keeper.get("/stock?state=all").text
    assert "云岭" not in _read(keeper, VINS[0])
    assert arrive(shop, VINS[0]) == [1]  # the same VIN is no stranger's business here
    with shop.looking() as db:
        assert people.by_number(db, Unit, keeper_there, 1) is not None


@pytest.mark.parametrize("vin", ["LYLAA4180T2100001", "1M8GDM9AXKP042788", "LYLAA418XT2100006"])
def test_the_maker_of_a_vin_is_found_whoever_sells_it(shop: Shop, vin: str) -> None:
    with shop.looking() as db:
        reading = vins.read(db, shop.actor("孙强"), vin, date(2026, 11, 1))
    assert (reading.wmi, reading.maker) == (vin[:3], "Mercury" if vin[0] == "1" else "")
