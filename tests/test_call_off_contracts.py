"""Orders under a framework agreement: the contract of a deal that calls off, from its draft to an amendment."""

from datetime import date
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from sqlalchemy import select

from dealer.engine.steps import place
from dealer.records.contracts import ContractKind, ContractState
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch
from dealer.records.frameworks import Framework
from dealer.records.quotations import Quotation, QuotationState
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import contract_of, gaps_of, waive_drives, work
from tests.quoting import step
from tests.test_frameworks import UNTIL, Desks, called_off, deal, in_force

__all__ = ["deal"]  # the fixture
BUYER = {
    "name": "滇行租赁公司", "uscc": "91530100MA6KCX9U4R", "legal_representative": "杨志远",
    "address": "昆明市滇池路 1 号", "seller_agent": "陈静", "seller_authorisation": "YLYX-SQ-2026-018",
}  # fmt: skip
DELIVERY = {
    "plan": [{"batch": 1, "line": 1, "quantity": 6, "due_on": "2026-12-20", "place": "昆明市滇池路 1 号"}],
    "contact": "陆明",
    "receivers": [{"name": "陆明", "phone": "13888880033"}],
}
SIGNED = {
    "seller_signer": "陈静", "seller_signed_on": "2026-11-10", "buyer_signer": "杨志远",
    "buyer_signed_on": "2026-11-10", "scan": ("订单.pdf", b"%PDF-1.7 signed"), "same_text": "on",
}  # fmt: skip


def accepted(shop: Shop, desk: Desks, deal: int, quantity: int = 6, **more: Any) -> None:
    """The customer says yes to cars at the agreed price; the need sheet is complete."""
    number = called_off(shop, desk, deal, quantity, **more)
    step(shop, "李娜", "2026-11-10 09:20", number, "send", UNTIL)
    step(shop, "李娜", "2026-11-10 09:30", number, "accept", quoting.YES)
    with shop.database.writing(shop.store.id) as db:
        need = db.scalars(select(Deal).where(Deal.number == deal)).one().need
        assert need is not None
        need.budget, need.decision_maker = quoting.y(900_000), "杨志远"


def another_deal(shop: Shop) -> int:
    """A second deal of the same customer."""
    number = quoting.deal_at_quotation(shop, wanted=(("X5", 6),))
    with shop.database.writing(shop.store.id) as db:
        first, second = db.scalars(select(Deal).order_by(Deal.number))
        second.customer_id = first.customer_id
    return number


def filled_in(desk: Desks, deal: int, contract: str, **delivery: Any) -> None:
    """Drawn up, and what an order may decide is typed."""
    lina = desk("李娜")
    assert lina.submit(f"/deals/{deal}/contract").url == contract
    assert lina.ask(f"{contract}/edit_buyer", BUYER).status == 200
    assert lina.ask(f"{contract}/edit_delivery", DELIVERY | delivery).status == 200


def approved(shop: Shop, desk: Desks, deal: int, contract: str) -> None:
    """Submitted with its deal and passed by all who review it; the press has tried it."""
    sent = desk("李娜").ask(f"/deals/{deal}/submit_review")
    assert sent.status == 200, sent.codes
    work(shop, "2026-11-10 10:00")
    for who, action in (("陈静", "pass_risk"), ("高洁", "pass_finance")):
        assert desk(who).ask(f"{contract}/{action}", {}).status == 200
    work(shop, "2026-11-10 10:05")


def text_of(paper: bytes) -> str:
    """What a PDF says."""
    return "".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages).replace("\n", "")


def test_two_orders_under_an_agreement_of_which_the_second_comes_after_its_end(
    shop: Shop, desk: Desks, deal: int
) -> None:
    in_force(shop, desk, arbitration="昆明仲裁委员会", damages="3", payment_days="15")
    accepted(shop, desk, deal)
    filled_in(desk, deal, "/contracts/1")

    # the order is at the agreement's conditions, and its forms ask for nothing else
    lina, drawn = desk("李娜"), contract_of(shop, 1)
    assert (drawn.kind, drawn.damages_permille, drawn.arbitration) == (ContractKind.CALL_OFF, 30, "昆明仲裁委员会")
    assert [(row.days, row.amount) for row in drawn.payments] == [(15, 6 * 132_000_00)]
    for action, asked, never in (
        ("edit_payment", "before_collection", "deposit"),
        ("edit_delivery", "receivers", "odometer_limit"),
        ("edit_wording", "special", "dispute"),
    ):
        form = lina.get(f"/contracts/1/{action}").html
        assert (f'name="{asked}' in form, f'name="{never}"' in form) == (True, False), action
    page = lina.get("/contracts/1")
    assert ("choose_kind" in page.html, "edit_procurement" in page.html, "/frameworks/1" in page.html) == (
        False, False, True,
    )  # fmt: skip
    assert "付款期限和收款账户按框架协议执行" in lina.get("/contracts/1/text").text
    assert lina.ask("/contracts/1/edit_payment", {"before_collection": True, "days": 3}).status == 200
    told = "乙方应在每批车辆交付日的3个工作日前付清该批价款"
    assert told in lina.get("/contracts/1/text").text

    # reviewed, issued with a number under the agreement's, printed
    approved(shop, desk, deal, "/contracts/1")
    clerk = desk("吴倩")
    assert clerk.ask("/contracts/1/issue").status == 200
    work(shop, "2026-11-10 11:00")
    paper = text_of(clerk.client.get(clerk.ask("/contracts/1/print").json["url"]).data)
    for said in ("YLYX-KJ-2026-0001-D1", "车辆订单", "2026年11月10日签订的框架协议", told, "792,000.00", "陆明"):
        assert said in paper, said
    for unsaid in ("定金", "里程", "仲裁"):
        assert unsaid not in paper, unsaid
    fingerprint = contract_of(shop, 1).fingerprint
    stranger = clerk.client.application.test_client(use_cookies=False)
    assert "尚未由各方签妥：这是 YLYX-KJ-2026-0001-D1" in stranger.get(
        f"/verify/YLYX-KJ-2026-0001-D1/{fingerprint}"
    ).text  # fmt: skip

    # a second one waits for its number when the agreement ends
    second = another_deal(shop)
    accepted(shop, desk, second)
    filled_in(desk, second, "/contracts/2")
    approved(shop, desk, second, "/contracts/2")
    assert desk("陈静").ask("/frameworks/1/end", {"comment": "客户违约"}).status == 200
    assert clerk.ask("/contracts/2/issue").codes == ("E-FRAMEWORK-OVER",)
    assert "框架协议 YLYX-KJ-2026-0001 已不再有效：请申请商机返工" in clerk.get("/contracts/2").text
    # the first is performed: signed, in effect, its cars planned and its money due before they leave
    waive_drives(shop, deal)
    assert clerk.submit("/contracts/1/record_signatures", SIGNED).url == "/contracts/1"
    assert desk("陈静").ask("/contracts/1/confirm_effective").status == 200
    assert desk("李娜").ask(f"/deals/{deal}/begin_delivery").status == 200
    with shop.looking() as db:
        batch = db.scalars(select(Batch)).one()
        assert (batch.due_on, contract_of(shop, 1).state) == (date(2026, 12, 20), ContractState.EFFECTIVE)
    # it is amended like any contract, but no car is added after the agreement's end
    assert desk("李娜").submit("/contracts/1/amendments", form_at="/contracts/1").url == "/contracts/3/edit_changes"
    _amended(desk, shop, 7)
    assert "E-FRAMEWORK-OVER" in desk("李娜").ask("/contracts/3/submit").codes
    _amended(desk, shop, 5)
    assert desk("李娜").ask("/contracts/3/submit").status == 200
    # the second goes back: its deal leaves the agreement, and the draft is a sale again
    assert desk("李娜").ask(f"/deals/{second}/ask_to_rework", {"to": "quotation", "reason": "协议已终止"}).status == 200
    assert desk("陈静").ask(f"/deals/{second}/rework", when="2026-11-10 09:30").status == 200
    assert desk("李娜").ask(f"/deals/{second}/call_off", {}).status == 200
    assert desk("李娜").ask("/contracts/2/redraft").status == 200
    assert contract_of(shop, 2).kind is ContractKind.SALE
    assert "choose_kind" in desk("李娜").get("/contracts/2").html


def _amended(desk: Desks, shop: Shop, quantity: int) -> None:
    car = {"line": 1, "model": str(quoting.model(shop, "X5").id), "colour": "白", "quantity": quantity}
    cars = {"cars": [car | {"unit_price": "132000"}], "reason": "数量调整"}
    assert desk("李娜").ask("/contracts/3/edit_changes", cars).status == 200
    plan = DELIVERY["plan"][0] | {"quantity": quantity}  # type: ignore[index, operator]
    assert desk("李娜").ask("/contracts/3/edit_delivery", DELIVERY | {"plan": [plan]}).status == 200


def test_an_order_is_not_submitted_without_an_agreement_that_covers_it(shop: Shop, desk: Desks, deal: int) -> None:
    in_force(shop, desk)
    accepted(shop, desk, deal)
    filled_in(desk, deal, "/contracts/1")
    for changed, back, code in (
        ({"ceiling": 5}, {"ceiling": 20}, "E-FRAMEWORK-FULL"),
        ({"filed_by_id": None}, {"filed_by_id": shop.person("吴倩").id}, "E-FRAMEWORK-UNFILED"),
        ({"until_day": date(2026, 11, 9)}, {"until_day": date(2027, 10, 31)}, "E-FRAMEWORK-OVER"),
    ):
        _set(shop, **changed)
        assert "E-CONTRACT-GAPS" in desk("李娜").ask(f"/deals/{deal}/submit_review").codes
        assert gaps_of(shop, 1, "2026-11-10 09:40") == (code,)
        _set(shop, **back)
    with shop.database.writing(shop.store.id) as db:
        db.scalars(select(Framework)).one().prices[0].net_price = 131_999_99
    assert gaps_of(shop, 1, "2026-11-10 09:40") == ("E-FRAMEWORK-PRICE",)


def _set(shop: Shop, **values: Any) -> None:
    with shop.database.writing(shop.store.id) as db:
        for name, value in values.items():
            setattr(db.scalars(select(Framework)).one(), name, value)


def test_the_last_cars_of_an_agreement_are_those_of_whom_they_were_promised_to_first(
    shop: Shop, desk: Desks, deal: int
) -> None:
    in_force(shop, desk, ceiling="10")
    accepted(shop, desk, deal)  # six of ten, sent at 9:20
    filled_in(desk, deal, "/contracts/1")
    later = called_off(shop, desk, another_deal(shop), 4)
    _set(shop, ceiling=8)  # by an agreement that is not for ten after all
    for sent, codes in (("2026-11-10 09:25", ()), ("2026-11-10 09:15", ("E-FRAMEWORK-FULL",))):
        with shop.database.writing(shop.store.id) as db:
            offer = db.scalars(select(Quotation).where(Quotation.number == later)).one()
            place(offer, QuotationState.SENT)
            offer.sent_at = at(sent)
        assert gaps_of(shop, 1, "2026-11-10 09:40") == codes, sent
