"""Whether what a car of the house shows can be true: neither less than before, nor more than anybody drives."""

from datetime import datetime

from dealer.engine.steps import Refusal, no
from dealer.records.people import Role

MOST_KM_A_DAY = 2000  # two drivers day and night: above it a digit was mistyped


def unlikely(odometer: int, before: int, since: datetime, at: datetime) -> Refusal | None:
    """What is wrong with a reading, `before` being what the car showed; who keeps the cars may correct that."""
    if odometer < before:
        return no(
            "The car showed {before} km before: read it again. If that number is wrong, have it corrected with the "
            "papers of the car, on the page of the demo cars.",
            code="E-KM", field="odometer", remover=Role.VEHICLES, before=before,
        )  # fmt: skip
    most = before + MOST_KM_A_DAY * ((at - since).days + 1)
    if odometer > most:
        return no(
            "The car showed {before} km before and cannot have more than {most} km now: read it again. If the first "
            "number is wrong, have it corrected with the papers of the car, on the page of the demo cars.",
            code="E-KM", field="odometer", remover=Role.VEHICLES, before=before, most=most,
        )  # fmt: skip
    return None
