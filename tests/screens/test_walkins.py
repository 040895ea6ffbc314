"""The showroom on screen: the form at the door, the board of the day, cards and whose phone one may read."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from dealer.engine.steps import place
from dealer.records.prospects import Visit
from dealer.records.testdrives import DriveState, TestDrive
from dealer.records.vehicles import DemoCar, Route
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk, Page
from tests.drives import stock
from tests.traffic_month import made_up, write_month

Desks = Callable[[str], Desk]
PHONE = "13888880001"
AT_THE_DOOR = {"phone": PHONE, "name": "李建国", "heads": 1, "purpose": "look_at_cars", "source": "passing_by"}


def logged(desk: Desk, shop: Shop, when: str = "", **told: str) -> Page:
    """Reception writes a row; 王磊 receives them."""
    scene = AT_THE_DOOR | {"kind": "visit", "consultant": str(shop.person("王磊").id)} | told
    return desk.submit("/walkins/new", scene, when=when)


def looked_up(desk: Desk, phone: str, in_page: bool = False, **typed: str) -> Page:
    """The look-up as the form sends it: as a page of its own, or as a part for the open page."""
    blank = desk.get("/walkins/new")
    desk.client.environ_base["HTTP_HX_REQUEST"] = "true" if in_page else ""
    try:
        suggested = blank.hidden("suggested")
        return desk.post("/walkins/lookup", {"phone": phone, "suggested": suggested} | typed, blank)
    finally:
        desk.client.environ_base["HTTP_HX_REQUEST"] = ""


def test_a_double_click_writes_one_row(desk: Desks, shop: Shop) -> None:
    zhao = desk("赵敏")
    blank = zhao.get("/walkins/new")
    row = AT_THE_DOOR | {"kind": "visit", "consultant": str(shop.person("王磊").id)}
    first, second = zhao.post("/walkins/new", row, blank), zhao.post("/walkins/new", row, blank)
    assert (first.status, second.status) == (200, 200)
    assert zhao.get("/walkins/1").status == 200
    assert zhao.get("/walkins/2").status == 404


def test_a_refused_row_keeps_everything_typed_and_names_the_field(desk: Desks, shop: Shop) -> None:
    page = logged(desk("赵敏"), shop, source="")
    assert page.status == 409
    assert "请选择信息来源" in page.text
    assert f'value="{PHONE}"' in page.html
    assert 'value="李建国"' in page.html


def test_a_known_phone_brings_the_rest_with_it(desk: Desks, shop: Shop) -> None:
    zhao = desk("赵敏")
    logged(zhao, shop, company="云岭租车有限公司")
    for page in (looked_up(zhao, PHONE), looked_up(zhao, PHONE, in_page=True)):
        assert "李建国 · 云岭租车有限公司" in page.text
        assert "顾问 王磊" in page.text
        assert 'value="李建国"' in page.html
    assert 'id="main"' in looked_up(zhao, PHONE).html
    assert 'id="main"' not in looked_up(zhao, PHONE, in_page=True).html


def test_the_look_up_does_not_disturb_whoever_types_on(desk: Desks) -> None:
    assert looked_up(desk("赵敏"), "1388", in_page=True).status == 204


def test_what_was_typed_is_not_overwritten(desk: Desks, shop: Shop) -> None:
    zhao = desk("赵敏")
    logged(zhao, shop)
    assert 'value="李太太"' in looked_up(zhao, PHONE, name="李太太").html


def test_another_phone_takes_back_what_the_first_one_filled_in(desk: Desks, shop: Shop) -> None:
    zhao = desk("赵敏")
    logged(zhao, shop)
    page = looked_up(zhao, "13888880002", in_page=True, name="李建国", recalled=PHONE)
    assert "李建国" not in page.text
    assert 'value="李建国"' not in page.html


def test_who_was_here_before_is_logged_by_phone_alone(desk: Desks, shop: Shop) -> None:
    """11 digits and Enter: twelve keys."""
    zhao = desk("赵敏")
    logged(zhao, shop)
    zhao.ask("/walkins/1/leave")
    blank = zhao.get("/walkins/new")
    typed = {"phone": PHONE, "heads": "1", "purpose": "look_at_cars", "kind": "visit"}
    suggested = {"suggested": blank.hidden("suggested"), "consultant": blank.hidden("suggested")}
    assert zhao.post("/walkins/new", typed | suggested, blank).status == 200
    again = zhao.get("/walkins/2").text
    assert "李建国" in again
    assert "再次" in again


def test_the_returning_customers_own_consultant_is_told_not_the_next_in_turn(desk: Desks, shop: Shop) -> None:
    zhao = desk("赵敏")
    logged(zhao, shop, consultant=str(shop.person("李娜").id))
    zhao.ask("/walkins/1/leave")
    blank = zhao.get("/walkins/new")
    assert blank.hidden("suggested") == str(shop.person("王磊").id)
    typed = {"phone": PHONE, "heads": "1", "purpose": "look_at_cars", "kind": "visit"}
    suggested = {"suggested": blank.hidden("suggested"), "consultant": blank.hidden("suggested")}
    assert "已通知李娜" in zhao.post("/walkins/new", typed | suggested, blank).text


def test_the_board_masks_phones_and_counts_the_day(desk: Desks, shop: Shop) -> None:
    zhao = desk("赵敏")
    logged(zhao, shop)
    board = zhao.get("/walkins").text
    assert "138****0001" in board
    assert PHONE not in board
    assert "100 %" in board


def test_reception_reads_a_phone_on_the_day_and_not_on_the_next(desk: Desks, shop: Shop) -> None:
    zhao = desk("赵敏")
    logged(zhao, shop)
    assert PHONE in zhao.get("/walkins/1").text
    zhao.turn_clock("2026-11-11 09:00")
    assert PHONE not in zhao.get("/walkins/1").text


@pytest.mark.parametrize("who, status", [("赵敏", 200), ("王磊", 200), ("马超", 200), ("高洁", 403), ("吴倩", 403)])
def test_the_board_is_for_who_works_with_visits(desk: Desks, who: str, status: int) -> None:
    assert desk(who).get("/walkins").status == status


def test_a_day_that_does_not_exist_is_today(desk: Desks) -> None:
    assert "2026年11月10日" in desk("赵敏").get("/walkins?day=2026-02-30").text


def test_a_visit_becomes_a_deal_on_the_deals_own_form(desk: Desks, shop: Shop) -> None:
    logged(desk("赵敏"), shop, company="滇行租赁公司", customer_class="rental", quantity="30")
    wang = desk("王磊")
    form = wang.get("/walkins/1/become_deal")
    assert form.url == "/deals/new"
    assert 'value="滇行租赁公司"' in form.html
    assert f'value="{PHONE}"' in form.html


def test_reception_makes_a_deal_of_a_visit_and_stays_where_it_may_look(desk: Desks, shop: Shop) -> None:
    zhao = desk("赵敏")
    logged(zhao, shop, name="和先生", quantity="30")
    form = zhao.get("/walkins/1/become_deal")
    facts = {"visit": 1, "name": "和记车队", "customer_class": "individual", "contact": "和先生", "phone": PHONE}
    made = zhao.post("/deals/new", facts, form)
    assert (made.status, made.url) == (200, "/walkins/1")
    with shop.looking() as db:
        assert db.scalars(select(Visit)).one().deal_id is not None


def test_a_contact_is_written_down_on_the_card(desk: Desks, shop: Shop) -> None:
    logged(desk("赵敏"), shop)
    wang = desk("王磊")
    told = {"how": "call", "what": "周六来看车", "level": "A"}
    page = wang.submit("/prospects/1/contact", told, form_at="/prospects/1", when="2026-11-10 15:00")
    assert (page.status, page.url) == (200, "/prospects/1")
    assert "周六来看车" in page.text
    assert "未定级 → A 级" in page.text
    assert "11-13 09:30" in page.text
    assert "每 5 天联系，15 天内成交 · 全部客户" in page.text


def test_a_blank_contact_is_refused_beside_its_field(desk: Desks, shop: Shop) -> None:
    logged(desk("赵敏"), shop)
    page = desk("王磊").submit("/prospects/1/contact", {"what": "周六来看车"}, form_at="/prospects/1")
    assert page.status == 422
    assert "周六来看车" in page.html
    assert "请填写此项。" in page.text


def test_a_colleagues_card_is_nobodys_business(desk: Desks, shop: Shop) -> None:
    logged(desk("赵敏"), shop)
    assert desk("李娜").get("/prospects/1").status == 404
    assert desk("赵敏").get("/prospects/1").status == 404


def test_a_manager_gives_a_reason_to_read_a_phone(desk: Desks, shop: Shop) -> None:
    logged(desk("赵敏"), shop)
    boss = desk("马超")
    assert PHONE not in boss.get("/prospects/1").text
    assert boss.submit("/prospects/1/reveal", {"reason": ""}).status == 422
    assert PHONE in boss.submit("/prospects/1/reveal", {"reason": "核实战败"}).text
    boss.turn_clock("2026-11-10 09:30")
    later = boss.get("/prospects/1").text
    assert PHONE not in later
    assert "已查看完整手机号" in later


def test_a_second_card_of_a_phone_is_told_beside_the_field(desk: Desks, shop: Shop) -> None:
    logged(desk("赵敏"), shop)
    page = desk("李娜").submit("/prospects/new", {"phone": PHONE, "name": "李先生", "source": "internet"})
    assert page.status == 409
    assert "此电话已有 王磊 的 1 号卡" in page.text


@pytest.mark.parametrize("view", ["due", "following", "won", "aside"])
def test_every_list_of_cards_opens(desk: Desks, shop: Shop, view: str) -> None:
    logged(desk("赵敏"), shop)
    page = desk("王磊").get(f"/prospects?view={view}")
    assert page.status == 200
    assert ("李建国" in page.text) is (view == "following")


# ── the board ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_board_shows_who_is_here_since_when_and_whose_turn_it_is(desk: Desks, shop: Shop) -> None:
    zhao = desk("赵敏")
    logged(zhao, shop, when="2026-11-10 10:05")
    logged(zhao, shop, phone="13888880009", name="段女士", kind="call")
    zhao.turn_clock("2026-11-10 10:47")
    board = zhao.get("/walkins")
    here, calls = board.html.split('id="here"')[1].split('id="register"')
    assert 'data-minutes="42"' in here
    assert "段女士" not in here
    assert "段女士" in calls.split('id="calls"')[1]
    assert "王磊" in here
    assert "接待中 1 批" in here
    zhao.ask("/walkins/1/leave")
    assert "data-minutes" not in zhao.get("/walkins").html
    assert "42 分钟" in zhao.get("/walkins").text


def test_the_part_that_renews_itself_comes_alone(desk: Desks, shop: Shop) -> None:
    zhao = desk("赵敏")
    logged(zhao, shop)
    zhao.client.environ_base["HTTP_HX_REQUEST"] = "true"
    part = zhao.get("/walkins").html
    assert 'id="main"' not in part
    assert "李建国" in part


def test_what_happened_is_ticked_and_offered_to_the_consultant(desk: Desks, shop: Shop) -> None:
    """A drive of their phone on the day counts, before anybody has noted it."""
    zhao, wang = desk("赵敏"), desk("王磊")
    logged(zhao, shop, when="2026-11-10 10:05")
    zhao.ask("/walkins/1/leave")
    drive_of(shop, PHONE)
    told = zhao.get("/walkins").html.split('id="register"')[1]
    assert (told.count("建卡"), told.count("text-ok")) == (1, 2)
    [box] = re.findall(r'<input[^>]*name="drove"[^>]*>', wang.get("/walkins/1/complete").html)
    assert "checked" in box


def drive_of(shop: Shop, phone: str) -> None:
    """A drive that was completed at eleven."""
    stock(shop)
    with shop.database.writing(shop.store.id) as db:
        car, route = db.scalars(select(DemoCar)).first(), db.scalars(select(Route)).first()
        assert car is not None
        assert route is not None
        begins = at("2026-11-10 11:00")
        drive = TestDrive(
            store_id=shop.store.id, number=1, name="李建国", phone=phone, occupation="", address="", since=begins,
            booked_by_id=shop.person("王磊").id, owner_id=shop.person("王磊").id, car_id=car.id, route_id=route.id,
            starts_at=begins, ends_at=at("2026-11-10 11:30"), begun_at=begins,
        )  # fmt: skip
        place(drive, DriveState.COMPLETED)
        db.add(drive)


def test_a_row_kept_while_the_line_was_down_came_when_it_was_typed(desk: Desks, shop: Shop) -> None:
    """Sent three times, it is one row, and the browser says how many seconds ago it was typed."""
    zhao = desk("赵敏")
    zhao.turn_clock("2026-11-10 10:05")
    blank = zhao.get("/walkins/new")
    zhao.turn_clock("2026-11-10 11:05")
    row = AT_THE_DOOR | {"kind": "visit", "consultant": str(shop.person("王磊").id)}
    for ago in ("3600", "3615", "3630"):
        zhao.client.environ_base["HTTP_X_TYPED_AGO"] = ago
        assert zhao.post("/walkins/new", row, blank).status == 200
    del zhao.client.environ_base["HTTP_X_TYPED_AGO"]
    assert 'data-minutes="60"' in zhao.get("/walkins").html
    assert zhao.get("/walkins/2").status == 404


def test_three_hundred_parties_of_a_day_are_all_on_the_board(desk: Desks, shop: Shop) -> None:
    day = [replace(party, came_at=party.came_at.replace(day=8)) for party in made_up([shop.person("王磊").id], [], 300)]
    write_month(shop.database, shop.store.id, shop.person("王磊"), day)
    board = desk("赵敏").get("/walkins?day=2026-10-08").html
    assert board.count("row-link") == 300
