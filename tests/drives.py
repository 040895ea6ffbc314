"""The demo cars and routes of the shop, and test drives as far along as a test needs them."""

import struct
import zlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from dealer import people
from dealer.drives import testdrive
from dealer.drives.desk_forms import LicenceEntry, Verification
from dealer.drives.drives import Booking, CheckOut, Move, Return, Signing
from dealer.engine.fields import Uploaded
from dealer.engine.steps import Ask, Refused
from dealer.people import by_number
from dealer.records.deadlines import Deadline
from dealer.records.people import Person
from dealer.records.testdrives import DocumentForm, Liking, TestDrive
from dealer.records.vehicles import Category, DemoCar, Energy, Gearbox, Model, Route
from tests.cast import Shop
from tests.conftest import at


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + _chunk(b"IEND", b"")
)
"""One black point: the smallest signature."""
YANG_FAN, DUAN_LI = "530102199003078237", "530103199509202625"
AUTO, MANUAL = Gearbox.AUTOMATIC, Gearbox.MANUAL

YANG_FAN_LICENCE = LicenceEntry(
    consent=True, number=YANG_FAN, classes="C1", since=date(2015, 4, 2), until=date(2031, 4, 2)
)
ORIGINAL = Verification(form=DocumentForm.ORIGINAL, name="杨帆", sober=True)
SIGNED = Signing(driver_signature=Uploaded("driver.png", PNG), consultant_signature=Uploaded("consultant.png", PNG))
BACK = Return(odometer=12_352, satisfaction=Liking.GOOD, liked="安静")


def a_model(store_id: UUID, code: str, gearbox: Gearbox = AUTO, energy: Energy = Energy.PETROL, **more: Any) -> Model:
    """A model of the shop."""
    told = {"configuration": "舒适版", "category": Category.SMALL_PASSENGER, "seats": 5, "colours": ["珍珠白"]} | more
    return Model(store_id=store_id, code=code, brand="云岭", name=code, gearbox=gearbox, energy=energy, **told)


def stock(shop: Shop) -> None:
    """Models X5, M7 (manual), E3 with a demo car each; route R1 in town, R2 with motorway."""
    store_id = shop.store.id
    with shop.database.writing(store_id) as db:
        models = {
            "X5": a_model(store_id, "X5"),
            "M7": a_model(store_id, "M7", MANUAL, seats=7),
            "E3": a_model(store_id, "E3", energy=Energy.ELECTRIC),
        }
        db.add_all(models.values())
        db.flush()
        for code, plate in {"X5": "云A5X001", "M7": "云A7M002", "E3": "云AD30003"}.items():
            car = DemoCar(store_id=store_id, model_id=models[code].id, plate=plate, odometer=12_000)
            car.insured_until = car.inspected_until = date(2027, 6, 30)
            db.add(car)
        db.add(Route(store_id=store_id, code="R1", name="城市路线", motorway=False, minutes=30))
        db.add(Route(store_id=store_id, code="R2", name="含高速路线", motorway=True, minutes=60))


@dataclass
class Yard:
    """The shop with its demo cars: `yard.book(…)`, `yard.take("王磊", "10:05", number, "start")`."""

    shop: Shop
    day: str = "2026-11-14"
    keys: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        stock(self.shop)
        with self.shop.looking() as db:
            self.keys = {model.code: car.id for car, model in db.execute(select(DemoCar, Model).join(Model))}
            self.keys |= {route.code: route.id for route in db.scalars(select(Route))}
            self.keys |= {person.name: person.id for person in db.scalars(select(Person))}
            self.models = {model.code: model.id for model in db.scalars(select(Model))}

    def when(self, clock: str) -> Any:
        """A moment: "10:05" of the yard's day, or "2026-11-10 09:00"."""
        return at(clock if " " in clock else f"{self.day} {clock}")

    def booking(self, car: str = "M7", starts: str = "10:00", **more: Any) -> Booking:
        """杨帆 of the police wants to drive."""
        told: dict[str, Any] = {
            "name": "杨帆", "phone": "13888880021", "route": self.keys["R1"], "companion": self.keys["王磊"],
            "occupation": "公务员", "address": "云南省某市人民路1号",
        }  # fmt: skip
        return Booking(car=self.keys[car], starts_at=self.when(starts), **(told | more))

    def book(self, who: str = "王磊", when: str = "2026-11-10 09:00", facts: Booking | None = None) -> int:
        """Book, and return the number."""
        with self.shop.acting(who, self.when(when), facts or self.booking()) as ask:
            drive = testdrive.prepare(ask)
            testdrive.DRIVES.begin("book", drive, ask)
            return drive.number

    def take(self, who: str, when: str, number: int, action: str, facts: Any = None) -> TestDrive:
        """Take a step of a drive."""
        with self.shop.acting(who, self.when(when), facts) as ask:
            drive = by_number(ask.db, TestDrive, ask.actor, number)
            assert drive is not None
            testdrive.DRIVES.advance(drive, action, ask)
            return drive

    def by_itself(self, when: str, number: int, action: str) -> TestDrive:
        """Take a step that follows by itself."""
        with self.shop.database.writing(self.shop.store.id) as db:
            ask = Ask(db, people.system(self.shop.store.id), self.when(when))
            drive = by_number(db, TestDrive, ask.actor, number)
            assert drive is not None
            testdrive.DRIVES.advance(drive, action, ask)
            return drive

    def look(self, number: int) -> TestDrive:
        """The drive as it stands."""
        with self.shop.looking() as db:
            drive = by_number(db, TestDrive, self.shop.actor("王磊"), number)
            assert drive is not None
            _ = (drive.car.model, drive.route, drive.companion, drive.checks)  # read while there is a session
            return drive

    def refused(self, *request: Any) -> tuple[str, ...]:
        """The codes with which a step is refused."""
        with pytest.raises(Refused) as refusal:
            self.take(*request)
        return refusal.value.codes

    def not_booked(self, **request: Any) -> tuple[str, ...]:
        """The codes with which a booking is refused."""
        with pytest.raises(Refused) as refusal:
            self.book(**request)
        return refusal.value.codes

    # ── as far along as ───────────────────────────────────────────────────────────────────────────────────────────

    def signed(self, **booking: Any) -> int:
        """Booked, licence entered, agreement signed."""
        number = self.book(facts=self.booking(**booking))
        self.take("王磊", "09:40", number, "enter_licence", YANG_FAN_LICENCE)
        self.take("王磊", "09:45", number, "sign", SIGNED)
        return number

    def verified(self, **booking: Any) -> int:
        """Verified at 9:50."""
        number = self.signed(**booking)
        self.take("王磊", "09:50", number, "verify", ORIGINAL)
        return number

    def under_way(self, **booking: Any) -> int:
        """Started at 10:05 with 12,340 km."""
        number = self.verified(**booking)
        self.take("孙强", "10:00", number, "check_out", CheckOut(odometer=12_340, fuel=80))
        self.take("王磊", "10:05", number, "start")
        return number

    def completed(self, **booking: Any) -> int:
        """Back at 10:30."""
        number = self.under_way(**booking)
        self.take("王磊", "10:30", number, "complete", BACK)
        return number

    # ── looking and changing from outside ─────────────────────────────────────────────────────────────────────────

    def due(self, kind: str) -> list[Deadline]:
        """What is open of a kind, earliest first."""
        rows = select(Deadline).where(
            Deadline.kind == kind, Deadline.done_at.is_(None), Deadline.cancelled_at.is_(None)
        )
        with self.shop.looking() as db:
            return list(db.scalars(rows.order_by(Deadline.due_at)))

    def car(self, code: str = "M7") -> DemoCar:
        """A demo car as it stands."""
        with self.shop.looking() as db:
            return db.get_one(DemoCar, self.keys[code])

    def change(self, record: Any, key: Any, **values: Any) -> None:
        """A change from outside, as a fix of data or another screen makes it."""
        with self.shop.database.writing(self.shop.store.id) as db:
            db.execute(update(record).where(record.id == key).values(**values))

    def moved(self, starts: str = "10:00", car: str = "M7", route: str = "R1", companion: str = "王磊") -> Move:
        """Another slot."""
        keys = self.keys
        return Move(starts_at=self.when(starts), car=keys[car], route=keys[route], companion=keys[companion])

    def booked_for_the_twelfth(self) -> int:
        """Story 5: booked for the last day of the licence."""
        number = self.book(facts=self.booking("X5", "2026-11-12 10:00"))
        soon_over = YANG_FAN_LICENCE.model_copy(update={"until": date(2026, 11, 12)})
        self.take("王磊", "2026-11-10 09:10", number, "enter_licence", soon_over)
        return number
