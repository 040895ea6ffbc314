"""What a hand-in is made of: the cards touched since the last one, those that were due, those that had come back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from dealer.engine.database import calendar_of
from dealer.prospects import standings
from dealer.prospects.cards import LIVE
from dealer.records.hand_ins import HandIn, HandInLine, HandInState, Standing
from dealer.records.prospects import FollowUp, Level, Prospect, ProspectState

S = HandInState
IN = (S.HANDED_IN, S.SIGNED)


class Exceptional(StrEnum):
    """What the manager looks at first."""

    MISSED = "missed"
    DOWNGRADED = "downgraded"
    NO_NEXT = "no_next_contact"
    CAME_BACK = "came_back"


@dataclass(frozen=True)
class Drafted:
    """A line before it is handed in: the names are those of HandInLine."""

    prospect: Prospect
    from_at: datetime
    contacts: int
    new: bool
    level_before: Level
    level_after: Level
    state: ProspectState
    next_contact_at: datetime | None
    missed: bool
    asked: str = ""
    reason: str = ""

    @property
    def needs_words(self) -> bool:
        """What was not done is explained, and so is what the manager had remarked."""
        return self.missed or bool(self.asked)


def exceptions(line: Drafted | HandInLine) -> list[Exceptional]:
    """Why the manager looks at this card first; none for most."""
    told = {
        Exceptional.MISSED: line.missed,
        Exceptional.DOWNGRADED: standings.is_cooler(line.level_after, line.level_before),
        Exceptional.NO_NEXT: line.state in LIVE and line.next_contact_at is None,
        Exceptional.CAME_BACK: bool(line.asked),
    }
    return [each for each, holds in told.items() if holds]


# ── gathering ─────────────────────────────────────────────────────────────────────────────────────────────────────


def previous(db: Session, hand_in: HandIn) -> HandIn | None:
    """The last one that this consultant handed in for an earlier day."""
    earlier = select(HandIn).where(
        HandIn.store_id == hand_in.store_id,
        HandIn.owner_id == hand_in.owner_id,
        HandIn.day < hand_in.day,
        HandIn.state.in_(IN),
    )
    return db.scalars(earlier.order_by(HandIn.day.desc()).limit(1)).first()


def period_of(db: Session, hand_in: HandIn, at: datetime) -> tuple[datetime, datetime]:
    """From when until when it covers: since the last one, until now; never beyond its own day."""
    calendar, last = calendar_of(db), previous(db, hand_in)
    since = last.until_at if last is not None else None
    return since or calendar.start_of(hand_in.day), min(at, calendar.end_of(hand_in.day))


def gathered(db: Session, hand_in: HandIn, at: datetime) -> list[Drafted]:
    """The cards that go in, what was missed first."""
    start, end = period_of(db, hand_in, at)
    back = _come_back(db, hand_in)
    stood = standings.of_owner(db, hand_in.store_id, hand_in.owner_id, end)
    moved = list(db.scalars(standings.between(hand_in.store_id, start, end).order_by(Standing.from_at)))
    spoken = Counter(db.scalars(entries(hand_in.store_id, start, end).with_only_columns(FollowUp.prospect_id)))
    first_move: dict[UUID, Standing] = {}
    for each in moved:
        first_move.setdefault(each.prospect_id, each)
    lines = [
        _drafted(each, start, end, spoken, first_move.get(each.prospect_id), back.get(each.prospect_id))
        for each in stood
        if each.state is not ProspectState.ERASED
        and (each.prospect_id in {*spoken, *first_move, *back} or _was_missed(each, end))
    ]
    return sorted(lines, key=lambda line: (not exceptions(line), not line.missed, line.prospect.number))


def entries(store_id: UUID, start: datetime, end: datetime) -> Select[FollowUp]:
    """What was written into the follow-up records of a shop from one moment on and before another."""
    return select(FollowUp).where(FollowUp.store_id == store_id, FollowUp.at >= start, FollowUp.at < end)


def _drafted(
    stood: Standing,
    start: datetime,
    end: datetime,
    spoken: Counter[UUID],
    first: Standing | None,
    back: HandInLine | None,
) -> Drafted:
    before = first.was_level if first is not None and first.was_level else stood.level
    return Drafted(
        prospect=stood.prospect,
        from_at=back.from_at if back else start,
        contacts=spoken[stood.prospect_id],
        new=first is not None and first.was_state is None,
        level_before=before,
        level_after=stood.level,
        state=stood.state,
        next_contact_at=stood.next_contact_at,
        missed=_was_missed(stood, end),
        asked=back.returned_remark if back else "",
    )


def _was_missed(stood: Standing, end: datetime) -> bool:
    return stood.next_contact_at is not None and stood.next_contact_at < end


def _come_back(db: Session, hand_in: HandIn) -> dict[UUID, HandInLine]:
    """The cards that the manager gave back out of the last one."""
    last = previous(db, hand_in)
    return {line.prospect_id: line for line in last.lines if line.returned_remark} if last is not None else {}


# ── what is signed ────────────────────────────────────────────────────────────────────────────────────────────────


def signed_entries(db: Session, record: Sequence[FollowUp]) -> dict[UUID, datetime]:
    """Which entries of a record a manager has signed, and when: a correction after that is marked.

    A record may hold the entries of several cards, once these became one.
    """
    cards = {each.prospect_id for each in record}
    stretches = db.execute(
        select(HandInLine.prospect_id, HandInLine.from_at, HandIn.until_at, HandIn.signed_at)
        .join(HandIn, HandIn.id == HandInLine.hand_in_id)
        .where(HandInLine.prospect_id.in_(cards), HandInLine.returned_remark == "", HandIn.state == S.SIGNED)
    ).all()
    return {
        each.id: at
        for each in record
        for card, start, end, at in stretches
        if end and at and card == each.prospect_id and start <= each.at < end
    }


def entries_of(db: Session, lines: Sequence[Drafted | HandInLine], end: datetime) -> dict[UUID, list[FollowUp]]:
    """What was written on the cards of some lines, by card, newest first; corrections as well."""
    told: dict[UUID, list[FollowUp]] = {line.prospect.id: [] for line in lines}
    if not told:
        return told
    since = {line.prospect.id: line.from_at for line in lines}
    here = entries(lines[0].prospect.store_id, min(since.values()), end).where(FollowUp.prospect_id.in_(told))
    for entry in db.scalars(here.options(joinedload(FollowUp.person)).order_by(FollowUp.at.desc())):
        if entry.at >= since[entry.prospect_id]:
            told[entry.prospect_id].append(entry)
    return told
