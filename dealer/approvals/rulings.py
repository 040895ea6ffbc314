"""What the steps of a price exception ask for and write down: forms and effects. The rules are in approvals.py."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from dealer import deadlines, people
from dealer.approvals import approved_terms, authority, stages
from dealer.engine import files
from dealer.engine.database import calendar_of
from dealer.engine.fields import Money, Options, Paragraph, Upload, Uploaded
from dealer.engine.steps import Ask, Facts
from dealer.house.policies import policy
from dealer.network import own_floors
from dealer.prices import pricing
from dealer.records.approvals import Verdict
from dealer.records.people import Role
from dealer.records.prices import PriceListLine
from dealer.records.quotations import ExtraKind, PriceException, Tier

Words = Annotated[str, Paragraph]

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Reasons(Facts):
    """Why a price below one's own floor should be given, and what proves it."""

    reason: Words = Field(title="Reason", min_length=1, max_length=2000)
    proof: Upload | None = Field(None, title="Competitor's offer or tender")
    sighting: Annotated[UUID | None, Options("sightings_of_deal")] = Field(
        None, title="Or what was seen of a competitor"
    )
    project_approval: str = Field("", title="Manufacturer's project approval no.", max_length=40)
    project_file: Upload | None = Field(None, title="Project approval")


class Approval(Facts):
    """Yes, at the price asked for."""

    comment: Words = Field("", title="Comment", max_length=2000)
    valid_until: date | None = Field(None, title="Valid until")


class CounterOffer(Facts):
    """Yes, but at another price."""

    price: Money = Field(title="Price per car after gifts", gt=0)
    comment: Words = Field(title="Comment", min_length=1, max_length=2000)


class Remark(Facts):
    """What one wants to say, if anything."""

    comment: Words = Field("", title="Comment", max_length=2000)


# ── who decides ───────────────────────────────────────────────────────────────────────────────────────────────────

LANE = {True: Role.KEY_ACCOUNT, False: Role.SHOWROOM}
"""Who decides below the general manager: fleet cases the key-account manager, others the showroom manager."""


def tier_of(ask: Ask, exception: PriceException, price: PriceListLine) -> Tier:
    """The lowest tier that reaches the price and is not the requester's own, nor that of who acted for them."""
    roles = own_floors.authority_of(ask.db, exception.requester_id, exception.store_id, ask.today)
    tier = pricing.tier_for(exception.net_total, exception.quantity, price, roles)
    if tier in (Tier.OWN, Tier.KEY_ACCOUNT):
        acted = people.roles_of(ask.db, exception.submitted_by_id, exception.store_id)
        return raised(Tier.KEY_ACCOUNT, acted.union(roles))
    return tier


def raised(tier: Tier, asking: frozenset[Role]) -> Tier:
    """If the key-account manager asks, or owns the deal, it goes to the general manager (DOMAIN C)."""
    return Tier.GENERAL if tier is Tier.KEY_ACCOUNT and Role.KEY_ACCOUNT in asking else tier


def authority_used(ask: Ask, exception: PriceException, price: PriceListLine, total: int) -> Tier:
    """By which authority this person decides on a price."""
    if Role.GENERAL not in ask.hat.roles:
        return Tier.KEY_ACCOUNT
    within = pricing.meets(total, exception.quantity, price.floor_general)
    return Tier.GENERAL if within else Tier.PROJECT


def price_today(exception: PriceException, ask: Ask) -> PriceListLine | None:
    """What the list in force says of the model today."""
    return pricing.price_of(ask.db, exception.store_id, UUID(exception.asked["model_id"]), ask.today)


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_decision(exception: PriceException, ask: Ask) -> None:
    """Whoever is asked in this stage has one working day; then the general manager sees it as well."""
    calendar = calendar_of(ask.db)
    days = policy(ask.db, exception.store_id, "review_due_working_days", ask.today)
    exception.due_at = calendar.due_after(ask.today, days)
    exception.escalated_at = exception.reminded_at = None
    exception.reminders = 0
    deadlines.cancel(ask, exception)
    stage, asked = stages.here(exception), stages.open_places(exception)
    if stage is not None and stage.colleague:
        deadlines.plan(ask, "decide_exception", exception, exception.due_at, owner_id=stage.colleague)
        asked = []
    for place in asked:
        deadlines.plan(ask, "decide_exception", exception, exception.due_at, role=Role(place))
    if Role.GENERAL.value not in asked:
        deadlines.plan(ask, "escalate_exception", exception, exception.due_at, by_system=True)


def take_new_reasons(exception: PriceException, ask: Ask) -> None:
    """Asked again: with other words or better proof; the terms are the same."""
    reasons: Reasons = ask.facts
    exception.reason = reasons.reason
    exception.project_approval = reasons.project_approval or exception.project_approval
    exception.proof_sha256 = kept(ask, reasons.proof) or exception.proof_sha256
    exception.sighting_id = reasons.sighting or exception.sighting_id
    exception.project_file_sha256 = kept(ask, reasons.project_file) or exception.project_file_sha256
    exception.submitted_by_id = ask.actor.id


def kept(ask: Ask, upload: Uploaded | None) -> str | None:
    """The sha256 of a file that came with a form, once it lies in the shop's files."""
    return None if upload is None else files.keep(ask.db, ask.hat.store_id, upload.name, upload.content, ask.at)


def route(exception: PriceException, ask: Ask) -> None:
    """To the lowest tier that may decide by today's list."""
    price = price_today(exception, ask)
    if price is not None:
        exception.tier = tier_of(ask, exception, price)


def route_higher(exception: PriceException, ask: Ask) -> None:
    """To the general manager."""
    exception.tier = Tier.GENERAL


def note_ruling(exception: PriceException, ask: Ask) -> None:
    """Who decided what, and when."""
    exception.decided_by_id, exception.decided_at = ask.actor.id, ask.at
    exception.comment = ask.facts.comment
    for kind in ("decide_exception", "decide_escalated_exception"):
        deadlines.finish(ask, exception, kind)
    deadlines.cancel(ask, exception, "escalate_exception")


def note_agreement(exception: PriceException, ask: Ask) -> None:
    """One of those asked agrees; the others of the stage are still asked, or the next stage is."""
    before = exception.stage
    stages.agree(exception, ask)
    if exception.stage != before:
        plan_decision(exception, ask)
        return
    asked = stages.open_places(exception)
    for task in deadlines.open_for(ask.db, exception, "decide_exception"):
        if task.role not in asked:
            task.done_at, task.done_by_id = ask.at, ask.actor.id


def note_refusal(exception: PriceException, ask: Ask) -> None:
    """No: whatever the others said."""
    stages.end_round(exception, ask, Verdict.REFUSED)


def note_return(exception: PriceException, ask: Ask) -> None:
    """Back to the owner, who has a working day to improve it; it is counted, see `exception_returns`."""
    stages.end_round(exception, ask, Verdict.RETURNED)
    exception.returns += 1
    _plan_answer(exception, ask)


def note_counter(exception: PriceException, ask: Ask) -> None:
    """Another price, waiting for the owner."""
    stages.note(exception, ask, Verdict.COUNTERED)
    exception.counter_total = ask.facts.price * exception.quantity
    exception.approved = _frozen(exception, ask, exception.counter_total)
    _plan_answer(exception, ask)


def forget_counter(exception: PriceException, ask: Ask) -> None:
    """The other price is off the table."""
    exception.counter_total = exception.approved = None
    for mark in stages.standing(exception):
        if mark.verdict is Verdict.COUNTERED:
            mark.cleared_at = ask.at
    deadlines.finish(ask, exception, "answer_exception")


def _plan_answer(exception: PriceException, ask: Ask) -> None:
    calendar = calendar_of(ask.db)
    due = calendar.due_after(ask.today, 1)
    deadlines.plan(ask, "answer_exception", exception, due, owner_id=exception.owner_id)


def freeze_approval(exception: PriceException, ask: Ask) -> None:
    """Freeze what was approved: the list, the floor, the terms. What holds is this, not what the rows say later."""
    exception.approved_total = exception.net_total
    exception.approved = _frozen(exception, ask, exception.net_total)
    _limit_validity(exception, ask, ask.facts.valid_until)


def freeze_counter(exception: PriceException, ask: Ask) -> None:
    """The owner takes the manager's price; it was frozen when it was offered."""
    exception.approved_total = exception.counter_total
    _limit_validity(exception, ask, None)
    deadlines.finish(ask, exception, "answer_exception")


def _frozen(exception: PriceException, ask: Ask, total: int) -> dict[str, object]:
    price = price_today(exception, ask)
    if price is None:
        raise LookupError("the rules refuse to decide on a model without a price")
    tier = authority_used(ask, exception, price, total)
    floor = pricing.floor_of_tier(tier, price)
    asked: dict[str, object] = exception.asked
    terms = asked | authority.prices_in(price) | {"net_total": total, "tier": tier.value, "floor": floor}
    return terms | {"fingerprint": approved_terms.fingerprint(terms)}


def _limit_validity(exception: PriceException, ask: Ask, wanted: date | None) -> None:
    days = policy(ask.db, exception.store_id, "exception_validity_days", ask.today)
    exception.valid_until = wanted or ask.today + timedelta(days=days)
    day_after = exception.valid_until + timedelta(days=1)
    fires = calendar_of(ask.db).at(day_after, "00:05")
    deadlines.plan(ask, "expire_exception", exception, fires, by_system=True)
    _look_again_after_allowances(exception, ask)


def _look_again_after_allowances(exception: PriceException, ask: Ask) -> None:
    """The day after the first allowance of the line ends it brings less than was approved: the approval then lapses."""
    ends = [extra.good_until for extra in exception.line.extras if extra.kind is ExtraKind.ALLOWANCE]
    first = min((day for day in ends if day is not None), default=None)
    if first is not None:
        fires = calendar_of(ask.db).at(first + timedelta(days=1), "00:05")
        deadlines.plan(ask, "recheck_allowance", exception, fires, by_system=True)


def note_escalation(exception: PriceException, ask: Ask) -> None:
    """A working day has passed: the general manager is asked as well."""
    exception.escalated_at = ask.at
    deadlines.finish(ask, exception, "escalate_exception")
    calendar = calendar_of(ask.db)
    due = calendar.due_after(ask.today, 1)
    deadlines.plan(ask, "decide_escalated_exception", exception, due, role=Role.GENERAL)


def close_tasks(exception: PriceException, ask: Ask) -> None:
    """Nobody owes it anything any more."""
    deadlines.cancel(ask, exception)
