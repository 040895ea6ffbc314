"""Cars are kept for a deal before there is a contract: for a few days, no more than were quoted, and free again."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

from dealer import people, sweep, workflow
from dealer.engine.steps import Refused, place
from dealer.records.contracts import Contract
from dealer.records.deals import Deal, DealState
from dealer.records.vehicles import Unit
from dealer.stock.reservations import Reservation
from dealer.stock.yard import Loan
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import VINS, arrive, batch, refused, take, to_batch
from tests.desk import Desk

NOV_20 = "2026-11-20 09:00"


def kept(deal: UUID, until: str = "2026-11-23") -> Reservation:
    return Reservation(deal=deal, until=date.fromisoformat(until))


def unit(shop: Shop, number: int) -> Unit:
    with shop.looking() as db:
        found = people.by_number(db, Unit, shop.actor("陈静"), number)
        assert found is not None
        return found


def test_a_car_is_kept_for_its_deal_extended_once_and_free_again_by_itself(
    shop: Shop, desk: Callable[[str], Desk]
) -> None:
    deal, (car, other) = scene.quoted_deal(shop, 1), arrive(shop, *VINS[:2])
    owner = desk("李娜")
    owner.turn_clock(NOV_20)
    owner.sign_in()
    form = owner.get(f"/stock/{car}/reserve")
    assert 'value="2026-11-23"' in form.html  # as long as the house lets it stand
    assert "2026年11月23日" in owner.post(f"/stock/{car}/reserve", {"deal": deal, "until": "2026-11-24"}, form).text
    page = owner.submit(f"/stock/{car}/reserve", {"deal": deal, "until": "2026-11-23"})
    assert page.url == f"/stock/{car}"
    assert "预留至11-23" in page.text
    assert scene.LESSOR in page.text
    assert "已预留1台车" in owner.get(f"/deals/{number_of(shop, deal)}").text
    listed = owner.get("/stock?state=kept").text
    assert VINS[0] in listed
    assert VINS[0] not in owner.get("/stock?state=free").text
    assert refused(shop, "李娜", NOV_20, Unit, other, "reserve", kept(deal)) == ("E-RESERVE-QUANTITY",)
    assert refused(shop, "李娜", NOV_20, Unit, car, "reserve", kept(deal)) == ("E-RESERVED", "E-RESERVE-QUANTITY")
    loan = Loan(lent_to="二网曲靖店", lent_until=date(2026, 11, 25))
    assert refused(shop, "孙强", NOV_20, Unit, car, "lend", loan) == ("E-RESERVED",)
    assert refused(shop, "李娜", NOV_20, Unit, car, "extend_reservation") == ("E-NOT-YOURS",)
    assert take(shop, "陈静", NOV_20, Unit, car, "extend_reservation").reserved_until == date(2026, 11, 26)
    assert refused(shop, "陈静", NOV_20, Unit, car, "extend_reservation") == ("E-RESERVE-EXTENDED",)
    sweep.fire_due(shop.database, at("2026-11-26 23:59"))
    assert unit(shop, car).reserved_until == date(2026, 11, 26)
    sweep.fire_due(shop.database, at("2026-11-27 00:01"))
    free = unit(shop, car)
    assert (free.reserved_until, free.case_id, free.reservation_extended) == (None, None, False)


def number_of(shop: Shop, deal: UUID) -> int:
    with shop.looking() as db:
        return db.get_one(Deal, deal).number


def test_only_the_owner_keeps_what_the_customer_has_said_yes_to(shop: Shop) -> None:
    deal, (car,) = scene.quoted_deal(shop, 1), arrive(shop, VINS[0])
    (black,) = arrive(shop, VINS[1], colour="曜石黑/深灰")
    assert refused(shop, "王磊", NOV_20, Unit, car, "reserve", kept(deal)) == ("E-REQ-FIELD",)
    assert refused(shop, "孙强", NOV_20, Unit, car, "reserve", kept(deal)) == ("E-NOT-YOURS",)
    assert refused(shop, "李娜", NOV_20, Unit, black, "reserve", kept(deal)) == ("E-RESERVE-QUOTE",)
    assert refused(shop, "李娜", NOV_20, Unit, car, "reserve", kept(deal, "2026-11-19")) == ("E-RESERVE-DAYS",)
    with shop.acting("陈静", at(NOV_20)) as ask:
        place(ask.db.get_one(Deal, deal), DealState.DELIVERY)
    assert refused(shop, "李娜", NOV_20, Unit, car, "reserve", kept(deal)) == ("E-REQ-FIELD",)


def test_whoever_has_signed_comes_before_whoever_keeps_a_car(shop: Shop) -> None:
    deal, (one, two, three) = scene.quoted_deal(shop, 2), arrive(shop, *VINS[:3])
    made = scene.contract(shop, 2, [(2, "2026-11-30")])
    take(shop, "李娜", NOV_20, Unit, one, "reserve", kept(deal))
    assert refused(shop, "李娜", NOV_20, Unit, two, "reserve", kept(deal)) == ("E-FIRST-COME",)
    wanted = to_batch(shop, batch(shop, made))
    assert refused(shop, "孙强", NOV_20, Unit, one, "allocate", wanted) == ("E-RESERVED",)
    scene.allocated(shop, batch(shop, made), two, three)
    assert take(shop, "李娜", NOV_20, Unit, one, "release_reservation").case_id is None


def test_a_kept_car_goes_to_the_contract_of_its_deal_whoever_came_first(shop: Shop) -> None:
    early = scene.contract(shop, 1, [(1, "2026-11-30")])
    late = scene.contract(shop, 1, [(1, "2026-11-30")], customer=scene.LESSOR, effective="2026-11-19")
    (car,) = arrive(shop, VINS[0])
    with shop.acting("陈静", at(NOV_20)) as ask:
        own = scene.find(ask, Unit, car)
        own.case_id, own.reserved_until = scene.find(ask, Contract, late).deal_id, date(2026, 11, 21)
    assert refused(shop, "孙强", NOV_20, Unit, car, "allocate", to_batch(shop, batch(shop, early))) == ("E-RESERVED",)
    went = take(shop, "孙强", NOV_20, Unit, car, "allocate", to_batch(shop, batch(shop, late)))
    assert (went.reserved_until, went.contract_id is None) == (None, False)


def test_cars_of_a_deal_that_is_lost_are_free(shop: Shop) -> None:
    deal, (car,) = scene.quoted_deal(shop, 1), arrive(shop, VINS[0])
    take(shop, "李娜", NOV_20, Unit, car, "reserve", kept(deal))
    with shop.acting("周建国", at(NOV_20)) as ask:
        lost = ask.db.get_one(Deal, deal)
        place(lost, DealState.LOST)
        ask.db.flush()
        workflow.settle(lost, ask)
    assert unit(shop, car).reserved_until is None


def test_of_sixteen_who_reserve_and_allocate_one_car_exactly_one_gets_it(shop: Shop) -> None:
    deal, (car, _) = scene.quoted_deal(shop, 1), arrive(shop, *VINS[:2])
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    wanted, start, told = to_batch(shop, batch(shop, made)), Barrier(16), list[str]()

    def want(turn: int) -> None:
        request: tuple[Any, ...] = ("孙强", "allocate", wanted) if turn % 2 else ("李娜", "reserve", kept(deal))
        start.wait()
        try:
            take(shop, request[0], NOV_20, Unit, car, *request[1:])
            told.append("won")
        except Refused as refusal:
            told.append(refusal.codes[0])

    threads = [Thread(target=want, args=(turn,)) for turn in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert told.count("won") == 1
    assert set(told) <= {"won", "E-RESERVED", "E-VIN-TAKEN", "E-STATE", "E-BATCH-FULL"}
    found = unit(shop, car)
    assert (found.reserved_until is None) != (found.contract_id is None)
