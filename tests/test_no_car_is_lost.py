"""Whatever people do in whatever order, every contracted car is delivered, cancelled or open, and its money adds up.

The ledger beside the shop counts by itself what each step that was taken means, in cars and in fen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealer import workflow
from dealer.contracts import contract as contracts
from dealer.contracts.amendment_forms import AmendedCars, Amendment
from dealer.contracts.in_force import text_in_force
from dealer.deals.deals import Cancellation, Comment
from dealer.deliveries import delivery
from dealer.deliveries.batch_endings import BatchEnding, EndingGround
from dealer.deliveries.handover import Rejection
from dealer.engine.steps import Ask, Facts, Refused, place
from dealer.money import finance, invoices, payment_plans, receipts
from dealer.money.invoices import RedLetter
from dealer.money.receipts import NewReceipt, NewRefund, Paid
from dealer.people import Actor
from dealer.records.contracts import Contract, ContractState, PaymentEvent
from dealer.records.deals import Deal
from dealer.records.deliveries import Batch, BatchState
from dealer.records.money import Invoice, ReceiptKind
from dealer.records.vehicles import Model, Unit, UnitState
from dealer.stock.allocation import Allocation, Swap
from dealer.stock.yard import BroughtBack, TakenBack
from tests import deliveries as scene
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.contracts import signatures
from tests.deliveries import PHOTO, POLICE, VINS, WHITE

U = UnitState
CAR = 136_800_00  # the consultant's floor: more cars at this price ask nobody
NOON = at("2026-11-28 12:00")
DAY = NOON.date()
CONTRACTED = 4
PEOPLE = ("李娜", "陈静", "周建国", "孙强", "郑凯", "高洁", "吴倩")
HELD = (U.ALLOCATED, U.PDI, U.PDI_FAILED, U.READY)


@dataclass
class Ledger:
    """What the steps that were taken come to, counted by the test."""

    contracted: int = CONTRACTED
    cancelled: int = 0
    delivered: set[int] = field(default_factory=lambda: {1})
    invoiced: set[int] = field(default_factory=lambda: {1, 2})
    paid: int = 0

    @property
    def open(self) -> int:
        return self.contracted - self.cancelled - len(self.delivered)


@dataclass
class Scene:
    """A contract in the middle of its delivery, in a transaction that is taken back at the end."""

    db: Session
    actors: dict[str, Actor]
    ledger: Ledger = field(default_factory=Ledger)
    now: datetime = NOON
    serial: int = 0
    over: bool = False  # the contract was cancelled

    def take(self, who: str, thing: Any, action: str, facts: Facts | None = None) -> bool:
        """Try a step; a refusal is an answer, and leaves nothing behind."""
        return self.tried(lambda: workflow.take(thing, action, self.ask(who, facts)))

    def tried(self, work: Any) -> bool:
        self.now += timedelta(minutes=1)
        try:
            with self.db.begin_nested():
                work()
                self.db.flush()
            taken = True
        except Refused:
            taken = False
        self.db.expire_all()
        return taken

    def ask(self, who: str, facts: Facts | None = None) -> Ask:
        return Ask(self.db, self.actors[who], self.now, facts)

    def unit(self, number: int) -> Unit:
        return self.db.scalars(select(Unit).where(Unit.number == number)).one()

    def batch(self, number: int) -> Batch:
        return self.db.scalars(select(Batch).where(Batch.number == number)).one()

    @property
    def contract(self) -> Contract:
        return self.db.scalars(select(Contract).where(Contract.number == 1)).one()

    @property
    def amendment(self) -> Contract | None:
        """The amendment that waits for its signatures."""
        waits = select(Contract).where(
            Contract.parent_id == self.contract.id, Contract.state == ContractState.IN_REVIEW
        )
        return self.db.scalars(waits).first()

    def number_of_invoice(self) -> str:
        self.serial += 1
        return f"2653{9_000_000 + self.serial:016}"


# ── what people do ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Try:
    """Something somebody tries: with which car, which other car or batch, how many."""

    what: str
    car: int = 0
    other: int = 0


def play(scene: Scene, this: Try) -> None:
    globals()[f"_{this.what}"](scene, this)


def _allocate(here: Scene, this: Try) -> None:
    here.take("孙强", here.unit(this.car), "allocate", Allocation(batch=here.batch(this.other).id))


def _swap(here: Scene, this: Try) -> None:
    facts = Swap(replacement=here.unit(this.other).id, reason="运输刮伤")
    here.take("孙强", here.unit(this.car), "swap", facts)


def _take_off(here: Scene, this: Try) -> None:
    here.take("孙强", here.unit(this.car), "take_off", Comment(comment="配错车"))


def _inspect(here: Scene, this: Try) -> None:
    here.take("郑凯", here.unit(this.car), "start_pdi")
    here.take("郑凯", here.unit(this.car), "pdi_pass", scene.report())


def _repair(here: Scene, this: Try) -> None:
    here.take("郑凯", here.unit(this.car), "retry_pdi", Comment(comment="已修复"))
    here.take("郑凯", here.unit(this.car), "pdi_pass", scene.report())


def _invoice(here: Scene, this: Try) -> None:
    facts = scene.invoice(here.number_of_invoice(), issued_on=DAY, price=CAR)
    if here.take("高洁", here.unit(this.car), "issue_invoice", facts):
        here.ledger.invoiced.add(this.car)


def _red(here: Scene, this: Try) -> None:
    facts = RedLetter(number=here.number_of_invoice(), issued_on=DAY, reason="抬头有误")
    if here.take("高洁", here.unit(this.car), "red_letter", facts):
        here.ledger.invoiced.discard(this.car)


def _deliver(here: Scene, this: Try) -> None:
    facts = scene.form(driven_off_at=here.now - timedelta(minutes=5))
    if here.take("李娜", here.unit(this.car), "deliver", facts):
        here.ledger.delivered.add(this.car)


def _reject(here: Scene, this: Try) -> None:
    facts = Rejection(defect="后备厢盖缝隙不匀", promised_on=DAY + timedelta(days=3), photo=PHOTO)
    here.take("李娜", here.unit(this.car), "reject", facts)


def _ask_back(here: Scene, this: Try) -> None:
    here.take("陈静", here.unit(this.car), "ask_to_return", TakenBack(ground="合同第九条"))


def _take_back(here: Scene, this: Try) -> None:
    facts = BroughtBack(certificate=True, keys=2, tax_proof=True, odometer=400)
    if here.take("高洁", here.unit(this.car), "return", facts):
        here.ledger.delivered.discard(this.car)


def _release(here: Scene, this: Try) -> None:
    here.take("孙强", here.batch(this.other), "release")


def _amend(here: Scene, this: Try) -> None:
    """The owner drafts and submits so many cars more or fewer."""

    def work() -> None:
        drawn = contracts.draw_up_amendment(here.ask("李娜"), here.contract)
        workflow.begin(drawn, "amend", here.ask("李娜"))
        line = drawn.lines[0]
        cars = AmendedCars(
            line=line.position, model=line.model_id, colour=WHITE, quantity=max(1, line.quantity + this.other),
            unit_price=CAR,
        )  # fmt: skip
        changes = Amendment(cars=(cars,), reason="客户编制调整")
        workflow.take(drawn, "edit_changes", here.ask("李娜", changes))
        workflow.take(drawn, "submit", here.ask("李娜"))

    here.tried(work)


def _sign(here: Scene, this: Try) -> None:
    """Both have signed the amendment that waits: reviews and print are beside the matter."""
    amendment = here.amendment
    if amendment is None:
        return
    before = sum(line.quantity for line in text_in_force(here.db, here.contract).lines)
    after = sum(line.quantity for line in amendment.lines)

    def work() -> None:
        place(amendment, ContractState.ISSUED)
        amendment.pdf_sha256, amendment.issued_on = "5" * 64, DAY
        here.db.flush()
        signed = signatures(seller_signed_on=DAY, buyer_signed_on=DAY)
        workflow.take(amendment, "record_signatures", here.ask("吴倩", signed))
        workflow.take(amendment, "confirm_effective", here.ask("陈静"))

    if here.tried(work):
        here.ledger.contracted += max(0, after - before)
        here.ledger.cancelled += max(0, before - after)


def _end(here: Scene, this: Try) -> None:
    """The general manager ends a batch: what it has not delivered leaves the contract."""
    batch = here.batch(this.other)
    numbers = select(Unit.number).where(Unit.batch_id == batch.id, Unit.state == U.DELIVERED)
    left = batch.quantity - len(set(here.db.scalars(numbers)))

    def work() -> None:
        ending = BatchEnding(
            batch=batch.planned_as, ground=EndingGround.MUTUAL, notice_day=DAY, evidence=scene.SIGNED, note="双方协商",
        )  # fmt: skip
        drawn = contracts.draw_up_amendment(here.ask("周建国"), here.contract)
        workflow.begin(drawn, "end_batch", here.ask("周建国", ending))

    if here.tried(work):
        here.ledger.cancelled += left


def _cancel(here: Scene, this: Try) -> None:
    facts = Cancellation(ground="mutual", notice_day=DAY, note="双方协商解除")
    deal = here.db.get_one(Deal, here.contract.deal_id)
    if here.take("周建国", deal, "cancel", facts):
        here.ledger.cancelled += here.ledger.open
        here.over = True


def _pay(here: Scene, this: Try) -> None:
    def work() -> None:
        amount = this.other * CAR // 2
        facts = NewReceipt(kind=ReceiptKind.INSTALMENT, amount=amount, received_on=DAY, payer=POLICE, again=True)
        receipts.enter(here.contract, here.ask("高洁", facts))

    if here.tried(work):
        here.ledger.paid += this.other * CAR // 2


def _pay_back(here: Scene, this: Try) -> None:
    """Asked for, approved and paid: by three people."""
    amount = this.other * CAR // 2

    def work() -> None:
        asked = receipts.ask_refund(
            here.contract, here.ask("李娜", NewRefund(amount=amount, payer=POLICE, reason="多付", goes_on=True))
        )
        workflow.take(asked, "approve", here.ask("周建国"))
        workflow.take(asked, "pay", here.ask("高洁", Paid(received_on=DAY, reference="20261128")))

    if here.tried(work):
        here.ledger.paid -= amount


# ── what must never be found ──────────────────────────────────────────────────────────────────────────────────────


def wrong_with(here: Scene) -> list[str]:
    """What the shop says otherwise than the ledger, and what may never be so at all."""
    db, made, ledger = here.db, here.contract, here.ledger
    units = list(db.scalars(select(Unit)))
    ours = [each for each in units if each.contract_id == made.id]
    delivered = {each.number for each in ours if each.state is U.DELIVERED}
    held = [each for each in ours if each.state in HELD]
    batches = list(db.scalars(select(Batch).where(Batch.contract_id == made.id)))
    places = sum(each.quantity for each in batches)
    text = text_in_force(db, made)
    agreed = sum(line.quantity for line in text.lines)
    living = {
        each.number
        for each in units
        if db.scalar(select(func.count()).where(Invoice.unit_id == each.id, Invoice.red_number.is_(None)))
    }
    plan = payment_plans.plan_of(db, made)
    found = {
        "a delivered car is not counted": delivered != ledger.delivered,
        "an invoice lives or ended by itself": living != ledger.invoiced,
        "the sum of invoices is not that of the cars": invoices.invoice_sums(db, made).price != len(living) * CAR,
        "a VIN stands twice": len({each.vin for each in ours if each.state is not U.RETURNED})
        != len([each for each in ours if each.state is not U.RETURNED]),
        "a car is on a batch of another contract": any(
            each.batch_id is not None and _contract_of(db, each.batch_id) != each.contract_id for each in units
        ),
        "a free car stands on a contract": any(each.state is U.IN_STOCK and each.contract_id for each in units),
        "a free car took its invoice along": any(each.state is U.IN_STOCK and each.number in living for each in units),
        "a batch holds more than it has places": any(
            sum(each.batch_id == batch.id and each.state is not U.RETURNED for each in ours) > batch.quantity
            for batch in batches
            if batch.state is not BatchState.CLOSED
        ),
        "what came in": finance.received(db, made) != ledger.paid or plan.received != ledger.paid,
    }
    if not here.over:
        total = (ledger.contracted - ledger.cancelled) * CAR
        found |= {
            "contracted ≠ delivered + cancelled + open": delivery.undelivered(db, made) != ledger.open,
            "the text in force": (agreed, text.total) != (ledger.contracted - ledger.cancelled, total),
            "the places of the batches": places != agreed,
            "the plan": plan.total != total,
            "what is outstanding": finance.outstanding(db, made) != max(0, total - ledger.paid),
            "what is overpaid": plan.overpaid != max(0, ledger.paid - total),
            "more cars are held than are open": len(held) > ledger.open,
        }
    else:
        found |= {"a car without an invoice is still held": any(each.number not in living for each in held)}
    return [what for what, is_so in found.items() if is_so]


def _contract_of(db: Session, batch: UUID) -> UUID:
    return db.get_one(Batch, batch).contract_id


# ── the property ──────────────────────────────────────────────────────────────────────────────────────────────────

CARS = (1, 2, 3, 4, 5, 6)
ANYTHING = (
    *(Try(what, car) for what in ("take_off", "inspect", "invoice", "red", "deliver") for car in (1, 2, 3, 4)),
    *(Try("allocate", car, batch) for car in (3, 4, 5, 6) for batch in (1, 2, 3)),
    *(Try("swap", car, other) for car, other in ((2, 4), (2, 5), (3, 4), (3, 6), (3, 2), (4, 4))),
    *(Try("reject", car) for car in (2, 3)), Try("repair", 2), Try("ask_back", 1), Try("take_back", 1),
    *(Try("amend", other=more) for more in (-3, -2, -1, 1, 2)), Try("sign"), Try("sign"),
    *(Try("end", other=batch) for batch in (1, 2)), Try("cancel"), Try("release", other=2),
    *(Try("pay", other=halves) for halves in (1, 3, 8)), *(Try("pay_back", other=halves) for halves in (1, 2)),
)  # fmt: skip
# How far things have gone, and what is most tempting there. Car 1 is delivered, car 2 ready and invoiced in batch 1;
# car 3 stands in batch 2, which has a place left; cars 4 and 5 are free, 6 is black; batch 3 is another customer's.
BACK = (Try("red", 1), Try("ask_back", 1), Try("take_back", 1))
FULL = (Try("allocate", 4, 2), Try("release", other=2), Try("inspect", 3), Try("inspect", 4), Try("invoice", 3))
LIVES: tuple[tuple[tuple[Try, ...], tuple[Try, ...]], ...] = (
    ((), ANYTHING),
    (BACK, (Try("allocate", 4, 1), Try("amend", other=-1), Try("end", other=1), Try("deliver", 2))),
    ((*BACK, Try("deliver", 2)), (Try("allocate", 4, 1), Try("amend", other=-2), Try("amend", other=-1))),
    (FULL, (Try("deliver", 3), Try("deliver", 4), Try("swap", 3, 5), Try("reject", 3), Try("end", other=2))),
    ((Try("amend", other=-2),), (Try("allocate", 4, 2), Try("deliver", 2), Try("end", other=2), Try("take_off", 3))),
    ((Try("amend", other=1), Try("sign")), (Try("allocate", 4, 2), Try("allocate", 5, 2), Try("amend", other=-1))),
    ((Try("red", 2), Try("swap", 2, 4)), (Try("allocate", 2, 2), Try("allocate", 2, 1), Try("inspect", 4))),
    ((Try("reject", 2),), (Try("end", other=1), Try("repair", 2), Try("red", 2), Try("swap", 2, 4))),
    ((Try("pay", other=8), Try("pay_back", other=2)), (Try("amend", other=-1), Try("end", other=2))),
    ((Try("cancel"),), (Try("red", 2), Try("deliver", 2), Try("allocate", 4, 2), Try("amend", other=1), *BACK)),
)


@st.composite
def lives(draw: Any) -> list[Try]:
    """A deep beginning, what tempts there, something else, and perhaps the signatures that waited."""
    beginning, tempting = draw(st.sampled_from(LIVES))
    chance = [draw(st.sampled_from(tempting)), *draw(st.lists(st.sampled_from(ANYTHING), max_size=2))]
    return [*beginning, *chance, *draw(st.sampled_from(((), (Try("sign"),), (Try("sign"), Try("deliver", 2)))))]


class Undone(Exception):
    """The transaction of one life is not kept."""


@contextmanager
def played(shop: Shop, actors: dict[str, Actor]) -> Iterator[Scene]:
    try:
        with shop.database.writing(shop.store.id) as db:
            yield Scene(db, actors)
            raise Undone
    except Undone:
        pass


@pytest.fixture
def actors(shop: Shop) -> dict[str, Actor]:
    """The scene, and who plays in it."""
    quoting.open_for_business(shop)
    with shop.acting("许明", NOON) as ask:
        ask.db.scalars(select(Model).where(Model.code == "X5")).one().colours = [WHITE, "曜石黑/深灰"]
    scene.arrive(shop, *VINS[:5])
    scene.arrive(shop, VINS[5], colour="曜石黑/深灰")
    halves = [(PaymentEvent.ACCEPTANCE, 2 * CAR)] * 2
    made = scene.contract(shop, CONTRACTED, [(2, "2026-11-30"), (2, "2026-12-10")], payments=halves, price=CAR)
    scene.contract(shop, 1, [(1, "2026-12-10")], customer=scene.LESSOR, effective="2026-11-13")
    scene.released(shop, scene.batch(shop, made), 1, 2)
    scene.inspected(shop, 1, 2)
    for car in (1, 2):
        invoice = scene.invoice(f"2653{car:016}", price=CAR)
        scene.take(shop, "高洁", "2026-11-26 09:00", Unit, car, "issue_invoice", invoice)
    scene.delivered(shop, 1, when="2026-11-27 15:30", driven_off_at=at("2026-11-27 15:20"))
    scene.allocated(shop, scene.batch(shop, made, 2), 3)
    with shop.acting("许明", NOON) as ask:
        contract = scene.find(ask, Contract, made)
        contract.damages_cap_percent, contract.parties[0].authorisation_sha256 = 5, "a" * 64
        for batch, payment in enumerate(contract.payments, 1):
            payment.batch = batch
    return {name: shop.actor(name, date(2026, 11, 28)) for name in PEOPLE}


PLAYED = settings(
    deadline=None,
    phases=(Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(PLAYED, max_examples=25)
@given(life=lives())
def test_every_contracted_car_is_delivered_cancelled_or_open_and_its_money_adds_up(
    shop: Shop, actors: dict[str, Actor], life: list[Try]
) -> None:
    """Seeded by hand to see it fail, one at a time; each was found when forty lives were played.

    - vehicles.py, `allocate` without `batch_has_room`: three cars stood in a batch of two.
    - `submit` and `confirm_effective` without `cars_keep_their_places`: more cars were held than were open.
    - vehicles.py, `free_with_deal` without `invoice_is_ended`: a free car took its invoice along.
    - finance.py, `received` without the refunds: what came in was too much.
    - batch_endings.py, an ending that left the quantity of its line: the text in force sold cars nobody delivers.
    """
    _lived(shop, actors, life)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@settings(PLAYED, max_examples=6)
@given(life=lives())
def test_a_few_of_these_lives_end_no_otherwise_on_a_server(
    shop: Shop, actors: dict[str, Actor], life: list[Try]
) -> None:
    _lived(shop, actors, life)


def _lived(shop: Shop, actors: dict[str, Actor], life: list[Try]) -> None:
    with played(shop, actors) as here:
        assert wrong_with(here) == []
        for this in life:
            play(here, this)
            assert wrong_with(here) == [], f"after {this} in {life}"
