"""The life of a hand-in 交卡: at five each consultant hands in the day's cards, the sales manager looks and signs.

What is signed stays as it was: a hand-in is not handed in again, and a later correction of an entry is marked. What is
done afterwards keeps its own time and goes into the next hand-in.
"""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Options, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.house.policies import policy
from dealer.people import OWNER, SYSTEM, Actor, has, not_their_own
from dealer.prospects import card_lists
from dealer.prospects.hand_in_lines import Drafted, gathered, period_of
from dealer.records.hand_ins import HandIn, HandInLine, HandInState
from dealer.records.people import Person

S = HandInState
SIGNS = has("sign hand-ins")
Words = Annotated[str, Paragraph]

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class CardWords(Facts):
    """Why a contact was not made, or the answer to what was remarked, for one card."""

    card: Annotated[UUID, Kind("hidden")] = Field(title="Card")
    reason: str = Field("", title="Reason", max_length=200)


class HandingIn(Facts):
    """The day's cards; what is in them is gathered, not typed."""

    words: tuple[CardWords, ...] = Field((), title="What was not done")
    remark: Words = Field("", title="Remark", max_length=2000)


class Remark(Facts):
    """Why it goes back."""

    remark: Words = Field(title="Remark", min_length=1, max_length=2000)


class CardRemark(Facts):
    """Which card goes back, and why."""

    card: Annotated[UUID, Options("hand_in_cards")] = Field(title="Card")
    remark: Words = Field(title="Remark", min_length=1, max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def no_later_day_is_in(hand_in: HandIn, ask: Ask) -> Refusal | None:
    """Whoever handed in a later day has covered this one with it."""
    later = select(HandIn.day).where(
        HandIn.store_id == hand_in.store_id,
        HandIn.owner_id == hand_in.owner_id,
        HandIn.day > hand_in.day,
        HandIn.state != S.EXPECTED,
    )
    day = ask.db.scalars(later.order_by(HandIn.day).limit(1)).first()
    if day is not None:
        return no("What was done then went in with {day}: nothing is left to hand in.", code="E-DAY-COVERED", day=day)
    return None


@on_facts
def what_is_open_has_a_reason(hand_in: HandIn, ask: Ask) -> Refusal | None:
    """A contact that was due and not made is explained, and so is what the manager had remarked on a card."""
    told = {each.card for each in ask.facts.words if each.reason}
    silent = [line for line in gathered(ask.db, hand_in, ask.at) if line.needs_words and line.prospect.id not in told]
    if silent:
        return no(
            "Say for each card that is open why: {cards}.",
            code="E-CARDS-OPEN", cards=[line.prospect.name for line in silent],
        )  # fmt: skip
    return None


def somebody_else_handed_it_in(hand_in: HandIn, ask: Ask) -> Refusal | None:
    """Nobody checks their own cards, nor those they handed in for somebody away."""
    return not_their_own(hand_in.owner_id, ask) or not_their_own(hand_in.handed_in_by_id, ask)


@on_facts
def card_is_in_it(hand_in: HandIn, ask: Ask) -> Refusal | None:
    """What goes back is one of the cards that were handed in."""
    if line_of(hand_in, ask.facts.card) is None:
        return no("Choose one of the cards that were handed in.", code="E-REQ-FIELD", field="card")
    return None


def line_of(hand_in: HandIn, card: UUID) -> HandInLine | None:
    """The line of a card."""
    return next((line for line in hand_in.lines if line.prospect_id == card), None)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def due_at(db: Session, store_id: UUID, day: date) -> datetime:
    """When the cards of a day are due (house rule `hand_in_by`)."""
    return calendar_of(db).at(day, policy(db, store_id, "hand_in_by", day))


def expect_it(hand_in: HandIn, ask: Ask) -> None:
    """Its consultant sees all day by when it is due."""
    due = due_at(ask.db, hand_in.store_id, hand_in.day)
    deadlines.plan(ask, "hand_in_cards", hand_in, due, owner_id=hand_in.owner_id)


def gather(hand_in: HandIn, ask: Ask) -> None:
    """What is handed in stands as it is at this moment."""
    told = {each.card: each.reason for each in ask.facts.words}
    lines = gathered(ask.db, hand_in, ask.at)
    hand_in.lines.clear()
    ask.db.flush()
    hand_in.lines += [
        _line(hand_in, line, position, told.get(line.prospect.id, "")) for position, line in enumerate(lines, 1)
    ]
    hand_in.from_at, hand_in.until_at = period_of(ask.db, hand_in, ask.at)
    hand_in.handed_in_by_id, hand_in.remark, hand_in.returned_remark = ask.actor.id, ask.facts.remark, ""


def _line(hand_in: HandIn, line: Drafted, position: int, reason: str) -> HandInLine:
    told = {name: value for name, value in vars(line).items() if name not in ("prospect", "reason")}
    return HandInLine(
        store_id=hand_in.store_id, prospect_id=line.prospect.id, position=position,
        reason=reason if line.needs_words else "", **told,
    )  # fmt: skip


def end_what_was_due(hand_in: HandIn, ask: Ask) -> None:
    """What was asked of the consultant until now, also for earlier days, is done with this hand-in."""
    earlier = select(HandIn).where(
        HandIn.store_id == hand_in.store_id, HandIn.owner_id == hand_in.owner_id, HandIn.day <= hand_in.day
    )
    for each in ask.db.scalars(earlier.order_by(HandIn.day.desc()).limit(60)):
        deadlines.finish(ask, each, "hand_in_again")
        deadlines.finish(ask, each, "look_at_returned_card")
        if each is hand_in:
            deadlines.finish(ask, each, "hand_in_cards")
        else:
            deadlines.cancel(ask, each, "hand_in_cards")


def give_back(hand_in: HandIn, ask: Ask) -> None:
    """The consultant sees why, and hands in again before the day is over."""
    hand_in.returned_remark = ask.facts.remark
    due = max(calendar_of(ask.db).end_of(hand_in.day), ask.at + timedelta(hours=1))
    deadlines.plan(ask, "hand_in_again", hand_in, due, owner_id=hand_in.owner_id)


def give_card_back(hand_in: HandIn, ask: Ask) -> None:
    """The rest can be signed; this card is seen to and comes again with the next hand-in."""
    line = line_of(hand_in, ask.facts.card)
    if line is not None:
        line.returned_remark = ask.facts.remark
        next_day = calendar_of(ask.db).add_working_days(hand_in.day, 1)
        due = due_at(ask.db, hand_in.store_id, next_day)
        note = line.prospect.name
        deadlines.plan(ask, "look_at_returned_card", hand_in, due, owner_id=hand_in.owner_id, note=note)


def sign(hand_in: HandIn, ask: Ask) -> None:
    """Checked: who and when."""
    hand_in.signed_by_id, hand_in.signed_at = ask.actor.id, ask.at


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action         from                                   to            who     asks for    refused unless …                                 then …
    Step("expect",      None,                                  S.EXPECTED,   SYSTEM, None,       (),                                              (expect_it,)),
    Step("hand_in",     (S.EXPECTED, S.HANDED_IN, S.RETURNED), S.HANDED_IN,  OWNER,  HandingIn,  (no_later_day_is_in, what_is_open_has_a_reason), (gather, end_what_was_due)),
    Step("return_card", S.HANDED_IN,                           SAME,         SIGNS,  CardRemark, (somebody_else_handed_it_in, card_is_in_it),     (give_card_back,)),
    Step("return",      S.HANDED_IN,                           S.RETURNED,   SIGNS,  Remark,     (somebody_else_handed_it_in,),                   (give_back,)),
    Step("sign",        S.HANDED_IN,                           S.SIGNED,     SIGNS,  None,       (somebody_else_handed_it_in,),                   (sign,)),
]
# ruff: enable[E501]
# fmt: on

HAND_INS = Life("hand_in", HandIn, HandInState, STEPS, path=(S.EXPECTED, S.HANDED_IN, S.SIGNED))

# ── a day ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def expected_of(store_id: UUID, person_id: UUID | None, day: date) -> HandIn:
    """A consultant's hand-in of a day, not yet begun: begin it with "expect"."""
    return HandIn(store_id=store_id, owner_id=person_id, day=day)


def of_person(db: Session, store_id: UUID, person_id: UUID | None, day: date) -> HandIn | None:
    """A consultant's hand-in of a day, if it is expected yet."""
    here = select(HandIn).where(HandIn.store_id == store_id, HandIn.owner_id == person_id, HandIn.day == day)
    return db.scalars(here).first()


def not_yet_expected(db: Session, store_id: UUID, day: date) -> list[Person]:
    """Who keeps cards and is not yet expected to hand in on a day; nobody on a day off."""
    if not calendar_of(db).is_working_day(day):
        return []
    known = set(db.scalars(select(HandIn.owner_id).where(HandIn.store_id == store_id, HandIn.day == day)))
    return [each for each in people.with_duty(db, store_id, "keep cards") if each.id not in known]


def seen_on(db: Session, who: Actor, day: date) -> list[HandIn]:
    """The hand-ins of a day that a person sees: their own, their group's, or all; by name."""
    found = db.scalars(_seen_by(db, who).where(HandIn.day == day).options(joinedload(HandIn.owner)))
    return sorted(found, key=lambda each: each.owner.name)


def of_owner(db: Session, who: Actor, before: date | None = None) -> list[HandIn]:
    """One's own hand-ins, newest first, from before a day on."""
    query = people.scoped(select(HandIn), HandIn, who).where(HandIn.owner_id == who.id)
    if before is not None:
        query = query.where(HandIn.day < before)
    return list(db.scalars(query.order_by(HandIn.day.desc()).limit(card_lists.LISTED)))


def sees(db: Session, who: Actor, hand_in: HandIn) -> bool:
    """Who sees the cards sees what was handed in of them."""
    owners = card_lists.owners_seen_by(db, who)
    return hand_in.store_id == who.store_id and (owners is None or hand_in.owner_id in owners)


def _seen_by(db: Session, who: Actor) -> Select[HandIn]:
    query, owners = people.scoped(select(HandIn), HandIn, who), card_lists.owners_seen_by(db, who)
    return query if owners is None else query.where(HandIn.owner_id.in_(owners))


def to_sign(db: Session, who: Actor) -> list[HandIn]:
    """What waits for a manager's signature, of any day, oldest first."""
    if not who.may_or_stands_in("sign hand-ins"):
        return []
    return list(db.scalars(_waiting(who).options(joinedload(HandIn.owner))))


def how_many_to_sign(db: Session, who: Actor) -> int:
    """Their number, which every page of a manager shows."""
    if not who.may_or_stands_in("sign hand-ins"):
        return 0
    few = _waiting(who).with_only_columns(HandIn.id).subquery()
    return db.scalar(select(func.count()).select_from(few)) or 0


def _waiting(who: Actor) -> Select[HandIn]:
    query = people.scoped(select(HandIn), HandIn, who).where(HandIn.state == S.HANDED_IN)
    return query.order_by(HandIn.day, HandIn.number).limit(200)


def missing(db: Session, who: Actor, day: date, at: datetime) -> list[Person]:
    """Who has not handed in, once it was due; seen by those who see the cards."""
    if at < due_at(db, who.store_id, day):
        return []
    owners = card_lists.owners_seen_by(db, who)
    open_yet = [each.owner for each in seen_on(db, who, day) if each.state is S.EXPECTED]
    unasked = not_yet_expected(db, who.store_id, day) if calendar_of(db).today(at) == day else []
    return sorted({*open_yet, *(p for p in unasked if owners is None or p.id in owners)}, key=lambda each: each.name)
