"""Scenes of the demo before there is a contract: inquiries, quotations, prices that wait for each tier."""

from dealer import people
from dealer.approvals import approvals
from dealer.approvals.approval_asides import CopyTo
from dealer.approvals.rulings import Reasons
from dealer.deals.deals import Comment, Hold, Loss, NewDeal
from dealer.demo.demo_stage import SCAN, Stage
from dealer.engine.steps import Ask
from dealer.quotations import quotation
from dealer.quotations.offers import Acceptance, Extra, Lines, QuotedCar, Sending
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, LossReason, PurchaseMode, Use
from dealer.records.quotations import ExtraKind, PriceException, Quotation

C = CustomerClass


def customer(name: str, kind: CustomerClass, uscc: str, contact: str, phone: str, title: str) -> NewDeal:
    """A fleet customer and what they ask for."""
    return NewDeal(name=name, customer_class=kind, uscc=uscc, contact=contact, phone=phone, title=title)


SCHOOL = customer("昆明市翠湖中学", C.INSTITUTION, "12530100431201170Y", "何静", "13987650011", "教学用车 4 台")
HOTEL = customer("云南滇池度假酒店有限公司", C.HOTEL_AIRLINE, "91530100MA6P2H3K09", "周敏", "13987650022", "接送商务车")
BANK = customer("云岭农村商业银行股份有限公司", C.BANK, "91530100MA6Q8T5R7J", "沈岚", "13987650033", "网点巡查车")
DRIVING = customer("昆明顺达驾驶培训学校", C.DRIVING_SCHOOL, "52530100MJ0012342W", "罗刚", "13987650044", "教练车")
LOGISTICS = customer(
    "云南华源物流集团有限公司", C.STATE_GROUP, "91530103790277150W", "王敏", "13800132207", "公务车更新"
)
SURVEYORS = customer("云南地勘工程有限公司", C.COMPANY, "915301125718330492", "马骏", "13987650077", "野外作业车 3 台")
RENTAL = customer("滇行租赁公司", C.RENTAL, "91530100MA6KCX9U4R", "段莉", "13987650066", "新能源租赁车队")

MATS = (Extra(line=1, kind=ExtraKind.GIFT, name="全车脚垫", amount=900_00),)


def a_school_asked_yesterday(stage: Stage) -> None:
    """Inquiry: nobody has written down yet what it needs."""
    stage.register("王磊", 1, SCHOOL)


def a_hotel_waits_for_a_quotation(stage: Stage) -> None:
    """Inquiry with a need sheet: the quotation can start."""
    number = stage.register("王磊", 4, HOTEL)
    need = {"use": Use.BUSINESS, "purchase_mode": PurchaseMode.DIRECT, "decision_maker": "行政总监 周敏"}
    stage.need(number, "王磊", 3, "M7", 5, **need)


def a_bank_rests_until_its_budget(stage: Stage) -> None:
    """On hold, with the day on which it goes on."""
    number = stage.register("李娜", 20, BANK)
    stage.take("陈静", 12, "16:00", Deal, number, "hold", Hold(until=stage.day(-14), comment="等待总行年度预算批复"))


def a_driving_school_went_to_a_competitor(stage: Stage) -> None:
    """A loss that waits for the key-account manager's confirmation."""
    number = stage.register("李娜", 15, DRIVING)
    told = {"competitor_brand": "大众", "competitor_model": "捷达 VA3", "remark": "单价低 4,000 元"}
    stage.take("李娜", 1, "15:20", Deal, number, "ask_to_lose", Loss(reason=LossReason.COMPETITOR, **told))


def a_price_waits_for_the_key_account_manager(stage: Stage) -> None:
    """Quotation below the specialist's floor, within the key-account manager's authority."""
    number = quoting(stage, LOGISTICS, "X5", 12, 132_500, days_ago=3, mode=PurchaseMode.INVITED_TENDER)
    told = "竞品报价 13.2 万元，客户承诺明年一季度再订 20 台，本批须在年底前上牌。"
    stage.take("李娜", 0, "09:12", Quotation, number, "submit", Reasons(reason=told, proof=SCAN))
    with stage.acting("李娜", 0, "09:14") as ask:
        waiting = people.by_number(ask.db, Quotation, ask.actor, number)
        exception = approvals.of_quotation(ask.db, waiting)[0].number  # type: ignore[arg-type]
    knows = CopyTo(colleague=stage.people["林芳"].id, comment="交付排期请提前准备")
    stage.take("李娜", 0, "09:15", PriceException, exception, "copy", knows)


def a_price_waits_for_the_general_manager(stage: Stage) -> None:
    """Thirty electric cars below the key-account manager's floor: the general manager decides."""
    number = quoting(stage, RENTAL, "E3", 30, 158_900, days_ago=5, mode=PurchaseMode.NEGOTIATION)
    told = "客户三年内计划采购 100 台，首批价格决定后续份额。"
    stage.take("李娜", 1, "16:40", Quotation, number, "submit", Reasons(reason=told, proof=SCAN))


def a_quotation_is_with_the_customer(stage: Stage) -> None:
    """Sent, with a gift that the price still carries; the answer is due."""
    number = quoting(
        stage, SURVEYORS, "X5", 3, 138_800, days_ago=9, owner="王磊", mode=PurchaseMode.DIRECT, extras=MATS
    )
    stage.take("王磊", 8, "11:00", Quotation, number, "submit")
    send(stage, number, "王磊", 8)


def quoting(
    stage: Stage,
    asked: NewDeal,
    model: str,
    cars: int,
    yuan: int,
    *,
    days_ago: int,
    owner: str = "李娜",
    mode: PurchaseMode = PurchaseMode.OPEN_TENDER,
    extras: tuple[Extra, ...] = (),
    apart: bool = False,
) -> int:
    """A deal with its need sheet and the draft of a quotation; the quotation's number. `apart`: a known customer's."""
    deal = stage.register(owner, days_ago, asked)
    if apart:
        stage.take("陈静", days_ago, "10:00", Deal, deal, "settle_clash", Comment(comment="另一门店的采购"))
    need = {"use": Use.RENTAL if asked.customer_class is C.RENTAL else Use.OFFICIAL, "purchase_mode": mode}
    known = {"decision_maker": f"{asked.contact}、分管领导", "budget": cars * (yuan + 3_000) * 100}
    stage.need(deal, owner, days_ago, model, cars, **need, **known)
    stage.take(owner, days_ago, "10:30", Deal, deal, "start_quotation")
    car = QuotedCar(model=stage.models[model], colour="珠光白", quantity=cars, unit_price=yuan * 100)

    def blank(ask: Ask) -> Quotation:
        return quotation.blank(people.by_number(ask.db, Deal, ask.actor, deal))  # type: ignore[arg-type]

    return stage.begin(owner, days_ago, "11:00", "draft", blank, Lines(lines=(car,), extras=extras))


def send(stage: Stage, number: int, owner: str, days_ago: int) -> None:
    """The quotation goes out, binding for two weeks."""
    terms = Sending(valid_until=stage.day(days_ago - 14), binding=True)
    stage.take(owner, days_ago, "11:30", Quotation, number, "send", terms)


def accept(stage: Stage, number: int, owner: str, days_ago: int) -> None:
    """The customer says yes in writing."""
    yes = Acceptance(evidence="客户盖章确认的报价单", file=SCAN)
    stage.take(owner, days_ago, "15:00", Quotation, number, "accept", yes)


DEAL_SCENES = (
    a_school_asked_yesterday,
    a_hotel_waits_for_a_quotation,
    a_bank_rests_until_its_budget,
    a_driving_school_went_to_a_competitor,
    a_price_waits_for_the_key_account_manager,
    a_price_waits_for_the_general_manager,
    a_quotation_is_with_the_customer,
)
