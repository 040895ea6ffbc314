"""The terms of a printed statement of what a sub-dealer is paid: every car, its pay, and what is taken off."""

from datetime import date
from typing import Annotated

from pydantic import Field

from dealer.terms.basics import WORDING, Fen, Line, Terms, Word


class StatementCar(Terms):
    """One car: paid for, or taken off because it came back."""

    vin: Word
    model: Line
    delivered_on: date
    came_back: bool
    pay_fen: Annotated[int, Field(ge=-99_990_000_000_000, le=99_990_000_000_000)]


class StatementTerms(Terms):
    """佣金结算单: what our house pays a sub-dealer for the cars of a month."""

    wording: Word = WORDING
    dealer: Line
    sub_dealer: Line
    uscc: Word
    bank: Line
    bank_account: Word
    month: date
    cars: Annotated[tuple[StatementCar, ...], Field(min_length=1, max_length=1000)]
    total_fen: Fen
    drawn_by: Line
    approved_by: Line
    approved_on: date
