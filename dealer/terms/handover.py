"""The terms of the two papers of a delivery: one form per vehicle, one list per batch."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from dealer.terms.basics import WORDING, Contact, Count, Line, Signature, Terms, Word

HANDOVER_CHECKS: dict[str, tuple[str, ...]] = {
    "car": ("clean", "paint", "glass", "wheels", "lamps", "tools", "energy", "identity"),
    "papers": (
        "contract",
        "invoice",
        "certificate",
        "conformity",
        "emission",
        "manual",
        "warranty_booklet",
        "keys",
        "agency_papers",
    ),
    "functions": ("controls", "lights_wipers", "climate_audio", "child_lock", "charging", "assistance", "running_in"),
    "service": ("service_phone", "service_place", "maintenance", "warranty", "advisor", "callback", "gift", "ceremony"),
    "club": ("owners_club",),
}
"""The points of 交车确认单, block by block; delivery ticks them, the template words them."""


class Tick(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


class Check(Terms):
    """One ticked point. What nobody ticked is printed as an empty box for the pen."""

    point: Word
    tick: Tick
    note: Line = ""


class HandedVehicle(Terms):
    """A vehicle as it stands on the hand-over square."""

    vehicle: Line
    exterior: Word = ""
    interior: Word = ""
    vin: Word
    replaces: Word = ""  # 换车: the VIN that stood in its place before
    engine_number: Word = ""
    certificate_number: Word = ""
    invoice_number: Word = ""
    keys: Annotated[int, Field(ge=0, le=20)] = 2
    odometer_km: Annotated[int, Field(ge=0, le=999_999)] | None = None
    exceptions: Line = ""


class ListedVehicle(HandedVehicle):
    """A vehicle on the list of its batch: who took it, and when."""

    receiver: Line = ""
    day: date | None = None

    LATER: ClassVar[tuple[str, ...]] = ("receiver", "day")


class HandoverTerms(Terms):
    """交车确认单: one per VIN."""

    wording: Word = WORDING
    dealer: Line
    contract_number: Word
    batch: Count
    buyer: Line
    user: Line
    receiver: Contact
    handed: HandedVehicle
    place: Line = ""
    day: date
    checks: Annotated[tuple[Check, ...], Field(max_length=60)] = ()
    service_phone: Word
    service_advisor: Line = ""
    consultant: Line
    receiver_signature: Signature | None = None
    consultant_signature: Signature | None = None
    service_signature: Signature | None = None
    inspected_on: date | None = None
    inspector: Line = ""
    inspected_items: int = 0
    driven_off: Word = ""  # 15:20, on the shop's clock

    LATER: ClassVar[tuple[str, ...]] = (
        "consultant_signature", "service_signature", "inspected_on", "inspector", "inspected_items",
        "driven_off",
    )  # fmt: skip

    @model_validator(mode="after")
    def only_known_points_are_ticked(self) -> Self:
        known = {point for points in HANDOVER_CHECKS.values() for point in points}
        if strange := {check.point for check in self.checks} - known:
            raise ValueError(f"unknown hand-over points: {sorted(strange)}")
        return self

    def check(self, point: str) -> Check | None:
        return next((check for check in self.checks if check.point == point), None)


class HandoverBatchTerms(Terms):
    """交接清单: one per delivery batch."""

    wording: Word = WORDING
    dealer: Line
    contract_number: Word
    batch: Count
    buyer: Line
    user: Line
    due: date
    day: date
    place: Line = ""
    receiver: Contact
    units: Annotated[tuple[ListedVehicle, ...], Field(min_length=1, max_length=1000)]
    consultant: Line = ""
    receiver_signature: Signature | None = None  # of the one receiver who took them all
    consultant_signature: Signature | None = None

    LATER: ClassVar[tuple[str, ...]] = ("consultant", "receiver_signature", "consultant_signature")
