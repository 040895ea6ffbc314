"""Quotations: the life of one version, from the first line to the customer's yes.

A version that was submitted never changes its lines; whoever wants other terms begins the next version, and the old
one is superseded. Prices below the owner's floor wait for their exceptions (approvals.py); authority.py says which
approval covers which line. The rules of drawing up and submitting are in quotation_rules.py.
"""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from dealer.approvals.approval_rules import sighting_is_of_this_deal
from dealer.approvals.authority import unauthorised_lines
from dealer.approvals.rulings import Reasons
from dealer.contracts.in_force import amendment_asks_no_more
from dealer.deals.deals import Comment
from dealer.engine.database import calendar_of
from dealer.engine.refusals import not_yet
from dealer.engine.steps import SAME, Ask, Life, Refusal, Step, no, on_facts
from dealer.house.policies import policy
from dealer.people import OWNER, SYSTEM, has
from dealer.prices import allowances
from dealer.quotations import offer_rules as beside
from dealer.quotations import offers
from dealer.quotations import quotation_rules as rules
from dealer.quotations.offers import Acceptance, AcceptanceOfSome, Lines, Sending
from dealer.quotations.quotation_terms import order_offer
from dealer.records.deals import GIVEN_UP, Deal
from dealer.records.quotations import Quotation, QuotationState

__all__ = ["QUOTATIONS", "accepted", "of_deal", "unauthorised_lines"]

S = QuotationState
OPEN = (S.DRAFT, S.PENDING_PRICE, S.READY, S.SENT)
UNDER_WAY = (*OPEN, S.ACCEPTED)
CONFIRMER = has("confirm allowances")

# ── rules: sending and accepting ──────────────────────────────────────────────────────────────────────────────────


@on_facts
def validity_is_within_limits(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Some days from today (`quote_validity_most_days`); a bid as long as its tender asks."""
    terms: Sending = ask.facts
    if terms.tender_valid_until is not None and not rules.is_tendered(quotation.deal):
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


@on_facts
def acceptance_is_dated_within_the_offer(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Nobody accepts before the offer reached them, nor tomorrow."""
    yes: Acceptance = ask.facts
    sent_on = calendar_of(ask.db).today(quotation.sent_at) if quotation.sent_at else ask.today
    if yes.said_on is not None and not sent_on <= yes.said_on <= ask.today:
        return no(
            "Choose a day from {first}, when it was sent, to today.", code="E-ACCEPT-DAY", field="said_on",
            first=sent_on,
        )  # fmt: skip
    return None


@on_facts
def chosen_options_were_offered(quotation: Quotation, ask: Ask) -> Refusal | None:
    """The customer chooses among the options of this version."""
    chosen: AcceptanceOfSome = ask.facts
    if not set(chosen.options) <= {line.position for line in quotation.options}:
        return no("Choose among the options of this quotation.", code="E-OPTION", field="options")
    return None


def has_options(quotation: Quotation, ask: Ask) -> bool:
    """Tells the rows of `accept` apart: whether the customer has something to choose."""
    return bool(quotation.options)


def has_no_options(quotation: Quotation, ask: Ask) -> bool:
    """Likewise."""
    return not quotation.options


# ── rules: what follows by itself ─────────────────────────────────────────────────────────────────────────────────


def a_countered_price_waits(quotation: Quotation, ask: Ask) -> Refusal | None:
    """The owner took the manager's price."""
    return None if offers.countered(ask.db, quotation, ask.today) else not_yet()


def every_line_is_authorised(quotation: Quotation, ask: Ask) -> Refusal | None:
    """The last exception was approved, or floors came down."""
    return not_yet() if unauthorised_lines(ask.db, quotation, ask.today) else None


def a_line_lost_its_authority(quotation: Quotation, ask: Ask) -> Refusal | None:
    """An approval was revoked or lapsed, or a new list overtook a price nobody has been sent yet."""
    return None if unauthorised_lines(ask.db, quotation, ask.today) else not_yet()


def validity_is_over(quotation: Quotation, ask: Ask) -> Refusal | None:
    """From 0:00 of the day after; the sweep looks at 00:05."""
    over = quotation.valid_until is not None and ask.today > quotation.valid_until
    return None if over else not_yet()


def deal_is_over(quotation: Quotation, ask: Ask) -> Refusal | None:
    """Lost or cancelled, or reopened since: offers of before are void."""
    return None if is_void(quotation) else not_yet()


def another_was_accepted_later(quotation: Quotation, ask: Ask) -> Refusal | None:
    """One accepted quotation per deal: the later one."""
    latest = accepted(ask.db, quotation.deal)
    return None if latest is not None and latest.id != quotation.id else not_yet()


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

TYPED = (
    rules.quoted_models_are_ours, rules.something_is_firm, rules.extras_belong_to_a_line,
    rules.typed_prices_are_not_above_marked, *beside.TYPED,
)  # fmt: skip
QUOTING = (rules.deal_is_quoting, rules.deal_has_no_clash)
PRICED = (rules.models_are_on_the_list, rules.prices_are_not_above_marked, *beside.COMPLETE)
COMPLETE = (*QUOTING, *PRICED)
SENDABLE = (
    rules.deal_is_quoting, rules.prices_are_not_above_marked, rules.lines_are_authorised,
    rules.gifts_are_in_the_tender, validity_is_within_limits,
)  # fmt: skip
ACCEPTABLE = (is_not_void, is_within_validity, rules.deal_is_quoting, acceptance_is_dated_within_the_offer)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action               from                                 to               who     asks for    refused unless …                                       then …
    Step("draft",             None,                                S.DRAFT,         OWNER,  Lines,      (*QUOTING, *TYPED),                                    (offers.begin_series, offers.write_lines, allowances.note_typist)),
    Step("next_version",      None,                                S.DRAFT,         OWNER,  Lines,      (),                                                    (offers.write_lines, allowances.note_typist)),
    Step("ask_for_amendment",  None,                               S.PENDING_PRICE, SYSTEM, None,       (),                                                    (offers.begin_series,)),
    Step("edit",              S.DRAFT,                             SAME,            OWNER,  Lines,      (rules.deal_is_quoting, *TYPED),                             (offers.write_lines, allowances.note_typist)),
    Step("confirm_allowances", UNDER_WAY,                          SAME,            CONFIRMER, allowances.Confirmation, (allowances.an_allowance_waits, allowances.somebody_else_typed_it, allowances.chosen_allowances_wait), (allowances.confirm,)),
    Step("take_back_allowances", (S.DRAFT, S.PENDING_PRICE, S.READY), SAME,         CONFIRMER, Comment, (allowances.an_allowance_is_confirmed,),                  (allowances.take_back,)),
    Step("submit",            S.DRAFT,                             S.READY,         OWNER,  None,       COMPLETE,                                              (offers.note_submission,), when=is_within_floor),
    Step("submit",            S.DRAFT,                             S.PENDING_PRICE, OWNER,  Reasons,    (*COMPLETE, rules.price_was_not_refused, rules.hard_floor_has_project_approval, sighting_is_of_this_deal), (offers.note_submission, offers.note_reasons), when=is_below_floor),
    Step("discard",           S.DRAFT,                             S.WITHDRAWN,     OWNER,  None,       (),                                                    (offers.close_tasks,)),
    Step("send",              S.READY,                             S.SENT,          OWNER,  Sending,    SENDABLE,                                              (offers.note_sending, order_offer)),
    Step("accept",            (S.SENT, S.EXPIRED, S.WITHDRAWN),    S.ACCEPTED,      OWNER,  Acceptance, ACCEPTABLE,                                            (offers.note_acceptance,), when=has_no_options),
    Step("accept",            (S.SENT, S.EXPIRED, S.WITHDRAWN),    S.ACCEPTED,      OWNER,  AcceptanceOfSome, (*ACCEPTABLE, chosen_options_were_offered),      (offers.note_acceptance, offers.note_options), when=has_options),
    Step("reconfirm",         S.ACCEPTED,                          SAME,            OWNER,  Comment,    (rules.deal_is_quoting,),                                    (offers.note_confirmation,)),
    Step("reject",            S.SENT,                              S.REJECTED,      OWNER,  Comment,    (),                                                    (offers.close_tasks,)),
    Step("revise",            (S.PENDING_PRICE, S.READY, S.SENT),  S.SUPERSEDED,    OWNER,  None,       QUOTING,                                               (offers.close_tasks, begin_next_version)),
    Step("renew",             (S.EXPIRED, S.REJECTED),             S.SUPERSEDED,    OWNER,  None,       QUOTING,                                               (begin_next_version,)),
    # by itself
    Step("withdraw_with_deal", (*OPEN, S.ACCEPTED),                S.WITHDRAWN,     SYSTEM, None,       (deal_is_over,),                                       (offers.close_tasks,)),
    Step("withdraw_with_amendment", (S.PENDING_PRICE, S.READY),    S.WITHDRAWN,     SYSTEM, None,       (amendment_asks_no_more,),                             (offers.close_tasks,)),
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
    return deal.state in GIVEN_UP or (deal.void_before is not None and quotation.begun_at < deal.void_before)


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
