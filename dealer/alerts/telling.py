"""Telling: an alert for each of some people, and for who stands in for them today; nobody is told twice, nor of their
own deed, nor of what they may not look at."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.alerts import deliveries, sight
from dealer.engine.database import calendar_of
from dealer.engine.words import Sentence, Word, say
from dealer.people import Actor
from dealer.records.alerts import Alert, AlertKind
from dealer.records.people import Person, StandIn


@dataclass(frozen=True)
class News:
    """What is to be told: a sentence with its values, about a thing, from a source."""

    kind: AlertKind
    sentence: str  # English: the key of its translation
    values: dict[str, Any]
    source: str
    thing: Any = None
    urgent: bool = False
    only_here: bool = False  # in the app, and nowhere else


@dataclass
class Teller:
    """Tells the people of one shop in one transaction; it looks each of them up once."""

    db: Session
    store_id: UUID
    at: datetime
    _known: dict[UUID, Actor | None] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The shop's day."""
        return calendar_of(self.db).today(self.at)

    def tell(self, news: News, whom: Iterable[UUID | None], by: Iterable[UUID | None] = ()) -> list[Alert]:
        """An alert for each of them, and for those who stand in for them; none for whose deed it was."""
        told = []
        did_it, known = set(by), self._told_before(news.source)
        for person_id in dict.fromkeys(each for each in whom if each is not None):
            for reader_id, away_id in ((person_id, None), *((each, person_id) for each in self._stand_ins(person_id))):
                reader = self._actor(reader_id)
                if reader is None or reader_id in did_it | known or not self._may_know(news.thing, reader):
                    continue
                known.add(reader_id)
                told.append(self._write(news, reader, away_id))
        return told

    def _told_before(self, source: str) -> set[UUID]:
        query = select(Alert.person_id).where(Alert.store_id == self.store_id, Alert.source == source)
        return set(self.db.scalars(query))

    def _stand_ins(self, person_id: UUID) -> list[UUID]:
        query = select(StandIn.stand_in_id).where(
            StandIn.store_id == self.store_id, StandIn.away_id == person_id, StandIn.from_day <= self.today,
            StandIn.to_day >= self.today,
        )  # fmt: skip
        return list(self.db.scalars(query))

    def _actor(self, person_id: UUID) -> Actor | None:
        """Who works in the shop today; None for others."""
        if person_id not in self._known:
            self._known[person_id] = actor_of(self.db, person_id, self.store_id, self.today)
        return self._known[person_id]

    def _may_know(self, thing: Any, reader: Actor) -> bool:
        return thing is None or sight.sees(self.db, thing, reader)

    def _write(self, news: News, reader: Actor, away_id: UUID | None) -> Alert:
        about = sight.buyer_of(self.db, news.thing, reader) if news.thing is not None else ""
        row = Alert(
            store_id=self.store_id, person_id=reader.id, away_id=away_id, kind=news.kind, urgent=news.urgent,
            thing_kind=news.thing.__tablename__ if news.thing is not None else None,
            thing_id=news.thing.id if news.thing is not None else None,
            sentence=news.sentence, values=kept(news.values | ({"about": about} if about else {})),
            source=news.source, made_at=self.at,
        )  # fmt: skip
        self.db.add(row)
        self.db.flush()
        if not news.only_here:
            deliveries.want(self.db, row, self.at)
        return row


def actor_of(db: Session, person_id: UUID, store_id: UUID, today: date) -> Actor | None:
    """Somebody who works in a shop, as of a day; None for who has left or is posted elsewhere."""
    person = db.get(Person, person_id)
    who = people.actor(db, person, store_id, today) if person is not None and person.active else None
    return who if who is not None and who.roles else None


# ── values, from the table and into words ─────────────────────────────────────────────────────────────────────────


def kept(values: dict[str, Any]) -> dict[str, Any]:
    """Values as a row keeps them: a word as its context and code, a moment as its text."""
    return {name: _kept(value) for name, value in values.items()}


def _kept(value: Any) -> Any:
    match value:
        case Word():
            return {"word": [value.context, value.code]}
        case Sentence():
            return {"said": value.sentence}
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case _:
            return value


def _read(value: Any) -> Any:
    match value:
        case {"word": [context, code]}:
            return Word(context, code)
        case {"said": text}:
            return Sentence(text, {})
        case {"at": text}:
            return datetime.fromisoformat(text)
        case {"day": text}:
            return date.fromisoformat(text)
        case _:
            return value


def read(alert: Alert) -> dict[str, Any]:
    """The values of an alert, to be shown."""
    return {name: _read(value) for name, value in alert.values.items()}


def told(alert: Alert, language: str) -> str:
    """What an alert says, in a language."""
    return say(alert.sentence, language, **read(alert))
