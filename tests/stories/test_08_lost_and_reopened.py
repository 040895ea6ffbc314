"""Story 8, the deal's part: lost to a competitor, confirmed by a second person, reopened afresh."""

from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from dealer import workflow
from dealer.engine.history import of_case
from dealer.people import by_number
from dealer.quotations import quotation
from dealer.quotations.offers import Lines
from dealer.records.deals import Deal, DealState
from dealer.records.prospects import Level, Prospect, ProspectState
from dealer.records.quotations import Quotation, QuotationState
from dealer.records.vehicles import DemoCar, Model, Route
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

AWARD = ("中标通知书.pdf", b"%PDF-1.7 order")
LOSS = {"reason": "competitor", "competitor_brand": "启明", "competitor_model": "Q7", "remark": "价格低 6,000 元"}


def model_id(shop: Shop, code: str) -> str:
    with shop.looking() as db:
        return str(db.scalars(select(Model.id).where(Model.code == code)).one())


def the_deal(shop: Shop) -> Deal:
    with shop.looking() as db:
        return db.scalars(select(Deal)).one()


def the_card(shop: Shop) -> Prospect:
    with shop.looking() as db:
        return db.scalars(select(Prospect)).one()


def state_of(shop: Shop, number: int) -> QuotationState:
    with shop.looking() as db:
        return db.scalars(select(Quotation.state).where(Quotation.number == number)).one()


def on(day: str, desk: Callable[[str], Desk], name: str) -> Desk:
    """A person's browser on a later day: everybody signs in again."""
    early = desk("许明")
    early.turn_clock(day)
    return desk(name)


def drafted(shop: Shop, when: str) -> int:
    """王磊 writes 5 × X5 at his own floor; the quotation's number."""
    car = {"model": model_id(shop, "X5"), "colour": "珠光白", "quantity": 5, "unit_price": "136800"}
    with shop.acting("王磊", at(when), Lines.model_validate({"lines": [car]})) as ask:
        deal = by_number(ask.db, Deal, ask.actor, 1)
        assert deal is not None
        offer = quotation.blank(deal)
        workflow.begin(offer, "draft", ask)
        return offer.number


@pytest.fixture
def accepted(shop: Shop, desk: Callable[[str], Desk]) -> int:
    """A visitor of 12 November becomes a deal, gets an offer until 10 December and says yes; the offer's number."""
    zhao = on("2026-11-12 09:00", desk, "赵敏")
    party = {
        "heads": 1, "purpose": "look_at_cars", "source": "passing_by", "kind": "visit", "phone": "13888880041",
        "name": "马先生", "company": "滇行租赁公司", "customer_class": "rental", "quantity": 5,
        "consultant": str(shop.person("王磊").id),
    }  # fmt: skip
    assert zhao.ask("/walkins/new", party).status == 200
    wang = desk("王磊")
    told = {
        "name": "滇行租赁公司", "customer_class": "rental", "uscc": "91530100MA6KCX9U4R", "contact": "马先生",
        "phone": "13888880041", "visit": 1,
    }  # fmt: skip
    assert wang.ask("/deals/new", told).status == 200
    wanted = {"model": model_id(shop, "X5"), "colour": "珠光白", "quantity": 5}
    assert wang.ask("/deals/1/fill_need", {"use": "rental", "lines": [wanted]}).status == 200
    assert wang.ask("/deals/1/start_quotation").status == 200
    number = drafted(shop, "2026-11-12 10:00")
    assert wang.ask(f"/quotations/{number}/submit", when="2026-11-12 10:10").status == 200
    assert wang.ask(f"/quotations/{number}/send", {"valid_until": "2026-12-10"}).status == 200
    assert accept(wang, number, "2026-11-12 16:00").status_code == 200
    assert state_of(shop, number) is QuotationState.ACCEPTED
    return number


def accept(desk: Desk, number: int, when: str) -> TestResponse:
    """Record the customer's yes with its evidence: a form with a file, answered as to a program."""
    desk.turn_clock(when)
    token = desk.get("/today").hidden("csrf_token")
    told = {"evidence": "客户回传订单", "file": (BytesIO(AWARD[1]), AWARD[0]), "csrf_token": token}
    return desk.client.post(f"/quotations/{number}/accept", data=told, headers={"Accept": "application/json"})


def a_drive(shop: Shop) -> dict[str, str]:
    """马先生 is to drive the X5 on the next day, for deal 1."""
    with shop.looking() as db:
        car = db.scalars(select(DemoCar.id).join(Model).where(Model.code == "X5")).one()
        route = db.scalars(select(Route.id).where(Route.code == "R1")).one()
    keys = {"deal": the_deal(shop).id, "car": car, "route": route, "companion": shop.person("王磊").id}
    told = {name: str(key) for name, key in keys.items()}
    return told | {"name": "马先生", "phone": "13888880041", "starts_at": "2026-11-17T10:00"}


@pytest.fixture
def lost(shop: Shop, desk: Callable[[str], Desk], accepted: int) -> int:
    """Lost on 16 November; the number of the offer that had been accepted."""
    wang = on("2026-11-16 09:00", desk, "王磊")
    assert wang.ask("/deals/1/ask_to_lose", LOSS).status == 200
    assert desk("陈静").ask("/deals/1/lose", when="2026-11-16 10:00").status == 200
    return accepted


def test_story_8_a_competitor_is_named_by_brand_and_model(
    shop: Shop, desk: Callable[[str], Desk], accepted: int
) -> None:
    wang = on("2026-11-16 09:00", desk, "王磊")
    refused = wang.ask("/deals/1/ask_to_lose", LOSS | {"competitor_model": ""})
    assert (refused.status, refused.codes) == (409, ("E-REQ-FIELD",))
    assert refused.json["refusals"][0]["field"] == "competitor_model"
    assert the_deal(shop).loss_asked_by_id is None
    assert state_of(shop, accepted) is QuotationState.ACCEPTED


def test_story_8_a_loss_is_confirmed_by_the_key_account_manager_and_the_offers_end(
    shop: Shop, desk: Callable[[str], Desk], accepted: int
) -> None:
    wang = on("2026-11-16 09:00", desk, "王磊")
    assert wang.ask("/deals/1/ask_to_lose", LOSS).status == 200
    assert the_deal(shop).state is DealState.QUOTATION, "asking is not losing"
    assert wang.ask("/deals/1/lose").codes == ("E-NOT-YOURS",)
    assert wang.ask("/drives/new", a_drive(shop)).status == 200

    assert desk("陈静").ask("/deals/1/lose", when="2026-11-16 10:00").status == 200
    deal = the_deal(shop)
    assert (deal.state, deal.loss_reason, deal.loss_competitor) == (DealState.LOST, "competitor", "启明 Q7")
    assert state_of(shop, accepted) is QuotationState.WITHDRAWN
    with shop.looking() as db:
        told = {row.action: row for row in of_case(db, deal.store_id, deal.id)}
    assert told["lose"].actor_id == shop.person("陈静").id
    assert told["withdraw_with_deal"].because_seq == told["lose"].seq
    assert told["cancel_with_deal"].because_seq == told["lose"].seq
    assert "已取消" in wang.get("/drives/1").text


def test_story_8_a_reopened_deal_begins_afresh_and_its_card_at_level_a(
    shop: Shop, desk: Callable[[str], Desk], lost: int
) -> None:
    wang = on("2026-12-01 09:00", desk, "王磊")
    chenjing = desk("陈静")
    # it takes two: the owner asks, the manager agrees
    assert chenjing.ask("/deals/1/reopen").status == 409
    assert wang.ask("/deals/1/ask_to_reopen", {"comment": "客户又来，竞品交期太长"}).status == 200
    assert wang.ask("/deals/1/reopen").codes == ("E-NOT-YOURS",)
    assert chenjing.ask("/deals/1/reopen", when="2026-12-01 10:00").status == 200

    assert (the_deal(shop).state, the_deal(shop).reopened_count) == (DealState.INQUIRY, 1)
    card = the_card(shop)
    assert (card.level, card.state) == (Level.A, ProspectState.FOLLOWING)
    assert state_of(shop, lost) is QuotationState.WITHDRAWN


def test_story_8_the_old_yes_does_not_count_after_reopening(shop: Shop, desk: Callable[[str], Desk], lost: int) -> None:
    wang = on("2026-12-01 09:00", desk, "王磊")
    assert wang.ask("/deals/1/ask_to_reopen", {"comment": "客户又来"}).status == 200
    assert desk("陈静").ask("/deals/1/reopen", when="2026-12-01 10:00").status == 200
    assert wang.ask("/deals/1/start_quotation", when="2026-12-01 10:10").status == 200

    # its own day, 10 December, has not come: what stands in the way is that it is void
    refused = accept(wang, lost, "2026-12-01 10:20")
    assert refused.json is not None
    assert (refused.status_code, [each["code"] for each in refused.json["refusals"]]) == (409, ["E-QUOTE-VOID"])
    assert state_of(shop, lost) is QuotationState.WITHDRAWN
    # nor does the review see an accepted quotation any more
    assert wang.ask("/deals/1/submit_review", when="2026-12-01 10:30").status == 409
    assert the_deal(shop).state is DealState.QUOTATION
