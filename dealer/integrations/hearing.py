"""Hearing: how what happens in a shop comes to its webhooks, one event after the other, each at least once.

A sweep reads the history in its own order from the place of each webhook on; the place moves in the transaction that
queues the events, so that none is lost and none queued twice. Only the oldest event of a webhook has a job; the one
that was taken gives the next its turn in the same transaction. So a program hears everything in order, and what it does
not take holds back what came later, until the tries are over: then the job has failed, the administrator is told as of
all work in the background, and once it is tried again the webhook goes on from there.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from dealer.engine.attempts import JobState
from dealer.engine.columns import new_id, oldest_after
from dealer.engine.database import Database, HistoryHead, keys_of
from dealer.engine.history import History
from dealer.engine.jobs import Job, enqueue, every_minute, handles, known, retry
from dealer.integrations import events, outside
from dealer.integrations.events import Event
from dealer.records.integrations import Integration, NotHeard, Webhook, WebhookDelivery

POST = "post_event"
AT_ONCE = 200  # events queued in one transaction: the shop's lock is held meanwhile
KEPT_FOR = timedelta(days=90)
BATCH = 500  # of a minute
TAKEN = range(200, 300)


class NotTaken(Exception):
    """The event was not taken; it is tried again later."""


# ── from the history into the queue ───────────────────────────────────────────────────────────────────────────────


@every_minute
def hear(database: Database, at: datetime) -> None:
    """Everything that is new since the last look, webhook by webhook. Nothing new is no writing."""
    with database.reading() as db:
        behind = select(Webhook.id, Webhook.store_id).join(Webhook.integration)
        behind = behind.join(HistoryHead, HistoryHead.store_id == Webhook.store_id).where(HistoryHead.seq > Webhook.seq)
        found = db.execute(behind.where(*_LISTENS, Integration.ended_at.is_(None))).all()
    for key, store_id in found:
        while _hear_some(database, store_id, key, at):
            pass


_LISTENS = (Webhook.paused_at.is_(None), Webhook.removed_at.is_(None))


def _hear_some(database: Database, store_id: UUID, key: UUID, at: datetime) -> bool:
    """One transaction's worth; whether there may be more."""
    with database.writing(store_id) as db:
        hook = db.scalars(select(Webhook).where(Webhook.id == key, *_LISTENS)).one_or_none()
        if hook is None:
            return False
        kinds = _kinds(hook)
        unread = select(History).where(History.store_id == store_id, History.seq > hook.seq, History.kind.in_(kinds))
        rows = list(db.scalars(unread.order_by(History.seq).limit(AT_ONCE)))
        for row in rows:
            db.add(WebhookDelivery(store_id=store_id, webhook_id=hook.id, seq=row.seq, queued_at=at))
        full = len(rows) == AT_ONCE
        hook.seq = rows[-1].seq if full else db.info["head"]["seq"]
        db.flush()
        go_on(db, hook)
        return full


def _kinds(hook: Webhook) -> list[str]:
    """What it wants and its program may hear of today."""
    return [each.value for each in events.heard_by(hook.integration.scopes) if each.value in hook.kinds]


# ── one after the other ───────────────────────────────────────────────────────────────────────────────────────────


def next_of(db: Session, hook: Webhook) -> WebhookDelivery | None:
    """The oldest event that has not been taken."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == hook.id, *OPEN)
    return db.scalars(query.order_by(WebhookDelivery.seq).limit(1)).first()


OPEN = (WebhookDelivery.sent_at.is_(None), WebhookDelivery.dropped_at.is_(None))


def go_on(db: Session, hook: Webhook) -> None:
    """Give the oldest event its turn, unless it has it already."""
    row = next_of(db, hook) if hook.paused_at is None else None
    if row is not None and row.job_key is None:
        row.job_key = f"{POST} {new_id()}"
        enqueue(db, POST, row.job_key, {"delivery": str(row.id)})


def has_stopped(db: Session, hook: Webhook) -> bool:
    """Whether the tries of its oldest event are over."""
    row = next_of(db, hook)
    job = known(db, row.job_key) if row is not None and row.job_key is not None else None
    return job is not None and job.state is JobState.FAILED


def send_again(db: Session, hook: Webhook) -> None:
    """Go on from where it stopped. Raises LookupError if it has not."""
    row = next_of(db, hook)
    retry(db, (row.job_key if row is not None else None) or "")


def drop_all(db: Session, hook: Webhook, at: datetime) -> None:
    """Nothing more goes out of what waits."""
    waiting = update(WebhookDelivery).where(WebhookDelivery.webhook_id == hook.id, *OPEN)
    db.execute(waiting.values(dropped_at=at))


def lately(db: Session, hook: Webhook, most: int) -> list[tuple[WebhookDelivery, History]]:
    """Its events with what happened, newest first."""
    happened = (History.store_id == WebhookDelivery.store_id) & (History.seq == WebhookDelivery.seq)
    query = select(WebhookDelivery, History).join(History, happened).where(WebhookDelivery.webhook_id == hook.id)
    return [(row, told) for row, told in db.execute(query.order_by(WebhookDelivery.seq.desc()).limit(most))]


# ── out of the house ──────────────────────────────────────────────────────────────────────────────────────────────


@handles(POST)
def post_event(job: Job) -> None:
    """One event to its webhook, and then the next one's turn."""
    key = UUID(job.payload["delivery"])
    with job.database.writing(job.store_id) as db:
        going = _begun(db, db.get(WebhookDelivery, key), job)
    answer = outside.post(*going) if going is not None else None
    if going is not None and (isinstance(answer, NotHeard) or answer not in TAKEN):
        with job.database.writing(job.store_id) as db:
            _note(db.get_one(WebhookDelivery, key), answer)
        raise NotTaken(answer)
    with job.finishing() as db:
        row = db.get(WebhookDelivery, key)
        if row is not None and row.job_key == job.key:
            _finished(db, row, answer, job.now())


def _begun(db: Session, row: WebhookDelivery | None, job: Job) -> tuple[str, dict[str, str], bytes] | None:
    """Address, headers and body, and the attempt is written down before it is made; None: it is not to go now."""
    if row is None or row.job_key != job.key or row.webhook.paused_at is not None or not _is_wanted(db, row):
        return None
    at, hook = job.now(), row.webhook
    row.attempts, row.tried_at = row.attempts + 1, at
    body = events.told(db, db.get_one(History, (row.store_id, row.seq)))
    secret = keys_of(db).open(hook.secret_sealed or b"", secret_place(hook))
    signature = outside.signed(secret, int(at.timestamp()), body)
    return hook.address, {"Dealer-Event": str(row.seq), "Dealer-Signature": signature}, body


def secret_place(hook: Webhook) -> str:
    """What the secret of a webhook is bound to."""
    return f"webhooks/secret/{hook.id}"


def _is_wanted(db: Session, row: WebhookDelivery) -> bool:
    """Whether its webhook is still there and may still hear of such things."""
    hook = row.webhook
    if hook.removed_at is not None or hook.integration.ended_at is not None:
        return False
    return Event(db.get_one(History, (row.store_id, row.seq)).kind).value in _kinds(hook)


def _note(row: WebhookDelivery, answer: int | NotHeard | None) -> None:
    row.status = None if isinstance(answer, NotHeard) else answer
    row.trouble = answer if isinstance(answer, NotHeard) else NotHeard.ANSWER


def _finished(db: Session, row: WebhookDelivery, answer: int | NotHeard | None, at: datetime) -> None:
    if isinstance(answer, int):
        row.sent_at, row.status, row.trouble = at, answer, None
    elif not _is_wanted(db, row):
        row.dropped_at = at
    else:
        row.job_key = None  # it waits with its webhook, and gets another job when that goes on
    db.flush()
    go_on(db, row.webhook)


# ── forgetting ────────────────────────────────────────────────────────────────────────────────────────────────────


@every_minute
def forget_old(database: Database, at: datetime) -> None:
    """What was queued so long ago and is settled goes; what happened stays in the history."""
    settled = or_(WebhookDelivery.sent_at.is_not(None), WebhookDelivery.dropped_at.is_not(None))
    old = select(WebhookDelivery.id).where(WebhookDelivery.id < oldest_after(at - KEPT_FOR), settled)
    with database.reading() as db:
        keys = list(db.scalars(old.order_by(WebhookDelivery.id).limit(BATCH)))
    if keys:
        with database.writing() as db:
            db.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(keys)))
