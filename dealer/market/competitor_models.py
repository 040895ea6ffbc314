"""Competitors' models as the shop knows them: chosen from its list, or listed by typing their name.

However somebody writes a name, 丰田 RAV4 and 丰田 rav 4 are one model: whoever counts losses counts them together.
"""

import unicodedata
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.engine.database import next_number
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.people import Actor, has
from dealer.records.market import CompetitorModel

KEEPER = has("keep the market")


class Naming(Facts):
    """How a model is called."""

    brand: str = Field(title="Competitor's brand", min_length=1, max_length=100)
    name: str = Field(title="Competitor's model", min_length=1, max_length=100)


def key_of(brand: str, name: str) -> str:
    """A name without what people write now one way and now another: width, case, blanks and hyphens."""
    return "|".join(_bare(each) for each in (brand, name))


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in plain if each.isalnum() or each == "+")  # C-HR is CHR, but E+ is not E


def named(ask: Ask, brand: str, name: str) -> CompetitorModel:
    """The model of this name; one that nobody has named before is listed from now on."""
    key = key_of(brand, name)
    mine = people.scoped(select(CompetitorModel), CompetitorModel, ask.actor)
    known: CompetitorModel | None = ask.db.scalar(mine.where(CompetitorModel.key == key))
    if known is not None:
        return known
    number = next_number(ask.db, ask.actor.store_id, "competitor_model")
    model = CompetitorModel(
        store_id=ask.actor.store_id, number=number, brand=brand.strip(), name=name.strip(), key=key, listed_at=ask.at
    )
    ask.db.add(model)
    ask.db.flush()
    write_down(ask, "competitor_model", model, "list", Naming(brand=model.brand, name=model.name))
    return model


def rename(ask: Ask, model: CompetitorModel) -> None:
    """Correct how it is called; the history keeps how it was. Raises Refused."""
    answer = KEEPER(model, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer], "rename", model)
    facts: Naming = ask.facts
    key = key_of(facts.brand, facts.name)
    mine = people.scoped(select(CompetitorModel), CompetitorModel, ask.actor)
    other = ask.db.scalar(mine.where(CompetitorModel.key == key, CompetitorModel.id != model.id))
    if other is not None:
        told = no("{brand} {name} is listed already: correct the sightings instead.", code="E-NAME-TAKEN", field="name",
                  brand=other.brand, name=other.name)  # fmt: skip
        raise Refused([told], "rename", model)
    model.brand, model.name, model.key = facts.brand, facts.name, key
    write_down(answer, "competitor_model", model, "rename", facts)


def full_name(model: CompetitorModel) -> str:
    """As lists name it."""
    return f"{model.brand} {model.name}"


def listed(db: Session, who: Actor) -> list[CompetitorModel]:
    """Every model that somebody has named, by brand and name."""
    mine = people.scoped(select(CompetitorModel), CompetitorModel, who)
    return list(db.scalars(mine.order_by(CompetitorModel.brand, CompetitorModel.name).limit(500)))


def of_ids(db: Session, who: Actor, ids: tuple[UUID, ...]) -> list[CompetitorModel]:
    """Some of them, in the order in which they were chosen; another shop's are nobody's here."""
    mine = people.scoped(select(CompetitorModel), CompetitorModel, who).where(CompetitorModel.id.in_(ids))
    found = {each.id: each for each in db.scalars(mine)}
    return [found[each] for each in ids if each in found]
