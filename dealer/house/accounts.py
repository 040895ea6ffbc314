"""What belongs to a person's account: the password, the browsers they are signed in with, who stands in for them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine.fields import Kind, Options, Paragraph
from dealer.engine.steps import Ask, Facts, Refusal, Unrecorded, no
from dealer.house import passwords, signin
from dealer.house.staff import at_work, changed, may_keep_people, refuse, works_elsewhere_too
from dealer.records.people import Person, SignedIn, StandIn

# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


class NewStandIn(Facts):
    """Who acts for somebody away, from and until which day (both included)."""

    stand_in: Annotated[UUID, Options("colleagues")] = Field(title="Stand-in")
    from_day: date = Field(title="From")
    to_day: date = Field(title="Until")
    reason: Annotated[str, Paragraph] = Field("", title="Reason", max_length=2000)


class NewPassword(Facts):
    """The password somebody chooses for themselves, typed twice; it counts exactly as it was typed."""

    model_config = ConfigDict(str_strip_whitespace=False)

    password_now: Annotated[str, Unrecorded(), Kind("password")] = Field(title="Present password")
    password_new: Annotated[str, Unrecorded(), Kind("password")] = Field(
        title="New password", description="At least 12 characters: a sentence is better than a riddle."
    )
    password_again: Annotated[str, Unrecorded(), Kind("password")] = Field(title="New password again")


# ── passwords and sessions ────────────────────────────────────────────────────────────────────────────────────────


def give_password(ask: Ask, person: Person) -> str:
    """Somebody forgot theirs: a new one, told once; their sessions end, and they choose their own at sign-in."""
    may_keep_people(ask)
    refuse(works_elsewhere_too(ask, person))
    given = passwords.given()
    person.password_hash, person.password_given = passwords.hash_of(given), True
    signin.end_all_of(ask.db, person.id, ask.at)
    changed(ask, person, "give_password")
    return given


def choose_password(ask: Ask, person: Person, facts: NewPassword) -> None:
    """One's own password, known to nobody else; other browsers are signed out by `end_sessions`."""
    refuse(
        _is_not_the_password(person, facts),
        passwords.is_no_good(ask, person, facts.password_now, facts.password_new),
        _is_not_repeated(facts),
    )
    person.password_hash, person.password_given = passwords.hash_of(facts.password_new), False
    changed(ask, person, "choose_password")


def end_sessions(ask: Ask, person: Person, keep: UUID | None = None) -> None:
    """Sign somebody out everywhere, but for the session `keep`: a phone was lost, a password changed."""
    if ask.actor.id != person.id:
        may_keep_people(ask)
    for session in open_sessions(ask.db, ask, person):
        if session.id != keep:
            session.ended_at = ask.at
    changed(ask, person, "end_sessions")


def end_session(ask: Ask, person: Person, session: SignedIn) -> None:
    """Sign somebody out in one browser: a phone that was lost, a PC where they forgot to."""
    _may_keep_or_is(ask, person)
    session.ended_at = ask.at
    changed(ask, person, "end_session")


def _is_not_the_password(person: Person, facts: NewPassword) -> Refusal | None:
    if not passwords.is_of(person, facts.password_now):
        return no("This is not your present password.", code="E-PASSWORD", field="password_now")
    return None


def _is_not_repeated(facts: NewPassword) -> Refusal | None:
    if facts.password_new != facts.password_again:
        return no("The two differ: type the new password again.", code="E-PASSWORD-AGAIN", field="password_again")
    return None


# ── stand-ins ─────────────────────────────────────────────────────────────────────────────────────────────────────


def name_stand_in(ask: Ask, away: Person, facts: NewStandIn) -> StandIn:
    """Who acts for somebody away: named by themselves, or by whoever keeps the people."""
    _may_keep_or_is(ask, away)
    refuse(_days_are_no_absence(ask, facts), _cannot_stand_in(ask, away, facts.stand_in))
    named = StandIn(
        store_id=ask.actor.store_id, away_id=away.id, stand_in_id=facts.stand_in, from_day=facts.from_day,
        to_day=facts.to_day, reason=facts.reason,
    )  # fmt: skip
    ask.db.add(named)
    changed(ask, away, "name_stand_in", facts)
    return named


def end_stand_in(ask: Ask, named: StandIn) -> None:
    """They are back, or somebody else acts for them."""
    _may_keep_or_is(ask, named.away)
    refuse(_belongs_to_a_leave(named))
    facts = NewStandIn(stand_in=named.stand_in_id, from_day=named.from_day, to_day=named.to_day, reason=named.reason)
    ask.db.delete(named)
    changed(ask, named.away, "end_stand_in", facts)


def _days_are_no_absence(ask: Ask, facts: NewStandIn) -> Refusal | None:
    if facts.to_day < max(facts.from_day, ask.today):
        return no("Choose a last day from the first one and today on.", code="E-DAY-PAST", field="to_day")
    return None


def _cannot_stand_in(ask: Ask, away: Person, stand_in_id: UUID) -> Refusal | None:
    if stand_in_id == away.id or stand_in_id not in {person.id for person in at_work(ask.db, ask.actor.store_id)}:
        return no("Choose a colleague who works in this shop.", code="E-REQ-FIELD", field="stand_in")
    houses = {people.is_outside(ask.db, each, ask.actor.store_id) for each in (away.id, stand_in_id)}
    if True in houses:
        return no(
            "Nobody of a sub-dealer stands in, nor anybody for them: the network manager takes their deals over.",
            code="E-SUB-DEALER-ROLE", field="stand_in",
        )  # fmt: skip
    return None


def _belongs_to_a_leave(named: StandIn) -> Refusal | None:
    if named.leave_id is not None:
        return no("This belongs to a leave: end the leave, or name another stand-in there.", code="E-LEAVE-STANDS")
    return None


def _may_keep_or_is(ask: Ask, person: Person) -> None:
    if ask.actor.id != person.id:
        may_keep_people(ask)


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def stand_ins(db: Session, store_id: UUID, today: date) -> list[StandIn]:
    """Who stands in for whom, today and later."""
    rows = select(StandIn).where(StandIn.store_id == store_id, StandIn.to_day >= today)
    return list(db.scalars(rows.order_by(StandIn.from_day, StandIn.id)))


def open_sessions(db: Session, ask: Ask, person: Person) -> list[SignedIn]:
    """Browsers in which somebody is signed in now, the latest first."""
    rows = select(SignedIn).where(SignedIn.person_id == person.id, SignedIn.ended_at.is_(None))
    return [row for row in db.scalars(rows.order_by(SignedIn.seen_at.desc())) if signin.is_open(row, ask.at)]
