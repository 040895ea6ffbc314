"""One deal in each place where a deal can stand, each with everything that belongs to it: where whole lives begin.

All belong to 李娜 but one, which the key-account manager took over. They go their way through the screens' own steps
from an accepted quotation on.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dealer import workflow
from dealer.approvals.rulings import Approval
from dealer.contracts import contract as contracts
from dealer.deals.deals import Comment, Hold, Loss, NeedSheet, NewDeal, NewOwner, Rework, WantedCar
from dealer.engine.steps import Facts
from dealer.quotations.offers import Lines
from dealer.records.contracts import Contract, ContractState, Rendering
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, DealState, LossReason, PurchaseMode, Use
from dealer.records.quotations import PriceException, Quotation, QuotationLine
from dealer.records.vehicles import Model, Unit
from tests import deliveries as cars
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import (
    BUYER,
    PROCUREMENT,
    STORY_1_DELIVERY,
    accepted_deal,
    note,
    payment,
    signatures,
    waive_drives,
)
from tests.deliveries import LESSOR, VINS, WHITE

BEGINS = "2026-11-13 09:00"
OWN_FLOOR = 136_800  # yuan: what 李娜 may give without asking anybody
SIGNED_ON = {"seller_signed_on": date(2026, 11, 13), "buyer_signed_on": date(2026, 11, 13)}
LOSS = Loss(reason=LossReason.PRICE, remark="价格")


def found(shop: Shop, beginnings: Iterable[Callable[[Shop], int]]) -> dict[str, int]:
    """How each stands → its number."""
    quoting.open_for_business(shop)
    with shop.acting("许明", at("2026-10-01 09:00")) as ask:
        ask.db.scalars(select(Model).where(Model.code == "X5")).one().colours = [WHITE]
    return {begin.__name__: begin(shop) for begin in beginnings}


def step(shop: Shop, who: str, deal: int, record: type[Any], action: str, facts: Facts | None = None) -> None:
    """The newest thing of a deal takes a step, and what follows by itself follows."""
    with shop.acting(who, at(BEGINS), facts) as ask:
        its_deal = ask.db.scalars(select(Deal).where(Deal.number == deal)).one()
        thing: Any = its_deal
        if record is not Deal:
            its = select(record).where(record.deal_id == its_deal.id).order_by(record.number.desc())
            thing = ask.db.scalars(its).first()
        workflow.take(thing, action, ask)


# ── before an offer ───────────────────────────────────────────────────────────────────────────────────────────────


def inquiry(shop: Shop) -> int:
    """Its need sheet is filled."""
    facts = NewDeal(name="段莉", customer_class=CustomerClass.INDIVIDUAL, contact="段莉", phone="13888880022")
    with shop.acting("李娜", at(BEGINS), facts) as ask:
        deal = workflow.register(ask).number
    fill_need(shop, deal, PurchaseMode.DIRECT)
    return deal


def fill_need(shop: Shop, deal: int, mode: PurchaseMode) -> None:
    """Ten cars, and everything about them is known."""
    wanted = WantedCar(model=quoting.model(shop, "X5").id, colour=WHITE, quantity=10)
    known: dict[str, Any] = {"budget": 150_000_000, "decision_maker": "段莉", "purchase_mode": mode}
    step(shop, "李娜", deal, Deal, "fill_need", NeedSheet(use=Use.OFFICIAL, lines=(wanted,), **known))


def on_hold(shop: Shop) -> int:
    deal = quoting.deal_at_quotation(shop)
    step(shop, "陈静", deal, Deal, "hold", Hold(until=date(2026, 12, 5), comment="等预算批复"))
    return deal


# ── quoted ────────────────────────────────────────────────────────────────────────────────────────────────────────


def price_asked(shop: Shop) -> int:
    """Below the floor of its owner: the key-account manager decides."""
    deal = quoting.deal_at_quotation(shop)
    offer = quoting.draft(shop, deal, offered(shop, 132_000), when=BEGINS)
    quoting.step(shop, "李娜", BEGINS, offer, "submit", quoting.WHY)
    return deal


def offered(shop: Shop, price: int) -> Lines:
    """Ten cars at so many yuan each."""
    return Lines(lines=(quoting.car(shop, "X5", 10, price, WHITE),))


def price_given(shop: Shop) -> int:
    deal = price_asked(shop)
    step(shop, "陈静", deal, PriceException, "approve", Approval())
    return deal


def sent(shop: Shop) -> int:
    """The customer has it, at a price that was given."""
    deal = price_given(shop)
    step(shop, "李娜", deal, Quotation, "send", quoting.send_until(date(2026, 12, 5)))
    return deal


# ── agreed ────────────────────────────────────────────────────────────────────────────────────────────────────────


def accepted(shop: Shop, price: int = OWN_FLOOR) -> int:
    """The customer has said yes; the draft of the contract is complete."""
    deal = accepted_deal(shop, ("X5", 10, price))
    fill_need(shop, deal, PurchaseMode.OPEN_TENDER)
    with shop.acting("李娜", at(BEGINS)) as ask:
        ask.db.execute(update(QuotationLine).values(floor_own=OWN_FLOOR * 100))
        workflow.begin(
            contracts.draw_up(ask, ask.db.scalars(select(Deal).where(Deal.number == deal)).one()), "draw_up", ask
        )
    paid = payment(price * 6, price * 4, performance_bond=6_590_000)
    for action, facts in (
        ("edit_buyer", BUYER),
        ("edit_delivery", STORY_1_DELIVERY),
        ("edit_payment", paid),
        ("edit_procurement", PROCUREMENT),
    ):
        step(shop, "李娜", deal, Contract, action, facts)
    return deal


def nobody_gave_it(shop: Shop) -> int:
    """The customer has said yes to a price that nobody was asked for."""
    return accepted(shop, 131_800)


def in_review(shop: Shop) -> int:
    """One of three has passed it."""
    deal = accepted(shop)
    step(shop, "李娜", deal, Deal, "submit_review")
    step(shop, "高洁", deal, Contract, "pass_finance", note())
    return deal


def approved(shop: Shop) -> int:
    deal = in_review(shop)
    step(shop, "陈静", deal, Contract, "pass_risk", note())
    step(shop, "周建国", deal, Contract, "pass_house", note())
    with shop.acting("吴倩", at(BEGINS)) as ask:
        press(ask.db)
    return deal


def press(db: Session) -> None:
    """The press has printed whatever was ordered, and nothing is wrong with it."""
    db.execute(update(Rendering).values(passed=True))
    db.execute(update(Contract).where(Contract.state == ContractState.ISSUED).values(pdf_sha256="5" * 64))


def rework_asked(shop: Shop) -> int:
    deal = approved(shop)
    step(shop, "李娜", deal, Deal, "ask_to_rework", Rework(to=DealState.QUOTATION, reason="数量有变"))
    return deal


def signed(shop: Shop) -> int:
    """Both have signed; nobody has driven yet."""
    deal = approved(shop)
    step(shop, "吴倩", deal, Contract, "issue")
    with shop.acting("吴倩", at(BEGINS)) as ask:
        press(ask.db)
    step(shop, "吴倩", deal, Contract, "record_signatures", signatures(**SIGNED_ON))
    return deal


def effective(shop: Shop) -> int:
    """Signed, and nobody had to drive: nothing stands between it and its delivery."""
    deal = signed(shop)
    waive_drives(shop, deal)
    step(shop, "陈静", deal, Contract, "confirm_effective")
    return deal


# ── given up ──────────────────────────────────────────────────────────────────────────────────────────────────────


def loss_asked(shop: Shop) -> int:
    """By the key-account manager, who has taken it over and could confirm a loss of anybody else's."""
    deal = price_given(shop)
    step(shop, "陈静", deal, Deal, "change_owner", NewOwner(owner=shop.person("陈静").id, comment="交接"))
    step(shop, "陈静", deal, Deal, "ask_to_lose", LOSS)
    return deal


def reopening_asked(shop: Shop) -> int:
    deal = price_asked(shop)
    step(shop, "李娜", deal, Deal, "ask_to_lose", LOSS)
    step(shop, "陈静", deal, Deal, "lose")
    step(shop, "李娜", deal, Deal, "ask_to_reopen", Comment(comment="客户回来了"))
    return deal


# ── delivered ─────────────────────────────────────────────────────────────────────────────────────────────────────


def half_delivered(shop: Shop) -> int:
    """Of four cars the first has left, the second is ready and invoiced, the third stands in the second batch; two are
    free, and another customer waits for one."""
    cars.arrive(shop, *VINS[:5])
    price = OWN_FLOOR * 100
    made = cars.contract(shop, 4, [(2, "2026-11-30"), (2, "2026-12-10")], price=price)
    cars.contract(shop, 1, [(1, "2026-12-10")], customer=LESSOR, effective="2026-11-13", price=price)
    cars.released(shop, cars.batch(shop, made), 1, 2)
    cars.inspected(shop, 1, 2)
    for car in (1, 2):
        invoice = cars.invoice(f"2653{car:016}", price=price)
        cars.take(shop, "高洁", "2026-11-26 09:00", Unit, car, "issue_invoice", invoice)
    cars.delivered(shop, 1)
    cars.allocated(shop, cars.batch(shop, made, 2), 3)
    with shop.looking() as db:
        contract = db.scalars(select(Contract).where(Contract.number == made)).one()
        return db.get_one(Deal, contract.deal_id).number


BEGINNINGS: tuple[Callable[[Shop], int], ...] = (
    inquiry, on_hold, price_asked, price_given, sent, accepted, nobody_gave_it, in_review, approved, rework_asked,
    signed, effective, loss_asked, reopening_asked, half_delivered,
)  # fmt: skip
A_FEW = (price_asked, loss_asked, effective)
