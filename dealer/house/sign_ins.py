"""The last sign-ins of a person, and the tries in vain: what they would notice somebody else by."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer import roster
from dealer.records.people import Person
from dealer.records.signing_in import SignInEvent, SignInKind

SHOWN = 10


def note(db: Session, person: Person, kind: SignInKind, device: str, at: datetime) -> None:
    """Remember how it ended, in the shop where they work."""
    for posting in roster.postings_of(db, person.id)[:1]:
        db.add(
            SignInEvent(store_id=posting.store_id, person_id=person.id, at=at, kind=kind, device=device[:200])
        )  # fmt: skip


def latest(db: Session, person_id: UUID) -> list[SignInEvent]:
    """The last of them, the newest first."""
    theirs = select(SignInEvent).where(SignInEvent.person_id == person_id)
    return list(db.scalars(theirs.order_by(SignInEvent.at.desc(), SignInEvent.id.desc()).limit(SHOWN)))


def in_vain_since_the_last(db: Session, person_id: UUID) -> int:
    """How many tries in their name failed after they had last signed in."""
    theirs = SignInEvent.person_id == person_id
    last = select(func.max(SignInEvent.at)).where(theirs, SignInEvent.kind == SignInKind.SIGNED_IN).scalar_subquery()
    failed = select(func.count()).select_from(SignInEvent)
    return db.scalar(failed.where(theirs, SignInEvent.kind != SignInKind.SIGNED_IN, SignInEvent.at > last)) or 0
