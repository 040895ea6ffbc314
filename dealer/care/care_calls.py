"""The life of a call 关怀电话: due, then made with what the customer said, ended in vain, or not made at all.

Read the table first. The call of thanks ends with its first try (SC14): a message goes out, and one more call follows
the next morning. A call-back that was promised ends with an answer only (CS3); whoever hands calls out may give it up
after several tries, and it counts as not made.
"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines, people
from dealer.care import call_reach, call_window, maintenance
from dealer.care.maintenance import Reading
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Options, Paragraph, ShopTime
from dealer.engine.steps import SAME, Ask, Facts, Life, Personal, Refusal, Step, no, on_facts
from dealer.house.policies import policy
from dealer.people import SYSTEM, has, owner_or
from dealer.records.care import CareCall, CareKind, CareState, Channel, Satisfaction
from dealer.records.people import Person, Role

S, K = CareState, CareKind
THANKS = (K.THANK_YOU, K.THANK_YOU_RETRY)
GRADED = (K.CALLBACK, K.REVISIT)  # without a grade these say nothing
AGAIN_AT = "09:30"
CALLER = owner_or("make calls")

# kind → its deadline
DEADLINES: dict[CareKind, str] = {
    K.THANK_YOU: "thank_you_call",
    K.THANK_YOU_RETRY: "thank_you_retry",
    K.CALLBACK: "callback",
    K.SECOND_CONTACT: "second_contact",
    K.FIRST_MONTH: "first_month",
    K.MAINTENANCE: "maintenance_reminder",
    K.REVISIT: "revisit",
    K.AGENT_CONTACT: "agent_contact",
}

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Talk(Facts):
    """What the customer said."""

    channel: Annotated[Channel, Kind("chips")] = Field(Channel.PHONE, title="Channel")
    grade: Annotated[Satisfaction | None, Kind("chips")] = Field(None, title="Satisfaction")
    said: Annotated[str, Paragraph, Personal()] = Field("", title="What the customer said", max_length=2000)
    reason: Annotated[str, Paragraph, Personal()] = Field("", title="Reason", max_length=2000)
    action: Annotated[str, Paragraph, Personal()] = Field("", title="What is done about it", max_length=2000)
    score: int | None = Field(None, title="Score of a survey", ge=0, le=100_000)
    score_most: int | None = Field(None, title="Highest score", ge=1, le=100_000)
    odometer: int | None = Field(None, title="Odometer of the car driven most (km)", ge=0, le=999_999)


class Try(Facts):
    """Nobody answered."""

    message: bool = Field(False, title="A message was sent instead")
    said: Annotated[str, Paragraph, Personal()] = Field("", title="Remark", max_length=2000)


class Appointment(Facts):
    """When the customer wants to be called; it counts before the house's hours."""

    at: ShopTime = Field(title="Call at")


class NewCaller(Facts):
    """Who calls instead."""

    caller: Annotated[UUID, Options("callers")] = Field(title="Caller")


class WhyNot(Facts):
    """Why it is not made."""

    comment: Annotated[str, Paragraph] = Field(title="Comment", min_length=1, max_length=2000)


# ── which row ─────────────────────────────────────────────────────────────────────────────────────────────────────


def is_of_thanks(call: CareCall, ask: Ask) -> bool:
    """Ends with its first try."""
    return call.kind in THANKS


def is_not_of_thanks(call: CareCall, ask: Ask) -> bool:
    """Stays due when nobody answers."""
    return call.kind not in THANKS


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def it_is_a_callback(call: CareCall, ask: Ask) -> Refusal | None:
    """Customer service calls back; whoever sold the cars does not ask about themselves."""
    return None if call.kind is K.CALLBACK else no("This is no call-back.", code="E-CALL-KIND", quiet=True)


def it_is_no_callback(call: CareCall, ask: Ask) -> Refusal | None:
    """A call-back is noted as one."""
    if call.kind is K.CALLBACK:
        return no("A call-back is noted by customer service.", code="E-CALL-KIND", remover=Role.CUSTOMER_SERVICE,
                  quiet=True)  # fmt: skip
    return None


def they_may_be_called(call: CareCall, ask: Ask) -> Refusal | None:
    """Who asked not to be called hears from the shop only what it promised to say (PIPL 15, 消法 29)."""
    if call_reach.is_unwanted(ask.db, call):
        return no("{whom} asked not to be called: have this call cancelled.", code="E-DO-NOT-CALL",
                  remover=Role.SERVICE, whom=call.whom)  # fmt: skip
    return None


@on_facts
def grade_is_asked(call: CareCall, ask: Ask) -> Refusal | None:
    """A call-back without a grade leaves the question open."""
    if call.kind in GRADED and ask.facts.grade is None:
        return no("Ask how satisfied the customer is.", code="E-REQ-FIELD", field="grade")
    return None


@on_facts
def something_was_heard(call: CareCall, ask: Ask) -> Refusal | None:
    """A call of which nothing is written down was perhaps none."""
    facts: Talk = ask.facts
    heard = (facts.said or None, facts.grade, facts.score, facts.odometer)
    if call.kind in GRADED or any(each is not None for each in heard):
        return None
    return no("Write down what the customer said, or how satisfied they are.", code="E-REQ-FIELD", field="said")


@on_facts
def discontent_has_reason_and_action(call: CareCall, ask: Ask) -> Refusal | None:
    """So-so and dissatisfied: why, and what is done about it (CS5)."""
    facts: Talk = ask.facts
    if facts.grade in (None, Satisfaction.SATISFIED) or (facts.reason and facts.action):
        return None
    field = "action" if facts.reason else "reason"
    return no("Write down why, and what is done about it.", code="E-REQ-FIELD", field=field)


@on_facts
def score_has_its_scale(call: CareCall, ask: Ask) -> Refusal | None:
    """8 of 10 and 870 of 1000 are the same to nobody who sees only the first number."""
    score, most = ask.facts.score, ask.facts.score_most
    if (score is None) != (most is None):
        return no("Enter the score and the highest possible one.", code="E-REQ-FIELD",
                  field="score_most" if most is None else "score")  # fmt: skip
    if score is not None and score > most:
        return no("The score is above the highest possible one.", code="E-SCORE", field="score")
    return None


@on_facts
def message_was_sent(call: CareCall, ask: Ask) -> Refusal | None:
    """Who is not reached is thanked in writing (SC14)."""
    if not ask.facts.message:
        return no("Send a message of thanks, then tick it.", code="E-REQ-FIELD", field="message")
    return None


@on_facts
def appointment_is_ahead(call: CareCall, ask: Ask) -> Refusal | None:
    """Nobody is called yesterday."""
    return None if ask.facts.at > ask.at else no("Choose a time after now.", code="E-DAY-PAST", field="at")


@on_facts
def promise_is_kept(call: CareCall, ask: Ask) -> Refusal | None:
    """A call-back that is still in time is not put off until it is late (CS3)."""
    last = calendar_of(ask.db).last_day(call.due_at)
    if call.kind is K.CALLBACK and ask.at <= call.due_at < ask.facts.at:
        return no("This call-back was promised by {day}: choose a time until then.", code="E-CALL-PROMISED", field="at",
                  day=last)  # fmt: skip
    return None


@on_facts
def caller_makes_such_calls(call: CareCall, ask: Ask) -> Refusal | None:
    """Customer service calls back; other calls are made by whoever makes calls, or owns deals."""
    if ask.facts.caller not in {each.id for each in callers(ask.db, call)}:
        return no("Choose one of the offered values.", code="E-REQ-FIELD", field="caller")
    return None


def was_tried_often_enough(call: CareCall, ask: Ask) -> Refusal | None:
    """One engaged line is no reason to give a customer up."""
    least = policy(ask.db, call.store_id, "contact_misses", ask.today)
    if call.tries < least:
        return no("{tries} of {least} tries were made: try again first.", code="E-CALL-TRIES", tries=call.tries,
                  least=least)  # fmt: skip
    return None


def it_was_not_promised(call: CareCall, ask: Ask) -> Refusal | None:
    """100 % of the call-backs (CS3)."""
    if call.kind is K.CALLBACK:
        return no("A call-back was promised and is not cancelled: call, or give it up after several tries.",
                  code="E-CALL-PROMISED", remover=Role.CUSTOMER_SERVICE)  # fmt: skip
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def put_on_list(call: CareCall, ask: Ask) -> None:
    """Due to its agent, else to customer service."""
    kind = DEADLINES[call.kind]
    role = None if call.agent_id else Role.CUSTOMER_SERVICE
    deadlines.plan(ask, kind, call, call.due_at, owner_id=call.agent_id, role=role, note=call.whom)


def write_talk(call: CareCall, ask: Ask) -> None:
    """What was said, by whom it was heard."""
    facts: Talk = ask.facts
    call.channel, call.grade, call.said = facts.channel, facts.grade, facts.said
    call.reason, call.action = facts.reason, facts.action
    call.score, call.score_most, call.odometer = facts.score, facts.score_most, facts.odometer
    _end(call, ask)


def count_try(call: CareCall, ask: Ask) -> None:
    """Once more the next morning."""
    call.tries, call.said, call.agreed = call.tries + 1, ask.facts.said or call.said, False
    call.planned_at = calendar_of(ask.db).at(ask.today + timedelta(days=1), AGAIN_AT)


def end_in_vain(call: CareCall, ask: Ask) -> None:
    """A message had to do. After the first one somebody tries once more the next morning."""
    call.tries, call.channel, call.said = call.tries + 1, Channel.MESSAGE, ask.facts.said
    _end(call, ask)
    if call.kind is K.THANK_YOU:
        again_at = calendar_of(ask.db).at(ask.today + timedelta(days=1), AGAIN_AT)
        _follow(call, K.THANK_YOU_RETRY, again_at, again_at, ask)


def write_why_not(call: CareCall, ask: Ask) -> None:
    """It is nobody's task any more."""
    call.said = ask.facts.comment
    call.ended_at, call.ended_by_id = ask.at, ask.actor.id
    deadlines.cancel(ask, call)


def keep_appointment(call: CareCall, ask: Ask) -> None:
    """The time the customer chose."""
    call.planned_at, call.agreed = ask.facts.at, True


def move_call(call: CareCall, ask: Ask) -> None:
    """It leaves one list and stands on the other."""
    hand_to(call, ask.facts.caller, ask)


def hand_to(call: CareCall, agent_id: UUID, ask: Ask) -> None:
    """Somebody else calls, by the same time."""
    deadlines.cancel(ask, call)
    call.agent_id = agent_id
    put_on_list(call, ask)


def come_again(call: CareCall, ask: Ask) -> None:
    """Who has bought is seen to for as long as they drive our cars: the next visit (U5) or service follows this one."""
    if call.kind is K.REVISIT:
        _follow(call, K.REVISIT, *revisit_times(ask, call.store_id), ask)
    if call.kind is K.MAINTENANCE:
        due_at = service_due(call, ask)
        _follow(call, K.MAINTENANCE, due_at, call_window.reminding(ask.db, call.store_id, due_at, ask.today), ask)


def _end(call: CareCall, ask: Ask) -> None:
    call.ended_at, call.ended_by_id = ask.at, ask.actor.id
    deadlines.finish(ask, call, DEADLINES[call.kind])


def bring_service_forward(call: CareCall, ask: Ask) -> None:
    """Who drives more than expected is reminded earlier: a reading tells when the kilometres are reached (SC7)."""
    if call.odometer is None or call.batch_id is None or call.kind is K.MAINTENANCE:
        return
    same = (CareCall.batch_id == call.batch_id, CareCall.kind == K.MAINTENANCE, CareCall.state == S.DUE)
    for reminder in ask.db.scalars(select(CareCall).where(*same)):
        due_at = service_due(reminder, ask, Reading(ask.today, call.odometer))
        if due_at < reminder.due_at:
            planned_at = call_window.reminding(ask.db, call.store_id, due_at, ask.today)
            deadlines.cancel(ask, reminder)
            reminder.due_at, reminder.planned_at = due_at, planned_at
            put_on_list(reminder, ask)


def service_due(call: CareCall, ask: Ask, latest: Reading | None = None) -> datetime:
    """The end of the day of the next service. It is counted from this reminder if it was made, else from the one
    before it or from the hand-over; where nobody read the odometer then, by date alone."""
    calendar, before = calendar_of(ask.db), call if call.ended_at else _before(call, ask)
    by = maintenance.interval(ask.db, call.store_id, models_of(call), ask.today)
    if before is not None and before.ended_at is not None:
        start = Reading(calendar.today(before.ended_at), before.odometer or 0)
        latest = latest if before.odometer else None
    elif call.handover is not None:
        start = Reading(calendar.today(call.handover.driven_off_at), call.handover.odometer)
    else:
        start = Reading(ask.today, 0)
    return calendar.end_of(maintenance.due_on(start, latest, by))


def _before(call: CareCall, ask: Ask) -> CareCall | None:
    return ask.db.get(CareCall, call.again_of_id) if call.again_of_id else None


def models_of(call: CareCall) -> list[str]:
    """The codes of the models in the batch that the call is about."""
    return [share.line.model.code for share in call.batch.shares] if call.batch else []


def revisit_times(ask: Ask, store_id: UUID) -> tuple[datetime, datetime]:
    """So many days from now: by the end of a working day, first tried in its morning."""
    calendar = calendar_of(ask.db)
    days = policy(ask.db, store_id, "revisit_days", ask.today)
    day = calendar.next_working_day(ask.today + timedelta(days=days))
    return calendar.end_of(day), calendar.at(day, AGAIN_AT)


def _follow(call: CareCall, kind: CareKind, due_at: datetime, planned_at: datetime, ask: Ask) -> None:
    """A call about the same people that comes of this one."""
    after = CareCall(
        store_id=call.store_id, kind=kind, customer_id=call.customer_id, batch_id=call.batch_id,
        handover_id=call.handover_id, again_of_id=call.id, case_id=call.case_id, whom=call.whom,
        agent_id=call.agent_id, due_at=due_at, planned_at=planned_at,
    )  # fmt: skip
    after.customer = call.customer
    CALLS.begin("plan", after, Ask(ask.db, people.system(call.store_id), ask.at, because=ask.because))


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

TALK_RULES = (grade_is_asked, something_was_heard, discontent_has_reason_and_action, score_has_its_scale)

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("plan", None, S.DUE, SYSTEM, None,
         (),
         (put_on_list,)),
    Step("note_call", S.DUE, S.DONE, CALLER, Talk,
         (it_is_no_callback, they_may_be_called, *TALK_RULES),
         (write_talk, bring_service_forward, come_again)),
    Step("call_back", S.DUE, S.DONE, has("call back"), Talk,
         (it_is_a_callback, *TALK_RULES),
         (write_talk, bring_service_forward)),
    Step("not_reached", S.DUE, S.NOT_REACHED, CALLER, Try,
         (message_was_sent,),
         (end_in_vain,), when=is_of_thanks),
    Step("not_reached", S.DUE, SAME, CALLER, Try,
         (they_may_be_called,),
         (count_try,), when=is_not_of_thanks),
    Step("agree_time", S.DUE, SAME, CALLER, Appointment,
         (appointment_is_ahead, promise_is_kept),
         (keep_appointment,)),
    Step("hand_over", S.DUE, SAME, has("hand out calls"), NewCaller,
         (caller_makes_such_calls,),
         (move_call,)),
    Step("give_up", S.DUE, S.NOT_REACHED, has("hand out calls"), WhyNot,
         (was_tried_often_enough,),
         (write_why_not, come_again)),
    Step("cancel", S.DUE, S.CANCELLED, has("hand out calls"), WhyNot,
         (it_was_not_promised,),
         (write_why_not,)),
]
# fmt: on

CALLS = Life("care_call", CareCall, CareState, STEPS, path=(S.DUE, S.DONE))


def callers(db: Session, call: CareCall) -> list[Person]:
    """Who may make a call, by name."""
    duties = ("call back",) if call.kind is K.CALLBACK else ("make calls", "own deals")
    found = {each.id: each for duty in duties for each in people.with_duty(db, call.store_id, duty)}
    return sorted(found.values(), key=lambda each: each.name)
