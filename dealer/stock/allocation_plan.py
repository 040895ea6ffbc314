"""The plan of allocation: which car is proposed for which empty place, and why a place stays empty.

Arithmetic over rows that allocation_queue.py has read. Contracts are served in the order in which they took effect,
the batches of a contract by the day they are due. Each place takes the car that is there soonest; of those that stand
in the yard first one that is kept for this very deal, then one whose certificate is free, then the one that has stood
longest, then by its place, so that cars that stand together go together. Cars that are still to come serve the promise,
not the step.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from dealer.engine.steps import Refusal, no, told_once
from dealer.records.people import Role
from dealer.records.vehicles import UnitState

Spec = tuple[UUID, str]
"""What a place and a car have in common: model (which is one configuration) and colour."""


@dataclass(frozen=True)
class Want:
    """The empty places of a contract line in one batch. `turn` is its place in the queue, earliest first."""

    batch_id: UUID
    contract_id: UUID
    deal_id: UUID
    contract: str
    turn: tuple[date, int, date, int]
    spec: Spec
    model: str
    count: int

    @property
    def due_on(self) -> date:
        """The day of the batch."""
        return self.turn[2]


@dataclass(frozen=True)
class Kept:
    """For which deal a car is kept before there is a contract, for whom, and until when."""

    deal_id: UUID
    customer: str
    until: date


@dataclass(frozen=True)
class Car:
    """A car that is nobody's, as far as allocation looks at it. `free_on` is the day it should be here, None: unknown;
    of a car in the yard it does not count."""

    id: UUID
    number: int
    version: int
    vin: str
    spec: Spec
    state: UnitState
    free_on: date | None = None
    arrived_on: date | None = None
    place: str = ""
    pledged: bool = False
    damaged: bool = False
    claimed: bool = False
    kept: Kept | None = None

    @property
    def is_here(self) -> bool:
        """Whether it stands in the yard."""
        return self.state is UnitState.IN_STOCK

    def day(self, today: date) -> date:
        """When somebody could have it; a day that has passed without it is no promise, so today is the least."""
        return today if self.is_here else max(self.free_on or date.max, today)


@dataclass(frozen=True)
class Served:
    """What a want gets: cars to be allocated today, cars that are still to come, and why some places stay empty."""

    want: Want
    cars: tuple[Car, ...]
    coming: tuple[Car, ...]
    why: tuple[Refusal, ...]

    @property
    def short(self) -> int:
        """Places for which no car stands in the yard."""
        return self.want.count - len(self.cars)

    def complete_on(self, today: date) -> date | None:
        """The day its last place could be filled; None while a car or a day is missing."""
        if len(self.cars) + len(self.coming) < self.want.count:
            return None
        last = max((car.day(today) for car in (*self.cars, *self.coming)), default=today)
        return None if last == date.max else last


def serve(wants: Iterable[Want], cars: Iterable[Car], today: date) -> list[Served]:
    """Serve the wants in their order, each place the car that is there soonest."""
    queues, barred = defaultdict[Spec, list[Car]](list), defaultdict[Spec, list[Car]](list)
    for car in sorted(cars, key=lambda car: _soonest(car, today), reverse=True):
        (barred if car.damaged or car.claimed else queues)[car.spec].append(car)
    yard = {spec: _Yard(queue) for spec, queue in queues.items()}
    before, served = defaultdict[Spec, list[tuple[Want, int]]](list), []
    for want in sorted(wants, key=lambda want: want.turn):
        here = yard.setdefault(want.spec, _Yard([]))
        own = here.kept_for(want.deal_id, want.count)
        given = own + here.free(want.count - len(own))
        ready, coming = [car for car in given if car.is_here], [car for car in given if not car.is_here]
        why = [_pledged(sum(car.pledged for car in ready))]
        if len(ready) < want.count:
            others = barred[want.spec] + here.kept_for_others(want.deal_id)
            why += _why_short(want, coming, want.count - len(given), others, before[want.spec])
        served.append(Served(want, tuple(ready), tuple(coming), tuple(told_once(why))))
        before[want.spec].append((want, want.count - len(own)))
    return served


class _Yard:
    """The cars of one model and colour that somebody can have; the soonest stands at the end."""

    def __init__(self, cars: list[Car]) -> None:
        self._free = [car for car in cars if car.kept is None]
        self._kept = defaultdict[UUID, list[Car]](list)
        for car in cars:
            if car.kept is not None:
                self._kept[car.kept.deal_id].append(car)

    def free(self, count: int) -> list[Car]:
        """So many at most."""
        return [self._free.pop() for _ in range(min(count, len(self._free)))]

    def kept_for(self, deal_id: UUID, count: int) -> list[Car]:
        """So many at most of those that are kept for a deal."""
        kept = self._kept[deal_id]
        return [kept.pop() for _ in range(min(count, len(kept)))]

    def kept_for_others(self, deal_id: UUID) -> list[Car]:
        """Those that are kept for other deals."""
        return [car for deal, kept in self._kept.items() if deal != deal_id for car in kept]


def beyond_kept(queue: Iterable[Want], kept: Counter[UUID | None]) -> list[tuple[str, int]]:
    """Which contracts wait for how many cars once each deal has those that are kept for it."""
    waiting, left = [], Counter(kept)
    for want in queue:
        own = min(want.count, left[want.deal_id])
        left[want.deal_id] -= own
        if want.count > own:
            waiting.append((want.contract, want.count - own))
    return waiting


def _soonest(car: Car, today: date) -> tuple[date, bool, date, str, int]:
    return car.day(today), car.pledged, car.arrived_on or date.max, car.place, car.number


# ── why a place stays empty ───────────────────────────────────────────────────────────────────────────────────────


def _why_short(
    want: Want, coming: list[Car], missing: int, others: list[Car], before: list[tuple[Want, int]]
) -> list[Refusal | None]:
    """What is on its way, damaged, claimed, kept for others; who came first; what nobody has ordered."""
    sound = [car for car in others if not car.damaged]
    return [
        *(_comes(*how, count) for how, count in Counter((car.state, car.free_on) for car in coming).items()),
        _damaged(len(others) - len(sound)),
        _claimed(sum(car.claimed for car in sound)),
        *(_reserved(kept, count) for kept, count in Counter(car.kept for car in sound if not car.claimed).items()),
        came_first([(each.contract, count) for each, count in before if count and each.turn[:2] < want.turn[:2]]),
        _to_be_ordered(want, missing),
    ]


def _comes(state: UnitState, day: date | None, count: int) -> Refusal:
    match state, day:
        case UnitState.LOANED, date():
            return no("{count} such cars are lent until {day}.", code="E-LENT", count=count, day=day)
        case UnitState.IN_TRANSIT, date():
            return no("{count} are in transit and expected on {day}.", code="E-IN-TRANSIT", count=count, day=day)
        case _, date():
            return no("{count} are on order and expected on {day}.", code="E-ON-ORDER", count=count, day=day)
        case _:
            return no("{count} are on order: no day is known yet.", code="E-ON-ORDER", count=count)


def _pledged(count: int) -> Refusal | None:
    """Such a car is allocated when no other is there; it cannot leave."""
    if count:
        return no(
            "{count} of the cars have their certificate with the bank: have it released before the hand-over.",
            code="E-CERT-PLEDGED", remover=Role.VEHICLES, count=count,
        )  # fmt: skip
    return None


def _damaged(count: int) -> Refusal | None:
    if count:
        return no(
            "{count} such cars are damaged: have them repaired and say so.",
            code="E-DAMAGED", remover=Role.VEHICLES, count=count,
        )  # fmt: skip
    return None


def _claimed(count: int) -> Refusal | None:
    if count:
        return no(
            "{count} such cars were asked for out of turn: the general manager decides first.",
            code="E-CLAIMED", remover=Role.GENERAL, count=count,
        )  # fmt: skip
    return None


def _reserved(kept: Kept | None, count: int) -> Refusal | None:
    if kept is not None:
        return no(
            "{count} such cars are kept for {customer} until {day}.",
            code="E-RESERVED", count=count, customer=kept.customer, day=kept.until,
        )  # fmt: skip
    return None


def came_first(earlier: list[tuple[str, int]], **about: Any) -> Refusal | None:
    """Those who wait since an earlier day are served first; only two people together let somebody pass."""
    if earlier:
        return no(
            "Contract {first} came first and still waits for {waiting} such cars: ask for an exception with a reason.",
            code="E-FIRST-COME", fix="ask_out_of_turn", first=earlier[0][0],
            waiting=sum(count for _, count in earlier), **about,
        )  # fmt: skip
    return None


def _to_be_ordered(want: Want, missing: int) -> Refusal | None:
    if missing:
        return no(
            "No more {model} in {colour} is in stock or on its way: order {count}.",
            code="E-NO-SUCH-CAR", remover=Role.VEHICLES, model=want.model, colour=want.spec[1], count=missing,
        )  # fmt: skip
    return None
