"""Two deals filed with the manufacturer: one lapses after its reminders, one is paid after its claim came back once.

The policy is written by 陈静 and approved by 周建国; everything else is 李娜's until 高洁 sees the money.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from dealer.engine.database import Database
from dealer.records.deals import Deal
from dealer.records.oem import Filing, OemPolicy, Rebate
from dealer.records.vehicles import Unit
from dealer.sweep import fire_due
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import Lender, at
from tests.databases import KINDS
from tests.deliveries import LESSOR, VINS
from tests.desk import Desk, Page

PDF = ("paper.pdf", b"%PDF-1.7 a paper")
ALLOWANCE = "3000"


@dataclass
class Office:
    """The people of the story at their desks; one clock."""

    shop: Shop
    desks: Callable[[str], Desk]
    seats: dict[str, Desk] = field(default_factory=dict)
    signed: set[str] = field(default_factory=set)  # who has signed in on this day

    def at(self, who: str, when: str) -> Desk:
        """Somebody's desk at a time; who comes back on another day signs in anew."""
        desk = self.seats.get(who) or self.seats.setdefault(who, self.desks(who))
        if desk.clock.now.date().isoformat() != when[:10]:
            self.signed.clear()
        desk.turn_clock(when)
        if who not in self.signed:
            desk.sign_in()
            self.signed.add(who)
        return desk

    def yes(self, who: str, when: str, url: str, **facts: Any) -> None:
        """A step that is taken."""
        answer = self.at(who, when).ask(url, facts)
        assert answer.status == 200, (url, answer.json)

    def no(self, who: str, when: str, url: str, **facts: Any) -> tuple[str, ...]:
        """A step that is refused, and by which codes."""
        answer = self.at(who, when).ask(url, facts)
        assert answer.status in (409, 422), (url, answer.status)
        return answer.codes

    def attaches(self, when: str, url: str, kind: str, car: str = "") -> None:
        """李娜 brings a paper."""
        told: dict[str, Any] = {"kind": kind, "file": PDF} | ({"car": car} if car else {})
        answer = self.at("李娜", when).send(url, told)
        assert answer.status == 200, answer.json

    def is_told(self, who: str, when: str, what: str) -> bool:
        """Whether somebody's page of the day speaks of it, beside what only comes later."""
        return what in self.at(who, when).get("/today").text.split("以后")[0]

    def state(self, record: type[Any], number: int = 1) -> str:
        return scene.state(self.shop, record, number)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, lender: Lender) -> Iterator[Database]:
    """A shop with its people; its cars are those of tests/deliveries.py."""
    with lender.lend(request.param) as lent:
        yield lent


@pytest.fixture
def office(shop: Shop, desk: Callable[[str], Desk]) -> Office:
    """The quarter's policy is approved: 3,000.00 for an X5, of three cars or more, authorities exempt."""
    office = Office(shop, desk)
    writing = {
        "brand": "云岭", "title": "2026四季度大客户政策", "from_day": "2026-10-01", "until_day": "2026-12-31",
        "classes-0-customer_class": "police_justice", "classes-0-before_invoice": "on",
        "classes-1-customer_class": "rental", "classes-1-least": "3", "classes-1-before_invoice": "on",
        "models-0-model": scene.model(shop, "X5"), "models-0-amount": ALLOWANCE,
        "papers-0-purpose": "rebate", "papers-0-kind": "award", "papers-0-customer_class": "police_justice",
        "source": PDF,
    }  # fmt: skip
    made = office.at("陈静", "2026-10-08 09:00").submit("/oem-policies/new", writing)
    assert made.url == "/oem-policies/1", made.text
    office.yes("陈静", "2026-10-08 09:05", "/oem-policies/1/submit")
    assert office.no("陈静", "2026-10-08 09:06", "/oem-policies/1/approve") == ("E-NOT-YOURS",)
    office.yes("周建国", "2026-10-08 10:00", "/oem-policies/1/approve")
    return office


def _contact(office: Office) -> str:
    told = {"name": "杨志远", "phone": "13888880020", "role": "buys", "post": "装财科长"}
    added = office.at("李娜", "2026-11-18 09:00").submit("/customers/1/contacts/new", told)
    assert added.status == 200
    with office.shop.looking() as db:
        return str(db.scalars(select(Deal)).one().customer.contacts[0].id)


def _filled_in(office: Office, when: str, cars: int) -> Page:
    """What nobody else knows is typed; the cars, the customer and the class stand there already."""
    assert f'value="{cars}"' in office.at("李娜", when).get("/filings/1/edit").html
    told = {
        "policy": 1, "contact": _contact(office), "nature": "public", "sale_type": "group_sale",
        "dealer_code": "YN0871", "principal": "周建国", "principal_phone": "0871-66000000",
        "lines-0-model": scene.model(office.shop, "X5"), "lines-0-colour": scene.WHITE, "lines-0-quantity": cars,
    }  # fmt: skip
    return office.at("李娜", when).submit("/filings/1/edit", told)


def _filed(office: Office, when: str, cars: int) -> None:
    """Filled in, its papers attached, submitted, passed by the region and approved."""
    assert office.no("李娜", when, "/filings/1/submit", filing_no="YN2026110001")[0] == "E-FILING-GAPS"
    assert _filled_in(office, when, cars).url == "/filings/1"
    assert office.no("李娜", when, "/filings/1/submit", filing_no="YN2026110001") == ("E-OEM-PAPERS",)
    office.attaches(when, "/filings/1/attach", "application")
    office.attaches(when, "/filings/1/attach", "identity")
    office.yes("李娜", when, "/filings/1/submit", filing_no="YN2026110001")
    day = when[:10]
    office.yes("李娜", when, "/filings/1/pass_region", audited_on=day, auditor="西南大区")
    office.yes("李娜", when, "/filings/1/approve", audited_on=day, auditor="大客户部")


def test_a_filing_lapses_after_two_reminders(office: Office) -> None:
    """No rebate is applied for: 60 and 80 days after the approval both are reminded, on the 91st day it is over."""
    shop = office.shop
    scene.quoted_deal(shop, 5, customer=LESSOR)
    compared = office.at("李娜", "2026-11-18 10:00").get("/deals/1/filing")
    assert "15,000" in compared.text
    begun = office.at("李娜", "2026-11-18 10:05").submit("/deals/1/filing", {"policy": 1}, form_at="/deals/1/filing")
    assert begun.url == "/filings/1", begun.text
    assert "E-FILING" in office.no("李娜", "2026-11-18 10:10", "/deals/1/submit_review")
    _filed(office, "2026-11-20 10:00", cars=5)
    assert "E-FILING" not in office.no("李娜", "2026-11-20 11:00", "/deals/1/submit_review")
    card = office.at("李娜", "2026-11-20 11:05").get("/deals/1").text
    assert "2026四季度大客户政策 V1" in card
    assert "YN2026110001" in card

    for day, reminded in (("2027-01-18", False), ("2027-01-19", True), ("2027-02-08", True)):
        fire_due(shop.database, at(f"{day} 09:01"))
        assert office.is_told("李娜", f"{day} 09:05", "申请返利") is reminded, day
        assert office.is_told("陈静", f"{day} 09:06", "报备即将失效") is reminded, day
    with shop.looking() as db:
        assert db.scalars(select(Filing)).one().warned == 2
    fire_due(shop.database, at("2027-02-18 23:59"))
    assert office.state(Filing) == "approved"  # the ninetieth day is theirs
    fire_due(shop.database, at("2027-02-19 00:06"))
    assert office.state(Filing) == "lapsed"
    assert office.is_told("李娜", "2027-02-19 09:00", "报备已失效")
    assert office.is_told("陈静", "2027-02-19 09:00", "报备已失效")

    assert "E-FILING" in office.no("李娜", "2027-02-19 10:00", "/deals/1/submit_review")
    office.yes("李娜", "2027-02-19 10:05", "/filings/1/withdraw", comment="客户改为零售价购买")
    assert "E-FILING" not in office.no("李娜", "2027-02-19 10:10", "/deals/1/submit_review")


def test_a_rebate_is_paid_after_it_came_back_once(office: Office) -> None:
    """Three cars are filed, invoiced, delivered and claimed; the claim comes back for a blurred scan, then is paid."""
    shop = office.shop
    contract = scene.contract(shop, 3, [(3, "2026-11-30")], filing=True)
    units = scene.arrive(shop, *VINS[:3])
    scene.released(shop, scene.batch(shop, contract), *units)
    scene.inspected(shop, *units)
    _filed(office, "2026-11-25 10:00", cars=3)
    scene.invoiced(shop, *units)
    assert office.at("李娜", "2026-11-26 10:00").get("/filings/1/rebates/new").status == 200
    scene.delivered(shop, *units)

    with shop.looking() as db:
        keys = {unit.vin: str(unit.id) for unit in db.scalars(select(Unit).where(Unit.number.in_(units)))}
    begun = office.at("李娜", "2026-12-01 09:00").submit("/filings/1/rebates/new", {"cars": list(keys.values())})
    assert begun.url == "/rebates/1", begun.text
    assert "9,000" in begun.text
    assert "2027-02-26" in begun.text  # three months from the first invoice
    refused = office.at("李娜", "2026-12-01 09:05").ask("/rebates/1/submit", {})
    assert refused.codes == ("E-OEM-PAPERS",)
    for kind in ("contract", "award"):
        office.attaches("2026-12-01 09:10", "/rebates/1/attach", kind)
    for key in keys.values():
        for kind in ("invoice", "registration"):
            office.attaches("2026-12-05 10:00", "/rebates/1/attach", kind, key)
    office.yes("李娜", "2026-12-05 11:00", "/rebates/1/submit", claim_no="FL-2026-0031")
    with shop.looking() as db:
        assert db.scalars(select(Filing)).one().claimed_on is not None  # it lapses no more

    office.yes(
        "李娜", "2026-12-10 09:00", "/rebates/1/return", audited_on="2026-12-09", audit_remark="行驶证影像不清晰"
    )
    assert "行驶证影像不清晰" in office.at("李娜", "2026-12-10 09:05").get("/rebates/1").text
    office.attaches("2026-12-11 09:00", "/rebates/1/attach", "registration", keys[VINS[0]])
    office.yes("李娜", "2026-12-11 10:00", "/rebates/1/submit")
    office.yes("李娜", "2026-12-15 10:00", "/rebates/1/complete", audited_on="2026-12-15")
    grant = {"audited_on": "2026-12-20", "auditor": "大客户部"}
    assert office.no("李娜", "2026-12-20 10:00", "/rebates/1/approve", amount="9000.01", **grant) == (
        "E-REBATE-AMOUNT",
    )
    office.yes("李娜", "2026-12-20 10:05", "/rebates/1/approve", amount="9000", **grant)

    paid = {"paid_on": "2027-01-08", "reference": "厂家返利 2026Q4"}
    assert office.no("李娜", "2027-01-08 10:00", "/rebates/1/pay", amount="9000", **paid) == ("E-NOT-YOURS",)
    told = office.no("高洁", "2027-01-08 10:05", "/rebates/1/pay", amount="9000.01", **paid)
    assert set(told) == {"E-REBATE-AMOUNT", "E-REBATE-DELIVERED"}
    office.yes("高洁", "2027-01-08 10:10", "/rebates/1/pay", amount="9000", **paid)
    assert office.state(Rebate) == "paid"
    page = office.at("李娜", "2027-01-08 11:00").get("/deals/1").text
    assert "返利 1 · FL-2026-0031" in page
    assert "已到账" in page
    fire_due(shop.database, at("2027-03-01 00:06"))
    assert (office.state(Filing), office.state(Rebate), office.state(OemPolicy)) == ("approved", "paid", "approved")
