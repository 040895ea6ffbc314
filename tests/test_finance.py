"""Money and invoices: recorded facts, and the rules that read them."""

from datetime import date

import pytest
from sqlalchemy import select

from dealer import people
from dealer.engine.history import of_case, verify
from dealer.engine.steps import Facts, Refused, place
from dealer.money import finance, invoices, receipts
from dealer.money.invoices import InvoiceSums, RedLetter
from dealer.money.receipts import NewReceipt
from dealer.records.contracts import Contract, ContractState, DepositKind, PaymentEvent
from dealer.records.deals import Terms
from dealer.records.deliveries import Batch
from dealer.records.money import Invoice, ReceiptKind
from dealer.records.vehicles import InvoiceState, Unit
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import CAR, POLICE, VINS, batch, invoice, receipt, refused, take

NOV_20 = "2026-11-20 09:00"
NOV_26 = "2026-11-26 09:00"
P = PaymentEvent


def on_contract(shop: Shop, count: int = 1, **terms: object) -> tuple[int, list[int]]:
    """A contract in force with so many cars on it, none invoiced: (contract, cars)."""
    cars = scene.arrive(shop, *VINS[:count])
    made = scene.contract(shop, count, [(count, "2026-11-30")], **terms)  # type: ignore[arg-type]
    scene.released(shop, batch(shop, made), *cars)
    scene.inspected(shop, *cars)
    return made, cars


def owed(shop: Shop, made: int, day: date | None = None) -> int:
    with shop.looking() as db:
        return finance.outstanding(db, db.scalars(select(Contract).where(Contract.number == made)).one(), day)


def missing(shop: Shop, made: int, car: int) -> int:
    with shop.looking() as db:
        unit = people.by_number(db, Unit, shop.actor("高洁"), car)
        contract = db.scalars(select(Contract).where(Contract.number == made)).one()
        assert unit is not None
        assert finance.paid_per_terms(db, contract, unit) is (finance.missing_for(db, contract, unit) == 0)
        return finance.missing_for(db, contract, unit)


def refused_receipt(shop: Shop, made: int, who: str = "高洁", **changes: object) -> tuple[str, ...]:
    told = {"kind": ReceiptKind.INSTALMENT, "amount": 100_00, "received_on": date(2026, 11, 20), "payer": POLICE}
    facts: Facts = NewReceipt(**(told | changes))  # type: ignore[arg-type]
    with pytest.raises(Refused) as refusal, shop.acting(who, at(NOV_20), facts) as ask:
        receipts.enter(scene.find(ask, Contract, made), ask)
    return refusal.value.codes


# ── receipts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_money_that_came_in_lowers_what_is_outstanding(shop: Shop) -> None:
    made = scene.contract(shop)
    assert owed(shop, made) == 10 * CAR
    receipt(shop, made, 500_000_00)
    assert owed(shop, made) == 10 * CAR - 500_000_00
    with shop.looking() as db:
        contract = db.scalars(select(Contract)).one()
        assert of_case(db, shop.store.id, contract.deal_id)[0].kind == "receipt"
        assert verify(db) == []


def test_only_finance_records_money(shop: Shop) -> None:
    assert refused_receipt(shop, scene.contract(shop), who="陈静") == ("E-NOT-YOURS",)


def test_what_is_paid_back_is_owed_again(shop: Shop) -> None:
    made = scene.contract(shop)
    receipt(shop, made, 300_000_00)
    receipt(shop, made, 100_000_00, ReceiptKind.REFUND)
    assert owed(shop, made) == 10 * CAR - 200_000_00
    assert refused_receipt(shop, made, kind=ReceiptKind.REFUND, amount=100) == ("E-REFUND",)


def test_a_payment_of_tomorrow_has_not_been_made(shop: Shop) -> None:
    assert refused_receipt(shop, scene.contract(shop), received_on=date(2026, 11, 21)) == ("E-DAY-FUTURE",)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"amount": 10 * CAR + 1}, ("E-OVERPAID",)),
        ({"amount": 99_999_0000_00, "kind": ReceiptKind.BALANCE}, ("E-OVERPAID",)),
        ({"received_on": date(2026, 11, 11)}, ("E-DAY-PAST",)),
    ],
)
def test_more_than_is_owed_or_before_the_contract_is_a_slip(
    shop: Shop, changes: dict[str, object], codes: tuple[str, ...]
) -> None:
    assert refused_receipt(shop, scene.contract(shop), **changes) == codes


def test_who_has_overpaid_is_ticked_and_nothing_is_outstanding(shop: Shop) -> None:
    made = scene.contract(shop, 1, [(1, "2026-11-30")])
    told = {"kind": ReceiptKind.BALANCE, "amount": CAR + 1, "overpaid": True, "payer": POLICE}
    facts: Facts = NewReceipt(received_on=date(2026, 11, 12), **told)  # type: ignore[arg-type]
    with shop.acting("高洁", at(NOV_20), facts) as ask:
        receipts.enter(scene.find(ask, Contract, made), ask)
    assert owed(shop, made) == 0


def test_money_is_recorded_under_a_contract_the_customer_has(shop: Shop) -> None:
    made = scene.contract(shop)
    with shop.acting("陈静", at(NOV_20)) as ask:
        place(scene.find(ask, Contract, made), ContractState.IN_REVIEW)
    assert refused_receipt(shop, made) == ("E-CONTRACT",)


def test_retention_money_is_not_outstanding_before_its_day(shop: Shop) -> None:
    made = scene.contract(
        shop, 1, [(1, "2026-11-30")], payments=[(P.ACCEPTANCE, CAR - 5_000_00), (P.RETENTION_END, 5_000_00)]
    )
    with shop.acting("高洁", at(NOV_20)) as ask:
        scene.find(ask, Contract, made).payments[1].day = date(2027, 11, 30)
    receipt(shop, made, CAR - 5_000_00)
    assert owed(shop, made) == 5_000_00
    assert owed(shop, made, date(2027, 11, 29)) == 0
    assert owed(shop, made, date(2027, 11, 30)) == 5_000_00


def test_a_price_kept_back_as_retention_is_outstanding_but_for_a_tenth(shop: Shop) -> None:
    made = scene.contract(shop, 1, [(1, "2026-11-30")], terms=Terms.PREPAID, payments=[(P.RETENTION_END, CAR)])
    with shop.acting("高洁", at(NOV_20)) as ask:
        scene.find(ask, Contract, made).payments[0].day = date(9999, 12, 31)
    assert owed(shop, made, date(2026, 12, 1)) == CAR * 9 // 10


@pytest.mark.parametrize(
    ("agreed", "booked", "codes"),
    [
        (DepositKind.EARNEST, ReceiptKind.PREPAYMENT, ("E-DEPOSIT-WORD",)),
        (DepositKind.PREPAYMENT, ReceiptKind.EARNEST, ("E-DEPOSIT-WORD",)),
        (DepositKind.NONE, ReceiptKind.EARNEST, ("E-DEPOSIT-WORD",)),
    ],
)
def test_earnest_money_and_prepayment_are_never_mixed(
    shop: Shop, agreed: DepositKind, booked: ReceiptKind, codes: tuple[str, ...]
) -> None:
    made = scene.contract(shop, deposit=(agreed, 0 if agreed is DepositKind.NONE else 100_000_00))
    assert refused_receipt(shop, made, kind=booked) == codes


def test_a_deposit_has_come_in_when_all_of_it_has(shop: Shop) -> None:
    made = scene.contract(shop, deposit=(DepositKind.EARNEST, 100_000_00))

    def there() -> bool:
        with shop.looking() as db:
            return finance.deposit_received(db, db.scalars(select(Contract)).one())

    receipt(shop, made, 500_000_00)  # an instalment is no deposit
    assert not there()
    receipt(shop, made, 99_999_99, ReceiptKind.EARNEST)
    assert not there()
    receipt(shop, made, 1, ReceiptKind.EARNEST)
    assert there()
    receipt(shop, made, 500_000_00, ReceiptKind.REFUND)  # the instalment, and then the deposit
    assert there()
    receipt(shop, made, 1, ReceiptKind.REFUND)
    assert not there()


def test_a_contract_without_deposit_waits_for_none(shop: Shop) -> None:
    scene.contract(shop)
    with shop.looking() as db:
        assert finance.deposit_received(db, db.scalars(select(Contract)).one())


# ── paid as agreed, before the car leaves ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("terms", "payments", "paid", "wanted"),
    [
        (Terms.CREDIT, [(P.ACCEPTANCE, 3 * CAR)], 0, 0),
        (Terms.CREDIT, [(P.SIGNING, 90_000_00), (P.ACCEPTANCE, 3 * CAR - 90_000_00)], 0, 90_000_00),
        (Terms.PREPAID, [(P.BEFORE_COLLECTION, 3 * CAR)], 0, CAR),
        (Terms.PREPAID, [(P.BEFORE_COLLECTION, 3 * CAR)], CAR - 1, 1),
        (Terms.PREPAID, [(P.BEFORE_COLLECTION, 3 * CAR)], CAR, 0),
        (Terms.PREPAID, [(P.SIGNING, 100_00), (P.BEFORE_COLLECTION, 3 * CAR - 100_00)], 100_00, 131_766_67),
        (Terms.ON_DELIVERY, [(P.ACCEPTANCE, 3 * CAR)], 0, CAR),
        (Terms.PREPAID, [], 0, CAR),
        (Terms.CREDIT, [], 0, 0),
    ],
)
def test_an_instalment_before_collection_is_due_in_the_share_of_the_cars_that_leave(
    shop: Shop, terms: Terms, payments: list[tuple[PaymentEvent, int]], paid: int, wanted: int
) -> None:
    made, (car, *_) = on_contract(shop, 3, terms=terms, payments=payments)
    if paid:
        receipt(shop, made, paid)
    assert missing(shop, made, car) == wanted


def test_the_second_car_needs_its_own_share(shop: Shop) -> None:
    made, (first, second, _) = on_contract(shop, 3, terms=Terms.PREPAID, payments=[(P.BEFORE_COLLECTION, 3 * CAR)])
    scene.invoiced(shop, first, second)
    receipt(shop, made, CAR)
    scene.delivered(shop, first)
    assert missing(shop, made, second) == CAR
    assert refused(shop, "李娜", "2026-11-28 16:00", Unit, second, "deliver", scene.form()) == ("E-UNPAID",)
    receipt(shop, made, CAR)
    scene.delivered(shop, second)


def test_an_instalment_of_one_batch_is_due_for_its_cars_only(shop: Shop) -> None:
    cars = scene.arrive(shop, *VINS[:2])
    made = scene.contract(
        shop, 2, [(1, "2026-11-30"), (1, "2026-12-10")], terms=Terms.PREPAID,
        payments=[(P.BEFORE_COLLECTION, CAR + 100), (P.BEFORE_COLLECTION, CAR - 100)],
    )  # fmt: skip
    with shop.acting("高洁", at(NOV_20)) as ask:
        for at_, payment in enumerate(scene.find(ask, Contract, made).payments, 1):
            payment.batch = at_
    for position, car in enumerate(cars, 1):
        scene.released(shop, batch(shop, made, position), car)
    assert [missing(shop, made, car) for car in cars] == [CAR + 100, CAR - 100]


# ── invoices ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ten_invoices_of_131800_are_taken_apart_car_by_car(shop: Shop) -> None:
    _, cars = on_contract(shop, 10)
    scene.invoiced(shop, *cars)
    with shop.looking() as db:
        contract = db.scalars(select(Contract)).one()
        each = {(row.price, row.net, row.vat) for row in invoices.invoices_of(db, contract)}
        sums = invoices.invoice_sums(db, contract)
    assert each == {(131_800_00, 116_637_17, 15_162_83)}
    assert sums == InvoiceSums(10, 1_318_000_00, 1_166_371_70, 151_628_30)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"buyer": "滇行租赁公司"}, ("E-INVOICE-BUYER",)),
        ({"price": CAR + 1}, ("E-INVOICE-PRICE",)),
        ({"issued_on": date(2026, 11, 27)}, ("E-DAY-FUTURE",)),
    ],
)
def test_an_invoice_says_what_the_contract_says(shop: Shop, changes: dict[str, object], codes: tuple[str, ...]) -> None:
    _, (car,) = on_contract(shop)
    assert refused(shop, "高洁", NOV_26, Unit, car, "issue_invoice", invoice(**changes)) == codes


def test_one_car_has_one_invoice_and_a_number_is_given_once(shop: Shop) -> None:
    _, (one, two) = on_contract(shop, 2)
    take(shop, "高洁", NOV_26, Unit, one, "issue_invoice", invoice("26530000000000000001"))
    again = invoice("26530000000000000002")
    assert refused(shop, "高洁", NOV_26, Unit, one, "issue_invoice", again) == ("E-INVOICE-LIVE",)
    same = invoice("26530000000000000001")
    assert refused(shop, "高洁", NOV_26, Unit, two, "issue_invoice", same) == ("E-INVOICE-KNOWN",)


def test_a_red_letter_ends_an_invoice_and_another_may_follow(shop: Shop) -> None:
    _, (car,) = on_contract(shop)
    red = RedLetter(number="26530000000000000009", issued_on=date(2026, 11, 26), reason="抬头有误")
    assert refused(shop, "高洁", NOV_26, Unit, car, "red_letter", red) == ("E-INVOICE-NONE",)
    take(shop, "高洁", NOV_26, Unit, car, "issue_invoice", invoice("26530000000000000001"))
    assert take(shop, "高洁", NOV_26, Unit, car, "red_letter", red).invoice is InvoiceState.RED
    take(shop, "高洁", NOV_26, Unit, car, "issue_invoice", invoice("26530000000000000002"))
    with shop.looking() as db:
        told = [(row.number, row.red_number) for row in db.scalars(select(Invoice).order_by(Invoice.number))]
    assert told == [("26530000000000000001", "26530000000000000009"), ("26530000000000000002", None)]


def test_only_finance_issues_invoices(shop: Shop) -> None:
    _, (car,) = on_contract(shop)
    assert refused(shop, "李娜", NOV_26, Unit, car, "issue_invoice", invoice()) == ("E-NOT-YOURS",)


def test_a_wanted_filing_is_approved_before_the_first_invoice(shop: Shop) -> None:
    _, (car,) = on_contract(shop, filing=True)
    assert refused(shop, "高洁", NOV_26, Unit, car, "issue_invoice", invoice()) == ("E-FILING",)


def test_a_delivered_car_whose_invoice_was_ended_is_uninvoiced(shop: Shop) -> None:
    made, (car,) = on_contract(shop)
    scene.invoiced(shop, car)
    scene.delivered(shop, car)

    def open_cars() -> int:
        with shop.looking() as db:
            return finance.uninvoiced(db, db.scalars(select(Contract).where(Contract.number == made)).one())

    assert open_cars() == 0
    red = RedLetter(number="26530000000000000009", issued_on=date(2026, 11, 29), reason="抬头有误")
    take(shop, "高洁", "2026-11-29 09:00", Unit, car, "red_letter", red)
    assert open_cars() == 1


def test_an_invoice_that_no_longer_agrees_with_the_contract_holds_the_car(shop: Shop) -> None:
    made, (car,) = on_contract(shop)
    scene.invoiced(shop, car)
    with shop.acting("陈静", at("2026-11-27 09:00")) as ask:
        scene.find(ask, Contract, made).parties[0].name = "某市公安局交通警察支队"  # as an amendment would
    assert refused(shop, "李娜", "2026-11-28 15:30", Unit, car, "deliver", scene.form()) == ("E-NO-INVOICE",)
    assert scene.state(shop, Batch, batch(shop, made)) == "released"
