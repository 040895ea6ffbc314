"""Price-limit exceptions 特价申请: the life of one, from the request to its use in a contract.

One exception speaks of one line of a quotation. It is born by itself when a quotation is submitted below its owner's
floor (`births`), goes to the lowest tier that may decide, and binds both sides to the exact terms that were approved:
see authority.py for what an approval covers, stages.py for who is asked one after the other.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer import people
from dealer.approvals import approval_asides as asides
from dealer.approvals import approval_rules as rules
from dealer.approvals import authority, rulings, stage_staffing, stages
from dealer.approvals.approval_asides import CopyTo, EarlierStage, OneMore
from dealer.approvals.approval_lists import References, asked_by, copied_to, decided_by, references, sees, waiting_for
from dealer.approvals.authority import authorises, covering, unauthorised_lines
from dealer.approvals.rulings import Approval, CounterOffer, Reasons, Remark
from dealer.deals.deals import Comment
from dealer.engine.steps import SAME, Ask, Life, Step
from dealer.network import own_floors
from dealer.people import OWNER, SYSTEM
from dealer.prices import pricing
from dealer.records.quotations import ExceptionState, PriceException, Quotation, QuotationLine, QuotationState

__all__ = [
    "EXCEPTIONS",
    "Approval",
    "References",
    "asked_by",
    "authorises",
    "births",
    "copied_to",
    "covering",
    "decided_by",
    "of_deal",
    "references",
    "sees",
    "unauthorised_lines",
    "waiting_for",
]

S = ExceptionState
UNDECIDED = (S.DRAFT, S.PENDING, S.COUNTERED, S.RETURNED)
TALKED_ABOUT = (S.PENDING, S.COUNTERED, S.RETURNED, S.APPROVED)
DECIDER = stages.Decider("decide prices")
OWNER_OR_DECIDER = stages.Decider("decide prices", owner=True)

# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

IN_TURN = (rules.somebody_else_asked_for_the_price, stages.it_is_their_turn, stages.they_have_not_agreed_yet)
DECIDING = (rules.somebody_else_asked_for_the_price, rules.it_comes_to_this_person, stages.they_have_not_agreed_yet)
SENDING_BACK = (rules.somebody_else_asked_for_the_price, rules.they_are_asked)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action             from                     to           who      asks for      refused unless …                                             then …
    Step("ask",             None,                    S.PENDING,   SYSTEM,  None,         (rules.price_is_not_below_every_floor,),                     (stages.begin_round, rulings.plan_decision)),
    Step("submit",          (S.DRAFT, S.RETURNED),   S.PENDING,   OWNER,   Reasons,      (rules.quotation_waits_for_it, rules.project_approval_is_named, rules.sighting_is_of_this_deal), (rulings.take_new_reasons, rulings.route, stages.begin_round, rulings.plan_decision)),
    Step("approve",         S.PENDING,               SAME,        DECIDER, Approval,     (*IN_TURN, stages.the_last_day_is_left_to_the_last),                                                     (rulings.note_agreement,), when=stages.more_must_agree),
    Step("approve",         S.PENDING,               S.APPROVED,  DECIDER, Approval,     (*DECIDING, rules.price_is_within_authority, rules.approval_ends_in_time), (stages.agree, rulings.freeze_approval, rulings.note_ruling), when=stages.one_more_decides),
    Step("counter",         S.PENDING,               S.COUNTERED, DECIDER, CounterOffer, (stages.the_others_have_agreed, *DECIDING, rules.counter_price_lies_between, rules.counter_price_is_within_authority), (rulings.note_counter, rulings.note_ruling)),
    Step("return",          S.PENDING,               S.RETURNED,  DECIDER, Comment,      SENDING_BACK,                                                (rulings.note_return, rulings.note_ruling), when=rules.may_be_returned_again),
    Step("return",          S.PENDING,               S.REFUSED,   DECIDER, Comment,      SENDING_BACK,                                                (rulings.note_refusal, rulings.note_ruling), when=rules.was_returned_too_often),
    Step("refuse",          S.PENDING,               S.REFUSED,   DECIDER, Comment,      SENDING_BACK,                                                (rulings.note_refusal, rulings.note_ruling)),
    Step("forward",         S.PENDING,               SAME,        DECIDER, Comment,      (rules.somebody_higher_decides, *SENDING_BACK),              (rulings.route_higher, stages.begin_round, rulings.plan_decision)),
    Step("add_colleague",   S.PENDING,               SAME,        DECIDER, OneMore,      (*IN_TURN, asides.colleague_is_free, asides.who_is_added_last_can_decide), (asides.add_colleague,)),
    Step("send_back",       S.PENDING,               SAME,        DECIDER, EarlierStage, (asides.an_earlier_stage_exists, *SENDING_BACK, asides.stage_is_an_earlier_one), (asides.go_back, rulings.plan_decision)),
    Step("copy",            TALKED_ABOUT,            SAME,        OWNER_OR_DECIDER, CopyTo, (asides.they_do_not_know_of_it_yet,),                  (asides.copy,)),
    Step("remind",          S.PENDING,               SAME,        OWNER,   None,         (asides.they_were_not_reminded_just_now,),                  (asides.remind,)),
    Step("accept_counter",  S.COUNTERED,             S.APPROVED,  OWNER,   None,         (rules.counter_still_holds,),                                (rulings.freeze_counter,)),
    Step("decline_counter", S.COUNTERED,             S.PENDING,   OWNER,   Remark,       (),                                                          (rulings.forget_counter, rulings.plan_decision)),
    Step("withdraw",        (S.PENDING, S.COUNTERED), S.DRAFT,    OWNER,   None,         (),                                                          (rulings.forget_counter, stages.clear, rulings.close_tasks)),
    Step("revoke",          S.APPROVED,              S.REVOKED,   DECIDER, Comment,      (rules.they_approved_it, rules.customer_does_not_hold_it),   (rulings.close_tasks,)),
    # by itself
    Step("reroute",         S.PENDING,               SAME,        SYSTEM,  None,         (stage_staffing.approver_has_left,),                         (stage_staffing.pass_on, rulings.plan_decision)),
    Step("escalate",        S.PENDING,               SAME,        SYSTEM,  None,         (rules.a_working_day_has_passed,),                           (rulings.note_escalation,)),
    Step("lapse",           UNDECIDED,               S.LAPSED,    SYSTEM,  None,         (rules.nobody_waits_for_it,),                                (rulings.close_tasks,)),
    Step("lapse",           S.APPROVED,              S.LAPSED,    SYSTEM,  None,         (rules.approval_no_longer_fits,),                            (rulings.close_tasks,)),
    Step("expire",          S.APPROVED,              S.EXPIRED,   SYSTEM,  None,         (rules.it_ran_out_unused,),                                  (rulings.close_tasks,)),
    Step("consume",         S.APPROVED,              S.CONSUMED,  SYSTEM,  None,         (rules.contract_took_it_up,),                                (rulings.close_tasks,)),
]
# ruff: enable[E501]
# fmt: on

EXCEPTIONS = Life(
    "exception", PriceException, ExceptionState, STEPS, path=(S.PENDING, S.APPROVED, S.CONSUMED),
    elsewhere=rules.somebody_was_faster,
)  # fmt: skip


# ── birth ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def births(db: Session, quotation: Quotation, ask: Ask) -> list[PriceException]:
    """Begin an exception for each line that waits for its price and has not been asked for since it was submitted.

    They are the system's doing, because of the owner's step; the reasons are those typed when it was submitted.
    """
    if quotation.state is not QuotationState.PENDING_PRICE or not quotation.reason:
        return []
    system = Ask(db, people.system(quotation.store_id), ask.at, because=ask.because)
    begun = []
    for line in unauthorised_lines(db, quotation, ask.today):
        exception = None if _was_asked_for(db, line) else _exception(line, system)
        if exception is not None:
            EXCEPTIONS.begin("ask", exception, system)
            begun.append(exception)
    return begun


def _was_asked_for(db: Session, line: QuotationLine) -> bool:
    asked = select(func.count()).where(PriceException.line_id == line.id)
    return bool(db.scalar(asked.where(PriceException.begun_at >= line.quotation.submitted_at)))


def _exception(line: QuotationLine, ask: Ask) -> PriceException | None:
    quotation = line.quotation
    price = pricing.price_of(ask.db, quotation.store_id, line.model_id, ask.today)
    if price is None:
        return None
    roles = own_floors.authority_of(ask.db, quotation.given_by_id, quotation.store_id, ask.today)
    exception = PriceException(
        store_id=quotation.store_id, case_id=quotation.deal_id, deal_id=quotation.deal_id, deal=quotation.deal,
        quotation_id=quotation.id, quotation=quotation, line_id=line.id, line=line,
        requester_id=quotation.given_by_id, submitted_by_id=quotation.submitted_by_id or quotation.given_by_id,
        fleet=pricing.is_fleet(quotation, ask.db, ask.today), reason=quotation.reason or "",
        proof_sha256=quotation.proof_sha256, sighting_id=quotation.sighting_id,
        project_approval=quotation.project_approval,
        project_file_sha256=quotation.project_file_sha256, asked=authority.terms_of(line, price, roles, ask.today),
        net_total=pricing.net_total(line, ask.today), quantity=line.quantity, returns=0, stages=[], stage=0,
        reminders=0,
    )  # fmt: skip
    exception.tier = rulings.tier_of(ask, exception, price)
    return exception


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_deal(db: Session, deal: Any) -> list[PriceException]:
    """All exceptions of a deal, newest first."""
    return _newest(db, PriceException.deal_id == deal.id)


def a_price_is_undecided(db: Session, deal: Any) -> bool:
    """Whether anybody still has to answer a request of this deal."""
    return any(each.state in UNDECIDED for each in of_deal(db, deal))


def of_quotation(db: Session, quotation: Quotation) -> list[PriceException]:
    """The exceptions asked for one version, newest first."""
    return _newest(db, PriceException.quotation_id == quotation.id)


def by_line(db: Session, quotation: Quotation) -> dict[UUID, PriceException]:
    """The latest exception of each line of a version."""
    return {each.line_id: each for each in reversed(of_quotation(db, quotation))}


def _newest(db: Session, which: Any) -> list[PriceException]:
    return list(db.scalars(select(PriceException).where(which).order_by(PriceException.number.desc())))
