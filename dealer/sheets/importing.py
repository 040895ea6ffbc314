"""Imports from sheets: price lists; stock stands in stock_imports.py, prospects in card_imports.py.

A preview names every bad cell; nothing is written until all are good.

The preview is a plain function of the sheet and of what the shop knows; importing reads the same sheet again.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dealer.engine import files
from dealer.engine.database import new_id
from dealer.engine.steps import Ask, Refused, no
from dealer.people import Actor
from dealer.prices import pricelists, pricing
from dealer.prices.pricelists import PRICE_LISTS, PRICES, ImportedList, ListHead, ordered
from dealer.records.prices import PriceList, PriceListLine
from dealer.records.vehicles import Model
from dealer.sheets import sheets
from dealer.sheets.sheets import Column, Row, Trouble, Unreadable
from dealer.stock import catalogue


@dataclass(frozen=True)
class Preview:
    """What a sheet holds: rows ready to be imported, or what has to be corrected first."""

    rows: tuple[Any, ...]
    troubles: tuple[Trouble, ...]
    content: bytes = field(repr=False)
    known: tuple[Any, ...] = ()  # rows that are left out, for what they bring is there already

    @property
    def is_good(self) -> bool:
        """Whether it may be imported: all of it or nothing."""
        return not self.troubles

    @property
    def sha256(self) -> str:
        """The sheet's name among the files of the shop."""
        return hashlib.sha256(self.content).hexdigest()


def refuse_bad(preview: Preview) -> None:
    """All of it or nothing."""
    if not preview.is_good:
        count = len(preview.troubles)
        raise Refused([no("{count} cells have to be corrected; nothing was imported.", code="E-SHEET", count=count)])


def keep(ask: Ask, name: str, content: bytes) -> str:
    """Keep the sheet itself: it is what the history names."""
    return files.keep(ask.db, ask.actor.store_id, name, content, ask.at, sheets.MEDIA_TYPE)


# ── price lists ───────────────────────────────────────────────────────────────────────────────────────────────────

PRICE_COLUMNS = (
    Column("code", "Model code", sheets.a_text(), example="X5-15T-CVT"),
    Column("name", "Model name", sheets.a_text(600), required=False, example=""),
    Column("marked", "Marked price", sheets.an_amount, example=1),
    Column("floor_consultant", "Consultant's floor", sheets.an_amount, example=1),
    Column("floor_key_account", "Key-account manager's floor", sheets.an_amount, example=1),
    Column("floor_general", "General manager's floor", sheets.an_amount, example=1),
    Column("cost", "Cost of the car", sheets.an_amount, required=False, example=1),
)


@dataclass(frozen=True)
class ListedPrice:
    """One good row of a price list."""

    row: int
    model_id: UUID
    code: str
    name: str
    marked: int
    floor_consultant: int
    floor_key_account: int
    floor_general: int
    cost: int | None


def preview_price_list(content: bytes, db: Session, who: Actor) -> Preview:
    """Read a price list and hold it against the shop's models."""
    try:
        rows, troubles = sheets.read(content, PRICE_COLUMNS)
    except Unreadable as unreadable:
        return Preview((), unreadable.troubles, content)
    models = {model.code: model for model in catalogue.all_models(db, who)}
    troubles += wrong_codes(rows, models)
    troubles += twice(rows, "code")
    troubles += [Trouble(row.cells[name], _disorder()) for row in rows for name in _above_the_one_before(row)]
    listed = () if troubles else tuple(_listed(row, models) for row in rows)
    return Preview(listed, by_place(troubles), content)


def _listed(row: Row, models: dict[str, Model]) -> ListedPrice:
    model = models[code_of(row)]
    prices = {name: row.values[name] for name in PRICES}
    return ListedPrice(
        row.number, model.id, model.code, catalogue.full_name(model), cost=row.values.get("cost"), **prices
    )


def code_of(row: Row) -> str:
    """The model code of a row as the shop writes codes; empty where there is none."""
    return str(row.values.get("code", "")).upper()


def _above_the_one_before(row: Row) -> list[str]:
    """The cells that are wrong: each price that is higher than the one to its left."""
    known = [name for name in PRICES if name in row.values]
    return [name for left, name in pairwise(known) if not ordered([row.values[left], row.values[name]])]


def _disorder() -> Any:
    return no(
        "From the marked price to the general manager's floor each price is at most the one before.", code="E-FLOORS"
    )


def wrong_codes(rows: Iterable[Row], models: dict[str, Model]) -> Iterator[Trouble]:
    """Codes that the shop has no model of."""
    for row in rows:
        if "code" in row.values and code_of(row) not in models:
            refusal = no(
                "There is no model {wanted} in the shop's list: correct it or add the model first.",
                code="E-MODEL-UNKNOWN", wanted=row.values["code"],
            )  # fmt: skip
            yield Trouble(row.cells["code"], refusal)


def twice(rows: Iterable[Row], name: str) -> Iterator[Trouble]:
    """What may stand in a column once, and stands there again."""
    first: dict[str, str] = {}
    for row in rows:
        value = str(row.values.get(name, "")).upper()
        if value and value in first:
            refusal = no("This stands in {first} already: keep one of them.", code="E-ROW-TWICE", first=first[value])
            yield Trouble(row.cells[name], refusal)
        elif value:
            first[value] = row.cells[name]


def by_place(troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
    """In the order in which somebody goes through the sheet: row by row."""

    def place(trouble: Trouble) -> tuple[int, int, str]:
        letters = trouble.cell.rstrip("0123456789")
        return int(trouble.cell[len(letters) :] or 0), len(letters), letters

    return tuple(sorted(troubles, key=place))


def import_price_list(ask: Ask, preview: Preview, sheet: str = "price-list.xlsx") -> PriceList:
    """A draft list with the prices of a good preview; `ask.facts` is its head. It still needs the general manager."""
    refuse_bad(preview)
    head: ListHead = ask.facts
    kept = keep(ask, sheet, preview.content)
    told = {name: getattr(head, name) for name in ListHead.model_fields}
    facts = ImportedList(**told, sheet=sheet, sha256=kept, rows=len(preview.rows))
    price_list = pricelists.blank(ask, head)
    PRICE_LISTS.begin("import", price_list, ask.with_facts(facts))
    # One statement for all: a list of 20,000 lines is written in seconds.
    ask.db.execute(insert(PriceListLine), [_record(price_list, at, row) for at, row in enumerate(preview.rows, 1)])
    return price_list


def _record(price_list: PriceList, at: int, row: ListedPrice) -> dict[str, Any]:
    prices = {name: getattr(row, name) for name in (*PRICES, "cost")}
    own = {"id": new_id(), "store_id": price_list.store_id, "price_list_id": price_list.id}
    return own | {"position": at, "model_id": row.model_id} | prices


def price_list_template(db: Session, who: Actor, language: str, day: date) -> bytes:
    """The sheet to fill in, with the shop's models and today's prices where there are any."""
    models = [model for model in catalogue.all_models(db, who) if model.active]
    prices = pricing.prices_of(db, who.store_id, (model.id for model in models), day)

    def begun() -> Iterator[dict[str, Any]]:
        for model in models:
            known = prices.get(model.id)
            row: dict[str, Any] = {"code": model.code, "name": catalogue.full_name(model)}
            told = {name: getattr(known, name) for name in (*PRICES, "cost")} if known else {}
            yield row | {name: fen / 100 for name, fen in told.items() if fen is not None}

    return sheets.template(PRICE_COLUMNS, language, begun())
