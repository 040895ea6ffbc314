"""A mail server that refuses, hangs, drops the line and forgets to answer: ALERTS (60) on both databases.

Every alert reaches its reader's mailbox and is marked when it did; what a server has taken without saying so comes
twice, under the same mark, and that is all that comes twice.
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event
from uuid import UUID

from sqlalchemy import select

from dealer.alerts.deliveries import SEND
from dealer.alerts.telling import News, Teller
from dealer.engine.attempts import Attempts, JobRecord, JobState
from dealer.engine.database import Database, open_database
from dealer.engine.jobs import USUAL_PACE, hand_over_due
from dealer.records.alerts import AlertDelivery, AlertKind, Channel, ChannelKind, MailServer, Security
from dealer.records.people import Person, Store
from faults._shops import a_shop
from faults._table import Row, tell
from tests.conftest import KEYS
from tests.databases import KINDS, Databases
from tests.mailbox import Mailbox, Mood
from web.serving import know_the_business

ALERTS = int(os.environ.get("ALERTS", "60"))
BAD = (Mood.REFUSES, Mood.DROPS, Mood.FORGETS)
HANGING = 2  # each keeps a worker for as long as it waits for an answer


def main() -> Iterator[Row]:
    """One row a database."""
    know_the_business()
    with Databases() as databases:
        for kind in KINDS:
            with a_shop(databases, kind) as url, Mailbox() as box:
                database = open_database(url, KEYS)
                yield _row(kind, database, box, sent_in_spite(database, box, ALERTS, HANGING))
                database.engine.dispose()


def _row(kind: str, database: Database, box: Mailbox, forgot: int) -> Row:
    with database.reading() as db:
        rows = list(db.scalars(select(AlertDelivery)))
    copies = Counter(box.keys())
    lost = sum(1 for row in rows if row.sent_at is None or not copies[str(row.id)])
    tries = sum(row.attempts for row in rows)
    also = f"{tries} tries; {forgot} mails were taken without an answer and came twice under one mark"
    return Row(
        f"a mail server in a bad mood, {kind}", f"{ALERTS} alerts", len(rows), lost,
        copies.total() - len(copies) - forgot, also,
    )  # fmt: skip


def sent_in_spite(database: Database, box: Mailbox, alerts: int, hanging: int) -> int:
    """Tell one person of so many things, and send until nothing waits; how often the server forgot to answer."""
    chance, at = Random(6), datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
    store_id = _with_a_mailbox(database, box.port, at)
    with database.writing(store_id) as db:
        reader = db.scalars(select(Person).order_by(Person.sign_in)).first()
        for nth in range(alerts):
            news = News(AlertKind.HOUSE, "Messages did not go: see to whom and why", {}, f"fault {nth}")
            Teller(db, store_id, at).tell(news, [reader.id if reader else None])
    moods = [Mood.HANGS] * hanging + [chance.choice(BAD) for _ in range(alerts)]
    chance.shuffle(moods)
    box.expect(moods)
    for hour in range(10):
        _work(database, at + timedelta(hours=hour))
    return moods.count(Mood.FORGETS)


def _with_a_mailbox(database: Database, port: int, at: datetime) -> UUID:
    """The shop sends through the box, and its first person has a channel there."""
    with database.writing() as db:
        store = db.scalars(select(Store)).one()
        reader = db.scalars(select(Person).order_by(Person.sign_in)).first()
        server = MailServer(
            store_id=store.id, host="127.0.0.1", port=port, security=Security.NONE, account="", sender="a@example.cn"
        )
        row = Channel(
            store_id=store.id, person_id=reader.id if reader else None, kind=ChannelKind.MAIL, shown="r***@example.cn",
            wanted=[each.value for each in AlertKind], begun_at=at, verified_at=at, address_sealed=b"",
        )  # fmt: skip
        row.address_sealed = KEYS.seal("reader@example.cn", f"alert_channels/address/{row.id}")
        db.add_all([server, row])
        return store.id


def _work(database: Database, at: datetime) -> None:
    """Do what is due by then, as a worker does."""
    hand_over_due(database, at)
    attempts = Attempts(database, "faults", Event(), lambda: at, USUAL_PACE.pauses, 0.1)
    with database.reading() as db:
        queued = list(db.scalars(select(JobRecord).where(JobRecord.state == JobState.QUEUED, JobRecord.kind == SEND)))
    for job in queued:
        attempts.make(job.id, job.attempts + 1)


if __name__ == "__main__":
    tell(main())
