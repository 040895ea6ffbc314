"""An approval is bound to its terms: the same thing, no more of it, no worse; used once, and kept as a record."""

from datetime import date
from typing import Any

import pytest

from dealer.approvals import approved_terms, authority
from dealer.approvals.rulings import Approval, CounterOffer
from dealer.engine.steps import place
from dealer.people import by_number
from dealer.quotations.offers import Lines
from dealer.records.contracts import Contract, ContractState
from dealer.records.customers import Customer
from dealer.records.deals import Deal, DealState
from dealer.records.quotations import ExceptionState, PriceException, Quotation, QuotationState
from dealer.records.vehicles import Model
from tests import quoting
from tests.cast import Shop
from tests.conftest import at
from tests.quoting import WHY, YES, car, exception_of, gift, lines, quotation_of, rule, send_until, step, y

S, Q = ExceptionState, QuotationState
DAY = date(2026, 10, 13)
MORNING = "2026-10-13 09:00"


@pytest.fixture
def approved(shop: Shop) -> Shop:
    """陈静 has approved ten X5 at 133,000 with a gift of 12,000 for all of them: 131,800 net a car."""
    quoting.open_for_business(shop)
    facts = lines(shop, ("X5", 10, 133_000), extras=[gift(12_000)])
    number = quoting.draft(shop, quoting.deal_at_quotation(shop), facts)
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    return shop


def offered(shop: Shop, facts: Lines) -> tuple[QuotationState, ExceptionState]:
    """The offer revised to other terms and submitted: where it stands, and what became of the approval."""
    step(shop, "李娜", MORNING, 1, "revise")
    step(shop, "李娜", MORNING, 2, "edit", facts)
    with shop.looking() as db:
        found = by_number(db, Quotation, shop.actor("李娜"), 2)
        assert found is not None
        needs = bool(authority.unauthorised_lines(db, found, DAY))
    step(shop, "李娜", "2026-10-13 09:30", 2, "submit", WHY if needs else None)
    return quotation_of(shop, 2).state, exception_of(shop, 1).state


def cars(shop: Shop, *told: tuple[str, int, int], given: int = 12_000, **how: Any) -> Lines:
    return lines(shop, *told, extras=[gift(given, **how)] if given else [])


STANDS, LAPSES = (Q.READY, S.APPROVED), (Q.PENDING_PRICE, S.LAPSED)


@pytest.mark.parametrize(
    "told, given, becomes",
    [
        ((("X5", 10, 133_000),), 12_000, STANDS),  # the very terms
        ((("X5", 11, 133_000),), 13_200, LAPSES),  # one car more, at the same price
        ((("X5", 9, 133_000),), 10_800, STANDS),  # one car less
        ((("X5", 10, 133_000),), 12_001, LAPSES),  # the gift dearer
        ((("X5", 10, 133_000),), 0, STANDS),  # no gift any more
        ((("M7", 10, 117_000),), 12_000, (Q.PENDING_PRICE, S.APPROVED)),  # another model: none of its business
        ((("X5", 6, 133_000), ("X5", 4, 131_800)), 7_200, STANDS),  # split over two lines
        ((("X5", 6, 133_000), ("X5", 5, 131_800)), 7_200, (Q.PENDING_PRICE, S.APPROVED)),  # and one more than approved
    ],
)
def test_worse_terms_end_it_better_ones_keep_it(
    approved: Shop, told: tuple[tuple[str, int, int], ...], given: int, becomes: tuple[QuotationState, ExceptionState]
) -> None:
    assert offered(approved, cars(approved, *told, given=given)) == becomes


@pytest.mark.parametrize("fen, becomes", [(0, STANDS), (1, STANDS), (-1, LAPSES)])
def test_one_fen_less_is_less(approved: Shop, fen: int, becomes: tuple[QuotationState, ExceptionState]) -> None:
    one = car(approved, "X5", 10, 133_000)
    facts = Lines(lines=(one.model_copy(update={"unit_price": one.unit_price + fen}),), extras=(gift(12_000),))
    assert offered(approved, facts) == becomes


def test_a_gift_of_the_same_value_is_another_gift_at_the_same_price(approved: Shop) -> None:
    """The shop gets what was approved, so it stands; that these are not the very terms the fingerprint tells."""
    other = gift(12_000).model_copy(update={"name": "车载冰箱"})
    assert offered(approved, lines(approved, ("X5", 10, 133_000), extras=[other])) == STANDS
    kept = exception_of(approved, 1).approved
    told = kept | {"extras": [each | {"name": "车载冰箱"} for each in kept["extras"]]}
    assert approved_terms.fingerprint(kept) == kept["fingerprint"] != approved_terms.fingerprint(told)


@pytest.mark.parametrize("changed", ["customer_id", "model_id", "model", "quantity", "net_total", "extras"])
def test_the_fingerprint_is_of_exactly_these_terms(approved: Shop, changed: str) -> None:
    kept = exception_of(approved, 1).approved
    other = {"quantity": 11, "net_total": kept["net_total"] - 1, "extras": []}.get(changed, "other")
    assert approved_terms.fingerprint(kept | {changed: other}) != kept["fingerprint"]
    assert approved_terms.fingerprint(kept | {"reason": "of no account"}) == kept["fingerprint"]


def test_what_is_offered_instead_is_what_is_bound(shop: Shop) -> None:
    quoting.open_for_business(shop)
    number = quoting.draft(shop, quoting.deal_at_quotation(shop), lines(shop, ("X5", 10, 131_800)))
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "counter", CounterOffer(price=y(133_000), comment="改价"))
    kept = rule(shop, "李娜", "2026-10-12 12:00", 1, "accept_counter").approved
    assert (kept["net_total"], kept["fingerprint"]) == (y(1_330_000), approved_terms.fingerprint(kept))


@pytest.mark.parametrize("what", ["the customer", "the configuration", "the frozen terms"])
def test_it_covers_nothing_else(approved: Shop, what: str) -> None:
    with approved.acting("陈静", at(MORNING)) as ask:
        deal = by_number(ask.db, Deal, ask.actor, 1)
        exception = by_number(ask.db, PriceException, ask.actor, 1)
        assert deal is not None
        assert exception is not None
        line = exception.line
        assert authority.authorises(exception, line, DAY)
        match what:
            case "the customer":
                other = Customer(
                    store_id=deal.store_id, number=99, name="别家公司", name_pinyin="", name_initials="",
                    customer_class="rental", owner_id=deal.owner_id, since=ask.at,
                )  # fmt: skip
                ask.db.add(other)
                ask.db.flush()
                deal.customer_id = other.id
            case "the configuration":
                ask.db.get(Model, line.model_id).configuration = "1.5T CVT 豪华版"  # type: ignore[union-attr]
            case _:
                exception.approved = exception.approved | {"quantity": 100}
        ask.db.flush()
        assert not authority.authorises(exception, line, DAY)


def test_two_offers_may_rely_on_it_and_one_contract_uses_it_up(approved: Shop) -> None:
    """A second offer of the same cars is a choice for the customer; ten cars are approved, and ten are sold."""
    second = quoting.draft(approved, 1, cars(approved, ("X5", 10, 133_000)), when=MORNING)
    step(approved, "李娜", MORNING, second, "submit")
    for number in (1, second):
        step(approved, "李娜", MORNING, number, "send", send_until(date(2026, 10, 27)))
    accepted = step(approved, "李娜", "2026-10-13 12:00", 1, "accept", YES)
    with approved.acting("陈静", at("2026-11-12 09:00")) as ask:
        contract = Contract(
            store_id=approved.store.id, number=1, since=ask.at, begun_at=ask.at, deal_id=accepted.deal_id,
            quotation_id=accepted.id, total=y(1_330_000), terms="prepaid", procurement={}, kind="sale",
        )  # fmt: skip
        place(contract, ContractState.EFFECTIVE)
        ask.db.add(contract)
    quoting.time_passes(approved, 1, "2026-11-12 10:00")
    assert exception_of(approved, 1).state is S.CONSUMED
    with approved.looking() as db:
        other = by_number(db, Quotation, approved.actor("李娜"), second)
        assert other is not None
        assert [line.position for line in authority.unauthorised_lines(db, other, DAY)] == [1]


def test_of_a_deal_that_is_over_it_stays_a_record(approved: Shop) -> None:
    quoting.move_deal(approved, 1, DealState.CANCELLED, "2026-11-16 09:00")
    with approved.looking() as db:
        kept = by_number(db, PriceException, approved.actor("陈静"), 1)
        assert kept is not None
        assert (kept.state, kept.approved_total, kept.approved["fingerprint"]) == (
            S.LAPSED, y(1_318_000), approved_terms.fingerprint(kept.approved),
        )  # fmt: skip
        assert [mark.person.name for mark in kept.marks] == ["陈静"]
