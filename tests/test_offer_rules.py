"""What lies beside the price of a car: the manufacturer's allowances, gifts within their budget, accessories."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from dealer import sweep
from dealer.approvals.authority import unauthorised_lines
from dealer.approvals.rulings import Approval, CounterOffer, Reasons
from dealer.contracts import contract, contract_terms
from dealer.engine.database import new_id
from dealer.engine.steps import Refused, place
from dealer.people import by_number
from dealer.prices import pricing
from dealer.quotations import quotation_terms
from dealer.quotations.offers import Extra
from dealer.records.contracts import Contract
from dealer.records.deals import Deal
from dealer.records.people import Policy, PolicyState
from dealer.records.prices import PriceListLine
from dealer.records.quotations import (
    ExceptionState,
    ExtraKind,
    LineExtra,
    Quotation,
    QuotationLine,
    QuotationState,
    Tier,
)
from tests import contracts, quoting
from tests.cast import Shop
from tests.conftest import at
from tests.desk import Desk
from tests.quoting import WHY, YES, allowance, gift, lines, quotation_of, rule, send_until, step, y

S = QuotationState
MONDAY = date(2026, 10, 12)
FRIDAY = date(2026, 10, 16)
X5 = PriceListLine(
    marked=y(139_800), floor_consultant=y(136_800), floor_key_account=y(131_800), floor_general=y(128_000)
)


@pytest.fixture
def deal(shop: Shop) -> int:
    """A deal of 李娜 for ten X5."""
    quoting.open_for_business(shop)
    return quoting.deal_at_quotation(shop)


def refused(act: Callable[..., Any], *request: Any) -> list[tuple[str, str | None]]:
    """Codes with their fields."""
    with pytest.raises(Refused) as refusal:
        act(*request)
    return [(each.code, each.field) for each in refusal.value.refusals]


# ── allowances ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "day, net", [(date(2026, 10, 15), 1_375_000), (FRIDAY, 1_375_000), (date(2026, 10, 17), 1_365_000)]
)
def test_an_allowance_counts_until_its_last_day_and_not_after_it(day: date, net: int) -> None:
    paid = LineExtra(kind=ExtraKind.ALLOWANCE, name="补贴", amount=y(10_000), good_until=FRIDAY)
    given = LineExtra(kind=ExtraKind.GIFT, name="脚垫", amount=y(3_000))
    line = confirmed(QuotationLine(unit_price=y(136_800), quantity=10, extras=[paid, given]))
    assert pricing.net_total(line, day) == y(net)
    assert pricing.totals_of([line]).total == y(1_368_000)  # the customer pays what they paid before


def confirmed(line: QuotationLine) -> QuotationLine:
    for extra in line.extras:
        extra.confirmed_by_id, extra.confirmed_terms = new_id(), pricing.promise_of(line, extra)
    return line


def test_an_allowance_needs_its_number_and_its_last_day() -> None:
    for lacking in ({"reference": "CJ-1"}, {"good_until": FRIDAY}):
        with pytest.raises(ValueError, match="fill in both"):
            Extra(line=1, kind=ExtraKind.ALLOWANCE, name="补贴", amount=1, **lacking)
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        gift(-1)


def test_a_price_that_an_allowance_carries_is_ones_own_to_give(shop: Shop, deal: int) -> None:
    facts = lines(shop, ("X5", 10, 136_000), extras=[allowance(8_000, FRIDAY)])
    number = quoting.draft(shop, deal, facts)
    quoting.confirm(shop, number, "2026-10-12 09:30")
    assert step(shop, "李娜", "2026-10-12 10:00", number, "submit").state is S.READY
    assert quotation_of(shop, number).lines[0].net == y(1_368_000)
    step(shop, "李娜", "2026-10-12 11:00", number, "send", send_until(date(2026, 10, 27)))
    with shop.looking() as db:
        printed = quotation_terms.quotation_terms(db, in_session(db, shop, number), MONDAY)
    assert (printed.gifts, printed.extras) == ((), ())
    step(shop, "李娜", "2026-10-14 11:00", number, "accept", YES)
    with shop.acting("李娜", at("2026-10-14 12:00")) as ask:
        drawn = contract.draw_up(ask, by_number(ask.db, Deal, ask.actor, deal))
        assert [line.extras for line in drawn.lines] == [[]]
        assert list(contract_terms.gifts_of(drawn.lines[0].extras, 10)) == []
    # from Saturday on nobody pays it any more: what was accepted is not carried through review or signature
    assert uncovered(shop, number, FRIDAY) == []
    assert uncovered(shop, number, date(2026, 10, 17)) == [1]


def in_session(db: Session, shop: Shop, number: int) -> Quotation:
    found = by_number(db, Quotation, shop.actor("李娜"), number)
    assert found is not None
    return found


def uncovered(shop: Shop, number: int, day: date) -> list[int]:
    with shop.looking() as db:
        return [line.position for line in unauthorised_lines(db, in_session(db, shop, number), day)]


def test_an_approval_lapses_with_the_allowance_it_was_reckoned_with(
    shop: Shop, deal: int, desk: Callable[[str], Desk]
) -> None:
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 131_000), extras=[allowance(8_000, FRIDAY)]))
    quoting.confirm(shop, number, "2026-10-12 09:30")
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)
    exception = quoting.exception_of(shop, 1)
    assert (exception.tier, exception.net_total) == (Tier.KEY_ACCOUNT, y(1_318_000))
    jing = desk("陈静")
    jing.turn_clock("2026-10-12 10:30")
    card = jing.get("/approvals/1").text
    assert ("大客户补贴 8,000 编号 CJ-2026-118" in card, "厂家补贴" in card, "131,800" in card) == (True, True, True)
    rule(shop, "陈静", "2026-10-12 11:00", 1, "approve", Approval())
    sweep.fire_due(shop.database, at("2026-10-16 23:59"))
    assert quotation_of(shop, number).state is S.READY
    sweep.fire_due(shop.database, at("2026-10-17 00:05"))
    assert quoting.exception_of(shop, 1).state is ExceptionState.LAPSED
    assert quotation_of(shop, number).state is S.PENDING_PRICE
    # the next version takes the line over as it is, and is not submitted before the allowance is out of it
    step(shop, "李娜", "2026-10-17 09:00", number, "revise")
    request = (shop, "李娜", "2026-10-17 09:30", number + 1, "submit", WHY)
    assert refused(step, *request) == [("E-ALLOWANCE-ENDED", None)]


def test_a_counter_offer_reckons_with_gift_and_allowance(shop: Shop, deal: int) -> None:
    extras = [allowance(8_000, FRIDAY), gift(3_000)]
    number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 131_400), extras=extras))
    quoting.confirm(shop, number, "2026-10-12 09:30")
    step(shop, "李娜", "2026-10-12 10:00", number, "submit", WHY)
    offer = CounterOffer(price=y(132_800), comment="132,800 起")
    rule(shop, "陈静", "2026-10-12 11:00", 1, "counter", offer)
    rule(shop, "李娜", "2026-10-12 12:00", 1, "accept_counter")
    [line] = quotation_of(shop, number).lines
    assert (line.unit_price, pricing.net_total(line, MONDAY)) == (y(132_300), y(1_328_000))
    assert quotation_of(shop, number).state is S.READY


def test_an_allowance_refunds_no_more_than_was_given_and_rescues_no_gift(shop: Shop, deal: int) -> None:
    too_much = lines(shop, ("X5", 10, 139_800), extras=[allowance(1_001, FRIDAY), gift(1_000)])
    assert refused(quoting.draft, shop, deal, too_much) == [("E-ALLOWANCE", "extras")]
    enough = lines(shop, ("X5", 10, 139_800), extras=[allowance(1_000, FRIDAY), gift(1_000)])
    number = quoting.draft(shop, deal, enough)
    assert step(shop, "李娜", "2026-10-12 10:00", number, "submit").state is S.READY
    worth_more = lines(shop, ("X5", 1, 130_000), extras=[allowance(130_000, FRIDAY), gift(130_000)])
    other = quoting.draft(shop, deal, worth_more)
    told = refused(step, shop, "李娜", "2026-10-12 10:00", other, "submit", WHY)
    assert [code for code, _ in told] == ["E-GIFTS", "E-GIFT-BUDGET", "E-PRICE-HARD-FLOOR"]


def test_an_allowance_that_ended_yesterday_is_refused_beside_its_day(
    shop: Shop, deal: int, desk: Callable[[str], Desk]
) -> None:
    li = desk("李娜")
    car = {"model": str(quoting.model(shop, "X5").id), "colour": "白", "quantity": "10", "unit_price": "136,000"}
    extra = {
        "kind": "allowance", "line": "1", "name": "大客户补贴", "amount": "8,000", "reference": "CJ-2026-118",
        "good_until": "2026-10-11",
    }  # fmt: skip
    typed = {f"lines-0-{name}": value for name, value in car.items()}
    typed |= {f"extras-0-{name}": value for name, value in extra.items()}
    page = li.submit(f"/deals/{deal}/quotations/new", typed, when="2026-10-12 09:00")
    beside = page.html.split('id="f-extras-0-good_until-error"')[1][:400]
    assert ("厂家补贴已于" in beside, 'value="CJ-2026-118"' in page.html) == (True, True)
    assert li.get("/quotations/1").status == 404
    saved = li.submit(f"/deals/{deal}/quotations/new", typed | {"extras-0-good_until": "2026-10-12"})
    assert (saved.url, "编号 CJ-2026-118" in saved.text) == ("/quotations/1", True)


def test_a_contract_does_not_take_effect_at_a_price_that_an_ended_allowance_carried(shop: Shop) -> None:
    deal, number = contracts.issued(shop)
    contracts.waive_drives(shop, deal)
    contracts.take(shop, "吴倩", "2026-11-12 16:00", number, "record_signatures", contracts.signatures())
    with shop.acting("陈静", at("2026-11-12 16:30")) as ask:
        [line] = by_number(ask.db, Contract, ask.actor, number).quotation.lines  # type: ignore[union-attr]
        line.floor_own = line.unit_price + 500_00
        proof = {"reference": "CJ-2026-118", "good_until": date(2026, 11, 12)}
        paid = LineExtra(kind=ExtraKind.ALLOWANCE, name="补贴", amount=y(5_000), position=1, **proof)
        paid.store_id = shop.store.id
        line.extras = [paid]
        paid.confirmed_by_id, paid.confirmed_terms = ask.actor.id, pricing.promise_of(line, paid)
    late = (shop, "陈静", "2026-11-13 09:00", number, "confirm_effective")
    assert contracts.refused(*late) == ("E-APPROVAL-LAPSED",)
    in_time = contracts.take(shop, "陈静", "2026-11-12 17:00", number, "confirm_effective")
    assert in_time.effective_on == date(2026, 11, 12)


# ── gifts and accessories ─────────────────────────────────────────────────────────────────────────────────────────


def decide(shop: Shop, **values: int) -> None:
    """The house decides otherwise, from today on."""
    with shop.acting("周建国", at("2026-10-11 09:00")) as ask:
        for number, (name, value) in enumerate(values.items(), 900):
            ask.db.add(approved(shop, number, name, value))


def approved(shop: Shop, number: int, name: str, value: int) -> Policy:
    rule = Policy(
        store_id=shop.store.id, name=name, value=value, from_day=MONDAY, number=number, since=at("2026-10-11 09:00"),
        begun_at=at("2026-10-11 09:00"), approved_at=at("2026-10-11 09:00"), reason="总部要求", version=0,
    )  # fmt: skip
    place(rule, PolicyState.APPROVED)
    return rule


@pytest.mark.parametrize(
    ("kind", "amount", "listed", "field"),
    [
        (ExtraKind.PAID, 0, 10_000, "extras-0-amount"),
        (ExtraKind.PAID, 100, None, "extras-0-list_amount"),
        (ExtraKind.AGENCY, 0, None, "extras-0-amount"),
        (ExtraKind.GIFT, 0, None, "extras-0-amount"),
        (ExtraKind.FREE_SERVICE, 0, None, "extras-0-amount"),
    ],
)
def test_nothing_is_offered_beside_the_price_for_nothing(
    shop: Shop, deal: int, kind: ExtraKind, amount: int, listed: int | None, field: str
) -> None:
    hidden = Extra(line=1, kind=kind, name="贴膜", amount=y(amount), list_amount=y(listed) if listed else None)
    with pytest.raises(Refused) as refusal:
        quoting.draft(shop, deal, lines(shop, ("X5", 10, 136_800), extras=[hidden]))
    assert [(each.code, each.field) for each in refusal.value.refusals] == [("E-EXTRA-AMOUNT", field)]


def test_gifts_stay_within_their_budget_whatever_the_price(shop: Shop, deal: int) -> None:
    def submitted(cost: int, why: Reasons | None = None) -> Any:
        number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 139_800), extras=[gift(cost)]))
        return step(shop, "李娜", "2026-10-12 10:00", number, "submit", why)

    with pytest.raises(Refused, match="E-GIFT-BUDGET"):
        submitted(41_941, WHY)  # 3 % of 1,398,000 is 41,940
    assert submitted(41_940, WHY).state is S.PENDING_PRICE
    decide(shop, gift_budget_permille=10)
    with pytest.raises(Refused, match="E-GIFT-BUDGET"):
        submitted(13_981)
    assert submitted(13_980).state is S.READY


@pytest.mark.parametrize("who, least", [("李娜", 10_000), ("陈静", 9_000)])
def test_a_role_sells_accessories_down_to_its_share_of_the_list(shop: Shop, who: str, least: int) -> None:
    quoting.open_for_business(shop)
    deal = quoting.deal_at_quotation(shop, who)

    def submitted(price: int) -> Any:
        sold = Extra(line=1, kind=ExtraKind.PAID, name="贴膜", amount=y(price), list_amount=y(10_000))
        number = quoting.draft(shop, deal, lines(shop, ("X5", 10, 139_800), extras=[sold]), who=who)
        return step(shop, who, "2026-10-12 10:00", number, "submit")

    assert submitted(least).state is S.READY
    with pytest.raises(Refused, match="E-ACCESSORY"):
        submitted(least - 1)
