"""The plan of allocation: who gets which car, when, and why a place stays empty. No database: rows in, rows out."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from dealer.records.vehicles import UnitState as U
from dealer.stock.allocation_plan import Car, Kept, Served, Spec, Want, serve

TODAY = date(2026, 11, 20)
MODEL = UUID(int=5)
WHITE, BLACK = (MODEL, "珍珠白"), (MODEL, "曜石黑")


def want(contract: int, count: int = 1, *, since: int = 12, due: int = 30, batch: int = 1, spec: Spec = WHITE) -> Want:
    """Places of a contract that took effect on that day of November."""
    turn = (date(2026, 11, since), contract, date(2026, 11, due), batch)
    key = UUID(int=contract * 100 + batch)
    return Want(key, UUID(int=contract), UUID(int=contract), f"DKH-{contract:04}", turn, spec, "云岭 X5", count)


def car(number: int, *, in_days: int | None = None, state: U = U.IN_STOCK, spec: Spec = WHITE, **more: Any) -> Car:
    """A car in the yard, or one that comes in so many days."""
    day = None if in_days is None else TODAY + timedelta(days=in_days)
    return Car(UUID(int=number), number, 1, f"VIN{number}", spec, state, day, **more)


def kept(deal: int) -> Kept:
    """For the deal of a contract, by its number."""
    return Kept(UUID(int=deal), f"客户{deal}", date(2026, 11, 23))


def told(served: Served) -> list[str]:
    return [each.code for each in served.why]


def numbers(served: Iterable[Served]) -> list[list[int]]:
    return [[each.number for each in one.cars] for one in served]


def test_whoever_came_first_is_served_first_and_the_earlier_batch_of_a_contract() -> None:
    wants = [want(3, 1, since=13), want(2, 1, due=30, batch=2), want(2, 1, due=25, batch=1), want(1, 1)]
    served = serve(wants, [car(number) for number in (4, 3, 2)], TODAY)
    who = [(each.want.contract_id.int, each.want.due_on.day) for each in served]
    assert who == [(1, 30), (2, 25), (2, 30), (3, 30)]
    assert numbers(served) == [[2], [3], [4], []]
    assert told(served[3]) == ["E-FIRST-COME", "E-NO-SUCH-CAR"]
    assert served[3].why[0].values == {"first": "DKH-0001", "waiting": 3}


def test_a_free_certificate_goes_first_then_who_stood_longest_then_the_place() -> None:
    here = [
        car(1, arrived_on=date(2026, 9, 1), pledged=True),
        car(2, arrived_on=date(2026, 10, 1), place="B-01"),
        car(3, arrived_on=date(2026, 10, 1), place="A-07"),
        car(4, arrived_on=date(2026, 9, 20), place="C-02"),
    ]
    (served,) = serve([want(1, 4)], here, TODAY)
    assert numbers([served]) == [[4, 3, 2, 1]]
    assert [(each.code, each.values["count"]) for each in served.why] == [("E-CERT-PLEDGED", 1)]


def test_cars_on_their_way_are_promised_and_not_proposed() -> None:
    coming = [car(1, in_days=9, state=U.IN_TRANSIT), car(2, state=U.ORDERED), car(3, in_days=4, state=U.LOANED)]
    first, second = serve([want(1, 2), want(2, 2, since=13)], [*coming, car(4)], TODAY)
    assert ([each.number for each in first.cars], [each.number for each in first.coming]) == ([4], [3])
    assert (told(first), first.complete_on(TODAY)) == (["E-LENT"], date(2026, 11, 24))
    assert [each.number for each in second.coming] == [1, 2]
    assert told(second) == ["E-IN-TRANSIT", "E-ON-ORDER", "E-FIRST-COME"]
    assert second.complete_on(TODAY) is None


def test_a_car_that_should_be_here_by_now_is_promised_for_no_earlier_day_than_today() -> None:
    (served,) = serve([want(1)], [car(1, in_days=-3, state=U.IN_TRANSIT)], TODAY)
    assert (served.cars, served.complete_on(TODAY)) == ((), TODAY)
    assert served.why[0].values["day"] == date(2026, 11, 17)


def test_a_place_that_stays_empty_says_why() -> None:
    barred = [car(1, damaged=True), car(2, damaged=True, pledged=True), car(3, claimed=True), car(4, spec=BLACK)]
    (served,) = serve([want(1, 5)], barred, TODAY)
    assert [(each.code, each.values["count"]) for each in served.why] == [
        ("E-DAMAGED", 2), ("E-CLAIMED", 1), ("E-NO-SUCH-CAR", 5),
    ]  # fmt: skip
    assert (served.short, served.complete_on(TODAY)) == (5, None)


def test_a_kept_car_goes_to_its_own_deal_first_and_to_nobody_else() -> None:
    here = [car(1, kept=kept(2)), car(2, kept=kept(9)), car(3)]
    first, second, third = serve([want(1), want(2, 2), want(3, since=13)], here, TODAY)
    assert numbers([first, second, third]) == [[3], [1], []]
    assert told(second) == ["E-RESERVED", "E-FIRST-COME", "E-NO-SUCH-CAR"]
    assert second.why[0].values == {"count": 1, "customer": "客户9", "day": date(2026, 11, 23)}
    waits = next(each for each in third.why if each.code == "E-FIRST-COME")
    assert waits.values == {"first": "DKH-0001", "waiting": 2}  # the one that is kept for it keeps nobody waiting


# ── never a worse day ─────────────────────────────────────────────────────────────────────────────────────────────

WANTS = st.lists(
    st.builds(
        want,
        st.integers(1, 3),
        st.integers(1, 2),
        since=st.integers(12, 13),
        due=st.integers(28, 29),
        spec=st.sampled_from([WHITE, BLACK]),
    ),
    min_size=1,
    max_size=3,
)
CARS = st.lists(
    st.tuples(
        st.sampled_from([U.IN_STOCK, U.IN_STOCK, U.IN_TRANSIT, U.ORDERED]),
        st.integers(-1, 3),
        st.sampled_from([WHITE, WHITE, BLACK]),
        st.booleans(),
        st.sampled_from(["", "", "", "damaged", "claimed"]),
        st.sampled_from([0, 0, 0, 1, 2]),
    ),
    max_size=5,
).map(
    lambda rows: [
        car(
            number,
            in_days=days,
            state=state,
            spec=spec,
            pledged=pledged,
            **({bar: True} if bar else {}),
            kept=kept(deal) if deal and state is U.IN_STOCK else None,
        )
        for number, (state, days, spec, pledged, bar, deal) in enumerate(rows)
    ]
)


@given(WANTS, CARS)
@settings(max_examples=120, deadline=None)
def test_no_other_way_gives_anybody_an_earlier_day_without_passing_whoever_came_first(
    wants: list[Want], cars: list[Car]
) -> None:
    served = serve(wants, cars, TODAY)
    given_ = [each for one in served for each in (*one.cars, *one.coming)]
    assert max(Counter(given_).values(), default=1) == 1
    assert all(each.spec == one.want.spec for one in served for each in (*one.cars, *one.coming))
    proposed = [days(one.want, (*one.cars, *one.coming)) for one in served]
    places = [one.want for one in served for _ in range(one.want.count)]
    could = [each for each in cars if not (each.damaged or each.claimed)]
    assert [day for one in proposed for day in one] == best(places, could)


def days(wanted: Want, given_: Iterable[Car]) -> list[date]:
    """The day of each place, soonest first; of one that gets no car the end of time."""
    found = sorted(each.day(TODAY) for each in given_)
    return found + [date.max] * (wanted.count - len(found))


def best(places: list[Want], cars: list[Car]) -> list[date]:
    """By trying every way: the days of all places in their order, the earliest for whoever comes first."""
    if not places:
        return []
    first, *rest = places
    fitting = [
        each for each in cars if each.spec == first.spec and (not each.kept or each.kept.deal_id == first.deal_id)
    ]
    ways = [[date.max, *best(rest, cars)]]
    ways += [[each.day(TODAY), *best(rest, [other for other in cars if other is not each])] for each in fitting]
    return min(ways)
