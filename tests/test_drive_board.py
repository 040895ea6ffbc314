"""The boards of the demo cars, the register, and a drive on the consultant's phone, as people meet them."""

import re

import pytest
from flask import Flask

from dealer.drives.car_damage import new_on
from dealer.drives.drives import CheckOut
from dealer.records.testdrives import AbortReason, CarZone, DriveState
from dealer.records.vehicles import DemoState
from tests.cast import Shop
from tests.desk import Desk
from tests.drives import BACK, ORIGINAL, SIGNED, YANG_FAN_LICENCE, Yard
from tests.test_drive_screens import There, there

__all__ = ["there"]
S = DriveState


@pytest.fixture
def yard(shop: Shop, app: Flask) -> Yard:
    """The shop's demo cars, routes and people."""
    return Yard(shop)


def links(page: str, beginning: str) -> list[str]:
    """Where a page leads, of one kind of address."""
    return [each.replace("&amp;", "&") for each in re.findall(r'href="([^"]+)"', page) if each.startswith(beginning)]


def ticked(page: str) -> list[str]:
    """The zones of the car that a form shows as damaged."""
    return re.findall(r'name="damage" value="(\w+)"[^>]* checked', page)


def test_a_week_shows_every_car_and_a_booking_moves_by_two_clicks(yard: Yard, there: There) -> None:
    number = yard.book(facts=yard.booking("M7", "2026-11-14 10:00"))
    reception = there("赵敏", "2026-11-10 09:00")
    week = reception.get("/drives?view=week&day=2026-11-14")
    assert "11-09 – 11-15" in week.text
    assert links(week.html, f"/drives/{number}") == [f"/drives/{number}"]
    firsts = links(week.html, "/drives/new?")
    assert f"/drives/new?car={yard.keys['X5']}&at=2026-11-14T09:00" in firsts
    assert not [each for each in firsts if "2026-11-09" in each], "yesterday is over"

    on_the_grid = links(reception.get(f"/drives/{number}").html, "/drives?move=")[0]
    board = reception.get(on_the_grid)
    assert "杨帆" in board.text
    own, other, afternoon = (
        f"/drives/{number}/move?car={yard.keys[car]}&at=2026-11-14T{clock}"
        for car, clock in (("M7", "10:30"), ("X5", "10:00"), ("M7", "16:00"))
    )
    assert {own, other, afternoon} <= set(links(board.html, f"/drives/{number}/move")), (
        "its own half hour is free to it"
    )
    moved = reception.submit(
        f"/drives/{number}/move",
        {"companion": yard.keys["王磊"], "route": yard.keys["R1"]} | _slot(afternoon),
        afternoon,
    )
    assert moved.status == 200
    assert yard.look(number).starts_at == yard.when("2026-11-14 16:00")

    # every rule is asked again: the car was taken meanwhile
    yard.book(facts=yard.booking("X5", "2026-11-14 10:00", phone="13888880077", companion=yard.keys["李娜"]))
    refused = reception.submit(
        f"/drives/{number}/move", {"companion": yard.keys["王磊"], "route": yard.keys["R1"]} | _slot(other), other
    )
    assert (refused.status, yard.look(number).starts_at) == (409, yard.when("2026-11-14 16:00"))


def _slot(address: str) -> dict[str, str]:
    car, starts_at = re.findall(r"car=([^&]+)&at=(.+)", address)[0]
    return {"car": car, "starts_at": starts_at}


def test_the_register_says_who_drove_a_car_when_the_letter_comes(yard: Yard, there: There) -> None:
    yard.completed(car="X5")  # 10:05 to 10:30
    yard.book(facts=yard.booking("M7", "15:00", name="段莉", phone="13888880031"))
    manager = there("刘洋", "2026-11-20 09:00")

    def found(at: str, car: str = "X5") -> str:
        return manager.get(f"/drives/register?car={yard.keys[car]}&day=2026-11-14&at={at}").text

    for moment in ("10:05", "10:10", "10:30"):
        assert "杨帆" in found(moment), moment
        assert "该时刻无人试驾" not in found(moment), moment
    assert "该时刻无人试驾" in found("10:04")
    assert "没有符合的试驾记录" in manager.get(f"/drives/register?car={yard.keys['E3']}&day=2026-11-14").text
    assert "段莉" in manager.get("/drives/register?day=2026-11-14").text
    assert "杨帆" not in manager.get("/drives/register?day=2026-11-15").text
    for nonsense in ("?car=x&day=2026-02-30&at=99:99", "?at=10:10", "?day=0001-01-01"):
        assert "杨帆" in manager.get("/drives/register" + nonsense).text, nonsense


def test_a_drive_on_the_phone_runs_its_clock_and_stops_in_two_taps(yard: Yard, there: There) -> None:
    number = yard.under_way()
    phone = there("王磊", "2026-11-14 10:22")
    page = phone.get(f"/drives/{number}")
    assert "17分钟" in page.text
    reasons = re.findall(r'<button[^>]* name="reason" value="(\w+)"', page.html)
    assert reasons == [reason.value for reason in AbortReason], "the second tap is the reason"
    assert "已超出预定时间" in there("王磊", "2026-11-14 10:40").get(f"/drives/{number}").text
    phone = there("王磊", "2026-11-14 10:41")
    phone.submit(f"/drives/{number}/abort", {"reason": "weather"}, form_at=f"/drives/{number}")
    assert yard.look(number).state is S.ABORTED


def test_damage_is_ticked_on_the_car_and_what_is_new_is_looked_at(yard: Yard, there: There) -> None:
    number = yard.verified()
    out = {"odometer": 12_340, "fuel": 80, "damage": ["front", "roof"], "damage_note": "划痕"}
    there("孙强", "2026-11-14 10:00").submit(f"/drives/{number}/check_out", out)
    yard.take("王磊", "10:05", number, "start")
    consultant = there("王磊", "2026-11-14 10:30")
    form = consultant.get(f"/drives/{number}/complete")
    assert re.findall(r'name="damage" value="(\w+)"[^>]* checked', form.html) == ["front", "roof"], (
        "as it was handed out"
    )
    back = {"odometer": 12_352, "satisfaction": "satisfied", "damage": ["front", "rear_left"], "damage_note": "右侧"}
    assert consultant.submit(f"/drives/{number}/complete", back).status == 200
    drive = yard.look(number)
    assert new_on(drive) == [CarZone.REAR_LEFT]
    assert yard.car().status is DemoState.CHECK
    assert [row.note for row in yard.due("car_check")] == ["云A7M002"]
    assert "左后翼子板" in consultant.get(f"/drives/{number}").text
    # the next key goes out with what is known
    yard.change(type(yard.car()), yard.keys["M7"], status=DemoState.AVAILABLE)
    again = yard.book("王磊", "2026-11-14 10:45", yard.booking("M7", "11:30"))
    steps = (("10:50", "enter_licence", YANG_FAN_LICENCE), ("10:55", "sign", SIGNED), ("11:00", "verify", ORIGINAL))
    for clock, action, facts in steps:
        yard.take("王磊", clock, again, action, facts)
    form = there("孙强", "2026-11-14 11:05").get(f"/drives/{again}/check_out")
    assert ticked(form.html) == ["front", "rear_left"]


def test_a_car_without_new_damage_is_free_again(yard: Yard) -> None:
    number = yard.verified()
    known = {"damage": (CarZone.ROOF,), "damage_note": "旧伤"}
    yard.take("孙强", "10:00", number, "check_out", CheckOut(odometer=12_340, fuel=80, **known))
    yard.take("王磊", "10:05", number, "start")
    yard.take("王磊", "10:30", number, "complete", BACK.model_copy(update=known))
    assert (yard.car().status, yard.due("car_check")) == (DemoState.AVAILABLE, [])


def test_the_check_card_prints_every_rule_with_value_result_and_reason(yard: Yard, there: There) -> None:
    number = yard.signed()
    consultant: Desk = there("王磊", "2026-11-14 09:47")
    before = consultant.get(f"/drives/{number}/card").text
    assert "待核验" in before
    yard.change(type(yard.car()), yard.keys["M7"], insured_until=yard.when("2026-11-01 09:00").date())
    card = consultant.get(f"/drives/{number}/card").text
    assert "E-CAR-PAPERS" not in card
    assert "2026年11月1日到期" in card
    yard.change(type(yard.car()), yard.keys["M7"], insured_until=yard.when("2027-06-30 09:00").date())
    yard.take("王磊", "09:50", number, "verify", ORIGINAL)
    card = there("王磊", "2026-11-14 09:55").get(f"/drives/{number}/card").text
    for seen in ("530102********8237", "C1", "2031年4月2日", "驾驶证原件", "R1 城市路线", "2027年6月30日", "王磊"):
        assert seen in card, seen
    assert there("赵敏", "2026-11-14 09:56").get(f"/drives/{number}/card").status == 404, "reception reads no licence"
