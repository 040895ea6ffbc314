"""Needs: what customers want by class, model and month, each number the sum of exactly the rows behind it."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from io import BytesIO

from python_calamine import CalamineWorkbook

from dealer import workflow
from dealer.deals.deals import NeedSheet, NewDeal, WantedCar
from dealer.people import by_number
from dealer.prospects import prospects
from dealer.prospects.cards import CardFacts
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, PurchaseMode, Terms, Use
from dealer.records.prospects import Source
from dealer.records.vehicles import Model
from dealer.reports import needs
from dealer.reports.needs import UNKNOWN, Wanting
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.quoting import model, stock_models

C = CustomerClass


def _wanted(shop: Shop, when: str, customer: C, uscc: str, cars: list[tuple[Model, int]]) -> None:
    told = NewDeal(name=f"{uscc[-3:]}单位", customer_class=customer, uscc=uscc, contact="段莉", phone="13888880031")
    with shop.acting("李娜", at(when), told) as ask:
        number = workflow.register(ask).number
    lines = tuple(WantedCar(model=wanted.id, colour="白", quantity=count) for wanted, count in cars)
    sheet = NeedSheet(lines=lines, use=Use.OFFICIAL, purchase_mode=PurchaseMode.DIRECT, terms=Terms.PREPAID)
    with shop.acting("李娜", at(when), sheet) as ask:
        workflow.take(by_number(ask.db, Deal, ask.actor, number), "fill_need", ask)


def _half_a_year(shop: Shop) -> list[Model]:
    stock_models(shop)
    x5, e3 = models = [model(shop, "X5"), model(shop, "E3")]
    _wanted(shop, "2026-09-30 23:50", C.POLICE, "11530100015112347K", [(x5, 10), (e3, 2)])
    _wanted(shop, "2026-10-01 00:10", C.RENTAL, "91530100MA6KCX9U4R", [(e3, 7)])
    for day, (phone, customer, wanted) in enumerate(
        (("13888880001", C.RENTAL, e3.id), ("13888880002", None, e3.id), ("13888880003", None, None)), 1
    ):
        facts = CardFacts(phone=phone, name=f"客户{day}", source=Source.PASSING, customer_class=customer, model=wanted)
        with shop.acting("王磊", at(f"2026-11-0{day} 10:00"), facts) as ask:
            workflow.begin(prospects.new_card(ask), "card", ask)
    return models


def test_wishes_are_counted_by_class_model_and_the_shops_month(shop: Shop) -> None:
    x5, e3 = _half_a_year(shop)
    months = needs.months_until(date(2026, 11, 10))
    assert [f"{month:%m}" for month in months] == ["06", "07", "08", "09", "10", "11"]
    with shop.looking() as db:
        sheets = needs.sums(db, shop.actor("陈静"), Wanting.SHEETS, months)
        cards = needs.sums(db, shop.actor("陈静"), Wanting.CARDS, months)
        assert needs.sums(db, shop.actor("王磊"), Wanting.SHEETS, months).of == {}
    assert (sheets.cars(), cards.cars()) == (19, 3)
    assert sheets.classes() == ["police_justice", "rental"]
    assert sheets.models() == [str(x5.id), str(e3.id)]
    assert sheets.cars(model=str(e3.id)) == 9
    assert sheets.cars(month=date(2026, 9, 1)) == 12  # ten to midnight is September
    assert sheets.cars(customer_class="rental", month=date(2026, 10, 1)) == 7
    assert cards.cars(customer_class=UNKNOWN) == 2
    assert cards.cars(model=UNKNOWN) == 1


def test_every_number_is_the_sum_of_the_rows_it_opens(shop: Shop, desk: Callable[[str], Desk]) -> None:
    _half_a_year(shop)
    chen = desk("陈静")
    for of in Wanting:
        page = chen.get(f"/reports/needs?of={of.value}")
        assert page.status == 200
        numbers = re.findall(r'<a(?: class="muted")? href="([^"]+/rows\?[^"]+)">(\d+)</a>', page.html)
        assert len(numbers) > 20
        for url, number in (each for each in numbers if each[1] != "0"):
            told = chen.get(unescape(url)).html
            listed = [int(found) for found in re.findall(r'class="num">(\d+)</td>', told.split("<tfoot")[0])]
            assert sum(listed) == int(number), url
    assert chen.get("/reports/needs?of=need_sheets").html.count("<svg viewBox") == 2, "a picture beside each table"
    sheet = chen.client.get("/reports/needs/sheet?of=need_sheets&day=2026-11-10")
    book = CalamineWorkbook.from_filelike(BytesIO(sheet.data))
    assert book.sheet_names == ["按客户类别", "按车型"]
    for name in book.sheet_names:
        head, *rows, total = book.get_sheet_by_name(name).to_python()
        assert head[1:4] == ["合计", "2026-11", "2026-10"]
        assert total[1:] == [19, 0, 7, 12, 0, 0, 0]
        assert [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)] == total[1:]
    assert desk("郑凯").get("/reports/needs/sheet").status == 403
    assert chen.get("/reports/needs/rows?of=cards&customer_class=nonsense").status == 200
    assert desk("郑凯").get("/reports/needs").status == 403
