"""Cars in the yard: stock, allocation, swaps, inspection and what comes back."""

from datetime import date
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from dealer import people, workflow
from dealer.deals.deals import Comment
from dealer.deliveries.handover_papers import list_of
from dealer.deliveries.inspection import PDI, PdiAnswer, inspections_of, items_for
from dealer.engine.history import of_case, verify
from dealer.engine.steps import Refused, place
from dealer.money.invoices import RedLetter
from dealer.records.contracts import Contract, ContractState
from dealer.records.deals import Deal, DealState
from dealer.records.deliveries import Batch, ItemResult
from dealer.records.vehicles import Certificate, Energy, Unit, UnitState
from dealer.stock import allocation_queue, vehicles
from dealer.stock.allocation import Claim, Swap
from dealer.stock.vehicles import UNITS, Wanted
from dealer.stock.yard import Arrival, BroughtBack, Damage, GivenBack, Loan, NewUnit, Shipment, TakenBack, UnitPapers
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import PHOTO, VINS, WHITE, arrive, batch, refused, report, take, to_batch

NOV_20 = "2026-11-20 09:00"


def unit(shop: Shop, number: int) -> Unit:
    with shop.looking() as db:
        found = people.by_number(db, Unit, shop.actor("陈静"), number)
        assert found is not None
        return found


def key_of(shop: Shop, number: int) -> Swap:
    return Swap(replacement=unit(shop, number).id, reason="运输刮伤")


# ── stock ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_car_comes_from_the_order_over_the_road_into_the_yard(shop: Shop) -> None:
    with shop.acting(
        "孙强", at("2026-10-20 09:00"), NewUnit(model=scene.model(shop), vin=VINS[0], colour=WHITE)
    ) as ask:
        car = vehicles.new_unit(ask)
        UNITS.begin("order", car, ask)
    take(
        shop,
        "孙强",
        "2026-10-25 09:00",
        Unit,
        car.number,
        "ship",
        Shipment(carrier="长久物流", expected_on=date(2026, 11, 1)),
    )
    found = Arrival(odometer=8, place="A-12", certificate=Certificate.PLEDGED, certificate_number="YL2026-1")
    take(shop, "孙强", "2026-11-01 09:00", Unit, car.number, "receive", found)
    here = unit(shop, car.number)
    assert (here.state, here.arrived_on, here.place, here.certificate) == (
        UnitState.IN_STOCK, date(2026, 11, 1), "A-12", Certificate.PLEDGED,
    )  # fmt: skip


def test_a_vin_lives_once_in_a_shop(shop: Shop) -> None:
    arrive(shop, VINS[0])
    with pytest.raises(Refused) as refusal:
        arrive(shop, VINS[0])
    assert refusal.value.codes == ("E-VIN-TAKEN",)


def test_a_model_comes_in_its_own_colours(shop: Shop) -> None:
    with pytest.raises(Refused) as refusal:
        arrive(shop, VINS[0], colour="荧光绿")
    assert refusal.value.codes == ("E-COLOUR",)


def test_only_the_vehicle_administrator_takes_cars_in(shop: Shop) -> None:
    facts = NewUnit(model=scene.model(shop), vin=VINS[0], colour=WHITE)
    with shop.acting("王磊", at(NOV_20), facts) as ask, pytest.raises(Refused) as refusal:
        UNITS.begin("arrive", vehicles.new_unit(ask), ask)
    assert refusal.value.codes == ("E-NOT-YOURS",)


def test_damage_on_arrival_is_shown_and_blocks_the_car_until_it_is_repaired(shop: Shop) -> None:
    made = scene.contract(shop)
    (car,) = arrive(shop, VINS[0])
    assert refused(shop, "孙强", NOV_20, Unit, car, "report_damage", Damage(damage="左前门划伤")) == ("E-REQ-FIELD",)
    take(shop, "孙强", NOV_20, Unit, car, "report_damage", Damage(damage="左前门划伤", photos=(PHOTO,)))
    wanted = to_batch(shop, batch(shop, made))
    assert refused(shop, "孙强", NOV_20, Unit, car, "allocate", wanted) == ("E-DAMAGED",)
    take(shop, "孙强", NOV_20, Unit, car, "clear_damage", Comment(comment="已补漆"))
    assert take(shop, "孙强", NOV_20, Unit, car, "allocate", wanted).state is UnitState.ALLOCATED


def test_the_certificate_leaves_with_the_car_only(shop: Shop) -> None:
    (car,) = arrive(shop, VINS[0])
    handed = UnitPapers(certificate=Certificate.HANDED, keys=2)
    assert refused(shop, "孙强", NOV_20, Unit, car, "keep_papers", handed) == ("E-CERT-HANDED",)


def test_a_lent_car_comes_back_with_more_kilometres(shop: Shop) -> None:
    (car,) = arrive(shop, VINS[0], odometer=10)
    take(shop, "孙强", NOV_20, Unit, car, "lend", Loan(lent_to="二网曲靖店", lent_until=date(2026, 11, 25)))
    assert refused(shop, "孙强", NOV_20, Unit, car, "give_back", GivenBack(odometer=9)) == ("E-ODOMETER-BACK",)
    assert take(shop, "孙强", NOV_20, Unit, car, "give_back", GivenBack(odometer=31)).lent_to is None


def test_stock_is_found_by_the_end_of_the_vin_and_read_page_by_page(shop: Shop) -> None:
    cars = arrive(shop, *VINS[:3])
    with shop.looking() as db:
        who = shop.actor("孙强")
        assert [each.number for each in vehicles.stock(db, who, Wanted(typed="100002"))] == [cars[1]]
        assert [each.number for each in vehicles.stock(db, who, Wanted(), above=cars[1])] == [cars[2]]
        assert vehicles.stock(db, who, Wanted(states=(UnitState.ALLOCATED,))) == []
        assert vehicles.figures(db, who, date(2026, 1, 1)).by_state == {UnitState.IN_STOCK: 3}


# ── allocation ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_car_goes_to_a_batch_of_its_model_and_colour(shop: Shop) -> None:
    made = scene.contract(shop)
    (car,) = arrive(shop, VINS[0])
    allocated = take(shop, "陈静", NOV_20, Unit, car, "allocate", to_batch(shop, batch(shop, made)))
    with shop.looking() as db:
        contract = db.scalars(select(Contract)).one()
        told = [(row.kind, row.action) for row in of_case(db, shop.store.id, contract.deal_id)]
        assert (allocated.contract_id, allocated.contract_line_id) == (contract.id, contract.lines[0].id)
    assert ("unit", "allocate") in told


@pytest.mark.parametrize(
    ("spoil", "codes"),
    [
        ({"colour": "曜石黑/深灰"}, ("E-SPEC",)),
        ({"code": "E3"}, ("E-SPEC",)),
    ],
)
def test_another_colour_or_model_takes_an_amendment(shop: Shop, spoil: dict[str, str], codes: tuple[str, ...]) -> None:
    made = scene.contract(shop)
    (car,) = arrive(shop, VINS[0], **spoil)
    assert refused(shop, "孙强", NOV_20, Unit, car, "allocate", to_batch(shop, batch(shop, made))) == codes


def test_nothing_is_allocated_before_both_sides_have_signed(shop: Shop) -> None:
    made = scene.contract(shop)
    (car,) = arrive(shop, VINS[0])
    with shop.acting("陈静", at(NOV_20)) as ask:
        place(scene.find(ask, Contract, made), ContractState.ISSUED)
    assert refused(shop, "孙强", NOV_20, Unit, car, "allocate", to_batch(shop, batch(shop, made))) == ("E-CONTRACT",)


def test_a_batch_holds_as_many_cars_as_were_agreed(shop: Shop) -> None:
    made = scene.contract(shop, 2, [(1, "2026-11-30"), (1, "2026-12-10")])
    first, second = arrive(shop, *VINS[:2])
    take(shop, "孙强", NOV_20, Unit, first, "allocate", to_batch(shop, batch(shop, made)))
    assert refused(shop, "孙强", NOV_20, Unit, second, "allocate", to_batch(shop, batch(shop, made))) == (
        "E-BATCH-FULL",
    )


def test_a_vin_of_another_contract_is_taken(shop: Shop) -> None:
    one = scene.contract(shop)
    two = scene.contract(shop, customer=scene.LESSOR, effective="2026-11-13")
    (car,) = arrive(shop, VINS[0])
    take(shop, "孙强", NOV_20, Unit, car, "allocate", to_batch(shop, batch(shop, one)))
    assert refused(shop, "陈静", NOV_20, Unit, car, "allocate", to_batch(shop, batch(shop, two))) == ("E-VIN-TAKEN",)


def test_of_sixteen_who_want_one_vin_for_two_contracts_exactly_one_gets_it(shop: Shop) -> None:
    one = scene.contract(shop, 1, [(1, "2026-11-30")])
    two = scene.contract(shop, 1, [(1, "2026-11-30")], customer=scene.LESSOR, effective="2026-11-12")
    (car, *_) = arrive(shop, *VINS[:2])  # two cars, so that the queue lets either contract have this one
    wanted = [to_batch(shop, batch(shop, made)) for made in (one, two)]
    start, told = Barrier(16), []

    def want(place_: int) -> None:
        start.wait()
        try:
            take(shop, "孙强", NOV_20, Unit, car, "allocate", wanted[place_ % 2])
            told.append("won")
        except Refused as refusal:
            told.extend(refusal.codes)

    threads = [Thread(target=want, args=(place_,)) for place_ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(told) == ["E-VIN-TAKEN"] * 15 + ["won"]
    with shop.looking() as db:
        assert db.scalar(select(func.count()).where(Unit.contract_id.is_not(None))) == 1
        assert verify(db) == []


# ── the queue ─────────────────────────────────────────────────────────────────────────────────────────────────────


def two_contracts(shop: Shop, *vins: str) -> tuple[int, int, list[int]]:
    """The police wait for two cars since the 12th, the lessor for one since the 13th; (batch, batch, cars)."""
    one = scene.contract(shop, 2, [(2, "2026-11-30")])
    two = scene.contract(shop, 1, [(1, "2026-11-30")], customer=scene.LESSOR, effective="2026-11-13")
    return batch(shop, one), batch(shop, two), arrive(shop, *vins)


def test_first_come_is_first_served(shop: Shop) -> None:
    _, later, (car, _) = two_contracts(shop, *VINS[:2])
    assert refused(shop, "孙强", NOV_20, Unit, car, "allocate", to_batch(shop, later)) == ("E-FIRST-COME",)


def test_whoever_comes_later_is_served_when_there_is_enough_for_all(shop: Shop) -> None:
    _, later, (*_, car) = two_contracts(shop, *VINS[:3])
    assert take(shop, "孙强", NOV_20, Unit, car, "allocate", to_batch(shop, later)).state is UnitState.ALLOCATED


def test_a_contract_that_has_its_cars_is_no_longer_in_the_queue(shop: Shop) -> None:
    first, later, (one, two, three) = two_contracts(shop, *VINS[:3])
    scene.allocated(shop, first, one, two)
    assert take(shop, "孙强", NOV_20, Unit, three, "allocate", to_batch(shop, later)).state is UnitState.ALLOCATED


def test_out_of_turn_takes_the_key_account_manager_and_the_general_manager(shop: Shop) -> None:
    _, later, (car, _) = two_contracts(shop, *VINS[:2])
    claim = Claim(**to_batch(shop, later).model_dump(), reason="客户租期 12 月 1 日开始")
    assert refused(shop, "周建国", NOV_20, Unit, car, "allocate_out_of_turn") == ("E-CLAIM-NONE",)
    assert refused(shop, "孙强", NOV_20, Unit, car, "ask_out_of_turn", claim) == ("E-NOT-YOURS",)
    take(shop, "陈静", NOV_20, Unit, car, "ask_out_of_turn", claim)
    assert refused(shop, "孙强", NOV_20, Unit, car, "allocate", to_batch(shop, later)) == ("E-CLAIMED", "E-FIRST-COME")
    assert refused(shop, "陈静", NOV_20, Unit, car, "allocate_out_of_turn") == ("E-NOT-YOURS",)
    allocated = take(shop, "周建国", NOV_20, Unit, car, "allocate_out_of_turn")
    assert (allocated.state, allocated.claim_reason) == (UnitState.ALLOCATED, None)


def test_nobody_grants_their_own_claim_not_even_standing_in_for_the_general_manager(shop: Shop) -> None:
    _, later, (car, _) = two_contracts(shop, *VINS[:2])
    shop.send_away("周建国", "陈静", date(2026, 11, 20), date(2026, 11, 22))
    take(shop, "陈静", NOV_20, Unit, car, "ask_out_of_turn", Claim(**to_batch(shop, later).model_dump(), reason="急"))
    assert refused(shop, "陈静", NOV_20, Unit, car, "allocate_out_of_turn") == ("E-SELF-APPROVE",)


def test_nobody_grants_what_they_asked_for_in_the_name_of_somebody_away(shop: Shop) -> None:
    _, later, (car, _) = two_contracts(shop, *VINS[:2])
    shop.send_away("陈静", "周建国", date(2026, 11, 20), date(2026, 11, 22))
    take(shop, "周建国", NOV_20, Unit, car, "ask_out_of_turn", Claim(**to_batch(shop, later).model_dump(), reason="急"))
    assert refused(shop, "周建国", NOV_20, Unit, car, "allocate_out_of_turn") == ("E-SELF-APPROVE",)


def test_a_refused_claim_leaves_the_car_to_the_queue(shop: Shop) -> None:
    first, later, (car, _) = two_contracts(shop, *VINS[:2])
    take(shop, "陈静", NOV_20, Unit, car, "ask_out_of_turn", Claim(**to_batch(shop, later).model_dump(), reason="急"))
    take(shop, "周建国", NOV_20, Unit, car, "refuse_out_of_turn", Comment(comment="按顺序"))
    assert take(shop, "孙强", NOV_20, Unit, car, "allocate", to_batch(shop, first)).state is UnitState.ALLOCATED


def test_proposals_are_as_contracted_and_longest_in_stock_first(shop: Shop) -> None:
    made = scene.contract(shop, 2, [(2, "2026-11-30")])
    (young,) = arrive(shop, VINS[0], when="2026-11-10 09:00")
    (old,) = arrive(shop, VINS[1], when="2026-10-10 09:00")
    arrive(shop, VINS[2], colour="曜石黑/深灰")
    (damaged,) = arrive(shop, VINS[3])
    take(shop, "孙强", NOV_20, Unit, damaged, "report_damage", Damage(damage="凹陷", photos=(PHOTO,)))
    with shop.looking() as db:
        waiting = people.by_number(db, Batch, shop.actor("孙强"), batch(shop, made))
        assert waiting is not None
        (served,) = allocation_queue.planned_for(db, waiting, date(2026, 11, 20))
        assert [each.number for each in served.cars] == [old, young]


# ── swapping, freeing ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_swap_puts_the_new_car_in_and_the_old_one_back_in_stock(shop: Shop) -> None:
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    old, new = arrive(shop, *VINS[:2])
    scene.allocated(shop, batch(shop, made), old)
    scene.inspected(shop, old)
    take(shop, "孙强", "2026-11-26 09:00", Unit, old, "swap", key_of(shop, new))
    gone, come = unit(shop, old), unit(shop, new)
    assert (gone.state, gone.contract_id, gone.pdi_passed_on) == (UnitState.IN_STOCK, None, None)
    assert (come.state, come.replaces_id, come.pdi_passed_on) == (UnitState.ALLOCATED, gone.id, None)
    with shop.looking() as db:
        told = [row.action for row in of_case(db, shop.store.id, come.case_id) if row.kind == "unit"]
    assert "swap" in told
    assert "step_in" in told


def test_the_list_of_the_batch_names_both_cars_of_a_swap(shop: Shop) -> None:
    """The list is part of annex 1: it is drawn up anew with the car that came and the one that gave way."""
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    old, new = arrive(shop, *VINS[:2])
    scene.allocated(shop, batch(shop, made), old)
    take(shop, "孙强", NOV_20, Unit, old, "swap", key_of(shop, new))
    take(shop, "孙强", NOV_20, Batch, batch(shop, made), "release")
    scene.inspected(shop, new)
    scene.invoiced(shop, new)
    scene.delivered(shop, new)
    with shop.looking() as db:
        (row,) = list_of(db, db.scalars(select(Batch)).one()).units
    assert (row.vin, row.replaces) == (VINS[1], VINS[0])


def test_an_invoiced_car_is_swapped_after_its_red_letter(shop: Shop) -> None:
    (old,) = scene.ready(shop)[1]
    (new,) = arrive(shop, VINS[5])
    assert refused(shop, "孙强", "2026-11-27 09:00", Unit, old, "swap", key_of(shop, new)) == ("E-INVOICE-LIVE",)
    red = RedLetter(number="26530000000000000099", issued_on=date(2026, 11, 27), reason="换车")
    take(shop, "高洁", "2026-11-27 10:00", Unit, old, "red_letter", red)
    take(shop, "孙强", "2026-11-27 11:00", Unit, old, "swap", key_of(shop, new))
    assert unit(shop, new).state is UnitState.ALLOCATED


def test_a_swapped_car_can_come_back_to_the_same_batch(shop: Shop) -> None:
    made = scene.contract(shop, 2, [(2, "2026-11-30")])
    old, new = arrive(shop, *VINS[:2])
    scene.allocated(shop, batch(shop, made), old)
    take(shop, "孙强", NOV_20, Unit, old, "swap", key_of(shop, new))
    scene.allocated(shop, batch(shop, made), old)
    assert (unit(shop, old).state, unit(shop, new).state) == (UnitState.ALLOCATED, UnitState.ALLOCATED)


def test_another_model_is_no_replacement(shop: Shop) -> None:
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    (old,) = arrive(shop, VINS[0])
    (black,) = arrive(shop, VINS[1], colour="曜石黑/深灰")
    scene.allocated(shop, batch(shop, made), old)
    assert refused(shop, "孙强", NOV_20, Unit, old, "swap", key_of(shop, black)) == ("E-SPEC",)
    assert refused(shop, "孙强", NOV_20, Unit, old, "swap", key_of(shop, old)) == ("E-SWAP",)


def test_what_was_wrong_with_a_swapped_car_stays_with_it(shop: Shop) -> None:
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    old, new = arrive(shop, *VINS[:2])
    scene.allocated(shop, batch(shop, made), old)
    take(shop, "郑凯", NOV_20, Unit, old, "start_pdi")
    failed = PdiAnswer(item="paint", result=ItemResult.FAIL, note="右后翼子板色差", photo=PHOTO)
    take(shop, "郑凯", NOV_20, Unit, old, "pdi_fail", report(paint=failed))
    take(shop, "孙强", NOV_20, Unit, old, "swap", key_of(shop, new))
    assert unit(shop, old).damage == "右后翼子板色差"


def test_the_cars_of_a_cancelled_deal_are_free(shop: Shop) -> None:
    made, (car,) = scene.ready(shop)
    red = RedLetter(number="26530000000000000099", issued_on=date(2026, 11, 27), reason="解约")
    with shop.acting("周建国", at("2026-11-27 09:00")) as ask:
        deal = ask.db.scalars(select(Deal)).one()
        place(deal, DealState.CANCELLED)
        ask.db.flush()
        workflow.settle(deal, ask)
    assert unit(shop, car).state is UnitState.READY  # its invoice lives
    take(shop, "高洁", "2026-11-27 10:00", Unit, car, "red_letter", red)
    assert (unit(shop, car).state, unit(shop, car).contract_id) == (UnitState.IN_STOCK, None)
    assert scene.state(shop, Batch, batch(shop, made)) == "closed"


def test_a_car_is_taken_off_its_contract_with_a_reason(shop: Shop) -> None:
    made = scene.contract(shop)
    (car,) = arrive(shop, VINS[0])
    scene.allocated(shop, batch(shop, made), car)
    take(shop, "孙强", NOV_20, Unit, car, "take_off", Comment(comment="配错车"))
    assert (unit(shop, car).state, unit(shop, car).batch_id) == (UnitState.IN_STOCK, None)


# ── inspection ────────────────────────────────────────────────────────────────────────────────────────────────────


def in_pdi(shop: Shop, code: str = "X5") -> int:
    made = scene.contract(shop, 1, [(1, "2026-11-30")], code=code)
    (car,) = arrive(shop, VINS[0], code=code)
    scene.allocated(shop, batch(shop, made), car)
    take(shop, "郑凯", NOV_20, Unit, car, "start_pdi")
    return car


def test_an_electric_car_has_its_own_items_and_no_engine(shop: Shop) -> None:
    electric = {item.code for items in items_for(Energy.ELECTRIC).values() for item in items}
    petrol = {item.code for items in items_for(Energy.PETROL).values() for item in items}
    assert {"traction_battery", "charge_port", "drive_ready"} <= electric - petrol
    assert {"engine_oil", "engine_start"} <= petrol - electric
    codes = [item.code for items in PDI.values() for item in items]
    assert len(codes) == len(set(codes))


def test_a_passed_inspection_makes_the_car_ready(shop: Shop) -> None:
    car = in_pdi(shop)
    ready = take(shop, "郑凯", NOV_20, Unit, car, "pdi_pass", report(odometer=12))
    assert (ready.state, ready.pdi_passed_on, ready.odometer) == (UnitState.READY, date(2026, 11, 20), 12)


def answer(item: str, result: ItemResult, **more: object) -> dict[str, PdiAnswer]:
    return {item: PdiAnswer(item=item, result=result, **more)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("action", "told", "codes"),
    [
        ("pdi_pass", report(**answer("paint", ItemResult.FAIL, note="划伤")), ("E-PDI",)),
        ("pdi_pass", report(**answer("brakes", ItemResult.NOT_APPLICABLE)), ("E-PDI",)),
        ("pdi_pass", report(**answer("spare_wheel", ItemResult.NOT_APPLICABLE)), ()),
        ("pdi_pass", report(odometer=50), ()),
        ("pdi_pass", report(odometer=51), ("E-ODOMETER",)),
        ("pdi_pass", report(Energy.ELECTRIC), ("E-PDI-OPEN",)),
        ("pdi_fail", report(), ("E-PDI-ALL-PASSED",)),
        ("pdi_fail", report(**answer("paint", ItemResult.FAIL, note="划伤")), ("E-PDI-PHOTO",)),
        ("pdi_fail", report(**answer("paint", ItemResult.FAIL, photo=PHOTO)), ("E-PDI-PHOTO",)),
        ("pdi_fail", report(**answer("paint", ItemResult.FAIL, note="划伤", photo=PHOTO)), ()),
    ],
)
def test_an_inspection_is_judged_item_by_item(
    shop: Shop, action: str, told: scene.PdiReport, codes: tuple[str, ...]
) -> None:
    car = in_pdi(shop)
    if codes:
        assert refused(shop, "郑凯", NOV_20, Unit, car, action, told) == codes
    else:
        assert take(shop, "郑凯", NOV_20, Unit, car, action, told).state in (UnitState.READY, UnitState.PDI_FAILED)


def test_a_failed_car_is_repaired_and_inspected_anew(shop: Shop) -> None:
    car = in_pdi(shop)
    take(
        shop,
        "郑凯",
        NOV_20,
        Unit,
        car,
        "pdi_fail",
        report(**answer("paint", ItemResult.FAIL, note="划伤", photo=PHOTO)),
    )
    take(shop, "郑凯", "2026-11-21 09:00", Unit, car, "retry_pdi", Comment(comment="已抛光"))
    take(shop, "郑凯", "2026-11-21 10:00", Unit, car, "pdi_pass", report())
    with shop.looking() as db:
        told = [(each.passed, each.at) for each in inspections_of(db, unit(shop, car))]
    assert told == [(True, at("2026-11-21 10:00")), (False, at(NOV_20))]
    assert unit(shop, car).defect is None


def test_the_consultant_does_not_inspect(shop: Shop) -> None:
    assert refused(shop, "王磊", NOV_20, Unit, in_pdi(shop), "pdi_pass", report()) == ("E-NOT-YOURS",)


# ── back from the customer ────────────────────────────────────────────────────────────────────────────────────────


def test_a_delivered_car_comes_back_with_all_its_papers_by_two_people(shop: Shop) -> None:
    made, (car,) = scene.ready(shop)
    scene.delivered(shop, car)
    back = BroughtBack(certificate=True, keys=2, tax_proof=True, odometer=400)
    day = "2026-12-05 09:00"
    assert refused(shop, "高洁", day, Unit, car, "return", back) == ("E-RETURN-NOT-ASKED", "E-INVOICE-LIVE")
    take(shop, "陈静", day, Unit, car, "ask_to_return", TakenBack(ground="合同第九条：同一故障两次修理未果"))
    assert refused(shop, "高洁", day, Unit, car, "return", back) == ("E-INVOICE-LIVE",)
    red = RedLetter(number="26530000000000000099", issued_on=date(2026, 12, 5), reason="退车")
    take(shop, "高洁", day, Unit, car, "red_letter", red)
    without_keys = back.model_copy(update={"keys": 1})
    assert refused(shop, "高洁", day, Unit, car, "return", without_keys) == ("E-PAPERS",)
    assert take(shop, "高洁", day, Unit, car, "return", back).state is UnitState.RETURNED
    assert arrive(shop, VINS[0], when="2026-12-06 09:00")  # it may be taken in again, as another unit
    assert scene.state(shop, Batch, batch(shop, made)) in ("accepted", "partly_accepted")
