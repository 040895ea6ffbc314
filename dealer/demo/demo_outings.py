"""Scenes of the demo outside the house: visits planned, overdue, made, and what was heard on the way."""

from datetime import timedelta
from typing import Any

from dealer.customers import customers
from dealer.customers.customers import CustomerFacts
from dealer.demo.demo_stage import Stage
from dealer.prospects import notes, outings
from dealer.prospects.notes import Answering, Telling
from dealer.prospects.outings import Planning, Report, Why
from dealer.records.customers import CustomerClass
from dealer.records.outings import Note, Outing, OutingKind


def visits_of_the_month(stage: Stage) -> None:
    """One made, one that nobody has reported, one ahead, one called off."""
    made = _plan(stage, "李娜", 3, OutingKind.PROCUREMENT, "某市公共资源交易中心", "了解明年车辆采购计划")
    told = Report(
        met="段主任", result="十二月发布采购公告", next_step="准备资格文件", next_at=stage.now + timedelta(days=3)
    )
    stage.take("李娜", 3, "16:00", Outing, made, "report", told)
    _plan(stage, "李娜", 1, OutingKind.CUSTOMER, "滇中产业园管委会", "介绍纯电车型并约试驾")
    _plan(stage, "何涛", -2, OutingKind.SUB_DEALER, "宜良滇行汽贸", "检查展车与库存")
    off = _plan(stage, "何涛", -1, OutingKind.SUB_DEALER, "石林云岭二级网点", "培训新车型")
    stage.take("何涛", 0, "08:40", Outing, off, "call_off", Why(reason="网点改期装修"))


def _plan(stage: Stage, who: str, days_ago: int, kind: OutingKind, whom: str, aim: str) -> int:
    at = stage.database.calendar.at(stage.day(days_ago), "14:30")
    told = Planning(kind=kind, whom=whom, at=at, aim=aim)
    return stage.begin(who, max(days_ago, 0) + 1, "09:00", "plan", outings.planned, told)


def what_was_heard(stage: Stage) -> None:
    """A sub-dealer complains about a model; one note is answered, one waits."""
    facts = CustomerFacts(name="宜良滇行汽贸", customer_class=CustomerClass.SUB_DEALER, uscc="91530125MA6N2T4K1P")
    with stage.acting("何涛", 6, "11:00", facts) as ask:
        shop = customers.register(ask, facts).id
    answered = _tell(stage, "何涛", 5, customer=shop, text="网点希望 X5 展车增加珠光白")
    stage.take("陈静", 4, "09:20", Note, answered, "answer", Answering(answer="已列入下月要车计划"))
    _tell(stage, "李娜", 1, model=stage.models["X5"], text="两家租赁公司都问到 X5 的整车质保里程")


def _tell(stage: Stage, who: str, days_ago: int, **told: Any) -> int:
    return stage.begin(who, days_ago, "17:10", "send", notes.written, Telling(**told))


OUTING_SCENES = (visits_of_the_month, what_was_heard)
