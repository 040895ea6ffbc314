"""Stories 3 to 6: a drive that goes well, a class that does not fit, a licence that ends too early, a drive stopped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from dealer.engine.history import of_thing
from dealer.engine.words import SHOP_ZONE
from dealer.people import by_number
from dealer.records.deadlines import Deadline
from dealer.records.people import Person
from dealer.records.testdrives import DriveState, TestDrive
from dealer.records.vehicles import DemoCar, DemoState, Model, Route
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk, Page
from tests.drives import PNG

S = DriveState
YANG_FAN = {"name": "杨帆", "phone": "13888880021", "occupation": "公务员", "address": "云南省昆明市官渡区1号"}
DUAN_LI = {"name": "段莉", "phone": "13888880031", "occupation": "会计", "address": "云南省昆明市盘龙区2号"}
LICENCE_OF_YANG_FAN = {
    "consent": True, "number": "530102199003078237", "classes": "C1", "since": "2015-04-02", "until": "2031-04-02",
}  # fmt: skip
LICENCE_OF_DUAN_LI = {
    "consent": True, "number": "530103199509202625", "classes": "C2", "since": "2018-05-01", "until": "2028-05-01",
}  # fmt: skip
SIGNATURES = {"driver_signature": ("driver.png", PNG), "consultant_signature": ("consultant.png", PNG)}
SEEN = {"form": "original", "name": "杨帆", "sober": True}


@dataclass
class Yard:
    """The demo cars of the shop and who works with them: 王磊 accompanies, 孙强 hands out the keys."""

    shop: Shop
    desk: Callable[[str], Desk]
    desks: dict[tuple[str, str], Desk] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.shop.looking() as db:
            self.keys = {model.code: car.id for car, model in db.execute(select(DemoCar, Model).join(Model))}
            self.keys |= {route.code: route.id for route in db.scalars(select(Route))}
            self.keys |= {person.name: person.id for person in db.scalars(select(Person))}

    def at(self, name: str, when: str) -> Desk:
        """That person's browser at a moment; they sign in once a day."""
        known = self.desks.get((name, when[:10]))
        (known or next(iter(self.desks.values()), None) or self.desk(name)).turn_clock(when)
        return self.desks.setdefault((name, when[:10]), known or self.desk(name))

    def slot(self, car: str, starts: str) -> dict[str, str]:
        """A car on route R1 with 王磊, as a form names them."""
        ids = {"car": self.keys[car], "route": self.keys["R1"], "companion": self.keys["王磊"]}
        return {name: str(key) for name, key in ids.items()} | {"starts_at": starts}

    def book(self, car: str, starts: str, driver: Mapping[str, str], when: str) -> int:
        """王磊 books; the number of the drive."""
        answer = self.at("王磊", when).ask("/drives/new", {**driver, **self.slot(car, starts)})
        assert answer.status == 200, answer.html
        return int(answer.json["url"].rpartition("/")[2])

    def ask(self, who: str, when: str, number: int, action: str, facts: Mapping[str, Any] | None = None) -> Page:
        """Take a step of a drive as a program does."""
        return self.at(who, when).ask(f"/drives/{number}/{action}", facts)

    def done(self, *request: Any) -> None:
        """Take a step that nothing stands in the way of."""
        answer = self.ask(*request)
        assert (answer.status, answer.codes) == (200, ()), answer.html

    def sign(self, when: str, number: int) -> Page:
        """Both sign on the tablet."""
        return self.at("王磊", when).submit(f"/drives/{number}/sign", SIGNATURES)

    def look(self, number: int) -> TestDrive:
        """The drive as it stands."""
        with self.shop.looking() as db:
            drive: TestDrive | None = by_number(db, TestDrive, self.shop.actor("王磊"), number)
            assert drive is not None
            return drive

    def car(self, code: str) -> DemoCar:
        with self.shop.looking() as db:
            return db.get_one(DemoCar, self.keys[code])

    def fix_data(self, number: int, **values: Any) -> None:
        """A change past every rule."""
        with self.shop.database.writing(self.shop.store.id) as db:
            db.execute(update(TestDrive).where(TestDrive.number == number).values(**values))

    def due(self, kind: str) -> list[Deadline]:
        """What is open of a kind."""
        query = select(Deadline).where(Deadline.kind == kind, Deadline.done_at.is_(None))
        with self.shop.looking() as db:
            return list(db.scalars(query.where(Deadline.cancelled_at.is_(None))))

    def under_way(self) -> int:
        """杨帆 drives the M7 on 14 November: started at 10:05 with 12,340 km."""
        number = self.book("M7", "2026-11-14T10:00", YANG_FAN, "2026-11-10 09:00")
        self.done("王磊", "2026-11-14 09:40", number, "enter_licence", LICENCE_OF_YANG_FAN)
        assert self.sign("2026-11-14 09:45", number).status == 200
        self.done("王磊", "2026-11-14 09:50", number, "verify", SEEN)
        self.done("孙强", "2026-11-14 10:00", number, "check_out", {"odometer": 12_340, "fuel": 80})
        self.done("王磊", "2026-11-14 10:05", number, "start")
        return number


@pytest.fixture
def yard(shop: Shop, desk: Callable[[str], Desk]) -> Yard:
    """Demo cars X5, M7 (manual), E3, driven for 12,300 km; routes R1 in town, R2 with motorway."""
    with shop.database.writing(shop.store.id) as db:
        for car in db.scalars(select(DemoCar)):
            car.odometer = 12_300
    return Yard(shop, desk)


def shop_time(moment: datetime | None) -> str:
    """As the clock on the wall shows it."""
    assert moment is not None
    return f"{moment.astimezone(SHOP_ZONE):%Y-%m-%d %H:%M}"


# ── story 3 ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_story_3_a_test_drive_that_goes_well(yard: Yard) -> None:
    number = yard.under_way()
    drive = yard.look(number)
    assert (drive.state, shop_time(drive.started_at), drive.odometer_out) == (
        S.IN_PROGRESS, "2026-11-14 10:05", 12_340,
    )  # fmt: skip

    # fewer kilometres than it left with cannot be
    back = {"odometer": 12_339, "satisfaction": "satisfied", "liked": "空间大"}
    refused = yard.ask("王磊", "2026-11-14 10:30", number, "complete", back)
    assert refused.status == 409
    yard.done("王磊", "2026-11-14 10:30", number, "complete", back | {"odometer": 12_352})

    drive = yard.look(number)
    assert (drive.state, shop_time(drive.ended_at), drive.odometer_in) == (S.COMPLETED, "2026-11-14 10:30", 12_352)
    assert drive.feedback is not None
    assert drive.feedback["liked"] == "空间大"
    assert [(shop_time(row.due_at), row.owner_id) for row in yard.due("drive_follow_up")] == [
        ("2026-11-15 09:30", yard.keys["王磊"])
    ]


def test_story_3_the_number_is_shown_masked(yard: Yard) -> None:
    number = yard.under_way()
    page = yard.at("王磊", "2026-11-14 10:10").get(f"/drives/{number}")
    assert page.status == 200
    assert "530102********8237" in page.text
    assert "530102199003078237" not in page.html


@pytest.mark.parametrize("blank", ["occupation", "address"])
def test_story_3_nobody_signs_an_incomplete_registration(yard: Yard, blank: str) -> None:
    number = yard.book("M7", "2026-11-14T10:00", YANG_FAN | {blank: ""}, "2026-11-10 09:00")
    yard.done("王磊", "2026-11-14 09:40", number, "enter_licence", LICENCE_OF_YANG_FAN)
    assert yard.sign("2026-11-14 09:45", number).status == 409
    assert "E-REQ-FIELD" in yard.ask("王磊", "2026-11-14 09:50", number, "verify", SEEN).codes
    assert yard.look(number).state is S.BOOKED


# ── story 4 ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_story_4_c2_drives_no_manual_car_but_the_automatic_one(yard: Yard) -> None:
    manual = yard.book("M7", "2026-11-14T10:00", DUAN_LI, "2026-11-10 09:00")
    refused = yard.ask("王磊", "2026-11-10 09:10", manual, "enter_licence", LICENCE_OF_DUAN_LI)
    assert (refused.status, refused.codes) == (409, ("E-LIC-CLASS",))
    assert "准驾车型C2不含手动挡小型汽车" in refused.json["refusals"][0]["sentence"]

    yard.at("王磊", "2026-11-10 09:11").get("/today?lang=en")
    refused = yard.ask("王磊", "2026-11-10 09:11", manual, "enter_licence", LICENCE_OF_DUAN_LI)
    assert refused.codes == ("E-LIC-CLASS",)
    assert "C2 does not cover manual cars" in refused.json["refusals"][0]["sentence"]

    automatic = yard.book("X5", "2026-11-14T14:00", DUAN_LI, "2026-11-10 09:20")
    yard.done("王磊", "2026-11-10 09:30", automatic, "enter_licence", LICENCE_OF_DUAN_LI)
    # nor is the booking changed for the manual car afterwards
    other_car = yard.slot("M7", "2026-11-14T14:00")
    assert yard.ask("王磊", "2026-11-10 09:40", automatic, "move", other_car).codes == ("E-LIC-CLASS",)


def test_story_4_c3_drives_no_car_of_the_shop(yard: Yard) -> None:
    number = yard.book("X5", "2026-11-14T10:00", DUAN_LI, "2026-11-10 09:00")
    licence = LICENCE_OF_DUAN_LI | {"classes": "C3"}
    assert yard.ask("王磊", "2026-11-10 09:10", number, "enter_licence", licence).codes == ("E-LIC-CLASS",)


# ── story 5 ───────────────────────────────────────────────────────────────────────────────────────────────────────

ENDS_ON_THE_TWELFTH = LICENCE_OF_YANG_FAN | {"until": "2026-11-12"}


def booked_for_the_twelfth(yard: Yard) -> int:
    """On the last day of the licence, registered and signed before."""
    number = yard.book("X5", "2026-11-12T10:00", YANG_FAN, "2026-11-10 09:00")
    yard.done("王磊", "2026-11-10 09:10", number, "enter_licence", ENDS_ON_THE_TWELFTH)
    assert yard.sign("2026-11-10 09:20", number).status == 200
    return number


def test_story_5_a_booking_does_not_move_past_the_end_of_the_licence(yard: Yard) -> None:
    number = booked_for_the_twelfth(yard)
    refused = yard.ask("王磊", "2026-11-11 09:00", number, "move", yard.slot("X5", "2026-11-14T10:00"))
    assert (refused.status, refused.codes) == (409, ("E-LIC-EXPIRED",))
    assert "驾驶证有效期至2026" in refused.json["refusals"][0]["sentence"]
    assert refused.json["refusals"][0]["values"]["until"] == "2026-11-12"
    assert shop_time(yard.look(number).starts_at) == "2026-11-12 10:00"


def test_story_5_the_desk_refuses_a_booking_forced_past_the_end_and_a_ride_is_offered(yard: Yard) -> None:
    number = booked_for_the_twelfth(yard)
    yard.fix_data(number, starts_at=at("2026-11-14 10:00"), ends_at=at("2026-11-14 10:30"))
    assert yard.ask("王磊", "2026-11-14 09:50", number, "verify", SEEN).codes == ("E-LIC-EXPIRED",)
    assert yard.look(number).state is S.BOOKED

    yard.done("王磊", "2026-11-14 09:55", number, "ride_instead")
    yard.done("王磊", "2026-11-14 09:58", number, "verify", {"consent": True, "belt": True})
    assert (yard.look(number).state, yard.look(number).experience) == (S.VERIFIED, "ride")


# ── story 6 ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_story_6_a_stopped_drive_stays_stopped_and_the_next_needs_the_showroom_manager(yard: Yard) -> None:
    number = yard.under_way()
    stop = {"reason": "off_route", "remark": "驶离规定路线"}
    yard.done("王磊", "2026-11-14 10:22", number, "abort", stop)
    assert yard.look(number).state is S.ABORTED

    back = {"odometer": 12_352, "satisfaction": "fair"}
    assert yard.ask("王磊", "2026-11-14 10:25", number, "complete", back).codes == ("E-STATE",)
    assert yard.ask("王磊", "2026-11-14 10:25", number, "start").codes == ("E-STATE",)
    # nothing is called "resume": there is no way out of a stopped drive, so there is no such address
    assert yard.ask("王磊", "2026-11-14 10:25", number, "resume").status == 404
    assert yard.look(number).state is S.ABORTED

    # the car waits for 孙强 to look at it
    assert yard.car("M7").status is DemoState.CHECK
    assert [row.role for row in yard.due("car_check")] == ["vehicle_administrator"]

    # the register keeps who, when and why
    with yard.shop.looking() as db:
        stopped = of_thing(db, yard.shop.store.id, yard.look(number).id)[-1]
    assert (stopped.action, stopped.actor_id) == ("abort", yard.keys["王磊"])
    assert shop_time(stopped.at) == "2026-11-14 10:22"
    assert "off_route" in stopped.facts
    assert "驶离规定路线" in stopped.facts

    # the same customer again: 刘洋 decides, nobody else
    again = yard.book("X5", "2026-11-16T10:00", YANG_FAN, "2026-11-14 11:00")
    assert yard.look(again).state is S.REQUESTED
    allowed = {"comment": "已向客户说明路线规定"}
    assert yard.ask("王磊", "2026-11-14 11:05", again, "approve", allowed).codes == ("E-NOT-YOURS",)
    yard.done("刘洋", "2026-11-14 11:10", again, "approve", allowed)
    assert yard.look(again).state is S.BOOKED
