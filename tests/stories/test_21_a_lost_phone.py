"""Story 21: the key-account manager sets up a second factor, signs in on a phone, loses it, and is helped back in."""

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest

from dealer.house import second_factor
from tests.cast import Shop
from tests.desk import Desk, Page


def shows(desk: Desk, secret: str, ago: int = 0) -> str:
    """What the app on the phone shows now, or showed so many half minutes ago."""
    return pyotp.TOTP(secret).at(desk.clock.now - timedelta(seconds=30 * ago))


def code_page(desk: Desk, code: str) -> Page:
    """Type a code after the password."""
    return desk.post("/sign-in/code", {"password_code": code}, desk.get("/sign-in/code"))


def next_code(desk: Desk) -> None:
    """Half a minute later."""
    desk.clock.now += timedelta(seconds=30)


def set_up(desk: Desk) -> tuple[str, list[str]]:
    """Scan the picture, type the first code, and keep what is shown once."""
    page = desk.press(desk.get("/account/second-factor"), "/account/second-factor/begin")
    assert "<svg" in page.html
    secret = re.search(r'scan-key">([A-Z2-7 ]+)<', page.html)[1].replace(" ", "")  # type: ignore[index]
    assert "验证码无效" in desk.post("/account/second-factor", {"password_code": "000000"}, page).text
    told = desk.post("/account/second-factor", {"password_code": shows(desk, secret)}, page)
    codes = re.findall(r'<code class="figure">([\w-]+)</code>', told.html)
    assert len(codes) == len(set(codes)) == second_factor.CODES
    assert codes[0] not in desk.get("/account/second-factor/codes").html, "they are told once"
    return secret, codes


@pytest.fixture
def real(shop: Shop) -> Shop:
    """The same shop, in earnest: who decides on money needs a second factor."""
    with shop.database.writing(shop.store.id) as db:
        db.merge(shop.store).made_up = False
    return shop


def test_story_21_a_second_factor_from_the_first_scan_to_the_lost_phone(
    real: Shop, desk: Callable[[str], Desk]
) -> None:
    assert desk("李娜").get("/today").url == "/today", "whoever decides on no money is asked for nothing"
    chen, elsewhere = desk("陈静"), desk("陈静")
    for door in ("/today", "/deals", "/approvals", "/account"):
        assert chen.get(door).url == "/account/second-factor", "she opens nothing else before it is set up"
    assert chen.ask("/deals/1/lose").status != 200
    secret, codes = set_up(chen)
    assert chen.get("/today").url == "/today"
    assert elsewhere.get("/today").url == "/sign-in", "her other browsers are signed out"
    assert "停用" not in chen.get("/account/second-factor").text, "her duties keep it"
    assert "不能停用" in chen.post("/account/second-factor/off", {}, chen.get("/account/second-factor")).text

    # On the phone: the password alone opens nothing, a code counts once, and for half a minute before and after.
    phone = elsewhere
    assert phone.sign_in().url == "/sign-in/code"
    assert phone.get("/today").url == "/sign-in"
    assert code_page(phone, shows(chen, secret)).status == 401, "that one was used to set it up"
    next_code(chen)
    assert code_page(phone, shows(chen, secret, ago=3)).status == 401
    assert code_page(phone, f" {shows(chen, secret)[:3]} {shows(chen, secret)[3:]}").url == "/today"
    assert "验证码错误" in phone.get("/account").text
    phone.sign_in()
    assert code_page(phone, shows(chen, secret)).status == 401

    # The phone is lost: a recovery code, once.
    next_code(chen)
    assert code_page(phone, codes[2].upper().replace("-", " ")).url == "/today"
    assert "未使用的恢复码：9 个" in phone.get("/account/second-factor").text
    phone.sign_in()
    assert code_page(phone, codes[2]).status == 401
    assert [code_page(phone, "123456").status for _ in range(2)] == [401, 429], "five tries, as of a password"
    assert code_page(phone, codes[3]).status == 429

    # Codes and phone lost: the administrator, who needs a second factor as well, resets it and says why.
    xu = desk("许明")
    set_up(xu)
    person = f"/people/{real.person('陈静').id}"
    assert xu.submit(f"{person}/second-factor", {"reason": ""}).status == 422
    page = xu.submit(f"{person}/second-factor", {"reason": "手机丢失，本人到场"})
    assert page.url == person
    assert "重置两步验证" in page.text
    assert chen.get("/today").url == "/sign-in"
    assert chen.sign_in().url == "/account/second-factor"
    assert "由另一位管理员" in xu.submit(f"/people/{real.person('许明').id}/second-factor", {"reason": "手机丢失"}).text


def test_who_is_not_asked_may_choose_to_and_give_it_up(real: Shop, desk: Callable[[str], Desk]) -> None:
    lina = desk("李娜")
    secret, codes = set_up(lina)
    renewed = lina.press(lina.get("/account/second-factor"), "/account/second-factor/codes")
    assert codes[0] not in renewed.html
    assert lina.sign_in().url == "/sign-in/code"
    half = lina.get("/sign-in/code")
    lina.clock.now += timedelta(minutes=11)
    assert lina.post("/sign-in/code", {"password_code": "1"}, half).url == "/sign-in", "the password counts ten minutes"
    lina.sign_in()
    assert code_page(lina, codes[0]).status == 401, "renewed codes count, those of before do not"
    assert code_page(lina, shows(lina, secret)).url == "/today"
    assert lina.press(lina.get("/account/second-factor"), "/account/second-factor/off").url == "/account"
    assert lina.sign_in().url == "/today"
