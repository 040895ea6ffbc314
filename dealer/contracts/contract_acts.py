"""What the steps of a contract write down from its submission on: marks, the frozen text, numbers, signatures."""

import json
from collections.abc import Callable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import deadlines, people
from dealer.contracts import clause_library
from dealer.contracts.amendment_terms import amendment_terms
from dealer.contracts.contract_drafts import keep_file, renew_lines
from dealer.contracts.contract_forms import ReviewNote, Signatures
from dealer.contracts.contract_gaps import SIGNED_WITHIN
from dealer.contracts.contract_rules import reviewers, signed_last
from dealer.contracts.contract_terms import contract_terms, paper_of
from dealer.contracts.cover_sheet_terms import cover_sheet_terms
from dealer.contracts.in_force import amendments_of, is_amendment, stands_alone
from dealer.deals import tenders
from dealer.engine.database import calendar_of, next_number
from dealer.engine.history import History
from dealer.engine.steps import Ask, Effect
from dealer.house.policies import policy
from dealer.papers import printing
from dealer.records.contracts import Contract, FormerIssue, Review, Reviewer
from dealer.records.people import Role
from dealer.terms import Agreement, Terms, revive

# Who reviews, and what the deal's list of open tasks calls it.
REVIEW_TASKS = {
    Reviewer.KEY_ACCOUNT: ("review_risk", Role.KEY_ACCOUNT),
    Reviewer.FINANCE: ("review_finance", Role.FINANCE),
    Reviewer.GENERAL: ("review_general", Role.GENERAL),
}
# The purchaser's own duties (政府采购法实施条例 art. 50, 政府采购法 art. 47): we remind, in working days after effect.
PURCHASERS_DUTIES = (("ask_whether_published", 2), ("ask_whether_filed", 7))

TERMS: dict[str, Callable[[Session, Contract, date], Terms]] = {
    "amendment": amendment_terms, "cover_sheet": cover_sheet_terms,
}  # fmt: skip

# ── review ────────────────────────────────────────────────────────────────────────────────────────────────────────


def note_submitter(contract: Contract, ask: Ask) -> None:
    """Who submitted it will not review it. When it goes along with its deal, that is whoever submitted the deal."""
    contract.submitted_by_id = ask.actor.id
    if ask.actor.id is None and ask.because is not None:
        row = select(History.actor_id).where(History.store_id == contract.store_id, History.seq == ask.because)
        contract.submitted_by_id = ask.db.scalar(row)


def freeze_terms(contract: Contract, ask: Ask) -> None:
    """What is reviewed is what is printed: a price list, an address or a name may change, this text does not."""
    terms = terms_of(ask.db, contract, ask.today)
    contract.frozen, contract.fingerprint = terms.model_dump(mode="json"), terms.fingerprint()


def terms_of(db: Session, contract: Contract, day: date) -> Terms:
    """What its paper says."""
    return TERMS.get(paper_of(contract), contract_terms)(db, contract, day)


def frozen_terms(contract: Contract) -> Terms:
    """The text as submitted. Raises LookupError for a contract that was not."""
    if contract.frozen is None:
        raise LookupError(f"contract {contract.number} has no frozen terms")
    terms: Terms = revive(paper_of(contract), json.dumps({"terms": contract.frozen}))
    return terms


def order_trial(contract: Contract, ask: Ask) -> None:
    """Have the frozen text printed without a number, to see whether it can be."""
    if contract.frozen is None:
        freeze_terms(contract, ask)
    printing.order_paper(ask, contract, paper_of(contract), frozen_terms(contract), trial=True)


def plan_reviews(contract: Contract, ask: Ask) -> None:
    """Each reviewer has one working day (house rule `review_due_working_days`)."""
    calendar = calendar_of(ask.db)
    days = policy(ask.db, contract.store_id, "review_due_working_days", ask.today)
    due = calendar.due_after(ask.today, days)
    for reviewer in reviewers(contract, ask):
        kind, role = REVIEW_TASKS[reviewer]
        if not deadlines.open_for(ask.db, contract.deal, kind):
            deadlines.plan(ask, kind, contract.deal, due, role=role)


def mark(reviewer: Reviewer) -> Effect:
    """A reviewer passes the text."""

    def write_mark(contract: Contract, ask: Ask) -> None:
        note: ReviewNote = ask.facts
        review = Review(store_id=contract.store_id, reviewer=reviewer, person_id=ask.actor.id, at=ask.at)
        review.passed, review.cleared, review.comment = True, False, note.comment
        review.for_whom_id = ask.for_whom.id if ask.for_whom else None
        contract.reviews.append(review)
        deadlines.finish(ask, contract.deal, REVIEW_TASKS[reviewer][0])

    return write_mark


def clear_marks(contract: Contract, ask: Ask) -> None:
    """A text that changes is reviewed anew by everybody."""
    for review in contract.reviews:
        review.cleared = True
    for kind, _ in REVIEW_TASKS.values():
        deadlines.cancel(ask, contract.deal, kind)


def take_up_again(contract: Contract, ask: Ask) -> None:
    """The next version of the text, with the lines the customer has accepted by now."""
    contract.revision += 1
    contract.frozen = contract.fingerprint = None
    if stands_alone(contract):
        renew_lines(contract, ask)


def excuse_late_award(contract: Contract, ask: Ask) -> None:
    """Why the contract is later than the law asks, and who says so."""
    contract.late_sign_reason, contract.late_sign_by_id = ask.facts.reason, ask.actor.id


# ── issue ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_issue(contract: Contract, ask: Ask) -> None:
    """The back office issues it by the next working day."""
    calendar = calendar_of(ask.db)
    due = calendar.due_after(ask.today, 1)
    deadlines.plan(ask, "issue_contract", contract, due, role=Role.CLERK)


def give_number(contract: Contract, ask: Ask) -> None:
    """YLYX-DKH-2026-0001: gap-free per shop and year, never reused. Orders count on from their agreement's:
    -D1, amendments from their contract's: -B1."""
    contract.issued_on = ask.today
    deadlines.finish(ask, contract, "issue_contract")
    if contract.parent is not None and is_amendment(contract):
        given = sum(each.code is not None for each in amendments_of(ask.db, contract.parent))
        contract.code = f"{contract.parent.code}-B{given + 1}"
        return
    if contract.framework is not None:
        serial = next_number(ask.db, contract.store_id, f"order {contract.framework.number}")
        contract.code = f"{contract.framework.code}-D{serial}"
        return
    store = people.store_of(ask.db, contract.store_id)
    year = ask.today.year
    serial = next_number(ask.db, contract.store_id, "contract", year)
    contract.code = f"{store.code}-DKH-{year}-{serial:04}"


def note_clauses(contract: Contract, ask: Ask) -> None:
    """Which version of each clause is printed under this number; a text of the customer's own has none of ours."""
    terms = frozen_terms(contract)
    if isinstance(terms, Agreement):
        clause_library.note_printed(ask.db, contract, contract.code or "", terms.spoken)


def order_final(contract: Contract, ask: Ask) -> None:
    """Have the frozen text printed with its number: once, for ever."""
    printing.order_paper(ask, contract, paper_of(contract), frozen_terms(contract), number=contract.code or "")


def plan_signing(contract: Contract, ask: Ask) -> None:
    """After an award the law sets a day by which both sides have signed."""
    if contract.award_day is not None and not contract.late_sign_reason:
        due = calendar_of(ask.db).end_of(contract.award_day + SIGNED_WITHIN)
        deadlines.plan(ask, "sign_contract", contract, due, owner_id=contract.owner_id)


def withdraw_issue(contract: Contract, ask: Ask) -> None:
    """The issued text is void, its number stays used; the next issue takes a new one."""
    if contract.code is not None and contract.frozen is not None:
        contract.former.append(
            FormerIssue(
                store_id=contract.store_id,
                code=contract.code,
                fingerprint=contract.fingerprint or "",
                frozen=contract.frozen,
                issued_on=contract.issued_on,
                pdf_sha256=contract.pdf_sha256,
                withdrawn_at=ask.at,
            )
        )
    for name in (
        "code", "frozen", "fingerprint", "issued_on", "pdf_sha256", "seller_signer", "seller_signed_on",
        "buyer_signer", "buyer_signed_on", "further_signed_on", "signed_scan_sha256", "signed_recorded_by_id",
    ):  # fmt: skip
        setattr(contract, name, None)
    deadlines.cancel(ask, contract)


# ── signatures and effect ─────────────────────────────────────────────────────────────────────────────────────────


def write_signatures(contract: Contract, ask: Ask) -> None:
    """Who signed when, as the scan shows; the key-account manager compares and confirms."""
    facts: Signatures = ask.facts
    for name in ("seller_signer", "seller_signed_on", "buyer_signer", "buyer_signed_on", "further_signed_on"):
        setattr(contract, name, getattr(facts, name))
    contract.signed_scan_sha256 = keep_file(ask, facts.scan)
    contract.signed_recorded_by_id = ask.actor.id
    calendar = calendar_of(ask.db)
    due = calendar.due_after(ask.today, 1)
    deadlines.plan(ask, "confirm_signatures", contract, due, role=Role.KEY_ACCOUNT)


def take_effect(contract: Contract, ask: Ask) -> None:
    """It binds from the day of the last signature."""
    contract.effective_on, contract.signed_confirmed_by_id = signed_last(contract), ask.actor.id
    for kind in ("confirm_signatures", "sign_contract"):
        deadlines.finish(ask, contract, kind)


def close_the_award(contract: Contract, ask: Ask) -> None:
    """The award asked for a signed contract: here it is, and the bid bond is due back from its day on."""
    ask.db.flush()
    tenders.plan_tender(contract.deal, ask)


def remind_purchaser(contract: Contract, ask: Ask) -> None:
    """Publishing and filing bind the purchaser: the owner asks whether it was done."""
    if not contract.deal.customer.procurement or contract.effective_on is None:
        return
    calendar = calendar_of(ask.db)
    clock = policy(ask.db, contract.store_id, "follow_up_from", ask.today)
    for kind, days in PURCHASERS_DUTIES:
        due = calendar.at(calendar.add_working_days(contract.effective_on, days), clock)
        deadlines.plan(ask, kind, contract, due, owner_id=contract.owner_id)


def note_end(contract: Contract, ask: Ask) -> None:
    """Nobody owes this contract anything any more."""
    deadlines.cancel(ask, contract)
