"""Scenes of the demo among the prospect cards of 王磊: who is due, who is overdue, and what waits for a manager."""

from typing import Any

from dealer.demo.demo_stage import Stage
from dealer.prospects import prospects
from dealer.prospects.cards import CardFacts, Contacted, Grading, Loss, Why
from dealer.records.customers import CustomerClass
from dealer.records.deals import LossReason
from dealer.records.prospects import Level, Prospect, Source, Way


def _card(stage: Stage, days_ago: int, name: str, phone: str, level: Level, **more: Any) -> int:
    """A card that 王磊 wrote and graded on a day."""
    facts = CardFacts(name=name, phone=phone, **{"source": Source.INTERNET} | more)
    number = stage.begin("王磊", days_ago, "15:00", "card", prospects.new_card, facts)
    stage.take("王磊", days_ago, "15:05", Prospect, number, "set_level", Grading(level=level))
    return number


def two_are_due(stage: Stage) -> None:
    """One for days, one since this morning at the latest."""
    school = {"company": "昆明市北辰中学", "customer_class": CustomerClass.INSTITUTION, "model": stage.models["M7"]}
    _card(stage, 12, "高老师", "13577020001", Level.B, **school)
    _card(stage, 4, "罗女士", "13577020002", Level.H, model=stage.models["X5"])


def somebody_does_not_answer(stage: Stage) -> None:
    """Called in vain yesterday: called again today."""
    number = _card(stage, 9, "普先生", "13577020003", Level.A, source=Source.MOTOR_SHOW)
    in_vain = Contacted(how=Way.CALL, in_vain=True)
    stage.take("王磊", 3, "09:40", Prospect, number, "follow_up", in_vain)


def two_wait_for_the_sales_manager(stage: Stage) -> None:
    """One is to rest, one is to be given up."""
    number = _card(stage, 6, "段师傅", "13577020004", Level.C)
    stage.take("王磊", 1, "10:30", Prospect, number, "ask_to_freeze", Why(reason="明年三月置换旧车时再联系"))
    number = _card(stage, 6, "吕经理", "13577020005", Level.B, company="滇池物流有限公司")
    lost = Loss(reason=LossReason.PRICE, remark="他店每台低 3,000 元")
    stage.take("王磊", 1, "10:40", Prospect, number, "ask_to_lose", lost)


def somebody_is_not_to_be_called(stage: Stage) -> None:
    """They will come by themselves."""
    _card(stage, 5, "郭先生", "13577020006", Level.C, do_not_call=True)


CARD_SCENES = (two_are_due, somebody_does_not_answer, two_wait_for_the_sales_manager, somebody_is_not_to_be_called)
