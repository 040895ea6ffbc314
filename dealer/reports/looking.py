"""Who looks at a report: at which days, at whose rows. A supervisor sees the own group, a consultant the own rows."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from dealer import roster
from dealer.deals import idle
from dealer.engine.database import calendar_of
from dealer.people import Actor
from dealer.prospects import card_lists
from dealer.reports.periods import Period

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Look:
    """Somebody looks, now, at a period; perhaps at the people of one group only, named by its supervisor."""

    db: Session
    who: Actor
    at: datetime
    period: Period
    group: UUID | None = None

    @cached_property
    def owners(self) -> set[UUID] | None:
        """Whose rows are seen: one's own, one's group's; None: everybody's."""
        seen = card_lists.owners_seen_by(self.db, self.who)
        if self.group is None:
            return seen
        members = roster.members_of(self.db, self.who.store_id, self.group)
        return members if seen is None else seen & members

    def sees(self, owner: Column) -> ColumnElement[bool]:
        """Of which rows the owner is somebody whose rows are seen."""
        return true() if self.owners is None else owner.in_(self.owners)

    def in_period(self, moment: Column) -> ColumnElement[bool]:
        """Which moments lie between 0:00 of the first and 24:00 of the last day."""
        return (moment >= self.start) & (moment < self.end)

    def on_days(self, day: Column) -> ColumnElement[bool]:
        """Which days are of the period."""
        return day.between(self.period.first, self.period.last)

    @cached_property
    def stands_still(self) -> ColumnElement[bool]:
        """Which deals have stood in their phase for longer than the house rules allow."""
        return idle.deals_stand_still(self.db, self.who.store_id, self.at)

    @cached_property
    def start(self) -> datetime:
        """0:00 of the first day."""
        return calendar_of(self.db).start_of(self.period.first)

    @cached_property
    def end(self) -> datetime:
        """24:00 of the last day: the first moment that is too late."""
        return calendar_of(self.db).end_of(self.period.last)


def groups_seen_by(db: Session, who: Actor) -> dict[UUID, str]:
    """The groups somebody may choose, by their supervisor: every one, or the own."""
    heads = roster.group_heads(db, who.store_id)
    seen = card_lists.owners_seen_by(db, who)
    return {head.id: head.name for head in heads if seen is None or head.id in seen}
