"""The rules of a contract's steps from its review on: each looks and answers None, or names the remedy.

They stand in the order of the contract's life; dealer/contracts/contract.py says which step asks which of them.
"""

from datetime import date

from dealer.approvals.authority import unauthorised_lines
from dealer.contracts import contract_clauses, contract_gaps
from dealer.contracts.contract_draft_rules import UNDER_CONTRACT
from dealer.contracts.contract_forms import Signatures
from dealer.contracts.contract_terms import paper_of
from dealer.contracts.in_force import is_amendment
from dealer.drives import drive_lists
from dealer.engine.steps import Ask, Refusal, Rule, no, on_facts
from dealer.house import policies
from dealer.papers import printing
from dealer.people import not_their_own
from dealer.records.contracts import Contract, Occasion, Rendering, Review, Reviewer
from dealer.records.deals import GIVEN_UP, DealState
from dealer.records.people import Role

# ── review ────────────────────────────────────────────────────────────────────────────────────────────────────────


def deal_is_in_review(contract: Contract, ask: Ask) -> Refusal | None:
    """A first draft goes to review together with its deal."""
    if contract.deal.state is not DealState.CONTRACT_REVIEW:
        return no("Submit the deal for review: its contract goes along.", code="E-DEAL-STATE", quiet=True)
    return None


def deal_has_come_to_review(contract: Contract, ask: Ask) -> Refusal | None:
    """With the deal goes a draft that was there before; one redrafted during the review is submitted by its owner."""
    deal = contract.deal
    if deal.state is not DealState.CONTRACT_REVIEW or deal.since < contract.since:
        return no("It goes to review together with its deal.", code="E-DEAL-STATE")
    return None


def marks(contract: Contract) -> set[Reviewer]:
    """Who has passed the text that is under review."""
    return {review.reviewer for review in _standing(contract)}


def _standing(contract: Contract) -> list[Review]:
    return [review for review in contract.reviews if review.passed and not review.cleared]


def general_manager_for(contract: Contract, ask: Ask) -> tuple[Occasion, ...]:
    """Why the general manager has to pass it, if so: the house's threshold, or words that are not the house's."""
    threshold = policies.policy(ask.db, contract.store_id, "general_manager_threshold_fen", ask.today)
    told = ((Occasion.ABOVE, contract.total >= threshold), (Occasion.CLAUSES, contract_clauses.differs(contract)))
    return tuple(occasion for occasion, so in told if so)


def reviewers(contract: Contract, ask: Ask) -> tuple[Reviewer, ...]:
    """Who has to pass it: the general manager only where there is an occasion."""
    house = (Reviewer.GENERAL,) if general_manager_for(contract, ask) else ()
    return (Reviewer.KEY_ACCOUNT, Reviewer.FINANCE, *house)


def somebody_else_submitted(contract: Contract, ask: Ask) -> Refusal | None:
    """Nobody reviews what they submitted, nor their own deal."""
    return not_their_own(contract.submitted_by_id, ask) or not_their_own(contract.owner_id, ask)


def passed_by_somebody_else(reviewer: Reviewer) -> Rule:
    """A rule for each reviewer: neither they nor whom they stand in for has passed another part."""

    def somebody_else_passed_the_rest(contract: Contract, ask: Ask) -> Refusal | None:
        others = [review for review in _standing(contract) if review.reviewer is not reviewer]
        spoken = {person for review in others for person in (review.person_id, review.for_whom_id)}
        if any(not_their_own(person, ask) for person in spoken if person is not None):
            return no(
                "You, or whom you stand in for, passed another part of this review: somebody else passes this one.",
                code="E-REVIEW-TWICE",
            )  # fmt: skip
        return None

    return somebody_else_passed_the_rest


def not_yet_marked(reviewer: Reviewer) -> Rule:
    """A rule for each reviewer: one mark each."""

    def mark_is_still_missing(contract: Contract, ask: Ask) -> Refusal | None:
        if reviewer in marks(contract):
            return no("This review has been passed already.", code="E-REVIEWED", quiet=True)
        if reviewer not in reviewers(contract, ask):
            return no(
                "The general manager reviews large totals and changed clauses: this contract has neither.",
                code="E-REVIEW-NOT-NEEDED", quiet=True,
            )  # fmt: skip
        return None

    return mark_is_still_missing


def text_can_be_printed(contract: Contract, ask: Ask) -> Refusal | None:
    """A reviewer is told before passing a text that the press has refused; while it still works, they may go on."""
    trial = trial_of(contract, ask)
    return printing.what_stands_against(trial) if trial and trial.passed is False else None


def all_reviews_are_passed(contract: Contract, ask: Ask) -> Refusal | None:
    """Key-account manager, finance and, from the threshold on, the general manager."""
    missing = [reviewer for reviewer in reviewers(contract, ask) if reviewer not in marks(contract)]
    if missing:
        return no("Still to review: {missing}.", code="E-REVIEW-MISSING", missing=missing)
    return None


def deal_is_back_in_quotation(contract: Contract, ask: Ask) -> Refusal | None:
    """A deal that was returned takes its contract along."""
    if contract.deal.state is not DealState.QUOTATION:
        return no("It is returned together with its deal.", code="E-DEAL-STATE")
    return None


def deal_went_back(contract: Contract, ask: Ask) -> Refusal | None:
    """Rework: the deal has gone back to quotation or review since the text was approved or issued."""
    deal = contract.deal
    if deal.state not in UNDER_CONTRACT or deal.since <= contract.since:
        return no("It is revised together with its deal.", code="E-DEAL-STATE")
    return None


# ── issue ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def trial_of(contract: Contract, ask: Ask) -> Rendering | None:
    """The trial print of the very terms that were submitted."""
    return printing.ordered(ask.db, contract.id, paper_of(contract), contract.fingerprint or "", trial=True)


def trial_has_passed(contract: Contract, ask: Ask) -> Refusal | None:
    """No text leaves the house that the press has not printed on trial, letter by letter."""
    trial = trial_of(contract, ask)
    if trial is not None and trial.passed:
        return None
    waits = no("The text is being printed on trial: wait a moment and reload the page.", code="E-TRIAL-WAITS")
    return (printing.what_stands_against(trial) if trial else None) or waits


def deal_awaits_its_contract(contract: Contract, ask: Ask) -> Refusal | None:
    """A contract is issued and signed while its deal is neither resting nor sent back."""
    amended_meanwhile = is_amendment(contract) and contract.deal.state is DealState.DELIVERY
    if contract.deal.state is not DealState.TEST_DRIVE and not amended_meanwhile:
        return no(
            "The deal stands at “{state}”: it goes on before its contract does.", code="E-DEAL-STATE",
            state=contract.deal.state,
        )  # fmt: skip
    return None


def paper_is_stored(contract: Contract, ask: Ask) -> Refusal | None:
    """Printed is what is stored, and nothing else."""
    if contract.pdf_sha256 is not None:
        return None
    number, template = contract.code or "", paper_of(contract)
    final = printing.ordered(ask.db, contract.id, template, contract.fingerprint or "", number=number)
    waits = no("The contract is being printed: wait a moment and reload the page.", code="E-PAPER-WAITS")
    return (printing.what_stands_against(final) if final else None) or waits


# ── signatures and effect ─────────────────────────────────────────────────────────────────────────────────────────


def signed_last(signed: Contract | Signatures) -> date:
    """A contract takes effect with the last signature."""
    days = (signed.seller_signed_on, signed.buyer_signed_on, signed.further_signed_on)
    return max(day for day in days if day is not None)


@on_facts
def further_parties_have_signed(contract: Contract, ask: Ask) -> Refusal | None:
    """Three parties, three signatures."""
    if len(contract.parties) > 1 and ask.facts.further_signed_on is None:
        return no("Enter when the last further party signed.", code="E-REQ-FIELD", field="further_signed_on")
    return None


@on_facts
def signed_soon_after_the_award(contract: Contract, ask: Ask) -> Refusal | None:
    """The last signature counts."""
    signed: Signatures = ask.facts
    return contract_gaps.signed_too_late(contract, signed_last(signed), "buyer_signed_on")


def signatures_are_recorded(contract: Contract, ask: Ask) -> Refusal | None:
    """Both sides, dated, with the scan."""
    if contract.signed_recorded_by_id is None:
        return no(
            "The back office records both signatures with the scan.", code="E-SIGNATURES", fix="record_signatures",
            remover=Role.CLERK,
        )  # fmt: skip
    return None


def somebody_else_recorded(contract: Contract, ask: Ask) -> Refusal | None:
    """Who recorded the signatures does not confirm them."""
    return not_their_own(contract.signed_recorded_by_id, ask)


def every_model_was_driven(contract: Contract, ask: Ask) -> Refusal | None:
    """Until the people who will run the cars have driven them, our seal is withheld (DOMAIN C1)."""
    known = {line.model_id for line in contract.base.lines} if contract.base else set()
    wanted = list(dict.fromkeys(line.model_id for line in contract.lines if line.model_id not in known))
    missing = drive_lists.models_not_driven(ask.db, contract.deal, wanted, ask.today)
    if missing:
        return no(
            "Not yet driven by the customer: {models}. Book a test drive, or have it waived.",
            code="E-DRIVE-MISSING", fix="book_drive", models=[f"{model.brand} {model.name}" for model in missing],
        )  # fmt: skip
    return None


def quotation_was_accepted_in_time(contract: Contract, ask: Ask) -> Refusal | None:
    """An offer that had lapsed binds nobody, unless the signatures themselves are within its validity."""
    quoted = contract.quotation
    until = quoted.valid_until
    if until is None or (quoted.accepted_on or ask.today) <= until:
        return None
    if contract.buyer_signed_on is not None and signed_last(contract) <= until:
        return None
    return no("It was valid until {until}: renew it at today's prices.", code="E-QUOTE-EXPIRED", until=until)


def award_was_kept(contract: Contract, ask: Ask) -> Refusal | None:
    """The last signature within 30 days of the award, or a reason on record."""
    if contract.buyer_signed_on is None:
        return None  # signatures_are_recorded says so
    return contract_gaps.signed_too_late(contract, signed_last(contract))


def prices_are_still_authorised(contract: Contract, ask: Ask) -> Refusal | None:
    """Floors are looked at once more before both are bound: an allowance may have ended, and with it its approval."""
    lacking = unauthorised_lines(ask.db, contract.quotation, ask.today)
    if lacking:
        return no(
            "The price of line {lines} has no valid approval any more: have the deal reworked and ask again.",
            code="E-APPROVAL-LAPSED", lines=[line.position for line in lacking],
        )  # fmt: skip
    return None


# ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────────


def deal_is_given_up(contract: Contract, ask: Ask) -> Refusal | None:
    """With a deal that is lost or cancelled its contract ends."""
    if contract.deal.state not in GIVEN_UP:
        return no("It ends together with its deal.", code="E-DEAL-STATE")
    return None


def deal_is_closed(contract: Contract, ask: Ask) -> Refusal | None:
    """With the last car delivered and paid the contract is performed."""
    if contract.deal.state is not DealState.CLOSED:
        return no("It is performed when its deal is closed.", code="E-DEAL-STATE")
    return None
