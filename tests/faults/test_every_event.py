"""A process that dies in the middle of a command leaves all of it or nothing, whichever statement was its last.
(`./run faults every_event` does it for every command of the demo.)"""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from dealer import workflow
from dealer.deals.deals import Loss
from dealer.engine.database import Database, open_database
from dealer.papers import bundles
from dealer.people import by_number
from dealer.records.contracts import Contract
from dealer.records.deals import Deal, LossReason
from faults._deaths import Witness, Witnessed
from tests.cast import Shop
from tests.conftest import KEYS, at
from tests.contracts import shelf
from tests.databases import KINDS, Databases


@pytest.fixture(params=KINDS)
def witness(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Witness]:
    """Who tries every command in a shop that has one contract to print."""
    url = databases.fresh(request.param)
    opened = open_database(url, KEYS)
    shelf(Shop(opened), 1)
    opened.engine.dispose()
    yield Witness(databases, url, frozenset({1, 2}))
    databases.drop(url)


def commands(database: Database) -> None:
    """A step, and an order of background work."""
    shop = Shop(database)
    with shop.acting("李娜", at("2026-11-10 10:00"), Loss(reason=LossReason.BUDGET)) as ask:
        workflow.take(by_number(ask.db, Deal, ask.actor, 1), "ask_to_lose", ask)
    with shop.acting("吴倩", at("2026-11-10 11:00"), bundles.WantedBundle()) as ask:
        bundles.order(ask, [by_number(ask.db, Contract, ask.actor, 1)])


def play(witness: Witness, script: Callable[[Database], None]) -> None:
    opened = open_database(witness.url, KEYS)
    script(Witnessed(opened.engine, opened.keys, opened.calendar, witness))
    opened.engine.dispose()


def test_whoever_dies_at_whichever_event_leaves_all_of_a_command_or_nothing(witness: Witness) -> None:
    play(witness, commands)
    assert [seen.name for seen in witness.tried.values()] == ["deal ask_to_lose", "bundle order"]
    assert witness.deaths == sum(seen.events for seen in witness.tried.values()) > 20
    assert (witness.torn, witness.lost) == ([], [])


def in_two_pieces(database: Database) -> None:
    """What no command may be: committed, and gone on with."""
    with database.writing() as db:
        deal = db.scalars(select(Deal)).one()
        for title in ("one", "two"):
            deal.title = title
            db.flush()
            db.connection().exec_driver_sql("COMMIT")
            db.connection().exec_driver_sql("BEGIN")


@pytest.mark.parametrize("witness", ["sqlite"], indirect=True)
def test_half_a_command_would_be_seen(witness: Witness) -> None:
    play(witness, in_two_pieces)
    assert "writes to deals, event" in witness.torn[0]
