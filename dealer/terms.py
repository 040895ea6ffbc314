"""What each paper prints: frozen terms in plain values, taken from the records once and never changed.

A contract must not change when a price list, an address or a colour name does. So a paper is rendered from its terms
and from nothing else; the terms are what the two sides sign, and their fingerprint stands in the QR of the first page.
Money is fen, days are dates, `percent` and rates are numbers of the unit their name says. An empty text means "not
agreed" and is printed as ×.
"""

import hashlib
import json
import zlib
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

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

    def canonical(self) -> bytes:
        """These terms as JSON, written the same way for ever: sorted keys, no blanks, UTF-8."""
        kind = type(self).__name__
        plain = {"paper": kind, "terms": self.model_dump(mode="json")}
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def fingerprint(self) -> str:
        """SHA-256 of the canonical terms: two papers with the same fingerprint say the same."""
        return hashlib.sha256(self.canonical()).hexdigest()


# Who ------------------------------------------------------------------------------------------------------------------


class Capacity(StrEnum):
    """What a party on the customer's side does; in a three-party contract these fall apart."""

    BUYS = "buys"
    IS_INVOICED = "is_invoiced"
    PAYS = "pays"
    USES = "uses"


class Agent(Terms):
    """Who signs for a party under a power of attorney (授权委托书)."""

    name: Line
    phone: Word = ""
    identifier: Word = ""
    authorisation_number: Word = ""
    authorised_on: date | None = None


class Letterhead(Terms):
    """A company as its letters name it, with the account it is paid to."""

    name: Line
    uscc: Word = ""
    address: Line = ""
    phone: Word = ""
    bank: Line = ""
    account: Word = ""


class Party(Letterhead):
    """One side of a contract as its head prints it."""

    post_code: Word = ""
    legal_representative: Line = ""
    agent: Agent | None = None
    capacities: tuple[Capacity, ...] = ()


class Contact(Terms):
    """A person by name and phone: an authorised receiver, a consultant, a contact on site."""

    name: Line
    phone: Word = ""


# What -----------------------------------------------------------------------------------------------------------------


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


# How it is paid -------------------------------------------------------------------------------------------------------


class Moment(StrEnum):
    """When an instalment falls due, counted in working days unless it is a day."""

    AFTER_EFFECT = "after_effect"
    BEFORE_DELIVERY = "before_delivery"
    AFTER_ACCEPTANCE = "after_acceptance"
    ON_DAY = "on_day"


class Instalment(Terms):
    """One payment: so much, at that moment, for one batch or (batch None) for the whole contract."""

    amount_fen: Fen
    moment: Moment
    working_days: Days = 0
    day: date | None = None
    batch: Count | None = None

    @model_validator(mode="after")
    def a_day_is_named_where_one_is_meant(self) -> Self:
        if (self.moment is Moment.ON_DAY) != (self.day is not None):
            raise ValueError("an instalment has a day exactly when it is due on a day")
        return self


class Earnest(StrEnum):
    """What the first instalment is. Only 定金 is forfeited or paid back double (Civil Code 586–588), 订金 never."""

    NONE = "none"
    PREPAYMENT = "prepayment"
    DEPOSIT = "deposit"


class Bond(Terms):
    """履约保证金: what the dealer lodges with the purchaser, by transfer or as a bank's letter of guarantee."""

    amount_fen: Fen
    by_guarantee: bool = False
    returned_after_days: Days = 30


# How it is delivered --------------------------------------------------------------------------------------------------


class Share(Terms):
    """How many vehicles of which contract line (counted from 1) a batch holds."""

    line: Count
    quantity: Count


class Batch(Terms):
    """One delivery: how many, by when, where, how, received by whom."""

    number: Count
    shares: Annotated[tuple[Share, ...], Field(min_length=1, max_length=1000)]
    due: date
    place: Line
    sent_by_seller: bool = False
    contact: Contact | None = None

    @property
    def quantity(self) -> int:
        return sum(share.quantity for share in self.shares)


class Late(Terms):
    """Damages for delay: parts per ten thousand of the late value a day, up to a cap; then the batch may be ended."""

    per_ten_thousand: Rate
    cap_percent: Percent
    end_after_days: Days


class Court(StrEnum):
    """Where a dispute is brought: the competent court at one of these places."""

    SELLER = "seller"
    BUYER = "buyer"
    SIGNING_PLACE = "signing_place"


class Procurement(Terms):
    """The public procurement a contract carries out; the parties may not depart from what was tendered."""

    project: Line
    number: Word
    plan_number: Word = ""
    way: Word = ""
    item: Line = ""
    agency: Line = ""
    awarded_on: date | None = None


class Feature(Terms):
    """One line of the configuration annex."""

    name: Line
    agreed: Text


class ContractTerms(Goods):
    """A fleet sale: everything dealer and buyer agree, down to the number of copies."""

    wording: Word = WORDING
    dated: date
    signing_place: Line = ""
    seller: Party
    customers: Annotated[tuple[Party, ...], Field(min_length=1, max_length=3)]
    procurement: Procurement | None = None
    price_includes: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    price_excludes: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=60)]
    earnest: Earnest = Earnest.NONE
    bond: Bond | None = None
    batches: Annotated[tuple[Batch, ...], Field(min_length=1, max_length=60)]
    receivers: Annotated[tuple[Contact, ...], Field(max_length=30)] = ()
    odometer_km: Annotated[int, Field(ge=0, le=9_999)] = 50
    keys: Annotated[int, Field(ge=1, le=9)] = 2
    inspection_days: Days = 7
    late_delivery: Late
    late_payment: Late
    storage_fen: Fen = 0
    storage_after_days: Days = 4
    warranty_months: Annotated[int, Field(ge=0, le=240)] = 0
    warranty_km: Annotated[int, Field(ge=0, le=2_000_000)] = 0
    arbitration: Line = ""
    court: Court | None = None
    copies_each: Count = 2
    copies_filed: Annotated[int, Field(ge=0, le=20)] = 0
    features: Annotated[tuple[Feature, ...], Field(max_length=200)] = ()
    services: Annotated[tuple[Text, ...], Field(max_length=40)] = ()
    service_phone: Word = ""
    special: Annotated[tuple[Text, ...], Field(max_length=40)] = ()

    @model_validator(mode="after")
    def nothing_contradicts(self) -> Self:
        """A paper that contradicts itself must not exist; the rules of contract.py say so earlier and kinder."""
        for agrees, complaint in (
            (sum(each.amount_fen for each in self.instalments) == self.total_fen, "the instalments are the total"),
            (self._batches_hold_every_line(), "the batches hold every vehicle once"),
            (
                self._earnest_comes_first(),
                "the first instalment, due after the contract takes effect, is the 订金 or 定金",
            ),
            (
                bool(self.arbitration) != (self.court is not None),
                "disputes go to a court or to arbitration: one of them",
            ),
            (self._each_capacity_is_held_once(), "buying, paying, using and being invoiced have one party each"),
            (Capacity.BUYS in self.customers[0].capacities, "the buyer comes first"),
        ):
            if not agrees:
                raise ValueError(f"Not so in these terms: {complaint}.")
        return self

    def _batches_hold_every_line(self) -> bool:
        planned: dict[int, int] = {}
        for share in (share for batch in self.batches for share in batch.shares):
            planned[share.line] = planned.get(share.line, 0) + share.quantity
        return planned == {row: line.quantity for row, line in enumerate(self.vehicles, 1)}

    def _earnest_comes_first(self) -> bool:
        return self.earnest is Earnest.NONE or self.instalments[0].moment is Moment.AFTER_EFFECT

    def _each_capacity_is_held_once(self) -> bool:
        return sorted(each for party in self.customers for each in party.capacities) == sorted(Capacity)

    @property
    def copies(self) -> int:
        return self.copies_each * (1 + len(self.customers)) + self.copies_filed

    def side(self, capacity: Capacity | str) -> int:
        """Which of the customers (from 0) buys, pays, uses or is invoiced."""
        return next(place for place, party in enumerate(self.customers) if capacity in party.capacities)


# Quotation ------------------------------------------------------------------------------------------------------------


class Offer(StrEnum):
    """What a quotation is in law: an offer that binds until a day (Civil Code 476), or an invitation (473)."""

    BINDING = "binding"
    INVITATION = "invitation"


class QuotedVehicles(Vehicles):
    """A quoted line also shows the list price and what the tax office will probably ask for one vehicle."""

    list_price_fen: Fen | None = None
    purchase_tax_fen: Fen | None = None


class QuotationTerms(Goods):
    """One version of a quotation as the customer receives it."""

    wording: Word = WORDING
    vehicles: Annotated[tuple[QuotedVehicles, ...], Field(min_length=1, max_length=1000)]
    version: Count = 1
    quoted_on: date
    offer: Offer
    valid_until: date | None = None
    seller: Letterhead
    customer: Line
    contact: Contact | None = None
    consultant: Contact
    project: Line = ""
    tax_month: date | None = None
    delivery: Text = ""
    payment: Text = ""
    remarks: Annotated[tuple[Text, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def a_binding_offer_ends_on_a_day(self) -> Self:
        if self.offer is Offer.BINDING and self.valid_until is None:
            raise ValueError("a binding offer names the day it ends")
        return self

    @property
    def purchase_tax_fen(self) -> int | None:
        """The estimate for all vehicles, or None where one of them has no estimate."""
        taxes = [(line.purchase_tax_fen, line.quantity) for line in self.vehicles]
        return sum((tax or 0) * quantity for tax, quantity in taxes) if all(t is not None for t, _ in taxes) else None


# Test drive -----------------------------------------------------------------------------------------------------------


class TestDriveAgreementTerms(Terms):
    """The agreement before the key is handed over; `drives` False is a ride-along, which needs no licence."""

    __test__ = False  # the name begins like a test class

    wording: Word = WORDING
    dealer: Line
    drives: bool
    name: Line
    age: Annotated[int, Field(ge=0, le=120)]
    occupation: Line
    licence_masked: Word = ""
    licence_class: Word = ""
    licence_valid_to: date | None = None
    licence_is_lasting: bool = False
    phone: Word
    address: Line
    starts: datetime
    ends: datetime
    vehicle: Line
    plate: Word
    route: Line
    route_detail: Text = ""
    consultant: Line
    retention_months: Annotated[int, Field(ge=1, le=240)] = 12
    agrees_to_processing: bool | None = None  # None leaves both boxes for the pen
    agrees_to_calls: bool | None = None
    signed_on: date | None = None
    customer_signature: Signature | None = None
    consultant_signature: Signature | None = None

    @model_validator(mode="after")
    def a_driver_shows_a_licence(self) -> Self:
        if self.drives and not (self.licence_masked and self.licence_class):
            raise ValueError("a driver shows a licence")
        return self


# Hand-over ------------------------------------------------------------------------------------------------------------

HANDOVER_CHECKS: dict[str, tuple[str, ...]] = {
    "car": ("clean", "paint", "glass", "wheels", "lamps", "tools", "energy", "identity"),
    "papers": ("contract", "invoice", "certificate", "conformity", "emission", "manual", "warranty_booklet", "keys"),
    "functions": ("controls", "lights_wipers", "climate_audio", "child_lock", "charging", "assistance", "running_in"),
    "service": ("service_phone", "service_place", "maintenance", "warranty", "advisor", "callback"),
}
"""The points of 交车确认单, block by block; delivery ticks them, the template words them."""


class Tick(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


class Check(Terms):
    """One ticked point. What nobody ticked is printed as an empty box for the pen."""

    point: Word
    tick: Tick
    note: Line = ""


class HandedVehicle(Terms):
    """A vehicle as it stands on the hand-over square."""

    vehicle: Line
    exterior: Word = ""
    interior: Word = ""
    vin: Word
    engine_number: Word = ""
    certificate_number: Word = ""
    invoice_number: Word = ""
    keys: Annotated[int, Field(ge=0, le=20)] = 2
    odometer_km: Annotated[int, Field(ge=0, le=999_999)] | None = None
    exceptions: Line = ""


class HandoverTerms(Terms):
    """交车确认单: one per VIN."""

    wording: Word = WORDING
    dealer: Line
    contract_number: Word
    batch: Count
    buyer: Line
    user: Line
    receiver: Contact
    handed: HandedVehicle
    place: Line = ""
    day: date
    checks: Annotated[tuple[Check, ...], Field(max_length=60)] = ()
    service_phone: Word
    service_advisor: Line = ""
    consultant: Line
    receiver_signature: Signature | None = None

    @model_validator(mode="after")
    def only_known_points_are_ticked(self) -> Self:
        known = {point for points in HANDOVER_CHECKS.values() for point in points}
        if strange := {check.point for check in self.checks} - known:
            raise ValueError(f"unknown hand-over points: {sorted(strange)}")
        return self

    def check(self, point: str) -> Check | None:
        return next((check for check in self.checks if check.point == point), None)


class HandoverBatchTerms(Terms):
    """交接清单: one per delivery batch."""

    wording: Word = WORDING
    dealer: Line
    contract_number: Word
    batch: Count
    buyer: Line
    user: Line
    due: date
    day: date
    place: Line = ""
    receiver: Contact
    units: Annotated[tuple[HandedVehicle, ...], Field(min_length=1, max_length=1000)]


PAPERS: dict[str, type[Terms]] = {
    "contract": ContractTerms,
    "quotation": QuotationTerms,
    "testdrive_agreement": TestDriveAgreementTerms,
    "handover": HandoverTerms,
    "handover_batch": HandoverBatchTerms,
}
"""Every paper and the terms it prints; the template has the paper's name."""


def revive(paper: str, stored: bytes | str) -> Any:
    """Terms as they were frozen: what `canonical` wrote, read back."""
    return PAPERS[paper].model_validate_json(json.dumps(json.loads(stored)["terms"]))
