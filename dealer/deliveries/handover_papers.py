"""Papers of a hand-over: the form of each car (交车确认单) and the list of a batch (交接清单).

Their terms are frozen when the receiver has signed, and printed after the transaction.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people, terms
from dealer.contracts import contract_terms
from dealer.deliveries import inspection
from dealer.engine import files
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Refused, no
from dealer.engine.words import SHOP_ZONE
from dealer.papers import printing
from dealer.records.contracts import PartyRole, PrintLog, Rendering
from dealer.records.deliveries import Batch, Handover
from dealer.records.money import Invoice
from dealer.records.vehicles import Unit


def code_of(handover: Handover) -> str:
    """JC-2026-0007: how the form is numbered."""
    return f"JC-{handover.driven_off_at.astimezone(SHOP_ZONE):%Y}-{handover.number:04}"


def order_form(ask: Ask, handover: Handover) -> None:
    """The form of one car."""
    printing.order_paper(ask, handover, "handover", form_of(ask.db, handover), number=code_of(handover))


def order_list(ask: Ask, batch: Batch) -> None:
    """The list of all cars of a batch, once the last of them is accepted."""
    printing.order_paper(ask, batch, "handover_batch", list_of(ask.db, batch))


def form_of(db: Session, handover: Handover) -> terms.HandoverTerms:
    """What the form prints, frozen as it was signed."""
    batch, store = db.get_one(Batch, handover.batch_id), people.store_of(db, handover.store_id)
    contract = batch.contract
    consultant = people.names(db, [handover.consultant_id])[handover.consultant_id]
    passed = inspection.passed_before(db, handover.unit, handover.driven_off_at)
    return terms.HandoverTerms(
        dealer=store.name,
        contract_number=contract.code or "",
        batch=batch.position,
        buyer=contract.party(PartyRole.BUYER).name,
        user=contract.party(PartyRole.USER).name,
        receiver=terms.Contact(name=handover.receiver, phone=handover.receiver_phone),
        handed=_handed(db, handover),
        place=batch.place,
        day=calendar_of(db).today(handover.driven_off_at),
        checks=tuple(terms.Check(**point) for point in handover.ticked),
        service_phone=store.after_sales_phone,
        consultant=consultant,
        receiver_signature=_drawn(db, handover, handover.signature_sha256),
        consultant_signature=_drawn(db, handover, handover.consultant_signature_sha256),
        service_advisor=handover.service_advisor,
        service_signature=_drawn(db, handover, handover.service_signature_sha256),
        driven_off=f"{handover.driven_off_at.astimezone(SHOP_ZONE):%H:%M}",
        inspected_on=calendar_of(db).today(passed.at) if passed else None,
        inspector=people.names(db, [passed.person_id])[passed.person_id] if passed else "",
        inspected_items=len(passed.items) if passed else 0,
    )


def _drawn(db: Session, handover: Handover, sha256: str | None) -> bytes | None:
    """A signature from the pad; a photo of the signed paper is a paper of its own."""
    found = files.read(db, handover.store_id, sha256) if handover.drawn and sha256 else None
    return found[1] if found else None


def list_of(db: Session, batch: Batch) -> terms.HandoverBatchTerms:
    """What the list prints: every car of the batch, by whom and when taken; signed where one round was for all."""
    handovers = handovers_of(db, batch)
    contract, last = batch.contract, max(handovers, key=lambda each: each.driven_off_at)
    by_one = len({(each.signature_sha256, each.driven_off_at) for each in handovers}) == 1  # signed for all of them
    return terms.HandoverBatchTerms(
        dealer=people.store_of(db, batch.store_id).name,
        contract_number=contract.code or "",
        batch=batch.position,
        buyer=contract.party(PartyRole.BUYER).name,
        user=contract.party(PartyRole.USER).name,
        due=batch.due_on,
        day=calendar_of(db).today(last.driven_off_at),
        place=batch.place,
        receiver=terms.Contact(name=last.receiver, phone=last.receiver_phone),
        units=tuple(_taken(db, each) for each in handovers),
        consultant=people.names(db, [last.consultant_id])[last.consultant_id],
        receiver_signature=_drawn(db, last, last.signature_sha256) if by_one else None,
        consultant_signature=_drawn(db, last, last.consultant_signature_sha256) if by_one else None,
    )


def _taken(db: Session, handover: Handover) -> terms.ListedVehicle:
    day = calendar_of(db).today(handover.driven_off_at)
    return terms.ListedVehicle(**_handed(db, handover).model_dump(), receiver=handover.receiver, day=day)


def _handed(db: Session, handover: Handover) -> terms.HandedVehicle:
    unit = handover.unit
    car = contract_terms.described(unit.model, unit.colour, "")
    invoice = db.scalar(select(Invoice.number).where(Invoice.unit_id == unit.id, Invoice.red_on.is_(None)))
    before = db.get(Unit, unit.replaces_id) if unit.replaces_id else None
    return terms.HandedVehicle(
        vehicle=" ".join(car[part] for part in ("brand", "model", "configuration")),
        exterior=car["exterior"],
        interior=car["interior"],
        vin=unit.vin,
        replaces=before.vin if before is not None else "",
        engine_number=unit.engine_number,
        certificate_number=unit.certificate_number,
        invoice_number=invoice or "",
        keys=handover.keys,
        odometer_km=handover.odometer,
        exceptions=handover.exceptions,
    )


# ── prints ────────────────────────────────────────────────────────────────────────────────────────────────────────

PRINTERS = ("hand over", "issue contracts")


def may_print(thing: Handover | Batch, ask: Ask) -> bool:
    """Consultants give the customer a copy, contract clerks file one."""
    return any(ask.actor.may_or_stands_in(duty) for duty in PRINTERS)


def print_copy(ask: Ask, thing: Handover | Batch) -> PrintLog:
    """One more copy of the stored paper. Raises Refused for others, and while the press is still at it."""
    paper = paper_of(ask.db, thing)
    if not may_print(thing, ask):
        raise Refused([no("This is done by those who hand over or file contracts.", code="E-NOT-YOURS")])
    if paper is None or paper.pdf_sha256 is None:
        raise Refused([no("The paper is being printed: try again in a moment.", code="E-PAPER")])
    return printing.print_copy(ask, "batch" if isinstance(thing, Batch) else "handover", thing, paper.pdf_sha256)


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def handovers_of(db: Session, batch: Batch) -> list[Handover]:
    """The hand-overs of a batch, in the order of the cars' numbers."""
    query = select(Handover).join(Unit, Unit.id == Handover.unit_id).where(Handover.batch_id == batch.id)
    return list(db.scalars(query.order_by(Unit.number)))


def handover_of(db: Session, unit: Unit) -> Handover | None:
    """How a car was handed over."""
    return db.scalar(select(Handover).where(Handover.unit_id == unit.id).order_by(Handover.driven_off_at.desc()))


def paper_of(db: Session, thing: Handover | Batch) -> Rendering | None:
    """The paper that was ordered for a hand-over or a batch, with what became of it."""
    return printing.latest(db, thing.id)
