"""Story 1 as people click it, in Chinese: a public purchaser, ten cars, from the first call to cars driven off.

Whoever acts opens the thing's page, presses what leads to the step and fills in what it asks. The first car of the
batch is followed by clicks from its inspection to its hand-over; the other five take the same steps as programs do.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dealer.deliveries.handover import POINTS
from dealer.deliveries.inspection import items_for
from dealer.records.deliveries import BatchState
from dealer.records.vehicles import Energy
from tests.cast import Shop
from tests.conftest import Lender, at
from tests.contracts import work
from tests.desk import Clock, Desk
from tests.screens.browser import open_page, serving
from tests.stories import test_01_government as told
from web.app import create_app

Facts = Mapping[str, Any]
ITEMS = [item.code for group in items_for(Energy.PETROL).values() for item in group]
SIGNED = True  # with a finger, on the screen


@dataclass
class Day:
    """The shop's screens: who sits before which of them, and when."""

    chromium: Browser
    address: str
    clock: Clock
    windows: dict[tuple[str, str], Page] = field(default_factory=dict)

    def at(self, who: str, when: str, place: str) -> Page:
        """Somebody opens a page at a moment; they sign in once a day."""
        self.clock.now = at(when)
        key = (who, when[:10])
        if key not in self.windows:
            self.windows[key] = open_page(self.chromium, self.address, who, "zh")
        page = self.windows[key]
        page.goto(f"{self.address}{place}")
        return page

    def do(self, who: str, when: str, place: str, action: str, facts: Facts | None = None) -> Page:
        """Open a page, press what leads to a step, fill in its form if it has one, and be done."""
        page = self.at(who, when, place)
        way = page.locator(f"main a[href$='/{action}'], main form[action$='/{action}'] [type=submit]:not([tabindex])")
        way.locator("visible=true").first.click()
        if page.url.endswith(f"/{action}"):
            fill(page, facts or {})
            page.locator("main form .btn-primary").last.click()
        expect(page).not_to_have_url(
            re.compile(f"/{action}$")
        )  # a form that is kept leaves once the server has answered
        expect(page.locator("main h1")).to_be_visible()
        return page


# ── filling in ────────────────────────────────────────────────────────────────────────────────────────────────────


def fill(page: Page, facts: Facts) -> None:
    """Fill in a form as a person does: chips are tapped, rows added, files chosen, signatures drawn."""
    for name, value in facts.items():
        if isinstance(value, list):
            _fill_rows(page, name, value)
        else:
            _fill_one(page, page.locator(f"main form [name='{name}']"), value)


def _fill_rows(page: Page, name: str, rows: list[Facts]) -> None:
    table = page.locator(f"[data-rows='{name}']")
    lines = table.locator("tbody tr")
    while lines.count() < len(rows):
        table.locator("[data-add-row]").click()
    for line, row in zip(lines.all(), rows, strict=True):
        for column, value in row.items():
            _fill_one(page, line.locator(f"[name$='-{column}']"), value)


def _fill_one(page: Page, control: Locator, value: Any) -> None:
    kind = control.first.evaluate("control => control.type")
    if value is SIGNED and kind == "hidden":
        _sign(page, control.locator("xpath=ancestor::fieldset//canvas"))
    elif kind == "radio":
        control.and_(page.locator(f"[value='{value}']")).locator("xpath=ancestor::label").click()
    elif kind == "checkbox":
        control.set_checked(bool(value))
    elif kind == "select-one":
        control.select_option(str(value))
    elif kind == "file":
        control.set_input_files({"name": value[0], "mimeType": "application/pdf", "buffer": value[1]})
    else:
        control.fill(str(value))


def _sign(page: Page, canvas: Locator) -> None:
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    for stroke in range(6):
        page.mouse.move(box["x"] + 60 + 30 * stroke, box["y"] + 40 + 20 * (stroke % 2))
    page.mouse.up()


# ── the story ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def shop(whole_shops: Lender) -> Iterator[Shop]:
    """The whole shop before its first deal."""
    with whole_shops.lend("sqlite", "story") as lent:
        yield Shop(lent)


@pytest.fixture
def clock() -> Clock:
    """It is the morning of the first call."""
    return Clock(at("2026-10-12 09:00"))


@pytest.fixture
def case(shop: Shop, clock: Clock) -> told.Case:
    """What happened, and those who work without a screen."""
    app = create_app(shop.database, clock=clock)
    return told.Case(shop, lambda name: Desk(app, clock, name))


@pytest.fixture
def day(shop: Shop, chromium: Browser, clock: Clock) -> Iterator[Day]:
    """The screens of the shop."""
    with serving(create_app(shop.database, clock=clock)) as address:
        screens = Day(chromium, address, clock)
        yield screens
        for page in screens.windows.values():
            page.context.close()


def test_story_1_by_clicking(day: Day, case: told.Case) -> None:
    keys = case.keys()
    _the_bid_is_priced(day, keys)
    _the_award_becomes_a_contract(day)
    _the_model_is_driven(day, keys)
    _the_contract_takes_effect(day, case.shop)
    told.the_cars_arrive(case, keys)
    _the_first_batch_is_handed_over(day, case)


def _phase(page: Page) -> str:
    return page.locator(".stepper [aria-current=step] .step-label").first.inner_text()


def _the_bid_is_priced(day: Day, keys: dict[str, str]) -> None:
    page = day.do("李娜", "2026-10-12 09:00", "/deals", "new", told.POLICE)
    assert (page.url, _phase(page)) == (f"{day.address}/deals/1", "询价")
    need = {
        "use": "official", "purchase_mode": "open_tender", "budget": "1400000", "decision_maker": "装备财务处",
        "lines": [{"model": keys["X5"], "colour": "珠光白", "quantity": 10}],
    }  # fmt: skip
    day.do("李娜", "2026-10-12 09:10", "/deals/1", "fill_need", need)
    assert _phase(day.do("李娜", "2026-10-12 09:20", "/deals/1", "start_quotation")) == "报价"
    car = {"model": keys["X5"], "colour": "珠光白", "quantity": 10, "unit_price": "131800"}
    day.do("李娜", "2026-10-12 09:30", "/deals/1", "quotations/new", {"lines": [car]})
    day.do("李娜", "2026-10-12 10:00", "/quotations/1", "submit", {"reason": "公开招标，按大客户底价投标"})
    page = day.at("陈静", "2026-10-13 09:00", "/approvals")
    page.locator("form.decision [name=comment]").fill("同意")
    page.locator("form.decision [data-primary]").click()
    expect(page.locator("form.decision")).to_have_count(0)
    sending = {"valid_until": "2027-01-18", "tender_valid_until": "2027-01-18", "binding": True}
    day.do("李娜", "2026-10-19 09:00", "/quotations/1", "send", sending)


def _the_award_becomes_a_contract(day: Day) -> None:
    day.do("李娜", "2026-11-02 10:00", "/quotations/1", "accept", {"evidence": "中标通知书", "file": told.PDF})
    day.do("李娜", "2026-11-02 15:00", "/deals/1", "contract")
    for minute, action, facts in (
        (30, "edit_buyer", told.BUYER),
        (40, "edit_delivery", told.DELIVERY),
        (50, "edit_payment", told.PAYMENT),
        (55, "edit_procurement", told.PROCUREMENT),
    ):
        day.do("李娜", f"2026-11-03 08:{minute}", "/contracts/1", action, facts)
    assert _phase(day.do("李娜", "2026-11-03 09:30", "/deals/1", "submit_review")) == "合同评审"
    day.do("陈静", "2026-11-03 10:00", "/contracts/1", "pass_risk")
    day.do("高洁", "2026-11-04 10:00", "/contracts/1", "pass_finance")
    day.do("周建国", "2026-11-05 10:00", "/contracts/1", "pass_house")
    assert _phase(day.at("周建国", "2026-11-05 10:00", "/deals/1")) == "试乘试驾"


def _the_model_is_driven(day: Day, keys: dict[str, str]) -> None:
    booking = {
        "name": "杨帆", "phone": "13888880021", "occupation": "公务员", "address": "云南省昆明市官渡区1号",
        "car": keys["car"], "route": keys["R1"], "companion": keys["李娜"], "starts_at": "2026-11-06T10:00",
        "customer_link": "采购经办人",
    }  # fmt: skip
    day.do("李娜", "2026-11-05 16:00", "/deals/1", "drives/new?deal=1", booking)
    day.do("李娜", "2026-11-05 16:10", "/drives/1", "enter_licence", told.LICENCE)
    signed = {"driver_signature": SIGNED, "consultant_signature": SIGNED}
    day.do("李娜", "2026-11-06 09:50", "/drives/1", "sign", signed)
    day.do("李娜", "2026-11-06 09:55", "/drives/1", "verify", {"form": "original", "name": "杨帆", "sober": True})
    day.do("孙强", "2026-11-06 09:58", "/drives/1", "check_out", {"odometer": 3_010, "fuel": 80})
    day.do("李娜", "2026-11-06 10:00", "/drives/1", "start")
    day.do("李娜", "2026-11-06 10:30", "/drives/1", "complete", {"odometer": 3_022, "satisfaction": "satisfied"})


def _the_contract_takes_effect(day: Day, shop: Shop) -> None:
    work(shop, "2026-11-09 08:55")
    day.do("吴倩", "2026-11-09 09:00", "/contracts/1", "issue")
    work(shop, "2026-11-09 09:05")
    page = day.at("吴倩", "2026-11-09 09:05", "/contracts/1")
    expect(page.locator("main")).to_contain_text("YLYX-DKH-2026-0001")
    signed = {
        "seller_signer": "陈静", "seller_signed_on": "2026-11-11", "buyer_signer": "杨帆",
        "buyer_signed_on": "2026-11-12", "scan": told.PDF, "same_text": True,
    }  # fmt: skip
    day.do("吴倩", "2026-11-12 10:00", "/contracts/1", "record_signatures", signed)
    day.do("陈静", "2026-11-12 11:00", "/contracts/1", "confirm_effective")
    assert _phase(day.do("李娜", "2026-11-12 15:00", "/deals/1", "begin_delivery")) == "车辆交付"


def _the_first_batch_is_handed_over(day: Day, case: told.Case) -> None:
    day.do("孙强", "2026-11-28 08:00", "/deliveries/1", "fill")
    _a_car_is_made_ready(day)
    for number in range(2, 7):
        told.made_ready(case, number, "2026-11-28")
    day.do("孙强", "2026-11-28 10:00", "/deliveries/1", "release")
    _a_car_is_handed_over(day)
    for number in range(2, 7):
        told.handed_over(case, number, "2026-11-28")
    assert case.batches()[0].state is BatchState.ACCEPTED
    page = day.at("李娜", "2026-11-28 16:00", "/today")
    expect(page.locator("main")).to_contain_text("感谢电话")


def _a_car_is_made_ready(day: Day) -> None:
    day.do("郑凯", "2026-11-28 08:10", "/stock/1", "start_pdi")
    passed = {f"items-{row}-result": "pass" for row in range(len(ITEMS))}
    day.do("郑凯", "2026-11-28 08:30", "/stock/1", "pdi_pass", passed | {"odometer": 12})
    invoice = {"number": "26530000000000000001", "issued_on": "2026-11-28", "buyer": "某市公安局", "price": "131800"}
    day.do("高洁", "2026-11-28 09:00", "/stock/1", "issue_invoice", invoice)


def _a_car_is_handed_over(day: Day) -> None:
    form = {
        "receiver": "杨帆", "receiver_phone": "13888880021", "driven_off_at": "2026-11-28T15:20", "odometer": 12,
        "keys": 2, "signature": SIGNED, "consultant_signature": SIGNED, "service_advisor": "冯涛",
        "service_signature": SIGNED,
    }  # fmt: skip
    ticks = {f"points-{row}-tick": "yes" for row in range(len(POINTS))}
    day.do("李娜", "2026-11-28 15:20", "/stock/1", "deliver", ticks | form)
