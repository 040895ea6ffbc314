"""Scenes of the demo about the market: what was seen of competitors, and a sheet that compares."""

from typing import Any

from sqlalchemy import select

from dealer.deals.deals import NewDeal
from dealer.demo.demo_deals import SURVEYORS
from dealer.demo.demo_stage import Stage
from dealer.market import model_comparisons, sightings
from dealer.market.model_comparisons import Comparing
from dealer.market.sightings import Corrected, Seen
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.market import SeenPrice, Sighting, SightingSource

S = SightingSource


def what_was_seen(stage: Stage) -> None:
    """Two models of today, one corrected, one not looked at for long; a sheet for the customer of a deal."""
    deal = _deal_of(stage, SURVEYORS)
    _see(stage, "王磊", 80, brand="星途", name="凌云 S", price=132_900_00, source=S.ADVERTISEMENT, place="本地晚报")
    _see(
        stage, "王磊", 6, brand="远景", name="H6", price=128_900_00, source=S.PRICE_TAG, place="西山区某店展厅",
        configuration="1.5T 双离合 都市版，5 座", deal=deal.id,
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
        source=S.THEIR_OFFER, deal=deal.id,
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
    stage.print_waiting()


MARKET_SCENES = (what_was_seen,)
