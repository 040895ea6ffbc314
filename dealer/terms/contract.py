"""The terms of a fleet contract: parties, payment, delivery, and what happens when one of them is late."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from dealer.terms.basics import (
    WORDING,
    Contact,
    Count,
    Days,
    Fen,
    Goods,
    Letterhead,
    Line,
    Percent,
    Rate,
    Terms,
    Text,
    Word,
)


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


class Party(Letterhead):
    """One side of a contract as its head prints it."""

    post_code: Word = ""
    legal_representative: Line = ""
    agent: Agent | None = None
    capacities: tuple[Capacity, ...] = ()


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
