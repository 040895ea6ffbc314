"""Amounts: fen in figures and capitals, rounding, VAT, purchase tax."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealer.engine.amounts import (
    LARGEST_FEN,
    Relief,
    capitals,
    half_up,
    money,
    parse_yuan,
    purchase_tax,
    vat_of,
    yuan,
)
from dealer.engine.malformed import Malformed

VAT = Fraction(13, 100)
ANY_AMOUNT = st.integers(0, LARGEST_FEN)


def fen(figure: str) -> int:
    """131,800.00 as fen, for tables that people can read."""
    return int(Decimal(figure.replace(",", "")) * 100)


# ── figures ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("131800", "131800"),
        ("131,800", "131800"),
        ("131800.00", "131800"),
        ("131,800.5", "131800.50"),
        (" 131 800 ", "131800"),
        ("¥131,800元", "131800"),
        ("\uffe5131800", "131800"),
        ("\uff11\uff13\uff11\uff0c\uff18\uff10\uff10\uff0e\uff10\uff15", "131800.05"),  # a Chinese keyboard's digits
        ("13.18万", "131800"),
        ("13.18万元", "131800"),
        ("0.00001万", "0.10"),
        ("13.180001万", "131800.01"),
        ("1.2亿", "120000000"),
        ("9999亿", "999900000000"),
        ("0", "0"),
        ("-0", "0"),
        ("000131800", "131800"),
        ("0.01", "0.01"),
    ],
)
def test_an_amount_is_understood_as_people_write_it(typed, meant):
    assert parse_yuan(typed) == fen(meant)


@pytest.mark.parametrize(
    "typed, code",
    [
        ("", "E-AMOUNT-EMPTY"),
        ("   ", "E-AMOUNT-EMPTY"),
        ("131800.005", "E-AMOUNT-DECIMALS"),
        ("1.500", "E-AMOUNT-DECIMALS"),  # to some it is a thousand and a half
        ("13.1800001万", "E-AMOUNT-DECIMALS"),
        ("-1", "E-AMOUNT-NEGATIVE"),
        ("\u2212131,800", "E-AMOUNT-NEGATIVE"),
        ("\uff0d131800", "E-AMOUNT-NEGATIVE"),
        ("999900000000.01", "E-AMOUNT-LARGE"),
        ("9999.5亿", "E-AMOUNT-LARGE"),
        ("1" * 5000, "E-AMOUNT-LARGE"),
        ("1,31800", "E-AMOUNT-FORMAT"),
        ("131,80", "E-AMOUNT-FORMAT"),  # a decimal comma to some
        (",800", "E-AMOUNT-FORMAT"),
        ("131.", "E-AMOUNT-FORMAT"),
        (".5", "E-AMOUNT-FORMAT"),
        ("1.3.1", "E-AMOUNT-FORMAT"),
        ("1e5", "E-AMOUNT-FORMAT"),
        ("NaN", "E-AMOUNT-FORMAT"),
        ("131800 USD", "E-AMOUNT-FORMAT"),
        ("十三万", "E-AMOUNT-FORMAT"),
        ("13万1800", "E-AMOUNT-FORMAT"),
        ("\u0661\u0663", "E-AMOUNT-FORMAT"),  # digits, but Arabic ones
    ],
)
def test_what_is_no_amount_is_refused(typed, code):
    with pytest.raises(Malformed) as refused:
        parse_yuan(typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "amount, how, shown",
    [
        ("131800", {}, "131,800.00"),
        ("131800.5", {}, "131,800.50"),
        ("0", {}, "0.00"),
        ("0.05", {}, "0.05"),
        ("-2900", {}, "\u22122,900.00"),
        ("2900", {"sign": True}, "+2,900.00"),
        ("-2900", {"sign": True}, "\u22122,900.00"),
        ("0", {"sign": True}, "0.00"),
        ("131800", {"whole": True}, "131,800"),
        ("131800.5", {"whole": True}, "131,800.50"),
        ("-2900", {"whole": True}, "\u22122,900"),
        ("999900000000", {}, "999,900,000,000.00"),
    ],
)
def test_an_amount_is_shown_in_groups_of_three(amount, how, shown):
    assert money(fen(amount), **how) == shown


def test_yuan_always_have_two_decimals():
    assert str(yuan(131_800_00)) == "131800.00"
    assert str(yuan(-5)) == "-0.05"


@given(ANY_AMOUNT)
def test_what_is_shown_can_be_typed_again(amount):
    assert parse_yuan(money(amount)) == amount
    assert parse_yuan(money(amount, whole=True)) == amount
    assert parse_yuan(str(yuan(amount))) == amount


# ── capitals ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "amount, spelled",
    [
        # the examples of the rules for filling in bills
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        # what our papers meet
        ("790800", "柒拾玖万零捌佰元整"),
        ("1318000", "壹佰叁拾壹万捌仟元整"),
        ("4767000", "肆佰柒拾陆万柒仟元整"),
        ("131800", "壹拾叁万壹仟捌佰元整"),
        ("65900", "陆万伍仟玖佰元整"),
        # edges
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.55", "伍角伍分"),
        ("1", "壹元整"),
        ("10", "壹拾元整"),
        ("10.05", "壹拾元零伍分"),
        ("11.50", "壹拾壹元伍角整"),
        ("110", "壹佰壹拾元整"),
        ("10000", "壹万元整"),
        ("100500", "壹拾万零伍佰元整"),
        ("100005", "壹拾万零伍元整"),
        ("10000000", "壹仟万元整"),
        ("10000005", "壹仟万零伍元整"),
        ("20040060", "贰仟零肆万零陆拾元整"),
        ("100000001", "壹亿零壹元整"),
        ("100001000", "壹亿零壹仟元整"),
        ("101000000", "壹亿零壹佰万元整"),
        ("100000000.50", "壹亿元零伍角整"),
        ("999900000000", "玖仟玖佰玖拾玖亿元整"),
    ],
)
def test_capitals_follow_the_rules_for_filling_in_bills(amount, spelled):
    assert capitals(fen(amount)) == f"人民币{spelled}"


@pytest.mark.parametrize("amount, code", [(-1, "E-AMOUNT-NEGATIVE"), (LARGEST_FEN + 1, "E-AMOUNT-LARGE")])
def test_an_amount_without_capitals_is_refused(amount, code):
    with pytest.raises(Malformed) as refused:
        capitals(amount)
    assert refused.value.code == code


def oracle(amount: int) -> str:
    """What cn2an spells, with the two liberties it takes set right: it never writes 整 after 角, and no 零 after 元."""
    spelled = cn2an.an2cn(str(yuan(amount)), "rmb")
    if amount // 100 % 10 == 0 and amount >= 100 and amount // 10 % 10:
        spelled = spelled.replace("元", "元零")
    return f"人民币{spelled}整" if spelled.endswith("角") else f"人民币{spelled}"


# It also drops the 零 of an empty 万 (100,001,000): that one is in the table above.
@given(ANY_AMOUNT.filter(lambda amount: amount < 10**10 or amount // 10**6 % 10**4))
def test_capitals_agree_with_another_program(amount):
    assert capitals(amount) == oracle(amount)


@given(ANY_AMOUNT)
def test_capitals_never_have_two_zeros_in_a_row_and_never_lose_a_digit(amount):
    spelled = capitals(amount)
    assert "零零" not in spelled
    assert not re.search("零[万亿角分]", spelled)
    if amount:
        digits = [str("零壹贰叁肆伍陆柒捌玖".index(each)) for each in re.findall("[壹贰叁肆伍陆柒捌玖]", spelled)]
        assert "".join(digits) == str(amount).replace("0", "")


@given(ANY_AMOUNT, ANY_AMOUNT)
def test_two_amounts_never_have_the_same_capitals(one, other):
    assert (capitals(one) == capitals(other)) is (one == other)


# ── rounding and taxes ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "numerator, denominator, rounded",
    [
        (1, 2, 1),
        (1, 3, 0),
        (2, 3, 1),
        (5, 10, 1),
        (49, 100, 0),
        (-1, 2, -1),
        (-1, 3, 0),
        (-3, 2, -2),
        (0, 7, 0),
        (8, 2, 4),
    ],
)
def test_a_half_is_rounded_away_from_zero(numerator, denominator, rounded):
    assert half_up(numerator, denominator) == rounded


@pytest.mark.parametrize("denominator", [0, -3])
def test_a_share_has_at_least_one_part(denominator):
    with pytest.raises(ValueError, match="parts"):
        half_up(1, denominator)


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**6))
def test_rounding_is_off_by_a_half_at_most(numerator, denominator):
    assert abs(half_up(numerator, denominator) - Fraction(numerator, denominator)) <= Fraction(1, 2)


@pytest.mark.parametrize(
    "gross, net, vat",
    [
        ("131800", "116637.17", "15162.83"),
        ("158900", "140619.47", "18280.53"),
        ("200000", "176991.15", "23008.85"),
        ("339000", "300000", "39000"),
        ("0.01", "0.01", "0"),
        ("0", "0", "0"),
    ],
)
def test_a_price_is_taken_apart_into_net_and_vat(gross, net, vat):
    assert vat_of(fen(gross), VAT) == (fen(net), fen(vat))


def test_the_vat_of_ten_cars_is_ten_times_the_vat_of_one():
    ten = [vat_of(fen("131800"), VAT) for _ in range(10)]
    assert sum(each.net for each in ten) == fen("1166371.70")
    assert sum(each.vat for each in ten) == fen("151628.30")
    assert vat_of(fen("1318000"), VAT).net == fen("1166371.68"), "which is why the sum is not divided"


@given(ANY_AMOUNT, st.fractions(0, 1, max_denominator=1000))
def test_net_and_vat_are_the_price_again(gross, rate):
    net, vat = vat_of(gross, rate)
    assert net + vat == gross
    assert 0 <= vat <= gross


EXEMPT, HALF, FULL = date(2025, 6, 1), date(2026, 11, 10), date(2028, 1, 1)


@pytest.mark.parametrize(
    "gross, day, due",
    [
        ("200000", EXEMPT, "0"),
        ("200000", HALF, "8849.56"),
        ("200000", FULL, "17699.12"),
        ("339000", EXEMPT, "0"),
        ("339000", HALF, "15000"),
        ("339000", FULL, "30000"),
        ("452000", EXEMPT, "10000"),  # relief of 30,000 at most
        ("452000", HALF, "25000"),  # 15,000 at most
        ("452000", FULL, "40000"),
        ("158900", HALF, "7030.97"),  # half of the rounded full tax would be 7,030.98
        ("158900", FULL, "14061.95"),
        ("200000", date(2023, 12, 31), "17699.12"),
        ("200000", date(2024, 1, 1), "0"),
        ("200000", date(2025, 12, 31), "0"),
        ("200000", date(2026, 1, 1), "8849.56"),
        ("200000", date(2027, 12, 31), "8849.56"),
    ],
)
def test_the_purchase_tax_of_a_new_energy_car_depends_on_the_day_of_its_invoice(gross, day, due):
    assert purchase_tax(fen(gross), VAT, day, new_energy=True).due == fen(due)


@pytest.mark.parametrize("day", [EXEMPT, HALF, FULL])
def test_a_petrol_car_pays_the_full_purchase_tax(day):
    assert purchase_tax(fen("200000"), VAT, day, new_energy=False) == (
        fen("176991.15"),
        fen("17699.12"),
        fen("17699.12"),
    )


def test_a_later_rule_is_one_more_row():
    later = (Relief(date(2028, 1, 1), date(2028, 12, 31), Fraction(1, 4), fen("3000")),)
    assert purchase_tax(fen("113000"), VAT, FULL, new_energy=True, table=later).due == fen("7500")
    assert purchase_tax(fen("226000"), VAT, FULL, new_energy=True, table=later).due == fen("17000")
    assert purchase_tax(fen("113000"), VAT, HALF, new_energy=True, table=later).due == fen("10000")
