"""Migrations lead an installation to the tables the code expects, and lose nothing on the way."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

import dealer.records  # noqa: F401 - all tables
from dealer.engine import jobs, migrating
from dealer.engine.columns import Record
from dealer.engine.database import Database, open_database
from dealer.engine.history import Entry, append, verify
from tests.cast import CAST, Shop, found_shop
from tests.conftest import KEYS, at
from tests.databases import Databases, Kind
from tests.test_prospects import carded

KINDS = ("sqlite", "postgresql")
DRAFT = """
import sys
from pathlib import Path
import dealer.records
from dealer.engine import migrating
migrating.FOLDER = Path(sys.argv[1])
migrating.draft("The first tables")
"""

Sql = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A database without a table."""
    kind: Kind = request.param
    url = databases.empty(kind)
    yield url
    databases.drop(url)


@pytest.fixture
def sql(url: str) -> Iterator[Sql]:
    """Say something to the database in its own words."""
    engine = create_engine(url)

    def say(statement: str) -> list[tuple[object, ...]]:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []

    yield say
    engine.dispose()


@pytest.fixture(scope="session")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one migration, drafted from the models as they are."""
    return draft_into(tmp_path_factory.mktemp("drafted"))


@pytest.fixture
def folder(drafted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of migrations of this test's own: it begins with the drafted one."""
    for file in drafted.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(migrating, "FOLDER", tmp_path)
    return tmp_path


def draft_into(folder: Path, hash_seed: str = "0") -> Path:
    (folder / "HEAD").write_text("", encoding="utf-8")
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parent.parent)}
    subprocess.run([sys.executable, "-c", DRAFT, str(folder)], check=True, env=environment)
    return folder


def add_migration(folder: Path, upgrade: str, downgrade: str = "pass") -> None:
    """Write the migration that follows the drafted one."""
    (folder / "0002_next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        "revision = '0002'\ndown_revision = '0001'\n"
        f"def upgrade():\n    {upgrade}\n\ndef downgrade():\n    {downgrade}\n",
        encoding="utf-8",
    )
    (folder / "HEAD").write_text("0002\n", encoding="utf-8")


def found(url: str) -> Database:
    database = open_database(url, KEYS)
    found_shop(database)
    return database


# ── the migrations of the house ───────────────────────────────────────────────────────────────────────────────────


def test_head_names_the_newest_of_an_unbroken_row_of_migrations() -> None:
    numbers = sorted(path.name[:4] for path in migrating.FOLDER.glob("[0-9]*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert migrating.head() == numbers[-1]


def test_the_newest_migration_leads_to_the_models(url: str) -> None:
    assert migrating.current(url) is None
    migrating.upgrade(url)
    assert migrating.current(url) == migrating.head()
    assert migrating.differences(url) == []


def test_an_installation_goes_down_and_up_again(url: str) -> None:
    migrating.upgrade(url)
    found(url).engine.dispose()
    migrating.downgrade(url, "base")
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) <= migrating.NOT_OURS
    engine.dispose()
    migrating.upgrade(url)
    assert migrating.differences(url) == []
    found(url).engine.dispose()


def test_upgrading_what_is_up_to_date_changes_nothing_and_names_that_are_there_are_searched(url: str, sql: Sql) -> None:
    migrating.upgrade(url)
    database = found(url)
    carded(Shop(database))
    database.engine.dispose()
    kept = "SELECT store_id, thing_id, kind, text FROM name_starts ORDER BY text"
    written = sql(kept)
    assert {"李先生", "lxs", "xiansheng"} <= {row[-1] for row in written}
    migrating.upgrade(url)
    assert (sql("SELECT count(*) FROM people"), sql(kept)) == ([(len(CAST),)], written)
    migrating.downgrade(url, "0082")
    migrating.upgrade(url)
    assert sql(kept) == written


def test_the_days_of_levels_become_rows_and_rows_become_days_again(url: str, sql: Sql) -> None:
    migrating.upgrade(url)
    found(url).engine.dispose()
    migrating.downgrade(url, "0018")
    days = '{"H": {"deal_within": 7, "gap": 2}}'
    sql(
        "INSERT INTO policies (id, store_id, number, state, version, since, begun_at, name, value, from_day, reason)"
        f" SELECT id, id, 1, 'approved', 0, '2026-11-10', '2026-11-10', 'levels', '{days}', '2026-11-10', ''"
        " FROM stores"
    )
    migrating.upgrade(url)
    kept = "SELECT value FROM policies"
    assert _read(sql(kept)) == [{"brand": "", "customer_class": None, "level": "H", "deal_within": 7, "gap": 2}]
    migrating.downgrade(url, "0018")
    assert _read(sql(kept)) == json.loads(days)


def _read(rows: list[tuple[object, ...]]) -> object:
    """A document, which SQLite hands out as text."""
    [(value,)] = rows
    return json.loads(value) if isinstance(value, str) else value


# ── with data in the tables ───────────────────────────────────────────────────────────────────────────────────────

CHANGE_PEOPLE = (
    "with op.batch_alter_table('people', recreate='{how}') as batch:\n"
    "        batch.add_column(sa.Column('nickname', sa.String(40), nullable=False, server_default='-'))"
)
CHANGE_BACK = "with op.batch_alter_table('people') as batch:\n        batch.drop_column('nickname')"


def test_a_changed_table_keeps_the_rows_that_point_to_it(url: str, sql: Sql, folder: Path) -> None:
    migrating.upgrade(url)
    found(url).engine.dispose()
    add_migration(folder, CHANGE_PEOPLE.format(how="always" if url.startswith("sqlite") else "auto"), CHANGE_BACK)

    migrating.upgrade(url)
    posted = "SELECT count(*) FROM postings JOIN people ON people.id = person_id"
    assert sql(f"{posted} WHERE nickname = '-'") == [(len(CAST),)]
    assert migrating.differences(url) == ["too many: people: column nickname VARCHAR(40) not null " + _default(url)]

    migrating.downgrade(url, "0001")
    assert sql(posted) == [(len(CAST),)]
    assert migrating.current(url) == "0001"
    assert migrating.differences(url) == []

    migrating.upgrade(url)
    assert migrating.current(url) == "0002"


def _default(url: str) -> str:
    return "'-'" if url.startswith("sqlite") else "'-'::character varying"


def test_the_history_stays_append_only_when_its_table_was_copied(url: str, sql: Sql, folder: Path) -> None:
    migrating.upgrade(url)
    database = found(url)
    shop = Shop(database)
    with database.writing(shop.store.id) as db:
        append(db, Entry(at("2026-11-10 10:05"), "deal", shop.store.id, None, "register", None, "inquiry", 0,
                         None, None, None, {"need": "20 cars"}, {"phone": "13888001234"}))  # fmt: skip
    how = "always" if url.startswith("sqlite") else "auto"
    add_migration(
        folder,
        f"with op.batch_alter_table('history', recreate='{how}') as batch:\n"
        "        batch.alter_column('kind', type_=sa.String(60), existing_type=sa.String(40))",
    )
    migrating.upgrade(url)

    for forbidden in ("UPDATE history SET kind = 'x'", "DELETE FROM history", "DELETE FROM history_personal"):
        with pytest.raises(DBAPIError, match="history is append-only"):
            sql(forbidden)
    with database.reading() as db:
        assert verify(db) == []
    database.engine.dispose()


def test_a_migration_that_would_leave_orphans_changes_nothing(url: str, sql: Sql, folder: Path) -> None:
    migrating.upgrade(url)
    found(url).engine.dispose()
    add_migration(folder, "op.execute(\"DELETE FROM people WHERE sign_in = 'wanglei'\")")
    with pytest.raises((migrating.LinksBroken, DBAPIError), match="postings"):
        migrating.upgrade(url)
    assert migrating.current(url) == "0001"
    assert sql("SELECT count(*) FROM people WHERE sign_in = 'wanglei'") == [(1,)]


# ── differences and drafts ────────────────────────────────────────────────────────────────────────────────────────


def test_differences_name_a_missing_trigger_and_a_changed_index_predicate(url: str, sql: Sql, folder: Path) -> None:
    migrating.upgrade(url)
    on = "" if url.startswith("sqlite") else " ON history"
    sql(f"DROP TRIGGER history_no_delete{on}")
    sql("DROP INDEX ix_jobs_open")
    sql("CREATE INDEX ix_jobs_open ON jobs (state, not_before) WHERE done_at IS NOT NULL")
    sql("CREATE TABLE left_behind (id INTEGER PRIMARY KEY)")
    told = "\n".join(migrating.differences(url))
    assert re.search(r"missing: trigger history_no_delete: CREATE TRIGGER", told)
    assert re.search(r"missing: jobs: index ix_jobs_open .*done_at IS NULL", told)
    assert re.search(r"too many: jobs: index ix_jobs_open .*done_at IS NOT NULL", told)
    assert "too many: table left_behind" in told


def test_differences_name_a_column_that_may_be_empty(url: str, sql: Sql, folder: Path) -> None:
    migrating.upgrade(url)
    add_migration(
        folder,
        "with op.batch_alter_table('people') as batch:\n"
        "        batch.alter_column('name', nullable=True, existing_type=sa.String(200))",
    )
    migrating.upgrade(url)
    told = migrating.differences(url)
    assert [line.split(":")[0] for line in told] == ["missing", "too many"]
    assert all(" people: column name VARCHAR(200)" in line for line in told)


def test_a_draft_sees_what_the_models_have_and_the_newest_migration_has_not(folder: Path) -> None:
    first = next(folder.glob("0001_*.py"))
    told = first.read_text(encoding="utf-8")
    told = told.replace("sa.Column('licence_classes', NameType(40), nullable=True),", "")
    told = told.replace("op.create_index('ix_history_case'", "False and op.create_index('ix_history_case'")
    first.write_text(told, encoding="utf-8")

    second = migrating.draft("Licence classes, and the story of a case")
    assert second.name == "0002_licence_classes_and_the_story_of_a_case.py"
    assert migrating.head() == "0002"
    drafted = second.read_text(encoding="utf-8")
    assert "batch_op.add_column(sa.Column('licence_classes', NameType(40), nullable=True))" in drafted
    assert "op.create_index('ix_history_case', 'history', ['store_id', 'case_id', 'seq'], unique=False)" in drafted
    assert "op.drop_index('ix_history_case', table_name='history')" in drafted


def test_a_draft_is_the_same_whoever_makes_it(drafted: Path, tmp_path: Path) -> None:
    again = draft_into(tmp_path, hash_seed="12345")
    assert [path.read_bytes() for path in again.glob("*.py")] == [path.read_bytes() for path in drafted.glob("*.py")]


def test_no_table_of_ours_takes_a_name_of_dbos(databases: Databases) -> None:
    url = databases.empty("sqlite")
    jobs.prepare(url)
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) == migrating.OF_DBOS
    engine.dispose()
    databases.drop(url)
    assert not migrating.OF_DBOS & set(Record.metadata.tables)
