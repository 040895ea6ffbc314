"""PDI, the inspection before delivery: the list by what a car runs on, and the rules that read its result.

Every item is passed, failed or not applicable; a failure has a note and a photo. A passed inspection counts for
`pdi_valid_days`, after which the car is inspected anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.contracts.in_force import text_for
from dealer.engine import files
from dealer.engine.fields import Kind, Paragraph, Upload
from dealer.engine.steps import Ask, Facts, Refusal, Unrecorded, no, on_facts
from dealer.engine.words import Word
from dealer.house.policies import policy
from dealer.records.deliveries import Inspection, InspectionList, ItemResult
from dealer.records.people import Role
from dealer.records.vehicles import Energy, Model, Unit
from dealer.staffing import training

# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────────

ALL = frozenset(Energy)
BURNS = frozenset({Energy.PETROL, Energy.HYBRID, Energy.PLUG_IN})
HIGH_VOLTAGE = frozenset({Energy.HYBRID, Energy.PLUG_IN, Energy.ELECTRIC})
PLUGS = frozenset({Energy.PLUG_IN, Energy.ELECTRIC})


@dataclass(frozen=True)
class Item:
    """One thing to look at. What is not mandatory may be answered “not applicable”."""

    code: str
    mandatory: bool = True
    energies: frozenset[Energy] = ALL
    label: str = ""  # how a model's own list words it; the house list's items are translated


PDI: dict[str, tuple[Item, ...]] = {
    "papers": (
        Item("vin_matches"),
        Item("engine_number_matches"),
        Item("certificate_is_there"),
        Item("booklets_are_there"),
    ),
    "outside": (
        Item("paint"),
        Item("glass"),
        Item("lamps"),
        Item("panel_gaps"),
        Item("tyres_and_pressure"),
        Item("spare_wheel", mandatory=False),
    ),
    "under_the_bonnet": (
        Item("battery_12v"),
        Item("engine_oil", energies=BURNS),
        Item("coolant"),
        Item("brake_fluid"),
        Item("washer_fluid"),
    ),
    "high_voltage": (
        Item("traction_battery", energies=HIGH_VOLTAGE),
        Item("high_voltage_leaks", energies=HIGH_VOLTAGE),
        Item("charge_port", energies=PLUGS),
        Item("charging_cable", mandatory=False, energies=PLUGS),
    ),
    "inside": (
        Item("trim"),
        Item("seats"),
        Item("belts"),
        Item("switches"),
        Item("climate"),
        Item("audio_and_screen"),
        Item("windows"),
        Item("child_lock"),
    ),
    "start": (
        Item("engine_start", energies=BURNS),
        Item("drive_ready", energies=frozenset({Energy.ELECTRIC})),
        Item("instruments"),
        Item("fault_codes"),
    ),
    "lift": (
        Item("underbody_leaks"),
        Item("underbody_scratches"),
    ),
    "road_test": (
        Item("shifting"),
        Item("brakes"),
        Item("noises"),
    ),
    "accessories": (
        Item("tools"),
        Item("triangle_and_vest"),
        Item("keys_work"),
        Item("ordered_accessories", mandatory=False),
    ),
    "release": (
        Item("transport_mode_off"),
        Item("films_off"),
        Item("energy_level"),
    ),
}
"""The groups in the order in which a technician walks around the car."""


def items_for(energy: Energy) -> dict[str, list[Item]]:
    """The list for a car: groups with nothing to look at are left out."""
    fitting = {group: [item for item in items if energy in item.energies] for group, items in PDI.items()}
    return {group: items for group, items in fitting.items() if items}


def own_list(db: Session, model: Model) -> InspectionList | None:
    """What counts for a model beside the house list (inspection_lists.py keeps it)."""
    of_model = select(InspectionList).where(InspectionList.model_id == model.id)
    return db.scalars(of_model.order_by(InspectionList.version.desc()).limit(1)).first()


def list_of(db: Session, model: Model) -> dict[str, list[Item]]:
    """The list for a car: the house's for what it runs on, with what its model adds and may do without."""
    groups, own = items_for(model.energy), own_list(db, model)
    if own is None:
        return groups
    groups = {
        group: [replace(item, mandatory=item.mandatory and item.code not in own.if_fitted) for item in items]
        for group, items in groups.items()
    }
    for point in own.points:
        item = Item(point["code"], mandatory=point["mandatory"], label=point["what"])
        groups.setdefault(point["group"], []).append(item)
    return groups


def _wanted(unit: Unit, ask: Ask) -> dict[str, Item]:
    return {item.code: item for items in list_of(ask.db, unit.model).values() for item in items}


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class PdiAnswer(Facts):
    """What the technician found at one item."""

    item: Annotated[str, Kind("hidden")] = Field(title="Item", max_length=40)
    result: ItemResult = Field(title="Finding")
    note: str = Field("", title="What is wrong", max_length=200)
    photo: Annotated[Upload | None, Unrecorded()] = Field(None, title="Photo")


class PdiReport(Facts):
    """The whole inspection."""

    odometer: int = Field(title="Odometer (km)", ge=0, le=999_999)
    items: tuple[PdiAnswer, ...] = Field(title="Inspection items", min_length=1, max_length=100)
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)

    @property
    def failed(self) -> list[PdiAnswer]:
        """What did not pass."""
        return [answer for answer in self.items if answer.result is ItemResult.FAIL]


def _named(codes: Iterable[str], wanted: dict[str, Item]) -> list[Word | str]:
    return [wanted[code].label or Word("PdiItem", code) for code in codes if code in wanted]


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def inspector_is_trained(unit: Unit, ask: Ask) -> Refusal | None:
    """Where the house asks for it (house rule `inspectors_need_training`), whoever inspects was trained for it."""
    return training.untrained(ask, ask.actor.id, training.INSPECTOR, ask.today)


@on_facts
def every_item_is_judged(unit: Unit, ask: Ask) -> Refusal | None:
    """The whole list, once, and nothing beside it."""
    given = [answer.item for answer in ask.facts.items]
    wanted = _wanted(unit, ask)
    if missing := [code for code in wanted if code not in given]:
        named = _named(missing, wanted)
        return no("Answer every item; still open: {items}.", code="E-PDI-OPEN", field="items", items=named)
    if len(given) != len(wanted):
        return no("Answer each item of this car's list once.", code="E-PDI-OPEN", field="items")
    return None


@on_facts
def mandatory_items_pass(unit: Unit, ask: Ask) -> Refusal | None:
    """A car goes to its customer without a fault; what every car has cannot be “not applicable”."""
    wanted = _wanted(unit, ask)
    bad = [
        answer.item
        for answer in ask.facts.items
        if answer.item in wanted
        and (
            answer.result is ItemResult.FAIL
            or (answer.result is ItemResult.NOT_APPLICABLE and wanted[answer.item].mandatory)
        )
    ]
    if bad:
        return no("These items have not passed: {items}.", code="E-PDI", field="items", items=_named(bad, wanted))
    return None


@on_facts
def something_failed(unit: Unit, ask: Ask) -> Refusal | None:
    """A failed inspection names what failed."""
    if not ask.facts.failed:
        return no("Mark the items that failed, or pass the inspection.", code="E-PDI-ALL-PASSED", field="items")
    return None


@on_facts
def failures_are_shown(unit: Unit, ask: Ask) -> Refusal | None:
    """Whoever repairs it, and whoever pays for it, has to see it."""
    bare = [answer.item for answer in ask.facts.failed if not (answer.note and answer.photo)]
    if bare:
        return no(
            "A failed item needs a note and a photo: {items}.",
            code="E-PDI-PHOTO", field="items", items=_named(bare, _wanted(unit, ask)),
        )  # fmt: skip
    return None


@on_facts
def odometer_is_within_contract(unit: Unit, ask: Ask) -> Refusal | None:
    """The contract says how far a new car may have been driven."""
    contract = text_for(ask.db, unit)
    if ask.facts.odometer > contract.odometer_limit:
        return no(
            "The contract allows {limit} km, the car shows {km}: give the customer another car.",
            code="E-ODOMETER", field="odometer", limit=contract.odometer_limit, km=ask.facts.odometer,
        )  # fmt: skip
    return None


@on_facts
def odometer_does_not_run_back(unit: Unit, ask: Ask) -> Refusal | None:
    """A reading below the last one is a slip of the pen, or worse."""
    if ask.facts.odometer < unit.odometer:
        return no(
            "The last reading was {km} km: read the odometer again.",
            code="E-ODOMETER-BACK", field="odometer", km=unit.odometer,
        )  # fmt: skip
    return None


def pdi_is_fresh(unit: Unit, ask: Ask) -> Refusal | None:
    """A battery runs down and a tyre goes flat: an old inspection says nothing about today."""
    days = policy(ask.db, unit.store_id, "pdi_valid_days", ask.today)
    if unit.pdi_passed_on is None:
        return no(
            "The car has not passed its inspection yet: have it inspected.",
            code="E-PDI", remover=Role.TECHNICIAN, fix="start_pdi",
        )  # fmt: skip
    if ask.today > unit.pdi_passed_on + timedelta(days=days):
        return no(
            "The inspection is older than {days} days: have the car inspected again.",
            code="E-PDI", remover=Role.TECHNICIAN, fix="start_pdi", days=days,
        )  # fmt: skip
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def start_from_zero(unit: Unit, ask: Ask) -> None:
    """An inspection under way says nothing yet."""
    unit.pdi_passed_on = None


def record_pass(unit: Unit, ask: Ask) -> None:
    """Ready: from this day on the inspection counts."""
    _record(unit, ask, passed=True)
    unit.pdi_passed_on, unit.defect = ask.today, None


def record_failure(unit: Unit, ask: Ask) -> None:
    """The defect stays with the car, wherever it goes, until an inspection passes."""
    _record(unit, ask, passed=False)
    unit.pdi_passed_on = None
    unit.defect = "; ".join(answer.note for answer in ask.facts.failed)


def _record(unit: Unit, ask: Ask, *, passed: bool) -> None:
    report, wanted = ask.facts, _wanted(unit, ask)
    told = [
        {
            "item": answer.item,
            "label": wanted[answer.item].label,
            "result": answer.result.value,
            "note": answer.note,
            "photo_sha256": _kept(unit, answer, ask),
        }
        for answer in report.items
    ]
    ask.db.add(
        Inspection(
            store_id=unit.store_id,
            unit_id=unit.id,
            person_id=ask.actor.id,
            at=ask.at,
            odometer=report.odometer,
            passed=passed,
            items=told,
            remark=report.remark,
        )
    )
    unit.odometer = report.odometer


def _kept(unit: Unit, answer: PdiAnswer, ask: Ask) -> str | None:
    photo = answer.photo
    return files.keep(ask.db, unit.store_id, photo.name, photo.content, ask.at) if photo else None


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def inspections_of(db: Session, unit: Unit) -> list[Inspection]:
    """Every inspection of a car, newest first."""
    return list(db.scalars(select(Inspection).where(Inspection.unit_id == unit.id).order_by(Inspection.at.desc())))


def passed_before(db: Session, unit: Unit, when: datetime) -> Inspection | None:
    """The inspection that a car was handed over on."""
    before = [each for each in inspections_of(db, unit) if each.at <= when]
    return next((each for each in before if each.passed), None)


def failed_last_time(inspections: list[Inspection]) -> dict[str, dict[str, str]]:
    """What the newest inspection found wrong, by item; nothing once an inspection has passed."""
    newest = inspections[0] if inspections else None
    if newest is None or newest.passed:
        return {}
    return {item["item"]: item for item in newest.items if item["result"] == ItemResult.FAIL.value}
