"""The life of an appraisal 月度考核: begun by the manager, completed, signed, seen by whom it is about.

Its figures are counted from the facts (appraisal_figures.py) and lie in it as they were when it was completed. What is
proposed as reward or penalty is a suggestion in words: nothing follows from it by itself.
"""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.deals.deals import Comment
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.fields import Options, Paragraph
from dealer.engine.steps import Ask, Facts, Life, Personal, Refusal, Refused, Step, no, on_facts
from dealer.people import OWNER, Actor, has, not_their_own
from dealer.records.people import Person, Role
from dealer.records.staffing import Appraisal, AppraisalState
from dealer.staffing import appraisal_figures as figures
from dealer.staffing.leave_deciders import MANAGER

S = AppraisalState
LISTED = 50


# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


class NewAppraisal(Facts):
    """Whom it is about, and which month."""

    person: Annotated[UUID, Options("appraised")] = Field(title="Colleague")
    month: date = Field(title="Month", description="Any day of it.")


class Judgement(Facts):
    """What the figures do not say."""

    remark: Annotated[str, Paragraph, Personal()] = Field(title="Appraisal in words", min_length=1, max_length=2000)
    suggestion: Annotated[str, Paragraph, Personal()] = Field("", title="Suggested reward or penalty", max_length=2000)


class Answer(Facts):
    """What the person says to it."""

    answer: Annotated[str, Paragraph, Personal()] = Field("", title="What you say to it", max_length=2000)


def prepare(ask: Ask) -> Appraisal:
    """The appraisal that is begun, not yet born."""
    facts: NewAppraisal = ask.facts
    person = ask.db.get(Person, facts.person)
    if person is None or not people.roles_of(ask.db, person.id, ask.actor.store_id):
        raise Refused([no("Choose a colleague who works in this shop.", code="E-REQ-FIELD", field="person")], "open")
    appraisal = Appraisal(
        store_id=ask.actor.store_id, owner_id=person.id, month=facts.month.replace(day=1), manager_id=ask.hat.id
    )
    appraisal.owner = person
    return appraisal


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def is_manager_of(db: Session, who: Actor, person_id: UUID) -> bool:
    """The direct manager, and above all of them the general manager."""
    above = {MANAGER[role] for role in people.roles_of(db, person_id, who.store_id) if role in MANAGER}
    return bool(who.roles & (above | {Role.GENERAL} if above else above))


def they_are_the_manager(appraisal: Appraisal, ask: Ask) -> Refusal | None:
    """Nobody is appraised by a colleague, nor by themselves."""
    if own := not_their_own(appraisal.owner_id, ask):
        return own
    if not is_manager_of(ask.db, ask.hat, appraisal.owner_id):
        roles = sorted(people.roles_of(ask.db, appraisal.owner_id, appraisal.store_id))
        who = list(dict.fromkeys(MANAGER[role] for role in roles if role in MANAGER))
        return no("{name} is appraised by: {who}.", code="E-APPRAISER", name=appraisal.owner.name, who=who)
    return None


@on_facts
def its_month_is_over(appraisal: Appraisal, ask: Ask) -> Refusal | None:
    """Until its last evening a month may still change."""
    after = add_months(appraisal.month, 1)
    if ask.today < after:
        last = after - timedelta(days=1)
        return no("The month ends on {day}: begin afterwards.", code="E-MONTH-OPEN", field="month", day=last)
    return None


@on_facts
def it_is_the_only_one(appraisal: Appraisal, ask: Ask) -> Refusal | None:
    """One a person and month."""
    query = select(Appraisal).where(
        Appraisal.store_id == appraisal.store_id, Appraisal.owner_id == appraisal.owner_id,
        Appraisal.month == appraisal.month, Appraisal.id != appraisal.id,
    )  # fmt: skip
    known = ask.db.scalars(query.limit(1)).first()
    if known is not None:
        return no("There is one for this month: number {number}.", code="E-APPRAISED", field="month",
                  number=known.number)  # fmt: skip
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def remind(appraisal: Appraisal, ask: Ask) -> None:
    """The manager sees that it is to be completed."""
    due = calendar_of(ask.db).due_after(ask.today, 5)
    note = appraisal.owner.name
    deadlines.plan(ask, "complete_appraisal", appraisal, due, owner_id=appraisal.manager_id, note=note)


def complete(appraisal: Appraisal, ask: Ask) -> None:
    """The figures as they are now, and the manager's words."""
    found = now(ask, appraisal)
    appraisal.figures, appraisal.score = figures.kept(found), figures.score(found)
    appraisal.remark, appraisal.suggestion = ask.facts.remark, ask.facts.suggestion


def take_back(appraisal: Appraisal, ask: Ask) -> None:
    """Something was wrong: the figures are counted anew."""
    appraisal.figures, appraisal.score = None, None


def sign(appraisal: Appraisal, ask: Ask) -> None:
    """Signed: from now on the person sees it."""
    appraisal.manager_id, appraisal.signed_at = ask.hat.id, ask.at
    deadlines.finish(ask, appraisal, "complete_appraisal")
    due = calendar_of(ask.db).due_after(ask.today, 5)
    deadlines.plan(ask, "read_appraisal", appraisal, due, owner_id=appraisal.owner_id)


def note_seen(appraisal: Appraisal, ask: Ask) -> None:
    """Seen, with what they say to it."""
    appraisal.seen_at, appraisal.answer = ask.at, ask.facts.answer
    deadlines.finish(ask, appraisal, "read_appraisal")


def now(ask: Ask, appraisal: Appraisal) -> list[figures.Share]:
    """The figures: as completed, else as the facts are now."""
    if appraisal.figures is not None:
        return figures.read(appraisal.figures)
    return figures.shares(ask.db, appraisal.store_id, appraisal.owner_id, appraisal.month, ask.at)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

APPRAISES = has("appraise")
THEIRS = (they_are_the_manager,)

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("open", None, S.OPEN, APPRAISES, NewAppraisal,
         (*THEIRS, its_month_is_over, it_is_the_only_one),
         (remind,)),
    Step("complete", (S.OPEN, S.COMPLETED), S.COMPLETED, APPRAISES, Judgement,
         THEIRS,
         (complete,)),
    Step("take_back", S.COMPLETED, S.OPEN, APPRAISES, Comment,
         THEIRS,
         (take_back,)),
    Step("sign", S.COMPLETED, S.SIGNED, APPRAISES, None,
         THEIRS,
         (sign,)),
    Step("see", S.SIGNED, S.SEEN, OWNER, Answer,
         (),
         (note_seen,)),
]
# fmt: on

APPRAISALS = Life("appraisal", Appraisal, AppraisalState, STEPS, (S.OPEN, S.COMPLETED, S.SIGNED, S.SEEN))

# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def sees(db: Session, who: Actor, appraisal: Appraisal) -> bool:
    """The manager; whom it is about, once it is signed."""
    if who.id == appraisal.owner_id:
        return appraisal.state in (S.SIGNED, S.SEEN)
    ones = (who, *who.stands_in_for)
    return any(is_manager_of(db, one, appraisal.owner_id) for one in ones if one.id != appraisal.owner_id)


def listed(db: Session, who: Actor, below: int | None = None) -> list[Appraisal]:
    """What somebody may see, newest first, from below a number on; one more than a page if there is one."""
    query = people.scoped(select(Appraisal), Appraisal, who).options(joinedload(Appraisal.owner))
    if not who.may_or_stands_in("appraise"):
        query = query.where(Appraisal.owner_id == who.id)
    if below is not None:
        query = query.where(Appraisal.number < below)
    found = db.scalars(query.order_by(Appraisal.number.desc()).limit(10 * LISTED))
    return [each for each in found if sees(db, who, each)][: LISTED + 1]


def appraised_by(db: Session, who: Actor) -> list[Person]:
    """Whose manager somebody is, by name."""
    everybody = people.with_duty(db, who.store_id, "ask for leave")
    ones = (who, *who.stands_in_for)
    return [each for each in everybody if each.id != who.id and any(is_manager_of(db, one, each.id) for one in ones)]
