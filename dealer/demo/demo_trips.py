"""Scenes of the demo around the key board: cars lent to colleagues, and a letter from the traffic police."""

from dealer.demo.demo_stage import Stage
from dealer.drives.drives import Readings
from dealer.records.trips import Condition, MishapKind, Trip
from dealer.trips import mishaps, trip_acts
from dealer.trips.mishaps import MishapFacts
from dealer.trips.trip_acts import KeyIn, Leg, TripRequest


def a_car_came_back_and_a_letter_came_after_it(stage: Stage) -> None:
    """王磊 fetched papers three days ago; the speeding letter names a minute of that afternoon."""
    told = TripRequest(
        car=stage.cars["E3"], purpose="取车辆合格证", destination="昆明东站物流园",
        starts_at=stage.database.calendar.at(stage.day(3), "14:00"),
        ends_at=stage.database.calendar.at(stage.day(3), "17:00"),
    )  # fmt: skip
    number = stage.begin("王磊", 3, "09:00", "request", trip_acts.prepare, told)
    stage.take("刘洋", 3, "09:20", Trip, number, "approve")
    stage.take("孙强", 3, "14:00", Trip, number, "hand_out", Readings(odometer=3_012, fuel=90))
    stage.take("王磊", 3, "15:00", Trip, number, "log", Leg(place="昆明东站物流园", odometer=3_040))
    back = KeyIn(odometer=3_069, fuel=74, condition=Condition.GOOD)
    stage.take("孙强", 3, "16:40", Trip, number, "take_back", back)
    letter = MishapFacts(
        car=stage.cars["E3"], kind=MishapKind.VIOLATION, place="东三环", what="超速百分之十以下", fine=200_00, points=3,
        happened_at=stage.database.calendar.at(stage.day(3), "14:35"), settle_by=stage.day(-12),
        notice_number="530100-2026-0117",
    )  # fmt: skip
    with stage.acting("孙强", 1, "10:30", letter) as ask:
        mishaps.record(ask)


def a_car_is_out_until_tomorrow(stage: Stage) -> None:
    """李娜 shows it to a customer out of town; the sales manager let it stay there overnight."""
    told = TripRequest(
        car=stage.cars["E3"], purpose="客户单位现场看车", destination="曲靖市",
        starts_at=stage.database.calendar.at(stage.day(0), "08:00"),
        ends_at=stage.database.calendar.at(stage.day(-1), "12:00"), overnight_reason="客户次日上午试用",
    )  # fmt: skip
    number = stage.begin("李娜", 1, "16:00", "request", trip_acts.prepare, told)
    stage.take("马超", 1, "16:30", Trip, number, "approve")
    stage.take("孙强", 0, "08:05", Trip, number, "hand_out", Readings(odometer=3_070, fuel=95))


def a_request_waits_for_a_leader(stage: Stage) -> None:
    """张伟 needs any car for tomorrow afternoon."""
    told = TripRequest(
        model=stage.models["M7"], purpose="接厂家培训讲师", destination="长水机场",
        starts_at=stage.database.calendar.at(stage.day(-1), "14:00"),
        ends_at=stage.database.calendar.at(stage.day(-1), "17:00"),
    )  # fmt: skip
    stage.begin("张伟", 0, "09:10", "request", trip_acts.prepare, told)


TRIP_SCENES = (a_car_came_back_and_a_letter_came_after_it, a_car_is_out_until_tomorrow, a_request_waits_for_a_leader)
