"""The demo as these tests look at it: with the longest names that its fields take, and with papers that were printed,
a sheet that was chosen and a car that was handed over, so that every address leads somewhere.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from dealer import workflow
from dealer.approvals.rulings import Reasons
from dealer.contracts.contract import draw_up_amendment
from dealer.customers.customers import ContactFacts, CustomerFacts, add_contact, register
from dealer.deals.deals import NewDeal
from dealer.deliveries.batch_endings import BatchEnding, EndingGround
from dealer.deliveries.handover import POINTS, HandingOver, TickedPoint
from dealer.demo import demo
from dealer.demo.demo_contracts import POLICE, clean_report, contracted, passed, signed, waived
from dealer.demo.demo_deals import customer, quoting
from dealer.demo.demo_stage import SCAN, Stage
from dealer.drives.licence_photos import LicencePhoto
from dealer.engine.database import Database, new_id, next_number, open_database
from dealer.engine.fields import Uploaded
from dealer.engine.steps import place
from dealer.money.deposit_outcomes import DepositOutcome
from dealer.money.invoices import NewInvoice
from dealer.money.receipts import NewReceipt, enter
from dealer.people import by_number
from dealer.privacy.sales_files import Why, asked_for
from dealer.records.contracts import Contract, ContractState, DepositKind
from dealer.records.customers import Contact, ContactRole, Customer, CustomerClass
from dealer.records.deals import Deal, DealState, PurchaseMode
from dealer.records.deliveries import Batch
from dealer.records.money import ReceiptKind
from dealer.records.people import Person, Policy, PolicyState
from dealer.records.quotations import Quotation, QuotationState
from dealer.records.testdrives import TestDrive
from dealer.records.vehicles import Unit, UnitState
from dealer.stock.allocation import Allocation
from dealer.stock.vehicles import new_unit
from dealer.stock.yard import NewUnit
from dealer.terms.handover import Tick
from tests.cast import cheap_hash
from tests.conftest import KEYS, make_tables
from tests.deliveries import SIGNED
from tests.desk import Clock, Desk
from tests.screens.browser import NOW
from web.app import create_app

# As long as their fields allow: one that breaks anywhere, and one without a single place to break.
LONGEST = 200
LONG_CHINESE = ("云南省昆明市滇中新区临空产业园公务用车集中采购与统一运营管理服务中心筹备办公室" * 6)[:LONGEST]
LONG_LATIN = ("Wolkenbergferngespannfuhrparkbeschaffungsgesellschaft" * 4)[:LONGEST]
LAND_SURVEY = customer(
    "云南国土勘测院", CustomerClass.INSTITUTION, "12530000MB0J45622P", "杨帆", "13987650105", "外业车辆"
)
# Somebody who sells, and whose own name stands on every page they open.
LONG_NAMED = "何涛"


def found(url: str) -> None:
    """Build it in an empty database. The password is one that is quick to check."""
    database = open_database(url, KEYS)
    make_tables(database)
    demo.fill(database, NOW)
    stage = Stage(database, NOW)
    _add_longest_names(stage)
    with database.writing() as db:
        for person in db.scalars(select(Person)):
            person.password_hash = cheap_hash()
    _a_file_has_had_its_years(stage)
    _live_in(stage, Clock(NOW))
    with database.writing() as db:
        db.scalars(select(Person).where(Person.name == LONG_NAMED)).one().name = LONG_CHINESE
    database.engine.dispose()


# ── long names ────────────────────────────────────────────────────────────────────────────────────────────────────


def _add_longest_names(stage: Stage) -> None:
    for name, contact, uscc, phone in (
        (LONG_CHINESE, LONG_LATIN, "91530100MA6LNGNA1T", "13987650101"),
        (LONG_LATIN, LONG_CHINESE, "91530100MA6LNGNA2X", "13987650102"),
    ):
        told = {"customer_class": CustomerClass.COMPANY, "uscc": uscc, "phone": phone}
        asked = NewDeal(name=name, contact=contact[:190], title=contact, **told)
        number = quoting(stage, asked, "X5", 1_000, 110_000, days_ago=1, owner=LONG_NAMED)
        reasons = Reasons(
            reason=contact * 10,
            proof=SCAN,
            project_approval="X" * 40,
            project_file=Uploaded(f"{name}.pdf", SCAN.content),
        )
        stage.take(LONG_NAMED, 0, "09:00", Quotation, number, "submit", reasons)
    _add_a_customer_of_long_lines(stage)


def _add_a_customer_of_long_lines(stage: Stage) -> None:
    facts = CustomerFacts(
        name=LONG_LATIN[::-1],
        customer_class=CustomerClass.BANK,
        uscc="91530100MA6LNGNA31",
        legal_representative=LONG_CHINESE,
        address=LONG_LATIN,
        bank=LONG_LATIN,
    )
    contact = ContactFacts(name=LONG_LATIN, phone="13987650103", post=LONG_LATIN)
    with stage.acting("陈静", 1, "10:00", facts) as ask:
        add_contact(ask.with_facts(contact), register(ask, facts), contact)


# ── what has happened ─────────────────────────────────────────────────────────────────────────────────────────────


def _live_in(stage: Stage, clock: Clock) -> None:
    app = create_app(stage.database, clock=clock)
    desks = {name: Desk(app, clock, name) for name in ("陈静", "李娜", "吴倩", "马超", "高洁", "周建国")}
    contract = _number(stage.database, Contract, Contract.state == ContractState.EFFECTIVE)
    sent = _number(stage.database, Quotation, Quotation.state == QuotationState.ACCEPTED)
    batch, cars = _second_batch_handed_over(stage)
    ended = _a_batch_was_ended(stage)
    drive = _number(stage.database, TestDrive)
    _a_licence_was_photographed(stage, drive)
    blank = desks["陈静"].client.get("/imports/price-list/template").data
    rule = {"value": "4", "from_day": "2026-12-15", "reason": "三台起订的单子多为散客拼单"}
    _do(desks["陈静"], "/policies/fleet_min_qty/propose", rule)
    _do(desks["陈静"], "/imports/price-list", {"file": ("价格表.xlsx", blank)})
    _do(desks["马超"], "/reports/morning/print", {}, "/reports/morning")
    month = {"target": "accounts", "first": str(NOW.date().replace(day=1)), "last": str(NOW.date())}
    _do(desks["高洁"], "/money/ledger", month)
    for number in (contract, ended):
        _do(desks["吴倩"], f"/contracts/{number}/reading-copy", {}, f"/contracts/{number}")
    _do(desks["周建国"], "/workplans/1/approve", {})
    stage.print_waiting()
    for who, page in (
        ("吴倩", f"/contracts/{contract}"),
        ("吴倩", f"/deliveries/{batch}"),
        ("吴倩", "/frameworks/1"),
        ("李娜", f"/quotations/{sent}"),
        ("李娜", f"/stock/{cars[0]}"),
        ("李娜", f"/drives/{drive}"),
    ):
        _print(desks[who], page)


def _a_file_has_had_its_years(stage: Stage) -> None:
    """Two companies bought a car eleven years ago; the general manager asks for the file of one to be destroyed."""
    long_ago = NOW - timedelta(days=11 * 365)
    who = {"store_id": stage.store_id, "owner_id": stage.people["李娜"].id}
    for name, phone, vin in (
        ("普联工程咨询", "13888881101", "LYLAA4183T2100042"),
        ("和顺车队", "13888881102", "LYLAA4185T2100043"),
    ):
        bought = NewUnit(model=stage.models["E3"], vin=vin, colour="珠光白")
        car = stage.begin("孙强", 1, "08:10", "arrive", new_unit, bought)
        with stage.database.writing(stage.store_id) as db:
            buyer = Customer(number=next_number(db, stage.store_id, "customer"), name=name, name_pinyin="",
                             name_initials="", customer_class=CustomerClass.COMPANY, since=long_ago, **who)  # fmt: skip
            db.add(buyer)
            db.flush()
            deal = Deal(id=new_id(), number=next_number(db, stage.store_id, "deal"), customer_id=buyer.id,
                        since=long_ago, begun_at=long_ago, **who)  # fmt: skip
            deal.case_id = deal.id
            place(deal, DealState.CLOSED)
            db.add_all([deal, Contact(store_id=stage.store_id, customer_id=buyer.id, name="普经理", phone=phone,
                                      role=ContactRole.BUYS)])  # fmt: skip
            db.flush()
            unit = db.scalars(select(Unit).where(Unit.number == car)).one()
            unit.delivered_at, unit.case_id = long_ago, deal.id
            place(unit, UnitState.RETURNED)
    with stage.acting("周建国", 0, "10:20", Why(reason="保存期满，客户已注销")) as ask:
        workflow.begin(asked_for(ask, ask.db.scalars(select(Customer).where(Customer.name == name)).one()), "ask", ask)


def _number(database: Database, record: Any, *which: Any) -> int:
    with database.reading() as db:
        return int(db.scalars(select(record.number).where(*which).order_by(record.number)).first())


def _a_licence_was_photographed(stage: Stage, drive: int) -> None:
    """The shop has decided to keep photos of licences, and the driver agreed to theirs."""
    with stage.acting("周建国", 3, "09:00") as ask:
        rule = Policy(store_id=stage.store_id, name="licence_photo", value=True, number=90, from_day=stage.day(2))
        rule.approved_at = rule.since = rule.begun_at = ask.at
        place(rule, PolicyState.APPROVED)
        ask.db.add(rule)
    photo = LicencePhoto(photo_consent=True, photo=SCAN)
    stage.take("李娜", 0, "10:20", TestDrive, drive, "keep_photo", photo)


def _second_batch_handed_over(stage: Stage) -> tuple[int, list[int]]:
    """The cars that wait for the second batch are made ready and driven off today; the first batch stays as it is."""
    with stage.database.reading() as db:
        batch = db.scalars(select(Batch).where(Batch.position == 2)).one()
        of_model = Unit.model_id == stage.models["X5"]
        free = select(Unit.number).where(of_model, Unit.state == UnitState.IN_STOCK).order_by(Unit.number)
        cars = list(db.scalars(free.limit(batch.quantity)))
    for number in cars:
        stage.take("孙强", 1, "10:10", Unit, number, "allocate", Allocation(batch=batch.id))
        stage.take("郑凯", 1, "11:00", Unit, number, "start_pdi")
        stage.take("郑凯", 1, "12:00", Unit, number, "pdi_pass", clean_report())
        told = {"number": f"2653000001{number:010}", "issued_on": stage.day(1), "buyer": POLICE.name}
        stage.take("高洁", 1, "14:00", Unit, number, "issue_invoice", NewInvoice(price=131_800_00, **told))
    stage.take("孙强", 0, "09:00", Batch, batch.number, "release")
    for number in cars:
        stage.take("李娜", 0, "10:15", Unit, number, "deliver", _form(stage))
    return batch.number, cars


def _a_batch_was_ended(stage: Stage) -> int:
    """A surveyor's second batch is no longer wanted: both agree, the general manager ends it, its deposit goes back."""
    drawn = contracted(stage, LAND_SURVEY, 4, 137_000, days_ago=30, mode=PurchaseMode.OPEN_TENDER, batches=(3, 1))
    passed(stage, drawn, 20)
    stage.print_waiting()
    waived(stage, drawn, 18)
    stage.take("吴倩", 15, "09:30", Contract, drawn, "issue")
    stage.print_waiting()
    signed(stage, drawn, 12)
    paid = NewReceipt(
        kind=ReceiptKind.PREPAYMENT, amount=40_000_00, received_on=stage.day(9), payer=LAND_SURVEY.name
    )  # fmt: skip
    with stage.acting("高洁", 8, "10:00", paid) as ask:
        contract = by_number(ask.db, Contract, ask.actor, drawn)
        contract.deposit_kind, contract.deposit = DepositKind.PREPAYMENT, paid.amount  # type: ignore[union-attr]
        enter(contract, ask)  # type: ignore[arg-type]
    back = {"outcome": DepositOutcome.RETURNED, "amount": 10_000_00}
    told = back | {
        "ground": EndingGround.MUTUAL,
        "notice_day": stage.day(1),
        "evidence": SCAN,
        "note": "双方协商减少一台",
    }
    with stage.acting("周建国", 1, "16:00", BatchEnding(batch=2, **told)) as ask:
        parent = by_number(ask.db, Contract, ask.actor, drawn)
        workflow.begin(draw_up_amendment(ask, parent), "end_batch", ask)
    return drawn


def _form(stage: Stage) -> HandingOver:
    return HandingOver(
        receiver="杨帆",
        receiver_phone="13888880001",
        driven_off_at=stage.now - timedelta(minutes=20),
        odometer=12,
        keys=2,
        points=tuple(TickedPoint(point=point, tick=Tick.YES) for point in POINTS),
        signature=SIGNED,
        consultant_signature=SIGNED,
        service_advisor="冯涛",
        service_signature=SIGNED,
        photos=(SIGNED,),
    )


def _do(desk: Desk, url: str, fields: dict[str, Any], form_at: str = "") -> None:
    answer = desk.submit(url, fields, form_at)
    if answer.status != 200:
        raise RuntimeError(f"{desk.name} could not do {url}: {answer.status} {answer.text}")


def _print(desk: Desk, page: str) -> None:
    blank = desk.get(page)
    answer = desk.client.post(f"{page}/print", data={name: blank.hidden(name) for name in ("csrf_token", "form_key")})
    if answer.status_code != 303:
        raise RuntimeError(f"{desk.name} could not print {page}: {answer.status} {desk.get(page).text}")
