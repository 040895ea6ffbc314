"""Drives and the clock: over midnight, a machine whose clock is set back, a key that waits too long."""

from collections.abc import Callable
from datetime import date

import pytest

from dealer.drives.desk_forms import LicenceEntry
from dealer.drives.drives import Abort, CheckOut
from dealer.engine.steps import place
from dealer.records.people import Policy, PolicyState
from dealer.records.testdrives import AbortReason, DriveState
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.drives import BACK, ORIGINAL, SIGNED, YANG_FAN_LICENCE, Yard

S = DriveState
KEY = CheckOut(odometer=12_340, fuel=80)


@pytest.fixture
def yard(shop: Shop) -> Yard:
    """A shop that lends its cars at any hour."""
    with shop.acting("周建国", at("2026-11-01 09:00")) as ask:
        night = Policy(store_id=shop.store.id, name="drive_hours", value=["00:00-23:59"], number=1)
        night.from_day, night.approved_at, night.since, night.begun_at = date(2026, 11, 1), ask.at, ask.at, ask.at
        place(night, PolicyState.APPROVED)
        ask.db.add(night)
    return Yard(shop)


def by_night(yard: Yard, licence: LicenceEntry = YANG_FAN_LICENCE) -> int:
    """杨帆 drives the X5 on 14 November at twenty past eleven in the evening; signed at 23:10."""
    number = yard.book(facts=yard.booking("X5", "23:20"))
    yard.take("王磊", "23:00", number, "enter_licence", licence)
    yard.take("王磊", "23:10", number, "sign", SIGNED)
    return number


def test_a_drive_over_midnight_is_one_drive_and_is_followed_up_the_day_after_it_ended(yard: Yard) -> None:
    number = by_night(yard)
    yard.take("王磊", "23:30", number, "verify", ORIGINAL)
    yard.take("孙强", "23:40", number, "check_out", KEY)
    yard.take("王磊", "23:50", number, "start")
    drive = yard.take("王磊", "2026-11-15 00:20", number, "complete", BACK)
    assert drive.ended_at is not None
    assert drive.started_at is not None
    assert (drive.ended_at - drive.started_at).seconds == 30 * 60
    (follow_up,) = yard.due("drive_follow_up")
    assert follow_up.due_at == at("2026-11-16 09:30")


def test_keys_that_came_in_while_the_line_was_down_came_in_when_it_was_typed(
    yard: Yard, desk: Callable[[str], Desk]
) -> None:
    number = yard.under_way()
    desk("王磊").turn_clock(f"{yard.day} 10:50")
    wang = desk("王磊")
    url, told = f"/drives/{number}/complete", BACK.model_dump(mode="json", include={"odometer", "satisfaction"})
    for strange in (f"{yard.day}T10:04", f"{yard.day}T10:51"):
        assert wang.ask(url, told | {"back_at": strange}).codes == ("E-TIME",)
    token = wang.get("/customers/new").hidden("csrf_token")
    headers = {"X-CSRFToken": token, "Accept": "application/json", "X-Typed-Ago": str(15 * 60)}
    assert wang.client.post(url, json=told, headers=headers).status_code == 200
    assert yard.look(number).ended_at == yard.when("10:35")


def test_a_licence_lasts_until_the_car_is_back_not_only_until_it_leaves(yard: Yard) -> None:
    number = by_night(yard, YANG_FAN_LICENCE.model_copy(update={"until": date(2026, 11, 14)}))
    yard.take("王磊", "23:20", number, "verify", ORIGINAL)
    yard.take("孙强", "23:25", number, "check_out", KEY)
    assert yard.refused("王磊", "23:45", number, "start") == ("E-LIC-EXPIRED",)  # half an hour later it is tomorrow
    assert yard.take("王磊", "23:30", number, "start").state is S.IN_PROGRESS  # back at midnight: still today


def test_insurance_that_ends_at_midnight_keeps_the_key_of_a_drive_beyond_it(yard: Yard) -> None:
    number = by_night(yard)
    yard.take("王磊", "23:20", number, "verify", ORIGINAL)
    car = yard.car("X5")
    yard.change(type(car), car.id, insured_until=date(2026, 11, 14))
    assert yard.refused("孙强", "23:45", number, "check_out", KEY) == ("E-CAR-PAPERS",)


def test_the_key_waits_for_a_fresh_check_as_the_start_does(yard: Yard) -> None:
    number = yard.verified()  # at 9:50
    assert yard.refused("孙强", "11:51", number, "check_out", KEY) == ("E-VERIFY-AGAIN",)
    yard.take("王磊", "11:52", number, "verify", ORIGINAL)
    assert yard.take("孙强", "11:55", number, "check_out", KEY).checked_out_by_id == yard.keys["孙强"]


def test_a_clock_set_back_neither_freshens_a_check_nor_ends_a_drive_before_it_began(yard: Yard) -> None:
    number = yard.verified()  # at 9:50
    assert yard.refused("孙强", "09:20", number, "check_out", KEY) == ("E-VERIFY-AGAIN",)
    yard.take("王磊", "09:25", number, "verify", ORIGINAL)
    yard.take("孙强", "09:30", number, "check_out", KEY)
    yard.take("王磊", "10:05", number, "start")
    drive = yard.take("王磊", "09:10", number, "abort", Abort(reason=AbortReason.WEATHER))  # an hour was taken off
    assert drive.ended_at == drive.started_at == yard.when("10:05")
