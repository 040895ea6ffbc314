"""What a customer has driven, for the contract; and what a manager waives."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dealer.drives import testdrive
from dealer.drives.desk_forms import RideCheck
from dealer.drives.drives import Abort, CheckOut
from dealer.engine.database import new_id
from dealer.engine.history import of_thing
from dealer.engine.steps import Refused, place
from dealer.people import by_number
from dealer.records.customers import Customer
from dealer.records.deals import Deal
from dealer.records.prospects import Level, Prospect, ProspectState, Source
from dealer.records.testdrives import (
    AbortReason,
    Experience,
)
from dealer.records.vehicles import DemoCar, Unit
from tests import deliveries
from tests.cast import Shop
from tests.conftest import at
from tests.drives import BACK, Yard
from tests.test_workflow import POLICE, registered

G = testdrive.WaiverGround


@pytest.fixture
def yard(shop: Shop) -> Yard:
    """The shop's demo cars, routes and people, on the day of story 3."""
    return Yard(shop)


# ── what counts for the contract ──────────────────────────────────────────────────────────────────────────────────


def missing(yard: Yard, deal_number: int, day: date = date(2026, 11, 20), codes: str = "M7") -> list[str]:
    with yard.shop.looking() as db:
        deal = by_number(db, Deal, yard.shop.actor("陈静"), deal_number)
        assert deal is not None
        wanted = [yard.models[code] for code in codes.split()]
        return [model.code for model in testdrive.models_not_driven(db, deal, wanted, day)]


def a_deal(yard: Yard) -> tuple[int, Any]:
    number = registered(yard.shop)
    with yard.shop.looking() as db:
        deal = by_number(db, Deal, yard.shop.actor("陈静"), number)
        assert deal is not None
        return number, deal


def test_every_model_of_the_contract_is_driven_by_the_customer(yard: Yard) -> None:
    number, deal = a_deal(yard)
    assert missing(yard, number, codes="M7 X5") == ["M7", "X5"]
    yard.completed(deal=deal.id, customer_link="装备科科长")
    assert missing(yard, number, codes="M7 X5") == ["X5"]
    with yard.shop.looking() as db:
        assert [drive.number for drive in testdrive.of_deal(db, deal)] == [1]
        assert [drive.customer_id for drive in testdrive.drives_of_customer(db, deal)] == [deal.customer_id]


def test_a_drive_counts_for_ninety_days(yard: Yard) -> None:
    number, deal = a_deal(yard)
    yard.completed(deal=deal.id, customer_link="装备科科长")
    driven = date(2026, 11, 14)
    assert missing(yard, number, driven + timedelta(days=90)) == []
    assert missing(yard, number, driven + timedelta(days=91)) == ["M7"]


def test_neither_a_ride_nor_a_stopped_drive_counts(yard: Yard) -> None:
    number, deal = a_deal(yard)
    ride = yard.book(facts=yard.booking(experience=Experience.RIDE, deal=deal.id))
    yard.take("王磊", "09:50", ride, "verify", RideCheck(consent=True, belt=True))
    yard.take("孙强", "09:55", ride, "check_out", CheckOut(odometer=12_340, fuel=80))
    yard.take("王磊", "10:05", ride, "start")
    yard.take("王磊", "10:30", ride, "complete", BACK)
    assert missing(yard, number) == ["M7"]
    stopped = yard.verified(car="X5", starts="14:00", deal=deal.id, customer_link="科长")
    yard.take("孙强", "10:40", stopped, "check_out", CheckOut(odometer=12_340, fuel=80))
    yard.take("王磊", "11:00", stopped, "start")
    yard.take("王磊", "11:20", stopped, "abort", Abort(reason=AbortReason.WEATHER))
    assert missing(yard, number, codes="M7 X5") == ["M7", "X5"]


def test_a_drive_before_the_reopening_does_not_count(yard: Yard) -> None:
    number, deal = a_deal(yard)
    yard.completed(deal=deal.id, customer_link="科长")
    waive(yard, number, "陈静", "X5")
    yard.change(Deal, deal.id, void_before=at("2026-11-16 09:00"))
    assert missing(yard, number, codes="M7 X5") == ["M7", "X5"]


def test_a_drive_from_a_card_or_by_a_known_phone_counts_without_naming_the_deal(yard: Yard) -> None:
    number, deal = a_deal(yard)
    drive = yard.look(yard.completed(phone=str(POLICE.phone), customer_link="科长"))
    assert (drive.deal_id, drive.customer_id) == (None, deal.customer_id)
    assert missing(yard, number) == []


def test_a_drive_of_somebody_whose_card_became_the_deal_counts(yard: Yard) -> None:
    number, deal = a_deal(yard)
    with yard.shop.database.writing(yard.shop.store.id) as db:
        card = Prospect(
            store_id=yard.shop.store.id, number=1, since=at("2026-11-01 09:00"), begun_at=at("2026-11-01 09:00"),
            name="杨帆", name_pinyin="", name_initials="", phone="13888880021", owner_id=yard.keys["王磊"],
            level=Level.N, source=Source.PASSING, last_contact_at=at("2026-11-01 09:00"),
        )  # fmt: skip
        place(card, ProspectState.CARDED)
        db.add(card)
    yard.completed()
    assert missing(yard, number) == ["M7"]
    yard.change(Prospect, card.id, deal_id=deal.id)
    assert missing(yard, number) == []


def test_somebody_elses_drive_counts_for_nobody_here(yard: Yard) -> None:
    number, _ = a_deal(yard)
    yard.completed()
    assert missing(yard, number) == ["M7"]


def waive(yard: Yard, number: int, who: str, model: str, when: str = "2026-11-10 09:00", ground: G = G.TENDER) -> None:
    facts = testdrive.Waiver(model=yard.models.get(model, yard.keys["王磊"]), ground=ground, reason="招标项目")
    with yard.shop.acting(who, yard.when(when), facts) as ask:
        deal = by_number(ask.db, Deal, ask.actor, number)
        assert deal is not None
        testdrive.waive(ask, deal)


def test_a_manager_waives_a_model_and_the_history_says_why(yard: Yard) -> None:
    number, deal = a_deal(yard)
    waive(yard, number, "刘洋", "M7")
    assert missing(yard, number) == []
    with yard.shop.looking() as db:
        row = of_thing(db, deal.store_id, deal.id)[-1]
        assert (row.action, "招标项目" in row.facts, row.case_id) == ("waive_drive", True, deal.id)


@pytest.mark.parametrize(("who", "model", "code"), [("李娜", "M7", "E-NOT-YOURS"), ("陈静", "?", "E-REQ-FIELD")])
def test_a_waiver_is_a_managers_and_for_a_model_of_ours(yard: Yard, who: str, model: str, code: str) -> None:
    number, _ = a_deal(yard)
    with pytest.raises(Refused) as refused:
        waive(yard, number, who, model)
    assert refused.value.codes == (code,)


def test_the_manager_who_owns_the_deal_waives_nothing_but_the_sales_manager_does(yard: Yard) -> None:
    number, deal = a_deal(yard)
    yard.change(Deal, deal.id, owner_id=yard.keys["陈静"])
    with pytest.raises(Refused) as refused:
        waive(yard, number, "陈静", "M7")
    assert refused.value.codes == ("E-SELF-APPROVE",)
    waive(yard, number, "马超", "M7")
    assert missing(yard, number) == []


def test_the_ground_of_a_waiver_is_looked_up(yard: Yard) -> None:
    number, deal = a_deal(yard)
    yard.change(Customer, deal.customer_id, procurement=False)
    for ground in G:  # the M7 stands in the yard, the customer is new and invites no tenders
        with pytest.raises(Refused) as refused:
            waive(yard, number, "陈静", "M7", ground=ground)
        assert [(each.code, each.field) for each in refused.value.refusals] == [("E-WAIVER", "ground")]
    yard.change(DemoCar, yard.keys["M7"], model_id=yard.models["X5"])
    waive(yard, number, "陈静", "M7", ground=G.NO_DEMO_CAR)


def test_who_was_handed_a_car_before_is_a_repeat_buyer(shop: Shop) -> None:
    _, (car,) = deliveries.ready(shop)
    deliveries.delivered(shop, car)
    with shop.acting("陈静", at("2026-12-10 09:00")) as ask:
        former = ask.db.scalars(select(Deal)).one()
        again = Deal(id=new_id(), store_id=former.store_id, customer_id=former.customer_id, owner_id=former.owner_id)
        known = ask.db.scalars(select(Unit)).one()
        told = testdrive.Waiver(model=known.model_id, ground=G.REPEAT_BUYER, reason="再次购买")
        assert testdrive.ground_holds(again, ask.with_facts(told)) is None
        refusal = testdrive.ground_holds(former, ask.with_facts(told))
        assert refusal is not None
        assert refusal.code == "E-WAIVER"
