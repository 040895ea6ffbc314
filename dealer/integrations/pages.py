"""Lists as a program reads them: page by page, newest first, from below a number on."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.people import Actor
from dealer.records.deals import Deal


def page_of(
    db: Session,
    record: Any,
    who: Actor,
    *,
    limit: int,
    below: int | None = None,
    states: tuple[str, ...] = (),
    deal: Deal | None = None,
    since: datetime | None = None,
) -> list[Any]:
    """Things of a kind by number, and one more than was asked for if there is. `since`: in their state since then."""
    query = people.scoped(select(record), record, who)
    if below is not None:
        query = query.where(record.number < below)
    if states:
        query = query.where(record.state.in_(states))
    if deal is not None:
        query = query.where(record.case_id == deal.id)
    if since is not None:
        query = query.where(record.since >= since)
    return list(db.scalars(query.order_by(record.number.desc()).limit(limit + 1)))
