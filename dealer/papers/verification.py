"""Verification: whether a paper that somebody holds is a contract or a framework agreement of ours, and where that text
stands.

Whoever asks need not sign in, so the answer holds no name, no amount and no hint at which numbers there are: a number
that was never given and a fingerprint that is not its own get the same answer. The holder of a paper has both.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer.engine.fields import Kind, Uploaded, checked, malformed
from dealer.engine.files import media_type_of
from dealer.engine.malformed import Malformed, half_width
from dealer.engine.steps import Facts
from dealer.house import signin
from dealer.records.contracts import Contract, ContractState, FormerIssue, Rendering
from dealer.records.frameworks import Framework, FrameworkState
from dealer.records.people import Store
from dealer.records.sealing import SealedPaper

ENOUGH = 16  # characters of a fingerprint: 64 bits are not guessed, and 64 characters are not typed without a slip
PURPOSE = "verify"  # in the table of tries


class Standing(StrEnum):
    """Where the text of a contract or of an agreement stands, as far as that is anybody's business."""

    IN_FORCE = "in_force"
    UNSIGNED = "unsigned"  # issued; not yet signed by all
    SUPERSEDED = "superseded"  # an older text of a contract that has, or waits for, a later one
    ENDED = "ended"  # void, terminated, or at the end of its period


class PaperKind(StrEnum):
    """What a file of ours is."""

    ISSUED = "issued"
    SEALED = "sealed"  # the same bytes with the house seal behind them
    READING_COPY = "reading_copy"  # in English: only the Chinese text binds
    TRIAL = "trial"  # printed to see whether it can be; it has no number


OF_SHOPS = select(Store.id)  # named, so that the index by shop and number is used
SUBJECTS = (Contract.__tablename__, Framework.__tablename__)
STANDINGS = {
    ContractState.ISSUED: Standing.UNSIGNED,
    ContractState.EFFECTIVE: Standing.IN_FORCE,
    ContractState.PERFORMED: Standing.IN_FORCE,
}


def _fingerprint(typed: str) -> str:
    plain = re.sub(r"[\s:-]", "", half_width(str(typed))).lower()
    if not re.fullmatch(rf"[0-9a-f]{{{ENOUGH},64}}", plain):
        raise Malformed(
            "Enter at least the first {count} characters: they are digits and the letters a to f.",
            "E-FINGERPRINT",
            count=ENOUGH,
        )
    return plain


def _number(typed: str) -> str:
    """As it is printed, however it was typed: ylyx dkh－2026—0001 is YLYX-DKH-2026-0001."""
    plain = re.sub(r"[\s\u2010-\u2015-]+", "-", half_width(typed)).upper()
    if not re.fullmatch(r"[0-9A-Z-]+", plain):
        raise Malformed("Enter the number as it is printed: letters, digits and hyphens.", "E-NUMBER")
    return plain


def _pdf(file: Uploaded) -> Uploaded:
    if media_type_of(file.content) != "application/pdf":
        raise malformed(Malformed("This is not a PDF: choose the file as you received it.", "E-NOT-PDF"))
    return file


class PaperQuestion(Facts):
    """What stands on a paper beside its code."""

    number: Annotated[str, checked(_number)] = Field(title="Contract number", min_length=1, max_length=40)
    fingerprint: Annotated[str, checked(_fingerprint)] = Field(
        title="Fingerprint",
        description="The 64 characters beside the code on the first page; the first 16 are enough.",
        max_length=120,
    )


class PaperFile(Facts):
    """A file somebody was sent."""

    paper: Annotated[Uploaded, Kind("pdf"), AfterValidator(_pdf)] = Field(title="PDF of the contract")


@dataclass(frozen=True)
class Found:
    """A file that left our press: which number, what it is, where its text stands (a trial stands nowhere)."""

    number: str
    kind: PaperKind
    standing: Standing | None


def standing(db: Session, number: str, fingerprint: str) -> Standing | None:
    """Where the text with this number and this fingerprint stands; None when they do not belong together."""
    if len(fingerprint) < ENOUGH or not number.isprintable():
        return None
    for text, stands in (*_contracts(db, number), *_agreements(db, number)):
        if hmac.compare_digest(text[: len(fingerprint)].encode(), fingerprint.encode()):
            return stands
    return None


def _contracts(db: Session, number: str) -> Iterator[tuple[str, Standing]]:
    """The texts of contracts that bear a number, those withdrawn for rework included."""
    present = select(Contract.fingerprint, Contract.state).where(
        Contract.store_id.in_(OF_SHOPS), Contract.code == number, Contract.fingerprint.is_not(None)
    )
    for row in db.execute(present):
        yield row.fingerprint, STANDINGS.get(row.state, Standing.ENDED)
    former: Any = (
        select(FormerIssue.fingerprint, Contract.state)
        .join(Contract, Contract.id == FormerIssue.contract_id)
        .where(FormerIssue.store_id.in_(OF_SHOPS), FormerIssue.code == number)
    )
    for row in db.execute(former):
        over = row.state in (ContractState.VOID, ContractState.TERMINATED)
        yield row.fingerprint, Standing.ENDED if over else Standing.SUPERSEDED


def _agreements(db: Session, number: str) -> Iterator[tuple[str, Standing]]:
    """Likewise of framework agreements: in force is one of which both signatures are filed."""
    query = select(Framework.fingerprint, Framework.state, Framework.filed_by_id).where(
        Framework.store_id.in_(OF_SHOPS), Framework.code == number, Framework.fingerprint.is_not(None)
    )
    for row in db.execute(query):
        living = row.state in (FrameworkState.ISSUED, FrameworkState.IN_FORCE)
        signed = Standing.IN_FORCE if row.filed_by_id else Standing.UNSIGNED
        yield row.fingerprint or "", signed if living else Standing.ENDED


def of_file(db: Session, content: bytes) -> Found | None:
    """What these very bytes are, if a paper of ours left the press as them. One byte more or less is not it."""
    sha256 = hashlib.sha256(content).hexdigest()
    paper = db.scalar(select(SealedPaper.pdf_sha256).where(SealedPaper.sealed_sha256 == sha256))
    of_these_bytes = Rendering.pdf_sha256 == (paper or sha256)
    row = db.scalars(select(Rendering).where(of_these_bytes, Rendering.subject_kind.in_(SUBJECTS))).first()
    if row is None:
        return None
    if row.trial:
        return Found("", PaperKind.TRIAL, None)
    kind = PaperKind.SEALED if paper else PaperKind.ISSUED if row.language == "zh" else PaperKind.READING_COPY
    return Found(row.number, kind, standing(db, row.number, row.fingerprint))


def asked_too_often(db: Session, address: str, at: datetime) -> bool:
    """Whether so many questions of this address were in vain that it has to wait, for a good one too."""
    return signin.tries(db, PURPOSE, address, at) >= signin.TRIES_OF_AN_ADDRESS


def note_in_vain(db: Session, address: str, at: datetime) -> None:
    """One more question that no paper of ours answers."""
    signin.note_try(db, PURPOSE, address, at)
