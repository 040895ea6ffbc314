"""A photo of the licence: only where the house rule allows it and the driver agreed to it; gone after its days.

What is missing in the picture is nobody's loss: the check rests on what was seen at the desk (B7: minimise).
"""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import or_, select

from dealer import deadlines
from dealer.drives.drive_lists import incidents_of
from dealer.engine import files
from dealer.engine.fields import Upload, Uploaded
from dealer.engine.steps import Ask, Facts, Refusal, Unrecorded, no, on_facts
from dealer.house.policies import policy
from dealer.records.testdrives import TestDrive


class LicencePhoto(Facts):
    """A picture of the licence, and the driver's word for it."""

    photo_consent: bool = Field(
        False,
        title="The driver agrees that a photo of the licence is kept",
        description="Whoever declines drives all the same. It is deleted some weeks after the drive.",
    )
    photo: Annotated[Upload | None, Unrecorded()] = Field(None, title="Photo of the licence")


def photos_are_allowed(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Off until the shop decides otherwise (house rule `licence_photo`)."""
    if not policy(ask.db, drive.store_id, "licence_photo", ask.today):
        return no("This shop keeps no photos of licences: nothing to add.", code="E-PHOTO-OFF", quiet=True)
    return None


@on_facts
def photo_is_agreed_to(drive: TestDrive, ask: Ask) -> Refusal | None:
    """A consent of its own, beside that to the check."""
    facts: LicencePhoto = ask.facts
    if not facts.photo_consent:
        return no(
            "Without the driver's consent to the photo there is none: ask, or go on without.",
            code="E-CONSENT", field="photo_consent",
        )  # fmt: skip
    return no("Choose a file.", code="E-REQ-FIELD", field="photo") if facts.photo is None else None


def photo_has_had_its_days(drive: TestDrive, ask: Ask) -> Refusal | None:
    """Some days after the drive it goes, unless an incident needs it (house rule `licence_photo_days`)."""
    if drive.licence_photo_sha256 is None or drive.ended_at is None:
        return no("There is no photo to delete.", code="E-NOT-YET")
    if incidents_of(ask.db, drive):
        return no("There was an incident on this drive: its papers stay.", code="E-LOCKED")
    days = timedelta(days=policy(ask.db, drive.store_id, "licence_photo_days", ask.today))
    if ask.at < drive.ended_at + days:
        return no("The photo is kept until {until}.", code="E-NOT-YET", until=drive.ended_at + days)
    return None


def keep_photo(drive: TestDrive, ask: Ask) -> None:
    """The picture as it came; another one takes its place."""
    photo: Uploaded = ask.facts.photo
    let_go(drive, ask)
    name = f"drive-{drive.number}-licence-{photo.name}"[:200]
    drive.licence_photo_sha256 = files.keep(ask.db, drive.store_id, name, photo.content, ask.at)
    drive.photo_consent_at = ask.at


def plan_its_end(drive: TestDrive, ask: Ask) -> None:
    """The drive is over: a deadline sees to the photo."""
    if drive.licence_photo_sha256 is not None and drive.ended_at is not None:
        days = timedelta(days=policy(ask.db, drive.store_id, "licence_photo_days", ask.today))
        deadlines.plan(ask, "licence_photo", drive, drive.ended_at + days, by_system=True)


def let_go(drive: TestDrive, ask: Ask) -> None:
    """The picture goes for good, unless it is another drive's as well."""
    kept, drive.licence_photo_sha256, drive.photo_consent_at = drive.licence_photo_sha256, None, None
    if kept is None:
        return
    ask.db.flush()
    papers = (TestDrive.licence_photo_sha256, TestDrive.agreement_scan_sha256)
    others = select(TestDrive.id).where(TestDrive.store_id == drive.store_id, or_(*(each == kept for each in papers)))
    if ask.db.scalars(others.limit(1)).first() is None:
        files.drop(ask.db, drive.store_id, kept)
