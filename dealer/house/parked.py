"""What somebody had typed when it could not be taken: kept sealed, and given back to the same person only."""

import json
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from dealer.engine.database import keys_of
from dealer.records.people import ParkedForm

MOST = 200_000  # characters
KEPT = timedelta(days=7)

Typed = list[tuple[str, str]]


def park(db: Session, whose: UUID, path: str, typed: Typed, at: datetime) -> UUID | None:
    """Keep it for the page at a path; None when it is too much. What was parked long ago goes."""
    db.execute(delete(ParkedForm).where(ParkedForm.person_id == whose, ParkedForm.at < at - KEPT))
    text = json.dumps(typed)
    if len(text) > MOST:
        return None
    row = ParkedForm(person_id=whose, path=path, fields_sealed=b"", at=at)
    row.fields_sealed = keys_of(db).seal(text, f"parked/{row.id}")
    db.add(row)
    return row.id


def given_back(db: Session, key: UUID, whose: UUID, path: str) -> Typed:
    """What this person had typed at this page; nothing for anybody else."""
    row = db.get(ParkedForm, key)
    if row is None or row.person_id != whose or row.path != path:
        return []
    return [(name, value) for name, value in json.loads(keys_of(db).open(row.fields_sealed, f"parked/{row.id}"))]
