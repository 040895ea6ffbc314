"""Where alerts come from: a sweep reads what is new in the history and among the deadlines, shop by shop.

The history is read in its own order from a stored place on. The place moves in the transaction that writes the alerts:
whatever dies meanwhile, each row is told of once, and none of sixty lives has to know of it. Within a minute it is
with its reader.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from dealer import deadlines, people
from dealer.alerts import deliveries, kinds
from dealer.alerts.deliveries import SEND
from dealer.alerts.telling import News, Teller
from dealer.engine.attempts import JobRecord, JobState
from dealer.engine.database import Database, DBAPIError, HistoryHead, calendar_of, is_away
from dealer.engine.history import History
from dealer.engine.jobs import every_minute
from dealer.engine.words import Word
from dealer.records.alerts import Alert, AlertKind, AlertsUpTo
from dealer.records.deadlines import Deadline
from dealer.records.people import Store

log = logging.getLogger(__name__)

AT_ONCE = 200  # of each source in one transaction: the shop's lock is held meanwhile
HAPPENED = "{thing} {number}: {what}"
TO_DO = "To do: {what}"
LATE = "Overdue: {what}"
LATE_WITH = "Overdue with {who}: {what}"
MESSAGES = "Messages did not go: see to whom and why"
GIVEN_UP = "Work in the background failed: {work}"
OF_JOB = "job "
NUMBERED = {
    TO_DO: "To do: {what}, number {number}",
    LATE: "Overdue: {what}, number {number}",
    LATE_WITH: "Overdue with {who}: {what}, number {number}",
}


@every_minute
def tell_what_is_new(database: Database, at: datetime) -> None:
    """Everything that is new since the last look, shop by shop."""
    with database.reading() as db:
        stores = list(db.scalars(select(Store.id)))
    for store_id in stores:
        while _tell_some(database, store_id, at):
            pass


def _tell_some(database: Database, store_id: UUID, at: datetime) -> bool:
    """One transaction's worth; whether there may be more. Nothing new is no writing."""
    with database.reading() as db:
        if not any(_is_new(db, store_id, at)):
            return False
    with database.writing(store_id) as db:
        teller = Teller(db, store_id, at)
        rows = list(db.scalars(_unread_history(store_id, _place(db, store_id).seq)))
        _one_by_one(db, rows, lambda row: _tell_of_step(teller, row))
        if rows:
            _place(db, store_id).seq = rows[-1].seq
        tasks = list(db.scalars(_untold(store_id)))
        _one_by_one(db, tasks, lambda row: _tell_of_task(teller, row))
        late = list(db.scalars(_late(store_id, at)))
        _one_by_one(db, late, lambda row: _tell_that_late(teller, row))
        _one_by_one(db, list(db.scalars(_failed(store_id))), lambda job: _tell_of_job(teller, job))
        if _messages_untold(db, store_id, at):
            _tell_of_messages(teller)
        return AT_ONCE in (len(rows), len(tasks), len(late))


def _one_by_one(db: Session, rows: Iterable[Any], tell: Callable[[Any], None]) -> None:
    """One that cannot be told is in the log; it must not keep the others from their readers."""
    for row in rows:
        try:
            with db.begin_nested():
                tell(row)
        except Exception as error:
            if isinstance(error, DBAPIError) and is_away(error):
                raise  # nothing of this transaction will be kept: all of it is told in the next round
            log.exception("nobody was told of a row of %s", row.__tablename__)


def _is_new(db: Session, store_id: UUID, at: datetime) -> Iterable[bool]:
    up_to = db.scalar(select(AlertsUpTo.seq).where(AlertsUpTo.store_id == store_id)) or 0
    yield (db.scalar(select(HistoryHead.seq).where(HistoryHead.store_id == store_id)) or 0) > up_to
    for query in (_untold(store_id), _late(store_id, at), _failed(store_id)):
        yield db.scalar(query.limit(1)) is not None
    yield _messages_untold(db, store_id, at)


# ── steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _place(db: Session, store_id: UUID) -> AlertsUpTo:
    """How far the shop's history has been read; the beginning, for a new shop."""
    row = db.scalars(select(AlertsUpTo).where(AlertsUpTo.store_id == store_id)).first()
    if row is None:
        row = AlertsUpTo(store_id=store_id, seq=0)
        db.add(row)
        db.flush()
    return row


def _unread_history(store_id: UUID, after: int) -> Select[Any]:
    query = select(History).where(History.store_id == store_id, History.seq > after)
    return query.order_by(History.seq).limit(AT_ONCE)


def _tell_of_step(teller: Teller, row: History) -> None:
    told = kinds.HAPPENED.get(row.kind, {}).get(row.action)
    thing = _thing(teller.db, row) if told is not None else None
    if told is None or thing is None:
        return
    by = _hands(teller.db, row)
    values: dict[str, Any] = {
        "thing": Word("Life", row.kind),
        "number": thing.number,
        "what": Word(f"Happened {row.kind}", row.action),
    }
    if who := people.names(teller.db, [row.actor_id]).get(row.actor_id) if row.actor_id else None:
        values["who"] = who
    news = News(told.kind, HAPPENED, values, f"history {row.seq}", thing, told.urgent)
    teller.tell(news, told.whom(teller.db, thing, row), by)


def _thing(db: Session, row: History) -> Any:
    record = kinds.RECORDS.get(row.kind)
    return db.get(record, row.thing_id) if record is not None else None


def _hands(db: Session, row: History) -> set[UUID | None]:
    """Whose deed it was: who took the step, or the step that this one followed from."""
    while row.actor_id is None and row.because_seq is not None:
        row = db.get_one(History, (row.store_id, row.because_seq))
    return {row.actor_id}


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _open(store_id: UUID) -> Select[Any]:
    query = select(Deadline).where(Deadline.store_id == store_id, Deadline.by_system.is_(False))
    return query.where(Deadline.done_at.is_(None), Deadline.cancelled_at.is_(None)).limit(AT_ONCE)


def _untold(store_id: UUID) -> Select[Any]:
    """Tasks whose people have not been told of them; what was done before that is told to nobody."""
    query = select(Deadline).where(Deadline.store_id == store_id, Deadline.told_at.is_(None))
    return query.order_by(Deadline.id).limit(AT_ONCE)


def _tell_of_task(teller: Teller, row: Deadline) -> None:
    row.told_at = teller.at
    kind = kinds.TASK_KINDS.get(row.kind)
    if kind is None or row.done_at or row.cancelled_at:
        return
    if row.due_at <= teller.at:
        row.late_told = row.due_at  # a task for at once is told of once
    news = _of_task(teller.db, row, kind, TO_DO, {"due": row.due_at}, f"task {row.id}")
    teller.tell(news, kinds.holders(teller.db, row), [row.planned_by_id])


def _late(store_id: UUID, at: datetime) -> Select[Any]:
    """What is overdue, by the time it was last moved to."""
    untold = or_(Deadline.late_told.is_(None), Deadline.late_told != Deadline.due_at)
    return _open(store_id).where(Deadline.due_at <= at, untold).order_by(Deadline.due_at)


def _tell_that_late(teller: Teller, row: Deadline) -> None:
    row.late_told = row.due_at
    if row.kind in kinds.ROUTINE:
        return
    db, source = teller.db, f"late {row.id} {row.due_at:%Y%m%d%H%M}"
    holders = kinds.holders(db, row)
    teller.tell(_of_task(db, row, AlertKind.OVERDUE, LATE, {"due": row.due_at}, source), holders)
    above = deadlines.ESCALATES_TO.get(row.kind)
    if above is not None:
        who = ", ".join(people.names(db, holders).values())
        news = _of_task(db, row, AlertKind.ESCALATED, LATE_WITH, {"due": row.due_at, "who": who}, source)
        teller.tell(news, kinds.of_role(db, row.store_id, above.value))


def _of_task(db: Session, row: Deadline, kind: AlertKind, sentence: str, values: dict[str, Any], source: str) -> News:
    thing = deadlines.subject_of(db, row)
    number = getattr(thing, "number", None)
    told = {"what": Word("Deadline", row.kind)} | values
    if number is not None:
        sentence, told["number"] = NUMBERED[sentence], number
    return News(kind, sentence, told, source, thing, row.kind in kinds.URGENT_TASKS)


# ── work in the background ────────────────────────────────────────────────────────────────────────────────────────


def _failed(store_id: UUID) -> Select[Any]:
    """Work that was given up and that nobody has been told of."""
    here = or_(JobRecord.store_id == store_id, JobRecord.store_id.is_(None))
    told = exists().where(Alert.store_id == store_id, Alert.source == OF_JOB + JobRecord.key)
    wanted = (JobRecord.state == JobState.FAILED, JobRecord.kind != SEND, here, ~told)
    return select(JobRecord).where(*wanted).limit(AT_ONCE)


def _tell_of_job(teller: Teller, job: JobRecord) -> None:
    told = {"work": Word("Job", job.kind), "url": "/jobs"}
    teller.tell(News(AlertKind.HOUSE, GIVEN_UP, told, f"{OF_JOB}{job.key}"), _keepers(teller))


def _messages_untold(db: Session, store_id: UUID, at: datetime) -> bool:
    """Whether messages did not go and nobody was told so today."""
    told = select(Alert.id).where(Alert.store_id == store_id, Alert.source == _of_messages(db, at))
    return deliveries.there_are_given_up(db, store_id) and db.scalar(told.limit(1)) is None


def _of_messages(db: Session, at: datetime) -> str:
    return f"messages {calendar_of(db).today(at)}"


def _tell_of_messages(teller: Teller) -> None:
    """Once a day, in the app alone: another message that does not go would tell of itself for ever."""
    source = _of_messages(teller.db, teller.at)
    told = News(AlertKind.HOUSE, MESSAGES, {"url": "/alerts/failed"}, source, only_here=True)
    teller.tell(told, _keepers(teller))


def _keepers(teller: Teller) -> list[UUID]:
    return [each.id for each in people.with_duty(teller.db, teller.store_id, "keep the machine")]
