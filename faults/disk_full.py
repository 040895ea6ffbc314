"""The disk is full to the last byte: who sends a form is told so in their language and keeps what they typed, who looks
goes on looking; nothing is half-written, and with room again everything works without a restart.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from faults._full_disk import Trial, go_inside, leave, move_to, place_of_a_tablespace
from faults._nursery import Nursery
from faults._shops import a_shop, build
from faults._table import Row, tell
from tests.databases import KINDS, Databases, Kind

FOLDER = Path(tempfile.gettempdir()) / "dealer-full-disk"


def main() -> Iterator[Row]:
    """A row a database: a file on the full disk, and a tablespace."""
    temporary = FOLDER / "tmp"
    temporary.mkdir()
    try:
        with Databases() as databases, Nursery(TMPDIR=str(temporary)) as nursery:
            for kind in KINDS:
                yield _tried(databases, kind, nursery)
    finally:
        leave(FOLDER)


def _tried(databases: Databases, kind: Kind, nursery: Nursery) -> Row:
    if kind == "sqlite":
        url = f"sqlite:///{FOLDER}/dealer.sqlite"
        build(url)
        trial = Trial(url, FOLDER, nursery)
        trial.run()
    else:
        with a_shop(databases, kind) as url:
            move_to(url, place_of_a_tablespace(FOLDER))
            trial = Trial(url, FOLDER, nursery)
            trial.run()
    return Row(
        f"disk full, {kind}",
        "1",
        trial.acknowledged,
        also=f"{trial.told} forms were refused with 507 and sent again later",
        broken=tuple(trial.broken),
    )


if __name__ == "__main__":
    go_inside(FOLDER)
    tell(main())
