"""The life of a complaint 投诉: received, accepted, solved with the customer's consent, asked after, closed.

Read the table first. No complaint closes before somebody else than its handler has called the customer back, and none
before its cause is known. Forms are in complaint_forms.py, rules in complaint_rules.py, effects in complaint_acts.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.deals import deal_lists
from dealer.deals.deals import Comment
from dealer.engine.steps import SAME, Life, Step
from dealer.people import OWNER, SYSTEM, Actor, has, owner_or
from dealer.records.complaints import Complaint, ComplaintState, Severity
from dealer.records.customers import Customer
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal
from dealer.service import complaint_acts as acts
from dealer.service import complaint_forms as forms
from dealer.service import complaint_rules as rules
from dealer.service.complaint_acts import as_told

__all__ = ["COMPLAINTS", "OPEN", "PATH", "as_told", "listed", "of_customer", "of_deal", "sees", "urgent"]

S = ComplaintState
PATH = (S.RECEIVED, S.ACCEPTED, S.INVESTIGATING, S.PROPOSED, S.EXECUTING, S.CALLBACK, S.CLOSED)
OPEN = tuple(state for state in S if state is not S.CLOSED)
IN_HAND = (S.ACCEPTED, S.INVESTIGATING, S.PROPOSED, S.EXECUTING, S.REOPENED)
BEFORE_DOING = (S.RECEIVED, S.ACCEPTED, S.INVESTIGATING, S.PROPOSED)
LISTED = 200
DESK = has("accept complaints")

# fmt: off
STEPS = [
    #    action  from  to  who  asks for
    #         refused unless …
    #         then …
    Step("register", None, S.RECEIVED, has("register complaints"), forms.Complaining,
         (rules.somebody_complains, rules.one_car_is_meant, rules.what_it_is_about_is_ours_and_seen,
          rules.what_it_is_about_belongs_together),
         (acts.start_clocks,)),
    Step("accept", S.RECEIVED, S.ACCEPTED, DESK, forms.Accepting,
         (rules.handler_handles_complaints,),
         (acts.accept,)),
    Step("investigate", S.ACCEPTED, S.INVESTIGATING, OWNER, None),
    Step("investigate", S.REOPENED, S.INVESTIGATING, OWNER, None,
         (rules.general_manager_need_not_decide,)),
    Step("direct", S.REOPENED, S.INVESTIGATING, has("direct complaints"), forms.Directing,
         (rules.it_failed_twice, rules.handler_handles_complaints),
         (acts.direct,)),
    Step("propose", S.INVESTIGATING, S.PROPOSED, OWNER, forms.Proposing,
         (),
         (acts.propose,)),
    Step("allow_compensation", S.PROPOSED, SAME, has("allow compensation"), None,
         (rules.compensation_waits, rules.somebody_else_proposed_it, rules.amount_is_within_authority),
         (acts.allow,)),
    Step("refuse_compensation", S.PROPOSED, S.INVESTIGATING, has("allow compensation"), Comment,
         (rules.compensation_waits, rules.somebody_else_proposed_it),
         (acts.take_proposal_back,)),
    Step("agree", S.PROPOSED, S.EXECUTING, OWNER, forms.Agreeing,
         (rules.compensation_is_allowed,),
         (acts.note_agreement,)),
    Step("propose_anew", (S.PROPOSED, S.EXECUTING), S.INVESTIGATING, OWNER, Comment,
         (),
         (acts.take_proposal_back,)),
    Step("finish", S.EXECUTING, S.CALLBACK, OWNER, forms.Finishing,
         (),
         (acts.finish,)),
    Step("call_back", (S.CALLBACK, S.REJECTED), SAME, has("ask after complaints"), forms.AskedAfter,
         (rules.caller_did_not_handle_it, rules.nobody_has_called_yet, rules.discontent_has_a_reason),
         (acts.note_call,)),
    Step("reopen", (S.CALLBACK, S.REJECTED), S.REOPENED, SYSTEM, None,
         (rules.customer_is_not_satisfied,),
         (acts.take_up_again,)),
    Step("close", S.CALLBACK, S.CLOSED, DESK, None,
         (rules.customer_was_called_back, rules.cause_is_filed, rules.key_account_manager_has_commented),
         (acts.close,)),
    Step("close", S.REJECTED, S.CLOSED, DESK, None,
         (rules.customer_was_called_back, rules.key_account_manager_has_commented),
         (acts.close,)),
    # beside the path
    Step("file_cause", (*IN_HAND, S.CALLBACK), SAME, owner_or("accept complaints"), forms.Learning,
         (rules.only_what_was_rejected_is_unfounded,),
         (acts.learn,)),
    Step("comment", OPEN, SAME, has("guide complaints"), Comment,
         (),
         (acts.comment,)),
    Step("note", OPEN, SAME, owner_or("accept complaints"), Comment,
         (),
         (acts.note_daily,)),
    Step("reassess", OPEN, SAME, owner_or("assign complaints"), forms.Reassessing,
         (),
         (acts.reassess,)),
    Step("reassign", IN_HAND, SAME, has("assign complaints"), forms.Reassigning,
         (rules.handler_handles_complaints,),
         (acts.hand_to,)),
    Step("reject", BEFORE_DOING, S.REJECTED, DESK, forms.Rejecting,
         (),
         (acts.reject,)),
    Step("merge", BEFORE_DOING, S.CLOSED, DESK, forms.Merging,
         (rules.the_other_one_stands, rules.both_are_of_one_customer, rules.nothing_grave_is_hidden),
         (acts.merge,)),
]
# fmt: on

COMPLAINTS = Life("complaint", Complaint, ComplaintState, STEPS, PATH)


# ── who sees which ────────────────────────────────────────────────────────────────────────────────────────────────


def sees(db: Session, who: Actor, complaint: Complaint) -> bool:
    """All of them for those whose duty it is; else what one registered, handles, or has with a deal one sees."""
    if complaint.store_id != who.store_id:
        return False
    if any(each.may("see all complaints") for each in (who, *who.stands_in_for)):
        return True
    mine = {who.id, *(away.id for away in who.stands_in_for)}
    if mine & {complaint.owner_id, complaint.registered_by_id}:
        return True
    return complaint.deal is not None and deal_lists.sees_deal(complaint.deal, who, db)


def _seen_by(db: Session, who: Actor) -> Select[Complaint]:
    query = people.scoped(select(Complaint), Complaint, who)
    if any(each.may("see all complaints") for each in (who, *who.stands_in_for)):
        return query
    mine = [who.id, *(away.id for away in who.stands_in_for)]
    deals = deal_lists.deals_seen_by(db, who).with_only_columns(Deal.id)
    own = or_(Complaint.owner_id.in_(mine), Complaint.registered_by_id.in_(mine), Complaint.deal_id.in_(deals))
    return query.where(own)


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Urgent:
    """An open complaint with the clock that runs out first; `mine`: it waits for whoever looks."""

    complaint: Complaint
    clock: Deadline | None
    mine: bool


WORK = (
    "complaint_accept", "complaint_plan", "complaint_solve", "complaint_note", "complaint_callback", "complaint_close",
    "complaint_direct", "allow_compensation",
)  # fmt: skip
"""The clocks that say how urgent a complaint is; what others are merely told runs beside them."""


def urgent(db: Session, who: Actor) -> list[Urgent]:
    """Open complaints: one's own first, then by what is due next."""
    found = list(db.scalars(_seen_by(db, who).where(Complaint.state.in_(OPEN)).options(*_beside()).limit(LISTED)))
    clocks = _clocks(db, found)
    owners = {who.id, *(away.id for away in who.stands_in_for)}
    roles = {role.value for each in (who, *who.stands_in_for) for role in each.roles}
    rows = [
        Urgent(each, clock, each.owner_id in owners or (clock is not None and clock.role in roles))
        for each in found
        for clock in [clocks.get(each.id)]
    ]
    return sorted(rows, key=_urgency)


def _urgency(row: Urgent) -> tuple[bool, bool, float, int]:
    due = row.clock.due_at.timestamp() if row.clock else float("inf")
    return not row.mine, row.complaint.severity is not Severity.GRAVE, due, row.complaint.number


def _clocks(db: Session, complaints: Iterable[Complaint]) -> dict[UUID, Deadline]:
    """The clock of each that runs out first."""
    query = select(Deadline).where(
        Deadline.subject_id.in_([each.id for each in complaints]), Deadline.kind.in_(WORK),
        Deadline.done_at.is_(None), Deadline.cancelled_at.is_(None),
    )  # fmt: skip
    found: dict[UUID, Deadline] = {}
    for row in db.scalars(query.order_by(Deadline.due_at)):
        found.setdefault(row.subject_id, row)
    return found


def _beside() -> tuple[Any, ...]:
    return tuple(joinedload(each) for each in (Complaint.customer, Complaint.handler, Complaint.unit, Complaint.model))


def clocks_of(db: Session, complaint: Complaint) -> list[Deadline]:
    """Everything that is still due about it, earliest first."""
    query = select(Deadline).where(
        Deadline.subject_id == complaint.id, Deadline.done_at.is_(None), Deadline.cancelled_at.is_(None)
    )
    return list(db.scalars(query.order_by(Deadline.due_at)))


def listed(db: Session, who: Actor, *, deal: Deal | None = None, most: int = LISTED) -> list[Complaint]:
    """Every complaint a person sees, or those of one deal; newest first."""
    query = _seen_by(db, who).options(*_beside()).order_by(Complaint.number.desc()).limit(most)
    return list(db.scalars(query if deal is None else query.where(Complaint.deal_id == deal.id)))


def of_customer(db: Session, customer: Customer, most: int = 20) -> list[Complaint]:
    """The complaints of a customer, those that are open first, then newest first."""
    query = select(Complaint).where(Complaint.customer_id == customer.id).options(*_beside())
    found = db.scalars(query.order_by(Complaint.number.desc()).limit(most))
    return sorted(found, key=lambda each: each.state is S.CLOSED)


def merged_into(db: Session, complaint: Complaint) -> list[Complaint]:
    """The duplicates that lead to it, with what was said there."""
    query = select(Complaint).where(Complaint.merged_into_id == complaint.id)
    return list(db.scalars(query.order_by(Complaint.number)))


def of_deal(db: Session, deal: Deal) -> list[Complaint]:
    """The complaints about a deal that may still move by themselves."""
    query = select(Complaint).where(Complaint.deal_id == deal.id, Complaint.state.in_(OPEN))
    return list(db.scalars(query.order_by(Complaint.number)))
