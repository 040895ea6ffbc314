"""Scenes of the demo with a contract: under review, waiting for signatures, cars ready to hand over."""

from datetime import date, timedelta

from sqlalchemy import select

from dealer import people
from dealer.approvals import approvals
from dealer.approvals.rulings import Approval, Reasons
from dealer.contracts import contract
from dealer.contracts.amendment_forms import AmendedCars, Amendment
from dealer.contracts.clause_forms import ClauseRemark, ClauseWording
from dealer.contracts.contract_forms import (
    BuyerFacts,
    DeliveryFacts,
    PaymentFacts,
    PaymentRow,
    PlanRow,
    ProcurementFacts,
    ReceiverRow,
    ReviewNote,
    Signatures,
)
from dealer.contracts.their_paper import TheirLine, TheirPaper
from dealer.deals.deals import NewDeal
from dealer.deliveries.inspection import PdiAnswer, PdiReport, items_for
from dealer.demo.demo_deals import C, accept, customer, quoting, send
from dealer.demo.demo_stage import SCAN, Stage
from dealer.drives import testdrive
from dealer.drives.testdrive import Waiver, WaiverGround
from dealer.engine.steps import Ask, Facts
from dealer.money.invoices import NewInvoice
from dealer.papers import bundles
from dealer.papers.bundles import WantedBundle
from dealer.records.bundles import Bundle
from dealer.records.contracts import Contract, PaymentEvent
from dealer.records.customers import Customer
from dealer.records.deals import Deal, PurchaseMode
from dealer.records.deliveries import Batch, ItemResult
from dealer.records.quotations import PriceException, Quotation
from dealer.records.vehicles import Energy, Unit
from dealer.stock import vehicles
from dealer.stock.allocation import Allocation
from dealer.stock.reservations import Reservation
from dealer.stock.yard import NewUnit

YARD = "昆明云岭远行汽车销售服务有限公司交车区"
POLICE = customer("某市公安局", C.POLICE, "11530100015112347K", "杨帆", "13888880001", "2026 年执法执勤用车采购项目")
CITY = customer("某市机关事务管理局", C.GOVERNMENT, "11530100015113024E", "丁宁", "13888880088", "公务用车更新采购项目")
BUILDERS = customer(
    "云南南亚建工集团有限公司", C.STATE_GROUP, "91530100MA6K11X20M", "吴凯", "13888880099", "项目部用车"
)
THEIR_PAPER = TheirPaper(
    file=SCAN,
    their_number="机关采合〔2026〕第 88 号",
    lines=(TheirLine(line=1, quantity=5, unit_price=137_500_00),),
    total=5 * 137_500_00,
    delivery="合同生效后三十日内一次交付至采购人指定地点，运费由卖方承担。",
    payment="验收合格并收到发票后十个工作日内付清。",
    damages="逾期每日按逾期价款的万分之五支付违约金，累计不超过百分之五。",
    dispute="采购人所在地有管辖权的人民法院。",
)
X5_VINS = (
    "LYLAA4183T2100011", "LYLAA4185T2100012", "LYLAA4187T2100013", "LYLAA4189T2100014", "LYLAA4180T2100015",
    "LYLAA4182T2100016", "LYLAA4184T2100017", "LYLAA4186T2100018", "LYLAA4188T2100019", "LYLAA4184T2100020",
)  # fmt: skip
RESERVED_VINS = ("LYLAA4186T2100021", "LYLAA4188T2100022")
E3_VINS = ("LYLEV3E38T2300011", "LYLEV3E3XT2300012", "LYLEV3E31T2300013", "LYLEV3E33T2300014")
SOONER = "车辆与约定不符的，甲方应在接到通知后5日内修复；逾期的，乙方可以要求更换同型号、同配置的新车。"


def a_contract_is_under_review(stage: Stage) -> None:
    """The key-account manager has passed it; finance asks something, and the general manager has yet to read it."""
    drawn = contracted(stage, BUILDERS, 8, 137_000, days_ago=12, mode=PurchaseMode.DIRECT, tender=False)
    stage.take("陈静", 1, "10:00", Contract, drawn, "pass_risk", ReviewNote(comment="价格在权限内，付款节点可接受"))
    asked = ClauseRemark(clause="damages_for_delay", text="违约金上限 5% 是否与去年的合同一致？请核对。")
    stage.take("高洁", 1, "11:00", Contract, drawn, "remark", asked)


def a_contract_waits_for_its_number(stage: Stage) -> None:
    """Passed by all; its models have not been driven yet."""
    drawn = contracted(stage, CITY, 5, 137_500, days_ago=16, mode=PurchaseMode.OPEN_TENDER, paper=THEIR_PAPER)
    passed(stage, drawn, 4)
    stage.print_waiting()


def cars_are_ready_to_hand_over(stage: Stage) -> None:
    """Ten cars in two batches: the first batch of six is inspected, invoiced and due; four are still to come."""
    drawn = contracted(stage, POLICE, 10, 131_800, days_ago=34, mode=PurchaseMode.OPEN_TENDER, batches=(6, 4))
    passed(stage, drawn, 20)
    stage.print_waiting()
    waived(stage, drawn, 18)
    stage.take("吴倩", 15, "09:00", Contract, drawn, "issue")
    stage.print_waiting()
    signed(stage, drawn, 12)
    with stage.acting("李娜", 11, "09:00") as ask:
        deal = _contract(ask, drawn).deal.number
    stage.take("李娜", 11, "09:30", Deal, deal, "begin_delivery")
    arrived(stage, "X5", X5_VINS, 25)
    arrived(stage, "E3", E3_VINS, 9)
    first_batch_ready(stage, drawn)
    one_car_fewer(stage, drawn)


def cars_are_reserved_before_the_contract(stage: Stage) -> None:
    """Two that nobody's contract waits for, while the city reads its paper."""
    arrived(stage, "X5", RESERVED_VINS, 6)
    with stage.acting("李娜", 1, "10:00") as ask:
        query = select(Deal).join(Customer, Customer.id == Deal.customer_id).where(Customer.name == CITY.name)
        deal = ask.db.scalars(query).one()
        units = ask.db.scalars(select(Unit.number).where(Unit.vin.in_(RESERVED_VINS)).order_by(Unit.number))
        key, numbers = deal.id, list(units)
    for number in numbers:
        stage.take("李娜", 1, "10:00", Unit, number, "reserve", Reservation(deal=key, until=stage.day(-2)))


def the_contracts_of_a_day_are_printed(stage: Stage) -> None:
    """In one file, handed out the same afternoon."""
    with stage.acting("吴倩", 15, "16:00", WantedBundle()) as ask:
        bundle = bundles.order(ask, contract.issued_on(ask.db, ask.actor, stage.day(15))).id
    stage.print_waiting()
    with stage.acting("吴倩", 15, "16:10") as ask:
        bundles.hand_out(ask, ask.db.get_one(Bundle, bundle))


CONTRACT_SCENES = (
    a_contract_is_under_review, a_contract_waits_for_its_number, cars_are_ready_to_hand_over,
    cars_are_reserved_before_the_contract, the_contracts_of_a_day_are_printed,
)  # fmt: skip


# ── how a contract comes about ────────────────────────────────────────────────────────────────────────────────────


def contracted(
    stage: Stage,
    asked: NewDeal,
    cars: int,
    yuan: int,
    *,
    days_ago: int,
    mode: PurchaseMode,
    batches: tuple[int, ...] = (),
    tender: bool = True,
    paper: TheirPaper | None = None,
) -> int:
    """Quoted, accepted, drawn up, on the customer's own paper if there is one, and submitted; the contract's number."""
    number = quoting(stage, asked, "X5", cars, yuan, days_ago=days_ago, mode=mode)
    offered(stage, number, days_ago, below_floor=yuan < 136_800)
    accept(stage, number, "李娜", days_ago - 5)
    drawn = drawn_up(stage, number, days_ago - 6)
    filled_in(stage, drawn, asked, (cars, yuan), batches or (cars,), days_ago - 6, tender)
    if paper is not None:
        stage.take("李娜", days_ago - 6, "15:00", Contract, drawn, "use_their_paper", paper)
    with stage.acting("李娜", days_ago - 6, "16:00") as ask:
        deal = _contract(ask, drawn).deal.number
    stage.take("李娜", days_ago - 6, "16:30", Deal, deal, "submit_review")
    return drawn


def offered(stage: Stage, number: int, days_ago: int, *, below_floor: bool) -> None:
    """Submitted, its price approved where it needs that, and sent."""
    reasons = Reasons(reason="政府采购批量项目，按大客户底价投标", proof=SCAN) if below_floor else None
    stage.take("李娜", days_ago, "14:00", Quotation, number, "submit", reasons)
    if below_floor:
        with stage.acting("陈静", days_ago, "15:00") as ask:
            waiting = people.by_number(ask.db, Quotation, ask.actor, number)
            exception = approvals.of_quotation(ask.db, waiting)[0].number  # type: ignore[arg-type]
        stage.take("陈静", days_ago, "15:10", PriceException, exception, "approve", Approval(comment="在权限内，同意"))
    send(stage, number, "李娜", days_ago - 1)


def drawn_up(stage: Stage, number: int, days_ago: int) -> int:
    """The draft from the accepted quotation."""

    def draft(ask: Ask) -> Contract:
        offer = people.by_number(ask.db, Quotation, ask.actor, number)
        return contract.draw_up(ask, offer.deal)  # type: ignore[union-attr]

    return stage.begin("李娜", days_ago, "10:00", "draw_up", draft)


def filled_in(
    stage: Stage,
    drawn: int,
    asked: NewDeal,
    price: tuple[int, int],
    batches: tuple[int, ...],
    days_ago: int,
    tender: bool,
) -> None:
    """Parties, plan, payment and, for a tender, its award; who does not tender bargains about words."""
    event, days = (PaymentEvent.ACCEPTANCE, 10) if tender else (PaymentEvent.BEFORE_COLLECTION, 3)
    payments = tuple(
        PaymentRow(event=event, days=days, batch=at, amount=cars * price[1] * 100) for at, cars in enumerate(batches, 1)
    )
    forms: list[tuple[str, Facts]] = [
        ("edit_buyer", _buyer(stage, asked, days_ago)),
        ("edit_delivery", _plan(stage, asked, batches)),
        ("edit_payment", PaymentFacts(payments=payments, damages=5, damages_cap_percent=5)),
    ]
    if tender:
        forms.append(("edit_procurement", _award(stage, asked, days_ago)))
    else:
        forms.append(("change_clause", ClauseWording(clause="repair_or_replace", wording=SOONER)))
    for action, facts in forms:
        stage.take("李娜", days_ago, "11:00", Contract, drawn, action, facts)


def _buyer(stage: Stage, asked: NewDeal, days_ago: int) -> BuyerFacts:
    return BuyerFacts(
        name=asked.name,
        uscc=asked.uscc,
        legal_representative="杨志远",
        address="云南省某市人民路 1 号",
        agent=asked.contact,
        agent_phone=asked.phone,
        authorisation=SCAN,
        authorisation_number="授权〔2026〕31 号",
        authorised_on=stage.day(days_ago + 1),
        seller_agent="陈静",
        seller_authorisation="YLYX-SQ-2026-018",
        bank="某市农商银行营业部",
        bank_account="5300110022003344",
    )


def _plan(stage: Stage, asked: NewDeal, batches: tuple[int, ...]) -> DeliveryFacts:
    plan = tuple(
        PlanRow(batch=at, line=1, quantity=cars, due_on=_due(stage, at), place=YARD)
        for at, cars in enumerate(batches, 1)
    )
    receiver = ReceiverRow(name=asked.contact, phone=asked.phone)
    return DeliveryFacts(plan=plan, contact=asked.contact, receivers=(receiver,))


def _award(stage: Stage, asked: NewDeal, days_ago: int) -> ProcurementFacts:
    return ProcurementFacts(
        project=asked.title,
        procurement_number="MSZC2026-G1-00218",
        way=PurchaseMode.OPEN_TENDER,
        award_day=stage.day(days_ago + 1),
    )


def _due(stage: Stage, batch: int) -> date:
    return stage.day(0) + timedelta(days=7 + 10 * (batch - 1))


def passed(stage: Stage, drawn: int, days_ago: int) -> None:
    """All reviewers pass it: the general manager where the total asks for it."""
    stage.take("陈静", days_ago, "10:00", Contract, drawn, "pass_risk", ReviewNote())
    stage.take("高洁", days_ago, "11:00", Contract, drawn, "pass_finance", ReviewNote())
    with stage.acting("周建国", days_ago, "14:00") as ask:
        needed = _contract(ask, drawn).total >= 1_000_000_00
    if needed:
        stage.take("周建国", days_ago, "14:00", Contract, drawn, "pass_house", ReviewNote())


def waived(stage: Stage, drawn: int, days_ago: int) -> None:
    """The purchaser drove the model at another dealer: the showroom manager lets it be."""
    told = Waiver(
        model=stage.models["X5"], ground=WaiverGround.TENDER, reason="招标文件未要求试驾，样车已由采购方现场查验"
    )
    with stage.acting("刘洋", days_ago, "15:00", told) as ask:
        testdrive.waive(ask, _contract(ask, drawn).deal)


def signed(stage: Stage, drawn: int, days_ago: int) -> None:
    """Both have signed; the clerk records it, the key-account manager confirms."""
    told = Signatures(
        seller_signer="陈静",
        seller_signed_on=stage.day(days_ago + 1),
        buyer_signer="杨帆",
        buyer_signed_on=stage.day(days_ago),
        scan=SCAN,
        same_text=True,
    )
    stage.take("吴倩", days_ago, "15:00", Contract, drawn, "record_signatures", told)
    stage.take("陈静", days_ago, "16:00", Contract, drawn, "confirm_effective")


def one_car_fewer(stage: Stage, drawn: int) -> None:
    """The purchaser gives one car of the second batch back: the amendment waits for its reviewers."""

    def amended(ask: Ask) -> Contract:
        return contract.draw_up_amendment(ask, _contract(ask, drawn))

    amendment = stage.begin("李娜", 1, "10:00", "amend", amended)
    with stage.acting("李娜", 1, "10:05") as ask:
        line = _contract(ask, drawn).lines[0]
        fewer = AmendedCars(
            line=1, model=line.model_id, colour=line.colour, quantity=line.quantity - 1, unit_price=line.unit_price
        )
    told = Amendment(cars=(fewer,), reason="本年度公务用车编制核减一个车位")
    stage.take("李娜", 1, "10:10", Contract, amendment, "edit_changes", told)
    stage.take("李娜", 1, "10:20", Contract, amendment, "submit")
    stage.print_waiting()


# ── how cars come about ───────────────────────────────────────────────────────────────────────────────────────────


def arrived(stage: Stage, model: str, vins: tuple[str, ...], days_ago: int) -> None:
    """Cars in the yard, with their certificates on hand."""
    for place, vin in enumerate(vins, 1):
        told = NewUnit(
            model=stage.models[model],
            vin=vin,
            colour="珠光白",
            engine_number=f"YL{vin[-8:]}",
            certificate_number=f"WAC{vin[-10:]}",
            place=f"A 区 {place:02} 位",
        )
        stage.begin("孙强", days_ago, "09:30", "arrive", vehicles.new_unit, told)


def first_batch_ready(stage: Stage, drawn: int) -> None:
    """Six cars allocated, inspected and invoiced, the batch released."""
    with stage.acting("孙强", 8, "10:00") as ask:
        batch = ask.db.scalars(select(Batch).where(Batch.contract_id == _contract(ask, drawn).id)).first()
        if batch is None:
            raise LookupError("the contract has no delivery batch")
        units = ask.db.scalars(select(Unit).where(Unit.model_id == stage.models["X5"]).order_by(Unit.number).limit(6))
        numbers, key, batch_number = [unit.number for unit in units], batch.id, batch.number
    for at, number in enumerate(numbers, 1):
        stage.take("孙强", 8, "10:10", Unit, number, "allocate", Allocation(batch=key))
        stage.take("郑凯", 4, "09:00", Unit, number, "start_pdi")
        stage.take("郑凯", 4, "11:00", Unit, number, "pdi_pass", clean_report())
        invoice = NewInvoice(number=f"2653000000{at:010}", issued_on=stage.day(3), buyer=POLICE.name, price=131_800_00)
        stage.take("高洁", 3, "14:00", Unit, number, "issue_invoice", invoice)
    stage.take("孙强", 2, "09:00", Batch, batch_number, "release")


def clean_report() -> PdiReport:
    """An inspection at which everything passed."""
    items = [item for group in items_for(Energy.PETROL).values() for item in group]
    return PdiReport(odometer=12, items=tuple(PdiAnswer(item=item.code, result=ItemResult.PASS) for item in items))


def _contract(ask: Ask, drawn: int) -> Contract:
    found: Contract | None = people.by_number(ask.db, Contract, ask.actor, drawn)
    if found is None:
        raise LookupError(f"there is no contract {drawn}")
    return found
