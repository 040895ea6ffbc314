"""What every figure of the reports of the one shape counts, once more and by hand: facts of the generated year.

`BY_HAND` names each report and each of its figures; tests/test_reports_year.py holds the program's numbers against
them. A fact is one row that a figure counts, or the amount of it that a figure adds up.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any
from uuid import UUID

from dealer.records.contracts import Contract, ContractLine
from dealer.records.deals import Deal
from dealer.records.deliveries import Handover
from dealer.records.hand_ins import Standing
from dealer.records.prospects import Visit, VisitKind
from dealer.records.quotations import Quotation
from dealer.records.testdrives import DriveState, Experience, TestDrive
from dealer.reports.periods import Period
from dealer.reports.shape import DAYS, Counts, Report
from tests.busy_year import Year
from tests.busy_year.book import Row
from tests.busy_year.house import day_of


@dataclass(frozen=True)
class Fact:
    """A row of a figure: whose it is, on which day, how much of it counts, and what tells it apart."""

    owner: UUID | None
    day: date
    amount: int = 1
    told: Mapping[str, Any] = field(default_factory=dict)

    def is_in(self, period: Period, owners: set[UUID] | None) -> bool:
        """Whether it is of the period and of somebody whose rows are seen."""
        return period.first <= self.day <= period.last and (owners is None or self.owner in owners)

    def value(self, way: str) -> Any:
        """What it is by a way."""
        return {"person": self.owner, "month": self.day.replace(day=1), **self.told}[way]


Facts = Iterator[Fact]
Told = Callable[[Year], Facts]


def group_in(year: Year, name: str) -> set[UUID] | None:
    """A supervisor and their people; None for everybody else: they see all."""
    people = year.house.people
    members = {people[each] for each, head in year.house.heads.items() if head == name}
    return members | {people[name]} if members else None


def by_way(here: Mapping[str, list[Fact]], way: str) -> dict[Any, dict[str, list[int]]]:
    """The amounts of each figure for each value of a way."""
    found: dict[Any, dict[str, list[int]]] = {}
    for figure, facts in here.items():
        for fact in facts:
            found.setdefault(fact.value(way), {}).setdefault(figure, []).append(fact.amount)
    return found


def values_by_hand(report: Report, told: Mapping[str, list[int]]) -> dict[str, int | None]:
    """Figures and rates as the report shows them."""
    sums = {name: sum(told.get(name, ())) for name in report.figures}
    found: dict[str, int | None] = dict(sums)
    for name, figure in report.figures.items():
        if figure.middle:
            found[name] = round(10 * median(told[name])) if told.get(name) else None
    for name, rate in report.rates.items():
        base = sum(sums[each] for each in rate.base)
        times = {"percent": 100, DAYS: 10}.get(rate.unit, 1)
        found[name] = (2 * times * sums[rate.part] + base) // (2 * base) if base else None
    return found


def values_of(report: Report, counts: Counts) -> dict[str, int | None]:
    """The same as the program says it."""
    return {name: counts.value(report, name) for name in (*report.figures, *report.rates)}


# ── performance ───────────────────────────────────────────────────────────────────────────────────────────────────


def _owners(year: Year) -> dict[UUID, UUID]:
    return {row["id"]: row["owner_id"] for row in year.book.of(Deal)}


def _visits(kind: VisitKind) -> Told:
    return lambda year: (Fact(row["owner_id"], row["day"]) for row in year.book.of(Visit) if row["kind"] is kind)


def _new_cards(year: Year) -> Facts:
    cards = (row for row in year.book.of(Standing) if row["was_state"] is None)
    return (Fact(row["owner_id"], day_of(row["from_at"])) for row in cards)


def _drives(year: Year) -> Facts:
    for row in year.book.of(TestDrive):
        if row["state"] is DriveState.COMPLETED and row["experience"] is Experience.DRIVE:
            yield Fact(row["owner_id"], day_of(row["ended_at"]))


def _quotations_sent(year: Year) -> Facts:
    owners = _owners(year)
    sent = (row for row in year.book.of(Quotation) if "sent_at" in row)
    return (Fact(owners[row["deal_id"]], day_of(row["sent_at"])) for row in sent)


def _signed(amount: Callable[[Row, int], int]) -> Told:
    def facts(year: Year) -> Facts:
        owners, cars = _owners(year), dict[UUID, int]()
        for line in year.book.of(ContractLine):
            cars[line["contract_id"]] = cars.get(line["contract_id"], 0) + line["quantity"]
        for row in year.book.of(Contract):
            if "effective_on" in row:
                yield Fact(owners[row["deal_id"]], row["effective_on"], amount(row, cars[row["id"]]))

    return facts


def _handed_over(year: Year) -> Facts:
    return (Fact(row["consultant_id"], day_of(row["driven_off_at"])) for row in year.book.of(Handover))


BY_HAND: dict[str, dict[str, Told]] = {
    "performance": {
        "visits": _visits(VisitKind.VISIT),
        "calls": _visits(VisitKind.CALL),
        "cards": _new_cards,
        "drives": _drives,
        "quotations": _quotations_sent,
        "contracts": _signed(lambda row, cars: 1),
        "cars": _signed(lambda row, cars: cars),
        "yuan": _signed(lambda row, cars: row["total"]),
        "delivered": _handed_over,
    },
}
