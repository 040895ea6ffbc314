"""Test drives: the nine registration fields, licence data under seal, checks, consents, incidents."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Bytes,
    Code,
    Count,
    Day,
    Document,
    Fen,
    Flag,
    Living,
    Moment,
    Name,
    NameType,
    OfStore,
    Prose,
    numbered,
    state_of,
    word_of,
)
from dealer.records.deals import Deal
from dealer.records.people import Person
from dealer.records.vehicles import DemoCar, Route


class DriveState(StrEnum):
    """The life of a test drive 试乘试驾 (DOMAIN C5)."""

    REQUESTED = "requested"
    BOOKED = "booked"
    VERIFIED = "verified"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    ABORTED = "aborted"


class Experience(StrEnum):
    """Driving, or riding along: a ride needs no licence and does not count for the contract."""

    DRIVE = "drive"
    RIDE = "ride"


class NumberKind(StrEnum):
    """A mainland licence carries its holder's resident ID; others (港澳台, foreigners) take a second pair of eyes."""

    RESIDENT = "resident"
    OTHER = "other"
    FOREIGN = "foreign"  # of another country, or an international permit: nobody drives here with it


class DocumentForm(StrEnum):
    """What was seen of the licence: an original or the electronic one; a photo is not a licence."""

    ORIGINAL = "original"
    ELECTRONIC = "electronic"
    PHOTO = "photo"


class LicenceStatus(StrEnum):
    """The status that 交管12123 shows."""

    NORMAL = "normal"
    POINTS = "over_points"
    HELD = "held"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    OVERDUE = "overdue"
    NOT_SHOWN = "not_shown"


class AbortReason(StrEnum):
    """Why a drive was stopped."""

    OFF_ROUTE = "off_route"
    SPEEDING = "speeding"
    DANGEROUS = "dangerous_driving"
    HEALTH = "health"
    VEHICLE = "vehicle"
    ACCIDENT = "accident"
    WEATHER = "weather"


class RefusalReason(StrEnum):
    """Why somebody is not given the wheel; each has its code (dealer/drives/licences.py)."""

    NO_LICENCE = "no_licence"
    CLASS = "class"
    EXPIRED = "expired"
    STATUS = "status"
    PHOTO = "photo_only"
    NUMBER = "number"
    NAME = "name"
    PROBATION = "probation"
    COMPANION = "companion"
    AGE = "age"
    MEDICAL = "medical"
    FOREIGN = "foreign"
    NOT_SOBER = "not_sober"


class Liking(StrEnum):
    """How the customer liked it: the three grades of the shop's surveys."""

    GOOD = "satisfied"
    FAIR = "fair"
    BAD = "dissatisfied"


class CarZone(StrEnum):
    """Where a car can be scratched or dented, seen from above, front to rear; `inside` and `wheels` beside."""

    FRONT_LEFT = "front_left"
    FRONT = "front"
    FRONT_RIGHT = "front_right"
    DOOR_FRONT_LEFT = "front_door_left"
    WINDSCREEN = "windscreen"
    DOOR_FRONT_RIGHT = "front_door_right"
    DOOR_REAR_LEFT = "rear_door_left"
    ROOF = "roof"
    DOOR_REAR_RIGHT = "rear_door_right"
    REAR_LEFT = "rear_left"
    REAR = "rear"
    REAR_RIGHT = "rear_right"
    WHEELS = "wheels"
    BELOW = "underbody"
    INSIDE = "inside"


class TestDrive(Living):
    """One booking of one demo car. The slot is held from `starts_at` to `ends_at`."""

    __test__ = False  # not a test class
    __tablename__ = "test_drives"
    state: Mapped[DriveState] = mapped_column(state_of(DriveState))
    experience: Mapped[Experience] = mapped_column(word_of(Experience), default=Experience.DRIVE)
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deals.id"), index=True)
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"), index=True)
    prospect_id: Mapped[UUID | None] = mapped_column(ForeignKey("prospects.id"), index=True)
    booked_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))  # the consultant who accompanies
    car_id: Mapped[UUID] = mapped_column(ForeignKey("demo_cars.id"), index=True)
    route_id: Mapped[UUID] = mapped_column(ForeignKey("routes.id"))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    # the nine fields (SC8); age follows from the number
    name: Mapped[Name]
    phone: Mapped[Code]
    occupation: Mapped[Name] = mapped_column(default="")
    address: Mapped[Name] = mapped_column(default="")
    number_sealed: Mapped[Bytes | None]
    number_hash: Mapped[str | None] = mapped_column(NameType(64), index=True)
    number_tail: Mapped[Code | None]
    number_masked: Mapped[Code | None]  # 530102********8237: what is shown, so that showing it opens no seal
    number_kind: Mapped[NumberKind | None] = mapped_column(word_of(NumberKind))
    entered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    compared_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # the second pair of eyes
    birth: Mapped[Day | None]
    licence_classes: Mapped[Code | None]
    licence_since: Mapped[Day | None]
    licence_until: Mapped[Day | None]
    licence_for_ever: Mapped[Flag] = mapped_column(default=False)  # 长期
    licence_form: Mapped[DocumentForm | None] = mapped_column(word_of(DocumentForm))
    licence_status: Mapped[LicenceStatus | None] = mapped_column(word_of(LicenceStatus))
    medical_seen: Mapped[Flag] = mapped_column(default=False)  # this year's report of somebody who needs one
    licence_photo_sha256: Mapped[str | None] = mapped_column(NameType(64))  # only with a consent of its own
    photo_consent_at: Mapped[Moment | None]
    consent_at: Mapped[Moment | None]
    calls_welcome: Mapped[Flag] = mapped_column(default=False)  # a consent of its own, never the same tick
    guardian: Mapped[Name] = mapped_column(default="")  # of a minor who rides along
    customer_link: Mapped[Name] = mapped_column(default="")  # what the driver is to the customer
    sober_declared: Mapped[Flag] = mapped_column(default=False)
    driver_signature_sha256: Mapped[str | None] = mapped_column(NameType(64))
    consultant_signature_sha256: Mapped[str | None] = mapped_column(NameType(64))
    agreement_scan_sha256: Mapped[str | None] = mapped_column(NameType(64))
    signed_at: Mapped[Moment | None]
    override_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # probation override KAM/SHO
    override_reason: Mapped[Prose | None]
    verified_at: Mapped[Moment | None]
    started_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    odometer_out: Mapped[Count | None]
    odometer_in: Mapped[Count | None]
    fuel_out: Mapped[Count | None]  # percent
    fuel_in: Mapped[Count | None]
    damage_out: Mapped[Document | None]  # {"zones": [...], "note": "..."}: what the car showed when the key went out
    damage_in: Mapped[Document | None]  # and when it came back
    checked_out_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    feedback: Mapped[Document | None]
    abort_reason: Mapped[AbortReason | None] = mapped_column(word_of(AbortReason))
    abort_remark: Mapped[Prose | None]
    refusal_code: Mapped[Code | None]
    bad_conduct: Mapped[Flag] = mapped_column(default=False)
    conduct_cleared_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    car: Mapped[DemoCar] = relationship()
    route: Mapped[Route] = relationship()
    companion: Mapped[Person] = relationship(foreign_keys=[owner_id])
    deal: Mapped[Deal | None] = relationship()
    checks: Mapped[list["DriveCheck"]] = relationship(order_by="DriveCheck.at", cascade="all, delete-orphan")
    __table_args__ = (
        numbered(),
        Index("ix_test_drives_day", "store_id", "starts_at"),
        Index("ix_test_drives_car", "car_id", "starts_at"),
    )


class DriveCheck(OfStore):
    """One rule asked at the desk: the value seen and the result."""

    __tablename__ = "drive_checks"
    drive_id: Mapped[UUID] = mapped_column(ForeignKey("test_drives.id"), index=True)
    at: Mapped[Moment]
    stage: Mapped[Code]  # book, verify, start
    rule: Mapped[Code]
    seen: Mapped[Name]
    passed: Mapped[Flag]
    code: Mapped[Code | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class Incident(OfStore):
    """What went wrong on a drive or a deal. Never changed and never deleted: what is learned later is another row."""

    __tablename__ = "incidents"
    drive_id: Mapped[UUID | None] = mapped_column(ForeignKey("test_drives.id"), index=True)
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deals.id"), index=True)
    at: Mapped[Moment]
    place: Mapped[Name]
    what: Mapped[Prose]
    police_number: Mapped[Code] = mapped_column(default="")
    insurer_number: Mapped[Code] = mapped_column(default="")
    injured: Mapped[Flag] = mapped_column(default=False)
    other_party: Mapped[Prose] = mapped_column(default="")
    fault: Mapped[Prose] = mapped_column(default="")
    cost: Mapped[Fen | None]
    photo_sha256: Mapped[str | None] = mapped_column(NameType(64))
    reported_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
