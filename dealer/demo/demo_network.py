"""Scenes of the demo at the sub-dealers: one sells for us, one is planned in a neighbouring area, some need support."""

from datetime import timedelta

from sqlalchemy import select

from dealer.deals.deals import NewDeal
from dealer.demo.demo_stage import SCAN, Stage
from dealer.engine.steps import Ask, place
from dealer.network import months, statements, sub_dealers, support
from dealer.network.agreements import AgreedTerm, AgreementFacts
from dealer.network.statements import Drawing
from dealer.network.sub_dealers import NewSubDealer
from dealer.network.support import Helped, Wanting
from dealer.prospects import outings
from dealer.prospects.outings import Planning, Report
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal, PurchaseMode
from dealer.records.network import Statement, SubDealer, SupportKind, SupportRequest
from dealer.records.outings import Outing, OutingKind
from dealer.records.people import Posting, Role
from dealer.records.vehicles import Unit, UnitState
from dealer.stock import vehicles
from dealer.stock.yard import NewUnit

YILIANG = "91530125MA6N2T4K1P"  # a customer of the demo already


def sub_dealers_of_the_shop(stage: Stage) -> None:
    """One under an agreement, with a territory that the planned one would share."""
    facts = NewSubDealer(
        name="宜良滇行汽贸", uscc=YILIANG, contact="普文斌", phone="13888880071", territory="宜良县、石林县"
    )
    yiliang = stage.begin("何涛", 5, "10:00", "plan", sub_dealers.as_planned, facts)
    stage.take("何涛", 5, "10:30", SubDealer, yiliang, "record_agreement", _agreement(stage))
    stage.take("周建国", 5, "15:00", SubDealer, yiliang, "confirm_agreement")
    stage.take("何涛", 5, "15:30", SubDealer, yiliang, "activate")
    facts = NewSubDealer(
        name="石林彩云车行",
        uscc="91530126MA6N5P2Q87",
        contact="毕晓云",
        phone="13888880072",
        territory="石林县",
    )
    stage.begin("李娜", 2, "16:00", "plan", sub_dealers.as_planned, facts)


def _agreement(stage: Stage) -> AgreementFacts:
    terms = (("X5", 137_300_00, 1_500_00), ("E3", 167_300_00, 1_800_00))
    return AgreementFacts(
        code="EW-2026-003", from_day=stage.day(60), until_day=stage.day(-300), capacity=6,
        terms=tuple(AgreedTerm(model=stage.models[model], floor=floor, pay=pay) for model, floor, pay in terms),
        scan=SCAN,
    )  # fmt: skip


def what_they_need(stage: Stage) -> None:
    """A visit with its result; one request done, one open."""
    with stage.acting("何涛", 4, "09:00") as ask:
        shop = ask.db.scalars(select(Customer).where(Customer.uscc == YILIANG)).one().id
        sub_dealer = ask.db.scalars(select(SubDealer).where(SubDealer.customer_id == shop)).one()
    at = stage.database.calendar.at(stage.day(4), "10:00")
    visit = Planning(kind=OutingKind.SUB_DEALER, customer=shop, at=at, aim="检查展车与库存，商定月度销能")
    number = stage.begin("何涛", 4, "09:00", "plan", outings.planned, visit)
    told = Report(met="普文斌", result="展厅整改完成，月度销能 6 台", next_step="下月培训新车型",
                  next_at=stage.now + timedelta(days=10))  # fmt: skip
    stage.take("何涛", 4, "16:00", Outing, number, "report", told)
    for days, kind, what in (
        (3, SupportKind.DISPLAY_CAR, "X5 珠光白展车一台"),
        (1, SupportKind.TRAINING, "E3 产品培训半天"),
    ):
        wanted = Wanting(kind=kind, what=what, due_on=stage.day(-5))
        asked = stage.begin("何涛", days, "11:00", "ask", lambda ask: support.as_asked(ask, sub_dealer), wanted)
        if kind is SupportKind.DISPLAY_CAR:
            done = Helped(result="展车已送达")
            stage.take("何涛", 1, "17:00", SupportRequest, asked, "finish", done)


def a_deal_of_theirs(stage: Stage) -> None:
    """Their seller signs in with us and brings a customer; her first price lies below what is agreed."""
    with stage.acting("许明", 5, "16:00") as ask:
        posted = ask.db.scalars(select(Posting).where(Posting.role == Role.SUB_DEALER)).one()
        posted.sub_dealer_id = ask.db.scalars(select(SubDealer.id).where(SubDealer.number == 1)).one()
    told = NewDeal(name="宜良县供销社", customer_class=CustomerClass.STATE_GROUP, uscc="91530129MA6P7T4R24",
                   contact="张茂", phone="13888880073", title="业务用车 3 台")  # fmt: skip
    number = stage.register("普艳", 3, told)
    stage.need(number, "普艳", 3, "X5", 3, purchase_mode=PurchaseMode.DIRECT)


def what_they_are_paid(stage: Stage) -> None:
    """Two cars that left before the demo begins: their month is evaluated, and the statement of it is approved."""
    told = NewDeal(name="宜良县客运站", customer_class=CustomerClass.STATE_GROUP, uscc="91530124MA6Q3W9E1U",
                   contact="李文", phone="13888880074", title="通勤车 2 台")  # fmt: skip
    deal = stage.register("何涛", 4, told, sub_dealer=1)
    for vin in ("LYLX5A3B7TA900001", "LYLX5A3B9TA900002"):
        came = NewUnit(model=stage.models["X5"], vin=vin, colour="珠光白", arrived_on=stage.day(45))
        number = stage.begin("孙强", 45, "10:00", "arrive", vehicles.new_unit, came)
        with stage.acting("孙强", 40, "15:20") as ask:
            unit = ask.db.scalars(select(Unit).where(Unit.number == number)).one()
            unit.case_id, unit.delivered_at = ask.db.scalars(select(Deal.id).where(Deal.number == deal)).one(), ask.at
            place(unit, UnitState.DELIVERED)
    month = stage.day(40).replace(day=1)
    with stage.acting("何涛", 3, "09:10") as ask:
        months.evaluate(ask, month)
    number = stage.begin("何涛", 3, "09:20", "draw_up", _statement, Drawing(month=month))
    stage.take("陈静", 2, "11:00", Statement, number, "approve")
    stage.print_waiting()


def _statement(ask: Ask) -> Statement:
    return statements.as_drawn(ask, ask.db.scalars(select(SubDealer).where(SubDealer.number == 1)).one())


NETWORK_SCENES = (sub_dealers_of_the_shop, what_they_need, a_deal_of_theirs, what_they_are_paid)
