"""The PDI lists of models: what a car of a model is looked at for beside the house list, kept by the service manager.

A list is never changed: who keeps another one writes the next version, with the reason. Inspections keep the words they
were made with.
"""

import hashlib
from typing import Annotated, Self

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealer import people
from dealer.deliveries.inspection import items_for, own_list
from dealer.engine.fields import Kind, Options, Paragraph, malformed
from dealer.engine.malformed import Malformed
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.people import Actor, has
from dealer.records.deliveries import InspectionList
from dealer.records.vehicles import Model

KEEPS = has("keep inspection lists")
NO_GROUP = malformed(Malformed("Choose a group, or name one of its own.", "E-PDI-LIST"))


class OwnPoint(Facts):
    """One thing to look at in cars of this model only."""

    group: Annotated[str, Options("pdi_groups")] = Field("", title="Group", max_length=40)
    own_group: str = Field("", title="Or a group of its own", max_length=40)
    what: str = Field(title="What is looked at", min_length=1, max_length=80)
    if_fitted: bool = Field(False, title="Only if fitted")

    @model_validator(mode="after")
    def stands_in_one_group(self) -> Self:
        """Of the house list, or of its own."""
        if bool(self.group) == bool(self.own_group):
            raise NO_GROUP
        return self

    @property
    def place(self) -> str:
        """The group it stands in."""
        return self.group or self.own_group

    @property
    def code(self) -> str:
        """The same words in the same group are the same point, whichever version they stand in."""
        return f"own_{hashlib.sha256(f'{self.place}|{self.what}'.encode()).hexdigest()[:12]}"


class OwnList(Facts):
    """What a model's list has beside the house's."""

    points: tuple[OwnPoint, ...] = Field((), title="Looked at beside the house list", max_length=60)
    if_fitted: Annotated[tuple[str, ...], Kind("chips"), Options("pdi_items")] = Field(
        (),
        title="May be missing in this model",
        description="What is chosen here may be answered “not applicable”.",
    )
    reason: Annotated[str, Paragraph] = Field(title="Reason for the change", min_length=1, max_length=2000)


def keep(ask: Ask, model: Model) -> InspectionList:
    """The next version of a model's list. Raises Refused for others, and when somebody was faster."""
    answer, facts = KEEPS(None, ask), ask.facts
    newest = own_list(ask.db, model)
    version = newest.version if newest else 0
    refusals = [answer] if isinstance(answer, Refusal) else []
    if ask.seen_version not in (None, version):
        refusals.append(no("Somebody changed this list while you were looking: open it again.", code="E-PDI-LIST"))
    refusals += _twice(facts) + _unknown(model, facts)
    if refusals:
        raise Refused(refusals)
    kept = InspectionList(
        store_id=model.store_id,
        model_id=model.id,
        version=version + 1,
        at=ask.at,
        kept_by_id=ask.hat.id,
        reason=facts.reason,
        points=[
            {"code": each.code, "group": each.place, "what": each.what, "mandatory": not each.if_fitted}
            for each in facts.points
        ],
        if_fitted=list(facts.if_fitted),
    )
    ask.db.add(kept)
    ask.db.flush()
    write_down(ask, "inspection_list", kept, "keep", facts)
    return kept


def _twice(facts: OwnList) -> list[Refusal]:
    codes = [each.code for each in facts.points]
    if len(set(codes)) < len(codes):
        return [no("The same point stands there twice.", code="E-PDI-LIST", field="points")]
    return []


def _unknown(model: Model, facts: OwnList) -> list[Refusal]:
    house = {item.code for items in items_for(model.energy).values() for item in items}
    if set(facts.if_fitted) - house:
        return [no("Choose points of this model's house list.", code="E-PDI-LIST", field="if_fitted")]
    return []


def as_typed(kept: InspectionList, groups: list[str]) -> dict[str, object]:
    """A version as its form starts from it."""
    points = [
        {
            "group" if each["group"] in groups else "own_group": each["group"],
            "what": each["what"],
            "if_fitted": not each["mandatory"],
        }
        for each in kept.points
    ]
    return {"points": points, "if_fitted": kept.if_fitted}


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def newest(db: Session, who: Actor) -> dict[object, InspectionList]:
    """The list that counts now of each model that has one, by model."""
    query = people.scoped(select(InspectionList), InspectionList, who).order_by(InspectionList.version)
    return {each.model_id: each for each in db.scalars(query)}


def versions_of(db: Session, model: Model) -> list[InspectionList]:
    """Every version of a model's list, newest first."""
    query = select(InspectionList).where(InspectionList.model_id == model.id)
    return list(db.scalars(query.order_by(InspectionList.version.desc())))
