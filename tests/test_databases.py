"""The ground that every other test stands on: what one test writes, no other test reads."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.databases import KINDS, Databases, Kind

CHECKOUT = Path(__file__).parent.parent


def ask(url: str, *statements: str) -> list[object]:
    """Carry out the statements and return the first column of what the last of them answers."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as db:
        answers = [db.execute(text(statement)) for statement in statements]
        return list(answers[-1].scalars()) if answers[-1].returns_rows else []


def paint_two_cars(url: str) -> None:
    ask(url, "CREATE TABLE car (colour TEXT)", "INSERT INTO car VALUES ('white'), ('black')")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def copy(databases: Databases, kind: Kind) -> Iterator[Callable[[], str]]:
    """Hands out copies of a template with two cars."""
    databases.template(kind, paint_two_cars, "two cars")
    urls = []

    def fresh() -> str:
        urls.append(databases.fresh(kind, "two cars"))
        return urls[-1]

    yield fresh
    for url in urls:
        databases.drop(url)


def test_a_copy_has_what_the_template_has(copy):
    assert ask(copy(), "SELECT colour FROM car ORDER BY colour") == ["black", "white"]


def test_what_one_test_writes_no_other_test_reads(copy):
    mine, yours = copy(), copy()
    ask(mine, "UPDATE car SET colour = 'red'")
    assert ask(yours, "SELECT colour FROM car ORDER BY colour") == ["black", "white"]
    assert ask(copy(), "SELECT colour FROM car ORDER BY colour") == ["black", "white"]


def test_a_template_is_built_once(databases, kind, copy):
    databases.template(kind, lambda url: pytest.fail("built a second time"), "two cars")
    assert len(ask(copy(), "SELECT * FROM car")) == 2


def test_a_template_that_fails_to_build_is_built_again(databases, kind):
    def fall_over(url: str) -> None:
        paint_two_cars(url)
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            databases.template(kind, fall_over, "fallen")
    with pytest.raises(LookupError, match="call template"):
        databases.fresh(kind, "fallen")


def test_a_template_left_open_in_the_log_is_copied_whole(databases, kind):
    """SQLite keeps what was last written beside the file for as long as somebody has it open."""
    open_still = []

    def leave_open(url: str) -> None:
        engine = create_engine(url)
        db = engine.connect()
        if kind == "sqlite":
            db.exec_driver_sql("PRAGMA journal_mode = WAL")
        db.exec_driver_sql("CREATE TABLE car (colour TEXT)")
        db.exec_driver_sql("INSERT INTO car VALUES ('white')")
        db.commit()
        open_still.append((db, engine))

    databases.template(kind, leave_open, "left open")
    url = databases.fresh(kind, "left open")
    assert ask(url, "SELECT colour FROM car") == ["white"]
    databases.drop(url)
    for db, engine in open_still:
        db.invalidate()
        db.close()
        engine.dispose()


@pytest.fixture
def another_run(monkeypatch):
    """Databases as a second run beside this one would have them, with a folder and a server of its own."""
    monkeypatch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)
    return Databases()


def test_a_missing_postgresql_is_a_failure_and_not_a_skip(another_run, monkeypatch):
    monkeypatch.setenv("DEALER_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:1/postgres")
    with another_run, pytest.raises(psycopg.OperationalError, match="refused"):
        another_run.empty("postgresql")


def test_a_run_on_a_named_server_takes_its_databases_along(databases, another_run, monkeypatch):
    named = databases.empty("postgresql")
    monkeypatch.setenv("DEALER_TEST_POSTGRES", named)
    with another_run:
        left_behind = another_run.empty("postgresql")
        assert ask(left_behind, "SELECT 1") == [1]
    with pytest.raises(OperationalError, match="does not exist"):
        ask(left_behind, "SELECT 1")
    assert not another_run.folder.exists()
    databases.drop(named)


def run_in(folder: Path, *command: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(CHECKOUT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def test_no_server_outlives_a_run_that_was_killed(tmp_path):
    program = """
        import sys
        from tests.databases import Databases
        with Databases() as databases:
            databases.empty("postgresql")
            print(databases.folder, flush=True)
            sys.stdin.read()
    """
    with run_in(tmp_path, "-c", textwrap.dedent(program)) as run:
        folder = Path(run.stdout.readline().strip())
        assert (folder / "postgresql" / "postmaster.pid").exists()
        run.send_signal(signal.SIGKILL)
    patience = time.monotonic() + 20
    while folder.exists() and time.monotonic() < patience:
        time.sleep(0.1)
    assert not folder.exists()


def test_the_run_says_how_many_passed_on_each_database(tmp_path):
    (tmp_path / "conftest.py").write_text(
        textwrap.dedent("""
        import pytest
        from tests.databases import Databases, PassedPerDatabase
        def pytest_configure(config):
            config.pluginmanager.register(PassedPerDatabase())
        @pytest.fixture(scope="session")
        def databases():
            with Databases() as both:
                yield both
    """)
    )
    (tmp_path / "test_it.py").write_text(
        textwrap.dedent("""
        def test_one(databases): databases.empty("sqlite")
        def test_two(databases): databases.empty("sqlite"); databases.empty("sqlite")
        def test_wrong(databases): databases.empty("sqlite"); assert False
        def test_none(databases): pass
    """)
    )
    with run_in(tmp_path, "-m", "pytest", "-p", "xdist", "-n", "2") as run:
        lines = run.stdout.read().splitlines()
    assert "passed per database: sqlite 2, postgresql 0" in lines
    assert "1 failed, 3 passed" in lines[-1]
