"""The models a shop sells: adding one, correcting it, taking it off. Price lists and stock name a model by its code."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.customers.customers import ShortName
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.people import Actor
from dealer.records.vehicles import Category, Energy, Gearbox, Model


def _code(typed: str) -> str:
    """Codes are compared letter by letter: cvt-x5 and CVT-X5 are one."""
    return typed.upper()


ModelCode = Annotated[str, AfterValidator(_code)]


class ModelFacts(Facts):
    """What is known of a model in one configuration."""

    code: ModelCode = Field(title="Model code", min_length=1, max_length=40)
    brand: str = Field(title="Brand", min_length=1, max_length=60)
    name: ShortName = Field(title="Model")
    configuration: ShortName = Field(title="Configuration")
    gearbox: Gearbox = Field(title="Gearbox")
    energy: Energy = Field(title="Energy")
    category: Category = Field(Category.SMALL_PASSENGER, title="Vehicle category")
    seats: int = Field(5, title="Seats", ge=1, le=60)
    displacement: str = Field("", title="Displacement or motor", max_length=40)
    maker: str = Field("", title="Manufacturer", max_length=200)
    colours: str = Field("", title="Colours, separated by commas", max_length=400)
    relief_listed: bool = Field(False, title="Listed for purchase-tax relief")
    active: bool = Field(True, title="On sale")

    @model_validator(mode="after")
    def _electric_cars_have_no_clutch(self) -> Self:
        if self.energy is Energy.ELECTRIC and self.gearbox is Gearbox.MANUAL:
            raise ValueError("An electric car has no clutch: choose automatic.")
        return self


def add(ask: Ask, facts: ModelFacts) -> Model:
    """A new model."""
    _may_keep(ask)
    _refuse_known(ask, facts, None)
    model = Model(store_id=ask.actor.store_id)
    _write(model, facts)
    ask.db.add(model)
    ask.db.flush()
    write_down(ask, "model", model, "add", facts)
    return model


def edit(ask: Ask, model: Model, facts: ModelFacts) -> None:
    """Correct a model. A code that sheets have named before should stay; the history keeps the old one."""
    _may_keep(ask)
    _refuse_known(ask, facts, model)
    before = ModelFacts(**known_facts(model))
    _write(model, facts)
    ask.db.flush()
    write_down(ask, "model", model, "model_was", before)
    write_down(ask, "model", model, "edit", facts)


def _write(model: Model, facts: ModelFacts) -> None:
    for name in ModelFacts.model_fields:
        setattr(model, name, getattr(facts, name))
    model.colours = _colours(facts.colours)


def _colours(typed: str) -> list[str]:
    parts = typed.replace("，", ",").replace("、", ",").split(",")
    return [part.strip() for part in parts if part.strip()]


def known_facts(model: Model) -> dict[str, Any]:
    """A model as its form shows it."""
    known = {name: getattr(model, name) for name in ModelFacts.model_fields}
    return known | {"colours": ", ".join(model.colours)}


def _may_keep(ask: Ask) -> None:
    answer = people.has("write price lists")(None, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer])


def _refuse_known(ask: Ask, facts: ModelFacts, own: Model | None) -> None:
    known = by_code(ask.db, ask.actor, facts.code)
    if known is not None and (own is None or known.id != own.id):
        raise Refused(
            [
                no(
                    "This code is {name} already: choose another one.",
                    code="E-MODEL-KNOWN", field="code", name=full_name(known),
                )
            ]
        )  # fmt: skip


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def full_name(model: Model) -> str:
    """Brand, model and configuration."""
    return f"{model.brand} {model.name} {model.configuration}"


def by_code(db: Session, who: Actor, code: str) -> Model | None:
    """The model of this shop that sheets name so."""
    return db.scalars(people.scoped(select(Model).where(Model.code == code), Model, who)).first()


def all_models(db: Session, who: Actor) -> list[Model]:
    """Every model the shop has ever sold, those on sale first."""
    query = people.scoped(select(Model), Model, who)
    return list(db.scalars(query.order_by(Model.active.desc(), Model.brand, Model.name, Model.configuration)))


def on_sale(db: Session, who: Actor) -> list[Model]:
    """The models the shop sells now, by brand and name."""
    return [model for model in all_models(db, who) if model.active]


def sells(db: Session, store_id: UUID, models: set[UUID]) -> bool:
    """Whether all of these are models of the shop's own catalogue that it still sells."""
    ours = select(Model.id).where(Model.store_id == store_id, Model.active, Model.id.in_(models))
    return set(db.scalars(ours)) == models
