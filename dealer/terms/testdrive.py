"""The terms of a test-drive agreement."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from dealer.terms.basics import WORDING, Line, Signature, Terms, Text, Word


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
