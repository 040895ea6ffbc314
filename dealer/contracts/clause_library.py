"""How the house words its clauses on a day, and which version of a clause a paper was printed with.

The program brings every clause along as version 1 (dealer/terms/library). What a shop decided since stands in rows of
its own: a wording counts from its day on, once approved (clause_versions.py). Structure stays the program's: which
clauses a contract has, when each is used, and which table stands beneath it.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from dealer.engine.steps import Ask, Refusal, no
from dealer.records.clauses import ClauseState, ClauseVersion, OwnClause, PrintedClause
from dealer.records.contracts import Contract
from dealer.records.frameworks import Framework
from dealer.terms.clauses import Article, Wording, library

NEWEST = 50  # papers named of one version


def in_force(db: Session, store_id: UUID, day: date) -> dict[str, Wording]:
    """Every clause as the shop words it on a day: the latest approved version, else what the program brings along."""
    house = library().copy()
    for each in db.scalars(_approved(store_id, day)):
        house[each.key] = worded(each)
    return house


def worded(version: ClauseVersion) -> Wording:
    """A version as a contract takes it up."""
    return library()[version.key]._replace(version=version.edition, zh=version.zh, en=version.en)


def _approved(store_id: UUID, day: date) -> Select[ClauseVersion]:
    """The latest last; of a clause that a later program does not have any more, nothing."""
    return (
        select(ClauseVersion)
        .where(
            ClauseVersion.store_id == store_id,
            ClauseVersion.state == ClauseState.APPROVED,
            ClauseVersion.from_day <= day,
            ClauseVersion.key.in_(library()),
        )
        .order_by(ClauseVersion.from_day, ClauseVersion.approved_at)
    )


def fingerprint_of(version: ClauseVersion) -> str:
    """SHA-256 of a wording: what was approved is these words and no others."""
    told = json.dumps([version.key, version.edition, version.zh, version.en], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def is_as_approved(version: ClauseVersion) -> bool:
    """Whether a wording still is the one that was submitted and approved."""
    return version.fingerprint == fingerprint_of(version)


def wordings_are_as_approved(thing: Any, ask: Ask) -> Refusal | None:
    """A wording that was changed behind the program's back goes into no contract and no agreement."""
    forged = [each for each in ask.db.scalars(_approved(thing.store_id, ask.today)) if not is_as_approved(each)]
    if forged:
        return no(
            "Version {version} of a clause is not the text that was approved any more (“{clause}”): have a new version "
            "approved before anything is submitted.",
            code="E-CLAUSE-FORGED", version=forged[0].edition, clause=forged[0].zh[:20],
        )  # fmt: skip
    return None


# ── what was printed ──────────────────────────────────────────────────────────────────────────────────────────────


def note_printed(db: Session, thing: Any, code: str, articles: Iterable[Article]) -> None:
    """Remember the version of each clause that a paper is printed with under its number."""
    clauses = [clause for article in articles for clause in article.clauses if clause.version and not clause.changed]
    db.add_all(
        PrintedClause(
            store_id=thing.store_id,
            subject_kind=thing.__tablename__,
            subject_id=thing.id,
            code=code,
            key=clause.key,
            edition=clause.version,
        )
        for clause in clauses
    )


def times_printed(db: Session, store_id: UUID, key: str) -> dict[int, int]:
    """How many papers were printed with each version of a clause."""
    query = (
        select(PrintedClause.edition, func.count().label("times"))
        .where(PrintedClause.store_id == store_id, PrintedClause.key == key)
        .group_by(PrintedClause.edition)
    )
    return {row.edition: row.times for row in db.execute(query)}


def printed_with(db: Session, store_id: UUID, key: str, edition: int) -> list[PrintedClause]:
    """The papers of one version, the latest first."""
    query = select(PrintedClause).where(
        PrintedClause.store_id == store_id, PrintedClause.key == key, PrintedClause.edition == edition
    )
    return list(db.scalars(query.order_by(PrintedClause.id.desc()).limit(NEWEST)))


def times_reworded(db: Session, store_id: UUID, key: str) -> int:
    """How many contracts word a clause for themselves: many of them ask for another wording of the house's."""
    query = select(func.count()).where(OwnClause.store_id == store_id, OwnClause.key == key)
    return db.scalar(query) or 0


def paper_of(db: Session, row: PrintedClause) -> Contract | Framework | None:
    """The contract or agreement that was printed."""
    if row.subject_kind == Contract.__tablename__:
        return db.get(Contract, row.subject_id)
    return db.get(Framework, row.subject_id)
