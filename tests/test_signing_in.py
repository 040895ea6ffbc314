"""Signing in: whose tries count, which browsers are signed in, what a person sees of it; passwords as typed."""

from collections.abc import Callable

import pytest
from flask import Flask

from dealer.house import passwords, sign_ins
from dealer.privacy import retention
from dealer.records.people import Role
from tests.cast import PASSWORD, Shop
from tests.conftest import at
from tests.desk import Desk, Page


def answered(desk: Desk, password: str, name: str = "lina") -> Page:
    """What a try with this password is answered with; the browser is not followed."""
    token = desk.get("/sign-in").hidden("csrf_token")
    sent = {"name": name, "password": password, "csrf_token": token}
    return desk._page(desk.client.post("/sign-in", data=sent))


def tried(desk: Desk, password: str) -> int:
    """The same, as a number."""
    return answered(desk, password).status


def stranger(app: Flask, address: str = "203.0.113.7") -> Desk:
    """A browser in which nobody ever signed in, at another address."""
    desk = Desk.__new__(Desk)
    desk.app, desk.clock, desk.name, desk.token = app, app.config["CLOCK"], "", ""
    desk.client = app.test_client()
    desk.client.environ_base["REMOTE_ADDR"] = address
    return desk


def test_who_knows_a_sign_in_name_does_not_lock_its_owner_out(
    app: Flask, desk: Callable[[str], Desk], shop: Shop
) -> None:
    """A story of an evening: strangers guess, Li Na's own browser stays open to her, and she reads of it."""
    lina, guessing = desk("李娜"), stranger(app)
    lina.turn_clock("2026-11-10 21:00")
    no, nobody = answered(guessing, "guess"), answered(guessing, "guess", "nobody")
    assert (no.status, no.text) == (nobody.status, nobody.text), "nobody learns who works here"
    assert [tried(guessing, "guess") for _ in range(5)] == [401] * 4 + [429]
    assert tried(guessing, PASSWORD) == 429, "the name waits, also for somebody who guessed right"
    assert tried(stranger(app, "198.51.100.9"), PASSWORD) == 429, "from wherever it is tried"
    assert tried(lina, PASSWORD) == 303, "but not in a browser in which she has signed in before"
    page = lina.get("/account")
    assert "有 5 次以您的名义登录失败" in page.text
    assert page.text.count("密码错误") == 5
    assert [tried(lina, "guess") for _ in range(6)] == [401] * 5 + [429], "a stolen browser has its five tries"
    retention.run(shop.database, shop.store.id, at("2027-07-01 02:10"))
    with shop.looking() as db:
        assert sign_ins.latest(db, shop.person("李娜").id) == [], "after half a year nothing tells of it"


def test_a_stolen_session_is_ended_by_its_owner_and_by_the_administrator(
    desk: Callable[[str], Desk], shop: Shop
) -> None:
    mine, stolen, xu = desk("李娜"), desk("李娜"), desk("许明")
    page = mine.get("/account")
    assert page.text.count("本浏览器") == 1
    ends = [part.split('"')[0] for part in page.html.split('action="')[1:] if part.startswith("/account/sessions/")]
    assert len(ends) == 1
    assert mine.post(ends[0], {}, page).url == "/account"
    assert stolen.get("/today").url == "/sign-in"
    assert mine.get("/today").url == "/today"
    stolen.sign_in()
    page = xu.get(f"/people/{shop.person('李娜').id}")
    ends = [part.split('"')[0] for part in page.html.split('action="')[1:] if "/sessions/" in part.split('"')[0]]
    assert len(ends) == 2
    for each in ends:
        xu.post(each, {}, page)
    assert {each.get("/today").url for each in (mine, stolen)} == {"/sign-in"}
    assert mine.post(ends[0], {}, mine.get("/sign-in")).url == "/sign-in", "nobody else ends anybody's"


def test_whoever_loses_a_role_signs_in_anew(desk: Callable[[str], Desk], shop: Shop) -> None:
    wang, xu = desk("王磊"), desk("许明")
    person = f"/people/{shop.person('王磊').id}"
    xu.submit(f"{person}/post", {"role": Role.SPECIALIST.value})
    assert wang.get("/today").url == "/today"
    page = xu.get(person)
    end = next(part.split('"')[0] for part in page.html.split('action="')[1:] if part.split('"')[0].endswith("/end"))
    xu.post(end, {}, page)
    assert wang.get("/today").url == "/sign-in"


def test_a_password_counts_exactly_as_it_was_typed(desk: Callable[[str], Desk], shop: Shop) -> None:
    wang, blank = desk("王磊"), "  绿湖边 走一圈 又一圈，天黑再回家  "
    sent = {"password_now": PASSWORD, "password_new": blank, "password_again": blank}
    assert wang.submit("/account/password", sent).url == "/account"
    person = shop.person("王磊")
    assert passwords.is_of(person, blank)
    assert not passwords.is_of(person, blank.strip())
    assert wang.sign_in(blank).url != "/sign-in"


@pytest.mark.parametrize(
    "word", ["480192736455", "zzzzzzzzzzzzzzzzzzzzq", "一二三四五六七八九十甲乙", "kunming-spring-city"]
)
def test_no_kind_of_character_is_asked_for(word: str) -> None:
    assert not passwords.is_known(word)


def test_over_https_the_cookies_are_for_this_host_alone(app: Flask) -> None:
    client = app.test_client()
    plain = client.get("/sign-in").headers["Set-Cookie"]
    assert plain.startswith("session=")
    assert "Secure" not in plain
    sealed = app.test_client().get("/sign-in", base_url="https://sales.example.cn").headers["Set-Cookie"]
    assert sealed.startswith("__Host-session=")
    assert all(each in sealed for each in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in sealed
