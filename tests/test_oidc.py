"""Signing in at the provider of the house: whom it lets in, and everything it must not be believed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey

from dealer.engine.settings import Settings
from dealer.records.signing_in import SecondFactor
from tests.cast import Shop
from tests.issuer import CLIENT, SECRET, Issuer, issuing


@dataclass
class House:
    """The application, the provider, and a browser."""

    app: Flask
    shop: Shop
    issuer: Issuer

    @property
    def now(self) -> datetime:
        now: datetime = self.app.config["CLOCK"]()
        return now

    def honest(self, name: str = "lina", **lies: Any) -> None:
        """What the provider says from now on."""
        stamp = int(self.now.timestamp())
        self.issuer.claims = {"preferred_username": name, "iat": stamp, "exp": stamp + 300, "auth_time": stamp} | lies

    def go(self, browser: FlaskClient, query: str = "?next=/deals") -> str:
        """From the button to the provider; the way back."""
        away = browser.get(f"/sign-in/provider{query}")
        back = requests.get(away.location, allow_redirects=False, timeout=5).headers["Location"]
        return back.partition("localhost")[2]

    def ends_at(self, browser: FlaskClient, way: str) -> tuple[str, str]:
        """Where the browser ends, and what the page says."""
        page = browser.get(way, follow_redirects=True)
        return page.request.path, page.get_data(as_text=True)

    def tried(self) -> tuple[str, str]:
        """The whole way in a new browser."""
        browser = self.app.test_client()
        return self.ends_at(browser, self.go(browser))


@pytest.fixture
def house(app: Flask, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    with issuing({}) as issuer:
        settings = Settings(
            oidc_issuer=issuer.address, oidc_client_id=CLIENT, oidc_secret_file=tmp_path / "secret",
            oidc_name="云岭统一登录", oidc_second_factor="mfa",
        )  # fmt: skip
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        yield House(app, shop, issuer)


def test_a_house_signs_in_at_its_own_provider(house: House) -> None:
    page = house.app.test_client().get("/sign-in?next=/deals").get_data(as_text=True)
    assert "云岭统一登录" in page
    assert 'href="/sign-in/provider?next=/deals"' in page
    house.honest("LiNa")
    assert house.tried()[0] == "/deals", "an account is found by its sign-in name, and she is where she wanted to be"
    assert {"code_challenge_method": "S256", "response_type": "code", "scope": "openid profile"}.items() <= (
        house.issuer.asked.items()
    )

    # Whoever has no account, or has left, gets none.
    for name in ("nobody", "linfang"):
        with house.shop.database.writing() as db:
            db.merge(house.shop.person("林芳")).active = False
        house.honest(name)
        path, told = house.tried()
        assert path == "/sign-in"
        assert "没有您的账户" in told

    # Of somebody with a second factor the code is asked for, unless the provider says that it has asked.
    with house.shop.database.writing() as db:
        person = house.shop.person("陈静")
        db.add(SecondFactor(person_id=person.id, secret_sealed=b"", begun_at=house.now, confirmed_at=house.now,
                            last_step=0))  # fmt: skip
    for methods, ends in ((["pwd"], "/sign-in/code"), (["pwd", "mfa"], "/deals"), (None, "/sign-in/code")):
        house.honest("chenjing", amr=methods)
        assert house.tried()[0] == ends


def test_what_does_not_fit_is_not_believed(house: House) -> None:
    stamp = int(house.now.timestamp())
    lies: tuple[dict[str, Any], ...] = (
        {"nonce": "another"}, {"aud": "another program"}, {"iss": "https://evil.example"}, {"exp": stamp - 90},
        {"azp": "another program", "aud": [CLIENT, "another program"]}, {"preferred_username": None},
        {"exp": None}, {"preferred_username": ["lina"]},
    )  # fmt: skip
    for lie in lies:
        house.honest(**lie)
        path, told = house.tried()
        assert (path, "不符" in told) == ("/sign-in", True), lie
    house.honest()
    house.issuer.shown = RSAKey.generate_key(2048, {"kid": "one"})
    assert house.tried()[0] == "/sign-in", "signed with another key than the provider shows"
    house.issuer.shown = None

    browser, other = house.app.test_client(), house.app.test_client()
    way = house.go(browser)
    assert house.ends_at(other, way)[0] == "/sign-in", "a browser that began nothing"
    house.go(other)
    assert house.ends_at(other, way)[0] == "/sign-in", "the answer to another browser's request"
    assert house.ends_at(browser, way)[0] == "/deals"
    assert house.ends_at(browser, way)[0] == "/sign-in", "a code counts once"
    denied = house.app.test_client()
    house.go(denied)
    assert house.ends_at(denied, "/sign-in/provider/answer?error=access_denied&state=x")[0] == "/sign-in"

    # Where the person is to show anew who they are, the provider must have asked for the password just now.
    house.honest(auth_time=stamp - 3600)
    browser = house.app.test_client()
    assert house.ends_at(browser, house.go(browser, "?anew=1&next=/deals"))[0] == "/sign-in"
    assert house.issuer.asked["prompt"] == "login"


def test_a_provider_that_is_away_leaves_the_password(house: House, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    house.honest()
    browser = app.test_client()
    way = house.go(browser)
    # closed, not over TLS, not the one that was named
    for address in ("http://127.0.0.1:9", "http://provider.example", f"{house.issuer.address}/other"):
        monkeypatch.setitem(app.config, "SETTINGS", Settings(oidc_issuer=address, oidc_client_id=CLIENT))
        for each in (way, "/sign-in/provider"):
            path, told = house.ends_at(browser, each)
            assert (path, "没有应答" in told or "不符" in told) == ("/sign-in", True), (address, each)
    monkeypatch.setitem(app.config, "SETTINGS", None)
    assert browser.get("/sign-in/provider").location == "/sign-in", "none is configured"
