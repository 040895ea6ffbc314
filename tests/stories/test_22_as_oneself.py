"""Story 22: an administrator posts a role after showing once more who they are; a stolen session gets no further."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from dealer.engine.steps import Refusal
from dealer.house import proving
from tests.cast import PASSWORD, Shop
from tests.desk import AGAIN, Desk
from web.house.proving import ASKED_FOR


def later(desk: Desk, minutes: int) -> None:
    desk.clock.now += timedelta(minutes=minutes)


def test_story_22_a_role_is_given_by_somebody_who_has_just_shown_who_they_are(
    desk: Callable[[str], Desk], shop: Shop
) -> None:
    xu, person = desk("许明"), f"/people/{shop.person('王磊').id}"
    later(xu, 9)
    assert xu.client.get(f"{person}/post").status_code == 200, "whoever has just signed in is asked for nothing"
    blank = xu.get(f"{person}/edit")
    with xu.client.session_transaction() as kept:
        stolen = dict(kept)
    later(xu, 2)
    # The form was open when the ten minutes ended: what was typed waits.
    told = xu.client.post(f"{person}/edit", data={
        "csrf_token": blank.hidden("csrf_token"), "form_key": blank.hidden("form_key"), "name": "王小磊",
        "sign_in": "wanglei", "language": "zh",
    })  # fmt: skip
    assert told.status_code == 303
    assert told.location.startswith(AGAIN)
    page = xu._page(xu.client.get(told.location))
    assert "填写的内容已保留" in page.text
    sent = {"csrf_token": page.hidden("csrf_token"), "password": "wrong"}
    assert "field-error" in xu._page(xu.client.post(told.location, data=sent)).html
    back = xu._page(xu.client.post(told.location, data=sent | {"password": PASSWORD}, follow_redirects=True))
    assert back.url == f"{person}/edit"
    assert 'value="王小磊"' in back.html
    assert xu.submit(f"{person}/post", {"role": "specialist"}).url == person
    # The token is another one: whoever had copied the old one is out.
    thief = Desk.__new__(Desk)
    thief.app, thief.clock, thief.name, thief.token, thief.client = xu.app, xu.clock, "", "", xu.app.test_client()
    with thief.client.session_transaction() as kept:
        kept.update(stolen)
    assert thief._page(thief.client.get("/today", follow_redirects=True)).url == "/sign-in"
    assert xu.get("/today").url == "/today"


def test_a_stolen_session_neither_signs_out_nor_takes_data_out_of_the_house(
    desk: Callable[[str], Desk], shop: Shop
) -> None:
    chen, other = desk("陈静"), desk("陈静")
    later(chen, 11)
    for address in ("/exports/customers", f"/people/{shop.person('王磊').id}/edit"):
        assert (chen.client.get(address).location or "").startswith(AGAIN), address
    page = chen._page(chen.client.get("/account"))
    ends = [part.split('"')[0] for part in page.html.split('action="')[1:] if part.startswith("/account/sessions/")]
    for address in (*ends, "/account/sign-out-elsewhere"):
        sent = {"csrf_token": page.hidden("csrf_token")}
        assert chen.client.post(address, data=sent).location.startswith(AGAIN), address
    assert other.get("/today").url == "/today"
    chen.token = page.hidden("csrf_token")
    asked = chen.client.post("/exports/customers", json={}, headers={"X-CSRFToken": chen.token})
    assert (asked.status_code, asked.json["refusals"][0]["code"]) == (403, "E-PROVE")
    # Guessing the password there is throttled as anywhere.
    assert [chen.prove("guess").status for _ in range(6)] == [401] * 5 + [429]
    assert chen.client.get("/deals").status_code == 200, "the daily work goes on"


def test_a_stolen_session_makes_no_token_names_no_stand_in_and_guesses_no_password(desk: Callable[[str], Desk]) -> None:
    """A token outlives every session, a stand-in acts in one's name, and the form of a new password asks for the
    present one: guesses there are counted with those of the page that asks who it is."""
    xu = desk("许明")
    later(xu, 11)
    page = xu._page(xu.client.get("/account"))
    for address in ("/settings/integrations/new", "/settings/integrations/1/edit", "/settings/integrations/1/token",
                    "/account/stand-in"):  # fmt: skip
        sent = {"csrf_token": page.hidden("csrf_token")}
        assert xu.client.get(address).location.startswith(AGAIN), address
        assert xu.client.post(address, data=sent).location.startswith(AGAIN), address
    new = {"password_new": "xyzzy plugh 42 kk", "password_again": "xyzzy plugh 42 kk"}
    xu.token = page.hidden("csrf_token")
    told = [xu.ask("/account/password", {"password_now": f"guess {nth}"} | new).codes for nth in range(6)]
    assert told == [("E-PASSWORD",)] * 5 + [("E-TRIES",)]
    assert xu.ask("/account/password", {"password_now": PASSWORD} | new).codes == ("E-TRIES",), "nor the right one"
    assert xu.prove().status == 429


def test_every_act_that_asks_is_one_that_there_is(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= ASKED_FOR
    assert isinstance(proving.AGAIN, Refusal)
