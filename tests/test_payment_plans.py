"""What is due of a contract, when, and what came in: no fen is lost between plan and payments."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dealer.engine.database import new_id
from dealer.money import payment_plans
from dealer.money.deposit_outcomes import Decision, DepositOutcome, Share
from dealer.money.payment_plans import Due, Plan, share_out
from dealer.records.contracts import Contract, DepositKind, PaymentEvent
from dealer.records.deals import Terms
from dealer.records.money import ReceiptKind
from tests import deliveries as scene
from tests.cast import Shop
from tests.conftest import at
from tests.deliveries import CAR, batch, receipt

P = PaymentEvent
AMOUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=8)

# ── without a database ────────────────────────────────────────────────────────────────────────────────────────────


@given(AMOUNTS, st.dictionaries(st.integers(0, 8), st.integers(0, 10**9)), st.integers(0, 10**10))
def test_every_fen_that_came_stands_in_an_instalment_or_is_overpaid(
    amounts: list[int], named: dict[int, int], came: int
) -> None:
    got = share_out(amounts, named, came)
    assert all(0 <= each <= amount for each, amount in zip(got, amounts, strict=True))
    overpaid = came - sum(got)
    assert overpaid >= 0
    assert overpaid == 0 or got == amounts  # nothing is left over while an instalment is open
    # What was paid for an instalment stands there, unless money went back.
    if sum(named.values()) <= came:
        assert all(
            each >= min(amount, named.get(at_, 0)) for at_, (each, amount) in enumerate(zip(got, amounts, strict=True))
        )


@given(st.lists(st.tuples(st.integers(1, 28), st.integers(1, 10**9)), min_size=1, max_size=6), st.data())
def test_what_is_late_is_what_was_due_and_has_not_come(parts: list[tuple[int, int]], data: st.DataObject) -> None:
    days = sorted(parts)
    amount = sum(part for _, part in days)
    got = data.draw(st.integers(0, amount))
    row = Due(1, P.BEFORE_COLLECTION, 0, None, amount, tuple((date(2026, 11, day), part) for day, part in days), got)
    today = date(2026, 11, 15)
    due = sum(part for day, part in days if day < 15)
    assert row.overdue(today) == max(0, due - got)
    assert (row.due_on is None) == (row.open == 0)


@given(st.integers(0, 10**12), st.integers(0, 10**9), st.integers(1, 10**9))
def test_what_is_decided_about_a_deposit_is_booked_to_the_fen(paid: int, undelivered: int, delivered: int) -> None:
    share = Share(paid, undelivered, undelivered + delivered)
    assert 0 <= share.amount <= paid
    assert share.comes_to(DepositOutcome.STAYS) == 0
    assert share.comes_to(DepositOutcome.DOUBLE) == 2 * share.comes_to(DepositOutcome.FORFEITED)
    for outcome in (DepositOutcome.DOUBLE, DepositOutcome.FORFEITED, DepositOutcome.RETURNED):
        booked = Decision(new_id(), Contract(), outcome, share.comes_to(outcome)).bookings
        assert sum(amount for _, amount in booked) == share.comes_to(outcome)
        # What leaves the account towards the price is never more than the share of what was paid.
        assert sum(amount for kind, amount in booked if kind is not ReceiptKind.PENALTY) <= share.amount


# ── of contracts ──────────────────────────────────────────────────────────────────────────────────────────────────


def plan(shop: Shop, made: int) -> Plan:
    with shop.looking() as db:
        return payment_plans.plan_of(db, db.scalars(select(Contract).where(Contract.number == made)).one())


def test_instalments_fall_due_by_their_event_and_fill_with_what_came(shop: Shop) -> None:
    """A deposit, cars in two batches paid before they are fetched, a twentieth kept back for a year."""
    deposit, kept = 200_000_00, 65_900_00
    made = scene.contract(
        shop, 10, terms=Terms.PREPAID, deposit=(DepositKind.EARNEST, deposit),
        payments=[(P.SIGNING, deposit), (P.BEFORE_COLLECTION, 10 * CAR - deposit - kept), (P.RETENTION_END, kept)],
    )  # fmt: skip
    with shop.acting("高洁", at("2026-11-12 10:00")) as ask:
        rows = scene.find(ask, Contract, made).payments
        rows[0].days, rows[1].days, rows[2].day = 3, 2, date(2027, 11, 30)
    before = plan(shop, made)
    cars = 10 * CAR - deposit - kept
    assert [row.due_on for row in before.rows] == [date(2026, 11, 17), date(2026, 11, 26), date(2027, 11, 30)]
    assert before.rows[1].parts == (
        (date(2026, 11, 26), cars * 6 // 10), (date(2026, 12, 8), cars - cars * 6 // 10)
    )  # fmt: skip
    assert (before.total, before.open, before.overdue(date(2026, 11, 17))) == (10 * CAR, 10 * CAR, 0)
    assert before.overdue(date(2026, 11, 18)) == deposit
    receipt(shop, made, 300_000_00)  # not named: the oldest first
    receipt(shop, made, deposit, ReceiptKind.EARNEST)  # the deposit is the first row, whatever came before
    after = plan(shop, made)
    assert [row.got for row in after.rows] == [deposit, 300_000_00, 0]
    assert after.rows[1].late(date(2026, 12, 9)) == [
        (date(2026, 11, 26), cars * 6 // 10 - 300_000_00), (date(2026, 12, 8), cars - cars * 6 // 10)
    ]  # fmt: skip
    receipt(shop, made, 100_000_00, ReceiptKind.REFUND)
    back = plan(shop, made)
    assert back.received == deposit + 200_000_00 == back.total - back.open + back.overpaid


def test_what_is_due_after_acceptance_waits_for_the_last_car_of_its_batch(shop: Shop) -> None:
    made, cars = scene.ready(shop, 2, payments=[(P.ACCEPTANCE, 2 * CAR)])
    with shop.acting("高洁", at("2026-11-12 10:00")) as ask:
        scene.find(ask, Contract, made).payments[0].days = 10
    scene.delivered(shop, cars[0])
    assert plan(shop, made).rows[0].due_on is None
    scene.delivered(shop, cars[1])
    assert scene.state(shop, scene.Batch, batch(shop, made)) == "accepted"
    assert plan(shop, made).rows[0].due_on == date(2026, 12, 11)
