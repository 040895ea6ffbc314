"""`dealer doctor` says in one sentence what is wrong and what to do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, make_url, update

from dealer.engine import backup, doctor, jobs, machine, migrating
from dealer.engine.attempts import JobRecord, JobState, Worker
from dealer.engine.database import Database, HistoryHead
from dealer.engine.history import Entry, append
from dealer.engine.settings import Settings
from tests.cast import Shop
from tests.conftest import at

NOW = at("2026-11-10 10:05")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DEALER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DEALER_KEYS", str(tmp_path / "keys.json"))
    monkeypatch.delenv("DEALER_DATABASE_URL", raising=False)
    return Settings()


def told(settings: Settings) -> dict[str, str | None]:
    return {finding.about: finding.trouble for finding in doctor.examine(settings, NOW)}


def test_a_migrated_installation_is_well(settings: Settings) -> None:
    migrating.upgrade(settings.url)
    outside = ("keys", "database", "disk", "printing", "web", "tables")
    inside = ("versions", "clock", "locks", "history", "shops apart", "background work", "backup")
    assert told(settings) == dict.fromkeys((*outside, *inside))


def test_what_a_support_call_asks_is_said_without_a_secret(shop: Shop, settings: Settings) -> None:
    address = make_url("postgresql+psycopg://dealer:geheim@db1/dealer?host=db2:5433&sslpassword=geheim")
    assert machine.without_secrets(address) == "postgresql+psycopg://dealer:***@db1/dealer?host=db2%3A5433"
    assert "Python 3." in machine.versions(shop.database)
    assert "SQL" in machine.versions(shop.database)
    assert machine.shown(NOW) == "2026-11-10 02:05:00 UTC, 10:05 in the shop (Asia/Shanghai)"
    assert machine.locks(shop.database) is None
    assert machine.workers(shop.database, NOW) == "no worker"
    assert shop.database.is_sqlite or machine.clock(datetime.now(UTC), machine.clock_of(shop.database)) is None
    assert machine.clock(NOW, NOW + timedelta(seconds=4)) is None
    assert "are 7200 s apart" in str(machine.clock(NOW, NOW - timedelta(hours=2)))
    assert machine.open_to_all(settings) is None
    assert "without TLS" in str(machine.open_to_all(settings.model_copy(update={"host": "0.0.0.0"})))
    assert machine.open_to_all(settings.model_copy(update={"host": "0.0.0.0", "proxy": "10.0.0.2"})) is None


def test_a_backup_that_is_old_or_bad_is_told(settings: Settings) -> None:
    assert str(backup.trouble_with_the_last(settings.data, NOW)).startswith("no backup was ever made from here")
    made = backup.LastBackup(file=Path("/backup/dealer.sqlite"), made_at=NOW)
    backup.note(settings.data, made)
    assert backup.trouble_with_the_last(settings.data, NOW + timedelta(days=1)) is None
    old = backup.trouble_with_the_last(settings.data, NOW + timedelta(days=2))
    assert old == "the last backup is of 2026-11-10 02:05 UTC: let a timer run dealer backup every day"
    backup.note(settings.data, made.model_copy(update={"trouble": "torn"}))
    assert backup.trouble_with_the_last(settings.data, NOW) == "the backup /backup/dealer.sqlite is not good: torn"


def test_looks_into_the_tables_of_the_business_come_last(settings: Settings) -> None:
    migrating.upgrade(settings.url)
    found = list(doctor.examine(settings, NOW, [("house seal", lambda database, at: f"expires after {at:%F}")]))
    assert (found[-1].about, found[-1].trouble) == ("house seal", "expires after 2026-11-10")


def test_an_installation_without_tables_is_told_to_migrate(settings: Settings) -> None:
    assert told(settings)["tables"] == f"the tables stand at nothing and not at {migrating.head()}: run dealer migrate"


def test_keys_beside_the_data_are_refused_and_nothing_is_looked_at_with_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEALER_KEYS", str(settings.data / "keys.json"))
    found = told(Settings())
    assert "lie inside the data folder" in str(found["keys"])
    assert "tables" not in found


def test_a_database_that_is_away_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEALER_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/dealer")
    assert "the database cannot be reached" in str(told(Settings())["database"])


def test_a_head_that_does_not_fit_its_history_sends_to_verify(shop: Shop) -> None:
    assert doctor.heads(shop.database) is None
    with shop.database.writing(shop.store.id) as db:
        append(db, Entry(NOW, "deal", shop.store.id, None, "register", None, "inquiry", 0, None, None, None, {}, {}))
    assert doctor.heads(shop.database) is None
    with shop.database.writing() as db:
        db.execute(update(HistoryHead).values(seq=7))
    assert str(doctor.heads(shop.database)).endswith("does not end where its head says: run dealer verify")


def test_work_that_waits_without_a_worker_and_work_that_failed_are_told(shop: Shop) -> None:
    database: Database = shop.database
    assert doctor.background(database, NOW) is None
    with database.writing(shop.store.id) as db:
        jobs.enqueue(db, "count", "contract/1", {})
    assert doctor.background(database, NOW) == "1 jobs wait and no worker runs: start dealer serve or dealer worker"
    with database.writing() as db:
        db.add(Worker(id="w1", beat_at=NOW - timedelta(seconds=20)))
    assert doctor.background(database, NOW) is None
    with database.writing() as db:
        db.execute(update(JobRecord).values({"state": JobState.FAILED}))
    assert doctor.background(database, NOW) == "jobs have failed and wait for somebody to look: contract/1"


def test_a_database_is_empty_until_a_shop_is_founded(shop: Shop, owned: Database) -> None:
    assert not doctor.is_empty(shop.database)
    with owned.writing() as db:
        db.execute(delete(HistoryHead))
    assert doctor.is_empty(shop.database)


def test_a_full_disk_is_told_before_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.disk(tmp_path / "not" / "there" / "yet") is None
    monkeypatch.setattr(doctor, "LEAST_FREE", 2**60)
    assert str(doctor.disk(tmp_path)).endswith(f"GB are free in {tmp_path}: make room")
