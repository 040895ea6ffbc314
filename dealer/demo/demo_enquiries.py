"""Scenes of the demo at the enquiry desk and in the workshop: asked, promised, answered; booked, kept, counted."""

from datetime import timedelta
from typing import Any

from dealer.demo.demo_stage import Stage
from dealer.records.complaints import ComplaintChannel
from dealer.records.enquiries import Appointment, Enquiry, Job
from dealer.service import appointments, enquiries, workshop
from dealer.service.appointments import Booking
from dealer.service.enquiries import Answering, Asking
from dealer.service.workshop import Counting


def _ask(stage: Stage, who: str, days_ago: int, clock: str, **told: Any) -> int:
    return stage.begin(who, days_ago, clock, "take", enquiries.as_asked, Asking(**told))


def customers_asked(stage: Stage) -> None:
    """One answered, one overdue, one that was promised a call this afternoon."""
    done = _ask(stage, "林芳", 3, "10:00", question="首保需要带哪些证件", name="缪女士", phone="13577005001")
    stage.take("林芳", 3, "10:05", Enquiry, done, "answer", Answering(answer="行驶证与保养手册"))
    _ask(
        stage, "赵敏", 1, "16:20", question="公务车延保如何办理", name="车队胡师傅", phone="13577005002",
        channel=ComplaintChannel.VISIT, owner=stage.people["林芳"].id,
    )  # fmt: skip
    _ask(
        stage, "赵敏", 0, "23:59", question="E3 冬季续航与充电桩安装", name="欧先生", phone="13577005003",
        owner=stage.people["王磊"].id, at=stage.now + timedelta(hours=3),
    )  # fmt: skip


def cars_are_booked(stage: Stage) -> None:
    """Yesterday's came; tomorrow has two."""
    kept = _book(stage, 2, -1, "09:30", Job.MAINTENANCE, "缪女士", "云AK1234")
    stage.take("冯涛", 1, "09:40", Appointment, kept, "keep")
    _book(stage, 1, 1, "09:00", Job.INSPECTION, "车队胡师傅", "云A20317")
    _book(stage, 1, 1, "14:00", Job.BODY, "欧先生", "云AD66018")


def _book(stage: Stage, booked_ago: int, ahead: int, clock: str, job: Job, name: str, plate: str) -> int:
    at = stage.database.calendar.at(stage.day(-ahead), clock)
    told = Booking(job=job, at=at, name=name, phone="13577005009", plate=plate)
    return stage.begin("林芳", booked_ago, "11:00", "book", appointments.as_booked, told)


def the_workshop_counts(stage: Stage) -> None:
    """A week of cars taken in."""
    for days_ago, cars in enumerate((14, 17, 12, 19, 15, 21, 11), 1):
        with stage.acting("冯涛", days_ago, "18:10", Counting(day=stage.day(days_ago), cars=cars)) as ask:
            workshop.count_day(ask)


ENQUIRY_SCENES = (customers_asked, cars_are_booked, the_workshop_counts)
