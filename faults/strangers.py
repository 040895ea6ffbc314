"""Strangers at every door: two shops in one database, and everybody of the one at all addresses of the other.

Each person of the demo is let loose in their own shop first; whatever opened for them there is then asked for by the
same person of a shop beside it, whose forms are sent with ids of the first. Nothing of the first shop may be read in an
answer, and nothing of it may have changed. SQLite shows the first wall, the queries; PostgreSQL both.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HOUSE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HOUSE))

from dealer.engine.database import open_database  # noqa: E402 - found through the line above
from tests.cast import CAST  # noqa: E402 - likewise
from tests.conftest import KEYS  # noqa: E402 - likewise
from tests.databases import KINDS, Databases, Kind  # noqa: E402 - likewise
from tests.screens import lived_in  # noqa: E402 - likewise
from tests.screens.browser import NOW  # noqa: E402 - likewise
from tests.screens.crawl import Crawl, Guide, crawl  # noqa: E402 - likewise
from tests.second_shop import found_beside  # noqa: E402 - likewise
from tests.strangers import Knocking, bonds, rows_of  # noqa: E402 - likewise
from web.app import create_app  # noqa: E402 - likewise


def main() -> None:
    """Crawl once, then knock on both databases."""
    with Databases() as databases, TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/demo.sqlite"
        lived_in.found(url)
        alone = open_database(url, KEYS)
        guide = Guide(create_app(alone, clock=lambda: NOW), alone)
        crawls = [crawl(guide, name) for name in CAST]
        alone.engine.dispose()
        faults = [fault for kind in KINDS for fault in knock_everywhere(databases, kind, crawls)]
    print(*faults, sep="\n")
    sys.exit(bool(faults))


def knock_everywhere(databases: Databases, kind: Kind, crawls: list[Crawl]) -> list[str]:
    """What was wrong on one kind of database."""
    url = databases.empty(kind)
    lived_in.found(url)
    database = open_database(url, KEYS)
    beside = found_beside(database)
    app = create_app(database, clock=lambda: NOW)
    before = rows_of(database, beside.first_id)
    wrong, asked, sent = [], 0, 0
    for seen in crawls:
        stranger = Knocking(app, beside, seen.name)
        for answer in seen.answers["zh"]:
            if answer.status == 200 and not answer.is_sign_in:
                stranger.knock(answer.url)
                stranger.look_and_send(answer.url)
        wrong += stranger.wrong
        asked, sent = asked + stranger.asked, sent + stranger.sent
    wrong += bonds(database, beside)
    if rows_of(database, beside.first_id) != before:
        wrong.append("something of the first shop has changed")
    print(
        f"strangers: {kind}: {asked} addresses asked, {sent} forms sent with ids of another shop: {len(wrong)} faults"
    )
    database.engine.dispose()
    databases.drop(url)
    return wrong


if __name__ == "__main__":
    main()
