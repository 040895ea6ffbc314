"""Hand-over of a car: the form that is signed, and the gates before it.

T0 is the moment of driving off; the calls that follow from it are in aftercalls.py.
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines, people
from dealer.contracts.in_force import text_for
from dealer.customers.customers import Telephone
from dealer.deliveries.handover_papers import order_form
from dealer.engine import files
from dealer.engine.database import calendar_of, next_number
from dealer.engine.fields import Kind, Options, Paragraph, ShopTime, Signature, Upload
from dealer.engine.steps import Ask, Facts, Personal, Refusal, Unrecorded, no, on_facts
from dealer.engine.words import Word
from dealer.records.contracts import Contract, ContractState
from dealer.records.customers import Contact, ContactRole
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch, BatchState, Handover
from dealer.records.people import Role
from dealer.records.vehicles import Certificate, Unit
from dealer.terms import HANDOVER_CHECKS, Tick
from dealer.terms import Signature as SmallPicture

POINTS = tuple(point for points in HANDOVER_CHECKS.values() for point in points)
# What an electric car has no sheet for, and what an import has another paper for.
MAY_BE_MISSING = ("conformity", "emission")
# Plates, purchase tax and insurance are done by whoever was asked to, often after the car has left.
MAY_FOLLOW = ("agency_papers",)
HAS_TO_BE_THERE = (
    *(each for each in HANDOVER_CHECKS["papers"] if each not in (*MAY_BE_MISSING, *MAY_FOLLOW)), "identity",
)  # fmt: skip
PAD_PICTURE = TypeAdapter[bytes](SmallPicture)
OPEN_FOR_HANDOVER = (BatchState.RELEASED, BatchState.IN_HANDOVER, BatchState.PARTLY_ACCEPTED)

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class TickedPoint(Facts):
    """One point of the form: yes, no or not applicable."""

    point: Annotated[str, Kind("hidden")] = Field(title="Point", max_length=40)
    tick: Tick = Field(title="Answer")
    note: str = Field("", title="Note", max_length=200)


class HandingOverTogether(Facts):
    """What several cars that one receiver takes in one go have in common."""

    receiver: Annotated[str, Personal()] = Field(title="Receiver", min_length=1, max_length=200)
    receiver_phone: Annotated[Telephone, Personal()] = Field(title="Receiver's phone")
    authorisation: Annotated[Upload | None, Unrecorded()] = Field(
        None,
        title="Power of attorney of the receiver",
        description="Only for somebody whom neither the contract nor the customer's contacts name as a receiver.",
    )
    driven_off_at: ShopTime = Field(title="Drove off at")
    points: tuple[TickedPoint, ...] = Field(title="Shown, given and explained", min_length=1, max_length=60)
    photos: Annotated[tuple[Upload, ...], Unrecorded()] = Field((), title="Photos of the hand-over", max_length=12)
    signature: Annotated[Signature | None, Unrecorded()] = Field(None, title="Receiver's signature")
    consultant_signature: Annotated[Signature | None, Unrecorded()] = Field(None, title="Consultant's signature")
    service_advisor: Annotated[str, Options("service_people")] = Field(
        "", title="Service adviser introduced", max_length=200
    )
    service_signature: Annotated[Signature | None, Unrecorded()] = Field(None, title="Service adviser's signature")


class HandingOver(HandingOverTogether):
    """交车确认单: who takes the car, what was shown and given, the signatures."""

    odometer: int = Field(title="Odometer (km)", ge=0, le=999_999)
    keys: int = Field(title="Keys handed over", ge=0, le=9)
    exceptions: str = Field("", title="Exceptions and open points", max_length=200)


class Rejection(Facts):
    """The receiver does not take this car: what is wrong, and until when it is put right."""

    defect: Annotated[str, Paragraph] = Field(title="Defect", min_length=1, max_length=2000)
    promised_on: date = Field(title="New delivery day")
    photo: Annotated[Upload | None, Unrecorded()] = Field(None, title="Photo")


# ── gates that stand before there is a form ───────────────────────────────────────────────────────────────────────


def batch_is_released(unit: Unit, ask: Ask) -> Refusal | None:
    """A batch is handed over once all its cars are there."""
    batch = ask.db.get_one(Batch, unit.batch_id)
    if batch.state not in OPEN_FOR_HANDOVER:
        return no(
            "Batch {batch} is not released: allocate all its cars, then release it.",
            code="E-BATCH", remover=Role.VEHICLES, fix="release", batch=batch.position,
        )  # fmt: skip
    return None


def contract_is_in_force(unit: Unit, ask: Ask) -> Refusal | None:
    """Nothing leaves the yard under a contract that has ended."""
    if ask.db.get_one(Contract, unit.contract_id).state is not ContractState.EFFECTIVE:
        return no("The contract is not in force: ask the key-account manager.", code="E-CONTRACT")
    return None


def certificate_is_in_the_house(unit: Unit, ask: Ask) -> Refusal | None:
    """Without its 合格证 the customer gets no plates; a pledged one lies at the bank."""
    if unit.certificate not in (Certificate.ON_HAND, Certificate.RELEASED):
        return no(
            "The certificate is not at hand ({where}): have it released first.",
            code="E-CERT-PLEDGED", remover=Role.VEHICLES, fix="keep_papers", where=unit.certificate,
        )  # fmt: skip
    return None


# ── rules on the form ─────────────────────────────────────────────────────────────────────────────────────────────


def _ticks(ask: Ask) -> dict[str, Tick]:
    return {each.point: each.tick for each in ask.facts.points}


def _points(codes: list[str]) -> list[Word]:
    return [Word("HandoverPoint", code) for code in codes]


@on_facts
def every_point_is_answered(unit: Unit, ask: Ask) -> Refusal | None:
    """Nothing of the form stays open."""
    ticks = _ticks(ask)
    if missing := [point for point in POINTS if point not in ticks]:
        return no("Answer every point; still open: {points}.", code="E-POINTS", field="points", points=_points(missing))
    if len(ask.facts.points) != len(POINTS) or len(ticks) != len(POINTS):
        return no("Answer each point of the form once.", code="E-POINTS", field="points")
    return None


@on_facts
def papers_are_handed(unit: Unit, ask: Ask) -> Refusal | None:
    """The papers and keys go with the car (汽车销售管理办法)."""
    ticks = _ticks(ask)
    missing = [point for point in HAS_TO_BE_THERE if ticks.get(point) is not Tick.YES]
    missing += [point for point in MAY_BE_MISSING if ticks.get(point) is Tick.NO]
    if missing:
        return no(
            "These belong to the car and are not ticked: {points}.",
            code="E-PAPERS", field="points", points=_points(missing),
        )  # fmt: skip
    return None


@on_facts
def after_sales_phone_is_told(unit: Unit, ask: Ask) -> Refusal | None:
    """The receiver knows whom to call."""
    if _ticks(ask).get("service_phone") is not Tick.YES:
        return no("Explain the after-sales phone, then tick it.", code="E-AFTER-SALES-PHONE", field="points")
    return None


@on_facts
def keys_are_complete(unit: Unit, ask: Ask) -> Refusal | None:
    """As many keys as the contract promises."""
    promised = text_for(ask.db, unit).keys
    if ask.facts.keys < promised:
        return no("The contract promises {keys} keys.", code="E-KEYS", field="keys", keys=promised)
    return None


@on_facts
def receiver_is_authorised(unit: Unit, ask: Ask) -> Refusal | None:
    """Named by the contract or as a receiving contact of the customer, or with a power of attorney in hand."""
    facts: HandingOver = ask.facts
    known = authorised_receivers(ask.db, text_for(ask.db, unit))
    if facts.authorisation is None and not any(name == facts.receiver for name, _ in known):
        return no(
            "{receiver} is not named as a receiver: attach a power of attorney, or hand over to somebody who is.",
            code="E-RECEIVER", field="receiver", receiver=facts.receiver,
        )  # fmt: skip
    return None


def authorised_receivers(db: Session, contract: Contract) -> list[tuple[str, str]]:
    """Who may take cars over: the contract's receivers, the buyer's and user's agents, receiving contacts."""
    named = [(each.name, each.phone) for each in contract.receivers]
    named += [(party.agent, party.agent_phone) for party in contract.parties if party.agent]
    customer_id = db.get_one(Deal, contract.deal_id).customer_id
    contacts = select(Contact).where(Contact.customer_id == customer_id, Contact.role == ContactRole.RECEIVES)
    named += [(each.name, each.phone or "") for each in db.scalars(contacts.order_by(Contact.name))]
    return list(dict.fromkeys(named))


@on_facts
def handover_is_signed(unit: Unit, ask: Ask) -> Refusal | None:
    """On the pad, or on paper with a picture of it."""
    if ask.facts.signature is None:
        return no(
            "The receiver signs on the pad, or on paper: attach its picture.", code="E-SIGNATURE", field="signature"
        )
    return None


@on_facts
def house_has_signed(unit: Unit, ask: Ask) -> Refusal | None:
    """The consultant and the service adviser sign beside the receiver; a picture of the paper shows all three."""
    facts: HandingOver = ask.facts
    if facts.signature is None or not _is_drawn(facts.signature.content):
        return None
    if facts.consultant_signature is None:
        return no(
            "The consultant signs beside the receiver.", code="E-SIGNATURE-HOUSE", field="consultant_signature"
        )  # fmt: skip
    if not facts.service_advisor:
        return no("Choose who introduced the service.", code="E-SIGNATURE-HOUSE", field="service_advisor")
    if facts.service_signature is None:
        return no("{name} signs beside the receiver.", code="E-SIGNATURE-HOUSE", field="service_signature",
                  name=facts.service_advisor)  # fmt: skip
    return None


@on_facts
def adviser_introduces_the_service(unit: Unit, ask: Ask) -> Refusal | None:
    """Somebody of the workshop: the paper carries the name."""
    able = {each.name for each in people.with_duty(ask.db, unit.store_id, "introduce the service")}
    if ask.facts.service_advisor and ask.facts.service_advisor not in able:
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="service_advisor")
    return None


@on_facts
def drive_off_is_plausible(unit: Unit, ask: Ask) -> Refusal | None:
    """After the inspection, and not in the future."""
    left: datetime = ask.facts.driven_off_at
    if left > ask.at or unit.pdi_passed_on is None or calendar_of(ask.db).today(left) < unit.pdi_passed_on:
        return no(
            "Enter when the receiver drove off: after the inspection, and not later than now.",
            code="E-DROVE-OFF", field="driven_off_at",
        )  # fmt: skip
    return None


@on_facts
def odometer_fits_the_inspection(unit: Unit, ask: Ask) -> Refusal | None:
    """Between inspection and hand-over a car is driven as far as the contract lets its reading go, or somebody says
    why."""
    facts: HandingOver = ask.facts
    most = unit.odometer + text_for(ask.db, unit).odometer_limit
    if facts.odometer > most and not facts.exceptions.strip():
        return no(
            "The inspection read {km} km, this is above {most} km: read it again, or say why under exceptions.",
            code="E-ODOMETER", field="odometer", km=unit.odometer, most=most,
        )  # fmt: skip
    return None


@on_facts
def new_day_is_ahead(unit: Unit, ask: Ask) -> Refusal | None:
    """A promise speaks of the future."""
    if ask.facts.promised_on <= ask.today:
        return no("Choose a day after today.", code="E-DAY-PAST", field="promised_on")
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_handover(unit: Unit, ask: Ask) -> None:
    """The signed form, kept; the certificate has gone with the car."""
    facts: HandingOver = ask.facts
    signature = facts.signature
    if signature is None:
        raise LookupError("an unsigned hand-over")
    handover = Handover(
        store_id=unit.store_id,
        number=next_number(ask.db, unit.store_id, "handover"),
        unit_id=unit.id,
        batch_id=unit.batch_id,
        consultant_id=ask.hat.id,
        receiver=facts.receiver,
        receiver_phone=facts.receiver_phone,
        authorisation_sha256=_kept(unit, facts.authorisation, ask),
        driven_off_at=facts.driven_off_at,
        ticked=[each.model_dump(mode="json") for each in facts.points],
        keys=facts.keys,
        odometer=facts.odometer,
        exceptions=facts.exceptions,
        signature_sha256=_kept(unit, signature, ask),
        drawn=_is_drawn(signature.content),
        consultant_signature_sha256=_kept(unit, facts.consultant_signature, ask),
        service_advisor=facts.service_advisor,
        service_signature_sha256=_kept(unit, facts.service_signature, ask),
        photos=[_kept(unit, photo, ask) for photo in facts.photos],
    )
    handover.unit = unit
    ask.db.add(handover)
    unit.delivered_at, unit.odometer, unit.keys = facts.driven_off_at, facts.odometer, facts.keys
    unit.certificate, unit.defect, unit.promised_on = Certificate.HANDED, None, None
    ask.db.flush()
    order_form(ask, handover)


def _kept(unit: Unit, file: Any, ask: Ask) -> str | None:
    return files.keep(ask.db, unit.store_id, file.name, file.content, ask.at) if file else None


def _is_drawn(content: bytes) -> bool:
    """Whether it is a small picture from the pad, which the form prints; a photo of paper stays a file of its own."""
    try:
        PAD_PICTURE.validate_python(content)
    except ValidationError:
        return False
    return True


def note_rejection(unit: Unit, ask: Ask) -> None:
    """The defect goes to the workshop, the new day to whoever delivers."""
    unit.defect, unit.promised_on, unit.pdi_passed_on = ask.facts.defect, ask.facts.promised_on, None
    if ask.facts.photo:
        unit.damage_photo_sha256 = _kept(unit, ask.facts.photo, ask)
    due = calendar_of(ask.db).end_of(ask.facts.promised_on)
    deadlines.plan(ask, "deliver_again", unit, due, owner_id=ask.hat.id)


def keep_promise(unit: Unit, ask: Ask) -> None:
    """A car that was rejected once has been delivered."""
    deadlines.finish(ask, unit, "deliver_again")


def drop_promise(unit: Unit, ask: Ask) -> None:
    """The car leaves its contract: nobody waits for this one any more."""
    deadlines.cancel(ask, unit, "deliver_again")
