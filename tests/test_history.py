"""The history: append-only, and what `dealer verify` finds when somebody gets past that."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dealer.engine.database import Database
from dealer.engine.history import verify
from faults._forgeries import FORGERIES, Forgery, tamper, three_things_happen
from tests.cast import Shop


@pytest.fixture
def told(shop: Shop) -> Shop:
    """A shop in which three things happened."""
    three_things_happen(shop)
    return shop


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
def test_the_database_itself_refuses_to_rewrite_history(told: Shop, owned: Database, statement: str) -> None:
    with pytest.raises(DBAPIError), owned.engine.execution_options(writes=True).begin() as connection:
        connection.execute(text(statement))
    assert found(told) == []


@pytest.mark.parametrize("forgery", FORGERIES, ids=[each.name for each in FORGERIES])
def test_verify_names_the_place_of_a_forgery(told: Shop, owned: Database, forgery: Forgery) -> None:
    tamper(owned, *forgery.statements)
    assert forgery.finding in found(told)


def test_a_personal_value_under_another_row_does_not_pass_for_the_first_one(told: Shop, owned: Database) -> None:
    tamper(owned, "UPDATE history_personal SET seq = 2 WHERE field = 'phone'")
    assert any(what == "personal value edited" for _, what in found(told))


def test_what_retention_erased_is_reported_as_such_and_is_no_damage(told: Shop, owned: Database) -> None:
    tamper(owned, "UPDATE history_personal SET value = NULL WHERE field = 'phone'")
    with told.looking() as db:
        findings = verify(db)
    assert [(each.what, each.is_damage) for each in findings] == [("erased under retention", False)]


def test_the_chain_itself_holds_no_personal_value(told: Shop, owned: Database) -> None:
    with owned.engine.connect() as connection:
        facts = connection.execute(text("SELECT facts FROM history WHERE seq = 1")).scalar_one()
    assert "13888880001" not in facts
    assert "杨帆" not in facts
