"""The terms of a dossier for the manufacturer: its cover, its contents, and what stands above each scanned page."""

from datetime import date
from typing import Annotated

from pydantic import Field

from dealer.terms.basics import WORDING, Count, Fen, Letterhead, Line, Terms, Word


class ClaimedCar(Terms):
    """A car with what the manufacturer compares: the papers behind it have to say the same."""

    vin: Word
    vehicle: Line
    exterior: Word = ""
    engine_number: Word = ""
    certificate_number: Word = ""
    invoice_number: Word = ""
    invoiced_on: date | None = None
    price_fen: Fen
    plate: Word = ""


class ClaimedPaper(Terms):
    """A paper in the dossier: of the car of that place in the list, or (0) of all cars."""

    car: Annotated[int, Field(ge=0, le=1000)]
    paper: Word
    file: Line
    sha256: Line
    pages: Count = 1


class ClaimPackTerms(Terms):
    """返利申报资料: everything for one claim, with contents by car."""

    wording: Word = WORDING
    dealer: Letterhead
    customer: Line
    customer_code: Word = ""
    customer_class: Word
    contract_number: Word
    contract_day: date | None = None
    edition: Count
    made_on: date
    made_by: Line
    cars: Annotated[tuple[ClaimedCar, ...], Field(min_length=1, max_length=1000)]
    papers: Annotated[tuple[ClaimedPaper, ...], Field(min_length=1, max_length=5000)]

    @property
    def total_fen(self) -> int:
        """Of all invoices."""
        return sum(car.price_fen for car in self.cars)


class ScannedPicture(Terms):
    """A photographed paper, which becomes one page."""

    wording: Word = WORDING
    picture: bytes
