"""The life of a house rule with a date: one person proposes a value from a day on, the general manager approves it.

Read the table first. What a proposal asks for follows from the kind of value (proposal_forms.py).
"""

from collections import Counter
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines
from dealer.approvals import stage_staffing
from dealer.engine.database import calendar_of
from dealer.engine.steps import Ask, Condition, Life, Refusal, Step, no, on_facts
from dealer.engine.words import Yuan
from dealer.house.proposal_forms import (
    FORMS,
    Amount,
    Levels,
    Number,
    Proposal,
    Refusing,
    Services,
    Stages,
    Windows,
    form_of,
    stored,
)
from dealer.people import OWNER, Actor, has, not_their_own, scoped
from dealer.records.people import Policy, PolicyState, Role
from dealer.records.prospects import Level
from dealer.stock import catalogue

S = PolicyState
LIMITS: dict[str, tuple[int, int]] = {
    "quote_validity_days": (1, 90),
    "quote_validity_most_days": (1, 180),
    "exception_returns": (0, 10),
    "oem_returns": (0, 10),
    "general_manager_threshold_fen": (0, 100_000_000_00),
    "compensation_consultant_fen": (0, 10_000_00),
    "compensation_key_account_fen": (0, 1_000_000_00),
    "enquiry_minutes": (10, 7 * 24 * 60),
    "complaint_plan_minutes": (60, 14 * 24 * 60),
    "complaint_tell_minutes": (5, 24 * 60),
    "verified_for_minutes": (10, 24 * 60),
    "remind_after_minutes": (5, 7 * 24 * 60),
    "drive_buffer_minutes": (0, 240),
    "vat_permille": (0, 300),
    "credit_rate_permille": (0, 360),
    "credit_months": (1, 36),
    "leave_by_manager_days": (0, 30),
    "appraisal_follow_ups_weight": (0, 100),
    "appraisal_register_weight": (0, 100),
    "appraisal_satisfaction_weight": (0, 100),
    "appraisal_targets_weight": (0, 100),
    "gift_budget_permille": (0, 1000),
    "retention_most_permille": (0, 1000),
    "repurchase_kilometres": (1000, 999_999),
    "keep_licence_months": (1, 36),
    "keep_visit_months": (1, 36),
    "keep_card_months": (1, 60),
    "data_request_days": (1, 30),
    "keep_request_months": (12, 60),
    "keep_notice_months": (12, 60),
    "keep_complaint_months": (12, 60),
    "keep_enquiry_months": (1, 36),
    "keep_outside_months": (1, 36),
    "keep_leave_months": (1, 36),
    "keep_sign_in_months": (6, 24),  # 网络安全法, art. 21: logs of access stay for six months at least
    "keep_sales_years": (10, 30),  # 汽车销售管理办法: ten years at least
}
"""Least and most of a value, where they are not those of `ANY_NUMBER`: beyond them somebody mistyped."""
ANY_NUMBER = (1, 1000)

# ── rules and effects ─────────────────────────────────────────────────────────────────────────────────────────────


def asks_by(form: type[Proposal]) -> Condition:
    """Tells the rows of `propose` apart."""
    return lambda proposal, ask: form_of(proposal.name) is form


@on_facts
def value_is_sensible(proposal: Policy, ask: Ask) -> Refusal | None:
    """Beyond the limits somebody mistyped: a validity of fifteen hundred days."""
    least, most = LIMITS.get(proposal.name, ANY_NUMBER)
    if not isinstance(ask.facts, Number | Amount) or least <= ask.facts.value <= most:
        return None
    unit = Yuan if isinstance(ask.facts, Amount) else int
    sentence = "Enter a value between {least} and {most}."
    return no(sentence, code="E-POLICY-LIMITS", field="value", least=unit(least), most=unit(most))


@on_facts
def hours_follow_each_other(proposal: Policy, ask: Ask) -> Refusal | None:
    """09:00–12:00, 14:00–20:00: each ends after it began, none begins before the last has ended."""
    if isinstance(ask.facts, Windows):
        clock = [time for hours in ask.facts.value for time in (hours.start, hours.end)]
        if clock != sorted(set(clock)):
            return no("Enter the hours one after the other, without overlap.", code="E-POLICY-HOURS", field="value")
    return None


@on_facts
def every_level_has_one_row(proposal: Policy, ask: Ask) -> Refusal | None:
    """A level without days for everybody would leave cards without a next contact; two rows, to chance."""
    if not isinstance(ask.facts, Levels):
        return None
    for_everybody = [row.level for row in ask.facts.value if not row.brand and row.customer_class is None]
    if sorted(for_everybody) != sorted(Level):
        sentence = "Give each of these levels one row without brand and class: {levels}."
        return no(sentence, code="E-POLICY-LEVELS", field="value", levels=list(Level))
    named = Counter((row.brand, row.customer_class, row.level) for row in ask.facts.value)
    if twice := next((key for key, count in named.items() if count > 1), None):
        sentence = "Level {level} of one brand and class stands there twice: keep one of these rows."
        return no(sentence, code="E-POLICY-LEVELS", field="value", level=twice[2])
    return None


@on_facts
def brands_are_the_shops(proposal: Policy, ask: Ask) -> Refusal | None:
    """A row for a brand that the shop does not sell would never count."""
    if not isinstance(ask.facts, Levels):
        return None
    sold = {model.brand for model in catalogue.all_models(ask.db, ask.actor)}
    unknown = next((row.brand for row in ask.facts.value if row.brand and row.brand not in sold), None)
    if unknown is not None:
        sentence = "The shop has no model of {brand}: choose one of its brands."
        return no(sentence, code="E-POLICY-BRAND", field="value", brand=unknown)
    return None


@on_facts
def every_model_has_one_service(proposal: Policy, ask: Ask) -> Refusal | None:
    """Without a row for every model some would never be serviced; two rows of one leave it to chance."""
    if not isinstance(ask.facts, Services):
        return None
    named = Counter(row.model for row in ask.facts.value)
    if not named[""] or max(named.values()) > 1:
        sentence = "Give every model one row without a name, and each model of its own one row at most."
        return no(sentence, code="E-POLICY-SERVICES", field="value")
    sold = {model.code for model in catalogue.all_models(ask.db, ask.actor)}
    if unknown := next((model for model in named if model and model not in sold), None):
        return no("The shop has no model {model}: choose one of its models.", code="E-POLICY-SERVICES", field="value",
                  model=unknown)  # fmt: skip
    return None


@on_facts
def stages_can_decide(proposal: Policy, ask: Ask) -> Refusal | None:
    """Each kind of case has stages, each stage has people, and the last one may decide."""
    return _stages_refusal(proposal, stored(ask.facts), ask) if isinstance(ask.facts, Stages) else None


def stages_can_still_decide(proposal: Policy, ask: Ask) -> Refusal | None:
    """Likewise when it is approved: somebody may have left meanwhile."""
    return _stages_refusal(proposal, proposal.value, ask) if form_of(proposal.name) is Stages else None


def _stages_refusal(proposal: Policy, told: stage_staffing.Told, ask: Ask) -> Refusal | None:
    return (
        stage_staffing.every_case_has_a_stage(told)
        or stage_staffing.every_stage_names_enough(told)
        or stage_staffing.the_last_stage_can_decide(told)
        or stage_staffing.a_second_person_fills_each_stage(told, ask.db, proposal.store_id, ask.today)
    )


@on_facts
def day_is_not_past(proposal: Policy, ask: Ask) -> Refusal | None:
    """What was decided by the old value stays decided."""
    return _not_past(ask.facts.from_day, ask, "from_day")


def its_day_is_still_to_come(proposal: Policy, ask: Ask) -> Refusal | None:
    """An approval does not reach back either."""
    return _not_past(proposal.from_day, ask, None)


def _not_past(day: date, ask: Ask, field: str | None) -> Refusal | None:
    if day < ask.today:
        return no("{day} has passed: propose it with a day from today on.", code="E-DAY-PAST", field=field, day=day)
    return None


def nothing_else_is_proposed(proposal: Policy, ask: Ask) -> Refusal | None:
    """Two open proposals of one rule would leave it to chance which is approved last."""
    query = select(Policy.number).where(
        Policy.store_id == proposal.store_id, Policy.name == proposal.name, Policy.state == S.PROPOSED
    )
    number = ask.db.scalar(query.limit(1))
    if number is not None:
        sentence = "Proposal {number} is open: have it decided or withdraw it first."
        return no(sentence, code="E-POLICY-OPEN", number=number)
    return None


def somebody_else_proposed(proposal: Policy, ask: Ask) -> Refusal | None:
    """Nobody approves their own proposal."""
    return not_their_own(proposal.owner_id, ask)


def write_proposal(proposal: Policy, ask: Ask) -> None:
    """Have it decided by the end of the next working day."""
    calendar = calendar_of(ask.db)
    due = calendar.due_after(ask.today, 1)
    deadlines.plan(ask, "approve_policy", proposal, due, role=Role.GENERAL)


def put_in_force(proposal: Policy, ask: Ask) -> None:
    """From its day on it counts."""
    proposal.approved_by_id, proposal.approved_at = ask.hat.id, ask.at
    deadlines.finish(ask, proposal, "approve_policy")


def end_proposal(proposal: Policy, ask: Ask) -> None:
    """Nobody has to decide it any more."""
    deadlines.finish(ask, proposal, "approve_policy")


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

# fmt: off
STEPS = [
    *(Step("propose", None, S.PROPOSED, has("propose policies"), form,
           (value_is_sensible, hours_follow_each_other, every_level_has_one_row, brands_are_the_shops,
            every_model_has_one_service,
            stages_can_decide, day_is_not_past, nothing_else_is_proposed),
           (write_proposal,), when=asks_by(form)) for form in FORMS),
    Step("approve", S.PROPOSED, S.APPROVED, has("approve policies"), None,
         (somebody_else_proposed, its_day_is_still_to_come, stages_can_still_decide),
         (put_in_force,)),
    Step("refuse", S.PROPOSED, S.REFUSED, has("approve policies"), Refusing,
         (),
         (end_proposal,)),
    Step("withdraw", S.PROPOSED, S.WITHDRAWN, OWNER, None,
         (),
         (end_proposal,)),
]
# fmt: on

POLICIES = Life("policy", Policy, PolicyState, STEPS)


def proposal_of(ask: Ask, name: str) -> Policy:
    """What the facts propose for a house rule, ready to be begun."""
    facts: Proposal = ask.facts
    value = {"value": stored(facts), "from_day": facts.from_day, "reason": facts.reason}
    return Policy(store_id=ask.actor.store_id, owner_id=ask.hat.id, name=name, **value)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def values_of(db: Session, who: Actor, name: str) -> list[Policy]:
    """Everything that was ever proposed for a house rule, newest first."""
    query = scoped(select(Policy).where(Policy.name == name), Policy, who)
    return list(db.scalars(query.order_by(Policy.number.desc())))


def open_proposals(db: Session, who: Actor) -> dict[str, Policy]:
    """What waits for approval, by the name of the house rule."""
    query = scoped(select(Policy).where(Policy.state == S.PROPOSED), Policy, who)
    return {proposal.name: proposal for proposal in db.scalars(query)}


def coming(db: Session, who: Actor, today: date) -> dict[str, Policy]:
    """Approved values that count from a later day on, the next one of each house rule."""
    query = scoped(select(Policy).where(Policy.state == S.APPROVED, Policy.from_day > today), Policy, who)
    rows = db.scalars(query.order_by(Policy.from_day.desc(), Policy.approved_at))
    return {row.name: row for row in rows}
