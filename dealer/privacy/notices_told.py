"""That somebody was told what becomes of their data (PIPL 17): which version of the notice, when, by whom, how.

A row for each time somebody was told. It names the thing it was about and the phone, so that a legal hold keeps it;
both go with the person's data, at the latest when the house rule says (retention.py).
"""

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer.engine.fields import Kind
from dealer.engine.steps import Ask, Facts, write_down
from dealer.privacy import notices
from dealer.records.privacy import NoticeTold, NoticeWay

LIFE_OF = {"visit": "visit", "card": "prospect", "drive": "drive"}
"""The kinds of notices that a thing of the shop stands for, and what the history calls the thing."""


class Telling(Facts):
    """How they were told."""

    how: Annotated[NoticeWay, Kind("chips")] = Field(NoticeWay.WORDS, title="How they were told")


def tell(ask: Ask, kind: str, thing: Any, how: NoticeWay) -> NoticeTold:
    """Write down that they were told the notice that is in force today, in the language of whoever told it."""
    language = ask.actor.language
    notice = notices.on(ask.db, thing.store_id, kind, ask.today, language)
    row = NoticeTold(
        store_id=thing.store_id, at=ask.at, person_id=ask.actor.id, kind=kind, version=notice.version,
        mark=notice.mark, language=language, how=how, subject_id=thing.id, phone=thing.phone,
    )  # fmt: skip
    ask.db.add(row)
    write_down(ask, LIFE_OF[kind], thing, "tell_notice", Telling(how=how))
    return row


def at_the_desk(drive: Any, ask: Ask) -> None:
    """Whoever agrees that their licence is read, or to ride along, was told before: the form says what to say."""
    tell(ask, "drive", drive, NoticeWay.WORDS)


def last_about(db: Session, thing: Any) -> NoticeTold | None:
    """The last time that somebody was told about this thing."""
    told = select(NoticeTold).where(NoticeTold.subject_id == thing.id).options(joinedload(NoticeTold.person))
    return db.scalars(told.order_by(NoticeTold.at.desc()).limit(1)).first()


def forget_phone(db: Session, thing: Any) -> None:
    """The thing has lost who it was: what was told about it names nobody either."""
    for row in db.scalars(select(NoticeTold).where(NoticeTold.subject_id == thing.id)):
        row.phone = None
