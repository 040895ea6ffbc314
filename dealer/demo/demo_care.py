"""Scenes of the demo after the sale: calls of today, one that is late, and what a customer said."""

from sqlalchemy import select

from dealer.care.care_calls import Talk
from dealer.demo.demo_contracts import BUILDERS, CITY, POLICE
from dealer.demo.demo_stage import Stage
from dealer.records.care import CareCall, CareKind, Satisfaction
from dealer.records.customers import Customer


def calls_of_the_day(stage: Stage) -> None:
    """Customer service asks after the first month; the owners of the customers see them again."""
    _planned(stage, CareKind.FIRST_MONTH, BUILDERS.name, None, 0, "09:30")
    _planned(stage, CareKind.REVISIT, CITY.name, "李娜", 0, "14:30")
    _planned(stage, CareKind.FIRST_MONTH, CITY.name, None, 1, "10:00")


def what_a_customer_said(stage: Stage) -> None:
    """So-so, with a reason and what is done about it."""
    made = _planned(stage, CareKind.REVISIT, POLICE.name, "李娜", 2, "09:30")
    said = Talk(
        grade=Satisfaction.SO_SO, reason="两辆车的保养预约等了三天", action="服务经理安排专属工位", said="车辆使用正常"
    )
    stage.take("李娜", 2, "09:50", CareCall, made, "note_call", said)


def _planned(stage: Stage, kind: CareKind, name: str, who: str | None, days_ago: int, clock: str) -> int:
    calendar, day = stage.database.calendar, stage.day(days_ago)
    with stage.database.reading() as db:
        customer = db.scalars(select(Customer).where(Customer.name == name)).one()
    call = CareCall(
        store_id=stage.store_id, kind=kind, customer_id=customer.id, whom=name,
        agent_id=stage.people[who].id if who else None, due_at=calendar.end_of(day),
        planned_at=calendar.at(day, clock),
    )  # fmt: skip
    return stage.begin_by_itself(days_ago + 3, "08:00", "plan", call)


CARE_SCENES = (calls_of_the_day, what_a_customer_said)
