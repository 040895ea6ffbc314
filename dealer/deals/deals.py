"""What the steps of a deal ask for, and what they write down: forms and effects; the rules are in workflow.py."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator

from dealer import deadlines
from dealer.customers.customers import ShortName, Telephone, Uscc
from dealer.engine.database import calendar_of
from dealer.engine.fields import Kind, Money, Options, Paragraph
from dealer.engine.steps import Ask, Condition, Effect, Facts, Personal
from dealer.house.policies import policy
from dealer.market import competitor_models
from dealer.money.deposit_outcomes import DepositOutcome
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, DealState, LossReason, Need, NeedLine, PurchaseMode, Terms, Use
from dealer.records.people import Role

S = DealState
REVIEW_TASKS = (("review_risk", Role.KEY_ACCOUNT), ("review_finance", Role.FINANCE))

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class NewDeal(Facts):
    """A fleet customer asks for cars: who, what class, whom to call."""

    name: ShortName = Field(title="Customer name")
    customer_class: CustomerClass = Field(title="Customer class")
    uscc: Uscc | None = Field(None, title="Unified social credit code")
    contact: Annotated[str, Personal()] = Field(title="Contact", min_length=1, max_length=200)
    phone: Annotated[Telephone | None, Personal(), Kind("tel")] = Field(None, title="Phone")
    title: str = Field("", title="What it is about", max_length=200)
    filing_wanted: bool = Field(False, title="A price of the manufacturer's fleet policy is wanted")
    campaign: Annotated[UUID | None, Options("campaigns_known")] = Field(None, title="Campaign")
    visit: Annotated[int | None, Kind("hidden")] = Field(None, title="Visit")  # the number of the visit it came from


class WantedCar(Facts):
    """One row of the need sheet."""

    model: Annotated[UUID, Options("models")] = Field(title="Model")
    colour: str = Field(title="Colour", min_length=1, max_length=40)
    quantity: int = Field(title="Quantity", ge=1, le=1000)


class NeedSheet(Facts):
    """What the customer needs. Budget, decision maker and purchase mode may stay open until the review."""

    use: Use = Field(title="Use of the cars")
    wanted_by: date | None = Field(None, title="Wanted by")
    lines: tuple[WantedCar, ...] = Field(title="Wanted cars", min_length=1, max_length=100)
    budget: Money | None = Field(None, title="Budget")
    decision_maker: str = Field("", title="Who decides", max_length=200)
    purchase_mode: PurchaseMode = Field(PurchaseMode.UNKNOWN, title="Purchase mode")
    terms: Terms = Field(Terms.PREPAID, title="Payment terms")
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


class Comment(Facts):
    """A reason in words; it stays in the history."""

    comment: Annotated[str, Paragraph] = Field(title="Comment", min_length=1, max_length=2000)


class Loss(Facts):
    """Why the deal is lost; a competitor by brand and model."""

    reason: LossReason = Field(title="Reason")
    competitor_brand: Annotated[str, Kind("suggest"), Options("competitor_brands")] = Field(
        "", title="Competitor's brand", max_length=100
    )
    competitor_model: Annotated[str, Kind("suggest"), Options("competitor_names")] = Field(
        "", title="Competitor's model", max_length=100
    )
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


class Hold(Facts):
    """Until when the deal rests."""

    until: date = Field(title="On hold until")
    comment: Annotated[str, Paragraph] = Field(title="Comment", min_length=1, max_length=2000)


class Rework(Facts):
    """What of the contract has to change."""

    to: Annotated[DealState, Options("rework_targets")] = Field(title="Back to")
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)

    @model_validator(mode="after")
    def _only_two_ways(self) -> "Rework":
        if self.to not in (S.CONTRACT_REVIEW, S.QUOTATION):
            raise ValueError("Choose contract review (text only) or quotation (model, quantity, price).")
        return self


class Cancellation(Facts):
    """On what ground an effective contract ends, and what becomes of the deposit (Civil Code 563, 565, 587)."""

    ground: Annotated[str, Options("cancel_grounds")] = Field(title="Ground", min_length=1, max_length=40)
    notice_day: date = Field(title="Day the notice arrived")
    outcome: DepositOutcome = Field(DepositOutcome.STAYS, title="What becomes of the deposit")
    deposit_outcome: Money = Field(
        0, title="Amount", description="At most what is proposed; finance pays or books it later."
    )
    note: Annotated[str, Paragraph] = Field(title="Note", min_length=1, max_length=2000)


class NewOwner(Facts):
    """Who goes on with the deal."""

    owner: Annotated[UUID, Options("sellers")] = Field(title="New owner")
    comment: Annotated[str, Paragraph] = Field(title="Comment", min_length=1, max_length=2000)


CANCEL_GROUNDS = ("mutual", "statutory", "deposit")

DUE_OF_ITS_PARTS = (
    "quotation_ends", "file_with_manufacturer", "answer_manufacturer", "apply_for_rebate", "filing_lapsed",
    "submit_rebate",
)  # fmt: skip
"""What is due to the owner of a deal about its quotations, its filing and its rebates."""

# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_first_contact(deal: Deal, ask: Ask) -> None:
    """The owner calls on the next working day, at the hour the shop prefers."""
    calendar = calendar_of(ask.db)
    clock = policy(ask.db, deal.store_id, "follow_up_from", ask.today)
    due = calendar.at(calendar.add_working_days(ask.today, 1), clock)
    deadlines.plan(ask, "follow_up", deal, due, owner_id=deal.owner_id)


def end_first_contact(deal: Deal, ask: Ask) -> None:
    """Whoever quotes has been in touch."""
    deadlines.finish(ask, deal, "follow_up")


def plan_clash_decision(deal: Deal, ask: Ask) -> None:
    """撞单: the key-account manager settles it within one working day; typing goes on, quoting waits."""
    if not deal.clash_settled:
        calendar = calendar_of(ask.db)
        due = calendar.due_after(ask.today, 1)
        deadlines.plan(ask, "settle_clash", deal, due, role=Role.KEY_ACCOUNT)


def settle_clash_as_separate(deal: Deal, ask: Ask) -> None:
    """It is a project of its own."""
    deal.clash_settled = True
    deadlines.finish(ask, deal, "settle_clash")


def end_as_duplicate(deal: Deal, ask: Ask) -> None:
    """The older deal goes on; this one ends with a pointer to it."""
    settle_clash_as_separate(deal, ask)
    deal.loss_reason, deal.loss_remark, deal.lost_at = LossReason.DUPLICATE, ask.facts.comment, ask.at
    deadlines.cancel(ask, deal)


def write_need(deal: Deal, ask: Ask) -> None:
    """The need sheet as it is now; the one before stays in the history."""
    sheet: NeedSheet = ask.facts
    need = deal.need or Need(store_id=deal.store_id, deal_id=deal.id)
    for name in ("use", "wanted_by", "budget", "decision_maker", "purchase_mode", "remark"):
        setattr(need, name, getattr(sheet, name))
    need.lines = [
        NeedLine(store_id=deal.store_id, position=at, model_id=line.model, colour=line.colour, quantity=line.quantity)
        for at, line in enumerate(sheet.lines, 1)
    ]
    deal.need, deal.terms = need, sheet.terms
    ask.db.add(need)


def plan_reviews(deal: Deal, ask: Ask) -> None:
    """The reviewers have one working day."""
    calendar = calendar_of(ask.db)
    days = policy(ask.db, deal.store_id, "review_due_working_days", ask.today)
    due = calendar.due_after(ask.today, days)
    for kind, role in REVIEW_TASKS:
        deadlines.plan(ask, kind, deal, due, role=role)


def end_reviews(deal: Deal, ask: Ask) -> None:
    """Nobody owes this deal a review any more."""
    for kind, _ in REVIEW_TASKS:
        deadlines.cancel(ask, deal, kind)


def note_loss_request(deal: Deal, ask: Ask) -> None:
    """The owner gives the deal up; somebody else confirms it."""
    loss: Loss = ask.facts
    deal.loss_asked_by_id = ask.actor.id
    deal.loss_reason, deal.loss_remark = loss.reason, loss.remark
    brand, model = loss.competitor_brand, loss.competitor_model
    deal.loss_competitor = f"{brand} {model}".strip() or None
    deal.loss_model_id = competitor_models.named(ask, brand, model).id if brand and model else None
    due = calendar_of(ask.db).due_after(ask.today, 1)
    deadlines.plan(ask, "confirm_loss", deal, due, role=Role.KEY_ACCOUNT)


def withdraw_loss_request(deal: Deal, ask: Ask) -> None:
    """It is not lost after all."""
    deal.loss_asked_by_id = deal.loss_reason = deal.loss_remark = deal.loss_competitor = deal.loss_model_id = None
    deadlines.cancel(ask, deal, "confirm_loss")


def record_loss(deal: Deal, ask: Ask) -> None:
    """Lost: from here the days count within which it may be reopened; nothing of it stays due."""
    deal.lost_at, deal.held_from, deal.held_until = ask.at, None, None
    deadlines.cancel(ask, deal)


def note_reopen_request(deal: Deal, ask: Ask) -> None:
    """The owner wants to take it up again."""
    deal.reopen_asked_by_id = ask.actor.id
    due = calendar_of(ask.db).due_after(ask.today, 1)
    deadlines.plan(ask, "confirm_reopening", deal, due, role=Role.KEY_ACCOUNT)


def reopen_afresh(deal: Deal, ask: Ask) -> None:
    """Old quotations, approvals and licence checks stay void: what is older than this moment does not count."""
    deal.reopened_count += 1
    deal.void_before = ask.at
    deal.lost_at = deal.loss_reason = deal.loss_remark = deal.loss_competitor = deal.loss_model_id = None
    deal.loss_asked_by_id = deal.reopen_asked_by_id = None
    deadlines.finish(ask, deal, "confirm_reopening")
    plan_first_contact(deal, ask)


def held_from(state: DealState) -> Effect:
    """A deal on hold returns to where it was. The quotation's validity keeps running."""

    def remember_where_from(deal: Deal, ask: Ask) -> None:
        deal.held_from, deal.held_until = state, ask.facts.until
        due = calendar_of(ask.db).at(ask.facts.until, "09:30")
        deadlines.plan(ask, "resume", deal, due, owner_id=deal.owner_id)

    return remember_where_from


def was_held_from(state: DealState) -> Condition:
    """Tells the rows of `resume` apart."""
    return lambda deal, ask: bool(deal.held_from is state)


def forget_hold(deal: Deal, ask: Ask) -> None:
    """It goes on."""
    deal.held_from = deal.held_until = None
    deadlines.finish(ask, deal, "resume")


def note_rework_request(deal: Deal, ask: Ask) -> None:
    """The owner wants the approved text changed."""
    deal.rework_asked_by_id, deal.rework_to, deal.rework_reason = ask.actor.id, ask.facts.to, ask.facts.reason
    due = calendar_of(ask.db).due_after(ask.today, 1)
    deadlines.plan(ask, "confirm_rework", deal, due, role=Role.KEY_ACCOUNT)


def end_rework_request(deal: Deal, ask: Ask) -> None:
    """The rework is under way."""
    deal.rework_asked_by_id = deal.rework_to = None
    deadlines.finish(ask, deal, "confirm_rework")


def change_owner(deal: Deal, ask: Ask) -> None:
    """The new owner takes over what is due as well."""
    hand_to(deal, ask, ask.facts.owner)


def hand_to(deal: Deal, ask: Ask, owner_id: UUID) -> None:
    """Whose deal it is from now on."""
    before, deal.owner_id = deal.owner_id, owner_id
    deal.owner_decided_at = ask.at
    of_its_parts = deadlines.open_in_case(ask.db, deal.id, DUE_OF_ITS_PARTS)
    for row in (*deadlines.open_for(ask.db, deal), *of_its_parts):
        if row.owner_id == before:
            row.owner_id = deal.owner_id


def leave_with_owner(deal: Deal, ask: Ask) -> None:
    """It stands still and stays where it is; the days count anew."""
    deal.owner_decided_at = ask.at


def record_cancellation(deal: Deal, ask: Ask) -> None:
    """Amounts are the general manager's decision; nothing was posted before it."""
    facts: Cancellation = ask.facts
    deal.cancel_ground, deal.cancel_notice_day = facts.ground, facts.notice_day
    deal.cancel_outcome, deal.cancel_deposit_outcome = facts.outcome.value, facts.deposit_outcome
    deadlines.cancel(ask, deal)


def known_facts(deal: Deal) -> dict[str, Any]:
    """What the need sheet shows when it is opened again."""
    need = deal.need
    if need is None:
        return {"terms": deal.terms}
    shown: dict[str, Any] = {
        name: getattr(need, name)
        for name in ("use", "wanted_by", "budget", "decision_maker", "purchase_mode", "remark")
    }
    shown["terms"] = deal.terms
    shown["lines"] = [
        {"model": str(line.model_id), "colour": line.colour, "quantity": line.quantity} for line in need.lines
    ]
    return shown
