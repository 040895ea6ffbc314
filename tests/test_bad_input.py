"""What nobody means to send: numbers no column holds, days no calendar has, JSON of the wrong shape, text in vain."""

from collections.abc import Callable

import pytest
from flask import Flask

from dealer.engine.malformed import whole_number
from tests.cast import Shop
from tests.desk import Desk
from tests.test_workflow import registered

Desks = Callable[[str], Desk]
HUGE = "99999999999999999999"


def test_a_number_that_nothing_has_leads_to_no_page(desk: Desks) -> None:
    chen = desk("陈静")
    kinds = ("deals", "quotations", "contracts", "approvals", "stock", "drives", "walkins", "prospects", "customers")
    assert {chen.get(f"/{kind}/{HUGE}").status for kind in kinds} == {404}
    for url in (f"/deals?view=list&below={HUGE}", f"/drives/new?deal={HUGE}", f"/deals/new?visit={HUGE}",
                "/reports/progress?value=x", "/reports/losses/rows?value=x", "/plans/actual/rows?value=x"):  # fmt: skip
        assert chen.get(url).status in (200, 403), url
    for url in (
        "/drives?day=9999-12-31",
        "/drives?day=0001-01-01",
        "/walkins?day=0001-01-01",
        "/walkins?day=9999-12-31",
    ):
        assert chen.get(url).status in (200, 403), url
    assert chen.get("/search?q=%00").status == 404


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "0", "86400", "2026-02-30", "20261105"])
def test_a_day_that_cannot_be_meant_is_named_beside_its_field(shop: Shop, desk: Desks, day: str) -> None:
    deal = registered(shop)
    answer = desk("陈静").submit(f"/deals/{deal}/hold", {"until": day, "comment": "等预算"})
    assert answer.status == 422
    assert "请输入真实存在的日期" in answer.text
    assert "等预算" in answer.html


def test_digits_in_full_width_are_digits(desk: Desks) -> None:
    reception = desk("赵敏")
    facts = {"phone": "１３８８８８８０００１", "name": "杨帆", "heads": "２", "source": "walk_in", "purpose": "look"}
    answer = reception.submit("/walkins/new", facts)
    assert "请输入整数" not in answer.text


@pytest.mark.parametrize(
    "facts",
    [
        {"name": [1], "phone": [1], "uscc": [1]},
        {"lines": "x", "extras": [[1]]},
        {"lines": [[1]], "extras": {"0": 1}},
        {"name": "\ud800", "comment": "a\x00b"},
        [],
        {"seen_version": [1]},
    ],
)
def test_a_program_that_sends_the_wrong_shape_is_told_so(shop: Shop, desk: Desks, facts: object) -> None:
    deal = registered(shop)
    li_na = desk("李娜")
    token = li_na.get("/today").hidden("csrf_token")
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    for url in ("/customers/new", "/deals/new", f"/deals/{deal}/fill_need", f"/deals/{deal}/ask_to_lose",
                f"/deals/{deal}/quotations/new", "/drives/new", "/prospects/new"):  # fmt: skip
        status = li_na.client.post(url, json=facts, headers=headers).status_code
        assert status in (403, 404, 409, 422), (url, status)


@pytest.mark.parametrize("typed", ["²", "9" * 30, "9" * 5000, "-1", "③"])
def test_what_is_no_number_is_nowhere_read_as_one(typed: str) -> None:
    assert whole_number(typed) is None


def test_a_hidden_number_that_cannot_be_meant_keeps_what_was_typed(shop: Shop, desk: Desks) -> None:
    deal = registered(shop)
    chen, zhao, liu = desk("陈静"), desk("赵敏"), desk("刘洋")
    url = f"/deals/{deal}/hold"
    blank = chen.get(url)
    token = {"csrf_token": blank.hidden("csrf_token")}
    for strange in ("²", "9" * 30):
        sent = token | {"form_key": f"k{len(strange)}", "seen": strange, "until": "2026-12-01", "comment": "等待预算"}
        answer = chen.client.post(url, data=sent)
        assert (answer.status_code, "等待预算" in answer.text) == (409, True)
        told = chen.ask(url, {"until": "2026-12-01", "comment": "等待预算", "seen_version": strange})
        assert (told.status, told.json["refusals"][0]["field"]) == (422, "seen_version")
        signed = {"csrf_token": liu.get("/hand-ins").hidden("csrf_token"), "form_key": f"k{len(strange)}"}
        signed["hand_in"] = [f"{strange}:{strange}", f"{strange}:1", f"4:{strange}"]  # type: ignore[assignment]
        assert liu.client.post("/hand-ins/sign", data=signed).status_code == 303
        row = {f"words-{strange}-reason": "忙"}
        assert desk("王磊").submit("/hand-ins/today", row).status == 200
    party = {"no_phone": "1", "source": "passing_by", "purpose": "look_at_cars", "heads": "1"}
    zhao.submit("/walkins/new", party)
    assert zhao.submit("/walkins/1/leave", {"closing": "²"}, form_at="/walkins").status == 200


def test_what_is_wrong_in_a_row_is_told_to_a_program(desk: Desks) -> None:
    told = desk("王磊").ask("/hand-ins/today", {"words": [{"card": "zz"}], "unknown": 1})
    assert told.status == 422
    fields = {each["field"] for each in told.json["refusals"] if each["sentence"]}
    assert {"words-0-card", None} <= fields


def test_sign_in_leads_to_no_other_house(app: Flask) -> None:
    for target in ("/%09/elsewhere.example", "/%0a/elsewhere.example", "//elsewhere.example", "/%5Celsewhere.example",
                   "https://elsewhere.example/"):  # fmt: skip
        client = app.test_client()
        desk = Desk.__new__(Desk)
        desk.app, desk.client, desk.name, desk.clock = app, client, "李娜", app.config["CLOCK"]
        blank = desk._page(client.get(f"/sign-in?next={target}"))
        fields = {"name": "lina", "password": "kunming-spring-city", "csrf_token": blank.hidden("csrf_token")}
        answer = client.post(f"/sign-in?next={target}", data=fields)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/"), target


def test_bytes_that_are_no_text_are_no_fault_at_the_door(app: Flask) -> None:
    """In an address, and in what a browser keeps: whoever is not signed in may send them too."""
    raw = {"QUERY_STRING": "next=/deals?x=\xff"}
    desk = Desk(app, app.config["CLOCK"], "李娜")
    for address in ("/sign-in", "/sign-in/again", "/deals", "/api/v1/deals", "/verify", "/nothing"):
        assert desk.client.get(address, environ_overrides=raw).status_code < 500, address
    blank = desk._page(app.test_client().get("/sign-in"))
    assert blank.status == 200
    known = next(each for each in desk.client._cookies.values() if each.key.startswith("known-"))  # type: ignore[union-attr]
    desk.client.set_cookie(known.key, "\u00e9.x", path="/sign-in")
    blank = desk._page(desk.client.get("/sign-in"))
    fields = {"name": "lina", "csrf_token": blank.hidden("csrf_token"), "password": "wrong"}
    assert desk.client.post("/sign-in", data=fields).status_code == 401
    right = fields | {"password": "kunming-spring-city"}
    assert desk.client.post("/sign-in", data=right, environ_overrides=raw).location == "/deals?x=%EF%BF%BD"


# ── nothing typed is lost ─────────────────────────────────────────────────────────────────────────────────────────

HERE = {"Origin": "http://localhost"}


@pytest.mark.parametrize(
    ("name", "url", "typed"),
    [
        ("李娜", "/prospects/new", {"name": "张厂长", "phone": "138"}),
        ("李娜", "/customers/new", {"name": "滇池旅游公司", "address": "昆明"}),
        ("李娜", "/deals/new", {"name": "滇池旅游公司", "title": "换车"}),
        ("赵敏", "/walkins/new", {"name": "罗先生", "phone": "139"}),
        ("李娜", "/drives/new", {"name": "段莉", "phone": "139"}),
    ],
)
def test_what_was_typed_survives_a_sign_in_in_another_tab(
    desk: Desks, name: str, url: str, typed: dict[str, str]
) -> None:
    """The old tab's token is of the session before: the form comes back filled in, to be sent once more."""
    person = desk(name)
    old = person.get(url)
    person.client.post("/sign-out", data={"csrf_token": old.hidden("csrf_token")})
    person.sign_in()
    data = typed | {"csrf_token": old.hidden("csrf_token")}
    back = person._page(person.client.post(url, data=data, headers=HERE, follow_redirects=True))
    assert (back.status, back.url) == (200, url)
    assert "不属于您本次登录" in back.text
    for value in typed.values():
        assert f'value="{value}"' in back.html


@pytest.mark.parametrize("token", [{}, {"csrf_token": ""}, {"csrf_token": "IjAwIg.x.y"}], ids=["none", "empty", "bad"])
def test_a_form_without_its_token_keeps_what_was_typed_for_the_same_person(desk: Desks, token: dict[str, str]) -> None:
    person, url, typed = desk("李娜"), "/prospects/new", {"name": "张厂长", "phone": "13888880077"}
    sent = person.client.post(url, data=typed | token)  # a proxy took origin and referrer away
    assert (sent.status_code, sent.headers["Location"].split("=")[0]) == (303, f"{url}?parked")
    back = person.get(sent.headers["Location"])
    assert "填写的内容已保留，请核对后重新提交" in back.text
    assert 'value="张厂长"' in back.html
    assert "张厂长" not in desk("王磊").get(sent.headers["Location"]).html
    assert person.post(url, typed | {"source": "walk_in"}, back).url == "/prospects/1", "read, completed, sent again"
    part = person.client.post(url, data=typed | token, headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"].split("=")[0]) == (204, f"{url}?parked")
    program = person.client.post(url, data=typed | token, headers={"Accept": "application/json"})
    assert (program.status_code, program.json["refusals"][0]["code"]) == (400, "E-SESSION")
    for strange in ({"Origin": "http://elsewhere.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                    {"Referer": "http://elsewhere.example/form"}):  # fmt: skip
        assert person.client.post(url, data=typed | token, headers=strange).status_code == 400, strange
    person.client.post("/sign-out", data={"csrf_token": person.get(url).hidden("csrf_token")})
    again = person._page(person.client.post("/sign-in", data={"name": "lina"} | token, follow_redirects=True))
    assert (again.status, again.url) == (200, "/sign-in")
    assert "请在此重新提交" in again.text


def test_whoever_changes_the_language_of_a_refused_form_keeps_what_was_typed(desk: Desks) -> None:
    li_na = desk("李娜")
    refused = li_na.submit("/prospects/new", {"name": "张厂长", "phone": "138"})
    assert refused.status == 422
    link = next(each for each in refused.html.split('href="') if "lang=en" in each).split('"')[0].replace("&amp;", "&")
    english = li_na.get(link)
    assert (english.status, english.url) == (200, "/prospects/new")
    assert 'value="张厂长"' in english.html
    assert desk("王磊").get(link).html.count("张厂长") == 0


def test_a_step_that_is_over_shows_what_was_typed_for_it(shop: Shop, desk: Desks) -> None:
    deal = registered(shop)
    chen = desk("陈静")
    url = f"/deals/{deal}/hold"
    old = chen.get(url)
    chen.submit(url, {"until": "2026-12-01", "comment": "等待预算"})
    late = chen.post(url, {"until": "2026-12-02", "comment": "客户下周才开会"}, old)
    assert late.status == 409
    assert "客户下周才开会" in late.text
