"""Models, units with their VINs, demo cars and test-drive routes."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dealer.engine.database import (
    Code,
    Count,
    Day,
    Document,
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


class Gearbox(StrEnum):
    """What the licence class is held against; an electric car has no clutch and counts as automatic."""

    MANUAL = "manual"
    AUTOMATIC = "automatic"


class Energy(StrEnum):
    """What it runs on; purchase-tax relief depends on it."""

    PETROL = "petrol"
    HYBRID = "hybrid"
    PLUG_IN = "plug_in_hybrid"
    ELECTRIC = "electric"


class Category(StrEnum):
    """The vehicle category that a licence class covers (DOMAIN B3)."""

    SMALL_PASSENGER = "small_passenger"
    MEDIUM_PASSENGER = "medium_passenger"
    LIGHT_TRUCK = "light_truck"
    ADAPTED = "adapted_small"


class Model(OfStore):
    """A model in one configuration, such as X5 / 1.5T CVT comfort. `code` is how price lists and stock name it."""

    __tablename__ = "models"
    code: Mapped[Code]
    brand: Mapped[Name]
    name: Mapped[Name]
    configuration: Mapped[Name]
    gearbox: Mapped[Gearbox] = mapped_column(word_of(Gearbox))
    energy: Mapped[Energy] = mapped_column(word_of(Energy))
    category: Mapped[Category] = mapped_column(word_of(Category))
    seats: Mapped[Count]
    displacement: Mapped[Code] = mapped_column(default="")
    maker: Mapped[Name] = mapped_column(default="")
    colours: Mapped[Document]  # list of names
    relief_listed: Mapped[Flag] = mapped_column(default=False)  # in the 目录 for purchase-tax relief
    active: Mapped[Flag] = mapped_column(default=True)
    __table_args__ = (Index("uq_models_code", "store_id", "code", unique=True),)


class UnitState(StrEnum):
    """The life of one vehicle (DOMAIN C6)."""

    ORDERED = "ordered"
    IN_TRANSIT = "in_transit"
    IN_STOCK = "in_stock"
    ALLOCATED = "allocated"
    PDI = "pdi"
    PDI_FAILED = "pdi_failed"
    READY = "ready"
    DELIVERED = "delivered"
    RETURNED = "returned"
    LOANED = "loaned"


class Certificate(StrEnum):
    """Where the 合格证 is."""

    ON_HAND = "on_hand"
    PLEDGED = "pledged"
    RELEASED = "released"
    HANDED = "handed"


class InvoiceState(StrEnum):
    """Whether the car has an invoice: one vehicle, one invoice."""

    NONE = "none"
    ISSUED = "issued"
    RED = "red"


class Unit(Living):
    """A vehicle with its VIN. `case_id` is the deal it is allocated to, or kept for."""

    __tablename__ = "units"
    state: Mapped[UnitState] = mapped_column(state_of(UnitState))
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    vin: Mapped[Code]
    engine_number: Mapped[Code] = mapped_column(default="")
    colour: Mapped[Code]
    place: Mapped[Name] = mapped_column(default="")
    odometer: Mapped[Count] = mapped_column(default=0)
    keys: Mapped[Count] = mapped_column(default=2)
    certificate: Mapped[Certificate] = mapped_column(word_of(Certificate), default=Certificate.ON_HAND)
    certificate_number: Mapped[Code] = mapped_column(default="")
    invoice: Mapped[InvoiceState] = mapped_column(word_of(InvoiceState), default=InvoiceState.NONE)
    # on its way
    expected_on: Mapped[Day | None]
    carrier: Mapped[Name | None]
    waybill: Mapped[Code | None]
    arrived_on: Mapped[Day | None]
    damage: Mapped[Prose | None]  # found at the arrival inspection or later; blocks allocation until it is repaired
    damage_photo_sha256: Mapped[str | None] = mapped_column(NameType(64))
    photos: Mapped[Document | None]  # list of sha256: of the arrival inspection and of damage in the yard
    lent_to: Mapped[Name | None]
    lent_until: Mapped[Day | None]
    factory_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("factory_order_lines.id"), index=True)
    # the contract it is on
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id"))
    contract_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("contract_lines.id"))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batches.id"), index=True)
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))  # 换车: whose place it took
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))  # it gives way once that one is in
    claim_batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batches.id"))  # asked for, out of turn
    claim_reason: Mapped[Prose | None]
    claim_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    # kept for the deal of `case_id` before there is a contract
    reserved_until: Mapped[Day | None]
    reserved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    reservation_extended: Mapped[Flag] = mapped_column(default=False)
    noticed_on: Mapped[Day | None]  # the customer was told that it is here and not paid: the time to pay runs
    # inspection and hand-over
    pdi_passed_on: Mapped[Day | None]
    defect: Mapped[Prose | None]  # found by the inspection or by the receiver; gone with the next passed inspection
    promised_on: Mapped[Day | None]  # the new day for a car that the receiver rejected
    delivered_at: Mapped[Moment | None]  # T0: when the receiver drove off
    return_ground: Mapped[Prose | None]
    return_asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    model: Mapped[Model] = relationship()
    # By name: the tables of deals know this file, not the other way round.
    deal: Mapped[Any] = relationship("Deal", primaryjoin="foreign(Unit.case_id) == Deal.id", viewonly=True)
    __table_args__ = (
        numbered(),
        # One VIN lives once in a shop; only a returned one may come back as another unit.
        Index(
            "uq_units_vin",
            "store_id",
            "vin",
            unique=True,
            sqlite_where=text("state != 'returned'"),
            postgresql_where=text("state != 'returned'"),
        ),
        Index("ix_units_stock", "store_id", "model_id", "state"),
        Index("ix_units_contract", "contract_id", "state"),
        Index("ix_units_case", "case_id", "state"),
        Index("ix_units_delivered", "store_id", "delivered_at", "state", "case_id", "model_id"),
    )

    @property
    def owner_id(self) -> UUID | None:
        """The owner of the deal it is allocated to."""
        return self.deal.owner_id if self.deal else None


class DemoState(StrEnum):
    """Where a demo car is."""

    AVAILABLE = "available"
    OUT = "out"
    CLEANING = "cleaning"
    REPAIR = "repair"
    CHECK = "check"


class DemoCar(OfStore):
    """A car for test drives: plate, papers with their ends, mileage."""

    __tablename__ = "demo_cars"
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    plate: Mapped[Code]
    status: Mapped[DemoState] = mapped_column(word_of(DemoState), default=DemoState.AVAILABLE)
    odometer: Mapped[Count] = mapped_column(default=0)
    plate_until: Mapped[Day | None]  # a temporary plate's end; None for a regular one
    insured_until: Mapped[Day]
    inspected_until: Mapped[Day]
    model: Mapped[Model] = relationship()
    __table_args__ = (Index("uq_demo_cars_plate", "store_id", "plate", unique=True),)


class Route(OfStore):
    """An approved test-drive route."""

    __tablename__ = "routes"
    code: Mapped[Code]
    name: Mapped[Name]
    motorway: Mapped[Flag]
    minutes: Mapped[Count]
    active: Mapped[Flag] = mapped_column(default=True)
    __table_args__ = (Index("uq_routes_code", "store_id", "code", unique=True),)
