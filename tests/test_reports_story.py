"""A deal on its real way, step by step, and what the reports of the month say of it: no row is written by hand."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from dealer import workflow
from dealer.approvals.rulings import Approval
from dealer.deals.deals import Comment, Loss, NeedSheet, NewDeal, WantedCar
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, LossReason, PurchaseMode, Use
from dealer.records.risks import RiskKind, RiskLevel
from dealer.reports import counting
from dealer.reports.looking import Look
from dealer.reports.periods import Span, period_around
from dealer.reports.shelf import REPORTS
from dealer.risks import risk_items
from dealer.risks.risk_items import NewRisk
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.quoting import WHY, draft, lines, model, open_for_business, rule, step, take

RENTAL = NewDeal(
    name="滇行租赁公司", customer_class=CustomerClass.RENTAL, uscc="91530100MA6KCX9U4R", contact="段莉",
    phone="13987650066",
)  # fmt: skip
LOST_TO = Loss(reason=LossReason.COMPETITOR, competitor_brand="大众", competitor_model="途观", remark="单价低 4,000 元")

DOUBT = NewRisk(kind=RiskKind.CREDIT, level=RiskLevel.HIGH, what="客户资信下调")


def told(shop: Shop, name: str, way: str) -> dict[str, dict[str, int]]:
    """What a report of October counts, by what the values are called; without noughts."""
    report = REPORTS[name]
    with shop.looking() as db:
        look = Look(db, shop.actor("陈静"), at("2026-10-31 18:00"), period_around(date(2026, 10, 31), Span.MONTH))
        parts = counting.parts_by(report, look, way, "zh")
        return {called: {each: n for each, n in counts.of.items() if n} for _, called, counts in parts}


def test_a_deal_is_quoted_below_the_floor_lost_and_taken_up_again(shop: Shop, desk: Callable[[str], Desk]) -> None:
    open_for_business(shop)
    with shop.acting("李娜", at("2026-10-05 09:00"), RENTAL) as ask:
        deal = workflow.register(ask).number
    wanted = (WantedCar(model=model(shop, "X5").id, colour="白", quantity=10),)
    need = NeedSheet(use=Use.RENTAL, lines=wanted, purchase_mode=PurchaseMode.DIRECT)
    take(shop, "李娜", "2026-10-05 10:00", Deal, deal, "fill_need", need)
    take(shop, "李娜", "2026-10-08 09:00", Deal, deal, "start_quotation")
    offer = draft(shop, deal, lines(shop, ("X5", 10, 132_500)), when="2026-10-08 10:00")
    step(shop, "李娜", "2026-10-08 11:00", offer, "submit", WHY)
    rule(shop, "陈静", "2026-10-09 09:00", 1, "approve", Approval())
    in_quotation = told(shop, "progress", "phase")["报价"]
    assert (in_quotation["open"], in_quotation["moved"], in_quotation["yuan"]) == (1, 1, 1_325_000_00)
    chen = desk("陈静")
    chen.turn_clock("2026-10-19 18:00")
    assert "重大风险" not in chen.get("/reports/progress").text
    with shop.acting("李娜", at("2026-10-19 09:00"), DOUBT) as ask:
        workflow.begin(risk_items.prepare(ask, ask.db.scalars(select(Deal)).one()), "raise", ask)
    assert "重大风险" in chen.get("/reports/progress").text
    take(shop, "李娜", "2026-10-20 09:00", Deal, deal, "ask_to_lose", LOST_TO)
    take(shop, "陈静", "2026-10-20 16:00", Deal, deal, "lose")

    assert told(shop, "progress", "phase") == {}
    assert told(shop, "losses", "competitor") == {"大众 途观": {"lost": 1, "competitor": 1, "cars": 10}}
    assert list(told(shop, "losses", "phase")) == ["报价"]
    assert told(shop, "funnel", "phase") == {
        "询价": {"entered": 1, "on": 1, "left": 1, "days": 3},
        "报价": {"entered": 1, "lost": 1, "left": 1, "days": 12},
    }
    below = {"asked": 1, "approved": 1, "cars": 10, "depth": 10 * (136_800 - 132_500) * 100, "lost": 1}
    assert told(shop, "exceptions", "decider") == {"陈静": below}

    chen.turn_clock("2026-10-31 18:00")
    assert "大众 途观" in chen.get("/reports/losses/rows?figure=lost").text
    assert "滇行租赁公司" in chen.get("/reports/exceptions/rows?figure=approved&by=tier&value=key_account").text
    assert "李娜" in chen.get("/reports/funnel/rows?figure=lost").text

    take(shop, "李娜", "2026-10-25 09:00", Deal, deal, "ask_to_reopen", Comment(comment="客户再次询价"))
    take(shop, "陈静", "2026-10-25 10:00", Deal, deal, "reopen")
    assert told(shop, "losses", "reason") == {}
    again = told(shop, "funnel", "phase")["询价"]
    assert (again["entered"], again["still"], again["waiting"]) == (2, 1, 1)
