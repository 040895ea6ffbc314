"""Between a car in the yard and a closed deal every gate refuses once, at its address, with its code.

The gates of the hand-over itself are in tests/test_handover_gates.py.
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from dealer.deliveries.handover import POINTS
from dealer.deliveries.inspection import items_for
from dealer.engine.steps import Refused, place
from dealer.money.receipts import RECEIPTS, CarriedOut
from dealer.records.care import CareCall
from dealer.records.contracts import Contract, ContractState, DepositKind
from dealer.records.deals import Deal, DealState
from dealer.records.deliveries import Batch
from dealer.records.money import Receipt, ReceiptKind
from dealer.records.oem import Filing, FilingState
from dealer.records.vehicles import Energy, Unit
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import LESSOR, POLICE, VINS
from tests.desk import Desk, Page
from tests.stories.test_01_government import Case

Desks = Callable[[str], Desk]
PDF = ("notice.pdf", b"%PDF-1.7 a notice")
JPEG = ("scratch.jpg", b"\xff\xd8\xff a scratch")
BLACK = "曜石黑/深灰"
N20, N25, N27, N28 = (f"2026-11-{day} 09:00" for day in (20, 25, 27, 28))


class Gates(Case):
    """People at their desks, and the ids of what they choose."""

    def no(self, who: str, when: str, url: str, /, **facts: Any) -> tuple[str, ...]:
        """The codes with which a form is refused."""
        answer = self.tried(who, when, url, facts)
        assert answer.status == 409, (url, answer.status, answer.html)
        return answer.codes

    def yes(self, who: str, when: str, url: str, /, **facts: Any) -> None:
        answer = self.tried(who, when, url, facts)
        assert answer.status == 200, (url, answer.html)

    def tried(self, who: str, when: str, url: str, facts: dict[str, Any]) -> Page:
        """A form with or without files, answered as to a program."""
        return (
            self.at(who, when).send(url, facts)
            if any(isinstance(each, tuple) for each in facts.values())
            else self.at(who, when).ask(url, facts)
        )

    def key(self, kind: type[Any], number: int) -> str:
        with self.shop.looking() as db:
            return str(db.scalars(select(kind.id).where(kind.number == number)).one())

    def unit(self, number: int) -> str:
        return self.key(Unit, number)

    def batch(self, contract: int, position: int = 1) -> str:
        return self.key(Batch, scene.batch(self.shop, contract, position))

    def changed(self, kind: type[Any], number: int, **values: Any) -> None:
        """How a thing stands, without the way there."""
        with self.shop.acting("许明", at(N20)) as ask:
            thing = scene.find(ask, kind, number)
            for name, value in values.items():
                if name == "state":
                    place(thing, value)
                else:
                    setattr(thing, name, value)


@pytest.fixture
def gates(shop: Shop, desk: Desks) -> Gates:
    return Gates(shop, desk)


def test_which_car_goes_to_which_batch(gates: Gates) -> None:
    """The police wait for two white cars since the 12th, the lessor for one since the 13th; two are whole."""
    shop = gates.shop
    first, later, unsigned = (
        scene.contract(shop, 2, [(2, "2026-11-30")]),
        scene.contract(shop, 1, [(1, "2026-11-30")], customer=LESSOR, effective="2026-11-13"),
        scene.contract(shop, 1, [(1, "2026-11-30")], customer="云岭区政府", effective="2026-11-14"),
    )
    gates.changed(Contract, unsigned, state=ContractState.ISSUED)
    police, lessor, nobody = (gates.batch(each) for each in (first, later, unsigned))
    one, two, hurt = scene.arrive(shop, *VINS[:3])
    (black,) = scene.arrive(shop, VINS[3], colour=BLACK)
    assert gates.no("孙强", N20, f"/stock/{one}/clear_damage", comment="补漆") == ("E-DAMAGE-NONE",)
    gates.yes("孙强", N20, f"/stock/{hurt}/report_damage", damage="右后翼子板凹陷", photos=JPEG)
    assert gates.no("孙强", N20, f"/stock/{black}/allocate", batch=police) == ("E-SPEC",)
    assert gates.no("孙强", N20, f"/stock/{hurt}/allocate", batch=police) == ("E-DAMAGED",)
    assert gates.no("孙强", N20, f"/stock/{one}/allocate", batch=nobody)[0] == "E-CONTRACT"
    assert gates.no("孙强", N20, f"/stock/{one}/allocate", batch=str(uuid4())) == ("E-REQ-FIELD",)
    assert gates.no("孙强", N20, f"/stock/{one}/allocate", batch=lessor) == ("E-FIRST-COME",)
    assert gates.no("周建国", N20, f"/stock/{one}/allocate_out_of_turn") == ("E-CLAIM-NONE",)
    for kept in ("extend_reservation", "release_reservation"):
        assert gates.no("陈静", N20, f"/stock/{one}/{kept}") == ("E-RESERVE-NONE",), kept
    gates.yes("陈静", N20, f"/stock/{one}/ask_out_of_turn", batch=lessor, reason="客户租期 12 月 1 日开始")
    assert gates.no("孙强", N20, f"/stock/{one}/allocate", batch=police) == ("E-CLAIMED",)
    assert gates.no("孙强", N20, f"/stock/{one}/lend", lent_to="何涛", lent_until="2026-11-22") == ("E-CLAIMED",)
    gates.yes("周建国", N20, f"/stock/{one}/refuse_out_of_turn", comment="按先后顺序")
    for car in (one, two):
        gates.yes("孙强", N20, f"/stock/{car}/allocate", batch=police)
    (three,) = scene.arrive(shop, VINS[4])
    assert gates.no("孙强", N20, f"/stock/{three}/allocate", batch=police) == ("E-BATCH-FULL",)
    assert gates.no("孙强", N20, f"/stock/{one}/allocate", batch=lessor) == ("E-VIN-TAKEN",)
    swap = f"/stock/{one}/swap"
    assert gates.no("孙强", N20, swap, replacement=gates.unit(black), reason="刮伤") == ("E-SPEC",)
    for other in (one, two, hurt):  # itself, one that is on the contract already, one that is damaged
        assert gates.no("孙强", N20, swap, replacement=gates.unit(other), reason="刮伤") == ("E-SWAP",), other


def test_a_batch_is_released_split_and_excused(gates: Gates) -> None:
    made = scene.contract(gates.shop, 2, [(2, "2026-11-30")])
    number, url = scene.batch(gates.shop, made), f"/deliveries/{scene.batch(gates.shop, made)}"
    scene.allocated(gates.shop, number, *scene.arrive(gates.shop, VINS[0]))
    assert gates.no("孙强", N20, f"{url}/release") == ("E-BATCH-SHORT",)
    gates.changed(Deal, 1, state=DealState.TEST_DRIVE)
    assert gates.no("孙强", N20, f"{url}/release") == ("E-DEAL-PHASE", "E-BATCH-SHORT")
    gates.changed(Deal, 1, state=DealState.DELIVERY)
    with gates.shop.looking() as db:
        line = str(db.scalars(select(Contract).where(Contract.number == made)).one().lines[0].id)
    part: dict[str, Any] = {"due_on": "2026-12-05", "reason": "一台在途"}
    assert gates.no("陈静", N20, f"{url}/split", shares=[{"line": line, "quantity": 2}], **part) == ("E-SPLIT",)
    past = part | {"due_on": "2026-11-19"}
    assert gates.no("陈静", N20, f"{url}/split", shares=[{"line": line, "quantity": 1}], **past) == ("E-DAY-PAST",)
    (elsewhere,) = scene.arrive(gates.shop, VINS[1])
    together = {"receiver": "杨帆", "receiver_phone": "13888880021", "driven_off_at": "2026-11-20T08:50"}
    ticked = [{"point": POINTS[0], "tick": "yes"}]
    taken = [{"unit": elsewhere, "odometer": 15}]
    assert gates.no("李娜", N20, f"{url}/hand-over", **together, points=ticked, cars=taken) == ("E-BATCH-CAR",)
    late = "2026-12-03 09:00"
    assert gates.no("陈静", late, f"{url}/excuse_delay", days=2, reason="道路封闭") == ("E-REQ-FIELD",)
    assert gates.no("陈静", late, f"{url}/close") == ("E-STATE",)


def test_a_car_is_inspected_item_by_item(gates: Gates) -> None:
    """The contract allows 50 km; the car came with 8."""
    made = scene.contract(gates.shop, 1, [(1, "2026-11-30")])
    (car,) = scene.arrive(gates.shop, VINS[0], odometer=8)
    scene.released(gates.shop, scene.batch(gates.shop, made), car)
    gates.yes("郑凯", N25, f"/stock/{car}/start_pdi")
    good = [{"item": item.code, "result": "pass"} for items in items_for(Energy.PETROL).values() for item in items]
    bad = [good[0] | {"result": "fail", "note": "划伤"}, *good[1:]]
    passing, failing = f"/stock/{car}/pdi_pass", f"/stock/{car}/pdi_fail"
    assert gates.no("郑凯", N25, passing, odometer=12, items=good[1:]) == ("E-PDI-OPEN",)
    assert gates.no("郑凯", N25, passing, odometer=12, items=bad) == ("E-PDI",)
    assert gates.no("郑凯", N25, passing, odometer=7, items=good) == ("E-ODOMETER-BACK",)
    assert gates.no("郑凯", N25, passing, odometer=51, items=good) == ("E-ODOMETER",)
    assert gates.no("郑凯", N25, failing, odometer=12, items=good) == ("E-PDI-ALL-PASSED",)
    assert gates.no("郑凯", N25, failing, odometer=12, items=bad) == ("E-PDI-PHOTO",)
    gates.yes("郑凯", N25, passing, odometer=50, items=good)


def test_an_invoice_agrees_with_its_contract(gates: Gates) -> None:
    """The filing was wanted and is not approved; then everything else that can be wrong with an invoice."""
    made = scene.contract(gates.shop, 2, [(2, "2026-11-30")], filing=True)
    one, two = scene.arrive(gates.shop, *VINS[:2])
    scene.allocated(gates.shop, scene.batch(gates.shop, made), one, two)
    url = f"/stock/{one}/issue_invoice"
    right = {"number": "26530000000000000001", "issued_on": "2026-11-27", "buyer": POLICE, "price": "131800"}
    assert gates.no("高洁", N27, url, **right) == ("E-FILING",)
    gates.changed(Filing, 1, state=FilingState.APPROVED)
    for changes, code in (
        ({"buyer": LESSOR}, "E-INVOICE-BUYER"),
        ({"buyer": "某市公安局 "}, ""),  # what stands around a name is no other name; see below
        ({"price": "131799.99"}, "E-INVOICE-PRICE"),
        ({"issued_on": "2026-11-28"}, "E-DAY-FUTURE"),
    ):
        if code:
            assert gates.no("高洁", N27, url, **(right | changes)) == (code,)
    red = {"number": "26530000000000000009", "issued_on": "2026-11-27", "reason": "抬头有误"}
    assert gates.no("高洁", N27, f"/stock/{one}/red_letter", **red) == ("E-INVOICE-NONE",)
    assert gates.no("高洁", N27, url, **(right | {"issued_on": "2026-11-11"})) == ("E-DAY-PAST",)
    gates.yes("高洁", N27, url, **(right | {"buyer": "某市公安局 "}))
    old = {"number": "26530000000000000008", "issued_on": "2026-11-26", "reason": "抬头有误"}
    assert gates.no("高洁", N27, f"/stock/{one}/red_letter", **old) == ("E-DAY-PAST",)
    assert gates.no("高洁", N27, url, **(right | {"number": "26530000000000000002"})) == ("E-INVOICE-LIVE",)
    assert gates.no("高洁", N27, f"/stock/{two}/issue_invoice", **right) == ("E-INVOICE-KNOWN",)
    assert gates.no("孙强", N27, f"/stock/{one}/take_off", comment="配错车") == ("E-INVOICE-LIVE",)


def test_money_keeps_to_the_contract(gates: Gates) -> None:
    """100,000 of 定金 are agreed. What came in twice, in half a fen, in dollars, tomorrow or too much is refused."""
    made = scene.contract(gates.shop, deposit=(DepositKind.EARNEST, 100_000_00))
    url = f"/contracts/{made}/money"
    right = {"kind": "earnest", "amount": "100000", "received_on": "2026-11-20", "payer": POLICE, "reference": "B1"}
    gates.changed(Contract, made, state=ContractState.IN_REVIEW)
    assert gates.no("高洁", N20, url, **right) == ("E-CONTRACT",)
    page = gates.at("高洁", N20).get(url)
    assert ("请先出具合同" in page.text, 'name="amount"' in page.html) == (True, False)
    gates.changed(Contract, made, state=ContractState.EFFECTIVE)
    for changes, codes in (
        ({"kind": "prepayment"}, ("E-DEPOSIT-WORD",)),
        ({"kind": "instalment", "amount": "1318000.01"}, ("E-OVERPAID",)),
        ({"received_on": "2026-11-21"}, ("E-DAY-FUTURE",)),
        ({"received_on": "2026-11-11"}, ("E-DAY-PAST",)),
        ({"kind": "refund", "amount": "1"}, ("E-REFUND",)),
        ({"kind": "bond_paid", "amount": "1"}, ("E-REFUND",)),
    ):
        assert gates.no("高洁", N20, url, **(right | changes)) == codes, changes
    desk = gates.at("高洁", N20)
    for typed in (
        "0.005",
        "100 USD",
        "$100",
        "€5",
        "100元/台",
        "0",
        "-1",
        "1e5",
        "１０．００５",
        "99999999999999999999",
    ):
        page = desk.submit(url, right | {"amount": typed})
        assert (page.status, "field-error" in page.html) == (422, True), (typed, page.status)
    for bare in (100_000, 0.5, True, [], {"yuan": 1}):  # a program's number: yuan to it, fen to us
        assert gates.tried("高洁", N20, url, right | {"amount": bare}).status == 422, bare
    gates.yes("高洁", N20, url, **right)
    assert gates.no("高洁", N20, url, **right) == ("E-PAYMENT-KNOWN",)
    with gates.shop.looking() as db:
        assert [each.amount for each in db.scalars(select(Receipt))] == [100_000_00]
    asking = {"payer": POLICE, "reason": "多付"}
    assert gates.no("李娜", N20, f"/contracts/{made}/refund", amount="100000.01", **asking, goes_on=True) == (
        "E-REFUND",
    )
    gates.yes("高洁", N20, url, **(right | {"kind": "on_behalf", "amount": "65900", "reference": "B2"}))
    assert gates.no("高洁", N20, "/receipts/2/match", instalment=None) == ("E-PAYMENT-KIND",)
    booked = CarriedOut(received_on=date(2026, 11, 20), payer=POLICE, reference="B3")
    with gates.shop.acting("高洁", at(N20), booked) as ask:
        contract = scene.find(ask, Contract, made)
        back = Receipt(store_id=contract.store_id, contract=contract, contract_id=contract.id, case_id=contract.deal_id,
                       kind=ReceiptKind.REFUND, amount=1, **booked.model_dump())  # fmt: skip
        with pytest.raises(Refused) as undecided:
            RECEIPTS.begin("carry_out", back, ask)
    assert undecided.value.codes == ("E-NOT-DECIDED",)


def test_a_credit_profile_counts_for_a_time(gates: Gates) -> None:
    """A year at most, and an analysis that expired while it waited is made anew."""
    scene.contract(gates.shop)
    told = {"limit": "100万", "grade": "b", "findings": "无失信记录", "basis": PDF}
    here = "/customers/1/credit/new"
    for day in ("2026-11-20", "2027-11-21"):
        assert gates.no("陈静", N20, here, **told, valid_until=day) == ("E-CREDIT-DAYS",), day
    gates.yes("陈静", N20, here, **told, valid_until="2026-11-21")
    assert gates.no("周建国", N25, "/credits/1/approve") == ("E-CREDIT-DAYS",)


def test_a_form_of_money_that_arrives_twice_counts_once(gates: Gates) -> None:
    made = scene.contract(gates.shop)
    desk, url = gates.at("高洁", N20), f"/contracts/{made}/money"
    blank = desk.get(url)
    money = {"kind": "instalment", "amount": "500000", "received_on": "2026-11-20", "payer": POLICE}
    assert [desk.post(url, money, blank).status for _ in range(2)] == [200, 200]
    other = desk.post(url, money | {"amount": "600000"}, blank)
    assert other.status == 409
    with gates.shop.looking() as db:
        assert [each.amount for each in db.scalars(select(Receipt))] == [500_000_00]


def test_a_car_comes_back_with_its_papers_and_by_two_people(gates: Gates) -> None:
    _, (car,) = scene.ready(gates.shop)
    scene.delivered(gates.shop, car)
    when, back = "2026-12-05 09:00", {"certificate": True, "keys": 2, "tax_proof": True, "odometer": 400}
    assert gates.no("高洁", when, f"/stock/{car}/return", **back)[0] == "E-RETURN-NOT-ASKED"
    gates.yes("陈静", when, f"/stock/{car}/ask_to_return", ground="合同第九条")
    assert gates.no("陈静", when, f"/stock/{car}/ask_to_return", ground="再次申请") == ("E-RETURN-ASKED",)
    assert gates.no("高洁", when, f"/stock/{car}/return", **back) == ("E-INVOICE-LIVE",)
    red = {"number": "26530000000000000099", "issued_on": "2026-12-05", "reason": "退车"}
    gates.yes("高洁", when, f"/stock/{car}/red_letter", **red)
    for missing in ({"certificate": False}, {"keys": 1}, {"tax_proof": False}):
        assert gates.no("高洁", when, f"/stock/{car}/return", **(back | missing)) == ("E-PAPERS",), missing


def test_a_batch_is_ended_within_the_law(gates: Gates) -> None:
    """Ten cars in two batches, 100,000 of 订金 paid: it is neither forfeited nor doubled, and half of it is half."""
    made = scene.contract(gates.shop, 10, [(5, "2026-11-30"), (5, "2026-12-10")],
                          deposit=(DepositKind.PREPAYMENT, 100_000_00))  # fmt: skip
    gates.yes("高洁", N20, f"/contracts/{made}/money", kind="prepayment", amount="100000",
              received_on="2026-11-20", payer=POLICE)  # fmt: skip
    url = f"/contracts/{made}/end-batch"
    ending: dict[str, Any] = {
        "batch": "2", "ground": "mutual", "notice_day": "2026-11-27", "evidence": PDF, "outcome": "returned",
        "amount": "50000", "note": "双方协商",
    }  # fmt: skip
    for changes, code in (
        ({"batch": "3"}, "E-BATCH-NONE"),
        ({"amount": "50000.01"}, "E-DEPOSIT-SHARE"),
        ({"outcome": "forfeited", "ground": "buyer_failed"}, "E-DEPOSIT-WORD"),
        ({"outcome": "double_back", "ground": "we_failed"}, "E-DEPOSIT-WORD"),
        ({"notice_day": "2026-11-28"}, "E-DAY-FUTURE"),
    ):
        assert code in gates.no("周建国", N27, url, **(ending | changes)), changes
    gates.yes("周建国", N27, url, **ending)


def test_a_deal_is_begun_closed_and_cancelled_in_its_time(gates: Gates) -> None:
    """Two cars; the deposit, a car, the price, an invoice, the callback and a complaint keep the deal open in turn."""
    shop = gates.shop
    made, (one, two) = scene.ready(shop, 2, deposit=(DepositKind.EARNEST, 20_000_00))
    gates.changed(Deal, 1, state=DealState.TEST_DRIVE)
    assert gates.no("李娜", N27, "/deals/1/begin_delivery") == ("E-DEPOSIT-UNPAID",)
    gates.changed(Contract, made, state=ContractState.ISSUED)
    cancelled = {"ground": "mutual", "notice_day": "2026-11-27", "outcome": "returned", "note": "客户不再购车"}
    assert "E-NOTHING-TO-CANCEL" in gates.no("周建国", N27, "/deals/1/cancel", **cancelled, deposit_outcome="0")
    gates.changed(Contract, made, state=ContractState.EFFECTIVE)
    gates.changed(Deal, 1, state=DealState.DELIVERY)
    scene.delivered(shop, one)
    assert gates.no("陈静", "2026-11-29 09:00", "/deals/1/close")[:2] == ("E-UNDELIVERED", "E-UNPAID")
    scene.delivered(shop, two)
    late = "2026-12-05 09:00"
    assert gates.no("陈静", late, "/deals/1/close") == ("E-UNPAID", "E-NO-CALLBACK")
    number = scene.batch(shop, made)
    assert gates.no("陈静", late, f"/deliveries/{number}/close") == ("E-NO-CALLBACK",)
    gates.yes("高洁", late, f"/contracts/{made}/money", kind="earnest", amount="20000", received_on="2026-12-01",
              payer=POLICE)  # fmt: skip
    gates.yes("高洁", late, f"/contracts/{made}/money", kind="balance", amount="243600", received_on="2026-12-01",
              payer=POLICE)  # fmt: skip
    for row in gates.open("callback"):
        with shop.looking() as db:
            call = db.get_one(CareCall, row.subject_id).number
        assert gates.no("林芳", late, f"/care/{call}/call_back", grade="so_so") == ("E-REQ-FIELD",)
        gates.yes("林芳", late, f"/care/{call}/call_back", grade="satisfied")
    red = {"number": "26530000000000000099", "issued_on": "2026-12-05", "reason": "抬头有误"}
    gates.yes("高洁", late, f"/stock/{two}/red_letter", **red)
    assert gates.no("陈静", late, "/deals/1/close") == ("E-NO-INVOICE",)
    again = {"number": "26530000000000000098", "issued_on": "2026-12-05", "buyer": POLICE, "price": "131800"}
    gates.yes("高洁", late, f"/stock/{two}/issue_invoice", **again)
    assert gates.no("林芳", late, "/deals/1/close") == ("E-NOT-YOURS",)
    gates.yes("陈静", late, "/deals/1/close")
