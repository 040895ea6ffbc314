"""Contracts in force, cars in the yard and what happens to them: the scene of the tests about cars and deliveries."""

import zlib
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from dealer import workflow
from dealer.deliveries import delivery
from dealer.deliveries.handover import POINTS, HandingOver, TickedPoint
from dealer.deliveries.inspection import PdiAnswer, PdiReport, items_for
from dealer.engine.database import new_id, next_number
from dealer.engine.fields import Uploaded
from dealer.engine.names import search_keys
from dealer.engine.steps import Ask, Facts, Refused, place
from dealer.money import receipts
from dealer.money.invoices import NewInvoice
from dealer.money.receipts import NewReceipt, NewRefund, Paid
from dealer.oem import filings
from dealer.oem.filings import FILINGS
from dealer.people import by_number
from dealer.records.contracts import (
    Contract,
    ContractLine,
    ContractState,
    DepositKind,
    Instalment,
    Party,
    PaymentEvent,
    PlannedBatch,
    Receiver,
)
from dealer.records.customers import Customer, CustomerClass
from dealer.records.deals import Deal, DealState, Terms
from dealer.records.deliveries import Batch, ItemResult
from dealer.records.money import Receipt, ReceiptKind
from dealer.records.quotations import Quotation, QuotationLine, QuotationState
from dealer.records.vehicles import Category, Certificate, Energy, Gearbox, InvoiceState, Model, Unit, UnitState
from dealer.stock import allocation_queue, vehicles
from dealer.stock.allocation import Allocation
from dealer.stock.vehicles import UNITS
from dealer.stock.yard import NewUnit
from dealer.terms import Tick
from tests.cast import Shop
from tests.conftest import at

VINS = (
    "LYLAA4180T2100001", "LYLAA4182T2100002", "LYLAA4184T2100003", "LYLAA4186T2100004", "LYLAA4188T2100005",
    "LYLAA418XT2100006", "LYLAA4181T2100007", "LYLAA4183T2100008", "LYLAA4185T2100009", "LYLAA4181T2100010",
)  # fmt: skip


def pad_picture(width: int = 60) -> bytes:
    """A picture of 60 × 20 points with a line across, as small as a signature can be."""
    height = 20

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    lines = zlib.compress((b"\0" + b"\xff" * width) * (height - 1) + b"\0" * (1 + width))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


PHOTO = Uploaded("scratch.jpg", b"\xff\xd8\xff a scratch")
SIGNED = Uploaded("signature.png", pad_picture())
POLICE, LESSOR = "某市公安局", "滇行租赁公司"
CAR = 131_800_00
WHITE = "珍珠白/深灰"


# ── models, deals, contracts ──────────────────────────────────────────────────────────────────────────────────────


def model(shop: Shop, code: str = "X5", energy: Energy = Energy.PETROL) -> UUID:
    """A model of the shop, by its code."""
    with shop.acting("许明", at("2026-09-01 09:00")) as ask:
        known = ask.db.scalar(select(Model).where(Model.code == code))
        if known is None:
            known = Model(
                store_id=shop.store.id,
                code=code,
                brand="云岭",
                name=code,
                configuration="1.5T CVT 公务版",
                gearbox=Gearbox.AUTOMATIC,
                energy=energy,
                category=Category.SMALL_PASSENGER,
                seats=5,
                colours=[WHITE, "曜石黑/深灰"],
            )
            ask.db.add(known)
        return known.id


def contract(
    shop: Shop,
    quantity: int = 10,
    plan: Iterable[tuple[int, str]] = ((6, "2026-11-30"), (4, "2026-12-10")),
    *,
    customer: str = POLICE,
    effective: str = "2026-11-12",
    terms: Terms = Terms.CREDIT,
    payments: Iterable[tuple[PaymentEvent, int]] = (),
    deposit: tuple[DepositKind, int] = (DepositKind.NONE, 0),
    price: int = CAR,
    filing: bool = False,
    code: str = "X5",
) -> int:
    """A contract in force over so many cars, its deal in delivery, its batches planned; the contract's number."""
    key = model(shop, code)
    with shop.acting("李娜", at(f"{effective} 09:00")) as ask:
        deal = _deal(ask, customer)
        if filing:
            FILINGS.begin("open", filings.blank(ask, deal), ask)
        line = _quoted(ask, deal, key, quantity, price)
        made = Contract(
            store_id=deal.store_id,
            deal_id=deal.id,
            case_id=deal.id,
            quotation_id=line.quotation_id,
            number=next_number(ask.db, deal.store_id, "contract"),
            since=ask.at,
            begun_at=ask.at,
            total=quantity * price,
            terms=terms,
            deposit_kind=deposit[0],
            deposit=deposit[1],
            damages_permille=50,
            damages_cap_percent=5,
            features=[],
            procurement={},
            effective_on=date.fromisoformat(effective),
        )
        made.code = f"YLYX-DKH-2026-{made.number:04}"
        made.deal = deal
        place(made, ContractState.EFFECTIVE)
        _fill(made, key, line, quantity, price, plan, payments)
        ask.db.add(made)
        ask.db.flush()
        delivery.births(ask.db, made, ask)
        return made.number


def quoted_deal(shop: Shop, quantity: int, *, customer: str = LESSOR, code: str = "X5") -> UUID:
    """李娜's deal whose customer has said yes to so many cars, before there is a contract."""
    key = model(shop, code)
    with shop.acting("李娜", at("2026-11-18 09:00")) as ask:
        deal = _deal(ask, customer)
        place(deal, DealState.QUOTATION)
        _quoted(ask, deal, key, quantity, CAR)
        return deal.id


def _deal(ask: Ask, customer: str) -> Deal:
    keys = search_keys(customer)
    buyer = Customer(
        store_id=ask.actor.store_id,
        number=next_number(ask.db, ask.actor.store_id, "customer"),
        name=customer,
        name_pinyin=keys.pinyin,
        name_initials=keys.initials,
        owner_id=ask.actor.id,
        customer_class=CustomerClass.POLICE,
        since=ask.at,
        uscc="11530100015112347K",
    )
    ask.db.add(buyer)
    ask.db.flush()
    deal = Deal(
        id=new_id(),
        store_id=ask.actor.store_id,
        customer_id=buyer.id,
        owner_id=ask.actor.id,
        number=next_number(ask.db, ask.actor.store_id, "deal"),
        since=ask.at,
        begun_at=ask.at,
    )
    deal.case_id = deal.id
    place(deal, DealState.DELIVERY)
    ask.db.add(deal)
    ask.db.flush()
    return deal


def _quoted(ask: Ask, deal: Deal, key: UUID, quantity: int, price: int) -> QuotationLine:
    quoted = Quotation(
        store_id=deal.store_id,
        deal_id=deal.id,
        case_id=deal.id,
        series=1,
        number=next_number(ask.db, deal.store_id, "quotation"),
        since=ask.at,
        begun_at=ask.at,
    )
    place(quoted, QuotationState.ACCEPTED)
    quoted.lines = [
        QuotationLine(
            store_id=deal.store_id, position=1, model_id=key, colour=WHITE, quantity=quantity, unit_price=price
        )
    ]
    ask.db.add(quoted)
    ask.db.flush()
    return quoted.lines[0]


def _fill(
    made: Contract,
    key: UUID,
    line: QuotationLine,
    quantity: int,
    price: int,
    plan: Iterable[tuple[int, str]],
    payments: Iterable[tuple[PaymentEvent, int]],
) -> None:
    store_id = made.store_id
    made.parties = [
        Party(
            store_id=store_id,
            position=1,
            roles=["buyer", "invoiced", "payer", "user"],
            name=POLICE,
            uscc="11530100015112347K",
            agent="杨志远",
            agent_phone="13888880020",
        )
    ]
    made.lines = [
        ContractLine(
            store_id=store_id,
            quotation_line_id=line.id,
            position=1,
            model_id=key,
            colour=WHITE,
            quantity=quantity,
            unit_price=price,
            extras=[],
        )
    ]
    made.plan = [
        PlannedBatch(
            store_id=store_id,
            position=at_,
            batch=at_,
            line_position=1,
            quantity=count,
            due_on=date.fromisoformat(day),
            place="昆明云岭远行交车区",
        )
        for at_, (count, day) in enumerate(plan, 1)
    ]
    made.payments = [
        Instalment(store_id=store_id, position=at_, event=event, amount=amount)
        for at_, (event, amount) in enumerate(payments, 1)
    ]
    made.receivers = [Receiver(store_id=store_id, position=1, name="杨帆", phone="13888880021")]


# ── cars ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def arrive(
    shop: Shop, *vins: str, when: str = "2026-11-01 09:00", colour: str = WHITE, code: str = "X5", **more: Any
) -> list[int]:
    """Cars that stand in the yard from then on; their numbers."""
    key, numbers = model(shop, code), []
    for vin in vins:
        with shop.acting("孙强", at(when), NewUnit(model=key, vin=vin, colour=colour, **more)) as ask:
            unit = vehicles.new_unit(ask)
            UNITS.begin("arrive", unit, ask)
            numbers.append(unit.number)
    return numbers


def many_cars(ask: Ask, model: UUID, count: int, first: int = 1000) -> None:
    """Cars in the yard, written past the door: only their number matters."""
    rows = [
        {
            "id": new_id(), "store_id": ask.actor.store_id, "number": first + at_, "version": 0, "since": ask.at,
            "begun_at": ask.at, "state": UnitState.IN_STOCK, "model_id": model, "vin": f"LYLAA41{first + at_:010}",
            "colour": WHITE, "certificate": Certificate.ON_HAND, "invoice": InvoiceState.NONE, "arrived_on": ask.today,
        }
        for at_ in range(count)
    ]  # fmt: skip
    ask.db.execute(insert(Unit), rows)


def proposed(ask: Ask) -> list[tuple[Unit, UUID, int]]:
    """Everything that is proposed in the shop, as the page sends it."""
    served = allocation_queue.planned(ask.db, ask.actor, ask.today)
    pairs = [(each, one.want.batch_id) for one in served for each in one.cars]
    units = allocation_queue.by_numbers(ask.db, ask.actor, [each.number for each, _ in pairs])
    return [(units[each.number], key, each.version) for each, key in pairs]


def find(ask: Ask, kind: type[Any], number: int) -> Any:
    """A thing by its number."""
    found = by_number(ask.db, kind, ask.actor, number)
    assert found is not None
    return found


def take(shop: Shop, who: str, when: str, kind: type[Any], number: int, action: str, facts: Facts | None = None) -> Any:
    """Take a step with all that follows by itself."""
    with shop.acting(who, at(when), facts) as ask:
        thing = find(ask, kind, number)
        workflow.take(thing, action, ask)
        return thing


def refused(shop: Shop, *request: Any) -> tuple[str, ...]:
    """The codes with which a step is refused."""
    with pytest.raises(Refused) as refusal:
        take(shop, *request)
    return refusal.value.codes


def batch(shop: Shop, contract_number: int, position: int = 1) -> int:
    """The number of a contract's batch."""
    with shop.looking() as db:
        made = db.scalars(select(Contract).where(Contract.number == contract_number)).one()
        return db.scalars(select(Batch).where(Batch.contract_id == made.id, Batch.position == position)).one().number


def to_batch(shop: Shop, number: int) -> Allocation:
    """The form that names a batch."""
    with shop.looking() as db:
        return Allocation(batch=db.scalars(select(Batch.id).where(Batch.number == number)).one())


def allocated(shop: Shop, batch_number: int, *units: int, when: str = "2026-11-20 09:00") -> None:
    """These cars are on the batch."""
    for unit in units:
        take(shop, "孙强", when, Unit, unit, "allocate", to_batch(shop, batch_number))


def released(shop: Shop, batch_number: int, *units: int) -> None:
    """These cars are on the batch, and it is released."""
    allocated(shop, batch_number, *units)
    take(shop, "孙强", "2026-11-20 10:00", Batch, batch_number, "release")


def report(energy: Energy = Energy.PETROL, odometer: int = 12, **answers: PdiAnswer) -> PdiReport:
    """An inspection that passes everything but what is said."""
    codes = [item.code for items in items_for(energy).values() for item in items]
    items = tuple(answers.get(code, PdiAnswer(item=code, result=ItemResult.PASS)) for code in codes)
    return PdiReport(odometer=odometer, items=items)


def inspected(shop: Shop, *units: int, day: str = "2026-11-25") -> None:
    """These cars have passed their inspection."""
    for unit in units:
        take(shop, "郑凯", f"{day} 09:00", Unit, unit, "start_pdi")
        take(shop, "郑凯", f"{day} 10:00", Unit, unit, "pdi_pass", report())


def invoiced(shop: Shop, *units: int, when: str = "2026-11-26 09:00") -> None:
    """These cars have their invoices."""
    for unit in units:
        take(shop, "高洁", when, Unit, unit, "issue_invoice", invoice(f"2653{unit:016}"))


def invoice(number: str = "26530000000000000001", **changes: Any) -> NewInvoice:
    """An invoice as the contract wants it."""
    told: dict[str, Any] = {"number": number, "issued_on": date(2026, 11, 26), "buyer": POLICE, "price": CAR}
    return NewInvoice(**(told | changes))


def receipt(shop: Shop, contract_number: int, amount: int, kind: ReceiptKind = ReceiptKind.INSTALMENT) -> Receipt:
    """Money that came in, or was paid back, on 20 November."""
    if kind is ReceiptKind.REFUND:
        return _refunded(shop, contract_number, amount)
    facts = NewReceipt(kind=kind, amount=amount, received_on=date(2026, 11, 20), payer=POLICE, again=True)
    with shop.acting("高洁", at("2026-11-20 11:00"), facts) as ask:
        return receipts.enter(find(ask, Contract, contract_number), ask)


def _refunded(shop: Shop, contract_number: int, amount: int) -> Receipt:
    wanted = NewRefund(amount=amount, payer=POLICE, reason="多付", goes_on=True)
    with shop.acting("李娜", at("2026-11-20 11:00"), wanted) as ask:
        asked = receipts.ask_refund(find(ask, Contract, contract_number), ask)
    take(shop, "周建国", "2026-11-20 11:10", Receipt, asked.number, "approve")
    paid = Paid(received_on=date(2026, 11, 20), reference="2026112001")
    receipt_: Receipt = take(shop, "高洁", "2026-11-20 11:20", Receipt, asked.number, "pay", paid)
    return receipt_


def form(**changes: Any) -> HandingOver:
    """The hand-over form, complete: everything explained and given at 15:20 on 28 November."""
    points = dict.fromkeys(POINTS, Tick.YES) | changes.pop("points", {})
    told: dict[str, Any] = {
        "receiver": "杨帆",
        "receiver_phone": "13888880021",
        "driven_off_at": at("2026-11-28 15:20"),
        "odometer": 15,
        "keys": 2,
        "points": tuple(TickedPoint(point=point, tick=tick) for point, tick in points.items() if tick),
        "signature": SIGNED,
        "consultant_signature": SIGNED,
        "service_advisor": "冯涛",
        "service_signature": SIGNED,
    }
    return HandingOver(**(told | changes))


def ready(shop: Shop, count: int = 1, **terms: Any) -> tuple[int, list[int]]:
    """A contract with one batch of so many cars, all of them inspected and invoiced: (contract, cars)."""
    cars = arrive(shop, *VINS[:count])
    made = contract(shop, count, [(count, "2026-11-30")], **terms)
    released(shop, batch(shop, made), *cars)
    inspected(shop, *cars)
    invoiced(shop, *cars)
    return made, cars


def delivered(shop: Shop, *units: int, when: str = "2026-11-28 15:30", **changes: Any) -> None:
    """These cars are handed over."""
    for unit in units:
        take(shop, "李娜", when, Unit, unit, "deliver", form(**changes))


def state(shop: Shop, kind: type[Any], number: int) -> str:
    """Where a thing stands."""
    with shop.looking() as db:
        return str(db.scalars(select(kind).where(kind.number == number)).one().state.value)
