"""What the terms of all papers are made of: limits of texts and amounts, companies, people, goods."""

import hashlib
import json
import zlib
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

WORDING = "2026-11"
"""Edition of the printed wording. Raise it when a sentence of a paper changes: signed terms name the text they had."""

Word = Annotated[str, StringConstraints(max_length=60)]
Line = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=2000)]
Fen = Annotated[int, Field(ge=0, le=99_990_000_000_000)]  # 9,999 亿元: the largest amount with official capitals
Count = Annotated[int, Field(ge=1, le=9_999)]
Days = Annotated[int, Field(ge=0, le=3_650)]
Rate = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
Percent = Annotated[int, Field(ge=0, le=100)]

PNG_START = b"\x89PNG\r\n\x1a\n"


def _small_png(image: bytes) -> bytes:
    """A signature is a small, whole PNG: one of 30,000 × 30,000 points would fill the memory of the press, and one cut
    short would be printed as nothing."""
    width, height = int.from_bytes(image[16:20]), int.from_bytes(image[20:24])
    if not (_chunks(image)[:1] == [b"IHDR"] and 0 < width <= 2400 and 0 < height <= 1600):
        raise ValueError("a signature is a PNG picture of at most 2400 × 1600 points")
    return image


def _chunks(image: bytes) -> list[bytes]:
    """The kinds of the chunks of a PNG, or none when it is no PNG, is damaged or ends early."""
    kinds, start = [], len(PNG_START)
    while image.startswith(PNG_START) and start < len(image):
        end = start + 8 + int.from_bytes(image[start : start + 4])
        if zlib.crc32(image[start + 4 : end]) != int.from_bytes(image[end : end + 4]):
            return []
        kinds.append(image[start + 4 : start + 8])
        start = end + 4
    return kinds if kinds[-1:] == [b"IEND"] and b"IDAT" in kinds else []


Signature = Annotated[bytes, Field(max_length=300_000), AfterValidator(_small_png)]


class Terms(BaseModel):
    """Plain values that cannot change and cannot hide a field nobody prints."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, ser_json_bytes="base64", val_json_bytes="base64"
    )

    LATER: ClassVar[tuple[str, ...]] = ()
    """Fields that came after papers had been signed: left out while empty, so that those keep their fingerprints."""

    def canonical(self) -> bytes:
        """These terms as JSON, written the same way for ever: sorted keys, no blanks, UTF-8."""
        kind = type(self).__name__
        plain = {"paper": kind, "terms": _known_then(self, self.model_dump(mode="json"))}
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def fingerprint(self) -> str:
        """SHA-256 of the canonical terms: two papers with the same fingerprint say the same."""
        return hashlib.sha256(self.canonical()).hexdigest()


def _known_then(terms: Terms, told: dict[str, Any]) -> dict[str, Any]:
    """What is told of terms, and of the terms within them, without what came later and is empty."""
    for name in [name for name in terms.LATER if not getattr(terms, name)]:
        told.pop(name, None)
    for name, inner in told.items():
        value = getattr(terms, name)
        if isinstance(value, Terms):
            _known_then(value, inner)
        elif isinstance(value, tuple):
            for each, row in zip(value, inner, strict=True):
                if isinstance(each, Terms):
                    _known_then(each, row)
    return told


class Checkable(Terms):
    """Terms of a paper that strangers can have checked on the verification page."""

    LATER: ClassVar[tuple[str, ...]] = ("verify_at",)

    verify_at: Line = ""  # https://…, where the shop's papers are checked

    def code(self, number: str) -> str:
        """What the code on the first page says: where this paper is checked, or else what one compares by hand."""
        if self.verify_at:
            return f"{self.verify_at}/verify/{quote(number, safe='')}/{self.fingerprint()}"
        return f"{number} sha256:{self.fingerprint()}"


class Letterhead(Terms):
    """A company as its letters name it, with the account it is paid to."""

    name: Line
    uscc: Word = ""
    address: Line = ""
    phone: Word = ""
    bank: Line = ""
    account: Word = ""


class Contact(Terms):
    """A person by name and phone: an authorised receiver, a consultant, a contact on site."""

    name: Line
    phone: Word = ""


class Vehicles(Terms):
    """One line of a contract: vehicles that agree in everything, price included.

    The tax-free price and the VAT are of one vehicle, rounded once: every vehicle has an invoice of its own.
    """

    brand: Word
    model: Line
    configuration: Line = ""
    exterior: Word = ""
    interior: Word = ""
    engine: Line = ""
    manufacturer: Line = ""
    use: Word = ""
    quantity: Count
    unit_price_fen: Fen
    unit_net_fen: Fen
    unit_vat_fen: Fen

    @model_validator(mode="after")
    def price_is_net_and_vat(self) -> Self:
        if self.unit_net_fen + self.unit_vat_fen != self.unit_price_fen:
            raise ValueError("the price of a vehicle is its tax-free price and its VAT")
        return self

    @property
    def amount_fen(self) -> int:
        return self.unit_price_fen * self.quantity


class Extra(Terms):
    """An accessory or a service that is paid for."""

    name: Line
    quantity: Count
    unit_price_fen: Fen

    @property
    def amount_fen(self) -> int:
        return self.unit_price_fen * self.quantity


class Gift(Terms):
    """What the dealer adds free of charge; printed, because what is not printed was never promised."""

    name: Line
    quantity: Count


class Goods(Terms):
    """What is sold, and its sums: the common ground of quotation and contract."""

    vehicles: Annotated[tuple[Vehicles, ...], Field(min_length=1, max_length=1000)]
    extras: Annotated[tuple[Extra, ...], Field(max_length=100)] = ()
    gifts: Annotated[tuple[Gift, ...], Field(max_length=100)] = ()
    vat_percent: Percent = 13

    @property
    def vehicle_count(self) -> int:
        return sum(line.quantity for line in self.vehicles)

    @property
    def vehicles_fen(self) -> int:
        return sum(line.amount_fen for line in self.vehicles)

    @property
    def net_fen(self) -> int:
        return sum(line.unit_net_fen * line.quantity for line in self.vehicles)

    @property
    def vat_fen(self) -> int:
        return sum(line.unit_vat_fen * line.quantity for line in self.vehicles)

    @property
    def extras_fen(self) -> int:
        return sum(extra.amount_fen for extra in self.extras)

    @property
    def total_fen(self) -> int:
        return self.vehicles_fen + self.extras_fen

    @property
    def by_model(self) -> dict[tuple[str, str, str], list[Vehicles]]:
        """The lines under brand, model and configuration, in the order they were agreed."""
        grouped: dict[tuple[str, str, str], list[Vehicles]] = {}
        for line in self.vehicles:
            grouped.setdefault((line.brand, line.model, line.configuration), []).append(line)
        return grouped
