"""The life of a contract: drawn up from the accepted quotation, reviewed, issued with a number, signed, in effect.

Read the table first. The draft's gaps are in contract_gaps.py, the rules of drafting in contract_draft_rules.py and
of everything later in contract_rules.py; contract_drafts.py and contract_acts.py write down what follows.
Other parts it asks: quotation (what was accepted), drive_lists (what was driven), printing (the press).
"""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.approvals.approval_rules import sighting_is_of_this_deal
from dealer.approvals.rulings import Reasons
from dealer.contracts import amendment_drafts as amending
from dealer.contracts import amendment_prices, signatures, their_paper
from dealer.contracts import amendment_rules as amendments
from dealer.contracts import contract_acts as acts
from dealer.contracts import contract_clauses as clauses
from dealer.contracts import contract_draft_rules as drafting
from dealer.contracts import contract_drafts as drafts
from dealer.contracts import contract_forms as forms
from dealer.contracts import contract_rules as rules
from dealer.contracts.amendment_drafts import draw_up as draw_up_amendment
from dealer.contracts.amendment_forms import Amendment
from dealer.contracts.clause_forms import ChosenClause, ClauseRemark, ClauseWording, RemarkAnswer
from dealer.contracts.contract_drafts import draw_up
from dealer.contracts.contract_gaps import GAPS
from dealer.contracts.contract_terms import paper_of
from dealer.contracts.in_force import is_amendment, is_call_off, is_no_order, says_everything, stands_alone
from dealer.contracts.their_paper import TheirPaper
from dealer.deals import deal_lists
from dealer.deliveries import batch_endings as endings
from dealer.engine.steps import SAME, Ask, Life, Refusal, Refused, Step, no
from dealer.frameworks import call_off_rules as orders
from dealer.papers import printing, sealing
from dealer.people import OWNER, SYSTEM, Actor, has
from dealer.records.contracts import Contract, ContractState, PrintLog, Rendering, Reviewer
from dealer.records.deals import Deal
from dealer.risks.risk_gate import no_high_risk_is_open

__all__ = ["CONTRACTS", "current", "draw_up", "draw_up_amendment", "gaps", "is_effective", "of_deal"]

S = ContractState
UNSIGNED = (S.DRAFT, S.IN_REVIEW, S.APPROVED, S.ISSUED, S.RETURNED)
OVER = (S.VOID, S.TERMINATED)
PRINTABLE = (S.ISSUED, S.EFFECTIVE, S.PERFORMED, S.TERMINATED)
MOST_OF_A_DAY = 100  # contracts in one list, and in one print

EDIT_DELIVERY = (
    drafting.typed_plan_delivers_every_car, drafting.typed_plan_lies_ahead, drafting.batches_are_one_delivery_each,
)  # fmt: skip
EDIT_PAYMENT = (
    drafting.typed_deposit_has_kind_and_amount, drafting.typed_deposit_is_within_its_limit,
    drafting.typed_payments_make_the_total, drafting.typed_payments_fit_the_terms, drafting.retention_ends_on_a_day,
    drafting.typed_bond_is_within_its_limit,
    drafting.typed_retention_is_within_its_limit,
)  # fmt: skip
ISSUING = (rules.trial_has_passed, rules.deal_awaits_its_contract)
SIGNING = (
    no_high_risk_is_open,
    rules.paper_is_stored, rules.deal_awaits_its_contract, signatures.signed_text_is_the_issued_one,
    signatures.signed_after_issue_and_by_today, rules.further_parties_have_signed, rules.signed_soon_after_the_award,
)  # fmt: skip
AMENDING = (
    no_high_risk_is_open,
    rules.signatures_are_recorded, rules.somebody_else_recorded, rules.every_model_was_driven, rules.paper_is_stored,
    rules.deal_awaits_its_contract, amendments.cars_keep_their_places, amendment_prices.added_cars_are_authorised,
)  # fmt: skip
TAKING_EFFECT = (
    no_high_risk_is_open,
    rules.signatures_are_recorded, rules.somebody_else_recorded, rules.every_model_was_driven, rules.paper_is_stored,
    rules.deal_awaits_its_contract, rules.quotation_was_accepted_in_time, rules.award_was_kept,
    rules.prices_are_still_authorised,
)  # fmt: skip
ASKING_A_PRICE = (
    amendment_prices.a_price_needs_approval, amendment_prices.price_is_not_asked_yet,
    amendment_prices.added_models_are_on_the_list, amendment_prices.added_price_was_not_refused,
    amendment_prices.added_hard_floor_has_project_approval, sighting_is_of_this_deal,
)  # fmt: skip
SUBMITTED = (acts.note_submitter, acts.freeze_terms, acts.order_trial, acts.plan_reviews)


def _pass(action: str, duty: str, reviewer: Reviewer) -> Step:
    """A reviewer's row: somebody else's text, one mark, and no text that cannot be printed."""
    looks = (
        rules.not_yet_marked(reviewer), rules.somebody_else_submitted, rules.passed_by_somebody_else(reviewer),
        rules.text_can_be_printed,
    )  # fmt: skip
    return Step(action, S.IN_REVIEW, SAME, has(duty), forms.ReviewNote, looks, (acts.mark(reviewer),))


# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action                from                        to             who                        asks for                refused unless …                              then …
    Step("draw_up",            None,                       S.DRAFT,       OWNER,                     None,                   (drafting.deal_is_before_its_contract, drafting.quotation_is_there, drafting.no_other_contract_lives), ()),
    Step("amend",              None,                       S.DRAFT,       OWNER,                     None,                   (amendments.contract_is_in_effect, amendments.deal_is_being_delivered, amendments.no_other_amendment_is_open), ()),
    Step("end_batch",          None,                       S.EFFECTIVE,   has("cancel deals"),       endings.BatchEnding,    (amendments.contract_is_in_effect, amendments.deal_is_being_delivered, amendments.no_other_amendment_is_open, *endings.ENDING), (endings.write_ending,)),
    Step("edit_changes",       S.DRAFT,                    SAME,          OWNER,                     Amendment,              amendments.EDITED,                            (amending.write_changes,), when=is_amendment),
    Step("ask_price",          (S.DRAFT, S.APPROVED, S.ISSUED), SAME,     OWNER,                     Reasons,                ASKING_A_PRICE,                               (amendment_prices.note_request,), when=is_amendment),
    Step("edit_buyer",         S.DRAFT,                    SAME,          OWNER,                     forms.BuyerFacts,       (),                                           (drafts.write_buyer,)),
    Step("add_party",          S.DRAFT,                    SAME,          OWNER,                     forms.FurtherParty,     (drafting.there_is_room_for_a_party, drafting.party_does_something, drafting.agent_brings_a_power_of_attorney), (drafts.add_party,), when=stands_alone),
    Step("drop_party",         S.DRAFT,                    SAME,          OWNER,                     forms.ChosenParty,      (drafting.there_is_a_further_party, drafting.chosen_party_is_there), (drafts.drop_party,), when=stands_alone),
    Step("edit_party",         S.DRAFT,                    SAME,          OWNER,                     forms.EditedParty,      (drafting.there_is_a_further_party, drafting.chosen_party_is_there), (drafts.write_further_party,), when=is_amendment),
    Step("edit_payment",       S.DRAFT,                    SAME,          OWNER,                     forms.PaymentFacts,     EDIT_PAYMENT,                                 (drafts.write_payment,), when=is_no_order),
    Step("edit_payment",       S.DRAFT,                    SAME,          OWNER,                     forms.OrderPayment,     (),                                           (drafts.write_order_payment,), when=is_call_off),
    Step("edit_delivery",      S.DRAFT,                    SAME,          OWNER,                     forms.DeliveryFacts,    EDIT_DELIVERY,                                (drafts.write_delivery,), when=is_no_order),
    Step("edit_delivery",      S.DRAFT,                    SAME,          OWNER,                     forms.OrderDelivery,    EDIT_DELIVERY,                                (drafts.write_delivery,), when=is_call_off),
    Step("edit_procurement",   S.DRAFT,                    SAME,          OWNER,                     forms.ProcurementFacts, (),                                           (drafts.write_procurement,), when=says_everything),
    Step("edit_procurement",   S.DRAFT,                    SAME,          OWNER,                     forms.Particulars,      (amendments.contract_names_a_procurement,),   (drafts.write_particulars,), when=is_amendment),
    Step("drop_procurement",   S.DRAFT,                    SAME,          OWNER,                     None,                   (drafting.procurement_says_more_than_the_deal,), (drafts.drop_procurement,), when=says_everything),
    Step("edit_wording",       S.DRAFT,                    SAME,          OWNER,                     forms.WordingFacts,     (drafting.place_of_dispute_is_named,),        (drafts.write_wording,), when=says_everything),
    Step("edit_wording",       S.DRAFT,                    SAME,          OWNER,                     forms.OrderWording,     (),                                           (drafts.write_order_wording,), when=is_call_off),
    Step("choose_kind",        S.DRAFT,                    SAME,          OWNER,                     forms.ChosenKind,       (drafting.kind_is_a_sale, drafting.purchaser_has_its_text), (drafts.choose_kind,), when=says_everything),
    Step("follow_agreement",   S.DRAFT,                    SAME,          SYSTEM,                    None,                   (orders.agreement_is_another,),               (drafts.follow_agreement,), when=stands_alone),
    Step("change_clause",      S.DRAFT,                    SAME,          OWNER,                     ClauseWording,          (clauses.clause_is_in_the_text, clauses.wording_is_another), (clauses.word_clause,)),
    Step("restore_clause",     S.DRAFT,                    SAME,          OWNER,                     ChosenClause,           (clauses.a_clause_was_changed, clauses.chosen_clause_was_changed), (clauses.restore_clause,)),
    Step("answer_remark",      (S.DRAFT, S.IN_REVIEW, S.RETURNED), SAME,  OWNER,                     RemarkAnswer,           (clauses.a_remark_is_open, clauses.chosen_remark_is_open), (clauses.answer_remark,)),
    Step("use_their_paper",    S.DRAFT,                    SAME,          OWNER,                     TheirPaper,             (their_paper.their_file_is_a_pdf, their_paper.their_lines_are_those_of_the_contract), (their_paper.take_their_paper,), when=stands_alone),
    Step("use_our_paper",      S.DRAFT,                    SAME,          OWNER,                     None,                   (their_paper.their_paper_is_used,),           (their_paper.drop_their_paper,), when=stands_alone),
    Step("renew_lines",        S.DRAFT,                    SAME,          OWNER,                     None,                   (drafting.something_new_is_accepted,),        (drafts.renew_lines,), when=stands_alone),
    Step("excuse_late_award",  UNSIGNED,                   SAME,          has("review for risk"),    forms.Reason,           (drafting.award_is_known, drafting.somebody_else_owns_the_deal), (acts.excuse_late_award,), when=stands_alone),
    # review
    Step("submit",             S.DRAFT,                    S.IN_REVIEW,   OWNER,                     None,                   (rules.deal_is_in_review, *GAPS),             SUBMITTED, when=says_everything),
    Step("submit",             S.DRAFT,                    S.IN_REVIEW,   OWNER,                     None,                   (rules.deal_is_in_review, *orders.GAPS),      SUBMITTED, when=is_call_off),
    Step("submit",             S.DRAFT,                    S.IN_REVIEW,   OWNER,                     None,                   (amendments.deal_is_being_delivered, *amendments.GAPS), SUBMITTED, when=is_amendment),
    Step("submit_with_deal",   S.DRAFT,                    S.IN_REVIEW,   SYSTEM,                    None,                   (rules.deal_has_come_to_review, *GAPS),       SUBMITTED, when=says_everything),
    Step("submit_with_deal",   S.DRAFT,                    S.IN_REVIEW,   SYSTEM,                    None,                   (rules.deal_has_come_to_review, *orders.GAPS), SUBMITTED, when=is_call_off),
    Step("remark",             S.IN_REVIEW,                SAME,          has("remark on contracts"), ClauseRemark,          (rules.somebody_else_submitted, clauses.remarked_clause_is_in_the_text), (clauses.write_remark,)),
    _pass("pass_risk", "review for risk", Reviewer.KEY_ACCOUNT),
    _pass("pass_finance", "review for finance", Reviewer.FINANCE),
    _pass("pass_house", "review for the house", Reviewer.GENERAL),
    Step("approve",            S.IN_REVIEW,                S.APPROVED,    SYSTEM,                    None,                   (rules.all_reviews_are_passed,),              (acts.order_trial, acts.plan_issue)),
    Step("return_with_deal",   S.IN_REVIEW,                S.RETURNED,    SYSTEM,                    None,                   (rules.deal_is_back_in_quotation,),           (acts.clear_marks,)),
    Step("return",             S.IN_REVIEW,                S.RETURNED,    has("return deals"),       forms.Reason,           (rules.somebody_else_submitted,),             (acts.clear_marks,), when=is_amendment),
    Step("redraft",            S.RETURNED,                 S.DRAFT,       OWNER,                     None,                   (drafting.deal_is_before_its_contract,),      (acts.take_up_again,), when=stands_alone),
    Step("redraft",            S.RETURNED,                 S.DRAFT,       OWNER,                     None,                   (amendments.deal_is_being_delivered,),        (acts.take_up_again,), when=is_amendment),
    # issue and signatures
    Step("issue",              S.APPROVED,                 S.ISSUED,      has("issue contracts"),    None,                   ISSUING,                                      (acts.give_number, acts.note_clauses, acts.order_final, acts.plan_signing), when=is_no_order),
    Step("issue",              S.APPROVED,                 S.ISSUED,      has("issue contracts"),    None,                   (*ISSUING, *orders.UNDER_THE_AGREEMENT),      (acts.give_number, acts.note_clauses, acts.order_final, acts.plan_signing), when=is_call_off),
    Step("record_signatures",  S.ISSUED,                   SAME,          has("record signatures"),  forms.Signatures,       SIGNING,                                      (acts.write_signatures,)),
    Step("confirm_effective",  S.ISSUED,                   S.EFFECTIVE,   has("confirm signatures"), None,                   TAKING_EFFECT,                                (acts.take_effect, acts.close_the_award, acts.remind_purchaser), when=stands_alone),
    Step("confirm_effective",  S.ISSUED,                   S.EFFECTIVE,   has("confirm signatures"), None,                   AMENDING,                                     (acts.take_effect, acts.remind_purchaser), when=is_amendment),
    Step("revise_with_deal",   (S.APPROVED, S.ISSUED),     S.RETURNED,    SYSTEM,                    None,                   (rules.deal_went_back,),                      (acts.withdraw_issue, acts.clear_marks)),
    # the end
    Step("void",               (S.DRAFT, S.RETURNED),      S.VOID,        OWNER,                     forms.Reason,           (),                                           (acts.note_end,)),
    Step("void",               (S.APPROVED, S.ISSUED),     S.VOID,        has("confirm signatures"), forms.Reason,           (),                                           (acts.note_end,)),
    Step("void_with_deal",     UNSIGNED,                   S.VOID,        SYSTEM,                    None,                   (rules.deal_is_given_up,),                    (acts.note_end,)),
    Step("perform",            S.EFFECTIVE,                S.PERFORMED,   SYSTEM,                    None,                   (rules.deal_is_closed,),                      (acts.note_end,)),
    Step("terminate_with_deal", S.EFFECTIVE,               S.TERMINATED,  SYSTEM,                    None,                   (rules.deal_is_given_up,),                    (acts.note_end,)),
]
# ruff: enable[E501]
# fmt: on

CONTRACTS = Life(
    "contract", Contract, ContractState, STEPS, (S.DRAFT, S.IN_REVIEW, S.APPROVED, S.ISSUED, S.EFFECTIVE, S.PERFORMED)
)

# ── printing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def print_copy(ask: Ask, contract: Contract, *, sealed: bool = False) -> PrintLog:
    """One more copy of the stored paper, or of its sealed file. Raises Refused for others than the back office, or
    while there is no paper."""
    answer = has("print contracts")(contract, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer], "print", contract)
    refusal = why_not_printed(ask, contract)
    if refusal is not None:
        raise Refused([refusal], "print", contract)
    paper = contract.pdf_sha256 or ""
    if sealed:
        twin = sealing.sealed(ask.db, contract.store_id, paper)
        if twin is None:
            raise Refused([no("This contract has no sealed file: print the paper itself.", code="E-SEAL-NONE")])
        paper = twin.sealed_sha256
    return printing.print_copy(answer, "contract", contract, paper)


def why_not_printed(ask: Ask, contract: Contract) -> Refusal | None:
    """What stands against a copy of this contract: it is not in force, or its paper is not there."""
    if contract.state not in PRINTABLE:
        return no("Only an issued contract is printed: this one is not in force.", code="E-PRINT-STATE")
    return rules.paper_is_stored(contract, ask)


def seal(ask: Ask, contract: Contract) -> None:
    """Have the sealed file made of a paper that has none: the certificate came later, or the work has failed."""
    answer = has("issue contracts")(contract, ask)
    refusal = answer if isinstance(answer, Refusal) else why_not_printed(ask, contract)
    refusal = refusal or sealing.why_not_sealed(ask, contract)
    if refusal is not None:
        raise Refused([refusal], "print", contract)
    sealing.order_now(ask, contract)


def order_reading_copy(ask: Ask, contract: Contract) -> None:
    """Have the English reading copy of an issued contract printed; the Chinese text is what binds."""
    if contract.code is not None:
        printing.order_paper(
            ask, contract, paper_of(contract), acts.frozen_terms(contract), number=contract.code, language="en"
        )


def reading_copy(db: Session, contract: Contract) -> Rendering | None:
    """The English reading copy of the present text, if one was ordered."""
    if contract.fingerprint is None or contract.code is None:
        return None
    return printing.ordered(
        db, contract.id, paper_of(contract), contract.fingerprint, number=contract.code, language="en"
    )


def gaps(contract: Contract, ask: Ask) -> list[Refusal]:
    """Everything that stands between a draft and its review, each with its code."""
    if contract.state is S.RETURNED:
        return [no("The contract was returned: take it up again.", code="E-CONTRACT-RETURNED", fix="contract")]
    rules_of_it = amendments.GAPS if is_amendment(contract) else orders.GAPS if is_call_off(contract) else GAPS
    return [refusal for rule in rules_of_it if (refusal := rule(contract, ask))]


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def of_deal(db: Session, deal: Deal) -> list[Contract]:
    """All contracts of a deal, oldest first."""
    return list(db.scalars(select(Contract).where(Contract.deal_id == deal.id).order_by(Contract.number)))


def current(db: Session, deal: Deal) -> Contract | None:
    """The contract of a deal that counts: the latest that is neither void nor terminated, nor amends another."""
    living = (each for each in reversed(of_deal(db, deal)) if each.state not in OVER)
    return next((each for each in living if stands_alone(each)), None)


def is_effective(db: Session, deal: Deal) -> bool:
    """Whether dealer and buyer are bound."""
    contract = current(db, deal)
    return contract is not None and contract.state in (S.EFFECTIVE, S.PERFORMED)


def sees(contract: Contract, who: Actor, db: Session) -> bool:
    """Contracts are seen by those who see their deal and have to do with contracts."""
    return who.may_or_stands_in("see contracts") and deal_lists.sees_deal(contract.deal, who, db)


def issued_on(db: Session, who: Actor, day: date) -> list[Contract]:
    """The contracts of a day that are still to be printed or reprinted, in the order of their numbers."""
    deals: Select[UUID] = deal_lists.deals_seen_by(db, who).with_only_columns(Deal.id)
    that_day = (Contract.issued_on == day, Contract.state.in_([state.value for state in PRINTABLE]))
    query = people.scoped(select(Contract).where(Contract.deal_id.in_(deals), *that_day), Contract, who)
    query = query.options(joinedload(Contract.deal).joinedload(Deal.customer))
    return list(db.scalars(query.order_by(Contract.code).limit(MOST_OF_A_DAY)))


def seen_by(
    db: Session, who: Actor, states: tuple[ContractState, ...] = (), below: int | None = None
) -> list[Contract]:
    """Contracts a person may look at, newest first, from below a number on: a keyset page and one more."""
    deals: Select[UUID] = deal_lists.deals_seen_by(db, who).with_only_columns(Deal.id)
    query = people.scoped(select(Contract).where(Contract.deal_id.in_(deals)), Contract, who)
    if states:
        query = query.where(Contract.state.in_([state.value for state in states]))
    if below is not None:
        query = query.where(Contract.number < below)
    query = query.options(joinedload(Contract.deal).joinedload(Deal.customer))
    return list(db.scalars(query.order_by(Contract.number.desc()).limit(deal_lists.PAGE + 1)))
