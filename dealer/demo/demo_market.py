"""Scenes of the demo about the market: what was seen of competitors, a comparison, a proposal, campaigns."""

from typing import Any

from sqlalchemy import select

from dealer import people
from dealer.deals.deals import NewDeal
from dealer.demo.demo_deals import HOTEL, SURVEYORS
from dealer.demo.demo_stage import SCAN, Stage
from dealer.engine.steps import Ask
from dealer.market import campaigns, group_offers, model_comparisons, outside_contacts, sightings
from dealer.market.campaigns import EffectRow, Plan, Review, Spending
from dealer.market.group_offers import FinanceRow, HandingOver, Proposing
from dealer.market.model_comparisons import Comparing
from dealer.market.outside_contacts import ContactFacts
from dealer.market.outside_contacts import Why as Ended
from dealer.market.sightings import Corrected, Seen
from dealer.prospects import outings
from dealer.prospects.outings import Planning, Report
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal
from dealer.records.market import (
    Campaign,
    CampaignKind,
    EffectKind,
    FinanceKind,
    GroupOffer,
    OutsideContact,
    OutsideKind,
    SeenPrice,
    Sighting,
    SightingSource,
)
from dealer.records.outings import Outing, OutingKind

S = SightingSource


def what_was_seen(stage: Stage) -> None:
    """Two models of today, one corrected, one not looked at for long; a sheet for the customer of a deal."""
    deal = _deal_of(stage, SURVEYORS)
    _see(stage, "王磊", 80, brand="星途", name="凌云 S", price=132_900_00, source=S.ADVERTISEMENT, place="本地晚报")
    _see(
        stage, "王磊", 6, brand="远景", name="H6", price=128_900_00, source=S.PRICE_TAG, place="西山区某店展厅",
        configuration="1.5T 双离合 都市版，5 座", deal=deal.id, file=SCAN,
    )  # fmt: skip
    wrong = _see(
        stage, "李娜", 4, brand="海岳", name="L7", price=141_800_00, source=S.WEBSITE, place="官网购车页",
        configuration="1.5T CVT 豪华版，5 座", policy="企业客户贴息 12 个月",
    )  # fmt: skip
    told = Corrected(
        brand="海岳", name="L7", price=140_800_00, source=S.WEBSITE, place="官网购车页", seen_on=stage.day(4),
        configuration="1.5T CVT 豪华版，5 座", policy="企业客户贴息 12 个月", reason="看成了上一年款的价格",
    )  # fmt: skip
    stage.take("李娜", 3, "09:10", Sighting, wrong, "correct", told)
    _see(
        stage, "王磊", 2, brand="远景", name="H6", price=121_500_00, price_kind=SeenPrice.OFFERED,
        source=S.THEIR_OFFER, deal=deal.id, file=SCAN,
    )  # fmt: skip
    _compare(stage, deal)


def _deal_of(stage: Stage, asked: NewDeal) -> Deal:
    with stage.database.reading() as db:
        found = select(Deal).join(Customer, Customer.id == Deal.customer_id).where(Customer.name == asked.name)
        return db.scalars(found).one()


def _see(stage: Stage, who: str, days_ago: int, **told: Any) -> int:
    facts = Seen(seen_on=stage.day(days_ago), **told)
    return stage.begin(who, days_ago, "16:20", "record", sightings.recorded, facts)


def _compare(stage: Stage, deal: Deal) -> None:
    with stage.acting("陈静", 1, "15:00") as ask:
        theirs = tuple(dict.fromkeys(each.model_id for each in sightings.newest(ask.db, ask.actor)))[:2]
    facts = Comparing(ours=stage.models["X5"], theirs=theirs, deal=deal.id)
    with stage.acting("陈静", 1, "15:00", facts) as ask:
        model_comparisons.make(ask)


def a_proposal_for_a_hotel(stage: Stage) -> None:
    """From its need sheet, at the marked prices; given to the customer on the next day."""
    deal = _deal_of(stage, HOTEL)
    finance = (
        FinanceRow(kind=FinanceKind.FULL),
        FinanceRow(kind=FinanceKind.FINANCE_LEASE, down_percent=20, months=36, note="由客户选择的租赁公司审批"),
    )
    facts = Proposing(
        delivery="合同签订并收到定金后 30 日内交付首批 3 台，其余 15 日内交付。",
        service="售后热线 0871-65551001；保养预约上门取送车，大客户优先安排工位。", finance=finance,
    )  # fmt: skip

    def proposed(ask: Ask) -> GroupOffer:
        return group_offers.proposed(ask.db.get_one(Deal, deal.id), ask)

    number = stage.begin("王磊", 2, "10:30", "make", proposed, facts)
    stage.print_waiting()
    handed = HandingOver(handed_to="行政总监 周敏", handed_on=stage.day(1))
    stage.take("王磊", 1, "15:40", GroupOffer, number, "hand_over", handed)


def the_campaigns_of_the_month(stage: Stage) -> None:
    """One over with its review, one running with costs, one that waits for the general manager."""
    show = _plan(stage, "陈静", 20, "翠湖车展", CampaignKind.MOTOR_SHOW, (18, 12), 30_000_00)
    _approve(stage, "陈静", show, 19)
    stage.let_time_pass(11, "00:10", Campaign, show)
    told = Review(review="到店 26 批，留资 14 张卡", lesson="下次提前一周邀约存量客户")
    stage.take("陈静", 10, "16:00", Campaign, show, "review", told)
    gifts = EffectRow(model=stage.models["X5"], kind=EffectKind.GIFTS, amount=2_000_00, gift="行车记录仪")
    week = _plan(stage, "陈静", 7, "企业团购周", CampaignKind.PROMOTION, (5, -6), 20_000_00, effects=(gifts,),
                 grant_limit=60_000_00, wanted_visits=40, wanted_deals=6)  # fmt: skip
    _approve(stage, "陈静", week, 6)
    stage.let_time_pass(5, "00:10", Campaign, week)
    cost = Spending(what="展厅布置", amount=6_800_00, day=stage.day(4), file=SCAN)
    stage.take("高洁", 4, "15:00", Campaign, week, "note_cost", cost)
    with stage.acting("陈静", 3, "09:00") as ask:
        known = people.by_number(ask.db, Campaign, ask.actor, week).id  # type: ignore[union-attr]
    asked = NewDeal(name="昆明市政工程集团", customer_class=CustomerClass.STATE_GROUP, uscc="91530100MA6NBQ4X7L",
                    contact="李工", phone="13987650088", title="工程巡查车 6 台", campaign=known)  # fmt: skip
    stage.register("王磊", 3, asked)
    waits = _plan(stage, "刘洋", 1, "周末试驾会", CampaignKind.DRIVE_EVENT, (-8, -9), 8_000_00)
    stage.take("刘洋", 1, "17:00", Campaign, waits, "submit")


def _plan(
    stage: Stage,
    who: str,
    days_ago: int,
    name: str,
    kind: CampaignKind,
    days: tuple[int, int],
    budget: int,
    **more: Any,
) -> int:
    first, last = (stage.day(each) for each in days)
    facts = Plan(name=name, kind=kind, first_day=first, last_day=last, aim="带动企业客户到店", budget=budget, **more)
    return stage.begin(who, days_ago, "10:00", "draft", campaigns.planned, facts)


def _approve(stage: Stage, who: str, number: int, days_ago: int) -> None:
    stage.take(who, days_ago, "09:30", Campaign, number, "submit")
    stage.take("周建国", days_ago, "11:00", Campaign, number, "approve")


def whom_the_house_knows(stage: Stage) -> None:
    """A procurement centre that was visited, an association, a newspaper that nobody is in touch with any more."""
    centre = _know(stage, "李娜", OutsideKind.PROCUREMENT, "某市政府采购中心", "段主任", "13987651101")
    _know(stage, "陈静", OutsideKind.ASSOCIATION, "云南省汽车流通协会", "钱秘书长", "13987651102")
    gone = _know(stage, "陈静", OutsideKind.MEDIA, "春城汽车周刊", "罗记者", None)
    stage.take("陈静", 5, "10:00", OutsideContact, gone, "end", Ended(reason="已离职"))
    with stage.database.reading() as db:
        known = people.by_number(db, OutsideContact, people.system(stage.store_id), centre).id  # type: ignore[union-attr]
    at = stage.database.calendar.at(stage.day(6), "14:30")
    aim = Planning(kind=OutingKind.OUTSIDE, outside=known, at=at, aim="了解下季度协议供货安排")
    visit = stage.begin("李娜", 7, "09:00", "plan", outings.planned, aim)
    told = Report(met="段主任", result="十二月征集协议供货商", next_step="准备入围资料", next_at=None)
    stage.take("李娜", 6, "16:30", Outing, visit, "report", told)


def _know(stage: Stage, who: str, kind: OutsideKind, organisation: str, name: str, phone: str | None) -> int:
    facts = ContactFacts(kind=kind, organisation=organisation, name=name, phone=phone)
    return stage.begin(who, 30, "11:00", "list", outside_contacts.listed, facts)


MARKET_SCENES = (what_was_seen, a_proposal_for_a_hotel, the_campaigns_of_the_month, whom_the_house_knows)
