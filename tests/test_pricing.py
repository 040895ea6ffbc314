"""The one net price of a line, the list in force, and the floors it is held against."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealer.deals.deals import Comment
from dealer.engine.steps import Refused
from dealer.prices import pricing
from dealer.prices.pricelists import ListFacts, PriceRow
from dealer.records.people import Role
from dealer.records.prices import PriceListLine
from dealer.records.quotations import ExtraKind, LineExtra, QuotationLine, Tier
from tests import quoting
from tests.cast import Shop
from tests.quoting import y

DAY = date(2026, 10, 12)
X5 = PriceListLine(
    marked=y(139_800), floor_consultant=y(136_800), floor_key_account=y(131_800), floor_general=y(128_000)
)
E3 = PriceListLine(
    marked=y(169_800), floor_consultant=y(166_800), floor_key_account=y(161_800), floor_general=y(158_000)
)


def line(price: int, quantity: int = 10, **extras: int) -> QuotationLine:
    """A line with extras by kind, amounts in fen."""
    return QuotationLine(
        unit_price=price,
        quantity=quantity,
        extras=[LineExtra(kind=ExtraKind(kind), name=kind, amount=amount) for kind, amount in extras.items()],
    )


# ── the net price ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "extras, net",
    [
        ({}, 1_368_000_00),
        ({"gift": 3_000_00}, 1_365_000_00),
        ({"free_service": 500_00}, 1_367_500_00),
        ({"paid_accessory": 8_000_00}, 1_368_000_00),
        ({"agency_fee": 1_200_00}, 1_368_000_00),
        ({"gift": 3_000_00, "free_service": 500_00, "paid_accessory": 8_000_00}, 1_364_500_00),
    ],
)
def test_gifts_and_free_services_lower_the_net_price_and_nothing_else_does(extras: dict[str, int], net: int) -> None:
    assert pricing.net_total(line(y(136_800), 10, **extras), DAY) == net


def test_a_gift_of_3000_pushes_a_price_at_the_floor_below_it() -> None:
    at_floor, with_gift = line(y(136_800)), line(y(136_800), 10, gift=3_000_00)
    roles = {Role.CONSULTANT}
    assert pricing.tier_for(pricing.net_total(at_floor, DAY), 10, X5, roles) is Tier.OWN
    assert pricing.tier_for(pricing.net_total(with_gift, DAY), 10, X5, roles) is Tier.KEY_ACCOUNT


def test_vat_is_computed_per_car_and_then_summed() -> None:
    told = pricing.totals_of([line(y(131_800), 10)])
    assert (told.vehicles, told.without_vat, told.vat) == (1_318_000_00, 1_166_371_70, 151_628_30)


def test_the_total_contains_what_the_customer_pays_and_no_gifts() -> None:
    told = pricing.totals_of([line(y(131_800), 10, gift=3_000_00, paid_accessory=8_000_00, agency_fee=1_200_00)])
    assert (told.total, told.charged, told.given) == (1_327_200_00, 9_200_00, 3_000_00)


# ── floors and tiers ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "role, floor",
    [
        (Role.CONSULTANT, 136_800),
        (Role.SPECIALIST, 136_800),
        (Role.SUPERVISOR, 136_800),
        (Role.NETWORK, 136_800),
        (Role.SHOWROOM, 131_800),
        (Role.SALES, 131_800),
        (Role.KEY_ACCOUNT, 131_800),
        (Role.GENERAL, 128_000),
    ],
)
def test_each_role_has_its_floor(role: Role, floor: int) -> None:
    assert pricing.floor_of({role}, X5) == y(floor)


@pytest.mark.parametrize(
    "price, role, tier",
    [
        (y(136_800), Role.SPECIALIST, Tier.OWN),
        (y(136_800) - 1, Role.SPECIALIST, Tier.KEY_ACCOUNT),
        (y(131_800), Role.SPECIALIST, Tier.KEY_ACCOUNT),
        (y(131_800), Role.KEY_ACCOUNT, Tier.OWN),
        (y(131_800) - 1, Role.KEY_ACCOUNT, Tier.GENERAL),
        (y(128_000), Role.SPECIALIST, Tier.GENERAL),
        (y(128_000) - 1, Role.SPECIALIST, Tier.PROJECT),
        (y(128_000) - 1, Role.KEY_ACCOUNT, Tier.PROJECT),
    ],
)
def test_the_lowest_tier_whose_floor_is_met_decides(price: int, role: Role, tier: Tier) -> None:
    assert pricing.tier_for(price * 10, 10, X5, {role}) is tier


def test_thirty_electric_cars_at_158900_are_the_general_managers() -> None:
    assert pricing.tier_for(y(158_900) * 30, 30, E3, {Role.SPECIALIST}) is Tier.GENERAL


def test_one_fen_of_gifts_on_three_cars_counts_although_a_third_of_it_is_no_fen() -> None:
    assert pricing.tier_for(y(131_800) * 3 - 1, 3, X5, {Role.KEY_ACCOUNT}) is Tier.GENERAL


prices = st.integers(1, 20_000_000)
floors = st.lists(st.integers(1, 20_000_000), min_size=4, max_size=4).map(lambda four: sorted(four, reverse=True))
amounts = st.integers(0, 5_000_000)


@st.composite
def cases(draw: Any) -> tuple[QuotationLine, PriceListLine]:
    """A line and its list. Most of them lie at a floor, with gifts of a few fen: less than one fen a car."""
    marked, consultant, key_account, general = draw(floors)
    listed = PriceListLine(
        marked=marked, floor_consultant=consultant, floor_key_account=key_account, floor_general=general
    )
    quantity = draw(st.integers(1, 1000))
    if draw(st.sampled_from([True, True, False])):
        price = draw(st.sampled_from([consultant, key_account, general])) + draw(st.integers(0, 1))
        return line(price, quantity, gift=draw(st.integers(0, quantity))), listed
    extras = {kind.value: draw(amounts) for kind in ExtraKind if draw(st.booleans())}
    return line(draw(prices), quantity, **extras), listed


@given(cases(), st.sampled_from([Role.SPECIALIST, Role.KEY_ACCOUNT, Role.GENERAL]))
def test_the_tier_is_what_exact_fractions_per_car_say(case: tuple[QuotationLine, PriceListLine], role: Role) -> None:
    cars, listed = case
    given_away = sum(each.amount for each in cars.extras if each.kind.value in ("gift", "free_service"))
    own = {Role.SPECIALIST: "floor_consultant", Role.KEY_ACCOUNT: "floor_key_account", Role.GENERAL: "floor_general"}

    def reaches(floor: int) -> bool:
        # Each car one by one, the gifts on the last of them.
        left = [cars.unit_price - floor] * cars.quantity
        left[-1] -= given_away
        return sum(left) >= 0

    expected = (
        Tier.OWN if reaches(getattr(listed, own[role]))
        else Tier.KEY_ACCOUNT if reaches(listed.floor_key_account)
        else Tier.GENERAL if reaches(listed.floor_general)
        else Tier.PROJECT
    )  # fmt: skip
    assert pricing.tier_for(pricing.net_total(cars, DAY), cars.quantity, listed, {role}) is expected


@given(cases(), amounts)
def test_what_the_customer_pays_for_never_changes_the_tier(
    case: tuple[QuotationLine, PriceListLine], paid: int
) -> None:
    cars, listed = case
    before = pricing.tier_for(pricing.net_total(cars, DAY), cars.quantity, listed, {Role.SPECIALIST})
    cars.extras.append(LineExtra(kind=ExtraKind.PAID, name="贴膜", amount=paid))
    assert pricing.tier_for(pricing.net_total(cars, DAY), cars.quantity, listed, {Role.SPECIALIST}) is before


@given(cases(), st.integers(1, 5_000_000))
def test_a_gift_never_leads_to_a_lower_tier(case: tuple[QuotationLine, PriceListLine], worth: int) -> None:
    order = list(Tier)
    cars, listed = case
    before = pricing.tier_for(pricing.net_total(cars, DAY), cars.quantity, listed, {Role.SPECIALIST})
    cars.extras.append(LineExtra(kind=ExtraKind.GIFT, name="脚垫", amount=worth))
    after = pricing.tier_for(pricing.net_total(cars, DAY), cars.quantity, listed, {Role.SPECIALIST})
    assert order.index(after) >= order.index(before)


# ── the list in force ─────────────────────────────────────────────────────────────────────────────────────────────


def list_on(shop: Shop, day: date) -> str | None:
    with shop.looking() as db:
        found = pricing.list_in_force(db, shop.store.id, day)
        return found.name if found else None


def test_a_draft_has_no_effect_and_neither_has_a_list_before_its_day(shop: Shop) -> None:
    quoting.stock_models(shop)
    number = quoting.write_list(shop, "PV-2026-10", date(2026, 10, 1), "2026-09-25 09:00")
    assert list_on(shop, date(2026, 10, 1)) is None
    quoting.step_list(shop, "陈静", "2026-09-25 10:00", number, "submit")
    assert list_on(shop, date(2026, 10, 1)) is None
    quoting.step_list(shop, "周建国", "2026-09-26 10:00", number, "approve")
    assert list_on(shop, date(2026, 9, 30)) is None
    assert list_on(shop, date(2026, 10, 1)) == "PV-2026-10"


def test_a_list_approved_late_counts_from_its_approval(shop: Shop) -> None:
    quoting.stock_models(shop)
    quoting.put_in_force(shop, "PV-2026-10", date(2026, 10, 1), "2026-10-05 10:00")
    assert list_on(shop, date(2026, 10, 4)) is None
    assert list_on(shop, date(2026, 10, 5)) == "PV-2026-10"


def test_a_later_list_takes_over_on_its_day(shop: Shop) -> None:
    quoting.open_for_business(shop)
    quoting.put_in_force(shop, "PV-2026-11", date(2026, 11, 1), "2026-10-20 10:00")
    assert list_on(shop, date(2026, 10, 31)) == "PV-2026-10"
    assert list_on(shop, date(2026, 11, 1)) == "PV-2026-11"


def test_another_shops_list_is_not_ours(shop: Shop) -> None:
    quoting.open_for_business(shop)
    with shop.looking() as db:
        assert pricing.list_in_force(db, shop.person("王磊").id, date(2026, 10, 1)) is None


def refused(shop: Shop, *request: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        quoting.step_list(shop, *request)
    return refusal.value.codes


def test_only_the_general_manager_approves_a_list(shop: Shop) -> None:
    quoting.stock_models(shop)
    number = quoting.write_list(shop, "PV-2026-10", date(2026, 10, 1), "2026-09-25 09:00")
    quoting.step_list(shop, "陈静", "2026-09-25 10:00", number, "submit")
    assert refused(shop, "陈静", "2026-09-26 10:00", number, "approve") == ("E-NOT-YOURS",)
    assert refused(shop, "马超", "2026-09-26 10:00", number, "approve") == ("E-NOT-YOURS",)


def test_nobody_approves_the_list_they_wrote_not_even_as_stand_in(shop: Shop) -> None:
    quoting.stock_models(shop)
    shop.send_away("周建国", "陈静", date(2026, 9, 20), date(2026, 9, 30))
    number = quoting.write_list(shop, "PV-2026-10", date(2026, 10, 1), "2026-09-25 09:00")
    quoting.step_list(shop, "陈静", "2026-09-25 10:00", number, "submit")
    assert refused(shop, "陈静", "2026-09-26 10:00", number, "approve") == ("E-SELF-APPROVE",)


def test_a_returned_list_is_corrected_and_submitted_again(shop: Shop) -> None:
    quoting.stock_models(shop)
    number = quoting.write_list(shop, "PV-2026-10", date(2026, 10, 1), "2026-09-25 09:00")
    quoting.step_list(shop, "陈静", "2026-09-25 10:00", number, "submit")
    quoting.step_list(shop, "周建国", "2026-09-25 11:00", number, "return", Comment(comment="E3 底价过低"))
    dearer = ListFacts(
        name="PV-2026-10",
        effective_from=date(2026, 10, 1),
        lines=quoting.rows(shop, {"E3": (169_800, 167_800, 163_800, 160_000)}),
    )
    quoting.step_list(shop, "陈静", "2026-09-25 12:00", number, "edit", dearer)
    quoting.step_list(shop, "陈静", "2026-09-25 12:00", number, "submit")
    quoting.step_list(shop, "周建国", "2026-09-25 13:00", number, "approve")
    with shop.looking() as db:
        price = pricing.price_of(db, shop.store.id, quoting.model(shop, "E3").id, date(2026, 10, 1))
        assert price is not None
        assert price.floor_general == y(160_000)


def test_a_list_in_force_is_replaced_and_not_cancelled(shop: Shop) -> None:
    quoting.open_for_business(shop)
    later = quoting.put_in_force(shop, "PV-2026-11", date(2026, 11, 1), "2026-10-20 10:00")
    reason = Comment(comment="厂家政策推迟")
    assert refused(shop, "周建国", "2026-11-01 09:00", later, "cancel", reason) == ("E-IN-FORCE",)
    quoting.step_list(shop, "周建国", "2026-10-31 09:00", later, "cancel", reason)
    assert list_on(shop, date(2026, 11, 1)) == "PV-2026-10"


def test_two_lists_do_not_share_a_name(shop: Shop) -> None:
    quoting.open_for_business(shop)
    with pytest.raises(Refused) as refusal:
        quoting.write_list(shop, "PV-2026-10", date(2026, 12, 1), "2026-10-20 10:00")
    assert refusal.value.codes == ("E-NAME-TAKEN",)


def test_a_floor_above_the_one_before_it_is_refused_where_it_is_typed(shop: Shop) -> None:
    quoting.stock_models(shop)
    with pytest.raises(ValueError, match="Each price is at most the one before"):
        PriceRow(model=quoting.model(shop, "X5").id, marked=1, floor_consultant=2, floor_key_account=1, floor_general=1)
