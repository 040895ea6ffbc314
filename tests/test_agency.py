"""Plates and papers of a fleet: in the order of the law, for many cars at once; the purchase tax to be expected."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from io import BytesIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from dealer.engine.amounts import purchase_tax
from dealer.money.purchase_tax import is_relieved
from dealer.records.vehicles import Energy, Model
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import VINS
from tests.desk import Desk

VAT = Fraction(13, 100)


@pytest.mark.parametrize(
    ("price", "day", "due"),
    [
        # 三部门公告2023年第10号: exempt up to 30,000, then half up to 15,000, from 2028 nothing is known
        (200_000_00, date(2024, 1, 1), 0),
        (200_000_00, date(2025, 12, 31), 0),
        (200_000_00, date(2026, 1, 1), 8_849_56),
        (200_000_00, date(2027, 12, 31), 8_849_56),
        (200_000_00, date(2028, 1, 1), 17_699_12),
        (339_000_00, date(2025, 6, 1), 0),
        (339_000_00, date(2026, 6, 1), 15_000_00),
        (452_000_00, date(2025, 6, 1), 10_000_00),
        (452_000_00, date(2026, 6, 1), 25_000_00),
        (158_900_00, date(2026, 11, 5), 7_030_97),
        (158_900_00, date(2028, 1, 3), 14_061_95),
    ],
)
def test_the_relief_of_a_new_energy_car_follows_the_day_of_its_invoice(price: int, day: date, due: int) -> None:
    assert purchase_tax(price, VAT, day, new_energy=True).due == due
    assert purchase_tax(price, VAT, day, new_energy=False).due == purchase_tax(price, VAT, day, new_energy=False).full


@pytest.mark.parametrize(
    ("energy", "listed", "relieved"),
    [
        (Energy.ELECTRIC, True, True),
        (Energy.PLUG_IN, True, True),
        (Energy.ELECTRIC, False, False),  # not in the 目录
        (Energy.HYBRID, True, False),
        (Energy.PETROL, True, False),
    ],
)
def test_only_listed_cars_that_are_charged_are_let_off(energy: Energy, listed: bool, relieved: bool) -> None:
    assert is_relieved(Model(energy=energy, relief_listed=listed)) is relieved


def test_a_contract_says_what_tax_comes_besides_by_the_days_of_its_batches(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    """Two electric cars come before the relief ends and one after it; whoever reads it sees who has the last word."""
    key = scene.model(shop, "E5", Energy.ELECTRIC)
    with shop.acting("许明", at("2026-11-01 09:00")) as ask:
        ask.db.get_one(Model, key).relief_listed = True
    plan = [(2, "2027-12-30"), (1, "2028-01-10")]
    made = scene.contract(shop, 3, plan, price=200_000_00, code="E5")
    page = desk("李娜").get(f"/contracts/{made}")
    assert "35,398.24，按计划交付日开票估算，以税务机关核定为准" in page.text  # 2 × 8,849.56 + 17,699.12


def test_a_fleet_is_registered_in_the_order_of_the_law(shop: Shop, app: Flask, desk: Callable[[str], Desk]) -> None:
    """Three cars, one without an invoice: insured, taxed, plated and handed their papers, many at a time."""
    cars = scene.arrive(shop, *VINS[:3])
    made = scene.contract(shop, 3, [(3, "2026-11-30")])
    scene.released(shop, scene.batch(shop, made), *cars)
    scene.invoiced(shop, *cars[:2])
    app.config["CLOCK"].now = at("2026-11-26 10:00")
    owner, finance = desk("李娜"), desk("高洁")
    here = f"/contracts/{made}/plates"
    page = owner.get(here)
    keys = [each.split('"')[0] for each in page.html.split('name="cars" value="')[1:]]
    assert len(keys) == 3
    assert "11,663.72" in page.text  # a tenth of 116,637.17
    assert "2027-01-25 前" in page.text  # sixty days after the invoice
    day = {"day": "2026-11-26"}
    assert 'name="cars"' not in finance.get(here).html
    assert finance.ask(here, day | {"cars": keys, "errand": "insured"}).codes == ("E-NOT-YOURS",)
    assert owner.ask(here, {"cars": keys, "errand": "insured", "day": "2026-11-27"}).codes == ("E-DAY-FUTURE",)
    assert owner.ask(here, {"cars": keys, "errand": "insured", "day": "2026-11-11"}).codes == ("E-DAY-PAST",)
    assert owner.ask(here, day | {"cars": keys, "errand": "tax_paid"}).codes == ("E-NO-INVOICE",)
    assert owner.ask(here, day | {"cars": keys, "errand": "papers_handed"}).codes == ("E-PLATE-NONE",) * 3
    for errand, chosen in (("insured", keys), ("tax_paid", keys[:2]), ("inspected", keys)):
        owner.submit(here, day | {"cars": chosen, "errand": errand}, form_at=here)
    numbers = f"{here}/numbers"

    def answer(*lines: str) -> tuple[str, ...]:
        return owner.ask(numbers, {"plates": "\n".join(lines)}).codes

    assert answer(f"{VINS[0]} 云A1234O") == ("E-PLATE-FORMAT",)
    assert answer(f"{VINS[0]} 云AD12345") == ("E-PLATE-KIND",)  # it runs on petrol
    assert answer("0001 云A12345", f"{VINS[1]} 云A12345") == ("E-PLATE-TAKEN",)
    assert answer("0001 云A12345", f"{VINS[0]} 云A12346") == ("E-PLATE-TWICE",)
    assert answer(f"{VINS[2]} 云A12345") == ("E-PLATE-EARLY",)
    assert answer("LYL 云A12345") == ("E-CAR-NONE",)
    kept = owner.submit(numbers, {"plates": "0001 云A1234O"}, form_at=here)
    assert "0001 云A1234O" in kept.text  # as it was typed
    page = owner.submit(numbers, {"plates": f"0001 云A12345\n{VINS[1]}\t云A1234警"}, form_at=here)
    assert "云A1234警" in page.text
    early = {"cars": keys[:1], "errand": "papers_handed", "day": "2026-11-25"}
    assert owner.ask(here, early).codes == ("E-DAY-PAST",)
    owner.submit(here, day | {"cars": keys[:2], "errand": "papers_handed"}, form_at=here)
    sheet = owner.submit(f"{here}/list", {"reason": "交客户车管科"})
    content = owner.client.get(f"{sheet.url}/file").data
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[11] for row in rows[2:5]] == ["云A12345", "云A1234警", ""]
    assert rows[2][6:9] == [131_800.0, 11_663.72, "2026年11月26日"]
