"""The command `dealer heads`, and what `dealer verify --heads` compares with."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dealer.engine import heads, migrating
from dealer.engine.database import open_database
from dealer.engine.history import Finding
from dealer.engine.settings import Settings


def show(settings: Settings, _: Namespace) -> int:
    """Print where the history of each shop ends now, a line a shop, to be kept where nobody of this machine reaches it.

    `dealer verify --heads FILE` later compares such lines, or those printed on morning reports, with the history.
    """
    from dealer.house import shop  # noqa: PLC0415 - most commands need no rules

    migrating.refuse_behind(settings.url)
    database = open_database(settings.url, settings.keys)
    with database.reading() as db:
        print(heads.written(heads.newest(db), shop.codes(db), datetime.now(UTC)), end="")
    return 0


def describe_comparing(parser: ArgumentParser) -> None:
    """What `verify` is told."""
    parser.add_argument(
        "--heads", type=Path, metavar="FILE", help="earlier heads too: lines of dealer heads, or of morning reports"
    )


def compared(db: Any, file: Path | None) -> Iterator[Finding]:
    """What is no longer as it was when the heads in a file were put away."""
    from dealer.house import shop  # noqa: PLC0415 - most commands need no rules

    if file is not None:
        yield from heads.compare(db, heads.read(file.read_text(encoding="utf-8"), shop.codes(db)))
