"""Sixteen threads want one thing at the same moment, ROUNDS times (20), on both databases: one gets it, the others are
told.
"""

import os
from collections.abc import Iterator

from dealer.engine.database import open_database
from faults._races import SCENES, THREADS
from faults._shops import a_shop
from faults._table import Row, tell
from tests.cast import Shop
from tests.conftest import KEYS
from tests.databases import KINDS, Databases

ROUNDS = int(os.environ.get("ROUNDS", "20"))


def main() -> Iterator[Row]:
    """A row for each scene and database."""
    with Databases() as databases:
        for name, scene in SCENES.items():
            for kind in KINDS:
                with a_shop(databases, kind) as url:
                    opened = open_database(url, KEYS)
                    race = scene(Shop(opened), ROUNDS)
                    opened.engine.dispose()
                heard = sorted({each.split()[0] for each in race.told if each}) or ["the same"]
                yield Row(
                    f"{name}, {kind}",
                    f"{THREADS} threads × {ROUNDS} rounds",
                    sum(race.winners),
                    race.winners.count(0),
                    sum(won > 1 for won in race.winners),
                    f"the others hear {', '.join(heard)}",
                    tuple(race.broken[:5]),
                )


if __name__ == "__main__":
    tell(main())
