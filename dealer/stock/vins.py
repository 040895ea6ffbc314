"""What a VIN says of its car, and what looks odd about it.

The first three characters name the maker (WMI), the tenth the model year, the eleventh the plant. Only the check digit
of a car made in China is refused (engine/identifiers.py); all else is a reason to look again, and said as such.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from vininfo import Vin as VinNumber

from dealer import people
from dealer.engine import identifiers
from dealer.engine.steps import Ask, Refusal, no, on_facts
from dealer.engine.words import Word
from dealer.people import Actor
from dealer.records.vehicles import Model, Unit

COUNTRIES = frozenset({
    "Argentina", "Australia", "Austria", "Belgium", "Brazil", "Canada", "China", "Czech Republic", "Finland", "France",
    "Germany", "Hungary", "India", "Indonesia", "Italy", "Japan", "Mexico", "Netherlands", "Poland", "Portugal",
    "Romania", "Russia", "Slovakia", "South Africa", "South Korea", "Spain", "Sweden", "Switzerland", "Thailand",
    "Turkey", "United Kingdom", "United States", "Vietnam",
})  # fmt: skip
"""Where cars for this market come from; of other places the VIN is told without a country."""

DESCRIBING = 8  # characters: maker, and what maker calls model, body and engine
OLDEST_YEARS = 2  # a new car that was built before the year before last is rare


@dataclass(frozen=True)
class Reading:
    """What can be read in a VIN; `odd` are reasons to look again, English sentences with their values."""

    number: str
    wmi: str
    country: Word | None
    maker: str
    model_year: int | None
    plant: str
    odd: tuple[tuple[str, dict[str, object]], ...] = ()


def read(db: Session, who: Actor, typed: str, today: date, model: Model | None = None) -> Reading:
    """What a VIN says, held against what this shop knows of the model; raises Malformed for what is no VIN."""
    vin = identifiers.vin(typed)
    known = VinNumber(vin.number)
    country = Word("Country", known.country) if known.country in COUNTRIES else None
    maker = "" if "Unsupported" in str(known.manufacturer) else str(known.manufacturer)
    return Reading(
        number=vin.number,
        wmi=vin.number[:3],
        country=country,
        maker=maker or _maker_here(db, who, vin.number[:3]),
        model_year=vin.model_year,
        plant=vin.number[10],
        odd=tuple(_odd(db, who, vin, today, model)),
    )


def _maker_here(db: Session, who: Actor, wmi: str) -> str:
    """Whose cars with such a beginning the shop has had: the list of makers knows few of the younger ones."""
    query = select(Model.maker, Model.brand).join(Unit, Unit.model_id == Model.id)
    found = db.execute(query.where(Unit.store_id == who.store_id, Unit.vin.startswith(wmi)).limit(1)).first()
    return str(found[0] or found[1]) if found else ""


def _odd(
    db: Session, who: Actor, vin: identifiers.Vin, today: date, model: Model | None
) -> list[tuple[str, dict[str, object]]]:
    odd: list[tuple[str, dict[str, object]]] = []
    if not vin.check_digit_ok:
        odd.append(("The check digit of this imported VIN does not fit: compare all 17 characters once more.", {}))
    if vin.model_year is None or not today.year - OLDEST_YEARS <= vin.model_year <= today.year + 1:
        year = vin.model_year or "—"
        odd.append(("Position 10 ({letter}) stands for model year {year}: compare it with the certificate.",
                    {"letter": vin.number[9], "year": str(year)}))  # fmt: skip
    if model is not None and (begins := _beginnings(db, who, model)) and vin.number[:DESCRIBING] not in begins:
        odd.append(("VINs of {model} begin with {known} here, this one with {seen}: is it the right model?",
                    {"model": model.name, "known": begins[:3], "seen": vin.number[:DESCRIBING]}))  # fmt: skip
    return odd


def _beginnings(db: Session, who: Actor, model: Model) -> list[str]:
    """How VINs of a model begin, as far as the shop has had cars of it."""
    vins = db.scalars(select(Unit.vin).where(Unit.store_id == who.store_id, Unit.model_id == model.id).limit(500))
    return sorted({vin[:DESCRIBING] for vin in vins})


def of_unit(db: Session, who: Actor, unit: Unit) -> Reading:
    """What the VIN of a car says; against the other cars of its model it was held when it was typed."""
    return read(db, who, unit.vin, unit.begun_at.date())


@on_facts
def odd_check_digit_is_explained(unit: Unit, ask: Ask) -> Refusal | None:
    """An import may fail it; somebody has compared the number and says so."""
    if not identifiers.vin(ask.facts.vin).check_digit_ok and not ask.facts.vin_reason:
        return no(
            "The check digit of this imported VIN does not fit: compare all 17 characters and say why it is right.",
            code="E-VIN-REASON", field="vin_reason",
        )  # fmt: skip
    return None


def model_of(db: Session, who: Actor, key: UUID | None) -> Model | None:
    """The model chosen beside the VIN."""
    return people.by_id(db, Model, who, key) if key else None
