"""Whether a store with a million deals is as quick as one with ten thousand: board, lists, deal, search, a step.

Both stores answer the same requests in turns, in one process, by the application's own test client; the limit is how
many times of the small store's CPU and clock the large one takes. Of PostgreSQL only the clock sees what its server
does, so the clock counts there and the CPU on SQLite, where both are one.
"""

from collections.abc import Callable
from contextlib import ExitStack
from itertools import cycle

from flask import Flask

from bench._databases import KINDS, kept_databases
from bench._measure import MILLI, Sheet, turns, typical_cpu, typical_wall
from bench._scene import open_deals
from bench.data import FEW, LAST, MANY, a_store, stores
from tests.desk import Clock, Desk
from web.app import create_app

ROUNDS = 40
MOST_TIMES = 1.2
READER, SELLER = "陈静", "王磊"
Requests = dict[str, Callable[[], None]]


def main() -> None:
    """On both databases."""
    sheet = Sheet("growth")
    with kept_databases() as kept:
        for size in (FEW, MANY):
            stores(kept, size)
        for kind in KINDS:
            with ExitStack() as open_:
                sizes = FEW, MANY
                apps = [
                    create_app(open_.enter_context(a_store(kept, kind, size)), clock=lambda: LAST) for size in sizes
                ]
                small, large = (requests(app, size) for app, size in zip(apps, sizes, strict=True))
                measure(sheet, kind, small, large, ROUNDS)
    sheet.note(f"times of {FEW:,} deals that {MANY:,} take; the median of {ROUNDS} rounds in turns")
    sheet.end()


def measure(sheet: Sheet, kind: str, small: Requests, large: Requests, rounds: int) -> None:
    """Each request in both stores by turns."""
    for what, request in small.items():
        for each in (request, large[what]):
            each()
        few, many = turns(rounds, request, large[what])
        typical = typical_cpu if kind == "sqlite" else typical_wall
        sheet.row(f"{kind}: {what}", typical(many) / typical(few), "×", most=MOST_TIMES)
        figures = [of(taken) * MILLI for taken in (few, many) for of in (typical_cpu, typical_wall)]
        told = "{:.1f} ms of CPU and {:.1f} by the clock, then {:.1f} and {:.1f}"
        sheet.note(f"{kind}: {what} takes {told.format(*figures)}")


def requests(app: Flask, size: int) -> Requests:
    """What is asked of a store with so many deals."""
    reader, seller = (Desk(app, Clock(LAST), name) for name in (READER, SELLER))
    held = open_deals(app.config["DATABASE"])[0]
    reader.token = reader.get(f"/deals/{size}").hidden("csrf_token")
    return {
        "board": _page(reader, "/deals"),
        "board of one's own": _page(seller, "/deals"),
        "list, first page": _page(reader, "/deals?view=list"),
        "list, a page in the middle": _page(reader, f"/deals?view=list&state=all&below={size // 2}"),
        "list of one's own, first page": _page(seller, "/deals?view=list"),
        "list, by a customer's name": _page(reader, "/deals?view=list&state=all&q=长安"),
        "page of a deal": _page(reader, f"/deals/{size // 2}"),
        "search, two characters": _page(reader, "/search?q=翠湖"),
        "step": _step(reader, held),
    }


def _page(desk: Desk, address: str) -> Callable[[], None]:
    def request() -> None:
        answer = desk.client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")

    return request


def _step(desk: Desk, number: int) -> Callable[[], None]:
    """One deal is put on hold and resumed, by turns."""
    steps = cycle((("hold", {"until": "2026-12-20", "comment": "等预算批复"}), ("resume", {})))

    def request() -> None:
        action, facts = next(steps)
        answer = desk.ask(f"/deals/{number}/{action}", facts)
        if answer.status != 200:
            raise RuntimeError(f"{action} answered {answer.status}: {answer.json}")

    return request


if __name__ == "__main__":
    main()
