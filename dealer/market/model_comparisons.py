"""A sheet for a customer 车型对比表: our model beside theirs, printed from what was seen, with day and source.

What goes onto it is what anybody can check (sightings.CHECKABLE). An offer that another customer showed stays theirs.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import people, terms
from dealer.contracts.contract_terms import shop_party
from dealer.deals import deal_lists
from dealer.engine.database import next_number
from dealer.engine.fields import Kind, Options
from dealer.engine.papers import Language
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.engine.words import word_of
from dealer.house.policies import policy
from dealer.market import competitor_models, sightings
from dealer.papers import printing
from dealer.people import Actor, has
from dealer.prices import pricing
from dealer.records.deals import Deal
from dealer.records.market import CompetitorModel, ModelComparison, Sighting
from dealer.records.people import Person
from dealer.records.vehicles import Model
from dealer.terms import ComparedModel, ModelComparisonTerms, SeenFact

PAPER = "model_comparison"
MAKER = has("see the market")
RIVALS = 3  # more columns than that nobody reads on A4


class Comparing(Facts):
    """Which models, and for whom."""

    ours: Annotated[UUID, Options("models")] = Field(title="Our model")
    theirs: Annotated[tuple[UUID, ...], Kind("chips"), Options("competitor_models")] = Field(
        title="Models of competitors", min_length=1, max_length=50
    )
    deal: Annotated[UUID | None, Options("deals_to_visit")] = Field(None, title="Deal")
    customer: str = Field("", title="For whom", description="Left empty: the customer of the deal.", max_length=200)


# ── making one ────────────────────────────────────────────────────────────────────────────────────────────────────


def make(ask: Ask) -> ModelComparison:
    """The sheet with its papers ordered, in Chinese and in English. Raises Refused with every reason."""
    answer = MAKER(None, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer], "compare")
    facts: Comparing = ask.facts
    model = people.by_id(ask.db, Model, ask.actor, facts.ours)
    deal = people.by_id(ask.db, Deal, ask.actor, facts.deal) if facts.deal else None
    rivals = competitor_models.of_ids(ask.db, ask.actor, facts.theirs)
    refusals = [*_strange(ask, model, deal, rivals), *_unseen(ask, rivals)]
    if refusals or model is None:
        raise Refused(refusals, "compare")
    sheet = ModelComparison(
        store_id=ask.actor.store_id, number=next_number(ask.db, ask.actor.store_id, "model_comparison"),
        model_id=model.id, customer=facts.customer or (deal.customer.name if deal else ""), deal_id=facts.deal,
        person_id=ask.hat.id, at=ask.at,
    )  # fmt: skip
    ask.db.add(sheet)
    ask.db.flush()
    for language in printing.BOTH:
        told = comparison_terms(ask, sheet, model, rivals, language)
        printing.order_paper(ask, sheet, PAPER, told, language=language)
    write_down(answer, PAPER, sheet, "compare", facts)
    return sheet


def _strange(ask: Ask, model: Model | None, deal: Deal | None, rivals: list[CompetitorModel]) -> list[Refusal]:
    facts: Comparing = ask.facts
    seen = {
        "ours": model is not None,
        "theirs": len(rivals) == len(facts.theirs),
        "deal": facts.deal is None or (deal is not None and deal_lists.sees_deal(deal, ask.actor, ask.db)),
    }
    told = [
        no("Choose one of the offered values.", code="E-REQ-FIELD", field=name) for name, so in seen.items() if not so
    ]
    if len(rivals) > RIVALS:
        told.append(no("Choose {most} at most: the sheet has no room for more.", code="E-COMPARE-MANY", field="theirs",
                       most=RIVALS))  # fmt: skip
    return told


def _unseen(ask: Ask, rivals: list[CompetitorModel]) -> list[Refusal]:
    """A column without a single fact says nothing, and one without price and equipment compares nothing."""
    empty = [
        each for each in rivals if not {"price", "configuration"} & set(sightings.facts_of(ask.db, ask.actor, each))
    ]
    return [
        no(
            "Of {model} nobody has noted a price or equipment that a customer can check: note what you see, with day "
            "and source.",
            code="E-COMPARE-EMPTY", field="theirs", model=competitor_models.full_name(each),
        )
        for each in empty
    ]  # fmt: skip


# ── from rows to terms ────────────────────────────────────────────────────────────────────────────────────────────


def comparison_terms(
    ask: Ask, sheet: ModelComparison, model: Model, rivals: list[CompetitorModel], language: Language
) -> ModelComparisonTerms:
    """What the paper says, in words of its language."""
    price = pricing.price_of(ask.db, sheet.store_id, model.id, ask.today)
    person = ask.db.get_one(Person, sheet.person_id)
    return ModelComparisonTerms(
        seller=shop_party(people.store_of(ask.db, sheet.store_id)),
        customer=sheet.customer,
        made_on=ask.today,
        brand=model.brand,
        model=model.name,
        configuration=model.configuration,
        engine=model.displacement,
        manufacturer=model.maker,
        energy=word_of(model.energy, language),
        gearbox=word_of(model.gearbox, language),
        seats=model.seats,
        list_price_fen=price.marked if price else None,
        listed_on=price.price_list.effective_from if price else None,
        rivals=tuple(_rival(ask, each, language) for each in rivals),
        old_after_days=policy(ask.db, sheet.store_id, "sighting_days", ask.today),
        consultant=terms.Contact(name=person.name, phone=person.phone or ""),
    )


def _rival(ask: Ask, model: CompetitorModel, language: Language) -> ComparedModel:
    found = sightings.facts_of(ask.db, ask.actor, model)
    told = {aspect: _fact(ask, aspect, each, language) for aspect, each in found.items()}
    return ComparedModel(brand=model.brand, model=model.name, **told)


def _fact(ask: Ask, aspect: str, seen: Sighting, language: Language) -> SeenFact:
    return SeenFact(
        text="" if aspect == "price" else getattr(seen, aspect),
        amount_fen=seen.price if aspect == "price" else None,
        kind=word_of(seen.price_kind, language) if aspect == "price" else "",
        seen_on=seen.seen_on,
        source=word_of(seen.source, language),
        place=seen.place,
        old=seen.seen_on < sightings.stale_before(ask.db, seen.store_id, ask.today),
    )


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def latest(db: Session, who: Actor) -> list[ModelComparison]:
    """The sheets that were made, the latest first."""
    query = people.scoped(select(ModelComparison), ModelComparison, who)
    query = query.options(joinedload(ModelComparison.model), joinedload(ModelComparison.person))
    return list(db.scalars(query.order_by(ModelComparison.number.desc()).limit(20)))
