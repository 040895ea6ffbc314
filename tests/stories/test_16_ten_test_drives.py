"""Ten test drives: with every refusal between the telephone and the car that is back."""

from datetime import date
from typing import Any

from dealer import sweep
from dealer.records.people import Person
from dealer.records.testdrives import DriveState, Experience
from dealer.records.vehicles import DemoCar, DemoState, Route
from tests.conftest import at
from tests.drives import PNG
from tests.stories.test_03_to_06_test_drives import (
    DUAN_LI,
    LICENCE_OF_YANG_FAN,
    SEEN,
    YANG_FAN,
    Yard,
    yard,
)

__all__ = ["yard"]
S = DriveState
BACK = {"odometer": 12_352, "satisfaction": "satisfied"}
KEY = {"odometer": 12_340, "fuel": 80}
RIDE = {"consent": True, "belt": True}


def signed(yard: Yard, car: str = "M7", starts: str = "10:00", **licence: Any) -> int:
    """Booked for 14 November, the licence entered, both have signed."""
    number = yard.book(car, f"2026-11-14T{starts}", YANG_FAN, "2026-11-14 08:30")
    yard.done("王磊", "2026-11-14 08:35", number, "enter_licence", LICENCE_OF_YANG_FAN | licence)
    assert yard.sign("2026-11-14 08:40", number).status == 200
    return number


def change(yard: Yard, record: Any, name: str, **values: Any) -> None:
    """Something changes beside the drive."""
    with yard.shop.database.writing(yard.shop.store.id) as db:
        thing = db.get(record, yard.keys[name])
        for field, value in values.items():
            setattr(thing, field, value)


def test_first_and_second_who_books_must_say_who_when_and_along_which_route(yard: Yard) -> None:
    desk = yard.at("赵敏", "2026-11-14 08:30")
    slot = yard.slot("M7", "2026-11-14T10:00")

    def codes(**changed: Any) -> tuple[str, ...]:
        return desk.ask("/drives/new", {**YANG_FAN, **slot, **changed}).codes

    blank = desk.ask("/drives/new", {**YANG_FAN, **slot, "name": "", "phone": "12"})
    assert {each["field"] for each in blank.json["refusals"]} == {"name", "phone"}
    assert codes(starts_at="2026-11-13T10:00") == ("E-SLOT-PAST",)
    assert codes(starts_at="2026-11-14T22:00") == ("E-SLOT-HOURS",)
    change(yard, Route, "R1", active=False)
    assert codes() == ("E-ROUTE",)
    change(yard, Route, "R1", active=True)
    change(yard, DemoCar, "M7", status=DemoState.REPAIR)
    assert codes() == ("E-CAR-STATUS",)
    change(yard, DemoCar, "M7", status=DemoState.AVAILABLE, insured_until=date(2026, 11, 13))
    assert codes() == ("E-CAR-PAPERS",)
    change(yard, DemoCar, "M7", insured_until=date(2027, 6, 30))
    assert desk.ask("/drives/new", {**YANG_FAN, **slot}).status == 200
    # the second customer wants the same car, or the same companion, and the first one wants another car at that time
    assert codes(name="段莉", phone="13888880031", companion=str(yard.keys["李娜"])) == ("E-DOUBLE-BOOKED",)
    assert codes(name="段莉", phone="13888880031", car=str(yard.keys["X5"])) == ("E-DOUBLE-BOOKED",)
    assert codes(car=str(yard.keys["X5"]), companion=str(yard.keys["李娜"])) == ("E-DOUBLE-BOOKED",)


def test_third_every_wrong_licence_is_told_apart_and_the_right_one_drives(yard: Yard) -> None:
    number = yard.book("M7", "2026-11-14T10:00", YANG_FAN, "2026-11-14 08:30")

    def entered(**changed: Any) -> tuple[str, ...]:
        return yard.ask("王磊", "2026-11-14 08:35", number, "enter_licence", LICENCE_OF_YANG_FAN | changed).codes

    assert yard.ask("赵敏", "2026-11-14 08:35", number, "enter_licence", LICENCE_OF_YANG_FAN).codes == ("E-NOT-YOURS",)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"consent": False}, "E-CONSENT"),
        ({"classes": "C2"}, "E-LIC-CLASS"),
        ({"classes": "C3"}, "E-LIC-CLASS"),
        ({"classes": "C5"}, "E-LIC-CLASS"),
        ({"until": "2026-11-13"}, "E-LIC-EXPIRED"),
        ({"number": "530102199003078230"}, "E-LIC-ID"),
        ({"number": "530100123456"}, "E-LIC-ID"),  # 档案编号
        ({"number_kind": "foreign", "number": "D08K12345", "birth": "1980-01-01"}, "E-LIC-FOREIGN"),
        ({"number_kind": "other", "number": "H12345678", "birth": "2009-11-14"}, "E-LIC-AGE"),
    )
    assert [entered(**changed) for changed, _ in wrong] == [(code,) for _, code in wrong]
    assert entered(until="2026-11-14", classes="c1d") == ()  # its last day, two classes in one
    assert yard.ask("王磊", "2026-11-14 09:50", number, "verify", SEEN).codes == ("E-AGREEMENT",)
    assert yard.sign("2026-11-14 09:51", number).status == 200
    desk = (
        ({"form": "photo"}, "E-LIC-PHOTO"),
        ({"status": "over_points"}, "E-LIC-STATUS"),
        ({"name": "杨凡"}, "E-LIC-NAME"),
        ({"sober": False}, "E-SOBER"),
    )
    told = [yard.ask("王磊", "2026-11-14 09:52", number, "verify", SEEN | changed).codes for changed, _ in desk]
    assert told == [(code,) for _, code in desk]
    yard.done("王磊", "2026-11-14 09:53", number, "verify", SEEN | {"form": "electronic", "status": "normal"})
    assert yard.ask("王磊", "2026-11-14 09:54", number, "start").codes == ("E-KEY",)
    yard.done("孙强", "2026-11-14 09:55", number, "check_out", KEY)
    assert yard.ask("李娜", "2026-11-14 09:56", number, "start").codes == ("E-NOT-YOURS",), "the companion starts it"
    yard.done("王磊", "2026-11-14 10:00", number, "start")
    assert yard.ask("王磊", "2026-11-14 10:20", number, "complete", BACK | {"odometer": 12_339}).codes == ("E-KM",)
    yard.done("王磊", "2026-11-14 10:25", number, "complete", BACK)


def test_fourth_and_fifth_in_the_first_year_off_the_motorway_by_a_managers_word_and_on_it_beside_experience(
    yard: Yard,
) -> None:
    number = signed(yard, since="2026-03-01")
    assert yard.ask("王磊", "2026-11-14 09:00", number, "verify", SEEN).codes == ("E-LIC-PROBATION",)
    word = {"comment": "已确认驾驶熟练"}
    assert yard.ask("王磊", "2026-11-14 09:01", number, "override_probation", word).codes == ("E-NOT-YOURS",)
    yard.done("刘洋", "2026-11-14 09:02", number, "override_probation", word)
    yard.done("王磊", "2026-11-14 09:03", number, "verify", SEEN)
    # along the motorway no word helps, and a companion of two years does not either
    on_the_motorway = yard.slot("M7", "2026-11-14T10:00") | {"route": str(yard.keys["R2"])}
    yard.done("王磊", "2026-11-14 09:04", number, "move", on_the_motorway)
    assert yard.sign("2026-11-14 09:05", number).status == 200
    change(yard, Person, "王磊", licence_since=date(2024, 11, 14))
    told = yard.ask("王磊", "2026-11-14 09:06", number, "verify", SEEN)
    assert told.codes == ("E-LIC-PROBATION", "E-LIC-COMPANION")
    assert yard.look(number).state is S.BOOKED


def test_sixth_a_check_of_the_morning_is_too_old_for_the_key_and_the_start(yard: Yard) -> None:
    number = signed(yard, starts="12:00")
    yard.done("王磊", "2026-11-14 09:50", number, "verify", SEEN)
    assert yard.ask("孙强", "2026-11-14 11:51", number, "check_out", KEY).codes == ("E-VERIFY-AGAIN",)
    yard.done("孙强", "2026-11-14 11:50", number, "check_out", KEY)
    assert yard.ask("王磊", "2026-11-14 11:51", number, "start").codes == ("E-VERIFY-AGAIN",)
    yard.done("王磊", "2026-11-14 11:55", number, "verify", SEEN)
    yard.done("王磊", "2026-11-14 12:00", number, "start")


def test_seventh_somebody_without_a_licence_rides_and_a_minor_only_with_a_guardian(yard: Yard) -> None:
    number = yard.book("X5", "2026-11-14T10:00", DUAN_LI, "2026-11-14 08:30")
    yard.done("王磊", "2026-11-14 09:40", number, "refuse", {"reason": "no_licence"})
    assert yard.look(number).refusal_code == "E-LIC-NONE"
    yard.done("王磊", "2026-11-14 09:41", number, "ride_instead")
    for changed, code in (
        ({"consent": False}, "E-CONSENT"),
        ({"belt": False}, "E-BELT"),
        ({"minor": True}, "E-GUARDIAN"),
    ):
        assert yard.ask("王磊", "2026-11-14 09:45", number, "verify", RIDE | changed).codes == (code,)
    yard.done("王磊", "2026-11-14 09:50", number, "verify", RIDE | {"minor": True, "guardian": "段母"})
    yard.done("孙强", "2026-11-14 09:55", number, "check_out", KEY)
    yard.done("王磊", "2026-11-14 10:00", number, "start")
    yard.done("王磊", "2026-11-14 10:25", number, "complete", BACK)
    drive = yard.look(number)
    assert (drive.experience, drive.number_hash, drive.licence_classes) == (Experience.RIDE, None, None)


def test_eighth_an_accident_is_told_at_once_and_its_papers_stay(yard: Yard) -> None:
    number = yard.under_way()
    report = {
        "place": "环湖路2号", "what": "追尾前车", "other_party": "云A12345 王先生", "police_number": "JJ-1",
        "insurer_number": "PICC-1", "fault": "前车急停", "injured": False, "cost": "3500",
        "photo": ("front.png", PNG),
    }  # fmt: skip
    ahead = report | {"happened_at": "2026-11-14T11:00"}
    page = yard.at("王磊", "2026-11-14 10:20").submit(f"/drives/{number}/incident", ahead)
    assert page.status == 409, "what is still to come has not happened"
    page = yard.at("王磊", "2026-11-14 10:21").submit(f"/drives/{number}/incident", report)
    assert page.status == 200
    assert yard.car("M7").status is DemoState.REPAIR
    for who in ("刘洋", "陈静"):
        assert "云A7M002" in yard.at(who, "2026-11-14 10:22").get("/today").text, who
    assert yard.ask("王磊", "2026-11-14 10:23", number, "complete", BACK).codes == ("E-STATE",)
    assert yard.look(number).driver_signature_sha256


def test_ninth_who_does_not_come_frees_the_car_and_leaves_no_licence(yard: Yard) -> None:
    number = yard.book("M7", "2026-11-14T10:00", YANG_FAN, "2026-11-10 09:00")
    yard.done("王磊", "2026-11-10 09:10", number, "enter_licence", LICENCE_OF_YANG_FAN)
    sweep.fire_due(yard.shop.database, at("2026-11-14 10:29"))
    assert yard.look(number).state is S.BOOKED
    sweep.fire_due(yard.shop.database, at("2026-11-14 10:30"))
    assert (yard.look(number).state, yard.look(number).number_hash) == (S.NO_SHOW, None)
    assert yard.book("M7", "2026-11-14T10:30", DUAN_LI, "2026-11-14 10:31")


def test_tenth_who_drove_badly_is_known_again_under_another_phone(yard: Yard) -> None:
    stopped = yard.under_way()
    yard.done("王磊", "2026-11-14 10:10", stopped, "abort", {"reason": "speeding"})
    other = yard.book("X5", "2026-11-14T15:00", YANG_FAN | {"phone": "13888880099"}, "2026-11-14 11:00")
    yard.done("王磊", "2026-11-14 14:30", other, "enter_licence", LICENCE_OF_YANG_FAN)
    assert yard.sign("2026-11-14 14:35", other).status == 200
    assert yard.ask("王磊", "2026-11-14 14:40", other, "verify", SEEN).codes == ("E-CONDUCT",)
    assert yard.ask("王磊", "2026-11-14 14:41", other, "approve", {"comment": "算了"}).codes == ("E-NOT-YOURS",)
    yard.done("刘洋", "2026-11-14 14:45", other, "approve", {"comment": "已谈话"})
    yard.done("王磊", "2026-11-14 14:50", other, "verify", SEEN)
