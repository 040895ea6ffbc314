"""Cars lent to colleagues: one car and one driver at a time, a leader's word, the key, the night, the letter."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from dealer import workflow
from dealer.deals.deals import Comment
from dealer.drives import car_holds
from dealer.drives.drives import Readings
from dealer.engine.steps import Refused
from dealer.people import by_number
from dealer.records.deadlines import Deadline
from dealer.records.people import Person, Role
from dealer.records.trips import Condition, Mishap, Trip, TripState
from dealer.records.vehicles import DemoCar, DemoState
from dealer.sweep import fire_due
from dealer.trips import mishaps, trip_acts
from dealer.trips.closing_time import raise_alarms
from dealer.trips.mishaps import MishapFacts
from dealer.trips.trip_acts import KeyIn, Leg, NamedCar, Overnight, TripRequest
from tests.cast import Shop
from tests.desk import Desk
from tests.drives import BACK, Yard

S = TripState
BACK_CLEAN = KeyIn(odometer=12_090, fuel=60)


class Lot(Yard):
    """The shop's cars, asked for by colleagues."""

    def request(self, starts: str = "14:00", ends: str = "16:00", car: str | None = "X5", **more: Any) -> TripRequest:
        """To the vehicle office and back."""
        told = {"purpose": "办理临时号牌", "destination": "车管所"} | more
        key = self.keys[car] if car else None
        return TripRequest(car=key, starts_at=self.when(starts), ends_at=self.when(ends), **told)

    def ask(self, who: str = "李娜", when: str = "09:00", **request: Any) -> int:
        """Ask for a car; the number."""
        with self.shop.acting(who, self.when(when), self.request(**request)) as ask:
            trip = trip_acts.prepare(ask)
            workflow.begin(trip, "request", ask)
            return trip.number

    def step(self, who: str, when: str, number: int, action: str, facts: Any = None) -> Trip:
        """Take a step of a trip."""
        with self.shop.acting(who, self.when(when), facts) as ask:
            trip = by_number(ask.db, Trip, ask.actor, number)
            assert trip is not None
            workflow.take(trip, action, ask)
            return trip

    def out(self, **request: Any) -> int:
        """Approved, and the key handed out at 14:00."""
        number = self.ask(**request)
        self.step("刘洋", "09:10", number, "approve")
        self.step("孙强", "14:00", number, "hand_out", Readings(odometer=12_010, fuel=80))
        return number

    def trip(self, number: int) -> Trip:
        """The trip as it stands."""
        with self.shop.looking() as db:
            return db.scalars(select(Trip).where(Trip.number == number)).one()

    def not_lent(self, **request: Any) -> tuple[str, ...]:
        """The codes with which a request is refused."""
        with pytest.raises(Refused) as refusal:
            self.ask(**request)
        return refusal.value.codes

    def not_taken(self, *step: Any) -> tuple[str, ...]:
        """The codes with which a step is refused."""
        with pytest.raises(Refused) as refusal:
            self.step(*step)
        return refusal.value.codes


@pytest.fixture
def lot(shop: Shop) -> Lot:
    """The shop's cars on the day of story 3."""
    return Lot(shop)


def test_a_car_goes_out_and_comes_back_and_its_log_says_where_it_was(lot: Lot) -> None:
    number = lot.ask()
    assert [row.role for row in lot.due("trip_approval")] == [Role.SHOWROOM.value]
    assert lot.not_taken("孙强", "13:00", number, "hand_out", Readings(odometer=12_010, fuel=80)) == ("E-STATE",)
    lot.step("刘洋", "09:10", number, "approve")
    assert (lot.due("trip_approval"), [row.role for row in lot.due("trip_key")]) == ([], [Role.VEHICLES.value])
    assert lot.not_taken("孙强", "14:00", number, "hand_out", Readings(odometer=11_999, fuel=80)) == ("E-KM",)
    lot.step("孙强", "14:00", number, "hand_out", Readings(odometer=12_010, fuel=80))
    assert lot.car("X5").status is DemoState.OUT
    lot.step("李娜", "14:40", number, "log", Leg(place="车管所", odometer=12_050))
    assert lot.not_taken("孙强", "16:00", number, "take_back", KeyIn(odometer=12_049, fuel=60)) == ("E-KM",)
    lot.step("孙强", "16:00", number, "take_back", BACK_CLEAN.model_copy(update={"condition": Condition.DAMAGED}))
    car, trip = lot.car("X5"), lot.trip(number)
    assert (car.status, car.odometer, trip.state) == (DemoState.CHECK, 12_090, S.RETURNED)
    assert (lot.due("trip_back"), len(lot.due("car_check"))) == ([], 1)


def test_a_reading_nobody_can_have_driven_is_refused_and_a_wrong_one_can_be_put_right(
    lot: Lot, desk: Callable[[str], Desk]
) -> None:
    number = lot.out()
    assert lot.not_taken("李娜", "14:40", number, "log", Leg(place="车管所", odometer=999_999)) == ("E-KM",)
    lot.step("李娜", "14:40", number, "log", Leg(place="车管所", odometer=14_010))
    desk("孙强").turn_clock("2026-11-14 16:00")
    keeper = desk("孙强")
    back = {"odometer": "12050", "fuel": "60", "condition": "good"}
    told = keeper.submit(f"/trips/{number}/take_back", back)
    assert (told.status, "“试驾车”页面" in told.text) == (409, True)
    with lot.shop.looking() as db:
        car = db.get_one(DemoCar, lot.keys["X5"])
    papers = {"plate": car.plate, "model": car.model_id, "insured_until": "2027-11-20", "inspected_until": "2027-11-20"}
    keeper.submit(f"/democars/{car.id}/edit", papers | {"odometer": "12040"})
    assert keeper.submit(f"/trips/{number}/take_back", back).status == 200
    assert lot.car("X5").odometer == 12_050


def test_nobody_approves_a_car_for_themselves(lot: Lot) -> None:
    number = lot.ask(who="陈静")
    assert lot.not_taken("陈静", "09:10", number, "approve") == ("E-SELF-APPROVE",)
    assert lot.not_taken("张伟", "09:10", number, "approve") == ("E-NOT-YOURS",)
    lot.step("刘洋", "09:10", number, "refuse", Comment(comment="车辆另有安排"))
    assert (lot.trip(number).state, lot.due("trip_approval")) == (S.REFUSED, [])


def test_a_car_is_with_one_person_at_a_time_whether_a_customer_or_a_colleague_drives(lot: Lot) -> None:
    lot.book(facts=lot.booking("X5", "10:00"))  # to 10:30
    assert lot.not_lent(starts="09:00", ends="09:46", when="2026-11-13 09:00") == ("E-DOUBLE-BOOKED",)
    assert lot.not_lent(starts="10:44", ends="12:00") == ("E-DOUBLE-BOOKED",)
    lot.ask(starts="10:45", ends="12:00")
    other = {"name": "段莉", "phone": "13888880031", "companion": lot.keys["李娜"]}
    assert lot.not_booked(facts=lot.booking("X5", "11:30", **other)) == ("E-DOUBLE-BOOKED",)
    assert lot.not_lent(starts="12:00", ends="13:00", who="王磊") == ("E-DOUBLE-BOOKED",)
    lot.ask(starts="12:15", ends="13:00", who="王磊")


def test_of_many_who_want_one_car_at_once_one_gets_it(lot: Lot) -> None:
    told: list[Any] = []

    def try_it(who: str) -> None:
        try:
            told.append(lot.ask(who=who) if who != "drive" else lot.book(facts=lot.booking("X5", "14:30")))
        except Refused as refused:
            told.append(refused.codes)

    tries = [threading.Thread(target=try_it, args=(who,)) for who in ("李娜", "王磊", "陈静", "张伟", "drive", "drive")]
    for each in tries:
        each.start()
    for each in tries:
        each.join()
    assert len([each for each in told if isinstance(each, int)]) == 1
    assert all("E-DOUBLE-BOOKED" in each for each in told if not isinstance(each, int))


def test_no_key_without_a_licence_on_file_that_lasts_and_covers_the_car(lot: Lot) -> None:
    assert lot.not_lent(who="高洁") == ("E-LIC-NONE",)
    who = lot.keys["李娜"]
    for classes, until, code in (("C2", None, "E-LIC-CLASS"), ("C1", date(2026, 11, 13), "E-LIC-EXPIRED")):
        lot.change(Person, who, licence_classes=classes, licence_until=until)
        assert lot.not_lent(car="M7") == (code,)
    lot.change(Person, who, licence_until=date(2026, 11, 14))  # valid on its last day too
    number = lot.ask(car="M7")
    lot.step("刘洋", "09:10", number, "approve")
    lot.change(Person, who, licence_until=date(2026, 11, 13))
    assert lot.not_taken("孙强", "14:00", number, "hand_out", Readings(odometer=12_000, fuel=80)) == ("E-LIC-EXPIRED",)


def test_any_car_of_a_model_will_do_until_one_is_named(lot: Lot) -> None:
    assert lot.not_lent(car=None) == ("E-REQ-FIELD",)
    number = lot.ask(car=None, model=lot.models["X5"])
    lot.step("刘洋", "09:10", number, "approve")
    assert "E-KEY" in lot.not_taken("孙强", "14:00", number, "hand_out", Readings(odometer=12_010, fuel=80))
    lot.change(DemoCar, lot.keys["X5"], status=DemoState.REPAIR)
    assert lot.not_taken("孙强", "13:00", number, "name_car", NamedCar(car=lot.keys["X5"])) == ("E-CAR-STATUS",)
    lot.change(DemoCar, lot.keys["X5"], status=DemoState.AVAILABLE, insured_until=date(2026, 11, 13))
    assert lot.not_taken("孙强", "13:00", number, "name_car", NamedCar(car=lot.keys["X5"])) == ("E-CAR-PAPERS",)
    lot.step("孙强", "13:00", number, "name_car", NamedCar(car=lot.keys["E3"]))
    lot.step("孙强", "14:00", number, "hand_out", Readings(odometer=12_010, fuel=80))
    assert lot.car("E3").status is DemoState.OUT


@pytest.mark.parametrize(
    ("starts", "ends", "codes"),
    [
        ("2026-11-14 08:30", "16:00", ("E-SLOT-PAST",)),
        ("14:00", "14:00", ("E-REQ-FIELD",)),
        ("14:00", "2026-12-16 14:00", ("E-REQ-FIELD", "E-OVERNIGHT")),
        ("14:00", "18:31", ("E-OVERNIGHT",)),
        ("14:00", "18:30", ()),
    ],
)
def test_a_span_is_to_come_and_a_night_has_a_reason(lot: Lot, starts: str, ends: str, codes: tuple[str, ...]) -> None:
    if codes:
        assert lot.not_lent(starts=starts, ends=ends) == codes
    else:
        assert lot.trip(lot.ask(starts=starts, ends=ends)).state is S.REQUESTED


def test_a_key_nobody_took_is_free_again_after_its_time(lot: Lot) -> None:
    number = lot.ask()
    lot.step("刘洋", "09:10", number, "approve")
    fire_due(lot.shop.database, lot.when("15:59"))
    assert lot.trip(number).state is S.APPROVED
    fire_due(lot.shop.database, lot.when("16:00"))
    assert (lot.trip(number).state, lot.due("trip_key")) == (S.LAPSED, [])


def alarms(lot: Lot) -> list[Deadline]:
    return lot.due("car_not_back")


def test_a_car_not_back_at_closing_time_is_known_to_those_who_look_after_it(lot: Lot) -> None:
    number = lot.out()
    look = lot.shop.database
    raise_alarms(look, lot.when("18:29"))
    assert alarms(lot) == []  # yesterday's closing is no concern of a key handed out today
    for minute in ("18:30", "18:31", "23:00"):
        raise_alarms(look, lot.when(minute))
    assert sorted(row.role or "" for row in alarms(lot)) == [Role.SHOWROOM.value, Role.VEHICLES.value]
    raise_alarms(look, lot.when("2026-11-15 18:31"))
    assert {row.due_at for row in alarms(lot)} == {lot.when("2026-11-15 18:30")}
    lot.step("孙强", "2026-11-15 19:00", number, "take_back", BACK_CLEAN)
    assert alarms(lot) == []


def test_a_night_that_a_leader_allowed_raises_no_alarm_before_its_end(lot: Lot) -> None:
    number = lot.out()
    assert lot.not_taken("陈静", "17:00", number, "allow_overnight") == ("E-NOT-NEEDED",)
    lot.step("李娜", "17:00", number, "ask_overnight", Overnight(until=lot.when("2026-11-15 10:00"), reason="高速封路"))
    raise_alarms(lot.shop.database, lot.when("18:31"))
    assert len(alarms(lot)) == 2  # asked is not allowed
    lot.step("陈静", "18:40", number, "allow_overnight")
    lot.step("孙强", "18:50", number, "take_back", BACK_CLEAN)
    planned = lot.out(car="E3", starts="14:00", ends="2026-11-15 10:00", overnight_reason="外地交车")
    raise_alarms(lot.shop.database, lot.when("2026-11-15 18:29"))
    assert alarms(lot) == []
    raise_alarms(lot.shop.database, lot.when("2026-11-15 18:30"))
    assert len(alarms(lot)) == 2
    lot.step("孙强", "2026-11-15 19:00", planned, "take_back", BACK_CLEAN)


def test_a_test_drive_that_is_not_back_raises_the_same_alarm(lot: Lot) -> None:
    number = lot.under_way()
    raise_alarms(lot.shop.database, lot.when("18:31"))
    assert {row.note for row in alarms(lot)} == {"云A7M002"}
    lot.take("王磊", "18:40", number, "complete", BACK)
    assert alarms(lot) == []


def test_the_letter_finds_who_had_the_car_at_that_minute(lot: Lot, desk: Callable[[str], Desk]) -> None:
    trip, drive = lot.out(), lot.under_way()  # X5 from 14:00 on; M7 from 10:05 on with 杨帆
    lot.step("孙强", "16:00", trip, "take_back", BACK_CLEAN)
    with lot.shop.looking() as db:
        for car, clock, who in (("X5", "13:59", None), ("X5", "14:00", "李娜"), ("X5", "15:59", "李娜"),
                                ("X5", "16:00", None), ("M7", "10:04", None), ("M7", "12:00", "杨帆")):  # fmt: skip
            holder = car_holds.who_had(db, db.get_one(DemoCar, lot.keys[car]), lot.when(clock))
            assert (holder and holder.driver) == who, (car, clock)
    admin = desk("孙强")
    admin.turn_clock("2026-11-20 09:00")
    admin.sign_in()
    letter = {"car": lot.keys["X5"], "kind": "violation", "place": "彩云北路", "what": "超速 10% 以下"}
    told = admin.submit("/mishaps/new", letter | {"happened_at": "2026-11-14T15:10", "fine": "200", "points": "3"})
    assert "李娜" in told.text
    assert f"用车申请 {trip}" in told.text
    admin.submit("/mishaps/new", letter | {"car": lot.keys["M7"], "happened_at": "2026-11-14T12:00"})
    nobody = admin.submit("/mishaps/new", letter | {"happened_at": "2026-11-14T09:00"})
    assert "王磊" in nobody.text
    assert f"试乘试驾 {drive}" in nobody.text
    assert "无人使用" in nobody.text
    later = admin.submit("/mishaps/new", letter | {"happened_at": "2026-11-20T09:01"})
    assert "请填写发生时间" in later.text or later.status == 409
    for long_ago, status in (("1990-01-01T10:00", 409), ("2024-11-19T23:59", 409)):
        assert admin.submit("/mishaps/new", letter | {"happened_at": long_ago}).status == status
    with lot.shop.looking() as db:
        first = db.scalars(select(Mishap).where(Mishap.trip_id.is_not(None))).one()
    assert len([row for row in lot.due("mishap_to_settle") if row.subject_id == first.id]) == 2
    admin.submit(f"/mishaps/{first.id}/settled", form_at="/mishaps")
    assert not [row for row in lot.due("mishap_to_settle") if row.subject_id == first.id]
    assert desk("李娜").get("/mishaps").status == 403


def test_only_who_keeps_the_cars_writes_down_a_letter(lot: Lot) -> None:
    facts = MishapFacts(car=lot.keys["X5"], happened_at=lot.when("09:00"), place="彩云北路", what="违停")
    with pytest.raises(Refused) as refused, lot.shop.acting("李娜", lot.when("10:00"), facts) as ask:
        mishaps.record(ask)
    assert refused.value.codes == ("E-NOT-YOURS",)


def test_a_colleague_asks_and_the_key_goes_out_and_in_by_the_screens(lot: Lot, desk: Callable[[str], Desk]) -> None:
    desk("李娜").turn_clock("2026-11-14 09:00")
    driver, leader, keeper = desk("李娜"), desk("刘洋"), desk("孙强")
    late = {
        "purpose": "接客户",
        "destination": "长水机场",
        "starts_at": "2026-11-14T14:00",
        "ends_at": "2026-11-14T20:00",
    }
    again = driver.submit("/trips/new", late | {"car": lot.keys["X5"]})
    assert (again.status, "接客户" in again.html, "下班时间" in again.text) == (409, True, True)
    page = driver.submit("/trips/new", late | {"car": lot.keys["X5"], "overnight_reason": "航班晚到"})
    assert page.url == "/trips/1"
    assert "待批准" in page.text
    assert "批准用车" not in page.text
    leader.submit("/trips/1/approve")
    keeper.submit("/trips/1/hand_out", {"odometer": "12010", "fuel": "80"}, when="2026-11-14 14:00")
    driver.submit("/trips/1/log", {"place": "长水机场", "odometer": "12045"})
    assert "长水机场" in keeper.get("/trips").text
    assert desk("王磊").get("/trips/1").status == 404
    done = keeper.submit("/trips/1/take_back", {"odometer": "12090", "fuel": "50", "condition": "dirty"})
    assert "12,010 → 12,090" in done.text
    assert lot.car("X5").status is DemoState.CLEANING
