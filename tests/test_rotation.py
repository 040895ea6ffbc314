"""Another key: everything is sealed anew while the shop works, a kill in between costs nothing, the old key goes."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from dealer.engine import rotation, sealed
from dealer.engine.database import BytesType, Database, Record, open_database
from dealer.engine.history import HistoryPersonal, verify
from dealer.engine.sealed import KeyMissing, Keys, KeysUnsafe, load_keys
from dealer.house import parked
from dealer.records.people import ParkedForm
from faults._forgeries import three_things_happen
from tests.cast import Shop
from tests.conftest import KEYS, at
from web import rotate_command
from web.cli import main
from web.serving import know_the_business

NOW = at("2026-11-10 10:00")
TYPED = [("name", "杨帆"), ("phone", "13888880001")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The keys of the tests, in a file."""
    path = tmp_path / "keys" / "keys.json"
    path.parent.mkdir()
    sealed.write(path, replace(KEYS, sealing=dict(KEYS.sealing)))
    return path


@pytest.fixture
def full(shop: Shop, file: Path) -> Database:
    """A shop with values under seal, opened with the keys of the file."""
    know_the_business()
    three_things_happen(shop)
    database = replace(shop.database, keys=load_keys(file, file.parent / "data"))
    with database.writing() as db:
        for _ in range(3):
            parked.park(db, shop.person("李娜").id, "/customers/new", TYPED, NOW)
    return database


def _typed(database: Database) -> list[list[tuple[str, str]]]:
    with database.reading() as db:
        return [parked.given_back(db, row.id, row.person_id, row.path) for row in db.scalars(select(ParkedForm))]


def _left(database: Database) -> dict[str, int]:
    with database.reading() as db:
        return rotation.left(db, database.keys.newest())


def _killed_after(sealed_anew: int, url: str, file: Path) -> int:
    """Another process seals anew and is killed; what it ended with."""
    child = os.fork()
    if child == 0:
        other = open_database(url, load_keys(file, file.parent / "data"))
        try:
            rotation.seal_anew(other, lambda done: done >= sealed_anew and os.kill(os.getpid(), signal.SIGKILL))
        finally:
            os._exit(1)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def test_a_rotation_killed_in_the_middle_goes_on_while_the_shop_works(
    full: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "AT_ONCE", 1)
    assert _left(full) == {}
    with full.reading() as db:
        before = db.scalars(select(HistoryPersonal.value)).all()
    assert sealed.begin_with_another(file) == "k2"
    todo = sum(_left(full).values())
    assert todo >= 3 + len(before)
    assert _killed_after(2, full.engine.url.render_as_string(hide_password=False), file) == signal.SIGKILL
    assert sum(_left(full).values()) == todo - 2
    assert _typed(full) == [TYPED] * 3, "half of it under each key, and all of it opens"
    with full.writing() as db:
        key = parked.park(db, db.scalars(select(ParkedForm.person_id)).first(), "/deals/new", TYPED, NOW)  # type: ignore[arg-type]
        db.flush()
        assert db.get_one(ParkedForm, key).fields_sealed.startswith(b"k2."), "a running process follows the file"
    assert rotation.seal_anew(full, lambda done: None) == todo - 2
    assert _left(full) == {}
    assert sealed.give_up_old(file) == ["k1"]
    alone = replace(full, keys=load_keys(file, file.parent / "data"))
    assert list(alone.keys.sealing) == ["k2"]
    assert _typed(alone) == [TYPED] * 4
    with alone.reading() as db:
        assert verify(db) == []
    with pytest.raises(KeyMissing, match="the key k1 is missing"):
        alone.keys.open(before[0] or b"", "history")


def test_the_old_key_is_not_given_up_while_something_needs_it(
    full: Database, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not full.is_sqlite:
        monkeypatch.setenv("DEALER_OWNER_URL", "")
    monkeypatch.setattr("dealer.engine.migrating.refuse_behind", lambda url: None)  # its tables come from the models
    monkeypatch.setenv("DEALER_DATABASE_URL", full.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("DEALER_KEYS", str(file))
    monkeypatch.setenv("DEALER_DATA", str(file.parent / "data"))
    assert main(["rotate-keys", "--add"]) == 0
    assert load_keys(file, file.parent / "data").current == "k1"
    assert main(["rotate-keys"]) == 0
    assert "key k2 seals" in capsys.readouterr().out
    assert main(["rotate-keys", "--finish"]) == 1
    assert "too young" in capsys.readouterr().err
    monkeypatch.setattr(rotate_command, "PATIENCE", 0)
    sealed.begin_with_another(file)
    assert main(["rotate-keys", "--finish"]) == 1
    assert "parked_forms 3" in capsys.readouterr().err
    assert main(["rotate-keys"]) == 0
    assert main(["rotate-keys", "--finish"]) == 0
    assert "Given up: k1, k2." in capsys.readouterr().out
    with sealed.alone_with(file), pytest.raises(KeysUnsafe, match="another rotation"), sealed.alone_with(file):
        raise AssertionError("two at once")


def test_every_column_of_bytes_is_known_to_be_under_seal_or_not_to_be() -> None:
    know_the_business()
    found = {(table.name, each.name) for table in Record.metadata.sorted_tables for each in table.columns
             if isinstance(each.type, BytesType)}  # fmt: skip
    assert found - {(each.table.name, each.name) for each in rotation.columns()} == {("file_bytes", "bytes")}


def test_a_key_of_another_installation_says_so() -> None:
    strange = Keys("k9", {"k9": bytes(32)}, b"", b"", b"")
    with pytest.raises(KeyMissing, match="the key k1 is missing"):
        strange.open(KEYS.seal("530102", "drive"), "drive")


def test_a_key_of_the_right_name_and_of_another_installation_says_so(
    full: Database, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rotation.what_does_not_open(full, NOW) is None
    sealed.write(file, replace(KEYS, sealing={"k1": bytes(32)}))
    wrong = replace(full, keys=load_keys(file, file.parent / "data"))
    assert "does not open with the key k1" in str(rotation.what_does_not_open(wrong, NOW))
    if full.is_sqlite:
        monkeypatch.setattr("dealer.engine.migrating.refuse_behind", lambda url: None)  # likewise
        monkeypatch.setenv("DEALER_DATABASE_URL", full.engine.url.render_as_string(hide_password=False))
        monkeypatch.setenv("DEALER_KEYS", str(file))
        assert main(["rotate-keys"]) == 1
        assert "put back the file of the keys" in capsys.readouterr().err
