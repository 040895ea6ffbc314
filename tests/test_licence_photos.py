"""Photos of licences: off by default, with a consent of their own, gone after their days, locked by an incident."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from dealer import sweep
from dealer.drives.drives import CheckOut, IncidentReport
from dealer.drives.licence_photos import LicencePhoto
from dealer.engine.fields import Uploaded
from dealer.engine.files import File
from dealer.engine.steps import place
from dealer.records.people import Policy, PolicyState
from tests.cast import Shop
from tests.conftest import at
from tests.drives import BACK, PNG, YANG_FAN_LICENCE, Yard
from tests.test_drive_screens import There, there

__all__ = ["there"]
PHOTO = LicencePhoto(photo_consent=True, photo=Uploaded("licence.png", PNG + b"licence"))


@pytest.fixture
def yard(shop: Shop) -> Yard:
    """The shop's demo cars, routes and people."""
    return Yard(shop)


def allow_photos(shop: Shop) -> None:
    """The shop decides to keep photos of licences."""
    with shop.acting("周建国", at("2026-11-01 09:00")) as ask:
        rule = Policy(store_id=shop.store.id, name="licence_photo", value=True, number=1)
        rule.from_day, rule.approved_at, rule.since, rule.begun_at = date(2026, 11, 1), ask.at, ask.at, ask.at
        place(rule, PolicyState.APPROVED)
        ask.db.add(rule)


def photos(shop: Shop) -> list[str]:
    """The photos of licences that lie in the shop's files."""
    with shop.looking() as db:
        return list(db.scalars(select(File.name).where(File.name.contains("-licence-"))))


def test_no_photo_until_the_shop_decides_so_and_none_without_the_drivers_word(yard: Yard, there: There) -> None:
    number = yard.signed()
    assert yard.refused("王磊", "09:46", number, "keep_photo", PHOTO) == ("E-PHOTO-OFF",)
    assert "keep_photo" not in there("王磊", "2026-11-14 09:46").get(f"/drives/{number}").html
    allow_photos(yard.shop)
    assert "keep_photo" in there("王磊", "2026-11-14 09:47").get(f"/drives/{number}").html
    unasked = PHOTO.model_copy(update={"photo_consent": False})
    assert yard.refused("王磊", "09:47", number, "keep_photo", unasked) == ("E-CONSENT",)
    assert yard.refused("赵敏", "09:47", number, "keep_photo", PHOTO) == ("E-NOT-YOURS",)
    yard.take("王磊", "09:48", number, "keep_photo", PHOTO)
    seen = there("王磊", "2026-11-14 09:49").client.get(f"/drives/{number}/licence-photo")
    assert (seen.status_code, seen.data) == (200, PHOTO.photo.content)
    assert there("赵敏", "2026-11-14 09:49").get(f"/drives/{number}/licence-photo").status == 404
    yard.take("王磊", "09:50", number, "enter_licence", YANG_FAN_LICENCE)
    assert photos(yard.shop) == [], "another licence, and the photo of the first one goes"


def test_thirty_days_after_the_drive_the_photo_is_gone_and_the_drive_stays(yard: Yard) -> None:
    allow_photos(yard.shop)
    number = yard.verified()
    yard.take("王磊", "09:52", number, "keep_photo", PHOTO)
    number = _driven(yard, number)
    over = yard.when("10:30") + timedelta(days=30)
    for moment, kept in ((over - timedelta(minutes=1), 1), (over, 0)):
        sweep.fire_due(yard.shop.database, moment)
        assert len(photos(yard.shop)) == kept
    drive = yard.look(number)
    assert (drive.licence_photo_sha256, drive.number_masked) == (None, "530102********8237")


def test_an_incident_locks_the_photo_and_the_agreement(yard: Yard) -> None:
    allow_photos(yard.shop)
    number = yard.verified()
    yard.take("王磊", "09:52", number, "keep_photo", PHOTO)
    yard.take("孙强", "10:00", number, "check_out", CheckOut(odometer=12_340, fuel=80))
    yard.take("王磊", "10:05", number, "start")
    yard.take("王磊", "10:20", number, "incident", IncidentReport(place="环湖路", what="追尾"))
    sweep.fire_due(yard.shop.database, yard.when("10:30") + timedelta(days=400))
    drive = yard.look(number)
    assert len(photos(yard.shop)) == 1
    assert drive.licence_photo_sha256 is not None
    assert drive.driver_signature_sha256 is not None


def test_who_does_not_drive_leaves_no_photo(yard: Yard) -> None:
    allow_photos(yard.shop)
    number = yard.verified()
    yard.take("王磊", "09:52", number, "keep_photo", PHOTO)
    yard.take("王磊", "09:55", number, "ride_instead")
    assert photos(yard.shop) == []
    assert yard.look(number).photo_consent_at is None


def _driven(yard: Yard, number: int) -> int:
    yard.take("孙强", "10:00", number, "check_out", CheckOut(odometer=12_340, fuel=80))
    yard.take("王磊", "10:05", number, "start")
    yard.take("王磊", "10:30", number, "complete", BACK)
    return number
