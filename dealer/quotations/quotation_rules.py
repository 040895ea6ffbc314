"""The rules of drawing a quotation up and submitting it: its deal, its lines, their prices and gifts."""

from sqlalchemy import select

from dealer.approvals import authority
from dealer.approvals.approval_rules import hard_floor
from dealer.approvals.authority import unauthorised_lines
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.engine.words import Yuan
from dealer.prices import pricing
from dealer.quotations import offers
from dealer.records.deals import Deal, DealState, PurchaseMode
from dealer.records.quotations import Quotation, QuotationLine, QuotationState
from dealer.records.vehicles import Model

S = QuotationState
TENDERS = (
    PurchaseMode.OPEN_TENDER, PurchaseMode.INVITED_TENDER, PurchaseMode.NEGOTIATION, PurchaseMode.CONSULTATION,
    PurchaseMode.SINGLE_SOURCE, PurchaseMode.PRICE_INQUIRY,
)  # fmt: skip

# ── rules: the deal ───────────────────────────────────────────────────────────────────────────────────────────────


def deal_is_quoting(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Offers are made while the deal stands at quotation, and nowhere else."""
    state = quotation.deal.state
    if state is DealState.QUOTATION or quotation.state is S.WITHDRAWN:
        return None
    if state is DealState.ON_HOLD:
        return no("The deal is on hold: resume it first.", code="E-DEAL-STATE", fix="deal")
    return no(
        "The deal stands at “{state}”: offers are made while it stands at “{quoting}”.",
        code="E-DEAL-STATE", fix="deal", state=state, quoting=DealState.QUOTATION,
    )  # fmt: skip


def deal_has_no_clash(quotation: Quotation, ask: Ask) -> Refusal | None:
    """撞单: nobody quotes against a colleague before the key-account manager has decided."""
    if not quotation.deal.clash_settled:
        return no("Another deal of this customer is open: the clash is settled first.", code="E-CLASH", fix="deal")
    return None


# ── rules: the lines ──────────────────────────────────────────────────────────────────────────────────────────────


@on_facts
def quoted_models_are_ours(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Only models of this shop's own catalogue can be offered."""
    wanted = {car.model for car in ask.facts.lines}
    ours = select(Model.id).where(Model.store_id == quotation.store_id, Model.active, Model.id.in_(wanted))
    if set(ask.db.scalars(ours)) != wanted:
        return no("Choose models from the shop's list.", code="E-REQ-FIELD", field="lines")
    return None


@on_facts
def extras_belong_to_a_line(quotation: Quotation, ask: Ask) -> Refusal | None:
    """A gift without its cars would lower nobody's price."""
    last = len(ask.facts.lines)
    if any(extra.line > last for extra in ask.facts.extras):
        return no("There are {last} lines: name one of them for each row.", code="E-LINE", field="extras", last=last)
    return None


@on_facts
def something_is_firm(quotation: Quotation, ask: Ask) -> Refusal | None:
    """An option stands beside an offer: without an offer there is nothing to accept."""
    if all(car.optional for car in ask.facts.lines):
        return no("Every line is an option: offer at least one firmly.", code="E-OPTION", field="lines")
    return None


@on_facts
def typed_prices_are_not_above_marked(quotation: Quotation, ask: Ask) -> Refusal | None:
    """The marked price is the most a dealer may ask (汽车销售管理办法 art. 10)."""
    return _above_marked(ask, quotation, offers.lines_from(ask.facts, quotation.store_id), "lines")


def prices_are_not_above_marked(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Likewise by the list of the day it is submitted."""
    return _above_marked(ask, quotation, quotation.lines, None)


def _above_marked(ask: Ask, quotation: Quotation, lines: list[QuotationLine], field: str | None) -> Refusal | None:
    prices = offers.prices_for(ask, quotation, lines)
    for line in lines:
        price = prices.get(line.model_id)
        if price is not None and line.unit_price > price.marked:
            return no(
                "Line {line}: {price} is above the marked price of {marked}; lower it.",
                code="E-PRICE-ABOVE-LIST", field=field, line=line.position, price=Yuan(line.unit_price),
                marked=Yuan(price.marked),
            )  # fmt: skip
    return None


def models_are_on_the_list(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Without a price in force there is no floor to hold a price against."""
    prices = offers.prices_for(ask, quotation, quotation.lines)
    for line in quotation.lines:
        if line.model_id not in prices:
            return no(
                "Line {line}: the model is not on the price list in force. Have it listed first.",
                code="E-PRICE-NONE", fix="price_list", line=line.position,
            )  # fmt: skip
    return None


def price_was_not_refused(quotation: Quotation, ask: Ask) -> Refusal | None:
    """A refusal is final for its price."""
    for line in unauthorised_lines(ask.db, quotation, ask.today):
        refused = authority.refused_before(ask.db, line, ask.today)
        if refused is not None:
            return no(
                "Line {line}: {price} per car after gifts was refused. Offer more.",
                code="E-PRICE-REFUSED", line=line.position,
                price=Yuan(pricing.per_car(refused.net_total, refused.quantity)),
            )  # fmt: skip
    return None


@on_facts
def hard_floor_has_project_approval(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Below the general manager's floor the manufacturer's project approval must be named."""
    prices = offers.prices_for(ask, quotation, quotation.lines)
    for line in unauthorised_lines(ask.db, quotation, ask.today):
        price = prices.get(line.model_id)
        if price is None or pricing.meets(pricing.net_total(line, ask.today), line.quantity, price.floor_general):
            continue
        if not ask.facts.project_approval:
            return hard_floor(price.floor_general)
    return None


def lines_are_authorised(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Nothing below one's own floor leaves the house without an approval that still fits."""
    lacking = unauthorised_lines(ask.db, quotation, ask.today)
    if lacking:
        return no(
            "Line {line} is below your floor and no approval covers it: revise the quotation and ask.",
            code="E-APPROVAL-LAPSED", line=lacking[0].position,
        )  # fmt: skip
    return None


# ── rules: what a tender allows ───────────────────────────────────────────────────────────────────────────────────


def is_tendered(deal: Deal) -> bool:
    """Whether public money or a tender decides: then only what the tender names may be offered."""
    return deal.customer.procurement or (deal.need is not None and deal.need.purchase_mode in TENDERS)


def gifts_are_in_the_tender(quotation: Quotation, ask: Ask) -> Refusal | None:
    """What the tender does not name may not be given (政府采购法 art. 25, 招标投标法 art. 53)."""
    gifts = [
        extra
        for line in quotation.lines
        for extra in line.extras
        if extra.kind in pricing.GIVEN and not extra.named_in_tender
    ]
    if gifts and is_tendered(quotation.deal):
        return no(
            "“{gift}” is not named in the tender: take it out of the offer.", code="E-GOV-GIFT", gift=gifts[0].name
        )
    return None
