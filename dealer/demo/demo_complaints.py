"""Scenes of the demo after the sale: a complaint in hand, a grave one that nobody has accepted, one that was closed."""

from typing import Any

from dealer.deals.deals import Comment
from dealer.demo.demo_stage import Stage
from dealer.people import by_number
from dealer.records.care import Satisfaction
from dealer.records.complaints import Cause, Complaint, ComplaintChannel
from dealer.records.deals import Deal
from dealer.service import complaints
from dealer.service.complaint_forms import (
    Accepting,
    Agreeing,
    AskedAfter,
    Complaining,
    Finishing,
    Learning,
    Proposing,
)

DELIVERING = 4  # the deal of the demo whose cars are being delivered


def _register(stage: Stage, who: str, days_ago: int, clock: str, **told: Any) -> int:
    return stage.begin(who, days_ago, clock, "register", complaints.as_told, Complaining(**told))


def _step(stage: Stage, who: str, days_ago: int, clock: str, number: int, action: str, facts: Any = None) -> None:
    stage.take(who, days_ago, clock, Complaint, number, action, facts)


def a_complaint_was_closed(stage: Stage) -> None:
    """A customer of the street: solved, asked after by somebody else, its cause written down."""
    number = _register(
        stage, "赵敏", 9, "10:20", words="提车当天发现后视镜有划痕", wish="修复或更换", name="角女士",
        phone="13577004001", channel=ComplaintChannel.VISIT,
    )  # fmt: skip
    _step(stage, "林芳", 9, "10:50", number, "accept", Accepting(handler=stage.people["王磊"].id))
    _step(stage, "王磊", 9, "11:30", number, "investigate")
    offer = Proposing(proposal="更换后视镜外壳并赠送一次保养", compensation=380_00)
    _step(stage, "王磊", 9, "15:00", number, "propose", offer)
    _step(stage, "王磊", 8, "09:30", number, "agree", Agreeing(agreed_by="角女士", evidence="电话同意"))
    _step(stage, "王磊", 7, "16:40", number, "finish", Finishing(done="已更换外壳，客户当场验收"))
    _step(stage, "林芳", 5, "10:10", number, "call_back", AskedAfter(grade=Satisfaction.SATISFIED))
    learned = Learning(
        cause=Cause.PREPARATION, analysis="交车前检查未核对外观", corrective_action="交车前由第二人复核外观"
    )
    _step(stage, "林芳", 5, "10:30", number, "file_cause", learned)
    _step(stage, "林芳", 5, "10:40", number, "close")


def a_fleet_complains(stage: Stage) -> None:
    """In the hands of the deal's owner: the money waits for somebody who may grant it."""
    with stage.acting("林芳", 2, "09:00") as ask:
        deal = by_number(ask.db, Deal, ask.actor, DELIVERING)
    number = _register(
        stage, "林芳", 2, "09:05", words="首批车辆的合格证比约定晚到三天，无法按时上牌", wish="补偿期间的租车费用",
        deal=deal.id if deal else None, name="车管科李主任", phone="13577004002", cars=2,
    )  # fmt: skip
    _step(stage, "林芳", 2, "09:30", number, "accept", Accepting(handler=stage.people["李娜"].id))
    _step(stage, "李娜", 2, "10:00", number, "investigate")
    _step(stage, "李娜", 1, "11:20", number, "propose", Proposing(proposal="补偿三天租车费用", compensation=1_800_00))
    _step(stage, "陈静", 1, "14:00", number, "comment", Comment(comment="证件交接改为交车前一天核对"))


def a_grave_one_waits(stage: Stage) -> None:
    """Just received: two managers are to know of it within the hour."""
    _register(
        stage, "王磊", 0, "23:59", words="行驶中制动踏板变软，已停驶等待检查", wish="立即检查并说明原因", name="普先生",
        phone="13577004003", safety=True,
    )  # fmt: skip


COMPLAINT_SCENES = (a_complaint_was_closed, a_fleet_complains, a_grave_one_waits)
