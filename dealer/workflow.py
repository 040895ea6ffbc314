"""The life of a fleet deal: its rules and its STEPS. Then the one place that knows several lives: `take`.

Read the table `STEPS` first. Each row says: this action leads from here to there, this is who may take it, this is
what it asks for, these rules refuse it, these effects follow. A rule answers None or a sentence for a person.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import customers, deals, people
from dealer.deals import Comment, Hold, Loss, NeedSheet, NewDeal, NewOwner, held_from, was_held_from
from dealer.engine.steps import SAME, Ask, Life, Refusal, Refused, Step, no, on_facts
from dealer.people import OWNER, has, not_their_own
from dealer.policies import policy
from dealer.records.customers import Contact, ContactRole, Customer
from dealer.records.deals import Deal, DealState, LossReason
from dealer.records.people import Role
from dealer.records.vehicles import Model

S = DealState
PATH = (S.INQUIRY, S.QUOTATION, S.CONTRACT_REVIEW, S.TEST_DRIVE, S.DELIVERY, S.CLOSED)
BEFORE_SIGNING = (S.INQUIRY, S.QUOTATION, S.CONTRACT_REVIEW, S.TEST_DRIVE)
OVER = (S.CLOSED, S.LOST, S.CANCELLED)
KAM = has("decide on deals")

# ── rules: inquiry and quotation ──────────────────────────────────────────────────────────────────────────────────


@on_facts
def customer_has_code_unless_individual(deal: Deal, ask: Ask) -> Refusal | None:
    """Registering: everybody but an individual has a unified social credit code."""
    return customers.has_uscc_unless_individual(ask.facts)


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
        "Deal {number} of the same customer is open: the key-account manager decides whether this is a project of its own.",
        code="E-CLASH", fix="settle_clash", remover=Role.KEY_ACCOUNT, number=other.number if other else "",
    )  # fmt: skip


def a_clash_waits(deal: Deal, ask: Ask) -> Refusal | None:
    """Only an open clash can be settled."""
    if deal.clash_settled:
        return no("There is no clash to settle: go on with the deal.", code="E-STATE-CLASH")
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
        return no("The loss waits for confirmation: take the request back to change it.", code="E-LOSS-ASKED")
    return None


def loss_is_asked(deal: Deal, ask: Ask) -> Refusal | None:
    """A loss is confirmed by another person than the one who gave the deal up."""
    if deal.loss_asked_by_id is None:
        return no("The owner first says that the deal is lost, and why.", code="E-LOSS-NOT-ASKED")
    return None


def somebody_else_asked_to_lose(deal: Deal, ask: Ask) -> Refusal | None:
    """Nobody confirms their own request."""
    return not_their_own(deal.loss_asked_by_id, ask)


def reopening_is_asked(deal: Deal, ask: Ask) -> Refusal | None:
    """Reopening takes two: the owner asks, the key-account manager agrees."""
    if deal.reopen_asked_by_id is None:
        return no("The owner first asks to reopen the deal.", code="E-REOPEN-NOT-ASKED")
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
    sellers = people.with_duty(ask.db, deal.store_id, "register deals")
    if ask.facts.owner not in {person.id for person in sellers}:
        return no("Choose one of the shop's sales people.", code="E-REQ-FIELD", field="owner")
    return None


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

STEPS = [
    #    action              from             to             who                     asks for   refused unless …                    then …
    Step("register",         None,            S.INQUIRY,     has("register deals"),  NewDeal,   (customer_has_code_unless_individual,), (deals.plan_first_contact, deals.plan_clash_decision)),
    Step("start_quotation",  S.INQUIRY,       S.QUOTATION,   OWNER,                  None,      (need_sheet_is_filled, clash_is_settled), ()),
    Step("fill_need",        (S.INQUIRY, S.QUOTATION), SAME, OWNER,                  NeedSheet, (wanted_models_are_ours,),          (deals.write_need,)),
    Step("settle_clash",     S.INQUIRY,       SAME,          KAM,                    Comment,   (a_clash_waits,),                   (deals.settle_clash_as_separate,)),
    Step("join_other",       S.INQUIRY,       S.LOST,        KAM,                    Comment,   (a_clash_waits,),                   (deals.end_as_duplicate,)),
    # beside the path
    Step("ask_to_lose",      (*BEFORE_SIGNING, S.ON_HOLD), SAME, OWNER,              Loss,      (loss_is_not_asked_yet, competitor_is_named), (deals.note_loss_request,)),
    Step("keep",             (*BEFORE_SIGNING, S.ON_HOLD), SAME, people.owner_or("confirm losses"), Comment, (loss_is_asked,),      (deals.withdraw_loss_request,)),
    Step("lose",             (*BEFORE_SIGNING, S.ON_HOLD), S.LOST, has("confirm losses"), None, (loss_is_asked, somebody_else_asked_to_lose), (deals.record_loss,)),
    Step("ask_to_reopen",    S.LOST,          SAME,          OWNER,                  Comment,   (loss_is_recent,),                  (deals.note_reopen_request,)),
    Step("reopen",           S.LOST,          S.INQUIRY,     KAM,                    None,      (reopening_is_asked, somebody_else_asked_to_reopen, loss_is_recent), (deals.reopen_afresh,)),
    *(Step("hold",           state,           S.ON_HOLD,     OWNER,                  Hold,      (hold_ends_later,),                 (held_from(state),)) for state in BEFORE_SIGNING),
    *(Step("resume",         S.ON_HOLD,       state,         OWNER,                  None,      (),                                 (deals.forget_hold,), when=was_held_from(state)) for state in BEFORE_SIGNING),
    Step("change_owner",     (*BEFORE_SIGNING, S.DELIVERY, S.ON_HOLD), SAME, KAM,    NewOwner,  (new_owner_sells,),                 (deals.change_owner,)),
]  # fmt: skip

DEALS = Life("deal", Deal, DealState, STEPS, PATH)


# ── beginning a deal ──────────────────────────────────────────────────────────────────────────────────────────────


def register(ask: Ask) -> Deal:
    """A fleet customer asks for cars. A known code is the same customer; an open deal of theirs is a clash 撞单."""
    facts: NewDeal = ask.facts
    if refusal := customers.has_uscc_unless_individual(facts):
        raise Refused([refusal], "register")
    customer = customers.by_uscc(ask.db, ask.actor, facts.uscc) or customers.new_customer(ask, facts)
    other = _open_deal_of(ask.db, customer) if facts.uscc else None
    deal = Deal(
        store_id=ask.actor.store_id,
        customer_id=customer.id,
        owner_id=ask.hat.id,
        contact_id=_contact(ask, customer, facts).id,
        title=facts.title,
        filing_wanted=facts.filing_wanted,
        clash_with_id=other.id if other else None,
        clash_settled=other is None,
    )
    deal.case_id = deal.id
    deal.customer = customer
    begin(deal, "register", ask)
    return deal


def _open_deal_of(db: Session, customer: Customer) -> Deal | None:
    query = select(Deal).where(Deal.customer_id == customer.id, Deal.state.not_in([state.value for state in OVER]))
    return db.scalars(query.order_by(Deal.number).limit(1)).first()


def _contact(ask: Ask, customer: Customer, facts: NewDeal) -> Contact:
    """The known contact of that name and phone, or a new one."""
    for known in ask.db.scalars(select(Contact).where(Contact.customer_id == customer.id)):
        if (known.name, known.phone) == (facts.contact, facts.phone):
            return known
    contact = Contact(
        store_id=customer.store_id, customer_id=customer.id, name=facts.contact, phone=facts.phone,
        role=ContactRole.BUYS,
    )  # fmt: skip
    ask.db.add(contact)
    ask.db.flush()
    return contact


# ── several lives ─────────────────────────────────────────────────────────────────────────────────────────────────

LIVES: dict[type[Any], Life] = {Deal: DEALS}
"""The life of every kind of thing."""


def take(thing: Any, action: str, ask: Ask) -> None:
    """Take a step, then all that follows by itself in the same deal, in the same transaction."""
    moved = LIVES[type(thing)].advance(thing, action, ask)
    settle(thing, ask, moved.seq)


def begin(thing: Any, action: str, ask: Ask) -> None:
    """The birth of a thing, then all that follows by itself."""
    moved = LIVES[type(thing)].begin(action, thing, ask)
    settle(thing, ask, moved.seq)


MOST_MOVES = 200  # a settling that goes on for longer is a circle in our own tables


def settle(thing: Any, ask: Ask, because: int | None = None) -> None:
    """Try the SYSTEM steps of all things of the same deal until none moves; each has its own history row."""
    asked = Ask(ask.db, people.system(thing.store_id), ask.at, because=because)
    for _ in range(MOST_MOVES):
        if not any(_moves_by_itself(each, asked) for each in things_of_case(ask.db, thing)):
            return
    raise RuntimeError(f"the lives around {thing.__tablename__} {thing.id} chase each other")


def _moves_by_itself(thing: Any, ask: Ask) -> bool:
    life = LIVES[type(thing)]
    for step in life.steps_from(thing.state):
        if step.who is people.SYSTEM and (step.when is None or step.when(thing, ask)) and life.look(thing, step, ask).is_open:
            life.advance(thing, step.action, ask)
            return True
    return False


def things_of_case(db: Session, thing: Any) -> list[Any]:
    """The thing's deal with everything that belongs to it; a thing without a deal stands alone."""
    deal = thing if isinstance(thing, Deal) else db.get(Deal, thing.case_id) if thing.case_id else None
    if deal is None:
        return [thing]
    return [deal]
