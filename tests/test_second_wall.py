"""PostgreSQL keeps shops apart where a query forgets to: policies, and a role that changes rows and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import ProgrammingError

import web
from dealer.engine import migrating, walls
from dealer.engine.database import Record
from dealer.engine.doctor import wall
from dealer.engine.history import start_chain
from dealer.people import scoped
from dealer.records.people import Posting, Store
from dealer.records.vehicles import Route
from tests.cast import STORE, Shop
from tests.conftest import Lender
from tests.databases import Databases

WEB = Path(web.__file__).parent
# Where no shop is known yet: who signs in, what was typed before, the health of it all, papers that strangers verify.
OF_NO_SHOP = {
    "account_command.py", "api/door.py", "cli.py", "cookies.py", "heads_command.py", "house/parking.py",
    "house/provider.py", "papers/verification.py", "rotate_command.py", "seal_command.py", "session.py",
}  # fmt: skip
# Likewise below the screens: signing in, what each minute does for all shops, who is named on a command line.
OF_EVERY_SHOP = {
    "alerts/forgetting.py", "alerts/news.py", "house/made_up.py", "house/proving.py", "house/second_factor.py",
    "integrations/hearing.py", "papers/sealing.py", "privacy/retention.py", "reports/subscriptions.py",
    "sheets/bulk_imports.py", "sweep.py", "trips/closing_time.py",
}  # fmt: skip


@pytest.fixture
def two(lender: Lender) -> Iterator[tuple[Shop, UUID]]:
    """A shop on PostgreSQL and the id of another one beside it, each with a route."""
    with lender.lend("postgresql") as database:
        shop = Shop(database)
        with database.writing() as db:
            other = Store(**STORE | {"code": "DLCS", "name": "大理苍山汽车销售有限公司"})
            db.add(other)
            db.flush()
            start_chain(db, other.id)
        for store_id, name in ((shop.store.id, "滇池环线"), (other.id, "洱海环线")):
            with database.writing(store_id) as db:
                db.add(Route(store_id=store_id, code="R1", name=name, motorway=False, minutes=30))
        yield shop, other.id


def test_a_query_that_names_no_shop_finds_the_rows_of_its_own(two: tuple[Shop, UUID]) -> None:
    shop, other = two
    bare = select(Route.name)
    with shop.database.reading(shop.store.id) as db:
        assert db.scalars(bare).all() == ["滇池环线"]
        assert db.scalars(scoped(bare, Route, shop.actor("周建国"))).all() == ["滇池环线"]
        with db.begin_nested():
            assert db.scalars(bare).all() == ["滇池环线"]
        db.rollback()
        assert db.scalars(bare).all() == ["滇池环线"], "the next transaction of the session says it again"
    with shop.database.reading(other) as db:
        assert db.scalars(bare).all() == ["洱海环线"]
    with shop.database.reading() as db:
        assert sorted(db.scalars(bare)) == ["洱海环线", "滇池环线"]
        assert db.scalars(select(Posting.id)).all(), "where people work is asked before there is a shop"
    with shop.database.engine.connect() as connection:
        assert connection.execute(bare).all() == [], "who says nothing sees nothing"


def test_nobody_writes_into_another_shop(two: tuple[Shop, UUID]) -> None:
    shop, other = two
    with shop.database.writing(shop.store.id) as db:
        assert db.execute(text("UPDATE routes SET minutes = 1 WHERE name = '洱海环线'")).rowcount == 0  # type: ignore[attr-defined]
    strange = Route(store_id=other, code="R2", name="越界", motorway=False, minutes=30)
    with pytest.raises(ProgrammingError, match="row-level security"), shop.database.writing(shop.store.id) as db:
        db.add(strange)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE theirs (id int)", "DROP TABLE history", "ALTER TABLE history DISABLE TRIGGER ALL",
        "UPDATE history SET action = 'close'", "DELETE FROM history", "DELETE FROM history_personal",
        "DELETE FROM history_heads", "TRUNCATE deals CASCADE",
        "DROP POLICY of_its_store ON deals", "ALTER TABLE deals DISABLE ROW LEVEL SECURITY",
        "SET session_replication_role = replica", "CREATE TABLE dbos.theirs (id int)",
    ],
)  # fmt: skip
def test_the_programs_change_rows_and_nothing_else(two: tuple[Shop, UUID], statement: str) -> None:
    refused = r"permission denied|must be owner"
    with pytest.raises(ProgrammingError, match=refused), two[0].database.writing() as db:
        db.execute(text(statement))


def test_migrations_are_the_owners_work(two: tuple[Shop, UUID]) -> None:
    with pytest.raises(walls.NotTheOwner, match="DEALER_OWNER_URL"):
        migrating.build_walls(two[0].database.engine.url.render_as_string(hide_password=False))


def test_every_table_with_a_shop_in_its_rows_has_its_policy(two: tuple[Shop, UUID], databases: Databases) -> None:
    of_shops = {table.name for table in Record.metadata.tables.values() if "store_id" in table.c}
    asked = text("SELECT tablename FROM pg_policies WHERE policyname = 'of_its_store'")
    unbound = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(:names) "
                   "AND NOT rowsecurity")  # fmt: skip
    with two[0].database.engine.connect() as connection:
        guarded = set(connection.scalars(asked))
        assert guarded == of_shops - set(walls.OF_A_PERSON)
        assert connection.scalars(unbound, {"names": sorted(guarded)}).all() == []
    assert wall(two[0].database) is None
    owner = create_engine(databases.as_owner(two[0].database.engine.url.render_as_string(hide_password=False)))
    with owner.connect() as connection:
        assert "dealer_app" in (walls.down(connection) or "")
    owner.dispose()


def test_screens_and_jobs_name_the_shop_that_they_work_for() -> None:
    assert _of_no_shop(WEB) == OF_NO_SHOP
    dealer = WEB.parent / "dealer"
    assert {each for each in _of_no_shop(dealer) if not each.startswith(("engine/", "demo/"))} == OF_EVERY_SHOP
    assert not [path for path in dealer.rglob("*.py") if "job.database.reading()" in path.read_text(encoding="utf-8")]


def _of_no_shop(floor: Path) -> set[str]:
    bare = re.compile(r"\.(reading|writing)\(\)")
    texts = {path: path.read_text(encoding="utf-8") for path in floor.rglob("*.py")}
    return {str(path.relative_to(floor)) for path, text in texts.items() if bare.search(text)}
