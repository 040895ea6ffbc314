"""The rules of a deal's steps: each looks and answers None, or a sentence that names the remedy.

They stand in the order of the deal's life; dealer/workflow.py says which step asks which of them.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from dealer import people, roster
from dealer.approvals import approvals
from dealer.customers import customers
from dealer.deals.deals import Loss
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.house.policies import policy
from dealer.people import not_their_own
from dealer.records.deals import Deal, LossReason
from dealer.records.people import Role
from dealer.records.vehicles import Model

# ── rules: inquiry and quotation ──────────────────────────────────────────────────────────────────────────────────


@on_facts
def customer_has_code_unless_individual(deal: Deal, ask: Ask) -> Refusal | None:
    """Registering: everybody but an individual has a unified social credit code."""
    return customers.has_uscc_unless_individual(ask.facts)


@on_facts
def reception_met_them_first(deal: Deal, ask: Ask) -> Refusal | None:
    """Reception registers a deal from a visit; the consultant who received them owns it."""
    if not ask.hat.may("start deals") and (ask.facts.visit is None or deal.owner_id == ask.hat.id):
        return no("Log the visit and name its consultant first: the deal is theirs.", code="E-VISIT-NEEDED")
    return None


def need_sheet_is_filled(deal: Deal, ask: Ask) -> Refusal | None:
    """Quoting starts from what the customer needs."""
    if deal.need is None or not deal.need.lines:
        return no(
            "Fill in the need sheet: use, wanted cars with model, colour and quantity.",
            code="E-NEED", fix="need_sheet",
        )  # fmt: skip
    return None


@on_facts
def wanted_models_are_ours(deal: Deal, ask: Ask) -> Refusal | None:
    """Only models of this shop's own catalogue can be wanted."""
    wanted = {line.model for line in ask.facts.lines}
    ours = select(Model.id).where(Model.store_id == deal.store_id, Model.active, Model.id.in_(wanted))
    if set(ask.db.scalars(ours)) != wanted:
        return no("Choose models from the shop's list.", code="E-REQ-FIELD", field="lines")
    return None


def clash_is_settled(deal: Deal, ask: Ask) -> Refusal | None:
    """撞单: typing goes on, quoting waits until the key-account manager has decided."""
    if deal.clash_settled:
        return None
    other = ask.db.get(Deal, deal.clash_with_id)
    return no(
        "Deal {number} of the same customer is open: the key-account manager decides if this is a project of its own.",
        code="E-CLASH", fix="settle_clash", remover=Role.KEY_ACCOUNT, number=other.number if other else "",
    )  # fmt: skip


def a_clash_waits(deal: Deal, ask: Ask) -> Refusal | None:
    """Only an open clash can be settled."""
    if deal.clash_settled:
        return no("There is no clash to settle: go on with the deal.", code="E-STATE-CLASH", quiet=True)
    return None


# ── rules: losing, reopening, resting ─────────────────────────────────────────────────────────────────────────────


@on_facts
def competitor_is_named(deal: Deal, ask: Ask) -> Refusal | None:
    """Lost to a competitor: which brand and model (K15)."""
    loss: Loss = ask.facts
    if loss.reason is LossReason.COMPETITOR and not (loss.competitor_brand and loss.competitor_model):
        field = "competitor_model" if loss.competitor_brand else "competitor_brand"
        return no("Name the competitor's brand and model.", code="E-REQ-FIELD", field=field)
    return None


def loss_is_not_asked_yet(deal: Deal, ask: Ask) -> Refusal | None:
    """One request at a time."""
    if deal.loss_asked_by_id is not None:
        sentence = "The loss waits for confirmation: take the request back to change it."
        return no(sentence, code="E-LOSS-ASKED", quiet=True)
    return None


def loss_is_asked(deal: Deal, ask: Ask) -> Refusal | None:
    """A loss is confirmed by another person than the one who gave the deal up."""
    if deal.loss_asked_by_id is None:
        return no("The owner first says that the deal is lost, and why.", code="E-LOSS-NOT-ASKED", quiet=True)
    return None


def somebody_else_asked_to_lose(deal: Deal, ask: Ask) -> Refusal | None:
    """Nobody confirms their own request."""
    return not_their_own(deal.loss_asked_by_id, ask)


def reopening_is_asked(deal: Deal, ask: Ask) -> Refusal | None:
    """Reopening takes two: the owner asks, the key-account manager agrees."""
    if deal.reopen_asked_by_id is None:
        return no("The owner first asks to reopen the deal.", code="E-REOPEN-NOT-ASKED", quiet=True)
    return None


def somebody_else_asked_to_reopen(deal: Deal, ask: Ask) -> Refusal | None:
    """Nobody agrees to their own request."""
    return not_their_own(deal.reopen_asked_by_id, ask)


def loss_is_recent(deal: Deal, ask: Ask) -> Refusal | None:
    """After half a year it is another deal (house rule `reopen_within_days`)."""
    days = policy(ask.db, deal.store_id, "reopen_within_days", ask.today)
    if deal.lost_at is not None and ask.at > deal.lost_at + timedelta(days=days):
        return no("It was lost more than {days} days ago: register a new deal.", code="E-REOPEN-LATE", days=days)
    return None


@on_facts
def hold_ends_later(deal: Deal, ask: Ask) -> Refusal | None:
    """A deal rests until a day, not for ever."""
    if ask.facts.until <= ask.today:
        return no("Choose a day after today.", code="E-DAY-PAST", field="until")
    return None


@on_facts
def new_owner_sells(deal: Deal, ask: Ask) -> Refusal | None:
    """A deal belongs to somebody who may register one."""
    sellers = people.with_duty(ask.db, deal.store_id, "own deals")
    if ask.facts.owner not in {person.id for person in sellers}:
        return no("Choose one of the shop's sales people.", code="E-REQ-FIELD", field="owner")
    return None


@on_facts
def nobody_hands_a_price_to_their_stand_in(deal: Deal, ask: Ask) -> Refusal | None:
    """Who acts for a manager would borrow the manager's floor: their own deal, or a price that is still undecided."""
    taker: UUID = ask.facts.owner
    at_stake = deal.owner_id == ask.actor.id or approvals.a_price_is_undecided(ask.db, deal)
    if at_stake and roster.stand_for_each_other(ask.db, deal.store_id, ask.actor.id, taker, ask.today):
        return no(
            "You stand in for {name}, or {name} for you: have somebody else hand this deal over.",
            code="E-STAND-IN", field="owner", name=people.names(ask.db, (taker,))[taker],
        )  # fmt: skip
    return None
