"""The terms of a framework agreement (prices for a time, without cars) and of an order called off under it."""

from datetime import date
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from dealer.terms.agreement import Agreement, Late, day, delay, listed
from dealer.terms.basics import Contact, Count, Days, Fen, Goods, Line, Percent, Terms, Word
from dealer.terms.contract import Batch, Moment, batches_hold_every_line, named_goods


class AgreedPrice(Terms):
    """What one vehicle of a model costs while the framework runs; the published price beside it, where it is known."""

    brand: Word
    model: Line
    configuration: Line = ""
    manufacturer: Line = ""
    list_price_fen: Fen | None = None
    unit_price_fen: Fen
    unit_net_fen: Fen
    unit_vat_fen: Fen

    @model_validator(mode="after")
    def price_is_net_and_vat(self) -> Self:
        if self.unit_net_fen + self.unit_vat_fen != self.unit_price_fen:
            raise ValueError("the price of a vehicle is its tax-free price and its VAT")
        return self


class FrameworkTerms(Agreement):
    """Prices and conditions for a period. By itself it obliges nobody to buy or to deliver a single vehicle."""

    LATER: ClassVar[tuple[str, ...]] = ("ceiling", *Agreement.LATER)
    THIS: ClassVar[dict[str, str]] = {"zh": "本协议", "en": "this agreement"}

    starts: date
    ends: date
    ceiling: Count | None = None
    prices: Annotated[tuple[AgreedPrice, ...], Field(min_length=1, max_length=500)]
    vat_percent: Percent = 13
    price_includes: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    price_excludes: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    accept_days: Days = 3
    lead_days: Days = 30
    payment_days: Days = 10
    odometer_km: Annotated[int, Field(ge=0, le=9_999)] = 50
    keys: Annotated[int, Field(ge=1, le=9)] = 2
    inspection_days: Days = 7
    late_delivery: Late
    late_payment: Late

    @model_validator(mode="after")
    def nothing_contradicts(self) -> Self:
        if self.ends < self.starts:
            raise ValueError("a framework ends no earlier than it begins")
        if not self.disputes_are_settled_once():
            raise ValueError("disputes go to a court or to arbitration: one of them")
        return self

    @property
    def text_kind(self) -> str:
        return "framework"

    def named(self, language: str) -> dict[str, str]:
        return {
            **super().named(language),
            **delay(self.late_delivery, self.late_payment),
            "starts": day(self.starts, language),
            "ends": day(self.ends, language),
            "vat_percent": str(self.vat_percent),
            "price_includes": listed(self.price_includes, language),
            "price_excludes": listed(self.price_excludes, language),
            "accept_days": str(self.accept_days),
            "lead_days": str(self.lead_days),
            "payment_days": str(self.payment_days),
            "odometer_km": str(self.odometer_km),
            "keys": str(self.keys),
            "inspection_days": str(self.inspection_days),
        }


class OrderPayment(Terms):
    """When an order is paid, where it does not leave that to the framework: each batch in full."""

    moment: Moment
    working_days: Days


class CallOffTerms(Agreement, Goods):
    """An order under a framework: which vehicles, when and where; everything else is in the framework."""

    THIS: ClassVar[dict[str, str]] = {"zh": "本订单", "en": "this order"}

    framework_number: Word
    framework_day: date
    batches: Annotated[tuple[Batch, ...], Field(min_length=1, max_length=60)]
    receivers: Annotated[tuple[Contact, ...], Field(max_length=30)] = ()
    payment: OrderPayment | None = None

    @model_validator(mode="after")
    def every_vehicle_is_delivered(self) -> Self:
        if not batches_hold_every_line(self.batches, self.vehicles):
            raise ValueError("the batches hold every vehicle once")
        return self

    @property
    def text_kind(self) -> str:
        return "call_off"

    def named(self, language: str) -> dict[str, str]:
        return {
            **super().named(language),
            **named_goods(self, language),
            "framework_number": self.framework_number,
            "framework_day": day(self.framework_day, language),
            "batch_count": str(len(self.batches)),
            "order_payment_days": str(self.payment.working_days if self.payment else 0),
        }

    def holds(self) -> set[str]:
        moment = self.payment.moment if self.payment else None
        told = {
            "extras": bool(self.extras),
            "gifts": bool(self.gifts),
            "paid_before": moment is Moment.BEFORE_DELIVERY,
            "paid_after": moment is Moment.AFTER_ACCEPTANCE,
        }
        return super().holds() | {name for name, so in told.items() if so}
