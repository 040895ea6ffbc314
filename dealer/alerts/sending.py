"""Sending: the jobs that take an alert, or the code of a new channel, out of the house.

An alert is sent at least once: it counts as sent when the other side has taken it and that is written down; whoever
dies between the two sends it again. A server that does not take it is asked again, as work in the background is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from dealer import people
from dealer.alerts import channels, mail_server, outside, reading, sight, telling
from dealer.alerts.channels import SEND_CODE
from dealer.alerts.deliveries import SEND
from dealer.alerts.outside import Message
from dealer.engine import files
from dealer.engine.database import calendar_of
from dealer.engine.jobs import Job, handles
from dealer.engine.steps import Ask
from dealer.engine.words import say
from dealer.people import Actor
from dealer.privacy import exports
from dealer.records.alerts import Alert, AlertDelivery, Channel, ChannelKind, Trouble
from dealer.records.reports import ReportCopy
from dealer.reports.shelf import REPORTS


class NotTaken(Exception):
    """The message did not go; it is tried again later."""


@dataclass(frozen=True)
class _Going:
    """A message and where it goes; None: the shop has entered no mail server."""

    message: Message
    address: str | None


def _send(going: _Going) -> Trouble | None:
    return outside.send(going.address, going.message) if going.address is not None else Trouble.NO_SERVER


def _address(db: Session, channel: Channel, key: str) -> str | None:
    place = channels.address_of(db, channel)
    if channel.kind is not ChannelKind.MAIL:
        return outside.robot(channel.kind, place)
    server = mail_server.opened(db, channel.store_id)
    return outside.mailbox(server, place, key) if server is not None else None


# ── alerts ────────────────────────────────────────────────────────────────────────────────────────────────────────


@handles(SEND)
def send_alert(job: Job) -> None:
    """One alert to one channel of its reader, who must still work here and may still know of it."""
    key = UUID(job.payload["delivery"])
    with job.database.writing(job.store_id) as db:
        going = _begun(db, db.get_one(AlertDelivery, key), job.now())
    if going is None:
        return
    trouble = _send(going)
    if trouble is not None:
        with job.database.writing(job.store_id) as db:
            db.get_one(AlertDelivery, key).trouble = trouble
        raise NotTaken(trouble)
    with job.finishing() as db:
        row = db.get_one(AlertDelivery, key)
        row.sent_at, row.trouble = job.now(), None


def _begun(db: Session, row: AlertDelivery, at: datetime) -> _Going | None:
    """The attempt is written down before it is made; None where nothing is to be sent any more."""
    if row.sent_at is not None or row.dropped_at is not None:
        return None
    alert, channel = row.alert, row.channel
    reader = telling.actor_of(db, alert.person_id, alert.store_id, calendar_of(db).today(at))
    thing = reading.thing_of(db, alert)
    if reader is None or channel.ended_at is not None or (thing is not None and not sight.sees(db, thing, reader)):
        row.dropped_at = at
        return None
    row.attempts, row.tried_at = row.attempts + 1, at
    file = _attached(Ask(db, reader, at), thing, first=row.attempts == 1) if channel.kind is ChannelKind.MAIL else None
    return _Going(message_of(db, alert, reader, str(row.id), file), _address(db, channel, str(row.id)))


def _attached(ask: Ask, thing: Any, *, first: bool) -> tuple[str, bytes] | None:
    """The workbook of a report that its reader wants by mail. It leaves the house: the log says so, once."""
    if not isinstance(thing, ReportCopy) or not thing.subscription.by_mail:
        return None
    found = files.read(ask.db, thing.store_id, thing.file_sha256)
    if found is None:
        return None
    if first:
        exports.note_mailed(ask, len(REPORTS[thing.subscription.report].columns))
    return f"{thing.subscription.report}-{thing.first}-{thing.last}.xlsx", found[1]


def message_of(db: Session, alert: Alert, reader: Actor, key: str, file: tuple[str, bytes] | None = None) -> Message:
    """What it says outside the house, in the language of its reader."""
    language, told = reader.language, telling.read(alert)
    sentence = telling.told(alert, language)
    store = people.store_of(db, alert.store_id)
    away = people.names(db, [alert.away_id]).get(alert.away_id) if alert.away_id else None
    lines = [
        sentence,
        told.get("about"),
        say("Due {when}", language, when=told["due"]) if "due" in told else None,
        say("as stand-in for {name}", language, name=away) if away else None,
        f"{store.public_address}/alerts/{alert.id}" if store.public_address else None,
        say("You chose to be told of this here. What you want where stands under My account, Alerts.", language),
    ]
    title = say("[Alert] {sentence}", language, sentence=sentence)
    return Message(title, "\n".join(str(each) for each in lines if each), key, file)


# ── codes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@handles(SEND_CODE)
def send_code(job: Job) -> None:
    """The code of a new channel; one that another has taken the place of is not sent."""
    with job.database.reading(job.store_id) as db:
        row = db.get_one(Channel, UUID(job.payload["channel"]))
        if row.ended_at is not None or row.codes != job.payload["nth"]:
            return
        language, key = row.person.language, f"{row.id}-{row.codes}"
        text = say(
            "{code} is the code for alerts of {name}. Whoever did not ask for it leaves it be.", language,
            code=channels.code_of(db, row), name=row.person.name,
        )  # fmt: skip
        going = _Going(Message(say("[Alert] Your code", language), text, key), _address(db, row, key))
    if (trouble := _send(going)) is not None:
        raise NotTaken(trouble)
