"""The yard: cars on order, on their way, in stock and on loan; and cars that customers bring back.

Forms, rules and effects of stock; the steps they belong to are in the table of vehicles.py.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from dealer import people
from dealer.customers.customers import ShortName
from dealer.engine import files, identifiers
from dealer.engine.fields import Options, Paragraph, Upload, checked
from dealer.engine.steps import Ask, Facts, Refusal, Unrecorded, no, on_facts
from dealer.people import not_their_own
from dealer.records.vehicles import Certificate, Model, Unit, UnitState

U = UnitState


def _vin(typed: str) -> str:
    return identifiers.vin(typed).number


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class NewUnit(Facts):
    """A car that was ordered from the manufacturer, or that stands in the yard already."""

    model: Annotated[UUID, Options("models")] = Field(title="Model")
    vin: Annotated[str, checked(_vin)] = Field(title="VIN")
    colour: str = Field(title="Colour", min_length=1, max_length=40)
    engine_number: str = Field("", title="Engine or motor number", max_length=40)
    certificate: Certificate = Field(Certificate.ON_HAND, title="Certificate")
    certificate_number: str = Field("", title="Certificate number", max_length=40)
    place: str = Field("", title="Place in the yard", max_length=200)
    odometer: int = Field(0, title="Odometer (km)", ge=0, le=999_999)
    keys: int = Field(2, title="Keys", ge=0, le=9)
    arrived_on: date | None = Field(None, title="Arrived on", description="Empty: today, or not yet.")
    expected_on: date | None = Field(None, title="Expected on", description="Only for a car that is still to come.")
    vin_reason: str = Field(
        "",
        title="Why the VIN is right",
        description="Only for an import whose check digit does not fit.",
        max_length=400,
    )


class Shipment(Facts):
    """On its way to us."""

    carrier: ShortName = Field(title="Carrier")
    waybill: str = Field("", title="Waybill", max_length=40)
    expected_on: date = Field(title="Expected on")


class NewDay(Facts):
    """It comes on another day, or somebody else brings it."""

    expected_on: date = Field(title="Expected on")
    carrier: str = Field("", title="Carrier", max_length=200)
    waybill: str = Field("", title="Waybill", max_length=40)
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=400)


class Arrival(Facts):
    """到店验车: what came off the transporter."""

    place: str = Field("", title="Place in the yard", max_length=200)
    odometer: int = Field(title="Odometer (km)", ge=0, le=999_999)
    keys: int = Field(2, title="Keys", ge=0, le=9)
    certificate: Certificate = Field(Certificate.ON_HAND, title="Certificate")
    certificate_number: str = Field("", title="Certificate number", max_length=40)
    damage: Annotated[str, Paragraph] = Field("", title="Damage", max_length=2000)
    photos: Annotated[tuple[Upload, ...], Unrecorded()] = Field((), title="Photos", max_length=20)


class Damage(Facts):
    """Damage found in the yard."""

    damage: Annotated[str, Paragraph] = Field(title="Damage", min_length=1, max_length=2000)
    photos: Annotated[tuple[Upload, ...], Unrecorded()] = Field((), title="Photos", max_length=20)


class UnitPapers(Facts):
    """Where the car's papers and the car itself are."""

    certificate: Certificate = Field(title="Certificate")
    certificate_number: str = Field("", title="Certificate number", max_length=40)
    engine_number: str = Field("", title="Engine or motor number", max_length=40)
    place: str = Field("", title="Place in the yard", max_length=200)
    keys: int = Field(2, title="Keys", ge=0, le=9)


class Loan(Facts):
    """Who has the car, and until when."""

    lent_to: ShortName = Field(title="Lent to")
    lent_until: date = Field(title="Until")


class GivenBack(Facts):
    """Back in the yard."""

    odometer: int = Field(title="Odometer (km)", ge=0, le=999_999)
    place: str = Field("", title="Place in the yard", max_length=200)


class TakenBack(Facts):
    """On what ground of the contract a delivered car comes back."""

    ground: Annotated[str, Paragraph] = Field(title="Ground of the return", min_length=1, max_length=2000)


class BroughtBack(Facts):
    """What came back with the car."""

    certificate: bool = Field(False, title="Certificate is back")
    keys: int = Field(title="Keys that came back", ge=0, le=9)
    tax_proof: bool = Field(False, title="Tax proof is back, or tax was never paid")
    odometer: int = Field(title="Odometer (km)", ge=0, le=999_999)


# ── rules: stock ──────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def model_comes_in_this_colour(unit: Unit, ask: Ask) -> Refusal | None:
    """A model of this shop, in a colour it is sold in."""
    model = people.by_id(ask.db, Model, ask.actor, ask.facts.model)
    if model is None:
        return no("Choose one of the shop's models.", code="E-REQ-FIELD", field="model")
    if model.colours and ask.facts.colour not in model.colours:
        return no(
            "{model} comes in {colours}: choose one of these.",
            code="E-COLOUR", field="colour", model=model.name, colours=list(model.colours),
        )  # fmt: skip
    return None


@on_facts
def vin_is_new_here(unit: Unit, ask: Ask) -> Refusal | None:
    """One VIN lives once in a shop; a returned car may come back."""
    twin = select(Unit.number).where(
        Unit.store_id == unit.store_id, Unit.vin == ask.facts.vin, Unit.state != U.RETURNED
    )
    if ask.db.scalar(twin.limit(1)) is not None:
        return no("This VIN is in stock already: check the number.", code="E-VIN-TAKEN", field="vin")
    return None


@on_facts
def damage_is_photographed(unit: Unit, ask: Ask) -> Refusal | None:
    """The carrier pays for what can be shown."""
    if ask.facts.damage and not ask.facts.photos:
        return no("Attach a photo of the damage.", code="E-REQ-FIELD", field="photos")
    return None


@on_facts
def certificate_leaves_with_the_car(unit: Unit, ask: Ask) -> Refusal | None:
    """It is handed to the customer at the hand-over and not before."""
    if ask.facts.certificate is Certificate.HANDED:
        return no("The hand-over gives the certificate to the customer.", code="E-CERT-HANDED", field="certificate")
    return None


def damage_is_known(unit: Unit, ask: Ask) -> Refusal | None:
    """Only damage can be repaired."""
    return None if unit.damage else no("No damage is known of this car.", code="E-DAMAGE-NONE", quiet=True)


def no_damage_is_known(unit: Unit, ask: Ask) -> Refusal | None:
    """What is known already is not reported twice."""
    return no("Damage is reported already.", code="E-DAMAGED", quiet=True) if unit.damage else None


# ── rules: a delivered car comes back ─────────────────────────────────────────────────────────────────────────────


def no_return_is_asked(unit: Unit, ask: Ask) -> Refusal | None:
    """One request at a time."""
    if unit.return_asked_by_id is not None:
        return no("The return waits for finance.", code="E-RETURN-ASKED", quiet=True)
    return None


def return_is_asked(unit: Unit, ask: Ask) -> Refusal | None:
    """A return takes two: the key-account manager and finance."""
    if unit.return_asked_by_id is None:
        return no("The key-account manager first asks for the return.", code="E-RETURN-NOT-ASKED", quiet=True)
    return None


def somebody_else_asked_to_return(unit: Unit, ask: Ask) -> Refusal | None:
    """Nobody confirms their own request."""
    return not_their_own(unit.return_asked_by_id, ask)


@on_facts
def papers_are_back(unit: Unit, ask: Ask) -> Refusal | None:
    """Certificate, keys and tax proof come back with the car."""
    if not (ask.facts.certificate and ask.facts.tax_proof and ask.facts.keys >= unit.keys):
        return no(
            "Certificate, tax proof and all {keys} keys come back with the car.",
            code="E-PAPERS", field="certificate", keys=unit.keys,
        )  # fmt: skip
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def note_arrival_day(unit: Unit, ask: Ask) -> None:
    """Age in stock counts from here."""
    unit.arrived_on = unit.arrived_on or ask.today


def note_shipment(unit: Unit, ask: Ask) -> None:
    """Who brings it, and when."""
    unit.carrier, unit.waybill, unit.expected_on = ask.facts.carrier, ask.facts.waybill, ask.facts.expected_on


def note_new_day(unit: Unit, ask: Ask) -> None:
    """When it comes now; what is not said again stays as it was."""
    facts: NewDay = ask.facts
    unit.expected_on = facts.expected_on
    unit.carrier, unit.waybill = facts.carrier or unit.carrier, facts.waybill or unit.waybill


def note_arrival(unit: Unit, ask: Ask) -> None:
    """As found; damage blocks its allocation."""
    facts: Arrival = ask.facts
    unit.arrived_on, unit.place, unit.odometer, unit.keys = ask.today, facts.place, facts.odometer, facts.keys
    unit.certificate = facts.certificate
    unit.certificate_number = facts.certificate_number or unit.certificate_number
    if facts.damage:
        note_damage(unit, ask)
    else:
        keep_photos(unit, ask)


def note_damage(unit: Unit, ask: Ask) -> None:
    """With its photos; the first is the one of the damage."""
    unit.damage = ask.facts.damage
    unit.damage_photo_sha256 = next(iter(keep_photos(unit, ask)), None)


def keep_photos(unit: Unit, ask: Ask) -> list[str]:
    """What the inspection shows stays with the car, also when the damage is repaired."""
    kept = [files.keep(ask.db, unit.store_id, each.name, each.content, ask.at) for each in ask.facts.photos]
    unit.photos = [*(unit.photos or ()), *(sha256 for sha256 in kept if sha256 not in (unit.photos or ()))]
    return kept


def forget_damage(unit: Unit, ask: Ask) -> None:
    """Repaired; what was wrong stays in the history."""
    unit.damage = unit.damage_photo_sha256 = None


def note_papers(unit: Unit, ask: Ask) -> None:
    """As they are now."""
    for name, value in ask.facts.model_dump().items():
        setattr(unit, name, value)


def note_loan(unit: Unit, ask: Ask) -> None:
    """Lent."""
    unit.lent_to, unit.lent_until = ask.facts.lent_to, ask.facts.lent_until


def end_loan(unit: Unit, ask: Ask) -> None:
    """Back."""
    unit.lent_to = unit.lent_until = None
    unit.odometer, unit.place = ask.facts.odometer, ask.facts.place or unit.place


def note_return_request(unit: Unit, ask: Ask) -> None:
    """Who asked, and on what ground."""
    unit.return_ground, unit.return_asked_by_id = ask.facts.ground, ask.actor.id


def take_papers_back(unit: Unit, ask: Ask) -> None:
    """The car is no longer the customer's; coming back into stock it is another unit of the same VIN."""
    unit.certificate, unit.odometer, unit.keys = Certificate.ON_HAND, ask.facts.odometer, ask.facts.keys
