"""Test drives as people meet them in a browser."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import update

from dealer.drives.drive_papers import agreement_of
from dealer.engine import files
from dealer.records.contracts import Rendering
from dealer.records.testdrives import DriveState, TestDrive
from dealer.records.vehicles import DemoCar, DemoState
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.drives import YANG_FAN, Yard
from tests.test_workflow import registered

S = DriveState
There = Callable[[str, str], Desk]


@pytest.fixture
def yard(shop: Shop) -> Yard:
    """The shop's demo cars, routes and people."""
    return Yard(shop)


@pytest.fixture
def there(app: Flask) -> There:
    """`there("孙强", "2026-11-14 10:00")`: that person signs in at that time."""

    def sign_in(name: str, when: str) -> Desk:
        app.config["CLOCK"].now = at(when)
        return Desk(app, app.config["CLOCK"], name)

    return sign_in


def test_a_click_on_a_free_half_hour_fills_in_car_and_time(yard: Yard, there: There) -> None:
    reception = there("赵敏", "2026-11-10 09:00")
    grid = reception.get("/drives?day=2026-11-14")
    link = f"/drives/new?car={yard.keys['M7']}&amp;at=2026-11-14T10:00"
    assert link in grid.html
    form = reception.get(link.replace("&amp;", "&"))
    assert 'value="2026-11-14T10:00"' in form.html
    assert "驾驶证" not in form.text
    fields = {
        "experience": "drive", "name": "杨帆", "phone": "138 8888 0021", "car": yard.keys["M7"],
        "route": yard.keys["R1"], "starts_at": "2026-11-14T10:00", "companion": yard.keys["王磊"],
    }  # fmt: skip
    booked = reception.post("/drives/new", fields, form)
    assert (booked.status, booked.url) == (200, "/drives/1")
    assert yard.look(1).phone == "13888880021"
    assert "杨帆" in reception.get("/drives?day=2026-11-14").text
    again = reception.submit("/drives/new", fields | {"name": "段莉", "phone": "13888880031"})
    assert again.status == 409
    assert "云A7M002在2026年11月14日 10:00至10:30已被占用" in again.text
    assert 'value="段莉"' in again.html, "what was typed is kept"


def test_reception_reads_no_licence_on_the_page_of_a_drive(yard: Yard, there: There) -> None:
    number = yard.verified()
    page = there("赵敏", "2026-11-14 09:55").get(f"/drives/{number}")
    assert "杨帆" in page.text
    assert "8237" not in page.html
    assert "准驾车型" not in page.text
    assert "驾驶证" not in page.text.replace("录入了驾驶证", "")


def test_the_licence_card_shows_rule_value_and_result(yard: Yard, there: There) -> None:
    number = yard.verified()
    page = there("王磊", "2026-11-14 09:55").get(f"/drives/{number}").text
    assert "准驾车型与车辆相符 · C1 通过" in page
    assert "驾驶证在有效期内 · 2031年4月2日 通过" in page
    assert "出示原件或电子驾驶证 · 驾驶证原件 通过" in page
    english = there("王磊", "2026-11-14 09:55").get(f"/drives/{number}?lang=en").text
    assert "The class covers the car · C1 passed" in english


def test_the_whole_number_needs_a_reason_and_is_gone_after_five_minutes(yard: Yard, there: There) -> None:
    number = yard.verified()
    manager = there("刘洋", "2026-11-14 12:00")
    assert YANG_FAN not in manager.get(f"/drives/{number}").html
    assert manager.submit(f"/drives/{number}/reveal", {}, form_at=f"/drives/{number}").status == 422
    shown = manager.submit(f"/drives/{number}/reveal", {"reason": "核对违章"}, form_at=f"/drives/{number}")
    assert YANG_FAN in shown.text
    assert "核对违章" in there("许明", "2026-11-14 12:01").get("/privacy").text
    manager.turn_clock("2026-11-14 12:06")
    assert YANG_FAN not in manager.get(f"/drives/{number}").html


def test_reception_reveals_nothing_and_opens_no_paper(yard: Yard, there: There) -> None:
    number = yard.verified()
    reception = there("赵敏", "2026-11-14 09:55")
    refused = reception.submit(f"/drives/{number}/reveal", {"reason": "想看"}, form_at=f"/drives/{number}")
    assert refused.status == 409
    assert YANG_FAN not in refused.html
    assert reception.get(f"/drives/{number}/scan").status == 404


def test_a_copy_of_the_agreement_is_logged_and_served_as_stored(yard: Yard, there: There) -> None:
    number = yard.signed()
    consultant = there("王磊", "2026-11-14 09:46")
    waiting = consultant.submit(f"/drives/{number}/print", {}, form_at=f"/drives/{number}")
    assert waiting.status == 409
    assert "协议正在生成" in waiting.text
    with yard.shop.database.writing(yard.shop.store.id) as db:
        ordered = agreement_of(db, db.get_one(TestDrive, yard.look(number).id))
        assert ordered is not None
        sha256 = files.keep(db, yard.shop.store.id, "agreement.pdf", b"%PDF-1.7 agreement", yard.when("09:46"))
        db.execute(update(Rendering).where(Rendering.id == ordered.id).values(pdf_sha256=sha256, passed=True))
    copy = consultant.submit(f"/drives/{number}/print", {}, form_at=f"/drives/{number}")
    assert (copy.status, copy.html) == (200, "%PDF-1.7 agreement")
    assert there("赵敏", "2026-11-14 09:47").get(copy.url).status == 404


def test_the_drive_starts_with_one_press(yard: Yard, there: There) -> None:
    number = yard.verified()
    keys = there("孙强", "2026-11-14 10:00")
    keys.submit(f"/drives/{number}/check_out", {"odometer": "12340", "fuel": "80"})
    consultant = there("王磊", "2026-11-14 10:05")
    started = consultant.submit(f"/drives/{number}/start", {}, form_at=f"/drives/{number}")
    assert started.status == 200
    assert yard.look(number).state is S.IN_PROGRESS
    for action in ("complete", "abort", "incident"):
        assert f'href="/drives/{number}/{action}"' in started.html


def test_the_vehicle_administrator_keeps_status_and_papers(yard: Yard, there: There) -> None:
    key = yard.keys["E3"]
    yard.change(DemoCar, key, insured_until=date(2026, 11, 20))
    keys = there("孙强", "2026-11-14 09:00")
    assert "2026年11月20日 即将到期" in keys.get("/democars").text
    keys.submit(f"/democars/{key}/status", {"status": "repair", "remark": "换轮胎"})
    assert yard.car("E3").status is DemoState.REPAIR
    renewed = {
        "plate": "云AD30003", "model": yard.models["E3"], "odometer": "12000", "insured_until": "2027-11-20",
        "inspected_until": "2027-06-30",
    }  # fmt: skip
    assert keys.submit(f"/democars/{key}/edit", renewed).status == 200
    assert yard.car("E3").insured_until == date(2027, 11, 20)
    assert keys.submit(f"/democars/{key}/edit", renewed | {"plate": "云A5X001"}).status == 409
    assert keys.submit(f"/democars/{key}/edit", renewed | {"plate": "云AI2345"}).status == 422
    new = {"plate": "云A00001F", "model": yard.models["X5"], "odometer": "8"} | renewed
    assert keys.submit("/democars/new", new | {"plate": "云A00001F"}).status == 200
    assert there("王磊", "2026-11-14 09:00").get(f"/democars/{key}/status").status == 403


def test_a_car_on_the_road_is_not_called_free(yard: Yard, there: There) -> None:
    yard.under_way()
    keys = there("孙强", "2026-11-14 10:10")
    refused = keys.submit(f"/democars/{yard.keys['M7']}/status", {"status": "available"})
    assert (refused.status, yard.car().status) == (409, DemoState.OUT)


def test_a_manager_waives_a_drive_on_the_page_of_the_deal(yard: Yard, there: There) -> None:
    deal = registered(yard.shop)
    manager = there("刘洋", "2026-11-14 09:00")
    assert f"/deals/{deal}/waive_drive" in manager.get(f"/deals/{deal}").html
    facts = {"model": yard.models["M7"], "ground": "tender", "reason": "招标项目"}
    page = manager.submit(f"/deals/{deal}/waive_drive", facts)
    assert "云岭 M7" in page.text
    assert "免试驾" in page.text
    owner = there("李娜", "2026-11-14 09:00")
    assert owner.get(f"/deals/{deal}/waive_drive").status == 403
    assert owner.ask(f"/deals/{deal}/waive_drive", {**facts, "model": str(facts["model"])}).codes == ("E-NOT-YOURS",)


def test_a_booking_from_a_deal_knows_the_customer(yard: Yard, there: There) -> None:
    deal = registered(yard.shop)
    form = there("李娜", "2026-11-10 09:00").get(f"/drives/new?deal={deal}")
    assert 'value="杨帆"' in form.html
    assert 'value="13888880001"' in form.html
    stranger = there("赵敏", "2026-11-10 09:00").get(f"/drives/new?deal={deal}")
    assert 'value="杨帆"' not in stranger.html, "reception sees no deals"


def test_the_register_lists_every_drive_and_hides_phones_from_those_who_book_none(yard: Yard, there: There) -> None:
    yard.completed()
    assert "13888880021" in there("王磊", "2026-11-15 09:00").get("/drives/register").text
    told = there("林芳", "2026-11-15 09:00").get("/drives/register").text
    assert "138****0021" in told
    assert "13888880021" not in told
    assert there("高洁", "2026-11-15 09:00").get("/drives/register").status == 403


def test_the_showroom_manager_keeps_the_routes_and_a_drive_keeps_to_them(yard: Yard, there: There) -> None:
    liu_yang = there("刘洋", "2026-11-10 09:00")
    assert "试驾路线" in liu_yang.get("/drives").text
    new = {"code": "r3", "name": "环湖路—彩云北路", "minutes": 40, "motorway": True, "active": True}
    shown = liu_yang.submit("/routes/new", new)
    assert (shown.status, shown.url) == (200, "/routes")
    assert "R3" in shown.text
    again = liu_yang.submit("/routes/new", new | {"name": "另一条路"})
    assert again.status == 409
    assert "路线R3已存在" in again.text
    assert 'value="另一条路"' in again.html
    assert liu_yang.submit("/routes/new", new | {"code": "R4", "minutes": 0}).status == 422
    booking = {
        "experience": "drive", "name": "杨帆", "phone": "13888880021", "car": yard.keys["M7"],
        "route": yard.keys["R1"], "starts_at": "2026-11-14T10:00", "companion": yard.keys["王磊"],
    }  # fmt: skip
    taken_off = {"code": "R1", "name": "市区", "minutes": 30}
    assert liu_yang.submit(f"/routes/{yard.keys['R1']}/edit", taken_off).status == 200
    wang_lei = there("王磊", "2026-11-10 09:10")
    assert "E-ROUTE" in wang_lei.ask("/drives/new", booking).codes
    assert wang_lei.get("/routes").status == 200
    assert wang_lei.get("/routes/new").status == 403


def test_a_colleagues_drive_is_given_up_by_those_who_arrange_it(yard: Yard, there: There) -> None:
    number = yard.signed()
    with yard.shop.database.writing(yard.shop.store.id) as db:
        sha256 = files.keep(db, yard.shop.store.id, "scan.pdf", b"%PDF-1.7 scan", yard.when("09:46"))
        db.execute(update(TestDrive).values(agreement_scan_sha256=sha256))
    here, why = f"/drives/{number}", {"comment": "客户改期"}
    stranger = there("李娜", "2026-11-14 09:46")
    assert f"{here}/scan" not in stranger.get(here).html
    assert stranger.get(f"{here}/scan").status == 404
    assert stranger.submit(f"{here}/print", {}, form_at=here).status == 404
    for action, facts in (("ride_instead", {}), ("cancel", why)):
        assert f'href="{here}/{action}"' not in stranger.get(here).html
        assert stranger.ask(f"{here}/{action}", facts).codes == ("E-NOT-YOURS",)
    for name in ("王磊", "张伟", "陈静", "刘洋"):  # the companion, his supervisor, managers
        assert there(name, "2026-11-14 09:47").get(f"{here}/scan").status == 200, name
    assert there("王磊", "2026-11-14 09:48").ask(f"{here}/ride_instead").status == 200
    assert there("刘洋", "2026-11-14 09:49").ask(f"{here}/cancel", why).status == 200
    booked = yard.book("李娜", "2026-11-13 09:00", yard.booking("X5", "14:00", phone="13888880031"))
    assert there("李娜", "2026-11-13 09:05").ask(f"/drives/{booked}/cancel", why).status == 200
