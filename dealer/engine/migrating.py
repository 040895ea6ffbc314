"""Migrations: how the tables of an installation come to be what the code expects, up and down, with data in them.

A migration is a file dealer/migrations/0001_….py; the file HEAD beside them names the newest, so that two people who
add one at the same time meet in it. All steps of one `upgrade` are one transaction: all of them or none.

Whoever changes a table runs `dealer migrate --draft NAME`, reads what was written, and corrects it: a drafted
migration knows that a column is gone and another has come, not that it was renamed.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Boolean, Connection, Engine, Inspector, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeDecorator, TypeEngine

from dealer.engine import jobs, walls
from dealer.engine.columns import DocumentType, NameType, Record
from dealer.engine.history import TRIGGERS, create_triggers

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import DowngradeOps, UpgradeOps
    from alembic.runtime.migration import MigrationContext, RevisionStep
    from alembic.script import ScriptDirectory

FOLDER = Path(__file__).parent.parent / "migrations"

OF_DBOS = frozenset(
    {
        "application_versions",
        "dbos_migrations",
        "notifications",
        "operation_outputs",
        "queues",
        "streams",
        "workflow_events",
        "workflow_events_history",
        "workflow_input",
        "workflow_output",
        "workflow_schedules",
        "workflow_status",
    }
)
"""DBOS keeps its own tables; on SQLite they lie among ours, so no table of ours may have such a name."""

NOT_OURS = OF_DBOS | {"alembic_version"}
ONE_AT_A_TIME = 5_318_008_351  # any number: PostgreSQL's advisory lock that two migrating machines meet at


class LinksBroken(Exception):
    """After migrating, rows would point to rows that do not exist; nothing was changed."""


class Unreachable(Exception):
    """No connection to the database; the message says why."""


class Behind(Exception):
    """The tables are not those of this version; the message says what to do."""


# ── up and down ───────────────────────────────────────────────────────────────────────────────────────────────────


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database up to a revision; an empty one gets all tables. At the newest already, the walls are built."""
    if current(url) == head() and revision in ("head", head()):
        build_walls(url)
        return
    jobs.prepare(url)
    _migrate(url, lambda script, present: script._upgrade_revs(revision, present))


def build_walls(url: str) -> None:
    """See to it that the second wall stands as it should: policies, and what the role of the programs may do."""
    if make_url(url).get_backend_name() == "postgresql":
        with _alone(url) as connection:
            walls.build(connection)


def downgrade(url: str, revision: str) -> None:
    """Take a database back to an older revision; "base" takes everything away but DBOS's own tables."""
    _migrate(url, lambda script, present: script._downgrade_revs(revision, present))


def current(url: str) -> str | None:
    """The revision a database stands at; None: it was never migrated. Raises Unreachable."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        return None  # connecting would make an empty file
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    except OperationalError as error:
        raise Unreachable(f"the database cannot be reached: {error.orig}") from error
    finally:
        engine.dispose()


def behind(url: str) -> str | None:
    """What to do when a database is not at the revision this code was written for; None: it is."""
    stands, wanted = current(url), head()
    if stands == wanted:
        return None
    return f"the tables stand at {stands or 'nothing'} and not at {wanted}: run dealer migrate"


def refuse_behind(url: str) -> None:
    """Raises Behind unless the tables are those of this version."""
    if told := behind(url):
        raise Behind(told)


def head() -> str:
    """The revision this code was written for."""
    return (FOLDER / "HEAD").read_text(encoding="utf-8").strip()


def _migrate(url: str, steps: "Callable[[ScriptDirectory, Any], list[RevisionStep]]") -> None:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    script = _scripts()
    with _alone(url) as connection:
        options = {"fn": lambda present, _: steps(script, present), "script": script, "render_as_batch": True}
        context = MigrationContext.configure(connection, opts=options)
        with Operations.context(context):
            context.run_migrations()
        _restore_triggers(connection)
        walls.build(connection)


def _scripts() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory(FOLDER, version_locations=[FOLDER])


@contextmanager
def _alone(url: str) -> Iterator[Connection]:
    """One transaction that no other migration can run beside."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _links_off)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection, walls.owners_work():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
            yield connection
            if engine.dialect.name == "sqlite":
                _refuse_broken_links(connection)
    finally:
        engine.dispose()


def _links_off(connection: Any, _: object) -> None:
    """SQLite changes most tables by copying them; with links on, dropping the old copy deletes every child row."""
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=OFF")


def _refuse_broken_links(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        told = sorted({f"{table} → {parent}" for table, _, parent, _ in broken})
        raise LinksBroken(f"{len(broken)} rows would point to nothing: {', '.join(told)}")


def _restore_triggers(connection: Connection) -> None:
    """Create the triggers afresh from their one list: a table copied on SQLite has lost its own."""
    present = set(inspect(connection).get_table_names())
    dialect = connection.dialect.name
    for name, table in _triggers(dialect).items():
        if table in present:
            on = f" ON {table}" if dialect == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on}")
    guarded = present & set(_triggers(dialect).values())
    if guarded:
        create_triggers(connection, guarded)
    elif dialect == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS history_refuse()")


def _triggers(dialect: str) -> dict[str, str]:
    """Every trigger the models ask for, and the table it guards."""
    found = (re.match(r"CREATE TRIGGER (\w+) .*? ON (\w+) ", ddl) for ddl in TRIGGERS[dialect])
    return {match[1]: match[2] for match in found if match}


# ── does the database look as the models say? ─────────────────────────────────────────────────────────────────────


def differences(url: str) -> list[str]:
    """What tells a database from the models: tables, columns, types, constraints, index predicates, triggers.

    The models are created beside it and both are looked at in the same way; an empty list means they are alike. The
    caller has imported `dealer.records`: tables nobody imported are reported as too many.
    """
    engine = create_engine(url)
    try:
        found, wanted = _sqlite_sides(engine) if engine.dialect.name == "sqlite" else _postgresql_sides(engine)
    finally:
        engine.dispose()
    return [f"missing: {line}" for line in sorted(wanted - found)] + [
        f"too many: {line}" for line in sorted(found - wanted)
    ]


def _sqlite_sides(engine: Engine) -> tuple[set[str], set[str]]:
    with engine.connect() as connection:
        found = _described(connection)
    beside = create_engine("sqlite://")
    with beside.begin() as connection:
        _create_models(connection)
        wanted = _described(connection)
    beside.dispose()
    return found, wanted


def _postgresql_sides(engine: Engine) -> tuple[set[str], set[str]]:
    """The models come into a schema of their own, in a transaction that is rolled back."""
    with engine.connect() as connection:
        found = _described(connection)
        connection.execute(text("CREATE SCHEMA models_beside"))
        connection.execute(text("SET LOCAL search_path TO models_beside"))
        _create_models(connection)
        inspect(connection).clear_cache()
        wanted = _described(connection, "models_beside")
        connection.rollback()
    return found, wanted


def _create_models(connection: Connection) -> None:
    Record.metadata.create_all(connection)
    create_triggers(connection)


def _described(connection: Connection, schema: str | None = None) -> set[str]:
    looked = inspect(connection)
    lines = set(_described_triggers(connection, schema))
    for table in set(looked.get_table_names(schema)) - NOT_OURS:
        lines.add(f"table {table}")
        lines |= {f"{table}: {line}" for line in _described_table(looked, table, schema)}
    return lines


def _described_table(looked: Inspector, table: str, schema: str | None) -> Iterator[str]:
    for column in looked.get_columns(table, schema):
        kind = _type_name(column["type"])
        yield f"column {column['name']} {kind}{'' if column['nullable'] else ' not null'} {column['default'] or ''}"
    primary = looked.get_pk_constraint(table, schema)
    yield f"primary key {primary['constrained_columns']}"
    for link in looked.get_foreign_keys(table, schema):
        there = f"{link['referred_table']} {link['referred_columns']}"
        yield f"link {link['name']} {link['constrained_columns']} to {there} {link['options']}"
    for unique in looked.get_unique_constraints(table, schema):
        yield f"unique {unique['name']} {unique['column_names']}"
    for check in looked.get_check_constraints(table, schema):
        yield f"check {check['name']} {check['sqltext']}"
    for index in looked.get_indexes(table, schema):
        where = [str(value) for option, value in index.get("dialect_options", {}).items() if option.endswith("_where")]
        columns = index.get("expressions") or index["column_names"]
        yield f"{'unique ' if index['unique'] else ''}index {index['name']} {columns} {where}"


def _type_name(kind: TypeEngine[Any]) -> str:
    collation = getattr(kind, "collation", None)
    return f"{kind} {collation}" if collation and collation not in str(kind) else str(kind)


def _described_triggers(connection: Connection, schema: str | None) -> list[str]:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        return [f"trigger {name}: {sql}" for name, table, sql in rows if table not in NOT_OURS]
    rows = connection.execute(
        text(
            "SELECT tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid "
            "WHERE NOT tgisinternal AND relnamespace = CAST(:schema AS regnamespace)"
        ),
        {"schema": schema or "public"},
    )
    return [f"trigger {name}: {re.sub(r'(public|models_beside)[.]', '', ddl)}" for name, ddl in rows]


# ── drafting the next migration ───────────────────────────────────────────────────────────────────────────────────

_FILE = '''"""{title}."""

import sqlalchemy as sa
from alembic import op
{imports}
revision = "{revision}"
down_revision = {down_revision}


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
{downgrade}
'''


def draft(name: str) -> Path:
    """Write the migration that leads from the newest one to the models as they are now; `name` says what it does.

    It does not see checks and index predicates of tables that exist: `differences` tells afterwards what is missing.
    """
    from alembic.autogenerate import produce_migrations
    from alembic.runtime.migration import MigrationContext

    newest = head()
    revision = f"{int(newest or 0) + 1:04}"
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/newest.sqlite"
        if newest:
            _migrate(url, lambda script, present: script._upgrade_revs("head", present))
        with _alone(url) as connection:
            options = {
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or name not in NOT_OURS,
            }
            context = MigrationContext.configure(connection, opts=options)
            steps = produce_migrations(context, Record.metadata)
            body = {
                "upgrade": _rendered(steps.upgrade_ops_list[0], context),
                "downgrade": _rendered(steps.downgrade_ops_list[0], context),
            }
    wanted = [kind for kind in ("DocumentType", "NameType") if any(f"{kind}(" in part for part in body.values())]
    imports = f"\nfrom dealer.engine.columns import {', '.join(wanted)}\n" if wanted else ""
    path = FOLDER / f"{revision}_{re.sub(r'[^a-z0-9]+', '_', name.lower()).strip('_')}.py"
    down_revision = f'"{newest}"' if newest else "None"
    path.write_text(
        _FILE.format(title=name, imports=imports, revision=revision, down_revision=down_revision, **body),
        encoding="utf-8",
    )
    (FOLDER / "HEAD").write_text(f"{revision}\n", encoding="utf-8")
    return path


def _rendered(steps: "UpgradeOps | DowngradeOps", context: "MigrationContext") -> str:
    """The steps as Python. Only a change of a table that exists needs SQLite's way of copying it ("batch")."""
    from alembic.autogenerate import render_python_code
    from alembic.operations.ops import CreateIndexOp, DropIndexOp, DropTableOp, ModifyTableOps, UpgradeOps

    dropped = {step.table_name for step in steps.ops if isinstance(step, DropTableOp)}
    parts = []
    for step in steps.ops:
        inner = step.ops if isinstance(step, ModifyTableOps) else []
        if isinstance(step, ModifyTableOps) and step.table_name in dropped:
            continue  # its indexes go with it
        copied = any(not isinstance(one, CreateIndexOp | DropIndexOp) for one in inner)
        code = render_python_code(
            UpgradeOps([step]), render_as_batch=copied, render_item=_plain_type, migration_context=context
        )
        parts += [line for line in code.splitlines() if line.strip() and not line.lstrip().startswith("# ###")]
    # op.f() says that a name is final; without target metadata every name is.
    told = re.sub(r"""(?:batch_)?op\.f\(('[^']*'|"[^"]*")\)""", r"\1", "\n".join(parts))
    return indent(dedent(told), "    ") or "    pass"


def _plain_type(what: str, item: Any, _: "AutogenContext") -> str | Literal[False]:
    """How a column type stands in a migration: as plain SQL, for a migration must mean the same in ten years.

    Only the two types that differ between the databases keep their names.
    """
    match item:
        case _ if what != "type":
            return False
        case NameType():
            return f"NameType({item.length})"
        case DocumentType():
            return "DocumentType()"
        case Boolean():
            return "sa.Boolean()"
        case TypeDecorator():
            return f"sa.{item.impl_instance!r}"
        case _:
            return False
