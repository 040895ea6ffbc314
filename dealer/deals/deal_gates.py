"""The gates before a contract is in effect: a deal's rules that read its quotation and its contract.

Neither of these knows of the deal's steps. The gates after it are in deal_closing.py.
"""

from dealer.approvals.authority import unauthorised_lines
from dealer.contracts import contract
from dealer.engine.steps import Ask, Refusal, no
from dealer.house.policies import policy
from dealer.people import not_their_own
from dealer.quotations import quotation
from dealer.records.contracts import ContractState
from dealer.records.deals import Deal, DealState, PurchaseMode
from dealer.records.people import Role

UNDER_OUR_HANDS = (ContractState.DRAFT, ContractState.RETURNED)
PASSED = (ContractState.APPROVED, ContractState.ISSUED, ContractState.EFFECTIVE)

# ── quotation → contract review ───────────────────────────────────────────────────────────────────────────────────


def need_is_decided(deal: Deal, ask: Ask) -> Refusal | None:
    """Budget, decision maker and purchase mode may be open until the review."""
    need = deal.need
    if need is None or not (need.budget and need.decision_maker and need.purchase_mode is not PurchaseMode.UNKNOWN):
        return no(
            "Complete the need sheet: budget, who decides, purchase mode.", code="E-NEED-OPEN", fix="need_sheet"
        )  # fmt: skip
    return None


def quotation_is_accepted(deal: Deal, ask: Ask) -> Refusal | None:
    """A contract is drawn up from what the customer has accepted."""
    if quotation.accepted(ask.db, deal) is None:
        return no(
            "The customer has accepted no quotation yet: send one and record the answer.",
            code="E-QUOTE-NONE", fix="quotation",
        )  # fmt: skip
    return None


def acceptance_still_stands(deal: Deal, ask: Ask) -> Refusal | None:
    """An acceptance stands for some days (house rule), then the owner asks the customer again."""
    accepted = quotation.accepted(ask.db, deal)
    if accepted is None:
        return quotation_is_accepted(deal, ask)
    if not quotation.acceptance_stands(ask.db, accepted, ask.today):
        return no(
            "The acceptance of {day} is too old to count: ask the customer and reconfirm it.",
            code="E-ACCEPTANCE-OLD", fix="quotation", day=accepted.confirmed_on or accepted.accepted_on,
        )  # fmt: skip
    return None


def lines_are_authorised(deal: Deal, ask: Ask) -> Refusal | None:
    """Every line is at or above a floor, or covered by a live approval of these very terms."""
    accepted = quotation.accepted(ask.db, deal)
    if accepted is None:
        return quotation_is_accepted(deal, ask)
    open_lines = unauthorised_lines(ask.db, accepted, ask.today)
    if open_lines:
        return no(
            "The price of line {lines} has no valid approval: ask for an exception.",
            code="E-APPROVAL-LAPSED", fix="quotation", lines=[line.position for line in open_lines],
        )  # fmt: skip
    return None


def quantity_meets_minimum(deal: Deal, ask: Ask) -> Refusal | None:
    """A fleet price needs a fleet (house rule `fleet_min_qty`)."""
    accepted = quotation.accepted(ask.db, deal)
    if accepted is None:
        return quotation_is_accepted(deal, ask)
    least = policy(ask.db, deal.store_id, "fleet_min_qty", ask.today)
    cars = sum(line.quantity for line in accepted.firm_lines)
    if cars < least:
        return no(
            "A fleet price needs {least} cars or more, these are {cars}: quote the retail price.",
            code="E-MIN-QTY", least=least, cars=cars,
        )  # fmt: skip
    return None


def contract_draft_is_complete(deal: Deal, ask: Ask) -> Refusal | None:
    """The draft passes everything that its own submission asks for."""
    drawn = contract.current(ask.db, deal)
    if drawn is None:
        return no("Draw up the contract from the accepted quotation.", code="E-CONTRACT-NONE", fix="contract")
    if drawn.state in UNDER_OUR_HANDS and (gaps := contract.gaps(drawn, ask)):
        return no(
            "The contract draft is not complete, {count} points are open: complete it.",
            code="E-CONTRACT-GAPS", fix="contract", count=len(gaps),
        )  # fmt: skip
    return None


# ── review → test drive → delivery ────────────────────────────────────────────────────────────────────────────────


def contract_is_approved(deal: Deal, ask: Ask) -> Refusal | None:
    """All reviewers have passed it."""
    drawn = contract.current(ask.db, deal)
    if drawn is None or drawn.state not in PASSED:
        return no(
            "The contract is under review: the reviewers pass it or return it.",
            code="E-REVIEW-MISSING", fix="contract", remover=Role.KEY_ACCOUNT,
        )  # fmt: skip
    return None


def contract_is_effective(deal: Deal, ask: Ask) -> Refusal | None:
    """Both sides have signed, and everything the contract's own rules ask for holds."""
    if not contract.is_effective(ask.db, deal):
        return no(
            "The contract is not in effect: issue it, let the models be driven, record both signatures.",
            code="E-CONTRACT-OPEN", fix="contract", remover=Role.CLERK,
        )  # fmt: skip
    return None


def contract_is_not_effective(deal: Deal, ask: Ask) -> Refusal | None:
    """An effective contract changes by amendment and ends by cancellation only."""
    if contract.is_effective(ask.db, deal):
        return no(
            "The contract is in effect: change it by an amendment, or let the general manager cancel it.",
            code="E-CONTRACT-BINDS", quiet=True,
        )  # fmt: skip
    return None


def contract_is_effective_if_before_delivery(deal: Deal, ask: Ask) -> Refusal | None:
    """Cancelling ends a contract in effect; a deal without one is lost, not cancelled."""
    if deal.state is DealState.TEST_DRIVE and not contract.is_effective(ask.db, deal):
        return no("No contract is in effect: give the deal up instead.", code="E-NOTHING-TO-CANCEL", quiet=True)
    return None


def rework_is_not_asked_yet(deal: Deal, ask: Ask) -> Refusal | None:
    """One request at a time."""
    if deal.rework_asked_by_id is not None:
        return no("The rework waits for the key-account manager.", code="E-REWORK-ASKED", quiet=True)
    return None


def rework_is_asked(deal: Deal, ask: Ask) -> Refusal | None:
    """Reworking an approved text takes two."""
    if deal.rework_asked_by_id is None:
        return no("The owner first asks for the rework, and says why.", code="E-REWORK-NOT-ASKED", quiet=True)
    return None


def somebody_else_asked_to_rework(deal: Deal, ask: Ask) -> Refusal | None:
    """Nobody agrees to their own request."""
    return not_their_own(deal.rework_asked_by_id, ask)
