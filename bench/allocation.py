"""How long it takes to say which of 5,000 cars go to 300 empty places, and to allocate them.

Wall clocks of a busy machine say little. The plan's limit is how many times the CPU of the driver it takes, which reads
the same 5,000 rows and does nothing with them; a second of CPU is the aim that people feel. Allocating is measured per
car: one of 300 may cost little more than one of 30, or what follows by itself has begun to grow with the square.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from dealer import workflow
from dealer.engine.database import open_database
from dealer.stock import allocation_queue
from tests import deliveries as scene
from tests.cast import Shop, found_shop
from tests.conftest import KEYS, at, make_tables
from tests.deliveries import many_cars, proposed

STOCK, PLACES, CONTRACTS, FEW = 5_000, 300, 10, 30
TODAY = date(2026, 11, 20)
MOST_TIMES_THE_DRIVER = 12.0
MOST_GROWTH = 1.5
ROUNDS = 7


def main() -> None:
    """Fill a yard, plan it, allocate what was planned."""
    with tempfile.TemporaryDirectory(prefix="dealer-bench-") as folder:
        shop = _a_full_yard(Path(folder))
        slow = [_planned(shop), _allocated(shop)]
        shop.database.engine.dispose()
    sys.exit(any(slow))


def _a_full_yard(folder: Path) -> Shop:
    database = open_database(f"sqlite:///{folder}/allocation.sqlite", KEYS)
    make_tables(database)
    found_shop(database)
    shop = Shop(database)
    model, each = scene.model(shop), PLACES // CONTRACTS
    for place in range(CONTRACTS):
        scene.contract(shop, each, [(each, "2026-11-30")], effective=f"2026-11-{10 + place}")
    with shop.acting("孙强", at("2026-11-20 09:00")) as ask:
        many_cars(ask, model, STOCK)
    return shop


def _planned(shop: Shop) -> bool:
    with shop.acting("孙强", at("2026-11-20 09:00")) as ask:
        driver = ask.db.connection().connection.driver_connection
        assert driver is not None
        read = "SELECT id, number, version, vin, model_id, colour, state, arrived_on, place, certificate FROM units"
        raw = _cpu(lambda: driver.execute(read).fetchall())
        plan = _cpu(lambda: allocation_queue.planned(ask.db, ask.actor, TODAY))
    print(f"allocation plan: {plan / raw:.1f} times the driver's own reading, limit {MOST_TIMES_THE_DRIVER}")
    print(
        f"           {plan * 1000:.0f} ms of CPU for {PLACES} places and {STOCK} cars; the driver {raw * 1000:.0f} ms"
    )
    return plan / raw > MOST_TIMES_THE_DRIVER or plan > 1


def _allocated(shop: Shop) -> bool:
    with shop.acting("孙强", at("2026-11-20 09:00")) as ask:
        chosen = proposed(ask)
        few = _once(lambda: workflow.allocate(ask, chosen[:FEW])) / FEW
        many = _once(lambda: workflow.allocate(ask, chosen[FEW:])) / (len(chosen) - FEW)
    print(f"allocation: a car among {PLACES - FEW} costs {many / few:.2f} times one among {FEW}, limit {MOST_GROWTH}")
    print(f"           {many * 1000:.1f} ms of CPU a car")
    return many / few > MOST_GROWTH


def _cpu(work: Callable[[], Any]) -> float:
    """Seconds of CPU: the least of some rounds."""
    return min(_once(work) for _ in range(ROUNDS))


def _once(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
