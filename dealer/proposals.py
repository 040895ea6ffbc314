"""The life of a house rule with a date: one person proposes a value from a day on, the general manager approves it.

Read the table first. What a proposal asks for follows from the kind of value, which its default tells (policies.py).
"""

import re
from collections import Counter
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import catalogue, deadlines, stage_staffing
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Money, Options, Paragraph, checked
from dealer.engine.malformed import Malformed, half_width
from dealer.engine.steps import Ask, Condition, Facts, Life, Refusal, Step, no, on_facts
from dealer.engine.words import Yuan
from dealer.people import OWNER, Actor, has, not_their_own, scoped
from dealer.policies import DEFAULTS
from dealer.records.approvals import Lane
from dealer.records.customers import CustomerClass
from dealer.records.people import Policy, PolicyState, Role
from dealer.records.prospects import Level

S = PolicyState
LIMITS: dict[str, tuple[int, int]] = {
    "quote_validity_days": (1, 90),
    "quote_validity_most_days": (1, 180),
    "exception_returns": (0, 10),
    "general_manager_threshold_fen": (0, 100_000_000_00),
    "compensation_consultant_fen": (0, 10_000_00),
    "compensation_key_account_fen": (0, 1_000_000_00),
    "complaint_plan_minutes": (60, 14 * 24 * 60),
    "complaint_tell_minutes": (5, 24 * 60),
    "verified_for_minutes": (10, 24 * 60),
    "remind_after_minutes": (5, 7 * 24 * 60),
    "drive_buffer_minutes": (0, 240),
    "vat_permille": (0, 300),
    "credit_rate_permille": (0, 360),
    "credit_months": (1, 36),
    "gift_budget_permille": (0, 1000),
    "retention_most_permille": (0, 1000),
    "keep_licence_months": (1, 36),
    "keep_visit_months": (1, 36),
    "keep_card_months": (1, 60),
    "data_request_days": (1, 30),
    "keep_request_months": (12, 60),
    "keep_notice_months": (12, 60),
    "keep_sales_years": (10, 30),  # 汽车销售管理办法: ten years at least
}
"""Least and most of a value, where they are not those of `ANY_NUMBER`: beyond them somebody mistyped."""
ANY_NUMBER = (1, 1000)

# ── what a proposal asks for: a form by the kind of value ─────────────────────────────────────────────────────────


def _clock(typed: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text := half_width(typed)):
        raise Malformed("Enter a time of day in four digits, such as 09:30.", "E-CLOCK")
    return text


Clock = Annotated[str, checked(_clock), Kind("text")]


class Proposal(Facts):
    """From which day a value is to count, and why."""

    from_day: date = Field(title="In force from")
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


class Number(Proposal):
    """A number of days, minutes, cars …"""

    value: int = Field(title="New value")


class Amount(Proposal):
    """An amount of money."""

    value: Money = Field(title="New value")


class Flag(Proposal):
    """Yes or no."""

    value: bool = Field(False, title="Applies")


class TimeOfDay(Proposal):
    """A time of day."""

    value: Clock = Field(title="New value")


class LevelName(Proposal):
    """One of the levels of a prospect card."""

    value: Level = Field(title="New value")


class Hours(Facts):
    """From when until when."""

    start: Clock = Field(title="From")
    end: Clock = Field(title="Until")


class Windows(Proposal):
    """Hours of a day."""

    value: tuple[Hours, ...] = Field(title="Hours", min_length=1, max_length=6)


class LevelDays(Facts):
    """What a level asks of the consultant: of everybody's prospects, or of one brand's or one class's."""

    brand: Annotated[str, Options("brands")] = Field("", title="Brand (empty: every one)", max_length=60)
    customer_class: CustomerClass | None = Field(None, title="Customer class (empty: every one)")
    level: Annotated[Level, Options("level_names")] = Field(title="Level")
    deal_within: int = Field(title="Purchase expected within days", ge=1, le=1000)
    gap: int = Field(title="Days until the next contact", ge=1, le=365)


class Levels(Proposal):
    """Every level with its days; below them the brands and classes with days of their own."""

    value: tuple[LevelDays, ...] = Field(title="Levels", min_length=1, max_length=100)


class StageRow(Facts):
    """One stage of one kind of case: whom it asks, and how many of them must agree."""

    lane: Lane = Field(title="Kind of case")
    key_account_manager: bool = Field(False, title="Key-account manager")
    showroom_manager: bool = Field(False, title="Showroom manager")
    sales_manager: bool = Field(False, title="Sales manager")
    finance: bool = Field(False, title="Finance")
    general_manager: bool = Field(False, title="General manager")
    agree: int | None = Field(None, title="How many agree (empty: all)", ge=1, le=5)


class Stages(Proposal):
    """Who decides a price, stage after stage: rows of the same kind of case follow each other."""

    value: tuple[StageRow, ...] = Field(title="Stages", min_length=1, max_length=40)


class Refusing(Facts):
    """Why not; it stays in the history."""

    comment: Annotated[str, Paragraph] = Field(title="Comment", min_length=1, max_length=2000)


FORMS = (Number, Amount, Flag, TimeOfDay, LevelName, Windows, Levels, Stages)


def form_of(name: str) -> type[Proposal]:
    """Which form proposes a value: told by the default, and for money by the name."""
    match DEFAULTS[name]:
        case bool():
            return Flag
        case int():
            return Amount if name.endswith("_fen") else Number
        case str() as text:
            return LevelName if text in set(Level) else TimeOfDay
        case [{"level": _}, *_]:
            return Levels
        case list():
            return Windows
        case _:
            return Stages


STAGE_ROLES = tuple(name for name, info in StageRow.model_fields.items() if info.annotation is bool)


def stored(facts: Any) -> Any:
    """The proposed value as it is kept and as `policy` answers it."""
    match facts:
        case Windows():
            return [f"{hours.start}-{hours.end}" for hours in facts.value]
        case Levels():
            return [row.model_dump(mode="json") for row in facts.value]
        case LevelName():
            return facts.value.value
        case Stages():
            return {lane.value: [_stage(row) for row in facts.value if row.lane is lane] for lane in Lane}
        case _:
            return facts.value


def _stage(row: StageRow) -> dict[str, Any]:
    return {"roles": [role for role in STAGE_ROLES if getattr(row, role)], "agree": row.agree or 0}


def shown(name: str, value: Any) -> Any:
    """A kept value as its form shows it: the inverse of `stored`."""
    form = form_of(name)
    if form is Windows:
        return [dict(zip(("start", "end"), hours.split("-"), strict=True)) for hours in value]
    if form is Stages:
        return [_row(lane, stage) for lane, stages in value.items() for stage in stages]
    return value


def _row(lane: str, stage: dict[str, Any]) -> dict[str, Any]:
    return {"lane": lane, "agree": stage["agree"] or None} | dict.fromkeys(stage["roles"], True)


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
