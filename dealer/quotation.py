"""Quotations: the life of one version, from the first line to the customer's yes.

A version that was submitted never changes its lines; whoever wants other terms begins the next version, and the old
one is superseded. Prices below the owner's floor wait for their exceptions (approvals.py); authority.py says which
approval covers which line.
"""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from dealer import authority, offers, pricing
from dealer import offer_rules as beside
from dealer.approvals import hard_floor
from dealer.authority import unauthorised_lines
from dealer.deals import Comment
from dealer.engine.steps import SAME, Ask, Life, Refusal, Step, no, on_facts
from dealer.engine.words import Yuan
from dealer.offers import Acceptance, Lines, Sending
from dealer.people import OWNER, SYSTEM
from dealer.policies import policy
from dealer.quotation_terms import order_offer
from dealer.records.deals import Deal, DealState, PurchaseMode
from dealer.records.quotations import Quotation, QuotationLine, QuotationState
from dealer.records.vehicles import Model
from dealer.rulings import Reasons

__all__ = ["QUOTATIONS", "accepted", "of_deal", "unauthorised_lines"]

S = QuotationState
OPEN = (S.DRAFT, S.PENDING_PRICE, S.READY, S.SENT)
OVER = (DealState.LOST, DealState.CANCELLED)
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


# ── rules: sending and accepting ──────────────────────────────────────────────────────────────────────────────────


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


@on_facts
def validity_is_within_limits(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Some days from today (`quote_validity_most_days`); a bid as long as its tender asks."""
    terms: Sending = ask.facts
    if terms.tender_valid_until is not None and not is_tendered(quotation.deal):
        return no(
            "Only a tender has a bid validity: correct the purchase mode in the need sheet.",
            code="E-VALIDITY", field="tender_valid_until",
        )  # fmt: skip
    most: int = policy(ask.db, quotation.store_id, "quote_validity_most_days", ask.today)
    last = terms.tender_valid_until or ask.today + timedelta(days=most)
    if not ask.today <= terms.valid_until <= last:
        return no("Choose a day from today to {last}.", code="E-VALIDITY", field="valid_until", last=last)
    return None


def is_not_void(quotation: Quotation, ask: Ask) -> Refusal | None:
    """What was withdrawn with a lost deal stays void, also after a reopening."""
    if quotation.state is S.WITHDRAWN:
        return no(
            "Quotation {number} was withdrawn: draw up a new one.",
            code="E-QUOTE-VOID", quiet=True, number=quotation.number,
        )  # fmt: skip
    return None


def is_within_validity(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Until 24:00 of its last day."""
    until = quotation.valid_until
    if until is not None and ask.today > until and quotation.state is not S.WITHDRAWN:
        return no("It was valid until {until}: renew it at today's prices.", code="E-QUOTE-EXPIRED", until=until)
    return None


# ── rules: what follows by itself ─────────────────────────────────────────────────────────────────────────────────


def a_countered_price_waits(quotation: Quotation, ask: Ask) -> Refusal | None:
    """The owner took the manager's price."""
    return None if offers.countered(ask.db, quotation, ask.today) else _not_yet()


def every_line_is_authorised(quotation: Quotation, ask: Ask) -> Refusal | None:
    """The last exception was approved, or floors came down."""
    return _not_yet() if unauthorised_lines(ask.db, quotation, ask.today) else None


def a_line_lost_its_authority(quotation: Quotation, ask: Ask) -> Refusal | None:
    """An approval was revoked or lapsed, or a new list overtook a price nobody has been sent yet."""
    return None if unauthorised_lines(ask.db, quotation, ask.today) else _not_yet()


def validity_is_over(quotation: Quotation, ask: Ask) -> Refusal | None:
    """From 0:00 of the day after; the sweep looks at 00:05."""
    over = quotation.valid_until is not None and ask.today > quotation.valid_until
    return None if over else _not_yet()


def deal_is_over(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Lost or cancelled, or reopened since: offers of before are void."""
    return None if is_void(quotation) else _not_yet()


def another_was_accepted_later(quotation: Quotation, ask: Ask) -> Refusal | None:
    """One accepted quotation per deal: the later one."""
    latest = accepted(ask.db, quotation.deal)
    return None if latest is not None and latest.id != quotation.id else _not_yet()


def _not_yet() -> Refusal:
    return no("Nothing has happened that would move it.", code="E-NOT-YET", quiet=True)


def is_below_floor(quotation: Quotation, ask: Ask) -> bool:
    """Tells the rows of `submit` apart: whether a line waits for somebody's approval."""
    prices = offers.prices_for(ask, quotation, quotation.lines)
    return any(line.model_id in prices for line in unauthorised_lines(ask.db, quotation, ask.today))


def is_within_floor(quotation: Quotation, ask: Ask) -> bool:
    """Likewise."""
    return not is_below_floor(quotation, ask)


# ── the next version ──────────────────────────────────────────────────────────────────────────────────────────────


def begin_next_version(quotation: Quotation, ask: Ask) -> None:
    """A draft with the same lines; prices and floors will be those of the day it is submitted."""
    facts = Lines.model_validate(offers.known_facts(quotation.lines, quotation.remark))
    following = Quotation(
        store_id=quotation.store_id, case_id=quotation.case_id, deal_id=quotation.deal_id, deal=quotation.deal,
        series=quotation.series, revision=quotation.revision + 1,
    )  # fmt: skip
    QUOTATIONS.begin("next_version", following, replace(ask, facts=facts, seen_version=None))


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

TYPED = (quoted_models_are_ours, extras_belong_to_a_line, typed_prices_are_not_above_marked, *beside.TYPED)
QUOTING = (deal_is_quoting, deal_has_no_clash)
COMPLETE = (*QUOTING, models_are_on_the_list, prices_are_not_above_marked, *beside.COMPLETE)
SENDABLE = (
    deal_is_quoting, prices_are_not_above_marked, lines_are_authorised, gifts_are_in_the_tender,
    validity_is_within_limits,
)  # fmt: skip

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action               from                                 to               who     asks for    refused unless …                                       then …
    Step("draft",             None,                                S.DRAFT,         OWNER,  Lines,      (*QUOTING, *TYPED),                                    (offers.begin_series, offers.write_lines)),
    Step("next_version",      None,                                S.DRAFT,         OWNER,  Lines,      (),                                                    (offers.write_lines,)),
    Step("edit",              S.DRAFT,                             SAME,            OWNER,  Lines,      (deal_is_quoting, *TYPED),                             (offers.write_lines,)),
    Step("submit",            S.DRAFT,                             S.READY,         OWNER,  None,       COMPLETE,                                              (offers.note_submission,), when=is_within_floor),
    Step("submit",            S.DRAFT,                             S.PENDING_PRICE, OWNER,  Reasons,    (*COMPLETE, price_was_not_refused, hard_floor_has_project_approval), (offers.note_submission, offers.note_reasons), when=is_below_floor),
    Step("discard",           S.DRAFT,                             S.WITHDRAWN,     OWNER,  None,       (),                                                    ()),
    Step("send",              S.READY,                             S.SENT,          OWNER,  Sending,    SENDABLE,                                              (offers.note_sending, order_offer)),
    Step("accept",            (S.SENT, S.EXPIRED, S.WITHDRAWN),    S.ACCEPTED,      OWNER,  Acceptance, (is_not_void, is_within_validity, deal_is_quoting),    (offers.note_acceptance,)),
    Step("reconfirm",         S.ACCEPTED,                          SAME,            OWNER,  Comment,    (deal_is_quoting,),                                    (offers.note_confirmation,)),
    Step("reject",            S.SENT,                              S.REJECTED,      OWNER,  Comment,    (),                                                    (offers.close_tasks,)),
    Step("revise",            (S.PENDING_PRICE, S.READY, S.SENT),  S.SUPERSEDED,    OWNER,  None,       QUOTING,                                               (offers.close_tasks, begin_next_version)),
    Step("renew",             (S.EXPIRED, S.REJECTED),             S.SUPERSEDED,    OWNER,  None,       QUOTING,                                               (begin_next_version,)),
    # by itself
    Step("withdraw_with_deal", (*OPEN, S.ACCEPTED),                S.WITHDRAWN,     SYSTEM, None,       (deal_is_over,),                                       (offers.close_tasks,)),
    Step("adopt_price",       S.PENDING_PRICE,                     SAME,            SYSTEM, None,       (a_countered_price_waits,),                            (offers.adopt_prices,)),
    Step("approve_all",       S.PENDING_PRICE,                     S.READY,         SYSTEM, None,       (every_line_is_authorised,),                           ()),
    Step("price_again",       S.READY,                             S.PENDING_PRICE, SYSTEM, None,       (a_line_lost_its_authority,),                          ()),
    Step("expire",            (S.READY, S.SENT),                   S.EXPIRED,       SYSTEM, None,       (validity_is_over,),                                   (offers.close_tasks,)),
    Step("supersede",         S.ACCEPTED,                          S.SUPERSEDED,    SYSTEM, None,       (another_was_accepted_later,),                         ()),
]
# ruff: enable[E501]
# fmt: on

QUOTATIONS = Life("quotation", Quotation, QuotationState, STEPS, path=(S.DRAFT, S.READY, S.SENT, S.ACCEPTED))


# ── beginning one ─────────────────────────────────────────────────────────────────────────────────────────────────


def blank(deal: Deal) -> Quotation:
    """A quotation of a deal that is not yet born: `begin(blank(deal), "draft", ask)`."""
    return Quotation(store_id=deal.store_id, case_id=deal.id, deal_id=deal.id, deal=deal, series=0, revision=1)


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def is_void(quotation: Quotation) -> bool:
    """Whether it belongs to a deal that is over, or to the time before a reopening."""
    deal = quotation.deal
    return deal.state in OVER or (deal.void_before is not None and quotation.begun_at < deal.void_before)


def accepted(db: Session, deal: Deal) -> Quotation | None:
    """The quotation the customer accepted: the latest, and none from before a reopening."""
    query = select(Quotation).where(Quotation.deal_id == deal.id, Quotation.state == S.ACCEPTED)
    if deal.void_before is not None:
        query = query.where(Quotation.begun_at >= deal.void_before)
    return db.scalars(query.order_by(Quotation.since.desc(), Quotation.number.desc()).limit(1)).first()


def of_deal(db: Session, deal: Deal) -> list[Quotation]:
    """All versions of all quotations of a deal, newest first."""
    query = select(Quotation).where(Quotation.deal_id == deal.id)
    return list(db.scalars(query.order_by(Quotation.series.desc(), Quotation.revision.desc())))


def of_series(version: Quotation) -> list[Quotation]:
    """All versions of the same offer, oldest first, from the session this one was loaded in."""
    query = select(Quotation).where(Quotation.store_id == version.store_id, Quotation.series == version.series)
    return list(object_session(version).scalars(query.order_by(Quotation.revision)))  # type: ignore[union-attr]


def acceptance_stands(db: Session, quotation: Quotation, day: date) -> bool:
    """An acceptance stands for some days (`acceptance_stands_days`), then the owner reconfirms it."""
    said = quotation.confirmed_on or quotation.accepted_on
    days: int = policy(db, quotation.store_id, "acceptance_stands_days", day)
    return said is not None and day <= said + timedelta(days=days)
