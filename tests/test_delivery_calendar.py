"""The delivery calendar: what each batch lacks by the gates of the hand-over, and what a delay costs before it does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import event

from dealer.deliveries import delivery_calendar
from dealer.engine.steps import Ask
from dealer.engine.words import LANGUAGES, word
from dealer.records.contracts import PaymentEvent
from dealer.records.deals import Terms
from dealer.records.vehicles import Certificate, Unit
from dealer.stock.vehicles import GATES
from dealer.stock.yard import UnitPapers
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import CAR, VINS, arrive, batch, contract, take
from tests.desk import Desk


@contextmanager
def counted(shop: Shop) -> Iterator[list[str]]:
    """The questions that are asked of the database."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    event.listen(shop.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(shop.database.engine, "before_cursor_execute", note)


def a_batch_in_all_states(shop: Shop) -> int:
    """Six places: one empty, two just allocated, one inspected, one with its certificate at the bank, one ready."""
    drawn = contract(
        shop, 6, [(6, "2026-11-30")], terms=Terms.PREPAID, payments=[(PaymentEvent.BEFORE_COLLECTION, 6 * CAR)]
    )  # fmt: skip
    cars = arrive(shop, *VINS[:5])
    scene.allocated(shop, batch(shop, drawn), *cars)
    scene.inspected(shop, *cars[2:])
    take(shop, "孙强", "2026-11-25 11:00", Unit, cars[3], "keep_papers", UnitPapers(certificate=Certificate.PLEDGED))
    scene.invoiced(shop, cars[4])
    return drawn


def test_cars_are_told_by_what_they_lack_as_the_gates_of_the_hand_over_say(shop: Shop) -> None:
    a_batch_in_all_states(shop)
    with shop.looking() as db:
        ask = Ask(db, shop.actor("陈静"), at("2026-11-27 09:00"))
        [entry] = delivery_calendar.of_days(ask, date(2026, 11, 1), date(2026, 11, 30))
        told = [([each.code for each in lack.what], lack.count, lack.vins) for lack in entry.lacks]
        held = ["batch_is_released", "pdi_is_fresh", "car_is_paid", "invoice_is_issued"]
        ready = ["batch_is_released", "car_is_paid"]
        assert told == [
            (["allocate"], 1, ()),
            (held, 2, ("100001", "100002")),
            ([*ready, "invoice_is_issued"], 1, ("100003",)),
            (["batch_is_released", "certificate_is_in_the_house", "car_is_paid", "invoice_is_issued"], 1, ("100004",)),
            (ready, 1, ("100005",)),
        ]
        # Whoever is asked about alone answers the same.
        units = [unit for found in delivery_calendar.units_of(db, [entry.batch.id]).values() for unit in found]
        together = delivery_calendar.lacks_of(ask, units)
        for unit in units:
            assert [each.code for each in together[unit.id]] == [gate.__name__ for gate in GATES if gate(unit, ask)]


def test_many_cars_ask_no_more_questions_than_few(shop: Shop) -> None:
    drawn = contract(shop, 8, [(2, "2026-11-28"), (6, "2026-11-30")])
    cars = arrive(shop, *VINS[:8])
    scene.allocated(shop, batch(shop, drawn, 1), *cars[:2])
    scene.allocated(shop, batch(shop, drawn, 2), *cars[2:])
    asked = []
    for day in (date(2026, 11, 28), date(2026, 11, 30)):
        with shop.looking() as db, counted(shop) as questions:
            [entry] = delivery_calendar.of_days(Ask(db, shop.actor("陈静"), at("2026-11-20 09:00")), day, day)
            asked.append(len(questions))
    assert entry.lacks[0].count == 6
    assert asked[0] == asked[1]


def test_the_calendar_says_from_which_day_on_a_delay_costs_and_at_most_how_much(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    contract(shop, 2, [(2, "2026-11-30")])  # 0.5 ‰ a day of 263,600, at most 5 %
    manager = desk("陈静")
    manager.turn_clock("2026-11-20 09:00")
    manager.sign_in()
    page = manager.get("/deliveries/calendar")
    assert "12-01 起" in page.text
    assert "每日 ¥131.80，最高 ¥13,180" in page.text
    assert "2 台：待配车" in page.text
    assert "逾期" not in manager.get("/deliveries/calendar?by=week&day=2026-12-07").text

    manager.turn_clock("2026-12-10 09:00")
    manager.sign_in()
    page = manager.get("/deliveries/calendar?by=week&day=2027-03-01")  # what is late stands above, whatever is shown
    assert "逾期10天" in page.text
    assert "¥1,318" in page.text
    assert "最高 ¥13,180" in page.text


@pytest.mark.parametrize("month", [date(2026, 2, 1), date(2026, 11, 1), date(2027, 2, 15)])
def test_a_month_is_whole_weeks_from_monday_to_sunday(month: date) -> None:
    weeks = delivery_calendar.weeks(month)
    days = [day for week in weeks for day in week]
    assert {len(week) for week in weeks} == {7}
    assert all(later - day == timedelta(days=1) for day, later in pairwise(days))
    assert (weeks[0][0].weekday(), weeks[-1][6].weekday()) == (0, 6)
    assert weeks[0][0] <= month.replace(day=1)
    assert {day for day in days if day.month == month.month} >= {month.replace(day=each) for each in range(1, 29)}


def test_every_gate_has_a_short_name() -> None:
    for language in LANGUAGES:
        for gate in (*(each.__name__ for each in GATES), "allocate"):
            assert word("Gate", gate, language)
