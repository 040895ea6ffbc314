"""Policies of the manufacturer 商务政策: what is paid for the fleet cars of a brand in a period, in versions.

A version is written by the key-account manager and approved by the general manager; it counts from its first day on,
in place of the version before it. Which one a deal was filed under stands on its filing.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from dealer import deadlines, people
from dealer.approvals.rulings import kept
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of, next_number
from dealer.engine.fields import Money, Options, Paragraph, Upload
from dealer.engine.steps import SAME, Ask, Facts, Life, Refusal, Step, Unrecorded, no, on_facts
from dealer.house.hands import not_their_hand
from dealer.people import Actor, has, not_their_own
from dealer.records.customers import CustomerClass
from dealer.records.oem import OemAllowance, OemClass, OemDemand, OemPaperKind, OemPolicy, OemPolicyState, PaperUse
from dealer.records.people import Role
from dealer.records.vehicles import Model

S = OemPolicyState
WRITER = has("write oem policies")
APPROVER = has("approve oem policies")
HEAD = ("brand", "title", "from_day", "until_day", "remark")
WRITTEN = ("draft", "edit")
NEWEST = 200

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class CoveredClass(Facts):
    """A class of customers, and from how many cars on it is covered."""

    customer_class: CustomerClass = Field(title="Customer class")
    least: int | None = Field(None, title="Cars at least (empty: exempt)", ge=1, le=10_000)
    before_invoice: bool = Field(True, title="Filing approved before the first invoice")


class PaidModel(Facts):
    """What the manufacturer pays for a car of a model."""

    model: Annotated[UUID, Options("models")] = Field(title="Model")
    amount: Money = Field(title="Allowance per car", gt=0)


class WantedPaper(Facts):
    """A paper beyond those that every filing and every rebate needs."""

    purpose: PaperUse = Field(title="Wanted for")
    kind: OemPaperKind = Field(title="Kind of paper")
    customer_class: CustomerClass | None = Field(None, title="Of class (empty: of every class)")


class OemPolicyFacts(Facts):
    """A policy as the manufacturer published it."""

    brand: Annotated[str, Options("brands")] = Field(title="Brand", min_length=1, max_length=200)
    title: str = Field(title="Name of the policy", min_length=1, max_length=200)
    from_day: date = Field(title="In force from")
    until_day: date = Field(title="In force until")
    classes: tuple[CoveredClass, ...] = Field(title="Customer classes", min_length=1, max_length=40)
    models: tuple[PaidModel, ...] = Field(title="Allowances", min_length=1, max_length=200)
    papers: tuple[WantedPaper, ...] = Field(
        (), title="Further papers", max_length=100,
        description="Every filing needs the application and the customer's identity; every rebate the contract, and the"
        " invoice and the registration of each car.",
    )  # fmt: skip
    source: Annotated[Upload | None, Unrecorded()] = Field(
        None, title="The manufacturer's document", description="Without a new file the one on record stays."
    )
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def policy_ends_after_it_begins(policy: OemPolicy, ask: Ask) -> Refusal | None:
    """A period has a first and a last day, in this order."""
    if ask.facts.until_day < ask.facts.from_day:
        day = ask.facts.from_day
        return no("The last day is before the first, {day}.", code="E-PERIOD", field="until_day", day=day)
    return None


@on_facts
def classes_are_named_once(policy: OemPolicy, ask: Ask) -> Refusal | None:
    """Two minimums for one class would leave the choice to chance."""
    named = [row.customer_class for row in ask.facts.classes]
    if len(set(named)) != len(named):
        return no("Name each class once.", code="E-CLASS-TWICE", field="classes")
    return None


@on_facts
def paid_models_are_of_the_brand(policy: OemPolicy, ask: Ask) -> Refusal | None:
    """Each model once, and only those of the brand: the manufacturer pays for no other."""
    named = [row.model for row in ask.facts.models]
    ours = select(Model.id).where(Model.store_id == policy.store_id, Model.brand == ask.facts.brand)
    of_brand = set(ask.db.scalars(ours))
    for place, key in enumerate(named):
        if key not in of_brand:
            sentence = "Choose a model of {brand}."
            return no(sentence, code="E-MODEL-BRAND", field=f"models-{place}-model", brand=ask.facts.brand)
    if len(set(named)) != len(named):
        return no("Name each model of the shop once.", code="E-MODEL-TWICE", field="models")
    return None


@on_facts
def no_other_policy_is_overlapped(policy: OemPolicy, ask: Ask) -> Refusal | None:
    """One car of one customer earns under one policy: brand, class, model and day name it."""
    facts: OemPolicyFacts = ask.facts
    typed = _Reach(
        facts.brand, facts.from_day, facts.until_day, {row.customer_class for row in facts.classes},
        {row.model for row in facts.models},
    )  # fmt: skip
    return _overlap(policy, typed, ask, "from_day")


def it_still_overlaps_no_other(policy: OemPolicy, ask: Ask) -> Refusal | None:
    """Likewise when it is submitted and approved: another may have come meanwhile."""
    return _overlap(policy, _reach(policy), ask, None)


class _Reach:
    """What a policy covers."""

    def __init__(self, brand: str, start: date, end: date, classes: set[CustomerClass], models: set[UUID]) -> None:
        self.brand, self.start, self.end, self.classes, self.models = brand, start, end, classes, models


def _reach(policy: OemPolicy) -> _Reach:
    classes = {row.customer_class for row in policy.classes}
    return _Reach(policy.brand, policy.from_day, policy.until_day, classes, {row.model_id for row in policy.models})


def _overlap(policy: OemPolicy, reach: _Reach, ask: Ask, field: str | None) -> Refusal | None:
    others = select(OemPolicy).where(
        OemPolicy.store_id == policy.store_id,
        OemPolicy.brand == reach.brand,
        OemPolicy.state.in_([S.SUBMITTED, S.APPROVED]),
        OemPolicy.from_day <= reach.end,
        OemPolicy.until_day >= reach.start,
        OemPolicy.series != policy.series,
    )
    for other in ask.db.scalars(others.order_by(OemPolicy.number)):
        theirs = _reach(other)
        if reach.classes & theirs.classes and reach.models & theirs.models:
            return no(
                "{title} covers the same classes and models from {start} to {end}: choose another period, or write a"
                " new version of it.",
                code="E-OEM-OVERLAP", field=field, title=name_of(other), start=other.from_day, end=other.until_day,
            )  # fmt: skip
    return None


def somebody_else_wrote_the_policy(policy: OemPolicy, ask: Ask) -> Refusal | None:
    """Nobody approves a version that they have written on or submitted."""
    own = not_their_own(policy.made_by_id, ask) or not_their_own(policy.submitted_by_id, ask)
    return own or not_their_hand(policy, WRITTEN, ask)


def policy_is_not_over(policy: OemPolicy, ask: Ask) -> Refusal | None:
    """What ended before it was approved would never count."""
    if policy.until_day < ask.today:
        return no("It ended on {day}: write down the policy of the next period.", code="E-PERIOD", day=policy.until_day)
    return None


def policy_has_not_begun(policy: OemPolicy, ask: Ask) -> Refusal | None:
    """What deals were filed under stays; a new version takes its place."""
    if policy.from_day <= ask.today:
        sentence = "It is in force since {day}: let a new version take its place."
        return no(sentence, code="E-IN-FORCE", day=policy.from_day)
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write_policy(policy: OemPolicy, ask: Ask) -> None:
    """The version as it was typed."""
    facts: OemPolicyFacts = ask.facts
    for name in HEAD:
        setattr(policy, name, getattr(facts, name))
    policy.source_sha256 = kept(ask, facts.source) or policy.source_sha256
    policy.classes = [
        OemClass(store_id=policy.store_id, position=at, **row.model_dump()) for at, row in enumerate(facts.classes, 1)
    ]
    policy.models = [
        OemAllowance(store_id=policy.store_id, position=at, model_id=row.model, amount=row.amount)
        for at, row in enumerate(facts.models, 1)
    ]
    policy.papers = [
        OemDemand(store_id=policy.store_id, position=at, **row.model_dump()) for at, row in enumerate(facts.papers, 1)
    ]


def note_submission(policy: OemPolicy, ask: Ask) -> None:
    """The general manager has a working day."""
    policy.submitted_by_id = ask.actor.id
    due = calendar_of(ask.db).due_after(ask.today, 1)
    deadlines.plan(ask, "approve_oem_policy", policy, due, role=Role.GENERAL)


def note_approval(policy: OemPolicy, ask: Ask) -> None:
    """From its first day on it counts."""
    policy.approved_by_id, policy.approved_at = ask.actor.id, ask.at
    deadlines.finish(ask, policy, "approve_oem_policy")


def close_tasks(policy: OemPolicy, ask: Ask) -> None:
    """Nobody owes it anything."""
    deadlines.cancel(ask, policy)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

TYPED = (
    policy_ends_after_it_begins, classes_are_named_once, paid_models_are_of_the_brand, no_other_policy_is_overlapped,
)  # fmt: skip
STANDS = (it_still_overlaps_no_other, policy_is_not_over)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action      from                    to           who       asks for        refused unless …                            then …
    Step("draft",    None,                   S.DRAFT,     WRITER,   OemPolicyFacts, TYPED,                                      (write_policy,)),
    Step("edit",     S.DRAFT,                SAME,        WRITER,   OemPolicyFacts, TYPED,                                      (write_policy,)),
    Step("submit",   S.DRAFT,                S.SUBMITTED, WRITER,   None,           STANDS,                                     (note_submission,)),
    Step("return",   S.SUBMITTED,            S.DRAFT,     APPROVER, Comment,        (somebody_else_wrote_the_policy,),          (close_tasks,)),
    Step("approve",  S.SUBMITTED,            S.APPROVED,  APPROVER, None,           (somebody_else_wrote_the_policy, *STANDS),  (note_approval,)),
    Step("withdraw", (S.DRAFT, S.SUBMITTED), S.WITHDRAWN, WRITER,   None,           (),                                         (close_tasks,)),
    Step("cancel",   S.APPROVED,             S.WITHDRAWN, APPROVER, Comment,        (policy_has_not_begun,),                    (close_tasks,)),
]
# ruff: enable[E501]
# fmt: on

OEM_POLICIES = Life("oem_policy", OemPolicy, OemPolicyState, STEPS, path=(S.DRAFT, S.SUBMITTED, S.APPROVED))


def blank(ask: Ask, before: OemPolicy | None = None) -> OemPolicy:
    """A version that is not yet born, of a new policy or of one that there is: `begin(blank(ask), "draft", ask)`."""
    policy = OemPolicy(store_id=ask.actor.store_id, made_by_id=ask.hat.id)
    policy.series = before.series if before else next_number(ask.db, policy.store_id, "oem_policy_series")
    policy.revision = len(versions_of(ask.db, before)) + 1 if before else 1
    for name in HEAD:
        setattr(policy, name, getattr(ask.facts, name))
    return policy


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def name_of(policy: OemPolicy) -> str:
    """How people name a version: 2026四季度大客户政策 V2."""
    return f"{policy.title} V{policy.revision}"


def known_facts(policy: OemPolicy) -> dict[str, Any]:
    """A version as its form shows it, and as the next one begins."""
    return {name: getattr(policy, name) for name in HEAD} | {
        "classes": [
            {"customer_class": row.customer_class, "least": row.least, "before_invoice": row.before_invoice}
            for row in policy.classes
        ],
        "models": [{"model": str(row.model_id), "amount": row.amount} for row in policy.models],
        "papers": [
            {"purpose": row.purpose, "kind": row.kind, "customer_class": row.customer_class} for row in policy.papers
        ],
    }


def newest(db: Session, who: Actor) -> list[OemPolicy]:
    """The shop's versions, those that end last first."""
    query = people.scoped(select(OemPolicy).where(OemPolicy.state != S.WITHDRAWN), OemPolicy, who)
    query = query.options(selectinload(OemPolicy.classes), selectinload(OemPolicy.models))
    return list(db.scalars(query.order_by(OemPolicy.until_day.desc(), OemPolicy.number.desc()).limit(NEWEST)))


def versions_of(db: Session, policy: OemPolicy) -> list[OemPolicy]:
    """Every version of a policy, the latest first."""
    query = select(OemPolicy).where(OemPolicy.store_id == policy.store_id, OemPolicy.series == policy.series)
    return list(db.scalars(query.order_by(OemPolicy.revision.desc())))


def in_force(db: Session, store_id: UUID, day: date) -> list[OemPolicy]:
    """What counts on a day: of each policy the latest version that has begun, unless that one is over."""
    begun = (OemPolicy.store_id == store_id, OemPolicy.state == S.APPROVED, OemPolicy.from_day <= day)
    latest = select(OemPolicy.series, func.max(OemPolicy.revision)).where(*begun).group_by(OemPolicy.series)
    newest_of = {(series, revision) for series, revision in db.execute(latest)}
    query = select(OemPolicy).where(*begun, OemPolicy.until_day >= day).order_by(OemPolicy.number)
    return [each for each in db.scalars(query) if (each.series, each.revision) in newest_of]


def class_of(policy: OemPolicy, wanted: CustomerClass) -> OemClass | None:
    """What it says of a class of customers; None: the class is not covered."""
    return next((row for row in policy.classes if row.customer_class is wanted), None)


def papers_for(policy: OemPolicy, wanted: CustomerClass, purpose: PaperUse) -> Iterable[OemPaperKind]:
    """What it asks for of a class, beyond what everybody needs."""
    return (row.kind for row in policy.papers if row.purpose is purpose and row.customer_class in (None, wanted))
