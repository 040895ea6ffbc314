"""The history: append-only, and what `dealer verify` finds when somebody gets past that."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from dealer import workflow
from dealer.deals.deals import Comment, Loss, NewDeal
from dealer.engine.database import Database
from dealer.engine.history import TRIGGERS, verify
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


@pytest.fixture
def told(shop: Shop) -> Shop:
    """A shop in which three things happened."""
    with shop.acting("李娜", at("2026-11-10 09:00"), POLICE) as ask:
        workflow.register(ask)
    for when, action, facts in (
        ("2026-11-10 10:00", "ask_to_lose", Loss(reason=LossReason.BUDGET)),
        ("2026-11-10 11:00", "keep", Comment(comment="预算恢复")),
    ):
        with shop.acting("李娜", at(when), facts) as ask:
            workflow.take(by_number(ask.db, Deal, ask.actor, 1), action, ask)
    return shop


def tamper(database: Database, *statements: str) -> None:
    """What somebody does who holds the database but not the key: raw SQL with the triggers dropped."""
    with database.engine.execution_options(writes=True).begin() as connection:
        _drop_triggers(connection)
        for statement in statements:
            connection.execute(text(statement))


def _drop_triggers(connection: Connection) -> None:
    kind = connection.dialect.name
    for ddl in TRIGGERS[kind]:
        if ddl.startswith("CREATE TRIGGER"):
            name, table = ddl.split()[2], ddl.split(" ON ")[1].split()[0]
            connection.exec_driver_sql(f"DROP TRIGGER {name}" + (f" ON {table}" if kind == "postgresql" else ""))


def found(shop: Shop) -> list[tuple[int | None, str]]:
    with shop.looking() as db:
        return [(finding.seq, finding.what) for finding in verify(db)]


def test_an_untouched_history_verifies(told: Shop) -> None:
    assert found(told) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history SET action = 'close' WHERE seq = 2",
        "DELETE FROM history WHERE seq = 2",
        "DELETE FROM history_personal",
    ],
)
def test_the_database_itself_refuses_to_rewrite_history(told: Shop, statement: str) -> None:
    with pytest.raises(DBAPIError), told.database.engine.execution_options(writes=True).begin() as connection:
        connection.execute(text(statement))
    assert found(told) == []


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE history SET facts = '{}' WHERE seq = 2", (2, "edited")),
        ("UPDATE history SET actor_id = NULL WHERE seq = 1", (1, "edited")),
        ("DELETE FROM history WHERE seq = 2", (2, "deleted")),
        ("DELETE FROM history WHERE seq = 1", (1, "deleted")),
        ("DELETE FROM history WHERE seq = 3", (3, "cut")),
        ("UPDATE history_heads SET seq = 2, hash = (SELECT hash FROM history WHERE seq = 2)", (None, "head forged")),
        ("UPDATE history_heads SET mac = hash", (None, "head forged")),
        ("DELETE FROM history_heads", (None, "head forged")),
    ],
)
def test_verify_names_the_place_of_a_forgery(told: Shop, statement: str, finding: tuple[int | None, str]) -> None:
    tamper(told.database, statement)
    assert finding in found(told)


def test_a_tail_cut_together_with_its_head_shows_without_the_key(told: Shop) -> None:
    tamper(
        told.database,
        "DELETE FROM history WHERE seq = 3",
        "UPDATE history_heads SET seq = 2, hash = (SELECT hash FROM history WHERE seq = 2)",
    )
    assert (None, "head forged") in found(told)


def test_a_personal_value_under_another_row_does_not_pass_for_the_first_one(told: Shop) -> None:
    tamper(told.database, "UPDATE history_personal SET seq = 2 WHERE field = 'phone'")
    assert any(what == "personal value edited" for _, what in found(told))


def test_what_retention_erased_is_reported_as_such_and_is_no_damage(told: Shop) -> None:
    tamper(told.database, "UPDATE history_personal SET value = NULL WHERE field = 'phone'")
    with told.looking() as db:
        findings = verify(db)
    assert [(each.what, each.is_damage) for each in findings] == [("erased under retention", False)]


def test_the_chain_itself_holds_no_personal_value(told: Shop) -> None:
    with told.database.engine.connect() as connection:
        facts = connection.execute(text("SELECT facts FROM history WHERE seq = 1")).scalar_one()
    assert "13888880001" not in facts
    assert "杨帆" not in facts
