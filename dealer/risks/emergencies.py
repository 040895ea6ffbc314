"""The life of an emergency 突发事件: what happened, what is done about it, how it ended. None is ever deleted (K6)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import deadlines, people
from dealer.deals import deal_lists
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of
from dealer.engine.fields import Options, Paragraph, ShopTime
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Refused, Step, no, on_facts
from dealer.house import staff
from dealer.people import Actor, has, owner_or
from dealer.records.deals import Deal
from dealer.records.people import Role
from dealer.records.risks import Emergency, EmergencyAction, EmergencyState

S = EmergencyState
MOST_LISTED = 50

# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────────


class NewEmergency(Facts):
    """Something has gone wrong."""

    happened_at: ShopTime = Field(title="When it happened")
    place: str = Field(title="Where", min_length=1, max_length=200)
    what: Annotated[str, Paragraph] = Field(title="What went wrong", min_length=1, max_length=2000)
    involved: str = Field("", title="Who had a part in it", max_length=200)
    deal: Annotated[UUID | None, Options("deals_at_risk")] = Field(None, title="Deal")
    owner: Annotated[UUID, Options("colleagues")] = Field(title="Who sees to it")


class NewAction(Facts):
    """Something to be done about it."""

    what: Annotated[str, Paragraph] = Field(title="What is to be done", min_length=1, max_length=2000)
    owner: Annotated[UUID, Options("colleagues")] = Field(title="Who does it")
    due_on: date = Field(title="Done by")


class DoneAction(Facts):
    """One of the actions is done."""

    action: Annotated[UUID, Options("emergency_actions")] = Field(title="Action")
    result: Annotated[str, Paragraph] = Field(title="Result of the action", min_length=1, max_length=2000)


def prepare(ask: Ask) -> Emergency:
    """The emergency that is reported, not yet born."""
    facts: NewEmergency = ask.facts
    deal = ask.db.get(Deal, facts.deal) if facts.deal else None
    if facts.deal and (deal is None or deal.store_id != ask.actor.store_id):
        raise Refused([no("Choose a deal of this shop.", code="E-REQ-FIELD", field="deal")], "report")
    return Emergency(
        store_id=ask.actor.store_id, happened_at=facts.happened_at, place=facts.place, what=facts.what,
        involved=facts.involved, deal_id=deal.id if deal else None, case_id=deal.id if deal else None,
        reported_by_id=ask.actor.id, owner_id=facts.owner,
    )  # fmt: skip


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def it_has_happened(emergency: Emergency, ask: Ask) -> Refusal | None:
    """What lies ahead is a risk, not an emergency."""
    if ask.facts.happened_at > ask.at:
        return no("This lies ahead: raise a risk instead.", code="E-DAY-AHEAD", field="happened_at")
    return None


@on_facts
def whose_it_is_works_here(emergency: Emergency, ask: Ask) -> Refusal | None:
    """Somebody of this shop."""
    if ask.facts.owner not in {each.id for each in staff.at_work(ask.db, emergency.store_id)}:
        return no("Choose a colleague who works in this shop.", code="E-REQ-FIELD", field="owner")
    return None


@on_facts
def it_is_due_from_today_on(emergency: Emergency, ask: Ask) -> Refusal | None:
    """A day that has passed binds nobody."""
    if ask.facts.due_on < ask.today:
        return no("Choose a day from today on.", code="E-DAY-PAST", field="due_on")
    return None


def an_action_is_open(emergency: Emergency, ask: Ask) -> Refusal | None:
    """There is something to be done."""
    if not open_actions(emergency):
        return no("No action is open.", code="E-NOT-NEEDED", quiet=True)
    return None


@on_facts
def chosen_action_is_open(emergency: Emergency, ask: Ask) -> Refusal | None:
    """One of this emergency's."""
    if ask.facts.action not in {each.id for each in open_actions(emergency)}:
        return no("Choose one of the open actions.", code="E-REQ-FIELD", field="action")
    return None


def every_action_is_done(emergency: Emergency, ask: Ask) -> Refusal | None:
    """An emergency ends when what was decided about it has been done."""
    left = len(open_actions(emergency))
    if left:
        return no("{count} actions are open: have them done first.", code="E-ACTIONS-OPEN", count=left)
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def tell(emergency: Emergency, ask: Ask) -> None:
    """Whoever sees to it, and the key-account manager, know at once."""
    note = emergency.what[:60]
    deadlines.plan(ask, "emergency_open", emergency, ask.at, owner_id=emergency.owner_id, note=note)
    deadlines.plan(ask, "emergency_known", emergency, ask.at, role=Role.KEY_ACCOUNT, note=note)


def add_action(emergency: Emergency, ask: Ask) -> None:
    """One more thing to do, in somebody's list."""
    facts: NewAction = ask.facts
    action = EmergencyAction(
        store_id=emergency.store_id, what=facts.what, owner_id=facts.owner, due_on=facts.due_on, emergency=emergency
    )
    ask.db.add(action)
    ask.db.flush()
    due = calendar_of(ask.db).end_of(facts.due_on)
    deadlines.plan(ask, "emergency_action", emergency, due, owner_id=facts.owner, note=_note(action))


def _note(action: EmergencyAction) -> str:
    return f"{action.what[:60]}"


def finish_action(emergency: Emergency, ask: Ask) -> None:
    """Done, by whom and what came of it."""
    action = next(each for each in emergency.actions if each.id == ask.facts.action)
    action.done_at, action.done_by_id, action.result = ask.at, ask.actor.id, ask.facts.result
    for row in deadlines.open_for(ask.db, emergency, "emergency_action"):
        if (row.owner_id, row.note) == (action.owner_id, _note(action)):
            deadlines.tick(ask, row)


def close(emergency: Emergency, ask: Ask) -> None:
    """How it ended, and who says so."""
    emergency.outcome, emergency.closed_by_id = ask.facts.comment, ask.hat.id
    deadlines.finish(ask, emergency, "emergency_open")
    deadlines.finish(ask, emergency, "emergency_known")


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

OWNER_OR_LEADER = owner_or("direct emergencies")

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("report", None, S.OPEN, has("report emergencies"), NewEmergency,
         (it_has_happened, whose_it_is_works_here),
         (tell,)),
    Step("add_action", S.OPEN, SAME, OWNER_OR_LEADER, NewAction,
         (whose_it_is_works_here, it_is_due_from_today_on),
         (add_action,)),
    Step("finish_action", S.OPEN, SAME, has("report emergencies"), DoneAction,
         (an_action_is_open, chosen_action_is_open),
         (finish_action,)),
    Step("note", S.OPEN, SAME, has("report emergencies"), Comment,
         (),
         ()),
    Step("close", S.OPEN, S.CLOSED, has("direct emergencies"), Comment,
         (every_action_is_done,),
         (close,)),
]
# fmt: on

EMERGENCIES = Life("emergency", Emergency, EmergencyState, STEPS)

# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def open_actions(emergency: Emergency) -> list[EmergencyAction]:
    """What is still to be done."""
    return [each for each in emergency.actions if each.done_at is None]


def of_deal(db: Session, deal: Deal) -> list[Emergency]:
    """The emergencies of a deal, newest first."""
    query = select(Emergency).where(Emergency.deal_id == deal.id)
    return list(db.scalars(query.order_by(Emergency.happened_at.desc(), Emergency.number.desc())))


def _seen_by(who: Actor) -> Select[tuple[Emergency]]:
    query = people.scoped(select(Emergency), Emergency, who).options(joinedload(Emergency.owner))
    if who.may_or_stands_in("direct emergencies"):
        return query
    mine = [who.id, *(away.id for away in who.stands_in_for)]
    acting = select(EmergencyAction.emergency_id).where(EmergencyAction.owner_id.in_(mine))
    return query.where(or_(Emergency.owner_id.in_(mine), Emergency.reported_by_id.in_(mine), Emergency.id.in_(acting)))


def open_ones(db: Session, who: Actor) -> list[Emergency]:
    """What is not over, the oldest first."""
    query = _seen_by(who).where(Emergency.state == S.OPEN)
    return list(db.scalars(query.order_by(Emergency.happened_at, Emergency.number).limit(200)))


def past_ones(db: Session, who: Actor, below: int | None = None) -> list[Emergency]:
    """What is over, newest first, from below a number on; one more than a page if there is one."""
    query = _seen_by(who).where(Emergency.state == S.CLOSED)
    if below is not None:
        query = query.where(Emergency.number < below)
    return list(db.scalars(query.order_by(Emergency.number.desc()).limit(MOST_LISTED + 1)))


def sees(db: Session, who: Actor, emergency: Emergency) -> bool:
    """Leaders; who reported it, sees to it or has an action of it; who sees its deal."""
    if who.may_or_stands_in("direct emergencies"):
        return True
    mine = {who.id, *(away.id for away in who.stands_in_for)}
    theirs = {emergency.owner_id, emergency.reported_by_id, *(each.owner_id for each in emergency.actions)}
    return bool(mine & theirs) or (emergency.deal is not None and deal_lists.sees_deal(emergency.deal, who, db))
