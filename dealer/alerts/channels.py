"""Channels: where alerts reach a person beside the app, which kinds go where, and when they are held back.

A channel counts once its owner has entered the code that came through it. What an address lets others do (a robot's
token lets anybody write there) lies sealed and is never shown whole.
"""

import re
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer.engine import sealed
from dealer.engine.calendar import ShopCalendar
from dealer.engine.database import keys_of
from dealer.engine.fields import checked
from dealer.engine.jobs import enqueue
from dealer.engine.malformed import Malformed, half_width
from dealer.engine.steps import Ask, Facts, Refused, no, write_down
from dealer.people import Actor
from dealer.records.alerts import AlertKind, Channel, ChannelKind, QuietHours

MOST = 5  # channels of a person
MOST_A_DAY = 10  # begun or told a code anew: nobody is to be flooded by somebody else's typing
CODE_COUNTS_FOR = timedelta(minutes=30)
SEND_CODE = "send_alert_code"
BEGINS, ENDS = "21:00", "08:00"

MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
NO_MAIL = no("Enter a mail address, such as li.na@example.cn.", code="E-MAIL", field="address")
WAITS = no("A channel waits for its code: confirm it or end it first.", code="E-CHANNEL-WAITS")
# What a messenger gives for a robot of one's own; the group is the token.
ROBOTS = {
    ChannelKind.WECOM: re.compile(r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([A-Za-z0-9-]{10,80})"),
    ChannelKind.DINGTALK: re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=([A-Za-z0-9]{20,100})"),
    ChannelKind.FEISHU: re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([A-Za-z0-9-]{10,80})"),
}


class NewChannel(Facts):
    """Where else alerts are wanted."""

    kind: ChannelKind = Field(ChannelKind.MAIL, title="How they reach you")
    address: str = Field(
        title="Mail address, or address of your robot",
        description="A messenger gives you the address (webhook) of a robot in a group of your own. If it asks for a "
        "keyword, enter: 提醒",
        min_length=1,
        max_length=300,
    )


class Code(Facts):
    """What came through the channel."""

    code: str = Field(title="The eight digits that you were sent", min_length=1, max_length=20)


def _clock(typed: str) -> str:
    found = re.fullmatch(r"([01]?\d|2[0-3]):?([0-5]\d)", half_width(str(typed)).strip())
    if found is None:
        raise Malformed("Enter a time of day, such as 21:00.", "E-CLOCK")
    return f"{int(found[1]):02}:{found[2]}"


class Quiet(Facts):
    """When one wants to hear nothing that is not urgent."""

    begins: Annotated[str, checked(_clock)] = Field(BEGINS, title="From", max_length=5)
    ends: Annotated[str, checked(_clock)] = Field(ENDS, title="Until", max_length=5)


# ── wanting and ending ────────────────────────────────────────────────────────────────────────────────────────────


def mine(db: Session, who: Actor) -> list[Channel]:
    """The channels of a person, the oldest first."""
    query = select(Channel).where(
        Channel.store_id == who.store_id, Channel.person_id == who.id, Channel.ended_at.is_(None)
    )
    return list(db.scalars(query.order_by(Channel.id)))


def one_of_mine(db: Session, who: Actor, key: UUID) -> Channel | None:
    """One of them."""
    return next((each for each in mine(db, who) if each.id == key), None)


def add(ask: Ask) -> Channel:
    """A channel that waits for its code. Raises Refused for an address that is none, and for too many."""
    facts: NewChannel = ask.facts
    address, shown = read(facts)
    known = mine(ask.db, ask.actor)
    if any(each.verified_at is None for each in known):
        raise Refused([WAITS], "add")
    if len(known) >= MOST:
        raise Refused([no("You have {most} channels: end one of them first.", code="E-CHANNELS", most=MOST)], "add")
    row = Channel(
        store_id=ask.actor.store_id, person_id=ask.actor.id, kind=facts.kind, shown=shown, begun_at=ask.at,
        wanted=[each.value for each in AlertKind], address_sealed=b"",
    )  # fmt: skip
    row.address_sealed = keys_of(ask.db).seal(address, f"alert_channels/address/{row.id}")
    ask.db.add(row)
    ask.db.flush()
    write_down(ask, "alert_channel", row, "add")
    send_code(ask, row)
    return row


def read(facts: NewChannel) -> tuple[str, str]:
    """The mail address or token, and what of it is shown."""
    typed = half_width(facts.address).strip()
    if facts.kind is ChannelKind.MAIL:
        if not MAIL.fullmatch(typed) or len(typed) > 200:
            raise Refused([NO_MAIL], "add")
        name, _, domain = typed.partition("@")
        return typed, f"{name[:1]}***@{domain}"
    found = ROBOTS[facts.kind].fullmatch(typed)
    if found is None:
        raise Refused(
            [no("This is not the address of such a robot: copy it whole from the messenger.", code="E-ROBOT",
                field="address")], "add",
        )  # fmt: skip
    return found[1], f"…{found[1][-4:]}"


def send_code(ask: Ask, row: Channel) -> None:
    """Another code; those before no longer count. Raises Refused when too many were sent."""
    since = ask.at - timedelta(days=1)
    sent = ask.db.scalar(
        select(func.sum(Channel.codes)).where(Channel.person_id == row.person_id, Channel.begun_at > since)
    )
    if (sent or 0) + (row.codes if row.begun_at <= since else 0) >= MOST_A_DAY:
        raise Refused([no("Too many codes were sent today: try again tomorrow.", code="E-CODES")], "send_code")
    row.codes, row.code_at = row.codes + 1, ask.at
    ask.db.flush()
    enqueue(ask.db, SEND_CODE, f"{SEND_CODE} {row.id} {row.codes}", {"channel": str(row.id), "nth": row.codes})


def code_of(db: Session, row: Channel) -> str:
    """The eight digits of the last code: they follow from the keys and lie nowhere."""
    return f"{int(keys_of(db).hash('alert code', f'{row.id} {row.codes}')[:12], 16) % 100_000_000:08}"


def verify(ask: Ask, row: Channel) -> None:
    """The code came back: from now on alerts go there. Raises Refused for a wrong one and one that is too old."""
    facts: Code = ask.facts
    fresh = row.code_at is not None and ask.at - row.code_at < CODE_COUNTS_FOR
    if not fresh or half_width(facts.code).strip() != code_of(ask.db, row):
        raise Refused(
            [no("This is not the last code, or it is older than half an hour: look again, or have another one sent.",
                code="E-CODE", field="code")], "verify",
        )  # fmt: skip
    row.verified_at = row.verified_at or ask.at
    write_down(ask, "alert_channel", row, "verify")


def end(ask: Ask, row: Channel) -> None:
    """Nothing goes there any more."""
    row.ended_at = ask.at
    write_down(ask, "alert_channel", row, "end")


def choose(ask: Ask, wanted: dict[UUID, list[str]]) -> None:
    """Which kinds go where; what is no kind is left out."""
    known = {each.value for each in AlertKind}
    for row in mine(ask.db, ask.actor):
        row.wanted = [kind for kind in wanted.get(row.id, []) if kind in known]


def address_of(db: Session, row: Channel) -> str:
    """The address or token, for sending; nobody is shown it."""
    return sealed.get(db, row, "address") or ""


# ── quiet hours ───────────────────────────────────────────────────────────────────────────────────────────────────


def quiet_of(db: Session, store_id: UUID, person_id: UUID | None) -> tuple[str, str]:
    """From when until when a person wants quiet."""
    query = select(QuietHours).where(QuietHours.store_id == store_id, QuietHours.person_id == person_id)
    row = db.scalars(query).first()
    return (row.begins, row.ends) if row is not None else (BEGINS, ENDS)


def keep_quiet(ask: Ask) -> None:
    """From now on these hours are quiet."""
    facts: Quiet = ask.facts
    query = select(QuietHours).where(QuietHours.store_id == ask.actor.store_id, QuietHours.person_id == ask.actor.id)
    row = ask.db.scalars(query).first()
    if row is None:
        row = QuietHours(store_id=ask.actor.store_id, person_id=ask.actor.id)
        ask.db.add(row)
    row.begins, row.ends = facts.begins, facts.ends
    ask.db.flush()


def held_until(calendar: ShopCalendar, quiet: tuple[str, str], at: datetime) -> datetime | None:
    """When the quiet ends that reigns at a moment; None while there is none."""
    begins, ends = quiet
    day = calendar.today(at)
    for first in (day - timedelta(days=1), day):  # the night that began yesterday, and the one of today
        since, until = calendar.at(first, begins), calendar.at(first, ends)
        if until < since:
            until = calendar.at(first + timedelta(days=1), ends)
        if since <= at < until:
            return until
    return None
