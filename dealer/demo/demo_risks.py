"""Scenes of the demo about what may go wrong, and what did."""

from typing import Any

from dealer import people
from dealer.demo.demo_stage import Stage
from dealer.engine.steps import Ask
from dealer.records.deals import Deal
from dealer.records.risks import Emergency, RiskKind, RiskLevel
from dealer.risks import emergencies, risk_items
from dealer.risks.emergencies import NewAction, NewEmergency
from dealer.risks.risk_items import NewRisk

SHOWPIECE = 5


def _raise(stage: Stage, who: str, days_ago: int, told: NewRisk) -> None:
    def make(ask: Ask) -> Any:
        deal = people.by_number(ask.db, Deal, ask.actor, SHOWPIECE)
        if deal is None:
            raise LookupError(f"the demo has no deal {SHOWPIECE}")
        return risk_items.prepare(ask, deal)

    stage.begin(who, days_ago, "10:30", "raise", make, told)


def a_budget_is_not_certain(stage: Stage) -> None:
    """What is heard of the buyer's budget is for 陈静 to decide on; that the colour may come late is not."""
    rumour = NewRisk(kind=RiskKind.OTHER, level=RiskLevel.HIGH, what="采购人预算追加尚未批复，签约后可能延期付款")
    _raise(stage, "李娜", 1, rumour)
    late = NewRisk(kind=RiskKind.DELIVERY, level=RiskLevel.LOW, what="白色车身排产偏紧，可能晚到一周")
    _raise(stage, "孙强", 0, late)


def a_truck_was_run_into(stage: Stage) -> None:
    """Nobody was hurt; the cars are looked at before anybody promises them again."""
    told = NewEmergency(
        happened_at=stage.database.calendar.at(stage.day(1), "14:20"), place="昆石高速小喜村出口",
        what="运输板车被追尾，两台车后杠受损，无人受伤", involved="承运商驾驶员", owner=stage.people["孙强"].id,
    )  # fmt: skip
    number = stage.begin("孙强", 1, "15:00", "report", emergencies.prepare, told)
    action = NewAction(what="请承运商保险公司到店定损", owner=stage.people["孙强"].id, due_on=stage.day(-2))
    stage.take("陈静", 1, "15:40", Emergency, number, "add_action", action)


RISK_SCENES = (a_budget_is_not_certain, a_truck_was_run_into)
