"""Amounts: whole fen in and out, rounded in one place, shown in figures and in official capitals.

Every amount in the product is an int that counts fen (¥1 = 100 fen). Decimal appears only where a program outside
wants yuan; float never.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from dealer.engine.malformed import Malformed, half_width

LARGEST_FEN = 9_999 * 10**8 * 100
"""9,999 亿元: the official capitals have no word above 亿, and no contract needs one."""

MINUS = "\N{MINUS SIGN}"  # as wide as a plus or a digit, so that columns of figures align

# ── figures ───────────────────────────────────────────────────────────────────────────────────────────────────────

# Digits alone or in groups of three: 1,31800 may be a slip, and 131,80 is a decimal comma to some.
_YUAN = re.compile(
    r"(?P<minus>[-−])?[¥￥]?(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<rest>[0-9]+))?(?P<unit>[万亿]?)元?"
)
_ZEROS_OF_UNIT = {"": 0, "万": 4, "亿": 8}


def yuan(fen: int) -> Decimal:
    """Fen as yuan with two decimals: what a spreadsheet or an API is given, never what is calculated with."""
    return Decimal(fen).scaleb(-2)


def parse_yuan(text: str) -> int:
    """The fen that a person means by 131,800 · 131800.00 · ¥１３１，８００元 · 13.18万. Raises Malformed."""
    typed = re.sub(r"\s", "", half_width(text))
    if not typed:
        raise Malformed("Enter an amount in yuan, such as 131,800.", "E-AMOUNT-EMPTY")
    found = _YUAN.fullmatch(typed)
    if not found:
        raise Malformed(
            "This is not an amount: use digits, such as 131,800 or 131800.00 or 13.18万.", "E-AMOUNT-FORMAT"
        )
    zeros = _ZEROS_OF_UNIT[found["unit"]]
    rest = found["rest"] or ""
    if len(rest) > 2 + zeros:
        raise Malformed("Money has two decimals at most: round the amount to fen.", "E-AMOUNT-DECIMALS")
    whole = found["whole"].replace(",", "").lstrip("0")[:20]  # 20 digits are too many in any case
    fen = int(whole + rest.ljust(2 + zeros, "0"))
    return _within_limits(-fen if found["minus"] else fen)


def _within_limits(fen: int) -> int:
    """Amounts that a paper can state in capitals."""
    if fen < 0:
        raise Malformed("The amount is below zero: enter it without the minus sign.", "E-AMOUNT-NEGATIVE")
    if fen > LARGEST_FEN:
        raise Malformed("The amount is above ¥999,900,000,000: check the number of zeros.", "E-AMOUNT-LARGE")
    return fen


def money(fen: int, *, sign: bool = False, whole: bool = False) -> str:
    """131,800.00. `sign` also shows the plus of a difference; `whole` leaves .00 out where there are no fen."""
    figure = f"{yuan(abs(fen)):,.2f}"
    if whole:
        figure = figure.removesuffix(".00")
    return (MINUS if fen < 0 else "+" if sign and fen else "") + figure


# ── capitals ──────────────────────────────────────────────────────────────────────────────────────────────────────

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_GROUPS = ("亿", "万", "")


def capitals(fen: int) -> str:
    """The amount as a contract or an invoice spells it: 人民币壹拾叁万壹仟捌佰元整.

    After the rules for filling in bills (支付结算办法 附一): zeros in the middle are one 零, 整 follows 元 and 角 but
    not 分. Where the rules leave a choice, one 零 stands: after 元 if the last digit before it is zero
    (壹拾万柒仟元零伍角叁分), since a gap in an amount invites a forged digit. Raises Malformed below zero and above
    9,999 亿元.
    """
    whole, rest = divmod(_within_limits(fen), 100)
    jiao, cents = divmod(rest, 10)
    spelled = f"{_whole_in_capitals(whole)}元" if whole or not rest else ""
    if whole and rest and (jiao == 0 or whole % 10 == 0):
        spelled += "零"
    spelled += f"{_DIGITS[jiao]}角" if jiao else ""
    spelled += f"{_DIGITS[cents]}分" if cents else "整"
    return f"人民币{spelled}"


def _whole_in_capitals(number: int) -> str:
    """Whole yuan in groups of four digits: …亿…万…; a group that starts with or is only zeros leaves one 零."""
    if not number:
        return _DIGITS[0]
    digits = f"{number:012}"
    spelled, gap = "", False
    for group, name in zip((digits[:4], digits[4:8], digits[8:]), _GROUPS, strict=True):
        gap |= group[0] == "0"
        if group != "0000":
            spelled += ("零" if spelled and gap else "") + "".join(_group_in_capitals(group)) + name
            gap = False
    return spelled


def _group_in_capitals(group: str) -> Iterator[str]:
    """Four digits, 0203 as 贰佰零叁: zeros before the first digit are the business of the whole number."""
    first = len(group) - len(group.lstrip("0"))
    gap = False
    for digit, place in list(zip(group, _PLACES, strict=True))[first:]:
        if digit == "0":
            gap = True
            continue
        yield ("零" if gap else "") + _DIGITS[int(digit)] + place
        gap = False


# ── rounding and taxes ────────────────────────────────────────────────────────────────────────────────────────────


def half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number, a half away from zero: 四舍五入. Nothing else in the product rounds money."""
    if denominator <= 0:
        raise ValueError(f"a share of {denominator} parts")
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -size if numerator < 0 else size


class Taxed(NamedTuple):
    """A price taken apart: net + vat is the price again, to the fen."""

    net: int
    vat: int


def vat_of(gross_fen: int, rate: Fraction) -> Taxed:
    """Take a price that includes VAT apart; `rate` is 13 % as Fraction(13, 100).

    For one vehicle: each has its own invoice, so the VAT of ten is ten times the rounded VAT of one.
    """
    net = half_up(gross_fen * rate.denominator, rate.denominator + rate.numerator)
    return Taxed(net, gross_fen - net)


PURCHASE_TAX = Fraction(1, 10)
"""车辆购置税法 art. 4, in force since 2019-07-01."""


class Relief(NamedTuple):
    """What a new-energy passenger car is let off, if its invoice bears a day from `since` to `until`, both included."""

    since: date
    until: date
    share: Fraction  # of the tax that is not asked for
    cap_fen: int  # per car


# 财政部 税务总局 工业和信息化部公告2023年第10号. No rule is known from 2028-01-01: full tax until there is one.
NEV_RELIEF = (
    Relief(date(2024, 1, 1), date(2025, 12, 31), Fraction(1), 30_000_00),
    Relief(date(2026, 1, 1), date(2027, 12, 31), Fraction(1, 2), 15_000_00),
)


class PurchaseTax(NamedTuple):
    """An estimate for one car: the tax office has the last word, and papers say so."""

    base: int  # the price without VAT
    full: int  # without relief
    due: int


def purchase_tax(
    gross_fen: int, vat_rate: Fraction, day: date, *, new_energy: bool, table: Sequence[Relief] = NEV_RELIEF
) -> PurchaseTax:
    """The purchase tax the buyer will probably pay for one car invoiced on `day`.

    From the base rounded to the fen, and rounded once: half of a full tax that was rounded first may be a fen off.
    """
    base = vat_of(gross_fen, vat_rate).net
    full = _share_of(base, PURCHASE_TAX)
    relief = next((row for row in table if new_energy and row.since <= day <= row.until), None)
    if relief is None:
        return PurchaseTax(base, full, full)
    reduced = _share_of(base, PURCHASE_TAX * (1 - relief.share))
    return PurchaseTax(base, full, max(reduced, full - relief.cap_fen))


def _share_of(fen: int, share: Fraction) -> int:
    return half_up(fen * share.numerator, share.denominator)
