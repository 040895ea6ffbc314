"""What the proposal of a house rule asks for: a form by the kind of value, which its default tells (policies.py)."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from dealer.engine.fields import Kind, Money, Options, Paragraph, checked
from dealer.engine.malformed import Malformed, half_width
from dealer.engine.steps import Facts
from dealer.house.policies import DEFAULTS
from dealer.records.approvals import Lane
from dealer.records.customers import CustomerClass
from dealer.records.prospects import Level


def _clock(typed: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text := half_width(typed)):
        raise Malformed("Enter a time of day in four digits, such as 09:30.", "E-CLOCK")
    return text


Clock = Annotated[str, checked(_clock), Kind("text")]


class Proposal(Facts):
    """From which day a value is to count, and why."""

    from_day: date = Field(title="In force from")
    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


class Number(Proposal):
    """A number of days, minutes, cars …"""

    value: int = Field(title="New value")


class Amount(Proposal):
    """An amount of money."""

    value: Money = Field(title="New value")


class Flag(Proposal):
    """Yes or no."""

    value: bool = Field(False, title="Applies")


class TimeOfDay(Proposal):
    """A time of day."""

    value: Clock = Field(title="New value")


class LevelName(Proposal):
    """One of the levels of a prospect card."""

    value: Level = Field(title="New value")


class Hours(Facts):
    """From when until when."""

    start: Clock = Field(title="From")
    end: Clock = Field(title="Until")


class Windows(Proposal):
    """Hours of a day."""

    value: tuple[Hours, ...] = Field(title="Hours", min_length=1, max_length=6)


class LevelDays(Facts):
    """What a level asks of the consultant: of everybody's prospects, or of one brand's or one class's."""

    brand: Annotated[str, Options("brands")] = Field("", title="Brand (empty: every one)", max_length=60)
    customer_class: CustomerClass | None = Field(None, title="Customer class (empty: every one)")
    level: Annotated[Level, Options("level_names")] = Field(title="Level")
    deal_within: int = Field(title="Purchase expected within days", ge=1, le=1000)
    gap: int = Field(title="Days until the next contact", ge=1, le=365)


class Levels(Proposal):
    """Every level with its days; below them the brands and classes with days of their own."""

    value: tuple[LevelDays, ...] = Field(title="Levels", min_length=1, max_length=100)


class ServiceRow(Facts):
    """When cars of a model come to be serviced."""

    model: Annotated[str, Options("model_codes")] = Field("", title="Model (empty: every one)", max_length=40)
    months: int = Field(title="After months", ge=1, le=60)
    km: int = Field(title="After kilometres", ge=500, le=100_000)


class Services(Proposal):
    """Every model, and below it those with an interval of their own."""

    value: tuple[ServiceRow, ...] = Field(title="Services", min_length=1, max_length=100)


class StageRow(Facts):
    """One stage of one kind of case: whom it asks, and how many of them must agree."""

    lane: Lane = Field(title="Kind of case")
    key_account_manager: bool = Field(False, title="Key-account manager")
    showroom_manager: bool = Field(False, title="Showroom manager")
    sales_manager: bool = Field(False, title="Sales manager")
    finance: bool = Field(False, title="Finance")
    general_manager: bool = Field(False, title="General manager")
    agree: int | None = Field(None, title="How many agree (empty: all)", ge=1, le=5)


class Stages(Proposal):
    """Who decides a price, stage after stage: rows of the same kind of case follow each other."""

    value: tuple[StageRow, ...] = Field(title="Stages", min_length=1, max_length=40)


class Refusing(Facts):
    """Why not; it stays in the history."""

    comment: Annotated[str, Paragraph] = Field(title="Comment", min_length=1, max_length=2000)


FORMS = (Number, Amount, Flag, TimeOfDay, LevelName, Windows, Levels, Services, Stages)


def form_of(name: str) -> type[Proposal]:
    """Which form proposes a value: told by the default, and for money by the name."""
    match DEFAULTS[name]:
        case bool():
            return Flag
        case int():
            return Amount if name.endswith("_fen") else Number
        case str() as text:
            return LevelName if text in set(Level) else TimeOfDay
        case [{"level": _}, *_]:
            return Levels
        case [{"km": _}, *_]:
            return Services
        case list():
            return Windows
        case _:
            return Stages


STAGE_ROLES = tuple(name for name, info in StageRow.model_fields.items() if info.annotation is bool)


def stored(facts: Any) -> Any:
    """The proposed value as it is kept and as `policy` answers it."""
    match facts:
        case Windows():
            return [f"{hours.start}-{hours.end}" for hours in facts.value]
        case Levels() | Services():
            return [row.model_dump(mode="json") for row in facts.value]
        case LevelName():
            return facts.value.value
        case Stages():
            return {lane.value: [_stage(row) for row in facts.value if row.lane is lane] for lane in Lane}
        case _:
            return facts.value


def _stage(row: StageRow) -> dict[str, Any]:
    return {"roles": [role for role in STAGE_ROLES if getattr(row, role)], "agree": row.agree or 0}


def shown(name: str, value: Any) -> Any:
    """A kept value as its form shows it: the inverse of `stored`."""
    form = form_of(name)
    if form is Windows:
        return [dict(zip(("start", "end"), hours.split("-"), strict=True)) for hours in value]
    if form is Stages:
        return [_row(lane, stage) for lane, stages in value.items() for stage in stages]
    return value


def _row(lane: str, stage: dict[str, Any]) -> dict[str, Any]:
    return {"lane": lane, "agree": stage["agree"] or None} | dict.fromkeys(stage["roles"], True)
