"""Retention: what has had its time is emptied by night, the rest stays, and a broken-off night goes on."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from dealer import workflow
from dealer.engine.database import calendar_of
from dealer.engine.history import HistoryPersonal, of_thing, verify
from dealer.engine.name_starts import NameStart
from dealer.engine.steps import Refused, place
from dealer.house.proposals import LIMITS
from dealer.privacy import holds, retention
from dealer.privacy.holds import Hold
from dealer.records.customers import Contact, ContactRole, Customer
from dealer.records.privacy import LegalHold, RetentionRun
from dealer.records.prospects import Prospect, ProspectState, Purpose, Source, Visit, VisitKind, VisitState
from dealer.records.staffing import Leave, LeaveKind, LeaveState
from dealer.records.testdrives import Incident, TestDrive
from dealer.showroom import reception
from dealer.showroom.visits import Arriving
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.drives import Yard


@pytest.fixture
def yard(shop: Shop) -> Yard:
    """A completed drive on 14 November 2026, a visit that day whose card was given up, a contact known since 2016."""
    yard = Yard(shop)
    yard.completed()
    party = Arriving(
        kind=VisitKind.VISIT, heads=2, purpose=Purpose.LOOK, source=Source.PASSING, phone="13577001234", name="和先生",
        model=yard.models["X5"], consultant=yard.keys["王磊"],
    )  # fmt: skip
    with shop.acting("赵敏", yard.when("11:00"), party) as ask:
        workflow.begin(reception.party_of(ask), "log", ask)
    with shop.database.writing(shop.store.id) as db:
        place(db.scalars(select(Visit)).one(), VisitState.LEFT)
        place(db.scalars(select(Prospect)).one(), ProspectState.LOST)
        customer = Customer(
            store_id=shop.store.id, number=1, name="滇行租赁公司", name_pinyin="", name_initials="",
            customer_class="rental", owner_id=yard.keys["李娜"], since=at("2016-11-14 09:00"),
        )  # fmt: skip
        db.add(customer)
        db.flush()
        db.add(Contact(store_id=shop.store.id, customer_id=customer.id, name="段莉", phone="13888880031",
                       role=ContactRole.BUYS))  # fmt: skip
    return yard


def only(yard: Yard, record: Any) -> Any:
    """The one row of a table."""
    with yard.shop.looking() as db:
        return db.scalars(select(record)).one()


def night(yard: Yard, when: str) -> RetentionRun:
    """What the night of a day did."""
    retention.empty_by_night(yard.shop.database, at(when))
    with yard.shop.looking() as db:
        return db.scalars(select(RetentionRun).where(RetentionRun.day == date.fromisoformat(when[:10]))).one()


def test_a_licence_number_is_kept_twelve_months_to_the_day_and_its_masked_form_longer(yard: Yard) -> None:
    assert night(yard, "2027-11-14 02:00").emptied == {"sales_contact": 1}
    assert only(yard, TestDrive).number_sealed is not None
    done = night(yard, "2027-11-15 02:00")
    assert (done.emptied, done.finished_at) == ({"licence_number": 1}, at("2027-11-15 02:00"))
    drive = only(yard, TestDrive)
    kept = (drive.number_sealed, drive.number_hash, drive.number_tail, drive.birth, drive.number_masked, drive.name)
    assert kept == (None, None, None, None, "530102********8237", "杨帆")


def test_before_two_in_the_morning_nothing_happens_and_after_it_once(yard: Yard) -> None:
    retention.empty_by_night(yard.shop.database, at("2027-11-15 01:59"))
    with yard.shop.looking() as db:
        assert db.scalars(select(RetentionRun)).all() == []
    first = night(yard, "2027-11-15 02:00")
    assert night(yard, "2027-11-15 02:01").finished_at == first.finished_at
    assert night(yard, "2027-11-16 02:00").emptied == {}


def test_a_visit_and_a_card_lose_who_it_was_and_the_history_keeps_hashes_only(yard: Yard) -> None:
    night(yard, "2028-11-16 03:00")
    visit, card = only(yard, Visit), only(yard, Prospect)
    assert (visit.name, visit.phone, visit.heads, visit.day) == ("", None, 2, date(2026, 11, 14))
    assert (card.name, card.phone, card.state) == ("", "#1", ProspectState.ERASED)
    assert (only(yard, Contact).name, only(yard, Contact).phone) == ("", None)
    with yard.shop.looking() as db:
        found = verify(db)
        told = {each.action for each in of_thing(db, visit.store_id, visit.id)}
        left = db.scalars(select(HistoryPersonal).where(HistoryPersonal.value.is_not(None))).all()
        assert db.scalars(select(NameStart).where(NameStart.thing_id == card.id)).all() == []
    assert {each.what for each in found} == {"erased under retention"}
    assert "erase" in told
    assert "和先生" not in repr([row.__dict__ for row in left])


def test_what_is_still_worked_with_or_was_sold_or_had_an_incident_stays(yard: Yard) -> None:
    drive, card = only(yard, TestDrive), only(yard, Prospect)
    with yard.shop.database.writing(yard.shop.store.id) as db:
        place(db.get_one(Prospect, card.id), ProspectState.FOLLOWING)
        db.add(Incident(store_id=card.store_id, drive_id=drive.id, at=yard.when("10:20"), place="彩云北路",
                        what="与护栏刮擦", reported_by_id=yard.keys["王磊"]))  # fmt: skip
    assert night(yard, "2029-11-16 03:00").emptied == {"sales_contact": 1}
    assert (only(yard, Visit).name, only(yard, Prospect).name) == ("和先生", "和先生")
    assert only(yard, TestDrive).number_sealed is not None


def test_a_legal_hold_keeps_what_is_held_until_it_is_lifted(yard: Yard, desk: Callable[[str], Desk]) -> None:
    desk("许明").turn_clock("2026-11-20 09:00")
    admin = desk("许明")
    for phone in ("13577001234", "13888880021", "13888880031"):
        page = admin.submit("/privacy/holds/new", {"phone": phone, "reason": "诉讼中"})
    assert page.text.count("诉讼中") == 3
    assert "13577001234" not in page.html
    assert "请勿重复设置" in admin.submit("/privacy/holds/new", {"phone": phone, "reason": "再设一次"}).text
    assert night(yard, "2029-11-16 03:00").emptied.keys() == {"sign_in", "session"}  # of the administrator alone
    with yard.shop.looking() as db:
        first = db.scalars(select(LegalHold).where(LegalHold.phone == "13888880021")).one()
    admin.sign_in()
    admin.submit(f"/privacy/holds/{first.id}/lift", form_at="/privacy/retention")
    assert night(yard, "2029-11-17 03:00").emptied.items() >= {"licence_number": 1, "notice": 1}.items()
    admin.turn_clock("2029-11-17 09:00")
    admin.sign_in()
    assert "未成交试驾的驾驶证号 1" in admin.get("/privacy/retention").text
    assert desk("陈静").get("/privacy/retention").status == 403


def test_nobody_else_places_a_hold(yard: Yard) -> None:
    told = Hold(phone="13888880021", reason="想留着")
    with pytest.raises(Refused) as refused, yard.shop.acting("陈静", yard.when("12:00"), told) as ask:
        holds.place(ask)
    assert refused.value.codes == ("E-NOT-YOURS",)


def test_a_night_that_was_broken_off_goes_on_where_it_stopped(yard: Yard) -> None:
    database, when = yard.shop.database, at("2028-11-16 02:00")
    assert retention._batch(database, yard.shop.store.id, when, retention.KEEPINGS[0]) == 1  # and then the power went
    with yard.shop.looking() as db:
        begun = db.scalars(select(RetentionRun)).one()
        assert (begun.finished_at, begun.emptied) == (None, {"licence_number": 1})
    done = night(yard, "2028-11-16 02:07")
    assert done.emptied == {"licence_number": 1, "visit": 1, "card": 1, "sales_contact": 1}
    assert (done.id, done.begun_at, done.finished_at) == (begun.id, when, at("2028-11-16 02:07"))


def test_periods_are_rules_of_the_house_with_a_least_where_the_law_has_one(yard: Yard) -> None:
    assert LIMITS["keep_sales_years"][0] == 10
    with yard.shop.looking() as db:
        today = calendar_of(db).today(at("2027-02-28 12:00"))
        limits = [retention.limit(db, yard.shop.store.id, each, today) for each in retention.KEEPINGS]
    days = ("2026-02-28", "2025-02-28", "2025-02-28", "2017-02-28", "2024-02-28", "2024-02-28", "2024-02-28",
            "2025-02-28", "2025-02-28", "2026-02-28", "2025-02-28", "2026-08-28", "2026-08-28")  # fmt: skip
    assert limits == [at(f"{day} 00:00") for day in days]


def test_why_somebody_was_away_is_kept_two_years_after_the_leave_and_that_they_were_away_longer(shop: Shop) -> None:
    who, other = shop.person("王磊").id, shop.person("李娜").id
    with shop.database.writing(shop.store.id) as db:
        for number, state in ((1, LeaveState.OVER), (2, LeaveState.RUNNING)):
            leave = Leave(
                store_id=shop.store.id, number=number, owner_id=who, kind=LeaveKind.SICK, from_day=date(2026, 11, 12),
                to_day=date(2026, 11, 12), days=1, reason="住院检查", stand_in_id=other, since=at("2026-11-13 00:05"),
                begun_at=at("2026-11-10 09:00"),
            )  # fmt: skip
            place(leave, state)
            db.add(leave)
    for when, reason in (("2028-11-13 02:00", "住院检查"), ("2028-11-14 02:00", "")):
        retention.run(shop.database, shop.store.id, at(when))
        with shop.looking() as db:
            told = {each.number: (each.reason, each.days) for each in db.scalars(select(Leave))}
        assert told == {1: (reason, 1), 2: ("住院检查", 1)}
