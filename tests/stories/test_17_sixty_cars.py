"""Sixty cars in five batches: a swap, a rejection, a late batch, two cars fewer, a batch that is ended; to the fen.

What is right is counted here, from the prices, days and rates of the contract, and compared with what the screens say.
Every day's special car goes over its own address; the cars beside it take the same steps, many in one transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select

from dealer import workflow
from dealer.deals.deals import Comment
from dealer.deliveries.handover import POINTS
from dealer.engine.history import verify
from dealer.engine.steps import Ask, Facts
from dealer.money.invoices import NewInvoice
from dealer.records.care import CareCall
from dealer.records.contracts import Contract, ContractKind, DepositKind, PaymentEvent
from dealer.records.deals import Deal, DealState, Terms
from dealer.records.deliveries import Batch
from dealer.records.money import Receipt
from dealer.records.vehicles import Model, Unit, UnitState
from dealer.stock.vehicles import UNITS, new_unit
from dealer.stock.yard import NewUnit
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import press_says
from tests.desk import Desk
from tests.drives import PNG
from tests.stories.test_01_government import Case
from tests.stories.test_09_amendments import PDF, cars, in_delivery, signing
from tests.vins import vins

PRICE, NET, VAT = 131_800_00, 116_637_17, 15_162_83  # 131,800.00 ÷ 1.13 = 116,637.168…, half up
DEPOSIT, SHARE = 1_000_000_00, 1_381_600_00  # 定金; of each batch 12 × 131,800 − 200,000, before its cars leave
A_DAY = 65_90  # delay of one car, a day: 131,800.00 × 5 ‱
DUE = ("2026-11-30", "2026-12-10", "2026-12-20", "2026-12-31", "2027-01-15")
VINS = vins(60, first=201)
POLICE = "某市公安局"


@dataclass
class Books:
    """What the test itself counts, beside the product."""

    contracted: int = 60
    cancelled: int = 0
    delivered: set[int] = field(default_factory=set)
    invoiced: set[int] = field(default_factory=set)  # with a living invoice
    receipts: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        return (self.contracted - self.cancelled) * PRICE

    @property
    def received(self) -> int:
        return sum(self.receipts)

    @property
    def open(self) -> int:
        return self.contracted - self.cancelled - len(self.delivered)


@dataclass
class Sixty(Case):
    """The contract over sixty cars, and its books."""

    books: Books = field(default_factory=Books)

    def step(self, who: str, when: str, action: str, numbers: range | list[int], facts: Any = None) -> None:
        """Many cars take the same step in one transaction; what follows by itself is asked once, after the last."""
        with self.shop.acting(who, at(when)) as ask:
            for number in numbers:
                told: Facts | None = facts(number) if callable(facts) else facts
                unit = scene.find(ask, Unit, number)
                UNITS.advance(unit, action, Ask(ask.db, ask.actor, ask.at, told))
            workflow.settle(unit, ask)

    def allocated(self, batch: int, numbers: range, when: str) -> None:
        self.step("孙强", when, "allocate", numbers, scene.to_batch(self.shop, batch))

    def inspected(self, numbers: range | list[int], day: str) -> None:
        self.step("郑凯", f"{day} 08:00", "start_pdi", numbers)
        self.step("郑凯", f"{day} 09:00", "pdi_pass", numbers, scene.report())

    def invoiced(self, numbers: range | list[int], day: str) -> None:
        self.step("高洁", f"{day} 11:00", "issue_invoice", numbers, lambda number: self.invoice(number, day))
        self.books.invoiced |= set(numbers)

    @staticmethod
    def invoice(number: int, day: str) -> NewInvoice:
        return scene.invoice(f"2653{number:016}", issued_on=date.fromisoformat(day))

    def delivered(self, numbers: range | list[int], day: str) -> None:
        form = scene.form(driven_off_at=at(f"{day} 15:00"))
        self.step("李娜", f"{day} 15:30", "deliver", numbers, form)
        self.books.delivered |= set(numbers)

    def handed_over(self, number: int, day: str) -> None:
        """杨帆 signs for the car at its own address."""
        self.sent("李娜", f"{day} 15:20", Unit, number, "deliver", HANDED | {"driven_off_at": f"{day}T15:10"})
        self.books.delivered.add(number)

    def paid(self, when: str, yuan: str, kind: str = "instalment") -> None:
        """Finance records what came in."""
        money = {"kind": kind, "amount": yuan, "received_on": when[:10], "payer": POLICE}
        answer = self.at("高洁", when).ask("/contracts/1/money", money)
        assert answer.status == 200, answer.html
        self.books.receipts.append(int(yuan) * 100)

    def refused_money(self, when: str, yuan: str, kind: str = "instalment") -> tuple[str, ...]:
        money = {"kind": kind, "amount": yuan, "received_on": when[:10], "payer": POLICE}
        answer = self.at("高洁", when).ask("/contracts/1/money", money)
        assert answer.status == 409, answer.html
        return answer.codes

    def damages(self, batch: int, when: str) -> str:
        """What the page of a batch says about its delay."""
        text = self.at("陈静", when).get(f"/deliveries/{batch}").text
        return text.partition("延期违约金 ")[2].partition(" 负责人")[0] or "—"

    def state(self, kind: type[Any], number: int) -> str:
        return scene.state(self.shop, kind, number)


HANDED: dict[str, Any] = {
    "receiver": "杨帆", "receiver_phone": "13888880021", "odometer": "15", "keys": "2", "signature": ("s.png", PNG),
    "consultant_signature": ("c.png", PNG), "service_advisor": "冯涛", "service_signature": ("v.png", PNG),
} | {
    f"points-{row}-{name}": value
    for row, point in enumerate(POINTS)
    for name, value in (("point", point), ("tick", "yes"))
}  # fmt: skip


def yuan(fen: int) -> str:
    """Money as the screens write it."""
    whole, cents = divmod(fen, 100)
    return f"{whole:,}.{cents:02}" if cents else f"{whole:,}"


def reconcile(case: Sixty, when: str) -> None:
    """Cars and money, from the rows one by one and from what the page of the contract's money says."""
    books = case.books
    with case.shop.looking() as db:
        places = db.scalar(select(func.sum(Batch.quantity)))
        state = select(func.count()).select_from(Unit).where(Unit.contract_id.is_not(None))
        handed = db.scalar(state.where(Unit.state == UnitState.DELIVERED))
        held = db.scalar(state.where(Unit.state != UnitState.DELIVERED))
    assert (places, handed) == (books.contracted - books.cancelled, len(books.delivered))
    assert held <= books.open
    text = case.at("陈静", when).get("/contracts/1/money").text
    cars, open_ = len(books.invoiced), books.total - books.received
    wanted = {"总价": yuan(books.total), "已收": yuan(books.received), "未收": yuan(max(0, open_))}
    assert {name: figure(text, name) for name in wanted} == wanted
    assert f"已开票（台） {cars} " in text
    if cars:
        assert f"有效发票合计 {yuan(cars * NET)} {yuan(cars * VAT)} {yuan(cars * PRICE)}" in text


def figure(text: str, name: str) -> str:
    """One of the figures at the head of the page."""
    return text.partition(f" {name} ")[2].partition(" 元")[0]


def sixty_cars(shop: Shop, desk: Callable[[str], Desk]) -> Sixty:
    """The contract in force, its deal in delivery, sixty cars in the yard."""
    event = PaymentEvent
    payments = ((event.SIGNING, DEPOSIT), *((event.BEFORE_COLLECTION, SHARE) for _ in DUE))
    number = in_delivery(
        shop, ContractKind.SALE, payments, quantity=60, plan=[(12, day) for day in DUE], terms=Terms.PREPAID,
        deposit=(DepositKind.EARNEST, DEPOSIT),
    )  # fmt: skip
    assert number == 1
    with shop.acting("孙强", at("2026-11-14 09:00")) as ask:
        for at_, payment in enumerate(scene.find(ask, Contract, 1).payments):
            payment.batch = at_ or None
        model = ask.db.scalars(select(Model).where(Model.code == "X5")).one()
        model.colours = [*model.colours, scene.WHITE]
        for vin in VINS:
            facts = NewUnit(model=model.id, vin=vin, colour=scene.WHITE)
            unit = Ask(ask.db, ask.actor, ask.at, facts)
            UNITS.begin("arrive", new_unit(unit), unit)
    return Sixty(shop, desk)


def test_sixty_cars_in_five_batches(shop: Shop, desk: Callable[[str], Desk]) -> None:
    case = sixty_cars(shop, desk)
    _the_deposit_comes_in(case)
    _a_car_of_the_first_batch_is_swapped(case)
    _a_car_of_the_second_batch_is_rejected(case)
    _the_third_batch_is_late(case)
    _two_cars_fall_away(case)
    _the_fourth_batch_leaves_on_the_last_day_of_the_year_but_for_five(case)
    _the_fifth_batch_is_ended_after_four_cars(case)
    _what_is_too_much_goes_back(case)
    _the_deal_is_closed(case)
    with shop.looking() as db:
        assert verify(db) == []


def _the_deposit_comes_in(case: Sixty) -> None:
    """It was agreed as 定金: 订金 is another thing. More than is owed is a slip."""
    assert case.refused_money("2026-11-13 10:00", "1000000", "prepayment") == ("E-DEPOSIT-WORD",)
    case.paid("2026-11-13 10:05", "1000000", "earnest")
    assert case.refused_money("2026-11-13 10:10", "6908000.01") == ("E-OVERPAID",)
    reconcile(case, "2026-11-13 11:00")


def _a_car_of_the_first_batch_is_swapped(case: Sixty) -> None:
    """Car 3 is scratched after it was invoiced: red letter, then the swap; car 60 is inspected from the beginning."""
    case.allocated(1, range(1, 12), "2026-11-20 09:00")
    assert case.refused("孙强", "2026-11-20 09:30", Batch, 1, "release") == ("E-BATCH-SHORT",)
    with case.shop.looking() as db:
        first = str(db.scalars(select(Batch.id).where(Batch.number == 1)).one())
        spare = str(db.scalars(select(Unit.id).where(Unit.number == 60)).one())
    case.done("孙强", "2026-11-20 09:40", Unit, 12, "allocate", {"batch": first})
    assert case.refused("孙强", "2026-11-20 09:41", Unit, 13, "allocate", batch=first) == ("E-BATCH-FULL",)
    case.done("孙强", "2026-11-20 10:00", Batch, 1, "release")
    case.inspected(range(1, 13), "2026-11-25")
    case.invoiced(range(1, 13), "2026-11-26")
    reconcile(case, "2026-11-26 12:00")
    swap = {"replacement": spare, "reason": "运输刮伤"}
    assert case.refused("孙强", "2026-11-27 09:00", Unit, 3, "swap", **swap) == ("E-INVOICE-LIVE",)
    red = {"number": "26530000000000009003", "issued_on": "2026-11-27", "reason": "换车"}
    case.done("高洁", "2026-11-27 09:30", Unit, 3, "red_letter", red)
    case.books.invoiced.remove(3)
    reconcile(case, "2026-11-27 09:40")
    case.done("孙强", "2026-11-27 10:00", Unit, 3, "swap", swap)
    assert (case.state(Unit, 3), case.state(Unit, 60)) == ("in_stock", "allocated")
    case.inspected([60], "2026-11-28")
    case.invoiced([60], "2026-11-28")
    paying = HANDED | {"driven_off_at": "2026-11-28T15:10"}
    # A twelfth of 1,381,600 is 115,133.333…: what is asked for before a car leaves is rounded up.
    unpaid = case.at("李娜", "2026-11-28 15:20").submit("/stock/60/deliver", paying)
    assert (unpaid.status, "交车前还须到账115,133.34元" in unpaid.text) == (409, True), unpaid.text
    case.paid("2026-11-28 15:22", "1381600")
    case.handed_over(60, "2026-11-28")
    case.delivered([number for number in range(1, 13) if number != 3], "2026-11-28")
    assert case.state(Batch, 1) == "accepted"
    assert case.damages(1, "2026-12-31 09:00") == "—"
    reconcile(case, "2026-11-28 17:00")


def _a_car_of_the_second_batch_is_rejected(case: Sixty) -> None:
    """Handed over a day early but for car 20: rejected, promised for the 14th, four days after the agreed day."""
    case.allocated(2, range(13, 25), "2026-12-01 09:00")
    case.done("孙强", "2026-12-01 10:00", Batch, 2, "release")
    case.inspected(range(13, 25), "2026-12-07")
    case.invoiced(range(13, 25), "2026-12-08")
    case.paid("2026-12-08 14:00", "1000000")
    case.paid("2026-12-08 14:05", "381600")
    case.delivered([number for number in range(13, 25) if number != 20], "2026-12-09")
    bad = {"defect": "后备厢盖缝隙不匀", "promised_on": "2026-12-14", "photo": ("gap.jpg", b"\xff\xd8\xff a gap")}
    past = bad | {"promised_on": "2026-12-09"}
    assert case.at("李娜", "2026-12-09 15:40").submit("/stock/20/reject", past).status == 409
    case.sent("李娜", "2026-12-09 15:45", Unit, 20, "reject", bad)
    assert (case.state(Unit, 20), case.state(Batch, 2)) == ("pdi_failed", "partly_accepted")
    assert "后备厢盖缝隙不匀" in case.at("陈静", "2026-12-09 16:00").get("/deliveries/2").text
    reconcile(case, "2026-12-09 17:00")
    assert case.damages(2, "2026-12-10 09:00") == "—"
    assert case.damages(2, "2026-12-12 09:00") == f"{yuan(2 * A_DAY)} 2 天"
    case.step("郑凯", "2026-12-12 10:00", "retry_pdi", [20], Comment(comment="已调整铰链"))
    case.step("郑凯", "2026-12-12 11:00", "pdi_pass", [20], scene.report())
    case.handed_over(20, "2026-12-14")
    assert case.state(Batch, 2) == "accepted"
    assert case.damages(2, "2027-01-10 09:00") == f"{yuan(4 * A_DAY)} 4 天"  # 263.60
    reconcile(case, "2026-12-14 17:00")


def _the_third_batch_is_late(case: Sixty) -> None:
    """Eight cars on the 18th, four on the 27th, a week after the 20th; for three of its days the road was closed."""
    case.allocated(3, range(25, 37), "2026-12-15 09:00")
    case.done("孙强", "2026-12-15 10:00", Batch, 3, "release")
    case.inspected(range(25, 37), "2026-12-16")
    case.invoiced(range(25, 37), "2026-12-17")
    case.paid("2026-12-17 14:00", "1381600")
    case.delivered(range(25, 33), "2026-12-18")
    assert case.damages(3, "2026-12-25 09:00") == f"{yuan(4 * 5 * A_DAY)} 5 天"  # 1,318.00
    case.delivered(range(33, 36), "2026-12-27")
    case.handed_over(36, "2026-12-27")
    assert case.damages(3, "2026-12-28 09:00") == f"{yuan(4 * 7 * A_DAY)} 7 天"  # 1,845.20
    excuse = {"days": "3", "reason": "高速公路因冰雪封闭"}
    assert case.refused("陈静", "2026-12-28 09:10", Batch, 3, "excuse_delay", **excuse) == ("E-REQ-FIELD",)
    case.sent("陈静", "2026-12-28 09:15", Batch, 3, "excuse_delay", excuse | {"evidence": PDF})
    assert case.damages(3, "2026-12-28 09:20") == f"{yuan(4 * 4 * A_DAY)} 4 天"  # 1,054.40
    reconcile(case, "2026-12-28 09:30")


def _two_cars_fall_away(case: Sixty) -> None:
    """The last batch has ten cars from then on and costs 263,600 less before they leave."""
    assert case.at("李娜", "2026-12-28 10:00").ask("/contracts/1/amendments").status == 200
    below = cars(case.shop, (1, 35, "131800"))
    assert case.refused("李娜", "2026-12-28 10:01", Contract, 2, "edit_changes", **below) == ("E-AMEND-DELIVERED",)
    case.done("李娜", "2026-12-28 10:05", Contract, 2, "edit_changes", cars(case.shop, (1, 58, "131800")))
    case.done("李娜", "2026-12-28 10:10", Contract, 2, "submit")
    for who, action in (("陈静", "pass_risk"), ("高洁", "pass_finance"), ("周建国", "pass_house")):
        case.done(who, "2026-12-28 11:00", Contract, 2, action, {})
    press_says(case.shop, 2)
    case.done("吴倩", "2026-12-28 12:00", Contract, 2, "issue")
    press_says(case.shop, 2, trial=False)
    reconcile(case, "2026-12-28 13:00")  # nothing has changed before both have signed
    signing(case, 2, "2026-12-28")
    case.books.cancelled = 2
    reconcile(case, "2026-12-28 16:00")
    with case.shop.looking() as db:
        text = db.scalars(select(Contract).where(Contract.number == 2)).one()
        assert [row.amount for row in text.payments] == [DEPOSIT, SHARE, SHARE, SHARE, SHARE, SHARE - 2 * PRICE]
        assert list(db.scalars(select(Batch.quantity).order_by(Batch.position))) == [12, 12, 12, 12, 10]


def _the_fourth_batch_leaves_on_the_last_day_of_the_year_but_for_five(case: Sixty) -> None:
    """Seven cars on 31 December, five on 2 January: two days late, invoiced in the year in which they left."""
    case.allocated(4, range(37, 49), "2026-12-29 09:00")
    case.done("孙强", "2026-12-29 10:00", Batch, 4, "release")
    case.inspected(range(37, 49), "2026-12-30")
    case.paid("2026-12-30 14:00", "1381600")
    case.invoiced(range(37, 44), "2026-12-31")
    case.delivered(range(37, 44), "2026-12-31")
    assert case.state(Batch, 4) == "in_handover"
    reconcile(case, "2026-12-31 18:00")
    assert case.damages(4, "2026-12-31 18:01") == "—"
    assert case.damages(4, "2027-01-01 00:00") == f"{yuan(5 * A_DAY)} 1 天"
    case.invoiced(range(44, 49), "2027-01-02")
    case.delivered(range(44, 49), "2027-01-02")
    assert case.state(Batch, 4) == "accepted"
    assert case.damages(4, "2027-01-20 09:00") == f"{yuan(5 * 2 * A_DAY)} 2 天"  # 659.00
    reconcile(case, "2027-01-02 17:00")


def _the_fifth_batch_is_ended_after_four_cars(case: Sixty) -> None:
    """Four of ten cars are taken; for the rest the buyer fails. Six of 58 cars: 103,448.28 of the 定金."""
    case.allocated(5, range(49, 59), "2027-01-05 09:00")
    case.done("孙强", "2027-01-05 10:00", Batch, 5, "release")
    case.inspected(range(49, 59), "2027-01-12")
    case.invoiced(range(49, 54), "2027-01-13")
    case.paid("2027-01-13 14:00", "447200")  # 4 × (131,800 − 20,000)
    case.delivered(range(49, 53), "2027-01-14")
    one_more = case.at("李娜", "2027-01-14 15:40").submit(
        "/stock/53/deliver", HANDED | {"driven_off_at": "2027-01-14T15:30"}
    )
    assert (one_more.status, "交车前还须到账111,800元" in one_more.text) == (409, True), one_more.text
    reconcile(case, "2027-01-14 17:00")
    ending: dict[str, Any] = {
        "batch": 5, "ground": "buyer_failed", "notice_day": "2027-01-18", "evidence": PDF, "outcome": "forfeited",
        "amount": "103448.29", "note": "买方书面拒收其余车辆",
    }  # fmt: skip
    url = "/contracts/1/end-batch"
    answer = case.at("周建国", "2027-01-20 09:00").submit(url, ending)
    assert (answer.status, "53" in answer.text) == (409, True)
    red = {"number": "26530000000000009053", "issued_on": "2027-01-20", "reason": "该批次解除"}
    case.done("高洁", "2027-01-20 09:10", Unit, 53, "red_letter", red)
    case.books.invoiced.remove(53)
    shown = case.at("周建国", "2027-01-20 09:20").get(url).text
    for figure in ("790,800", "103,448.28", "206,896.56"):  # the six cars; forfeited; double back
        assert figure in shown, shown
    assert case.at("周建国", "2027-01-20 09:30").submit(url, ending).status == 409
    assert case.at("陈静", "2027-01-20 09:35").submit(url, ending | {"amount": "103448.28"}).status == 409
    ended = case.at("周建国", "2027-01-20 09:40").submit(url, ending | {"amount": "103448.28"})
    assert (ended.status, ended.url) == (200, "/contracts/3")
    case.books.cancelled = 8
    assert [case.state(Unit, number) for number in range(53, 59)] == ["in_stock"] * 6
    reconcile(case, "2027-01-20 10:00")


def _what_is_too_much_goes_back(case: Sixty) -> None:
    """Of 120,000 beyond the price of 52 cars we keep 103,448.28, booked once; three people send the rest back."""
    finance = case.at("高洁", "2027-01-20 10:10")
    decided = finance.get("/money").html.partition('href="/money/deposits/')[2].partition('"')[0]
    booking = {"payer": POLICE, "received_on": "2027-01-20", "reference": "JZ-2027-003"}
    assert [finance.ask(f"/money/deposits/{decided}", booking).status for _ in range(2)] == [200, 404]
    case.books.receipts.append(-103_448_28)
    reconcile(case, "2027-01-20 10:20")
    back = case.books.received - case.books.total
    assert back == 16_551_72
    asking = {"amount": "16551.72", "payer": POLICE, "reason": "第五批解除后多付车款"}
    asked = case.at("李娜", "2027-01-20 11:00").ask("/contracts/1/refund", asking)
    assert asked.status == 200, asked.html
    with case.shop.looking() as db:
        number = db.scalars(select(func.max(Receipt.number))).one()
    paying = {"received_on": "2027-01-20", "reference": "2027012001"}
    assert case.refused("高洁", "2027-01-20 11:10", Receipt, number, "pay", **paying) == ("E-STATE",)
    case.done("周建国", "2027-01-20 11:20", Receipt, number, "approve")
    case.done("高洁", "2027-01-20 11:30", Receipt, number, "pay", paying)
    case.books.receipts.append(-back)
    reconcile(case, "2027-01-20 12:00")
    assert case.books.received == 52 * PRICE


def _the_deal_is_closed(case: Sixty) -> None:
    """After the callbacks, not before: 52 cars delivered, 8 cancelled, none open."""
    assert (len(case.books.delivered), case.books.cancelled, case.books.open) == (52, 8, 0)
    assert case.refused("陈静", "2027-01-20 14:00", Deal, 1, "close") == ("E-NO-CALLBACK",)
    for row in case.open("callback"):
        with case.shop.looking() as db:
            call = db.get_one(CareCall, row.subject_id).number
        case.done("林芳", "2027-01-20 15:00", CareCall, call, "call_back", {"grade": "satisfied"})
    case.done("陈静", "2027-01-20 16:00", Deal, 1, "close")
    assert case.deal().state is DealState.CLOSED
    assert case.state(Contract, 1) == "performed"
