"""Stock from a sheet, .xlsx or CSV: cars that are new here, and what has changed of cars that are known.

A preview names every bad cell, and nothing is written until all are good. A car is known by its VIN: of such a car the
sheet may move place, certificate, engine number, keys and, while it is still to come, carrier and expected day; what a
contract rests on it may not. What the sheet says and the shop has noted already is left out, so a sheet that is
imported twice changes nothing the second time.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer.engine import identifiers
from dealer.engine.steps import Ask, Refused, no
from dealer.engine.words import say, show
from dealer.people import Actor
from dealer.records.contracts import Contract
from dealer.records.vehicles import Certificate, Model, Unit, UnitState
from dealer.sheets import importing, sheets
from dealer.sheets.importing import Preview
from dealer.sheets.sheets import Column, Row, Trouble, Unreadable
from dealer.stock import catalogue, vehicles
from dealer.stock.arrivals import COMING
from dealer.stock.vehicles import UNITS
from dealer.stock.yard import NewDay, NewUnit, Shipment, UnitPapers

LOOKED_UP = 500  # VINs in one query: a database takes some thousands of values at most


def _vin(typed: str) -> str:
    return identifiers.vin(typed).number


PLACES_OF_CERTIFICATES = (Certificate.ON_HAND, Certificate.PLEDGED, Certificate.RELEASED)
COLUMNS = (
    Column("vin", "VIN", sheets.an_identifier(_vin), example="LYLAA4180T2100001"),
    Column("code", "Model code", sheets.a_text(), required=False, example="X5-15T-CVT"),
    Column("colour", "Colour", sheets.a_text(), required=False, example="白"),
    Column("engine_number", "Engine or motor number", sheets.an_identifier(), required=False),
    Column("certificate_number", "Certificate number", sheets.an_identifier(), required=False),
    Column("certificate", "Certificate", sheets.a_word(PLACES_OF_CERTIFICATES), required=False),
    Column("place", "Place in the yard", sheets.a_text(200), required=False),
    Column("odometer", "Odometer (km)", sheets.a_count(), required=False, example=1),
    Column("keys", "Keys", sheets.a_count(0, 9), required=False, example=1),
    Column("arrived_on", "Arrived on", sheets.a_day, required=False, example=1),
    Column("expected_on", "Expected on", sheets.a_day, required=False, example=1),
    Column("carrier", "Carrier", sheets.a_text(200), required=False),
    Column("waybill", "Waybill", sheets.an_identifier(), required=False),
    Column("vin_reason", "Why the VIN is right", sheets.a_text(400), required=False),
)
PAPERS = ("certificate", "certificate_number", "engine_number", "place", "keys")
ON_THE_WAY = ("expected_on", "carrier", "waybill")


@dataclass(frozen=True)
class NewCar:
    """A car that the shop does not have yet: in the yard, or still to come, perhaps with who brings it."""

    facts: NewUnit
    model: str
    carrier: str = ""
    waybill: str = ""

    @property
    def vin(self) -> str:
        """How it is known from now on."""
        return self.facts.vin

    @property
    def is_coming(self) -> bool:
        """Whether it is expected and not here."""
        return self.facts.arrived_on is None and self.facts.expected_on is not None


@dataclass(frozen=True)
class ChangedCar:
    """A car of the shop of which the sheet says something new: field → (as noted, as the sheet has it)."""

    number: int
    vin: str
    model: str
    changes: dict[str, tuple[Any, Any]] = field(hash=False)


@dataclass(frozen=True)
class KnownCar:
    """A row that brings nothing new."""

    cell: str
    vin: str
    state: UnitState


# ── the preview ───────────────────────────────────────────────────────────────────────────────────────────────────


def preview(content: bytes, db: Session, who: Actor, day: date) -> Preview:
    """Read a stock list and hold it against the shop's models and cars. Its rows are NewCar and ChangedCar."""
    try:
        rows, troubles = sheets.read(content, COLUMNS, also_csv=True)
    except Unreadable as unreadable:
        return Preview((), unreadable.troubles, content)
    models = {model.code: model for model in catalogue.all_models(db, who)}
    here = _cars(db, who, [row.values["vin"] for row in rows if "vin" in row.values])
    new = [row for row in rows if row.values.get("vin") not in here]
    known = [row for row in rows if row.values.get("vin") in here]
    troubles += importing.wrong_codes(rows, models)
    troubles += importing.twice(rows, "vin")
    troubles += _incomplete(new)
    troubles += _wrong_colours(new, models)
    troubles += _unexplained(new)
    troubles += _days_ahead(rows, day)
    troubles += _of_known_cars(db, known, here, models)
    if troubles:
        return Preview((), importing.by_place(troubles), content)
    told = [_changed(row, here[row.values["vin"]]) for row in known]
    return Preview(
        rows=(*(_new(row, models) for row in new), *(each for each in told if isinstance(each, ChangedCar))),
        troubles=(),
        content=content,
        known=tuple(each for each in told if isinstance(each, KnownCar)),
    )


def _cars(db: Session, who: Actor, vins: Sequence[str]) -> dict[str, Unit]:
    """The shop's cars of some VINs that are not back with the manufacturer."""
    query = (
        select(Unit)
        .options(joinedload(Unit.model))
        .where(Unit.store_id == who.store_id, Unit.state != UnitState.RETURNED)
    )
    parts = (db.scalars(query.where(Unit.vin.in_(part))) for part in _parts(vins))
    return {unit.vin: unit for part in parts for unit in part}


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + LOOKED_UP] for start in range(0, len(values), LOOKED_UP))


def _incomplete(rows: Iterable[Row]) -> Iterator[Trouble]:
    """A car that is new has a model and a colour."""
    for row in rows:
        for name in ("code", "colour"):
            if name not in row.values and "vin" in row.values:
                refusal = no("This car is new here: say its model and its colour.", code="E-REQ-FIELD")
                yield Trouble(row.cells.get(name, row.cells["vin"]), refusal)


def _wrong_colours(rows: Iterable[Row], models: dict[str, Model]) -> Iterator[Trouble]:
    for row in rows:
        model, colour = models.get(importing.code_of(row)), row.values.get("colour")
        if model is not None and colour and model.colours and colour not in model.colours:
            refusal = no(
                "{model} comes in {colours}: choose one of these.",
                code="E-COLOUR", model=model.name, colours=list(model.colours),
            )  # fmt: skip
            yield Trouble(row.cells["colour"], refusal)


def _unexplained(rows: Iterable[Row]) -> Iterator[Trouble]:
    for row in rows:
        vin = row.values.get("vin")
        if vin and not identifiers.vin(vin).check_digit_ok and not row.values.get("vin_reason"):
            refusal = no(
                "The check digit of this imported VIN does not fit: compare all 17 characters and say why it is right.",
                code="E-VIN-REASON",
            )  # fmt: skip
            yield Trouble(row.cells["vin"], refusal)


def _days_ahead(rows: Iterable[Row], day: date) -> Iterator[Trouble]:
    for row in rows:
        if row.values.get("arrived_on", day) > day:
            refusal = no("This day is still to come: what has not arrived is not in stock.", code="E-DAY-AHEAD")
            yield Trouble(row.cells["arrived_on"], refusal)


# ── cars that the shop knows ──────────────────────────────────────────────────────────────────────────────────────


def _of_known_cars(
    db: Session, rows: Sequence[Row], here: dict[str, Unit], models: dict[str, Model]
) -> Iterator[Trouble]:
    """What a sheet cannot say of a car that the shop knows."""
    contracts = _contracts(db, [here[row.values["vin"]] for row in rows])
    for row in rows:
        unit = here[row.values["vin"]]
        contract = contracts.get(unit.contract_id, "")
        if unit.state is UnitState.DELIVERED:
            refusal = no(
                "This car was handed over under contract {contract}: take the row out.",
                code="E-VIN-GONE", contract=contract,
            )  # fmt: skip
            yield Trouble(row.cells["vin"], refusal)
            continue
        yield from _another_car(row, unit, contract, models)
        if unit.state in COMING and "arrived_on" in row.values:
            refusal = no("This car is on its way here: it comes in with its inspection.", code="E-NOT-INSPECTED")
            yield Trouble(row.cells["arrived_on"], refusal)
        if unit.state in COMING and unit.expected_on is None and "expected_on" not in row.values:
            yield from _without_a_day(row)


def _without_a_day(row: Row) -> Iterator[Trouble]:
    named = [row.cells[name] for name in ("carrier", "waybill") if name in row.values]
    if named:
        yield Trouble(named[0], no("Say on which day this car is expected.", code="E-REQ-FIELD"))


def _another_car(row: Row, unit: Unit, contract: str, models: dict[str, Model]) -> Iterator[Trouble]:
    """Model and colour of a VIN do not change; on a contract they are what was sold."""
    model = models.get(importing.code_of(row))
    others = []
    if model is not None and model.id != unit.model_id:
        others.append("code")
    if row.values.get("colour", unit.colour) != unit.colour:
        others.append("colour")
    for name in others:
        if contract:
            refusal = no(
                "This VIN is on contract {contract} as {model} in {colour}: correct the row.",
                code="E-VIN-TAKEN", contract=contract, model=unit.model.name, colour=unit.colour,
            )  # fmt: skip
        else:
            refusal = no(
                "This VIN is {model} in {colour} here: correct the row.",
                code="E-VIN-OTHER", model=unit.model.name, colour=unit.colour,
            )  # fmt: skip
        yield Trouble(row.cells[name], refusal)


def _contracts(db: Session, units: Iterable[Unit]) -> dict[Any, str]:
    keys = sorted({unit.contract_id for unit in units if unit.contract_id})
    parts = (db.execute(select(Contract.id, Contract.code).where(Contract.id.in_(part))) for part in _parts(keys))
    return {key: code or "" for rows in parts for key, code in rows}


def _new(row: Row, models: dict[str, Model]) -> NewCar:
    model = models[importing.code_of(row)]
    beside = {name: row.values.get(name, "") for name in ("carrier", "waybill")}
    told = {name: value for name, value in row.values.items() if name not in ("code", *beside)}
    return NewCar(NewUnit(model=model.id, **told), catalogue.full_name(model), **beside)


def _changed(row: Row, unit: Unit) -> ChangedCar | KnownCar:
    fields = (*PAPERS, *ON_THE_WAY) if unit.state in COMING else PAPERS
    changes = {
        name: (getattr(unit, name), row.values[name])
        for name in fields
        if name in row.values and row.values[name] != (getattr(unit, name) or "")
    }
    if changes:
        return ChangedCar(unit.number, unit.vin, catalogue.full_name(unit.model), changes)
    return KnownCar(row.cells["vin"], unit.vin, unit.state)


# ── the import ────────────────────────────────────────────────────────────────────────────────────────────────────


def import_all(ask: Ask, looked: Preview, sheet: str = "stock.xlsx") -> int:
    """Every car of a good preview, each by a step of its own life, so each has its line in the history; how many."""
    refuse_idle(looked)
    importing.keep(ask, sheet, looked.content)
    for row in looked.rows:
        write(ask, row, sheet)
    return len(looked.rows)


def refuse_idle(looked: Preview) -> None:
    """All of it or nothing; and a sheet whose every word is known already is not imported again."""
    importing.refuse_bad(looked)
    if not looked.rows:
        raise Refused([no("Everything in this sheet is noted already: nothing to import.", code="E-SHEET-KNOWN")])


def write(ask: Ask, row: NewCar | ChangedCar, sheet: str) -> None:
    """One car of a sheet."""
    if isinstance(row, NewCar):
        _take_in(ask, row)
    else:
        _change(ask, row, sheet)


def _take_in(ask: Ask, row: NewCar) -> None:
    arriving = ask.with_facts(row.facts)
    unit = vehicles.new_unit(arriving)
    UNITS.begin("order" if row.is_coming else "arrive", unit, arriving)
    day = row.facts.expected_on
    if row.is_coming and row.carrier and day:
        told = Shipment(carrier=row.carrier, waybill=row.waybill, expected_on=day)
        UNITS.advance(unit, "ship", ask.with_facts(told))


def _change(ask: Ask, row: ChangedCar, sheet: str) -> None:
    unit = ask.db.scalars(select(Unit).where(Unit.store_id == ask.actor.store_id, Unit.number == row.number)).one()
    told = {name: now for name, (_, now) in row.changes.items()}
    if papers := {name: told[name] for name in PAPERS if name in told}:
        as_noted = {name: getattr(unit, name) for name in PAPERS}
        UNITS.advance(unit, "keep_papers", ask.with_facts(UnitPapers(**as_noted | papers)))
    if not any(name in told for name in ON_THE_WAY):
        return
    way = {name: told.get(name, getattr(unit, name)) for name in ON_THE_WAY}
    if unit.state is UnitState.ORDERED and way["carrier"] and way["expected_on"]:
        shipped = Shipment(carrier=way["carrier"], waybill=way["waybill"] or "", expected_on=way["expected_on"])
        UNITS.advance(unit, "ship", ask.with_facts(shipped))
    else:
        moved = NewDay(
            expected_on=way["expected_on"], carrier=way["carrier"] or "", waybill=way["waybill"] or "", reason=sheet
        )
        UNITS.advance(unit, "reschedule", ask.with_facts(moved))


def template(language: str) -> bytes:
    """The sheet to fill in."""
    return sheets.template(COLUMNS, language)


SAMPLE = (
    {"vin": "LYLAA4180T2100001", "code": "X5", "colour": "珠光白", "engine_number": "YL2100001",
     "certificate_number": "WAC2100001", "certificate": Certificate.ON_HAND, "place": "A-01", "odometer": 12, "keys": 2,
     "arrived_on": date(2026, 11, 2)},
    {"vin": "LYLAA4182T2100002", "code": "X5", "colour": "珠光白", "certificate": Certificate.PLEDGED,
     "expected_on": date(2026, 12, 3), "carrier": "滇运物流", "waybill": "DY-0088"},
)  # fmt: skip


def sample(language: str) -> bytes:
    """Two cars as CSV, one that stands in the yard and one on its way; the mark at its head is for Excel."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(say(column.title, language) for column in COLUMNS)
    for row in SAMPLE:
        writer.writerow(_cell(row.get(column.field, ""), language) for column in COLUMNS)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any, language: str) -> str:
    return value.isoformat() if isinstance(value, date) else show(value, language)
