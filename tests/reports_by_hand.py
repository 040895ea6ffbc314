"""What every figure of the reports of the one shape counts, once more and by hand: facts of the generated year.

`BY_HAND` names each report and each of its figures; tests/test_reports_year.py holds the program's numbers against
them. A fact is one row that a figure counts, or the amount of it that a figure adds up.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import zip_longest
from statistics import median
from typing import Any
from uuid import UUID

from dealer.records.contracts import Contract, ContractLine
from dealer.records.customers import Customer
from dealer.records.deadlines import Deadline
from dealer.records.deals import Deal, DealState, Need, NeedLine
from dealer.records.deliveries import Handover
from dealer.records.hand_ins import Standing
from dealer.records.prospects import Visit, VisitKind
from dealer.records.quotations import (
    ExceptionState,
    PriceException,
    Quotation,
    QuotationLine,
    QuotationState,
)
from dealer.records.testdrives import DriveState, Experience, TestDrive
from dealer.reports.periods import Period
from dealer.reports.shape import DAYS, Counts, Report
from tests.busy_year import NOW, Year
from tests.busy_year.book import Row
from tests.busy_year.house import day_of, end_of


@dataclass(frozen=True)
class Fact:
    """A row of a figure: whose it is, on which day, how much of it counts, and what tells it apart."""

    owner: UUID | None
    day: date | None  # None: of now, whatever the period
    amount: int = 1
    told: Mapping[str, Any] = field(default_factory=dict)

    def is_in(self, period: Period, owners: set[UUID] | None) -> bool:
        """Whether it is of the period and of somebody whose rows are seen."""
        seen = owners is None or self.owner in owners
        return seen and (self.day is None or period.first <= self.day <= period.last)

    def value(self, way: str) -> Any:
        """What it is by a way."""
        month = self.day and self.day.replace(day=1)
        return {"person": self.owner, "month": month, **self.told}[way]


Facts = Iterator[Fact]
Told = Callable[[Year, Period], Facts]
Amount = Callable[[Row], int]


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
        base = rate.parts_of * (sum(sums[each] for each in rate.base) - sum(sums[each] for each in rate.less))
        part = {"percent": 100, DAYS: 10}.get(rate.unit, 1) * sums[rate.part]
        rounded = part if rate.goal is not None else part + base // 2  # nobody comes up to a goal by half a percent
        found[name] = rounded // base if base else None
    return found


def values_of(report: Report, counts: Counts) -> dict[str, int | None]:
    """The same as the program says it."""
    return {name: counts.value(report, name) for name in (*report.figures, *report.rates)}


# ── performance ───────────────────────────────────────────────────────────────────────────────────────────────────


def owners_of(year: Year) -> dict[UUID, UUID]:
    return {row["id"]: row["owner_id"] for row in year.book.of(Deal)}


def _visits(kind: VisitKind) -> Told:
    return lambda year, period: (
        Fact(row["owner_id"], row["day"]) for row in year.book.of(Visit) if row["kind"] is kind
    )


def _new_cards(year: Year, period: Period) -> Facts:
    cards = (row for row in year.book.of(Standing) if row["was_state"] is None)
    return (Fact(row["owner_id"], day_of(row["from_at"])) for row in cards)


def _drives(year: Year, period: Period) -> Facts:
    for row in year.book.of(TestDrive):
        if row["state"] is DriveState.COMPLETED and row["experience"] is Experience.DRIVE:
            yield Fact(row["owner_id"], day_of(row["ended_at"]))


def _quotations_sent(year: Year, period: Period) -> Facts:
    owners = owners_of(year)
    sent = (row for row in year.book.of(Quotation) if "sent_at" in row)
    return (Fact(owners[row["deal_id"]], day_of(row["sent_at"])) for row in sent)


def _signed(amount: Callable[[Row, int], int]) -> Told:
    def facts(year: Year, period: Period) -> Facts:
        owners, cars = owners_of(year), dict[UUID, int]()
        for line in year.book.of(ContractLine):
            cars[line["contract_id"]] = cars.get(line["contract_id"], 0) + line["quantity"]
        for row in year.book.of(Contract):
            if "effective_on" in row:
                yield Fact(owners[row["deal_id"]], row["effective_on"], amount(row, cars[row["id"]]))

    return facts


def _handed_over(year: Year, period: Period) -> Facts:
    return (Fact(row["consultant_id"], day_of(row["driven_off_at"])) for row in year.book.of(Handover))


# ── deals: where they stood, how they moved ───────────────────────────────────────────────────────────────────────

S = DealState
PATH = (S.INQUIRY, S.QUOTATION, S.CONTRACT_REVIEW, S.TEST_DRIVE, S.DELIVERY)
MOST_DAYS = dict(zip(PATH, (7, 14, 3, 14, 60), strict=True))  # the house rules of the shop as it is founded
Move = tuple[datetime, DealState]


@cache
def _moves(year: Year) -> dict[UUID, list[Move]]:
    """When each deal came into which phase, in order."""
    found: dict[UUID, list[Move]] = {}
    for at, kind, thing_id, _, _, was, now, *_ in year.book.told:
        if kind == "deal" and was != now:
            found.setdefault(thing_id, []).append((at, S(now)))
    return found


@cache
def classes_of(year: Year) -> dict[UUID, Any]:
    return {row["id"]: row["customer_class"] for row in year.book.of(Customer)}


def _stands_still(deal: Row) -> bool:
    return deal["state"] in MOST_DAYS and (NOW - deal["since"]).days > MOST_DAYS[deal["state"]]


@dataclass(frozen=True)
class Stay:
    """A deal in a phase: since when, until when, and where it went."""

    deal: Row
    phase: DealState
    since: datetime
    until: datetime | None
    then: DealState | None

    @property
    def days(self) -> int:
        return (self.until - self.since).days if self.until else 0


def _stays(year: Year) -> Iterator[Stay]:
    deals = {row["id"]: row for row in year.book.of(Deal)}
    for key, moves in _moves(year).items():
        for (since, phase), (until, then) in zip_longest(moves, moves[1:], fillvalue=(None, None)):
            if phase in (*PATH, S.ON_HOLD):
                yield Stay(deals[key], phase, since, until, then)  # type: ignore[arg-type]


def _entered(holds: Callable[[Stay], bool], days: bool = False) -> Told:
    def facts(year: Year, period: Period) -> Facts:
        classes = classes_of(year)
        for stay in _stays(year):
            if holds(stay):
                told = {"phase": stay.phase, "class": classes[stay.deal["customer_id"]]}
                amount = stay.days if days else 1
                yield Fact(stay.deal["owner_id"], day_of(stay.since), amount, told)

    return facts


def _went_on(stay: Stay) -> bool:
    following = dict(zip(PATH, (*PATH[1:], S.CLOSED), strict=True))
    return stay.then in PATH if stay.phase is S.ON_HOLD else stay.then is following[stay.phase]


def _went_back(stay: Stay) -> bool:
    return stay.phase in PATH and stay.then in PATH and PATH.index(stay.then) < PATH.index(stay.phase)


def _waiting(holds: Callable[[Row], bool], days: bool = False) -> Told:
    def facts(year: Year, period: Period) -> Facts:
        classes = classes_of(year)
        for row in year.book.of(Deal):
            if row["state"] in (*PATH, S.ON_HOLD) and holds(row):
                told = {"phase": row["state"], "class": classes[row["customer_id"]]}
                yield Fact(row["owner_id"], None, (NOW - row["since"]).days if days else 1, told)

    return facts


# ── idle deals ────────────────────────────────────────────────────────────────────────────────────────────────────


def _idle(amount_in: Callable[[Year, Period], Amount], *, since: bool = False) -> Told:
    """Deals that stand still now; with `since` on the day when the days of their phase ran out."""

    def facts(year: Year, period: Period) -> Facts:
        classes, amount = classes_of(year), amount_in(year, period)
        for row in filter(_stands_still, year.book.of(Deal)):
            if amount(row):
                ran_out = day_of(row["since"] + timedelta(days=MOST_DAYS[row["state"]] + 1)) if since else None
                told = {"phase": row["state"], "class": classes[row["customer_id"]]}
                yield Fact(row["owner_id"], ran_out, amount(row), told)

    return facts


def _has_nothing_due(year: Year, period: Period) -> Amount:
    due = {row["case_id"] for row in year.book.of(Deadline) if "done_at" not in row}
    return lambda deal: deal["id"] not in due


# ── sales progress ────────────────────────────────────────────────────────────────────────────────────────────────


def _open(amount_in: Callable[[Year, Period], Amount]) -> Told:
    """Deals that were open when the period ended; those of which nothing counts are left out."""

    def facts(year: Year, period: Period) -> Facts:
        classes, moves, end, amount = classes_of(year), _moves(year), end_of(period.last), amount_in(year, period)
        for row in year.book.of(Deal):
            stood = [phase for at, phase in moves[row["id"]] if at < end]
            if stood and stood[-1] in (*PATH, S.ON_HOLD) and amount(row):
                told = {"phase": stood[-1], "class": classes[row["customer_id"]]}
                yield Fact(row["owner_id"], None, amount(row), told)

    return facts


def _moved(year: Year, period: Period) -> Amount:
    moves = _moves(year)
    return lambda deal: any(period.first <= day_of(at) <= period.last for at, _ in moves[deal["id"]][1:])


def _has_a_step_overdue(year: Year, period: Period) -> Amount:
    rows = (row for row in year.book.of(Deadline) if "done_at" not in row and row["due_at"] < NOW)
    overdue = {row["case_id"] for row in rows}
    return lambda deal: deal["id"] in overdue


def _worth(year: Year, period: Period) -> Amount:
    """What was signed, else what the latest offer that stands comes to."""
    signed = {row["deal_id"]: row["total"] for row in year.book.of(Contract) if "effective_on" in row}
    void = (QuotationState.WITHDRAWN, QuotationState.SUPERSEDED, QuotationState.REJECTED)
    offers = {row["deal_id"]: row["id"] for row in year.book.of(Quotation) if row["state"] not in void}
    sums: Counter[UUID] = Counter()
    for line in year.book.of(QuotationLine):
        sums[line["quotation_id"]] += line["quantity"] * line["unit_price"]
    return lambda deal: signed.get(deal["id"]) or sums[offers[deal["id"]]] if deal["id"] in offers else 0


# ── lost deals ────────────────────────────────────────────────────────────────────────────────────────────────────


def _lost(amount: Callable[[Row, int], int]) -> Told:
    def facts(year: Year, period: Period) -> Facts:
        classes, moves = classes_of(year), _moves(year)
        needs = {row["id"]: row["deal_id"] for row in year.book.of(Need)}
        cars: Counter[UUID] = Counter()
        for line in year.book.of(NeedLine):
            cars[needs[line["need_id"]]] += line["quantity"]
        for row in year.book.of(Deal):
            if row["state"] is S.LOST:
                told = {
                    "reason": row["loss_reason"], "competitor": row["loss_competitor"],
                    "phase": moves[row["id"]][-2][1], "class": classes[row["customer_id"]],
                }  # fmt: skip
                yield Fact(row["owner_id"], day_of(row["lost_at"]), amount(row, cars[row["id"]]), told)

    return facts


# ── price exceptions ──────────────────────────────────────────────────────────────────────────────────────────────

E = ExceptionState


def _asked(amount: Callable[[Row, Row, bool], int]) -> Told:
    """`amount` of an exception, its deal, and whether a contract of that took effect."""

    def facts(year: Year, period: Period) -> Facts:
        deals = {row["id"]: row for row in year.book.of(Deal)}
        signed = {row["deal_id"] for row in year.book.of(Contract) if "effective_on" in row}
        models = {row["id"]: row["model_id"] for row in year.book.of(QuotationLine)}
        for row in year.book.of(PriceException):
            told = {"decider": row.get("decided_by_id"), "model": models[row["line_id"]], "tier": row["tier"]}
            count = amount(row, deals[row["deal_id"]], row["deal_id"] in signed)
            yield Fact(row["requester_id"], day_of(row["begun_at"]), count, told)

    return facts


def _agreed(row: Row) -> bool:
    return "approved_total" in row


# ── prices realised ───────────────────────────────────────────────────────────────────────────────────────────────


def _sold(amount: Callable[[int, Row], int]) -> Told:
    """`amount` of so many cars of a line as it was quoted."""

    def facts(year: Year, period: Period) -> Facts:
        classes, deals = classes_of(year), {row["id"]: row for row in year.book.of(Deal)}
        contracts = {row["id"]: row for row in year.book.of(Contract) if "effective_on" in row}
        quoted = {row["id"]: row for row in year.book.of(QuotationLine)}
        for line in year.book.of(ContractLine):
            if line["contract_id"] not in contracts:
                continue
            contract = contracts[line["contract_id"]]
            deal = deals[contract["deal_id"]]
            count = amount(line["quantity"], quoted[line["quotation_line_id"]])
            told = {"model": line["model_id"], "class": classes[deal["customer_id"]]}
            yield Fact(deal["owner_id"], contract["effective_on"], count, told)

    return facts


def _missed(cars: int, line: Row) -> int:
    return max(0, cars * int(line["floor_own"]) - int(line["net"]))


BY_HAND: dict[str, dict[str, Told]] = {
    "realised": {
        "lines": _sold(lambda cars, line: 1),
        "cars": _sold(lambda cars, line: cars),
        "listed": _sold(lambda cars, line: cars * line["marked"]),
        "floor": _sold(lambda cars, line: cars * line["floor_own"]),
        "net": _sold(lambda cars, line: line["net"]),
        "given": _sold(lambda cars, line: cars * line["marked"] - line["net"]),
        "within": _sold(lambda cars, line: _missed(cars, line) == 0),
        "below": _sold(lambda cars, line: _missed(cars, line) > 0),
        "missed": _sold(_missed),
    },
    "progress": {
        "open": _open(lambda year, period: lambda deal: 1),
        "moved": _open(_moved),
        "overdue": _open(_has_a_step_overdue),
        "idle": _open(lambda year, period: _stands_still),
        "yuan": _open(_worth),
    },
    "idle": {
        "open": _waiting(lambda deal: deal["state"] is not S.ON_HOLD),
        "idle": _idle(lambda year, period: lambda deal: 1),
        "fresh": _idle(lambda year, period: lambda deal: 1, since=True),
        "unplanned": _idle(_has_nothing_due),
        "days": _idle(lambda year, period: lambda deal: (NOW - deal["since"]).days),
        "yuan": _idle(_worth),
    },
    "funnel": {
        "entered": _entered(lambda stay: True),
        "on": _entered(_went_on),
        "back": _entered(_went_back),
        "held": _entered(lambda stay: stay.then is S.ON_HOLD),
        "lost": _entered(lambda stay: stay.then is S.LOST),
        "cancelled": _entered(lambda stay: stay.then is S.CANCELLED),
        "still": _entered(lambda stay: stay.until is None),
        "left": _entered(lambda stay: stay.until is not None),
        "days": _entered(lambda stay: stay.until is not None, days=True),
        "median": _entered(lambda stay: stay.until is not None, days=True),
        "waiting": _waiting(lambda deal: True),
        "too_long": _waiting(_stands_still),
        "waited": _waiting(lambda deal: True, days=True),
    },
    "losses": {
        "lost": _lost(lambda deal, cars: 1),
        "competitor": _lost(lambda deal, cars: deal["loss_competitor"] is not None),
        "cars": _lost(lambda deal, cars: cars),
        "median": _lost(lambda deal, cars: (deal["lost_at"] - deal["begun_at"]).days),
    },
    "exceptions": {
        "asked": _asked(lambda row, deal, signed: 1),
        "approved": _asked(lambda row, deal, signed: _agreed(row)),
        "refused": _asked(lambda row, deal, signed: row["state"] is E.REFUSED),
        "waiting": _asked(lambda row, deal, signed: row["state"] is E.PENDING),
        "lapsed": _asked(lambda row, deal, signed: row["state"] is E.LAPSED and not _agreed(row)),
        "cars": _asked(lambda row, deal, signed: row["quantity"]),
        "depth": _asked(lambda row, deal, signed: row["quantity"] * row["asked"]["floor_own"] - row["net_total"]),
        "won": _asked(lambda row, deal, signed: _agreed(row) and signed),
        "lost": _asked(lambda row, deal, signed: _agreed(row) and not signed and deal["state"] is S.LOST),
    },
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
