"""What a new wording of a clause touches, told before it is approved, and how two wordings are held side by side."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer.contracts import contract_texts
from dealer.contracts.in_force import UNSETTLED
from dealer.frameworks import framework_papers
from dealer.records.clauses import ClauseVersion
from dealer.records.contracts import Contract
from dealer.records.deals import Deal
from dealer.records.frameworks import Framework, FrameworkState
from dealer.terms import Article

MOST = 100  # open contracts looked through, the latest first
OPEN_FRAMEWORKS = (FrameworkState.DRAFT, FrameworkState.SUBMITTED)
Paper = Contract | Framework


@dataclass(frozen=True)
class Touched:
    """Open papers that have the clause, each in one row."""

    day: date
    taking: list[Paper]  # drafts that take the wording up once they are submitted from that day on
    reworded: list[Paper]  # drafts that word the clause for themselves: both wordings have to be read anew
    keeping: list[Paper]  # submitted or approved by now: they keep the wording they were submitted with

    @property
    def count(self) -> int:
        """How many papers it touches."""
        return len(self.taking) + len(self.reworded) + len(self.keeping)


def touched_by(db: Session, version: ClauseVersion, today: date) -> Touched:
    """Which drafts and reviews a version touches that does not count yet."""
    found = Touched(max(version.from_day, today), [], [], [])
    for contract in _open_contracts(db, version):
        if _has(contract_texts.articles_of(db, contract, today), version.key):
            own = any(each.key == version.key for each in contract.own_clauses)
            frozen = contract.frozen is not None
            (found.keeping if frozen else found.reworded if own else found.taking).append(contract)
    for framework in _open_frameworks(db, version):
        if _has(framework_papers.articles_of(db, framework, today), version.key):
            (found.keeping if framework.frozen is not None else found.taking).append(framework)
    return found


def _has(articles: Iterable[Article], key: str) -> bool:
    return any(clause.key == key for article in articles for clause in article.clauses)


def _open_contracts(db: Session, version: ClauseVersion) -> list[Contract]:
    query = select(Contract).where(
        Contract.store_id == version.store_id, Contract.state.in_([state.value for state in UNSETTLED])
    )
    query = query.options(joinedload(Contract.deal).joinedload(Deal.customer))
    return list(db.scalars(query.order_by(Contract.number.desc()).limit(MOST)))


def _open_frameworks(db: Session, version: ClauseVersion) -> list[Framework]:
    query = select(Framework).where(
        Framework.store_id == version.store_id, Framework.state.in_([state.value for state in OPEN_FRAMEWORKS])
    )
    return list(db.scalars(query.order_by(Framework.number.desc()).limit(MOST)))


# ── two wordings side by side ─────────────────────────────────────────────────────────────────────────────────────

TOKEN = re.compile(r"\{[^{}]*\}|[A-Za-z0-9]+|\s+|.", re.DOTALL)  # a Chinese character, an English word, a name


@dataclass(frozen=True)
class Piece:
    """A stretch of text: in both wordings, only before, or only after."""

    text: str
    change: str = ""  # "gone" · "new"


def compared(before: str, after: str) -> list[Piece]:
    """One wording turned into the other."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    pieces = []
    for what, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("".join(old[start:end])))
        else:
            pieces += [Piece("".join(old[start:end]), "gone"), Piece("".join(new[first:last]), "new")]
    return [piece for piece in pieces if piece.text]
