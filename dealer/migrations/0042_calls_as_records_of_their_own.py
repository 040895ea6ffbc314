"""Calls as records of their own: what was a deadline of a batch, or of a deal, becomes a call with what came of it."""

import json
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from dealer.engine.columns import MomentType, NameType, new_id

revision = "0042"
down_revision = "0041"


def table(name: str, uuids: str = "", words: str = "", moments: str = "", counts: str = "", flags: str = "") -> Any:
    """A table as this migration needs it."""
    kinds = ((uuids, sa.Uuid()), (words, sa.String()), (moments, MomentType()), (counts, sa.Integer()),
             (flags, sa.Boolean()))  # fmt: skip
    return sa.table(name, *(sa.column(each, kind) for names, kind in kinds for each in names.split()))


CALLS = table(
    "care_calls",
    "id store_id customer_id batch_id handover_id again_of_id agent_id ended_by_id case_id",
    "state kind whom channel grade reason action said", "due_at planned_at ended_at since begun_at",
    "tries number version", "agreed",
)  # fmt: skip
DEADLINES = table(
    "deadlines", "id store_id subject_id case_id owner_id done_by_id", "kind subject_kind note",
    "due_at done_at cancelled_at",
)  # fmt: skip
BATCHES = table("batches", "id deal_id")
DEALS = table("deals", "id customer_id")
CUSTOMERS = table("customers", "id", "name")
HANDOVERS = table("handovers", "id batch_id", "receiver", "driven_off_at")
HISTORY = table("history", "thing_id", "kind action facts")
COUNTERS = table("counters", "store_id", "subject", counts="year value")
AFTER = {
    "thank_you_call": timedelta(hours=1), "thank_you_retry": timedelta(days=1), "callback": timedelta(days=3),
    "second_contact": timedelta(days=7),
}  # fmt: skip
END_OF_DAY = timedelta(hours=15)  # back from 24:00 to 09:00, when a call may be tried
NOTED = {"grade", "reason", "action"}


def upgrade() -> None:
    op.create_table(
        "care_calls",
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("handover_id", sa.Uuid(), nullable=True),
        sa.Column("again_of_id", sa.Uuid(), nullable=True),
        sa.Column("whom", NameType(200), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=True),
        sa.Column("grade", sa.String(length=40), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("score_most", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["again_of_id"], ["care_calls.id"], name="fk_care_calls_again_of_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["people.id"], name="fk_care_calls_agent_id"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_care_calls_batch_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_care_calls_customer_id"),
        sa.ForeignKeyConstraint(["ended_by_id"], ["people.id"], name="fk_care_calls_ended_by_id"),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name="fk_care_calls_handover_id"),
        sa.PrimaryKeyConstraint("id", name="pk_care_calls"),
        sa.UniqueConstraint("store_id", "number", name="uq_care_calls_store_id_number"),
    )
    op.create_index("ix_care_calls_agent_id", "care_calls", ["agent_id"], unique=False)
    op.create_index("ix_care_calls_batch_id", "care_calls", ["batch_id"], unique=False)
    op.create_index("ix_care_calls_case_id", "care_calls", ["case_id"], unique=False)
    op.create_index("ix_care_calls_customer_id", "care_calls", ["customer_id"], unique=False)
    op.create_index("ix_care_calls_due", "care_calls", ["store_id", "due_at"], unique=False)
    op.create_index("ix_care_calls_planned", "care_calls", ["store_id", "state", "planned_at"], unique=False)
    op.create_index("ix_care_calls_store_id", "care_calls", ["store_id"], unique=False)
    db = op.get_bind()
    numbers: dict[Any, int] = {}
    for row in _of_batches(db) + _of_deals(db):
        numbers[row["store_id"]] = row["number"] = numbers.get(row["store_id"], 0) + 1
        deadline = row.pop("deadline")
        db.execute(sa.insert(CALLS).values(row))
        here = sa.update(DEADLINES).where(DEADLINES.c.id == deadline)
        db.execute(here.values(subject_kind="care_calls", subject_id=row["id"]))
    for store_id, value in numbers.items():
        db.execute(sa.insert(COUNTERS).values(store_id=store_id, subject="care_call", year=0, value=value))


def _of_batches(db: Any) -> list[dict[str, Any]]:
    """Calls after hand-overs, earliest first, each with the hand-over whose time fits best."""
    found = sa.select(DEADLINES, DEALS.c.customer_id).join(BATCHES, BATCHES.c.id == DEADLINES.c.subject_id)
    found = found.join(DEALS, DEALS.c.id == BATCHES.c.deal_id)
    found = found.where(DEADLINES.c.subject_kind == "batches", DEADLINES.c.kind.in_(list(AFTER)))
    noted = _noted(db)
    rows = []
    for each in db.execute(found.order_by(DEADLINES.c.due_at, DEADLINES.c.id)).all():
        handover = _handover(db, each)
        until_midnight = each.kind in ("callback", "second_contact")
        rows.append(
            _call(each, each.note, handover.driven_off_at if handover else each.due_at)
            | {
                "batch_id": each.subject_id, "handover_id": handover.id if handover else None,
                "planned_at": each.due_at - END_OF_DAY if until_midnight else each.due_at,
            }
            | _came_of_it(each, noted.get(str(each.id)))
        )  # fmt: skip
    return rows


def _of_deals(db: Any) -> list[dict[str, Any]]:
    """Revisits of closed deals."""
    found = sa.select(DEADLINES, DEALS.c.customer_id, CUSTOMERS.c.name).join(
        DEALS, DEALS.c.id == DEADLINES.c.subject_id
    )
    found = found.join(CUSTOMERS, CUSTOMERS.c.id == DEALS.c.customer_id)
    found = found.where(DEADLINES.c.subject_kind == "deals", DEADLINES.c.kind == "revisit")
    return [
        _call(each, each.name, each.due_at) | _came_of_it(each, None)
        for each in db.execute(found.order_by(DEADLINES.c.due_at, DEADLINES.c.id)).all()
    ]


def _call(row: Any, whom: str, begun_at: Any) -> dict[str, Any]:
    return {
        "id": new_id(), "deadline": row.id, "store_id": row.store_id, "customer_id": row.customer_id,
        "case_id": row.case_id, "agent_id": row.owner_id, "kind": row.kind, "whom": whom, "due_at": row.due_at,
        "planned_at": row.due_at, "agreed": False, "tries": 0, "reason": "", "action": "", "said": "", "version": 0,
        "begun_at": begun_at, "since": row.done_at or row.cancelled_at or begun_at,
    }  # fmt: skip


def _came_of_it(row: Any, facts: dict[str, Any] | None) -> dict[str, Any]:
    """The state, and what the history kept of the talk."""
    if row.done_at is None:
        return {"state": "cancelled", "ended_at": row.cancelled_at} if row.cancelled_at else {"state": "due"}
    told = facts or {}
    in_vain = told.get("outcome") == "message_sent"
    return {
        "state": "not_reached" if in_vain else "done", "channel": "message" if in_vain else "phone",
        "tries": int(in_vain), "ended_at": row.done_at, "ended_by_id": row.done_by_id, "said": told.get("remark", ""),
        **{name: told[name] for name in NOTED if name in told},
    }  # fmt: skip


def _noted(db: Any) -> dict[str, dict[str, Any]]:
    """What was noted of a call, by the id of its deadline."""
    steps = sa.select(HISTORY.c.facts).where(
        HISTORY.c.kind == "batch", HISTORY.c.action.in_(["note_call", "call_back"])
    )
    facts = [json.loads(each) for each in db.scalars(steps)]
    return {each["call"]: each for each in facts if "call" in each}


def _handover(db: Any, row: Any) -> Any:
    """The hand-over that the call followed: the one whose time fits best, of the same receiver where there is one."""
    found = db.execute(sa.select(HANDOVERS).where(HANDOVERS.c.batch_id == row.subject_id)).all()
    same = [each for each in found if each.receiver == row.note] or found
    return min(same, key=lambda each: abs(each.driven_off_at + AFTER[row.kind] - row.due_at), default=None)


def downgrade() -> None:
    db = op.get_bind()
    calls = {each.id: each for each in db.execute(sa.select(CALLS)).all()}
    found = sa.select(DEADLINES.c.id, DEADLINES.c.kind, DEADLINES.c.subject_id)
    for row in db.execute(found.where(DEADLINES.c.subject_kind == "care_calls")).all():
        call = calls[row.subject_id]
        here = DEADLINES.c.id == row.id
        if row.kind in AFTER and call.batch_id:
            db.execute(sa.update(DEADLINES).where(here).values(subject_kind="batches", subject_id=call.batch_id))
        elif row.kind == "revisit" and call.case_id:
            db.execute(sa.update(DEADLINES).where(here).values(subject_kind="deals", subject_id=call.case_id, note=""))
        else:
            db.execute(sa.delete(DEADLINES).where(here))
    op.execute("DELETE FROM counters WHERE subject = 'care_call'")
    op.drop_table("care_calls")
