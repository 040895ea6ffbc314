"""Deals on screen: what a form keeps, what a second arrival does, who sees what."""

from collections.abc import Callable

from tests.desk import Desk, Page

Desks = Callable[[str], Desk]
POLICE = {
    "name": "某市公安局",
    "customer_class": "police_justice",
    "uscc": "11530100015112347K",
    "contact": "杨帆",
    "phone": "13888880001",
    "title": "执法用车更新",
}


def registered(desk: Desk, **more: str) -> Page:
    return desk.submit("/deals/new", POLICE | more)


def test_a_deal_is_registered_and_shown(desk: Desks) -> None:
    page = registered(desk("李娜"))
    assert (page.status, page.url) == (200, "/deals/1")
    assert "某市公安局" in page.text
    assert "请填写需求表" in page.text


def test_a_wrong_code_is_told_beside_its_field_and_everything_typed_is_kept(desk: Desks) -> None:
    page = registered(desk("李娜"), uscc="11530100015112347X")
    assert page.status == 422
    assert 'value="执法用车更新"' in page.html
    assert 'aria-invalid="true"' in page.html


def test_a_phone_with_letters_is_told_beside_its_field(desk: Desks) -> None:
    page = registered(desk("李娜"), phone="138O8880001")
    assert page.status == 422
    assert 'value="138O8880001"' in page.html


def test_a_form_that_arrives_twice_counts_once(desk: Desks) -> None:
    lina = desk("李娜")
    blank = lina.get("/deals/new")
    first, second = lina.post("/deals/new", POLICE, blank), lina.post("/deals/new", POLICE, blank)
    assert (first.url, second.url) == ("/deals/1", "/deals/1")
    assert lina.get("/deals/2").status == 404


def test_the_same_key_with_other_content_is_refused(desk: Desks) -> None:
    lina = desk("李娜")
    blank = lina.get("/deals/new")
    lina.post("/deals/new", POLICE, blank)
    assert lina.post("/deals/new", POLICE | {"title": "另一个"}, blank).status == 409


def test_a_consultant_does_not_see_a_colleagues_deal(desk: Desks) -> None:
    registered(desk("李娜"))
    assert desk("王磊").get("/deals/1").status == 404
    assert desk("张伟").get("/deals/1").status == 200  # the supervisor of her group
    assert desk("陈静").get("/deals/1").status == 200


def test_a_stale_page_keeps_the_typed_text_and_says_who_changed_what(desk: Desks) -> None:
    lina, chen = desk("李娜"), desk("陈静")
    registered(lina)
    opened = chen.get("/deals/1/hold")
    lina.submit("/deals/1/ask_to_lose", {"reason": "budget_cut"})
    page = chen.post("/deals/1/hold", {"until": "2026-12-01", "comment": "等预算批复"}, opened)
    assert page.status == 409
    assert "李娜 申请战败" in page.text
    assert "等预算批复" in page.html
    again = chen.post("/deals/1/hold", {"until": "2026-12-01", "comment": "等预算批复"}, page)
    assert (again.status, again.url) == (200, "/deals/1")


def test_what_the_checklist_says_is_what_the_step_answers(desk: Desks) -> None:
    lina = desk("李娜")
    registered(lina)
    shown = lina.get("/deals/1").text
    answer = lina.ask("/deals/1/start_quotation")
    assert (answer.status, answer.codes) == (409, ("E-NEED",))
    assert answer.json["refusals"][0]["sentence"] in shown


def test_an_ended_session_keeps_what_was_typed_for_the_same_person_only(desk: Desks) -> None:
    chen = desk("陈静")
    registered(desk("李娜"))
    blank = chen.get("/deals/1/hold")
    chen.turn_clock("2026-11-11 09:30")  # a night later the session has ended
    page = chen.post("/deals/1/hold", {"until": "2026-12-01", "comment": "等预算批复"}, blank)
    assert page.url == "/sign-in"
    assert "您填写的内容已保留" in page.text
    parked = page.html.split("parked=")[1].split('"')[0].split("&")[0]
    assert "等预算批复" not in desk("李娜").get(f"/deals/1/hold?parked={parked}").html
    chen.sign_in()
    assert "等预算批复" in chen.get(f"/deals/1/hold?parked={parked}").html


def test_too_many_failed_sign_ins_have_to_wait(desk: Desks) -> None:
    lina = desk("李娜")
    for _ in range(5):
        assert lina.sign_in("wrong password").status == 401
    assert lina.sign_in().status == 429
    lina.turn_clock("2026-11-10 09:16")
    assert lina.sign_in().status == 200


def test_an_ended_session_is_ended_behind_the_cookie(desk: Desks) -> None:
    lina = desk("李娜")
    cookie = lina.client.get_cookie("session")
    assert cookie is not None
    lina.post("/sign-out", {}, lina.get("/today"))
    lina.client.set_cookie("session", cookie.value)
    assert lina.get("/today").url == "/sign-in"
