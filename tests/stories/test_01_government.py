"""Story 1: a public purchaser, ten cars in two batches, from the first call to the last callback."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from dealer import workflow
from dealer.deliveries.handover import POINTS
from dealer.deliveries.inspection import items_for
from dealer.engine.history import verify
from dealer.engine.words import SHOP_ZONE
from dealer.money.invoices import invoice_sums
from dealer.records.care import CareCall
from dealer.records.contracts import Contract, ContractState
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal, DealState
from dealer.records.deliveries import Batch, BatchState
from dealer.records.quotations import PriceException, Quotation
from dealer.records.testdrives import TestDrive
from dealer.records.vehicles import DemoCar, Energy, Model, Route, Unit, UnitState
from dealer.stock import vehicles
from dealer.stock.yard import NewUnit
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import work
from tests.desk import Desk, Page
from tests.drives import PNG
from web.steps import KINDS

PDF = ("scan.pdf", b"%PDF-1.7 signed and sealed")
YARD = "昆明云岭远行汽车销售服务有限公司交车区"
VINS = (
    "LYLAA4183T2100011", "LYLAA4185T2100012", "LYLAA4187T2100013", "LYLAA4189T2100014", "LYLAA4180T2100015",
    "LYLAA4182T2100016", "LYLAA4184T2100017", "LYLAA4186T2100018", "LYLAA4188T2100019", "LYLAA4184T2100020",
)  # fmt: skip
POLICE = {
    "name": "某市公安局", "customer_class": "police_justice", "uscc": "11530100015112347K", "contact": "杨帆",
    "phone": "13888880021", "title": "2026 年执法执勤用车采购项目",
}  # fmt: skip
BUYER = {
    "name": "某市公安局", "uscc": "11530100015112347K", "legal_representative": "杨志远", "agent": "杨帆",
    "address": "云南省某市人民路 1 号", "agent_phone": "13888880021", "authorisation": PDF,
    "authorisation_number": "公装财授〔2026〕31号", "authorised_on": "2026-11-03", "seller_agent": "陈静",
}  # fmt: skip
DELIVERY = {
    "plan": [
        {"batch": 1, "line": 1, "quantity": 6, "due_on": "2026-11-30", "place": YARD},
        {"batch": 2, "line": 1, "quantity": 4, "due_on": "2026-12-10", "place": YARD},
    ],
    "contact": "杨帆",
    "receivers": [{"name": "杨帆", "phone": "13888880021"}],
}
PAYMENT = {
    "payments": [
        {"event": "acceptance", "days": 10, "batch": 1, "amount": "790800"},
        {"event": "acceptance", "days": 10, "batch": 2, "amount": "527200"},
    ],
    "performance_bond": "65900",
    "damages": 5,
    "damages_cap_percent": 5,
}
PROCUREMENT = {
    "project": "某市公安局 2026 年执法执勤用车采购项目", "procurement_number": "MSZC2026-G1-00218",
    "way": "open_tender", "award_day": "2026-11-02",
}  # fmt: skip
LICENCE = {
    "consent": True, "number": "530102199003078237", "classes": "C1", "since": "2015-04-02", "until": "2031-04-02",
}  # fmt: skip


@dataclass
class Case:
    """The case as it is told: who sits at which desk on which day."""

    shop: Shop
    desk: Callable[[str], Desk]
    desks: dict[tuple[str, str], Desk] = field(default_factory=dict)

    def at(self, who: str, when: str) -> Desk:
        """Somebody's browser at a moment; they sign in once a day."""
        known = self.desks.get((who, when[:10]))
        (known or next(iter(self.desks.values()), None) or self.desk(who)).turn_clock(when)
        return self.desks.setdefault((who, when[:10]), known or self.desk(who))

    def url(self, record: type[Any], number: int, action: str) -> str:
        """The address of a step."""
        address = next(kind.address for kind in KINDS.values() if kind.record is record)
        return f"/{address}/{number}/{action}"

    def done(
        self, who: str, when: str, record: type[Any], number: int, action: str, facts: Mapping[str, Any] | None = None
    ) -> None:
        """A step that nothing stands in the way of, as a program takes it."""
        answer = self.at(who, when).ask(self.url(record, number, action), facts)
        assert answer.status == 200, (action, answer.html)

    def refused(
        self, who: str, when: str, record: type[Any], number: int, action: str, **facts: Any
    ) -> tuple[str, ...]:
        """The codes with which a step is refused."""
        answer = self.at(who, when).ask(self.url(record, number, action), facts or None)
        assert answer.status == 409, answer.html
        return answer.codes

    def sent(self, who: str, when: str, record: type[Any], number: int, action: str, fields: Mapping[str, Any]) -> Page:
        """A form with files, as a browser sends it."""
        page = self.at(who, when).submit(self.url(record, number, action), fields)
        assert page.status == 200, (action, page.text)
        return page

    def keys(self) -> dict[str, str]:
        """Ids by the names people use."""
        with self.shop.looking() as db:
            told = {model.code: str(model.id) for model in db.scalars(select(Model))}
            told["car"] = str(db.scalars(select(DemoCar.id).join(Model).where(Model.code == "X5")).one())
            told["R1"] = str(db.scalars(select(Route.id).where(Route.code == "R1")).one())
        return told | {"李娜": str(self.shop.person("李娜").id)}

    def deal(self) -> Deal:
        with self.shop.looking() as db:
            return db.scalars(select(Deal)).one()

    def contract(self) -> Contract:
        with self.shop.looking() as db:
            return db.scalars(select(Contract)).one()

    def batches(self) -> list[Batch]:
        with self.shop.looking() as db:
            return list(db.scalars(select(Batch).order_by(Batch.position)))

    def open(self, kind: str) -> list[Deadline]:
        """What of a kind is still to be done."""
        with self.shop.looking() as db:
            return list(db.scalars(select(Deadline).where(Deadline.kind == kind, Deadline.done_at.is_(None))))

    def due(self, kind: str) -> list[tuple[str, date]]:
        """When things of a kind are due: the clock time, and the last day."""
        told = [row.due_at.astimezone(SHOP_ZONE) for row in self.open(kind)]
        return [(f"{each:%m-%d %H:%M}", self.shop.database.calendar.last_day(each)) for each in told]


def test_story_1_government_two_batches(shop: Shop, desk: Callable[[str], Desk]) -> None:
    case = Case(shop, desk)
    keys = case.keys()
    _the_bid_is_priced(case, keys)
    _the_award_becomes_a_contract(case)
    _the_model_is_driven(case, keys)
    _the_contract_takes_effect(case)
    the_cars_arrive(case, keys)
    _a_batch_is_handed_over(case, 0, "2026-11-28")
    _the_first_calls_are_due(case)
    assert case.refused("陈静", "2026-11-29 09:00", Deal, 1, "close")[0] == "E-UNDELIVERED"
    _a_batch_is_handed_over(case, 1, "2026-12-09")
    _the_sums_are_right(case)
    _calls_and_money_close_the_deal(case)


def _the_bid_is_priced(case: Case, keys: dict[str, str]) -> None:
    """10-12: 131,800 is below the specialist's floor and exactly the key-account manager's."""
    assert case.at("李娜", "2026-10-12 09:00").submit("/deals/new", POLICE).url == "/deals/1"
    need = {
        "use": "official", "purchase_mode": "open_tender", "budget": "1400000", "decision_maker": "装备财务处",
        "lines": [{"model": keys["X5"], "colour": "珠光白", "quantity": 10}],
    }  # fmt: skip
    case.done("李娜", "2026-10-12 09:10", Deal, 1, "fill_need", need)
    case.done("李娜", "2026-10-12 09:20", Deal, 1, "start_quotation")
    car = {"model": keys["X5"], "colour": "珠光白", "quantity": 10, "unit_price": "131800"}
    drafted = case.at("李娜", "2026-10-12 09:30").ask("/deals/1/quotations/new", {"lines": [car]})
    assert drafted.status == 200, drafted.html
    case.done("李娜", "2026-10-12 10:00", Quotation, 1, "submit", {"reason": "公开招标，按大客户底价投标"})
    assert case.refused("李娜", "2026-10-12 11:00", PriceException, 1, "approve") == ("E-NOT-YOURS",)
    case.done("陈静", "2026-10-13 09:00", PriceException, 1, "approve", {"comment": "同意"})
    sending = {"valid_until": "2027-01-18", "tender_valid_until": "2027-01-18", "binding": True}
    case.done("李娜", "2026-10-19 09:00", Quotation, 1, "send", sending)


def _the_award_becomes_a_contract(case: Case) -> None:
    """11-02 award; reviewed by three from the 3rd to the 5th, because the total is above the threshold."""
    case.sent("李娜", "2026-11-02 10:00", Quotation, 1, "accept", {"evidence": "中标通知书", "file": PDF})
    assert case.refused("李娜", "2026-11-02 14:00", Deal, 1, "submit_review") == ("E-CONTRACT-NONE",)
    assert case.at("李娜", "2026-11-02 15:00").submit("/deals/1/contract").status == 200
    case.sent("李娜", "2026-11-03 08:30", Contract, 1, "edit_buyer", BUYER)
    case.done("李娜", "2026-11-03 08:40", Contract, 1, "edit_delivery", DELIVERY)
    case.done("李娜", "2026-11-03 08:50", Contract, 1, "edit_payment", PAYMENT)
    case.done("李娜", "2026-11-03 09:00", Contract, 1, "edit_procurement", PROCUREMENT)
    case.done("李娜", "2026-11-03 09:30", Deal, 1, "submit_review")
    case.done("陈静", "2026-11-03 10:00", Contract, 1, "pass_risk", {})
    case.done("高洁", "2026-11-04 10:00", Contract, 1, "pass_finance", {})
    assert case.deal().state is DealState.CONTRACT_REVIEW
    case.done("周建国", "2026-11-05 10:00", Contract, 1, "pass_house", {})
    assert (case.deal().state, case.contract().total) == (DealState.TEST_DRIVE, 1_318_000_00)


def _the_model_is_driven(case: Case, keys: dict[str, str]) -> None:
    """11-06: 杨帆 drives the X5 with 李娜 beside."""
    booking = {
        "name": "杨帆", "phone": "13888880021", "occupation": "公务员", "address": "云南省昆明市官渡区1号",
        "car": keys["car"], "route": keys["R1"], "companion": keys["李娜"], "starts_at": "2026-11-06T10:00",
        "deal": str(case.deal().id), "customer_link": "采购经办人",
    }  # fmt: skip
    answer = case.at("李娜", "2026-11-05 16:00").ask("/drives/new", booking)
    assert answer.status == 200, answer.html
    case.done("李娜", "2026-11-05 16:10", TestDrive, 1, "enter_licence", LICENCE)
    signatures = {"driver_signature": ("d.png", PNG), "consultant_signature": ("c.png", PNG)}
    case.sent("李娜", "2026-11-06 09:50", TestDrive, 1, "sign", signatures)
    seen = {"form": "original", "name": "杨帆", "sober": True}
    case.done("李娜", "2026-11-06 09:55", TestDrive, 1, "verify", seen)
    case.done("孙强", "2026-11-06 09:58", TestDrive, 1, "check_out", {"odometer": 3_010, "fuel": 80})
    case.done("李娜", "2026-11-06 10:00", TestDrive, 1, "start")
    case.done("李娜", "2026-11-06 10:30", TestDrive, 1, "complete", {"odometer": 3_022, "satisfaction": "satisfied"})


def _the_contract_takes_effect(case: Case) -> None:
    """Issued on 11-09, in effect on 11-12, within 30 days of the award; reminders on the 16th and the 23rd."""
    assert case.refused("吴倩", "2026-11-09 08:50", Contract, 1, "issue") == ("E-TRIAL-WAITS",)
    work(case.shop, "2026-11-09 08:55")
    case.done("吴倩", "2026-11-09 09:00", Contract, 1, "issue")
    work(case.shop, "2026-11-09 09:05")
    assert case.contract().code == "YLYX-DKH-2026-0001"
    signed = {
        "seller_signer": "陈静", "seller_signed_on": "2026-11-11", "buyer_signer": "杨帆",
        "buyer_signed_on": "2026-11-12", "scan": PDF, "same_text": "1",
    }  # fmt: skip
    case.sent("吴倩", "2026-11-12 10:00", Contract, 1, "record_signatures", signed)
    case.done("陈静", "2026-11-12 11:00", Contract, 1, "confirm_effective")
    assert case.contract().state is ContractState.EFFECTIVE
    assert [(batch.quantity, batch.due_on) for batch in case.batches()] == [
        (6, date(2026, 11, 30)),
        (4, date(2026, 12, 10)),
    ]
    reminders = [each for kind in ("ask_whether_published", "ask_whether_filed") for _, each in case.due(kind)]
    assert reminders == [date(2026, 11, 16), date(2026, 11, 23)]
    case.done("李娜", "2026-11-12 15:00", Deal, 1, "begin_delivery")


def the_cars_arrive(case: Case, keys: dict[str, str]) -> None:
    """Ten cars in the yard, their certificates on hand; a VIN with a wrong check digit does not come in."""
    for vin in VINS:
        facts = NewUnit.model_validate({"model": keys["X5"], "vin": vin, "colour": "珠光白"})
        with case.shop.acting("孙强", at("2026-11-20 09:00"), facts) as ask:
            workflow.begin(vehicles.new_unit(ask), "arrive", ask)


def _a_batch_is_handed_over(case: Case, place: int, day: str) -> None:
    """Allocated, inspected, invoiced, released; then car by car, the first drive-off at 15:20."""
    batch = case.batches()[place]
    first, last = (1, 6) if place == 0 else (7, 10)
    for number in range(first, last + 1):
        case.done("孙强", f"{day} 08:00", Unit, number, "allocate", {"batch": str(batch.id)})
        made_ready(case, number, day)
    case.done("孙强", f"{day} 10:00", Batch, batch.number, "release")
    for number in range(first, last + 1):
        handed_over(case, number, day)
    assert case.batches()[place].state is BatchState.ACCEPTED


def made_ready(case: Case, number: int, day: str) -> None:
    """A car that belongs to the batch is inspected and invoiced."""
    items = [{"item": item.code, "result": "pass"} for group in items_for(Energy.PETROL).values() for item in group]
    case.done("郑凯", f"{day} 08:10", Unit, number, "start_pdi")
    case.done("郑凯", f"{day} 08:30", Unit, number, "pdi_pass", {"odometer": 12, "items": items})
    invoice = {
        "number": f"2653000000{number:010}", "issued_on": day, "buyer": "某市公安局", "price": "131800",
    }  # fmt: skip
    case.done("高洁", f"{day} 09:00", Unit, number, "issue_invoice", invoice)


def handed_over(case: Case, number: int, day: str) -> None:
    """杨帆 signs for a car and drives off."""
    form = {
        "receiver": "杨帆", "receiver_phone": "13888880021", "driven_off_at": f"{day}T15:20", "odometer": "12",
        "keys": "2", "signature": ("s.png", PNG), "consultant_signature": ("c.png", PNG),
        "service_advisor": "冯涛", "service_signature": ("v.png", PNG),
    }  # fmt: skip
    points = {
        f"points-{at_}-{name}": value
        for at_, point in enumerate(POINTS)
        for name, value in (("point", point), ("tick", "yes"))
    }
    case.sent("李娜", f"{day} 15:20", Unit, number, "deliver", form | points)


def _the_first_calls_are_due(case: Case) -> None:
    """One thank-you call an hour after the drive-off, callbacks until the end of the third day."""
    assert case.due("thank_you_call") == [("11-28 16:20", date(2026, 11, 28))]
    assert [last for _, last in case.due("callback")] == [date(2026, 12, 1)]


def _the_sums_are_right(case: Case) -> None:
    """Ten invoices of 131,800 each: the tax is computed per car and then summed."""
    with case.shop.looking() as db:
        cars = list(db.scalars(select(Unit)))
        assert {car.state for car in cars} == {UnitState.DELIVERED}
        drawn = db.scalars(select(Contract)).one()
        assert invoice_sums(db, drawn) == (10, 1_318_000_00, 1_166_371_70, 151_628_30)
        assert verify(db) == []


def _calls_and_money_close_the_deal(case: Case) -> None:
    """The deal closes only after callbacks and payment; then the contract is performed and a revisit is planned."""
    assert case.refused("陈静", "2026-12-10 09:00", Deal, 1, "close") == ("E-UNPAID", "E-NO-CALLBACK")
    for who, kind, action, when, facts in (
        ("李娜", "thank_you_call", "note_call", "2026-12-10 09:30", {"said": "一切顺利"}),
        ("林芳", "callback", "call_back", "2026-12-11 10:00", {"grade": "satisfied"}),
    ):
        for row in case.open(kind):
            with case.shop.looking() as db:
                call = db.get_one(CareCall, row.subject_id).number
            case.done(who, when, CareCall, call, action, facts)
    assert case.refused("陈静", "2026-12-12 09:00", Deal, 1, "close") == ("E-UNPAID",)
    money = {"kind": "instalment", "amount": "1318000", "received_on": "2026-12-15", "payer": "某市公安局"}
    assert case.at("高洁", "2026-12-15 10:00").ask("/contracts/1/money", money).status == 200
    case.done("陈静", "2026-12-16 09:00", Deal, 1, "close")
    assert (case.deal().state, case.contract().state) == (DealState.CLOSED, ContractState.PERFORMED)
    assert len(case.due("revisit")) == 1
