"""The page of one complaint: what was said, what runs out next, what is missing, what was done and learned."""

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template

from dealer.engine import history
from dealer.engine.steps import Choice, Refusal
from dealer.records.care import Satisfaction
from dealer.records.complaints import Complaint, ComplaintState, Severity
from dealer.records.deadlines import Deadline
from dealer.service import complaint_rules, complaints
from dealer.service.complaints import COMPLAINTS
from web import due, steps
from web.asking import Answer, looking, looking_ask, me
from web.deals import deals, timeline
from web.frame import names_of
from web.language import clock, money, say, show, word
from web.privacy import privacy
from web.service.complaints import KIND, TONES, in_list, running

pages = Blueprint("complaint_page", __name__)
S = ComplaintState

GRADES = {Satisfaction.SATISFIED: "ok", Satisfaction.SO_SO: "wait", Satisfaction.DISSATISFIED: "bad"}
STANDS_AT = {S.REOPENED: S.ACCEPTED, S.REJECTED: S.CALLBACK}  # beside the path, on the stepper
LEADS_ON = {S.REOPENED: ("investigate", "direct"), S.REJECTED: ("close",)}  # what leads back to the path


@pages.get("/complaints/<int:number>")
def page(number: int) -> Answer:
    """One complaint: what was said, what runs out next, what is missing, what was done."""
    complaint: Complaint = steps.find(looking(), KIND, number)
    choices = COMPLAINTS.choices(complaint, looking_ask())
    forward = _leads_on(complaint, choices)
    buttons = steps.buttons(KIND, complaint, choices)
    mine = {each["action"] for each in buttons}
    told = history.of_thing(looking(), complaint.store_id, complaint.id)
    return render_template(
        "complaints/page.html",
        complaint=complaint,
        row=in_list(complaint),
        badges=_badges(complaint),
        phases=_phases(complaint, told),
        primary=next((each for each in buttons if forward and each["action"] == forward.step.action), None),
        to=show(forward.step.target) if forward else "",
        items=steps.checklist(forward, lambda refusal: _fix(complaint, refusal, mine)) if forward else [],
        buttons=[each for each in buttons if forward is None or each["action"] != forward.step.action],
        clocks=[_due(each) for each in complaints.clocks_of(looking(), complaint)],
        belongs=_belongs(complaint),
        solution=_solution(complaint),
        lessons=_lessons(complaint),
        calls=_calls(complaint),
        duplicates=[in_list(each) for each in complaints.merged_into(looking(), complaint)],
        stays=in_list(complaint.merged_into) if complaint.merged_into else None,
        timeline=timeline.entries(list(reversed(told))),
    )


def _leads_on(complaint: Complaint, choices: list[Choice]) -> Choice | None:
    """The step to the next phase; from beside the path the one that leads back to it."""
    following = COMPLAINTS.forward(complaint.state)
    actions = (following.action,) if following else LEADS_ON.get(complaint.state, ())
    ways = [each for each in choices if each.step.action in actions and each.arises]
    return next((each for each in ways if each.is_open), ways[0] if ways else None)


def _fix(complaint: Complaint, refusal: Refusal, mine: set[str]) -> dict[str, str]:
    if refusal.fix not in mine:
        return {}
    return {"fix_label": word("Action complaint", refusal.fix), "fix_url": KIND.step_url(complaint, refusal.fix)}


def _badges(complaint: Complaint) -> list[dict[str, str]]:
    told = [{"label": show(complaint.state), "tone": TONES.get(complaint.state, "info")}]
    if complaint.severity is Severity.GRAVE:
        told.append({"label": show(complaint.severity), "tone": "bad"})
    if complaint.reopened:
        told.append({"label": say("Reopened {count} times", count=complaint.reopened), "tone": "wait"})
    if complaint.fleet:
        told.append({"label": say("Fleet complaint"), "tone": "tag"})
    return told


def _phases(complaint: Complaint, told: list[history.History]) -> list[dict[str, str]]:
    began = {row.now: row.at for row in told if row.was != row.now}
    stands = STANDS_AT.get(complaint.state, complaint.state)
    at = complaints.PATH.index(stands)
    return [
        {
            "label": show(state),
            "state": "done" if place < at or complaint.state is S.CLOSED else "current" if place == at else "todo",
            "note": _on(began.get(state.value)) if place <= at else "",
        }
        for place, state in enumerate(complaints.PATH)
    ]


def _on(at: datetime | None) -> str:
    return clock(at) if at else ""


def _due(row: Deadline) -> dict[str, str]:
    names = names_of([row.owner_id])
    whose = names.get(row.owner_id, "") if row.owner_id else word("Role", row.role) if row.role else ""
    return running(row) | {"whose": whose, "when": due.when(row.due_at)}


def _belongs(complaint: Complaint) -> list[dict[str, Any]]:
    """Who and what it is about, as far as this person may look at it."""
    phone = privacy.phone_in("complaint.phone", "complaints", complaint, own=complaint.owner_id == me().id)
    customer = complaint.customer
    url = f"/customers/{customer.number}" if customer and me().may_or_stands_in("see customers") else ""
    rows: list[tuple[str, str, str]] = [
        (say("Who complains"), complaint.name, ""),
        (say("Phone"), phone if complaint.phone else "",
         privacy.ask_for(complaint, "complaints", phone != complaint.phone)),
        (say("Customer"), customer.name if customer else "", url),
        (say("Deal"), deals.code_of(complaint.deal) if complaint.deal else "", _link(complaint.deal)),
        (say("Batch"), say("Batch {number}", number=complaint.batch.position) if complaint.batch else "",
         _link(complaint.batch)),
        (say("Car"), complaint.unit.vin if complaint.unit else "", _link(complaint.unit)),
        (say("Model"), complaint.model.name if complaint.model else "", ""),
        (say("How it reached us"), show(complaint.channel), ""),
        (say("Registered by"), complaint.registered_by.name, ""),
        (say("Why it is grave"), show(_dangers(complaint)), ""),
    ]  # fmt: skip
    return [{"label": label, "value": value, "url": url} for label, value, url in rows if value]


def _link(thing: Any) -> str:
    return steps.seen_url(thing) if thing is not None else ""


def _dangers(complaint: Complaint) -> list[str]:
    if complaint.severity is not Severity.GRAVE:
        return []
    told = (
        (complaint.safety, say("safety")),
        (complaint.injury, say("somebody hurt")),
        (complaint.media, say("public")),
    )
    return [label for there, label in told if there] + [say("{count} cars", count=complaint.cars)]


def _solution(complaint: Complaint) -> list[dict[str, Any]]:
    by = names_of([complaint.proposed_by_id, complaint.compensation_allowed_by_id])
    paid = f"¥{money(complaint.compensation)}" if complaint.compensation else ""
    if paid and complaint.compensation_allowed_by_id:
        paid = say("{amount}, allowed by {who}", amount=paid, who=by[complaint.compensation_allowed_by_id])
    elif paid and complaint.proposed_by_id and complaint_rules.needs_leave(complaint, looking_ask()):
        paid = say("{amount}, not allowed yet", amount=paid)
    agreed = (
        say("{who}, {when}", who=complaint.agreed_by, when=clock(complaint.agreed_at)) if complaint.agreed_at else ""
    )
    rows = (
        (say("What the customer wants"), complaint.wish),
        (say("Proposed solution"), complaint.proposal),
        (say("Compensation"), paid),
        (say("Customer agrees"), agreed),
        (say("What was done"), complaint.done),
        (say("Rejected because"), complaint.rejection),
    )
    return [{"label": label, "value": value} for label, value in rows if value]


def _lessons(complaint: Complaint) -> list[dict[str, Any]]:
    by = names_of([complaint.manager_comment_by_id])
    comment = complaint.manager_comment
    if comment and complaint.manager_comment_by_id:
        comment = f"{comment} — {by[complaint.manager_comment_by_id]}"
    rows = (
        (say("Cause"), show(complaint.cause) if complaint.cause else ""),
        (say("Analysis"), complaint.analysis),
        (say("Corrective action"), complaint.corrective_action),
        (say("Key-account manager"), comment),
    )
    return [{"label": label, "value": value} for label, value in rows if value]


def _calls(complaint: Complaint) -> list[dict[str, Any]]:
    by = names_of(call.by_id for call in complaint.calls)
    return [
        {
            "title": f"{clock(call.at)} {by[call.by_id]}",
            "note": call.reason,
            "badge": show(call.grade),
            "tone": GRADES[call.grade],
            "late": call.at > call.due_at,
        }
        for call in complaint.calls
    ]
