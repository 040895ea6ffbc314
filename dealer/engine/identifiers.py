"""Identifiers: numbers that carry their own proof. Each function takes what was typed and returns the number as it is
stored, or raises Malformed with a sentence that names the remedy.

Check digits come from python-stdnum and vininfo, verdicts do not: stdnum refuses resident IDs whose district was
renamed before the holder's birth year, and credit codes of the army and of village collectives.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import phonenumbers
from stdnum import numdb
from stdnum.cn import ric
from stdnum.cn import uscc as credit_code
from vininfo import Vin as VinNumber

from dealer.engine.malformed import Malformed, half_width

_SEPARATORS = re.compile(r"[\s\-‐‑–—_.·•・()/]+")


def compact(text: str) -> str:
    """Without blanks and separators, in half-width capitals: how numbers are stored and compared."""
    return _SEPARATORS.sub("", half_width(text)).upper()


# ── resident ID and driving licence ───────────────────────────────────────────────────────────────────────────────

_OLDEST_BIRTH = date(1850, 1, 1)  # an example of the standard was born in 1880; before 1850 it is a slip


@dataclass(frozen=True)
class ResidentId:
    """A resident ID number (GB 11643) and what it says of its holder."""

    number: str
    birth: date
    male: bool
    area_known: bool  # False is worth a second look at the card, not a refusal: areas were renamed and dissolved

    def age_on(self, day: date) -> int:
        """Full years on that day; who was born on 29 February grows older on 1 March in other years."""
        return day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))


def resident_id(text: str, on: date | None = None) -> ResidentId:
    """The holder of a resident ID: 17 digits and a check character. With `on`, a birth after that day is refused."""
    number = compact(text)
    if re.fullmatch("[0-9]{15}", number):
        raise Malformed(
            "15 digits are an ID number of the first generation, invalid since 2013: ask for the present card.",
            "E-ID-OLD",
        )
    if len(number) != 18:
        raise Malformed(
            "An ID number has 18 characters, this one has {count}: compare it with the card.",
            "E-ID-LENGTH",
            count=len(number),
        )
    if not re.fullmatch("[0-9]{17}[0-9X]", number):
        raise Malformed("An ID number is 17 digits and then a digit or X: compare it with the card.", "E-ID-FORMAT")
    birth = _birth_in(number)
    if birth is None or birth < _OLDEST_BIRTH or (on and birth > on):
        raise Malformed(
            "Digits 7 to 14 of the ID number are not a possible date of birth: compare them with the card.", "E-ID-DATE"
        )
    if ric.calc_check_digit(number) != number[-1]:
        raise Malformed(
            "The last character of the ID number does not fit the others: compare all of them with the card.",
            "E-ID-CHECKSUM",
        )
    return ResidentId(number, birth, male=int(number[16]) % 2 == 1, area_known=_area_is_known(number[:6]))


def licence_number(text: str, on: date | None = None) -> ResidentId:
    """The number of a mainland driving licence, which is its holder's resident ID number."""
    if re.fullmatch("[0-9]{12}", compact(text)):
        raise Malformed(
            "12 digits are the licence's file number (档案编号): enter the 18-character licence number above the name.",
            "E-ID-ARCHIVE",
        )
    return resident_id(text, on)


def _birth_in(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _area_is_known(area: str) -> bool:
    """Whether a county ever had this code: in which years does not matter, people keep the number they were given."""
    return any("county" in properties for _, properties in numdb.get("cn/loc").info(area))


def mask_id(number: str) -> str:
    """530102********8237: district and last four of a resident ID; of any other paper's number the last four."""
    return _masked(number, 6 if len(number) == 18 else 0, 4)


def _masked(text: str, first: int, last: int) -> str:
    """Stars for the middle; a text too short to hide three characters of it is hidden whole."""
    if len(text) < first + last + 3:
        return "*" * len(text)
    return text[:first] + "*" * (len(text) - first - last) + text[-last:]


# ── driving licence classes ───────────────────────────────────────────────────────────────────────────────────────

_CLASS = "A[123]|B[12]|C[1-6]|[DEFMNP]"

CLASS_COVERS: dict[str, frozenset[str]] = {
    "A1": frozenset({"A3", "B1", "B2", "C1", "C2", "C3", "C4", "M"}),
    "A2": frozenset({"B1", "B2", "C1", "C2", "C3", "C4", "C6", "M"}),
    "A3": frozenset({"C1", "C2", "C3", "C4"}),
    "B1": frozenset({"C1", "C2", "C3", "C4", "M"}),
    "B2": frozenset({"C1", "C2", "C3", "C4", "M"}),
    "C1": frozenset({"C2", "C3", "C4"}),
    "C2": frozenset(),
    "C3": frozenset({"C4"}),
    "C4": frozenset(),
    "C5": frozenset(),
    "C6": frozenset(),
    "D": frozenset({"E", "F"}),
    "E": frozenset({"F"}),
    "F": frozenset(),
    "M": frozenset(),
    "N": frozenset(),
    "P": frozenset(),
}
"""The classes each class includes beside itself (公安部令第162号 附件1, as amended by 第172号)."""


def licence_classes(text: str) -> frozenset[str]:
    """The classes as a licence prints them, several in a row: C1D are C1 and D."""
    printed = compact(text)
    if not re.fullmatch(f"(?:{_CLASS})+", printed):
        raise Malformed(
            "This is not a licence class: copy 准驾车型 from the licence, such as C1 or A2D.", "E-LIC-FORMAT"
        )
    return frozenset(re.findall(_CLASS, printed))


def union_of(classes: frozenset[str]) -> frozenset[str]:
    """Every class somebody may drive who holds these."""
    return classes.union(*(CLASS_COVERS[each] for each in classes))


# ── unified social credit code ────────────────────────────────────────────────────────────────────────────────────

# Who registered it: 1 机构编制, 2 外交, 3 司法, 4 文化, 5 民政, 6 旅游, 7 宗教, 8 工会, 9 市场监管, A 军队, N 农业,
# Y 其他.
_DEPARTMENTS = "123456789ANY"


def uscc(text: str) -> str:
    """A unified social credit code (GB 32100) of any registrar: also ministries, the army and village collectives."""
    code = compact(text)
    if re.fullmatch("[0-9]{15}", code):
        raise Malformed(
            "15 digits are an old business registration number: enter the 18-character credit code of the licence.",
            "E-USCC-OLD",
        )
    if len(code) != 18:
        raise Malformed(
            "A credit code has 18 characters, this one has {count}: compare it with the licence.",
            "E-USCC-LENGTH",
            count=len(code),
        )
    if not re.fullmatch("[0-9A-HJ-NP-RTUWXY]{18}", code):
        raise Malformed(
            "A credit code has digits and capitals without I, O, S, V and Z: perhaps 1, 0, 5, U or 2 is meant.",
            "E-USCC-LETTER",
        )
    if not re.fullmatch(f"[{_DEPARTMENTS}][1-9][0-9]{{6}}.{{10}}", code):
        raise Malformed(
            "A credit code starts with its registrar (1 to 9, A, N or Y), a kind and 6 digits for the place:"
            " compare its first 8 characters with the licence.",
            "E-USCC-START",
        )
    if credit_code.calc_check_digit(code) != code[-1]:
        raise Malformed(
            "The last character of the credit code does not fit the others: compare all of them with the licence.",
            "E-USCC-CHECKSUM",
        )
    return code


# ── vehicle identification number ─────────────────────────────────────────────────────────────────────────────────

_DOMESTIC = "LH"  # first letter: L, and H for newer makers
_YEAR_LETTERS = "ABCDEFGHJKLMNPRSTVWXY123456789"  # thirty years, then again: A is 2010, S 2025, 9 is 2039


@dataclass(frozen=True)
class Vin:
    """A vehicle identification number (GB 16735, ISO 3779)."""

    number: str
    domestic: bool
    check_digit_ok: bool  # False only on imports: Europe and others use position 9 as they like
    model_year: int | None  # in 2010–2039; None where position 10 is no year


def vin(text: str) -> Vin:
    """A VIN. The check digit binds cars made in China; on an import that fails it somebody should look again."""
    number = compact(text)
    if len(number) != 17:
        raise Malformed(
            "A VIN has 17 characters, this one has {count}: compare it with the certificate.",
            "E-VIN-LENGTH",
            count=len(number),
        )
    if not re.fullmatch("[0-9A-HJ-NPR-Z]{17}", number):
        raise Malformed(
            "A VIN has digits and capitals without I, O and Q: perhaps 1 or 0 is meant.",
            "E-VIN-LETTER",
        )
    domestic = number[0] in _DOMESTIC
    fits = VinNumber(number).verify_checksum(check_year=False)
    if domestic and not fits:
        raise Malformed(
            "The check digit of this VIN does not fit its other characters: compare all 17 with the certificate.",
            "E-VIN-CHECKSUM",
        )
    year = _YEAR_LETTERS.find(number[9])
    return Vin(number, domestic, fits, model_year=2010 + year if year >= 0 else None)


# ── plates ────────────────────────────────────────────────────────────────────────────────────────────────────────

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_ENERGY = "DABCEFGHJK"  # D A B C E run on electricity alone, F G H J K do not


class PlateKind(StrEnum):
    REGULAR = "regular"
    NEW_ENERGY_SMALL = "new_energy_small"
    NEW_ENERGY_LARGE = "new_energy_large"
    SPECIAL = "special"


@dataclass(frozen=True)
class Plate:
    number: str
    kind: PlateKind


# GA 36-2018, after the province and the letter of the place.
_PLATES = {
    PlateKind.REGULAR: "[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳]",
    PlateKind.NEW_ENERGY_SMALL: f"[{_ENERGY}][A-HJ-NP-Z0-9][0-9]{{4}}",
    PlateKind.NEW_ENERGY_LARGE: f"[0-9]{{5}}[{_ENERGY}]",
}


def plate(text: str, *, special: bool = False) -> Plate:
    """A number plate. `special` takes military, police, embassy, rescue and temporary plates as they are written."""
    if special:
        return _special_plate(text)
    number = compact(text)
    if not re.match(f"[{_PROVINCES}]", number):
        raise Malformed(
            "A plate starts with its province, such as 云. For a military, embassy, rescue or temporary plate choose"
            " the special kind.",
            "E-PLATE-PROVINCE",
        )
    if re.search("[IO]", number):
        raise Malformed("Plates have no letters I and O: perhaps 1 or 0 is meant.", "E-PLATE-LETTER")
    for kind, rest in _PLATES.items():
        if re.fullmatch(f".[A-HJ-NP-Z]{rest}", number):
            return Plate(number, kind)
    if len(number) not in {7, 8}:
        raise Malformed(
            "A plate has 7 characters, or 8 for new energy; this one has {count}: compare it with the vehicle licence.",
            "E-PLATE-LENGTH",
            count=len(number),
        )
    raise Malformed(
        "This is not a plate: regular ones look like 云A12345, new-energy ones like 云AD12345 or 云A12345D.",
        "E-PLATE-FORMAT",
    )


def _special_plate(text: str) -> Plate:
    """Their patterns are not public or change: what the vehicle shows is what counts."""
    written = " ".join(half_width(text).upper().split())
    if not 4 <= len(written) <= 20:
        raise Malformed("Enter the plate as the vehicle shows it, in 4 to 20 characters.", "E-PLATE-SPECIAL")
    return Plate(written, PlateKind.SPECIAL)


# ── phones ────────────────────────────────────────────────────────────────────────────────────────────────────────


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    SERVICE = "service"  # 400 numbers and 95xxx: a company, never a person
    FOREIGN = "foreign"  # with + and a country code, Hong Kong, Macao and Taiwan among them


@dataclass(frozen=True)
class Phone:
    number: str  # 13888880001 · 0871-63123456 · 4001234567 · +85221234567
    kind: PhoneKind


_PHONES = {
    PhoneKind.MOBILE: re.compile("(1[3-9][0-9]{9})"),
    # Two digits after the 0 in the largest cities, three elsewhere; so the hyphen has its place however it was typed.
    PhoneKind.LANDLINE: re.compile("(010|02[0-9]|0[3-9][0-9]{2})([0-9]{7,8})"),
    PhoneKind.SERVICE: re.compile("(400[0-9]{7}|95[0-9]{3,6})"),
}


def phone(text: str) -> Phone:
    """A phone number, however it was written: +86 138-8888-0001, (0871) 63123456, ４００…"""
    typed = compact(text)
    if not re.fullmatch(r"\+?[0-9]+", typed):
        raise Malformed("A phone number has digits only: take out letters and remarks.", "E-PHONE-LETTER")
    if typed.startswith("+") and not typed.startswith("+86"):
        return _foreign_phone(typed)
    number = _without_country(typed)
    for kind, pattern in _PHONES.items():
        if found := pattern.fullmatch(number):
            return Phone("-".join(found.groups()), kind)
    if re.match("1[3-9]", number):
        raise Malformed(
            "A mobile number has 11 digits, this one has {count}: ask for it again.",
            "E-PHONE-LENGTH",
            count=len(number),
        )
    raise Malformed(
        "This is not a phone number: enter a mobile number with 11 digits, a landline with its area code and without"
        " extension, or a foreign number with + and country code.",
        "E-PHONE-FORMAT",
    )


def _without_country(typed: str) -> str:
    """The number as dialled within the mainland: +86 871 … gets the 0 back that callers from abroad leave out."""
    with_country = re.fullmatch(r"(?:\+|00)86([0-9]+)|86(1[3-9][0-9]{9})", typed)
    if not with_country:
        return typed
    national = with_country[1] or with_country[2]
    return f"0{national}" if re.fullmatch("10[0-9]{8}|(?!400)[2-9][0-9]{8,10}", national) else national


def _foreign_phone(typed: str) -> Phone:
    try:
        parsed = phonenumbers.parse(typed)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise Malformed(
            "No country has such a phone number: compare country code and length.",
            "E-PHONE-FOREIGN",
        )
    return Phone(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), PhoneKind.FOREIGN)


def mask_phone(number: str) -> str:
    """138****5678; the area code stays of a landline: 0871-****3456."""
    area, _, local = number.rpartition("-")
    return f"{area}-{_masked(local, 0, 4)}" if area else _masked(number, 3, 4)
