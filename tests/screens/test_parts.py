"""The parts that pages are made of, each drawn alone: what a person sees, hears and sends."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask_wtf.csrf import CSRFProtect

from dealer.engine.words import catalogue
from web import assets, forms, language, tables
from web.assets import Assets

FRAME = [assets.HERE / "templates" / name for name in ("base.html", "signed_out.html")]
PARTS = sorted((assets.HERE / "templates/parts").glob("*.html"))
SENTENCE = re.compile(r"\b_\('((?:[^'\\]|\\.)*)'")


class Drawn(HTMLParser):
    """All elements with their attributes, in the order of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    def named(self, name: str) -> dict[str, str | None]:
        (found,) = [attrs for _, attrs in self.elements if attrs.get("name") == name]
        return found

    def with_id(self, wanted: str) -> dict[str, str | None]:
        (found,) = [attrs for _, attrs in self.elements if attrs.get("id") == wanted]
        return found


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask("web", template_folder=str(assets.HERE / "templates"), static_folder=None)
    app.config["SECRET_KEY"] = "parts"
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["form_key"] = forms.form_key
    Assets().register(app)
    language.register(app)
    tables.register(app)
    CSRFProtect(app)
    return app


@pytest.fixture(params=("zh", "en"))
def spoken(app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    with app.test_request_context(f"/?lang={request.param}"):
        yield request.param


@pytest.fixture
def page(app: Flask) -> Iterator[None]:
    with app.test_request_context("/?lang=en"):
        yield


def draw(app: Flask, text: str, **values: Any) -> Drawn:
    imports = "".join(
        f"{{% import 'parts/{name}.html' as {name} %}}"
        for name in ("page", "forms", "life", "tables", "approval", "waterfall", "board")
    )
    return Drawn(app.jinja_env.from_string(imports + text).render(**values))


# ── fields ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "kind", ("text", "tel", "number", "money", "date", "datetime", "textarea", "password", "select", "file", "checkbox")
)
@pytest.mark.usefixtures("page")
def test_an_error_is_read_out_with_its_control(app: Flask, kind: str) -> None:
    field = {
        "name": "phone",
        "label": "Phone",
        "kind": kind,
        "error": "11 digits.",
        "hint": "Mobile.",
        "required": True,
        "choices": [("a", "A")],
    }
    drawn = draw(app, "{{ forms.field(f) }}", f=field)
    control = drawn.named("phone")
    assert control["aria-invalid"] == "true"
    assert control["aria-required"] == "true"
    assert control["aria-describedby"] == "f-phone-error f-phone-hint"
    assert drawn.with_id("f-phone-error")
    assert drawn.with_id("f-phone-hint")
    assert "f-phone" in [label.get("for") for label in drawn.all("label")]


@pytest.mark.parametrize("kind", ("chips", "rows", "signature"))
@pytest.mark.usefixtures("page")
def test_a_group_says_its_error_and_that_it_is_required(app: Flask, kind: str) -> None:
    row = [{"name": "f-0-a", "label": "A", "kind": "text"}]
    field = {
        "name": "f",
        "label": "F",
        "kind": kind,
        "error": "Choose.",
        "required": True,
        "choices": [("a", "A")],
        "rows": [row],
    }
    drawn = draw(app, "{{ forms.field(f) }}", f=field)
    (group,) = drawn.all("fieldset")
    assert group["aria-describedby"] == f"{group['id']}-error"
    assert drawn.with_id(f"{group['id']}-error")
    assert "(required)" in drawn.html
    assert "aria-required" not in group


@pytest.mark.usefixtures("page")
def test_what_was_typed_comes_back_as_it_was_typed(app: Flask) -> None:
    typed = '"><script>alert(1)</script>'
    for kind in ("text", "money", "tel"):
        drawn = draw(app, "{{ forms.field(f) }}", f={"name": "x", "label": "X", "kind": kind, "value": typed})
        assert drawn.named("x")["value"] == typed
        assert not drawn.all("script")
    assert (
        "\n\nline"
        in draw(app, "{{ forms.field(f) }}", f={"name": "x", "label": "X", "kind": "textarea", "value": "\nline"}).html
    )


@pytest.mark.usefixtures("page")
def test_a_password_is_never_sent_back(app: Flask) -> None:
    drawn = draw(app, "{{ forms.field(f) }}", f={"name": "p", "label": "P", "kind": "password", "value": "secret"})
    assert "secret" not in drawn.html


@pytest.mark.parametrize("value, checked", (("b", ["b"]), (["a", "b"], ["a", "b"]), ("", []), (None, []), (2, ["2"])))
@pytest.mark.usefixtures("page")
def test_chips_show_what_was_chosen(app: Flask, value: Any, checked: list[str]) -> None:
    field = {
        "name": "c",
        "label": "C",
        "kind": "chips",
        "value": value,
        "choices": [("a", "A"), ("b", "B"), (2, "Two")],
    }
    drawn = draw(app, "{{ forms.field(f) }}", f=field)
    assert [each["value"] for each in drawn.all("input") if "checked" in each] == checked


@pytest.mark.usefixtures("page")
def test_a_row_can_be_added_and_removed_without_javascript(app: Flask) -> None:
    def cells(at: object) -> list[dict[str, str]]:
        return [
            {"name": f"lines-{at}-quantity", "label": "Quantity", "kind": "number"},
            {"name": f"lines-{at}-id", "label": "", "kind": "hidden"},
        ]

    field = {"name": "lines", "label": "Lines", "kind": "rows", "rows": [cells(0), cells(1)], "blank": cells("__n__")}
    drawn = draw(app, "{{ forms.field(f) }}", f=field)
    assert drawn.named("add_row")["value"] == "lines"
    assert [b["value"] for b in drawn.all("button") if b.get("name") == "remove_row"] == [
        "lines-0",
        "lines-1",
        "lines-__n__",
    ]
    assert drawn.named("lines-1-quantity")["aria-label"] == "Quantity 2"
    assert [c.get("scope") for c in drawn.all("th")] == ["col", "col"]  # one for the quantity, one for its button


@pytest.mark.usefixtures("page")
def test_every_form_carries_the_token_and_the_key_that_makes_it_count_once(app: Flask) -> None:
    drawn = draw(
        app,
        "{% call forms.form('/a') %}{% endcall %}"
        "{{ page.post_button('Go', '/b') }}{{ page.primary_action('Go', '/c') }}"
        "{% call approval.decision_bar('/d', {'name': 'comment', 'label': 'Comment', 'kind': 'text'}) %}{% endcall %}",
    )
    assert [form["method"] for form in drawn.all("form")] == ["post"] * 4
    for name in ("csrf_token", "form_key"):
        assert len([each for each in drawn.all("input") if each.get("name") == name and each["value"]]) == 4


@pytest.mark.usefixtures("page")
def test_enter_in_a_field_neither_removes_a_row_nor_decides_a_case(app: Flask) -> None:
    """A browser answers Enter with the first submit button of the form; a disabled one stops it."""
    rows = {"name": "lines", "label": "Lines", "kind": "rows", "rows": [[{"name": "lines-0-a", "label": "A"}]]}
    first = draw(app, "{% call forms.form('/x') %}{{ forms.field(f) }}{% endcall %}", f=rows).all("button")[0]
    assert "name" not in first
    assert first["tabindex"] == "-1"
    bar = (
        "{% call approval.decision_bar('/x', f) %}{{ page.button('Reject', name='step', value='reject') }}{% endcall %}"
    )
    first = draw(app, bar, f={"name": "comment", "label": "Comment", "kind": "text"}).all("button")[0]
    assert "disabled" in first


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("page")
def test_a_step_that_cannot_be_taken_yet_says_how_much_is_missing_and_where(app: Flask) -> None:
    items = [
        {"state": "done", "what": "Quotation accepted"},
        {"state": "todo", "what": "Upload"},
        {"state": "blocked", "what": "Approval"},
    ]
    drawn = draw(
        app,
        "{{ page.primary_action('Advance', '/x', missing=2) }}{{ life.checklist(items, 'Two missing') }}",
        items=items,
    )
    (button,) = drawn.all("button")
    assert button["aria-disabled"] == "true"
    assert "disabled" not in button
    assert drawn.with_id(str(button["aria-describedby"]))
    assert "2 missing" in drawn.html
    shown = [drawn.html.index(what) for what in ("Approval", "Upload", "Quotation accepted")]
    assert shown == sorted(shown), "blocked first, then to do, then done"
    assert drawn.all("progress") == [{"max": "3", "value": "1", "aria-label": "1 of 3 done"}]


@pytest.mark.usefixtures("page")
def test_a_step_that_can_be_taken_is_an_ordinary_button(app: Flask) -> None:
    (button,) = draw(app, "{{ page.primary_action('Advance', '/x') }}").all("button")
    assert "aria-disabled" not in button
    assert button["type"] == "submit"


@pytest.mark.usefixtures("page")
def test_a_fix_names_its_subject_to_those_who_hear_the_button_alone(app: Flask) -> None:
    items = [
        {
            "state": "blocked",
            "what": "Waiting for the manager",
            "fix_label": "Remind",
            "fix_url": "/remind",
            "fix_post": {},
        },
        {"state": "todo", "what": "Licence", "fix_label": "Upload", "fix_url": "/files"},
    ]
    drawn = draw(app, "{{ life.checklist(items, 'Missing') }}", items=items)
    assert [form["action"] for form in drawn.all("form")] == ["/remind"]
    assert [each["aria-label"] for each in drawn.all("button")] == ["Remind: Waiting for the manager"]
    assert [(each["href"], each["aria-label"]) for each in drawn.all("a")] == [("/files", "Upload: Licence")]


@pytest.mark.usefixtures("page")
def test_figures_stand_to_the_right_and_keep_their_label_on_a_phone(app: Flask) -> None:
    drawn = draw(
        app,
        "{% set columns = [{'label': 'Model'}, {'label': 'Price', 'num': true}] %}"
        "{{ tables.data_table(columns, rows, 'Prices', totals=['Total', '1,000']) }}",
        rows=[{"cells": ["Sylphy", {"text": "−1,300", "tone": "bad"}], "url": "/deals/1", "tone": "bad"}],
    )
    model, price, total, amount = drawn.all("td")
    assert (price["class"], amount["class"]) == ("num", "num")
    assert [cell["data-label"] for cell in (model, price, total, amount)] == ["Model", "Price"] * 2
    assert [each["href"] for each in drawn.all("a")] == ["/deals/1"]
    assert drawn.all("table")[0]["aria-label"] == "Prices"


@pytest.mark.usefixtures("page")
def test_the_bars_of_a_price_hang_together(app: Flask) -> None:
    steps = [
        {"label": "List price", "amount": 119_900_00, "kind": "total"},
        {"label": "Fleet policy", "amount": -12_000_00, "kind": "step"},
        {"label": "Supplement", "amount": 1_000_00, "kind": "step"},
        {"label": "Floor", "amount": 108_900_00, "kind": "total"},
        {"label": "This request", "amount": -2_000_00, "kind": "over"},
        {"label": "Asked", "amount": 106_900_00, "kind": "result"},
    ]
    drawn = draw(app, "{{ waterfall.waterfall(steps) }}", steps=steps)
    bars = [(float(str(bar["y"])[:-1]), float(str(bar["height"])[:-1])) for bar in drawn.all("rect")]
    tops, feet = [top for top, _ in bars], [top + height for top, height in bars]
    assert tops[1] == tops[0] == min(tops), "what comes off hangs from the list price"
    assert feet[1] == pytest.approx(feet[2], abs=0.2), "the supplement stands where the policy ended"
    assert tops[2] == tops[3] == tops[4], "the request hangs from the floor"
    assert feet[4] == pytest.approx(tops[5], abs=0.2), "and ends at the asked price"
    assert {round(feet[at]) for at in (0, 3, 5)} == {100}, "totals stand on the axis"
    assert "−12,000" in drawn.html
    assert "+1,000" in drawn.html
    assert "The axis starts at 100,000" in drawn.html


@pytest.mark.usefixtures("page")
def test_a_letter_belongs_to_its_button(app: Flask) -> None:
    (button,) = draw(app, "{{ page.button('Approve', style='primary', shortcut='a') }}").all("button")
    assert (button["data-shortcut"], button["aria-keyshortcuts"]) == ("a", "a")


@pytest.mark.usefixtures("page")
def test_a_free_slot_says_aloud_what_it_offers(app: Flask) -> None:
    rows = [
        {
            "label": "Sylphy",
            "cells": [
                {"kind": "free", "url": "/drives/new", "label": "Book Sylphy 09:00"},
                {"kind": "busy", "title": "Li", "span": 3},
            ],
        }
    ]
    drawn = draw(app, "{{ board.day_grid(['09:00', '10:00'], rows, 'Demo cars') }}", rows=rows)
    assert "Book Sylphy 09:00" in drawn.html
    assert [cell.get("colspan") for cell in drawn.all("td")] == [None, "3"]
    assert drawn.all("div")[0] | {"tabindex": "0", "role": "region"} == drawn.all("div")[0]


# ── both languages ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_wide_page_and_a_page_outside_are_drawn_in_both_languages(app: Flask, spoken: str) -> None:
    frame: dict[str, Any] = {
        "nav": [
            {
                "label": None,
                "items": [{"url": "/today", "icon": "bell", "label": "T", "count": 3, "urgent": True, "current": True}],
            }
        ],
        "new_items": [{"url": "/deals/new", "icon": "plus-lg", "label": "Deal"}],
        "bell": {"url": "/notices", "count": 2},
        "person": {"name": "陈立", "role": "R"},
    }
    for template in ("base.html", "signed_out.html"):
        text = f"{{% extends '{template}' %}}{{% block title %}}Deal{{% endblock %}}"
        drawn = Drawn(
            app.jinja_env.from_string(text).render(
                lang=language.HTML_LANG[spoken], language_links=language.links(), **frame
            )
        )
        assert drawn.all("html")[0]["lang"] == {"zh": "zh-CN", "en": "en"}[spoken]
        assert [each["lang"] for each in drawn.all("a") if each.get("hreflang")] == ["zh-CN", "en"]
        assert drawn.all("a")[0] == {"class": "skip", "href": "#main"}
        assert drawn.with_id("main")
        assert ("大客户销售" in drawn.html) == (spoken == "zh")
        assert "style" not in {name for _, attrs in drawn.elements for name in attrs}


@pytest.mark.parametrize("template", [*FRAME, *PARTS], ids=lambda path: path.name)
def test_every_sentence_of_frame_and_parts_has_its_chinese(template: Any) -> None:
    sentences = set(SENTENCE.findall(template.read_text(encoding="utf-8")))
    assert not {sentence for sentence in sentences if (None, sentence) not in catalogue("zh")}
