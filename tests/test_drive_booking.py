"""Booking a demo car: nobody in two places, a car with its papers, a day of half hours."""

import threading
from datetime import date
from typing import Any

import pytest

from dealer.deals.deals import Comment
from dealer.drives import testdrive
from dealer.drives.drives import CheckOut
from dealer.engine.steps import Refused
from dealer.records.testdrives import (
    DriveState,
)
from dealer.records.vehicles import DemoCar, DemoState, Route
from tests.cast import Shop
from tests.conftest import at
from tests.drives import ORIGINAL, YANG_FAN_LICENCE, Yard

S = DriveState
A_REASON = Comment(comment="客户改了主意")


@pytest.fixture
def yard(shop: Shop) -> Yard:
    """The shop's demo cars, routes and people, on the day of story 3."""
    return Yard(shop)


# ── booking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_reception_books_but_never_touches_a_licence(yard: Yard) -> None:
    number = yard.book(who="赵敏")
    assert yard.refused("赵敏", "2026-11-10 09:10", number, "enter_licence", YANG_FAN_LICENCE) == ("E-NOT-YOURS",)
    assert yard.refused("赵敏", "09:50", number, "verify", ORIGINAL) == ("E-NOT-YOURS",)


def test_reception_learns_nothing_of_the_licence_from_a_refusal(yard: Yard) -> None:
    number = yard.booked_for_the_twelfth()
    with pytest.raises(Refused) as refused:
        yard.take("赵敏", "2026-11-11 09:00", number, "move", yard.moved("2026-11-14 10:00", "X5"))
    (refusal,) = refused.value.refusals
    assert (refusal.code, refusal.values) == ("E-LIC-EXPIRED", {"companion": "王磊"})


def test_who_does_not_plan_drives_books_none(yard: Yard) -> None:
    assert yard.not_booked(who="高洁") == ("E-NOT-YOURS",)


def test_between_two_drives_of_a_car_lies_a_quarter_of_an_hour(yard: Yard) -> None:
    yard.book()  # 10:00 to 10:30
    others: dict[str, Any] = {"name": "段莉", "phone": "13888880031", "companion": yard.keys["李娜"]}
    for starts in ("09:16", "09:45", "10:29", "10:44"):
        assert yard.not_booked(facts=yard.booking("M7", starts, **others)) == ("E-DOUBLE-BOOKED",), starts
    assert yard.look(yard.book(facts=yard.booking("M7", "09:15", **others))).state is S.BOOKED  # back at 9:45
    assert yard.look(yard.book(facts=yard.booking("M7", "10:45", **others))).state is S.BOOKED


def test_neither_car_nor_companion_nor_driver_is_in_two_places(yard: Yard) -> None:
    yard.book()
    same_car = yard.booking("M7", name="段莉", phone="13888880031", companion=yard.keys["李娜"])
    same_companion = yard.booking("X5", name="段莉", phone="13888880031")
    same_driver = yard.booking("X5", companion=yard.keys["李娜"])
    for facts in (same_car, same_companion, same_driver):
        assert yard.not_booked(facts=facts) == ("E-DOUBLE-BOOKED",)
    assert yard.not_booked() == ("E-DOUBLE-BOOKED",) * 3


def test_the_refusal_names_which_and_when(yard: Yard) -> None:
    yard.book()
    with pytest.raises(Refused) as refused:
        yard.book()
    told = [refusal.values for refusal in refused.value.refusals]
    assert (told[0]["car"], told[0]["start"], told[0]["end"]) == ("云A7M002", yard.when("10:00"), "10:30")
    assert (told[1]["person"], told[2]["number"]) == ("王磊", 1)


def test_one_licence_number_under_two_phones_is_one_driver(yard: Yard) -> None:
    yard.take("王磊", "2026-11-10 09:10", yard.book(), "enter_licence", YANG_FAN_LICENCE)
    other = yard.book(facts=yard.booking("X5", phone="13888880099", companion=yard.keys["李娜"]))
    refused = yard.refused("李娜", "2026-11-10 09:20", other, "enter_licence", YANG_FAN_LICENCE)
    assert refused == ("E-DOUBLE-BOOKED",)


def test_a_drive_that_ended_or_was_cancelled_holds_no_slot(yard: Yard) -> None:
    yard.take("王磊", "2026-11-10 09:30", yard.book(), "cancel", A_REASON)
    assert yard.look(yard.book()).state is S.BOOKED


def test_a_car_that_is_late_is_not_lent_again_before_it_is_back(yard: Yard) -> None:
    yard.under_way()
    facts = yard.booking("M7", "11:00", name="段莉", phone="13888880031", companion=yard.keys["李娜"])
    assert yard.not_booked(when="10:50", facts=facts) == ("E-DOUBLE-BOOKED",)


def test_of_sixteen_at_once_one_gets_the_slot(yard: Yard) -> None:
    answers: list[str] = []
    gate = threading.Barrier(16)

    def want(number: int) -> None:
        facts = yard.booking("X5", name=f"客户{number}", phone=f"138888801{number:02}")
        gate.wait()
        try:
            yard.book(facts=facts)
            answers.append("booked")
        except Refused as refused:
            answers.append(refused.codes[0])

    people = [threading.Thread(target=want, args=(number,)) for number in range(16)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(answers) == ["E-DOUBLE-BOOKED"] * 15 + ["booked"]


@pytest.mark.parametrize("paper", ["insured_until", "inspected_until", "plate_until"])
def test_a_cars_papers_last_until_the_drive(yard: Yard, paper: str) -> None:
    yard.change(DemoCar, yard.keys["M7"], **{paper: date(2026, 11, 13)})
    assert yard.not_booked() == ("E-CAR-PAPERS",)
    yard.change(DemoCar, yard.keys["M7"], **{paper: date(2026, 11, 14)})
    assert yard.look(yard.book()).state is S.BOOKED


def test_papers_that_ended_after_the_booking_keep_the_key(yard: Yard) -> None:
    number = yard.verified()
    yard.take("孙强", "10:00", number, "check_out", CheckOut(odometer=12_340, fuel=80))
    yard.change(DemoCar, yard.keys["M7"], insured_until=date(2026, 11, 13))
    yard.change(Route, yard.keys["R1"], active=False)
    assert yard.refused("王磊", "10:05", number, "start") == ("E-ROUTE", "E-CAR-PAPERS")


def test_a_car_in_repair_a_closed_route_and_a_past_time_are_not_booked(yard: Yard) -> None:
    yard.change(DemoCar, yard.keys["M7"], status=DemoState.REPAIR)
    yard.change(Route, yard.keys["R1"], active=False)
    assert yard.not_booked(when="10:30") == ("E-SLOT-PAST", "E-ROUTE", "E-CAR-STATUS")


def test_a_companion_sells_cars(yard: Yard) -> None:
    with pytest.raises(Refused) as refused:
        yard.book(facts=yard.booking(companion=yard.keys["孙强"]))
    assert (refused.value.codes, refused.value.refusals[0].field) == (("E-REQ-FIELD",), "companion")


def test_another_shops_car_is_nobodys_here(yard: Yard) -> None:
    with pytest.raises(Refused) as refused:
        yard.book(facts=yard.booking().model_copy(update={"car": yard.keys["王磊"]}))
    assert (refused.value.codes, refused.value.refusals[0].field) == (("E-REQ-FIELD",), "car")


def test_the_customer_is_reminded_the_day_before(yard: Yard) -> None:
    yard.book()
    (reminder,) = yard.due("drive_reminder")
    assert (reminder.due_at, reminder.owner_id) == (at("2026-11-13 09:30"), yard.keys["王磊"])


# ── a day of demo cars ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_day_of_the_cars_shows_what_is_taken_and_what_is_free(yard: Yard) -> None:
    yard.book()
    with yard.shop.looking() as db:
        grid = testdrive.day_grid(db, yard.shop.store.id, date(2026, 11, 14), yard.when("2026-11-10 09:00"))
    by_plate = {row.car.plate: row for row in grid}
    assert list(by_plate) == ["云A5X001", "云A7M002", "云AD30003"]
    assert [drive.number for drive in by_plate["云A7M002"].drives] == [1]
    free = [f"{start:%H:%M}" for start in by_plate["云A7M002"].free]
    assert free[:3] == ["09:00", "11:00", "11:30"]
    assert len(by_plate["云A5X001"].free) == 18


def test_a_car_without_papers_or_in_repair_has_no_free_half_hour(yard: Yard) -> None:
    yard.change(DemoCar, yard.keys["M7"], insured_until=date(2026, 11, 13))
    yard.change(DemoCar, yard.keys["X5"], status=DemoState.REPAIR)
    with yard.shop.looking() as db:
        grid = testdrive.day_grid(db, yard.shop.store.id, date(2026, 11, 14), yard.when("2026-11-10 09:00"))
    assert {row.car.plate: len(row.free) for row in grid} == {"云A5X001": 0, "云A7M002": 0, "云AD30003": 18}


@pytest.mark.parametrize("starts", ["03:00", "08:00", "18:15", "23:50"])
def test_a_drive_begins_and_ends_within_the_hours_for_drives(yard: Yard, starts: str) -> None:
    with pytest.raises(Refused) as refused:
        yard.book(facts=yard.booking(starts=starts))
    (refusal,) = refused.value.refusals
    assert (refusal.code, refusal.field) == ("E-SLOT-HOURS", "starts_at")
    assert refusal.values["hours"] == ["08:30–18:30"]
    number = yard.book(facts=yard.booking(starts="08:30"))
    assert yard.refused("王磊", "2026-11-10 09:30", number, "move", yard.moved(starts)) == ("E-SLOT-HOURS",)
    yard.take("王磊", "2026-11-10 09:30", number, "move", yard.moved("18:00"))
