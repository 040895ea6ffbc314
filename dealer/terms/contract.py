"""The terms of a fleet contract: parties, payment, delivery, and what happens when one of them is late."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from dealer.engine import amounts
from dealer.terms.agreement import NOTHING, Agreement, Capacity, Late, day, delay, listed, sum_of
from dealer.terms.basics import Contact, Count, Days, Fen, Goods, Line, Terms, Text, Vehicles, Word


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


class ContractTerms(Agreement, Goods):
    """A fleet sale: everything dealer and buyer agree, down to the number of copies."""

    LATER: ClassVar[tuple[str, ...]] = ("kind", *Agreement.LATER)

    kind: Literal["", "sale", "procurement", "lease"] = ""
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
    copies_filed: Annotated[int, Field(ge=0, le=20)] = 0
    features: Annotated[tuple[Feature, ...], Field(max_length=200)] = ()
    services: Annotated[tuple[Text, ...], Field(max_length=40)] = ()
    service_phone: Word = ""

    @model_validator(mode="after")
    def nothing_contradicts(self) -> Self:
        """A paper that contradicts itself must not exist; the rules of contract.py say so earlier and kinder."""
        for agrees, complaint in (
            (sum(each.amount_fen for each in self.instalments) == self.total_fen, "the instalments are the total"),
            (batches_hold_every_line(self.batches, self.vehicles), "the batches hold every vehicle once"),
            (
                self._earnest_comes_first(),
                "the first instalment, due after the contract takes effect, is the 订金 or 定金",
            ),
            (self.disputes_are_settled_once(), "disputes go to a court or to arbitration: one of them"),
            (self._each_capacity_is_held_once(), "buying, paying, using and being invoiced have one party each"),
            (Capacity.BUYS in self.customers[0].capacities, "the buyer comes first"),
            (self.kind != "lease" or self.side(Capacity.USES) > 0, "somebody else than the lessor uses the vehicles"),
        ):
            if not agrees:
                raise ValueError(f"Not so in these terms: {complaint}.")
        return self

    def _earnest_comes_first(self) -> bool:
        return self.earnest is Earnest.NONE or self.instalments[0].moment is Moment.AFTER_EFFECT

    def _each_capacity_is_held_once(self) -> bool:
        return sorted(each for party in self.customers for each in party.capacities) == sorted(Capacity)

    @property
    def copies(self) -> int:
        return super().copies + self.copies_filed

    @property
    def text_kind(self) -> str:
        """Terms frozen before there was a choice carry out a procurement exactly when they name one."""
        return self.kind or ("procurement" if self.procurement else "sale")

    # ── what clauses may speak of ──

    def named(self, language: str) -> dict[str, str]:
        return {
            **super().named(language),
            **named_goods(self, language),
            **self._named_security(),
            **delay(self.late_delivery, self.late_payment),
            "price_includes": listed(self.price_includes, language),
            "price_excludes": listed(self.price_excludes, language),
            "batch_count": str(len(self.batches)),
            "odometer_km": str(self.odometer_km),
            "keys": str(self.keys),
            "storage": amounts.money(self.storage_fen),
            "storage_from": str(self.storage_after_days + 1),
            "inspection_days": str(self.inspection_days),
            "warranty_months": str(self.warranty_months),
            "warranty_km": f"{self.warranty_km:,}",
            "copies_filed": str(self.copies_filed),
            "project": self.procurement.project if self.procurement else NOTHING,
            "procurement_number": (self.procurement.number if self.procurement else "") or NOTHING,
            "awarded_on": day(self.procurement.awarded_on if self.procurement else None, language),
        }

    def _named_security(self) -> dict[str, str]:
        bond = self.bond or Bond(amount_fen=0)
        return {
            **sum_of("earnest", self.instalments[0].amount_fen),
            **sum_of("bond", bond.amount_fen),
            "bond_days": str(bond.returned_after_days),
        }

    def holds(self) -> set[str]:
        return super().holds() | {
            name
            for name, so in (
                ("tendered", self.procurement is not None),
                ("awarded", self.procurement is not None and self.procurement.awarded_on is not None),
                ("extras", bool(self.extras)),
                ("gifts", bool(self.gifts)),
                ("deposit", self.earnest is Earnest.DEPOSIT),
                ("prepayment", self.earnest is Earnest.PREPAYMENT),
                ("bond", self.bond is not None),
                ("guarantee", self.bond is not None and self.bond.by_guarantee),
                ("storage", self.storage_fen > 0),
                ("warranty", self.warranty_months > 0),
                ("warranty_km", self.warranty_km > 0),
                ("filed", self.copies_filed > 0),
            )
            if so
        }


def batches_hold_every_line(batches: tuple[Batch, ...], vehicles: tuple[Vehicles, ...]) -> bool:
    """Whether every vehicle of every line is in exactly one batch."""
    planned: dict[int, int] = {}
    for share in (share for batch in batches for share in batch.shares):
        planned[share.line] = planned.get(share.line, 0) + share.quantity
    return planned == {row: line.quantity for row, line in enumerate(vehicles, 1)}


def named_goods(goods: Goods, language: str) -> dict[str, str]:
    """The names of what is sold: numbers, sums, taxes, gifts."""
    many = "{}，{}份" if language == "zh" else "{}, {}"
    return {
        **sum_of("total", goods.total_fen),
        "vehicle_count": str(goods.vehicle_count),
        "vehicles_total": amounts.money(goods.vehicles_fen),
        "vat_percent": str(goods.vat_percent),
        "net_total": amounts.money(goods.net_fen),
        "vat_total": amounts.money(goods.vat_fen),
        "extras_total": amounts.money(goods.extras_fen),
        "gifts": listed(tuple(many.format(gift.name, gift.quantity) for gift in goods.gifts), language),
    }
