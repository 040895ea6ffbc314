"""The history is edited by somebody who holds the database but not the key: `dealer verify` names the place and ends
with 1.
"""

import io
from argparse import Namespace
from collections.abc import Iterator
from contextlib import redirect_stdout
from types import SimpleNamespace
from typing import Any

from dealer.engine.database import open_database
from faults._forgeries import FORGERIES, Forgery, tamper, three_things_happen
from faults._shops import a_shop
from faults._table import Row, tell
from tests.cast import Shop
from tests.conftest import KEYS
from tests.databases import KINDS, Databases
from web import cli


def main() -> Iterator[Row]:
    """A row a database."""
    with Databases() as databases:
        for kind in KINDS:
            broken = list[str]()
            for forgery in FORGERIES:
                with a_shop(databases, kind) as url:
                    broken += _not_named(url, forgery)
            yield Row(
                f"history edited, {kind}",
                f"{len(FORGERIES)} kinds",
                also="; ".join(forgery.name for forgery in FORGERIES),
                broken=tuple(broken),
            )


def _not_named(url: str, forgery: Forgery) -> Iterator[str]:
    """What `dealer verify` says wrongly before and after a forgery."""
    opened = open_database(url, KEYS)
    three_things_happen(Shop(opened))
    told = _verify(url)
    if told != (0, ["Every history is whole."]):
        yield f"an untouched history: {told}"
    tamper(opened, *forgery.statements)
    opened.engine.dispose()
    seq, what = forgery.finding
    status, said = _verify(url)
    place = "the head" if seq is None else f"row {seq}"
    if status != 1 or not any(line.endswith(f"{place}: {what}") for line in said):
        yield f"{forgery.name}: {status} {said}"


def _verify(url: str) -> tuple[int, list[str]]:
    """The command, with the keys of this shop: its exit status and what it prints."""
    settings: Any = SimpleNamespace(url=url, keys=KEYS)
    with redirect_stdout(io.StringIO()) as said:
        status = cli.verify(settings, Namespace())
    return status, said.getvalue().splitlines()


if __name__ == "__main__":
    tell(main())
