"""A backup holds what was acknowledged before it began, and becomes a database again or says why not."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import make_url, text

from dealer.engine import backup, migrating, postgresql, restore
from dealer.engine.backup import NoBackup
from dealer.engine.database import Database, open_database
from dealer.engine.history import Entry, append
from dealer.engine.postgresql import NoClient
from tests.cast import Shop
from tests.conftest import KEYS, at
from tests.databases import KINDS, Databases
from tests.postgresql import clients

NOW = at("2026-11-10 10:05")


@pytest.fixture(params=KINDS)
def shop(request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop whose database nobody else knows: it is renamed, and one of another name comes beside it."""
    monkeypatch.setenv("PATH", f"{clients()}{os.pathsep}{os.environ['PATH']}")
    url = databases.fresh(request.param)
    shop = Shop(open_database(url, KEYS))
    with shop.database.writing() as db:
        db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        db.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": migrating.head()})
    yield shop
    shop.database.engine.dispose()
    databases.drop(url)


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    file = tmp_path / "etc" / "keys.json"
    file.parent.mkdir()
    file.touch()
    return file


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def write(shop: Shop) -> int:
    """One row of the history; it is acknowledged when this returns."""
    with shop.database.writing(shop.store.id) as db:
        return append(
            db, Entry(NOW, "deal", shop.store.id, None, "register", None, "inquiry", 0, None, None, None, {}, {})
        )


def ends_at(url: str) -> int:
    found, damage = backup.inspected(url, KEYS)
    assert damage == ()
    return found.heads[0].seq


def test_what_was_acknowledged_before_a_backup_is_in_it_and_comes_back(
    shop: Shop, keys_file: Path, tmp_path: Path, databases: Databases
) -> None:
    url, folder, acknowledged, stop, busy = url_of(shop.database), tmp_path / "backups", [0], Event(), Event()

    def go_on_writing() -> None:
        while not stop.is_set():
            acknowledged.append(write(shop))
            if len(acknowledged) > 5:
                busy.set()

    writer = Thread(target=go_on_writing)
    writer.start()
    try:
        assert busy.wait(20)
        before = acknowledged[-1]
        made = backup.make(url, KEYS, keys_file, folder, NOW)
        after = acknowledged[-1]
    finally:
        stop.set()
        writer.join()
    held = made.manifest.heads[0].seq
    assert before <= held
    assert after > before, "nobody wrote while the backup was made: the test proves nothing"
    assert made.damage == ()
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o600}

    assert restore.check(made.file, url, KEYS) == made.manifest
    with pytest.raises(NoBackup, match="not the keys this backup was written with"):
        restore.check(made.file, url, replace(KEYS, history=b"another"))
    with pytest.raises(NoBackup, match="stop dealer serve"):
        restore.restore(made.file, url, KEYS, NOW, replace=True)  # the pool of the shop has connections open
    shop.database.engine.dispose()
    with pytest.raises(NoBackup, match="holds a shop: say --replace"):
        restore.restore(made.file, url, KEYS, NOW, replace=False)
    assert ends_at(url) == acknowledged[-1]

    _, aside = restore.restore(made.file, url, KEYS, NOW, replace=True)
    assert ends_at(url) == held
    put_aside = make_url(url).set(database=aside).render_as_string(hide_password=False)
    assert ends_at(put_aside) == acknowledged[-1]
    write(shop)
    shop.database.engine.dispose()
    databases.drop(put_aside)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Another process writes a backup there."""
    door = os.open(folder, os.O_RDONLY)
    fcntl.flock(door, fcntl.LOCK_EX)
    yield
    os.close(door)


@pytest.fixture
def made(tmp_path: Path, keys_file: Path, databases: Databases) -> tuple[Path, str]:
    """A backup of a small database and the address it came from."""
    url = f"sqlite:///{tmp_path / 'dealer.sqlite'}"
    shutil.copyfile(make_url(databases.fresh("sqlite")).database or "", tmp_path / "dealer.sqlite")
    database = open_database(url, KEYS)
    with database.writing() as db:
        db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        db.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    database.engine.dispose()
    return backup.make(url, KEYS, keys_file, tmp_path / "backups", NOW).file, url


def test_a_restore_that_breaks_off_leaves_the_old_database(
    made: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, url = made

    def break_off(*_: object) -> None:
        raise OSError("no space left on device")

    before = ends_at(url)
    monkeypatch.setattr(Path, "replace", break_off)
    with pytest.raises(OSError, match="no space"):
        restore.restore(file, url, KEYS, NOW, replace=True)
    assert ends_at(url) == before
    assert not list(tmp_path.glob("*.restoring*"))


def test_a_file_that_is_torn_unfinished_or_of_another_kind_is_no_backup(made: tuple[Path, str]) -> None:
    file, url = made
    assert "this version expects" in restore.standing(backup.read_manifest(file))
    with pytest.raises(NoBackup, match="is a backup of sqlite: set DEALER_DATABASE_URL"):
        restore.check(file, "postgresql+psycopg://nobody@127.0.0.1:1/dealer", KEYS)
    with file.open("r+b") as torn:
        torn.seek(5000)
        torn.write(b"!")
    with pytest.raises(NoBackup, match="is not what was written"):
        restore.check(file, url, KEYS)
    manifest = backup.manifest_of(file)
    told = backup.Manifest.model_validate_json(manifest.read_text())
    with closing(sqlite3.connect(file)) as db:
        db.execute("DELETE FROM postings WHERE id = (SELECT min(id) FROM postings)")
        db.commit()
    forged = {"sha256": backup.digest(file), "size": file.stat().st_size}
    manifest.write_text(told.model_copy(update=forged).model_dump_json())
    with pytest.raises(NoBackup, match="not what was copied: postings has 16 rows and not 17"):
        restore.check(file, url, KEYS)
    manifest.unlink()
    with pytest.raises(NoBackup, match="was never finished"):
        restore.check(file, url, KEYS)


def test_backups_lie_away_from_the_keys_one_is_made_at_a_time_and_the_oldest_go(
    made: tuple[Path, str], keys_file: Path
) -> None:
    file, url = made
    with pytest.raises(NoBackup, match="choose another folder"):
        backup.make(url, KEYS, keys_file, keys_file.parent, NOW)
    with pytest.raises(NoBackup, match="there are no keys at"):
        backup.make(url, KEYS, keys_file.with_name("none.json"), file.parent, NOW)
    with alone_in(file.parent), pytest.raises(NoBackup, match="another backup is being written"):
        backup.make(url, KEYS, keys_file, file.parent, at("2026-11-11 02:00"))
    later = [backup.make(url, KEYS, keys_file, file.parent, at(f"2026-11-{day} 02:00")).file for day in (11, 12)]
    unfinished = file.with_name("dealer-20260101T000000Z.sqlite")
    unfinished.touch()
    assert backup.prune(file.parent, 2) == [file]
    assert set(file.parent.glob("*.sqlite")) == {*later, unfinished}


def test_a_client_of_the_servers_version_is_taken_and_an_older_one_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in (14, 16, 17):
        program = tmp_path / str(version) / "pg_dump"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.2'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join(str(tmp_path / str(version)) for version in (17, 14, 16)))
    monkeypatch.setattr(postgresql, "DEBIANS", tmp_path / "none")
    assert postgresql.fitting("pg_dump", 15) == str(tmp_path / "16" / "pg_dump")
    with pytest.raises(NoClient, match=r"is of version 17, and the server is PostgreSQL 18: apt-get install"):
        postgresql.fitting("pg_dump", 18)
    with pytest.raises(NoClient, match="pg_restore is not installed"):
        postgresql.fitting("pg_restore", 15)


def test_a_password_is_not_on_the_command_line_and_every_host_is() -> None:
    told, password = postgresql.connection_to(
        "postgresql+psycopg://d:geheim@/shop?host=a:1&host=b:2&target_session_attrs=any"
    )
    assert password == "geheim"
    assert "geheim" not in told
    assert dict(part.split("=") for part in told.split()) == {
        "user": "d", "dbname": "shop", "host": "a,b", "port": "1,2", "target_session_attrs": "any"
    }  # fmt: skip
