"""Scenes of the demo about offers in depth: a second version, a tender's calendar, a third party that pays."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from dealer import people
from dealer.contracts.contract_forms import BuyerFacts, OrderDelivery, PlanRow, ReceiverRow
from dealer.deals import margins
from dealer.deals.deals import NewDeal
from dealer.deals.margins import NewCost
from dealer.deals.parties import Parties, PartyRow
from dealer.deals.tenders import TenderDates
from dealer.demo.demo_contracts import POLICE, drawn_up, passed
from dealer.demo.demo_deals import LOGISTICS, RENTAL, C, accept, customer, quoting, send
from dealer.demo.demo_stage import SCAN, Stage
from dealer.engine.steps import Ask
from dealer.engine.words import SHOP_ZONE
from dealer.frameworks import frameworks
from dealer.frameworks.call_offs import CallOff
from dealer.frameworks.framework_filing import SignedAgreement
from dealer.frameworks.frameworks import AgreedModel, FrameworkFacts
from dealer.quotations import offer_templates, quotation
from dealer.quotations.offer_templates import TemplateFacts
from dealer.quotations.offers import Extra, Lines, QuotedCar
from dealer.records.contracts import Contract
from dealer.records.costs import CostKind
from dealer.records.customers import Customer
from dealer.records.deals import Deal, PurchaseMode
from dealer.records.frameworks import Framework
from dealer.records.quotations import ExtraKind, Quotation

POWER = customer(
    "云南西电工程建设有限公司", C.STATE_GROUP, "91530100MA6PQR8K7F", "马丽", "13987650088", "线路巡检车采购"
)


def a_customer_asked_for_another_version(stage: Stage) -> None:
    """Sent and answered with other wishes: the second version is being written."""
    number = quoting(stage, POWER, "X5", 6, 138_000, days_ago=6, mode=PurchaseMode.DIRECT)
    stage.take("李娜", 6, "14:00", Quotation, number, "submit")
    send(stage, number, "李娜", 5)
    stage.take("李娜", 2, "16:00", Quotation, number, "revise")
    with stage.acting("李娜", 2, "16:10") as ask:
        first = people.by_number(ask.db, Quotation, ask.actor, number)
        draft = max(each.number for each in quotation.of_series(first))  # type: ignore[arg-type]
    stage.take("李娜", 2, "16:20", Quotation, draft, "edit", _second_version(stage))


def _second_version(stage: Stage) -> Lines:
    petrol = QuotedCar(
        model=stage.models["X5"], colour="珠光白", quantity=5, unit_price=137_500_00, section="线路巡检",
        note="含车顶行李架预留安装点。",
    )  # fmt: skip
    electric = QuotedCar(
        model=stage.models["E3"], colour="冰川蓝", quantity=2, unit_price=168_000_00, optional=True,
        section="市区值班", note="客户年底前确认充电条件后选定。",
    )  # fmt: skip
    rack = Extra(line=1, kind=ExtraKind.PAID, name="车顶行李架", amount=6_000_00, list_amount=6_000_00)
    return Lines(lines=(petrol, electric), extras=(rack,), remark="第二版按客户 11 月来函调整车型与数量。")


def a_tender_has_its_calendar(stage: Stage) -> None:
    """The logistics group invited bids: they are due in a few working days."""
    days = TenderDates(
        issued_on=stage.day(12), questions_until=stage.day(1), budget=1_650_000_00, bond=30_000_00,
        bond_due=stage.day(-2), bids_until=datetime.combine(stage.day(-4), time(9, 30), SHOP_ZONE),
        opens_at=datetime.combine(stage.day(-4), time(10, 0), SHOP_ZONE), valid_until=stage.day(-94),
    )  # fmt: skip
    stage.take("李娜", 3, "15:00", Deal, _deal_of(stage, LOGISTICS), "keep_tender", days)


def somebody_else_pays(stage: Stage) -> None:
    """The rental company buys, its leasing partner pays and is invoiced."""
    partner = PartyRow(name="云岭融资租赁有限公司", invoiced=True, payer=True)
    stage.take("李娜", 4, "15:00", Deal, _deal_of(stage, RENTAL), "name_parties", Parties(parties=(partner,)))


def a_deal_shows_what_it_costs(stage: Stage) -> None:
    """The police's cars: agency fee and freight are booked, the manufacturer has confirmed its allowance."""
    amounts = (
        ("高洁", NewCost(kind=CostKind.AGENCY, amount=9_800_00, note="招标代理服务费发票")),
        ("高洁", NewCost(kind=CostKind.FREIGHT, amount=12_000_00, note="两批板车运费")),
        ("陈静", NewCost(kind=CostKind.ALLOWANCE, amount=30_000_00, note="厂家确认函 DKH-2026-118")),
    )
    number = _deal_of(stage, POLICE)
    for who, told in amounts:
        with stage.acting(who, 6, "10:00", told) as ask:
            margins.record(people.by_number(ask.db, Deal, ask.actor, number), ask)  # type: ignore[arg-type]


def a_rental_company_has_an_agreement(stage: Stage) -> None:
    """Prices agreed for a year, six cars ordered under them; a second agreement waits for the general manager."""
    in_force = _agreed(stage, "年度新能源租赁车队", stage.day(40), 60)
    stage.take("陈静", 38, "10:00", Framework, in_force, "submit")
    stage.print_waiting()
    stage.take("周建国", 37, "10:00", Framework, in_force, "approve")
    stage.print_waiting()
    stage.take("吴倩", 36, "15:00", Framework, in_force, "file_paper", _signed(stage))
    _ordered(stage, in_force)
    waiting = _agreed(stage, "旅游旺季增补车辆", stage.day(-10), None)
    stage.take("陈静", 1, "16:00", Framework, waiting, "submit")
    stage.print_waiting()
    stage.take("李娜", 1, "17:00", Deal, _deal_of(stage, RENTAL), "call_off", CallOff(framework=in_force))


def _agreed(stage: Stage, title: str, first: date, ceiling: int | None) -> int:
    facts = FrameworkFacts(
        title=title, from_day=first, until_day=first + timedelta(days=364), ceiling=ceiling,
        prices=(AgreedModel(model=stage.models["E3"], net_price=160_500_00),),
    )  # fmt: skip

    def blank(ask: Ask) -> Framework:
        known = select(Customer).where(Customer.name == RENTAL.name)
        return frameworks.blank(ask, ask.db.scalars(known).one())

    return stage.begin("陈静", 39, "09:00", "draft", blank, facts)


def _ordered(stage: Stage, agreement: int) -> None:
    """Quoted at the agreed price without asking anybody, drawn up as an order, passed and issued."""
    asked = RENTAL.model_copy(update={"title": "机场门店首批车辆"})
    number = quoting(stage, asked, "E3", 6, 160_500, days_ago=34, mode=PurchaseMode.DIRECT, apart=True)
    with stage.acting("李娜", 34, "13:00") as ask:
        deal = people.by_number(ask.db, Quotation, ask.actor, number).deal.number  # type: ignore[union-attr]
    stage.take("李娜", 34, "13:10", Deal, deal, "call_off", CallOff(framework=agreement))
    stage.take("李娜", 34, "14:00", Quotation, number, "submit")
    send(stage, number, "李娜", 33)
    accept(stage, number, "李娜", 32)
    drawn = drawn_up(stage, number, 31)
    buyer = BuyerFacts(
        name=RENTAL.name, uscc=RENTAL.uscc, legal_representative="陆明", address="昆明市官渡区长水路 8 号",
        phone=RENTAL.phone, seller_agent="陈静", seller_authorisation="YLYX-SQ-2026-018",
    )  # fmt: skip
    stage.take("李娜", 31, "10:30", Contract, drawn, "edit_buyer", buyer)
    receivers = (ReceiverRow(name=RENTAL.contact, phone=RENTAL.phone),)
    row = PlanRow(line=1, quantity=6, due_on=stage.day(-14), place="昆明长水机场租赁门店", sent_by_seller=True)
    stage.take("李娜", 31, "11:00", Contract, drawn, "edit_delivery", OrderDelivery(plan=(row,), receivers=receivers))
    stage.take("李娜", 31, "16:30", Deal, deal, "submit_review")
    passed(stage, drawn, 30)
    stage.print_waiting()
    stage.take("吴倩", 29, "09:00", Contract, drawn, "issue")
    stage.print_waiting()


def _signed(stage: Stage) -> SignedAgreement:
    return SignedAgreement(
        seller_signer="周建国", seller_signed_on=stage.day(37), buyer_signer="陆明", buyer_signed_on=stage.day(36),
        scan=SCAN, same_text=True,
    )  # fmt: skip


def a_template_is_kept_for_companies(stage: Stage) -> None:
    """What companies of the state and of the province are usually offered."""
    for kind in (C.STATE_GROUP, C.COMPANY):
        car = QuotedCar(
            model=stage.models["X5"], colour="珠光白", quantity=5, unit_price=137_800_00, section="公务用车"
        )
        rack = Extra(line=1, kind=ExtraKind.PAID, name="行车记录仪", amount=4_000_00, list_amount=4_000_00)
        told = TemplateFacts(name="公务车标准配置", customer_class=kind, lines=(car,), extras=(rack,))
        with stage.acting("陈静", 30, "10:00", told) as ask:
            offer_templates.write(ask)


def _deal_of(stage: Stage, asked: NewDeal) -> int:
    with stage.database.reading() as db:
        of_customer = select(Deal.number).join(Customer, Customer.id == Deal.customer_id)
        return db.scalars(of_customer.where(Customer.name == asked.name, Deal.title == asked.title)).one()


OFFER_SCENES = (
    a_customer_asked_for_another_version,
    a_tender_has_its_calendar,
    somebody_else_pays,
    a_deal_shows_what_it_costs,
    a_rental_company_has_an_agreement,
    a_template_is_kept_for_companies,
)
