"""kill -9 of web and worker at random, while four people work over HTTP: KILLS of each (100) on both databases.

What was acknowledged is there, and once; a job has its step and a step its job; the history is whole; nothing waits.
"""

import os
from collections.abc import Iterator

from faults._killing import killed_at_work
from faults._nursery import Nursery
from faults._shops import a_shop
from faults._table import Row, tell
from tests.databases import KINDS, Databases

KILLS = int(os.environ.get("KILLS", "100"))


def main() -> Iterator[Row]:
    """One row a database."""
    with Databases() as databases, Nursery() as nursery:
        for kind in KINDS:
            with a_shop(databases, kind) as url:
                seen = killed_at_work(url, KILLS, nursery)
            yield Row(
                f"kill -9 of web and worker, {kind}",
                f"{seen.kills} each",
                len(seen.acknowledged),
                len(seen.lost),
                len(seen.duplicated),
                f"{seen.cut} answers never came and were settled by their key; {seen.jobs} jobs, {seen.tried_again} of "
                "them of a worker that died",
                tuple(seen.broken),
            )


if __name__ == "__main__":
    tell(main())
