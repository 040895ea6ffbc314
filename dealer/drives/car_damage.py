"""What a demo car shows: ticked on a picture of it when the key goes out and when it comes back, and compared."""

from typing import Annotated, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.engine.fields import Kind
from dealer.records.testdrives import CarZone, TestDrive

Ticked = Annotated[tuple[CarZone, ...], Kind("sketch")]


def as_kept(ticked: tuple[CarZone, ...], note: str) -> dict[str, Any]:
    """A sketch as its column keeps it, each zone once."""
    return {"zones": [zone.value for zone in CarZone if zone in ticked], "note": note}


def as_filled_in(kept: dict[str, Any] | None) -> dict[str, Any]:
    """A sketch that is kept, as the form of the next one begins."""
    return {"damage": kept["zones"], "damage_note": kept["note"]} if kept else {}


def zones(kept: dict[str, Any] | None) -> list[CarZone]:
    """Where a sketch shows damage, front to rear."""
    return [CarZone(zone) for zone in kept["zones"]] if kept else []


def new_on(drive: TestDrive) -> list[CarZone]:
    """What the car shows after a drive and did not show before."""
    before = set(zones(drive.damage_out))
    return [zone for zone in zones(drive.damage_in) if zone not in before]


def last_known(db: Session, drive: TestDrive) -> dict[str, Any] | None:
    """What the car showed when it last came back; whoever hands it out unticks what was repaired since."""
    query = select(TestDrive.damage_in).where(
        TestDrive.car_id == drive.car_id, TestDrive.ended_at.is_not(None), TestDrive.id != drive.id
    )
    known: dict[str, Any] | None = db.scalars(query.order_by(TestDrive.ended_at.desc()).limit(1)).first()
    return known
