"""/readyz: whether a person can work here, told in codes to whoever asks; and the figures beside it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from flask import Flask
from sqlalchemy import text

from dealer.engine import backlog, migrating, readiness, walls
from dealer.engine.attempts import JobState, Worker
from dealer.engine.database import Database, open_database
from tests.cast import Shop
from tests.conftest import KEYS, at
from tests.desk import Desk
from tests.test_failed_jobs import give_up

NOW = at("2026-11-10 09:00")


def answer(app: Flask) -> tuple[int, list[str]]:
    told = app.test_client().get("/readyz")
    return told.status_code, json.loads(told.data)["missing"]


def test_a_stranger_is_told_by_code_what_is_missing_and_nothing_else(
    app: Flask, database: Database, owned: Database
) -> None:
    assert answer(app) == (503, ["tables"])
    with owned.writing() as db:
        db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        db.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
        if not owned.is_sqlite:
            db.execute(text(f"GRANT SELECT ON alembic_version TO {walls.APP}"))
    assert answer(app) == (503, ["tables"])
    with owned.writing() as db:
        db.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": migrating.head()})
    assert answer(app) == (503, ["worker"])
    with database.writing() as db:
        db.add(Worker(id="w1", beat_at=NOW - timedelta(minutes=1)))
    assert answer(app) == (200, [])
    assert readiness.missing(database, NOW + timedelta(minutes=2)) == ["worker"]
    others = Database(database.engine, replace(KEYS, history=b"of another shop"))
    assert readiness.missing(others, NOW) == ["keys"]


def test_a_database_that_does_not_answer_is_one_code() -> None:
    nowhere = open_database("postgresql+psycopg://nobody@127.0.0.1:1/none", KEYS)
    assert readiness.missing(nowhere, NOW) == ["database"]


def test_the_figures_of_background_work_come_from_the_database(shop: Shop, desk: Callable[[str], Desk]) -> None:
    give_up(shop, "make_bundle", "Busy", "b1")
    told = {(name, *labels.values()): value for name, _, labels, value in backlog.readings(shop.database, NOW)}
    assert told["dealer_jobs", JobState.FAILED] == 1
    assert told["dealer_jobs", JobState.QUEUED] == 0
    assert told["dealer_queue_age_seconds",] == 0
    assert told["dealer_worker_beat_age_seconds",] == backlog.NEVER
    with shop.database.writing() as db:
        db.add(Worker(id="w1", beat_at=NOW - timedelta(seconds=30)))
    told = {(name, *labels.values()): value for name, _, labels, value in backlog.readings(shop.database, NOW)}
    assert told["dealer_worker_beat_age_seconds",] == 30
