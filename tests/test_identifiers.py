"""Identifiers: what is accepted and in which form it is stored, what is refused and by which code."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealer.engine import amounts, identifiers
from dealer.engine.identifiers import (
    CLASS_COVERS,
    PhoneKind,
    PlateKind,
    licence_classes,
    licence_number,
    mask_id,
    mask_phone,
    phone,
    plate,
    resident_id,
    union_of,
    uscc,
    vin,
)
from dealer.engine.malformed import Malformed
from dealer.engine.words import say

TODAY = date(2026, 11, 5)


def full_width(text: str) -> str:
    """As a Chinese keyboard types it when nobody looked at its mode."""
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


def code_of(function, *typed, **options) -> str:
    """The code by which something typed is refused."""
    with pytest.raises(Malformed) as refused:
        function(*typed, **options)
    return refused.value.code


def verdict(function, typed):
    """What becomes of something typed: the value it stands for, or the refusal."""
    try:
        return function(typed)
    except Malformed as refused:
        return refused


# ── resident ID ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "number, birth, male",
    [
        ("11010519491231002X", date(1949, 12, 31), False),  # both examples of the standard …
        ("440524188001010014", date(1880, 1, 1), True),  # … of which stdnum refuses the second
        ("530102199003078237", date(1990, 3, 7), True),
        ("530103199509202625", date(1995, 9, 20), False),
    ],
)
def test_an_id_number_tells_birth_and_sex(number, birth, male):
    holder = resident_id(number, TODAY)
    assert (holder.number, holder.birth, holder.male) == (number, birth, male)


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "110105-19491231-002X",
        full_width("11010519491231002X"),
        "11010519491231002X\N{ZERO WIDTH SPACE}",
    ],
)
def test_an_id_number_is_stored_one_way_however_it_was_typed(typed):
    assert resident_id(typed).number == "11010519491231002X"


@pytest.mark.parametrize(
    "typed, code",
    [
        ("530102199003078230", "E-ID-CHECKSUM"),
        ("530102199003078273", "E-ID-CHECKSUM"),  # the last two exchanged
        ("530102199002308237", "E-ID-DATE"),  # 30 February
        ("530102199913078237", "E-ID-DATE"),  # month 13
        ("530102179003078237", "E-ID-DATE"),  # born 1790
        ("530102202612010011", "E-ID-DATE"),  # born next month
        ("53010219900307823", "E-ID-LENGTH"),
        ("5301021990030782377", "E-ID-LENGTH"),
        ("", "E-ID-LENGTH"),
        ("53010219900307X237", "E-ID-FORMAT"),
        ("53010219900307823A", "E-ID-FORMAT"),
        ("٥30102199003078237", "E-ID-FORMAT"),  # a digit, but an Arabic one
        ("53010219900307823²", "E-ID-FORMAT"),
        ("530102900307823", "E-ID-OLD"),
    ],
)
def test_an_impossible_id_number_is_refused(typed, code):
    assert code_of(resident_id, typed, TODAY) == code


def test_an_id_number_of_the_wrong_length_says_how_long_it_is():
    with pytest.raises(Malformed) as refused:
        resident_id("53010219900307823")
    assert say(refused.value.sentence, "en", **refused.value.values) == (
        "An ID number has 18 characters, this one has 17: compare it with the card."
    )
    assert "现为 17 位" in say(refused.value.sentence, "zh", **refused.value.values)


def test_a_refusal_never_repeats_the_number_it_refuses():
    with pytest.raises(Malformed) as refused:
        resident_id("530102199003078230")
    assert "530102199003078230" not in f"{refused.value!r} {refused.value.values}"


@settings(deadline=None)  # the first call loads the table of districts
@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(place, shift):
    number = "530102199003078237"
    wrong = f"{number[:place]}{(int(number[place]) + shift) % 10}{number[place + 1 :]}"
    assert code_of(resident_id, wrong) in {"E-ID-CHECKSUM", "E-ID-DATE"}


@pytest.mark.parametrize(
    "number, known",
    [
        ("530102199003078237", True),
        ("440524188001010014", True),  # dissolved in 1993: known once is known
        ("530199199003070015", False),
    ],
)
def test_an_unknown_area_is_worth_a_second_look_and_no_refusal(number, known):
    assert resident_id(number).area_known is known


@pytest.mark.parametrize(
    "number, day, age",
    [
        ("530102199003078237", date(2026, 3, 6), 35),
        ("530102199003078237", date(2026, 3, 7), 36),
        ("530102200802290010", date(2026, 2, 28), 17),  # born on 29 February
        ("530102200802290010", date(2026, 3, 1), 18),
        ("530102200802290010", date(2028, 2, 29), 20),
    ],
)
def test_age_grows_on_the_birthday(number, day, age):
    assert resident_id(number).age_on(day) == age


# ── driving licence ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_licence_number_is_the_holders_id_number():
    assert licence_number("530102199003078237", TODAY).birth == date(1990, 3, 7)


@pytest.mark.parametrize(
    "typed, code",
    [("530100123456", "E-ID-ARCHIVE"), ("5301 0012 3456", "E-ID-ARCHIVE"), ("530102199003078230", "E-ID-CHECKSUM")],
)
def test_the_file_number_is_not_taken_for_the_licence_number(typed, code):
    assert code_of(licence_number, typed) == code


@pytest.mark.parametrize(
    "printed, classes",
    [
        ("C1", {"C1"}),
        ("C1D", {"C1", "D"}),
        ("A2D", {"A2", "D"}),
        ("c1 c6", {"C1", "C6"}),
        (full_width("A1A2D"), {"A1", "A2", "D"}),
        ("BM", None),
        ("C7", None),
        ("C", None),
        ("C1Z", None),
        ("XC1", None),
        ("", None),
    ],
)
def test_classes_are_read_as_the_licence_prints_them(printed, classes):
    if classes is None:
        assert code_of(licence_classes, printed) == "E-LIC-FORMAT"
    else:
        assert licence_classes(printed) == classes


@pytest.mark.parametrize(
    "held, drivable",
    [
        ("A1", "A1 A3 B1 B2 C1 C2 C3 C4 M"),
        ("A2", "A2 B1 B2 C1 C2 C3 C4 C6 M"),
        ("A3", "A3 C1 C2 C3 C4"),
        ("B1", "B1 C1 C2 C3 C4 M"),
        ("B2", "B2 C1 C2 C3 C4 M"),
        ("C1", "C1 C2 C3 C4"),
        ("C2", "C2"),
        ("C3", "C3 C4"),
        ("C4", "C4"),
        ("C5", "C5"),
        ("C6", "C6"),
        ("C1D", "C1 C2 C3 C4 D E F"),
        ("C2C6", "C2 C6"),
    ],
)
def test_a_class_includes_smaller_ones(held, drivable):
    assert union_of(licence_classes(held)) == set(drivable.split())


def test_what_a_class_includes_includes_nothing_more():
    for held, covered in CLASS_COVERS.items():
        assert held not in covered
        assert union_of(covered) == covered, held


# ── unified social credit code ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y43",
        "91110000600037341L",
        "11530100015112347K",  # an authority
        "91530100MA6N8YRL9W",
        "91530100MA6KCX9U4R",
        "N2530102MF12345678",  # a village collective, which stdnum refuses
    ],
)
def test_a_credit_code_of_any_registrar_is_accepted(code):
    assert uscc(code) == code
    assert uscc(f" {full_width(code.lower())} ") == code


@pytest.mark.parametrize("registrar", "123456789ANY")
def test_every_registrar_is_known(registrar):
    verdicts = [verdict(uscc, f"{registrar}1530100MA6N8YRL9{check}") for check in "0123456789ABCDEFGHJKLMNPQRTUWXY"]
    refused = [each.code for each in verdicts if isinstance(each, Malformed)]
    assert refused == ["E-USCC-CHECKSUM"] * 30, "one of 31 check characters fits"


@pytest.mark.parametrize(
    "typed, code",
    [
        ("91530100MA6N8YRL9X", "E-USCC-CHECKSUM"),
        ("91530100MA6N8YLR9W", "E-USCC-CHECKSUM"),
        ("91530100MA6N8YRL9", "E-USCC-LENGTH"),
        ("", "E-USCC-LENGTH"),
        ("9I530100MA6N8YRL9W", "E-USCC-LETTER"),
        ("91530100MA6N8YRL9O", "E-USCC-LETTER"),
        ("9153010OMA6N8YRL9W", "E-USCC-LETTER"),
        ("91530100MA6N8YRL9云", "E-USCC-LETTER"),
        ("B1530100MA6N8YRL9W", "E-USCC-START"),
        ("01530100MA6N8YRL9W", "E-USCC-START"),
        ("90530100MA6N8YRL9W", "E-USCC-START"),
        ("9153010AMA6N8YRL9W", "E-USCC-START"),
        ("530100100012345", "E-USCC-OLD"),
    ],
)
def test_an_impossible_credit_code_is_refused(typed, code):
    assert code_of(uscc, typed) == code


# ── VIN ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "number, domestic, fits, year",
    [
        ("1M8GDM9AXKP042788", False, True, 2019),
        ("LYLAA4180T2100001", True, True, 2026),
        ("LYLAA4182T2100002", True, True, 2026),
        ("LYLAA418XT2100006", True, True, 2026),
        ("LYLEV3E35T2300001", True, True, 2026),
        ("WVWZZZ1KZ6W000001", False, False, 2036),  # Europe uses position 9 as a filler
        ("WVWZZZ1KZ0W000001", False, False, None),  # and position 10 sometimes too
    ],
)
def test_a_vin_tells_origin_and_model_year(number, domestic, fits, year):
    read = vin(f" {number.lower()} ")
    assert (read.number, read.domestic, read.check_digit_ok, read.model_year) == (number, domestic, fits, year)


@pytest.mark.parametrize("letter, year", [("A", 2010), ("H", 2017), ("J", 2018), ("R", 2024), ("S", 2025), ("V", 2027)])
def test_the_year_letter_skips_what_looks_like_a_digit(letter, year):
    assert vin(f"WVWZZZ1KZ{letter}W000001").model_year == year


@pytest.mark.parametrize(
    "typed, code",
    [
        ("LYLAA4181T2100001", "E-VIN-CHECKSUM"),
        ("HYLAA4181T2100001", "E-VIN-CHECKSUM"),  # H is Chinese as well
        ("LYLAA4180T2100010", "E-VIN-CHECKSUM"),
        ("LYLAA4180T210001", "E-VIN-LENGTH"),
        ("LYLAA4180T21000011", "E-VIN-LENGTH"),
        ("", "E-VIN-LENGTH"),
        ("LYLAA4180T21OOOO1", "E-VIN-LETTER"),
        ("IYLAA4180T2100001", "E-VIN-LETTER"),
        ("LYLAA4180Q2100001", "E-VIN-LETTER"),
        ("LYLAA4180T210000云", "E-VIN-LETTER"),
    ],
)
def test_an_impossible_vin_is_refused(typed, code):
    assert code_of(vin, typed) == code


@given(st.sampled_from("LH1WVJ"), st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", min_size=16, max_size=16))
def test_a_vin_of_the_right_letters_is_accepted_exactly_if_it_is_imported_or_its_check_digit_fits(first, rest):
    verdicts = [verdict(vin, f"{first}{rest[:7]}{check}{rest[8:]}") for check in "0123456789X"]
    refused = [each.code for each in verdicts if isinstance(each, Malformed)]
    assert refused == (["E-VIN-CHECKSUM"] * 10 if first in "LH" else [])
    assert sum(isinstance(each, identifiers.Vin) and each.check_digit_ok for each in verdicts) == 1


# ── plates ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "typed, number, kind",
    [
        ("云A12345", "云A12345", PlateKind.REGULAR),
        ("云A1234警", "云A1234警", PlateKind.REGULAR),
        ("云A1234学", "云A1234学", PlateKind.REGULAR),
        ("粤ZAB12港", "粤ZAB12港", PlateKind.REGULAR),
        ("云A5X001", "云A5X001", PlateKind.REGULAR),
        ("云AD12345", "云AD12345", PlateKind.NEW_ENERGY_SMALL),
        ("云ADA1234", "云ADA1234", PlateKind.NEW_ENERGY_SMALL),
        ("云AF12345", "云AF12345", PlateKind.NEW_ENERGY_SMALL),
        ("云A12345D", "云A12345D", PlateKind.NEW_ENERGY_LARGE),
        ("云A00001F", "云A00001F", PlateKind.NEW_ENERGY_LARGE),
        ("云a·d12345", "云AD12345", PlateKind.NEW_ENERGY_SMALL),
        (f" 云{full_width('A-12345')} ", "云A12345", PlateKind.REGULAR),
    ],
)
def test_a_plate_is_known_by_its_pattern(typed, number, kind):
    assert (plate(typed).number, plate(typed).kind) == (number, kind)


@pytest.mark.parametrize(
    "typed, code",
    [
        ("云AI2345", "E-PLATE-LETTER"),
        ("云A1234O", "E-PLATE-LETTER"),
        ("云O12345", "E-PLATE-LETTER"),
        ("云AF1234D", "E-PLATE-FORMAT"),
        ("云AG0001D", "E-PLATE-FORMAT"),
        ("云AL12345", "E-PLATE-FORMAT"),  # L is no new-energy letter
        ("云112345", "E-PLATE-FORMAT"),
        ("云A12警45", "E-PLATE-FORMAT"),
        ("云A1234", "E-PLATE-LENGTH"),
        ("云A123456D", "E-PLATE-LENGTH"),
        ("云", "E-PLATE-LENGTH"),
        ("A12345", "E-PLATE-PROVINCE"),
        ("中A12345", "E-PLATE-PROVINCE"),
        ("WJ云1234A", "E-PLATE-PROVINCE"),
        ("x云A12345", "E-PLATE-PROVINCE"),
        ("", "E-PLATE-PROVINCE"),
    ],
)
def test_an_impossible_plate_is_refused(typed, code):
    assert code_of(plate, typed) == code


def test_a_special_plate_is_taken_as_the_vehicle_shows_it():
    assert plate(" 云A  临 01234 ", special=True) == identifiers.Plate("云A 临 01234", PlateKind.SPECIAL)
    assert plate("wj云1234a", special=True).number == "WJ云1234A"
    assert code_of(plate, "   ", special=True) == "E-PLATE-SPECIAL"
    assert code_of(plate, "临" * 21, special=True) == "E-PLATE-SPECIAL"


# ── phones ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "typed, number, kind",
    [
        ("13888880001", "13888880001", PhoneKind.MOBILE),
        ("+86 138 8888 0001", "13888880001", PhoneKind.MOBILE),
        ("8613888880001", "13888880001", PhoneKind.MOBILE),
        ("0086-138-8888-0001", "13888880001", PhoneKind.MOBILE),
        (full_width("138-8888-0001"), "13888880001", PhoneKind.MOBILE),
        ("\N{LEFT-TO-RIGHT EMBEDDING}13888880001\N{POP DIRECTIONAL FORMATTING}", "13888880001", PhoneKind.MOBILE),
        ("19912345678", "19912345678", PhoneKind.MOBILE),
        ("0871-63123456", "0871-63123456", PhoneKind.LANDLINE),
        ("087163123456", "0871-63123456", PhoneKind.LANDLINE),
        ("(0871) 6312 3456", "0871-63123456", PhoneKind.LANDLINE),
        ("+86 871 6312 3456", "0871-63123456", PhoneKind.LANDLINE),
        ("+86 (0)871 6312 3456", "0871-63123456", PhoneKind.LANDLINE),
        ("+86 10 6512 3456", "010-65123456", PhoneKind.LANDLINE),
        ("01065123456", "010-65123456", PhoneKind.LANDLINE),
        ("02165123456", "021-65123456", PhoneKind.LANDLINE),
        ("0599-1234567", "0599-1234567", PhoneKind.LANDLINE),
        ("400-123-4567", "4001234567", PhoneKind.SERVICE),
        ("+86 400 123 4567", "4001234567", PhoneKind.SERVICE),
        ("95588", "95588", PhoneKind.SERVICE),
        ("+852 2123 4567", "+85221234567", PhoneKind.FOREIGN),
        ("+49 30 123456", "+4930123456", PhoneKind.FOREIGN),
        ("+886 912 345 678", "+886912345678", PhoneKind.FOREIGN),
    ],
)
def test_a_phone_number_is_stored_one_way_however_it_was_typed(typed, number, kind):
    assert (phone(typed).number, phone(typed).kind) == (number, kind)
    assert phone(number) == phone(typed)


@pytest.mark.parametrize(
    "typed, code",
    [
        ("1388888000", "E-PHONE-LENGTH"),
        ("138888800011", "E-PHONE-LENGTH"),
        ("13888880001/13888880002", "E-PHONE-LENGTH"),
        ("12888880001", "E-PHONE-FORMAT"),
        ("63123456", "E-PHONE-FORMAT"),  # a landline without its area code
        ("0871-63123456-801", "E-PHONE-FORMAT"),
        ("110", "E-PHONE-FORMAT"),
        ("1388888000a", "E-PHONE-LETTER"),
        ("13888880001转8", "E-PHONE-LETTER"),
        ("13888880001, 13888880002", "E-PHONE-LETTER"),
        ("", "E-PHONE-LETTER"),
        ("+", "E-PHONE-LETTER"),
        ("٠٨٧١63123456", "E-PHONE-LETTER"),  # digits, but Arabic ones
        ("+852 2123", "E-PHONE-FOREIGN"),
        ("+999 12345678", "E-PHONE-FOREIGN"),
        ("+1" + "2" * 300, "E-PHONE-FOREIGN"),
    ],
)
def test_an_impossible_phone_number_is_refused(typed, code):
    assert code_of(phone, typed) == code


# ── masks ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "number, shown",
    [
        ("530102199003078237", "530102********8237"),
        ("11010519491231002X", "110105********002X"),
        ("E12345678", "*****5678"),  # a passport
        ("123456", "******"),
        ("", ""),
    ],
)
def test_an_id_number_is_shown_masked(number, shown):
    assert mask_id(number) == shown


@pytest.mark.parametrize(
    "number, shown",
    [
        ("13812345678", "138****5678"),
        ("0871-63123456", "0871-****3456"),
        ("0599-1234567", "0599-***4567"),
        ("+85221234567", "+85*****4567"),
        ("95588", "*****"),
    ],
)
def test_a_phone_number_is_shown_masked(number, shown):
    assert mask_phone(number) == shown


# ── the sentences ─────────────────────────────────────────────────────────────────────────────────────────────────


def refused_with(module) -> dict[str, str]:
    """Every sentence and code with which a module refuses what was typed."""
    calls = (
        node
        for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == Malformed.__name__
    )
    return {call.args[0].value: call.args[1].value for call in calls}


@pytest.mark.parametrize("module", [identifiers, amounts], ids=["identifiers", "amounts"])
def test_every_refusal_is_said_in_chinese_too(module):
    refused = refused_with(module)
    assert len(refused) >= 5
    for english, code in refused.items():
        chinese = say(english, "zh")
        assert re.search("[\u4e00-\u9fff]", chinese), f"{code} has no Chinese"
        assert re.findall(r"\{\w+\}", chinese) == re.findall(r"\{\w+\}", english), code
        assert re.fullmatch("E-(ID|LIC|USCC|VIN|PLATE|PHONE|AMOUNT)-[A-Z]+", code)


def test_a_code_names_one_refusal():
    codes = [*refused_with(identifiers).values(), *refused_with(amounts).values()]
    assert len(codes) == len(set(codes))


TYPED = [resident_id, licence_number, licence_classes, uscc, vin, plate, phone, amounts.parse_yuan]


@pytest.mark.parametrize("function", TYPED, ids=lambda function: function.__name__)
@settings(deadline=None)  # the first call loads the table of districts
@given(st.one_of(st.text(), st.from_regex(r"[0-9A-Z+¥云.,\-]{0,20}", fullmatch=True)))
def test_whatever_is_typed_is_accepted_or_refused_with_a_sentence(function, typed):
    answer = verdict(function, typed)
    assert answer.sentence.endswith(".") if isinstance(answer, Malformed) else answer is not None
