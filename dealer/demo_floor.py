"""Scenes of the demo in the showroom today: parties at the door, a call, a test drive that only has to be started."""

from datetime import date, timedelta

from dealer import drives, reception
from dealer.demo_stage import SCAN, Stage
from dealer.desk import LicenceEntry, Verification
from dealer.drives import Booking, CheckOut, Signing
from dealer.engine.words import SHOP_ZONE
from dealer.people import by_number
from dealer.records.deals import Deal
from dealer.records.prospects import Purpose, Source, VisitKind
from dealer.records.testdrives import DocumentForm, LicenceStatus, TestDrive
from dealer.visits import Arriving


def a_couple_is_in_the_showroom(stage: Stage) -> None:
    """Received by 王磊; their phone has made a card."""
    told = Arriving(
        kind=VisitKind.VISIT,
        heads=2,
        purpose=Purpose.LOOK,
        source=Source.PASSING,
        phone="13577001234",
        name="和先生",
        model=stage.models["X5"],
        consultant=stage.people["王磊"].id,
    )
    stage.begin("赵敏", 0, "09:20", "log", reception.party_of, told)


def a_lady_waits_at_the_desk(stage: Stage) -> None:
    """She left no phone, and nobody has received her yet."""
    told = Arriving(kind=VisitKind.VISIT, heads=1, purpose=Purpose.LOOK, source=Source.MOTOR_SHOW, no_phone=True)
    stage.begin("赵敏", 0, "10:05", "log", reception.party_of, told)


def somebody_called_about_a_fleet(stage: Stage) -> None:
    """A call with a fleet need, which one click makes a deal."""
    told = Arriving(
        kind=VisitKind.CALL,
        purpose=Purpose.QUOTE,
        source=Source.CALL_IN,
        phone="13577005678",
        name="施主任",
        company="昆明市呈贡区民政局",
        model=stage.models["E3"],
        quantity=5,
        consultant=stage.people["王磊"].id,
    )
    stage.begin("赵敏", 0, "09:50", "log", reception.party_of, told)


def a_drive_only_has_to_be_started(stage: Stage) -> None:
    """Booked for the next half hour, licence verified, key at hand: 李娜 presses start. By night: for tomorrow."""
    starts = stage.now + timedelta(minutes=30 - stage.now.minute % 30)
    by_day = "08:30" <= f"{starts.astimezone(SHOP_ZONE):%H:%M}" <= "17:30"
    if not by_day:
        starts = stage.database.calendar.at(stage.day(-1), "10:00")
    with stage.acting("李娜", 0, "09:00") as ask:
        deal = by_number(ask.db, Deal, ask.actor, CITY_DEAL)
    told = Booking(
        name="丁宁",
        phone="13888880088",
        car=stage.cars["X5"],
        route=stage.routes["R1"],
        starts_at=starts.replace(second=0, microsecond=0),
        companion=stage.people["李娜"].id,
        deal=deal.id if deal else None,
        customer_link="采购经办人",
        occupation="公务员",
        address="云南省昆明市呈贡区锦绣大街 1 号",
    )
    number = stage.begin("李娜", 1, "15:00", "book", drives.prepare, told)
    licence = LicenceEntry(
        consent=True, number="530102199003078237", classes="C1", since=date(2015, 4, 2), until=date(2031, 4, 2)
    )
    stage.take("李娜", 1, "15:05", TestDrive, number, "enter_licence", licence)
    if not by_day:
        return
    stage.take("李娜", 0, "23:59", TestDrive, number, "sign", Signing(scan=SCAN))
    seen = Verification(form=DocumentForm.ORIGINAL, status=LicenceStatus.NORMAL, name="丁宁", sober=True)
    stage.take("李娜", 0, "23:59", TestDrive, number, "verify", seen)
    stage.take("孙强", 0, "23:59", TestDrive, number, "check_out", CheckOut(odometer=3_010, fuel=80))


CITY_DEAL = 9  # 某市机关事务管理局, whose contract waits for its drive

FLOOR_SCENES = (
    a_couple_is_in_the_showroom,
    a_lady_waits_at_the_desk,
    somebody_called_about_a_fleet,
    a_drive_only_has_to_be_started,
)
