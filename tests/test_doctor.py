"""`dealer doctor` says in one sentence what is wrong and what to do."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from dealer.engine import doctor, jobs, migrating
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
    assert told(settings) == dict.fromkeys(
        ("keys", "database", "disk", "printing", "tables", "history", "background work")
    )


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


def test_a_database_is_empty_until_a_shop_is_founded(shop: Shop) -> None:
    assert not doctor.is_empty(shop.database)
    with shop.database.writing() as db:
        db.execute(delete(HistoryHead))
    assert doctor.is_empty(shop.database)


def test_a_full_disk_is_told_before_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.disk(tmp_path / "not" / "there" / "yet") is None
    monkeypatch.setattr(doctor, "LEAST_FREE", 2**60)
    assert str(doctor.disk(tmp_path)).endswith(f"GB are free in {tmp_path}: make room")
