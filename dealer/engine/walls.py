"""The second wall between shops, on PostgreSQL: a transaction reads and writes the rows of the shop it is opened for.

The first wall is `people.scoped`: every query names its shop. Should one forget to, the database leaves the others out:
each table with a `store_id` has a policy that compares it with a setting of the transaction. The setting ends with the
transaction, so it holds behind a pooler, and it costs one statement. Who works for no shop in particular, such as
signing in, the minute's sweep or `dealer verify`, says so by naming none, and reads every shop.

A policy does not bind whoever owns the tables. So the tables belong to one role, which migrates and makes backups, and
the programs connect as another, `dealer_app`, which can change rows and nothing else. With one role for both, and on
SQLite, there is only the first wall; `dealer doctor` says so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import ProgrammingError

APP = "dealer_app"
STORE, EVERY = "dealer.store", "dealer.every_store"

OF_A_PERSON = {
    "signed_in": "a session is its person's; the shop in it is the one they have chosen",
    "postings": "where somebody works is asked before a shop is chosen, and whether they work elsewhere too",
}
"""Tables with a shop in each row that are not of a shop."""

# What the programs may do with a table, where it is less than everything.
LESS = {
    "history": "SELECT, INSERT",
    "history_heads": "SELECT, INSERT, UPDATE",
    "history_personal": "SELECT, INSERT, UPDATE",
    "alembic_version": "SELECT",
}


def within(store_id: UUID | None) -> Callable[[Any, Any, Connection], None]:
    """What a session does as its transaction begins: say for which shop it is, or that it is for all of them."""
    # Said without asking for an answer: half of what SELECT set_config() costs. A UUID holds no quotes.
    told = f"SET LOCAL {EVERY} = 'yes'" if store_id is None else f"SET LOCAL {STORE} = '{store_id}'"

    def say(_: Any, transaction: Any, connection: Connection) -> None:
        if not transaction.nested:
            connection.exec_driver_sql(told)

    return say


NO_RIGHT = "42501"  # PostgreSQL's code for it


class NotTheOwner(Exception):
    """Only who owns the tables changes them; the message says how to name that role."""


@contextmanager
def owners_work() -> Iterator[None]:
    """Changing tables: who may not is told whose work it is."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") == NO_RIGHT:
            raise NotTheOwner("the tables belong to another role: name it by DEALER_OWNER_URL") from error
        raise


def build(connection: Connection) -> None:
    """Give every table with a `store_id` its policy, and the role of the programs what it needs; on PostgreSQL alone.

    Whoever owns the tables does this after each migration, so that a new table cannot be forgotten.
    """
    if connection.dialect.name != "postgresql":
        return
    for table, optional in _of_shops(connection).items():
        connection.exec_driver_sql(f"DROP POLICY IF EXISTS of_its_store ON {table}")
        connection.exec_driver_sql(f"CREATE POLICY of_its_store ON {table} USING ({_theirs(optional)})")
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    if connection.scalar(text("SELECT true FROM pg_roles WHERE rolname = :name"), {"name": APP}):
        _let_in(connection)


def _of_shops(connection: Connection) -> dict[str, bool]:
    """The tables that get a policy, and whether a row of theirs can be of no shop."""
    looked = inspect(connection)
    found = {}
    for table in looked.get_table_names():
        optional = [each["nullable"] for each in looked.get_columns(table) if each["name"] == "store_id"]
        if optional and table not in OF_A_PERSON:
            found[table] = optional[0]
    return found


def _theirs(optional: bool) -> str:
    mine = f"store_id = nullif(current_setting('{STORE}', true), '')::uuid"
    all_of_them = f"current_setting('{EVERY}', true) = 'yes'"
    return " OR ".join([mine, all_of_them, *(["store_id IS NULL"] if optional else [])])


def _let_in(connection: Connection) -> None:
    """Rows of our tables and of the queue's, and no table may be made, changed or dropped."""
    looked = inspect(connection)
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {APP}")
    for table in looked.get_table_names():
        rights = LESS.get(table, "SELECT, INSERT, UPDATE, DELETE")
        connection.exec_driver_sql(f"REVOKE ALL ON {table} FROM {APP}")
        connection.exec_driver_sql(f"GRANT {rights} ON {table} TO {APP}")
    if "dbos" in looked.get_schema_names():
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA dbos TO {APP}")
        for kind in ("TABLES", "SEQUENCES"):
            connection.exec_driver_sql(f"GRANT ALL ON ALL {kind} IN SCHEMA dbos TO {APP}")


def down(connection: Connection) -> str | None:
    """Why the second wall does not stand before this connection, and what to do; None: it stands, or cannot."""
    if connection.dialect.name != "postgresql":
        return None
    active = connection.scalar(text("SELECT row_security_active(CAST('history_heads' AS regclass))"))
    if active:
        return None
    return (
        f"this role owns the tables, so only the queries keep shops apart: connect as {APP}, "
        "see PostgreSQL roles in docs/operating.md"
    )
