"""A shop to be ill-treated: a database of its own on SQLite or PostgreSQL, with its people in it."""

from collections.abc import Iterator
from contextlib import contextmanager

from dealer.engine.database import open_database
from tests.cast import found_shop
from tests.conftest import KEYS, make_tables
from tests.databases import Databases, Kind


def build(url: str) -> None:
    """Tables and people, in an empty database."""
    database = open_database(url, KEYS)
    make_tables(database)
    found_shop(database)
    database.engine.dispose()


@contextmanager
def a_shop(databases: Databases, kind: Kind) -> Iterator[str]:
    """The address of a shop of its own, until the end of the block."""
    databases.template(kind, build)
    url = databases.fresh(kind)
    try:
        yield url
    finally:
        databases.drop(url)
