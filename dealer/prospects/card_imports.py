"""A prospect list from a sheet: each bad cell is named; who has a card already is pointed out, not written twice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine import identifiers
from dealer.engine.database import Database
from dealer.engine.names import search_keys
from dealer.engine.steps import Ask, Refused, no
from dealer.people import Actor
from dealer.prospects import prospects
from dealer.prospects.cards import ImportedCard
from dealer.records.customers import CustomerClass
from dealer.records.people import Person
from dealer.records.prospects import Level, Prospect, ProspectState, Source
from dealer.records.vehicles import Model
from dealer.sheets import bulk_imports, importing, sheets
from dealer.sheets.importing import Preview
from dealer.sheets.sheets import Column, Row, Trouble, Unreadable
from dealer.stock import catalogue

MOST_CARDS = 500
"""In one sheet, for they are written in one transaction: some seconds in which nobody else writes."""


def _phone(cell: Any) -> str:
    """A phone; as a whole number it lost nothing, for no phone begins with a zero but one with an area code."""
    return identifiers.phone(sheets.a_text()(cell)).number


COLUMNS = (
    Column("phone", "Phone", _phone, example="13888880001"),
    Column("name", "Name", sheets.a_text(200), example="李先生"),
    Column("source", "Source", sheets.a_word(Source), example=""),
    Column("company", "Company or authority", sheets.a_text(200), required=False),
    Column("uscc", "Unified social credit code", sheets.an_identifier(identifiers.uscc), required=False),
    Column("customer_class", "Customer class", sheets.a_word(CustomerClass), required=False),
    Column("code", "Model code", sheets.a_text(), required=False, example="X5-15T-CVT"),
    Column("level", "Level", sheets.a_word([level for level in Level if level is not Level.N]), required=False),
    Column("owner", "Owner", sheets.a_text(200), required=False),
)


@dataclass(frozen=True)
class ListedCard:
    """One good row of the list. `like`: a card of the same name or code that may be the same person's."""

    facts: ImportedCard
    owner: str
    like: int | None = None


@dataclass(frozen=True)
class Known:
    """A row that is left out: whose card it has already."""

    cell: str
    phone: str
    number: int
    owner: str


# ── the preview ───────────────────────────────────────────────────────────────────────────────────────────────────


def preview_cards(content: bytes, db: Session, who: Actor) -> Preview:
    """Read a list and hold it against the shop's cards, models and people."""
    try:
        rows, troubles = sheets.read(content, COLUMNS)
    except Unreadable as unreadable:
        return Preview((), unreadable.troubles, content)
    if len(rows) > MOST_CARDS:
        return Preview((), (sheets.too_large(MOST_CARDS),), content)
    models = {model.code: model for model in catalogue.all_models(db, who)}
    keepers = people.with_duty(db, who.store_id, "keep cards")
    troubles += importing.wrong_codes(rows, models)
    troubles += importing.twice(rows, "phone")
    troubles += _wrong_owners(rows, keepers, who)
    cards = _cards(db, who)
    known = {row.number: card for row in rows if (card := cards.get(row.values.get("phone", "")))}
    listed = () if troubles else tuple(_listed(row, models, keepers, who) for row in rows if row.number not in known)
    pointed_out = tuple(
        Known(row.cells["phone"], row.values["phone"], known[row.number].number, known[row.number].owner.name)
        for row in rows
        if row.number in known
    )
    return Preview(tuple(_likened(listed, cards.values())), importing.by_place(troubles), content, pointed_out)


def _cards(db: Session, who: Actor) -> dict[str, Prospect]:
    """The shop's cards by phone; the phone of a merged card is that of the card that stayed."""
    beside = (joinedload(Prospect.owner), joinedload(Prospect.merged_into))
    here = db.scalars(people.scoped(select(Prospect), Prospect, who).options(*beside))
    ordered = sorted(here, key=lambda card: card.state is not ProspectState.MERGED)
    return {card.phone: card.merged_into or card for card in ordered}


def _wrong_owners(rows: Iterable[Row], keepers: list[Person], who: Actor) -> Iterator[Trouble]:
    names = {each.name for each in keepers}
    for row in rows:
        owner = row.values.get("owner")
        if owner is None and who.name not in names:
            refusal = no("Name the consultant whose card it becomes.", code="E-REQ-FIELD")
            yield Trouble(row.cells.get("owner", row.cells["phone"]), refusal)
        elif owner is not None and owner not in names:
            refusal = no(
                "Nobody who keeps cards here is called {owner}: correct the name.",
                code="E-OWNER-UNKNOWN", owner=owner,
            )  # fmt: skip
            yield Trouble(row.cells["owner"], refusal)
        elif owner not in (None, who.name) and not who.may("move cards"):
            refusal = no("Who keeps cards imports their own: leave the owner empty.", code="E-OWNER-OTHER")
            yield Trouble(row.cells["owner"], refusal)


def _listed(row: Row, models: dict[str, Model], keepers: list[Person], who: Actor) -> ListedCard:
    told = {name: value for name, value in row.values.items() if name not in ("code", "owner")}
    owner = row.values.get("owner", who.name)
    model = models.get(importing.code_of(row))
    keeper = next(each.id for each in keepers if each.name == owner)
    return ListedCard(ImportedCard(**told, model=model.id if model else None, owner=keeper), owner)


def _likened(listed: Iterable[ListedCard], cards: Iterable[Prospect]) -> Iterator[ListedCard]:
    """With the card that has the same code, or whose name and company are read alike."""
    known = [card for card in cards if card.company or card.uscc]
    by_code = {card.uscc: card.number for card in known if card.uscc}
    by_name = {card.name_pinyin: card.number for card in known if card.company}
    for each in listed:
        named = search_keys(f"{each.facts.name} {each.facts.company}".strip()).pinyin if each.facts.company else ""
        yield replace(each, like=by_code.get(each.facts.uscc or "") or by_name.get(named))


# ── the import ────────────────────────────────────────────────────────────────────────────────────────────────────


def import_cards(ask: Ask, preview: Preview, sheet: str = "prospects.xlsx") -> list[Prospect]:
    """Every card of a good preview that is new, each begun by its own life."""
    importing.refuse_bad(preview)
    if not preview.rows:
        sentence = "Everybody in this sheet has a card already: there is nothing to import."
        raise Refused([no(sentence, code="E-SHEET-KNOWN")])
    importing.keep(ask, sheet, preview.content)
    return [_write(ask.with_facts(row.facts)) for row in preview.rows]


def _write(ask: Ask) -> Prospect:
    card = prospects.new_card(ask)
    prospects.PROSPECTS.begin("import", card, ask)
    return card


def cards_from(database: Database, path: Path, *, by: str, at: datetime) -> tuple[Preview, int]:
    """Import a list from a file on behalf of a person; how many cards, or 0 when the sheet is bad."""
    who = bulk_imports.actor_named(database, by, at)
    with database.writing(who.store_id) as db:
        preview = preview_cards(path.read_bytes(), db, who)
        if not preview.is_good:
            return preview, 0
        return preview, len(import_cards(Ask(db, who, at), preview, path.name[-200:]))


def template(language: str) -> bytes:
    """The sheet to fill in."""
    return sheets.template(COLUMNS, language)
