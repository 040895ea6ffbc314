"""What a browser loads beside a page: from this host alone, once, and never stale."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from web import assets, packing
from web.assets import Asset, Assets, icons_named_in

TEMPLATES = sorted((assets.HERE / "templates").rglob("*.html"))
EVERY_ASSET = pytest.mark.parametrize("name", ("css", "js", "icons"))


@pytest.fixture(scope="module")
def shown() -> Assets:
    return Assets()


@pytest.fixture
def browser(shown: Assets) -> Iterator[FlaskClient]:
    app = Flask(__name__, static_folder=None)
    shown.register(app)
    with app.test_client() as client:
        yield client


@EVERY_ASSET
def test_an_asset_may_be_kept_for_a_year(browser: FlaskClient, shown: Assets, name: str) -> None:
    answer = browser.get(shown.url(name))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"


@EVERY_ASSET
def test_an_asset_travels_packed_to_those_who_can_unpack_it(browser: FlaskClient, shown: Assets, name: str) -> None:
    plain = browser.get(shown.url(name), headers={"Accept-Encoding": "identity"})
    packed = browser.get(shown.url(name), headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2


def test_a_browser_that_refuses_gzip_gets_the_plain_file(browser: FlaskClient, shown: Assets) -> None:
    answer = browser.get(shown.url("css"), headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in answer.headers


def test_each_asset_says_what_it_is(browser: FlaskClient, shown: Assets) -> None:
    kinds = {name: browser.get(shown.url(name)).mimetype for name in shown.by_name}
    assert kinds == {"css": "text/css", "js": "text/javascript", "icons": "image/svg+xml"}


@pytest.mark.parametrize(
    "path", ("/assets/0123456789ab.css", "/assets/app.css", "/assets/..%2Fapp.css", "/static/app.css")
)
def test_an_address_of_another_release_is_not_found(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_the_address_holds_twelve_digits_of_the_content(shown: Assets) -> None:
    assert re.fullmatch(r"/assets/[0-9a-f]{12}\.css", shown.url("css"))
    before, after = Asset.of("a { color: red }", "css", "text/css"), Asset.of("a { color: blue }", "css", "text/css")
    assert before.filename != after.filename
    assert before == Asset.of("a { color: red }", "css", "text/css")


def test_our_own_rules_come_after_those_of_the_package(shown: Assets) -> None:
    css, js = shown.by_name["css"].body.decode(), shown.by_name["js"].body.decode()
    assert css.index(".btn-primary{--bs-btn") < css.index("--brand: #1f4fd8")
    assert js.index("htmx") < js.index("data-shortcuts-switch")


def test_no_asset_points_to_a_source_map_that_is_not_served(shown: Assets) -> None:
    assert not any(b"sourceMappingURL" in asset.body for asset in shown.by_name.values())


def test_a_first_visit_leaves_room_for_the_page_within_150_kilobytes(shown: Assets) -> None:
    assert sum(len(asset.packed) for asset in shown.by_name.values()) < 90_000


@pytest.mark.parametrize(
    "text, names",
    (
        ("{{ icon('truck') }}", {"truck"}),
        ("{{ draw('check-lg', words.done) }}", {"check-lg"}),
        ("{{ icon('check-lg' if phase.state == 'done' else 'circle') }}", {"check-lg", "circle"}),
        ("{{ page.button(_('Print'), icon='printer', style='plain') }}", {"printer"}),
        ('NAV = [{"icon": "house", "label": "Today"}]', {"house"}),
        ('Item(url="/today", icon="house")', {"house"}),
        (
            "{%- set CHECK_ICONS = {'blocked': 'hourglass-split', 'done': 'check-lg'} -%}",
            {"hourglass-split", "check-lg"},
        ),
        ('ROLE_ICONS: dict[str, str] = {\n    "sales": "briefcase",\n}', {"briefcase"}),
        ("{{ icon(item.icon) }}", set()),
        ("{% if item.icon == 'house' %}", set()),
    ),
)
def test_an_icon_is_known_wherever_its_name_is_written(text: str, names: set[str]) -> None:
    assert icons_named_in(text) == names


def test_an_icon_that_does_not_exist_stops_the_start(tmp_path: Path) -> None:
    tmp_path.joinpath("deal.html").write_text("{{ icon('truck') }}{{ icon('horse-and-cart') }}")
    with pytest.raises(LookupError, match=r"unknown icons \{'horse-and-cart'\}"):
        Assets(tmp_path)


def test_only_icons_in_use_are_sent(tmp_path: Path) -> None:
    tmp_path.joinpath("deal.html").write_text("{{ icon('truck') }}")
    sprite = Assets(tmp_path).by_name["icons"].body.decode()
    assert re.findall(r'id="([^"]+)"', sprite) == ["truck"]


def test_an_icon_beside_words_is_silent_and_one_by_itself_speaks(shown: Assets) -> None:
    assert 'aria-hidden="true"' in shown.icon("truck")
    assert 'role="img" aria-label="&lt;b&gt;"' in shown.icon("truck", "<b>")
    with pytest.raises(LookupError, match="horse-and-cart"):
        shown.icon("horse-and-cart")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_keeps_the_content_security_policy(template: Path) -> None:
    """No inline style or script, no event attribute, nothing from another host."""
    text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.findall(r"<style|\sstyle=\"|<script(?![^>]*\ssrc=)|\son[a-z]+=\"|javascript:", text)
    assert not re.findall(r"(?:src|href|action|hx-\w+)=\"(?:https?:)?//", text)


def test_a_page_is_packed_for_browsers_that_unpack_it() -> None:
    app = Flask(__name__, static_folder=None)
    packing.register(app)
    long, short = "<p>一辆车</p>" * 1_000, "<p>一辆车</p>"
    app.add_url_rule("/long", "long", lambda: long)
    app.add_url_rule("/short", "short", lambda: short)
    with app.test_client() as client:
        packed = client.get("/long", headers={"Accept-Encoding": "gzip, br"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert len(packed.data) < len(long) // 4
        assert packed.content_length == len(packed.data)
        assert gzip.decompress(packed.data).decode() == long
        for url, asked, body in (("/long", "identity", long), ("/short", "gzip", short)):
            plain = client.get(url, headers={"Accept-Encoding": asked})
            assert (plain.text, plain.headers.get("Content-Encoding")) == (body, None)
            assert "Accept-Encoding" in plain.headers["Vary"]
