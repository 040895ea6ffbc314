"""Scenes of the demo about prices to come: a list and a house rule that wait for approval, an allowance that helps."""

from datetime import timedelta

from sqlalchemy import select

from dealer.demo.demo_deals import C, customer, quoting
from dealer.demo.demo_stage import Stage
from dealer.engine.steps import Ask
from dealer.house import proposals
from dealer.house.proposal_forms import Amount
from dealer.prices import pricelists
from dealer.prices.allowances import Confirmation
from dealer.prices.pricelists import PRICES, ListFacts, PriceRow
from dealer.quotations.offers import Extra
from dealer.records.deals import PurchaseMode
from dealer.records.people import Policy
from dealer.records.prices import PriceList, PriceListLine
from dealer.records.quotations import ExtraKind, Quotation

WATER = customer("昆明清源水务有限公司", C.STATE_GROUP, "91530100MA6T3H9X2B", "钱立", "13987650099", "抢修用车 6 台")

HOTEL = customer("昆明翠湖宾馆有限公司", C.HOTEL_AIRLINE, "91530100MA6X2Y4W68", "孙悦", "13987650055", "接待用车 8 台")


def an_allowance_carries_a_price(stage: Stage) -> None:
    """Below the consultant's floor by itself; with what finance knows the manufacturer pays it is ready at once."""
    paid = Extra(
        line=1, kind=ExtraKind.ALLOWANCE, name="大客户专项补贴", amount=12_000_00, reference="YL-DKH-2026-11",
        good_until=stage.day(-20),
    )  # fmt: skip
    mats = Extra(line=1, kind=ExtraKind.GIFT, name="全车脚垫", amount=1_200_00)
    number = quoting(
        stage, WATER, "X5", 6, 135_500, days_ago=4, owner="王磊", mode=PurchaseMode.DIRECT, extras=(paid, mats)
    )
    shown = Confirmation(allowances=(1,), proof="厂家大客户部批复函 YL-DKH-2026-11")
    stage.take("高洁", 4, "15:30", Quotation, number, "confirm_allowances", shown)
    stage.take("王磊", 3, "10:00", Quotation, number, "submit")


def an_allowance_waits_for_finance(stage: Stage) -> None:
    """Typed this week and not yet confirmed: the editor tells both figures, and finance has it on its list."""
    hoped = Extra(
        line=1, kind=ExtraKind.ALLOWANCE, name="年末冲量补贴", amount=8_000_00, reference="YL-DKH-2026-14",
        good_until=stage.day(-25),
    )  # fmt: skip
    quoting(stage, HOTEL, "X5", 8, 136_000, days_ago=2, owner="王磊", mode=PurchaseMode.DIRECT, extras=(hoped,))


def a_list_waits_for_the_general_manager(stage: Stage) -> None:
    """Dearer from next month on: the page of the list tells what that does to open quotations."""
    with stage.database.reading() as db:
        now = db.scalars(select(PriceList)).one()
        rows = tuple(
            PriceRow(model=line.model_id, cost=line.cost, **{name: _dearer(line, name) for name in PRICES})
            for line in now.lines
        )
    first = (stage.day(0).replace(day=1) + timedelta(days=32)).replace(day=1)
    facts = ListFacts(
        name=f"PV-{first:%Y-%m}", effective_from=first, lines=rows, remark="厂家年末政策收紧，底价上调 1,000 元"
    )
    number = stage.begin("陈静", 1, "15:00", "draft", lambda ask: pricelists.blank(ask, facts), facts)
    stage.take("陈静", 1, "15:20", PriceList, number, "submit")


def _dearer(line: PriceListLine, name: str) -> int:
    return int(getattr(line, name)) + (0 if name == "marked" else 1_000_00)


def a_lower_threshold_is_proposed(stage: Stage) -> None:
    """The general manager is asked to review contracts from 600,000 on; the replay tells which those were."""
    facts = Amount(value=600_000_00, from_day=stage.day(-10), reason="年末额度紧，六十万元以上的合同也请总经理过目。")

    def proposal(ask: Ask) -> Policy:
        return proposals.proposal_of(ask, "general_manager_threshold_fen")

    stage.begin("陈静", 1, "16:00", "propose", proposal, facts)


PRICE_SCENES = (
    an_allowance_carries_a_price,
    an_allowance_waits_for_finance,
    a_list_waits_for_the_general_manager,
    a_lower_threshold_is_proposed,
)
