"""Story 7: a price below the key-account manager's floor, up to the earnest money of its contract."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from dealer import workflow
from dealer.engine.amounts import capitals, purchase_tax
from dealer.engine.history import of_thing
from dealer.people import by_number
from dealer.prices.pricing import VAT
from dealer.quotations import quotation, quotation_terms
from dealer.quotations.offers import Lines
from dealer.records.contracts import Contract
from dealer.records.deals import Deal, DealState
from dealer.records.quotations import ExceptionState, PriceException, Quotation, QuotationState, Tier
from dealer.records.vehicles import Model
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk

RENTAL = {
    "name": "滇行租赁公司", "customer_class": "rental", "uscc": "91530100MA6KCX9U4R", "contact": "段莉",
    "phone": "13888880031", "title": "30 辆 E3",
}  # fmt: skip
WHY = {"reason": "竞品同级车型报价 157,900 元，客户一次订 30 辆。"}
YES = {"comment": "同意，按 30 辆执行。"}


def model_id(shop: Shop, code: str) -> str:
    with shop.looking() as db:
        return str(db.scalars(select(Model.id).where(Model.code == code)).one())


def drafted(shop: Shop, when: str, deal_number: int, price: str) -> int:
    """李娜 writes 30 × E3 into a quotation; its number."""
    car = {"model": model_id(shop, "E3"), "colour": "珠光白", "quantity": 30, "unit_price": price}
    with shop.acting("李娜", at(when), Lines.model_validate({"lines": [car]})) as ask:
        deal = by_number(ask.db, Deal, ask.actor, deal_number)
        assert deal is not None
        offer = quotation.blank(deal)
        workflow.begin(offer, "draft", ask)
        return offer.number


def the_exception(shop: Shop) -> PriceException:
    with shop.looking() as db:
        return db.scalars(select(PriceException)).one()


def the_quotation(shop: Shop) -> Quotation:
    with shop.looking() as db:
        offer = db.scalars(select(Quotation)).one()
        assert offer.lines
        return offer


@pytest.fixture
def quoting(shop: Shop, desk: Callable[[str], Desk]) -> Desk:
    """李娜's desk, with the deal registered, the need known and quoting begun."""
    lina = desk("李娜")
    lina.turn_clock("2026-11-10 09:00")
    assert lina.ask("/deals/new", RENTAL).json == {"url": "/deals/1"}
    wanted = {"model": model_id(shop, "E3"), "colour": "珠光白", "quantity": 30}
    assert lina.ask("/deals/1/fill_need", {"use": "rental", "lines": [wanted]}).status == 200
    assert lina.ask("/deals/1/start_quotation").status == 200
    return lina


def test_story_7_a_price_below_the_managers_floor_goes_to_the_general_manager(
    shop: Shop, desk: Callable[[str], Desk], quoting: Desk
) -> None:
    number = drafted(shop, "2026-11-10 10:00", 1, "158900")

    # without a reason it is not even asked for
    assert quoting.ask(f"/quotations/{number}/submit", {}, when="2026-11-10 10:05").status == 422
    assert quoting.ask(f"/quotations/{number}/submit", WHY, when="2026-11-10 10:10").status == 200
    exception = the_exception(shop)
    assert (exception.state, exception.tier) == (ExceptionState.PENDING, Tier.GENERAL)
    assert the_quotation(shop).state is QuotationState.PENDING_PRICE

    # nobody sends it to the customer before it is decided
    waiting = quoting.ask(f"/quotations/{number}/send", {"valid_until": "2026-11-25"}, when="2026-11-10 10:20")
    assert waiting.codes == ("E-STATE",)
    # nor does 李娜 decide her own request
    assert quoting.ask("/approvals/1/approve", YES, when="2026-11-10 10:25").status in (404, 409)
    assert the_exception(shop).state is ExceptionState.PENDING

    # 陈静 opens it and may not: 158,900 < 161,800
    chenjing = desk("陈静")
    refused = chenjing.ask("/approvals/1/approve", YES, when="2026-11-10 11:00")
    assert refused.status == 409
    assert "E-AUTH-LIMIT" in refused.codes
    assert the_exception(shop).state is ExceptionState.PENDING

    # 周建国 may: 158,900 ≥ 158,000
    assert desk("周建国").ask("/approvals/1/approve", YES, when="2026-11-10 14:00").status == 200
    exception = the_exception(shop)
    assert exception.state is ExceptionState.APPROVED
    assert exception.decided_by_id == shop.person("周建国").id
    with shop.looking() as db:
        assert "approve" in [row.action for row in of_thing(db, shop.store.id, exception.id)]

    # the quotation is ready by itself, for 30 cars at 4,767,000 in all
    offer = the_quotation(shop)
    assert offer.state is QuotationState.READY
    total = sum(line.quantity * line.unit_price for line in offer.lines)
    assert total == 4_767_000_00
    assert capitals(total) == "人民币肆佰柒拾陆万柒仟元整"
    with shop.looking() as db:
        assert db.scalars(select(Deal)).one().state is DealState.QUOTATION


def test_story_7_at_their_floor_the_key_account_manager_decides_alone(
    shop: Shop, desk: Callable[[str], Desk], quoting: Desk
) -> None:
    number = drafted(shop, "2026-11-10 10:00", 1, "161800")
    assert quoting.ask(f"/quotations/{number}/submit", WHY, when="2026-11-10 10:10").status == 200
    assert the_exception(shop).tier is Tier.KEY_ACCOUNT
    assert desk("陈静").ask("/approvals/1/approve", YES, when="2026-11-10 11:00").status == 200
    assert the_quotation(shop).state is QuotationState.READY


def test_story_7_one_cent_below_it_goes_to_the_general_manager(shop: Shop, quoting: Desk) -> None:
    number = drafted(shop, "2026-11-10 10:00", 1, "161799.99")
    assert quoting.ask(f"/quotations/{number}/submit", WHY, when="2026-11-10 10:10").status == 200
    assert the_exception(shop).tier is Tier.GENERAL


def test_story_7_below_every_floor_nothing_is_asked_without_a_project_approval(shop: Shop, quoting: Desk) -> None:
    number = drafted(shop, "2026-11-10 10:00", 1, "157999.99")
    refused = quoting.ask(f"/quotations/{number}/submit", WHY, when="2026-11-10 10:10")
    assert refused.codes == ("E-PRICE-HARD-FLOOR",)
    with shop.looking() as db:
        assert db.scalars(select(PriceException)).first() is None


def test_story_7_to_its_end_the_earnest_money_and_the_purchase_tax(
    shop: Shop, desk: Callable[[str], Desk], quoting: Desk
) -> None:
    number = drafted(shop, "2026-11-10 10:00", 1, "158900")
    assert quoting.ask(f"/quotations/{number}/submit", WHY, when="2026-11-10 10:10").status == 200
    assert desk("周建国").ask("/approvals/1/approve", YES, when="2026-11-10 14:00").status == 200
    sending = {"valid_until": "2026-11-25", "binding": True}
    assert quoting.ask(f"/quotations/{number}/send", sending, when="2026-11-10 15:00").status == 200

    # what the tax office will probably ask for one car: half until the end of 2027, from the rounded base
    with shop.looking() as db:
        offer = db.scalars(select(Quotation)).one()
        [car] = quotation_terms.quotation_terms(db, offer, date(2026, 11, 10)).vehicles
        assert (car.quantity, car.purchase_tax_fen) == (30, 7_030_97)
    full = purchase_tax(158_900_00, VAT, date(2028, 1, 3), new_energy=True)
    assert (full.base, full.due) == (140_619_47, 14_061_95)

    quoting.turn_clock("2026-11-12 10:00")
    lina = desk("李娜")
    yes = {"evidence": "客户盖章回传", "file": ("回传.pdf", b"%PDF-1.7 yes")}
    assert lina.submit(f"/quotations/{number}/accept", yes).status == 200
    assert lina.submit("/deals/1/contract").url == "/contracts/1"
    payment = {
        "deposit_kind": "earnest", "deposit": "953400.01", "deposit_days": 5, "damages": 5, "damages_cap_percent": 5,
        "payments": [{"event": "before_collection", "days": 0, "amount": "3813599.99"}],
    }  # fmt: skip
    above = lina.ask("/contracts/1/edit_payment", payment)
    assert above.codes == ("E-DEPOSIT-20",)
    assert above.json["refusals"][0]["values"]["most"] == str(953_400_00)
    most = payment | {"deposit": "953400", "payments": [{"event": "before_collection", "days": 0, "amount": "3813600"}]}
    assert lina.ask("/contracts/1/edit_payment", most).status == 200
    agreed = payment | {
        "deposit": "900000",
        "payments": [{"event": "before_collection", "days": 0, "amount": "3867000"}],
    }
    assert lina.ask("/contracts/1/edit_payment", agreed).status == 200
    with shop.looking() as db:
        contract = db.scalars(select(Contract)).one()
        assert (contract.total, contract.deposit) == (4_767_000_00, 900_000_00)
        assert f"{contract.deposit * 100 / contract.total:.2f}" == "18.88"
