"""The command `dealer` from the outside: what it prints, and what it exits with."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from dealer import people, roster
from dealer.demo import demo_shop
from dealer.engine import backup, migrating
from dealer.engine.database import open_database
from dealer.engine.settings import Settings
from dealer.engine.steps import Ask
from dealer.house import made_up, second_factor, signin
from dealer.records.people import Store
from dealer.records.prices import PriceList, PriceListState
from dealer.records.vehicles import Unit
from tests.cast import cheap_hash
from tests.conftest import at
from tests.test_importing import PRICE_HEAD, STOCK_HEAD, sheet
from tests.test_sealing import PASSPHRASE, made
from web import cli

X5 = ("X5", 139_800, 136_800, 131_800, 128_000)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with the shop of the stories in it."""
    monkeypatch.setenv("DEALER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DEALER_KEYS", str(tmp_path / "keys.json"))
    monkeypatch.delenv("DEALER_DATABASE_URL", raising=False)
    settings = Settings()
    migrating.upgrade(settings.url)
    database = open_database(settings.url, settings.keys)
    demo_shop.found(database, cheap_hash(), at("2026-09-25 09:00"))
    database.engine.dispose()
    return settings


def test_a_price_list_comes_in_as_a_draft_and_a_bad_one_names_its_cells(
    installed: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "PV-2026-12.xlsx"
    path.write_bytes(sheet(PRICE_HEAD, X5))
    told = ["import", "price-list", str(path), "--by", "chenjing", "--from", "2026-12-01"]
    assert cli.main(told) == 0
    assert "is a draft: models 1, in force from 2026-12-01" in capsys.readouterr().out
    path.write_bytes(sheet(PRICE_HEAD, (*X5[:2], 140_000, *X5[3:])))
    assert cli.main([*told, "--name", "PV-2026-13"]) == 1
    assert "dealer: C2: From the marked price" in capsys.readouterr().err
    database = open_database(installed.url, installed.keys)
    with database.reading() as db:
        drafts = db.scalars(select(PriceList.name).where(PriceList.state == PriceListState.DRAFT)).all()
    database.engine.dispose()
    assert drafts == ["PV-2026-12"]


def test_cars_come_in_on_behalf_of_who_keeps_the_stock_and_of_nobody_else(
    installed: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "stock.xlsx"
    path.write_bytes(sheet(STOCK_HEAD, ("LYLAA4180T2100001", X5[0], "珠光白")))
    told = ["import", "stock", str(path), "--by"]
    assert cli.main([*told, "nobody"]) == 1
    assert cli.main([*told, "wanglei"]) == 1
    assert capsys.readouterr().err.splitlines()[0] == "dealer: nobody signs in as nobody"
    assert cli.main([*told, "sunqiang"]) == 0
    assert capsys.readouterr().out == "Cars taken into stock: 1.\n"
    assert cli.main(["import", "stock", str(tmp_path / "none.xlsx"), "--by", "sunqiang"]) == 1
    database = open_database(installed.url, installed.keys)
    with database.reading() as db:
        assert len(db.scalars(select(Unit)).all()) == 1
    database.engine.dispose()


def test_the_last_administrator_is_helped_back_in_by_the_command_line(
    installed: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    database = open_database(installed.url, installed.keys)
    with database.writing() as db:
        person = signin.by_sign_in(db, "xuming")
        assert person is not None
        ask = Ask(db, people.system(roster.postings_of(db, person.id)[0].store_id), at("2026-11-10 09:00"))
        second_factor.begin(ask, person).confirmed_at = ask.at
    assert [cli.main(["reset-second-factor", each]) for each in ("nobody", "xuming", "xuming")] == [1, 0, 1]
    told = capsys.readouterr()
    assert told.out == "xuming sets up a second factor at the next sign-in.\n"
    assert "There is no second factor" in told.err
    with database.reading() as db:
        assert not second_factor.has(db, person.id)
    database.engine.dispose()


def test_a_made_up_shop_is_served_to_this_machine_alone(
    installed: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    database = open_database(installed.url, installed.keys)
    made_up.refuse_to_serve_others(database, installed)
    for elsewhere in ({"host": "0.0.0.0"}, {"proxy": "10.0.0.2"}):
        with pytest.raises(PermissionError, match="everybody knows the passwords of shop YLYX"):
            made_up.refuse_to_serve_others(database, installed.model_copy(update=elsewhere))
    with database.writing() as db:
        for each in db.scalars(select(Store)):
            each.made_up = False
    database.engine.dispose()
    assert cli.main(["demo"]) == 1
    assert "a real shop" in capsys.readouterr().err


COMMANDS = ("serve", "worker", "migrate", "verify", "doctor", "backup", "restore", "demo", "diagram", "import")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: dealer ")


def test_a_backup_is_made_checked_and_put_back_and_the_doctor_knows(
    installed: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*command: str, code: int = 0) -> str:
        assert cli.main(list(command)) == code
        captured = capsys.readouterr()
        return captured.out + captured.err

    def doctor() -> str:
        return str(backup.trouble_with_the_last(installed.data, datetime.now(UTC)))

    assert "no backup was ever made from here" in doctor()
    assert "lie where the backup is to lie" in told("backup", str(tmp_path), code=1)
    assert "The keys are not in it." in told("backup", str(tmp_path / "backups"), "--keep", "1")
    (file,) = (tmp_path / "backups").glob("*.sqlite")
    assert "found whole with the keys" in told("restore", str(file), "--check")
    assert "holds a shop: say --replace" in told("restore", str(file), code=1)
    assert "What was there before is kept as" in told("restore", str(file), "--replace")
    assert doctor() == "None"
    assert f"UTC, checked {datetime.now(UTC):%Y-%m-%d}" in backup.told_of_the_last(installed.data)
    file.write_bytes(file.read_bytes()[:-1])
    assert "is not what was written" in told("restore", str(file), "--check", code=1)
    assert "is not good: " in doctor()


def test_a_certificate_is_taken_from_a_file_with_its_passphrase_and_given_up_again(
    installed: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "house.p12"
    path.write_bytes(made(datetime(2100, 1, 1, tzinfo=UTC), ec.generate_private_key(ec.SECP256R1()))[0])
    for passphrase, code, told in (("wrong\n", 1, "passphrase is another"), (f"{PASSPHRASE}\n", 0, "until 2100-01-01")):
        monkeypatch.setattr("sys.stdin", StringIO(passphrase))
        assert cli.main(["seal-key", str(path)]) == code
        captured = capsys.readouterr()
        assert told in captured.out + captured.err
    for gone in (1, 0):
        assert cli.main(["seal-key", "--remove"]) == 0
        assert f"given up: {gone}" in capsys.readouterr().out
    assert cli.main(["seal-key"]) == 1
    assert cli.main(["seal-key", str(tmp_path / "none.p12")]) == 1
