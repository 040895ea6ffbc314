"""What may come with the cars of a line: gifts within their budget, accessories near their list, allowances in time.

These rules look at what lies beside the price per car; quotation.py says which step asks them.
"""

from collections.abc import Sequence
from datetime import date

from dealer import people
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.engine.words import Yuan
from dealer.house.policies import policy
from dealer.prices import pricing
from dealer.prices.allowances import of_line
from dealer.quotations import offers
from dealer.records.people import Role
from dealer.records.quotations import ExtraKind, LineExtra, Quotation, QuotationLine

# The share of the list that a role keeps when it sells accessories; the lowest share of somebody's roles counts.
ACCESSORY_SHARES = (
    (frozenset({Role.SALES, Role.GENERAL}), "accessory_least_sales_permille"),
    (frozenset({Role.SHOWROOM, Role.KEY_ACCOUNT}), "accessory_least_showroom_permille"),
    (frozenset(Role), "accessory_least_permille"),
)

# ── gifts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def gifts_leave_a_price(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Gifts worth more than the cars are a slip."""
    for line in quotation.lines:
        if pricing.given_away(line) >= line.unit_price * line.quantity:
            return no("Line {line}: the gifts are worth more than the cars.", code="E-GIFTS", line=line.position)
    return None


def gifts_are_within_budget(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Gifts and free services cost a share of the marked price at most (house rule `gift_budget_permille`), and what a
    campaign bears beyond it."""
    prices = offers.prices_for(ask, quotation, quotation.lines)
    borne = offers.borne_by_campaigns(ask, quotation, prices)
    for line in quotation.lines:
        price = prices.get(line.model_id)
        if price is None:
            continue
        budget = pricing.gift_budget(ask.db, line.store_id, line, price.marked, ask.today)
        if line.id in borne:
            budget += borne[line.id].gifts
        if pricing.given_away(line) > budget:
            return no(
                "Line {line}: gifts and free services of {given} exceed their budget of {budget}: take some out, or "
                "lower the price instead.",
                code="E-GIFT-BUDGET", line=line.position, given=Yuan(pricing.given_away(line)), budget=Yuan(budget),
            )  # fmt: skip
    return None


# ── accessories ───────────────────────────────────────────────────────────────────────────────────────────────────


def accessories_keep_their_price(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Each role sells accessories down to a share of the shop's list; what is cheaper is a gift and counted as one."""
    permille = least_share(ask, quotation)
    for line in quotation.lines:
        for extra in line.extras:
            listed = extra.list_amount if extra.kind is ExtraKind.PAID else None
            if listed is not None and extra.amount * 1000 < listed * permille:
                return no(
                    "Line {line}: you may sell “{name}” for {least} or more. Raise it, or offer it as a gift: then "
                    "its cost counts in the net price.",
                    code="E-ACCESSORY", line=line.position, name=extra.name, least=Yuan(-(-listed * permille // 1000)),
                )  # fmt: skip
    return None


def least_share(ask: Ask, quotation: Quotation) -> int:
    """The share of the list, in thousandths, that the owner of a deal keeps on accessories."""
    roles = people.roles_of(ask.db, quotation.owner_id, quotation.store_id)
    names = (name for holders, name in ACCESSORY_SHARES if roles & holders)
    shares: list[int] = [policy(ask.db, quotation.store_id, name, ask.today) for name in names]
    return min(shares)


# ── amounts ───────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def typed_extras_have_their_amounts(quotation: Quotation, ask: Ask) -> Refusal | None:
    """What is offered at nothing hides a gift outside the net price: everything has an amount, an accessory its list
    price as well."""
    extras = (_lacks_an_amount(extra, extra.line, f"extras-{at}-") for at, extra in enumerate(ask.facts.extras))
    return next((refusal for refusal in extras if refusal), None)


def extras_have_their_amounts(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Likewise when an offer is submitted that was typed, renewed or copied before."""
    extras = (_lacks_an_amount(extra, line.position) for line in quotation.lines for extra in line.extras)
    return next((refusal for refusal in extras if refusal), None)


def _lacks_an_amount(extra: offers.Extra | LineExtra, line: int, row: str | None = None) -> Refusal | None:
    if extra.amount <= 0:
        return no(
            "Line {line}: enter an amount for “{name}”: a gift or free service at its cost to the shop, anything else "
            "at what is paid for it.",
            code="E-EXTRA-AMOUNT", field=row and f"{row}amount", line=line, name=extra.name,
        )  # fmt: skip
    if extra.kind is ExtraKind.PAID and not extra.list_amount:
        return no(
            "Line {line}: enter what “{name}” costs by our list.",
            code="E-EXTRA-AMOUNT", field=row and f"{row}list_amount", line=line, name=extra.name,
        )  # fmt: skip
    return None


# ── allowances ────────────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def typed_allowances_have_not_ended(quotation: Quotation, ask: Ask) -> Refusal | None:
    """What the manufacturer no longer pays is not typed into an offer."""
    for at, extra in enumerate(ask.facts.extras):
        if extra.kind is ExtraKind.ALLOWANCE and not pricing.stands(extra, ask.today):
            return _ended(extra.good_until, extra.line, f"extras-{at}-good_until")
    return None


def allowances_have_not_ended(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Likewise when an offer is submitted that was typed, renewed or copied before."""
    for line in quotation.lines:
        for extra in of_line(line):
            if not pricing.stands(extra, ask.today):
                return _ended(extra.good_until, line.position, None)
    return None


def _ended(day: date | None, line: int, field: str | None) -> Refusal:
    return no(
        "Line {line}: the manufacturer's allowance ended on {day}. Take it out, or enter the new approval.",
        code="E-ALLOWANCE-ENDED", field=field, line=line, day=day,
    )  # fmt: skip


@on_facts
def typed_allowances_fit_the_price(quotation: Quotation, ask: Ask) -> Refusal | None:
    """An allowance refunds what the cars are sold below the marked price, gifts included, and nothing beyond."""
    return _beyond_the_price(ask, quotation, offers.lines_from(ask.facts, quotation.store_id), "extras")


def allowances_fit_the_price(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Likewise by the list of the day it is submitted."""
    return _beyond_the_price(ask, quotation, quotation.lines, None)


def _beyond_the_price(
    ask: Ask, quotation: Quotation, lines: Sequence[QuotationLine], field: str | None
) -> Refusal | None:
    prices = offers.prices_for(ask, quotation, lines)
    for line in lines:
        price = prices.get(line.model_id)
        waiting = pricing.waiting_allowance(line, ask.today)  # what is yet to be confirmed is judged like the rest
        paid = pricing.allowance(line, ask.today) + waiting
        net = pricing.net_total(line, ask.today) + waiting
        if price is not None and paid and net > price.marked * line.quantity:
            most = paid - net + price.marked * line.quantity
            return no(
                "Line {line}: these cars are sold {most} below the marked price, gifts included. An allowance is at "
                "most that.",
                code="E-ALLOWANCE", field=field, line=line.position, most=Yuan(max(most, 0)),
            )  # fmt: skip
    return None


TYPED = (typed_extras_have_their_amounts, typed_allowances_have_not_ended, typed_allowances_fit_the_price)
"""Asked whenever lines are typed."""

COMPLETE = (
    extras_have_their_amounts, gifts_leave_a_price, gifts_are_within_budget, accessories_keep_their_price,
    allowances_have_not_ended, allowances_fit_the_price,
)  # fmt: skip
"""Asked when an offer is submitted."""
