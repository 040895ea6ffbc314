"""Bundles: several contracts printed in one go, such as those of a day.

The file is made in the background. What is finished of it are rows: a worker that dies leaves them, and the next one
goes on behind them. Making a file prints nothing; handing it out does, and writes each contract's row in the print log
once. A contract that cannot be printed is named and left out.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dealer import people
from dealer.contracts import contract as contracts
from dealer.engine import files, jobs, merging
from dealer.engine.fields import Options
from dealer.engine.jobs import Job
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.papers import printing
from dealer.people import Actor, has
from dealer.records.bundles import Bundle, BundlePart, BundleShape
from dealer.records.contracts import Contract
from dealer.records.people import Role

MOST_BYTES = 64 * 1024 * 1024  # fifty contracts are 25 MB
KEPT = timedelta(days=7)  # then the file goes: it can be made again from the papers, which stay

EMPTY = no("Choose at least one contract.", code="E-BUNDLE-EMPTY", field="contracts")
TOO_LARGE = no("Together these papers are larger than 64 MB: choose fewer of them.", code="E-BUNDLE-SIZE")
BROKEN = no(
    "The file could not be made: ask the administrator to look at the log. It is tried again by itself.",
    code="E-BUNDLE", remover=Role.ADMIN,
)  # fmt: skip
DAMAGED = no(
    "The stored file is damaged: ask the administrator to bring it back from a backup.",
    code="E-FILE-DAMAGED", remover=Role.ADMIN,
)  # fmt: skip
NOT_THEN = no("It could not be printed then: put it into the next bundle.", code="E-BUNDLE-LEFT-OUT")
WAITS = no("The file is being made: wait a moment and reload the page.", code="E-BUNDLE-WAITS")
NOTHING = no("None of these contracts can be printed: choose others.", code="E-BUNDLE-NOTHING")
GONE = no("This file was kept for seven days only: have a new one made.", code="E-BUNDLE-GONE")
TROUBLES = {each.code: each for each in (TOO_LARGE, BROKEN, NOTHING, DAMAGED)}


class WantedBundle(Facts):
    """Which contracts, by their numbers, and how they come together."""

    contracts: Annotated[tuple[int, ...], Options("printable_contracts")] = Field(
        (), title="The contracts", max_length=contracts.MOST_OF_A_DAY
    )
    shape: BundleShape = Field(BundleShape.ONE_PDF, title="As")


# ── asked for and handed out ──────────────────────────────────────────────────────────────────────────────────────


def order(ask: Ask, chosen: Sequence[Contract]) -> Bundle:
    """Have the papers of these contracts put together. Raises Refused for others than the back office."""
    if not chosen:
        raise Refused([EMPTY])
    answers = [has("issue contracts")(contract, ask) for contract in chosen]
    refusals = [each for each in answers if isinstance(each, Refusal)]
    if refusals:
        raise Refused(refusals[:1], "print")
    wanted: WantedBundle = ask.facts
    bundle = Bundle(store_id=ask.actor.store_id, person_id=ask.actor.id, at=ask.at, shape=wanted.shape)
    bundle.parts = [
        BundlePart(store_id=bundle.store_id, position=at, contract_id=contract.id)
        for at, contract in enumerate(chosen, 1)
    ]
    ask.db.add(bundle)
    ask.db.flush()
    jobs.enqueue(ask.db, "make_bundle", _key(bundle.id), {"bundle": str(bundle.id)})
    write_down(ask, "bundle", bundle, "order", wanted)
    return bundle


def hand_out(ask: Ask, bundle: Bundle) -> None:
    """Print: every contract in it gets its row in the print log. The second time it is only opened again."""
    refusal = why_not_handed_out(ask, bundle)
    if refusal is not None:
        raise Refused([refusal], "print")
    if bundle.handed_out_at is not None:
        return
    for part in bundle.parts:
        if part.pdf_sha256 is not None:
            answer = has("issue contracts")(part.contract, ask)
            if isinstance(answer, Refusal):
                raise Refused([answer], "print", part.contract)
            printing.print_copy(answer, "contract", part.contract, part.pdf_sha256)
    bundle.handed_out_at, bundle.handed_out_by_id = ask.at, ask.actor.id
    write_down(ask, "bundle", bundle, "hand_out")


def why_not_handed_out(ask: Ask, bundle: Bundle) -> Refusal | None:
    """What stands against handing it out now: it is not made, it is gone, or a contract in it is another by now."""
    if bundle.trouble is not None:
        return TROUBLES[bundle.trouble]
    if bundle.made_at is None:
        return WAITS
    if bundle.sha256 is None:
        return GONE
    if bundle.handed_out_at is not None:
        return None
    for part in bundle.parts:
        changed = part.pdf_sha256 != part.contract.pdf_sha256 or contracts.why_not_printed(ask, part.contract)
        if part.pdf_sha256 is not None and changed:
            return no(
                "{number} has changed since the file was made: have a new one made.",
                code="E-BUNDLE-STALE", number=part.contract.code or str(part.contract.number),
            )  # fmt: skip
    return None


def why_left_out(ask: Ask, part: BundlePart) -> Refusal | None:
    """Why a contract is not in the file, in its present words."""
    if part.trouble is None:
        return None
    now = TROUBLES.get(part.trouble) or contracts.why_not_printed(ask, part.contract)
    return now or NOT_THEN


def try_again(ask: Ask, bundle: Bundle) -> None:
    """Have it made after somebody has seen to the cause; a job that has not given up yet goes on by itself."""
    try:
        jobs.retry(ask.db, _key(bundle.id))
    except LookupError:
        return


def _key(bundle_id: UUID) -> str:
    return f"bundle:{bundle_id}"


# ── background work ───────────────────────────────────────────────────────────────────────────────────────────────


@jobs.handles("make_bundle")
def make_bundle(job: Job) -> None:
    """Look at each paper, one row after the other, then put together those that are there."""
    bundle_id = UUID(job.payload["bundle"])
    with job.database.reading(job.store_id) as db:
        bundle = db.get_one(Bundle, bundle_id)
        at, shape = bundle.at, bundle.shape
        undone = [part.id for part in bundle.parts if part.done_at is None]
    for part_id in undone:
        _look_at(job, part_id)
    try:
        made = _put_together(job, bundle_id, shape, at)
    except Exception:
        with job.database.writing(job.store_id) as db:
            db.get_one(Bundle, bundle_id).trouble = BROKEN.code
        raise
    with job.finishing() as db:
        _forget(db, bundle.store_id, job.now() - KEPT)
        _finish(db, db.get_one(Bundle, bundle_id), made, job.now())


def _look_at(job: Job, part_id: UUID) -> None:
    """Whether a contract can be printed, and whether its file is what it was; what comes out is a row at once."""
    with job.database.reading(job.store_id) as db:
        part = db.get_one(BundlePart, part_id)
        sha256 = part.contract.pdf_sha256
        refusal = contracts.why_not_printed(Ask(db, people.system(part.store_id), job.now()), part.contract)
        content = printing.stored(db, part.store_id, sha256)
    pages = None
    if refusal is None:
        pages = _pages(content, sha256)
        refusal = DAMAGED if pages is None else None
    with job.database.writing(job.store_id) as db:
        part = db.get_one(BundlePart, part_id)
        if part.done_at is None:
            part.done_at, part.pages = job.now(), pages
            part.pdf_sha256 = sha256 if refusal is None else None
            part.trouble = refusal.code if refusal else None


def _pages(content: bytes | None, sha256: str | None) -> int | None:
    if content is None or hashlib.sha256(content).hexdigest() != sha256:
        return None
    try:
        return merging.pages_of(content)
    except merging.Unreadable:
        return None


def _put_together(job: Job, bundle_id: UUID, shape: BundleShape, at: datetime) -> bytes:
    with job.database.reading(job.store_id) as db:
        taken = [part for part in db.get_one(Bundle, bundle_id).parts if part.pdf_sha256 is not None]
        papers = [
            (part.contract.code or "", printing.stored(db, part.store_id, part.pdf_sha256) or b"") for part in taken
        ]
    if not papers:
        return b""
    return merging.one_zip(papers, at) if shape is BundleShape.ZIP else merging.one_pdf(papers)


def _finish(db: Session, bundle: Bundle, made: bytes, at: datetime) -> None:
    bundle.made_at, bundle.trouble = at, None
    if not made:
        bundle.trouble = NOTHING.code
    elif len(made) > MOST_BYTES:
        bundle.trouble = TOO_LARGE.code
    else:
        kind = "application/zip" if bundle.shape is BundleShape.ZIP else "application/pdf"
        bundle.sha256 = files.keep(db, bundle.store_id, name_of(bundle), made, at, kind)


def name_of(bundle: Bundle) -> str:
    """What its file is called."""
    return f"contracts-{bundle.at:%Y%m%d-%H%M%S}.{'zip' if bundle.shape is BundleShape.ZIP else 'pdf'}"


def _forget(db: Session, store_id: UUID, before: datetime) -> None:
    """Files of bundles are made of papers that are kept anyway: after a week they only fill the backup."""
    held = list(db.scalars(select(Bundle).where(Bundle.store_id == store_id, Bundle.sha256.is_not(None))))
    old = [each for each in held if each.made_at is not None and each.made_at < before]
    # Two bundles of the same contracts are the same bytes, kept once.
    for sha256 in {each.sha256 for each in old} - {each.sha256 for each in held if each not in old}:
        files.drop(db, store_id, sha256 or "")
    for bundle in old:
        bundle.sha256 = None


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def find(db: Session, who: Actor, key: UUID) -> Bundle | None:
    """A bundle of this shop, with its parts."""
    bundle: Bundle | None = people.by_id(db, Bundle, who, key)
    return bundle


def latest(db: Session, who: Actor) -> list[Bundle]:
    """The last bundles of the shop, newest first."""
    query = people.scoped(select(Bundle), Bundle, who).options(selectinload(Bundle.parts))
    return list(db.scalars(query.order_by(Bundle.at.desc()).limit(10)))
