"""Scenes of the demo about the people of the shop: who is away, and who asked to be."""

from datetime import date

from dealer.demo.demo_stage import Stage
from dealer.engine.calendar import add_months
from dealer.records.staffing import Appraisal, Leave, LeaveKind, TrainingTopic
from dealer.staffing import appraisals, leave_acts, training
from dealer.staffing.appraisals import Judgement, NewAppraisal
from dealer.staffing.leave_acts import LeaveRequest
from dealer.staffing.training import TrainingFacts


def _working_day(stage: Stage, ahead: int) -> date:
    return stage.database.calendar.add_working_days(stage.day(0), ahead)


def a_supervisor_will_be_away_for_two_days(stage: Stage) -> None:
    """张伟 goes home the week after; the general manager agreed, 陈静 acts for him."""
    told = LeaveRequest(
        kind=LeaveKind.ANNUAL, from_day=_working_day(stage, 4), to_day=_working_day(stage, 5),
        stand_in=stage.people["陈静"].id, reason="陪父母体检",
    )  # fmt: skip
    number = stage.begin("张伟", 1, "10:00", "request", leave_acts.prepare, told)
    stage.take("周建国", 1, "11:20", Leave, number, "approve")


def a_consultant_asks_for_a_day(stage: Stage) -> None:
    """王磊 waits for the sales manager's word."""
    day = _working_day(stage, 2)
    told = LeaveRequest(
        kind=LeaveKind.PERSONAL, from_day=day, to_day=day, stand_in=stage.people["张伟"].id, reason="办理落户手续"
    )
    stage.begin("王磊", 0, "08:40", "request", leave_acts.prepare, told)


def two_were_trained_and_one_training_lapses_soon(stage: Stage) -> None:
    """Who goes along on test drives, and who inspects."""
    for who, topic, until in (("王磊", TrainingTopic.COMPANION, -20), ("郑凯", TrainingTopic.INSPECTION, -300)):
        told = TrainingFacts(
            person=stage.people[who].id, topic=topic, held_on=stage.day(30), valid_until=stage.day(until),
            trainer="厂家培训部",
        )  # fmt: skip
        with stage.acting("刘洋", 20, "17:00", told) as ask:
            training.record(ask)


def the_last_month_of_a_consultant_is_appraised(stage: Stage) -> None:
    """马超 has signed 王磊's sheet; 王磊 has not looked at it yet."""
    month = add_months(stage.day(0).replace(day=1), -1)
    told = NewAppraisal(person=stage.people["王磊"].id, month=month)
    number = stage.begin("马超", 0, "08:50", "open", appraisals.prepare, told)
    words = Judgement(remark="跟进及时，登记完整", suggestion="建议月度通报表扬")
    stage.take("马超", 0, "08:58", Appraisal, number, "complete", words)
    stage.take("马超", 0, "08:59", Appraisal, number, "sign")


STAFF_SCENES = (
    a_supervisor_will_be_away_for_two_days,
    a_consultant_asks_for_a_day,
    two_were_trained_and_one_training_lapses_soon,
    the_last_month_of_a_consultant_is_appraised,
)
