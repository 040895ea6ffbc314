"""Deadlines: what is due, to whom, until when; done, moved, cancelled, escalated.

A deadline is a row people see. Some are nobody's task (a quotation's expiry): the sweep fires them by settling the
thing they speak of, so that the SYSTEM rows of its own table decide what happens. A warning is such a row too: it
speaks of another deadline, which its owner sees from then on although it is not yet due.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.dml import ReturningUpdate

from dealer.engine.database import Record, calendar_of, new_id
from dealer.engine.steps import Ask
from dealer.people import Actor
from dealer.records.deadlines import Deadline
from dealer.records.people import Role

# kind → the role whose list shows it as escalated once it is overdue
ESCALATES_TO = {
    "thank_you_call": Role.SALES,
    "callback": Role.SALES,
    "settle_clash": Role.GENERAL,
    "sign_day": Role.SALES,
    "complaint_accept": Role.KEY_ACCOUNT,
    "complaint_plan": Role.KEY_ACCOUNT,
    "complaint_note": Role.KEY_ACCOUNT,
    "complaint_callback": Role.KEY_ACCOUNT,
    "complaint_grave": Role.GENERAL,
    "complaint_solve": Role.GENERAL,
}

# Built once, and writing no records: nearly every step plans something or ends it.
_ROWS = cast(Table, Deadline.__table__)
_OF_IT = (
    _ROWS.c.subject_id == bindparam("subject"), _ROWS.c.done_at.is_(None), _ROWS.c.cancelled_at.is_(None)
)  # fmt: skip
_OF_KIND = _ROWS.c.kind == bindparam("of_kind")
_OPEN = select(Deadline).where(*_OF_IT)
_OPEN_OF_KIND = _OPEN.where(_OF_KIND)
_PLAN = insert(_ROWS)
_ENDING = update(_ROWS).where(*_OF_IT).returning(_ROWS.c.id)
_FINISH = _ENDING.where(_OF_KIND).values(dict.fromkeys(("done_at", "done_by_id")))
_CANCEL = _ENDING.values(dict.fromkeys(("cancelled_at",)))
_CANCEL_KIND = _CANCEL.where(_OF_KIND)

WARNING = "warning"
WARNS_AT = "09:00"


def plan(
    ask: Ask,
    kind: str,
    subject: Any,
    due_at: datetime,
    *,
    owner_id: UUID | None = None,
    role: Role | None = None,
    by_system: bool = False,
    note: str = "",
    values: dict[str, Any] | None = None,
    warn: Sequence[int] = (),
) -> None:
    """Write down that something is due. An open one of the same kind and subject for the same people is moved.

    `warn` says how many working days ahead its owner begins to see it, and is reminded again.
    """
    whose = (owner_id, role.value if role else None, note)
    for known in open_for(ask.db, subject, kind):
        if (known.owner_id, known.role, known.note) == whose:
            known.due_at, known.moved = due_at, known.moved + 1
            _warn_ahead(ask, known, warn)
            return
    row = {
        "id": new_id(), "store_id": subject.store_id, "kind": kind, "due_at": due_at,
        "subject_kind": subject.__tablename__, "subject_id": subject.id, "case_id": getattr(subject, "case_id", None),
        "owner_id": owner_id, "role": whose[1], "by_system": by_system, "note": note, "values": values,
        "planned_by_id": ask.actor.id, "told_at": ask.at if by_system else None,
    }  # fmt: skip
    ask.db.flush()  # what it speaks of comes first
    ask.db.connection().execute(_PLAN, row)
    if warn:
        _warn_ahead(ask, ask.db.get_one(Deadline, row["id"]), warn)


def _warn_ahead(ask: Ask, row: Deadline, days: Sequence[int]) -> None:
    """Warnings take the place of those planned for the day before it was moved; one that is late already counts."""
    if not days:
        return
    cancel(ask, row, WARNING)
    row.warned_at = None
    calendar = calendar_of(ask.db)
    for ahead in days:
        fires = calendar.at(calendar.working_day_before(calendar.last_day(row.due_at), ahead), WARNS_AT)
        if fires > ask.at:
            plan(ask, WARNING, row, fires, by_system=True, note=str(ahead))
        else:
            row.warned_at = ask.at


def show_already(ask: Ask, subject: Any, *kinds: str) -> None:
    """Their people see them from now on, although they are not yet due."""
    for kind in kinds:
        for row in open_for(ask.db, subject, kind):
            row.warned_at = ask.at


def warn(db: Session, warning: Deadline, at: datetime) -> None:
    """The sweep fires a warning: the deadline it speaks of is seen from now on, if it is still open."""
    row = db.get(Deadline, warning.subject_id)
    if row is not None and row.done_at is None and row.cancelled_at is None:
        row.warned_at = at


def open_for(db: Session, subject: Any, kind: str | None = None) -> list[Deadline]:
    """What is still due about a thing."""
    if kind is None:
        return list(db.scalars(_OPEN, {"subject": subject.id}))
    return list(db.scalars(_OPEN_OF_KIND, {"subject": subject.id, "of_kind": kind}))


def latest_for(db: Session, subject: Any, kind: str) -> Deadline | None:
    """The last deadline of a kind about a thing, whatever became of it."""
    query = select(Deadline).where(Deadline.subject_id == subject.id, Deadline.kind == kind)
    return db.scalars(query.order_by(Deadline.id.desc()).limit(1)).first()


def open_in_case(db: Session, case_id: UUID, kinds: Iterable[str]) -> list[Deadline]:
    """What is still due of some kinds anywhere in a deal."""
    return list(
        db.scalars(
            select(Deadline).where(
                Deadline.case_id == case_id,
                Deadline.kind.in_(list(kinds)),
                Deadline.done_at.is_(None),
                Deadline.cancelled_at.is_(None),
            )
        )
    )


def finish(ask: Ask, subject: Any, kind: str) -> None:
    """It was done, by whoever asks."""
    _end(ask, _FINISH, {"subject": subject.id, "of_kind": kind}, {"done_at": ask.at, "done_by_id": ask.actor.id})


def cancel(ask: Ask, subject: Any, kind: str | None = None) -> None:
    """It is no longer due."""
    which = {"subject": subject.id} if kind is None else {"subject": subject.id, "of_kind": kind}
    _end(ask, _CANCEL if kind is None else _CANCEL_KIND, which, {"cancelled_at": ask.at})


def _end(ask: Ask, statement: ReturningUpdate[Any], which: dict[str, Any], ended: dict[str, Any]) -> None:
    """Those of a thing that are open; what of them was loaded says so too."""
    ask.db.flush()
    for key in ask.db.connection().scalars(statement, which | ended).all():
        row = ask.db.identity_map.get(identity_key(Deadline, key))
        if row is not None:
            for name, value in ended.items():
                set_committed_value(row, name, value)


LISTED = 200


def due_to(db: Session, who: Actor, until: datetime) -> list[Deadline]:
    """What is due to a person, their roles or somebody they stand in for, and what they were warned of; by its day."""
    return list(db.scalars(_DUE.order_by(Deadline.due_at).limit(LISTED), _whose(who, until)))


def how_many_due_to(db: Session, who: Actor, until: datetime) -> int:
    """Their number, at most a list full: what every page shows in its menu."""
    return db.scalar(_HOW_MANY_DUE, _whose(who, until)) or 0


# Built once: every page asks it.
_DUE = select(Deadline).where(
    Deadline.store_id == bindparam("store_id"),
    Deadline.done_at.is_(None),
    Deadline.cancelled_at.is_(None),
    Deadline.by_system.is_(False),
    or_(Deadline.due_at <= bindparam("until"), Deadline.warned_at.is_not(None)),
    or_(Deadline.owner_id.in_(bindparam("owners")), Deadline.role.in_(bindparam("roles"))),
)
_HOW_MANY_DUE = select(func.count()).select_from(_DUE.with_only_columns(Deadline.id).limit(LISTED).subquery())


def _whose(who: Actor, until: datetime) -> dict[str, Any]:
    ones = (who, *who.stands_in_for)
    roles = {role.value for one in ones for role in one.roles}
    return {"store_id": who.store_id, "until": until, "owners": [one.id for one in ones], "roles": list(roles)}


def escalated_to(db: Session, who: Actor, at: datetime) -> list[Deadline]:
    """What others should have done and that this person now sees, longest overdue first."""
    kinds = [kind for kind, role in ESCALATES_TO.items() if role in who.roles]
    return list(
        db.scalars(
            select(Deadline)
            .where(
                Deadline.store_id == who.store_id,
                Deadline.kind.in_(kinds),
                Deadline.done_at.is_(None),
                Deadline.cancelled_at.is_(None),
                Deadline.due_at < at,
            )
            .order_by(Deadline.due_at)
            .limit(200)
        )
    )


def to_fire(db: Session, store_id: UUID, at: datetime) -> list[Deadline]:
    """What the sweep has to see to: due, by the system, not yet done."""
    return list(
        db.scalars(
            select(Deadline)
            .where(
                Deadline.store_id == store_id,
                Deadline.by_system,
                Deadline.done_at.is_(None),
                Deadline.cancelled_at.is_(None),
                Deadline.due_at <= at,
            )
            .order_by(Deadline.due_at)
            .limit(500)
        )
    )


def mine(db: Session, who: Actor, key: UUID) -> Deadline | None:
    """An open deadline that is due to this person, or that escalated to them."""
    row = db.get(Deadline, key)
    if row is None or row.store_id != who.store_id or row.done_at or row.cancelled_at or row.by_system:
        return None
    owners = {who.id, *(away.id for away in who.stands_in_for)}
    roles = {role.value for each in (who, *who.stands_in_for) for role in each.roles}
    escalated = ESCALATES_TO.get(row.kind)
    return row if row.owner_id in owners or row.role in roles or (escalated and escalated.value in roles) else None


def tick(ask: Ask, row: Deadline) -> None:
    """Done by hand, such as a call that was made."""
    row.done_at, row.done_by_id = ask.at, ask.actor.id


def subject_of(db: Session, row: Deadline) -> Any | None:
    """The thing a deadline speaks of."""
    record = record_of(row.subject_kind)
    return db.get(record, row.subject_id) if record else None


def record_of(table: str) -> type[Any] | None:
    """What the rows of a table are, by its name."""
    records = {mapper.class_.__tablename__: mapper.class_ for mapper in Record.registry.mappers}
    return records.get(table)
