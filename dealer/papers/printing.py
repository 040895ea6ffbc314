"""Printing: a paper is ordered with its frozen terms, rendered once in the background, stored, and served as stored.

Any part orders its paper in the transaction that wants it: `order_paper(ask, quotation, "quotation", terms, number)`.
A trial carries no number and only asks whether the terms can be printed at all. What left the press is kept by its
sha256; every print of it serves these very bytes and leaves a row with its copy number.
"""

import json
import unicodedata
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine import files, jobs, papers
from dealer.engine.jobs import Job
from dealer.engine.papers import Language, Paper, PaperFailed, Unprintable
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.engine.words import Word
from dealer.papers import sealing
from dealer.people import has
from dealer.records.contracts import Contract, PrintLog, Rendering
from dealer.records.frameworks import Framework
from dealer.records.people import Role
from dealer.records.planning import WorkPlan
from dealer.records.quotations import Quotation
from dealer.terms import Terms, revive

BOTH: tuple[Language, ...] = ("zh", "en")  # what a customer is given in the language they read

# Things that know their paper by its sha256: the table, and what the history calls them.
KNOW_THEIR_PAPER: dict[str, tuple[type[Any], str]] = {
    Contract.__tablename__: (Contract, "contract"),
    Quotation.__tablename__: (Quotation, "quotation"),
    Framework.__tablename__: (Framework, "framework"),
    WorkPlan.__tablename__: (WorkPlan, "work_plan"),
}


class Printed(Facts):
    """What the history keeps of a paper: which bytes."""

    paper: str
    sha256: str
    pages: int | None = None
    copy_number: int | None = None


# ── ordering ──────────────────────────────────────────────────────────────────────────────────────────────────────


def order_paper(
    ask: Ask,
    subject: Any,
    template: str,
    terms: Terms,
    *,
    number: str = "",
    trial: bool = False,
    language: Language = "zh",
) -> Rendering:
    """Have these terms printed after this transaction. Whoever orders the same paper again gets the first order."""
    fingerprint = terms.fingerprint()
    known = ordered(ask.db, subject.id, template, fingerprint, number=number, trial=trial, language=language)
    if known is not None:
        return known
    rendering = Rendering(
        store_id=subject.store_id,
        subject_kind=subject.__tablename__,
        subject_id=subject.id,
        template=template,
        language=language,
        fingerprint=fingerprint,
        terms=terms.model_dump(mode="json"),
        number=number,
        trial=trial,
        at=ask.at,
    )
    ask.db.add(rendering)
    ask.db.flush()
    jobs.enqueue(ask.db, "render_paper", _key(rendering), {"rendering": str(rendering.id)})
    return rendering


def _key(rendering: Rendering) -> str:
    return f"paper:{rendering.id}"


def ordered(
    db: Session,
    subject_id: UUID,
    template: str,
    fingerprint: str,
    *,
    number: str = "",
    trial: bool = False,
    language: Language = "zh",
) -> Rendering | None:
    """The order for exactly this paper, with its verdict once there is one."""
    return db.scalar(
        select(Rendering).where(
            Rendering.subject_id == subject_id,
            Rendering.template == template,
            Rendering.fingerprint == fingerprint,
            Rendering.number == number,
            Rendering.trial.is_(trial),
            Rendering.language == language,
        )
    )


def latest(db: Session, subject_id: UUID) -> Rendering | None:
    """The paper of a thing that was ordered last, with what became of it."""
    query = select(Rendering).where(Rendering.subject_id == subject_id, Rendering.trial.is_(False))
    return db.scalars(query.order_by(Rendering.at.desc()).limit(1)).first()


def in_both(db: Session, subject_id: UUID) -> dict[str, Rendering]:
    """The papers of a thing that is printed in both languages, by language."""
    query = select(Rendering).where(Rendering.subject_id == subject_id, Rendering.trial.is_(False))
    return {each.language: each for each in db.scalars(query.order_by(Rendering.at))}


def troubled(db: Session, subject_id: UUID) -> list[Rendering]:
    """Orders that the press has stumbled over without a verdict."""
    return list(
        db.scalars(
            select(Rendering).where(
                Rendering.subject_id == subject_id, Rendering.passed.is_(None), Rendering.trouble.is_not(None)
            )
        )
    )


def try_again(ask: Ask, rendering: Rendering) -> bool:
    """Have the press try again after somebody has seen to the house. False: it has not given up yet."""
    try:
        jobs.retry(ask.db, _key(rendering))
    except LookupError:
        return False
    return True


def press_again(ask: Ask, subject: Any) -> None:
    """Have the press try everything of a thing again. Raises Refused for others than the back office."""
    answer = has("issue contracts")(subject, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer], "print", subject)
    for rendering in troubled(ask.db, subject.id):
        try_again(ask, rendering)


# ── the press room: background work ───────────────────────────────────────────────────────────────────────────────


@jobs.handles("render_paper")
def render_paper(job: Job) -> None:
    """Print one ordered paper and write down the verdict.

    Terms that cannot be printed are a verdict. A press that is out of order is not: it is noted, and the job is tried
    again later.
    """
    with job.database.reading(job.store_id) as db:
        rendering = db.get_one(Rendering, UUID(job.payload["rendering"]))
    terms = revive(rendering.template, json.dumps({"terms": rendering.terms}))
    if terms.fingerprint() != rendering.fingerprint:
        raise ValueError(f"the terms of rendering {rendering.id} are not those that were ordered")
    try:
        paper: Paper | Unprintable = papers.render(
            rendering.template,
            terms,
            language="en" if rendering.language == "en" else "zh",
            number=rendering.number or None,
            trial=rendering.trial,
        )
    except Unprintable as unprintable:
        paper = unprintable
    except PaperFailed as failed:
        _note_breakdown(job, rendering.id, str(failed))
        raise
    with job.finishing() as db:
        _write_verdict(db, db.get_one(Rendering, rendering.id), paper, job)


def _note_breakdown(job: Job, rendering_id: UUID, reason: str) -> None:
    with job.database.writing(job.store_id) as db:
        db.get_one(Rendering, rendering_id).trouble = {"code": PaperFailed.code, "reason": reason}


def _write_verdict(db: Session, rendering: Rendering, paper: Paper | Unprintable, job: Job) -> None:
    if isinstance(paper, Unprintable):
        rendering.passed = False
        rendering.trouble = {
            "code": Unprintable.code,
            "faults": [
                {"character": fault.character, "code_point": fault.code_point, "field": list(fault.field)}
                for fault in paper.faults
            ],
        }
        return
    name = f"{rendering.number or rendering.template}.pdf"
    rendering.pdf_sha256 = files.keep(db, rendering.store_id, name, paper.pdf, job.now(), "application/pdf")
    rendering.passed, rendering.pages, rendering.trouble = True, paper.pages, None
    if not rendering.trial and rendering.language == "zh":
        _hand_to_subject(db, rendering, job)


def _hand_to_subject(db: Session, rendering: Rendering, job: Job) -> None:
    """Tell the thing that was printed which bytes are its paper, unless it has another text by now."""
    record, kind = KNOW_THEIR_PAPER.get(rendering.subject_kind, (None, ""))
    subject: Any = db.get(record, rendering.subject_id) if record else None
    if subject is None or getattr(subject, "fingerprint", rendering.fingerprint) != rendering.fingerprint:
        return
    if isinstance(subject, Contract | Framework) and subject.code != rendering.number:
        return
    subject.pdf_sha256 = rendering.pdf_sha256
    ask = Ask(db, people.system(rendering.store_id), job.now())
    facts = Printed(paper=rendering.template, sha256=rendering.pdf_sha256 or "", pages=rendering.pages)
    write_down(ask, kind, subject, "paper_stored", facts)
    if isinstance(subject, Contract):
        sealing.order(db, rendering, job.now())


# ── what the press says ───────────────────────────────────────────────────────────────────────────────────────────


def what_stands_against(rendering: Rendering) -> Refusal | None:
    """Why a paper that was ordered cannot be had, if that is known: its terms, or the press is out of order."""
    trouble = rendering.trouble
    if trouble is None:
        return None
    if trouble["code"] == Unprintable.code:
        return _unprintable(trouble["faults"][0])
    return no(
        "The press is out of order: ask the administrator to run “dealer doctor”. It is tried again by itself.",
        code="E-PAPER", remover=Role.ADMIN,
    )  # fmt: skip


def _unprintable(fault: dict[str, Any]) -> Refusal:
    character = fault["character"]
    # What steers the text around it would do so in our sentence too.
    shown = "�" if unicodedata.category(character).startswith(("C", "Z")) else character
    place = [part if part.isdecimal() else Word("PaperField", part) for part in fault["field"]]
    return Refusal(
        "“{character}” ({code_point}) in “{field}” cannot be printed: write it with other characters.",
        code="E-GLYPH",
        values={"character": shown, "code_point": fault["code_point"], "field": place},
    )


# ── prints of what is stored ──────────────────────────────────────────────────────────────────────────────────────


def print_copy(ask: Ask, kind: str, subject: Any, sha256: str) -> PrintLog:
    """One more print of stored bytes: who, when, which copy. The caller has asked whether this person may."""
    last = ask.db.scalar(
        select(func.max(PrintLog.copy)).where(PrintLog.subject_id == subject.id, PrintLog.pdf_sha256 == sha256)
    )
    row = PrintLog(
        store_id=subject.store_id,
        subject_id=subject.id,
        pdf_sha256=sha256,
        copy=(last or 0) + 1,
        person_id=ask.actor.id,
        at=ask.at,
    )
    ask.db.add(row)
    ask.db.flush()
    write_down(ask, kind, subject, "print", Printed(paper=kind, sha256=sha256, copy_number=row.copy))
    return row


def copies_of(db: Session, subject_id: UUID, sha256: str | None = None) -> list[PrintLog]:
    """The prints of a thing's papers, or of one of them, newest first."""
    query = select(PrintLog).where(PrintLog.subject_id == subject_id)
    if sha256 is not None:
        query = query.where(PrintLog.pdf_sha256 == sha256)
    return list(db.scalars(query.order_by(PrintLog.at.desc(), PrintLog.copy.desc())))


def stored(db: Session, store_id: UUID, sha256: str | None) -> bytes | None:
    """The bytes of a paper, exactly as they left the press."""
    found = files.read(db, store_id, sha256) if sha256 else None
    return found[1] if found else None
