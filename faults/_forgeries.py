"""How somebody who holds the database, but not the key, may rewrite its history, and what `dealer verify` says then."""

from typing import NamedTuple

from sqlalchemy import Connection, text

from dealer import workflow
from dealer.deals.deals import Comment, Loss, NewDeal
from dealer.engine.database import Database
from dealer.engine.history import TRIGGERS
from dealer.people import by_number
from dealer.records.customers import CustomerClass
from dealer.records.deals import Deal, LossReason
from tests.cast import Shop
from tests.conftest import at

POLICE = NewDeal(
    name="某市公安局",
    customer_class=CustomerClass.POLICE,
    uscc="11530100015112347K",
    contact="杨帆",
    phone="13888880001",
)


class Forgery(NamedTuple):
    """What is done, and the place that must be named: the row, None for the head, and what happened to it."""

    name: str
    statements: tuple[str, ...]
    finding: tuple[int | None, str]


SHORTER_HEAD = "UPDATE history_heads SET seq = 2, hash = (SELECT hash FROM history WHERE seq = 2)"
FORGERIES = (
    Forgery("what was done is rewritten", ("UPDATE history SET facts = '{}' WHERE seq = 2",), (2, "edited")),
    Forgery("who did it is rewritten", ("UPDATE history SET actor_id = NULL WHERE seq = 1",), (1, "edited")),
    Forgery("a row is deleted", ("DELETE FROM history WHERE seq = 2",), (2, "deleted")),
    Forgery("the first row is deleted", ("DELETE FROM history WHERE seq = 1",), (1, "deleted")),
    Forgery("the tail is cut", ("DELETE FROM history WHERE seq = 3",), (3, "cut")),
    Forgery("the head points elsewhere", (SHORTER_HEAD,), (None, "head forged")),
    Forgery("the head's seal is rewritten", ("UPDATE history_heads SET mac = hash",), (None, "head forged")),
    Forgery("the head is deleted", ("DELETE FROM history_heads",), (None, "head forged")),
    Forgery(
        "the tail is cut and the head made to fit",
        ("DELETE FROM history WHERE seq = 3", SHORTER_HEAD),
        (None, "head forged"),
    ),
)


def three_things_happen(shop: Shop) -> None:
    """A deal is registered, given up and kept after all."""
    with shop.acting("李娜", at("2026-11-10 09:00"), POLICE) as ask:
        workflow.register(ask)
    for when, action, facts in (
        ("2026-11-10 10:00", "ask_to_lose", Loss(reason=LossReason.BUDGET)),
        ("2026-11-10 11:00", "keep", Comment(comment="预算恢复")),
    ):
        with shop.acting("李娜", at(when), facts) as ask:
            workflow.take(by_number(ask.db, Deal, ask.actor, 1), action, ask)


def tamper(database: Database, *statements: str) -> None:
    """Raw SQL, with the triggers dropped that refuse it."""
    with database.engine.execution_options(writes=True).begin() as connection:
        drop_triggers(connection)
        for statement in statements:
            connection.execute(text(statement))


def drop_triggers(connection: Connection) -> None:
    kind = connection.dialect.name
    for ddl in TRIGGERS[kind]:
        if ddl.startswith("CREATE TRIGGER"):
            name, table = ddl.split()[2], ddl.split(" ON ")[1].split()[0]
            connection.exec_driver_sql(f"DROP TRIGGER {name}" + (f" ON {table}" if kind == "postgresql" else ""))
