"""The process dies at the n-th database event of every business command, for every n: all of it or nothing is there.

The commands are those that the demo plays, the sign-in, and what the sweeps do when months and years have passed; the
first of each kind is tried, on both databases. EVERY=10 tries every tenth kind: all of them take half an hour.
"""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import configure_mappers

from dealer.demo import demo
from dealer.engine import jobs
from dealer.engine.calendar import ShopCalendar
from dealer.engine.database import Database, open_database
from dealer.engine.names import search_keys
from dealer.house import signin
from dealer.records.people import Person
from dealer.workflow import LIVES
from faults._deaths import Witness, Witnessed
from faults._table import Row, tell
from tests.conftest import KEYS, at, make_tables
from tests.databases import KINDS, Databases, Kind
from web.serving import know_the_business

EVERY = int(os.environ.get("EVERY", "1"))
NOW = at("2026-11-10 10:00")
LATER = (1, 40, 400, 4_000)  # days: what is due tomorrow, next month, next year, and when a file has had its years

Script = Callable[[Database], None]


def main() -> Iterator[Row]:
    """One row a database: the places of the commands are found on the first one."""
    _know_everything()
    wanted = None
    with Databases() as databases:
        for kind in KINDS:
            witness = witnessed(databases, kind, everything, wanted)
            wanted = frozenset(witness.tried)
            yield row_of(witness, kind)


def _know_everything() -> None:
    """Import and prepare what would be imported at its first use: each child would do it anew."""
    know_the_business()
    configure_mappers()
    search_keys("云岭")
    ShopCalendar().is_working_day(NOW.date())
    jobs.warm_up(open_database("sqlite://", KEYS))


def witnessed(databases: Databases, kind: Kind, script: Script, wanted: frozenset[int] | None) -> Witness:
    """Play a script in an empty database, whose transactions are tried before they happen."""
    url = databases.empty(kind)
    opened = open_database(url, KEYS)
    make_tables(opened)
    witness = Witness(databases, url, wanted, EVERY)
    script(Witnessed(opened.engine, opened.keys, opened.calendar, witness))
    opened.engine.dispose()
    databases.drop(url)
    return witness


def everything(database: Database) -> None:
    """What the demo plays, somebody who signs in and out, and what time brings."""
    demo.fill(database, NOW)
    with database.reading() as db:
        person = db.scalars(select(Person).order_by(Person.sign_in)).first()
    assert person is not None
    with database.writing() as db:
        token, _ = signin.start(db, person, "a browser", NOW)
    with database.writing() as db:
        signin.end(db, token, NOW)
    for days in LATER:
        for sweep in jobs._sweeps:
            sweep(database, NOW + timedelta(days=days))


def row_of(witness: Witness, kind: Kind) -> Row:
    """What was seen, as a row of the table."""
    steps = {f"{life.kind} {action}" for life in LIVES.values() for action in life.actions()}
    taken = {step for seen in witness.tried.values() for step in seen.steps}
    return Row(
        f"death at the n-th database event, {kind}",
        f"{witness.deaths} deaths: every n of {len(witness.tried)} kinds of command",
        len(witness.tried),
        len(witness.lost),
        len(witness.torn),
        f"{len(steps & taken)} of {len(steps)} steps of all lives, {len(taken - steps)} other acts are among them",
        tuple(witness.torn[:5] + witness.lost[:5]),
    )


if __name__ == "__main__":
    tell(main())
