"""The monthly review 客户满意度月评 (K7): per fleet customer what they answered that month, and what is done about it.

A review begins with the first answer of its month. Where somebody was not satisfied the key-account manager writes down
an action with an owner and a day; a month that has none is overdue. Closed once the month is over and all is done.
"""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dealer import deadlines, people
from dealer.deals.deals import Comment
from dealer.engine.calendar import add_months
from dealer.engine.database import calendar_of
from dealer.engine.fields import Options, Paragraph
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, no, on_facts
from dealer.people import SYSTEM, Actor, has
from dealer.records.care import CareCall, CareState, CorrectiveAction, MonthlyReview, MonthlyReviewState, Satisfaction
from dealer.records.customers import CustomerClass
from dealer.records.people import Role

S = MonthlyReviewState
LISTED = 100
NOTED = 80  # characters of an action that its deadline says
KAM = has("review satisfaction")

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class NewAction(Facts):
    """What is done about it, by whom, until when."""

    what: Annotated[str, Paragraph] = Field(title="Corrective action", min_length=1, max_length=2000)
    owner: Annotated[UUID, Options("action_owners")] = Field(title="Owner")
    due_on: date = Field(title="Done by")


class ActionDone(Facts):
    """Which action, and what came of it."""

    done: Annotated[UUID, Options("open_actions")] = Field(title="Corrective action")
    result: Annotated[str, Paragraph] = Field(title="Result of the action", min_length=1, max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def somebody_is_discontent(review: MonthlyReview, ask: Ask) -> Refusal | None:
    """An answer of the month that was not “satisfied”, nothing being done about it yet, and nobody asked."""
    waits = review.asked_at is None and not review.actions and discontent(answers(ask.db, review))
    return None if waits else no("Nobody waits for an action.", code="E-NOT-YET", quiet=True)


def month_is_over(review: MonthlyReview, ask: Ask) -> Refusal | None:
    """Until its last evening a month may still bring an answer."""
    after = add_months(review.month, 1)
    if ask.today < after:
        return no("The month ends on {day}: close it afterwards.", code="E-MONTH-OPEN", day=after - timedelta(days=1))
    return None


def discontent_has_an_action(review: MonthlyReview, ask: Ask) -> Refusal | None:
    """A month with a dissatisfied answer and nothing done about it is not closed (K7)."""
    if not review.actions and discontent(answers(ask.db, review)):
        return no("Somebody was not satisfied: write down a corrective action first.", code="E-NO-ACTION",
                  remover=Role.KEY_ACCOUNT)  # fmt: skip
    return None


def actions_are_done(review: MonthlyReview, ask: Ask) -> Refusal | None:
    """What was promised inside the house is done."""
    left = [each for each in review.actions if each.done_at is None]
    if left:
        return no("{count} corrective actions are not done yet.", code="E-ACTION-OPEN", count=len(left))
    return None


@on_facts
def owner_is_of_the_house(review: MonthlyReview, ask: Ask) -> Refusal | None:
    """Somebody who works here."""
    if ask.facts.owner not in {each.id for each in people.with_duty(ask.db, review.store_id, "own actions")}:
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="owner")
    return None


@on_facts
def action_is_ahead(review: MonthlyReview, ask: Ask) -> Refusal | None:
    """Nobody acts yesterday."""
    if ask.facts.due_on < ask.today:
        return no("This day is past.", code="E-DAY-PAST", field="due_on")
    return None


def an_action_is_open(review: MonthlyReview, ask: Ask) -> Refusal | None:
    """There is something to be done."""
    if any(each.done_at is None for each in review.actions):
        return None
    return no("No action is open.", code="E-NOT-YET", quiet=True)


@on_facts
def it_is_theirs_to_finish(review: MonthlyReview, ask: Ask) -> Refusal | None:
    """Its owner says that it is done, or the key-account manager."""
    action = next((each for each in review.actions if each.id == ask.facts.done and each.done_at is None), None)
    if action is None:
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="done")
    if action.owner_id != ask.hat.id and not ask.hat.may("review satisfaction"):
        return no("This is another person's action.", code="E-REQ-FIELD", field="done")
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def ask_for_an_action(review: MonthlyReview, ask: Ask) -> None:
    """Due to the key-account manager by the end of the month."""
    review.asked_at = ask.at
    last = calendar_of(ask.db).end_of(add_months(review.month, 1) - timedelta(days=1))
    deadlines.plan(ask, "review_month", review, max(last, ask.at), role=Role.KEY_ACCOUNT)


def write_action(review: MonthlyReview, ask: Ask) -> None:
    """On its owner's list; the month has its answer."""
    facts: NewAction = ask.facts
    action = CorrectiveAction(
        store_id=review.store_id, review_id=review.id, what=facts.what, owner_id=facts.owner, due_on=facts.due_on
    )
    review.actions.append(action)
    ask.db.flush()
    deadlines.finish(ask, review, "review_month")
    due_at = calendar_of(ask.db).end_of(facts.due_on)
    deadlines.plan(ask, "corrective_action", review, due_at, owner_id=facts.owner, note=facts.what[:NOTED])


def finish_action(review: MonthlyReview, ask: Ask) -> None:
    """Done, with what came of it."""
    action = next(each for each in review.actions if each.id == ask.facts.done)
    action.done_at, action.result = ask.at, ask.facts.result
    for row in deadlines.open_for(ask.db, review, "corrective_action"):
        if (row.owner_id, row.note) == (action.owner_id, action.what[:NOTED]):
            deadlines.tick(ask, row)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("open", None, S.OPEN, SYSTEM),
    Step("ask_for_action", S.OPEN, SAME, SYSTEM, None,
         (somebody_is_discontent,),
         (ask_for_an_action,)),
    Step("add_action", S.OPEN, SAME, KAM, NewAction,
         (owner_is_of_the_house, action_is_ahead),
         (write_action,)),
    Step("finish_action", S.OPEN, SAME, has("own actions"), ActionDone,
         (an_action_is_open, it_is_theirs_to_finish),
         (finish_action,)),
    Step("close", S.OPEN, S.CLOSED, KAM, Comment,
         (month_is_over, discontent_has_an_action, actions_are_done),
         ()),
]
# fmt: on

REVIEWS = Life("monthly_review", MonthlyReview, MonthlyReviewState, STEPS, path=(S.OPEN, S.CLOSED))


# ── births ────────────────────────────────────────────────────────────────────────────────────────────────────────


def births(db: Session, call: CareCall, ask: Ask) -> list[MonthlyReview]:
    """The review of the month begins with its first answer; individuals are no fleet."""
    if call.grade is None or call.ended_at is None or call.customer.customer_class is CustomerClass.INDIVIDUAL:
        return []
    month = calendar_of(db).today(call.ended_at).replace(day=1)
    if _of_month(db, call.customer_id, month) is not None:
        return []
    review = MonthlyReview(store_id=call.store_id, customer_id=call.customer_id, month=month)
    review.customer = call.customer
    REVIEWS.begin("open", review, Ask(db, people.system(call.store_id), ask.at, because=ask.because))
    return [review]


def of_call(db: Session, call: CareCall) -> list[MonthlyReview]:
    """The review that an answer belongs to, if it has begun."""
    if call.ended_at is None:
        return []
    found = _of_month(db, call.customer_id, calendar_of(db).today(call.ended_at).replace(day=1))
    return [] if found is None else [found]


def _of_month(db: Session, customer_id: UUID, month: date) -> MonthlyReview | None:
    return db.scalars(
        select(MonthlyReview).where(MonthlyReview.customer_id == customer_id, MonthlyReview.month == month)
    ).first()


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def answers(db: Session, review: MonthlyReview) -> list[CareCall]:
    """What the customer answered that month, in order."""
    calendar = calendar_of(db)
    inside = and_(
        CareCall.ended_at >= calendar.start_of(review.month),
        CareCall.ended_at < calendar.start_of(add_months(review.month, 1)),
    )
    query = select(CareCall).where(CareCall.customer_id == review.customer_id, CareCall.state == CareState.DONE, inside)
    return list(db.scalars(query.where(CareCall.grade.is_not(None)).order_by(CareCall.ended_at).limit(500)))


def discontent(found: list[CareCall]) -> bool:
    """So-so counts as not satisfied."""
    return any(each.grade is not Satisfaction.SATISFIED for each in found)


def is_overdue(db: Session, review: MonthlyReview, today: date) -> bool:
    """Past its month with somebody not satisfied and nothing done about it, or with an action past its day."""
    late = any(each.done_at is None and each.due_on < today for each in review.actions)
    over = today >= add_months(review.month, 1)
    return review.state is S.OPEN and (late or (over and not review.actions and discontent(answers(db, review))))


def listed(db: Session, who: Actor, month: date | None = None) -> list[MonthlyReview]:
    """Reviews of a month, or all that are open, newest month first."""
    beside = (joinedload(MonthlyReview.customer), selectinload(MonthlyReview.actions))
    query = people.scoped(select(MonthlyReview), MonthlyReview, who).options(*beside)
    query = query.where(MonthlyReview.state == S.OPEN) if month is None else query.where(MonthlyReview.month == month)
    return list(db.scalars(query.order_by(MonthlyReview.month.desc(), MonthlyReview.number.desc()).limit(LISTED)))
