"""What a contract draft still lacks before it may be reviewed (DOMAIN C4, submit): each gap with its code and remedy.

The same rules answer the deal's step `submit_review`, the contract's own, and the checklist on its page. Amounts and
days that are typed are judged by the same functions at once, beside their field.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from dealer.contracts import clause_library, contract_clauses
from dealer.contracts.contract_terms import contract_terms, printed
from dealer.contracts.cover_sheet_terms import cover_sheet_terms
from dealer.contracts.in_force import promised_anew
from dealer.contracts.their_paper import THEIR_FIGURES, uses_their_paper
from dealer.engine import identifiers
from dealer.engine.calendar import add_months
from dealer.engine.malformed import Malformed
from dealer.engine.steps import Ask, Refusal, Rule, no
from dealer.engine.words import Yuan
from dealer.money import finance
from dealer.quotations import quotation
from dealer.records.contracts import Contract, ContractKind, DepositKind, PartyRole, PaymentEvent
from dealer.records.customers import CustomerClass
from dealer.records.deals import PurchaseMode, Terms
from dealer.records.people import Role
from dealer.records.quotations import Quotation

EARNEST_PERCENT = 20  # the part above has no 定金 effect (Civil Code 586)
BOND_PERCENT = 10  # 招标投标法实施条例 art. 58, 政府采购法实施条例 art. 48
RETENTION_MONTHS = 24  # after the last delivery
SIGNED_WITHIN = timedelta(days=30)  # of the award: 招标投标法 art. 46, 政府采购法 art. 46
BY_PROCUREMENT = tuple(mode for mode in PurchaseMode if mode not in (PurchaseMode.DIRECT, PurchaseMode.UNKNOWN))

# ── parties ───────────────────────────────────────────────────────────────────────────────────────────────────────


def parties_have_valid_codes(contract: Contract, ask: Ask) -> Refusal | None:
    """Everybody but an individual is named with a valid unified social credit code."""
    individual = contract.deal.customer.customer_class is CustomerClass.INDIVIDUAL
    for party in contract.parties:
        if party.uscc is None and not (individual and party.position == 1):
            return no(
                "Enter the unified social credit code of {party}.", code="E-PARTY-CODE", fix="edit_parties",
                party=party.name,
            )  # fmt: skip
        if party.uscc is not None and not _is_valid(party.uscc):
            return no(
                "The unified social credit code of {party} fails its check: copy it from the business licence.",
                code="E-PARTY-CODE", fix="edit_parties", party=party.name,
            )  # fmt: skip
    return None


def _is_valid(code: str) -> bool:
    try:
        identifiers.uscc(code)
    except Malformed:
        return False
    return True


def agents_are_authorised(contract: Contract, ask: Ask) -> Refusal | None:
    """Whoever signs for a party shows a power of attorney 授权委托书, and we keep a copy."""
    for party in contract.parties:
        if party.agent and party.authorisation_sha256 is None:
            return no(
                "Attach the power of attorney of {agent}, who signs for {party}.", code="E-AUTHORISATION",
                fix="edit_parties", agent=party.agent, party=party.name,
            )  # fmt: skip
    return None


def lessee_is_named(contract: Contract, ask: Ask) -> Refusal | None:
    """The text of a lease speaks of somebody who uses the cars and is not the buyer."""
    if contract.kind is ContractKind.LEASE and contract.party(PartyRole.USER) is contract.parties[0]:
        return no(
            "In a lease somebody else than the buyer uses the cars: add the lessee as a party, or choose the text of a"
            " sale.",
            code="E-LESSEE", fix="add_party",
        )  # fmt: skip
    return None


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def lines_are_as_accepted(contract: Contract, ask: Ask) -> Refusal | None:
    """Model, colour, quantity, price and gifts exactly as the customer accepted them."""
    accepted = quotation.accepted(ask.db, contract.deal)
    if accepted is None:
        return no(
            "The customer has accepted no quotation yet: send one and record the answer.",
            code="E-QUOTE-NONE", fix="quotation",
        )  # fmt: skip
    if accepted.id != contract.quotation_id or _sold(contract.lines) != _quoted(accepted):
        return no(
            "The customer has accepted quotation {number}, and this draft says otherwise: take its lines over.",
            code="E-LINES", fix="renew_lines", number=accepted.number,
        )  # fmt: skip
    return None


def _sold(lines: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [(line.model_id, line.colour, line.quantity, line.unit_price, line.extras) for line in lines]


def _quoted(accepted: Quotation) -> list[tuple[Any, ...]]:
    return [(line.model_id, line.colour, line.quantity, line.unit_price, printed(line)) for line in accepted.firm_lines]


# ── delivery ──────────────────────────────────────────────────────────────────────────────────────────────────────


def plan_delivers_every_car(contract: Contract, ask: Ask) -> Refusal | None:
    """Annex 2 delivers each line completely, and not a car more."""
    if not contract.plan:
        return no("Plan the delivery: which cars, when, where.", code="E-PLAN-QUANTITY", fix="edit_delivery")
    return planned_wrongly(contract, ((row.line_position, row.quantity) for row in contract.plan))


def planned_wrongly(contract: Contract, planned: Iterable[tuple[int, int]], field: str | None = None) -> Refusal | None:
    """The first line of which too many or too few cars are planned, as (line, quantity)."""
    sums: Counter[int] = Counter()
    for position, quantity in planned:
        sums[position] += quantity
    for line in contract.lines:
        if sums[line.position] != line.quantity:
            return no(
                "Line {line}: {planned} cars are planned and {sold} are sold. Correct the delivery plan.",
                code="E-PLAN-QUANTITY", fix="edit_delivery", field=field, line=line.position,
                planned=sums[line.position], sold=line.quantity,
            )  # fmt: skip
    return None


def plan_lies_ahead(contract: Contract, ask: Ask) -> Refusal | None:
    """No car is promised for a day that has come."""
    rows = ((row.batch, row.line_position, row.due_on, row.quantity) for row in contract.plan)
    return promised_too_early(promised_anew(contract, rows), ask.today)


def promised_too_early(days: Iterable[date], today: date, field: str | None = None) -> Refusal | None:
    """The earliest day of a plan that is not after today."""
    early = min((day for day in days if day <= today), default=None)
    if early is not None:
        return no(
            "A batch is due on {day}: choose a day after today.", code="E-PLAN-DATE", fix="edit_delivery", field=field,
            day=early,
        )  # fmt: skip
    return None


# ── money ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def payments_make_the_total(contract: Contract, ask: Ask) -> Refusal | None:
    """Deposit and payments together are the price, to the fen."""
    return adds_up_wrongly(contract, sum(row.amount for row in contract.payments))


def adds_up_wrongly(contract: Contract, planned: int, field: str | None = None) -> Refusal | None:
    """What the payments come to, where that is not the total."""
    if planned == contract.total:
        return None
    return no(
        "The payments come to {planned}, the contract to {total}: correct the payment plan.",
        code="E-PAYMENT-SUM", fix="edit_payment", field=field, planned=Yuan(planned), total=Yuan(contract.total),
    )  # fmt: skip


def payments_fit_the_terms(contract: Contract, ask: Ask) -> Refusal | None:
    """What is prepaid has come in before the cars leave; a payment after that is credit, and credit has a profile."""
    return paid_too_late(contract, contract.payments)


def paid_too_late(contract: Contract, rows: Iterable[Any], field: str | None = None) -> Refusal | None:
    """What a prepaying customer would owe after acceptance.

    A public purchaser pays out of its budget once it has accepted (政府采购法 art. 41): that is no credit of ours, and
    its deal stays prepaid. A retention has a limit of its own.
    """
    terms = contract.terms if contract.base else contract.deal.terms  # an amendment keeps what was agreed
    late = sum(row.amount for row in rows if row.event is PaymentEvent.ACCEPTANCE)
    if not late or terms is not Terms.PREPAID or contract.deal.customer.procurement:
        return None
    return no(
        "The customer prepays, but {late} are due after acceptance: have them paid before collection, or agree on "
        "credit in the need sheet. Only a public purchaser pays after acceptance without.",
        code="E-PAYMENT-TERMS", fix="edit_payment", field=field, late=Yuan(late),
    )  # fmt: skip


def payments_name_batches_of_the_plan(contract: Contract, ask: Ask) -> Refusal | None:
    """A payment for a batch needs that batch."""
    planned = {row.batch for row in contract.plan}
    for row in contract.payments:
        if row.batch is not None and row.batch not in planned:
            return no(
                "A payment is for batch {batch}, which is not planned: correct the payment plan.",
                code="E-PAYMENT-BATCH", fix="edit_payment", batch=row.batch,
            )  # fmt: skip
    return None


def deposit_is_within_its_limit(contract: Contract, ask: Ask) -> Refusal | None:
    """定金 up to 20 % of the price; 订金 has no limit, and no penalty either."""
    return deposit_above_limit(contract, contract.deposit_kind, contract.deposit)


def deposit_above_limit(contract: Contract, kind: DepositKind, amount: int, field: str | None = None) -> Refusal | None:
    """Why an amount cannot be 定金 of this contract."""
    most = contract.total * EARNEST_PERCENT // 100
    if kind is DepositKind.EARNEST and amount > most:
        return no(
            "Earnest money (定金) is at most {most}, 20 % of the price: lower it, or agree on a prepayment (订金).",
            code="E-DEPOSIT-20", fix="edit_payment", field=field, most=Yuan(most),
        )  # fmt: skip
    return None


def deposit_has_kind_and_amount(contract: Contract, ask: Ask) -> Refusal | None:
    """定金 and 订金 differ in law: an amount without the word, or the word without an amount, is neither."""
    return deposit_unclear(contract.deposit_kind, contract.deposit)


def deposit_unclear(kind: DepositKind, amount: int, field: str | None = None) -> Refusal | None:
    """Why a deposit is not yet agreed."""
    if (kind is DepositKind.NONE) != (amount == 0):
        return no(
            "Choose earnest money (定金) or a prepayment (订金) with its amount, or no deposit.",
            code="E-DEPOSIT-KIND", fix="edit_payment", field=field,
        )  # fmt: skip
    return None


def bond_is_within_its_limit(contract: Contract, ask: Ask) -> Refusal | None:
    """A purchaser may ask a performance bond of at most 10 % of the price."""
    return bond_above_limit(contract, contract.performance_bond)


def bond_above_limit(contract: Contract, amount: int, field: str | None = None) -> Refusal | None:
    """Why an amount cannot be the performance bond of this contract."""
    most = contract.total * BOND_PERCENT // 100
    if amount > most:
        return no(
            "A performance bond is at most {most}, 10 % of the price.",
            code="E-BOND-10", fix="edit_payment", field=field, most=Yuan(most),
        )  # fmt: skip
    return None


def retention_is_within_its_limit(contract: Contract, ask: Ask) -> Refusal | None:
    """质保金 is a small share of the price, for a time with an end; more would be credit by another name."""
    kept = [(row.amount, row.day) for row in contract.payments if row.event is PaymentEvent.RETENTION_END and row.day]
    return retention_beyond(contract, kept, ask)


def retention_beyond(
    contract: Contract, kept: Sequence[tuple[int, date]], ask: Ask, field: str | None = None
) -> Refusal | None:
    """Why amounts with their days cannot be the retention money of this contract."""
    most = finance.retained_at_most(ask.db, contract, ask.today)
    if sum(amount for amount, _ in kept) > most:
        return no(
            "Retention money is at most {most} of this price: have the rest paid before.",
            code="E-RETENTION", fix="edit_payment", field=field, most=Yuan(most),
        )  # fmt: skip
    last = add_months(max((row.due_on for row in contract.plan), default=ask.today), RETENTION_MONTHS)
    if any(day > last for _, day in kept):
        return no(
            "Retention money is due by {last}, 24 months after the last delivery: choose an earlier day.",
            code="E-RETENTION", fix="edit_payment", field=field, last=last,
        )  # fmt: skip
    return None


def damages_are_agreed(contract: Contract, ask: Ask) -> Refusal | None:
    """What a day of delay costs, and up to where."""
    if contract.damages_permille is None or contract.damages_cap_percent is None:
        return no("Agree on damages for delay: rate a day and cap.", code="E-DAMAGES", fix="edit_payment")
    return None


# ── procurement ───────────────────────────────────────────────────────────────────────────────────────────────────


def procurement_is_described(contract: Contract, ask: Ask) -> Refusal | None:
    """A contract that carries out a procurement names its project, its number and the day of the award."""
    need = contract.deal.need
    if need is None or need.purchase_mode not in BY_PROCUREMENT:
        return None
    facts = contract.procurement
    if facts.get("project") and facts.get("number") and contract.award_day:
        return None
    return no(
        "Enter the procurement: project, number and day of the award.", code="E-PROCUREMENT", fix="edit_procurement"
    )


def award_is_recent_enough(contract: Contract, ask: Ask) -> Refusal | None:
    """The written contract is due within 30 days of the award; later only with the key-account manager's reason."""
    return signed_too_late(contract, ask.today)


def signed_too_late(contract: Contract, signing: date, field: str | None = None) -> Refusal | None:
    """Why a contract cannot be signed on a day without a reason on record."""
    if contract.award_day is None or contract.late_sign_reason:
        return None
    last = contract.award_day + SIGNED_WITHIN
    if signing <= last:
        return None
    return no(
        "The contract was due by {last}, 30 days after the award: the key-account manager gives the reason.",
        code="E-AWARD-LATE", fix="excuse_late_award", remover=Role.KEY_ACCOUNT, field=field, last=last,
    )  # fmt: skip


# ── all together ──────────────────────────────────────────────────────────────────────────────────────────────────


def terms_agree_with_each_other(contract: Contract, ask: Ask) -> Refusal | None:
    """The paper has room for everything, and nothing in it contradicts. Asked last: before, the gaps say why."""
    return fits_on_paper(contract, ask, FACTS_OF_THE_DRAFT)


def fits_on_paper(contract: Contract, ask: Ask, facts: Sequence[Rule]) -> Refusal | None:
    """Why a paper cannot be made of a draft whose facts are all there."""
    if any(rule(contract, ask) for rule in facts):
        return None
    try:
        contract_terms(ask.db, contract, ask.today)
        if uses_their_paper(contract):
            cover_sheet_terms(ask.db, contract, ask.today)
    except ValidationError:
        return no("The paper has no room for these terms: shorten names, colours and lists.", code="E-TERMS")
    return None


FACTS_OF_THE_DRAFT: tuple[Rule, ...] = (
    parties_have_valid_codes,
    agents_are_authorised,
    lessee_is_named,
    lines_are_as_accepted,
    plan_delivers_every_car,
    plan_lies_ahead,
    payments_make_the_total,
    payments_fit_the_terms,
    payments_name_batches_of_the_plan,
    deposit_has_kind_and_amount,
    deposit_is_within_its_limit,
    bond_is_within_its_limit,
    retention_is_within_its_limit,
    damages_are_agreed,
    procurement_is_described,
    award_is_recent_enough,
)
GAPS: tuple[Rule, ...] = (
    *FACTS_OF_THE_DRAFT,
    *THEIR_FIGURES,
    clause_library.wordings_are_as_approved,
    contract_clauses.own_clauses_fit_the_text,
    contract_clauses.remarks_are_answered,
    terms_agree_with_each_other,
)
