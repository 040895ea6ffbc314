"""Scenes of the demo around personal data: a phone that was shown for a reason, a list that was taken out."""

from sqlalchemy import select

from dealer.demo.demo_stage import Stage
from dealer.privacy import data_requests, exports, holds, reveals
from dealer.privacy.data_requests import NewRequest
from dealer.privacy.exports import Reason
from dealer.privacy.holds import Hold
from dealer.prospects.cards import Why
from dealer.records.privacy import RequestKind
from dealer.records.prospects import Visit


def a_manager_had_a_phone_shown(stage: Stage) -> None:
    """刘洋 calls a customer back whose consultant is away."""
    with stage.acting("刘洋", 0, "10:20", Why(reason="客户来电投诉等候时间，代顾问回电")) as ask:
        visit = ask.db.scalars(select(Visit).where(Visit.phone.is_not(None)).order_by(Visit.number.desc())).first()
        if visit is not None:
            reveals.reveal_phone(ask, "visit", visit)


def the_register_was_taken_out(stage: Stage) -> None:
    """The general manager looks at a month of test drives."""
    with stage.acting("周建国", 0, "10:25", Reason(reason="月度经营会核对试驾次数")) as ask:
        exports.take_out(ask, "drives", "zh")


def a_dispute_keeps_what_is_held(stage: Stage) -> None:
    """What is held about a customer who claims damages stays for the time being."""
    told = Hold(phone="13888880088", reason="试驾剐蹭赔付协商中，协商结束前保留相关记录")
    with stage.acting("周建国", 1, "17:50", told) as ask:
        holds.place(ask)


def a_visitor_asks_for_a_copy(stage: Stage) -> None:
    """At the reception, two days ago; the administrator answers."""
    told = NewRequest(kind=RequestKind.COPY, name="和先生", phone="13577001234", told="想知道你们留了我哪些信息")
    stage.begin("赵敏", 2, "15:20", "receive", data_requests.prepare, told)


PRIVACY_SCENES = (
    a_manager_had_a_phone_shown,
    the_register_was_taken_out,
    a_dispute_keeps_what_is_held,
    a_visitor_asks_for_a_copy,
)
