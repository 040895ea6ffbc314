"""Offer templates: kept by the key-account manager, offered by the editor of a new quotation to customers of a class.

Prices in one are a beginning like typed ones: what is saved from it is held against the floors of that day.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer import people
from dealer.engine.steps import Ask, Refusal, Refused, no, write_down
from dealer.people import Actor, has
from dealer.prices import pricing
from dealer.quotations.offers import Lines
from dealer.records.customers import CustomerClass
from dealer.records.offer_templates import OfferTemplate
from dealer.records.vehicles import Model

KEEPER = has("keep offer templates")


class TemplateFacts(Lines):
    """A template as its form asks for it: whom it is for, and what a quotation starts from."""

    name: str = Field(title="Name of the template", min_length=1, max_length=100)
    customer_class: CustomerClass = Field(title="Customer class")


# ── keeping ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write(ask: Ask, template: OfferTemplate | None = None) -> OfferTemplate:
    """Write a new one, or one that is there anew. Raises Refused with every reason."""
    facts: TemplateFacts = ask.facts
    template = template or OfferTemplate(store_id=ask.actor.store_id)
    ask = _as_keeper(template, ask)
    if refusals := [refusal for rule in RULES if (refusal := rule(template, ask))]:
        raise Refused(refusals, "write", template)
    template.name, template.customer_class = facts.name, facts.customer_class
    template.content = facts.model_dump(mode="json", exclude={"name", "customer_class"})
    template.kept_by_id, template.since = ask.hat.id, ask.at
    ask.db.add(template)
    ask.db.flush()
    write_down(ask, "offer_template", template, "write", facts)
    return template


def drop(ask: Ask, template: OfferTemplate) -> None:
    """It is offered to nobody any more; quotations made from it stay."""
    ask = _as_keeper(template, ask)
    template.dropped = True
    write_down(ask, "offer_template", template, "drop")


def _as_keeper(template: OfferTemplate, ask: Ask) -> Ask:
    answer = KEEPER(template, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer], "write", template)
    return answer


def template_models_are_ours(template: OfferTemplate, ask: Ask) -> Refusal | None:
    """Only models of this shop's own catalogue can be offered."""
    wanted = {car.model for car in ask.facts.lines}
    ours = select(Model.id).where(Model.store_id == template.store_id, Model.active, Model.id.in_(wanted))
    if set(ask.db.scalars(ours)) != wanted:
        return no("Choose models from the shop's list.", code="E-REQ-FIELD", field="lines")
    return None


def template_extras_belong_to_a_line(template: OfferTemplate, ask: Ask) -> Refusal | None:
    """As in a quotation."""
    last = len(ask.facts.lines)
    if any(extra.line > last for extra in ask.facts.extras):
        return no("There are {last} lines: name one of them for each row.", code="E-LINE", field="extras", last=last)
    return None


def template_name_is_new(template: OfferTemplate, ask: Ask) -> Refusal | None:
    """Within a class people choose by name."""
    twins = (each for each in of_class(ask.db, ask.actor, ask.facts.customer_class) if each.id != template.id)
    if any(each.name == ask.facts.name for each in twins):
        return no("There is a template of this name already: choose another one.", code="E-NAME-TAKEN", field="name")
    return None


RULES = (template_models_are_ours, template_extras_belong_to_a_line, template_name_is_new)

# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def kept(db: Session, who: Actor) -> list[OfferTemplate]:
    """All of the shop, by class and name."""
    query = select(OfferTemplate).where(OfferTemplate.dropped.is_(False)).options(joinedload(OfferTemplate.kept_by))
    ordered = query.order_by(OfferTemplate.customer_class, OfferTemplate.name)
    return list(db.scalars(people.scoped(ordered, OfferTemplate, who)))


def of_class(db: Session, who: Actor, customer_class: CustomerClass) -> list[OfferTemplate]:
    """What is offered to customers of a class, by name."""
    return [each for each in kept(db, who) if each.customer_class is customer_class]


def find(db: Session, who: Actor, key: UUID) -> OfferTemplate | None:
    """One that is still kept, or None."""
    found: OfferTemplate | None = people.by_id(db, OfferTemplate, who, key)
    return None if found is None or found.dropped else found


def known_facts(template: OfferTemplate) -> dict[str, Any]:
    """A template as its own form shows it."""
    return {"name": template.name, "customer_class": template.customer_class} | content(template)


def content(template: OfferTemplate) -> dict[str, Any]:
    """What the editor of a quotation starts from. What one tender names, another may not."""
    facts = Lines.model_validate(template.content)
    told = facts.model_dump()
    told["lines"] = [line | {"model": str(line["model"])} for line in told["lines"]]
    told["extras"] = [extra | {"named_in_tender": False} for extra in told["extras"]]
    return told


def no_longer_listed(db: Session, template: OfferTemplate, day: date) -> list[Model]:
    """Models of a template that the price list in force does not name, or that the shop sells no more."""
    wanted = [UUID(line["model"]) for line in template.content["lines"]]
    listed = pricing.prices_of(db, template.store_id, wanted, day)
    return [each for each in _models(db, wanted) if each.id not in listed or not each.active]


def _models(db: Session, wanted: Iterable[UUID]) -> list[Model]:
    return list(db.scalars(select(Model).where(Model.id.in_(set(wanted))).order_by(Model.name)))
