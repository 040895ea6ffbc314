"""What the steps of a contract ask for: one form for each subject that people fill in together."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import Field, field_validator

from dealer.contracts.amendment_forms import known_changes
from dealer.contracts.in_force import is_call_off
from dealer.contracts.their_paper import known_paper
from dealer.customers.customers import Telephone, Uscc
from dealer.engine.fields import Kind, Money, Options, Paragraph, Upload
from dealer.engine.steps import Facts, Personal, Unrecorded
from dealer.records.contracts import Contract, ContractKind, DepositKind, Dispute, Party, PartyRole, PaymentEvent
from dealer.records.deals import PurchaseMode

MOST_PARTIES = 3  # beside the seller: buyer, payer, user
MOST_ROWS = 1000

Person = Annotated[str, Personal()]
Phone = Annotated[Telephone | None, Personal(), Kind("tel")]
Account = Annotated[str, Field(max_length=40, pattern=r"^[0-9 -]*$")]


class Reason(Facts):
    """Why; it stays in the history."""

    reason: Annotated[str, Paragraph] = Field(title="Reason", min_length=1, max_length=2000)


class ChosenKind(Facts):
    """Which text the house uses."""

    kind: Annotated[ContractKind, Options("kinds_of_a_sale")] = Field(title="Kind of contract")


class ReviewNote(Facts):
    """What a reviewer wants to be remembered."""

    comment: Annotated[str, Paragraph] = Field("", title="Comment", max_length=2000)


# ── parties ───────────────────────────────────────────────────────────────────────────────────────────────────────


class PartyFacts(Facts):
    """A party as the head of the contract shows it."""

    name: str = Field(title="Name of the party", min_length=1, max_length=200)
    uscc: Uscc | None = Field(None, title="Unified social credit code")
    legal_representative: str = Field("", title="Legal representative", max_length=200)
    address: str = Field("", title="Address", max_length=200)
    post_code: str = Field("", title="Post code", max_length=10, pattern=r"^[0-9]*$")
    phone: Annotated[Telephone | None, Kind("tel")] = Field(None, title="Phone")
    bank: str = Field("", title="Bank", max_length=200)
    bank_account: Account = Field("", title="Bank account")
    agent: Person = Field("", title="Agent who signs", max_length=200)
    agent_phone: Phone = Field(None, title="Agent's phone")
    authorisation: Annotated[Upload | None, Unrecorded()] = Field(
        None, title="Power of attorney", description="Without a new file the one on record stays, for the same agent."
    )
    authorisation_number: str = Field("", title="Number of the power of attorney", max_length=40)
    authorised_on: date | None = Field(None, title="Date of the power of attorney")


class BuyerFacts(PartyFacts):
    """The buyer, and who signs for us."""

    seller_agent: Person = Field("", title="Agent who signs for us", max_length=200)
    seller_agent_phone: Phone = Field(None, title="Our agent's phone")
    seller_authorisation: str = Field("", title="Number of our power of attorney", max_length=40)


class FurtherParty(PartyFacts):
    """Another party on the customer's side, and what it takes over from the buyer."""

    is_invoiced: bool = Field(False, title="Is invoiced")
    pays: bool = Field(False, title="Pays")
    uses: bool = Field(False, title="Uses the cars")

    @property
    def roles(self) -> list[str]:
        """What it takes over."""
        taken = {PartyRole.INVOICED: self.is_invoiced, PartyRole.PAYER: self.pays, PartyRole.USER: self.uses}
        return [role.value for role, does in taken.items() if does]


class ChosenParty(Facts):
    """One of the further parties."""

    party: Annotated[int, Options("contract_parties")] = Field(title="Party")


class EditedParty(PartyFacts, ChosenParty):
    """A further party as it is to be: whom it sends, where it is, its account."""


# ── payment ───────────────────────────────────────────────────────────────────────────────────────────────────────


class PaymentRow(Facts):
    """One payment beside the deposit."""

    event: PaymentEvent = Field(title="Due")
    days: int = Field(0, title="Working days", ge=0, le=3650)
    day: date | None = Field(None, title="Last day of the retention")
    batch: int | None = Field(None, title="Batch", ge=1, le=60)
    amount: Money = Field(title="Amount", ge=1)


class PaymentFacts(Facts):
    """How it is paid, and what being late costs."""

    deposit_kind: DepositKind = Field(DepositKind.NONE, title="Deposit")
    deposit: Money = Field(0, title="Amount of the deposit")
    deposit_days: int = Field(5, title="Working days to pay the deposit", ge=0, le=365)
    payments: tuple[PaymentRow, ...] = Field(title="Payments after the deposit", min_length=1, max_length=59)
    performance_bond: Money = Field(0, title="Performance bond we pay")
    bond_by_guarantee: bool = Field(False, title="By a bank's letter of guarantee")
    damages: int | None = Field(
        None, title="Damages for delay", description="Per ten thousand and day, for both sides.", ge=1, le=100
    )
    damages_cap_percent: int | None = Field(None, title="At most, in percent", ge=1, le=100)
    end_after_days: int = Field(30, title="Days of delay before the contract may be ended", ge=1, le=365)


class OrderPayment(Facts):
    """When each batch of an order is paid. Deposits and damages are the framework agreement's."""

    before_collection: bool = Field(False, title="Paid before the cars are collected, not after acceptance")
    days: int = Field(title="Working days", ge=0, le=3650)


# ── delivery ──────────────────────────────────────────────────────────────────────────────────────────────────────


class PlanRow(Facts):
    """So many cars of a line, in a batch."""

    batch: int = Field(1, title="Batch", ge=1, le=60)
    line: Annotated[int, Options("contract_lines")] = Field(title="Line")
    quantity: int = Field(title="Quantity", ge=1, le=9999)
    due_on: date = Field(title="No later than")
    place: str = Field(title="Place", min_length=1, max_length=200)
    sent_by_seller: bool = Field(False, title="We bring the cars")


class ReceiverRow(Facts):
    """Somebody who may take over cars."""

    name: str = Field(title="Name", min_length=1, max_length=200)
    phone: Telephone | None = Field(None, title="Phone")


class OrderDelivery(Facts):
    """When, where and to whom."""

    plan: tuple[PlanRow, ...] = Field(title="Delivery plan", min_length=1, max_length=MOST_ROWS)
    contact: Person = Field("", title="Contact on site", max_length=200)
    contact_phone: Phone = Field(None, title="Phone on site")
    # Names and phones of several people are one personal value.
    receivers: Annotated[tuple[ReceiverRow, ...], Personal()] = Field((), title="Authorised receivers", max_length=30)


class DeliveryFacts(OrderDelivery):
    """Likewise, and in which condition."""

    odometer_limit: int = Field(50, title="Odometer at most, km", ge=0, le=9999)
    keys: int = Field(2, title="Keys of each car", ge=1, le=9)
    inspection_days: int = Field(7, title="Days to inspect", ge=1, le=365)
    storage_fee: Money = Field(0, title="Storage of a car not collected, a day")


# ── procurement ───────────────────────────────────────────────────────────────────────────────────────────────────


class Particulars(Facts):
    """What a contract says of the public procurement that it carries out."""

    project: str = Field(title="Project", min_length=1, max_length=200)
    procurement_number: str = Field(title="Procurement number", min_length=1, max_length=60)
    plan_number: str = Field("", title="Number of the procurement plan", max_length=60)
    way: PurchaseMode = Field(PurchaseMode.UNKNOWN, title="Purchase mode")
    item: str = Field("", title="Catalogue item", max_length=200)
    agency: str = Field("", title="Procurement agency", max_length=200)


class ProcurementFacts(Particulars):
    """Likewise with the award, which bound the signing of the contract."""

    award_day: date | None = Field(
        None, title="Day of the award", description="The written contract is due within 30 days of it."
    )


# ── wording ───────────────────────────────────────────────────────────────────────────────────────────────────────


class FeatureRow(Facts):
    """A configuration or conversion agreed beside the standard one."""

    name: str = Field(title="Item", min_length=1, max_length=200)
    agreed: str = Field(title="What was agreed", min_length=1, max_length=2000)


def _items(most: int, longest: int) -> Any:
    """Checks a text of one item a line against what the paper has room for."""

    def check(value: str) -> str:
        items = [line for line in value.splitlines() if line.strip()]
        if len(items) > most or any(len(item) > longest for item in items):
            raise ValueError("There is not room for so much: fewer lines, or shorter ones.")
        return value

    return check


class WordingFacts(Facts):
    """What is agreed in words."""

    signing_place: str = Field("", title="Place of signing", max_length=200)
    dispute: Dispute = Field(Dispute.SELLERS_COURT, title="Disputes go to")
    arbitration: str = Field("", title="Arbitration commission", max_length=200)
    warranty_months: int = Field(36, title="Warranty, months", ge=0, le=240)
    warranty_km: int = Field(60_000, title="Warranty, km", ge=0, le=2_000_000)
    price_includes: Annotated[str, Paragraph] = Field(
        "", title="The price includes", description="One item a line.", max_length=2000
    )
    price_excludes: Annotated[str, Paragraph] = Field(
        "", title="The price does not include", description="One item a line.", max_length=2000
    )
    features: tuple[FeatureRow, ...] = Field((), title="Configuration and conversions", max_length=200)
    services: Annotated[str, Paragraph] = Field(
        "", title="Service promises", description="One item a line.", max_length=2000
    )
    special: Annotated[str, Paragraph] = Field(
        "", title="Special terms", description="One item a line.", max_length=2000
    )
    copies_each: int = Field(2, title="Copies for each party", ge=1, le=20)
    copies_filed: int = Field(0, title="Copies for filing", ge=0, le=20)

    _short_lists = field_validator("price_includes", "price_excludes")(_items(30, 200))
    _long_lists = field_validator("services", "special")(_items(40, 2000))


class OrderWording(Facts):
    """What an order says beside its framework agreement."""

    signing_place: str = Field("", title="Place of signing", max_length=200)
    special: Annotated[str, Paragraph] = Field(
        "", title="Special terms", description="One item a line.", max_length=2000
    )
    copies_each: int = Field(2, title="Copies for each party", ge=1, le=20)

    _long_lists = field_validator("special")(_items(40, 2000))


# ── signatures ────────────────────────────────────────────────────────────────────────────────────────────────────


class Signatures(Facts):
    """Who signed when; the scan of what they signed."""

    seller_signer: Person = Field(title="Signed for us by", min_length=1, max_length=200)
    seller_signed_on: date = Field(title="We signed on")
    buyer_signer: Person = Field(title="Signed for the buyer by", min_length=1, max_length=200)
    buyer_signed_on: date = Field(title="Buyer signed on")
    further_signed_on: date | None = Field(None, title="Last of the further parties signed on")
    scan: Annotated[Upload, Unrecorded()] = Field(title="Scan of the signed contract")
    same_text: bool = Field(
        False,
        title="The signed text is the issued version: same number, all pages; the seals are official or contract seals",
    )


# ── forms opened again ────────────────────────────────────────────────────────────────────────────────────────────

PARTY_FIELDS = (
    "name", "uscc", "legal_representative", "address", "post_code", "phone", "bank", "bank_account", "agent",
    "agent_phone", "authorisation_number", "authorised_on",
)  # fmt: skip
SELLER_FIELDS = ("seller_agent", "seller_agent_phone", "seller_authorisation")
DELIVERY_FIELDS = ("odometer_limit", "keys", "inspection_days", "storage_fee")
WORDING_FIELDS = (
    "signing_place", "dispute", "arbitration", "warranty_months", "warranty_km", "price_includes", "price_excludes",
    "features", "services", "special", "copies_each", "copies_filed",
)  # fmt: skip


ORDER_WORDING_FIELDS = tuple(OrderWording.model_fields)


def known_facts(contract: Contract, action: str) -> dict[str, Any]:
    """What a form shows when it is opened: the contract as it stands."""
    return KNOWN[action](contract) if action in KNOWN else {}


def _picked(thing: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}


def _known_buyer(contract: Contract) -> dict[str, Any]:
    return _picked(contract.parties[0], PARTY_FIELDS) | _picked(contract, SELLER_FIELDS)


def _known_payment(contract: Contract) -> dict[str, Any]:
    if is_call_off(contract):
        row = contract.payments[0]
        return {"before_collection": row.event is PaymentEvent.BEFORE_COLLECTION, "days": row.days}
    has_deposit = contract.deposit_kind is not DepositKind.NONE
    first, rest = contract.payments[:1], contract.payments[1:]
    shown = _picked(
        contract,
        ("deposit_kind", "deposit", "performance_bond", "bond_by_guarantee", "damages_cap_percent", "end_after_days"),
    )
    if contract.damages_permille is not None:
        shown["damages"] = contract.damages_permille // 10
    if has_deposit and first:
        shown["deposit_days"] = first[0].days
    rows = rest if has_deposit else [*first, *rest]
    return shown | {"payments": [_picked(row, PaymentRow.model_fields) for row in rows]}


def _known_delivery(contract: Contract) -> dict[str, Any]:
    shown = _picked(contract, DELIVERY_FIELDS)
    # Nothing planned yet: all cars of each line in one batch, and the day to be filled in.
    shown["plan"] = [
        _picked(row, ("batch", "quantity", "due_on", "place", "sent_by_seller")) | {"line": row.line_position}
        for row in contract.plan
    ] or [{"batch": 1, "line": line.position, "quantity": line.quantity} for line in contract.lines]
    if contract.plan:
        shown |= _picked(contract.plan[0], ("contact", "contact_phone"))
    shown["receivers"] = [_picked(row, ReceiverRow.model_fields) for row in contract.receivers]
    return shown


def _known_procurement(contract: Contract) -> dict[str, Any]:
    facts = dict(contract.procurement)
    return facts | {"procurement_number": facts.pop("number", ""), "award_day": contract.award_day}


def _known_wording(contract: Contract) -> dict[str, Any]:
    return _picked(contract, WORDING_FIELDS)


def _known_kind(contract: Contract) -> dict[str, Any]:
    return _picked(contract, ("kind",))


KNOWN = {
    "choose_kind": _known_kind,
    "edit_changes": known_changes,
    "use_their_paper": known_paper,
    "edit_buyer": _known_buyer,
    "edit_payment": _known_payment,
    "edit_delivery": _known_delivery,
    "edit_procurement": _known_procurement,
    "edit_wording": _known_wording,
}


def known_party(contract: Contract, position: int) -> dict[str, Any]:
    """A further party as its form shows it; none of that number, nothing."""
    found = next((party for party in further_parties(contract) if party.position == position), None)
    return _picked(found, PARTY_FIELDS) | {"party": position} if found else {}


def further_parties(contract: Contract) -> list[Party]:
    """The parties beside the buyer."""
    return contract.parties[1:]
