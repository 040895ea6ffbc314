"""The table that every fault prints: what was acknowledged, what of it was lost or done twice, what else must hold."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One fault. `broken` names what did not hold; empty: all of it did. `also` says what else was counted."""

    fault: str
    often: str
    acknowledged: int | None = None
    lost: int | None = None
    duplicated: int | None = None
    also: str = ""
    broken: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, nothing was done twice and the rest is as it must be."""
        return not (self.lost or self.duplicated or self.broken)


def tell(rows: Iterable[Row]) -> None:
    """Print each row as soon as it is known; exit 1 when one does not hold, 0 otherwise."""
    print("| fault | how often | acknowledged | lost | duplicated | what else was counted | holds |")
    print("| --- | --- | ---: | ---: | ---: | --- | --- |", flush=True)
    all_hold = True
    for row in rows:
        counts = ("—" if each is None else str(each) for each in (row.acknowledged, row.lost, row.duplicated))
        verdict = "yes" if row.holds else f"NO: {'; '.join(row.broken) or 'see lost and duplicated'}"
        print("|", " | ".join((row.fault, row.often, *counts, row.also or "—", verdict)), "|", flush=True)
        all_hold = all_hold and row.holds
    sys.exit(0 if all_hold else 1)
