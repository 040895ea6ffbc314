"""The life of a group-purchase proposal 团购方案: made from a need sheet, at prices that were given or are marked.

It gives no price of its own: those of a quotation that is with the customer, with what that quotation is in law, or the
marked prices of the list in force, for information. So nothing on it goes below anybody's floor.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine.database import calendar_of
from dealer.engine.fields import Options, Paragraph
from dealer.engine.steps import Ask, Facts, Life, Personal, Refusal, Step, no, on_facts
from dealer.engine.words import SHOP_ZONE, Sentence
from dealer.market import group_offer_terms
from dealer.papers import printing
from dealer.people import OWNER
from dealer.prices import pricing
from dealer.records.deals import Deal, DealState, Need, PurchaseMode, Use
from dealer.records.market import FinanceKind, GroupOffer, GroupOfferState
from dealer.records.quotations import Quotation, QuotationState

S = GroupOfferState
Words = Annotated[str, Paragraph]
PAPER = "group_offer"
TIME_FOR_IT = (DealState.INQUIRY, DealState.QUOTATION)

# ── what the steps ask for ────────────────────────────────────────────────────────────────────────────────────────


class FinanceRow(Facts):
    """One way to pay."""

    kind: FinanceKind = Field(title="Way of paying")
    down_percent: int | None = Field(None, title="Down payment, %", ge=0, le=100)
    months: int | None = Field(None, title="Months", ge=1, le=120)
    note: str = Field("", title="Note", max_length=200)


class Proposing(Facts):
    """What a proposal says beside the cars and their prices."""

    quotation: Annotated[UUID | None, Options("quotations_with_customer")] = Field(
        None, title="Prices of quotation", description="Left empty: the marked prices of the list in force."
    )
    delivery: Words = Field(title="Delivery", min_length=1, max_length=2000)
    service: Words = Field(title="Service after the purchase", min_length=1, max_length=2000)
    finance: tuple[FinanceRow, ...] = Field((), title="Finance options", max_length=10)
    remark: Words = Field("", title="Remark for the customer", max_length=2000)


class HandingOver(Facts):
    """Who has it now."""

    handed_to: Annotated[str, Personal()] = Field(title="Given to", min_length=1, max_length=200)
    handed_on: date = Field(title="Given on")


class Why(Facts):
    """A reason in words."""

    reason: Words = Field(title="Reason", min_length=1, max_length=2000)


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def deal_is_being_won(offer: GroupOffer, ask: Ask) -> Refusal | None:
    """Proposals are made while the customer decides."""
    if offer.deal.state in TIME_FOR_IT:
        return None
    return no(
        "The deal stands at “{state}”: proposals are made while it stands at “{inquiry}” or “{quotation}”.",
        code="E-DEAL-STATE", fix="deal", state=offer.deal.state, inquiry=DealState.INQUIRY,
        quotation=DealState.QUOTATION,
    )  # fmt: skip


def need_sheet_says_enough(offer: GroupOffer, ask: Ask) -> Refusal | None:
    """What the paper says of the customer's wish comes from the need sheet and from nowhere else."""
    missing = [Sentence(title, {}) for title in missing_in(offer.deal.need)]
    if missing:
        return no("The need sheet does not say: {fields}. Fill them in first.", code="E-NEED", fix="need_sheet",
                  fields=missing)  # fmt: skip
    return None


def missing_in(need: Need | None) -> Iterator[str]:
    """The fields of a need sheet that a proposal needs and that are empty, by their titles."""
    if need is None or need.use is Use.UNKNOWN:
        yield "Use of the cars"
    if need is None or not need.lines:
        yield "Wanted cars"
    if need is None or need.wanted_by is None:
        yield "Wanted by"
    if need is None or need.purchase_mode is PurchaseMode.UNKNOWN:
        yield "Purchase mode"


@on_facts
def prices_are_with_the_customer(offer: GroupOffer, ask: Ask) -> Refusal | None:
    """A proposal repeats prices that left the house, and only while they stand."""
    key = ask.facts.quotation
    if key and key not in {each.id for each in quotations_with_customer(ask.db, offer.deal, ask.today)}:
        return no("Choose a quotation that is with the customer and has not ended.", code="E-QUOTE-NONE",
                  field="quotation")  # fmt: skip
    return None


@on_facts
def wanted_cars_are_on_the_list(offer: GroupOffer, ask: Ask) -> Refusal | None:
    """Without a quotation the prices are the marked ones: every wanted model has one."""
    need = offer.deal.need
    if ask.facts.quotation or need is None:
        return None
    prices = pricing.prices_of(ask.db, offer.store_id, (line.model_id for line in need.lines), ask.today)
    for line in need.lines:
        if line.model_id not in prices:
            return no("{model} is not on the price list in force. Have it listed first, or choose a quotation.",
                      code="E-PRICE-NONE", field="quotation", model=line.model.name)  # fmt: skip
    return None


def papers_are_printed(offer: GroupOffer, ask: Ask) -> Refusal | None:
    """What is given to a customer is what is stored."""
    found = printing.in_both(ask.db, offer.id).get("zh")
    if found is not None and found.pdf_sha256:
        return None
    waits = no("The proposal is being printed: try again in a moment.", code="E-PAPER")
    return (printing.what_stands_against(found) if found else None) or waits


@on_facts
def handed_over_by_now(offer: GroupOffer, ask: Ask) -> Refusal | None:
    """From the day it was made until today."""
    first = calendar_of(ask.db).today(offer.begun_at)
    if not first <= ask.facts.handed_on <= ask.today:
        return no("Choose a day from {first}, when it was made, to today.", code="E-DAY", field="handed_on",
                  first=first)  # fmt: skip
    return None


# ── effects ───────────────────────────────────────────────────────────────────────────────────────────────────────


def freeze_and_print(offer: GroupOffer, ask: Ask) -> None:
    """From here on price lists and need sheets may change: what the customer is given does not."""
    store = people.store_of(ask.db, offer.store_id)
    offer.code = f"{store.code}-TG-{ask.at.astimezone(SHOP_ZONE).year}-{offer.number:04}"
    for language in printing.BOTH:
        terms = group_offer_terms.terms_of(ask, offer, language)
        printing.order_paper(ask, offer, PAPER, terms, number=offer.code, language=language)


def note_handing_over(offer: GroupOffer, ask: Ask) -> None:
    """Who has it, since when."""
    offer.handed_to, offer.handed_on = ask.facts.handed_to, ask.facts.handed_on


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

MAKING = (deal_is_being_won, need_sheet_says_enough, prices_are_with_the_customer, wanted_cars_are_on_the_list)
GIVING = (papers_are_printed, handed_over_by_now)

# fmt: off
# ruff: disable[E501]
STEPS = [
    #    action       from                     to             who    asks for     refused unless …  then …
    Step("make",      None,                    S.MADE,        OWNER, Proposing,   MAKING,           (freeze_and_print,)),
    Step("hand_over", S.MADE,                  S.HANDED_OVER, OWNER, HandingOver, GIVING,           (note_handing_over,)),
    Step("withdraw",  (S.MADE, S.HANDED_OVER), S.WITHDRAWN,   OWNER, Why,         (),               ()),
]
# ruff: enable[E501]
# fmt: on

GROUP_OFFERS = Life("group_offer", GroupOffer, GroupOfferState, STEPS, path=(S.MADE, S.HANDED_OVER))


def proposed(deal: Deal, ask: Ask) -> GroupOffer:
    """A proposal as it was typed, not yet begun: begin it with "make"."""
    facts: Proposing = ask.facts
    quotation = people.by_id(ask.db, Quotation, ask.actor, facts.quotation) if facts.quotation else None
    return GroupOffer(
        store_id=deal.store_id, deal_id=deal.id, deal=deal, case_id=deal.id, made_by_id=ask.hat.id,
        quotation_id=facts.quotation, valid_until=quotation.valid_until if quotation else None, code="",
        delivery=facts.delivery, service=facts.service, remark=facts.remark,
        finance=[row.model_dump(mode="json") for row in facts.finance],
    )  # fmt: skip


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def quotations_with_customer(db: Session, deal: Deal, day: date) -> list[Quotation]:
    """Those whose prices the customer holds and may still rely on, the newest first."""
    query = select(Quotation).where(Quotation.deal_id == deal.id, Quotation.valid_until >= day)
    query = query.where(Quotation.state.in_((QuotationState.SENT, QuotationState.ACCEPTED)))
    if deal.void_before is not None:
        query = query.where(Quotation.begun_at >= deal.void_before)
    return list(db.scalars(query.order_by(Quotation.series.desc(), Quotation.revision.desc())))


def of_deal(db: Session, deal: Deal) -> list[GroupOffer]:
    """The proposals of a deal, newest first."""
    return list(db.scalars(select(GroupOffer).where(GroupOffer.deal_id == deal.id).order_by(GroupOffer.number.desc())))


def reasons_against(deal: Deal, ask: Ask) -> list[Refusal]:
    """What stands in the way before there is a form."""
    offer = GroupOffer(store_id=deal.store_id, deal=deal, deal_id=deal.id)
    return [refusal for rule in (deal_is_being_won, need_sheet_says_enough) if (refusal := rule(offer, ask))]


def first_facts(deal: Deal, ask: Ask) -> dict[str, Any]:
    """What the form starts from: the latest quotation that is with the customer, and where service is reached."""
    latest = next(iter(quotations_with_customer(ask.db, deal, ask.today)), None)
    return {"quotation": latest.id if latest else ""}
