"""The life of a row of a statement: it agrees to the fen, or it is explained by one person and closed by another.

A rebate all of whose cars are accounted for is paid by the one door: its own step, with the money that came.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.deals.deals import Comment
from dealer.engine.fields import Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step
from dealer.oem.rebates import Paid
from dealer.people import Actor, has, not_their_own
from dealer.records.claims import Outcome, Statement, StatementRow, StatementRowState
from dealer.records.oem import Rebate, RebateState

S = StatementRowState
RECONCILES = has("record money")
AGREES = has("confirm allowances")
ACCOUNTED = (S.MATCHED, S.CLOSED)
MOST_LISTED = 50


class Explanation(Facts):
    """Why a difference is none of ours, or who makes it good."""

    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


def somebody_else_explained_it(row: StatementRow, ask: Ask) -> Refusal | None:
    """Whoever found a reason does not accept it as well."""
    return not_their_own(row.explained_by_id, ask)


def note_explanation(row: StatementRow, ask: Ask) -> None:
    """Who says why: the stand-in themselves, for they may have the right to accept it in their own name."""
    row.explained_by_id, row.reason = ask.actor.id, ask.facts.reason


def note_agreement(row: StatementRow, ask: Ask) -> None:
    """Who accepts it."""
    row.closed_by_id = ask.hat.id


# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action      from         to           who         asks for     refused unless …               then …
    Step("match",    None,        S.MATCHED,   RECONCILES, None,        (),                            ()),
    Step("differ",   None,        S.OPEN,      RECONCILES, None,        (),                            ()),
    Step("explain",  S.OPEN,      S.EXPLAINED, RECONCILES, Explanation, (),                            (note_explanation,)),
    Step("explain",  S.EXPLAINED, SAME,        RECONCILES, Explanation, (),                            (note_explanation,)),
    Step("close",    S.EXPLAINED, S.CLOSED,    AGREES,     None,        (somebody_else_explained_it,), (note_agreement,)),
    Step("reject",   S.EXPLAINED, S.OPEN,      AGREES,     Comment,     (),                            ()),
]
# ruff: enable[E501]
# fmt: on

ROWS = Life("statement_row", StatementRow, StatementRowState, STEPS, path=(S.OPEN, S.EXPLAINED, S.CLOSED))


def birth_of(row: StatementRow) -> str:
    """How a row comes into the world."""
    return "match" if row.outcome is Outcome.MATCHED else "differ"


# ── what may be paid ──────────────────────────────────────────────────────────────────────────────────────────────


def payable(db: Session, who: Actor) -> Iterator[tuple[Rebate, Paid]]:
    """Approved rebates all of whose cars are matched or closed, with what came for them; over what was due is left."""
    query = people.scoped(select(Rebate), Rebate, who).where(Rebate.state == RebateState.APPROVED)
    for rebate in db.scalars(query.order_by(Rebate.number)):
        rows = _rows_of(db, rebate)
        by_vin = {row.vin: row for row in rows}
        came = sum(min(row.amount, row.expected) for row in rows)
        days = [row.paid_on for row in rows if row.paid_on is not None]
        told = all(car.vin in by_vin for car in rebate.cars) and all(row.state in ACCOUNTED for row in rows)
        if told and came and days:
            references = dict.fromkeys(row.reference for row in rows if row.reference)
            yield rebate, Paid(amount=came, paid_on=max(days), reference=", ".join(references)[:200])


def _rows_of(db: Session, rebate: Rebate) -> list[StatementRow]:
    query = select(StatementRow).where(StatementRow.rebate_id == rebate.id).order_by(StatementRow.number)
    return list(db.scalars(query))


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def find(db: Session, who: Actor, number: int) -> Statement | None:
    """A statement of this shop."""
    found: Statement | None = people.by_number(db, Statement, who, number)
    return found


def newest(db: Session, who: Actor) -> list[Statement]:
    """Statements, newest first."""
    query = people.scoped(select(Statement), Statement, who).order_by(Statement.number.desc())
    return list(db.scalars(query.limit(MOST_LISTED)))


def still_unpaid(db: Session, who: Actor) -> list[Rebate]:
    """Approved rebates that no statement has spoken of."""
    spoken = select(StatementRow.rebate_id).where(StatementRow.rebate_id.is_not(None))
    query = people.scoped(select(Rebate), Rebate, who).where(
        Rebate.state == RebateState.APPROVED, Rebate.id.not_in(spoken)
    )
    return list(db.scalars(query.order_by(Rebate.audited_on, Rebate.number)))
