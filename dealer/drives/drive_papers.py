"""The agreement of a test drive or a ride-along: its terms, printed in the background once both have signed.

The consultant goes on with the customer meanwhile; what was printed stands on the drive's page when it is there.
"""

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import terms as t
from dealer.drives.licences import age_on
from dealer.engine import files
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Refusal, Refused, no
from dealer.papers import printing
from dealer.people import has, store_of
from dealer.records.contracts import PrintLog, Rendering
from dealer.records.people import Person
from dealer.records.testdrives import Experience, TestDrive

PAPER = "testdrive_agreement"


def agreement_terms(db: Session, drive: TestDrive) -> t.TestDriveAgreementTerms:
    """What the agreement says, in plain values: the licence number masked, signatures as far as drawn on the screen."""
    store, calendar = store_of(db, drive.store_id), calendar_of(db)
    companion = db.get(Person, drive.owner_id)
    drives = drive.experience is Experience.DRIVE
    model = drive.car.model
    return t.TestDriveAgreementTerms(
        dealer=store.name,
        drives=drives,
        name=drive.name,
        age=age_on(drive.birth, calendar.today(drive.starts_at)) if drive.birth else 0,
        occupation=drive.occupation,
        licence_masked=(drive.number_masked or "") if drives else "",
        licence_class=drive.licence_classes or "",
        licence_valid_to=drive.licence_until,
        licence_is_lasting=drive.licence_for_ever,
        phone=drive.phone,
        address=drive.address,
        starts=drive.starts_at,
        ends=drive.ends_at,
        vehicle=f"{model.brand} {model.name} {model.configuration}"[:200],
        plate=drive.car.plate,
        route=f"{drive.route.code} {drive.route.name}"[:200],
        consultant=companion.name if companion else "",
        agrees_to_processing=True if drive.consent_at else None,
        agrees_to_calls=drive.calls_welcome if drive.consent_at else None,
        signed_on=calendar.today(drive.signed_at) if drive.signed_at else None,
        customer_signature=_signature(db, drive, drive.driver_signature_sha256),
        consultant_signature=_signature(db, drive, drive.consultant_signature_sha256),
    )


def _signature(db: Session, drive: TestDrive, sha256: str | None) -> bytes | None:
    """A signature drawn on the screen. A photo of a signed paper is kept, not printed into it."""
    kept = files.read(db, drive.store_id, sha256) if sha256 else None
    try:
        return TypeAdapter(t.Signature).validate_python(kept[1]) if kept else None
    except ValidationError:
        return None


def print_agreement(drive: TestDrive, ask: Ask) -> None:
    """Have the agreement of a drive printed once this transaction stands."""
    printing.order_paper(ask, drive, PAPER, agreement_terms(ask.db, drive), number=f"SJ-{drive.number:05}")


def agreement_of(db: Session, drive: TestDrive) -> Rendering | None:
    """The printed agreement of what is signed now, with its verdict once there is one.

    Not looked up by its terms: what was signed stays the agreement when the check at the desk adds to the drive.
    """
    if drive.signed_at is None:
        return None
    query = select(Rendering).where(
        Rendering.subject_id == drive.id, Rendering.template == PAPER, Rendering.at >= drive.signed_at
    )
    return db.scalars(query.order_by(Rendering.at.desc()).limit(1)).first()


def print_copy(ask: Ask, drive: TestDrive) -> PrintLog:
    """One more copy of the stored agreement, to whoever checks licences; it is logged."""
    answer = has("verify licences")(drive, ask)
    rendering = agreement_of(ask.db, drive)
    if isinstance(answer, Refusal):
        raise Refused([answer], "print", drive)
    if rendering is None or rendering.pdf_sha256 is None:
        waits = rendering and printing.what_stands_against(rendering)
        told = no("The agreement is being printed: try again in a moment.", code="E-PAPER")
        raise Refused([waits or told], "print", drive)
    return printing.print_copy(answer, "drive", drive, rendering.pdf_sha256)
