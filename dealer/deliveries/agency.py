"""Registration of the cars of a fleet 代办上牌: insured, tax paid, inspected, plate, papers; for many cars at once.

The order is the law's: the compulsory insurance and the purchase tax come before the plate (交强险条例 4, 车辆购置税法
13), and the tax is declared within 60 days of the purchase (12), with the invoice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dealer.engine import identifiers
from dealer.engine.amounts import PurchaseTax, yuan
from dealer.engine.fields import Kind, Options, Paragraph
from dealer.engine.identifiers import PlateKind
from dealer.engine.malformed import Malformed
from dealer.engine.steps import Ask, Facts, Refusal, Refused, no, write_down
from dealer.money.purchase_tax import CHARGEABLE, estimate
from dealer.people import owner_or
from dealer.records.agency import Errand, Registration
from dealer.records.contracts import Contract, ContractLine
from dealer.records.money import Invoice
from dealer.records.vehicles import Unit
from dealer.stock.allocation import ON_CONTRACT

KEEPS = owner_or("keep registrations")
TO_DECLARE = timedelta(days=60)
SHORTEST_END = 4  # of a VIN, as people name a car of their list
WRITTEN_AS = {
    Errand.INSURED: "insured_on",
    Errand.TAX_PAID: "tax_paid_on",
    Errand.INSPECTED: "inspected_on",
    Errand.PAPERS_HANDED: "papers_on",
}
GREEN = (PlateKind.NEW_ENERGY_SMALL, PlateKind.NEW_ENERGY_LARGE)

# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Done(Facts):
    """What was done, for which cars, on which day."""

    cars: Annotated[tuple[UUID, ...], Options("cars_to_register")] = Field(title="Cars", min_length=1, max_length=1000)
    errand: Annotated[Errand, Kind("chips")] = Field(title="Errand done")
    day: date = Field(title="Day")


class Plates(Facts):
    """A line for each car."""

    plates: Annotated[str, Paragraph] = Field(
        title="Plates", description="A line for each car: its VIN or the end of it, then the plate.", min_length=1,
        max_length=60_000,
    )  # fmt: skip


# ── what there is ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Car:
    """A car of a contract: how far its registration is, its invoice, and the tax that is to be expected."""

    unit: Unit
    price: int
    registration: Registration
    invoice: Invoice | None
    tax: PurchaseTax

    @property
    def declare_by(self) -> date | None:
        """The last day for the purchase tax, while it is not paid."""
        if self.invoice is None or self.registration.tax_paid_on is not None:
            return None
        return self.invoice.issued_on + TO_DECLARE


def cars(db: Session, contract: Contract, today: date) -> list[Car]:
    """Every car on a contract. The estimate is by the day of the invoice, without one by today."""
    query = (
        select(Unit, ContractLine.unit_price, Registration, Invoice)
        .join(ContractLine, ContractLine.id == Unit.contract_line_id)
        .outerjoin(Registration, Registration.unit_id == Unit.id)
        .outerjoin(Invoice, (Invoice.unit_id == Unit.id) & Invoice.red_on.is_(None))
        .options(joinedload(Unit.model))
        .where(Unit.contract_id == contract.id, Unit.state.in_([state.value for state in ON_CONTRACT]))
        .order_by(Unit.number)
    )
    return [_car(db, *row, today=today) for row in db.execute(query)]


def _car(
    db: Session, unit: Unit, price: int, known: Registration | None, invoice: Invoice | None, *, today: date
) -> Car:
    tax = estimate(db, unit.model, price, invoice.issued_on if invoice else today)
    return Car(unit, price, known or Registration(store_id=unit.store_id, unit_id=unit.id), invoice, tax)


FLEET_HEADS = (
    "VIN", "Model", "Colour", "Engine number", "Certificate number", "Invoice number", "Price, yuan",
    "Purchase tax, estimated, yuan", "Insured", "Tax paid", "Inspected", "Plate", "Papers handed over",
)  # fmt: skip


def fleet_rows(found: Iterable[Car]) -> list[Sequence[Any]]:
    """The cars as the buyer's fleet office keeps them."""
    return [
        (car.unit.vin, f"{car.unit.model.brand} {car.unit.model.name} {car.unit.model.configuration}", car.unit.colour,
         car.unit.engine_number, car.unit.certificate_number, car.invoice.number if car.invoice else "",
         yuan(car.price), yuan(car.tax.due), car.registration.insured_on, car.registration.tax_paid_on,
         car.registration.inspected_on, car.registration.plate or "", car.registration.papers_on)
        for car in found
    ]  # fmt: skip


# ── doing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def mark(contract: Contract, ask: Ask) -> None:
    """Something was done for these cars. Raises Refused; then nothing was written."""
    facts: Done = ask.facts
    ask = _allowed(contract, ask)
    found = {car.unit.id: car for car in cars(ask.db, contract, ask.today)}
    if unknown := [key for key in facts.cars if key not in found]:
        raise Refused([no("{count} of these cars are not on this contract.", code="E-CAR-NONE", field="cars",
                          count=len(unknown))])  # fmt: skip
    chosen = [found[key] for key in dict.fromkeys(facts.cars)]
    _refuse(
        _not_ahead(facts.day, ask),
        _not_before(contract, facts.day),
        *(_out_of_turn(car, facts.errand, facts.day) for car in chosen),
    )
    for car in chosen:
        setattr(car.registration, WRITTEN_AS[facts.errand], facts.day)
        ask.db.add(car.registration)
    ask.db.flush()
    write_down(ask, "registration", contract, "mark", facts)


def write_plates(contract: Contract, ask: Ask) -> int:
    """The plates of as many cars as there are lines; how many. Raises Refused with every line that is wrong."""
    facts: Plates = ask.facts
    ask = _allowed(contract, ask)
    found, refusals, given = cars(ask.db, contract, ask.today), [], {}
    for line, (end, typed) in _lines(facts.plates):
        answer = _plated(found, line, end, typed)
        if isinstance(answer, Refusal):
            refusals.append(answer)
        elif answer[0].unit.id in given:
            refusals.append(no("Line {line}: {vin} stands in an earlier line already: leave one of them.",
                               code="E-PLATE-TWICE", field="plates", line=line, vin=answer[0].unit.vin))  # fmt: skip
        else:
            given[answer[0].unit.id] = answer
    refusals += _given_elsewhere(ask, given)
    if refusals:
        raise Refused(refusals)
    for car, plate in given.values():
        car.registration.plate = plate
        ask.db.add(car.registration)
    ask.db.flush()
    write_down(ask, "registration", contract, "write_plates", facts)
    return len(given)


def _allowed(contract: Contract, ask: Ask) -> Ask:
    answer = KEEPS(contract, ask)
    if isinstance(answer, Refusal):
        raise Refused([answer])
    return answer


def _refuse(*refusals: Refusal | None) -> None:
    if told := [refusal for refusal in refusals if refusal is not None]:
        raise Refused(told)


def _not_ahead(day: date, ask: Ask) -> Refusal | None:
    return no("This day is still to come.", code="E-DAY-FUTURE", field="day") if day > ask.today else None


def _not_before(contract: Contract, day: date) -> Refusal | None:
    """Nobody insures or registers a car for a buyer before there is a contract in force."""
    begun = contract.effective_on or contract.issued_on
    if begun is not None and day < begun:
        return no("The contract took effect on {begun}: choose a day from then on.", code="E-DAY-PAST", field="day",
                  begun=begun)  # fmt: skip
    return None


def _out_of_turn(car: Car, errand: Errand, day: date) -> Refusal | None:
    """The tax is declared with the invoice; papers come with the plate, which follows the tax."""
    if errand is Errand.TAX_PAID and car.invoice is None:
        return no("{vin} has no invoice yet: the tax is declared with it.", code="E-NO-INVOICE", vin=car.unit.vin)
    if errand is Errand.PAPERS_HANDED and car.registration.plate is None:
        return no("{vin} has no plate yet: its papers come with the plate.", code="E-PLATE-NONE", vin=car.unit.vin)
    paid = car.registration.tax_paid_on
    if errand is Errand.PAPERS_HANDED and paid is not None and day < paid:
        return no("The purchase tax of {vin} was paid on {paid}: its papers come after it.", code="E-DAY-PAST",
                  field="day", vin=car.unit.vin, paid=paid)  # fmt: skip
    return None


def _lines(typed: str) -> Iterator[tuple[int, tuple[str, str]]]:
    for number, line in enumerate(typed.splitlines(), 1):
        if line.strip():
            end, _, plate = line.strip().replace(",", " ").replace("，", " ").replace("\t", " ").partition(" ")
            yield number, (identifiers.compact(end), plate.strip())


def _plated(found: list[Car], line: int, end: str, typed: str) -> tuple[Car, str] | Refusal:
    """The car of a line with its plate, or what is wrong with the line."""
    meant = [car for car in found if car.unit.vin.endswith(end)] if len(end) >= SHORTEST_END else []
    if len(meant) != 1:
        return no("Line {line}: no single car of this contract ends in {end}.", code="E-CAR-NONE", field="plates",
                  line=line, end=end)  # fmt: skip
    car = meant[0]
    if car.registration.insured_on is None or car.registration.tax_paid_on is None:
        return no("Line {line}: insurance and purchase tax come before the plate.", code="E-PLATE-EARLY",
                  field="plates", line=line)  # fmt: skip
    try:
        plate = identifiers.plate(typed)
    except Malformed:
        return no("Line {line}: {typed} is no plate; they look like 云A12345, 云AD12345 or 云A12345D.",
                  code="E-PLATE-FORMAT", field="plates", line=line, typed=typed)  # fmt: skip
    if plate.kind in GREEN and car.unit.model.energy not in CHARGEABLE:
        return no("Line {line}: {plate} is a plate for new energy, the car is none.", code="E-PLATE-KIND",
                  field="plates", line=line, plate=plate.number)  # fmt: skip
    return car, plate.number


def _given_elsewhere(ask: Ask, given: dict[UUID, tuple[Car, str]]) -> list[Refusal]:
    """A plate is on one car."""
    plates = [plate for _, plate in given.values()]
    taken = select(Registration.plate).where(
        Registration.store_id == ask.actor.store_id, Registration.plate.in_(plates),
        Registration.unit_id.not_in(list(given)),
    )  # fmt: skip
    twice = {*ask.db.scalars(taken), *(plate for plate in plates if plates.count(plate) > 1)}
    return [
        no("{plate} is on another car already.", code="E-PLATE-TAKEN", field="plates", plate=plate)
        for plate in sorted(twice)
        if plate is not None
    ]
