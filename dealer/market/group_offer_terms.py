"""From a need sheet and the prices given to the terms of a proposal, in the words of its language."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from dealer import people, terms
from dealer.contracts.contract_terms import described, extras_of, gifts_of, lines_of, printed, shop_party, taxed
from dealer.engine.amounts import purchase_tax
from dealer.engine.papers import Language
from dealer.engine.steps import Ask
from dealer.engine.words import say, word, word_of
from dealer.market import campaign_effects
from dealer.money.purchase_tax import is_relieved
from dealer.prices import pricing
from dealer.quotations.quotation_rules import is_tendered
from dealer.quotations.quotation_terms import number_of
from dealer.records.customers import Contact
from dealer.records.deals import Need
from dealer.records.market import EffectKind, FinanceKind, GroupOffer
from dealer.records.people import Person
from dealer.records.quotations import Quotation
from dealer.records.vehicles import Model
from dealer.terms import CampaignGift, FinanceOption, GroupOfferTerms, Offer, QuotedVehicles


def terms_of(ask: Ask, offer: GroupOffer, language: Language) -> GroupOfferTerms:
    """What the paper says on the day it is made."""
    db, deal = ask.db, offer.deal
    need, quotation = deal.need, db.get(Quotation, offer.quotation_id) if offer.quotation_id else None
    if need is None or need.wanted_by is None:
        raise LookupError("the rules refuse to make a proposal from an empty need sheet")
    contact = db.get(Contact, deal.contact_id) if deal.contact_id else None
    goods = _as_quoted(ask, quotation, need, language) if quotation else _as_listed(ask, offer, need, language)
    return GroupOfferTerms(
        **goods,
        made_on=ask.today,
        offer=Offer.BINDING if quotation and quotation.binding and quotation.valid_until else Offer.INVITATION,
        valid_until=quotation.valid_until if quotation else None,
        seller=shop_party(people.store_of(db, offer.store_id)),
        customer=deal.customer.name,
        contact=terms.Contact(name=contact.name, phone=contact.phone or "") if contact else None,
        consultant=_consultant(ask, offer),
        project=deal.title,
        use=word_of(need.use, language),
        wanted_by=need.wanted_by,
        purchase_mode=word_of(need.purchase_mode, language),
        payment=word_of(deal.terms, language),
        delivery=offer.delivery,
        service=offer.service,
        finance=tuple(_finance(row, language) for row in offer.finance),
        campaign_gifts=() if quotation or is_tendered(deal) else tuple(_campaign_gifts(ask, need)),
        remarks=lines_of(offer.remark)[:20],
    )


def _consultant(ask: Ask, offer: GroupOffer) -> terms.Contact:
    owner = ask.db.get_one(Person, offer.owner_id)
    return terms.Contact(name=owner.name, phone=owner.phone or "")


def _as_quoted(ask: Ask, quotation: Quotation, need: Need, language: Language) -> dict[str, Any]:
    """The cars, prices and gifts of a quotation that is with the customer."""
    vat = pricing.vat_rate(ask.db, quotation.store_id, ask.today)
    firm = quotation.firm_lines
    use = word_of(need.use, language)
    return {
        "vat_percent": int(vat * 100),
        "quotation": say("{number}, version {version}", language, number=number_of(ask.db, quotation),
                         version=quotation.revision),
        "vehicles": tuple(
            _cars(line.model, line.colour, use, line.unit_price, line.quantity, vat, ask.today, line.marked, line.note)
            for line in firm
        ),
        "extras": tuple(extra for line in firm for extra in extras_of(printed(line), line.quantity)),
        "gifts": tuple(gift for line in firm for gift in gifts_of(printed(line), line.quantity)),
    }  # fmt: skip


def _as_listed(ask: Ask, offer: GroupOffer, need: Need, language: Language) -> dict[str, Any]:
    """The wanted cars at the marked prices of the list in force."""
    vat = pricing.vat_rate(ask.db, offer.store_id, ask.today)
    prices = pricing.prices_of(ask.db, offer.store_id, (line.model_id for line in need.lines), ask.today)
    use = word_of(need.use, language)
    marked = [(line, prices[line.model_id].marked) for line in need.lines]
    return {
        "vat_percent": int(vat * 100),
        "list_from": next(iter(prices.values())).price_list.effective_from,
        "vehicles": tuple(
            _cars(line.model, line.colour, use, price, line.quantity, vat, ask.today, price, "")
            for line, price in marked
        ),
    }


def _cars(
    model: Model, colour: str, use: str, price: int, quantity: int, vat: Fraction, day: date, marked: int | None,
    note: str,
) -> QuotedVehicles:  # fmt: skip
    tax = purchase_tax(price, vat, day, new_energy=is_relieved(model)).due
    about = described(model, colour, use) | taxed(price, vat)
    return QuotedVehicles(**about, quantity=quantity, list_price_fen=marked, purchase_tax_fen=tax, note=note)


def _campaign_gifts(ask: Ask, need: Need) -> Iterator[CampaignGift]:
    """What a campaign gives with the wanted cars while it runs; with a quotation it stands among its gifts."""
    wanted = {line.model_id: line.model for line in need.lines}
    effects = campaign_effects.effects_on(ask.db, need.store_id, wanted, ask.today)
    for key, effect in effects.items():
        if effect.kind is EffectKind.GIFTS and effect.gift:
            named = f"{wanted[key].brand} {wanted[key].name}"
            until = effect.campaign.last_day
            yield CampaignGift(model=named, gift=effect.gift, campaign=effect.campaign.name, until=until)


def _finance(row: dict[str, Any], language: Language) -> FinanceOption:
    kind = word(FinanceKind.__name__, row["kind"], language)
    return FinanceOption(kind=kind, down_percent=row["down_percent"], months=row["months"], note=row["note"])
