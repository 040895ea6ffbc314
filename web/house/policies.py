"""House rules: what holds today, what is proposed, and everything that held before."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, g, render_template

from dealer import people, workflow
from dealer.engine.database import calendar_of
from dealer.engine.history import of_thing
from dealer.engine.steps import Ask
from dealer.house import policies, proposal_forms, proposals
from dealer.house.policies import policy
from dealer.house.replay import REPLAYED
from dealer.prospects import levels
from dealer.records.approvals import Lane
from dealer.records.people import Policy, PolicyState, Role
from dealer.records.prospects import Level
from dealer.stock import catalogue
from web import steps
from web.asking import Answer, looking, looking_ask, me, need, or_404, write
from web.deals import timeline
from web.forms import Form, options
from web.frame import names_of
from web.language import money, say, short_day, show, word

pages = Blueprint("policies", __name__)
S = PolicyState

# In which part of the work a house rule counts; a test looks that none is forgotten.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Quotation and price",
        ("quote_validity_days", "quote_validity_most_days", "acceptance_stands_days", "exception_validity_days",
         "exception_returns", "approval_stages", "remind_after_minutes", "fleet_min_qty",
         "gift_budget_permille", "accessory_least_permille",
         "accessory_least_showroom_permille", "accessory_least_sales_permille", "vat_permille"),
    ),
    (
        "Deal and contract",
        ("general_manager_threshold_fen", "review_due_working_days", "reopen_within_days", "conduct_needs_approval",
         "retention_most_permille", "credit_rate_permille", "credit_months", "risk_deposit_days",
         "risk_certificate_days"),
    ),
    (
        "The manufacturer",
        ("filing_first_warning_days", "filing_second_warning_days", "filing_lapse_days", "claim_window_months",
         "rebate_reply_days", "oem_returns"),
    ),
    (
        "Test drive",
        ("drive_counts_days", "verified_for_minutes", "licence_months", "licence_photo", "licence_photo_days",
         "drive_buffer_minutes", "no_show_minutes", "drive_hours", "cars_back_by"),
    ),
    (
        "Delivery and care",
        ("stock_old_days", "reservation_days", "unpaid_after_notice_days", "pdi_valid_days", "thank_you_minutes",
         "callback_days", "second_contact_days", "first_month_days", "agent_contact_days", "revisit_days",
         "call_window", "maintenance", "repurchase_months", "repurchase_kilometres", "repurchase_cars",
         "repurchase_rest_months"),
    ),
    (
        "Prospects",
        ("levels", "follow_up_from", "follow_up_until", "idle_inquiry_days", "idle_quotation_days",
         "idle_contract_review_days", "idle_test_drive_days", "idle_delivery_days", "idle_carded_days",
         "idle_following_days", "idle_ordered_days", "contact_misses", "deal_misses", "forecast_days",
         "owner_kept_days", "revived_level", "uncontactable_days", "hand_in_by", "sub_dealer_visit_days",
         "sighting_days",
         "sub_dealer_weight_deliveries", "sub_dealer_weight_visits", "sub_dealer_weight_complaints",
         "sub_dealer_weight_report", "sub_dealer_report_day"),
    ),
    (
        "Complaints",
        ("complaint_accept_minutes", "complaint_plan_minutes", "complaint_solve_days", "complaint_grave_days",
         "complaint_grave_cars", "complaint_tell_minutes", "compensation_consultant_fen",
         "compensation_key_account_fen", "enquiry_minutes", "workshop_appointments"),
    ),
    (
        "Staff",
        ("leave_by_manager_days", "leave_by_group_head", "companions_need_training", "inspectors_need_training",
         "appraisal_follow_ups_weight", "appraisal_register_weight", "appraisal_satisfaction_weight",
         "appraisal_targets_weight"),
    ),
    (
        "Personal data",
        ("keep_licence_months", "keep_visit_months", "keep_card_months", "keep_sales_years",
         "data_request_days", "keep_request_months", "keep_notice_months", "keep_complaint_months",
         "keep_enquiry_months", "keep_outside_months", "keep_leave_months", "keep_sign_in_months"),
    ),
)  # fmt: skip
UNITS = {
    "working_days": "working_days", "days": "days", "minutes": "minutes", "months": "months", "years": "years",
    "permille": "permille", "qty": "cars", "cars": "cars", "appointments": "cars", "kilometres": "kilometres",
    "returns": "times",
    "misses": "working_days",
}  # fmt: skip
TONES = {S.PROPOSED: "wait", S.APPROVED: "ok", S.REFUSED: "bad", S.WITHDRAWN: "neutral"}

KIND = steps.register(
    steps.Kind(
        "policies",
        Policy,
        proposals.POLICIES,
        title=lambda proposal: word("Policy", proposal.name),
        sees=lambda proposal, who: who.may_or_stands_in("see settings"),
    )
)


@options("level_names")
def _level_names() -> list[tuple[str, str]]:
    return [(level.value, show(level)) for level in Level]


@options("model_codes")
def _model_codes() -> list[tuple[str, str]]:
    return [(model.code, catalogue.full_name(model)) for model in catalogue.all_models(looking(), me())]


@options("brands")
def _brands() -> list[tuple[str, str]]:
    return [(brand, brand) for brand in sorted({model.brand for model in catalogue.all_models(looking(), me())})]


def told(name: str, value: Any) -> str:
    """A value as a person reads it: with its unit, hours and levels written out."""
    match value:
        case bool():
            return say("yes") if value else say("no")
        case int():
            return f"¥{money(value)}" if name.endswith("_fen") else _with_unit(name, value)
        case {"fleet": _}:
            return " · ".join(_stages_of_case(Lane(lane), stages) for lane, stages in value.items())
        case [{"level": _}, *_]:
            return " · ".join(_days_by_level(value))
        case [{"km": _}, *_]:
            return " · ".join(_service(row) for row in value)
        case list():
            return show([hours.replace("-", "–") for hours in value])
        case _:
            return str(value)


def _days_by_level(value: list[dict[str, Any]]) -> list[str]:
    """H 7 / 2、A 15 / 5 …, then likewise each brand or class with days of its own."""
    told: dict[str, list[str]] = {}
    for row in levels.rows_of(value):
        named = show([each for each in (row.brand, row.customer_class) if each])
        told.setdefault(named, []).append(f"{row.level} {row.deal_within} / {row.gap}")
    return [f"{named} {show(days)}".strip() for named, days in told.items()]


def _service(row: dict[str, Any]) -> str:
    """6 months or 5,000 km; X5: 12 months or 10,000 km."""
    told = say("{months} months or {km} km", months=row["months"], km=f"{row['km']:,}")
    return f"{row['model']} {told}".strip()


def _stages_of_case(lane: Lane, stages: list[dict[str, Any]]) -> str:
    """财务 → 总经理; of a stage that needs not all: 大客户经理、财务 1/2."""
    told = (
        show([Role(role) for role in stage["roles"]])
        + (f" {stage['agree']}/{len(stage['roles'])}" if 0 < stage["agree"] < len(stage["roles"]) else "")
        for stage in stages
    )
    return say("{case}: {stages}", case=lane, stages=" → ".join(told))


def _with_unit(name: str, value: int) -> str:
    if name.endswith("_permille"):
        return f"{value / 10:g} %"
    return f"{value} {_unit(name)}".strip()


def _unit(name: str) -> str:
    return next((word("Unit", unit) for end, unit in UNITS.items() if name.endswith(f"_{end}")), "")


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/policies")
def index() -> Answer:
    """Every house rule with what holds today and what is under way."""
    need("see settings")
    db, today = looking(), calendar_of(looking()).today(g.now)
    waiting, coming = proposals.open_proposals(db, me()), proposals.coming(db, me(), today)
    sections = [
        {"label": say(label), "rows": [_row(name, waiting.get(name), coming.get(name)) for name in names]}
        for label, names in SECTIONS
    ]
    return render_template("settings/policies.html", sections=sections, waiting=len(waiting))


def _row(name: str, waiting: Policy | None, coming: Policy | None) -> dict[str, Any]:
    today = calendar_of(looking()).today(g.now)
    holds = policy(looking(), me().store_id, name, today)
    return {
        "url": f"/policies/{name}",
        "cells": [
            word("Policy", name),
            told(name, holds),
            say("{value} from {day}", value=told(name, coming.value), day=coming.from_day) if coming else "",
            {"text": say("{value} proposed", value=told(name, waiting.value)), "tone": "wait"} if waiting else "",
        ],
    }


@pages.get("/policies/<name>")
def values(name: str) -> Answer:
    """One house rule: what holds, what was ever proposed, by whom, and who decided."""
    need("see settings")
    if name not in policies.DEFAULTS:
        abort(404)
    db, today = looking(), calendar_of(looking()).today(g.now)
    rows = proposals.values_of(db, me(), name)
    names = names_of([row.owner_id for row in rows] + [row.approved_by_id for row in rows])
    return render_template(
        "settings/policy.html",
        name=name,
        title=word("Policy", name),
        holds=told(name, policy(db, me().store_id, name, today)),
        default=told(name, policies.DEFAULTS[name]),
        note=_explained(name),
        rows=[_value_row(row, names) for row in rows],
        proposes=me().may_or_stands_in("propose policies"),
    )


def _explained(name: str) -> str:
    if proposal_forms.form_of(name) is proposal_forms.Levels:
        return say(
            "For each level: purchase expected within so many days / days until the next contact. "
            "Rows for a brand or a customer class go before those for everybody, a class before a brand."
        )
    if proposal_forms.form_of(name) is proposal_forms.Stages:
        return say("Stages of one kind of case follow each other. All of a stage must agree, or as many as it says.")
    return ""


def _value_row(row: Policy, names: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "url": KIND.url(row),
        "cells": [
            told(row.name, row.value),
            short_day(row.from_day),
            {"text": names.get(row.owner_id, "—"), "note": row.reason},
            {"text": show(row.state), "tone": {"ok": "ok", "bad": "bad", "wait": "wait"}.get(TONES[row.state])},
            names.get(row.approved_by_id, "—"),
        ],
    }


@pages.get("/policies/<int:number>")
def page(number: int) -> Answer:
    """One proposal, beside what holds today, with the buttons that decide it."""
    need("see settings")
    proposal: Policy = or_404(people.by_number(looking(), Policy, me(), number))
    ask = looking_ask()
    choices = proposals.POLICIES.choices(proposal, ask)
    return render_template(
        "settings/proposal.html",
        proposal=proposal,
        title=word("Policy", proposal.name),
        badge={"label": show(proposal.state), "tone": TONES[proposal.state]},
        holds=told(proposal.name, policy(looking(), proposal.store_id, proposal.name, ask.today)),
        value=told(proposal.name, proposal.value),
        who=names_of([proposal.owner_id]).get(proposal.owner_id, "—") if proposal.owner_id else "—",
        replay=f"{KIND.url(proposal)}/replay" if proposal.name in REPLAYED else "",
        buttons=steps.buttons(KIND, proposal, choices),
        timeline=timeline.entries(list(reversed(of_thing(looking(), proposal.store_id, proposal.id)))),
    )


# ── proposing ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/policies/<name>/propose")
def propose_form(name: str) -> Answer:
    """The form of a new value, with what holds today in it."""
    need("propose policies")
    if name not in policies.DEFAULTS:
        abort(404)
    today = calendar_of(looking()).today(g.now)
    holds = policy(looking(), me().store_id, name, today)
    return _draw(name, Form(proposal_forms.form_of(name), {"value": proposal_forms.shown(name, holds)}))


@pages.post("/policies/<name>/propose")
def propose(name: str) -> Answer:
    """Propose it; the general manager has it on the list of the day."""
    need("propose policies")
    if name not in policies.DEFAULTS:
        abort(404)

    def work(ask: Ask) -> str:
        proposal = proposals.proposal_of(ask, name)
        workflow.begin(proposal, "propose", ask)
        return KIND.url(proposal)

    return write(Form.received(proposal_forms.form_of(name)), work, lambda form, trouble: _draw(name, form))


def _draw(name: str, form: Form | None) -> str:
    title = word("Policy", name)
    fields = [or_404(form)[each] for each in ("value", "from_day", "reason")]
    if fields[0].kind == "number":
        fields[0].hint = _unit(name)
    return render_template(
        "settings/form.html",
        title=say("Propose a new value"),
        address=f"/policies/{name}/propose",
        crumbs=[{"label": say("House rules"), "url": "/policies"}, {"label": title, "url": f"/policies/{name}"}],
        seen=None,
        form=form,
        fields=fields,
        changes=[],
    )
