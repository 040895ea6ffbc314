"""What follows the steps of a complaint: its clocks, who is told, what is written down."""

from datetime import datetime, timedelta
from typing import Any

from dealer import deadlines, people
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask
from dealer.house.policies import policy
from dealer.records.complaints import Complaint, ComplaintCall, Severity
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.people import Role
from dealer.service import complaint_rules as rules
from dealer.service.complaint_forms import (
    Agreeing,
    AskedAfter,
    Complaining,
    Learning,
    Proposing,
    Reassessing,
)

CALL_BACK = (Role.CUSTOMER_SERVICE, Role.KEY_ACCOUNT, Role.SERVICE)  # who is asked first; never who handled it
HANDLERS_CLOCKS = ("complaint_plan", "complaint_solve", "complaint_note")

# ── a new one ─────────────────────────────────────────────────────────────────────────────────────────────────────


def as_told(ask: Ask) -> Complaint:
    """A complaint as it was typed, not yet begun: begin it with "register". The car names its deal and customer."""
    facts: Complaining = ask.facts
    unit = next(iter(rules.car_meant(ask.db, ask.actor, facts.vin)), None)
    batch_id = facts.batch or (unit.batch_id if unit else None)
    batch = ask.db.get(Batch, batch_id) if batch_id else None
    deal_id = facts.deal or (batch.deal_id if batch else unit.case_id if unit else None)
    deal = ask.db.get(Deal, deal_id) if deal_id else None
    customer = deal.customer if deal else ask.db.get(Customer, facts.customer) if facts.customer else None
    complaint = Complaint(
        store_id=ask.actor.store_id, registered_by_id=ask.actor.id, channel=facts.channel, name=facts.name,
        phone=facts.phone, words=facts.words, wish=facts.wish, safety=facts.safety, media=facts.media,
        injury=facts.injury, cars=facts.cars, round_number=1, compensation=0,
    )  # fmt: skip
    complaint.unit, complaint.batch, complaint.deal, complaint.customer = unit, batch, deal, customer
    complaint.case_id = complaint.deal_id = deal.id if deal else None
    complaint.model_id = unit.model_id if unit else _only_model(batch)
    complaint.fleet = customer is not None and customer.customer_class is not CustomerClass.INDIVIDUAL
    complaint.severity = _severity(complaint, ask)
    complaint.accept_by = _in_minutes(complaint, ask, "complaint_accept_minutes")
    complaint.solve_by = _solve_by(complaint, ask, ask.at)
    return complaint


def _only_model(batch: Batch | None) -> Any:
    models = {share.line.model_id for share in batch.shares} if batch else set()
    return models.pop() if len(models) == 1 else None


def _severity(complaint: Complaint, ask: Ask) -> Severity:
    """Grave by rule: safety, somebody hurt, the public, or as many cars as the house rule says."""
    many = complaint.cars >= policy(ask.db, complaint.store_id, "complaint_grave_cars", ask.today)
    grave = complaint.safety or complaint.injury or complaint.media or many
    return Severity.GRAVE if grave else Severity.ORDINARY


def _in_minutes(complaint: Complaint, ask: Ask, rule: str) -> datetime:
    return ask.at + timedelta(minutes=policy(ask.db, complaint.store_id, rule, ask.today))


def _solve_by(complaint: Complaint, ask: Ask, since: datetime) -> datetime:
    rule = "complaint_grave_days" if complaint.severity is Severity.GRAVE else "complaint_solve_days"
    days: int = policy(ask.db, complaint.store_id, rule, ask.today)
    return calendar_of(ask.db).within_days(since, days)


def start_clocks(complaint: Complaint, ask: Ask) -> None:
    """Customer service accepts it within two hours; whoever takes part knows of it."""
    deadlines.plan(ask, "complaint_accept", complaint, complaint.accept_by, role=Role.CUSTOMER_SERVICE)
    _ask_for_comment(complaint, ask)
    if complaint.severity is Severity.GRAVE:
        _tell_managers(complaint, ask)


def _ask_for_comment(complaint: Complaint, ask: Ask) -> None:
    if complaint.fleet:
        deadlines.plan(ask, "complaint_comment", complaint, complaint.solve_by, role=Role.KEY_ACCOUNT)


def _tell_managers(complaint: Complaint, ask: Ask) -> None:
    """重大: the key-account manager and the general manager know within the hour."""
    by = _in_minutes(complaint, ask, "complaint_tell_minutes")
    for role in (Role.KEY_ACCOUNT, Role.GENERAL):
        deadlines.plan(ask, "complaint_grave", complaint, by, role=role)


# ── who handles it ────────────────────────────────────────────────────────────────────────────────────────────────


def accept(complaint: Complaint, ask: Ask) -> None:
    """From here on the handler's clocks run; they count from when it was received."""
    complaint.accepted_at = ask.at
    deadlines.finish(ask, complaint, "complaint_accept")
    complaint.owner_id = ask.facts.handler
    plan_by = complaint.begun_at + timedelta(
        minutes=policy(ask.db, complaint.store_id, "complaint_plan_minutes", ask.today)
    )
    _wind(complaint, ask, plan_by, complaint.solve_by)


def _wind(complaint: Complaint, ask: Ask, plan_by: datetime, solve_by: datetime) -> None:
    whose: dict[str, Any] = {"owner_id": complaint.owner_id} if complaint.owner_id else {"role": Role.CUSTOMER_SERVICE}
    deadlines.plan(ask, "complaint_plan", complaint, plan_by, **whose)
    deadlines.plan(ask, "complaint_solve", complaint, solve_by, **whose)
    note_daily(complaint, ask)


def note_daily(complaint: Complaint, ask: Ask) -> None:
    """A grave one has a word a day until it is solved: the next is due by the end of tomorrow."""
    deadlines.finish(ask, complaint, "complaint_note")
    if (
        complaint.severity is Severity.GRAVE
        and complaint.owner_id
        and deadlines.open_for(ask.db, complaint, "complaint_solve")
    ):
        tomorrow = calendar_of(ask.db).within_days(ask.at, 1)
        deadlines.plan(ask, "complaint_note", complaint, tomorrow, owner_id=complaint.owner_id)


def hand_to(complaint: Complaint, ask: Ask) -> None:
    """Somebody else handles it; the clocks go on running."""
    complaint.owner_id = ask.facts.handler
    for kind in HANDLERS_CLOCKS:
        for row in deadlines.open_for(ask.db, complaint, kind):
            row.owner_id, row.role = complaint.owner_id, None


def direct(complaint: Complaint, ask: Ask) -> None:
    """The general manager has spoken."""
    hand_to(complaint, ask)
    deadlines.finish(ask, complaint, "complaint_direct")


def reassess(complaint: Complaint, ask: Ask) -> None:
    """What is at stake has turned out to be more, or less."""
    facts: Reassessing = ask.facts
    was = complaint.severity
    complaint.safety, complaint.injury, complaint.media, complaint.cars = (
        facts.safety, facts.injury, facts.media, facts.cars,
    )  # fmt: skip
    complaint.severity = _severity(complaint, ask)
    if complaint.severity is was:
        return
    complaint.solve_by = _solve_by(complaint, ask, complaint.begun_at)
    for row in deadlines.open_for(ask.db, complaint, "complaint_solve"):
        row.due_at, row.moved = complaint.solve_by, row.moved + 1
    note_daily(complaint, ask)
    if complaint.severity is Severity.GRAVE:
        _tell_managers(complaint, ask)
    else:
        deadlines.cancel(ask, complaint, "complaint_grave")


# ── what is offered and done ──────────────────────────────────────────────────────────────────────────────────────


def propose(complaint: Complaint, ask: Ask) -> None:
    """The plan stands; money beyond the proposer's authority waits for whoever may grant it."""
    facts: Proposing = ask.facts
    complaint.proposal, complaint.compensation = facts.proposal, facts.compensation
    complaint.proposed_by_id, complaint.compensation_allowed_by_id = ask.hat.id, None
    complaint.agreed_by, complaint.agreed_at = "", None
    deadlines.finish(ask, complaint, "complaint_plan")
    if rules.needs_leave(complaint, ask):
        due = calendar_of(ask.db).due_after(ask.today, 1)
        deadlines.plan(ask, "allow_compensation", complaint, due, role=rules.decided_by(complaint, ask))


def allow(complaint: Complaint, ask: Ask) -> None:
    """The money may be promised."""
    complaint.compensation_allowed_by_id = ask.actor.id
    deadlines.finish(ask, complaint, "allow_compensation")


def take_proposal_back(complaint: Complaint, ask: Ask) -> None:
    """Another proposal is needed, within the time that is left for solving it."""
    deadlines.cancel(ask, complaint, "allow_compensation")
    complaint.compensation_allowed_by_id = None
    deadlines.plan(ask, "complaint_plan", complaint, _in_minutes(complaint, ask, "complaint_plan_minutes"),
                   owner_id=complaint.owner_id)  # fmt: skip


def note_agreement(complaint: Complaint, ask: Ask) -> None:
    """Whose word the shop acts on."""
    facts: Agreeing = ask.facts
    complaint.agreed_by, complaint.agreed_at = facts.agreed_by, ask.at


def finish(complaint: Complaint, ask: Ask) -> None:
    """Done: within three days somebody else asks the customer whether it helped."""
    complaint.done = ask.facts.done
    complaint.solved_at = complaint.solved_at or ask.at
    deadlines.finish(ask, complaint, "complaint_solve")
    deadlines.cancel(ask, complaint, "complaint_note")
    plan_call(complaint, ask)


def plan_call(complaint: Complaint, ask: Ask) -> None:
    """The call-back: by customer service, unless one of them has handled it."""
    days: int = policy(ask.db, complaint.store_id, "callback_days", ask.today)
    had_it = rules.handlers(complaint, ask.db)
    roles = {role for each in had_it for role in people.roles_of(ask.db, each, complaint.store_id)}
    role = next((each for each in CALL_BACK if each not in roles), Role.CUSTOMER_SERVICE)
    deadlines.plan(ask, "complaint_callback", complaint, calendar_of(ask.db).within_days(ask.at, days), role=role)


def note_call(complaint: Complaint, ask: Ask) -> None:
    """A row for each call-back, with the day until which it was in time."""
    facts: AskedAfter = ask.facts
    due = deadlines.latest_for(ask.db, complaint, "complaint_callback")
    complaint.calls.append(
        ComplaintCall(
            store_id=complaint.store_id, round_number=complaint.round_number, at=ask.at,
            due_at=due.due_at if due else ask.at, by_id=ask.actor.id, grade=facts.grade, reason=facts.reason,
        )
    )  # fmt: skip
    deadlines.finish(ask, complaint, "complaint_callback")
    deadlines.plan(ask, "complaint_close", complaint, calendar_of(ask.db).due_after(ask.today, 1),
                   role=Role.CUSTOMER_SERVICE)  # fmt: skip


def take_up_again(complaint: Complaint, ask: Ask) -> None:
    """Not satisfied: another round with clocks of its own; after the second the general manager decides."""
    complaint.round_number += 1
    complaint.manager_comment, complaint.manager_comment_by_id = "", None
    deadlines.cancel(ask, complaint, "complaint_close")
    _wind(complaint, ask, _in_minutes(complaint, ask, "complaint_plan_minutes"), _solve_by(complaint, ask, ask.at))
    _ask_for_comment(complaint, ask)
    if complaint.reopened >= rules.TWICE:
        due = calendar_of(ask.db).due_after(ask.today, 1)
        deadlines.plan(ask, "complaint_direct", complaint, due, role=Role.GENERAL)


# ── its end ───────────────────────────────────────────────────────────────────────────────────────────────────────


def learn(complaint: Complaint, ask: Ask) -> None:
    """Cause, analysis, corrective action."""
    facts: Learning = ask.facts
    complaint.cause, complaint.analysis, complaint.corrective_action = (
        facts.cause, facts.analysis, facts.corrective_action,
    )  # fmt: skip


def comment(complaint: Complaint, ask: Ask) -> None:
    """The key-account manager has had a part in it."""
    complaint.manager_comment, complaint.manager_comment_by_id = ask.facts.comment, ask.actor.id
    deadlines.finish(ask, complaint, "complaint_comment")


def reject(complaint: Complaint, ask: Ask) -> None:
    """Nothing is done about it; the customer was told, and is called back all the same."""
    complaint.rejection = ask.facts.reason
    complaint.solved_at = complaint.solved_at or ask.at
    for kind in ("complaint_accept", *HANDLERS_CLOCKS, "allow_compensation"):
        deadlines.cancel(ask, complaint, kind)
    plan_call(complaint, ask)


def close(complaint: Complaint, ask: Ask) -> None:
    """Nothing of it is due any more."""
    deadlines.finish(ask, complaint, "complaint_close")
    deadlines.cancel(ask, complaint)


def merge(complaint: Complaint, ask: Ask) -> None:
    """It stays, closed, and leads to the one that is worked on."""
    complaint.merged_into = rules.staying(complaint, ask)
    deadlines.cancel(ask, complaint)
