"""What a plan asks for: a year of twelve months for each of whom or what it is about, and the weeks of one month."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from dealer.engine.fields import Kind, Money, Paragraph
from dealer.engine.steps import Facts
from dealer.records.planning import PlanKind, PlanScope

MOST_CARS = 99_999
MOST_YUAN = 100_000_000_000_00
MOST_ROWS = 400
WEEKS = 6  # a month touches six weeks at most

Cars = Annotated[int | None, Field(ge=0, le=MOST_CARS)]
Yuan = Annotated[Money | None, Field(ge=0, le=MOST_YUAN)]
Whose = Annotated[str, Kind("hidden"), Field(title="Of whom or what", min_length=1, max_length=60)]
Key = tuple[PlanScope, str]
"""For whom or what: a scope, and within it an id or a code."""


def name_of(key: Key) -> str:
    """A key as one word of a form."""
    scope, whose = key
    return f"{scope.value}:{whose}" if whose else scope.value


def key_of(name: str) -> Key | None:
    """And back; None for what is none."""
    scope, _, whose = name.partition(":")
    try:
        if scope in (PlanScope.GROUP, PlanScope.PERSON, PlanScope.MODEL):
            whose = str(UUID(whose))
        return PlanScope(scope), whose
    except ValueError:
        return None


class NewPlan(Facts):
    """What is planned, and for which year."""

    kind: PlanKind = Field(title="Kind of plan")
    year: int = Field(title="Year", ge=2020, le=2100)


class PlanRow(Facts):
    """The cars of one year; without months the year is spread over those that are still open."""

    whose: Whose
    year: Cars = Field(None, title="Year")
    m1: Cars = Field(None, title="January")
    m2: Cars = Field(None, title="February")
    m3: Cars = Field(None, title="March")
    m4: Cars = Field(None, title="April")
    m5: Cars = Field(None, title="May")
    m6: Cars = Field(None, title="June")
    m7: Cars = Field(None, title="July")
    m8: Cars = Field(None, title="August")
    m9: Cars = Field(None, title="September")
    m10: Cars = Field(None, title="October")
    m11: Cars = Field(None, title="November")
    m12: Cars = Field(None, title="December")


class BudgetRow(Facts):
    """The same in yuan."""

    whose: Whose
    year: Yuan = Field(None, title="Year")
    m1: Yuan = Field(None, title="January")
    m2: Yuan = Field(None, title="February")
    m3: Yuan = Field(None, title="March")
    m4: Yuan = Field(None, title="April")
    m5: Yuan = Field(None, title="May")
    m6: Yuan = Field(None, title="June")
    m7: Yuan = Field(None, title="July")
    m8: Yuan = Field(None, title="August")
    m9: Yuan = Field(None, title="September")
    m10: Yuan = Field(None, title="October")
    m11: Yuan = Field(None, title="November")
    m12: Yuan = Field(None, title="December")


class PlanHead(Facts):
    """From when it is to count, and what it rests on."""

    effective_from: date = Field(title="In force from")
    remark: Annotated[str, Paragraph] = Field("", title="Remark", max_length=2000)


class PlanFacts(PlanHead):
    """The targets of a year in cars."""

    rows: tuple[PlanRow, ...] = Field(title="Targets", max_length=MOST_ROWS)


class BudgetFacts(PlanHead):
    """The budget of a year."""

    rows: tuple[BudgetRow, ...] = Field(title="Budget", max_length=MOST_ROWS)


class WeekRow(Facts):
    """How a month is divided over its weeks; nothing at all: by working days."""

    whose: Whose
    w1: Cars = Field(None, title="Week 1")
    w2: Cars = Field(None, title="Week 2")
    w3: Cars = Field(None, title="Week 3")
    w4: Cars = Field(None, title="Week 4")
    w5: Cars = Field(None, title="Week 5")
    w6: Cars = Field(None, title="Week 6")

    @property
    def weeks(self) -> list[int | None]:
        """Week after week, also those that the month has not."""
        return [self.w1, self.w2, self.w3, self.w4, self.w5, self.w6]


class MonthWeeks(Facts):
    """One month of a plan, divided by hand."""

    month: Annotated[date, Kind("hidden")] = Field(title="Month")
    rows: tuple[WeekRow, ...] = Field(title="Weeks", max_length=MOST_ROWS)
