"""Imports from sheets: choose a file, see every bad cell, and import when all are good."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from flask import Blueprint, Response, abort, flash, g, render_template
from pydantic import BaseModel, Field

from dealer.engine import files
from dealer.engine.database import calendar_of
from dealer.engine.fields import Sheet, SheetOrText
from dealer.engine.steps import Ask, Facts, Unrecorded
from dealer.house import posts
from dealer.prices.pricelists import ListHead
from dealer.prospects import card_imports
from dealer.service import workshop
from dealer.sheets import bulk_imports, importing
from dealer.sheets.importing import Preview
from dealer.sheets.sheets import Column
from dealer.stock import stock_imports
from dealer.stock.stock_imports import ChangedCar, NewCar
from web.asking import Answer, looking, me, need, or_404, write
from web.forms import Form
from web.language import language, money, say, short_day, show, told
from web.papers.papers import XLSX
from web.prices.pricelists import KIND as PRICE_LIST

pages = Blueprint("imports", __name__)

SHOWN = 200  # rows of a preview, and bad cells of a bad one; the counts tell the rest


class ChosenSheet(Facts):
    """The file somebody chose."""

    file: Annotated[Sheet, Unrecorded()] = Field(title="Sheet (.xlsx)")


class ChosenSheetOrText(Facts):
    """The file somebody chose, which may be a CSV."""

    file: Annotated[SheetOrText, Unrecorded()] = Field(title="Sheet (.xlsx or .csv)")


@dataclass(frozen=True)
class Import:
    """One kind of sheet that can be imported."""

    title: str
    duty: str
    home: str  # where it leads from and back to
    home_label: str
    asks_for: type[BaseModel] | None  # what is asked for before the import, beside the sheet
    preview: Callable[[bytes, Any, date], Preview]
    rows: Callable[[Preview], list[list[Any]]]
    columns: tuple[tuple[str, bool], ...]  # label, whether it is a figure
    write: Callable[[Ask, Preview, str], str]
    template: Callable[[], bytes]
    sample: Callable[[], bytes] | None = None  # a filled-in one, as CSV
    layout: tuple[tuple[Column, str], ...] = ()  # what each column takes, where its name does not say it
    known: "Known | None" = None  # how rows are shown that are left out

    @property
    def takes(self) -> type[BaseModel]:
        """The form that takes its sheet."""
        return ChosenSheetOrText if self.sample else ChosenSheet


@dataclass(frozen=True)
class Known:
    """Rows of a sheet that bring nothing new: how they are headed, and each with where it stands."""

    title: str
    columns: tuple[str, ...]
    rows: Callable[[Preview], list[list[Any]]]


# ── the kinds ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _today() -> date:
    return calendar_of(looking()).today(g.now)


def _price_rows(preview: Preview) -> list[list[Any]]:
    return [
        [
            {"text": row.name, "note": row.code},
            money(row.marked),
            money(row.floor_consultant),
            money(row.floor_key_account),
            money(row.floor_general),
            money(row.cost),
        ]
        for row in preview.rows[:SHOWN]
    ]


def _write_prices(ask: Ask, preview: Preview, sheet: str) -> str:
    return PRICE_LIST.url(importing.import_price_list(ask, preview, sheet))


def _stock_rows(preview: Preview) -> list[list[Any]]:
    return [_stock_row(row) for row in preview.rows[:SHOWN]]


def _stock_row(row: NewCar | ChangedCar) -> list[Any]:
    if isinstance(row, ChangedCar):
        told = [
            say("{what}: {was} → {now}", what=say(STOCK_TITLES[name]), was=_cell(was), now=_cell(now))
            for name, (was, now) in row.changes.items()
        ]
        return [{"text": row.vin, "note": row.model}, {"text": say("Changed"), "tone": "wait"}, show(told)]
    facts = row.facts
    kind = say("New, on the way") if row.is_coming else say("New, in stock")
    day = short_day(facts.expected_on) if row.is_coming and facts.expected_on else facts.place
    return [
        {"text": row.vin, "note": row.model},
        kind,
        show([each for each in (facts.colour, row.carrier, day) if each]),
    ]


def _cell(value: Any) -> str:
    return show(value) if value not in ("", None) else "—"


STOCK_TITLES = {column.field: column.title for column in stock_imports.COLUMNS}
STOCK_LAYOUT = {
    "vin": "17 characters. A car that is known is changed, any other is new.",
    "code": "For a new car, as in the list of models.",
    "colour": "For a new car, one of the model's colours.",
    "certificate": "In the words of this page; empty: on hand.",
    "arrived_on": "A new car that stands here; empty without an expected day: today.",
    "expected_on": "A car that is still to come.",
    "carrier": "Of a car on its way: who brings it. With a day it is in transit.",
    "vin_reason": "Only for an import whose check digit does not fit.",
}


def _stock_known(preview: Preview) -> list[list[Any]]:
    return [[each.cell, each.vin, show(each.state)] for each in preview.known[:SHOWN]]


def _cards_known(preview: Preview) -> list[list[Any]]:
    return [[each.cell, each.phone, each.number, each.owner] for each in preview.known[:SHOWN]]


def _write_stock(ask: Ask, preview: Preview, sheet: str) -> str:
    begun = bulk_imports.begin_stock_import(ask, preview, sheet)
    said = say("{count} cars were taken in or changed.", count=begun) if begun else say("The cars are being imported.")
    flash(said, "success")
    return "/stock"


def _card_rows(preview: Preview) -> list[list[Any]]:
    return [
        [
            {"text": row.facts.name, "note": row.facts.company},
            row.facts.phone,
            show(row.facts.level),
            row.owner,
            {"text": say("maybe card {number}", number=row.like), "tone": "wait"} if row.like else "—",
        ]
        for row in preview.rows[:SHOWN]
    ]


def _write_cards(ask: Ask, preview: Preview, sheet: str) -> str:
    flash(say("{count} cards are written.", count=len(card_imports.import_cards(ask, preview, sheet))), "success")
    return "/prospects?view=following"


def _count_rows(preview: Preview) -> list[list[Any]]:
    return [
        [short_day(row.day), row.cars, {"text": "—" if row.was is None else row.was, "tone": "wait" if row.was else ""}]
        for row in preview.rows[:SHOWN]
    ]


def _write_counts(ask: Ask, preview: Preview, sheet: str) -> str:
    flash(say("{count} days are counted.", count=workshop.import_counts(ask, preview, sheet)), "success")
    return "/workshop"


IMPORTS = {
    "price-list": Import(
        title="Import a price list",
        duty="write price lists",
        home="/pricelists",
        home_label="Price lists",
        asks_for=ListHead,
        preview=lambda content, db, day: importing.preview_price_list(content, db, me()),
        rows=_price_rows,
        columns=(
            ("Model", False), ("Marked price", True), ("Consultant's floor", True),
            ("Key-account manager's floor", True), ("General manager's floor", True), ("Cost of the car", True),
        ),
        write=_write_prices,
        template=lambda: importing.price_list_template(looking(), me(), language(), _today()),
    ),
    "stock": Import(
        title="Import stock",
        duty="keep stock",
        home="/stock",
        home_label="Stock",
        asks_for=None,
        preview=lambda content, db, day: stock_imports.preview(content, db, me(), day),
        rows=_stock_rows,
        columns=(("Car", False), ("What happens", False), ("What the sheet says", False)),
        write=_write_stock,
        template=lambda: stock_imports.template(language()),
        sample=lambda: stock_imports.sample(language()),
        layout=tuple((each, STOCK_LAYOUT.get(each.field, "")) for each in stock_imports.COLUMNS),
        known=Known("Noted already and left out", ("Cell", "VIN", "State"), _stock_known),
    ),
    "workshop": Import(
        title="Import counts of the workshop",
        duty="run the workshop",
        home="/workshop",
        home_label="Workshop",
        asks_for=None,
        preview=lambda content, db, day: workshop.preview(content, db, me(), day),
        rows=_count_rows,
        columns=(("Day", False), ("Cars taken in", True), ("Counted before", True)),
        write=_write_counts,
        template=lambda: workshop.template(language()),
    ),
    "prospects": Import(
        title="Import a prospect list",
        duty="import cards",
        home="/prospects",
        home_label="Prospects",
        asks_for=None,
        preview=lambda content, db, day: card_imports.preview_cards(content, db, me()),
        rows=_card_rows,
        columns=(("Customer", False), ("Phone", False), ("Level", False), ("Owner", False), ("Maybe twice", False)),
        write=_write_cards,
        template=lambda: card_imports.template(language()),
        known=Known("Has a card already and is left out", ("Cell", "Phone", "Card", "Owner"), _cards_known),
    ),
}  # fmt: skip


def _kind(name: str) -> Import:
    kind = or_404(IMPORTS.get(name))
    need(kind.duty)
    found: Import = kind
    return found


# ── choosing a sheet ──────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/imports/<name>")
def choose(name: str) -> Answer:
    """Which sheet?"""
    return _choose(name, Form(_kind(name).takes), None)


@pages.post("/imports/<name>")
def look(name: str) -> Answer:
    """Look at it. A good one is kept until somebody imports it; of a bad one every bad cell is named."""
    kind = _kind(name)
    form = Form.received(kind.takes)

    def work(ask: Ask) -> str:
        preview = kind.preview(ask.facts.file.content, ask.db, ask.today)
        importing.refuse_bad(preview)
        return f"/imports/{name}/{importing.keep(ask, ask.facts.file.name, preview.content)}"

    return write(form, work, lambda typed, trouble: _choose(name, or_404(typed), _bad(kind, typed)))


def _bad(kind: Import, form: Form | None) -> Preview | None:
    if form is None or form.facts is None:
        return None
    return kind.preview(form.facts.file.content, looking(), _today())


def _choose(name: str, form: Form, preview: Preview | None) -> str:
    kind = _kind(name)
    troubles = preview.troubles if preview else ()
    return render_template(
        "imports/choose.html",
        kind=kind,
        address=f"/imports/{name}",
        form=form,
        troubles=[{"cells": [each.cell or "—", told(each.refusal)]} for each in troubles[:SHOWN]],
        more=max(0, len(troubles) - SHOWN),
    )


@pages.get("/imports/<name>/template")
def template(name: str) -> Answer:
    """The sheet to fill in."""
    kind = _kind(name)
    answer = Response(kind.template(), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


@pages.get("/imports/<name>/sample")
def sample(name: str) -> Answer:
    """The same with some rows, to see how they are meant."""
    kind = _kind(name)
    answer = Response(or_404(kind.sample)(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


# ── importing it ──────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/imports/<name>/<sha256>")
def confirm(name: str, sha256: str) -> Answer:
    """What will be imported."""
    kind = _kind(name)
    return _confirm(name, sha256, Form(kind.asks_for) if kind.asks_for else None)


@pages.post("/imports/<name>/<sha256>")
def import_it(name: str, sha256: str) -> Answer:
    """Import it: all of it or nothing."""
    kind = _kind(name)

    def work(ask: Ask) -> str:
        file, content = _kept(name, sha256)
        return kind.write(ask, kind.preview(content, ask.db, ask.today), file.name)

    form = Form.received(kind.asks_for) if kind.asks_for else None
    return write(form, work, lambda typed, trouble: _confirm(name, sha256, typed, trouble))


def _kept(name: str, sha256: str) -> tuple[files.File, bytes]:
    """The sheet that this very person chose: what it shows is for nobody else before it is imported."""
    chosen = posts.led_to(looking(), me(), f"/imports/{name}", f"/imports/{name}/{sha256}")
    found = files.read(looking(), me().store_id, sha256) if chosen else None
    return found or abort(404)


def _confirm(name: str, sha256: str, form: Form | None, trouble: Any = ()) -> str:
    kind = _kind(name)
    file, content = _kept(name, sha256)
    preview = kind.preview(content, looking(), _today())
    standing = [told(each) for each in trouble if each.field is None] if isinstance(trouble, tuple) else []
    return render_template(
        "imports/confirm.html",
        kind=kind,
        address=f"/imports/{name}/{sha256}",
        form=form,
        standing=standing,
        sheet=file.name,
        count=len(preview.rows),
        rows=[{"cells": row} for row in kind.rows(preview)],
        known=[{"cells": row} for row in kind.known.rows(preview)] if kind.known else [],
        troubles=[{"cells": [each.cell or "—", told(each.refusal)]} for each in preview.troubles[:SHOWN]],
        more=max(0, len(preview.rows) - SHOWN),
    )
