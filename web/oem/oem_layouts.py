"""Layouts of the manufacturer's sheets, the files of a month, and how a blank sheet becomes a layout."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import Field

from dealer import workflow
from dealer.engine import files
from dealer.engine.fields import SheetOrText
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask, Facts, Unrecorded
from dealer.house import posts
from dealer.oem import layout_reading, oem_layouts, oem_sheets, sheet_fields
from dealer.oem.layout_examples import EXAMPLES
from dealer.oem.oem_layouts import LAYOUTS, LayoutText
from dealer.oem.oem_sheets import FeedbackWanted
from dealer.records.claims import OemFile, SheetLayout, SheetLayoutState, SheetPurpose
from dealer.sheets import layouts
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form, options
from web.frame import names_of
from web.language import clock, say, short_day, show, word
from web.papers.papers import hand_over

pages = Blueprint("oem_layouts", __name__)
S = SheetLayoutState
HERE = "/claims/layouts"
TONES = {S.DRAFT: "neutral", S.SUBMITTED: "wait", S.APPROVED: "ok", S.WITHDRAWN: "bad"}


class BlankSheet(Facts):
    """A sheet as the manufacturer hands it out."""

    file: Annotated[SheetOrText, Unrecorded()] = Field(title="The manufacturer's blank sheet")


def tabs(here: str) -> list[dict[str, Any]]:
    """What there is about claims."""
    told = [(say("Deals"), "/claims"), (say("Monthly files"), "/claims/feedback"), (say("Layouts"), HERE)]
    if me().may_or_stands_in("see the money"):
        told.append((say("Statements"), "/claims/statements"))
    return [{"label": label, "url": url, "current": url == here} for label, url in told]


def title_of(version: SheetLayout) -> str:
    """星原 · 月报, version 2."""
    return say("{title}, version {number}", title=version.title, number=version.edition)


def _extra(version: SheetLayout, action: str) -> dict[str, Any]:
    return {"words": _words(version.purpose)} if action == "edit" else {}


KIND = steps.register(
    steps.Kind(
        "sheet-layouts", SheetLayout, LAYOUTS, title=title_of,
        sees=lambda version, who: who.may_or_stands_in("see claims"),
        known=lambda version, action: oem_layouts.known_facts(version) if action == "edit" else {},
        extra=_extra, templates={"edit": "claims/layout_edit.html"},
    )
)  # fmt: skip


@options("brands")
def _brands() -> list[tuple[str, str]]:
    return [(brand, brand) for brand in oem_layouts.brands(looking(), me())]


def _words(purpose: SheetPurpose) -> list[dict[str, Any]]:
    """What a column may hold, and in which forms."""
    return [
        {"cells": [word("SheetField", name), show([word("SheetForm", form) for form in sheet_fields.forms_of(kind)])]}
        for name, kind in sheet_fields.FIELDS[purpose].items()
    ]


# ── the list, and a new one ───────────────────────────────────────────────────────────────────────────────────────


@pages.get("/claims/layouts")
def index() -> Answer:
    """Every version, and examples to begin with."""
    need("see claims")
    writes = me().may_or_stands_in("write oem policies")
    return render_template(
        "claims/layouts.html",
        tabs=tabs(HERE),
        rows=[_row(each) for each in oem_layouts.newest(looking(), me())],
        writes=writes,
        form=Form(BlankSheet),
        examples=[
            {"url": f"{HERE}/new?example={key}", "cells": [each.maker, each.title, show(each.purpose), show(each.file)]}
            for key, each in EXAMPLES.items()
        ] if writes else [],
    )  # fmt: skip


def _row(version: SheetLayout) -> dict[str, Any]:
    return {
        "url": KIND.url(version),
        "cells": [
            {"text": version.brand, "note": show(version.purpose)},
            title_of(version),
            show(version.file),
            short_day(version.from_day),
            show(version.state),
        ],
    }


@pages.post("/claims/layouts/read")
def read() -> Answer:
    """Take the columns from the manufacturer's own sheet; they still have to be told what stands in them."""
    need("write oem policies")

    def work(ask: Ask) -> str:
        layout_reading.heads_of(ask.facts.file.content)
        file = ask.facts.file
        return f"{HERE}/new?sheet={files.keep(ask.db, ask.actor.store_id, file.name[-200:], file.content, ask.at)}"

    return write(Form.received(BlankSheet), work, lambda form, trouble: _new(Form(LayoutText), form))


@pages.get("/claims/layouts/new")
def new() -> Answer:
    """A layout that begins with an example, or with the columns of a sheet."""
    need("write oem policies")
    return _new(Form(LayoutText, _begun()))


def _begun() -> dict[str, Any]:
    known: dict[str, Any] = {"from_day": looking_ask().today, "brand": next(iter(_brands()), ("", ""))[0]}
    example = EXAMPLES.get(request.args.get("example", ""))
    if example is not None:
        told = {name: getattr(example, name) for name in ("purpose", "title", "file", "sheet", "above", "columns")}
        return known | told | {"reason": say("As the manufacturer wants it")}
    sheet = request.args.get("sheet", "")
    if sheet and posts.led_to(looking(), me(), f"{HERE}/read", f"{HERE}/new?sheet={sheet}"):
        found = or_404(files.read(looking(), me().store_id, sheet))
        above, columns = layout_reading.begun(found[1])
        return known | {"purpose": SheetPurpose.CLAIM, "above": above, "columns": columns, "title": found[0].name[:100]}
    return known


@pages.post("/claims/layouts/new")
def draft() -> Answer:
    """Write it down; its page shows it with real rows."""
    need("write oem policies")

    def work(ask: Ask) -> str:
        version = oem_layouts.blank(ask)
        workflow.begin(version, "draft", ask)
        return KIND.url(version)

    return write(Form.received(LayoutText), work, lambda form, trouble: _new(or_404(form)))


def _new(form: Form, blank: Form | None = None) -> str:
    typed = form["purpose"].value
    purpose = SheetPurpose(typed) if typed in {each.value for each in SheetPurpose} else SheetPurpose.CLAIM
    return render_template(
        "claims/layout_new.html", form=form, blank=blank or Form(BlankSheet), words=_words(purpose), here=HERE
    )


# ── one version ───────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/sheet-layouts/<int:number>")
def page(number: int) -> Answer:
    """One version, as its sheet looks with real rows."""
    version: SheetLayout = steps.find(looking(), KIND, number)
    buttons = steps.buttons(KIND, version, LAYOUTS.choices(version, looking_ask()))
    primary = next((each for each in buttons if each["action"] in ("submit", "approve")), None)
    layout, rows = oem_layouts.layout_of(version), oem_sheets.sample(looking_ask(), version)
    names = names_of([version.made_by_id, version.approved_by_id])
    return render_template(
        "claims/layout.html",
        version=version,
        title=title_of(version),
        here=KIND.url(version),
        badge={"label": show(version.state), "tone": TONES[version.state]},
        primary=primary,
        buttons=[each for each in buttons if each is not primary],
        above=layout.above,
        columns=[{"label": column.head} for column in layout.columns],
        rows=[{"cells": [layouts.shown(column, row) or "—" for column in layout.columns]} for row in rows],
        comes_in=version.purpose is SheetPurpose.STATEMENT,
        fields=[
            {
                "cells": [
                    {"text": column.head, "lang": "zh"},  # the manufacturer's own word, whoever reads it
                    column.always or word("SheetField", column.field),
                    word("SheetForm", column.form),
                ]
            }
            for column in layout.columns
        ],
        facts=[
            {"label": say("Brand"), "value": version.brand},
            {"label": say("Which sheet"), "value": show(version.purpose)},
            {"label": say("File"), "value": f"{show(version.file)} {version.sheet}"},
            {"label": say("In force from"), "value": short_day(version.from_day)},
            {"label": say("Written by"), "value": names.get(version.made_by_id, "")},
            {"label": say("Reason"), "value": version.reason},
        ],
        timeline=timeline.entries(of_thing(looking(), version.store_id, version.id)[::-1]),
    )


# ── the files of a month ──────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/claims/feedback")
def months() -> Answer:
    """The files that were made, and the form for the next."""
    need("see claims")
    return _months(Form(FeedbackWanted, {"month": _last_month(looking_ask().today)}))


def _last_month(today: date) -> date:
    return date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1)


@pages.post("/claims/feedback")
def make() -> Answer:
    """Make the file of a month."""
    need("file with the manufacturer")

    def work(ask: Ask) -> str:
        oem_sheets.make_feedback(ask)
        return "/claims/feedback"

    return write(Form.received(FeedbackWanted), work, lambda form, trouble: _months(or_404(form)))


def _months(form: Form) -> str:
    found = oem_sheets.of_months(looking(), me())
    names = names_of(each.person_id for each in found)
    return render_template(
        "claims/feedback.html",
        tabs=tabs("/claims/feedback"),
        form=form if me().may_or_stands_in("file with the manufacturer") else None,
        rows=[
            {
                "url": file_url(each),
                "cells": [{"text": each.name, "note": each.layout.brand}, f"{each.month:%Y-%m}", each.rows,
                          clock(each.at), names.get(each.person_id, "")],
            }
            for each in found
        ],
    )  # fmt: skip


def file_url(made: OemFile) -> str:
    """Where a sheet is handed out."""
    return f"/claims/files/{made.id}"


@pages.get("/claims/files/<uuid:key>")
def file(key: UUID) -> Answer:
    """A sheet, as it was made."""
    need("see claims")
    made = or_404(oem_sheets.one(looking(), me(), key))
    return hand_over(made.sha256, made.name)
