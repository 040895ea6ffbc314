"""The command `dealer`: serve, worker, migrate, import, verify, doctor, demo and others; each has its --help."""

import sys
from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from collections.abc import Callable
from datetime import UTC, date, datetime
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

import dealer
from dealer.engine import doctor, heads, history, logs, migrating, rotation, walls
from dealer.engine.database import Database, open_database
from dealer.engine.sealed import KeyMissing, KeysUnsafe
from dealer.engine.settings import Settings
from dealer.engine.signing import NoSealKey
from dealer.engine.steps import Ask, Refusal, Refused
from dealer.engine.words import say
from web import account_command, backup_command, heads_command, rotate_command, seal_command, serving

if TYPE_CHECKING:
    from dealer.sheets.importing import Preview

SOURCE = Path(dealer.__file__).parent.parent
TROUBLES = (
    *(KeysUnsafe, NoSealKey, OSError, *backup_command.TROUBLES, heads.NotHeads, KeyMissing),
    *(migrating.Unreachable, migrating.Behind, walls.NotTheOwner, migrating.LinksBroken),
)
"""What is wrong with an installation, and told in a sentence."""

Command = Callable[[Settings, Namespace], int]


def main(told: list[str] | None = None) -> int:
    """Do one command; what is wrong with the installation is told in a sentence, without a traceback."""
    arguments = _parser().parse_args(told)
    logs.begin()
    command: Command = arguments.command
    try:
        return command(Settings(), arguments)
    except TROUBLES as error:
        return _complain(str(error))


def _complain(sentence: str) -> int:
    print(f"dealer: {sentence}", file=sys.stderr)
    return 1


# ── the installation ──────────────────────────────────────────────────────────────────────────────────────────────


def migrate(settings: Settings, arguments: Namespace) -> int:
    """Bring the tables to what this version expects; an empty database gets them all. Make a backup first."""
    if arguments.draft or arguments.check:
        serving.know_the_business()
    if arguments.draft:
        print(f"Read, correct and format {migrating.draft(arguments.draft)}")
        return 0
    if arguments.check:
        differences = migrating.differences(settings.as_owner)
        print(*differences, sep="\n", end="\n" if differences else "")
        return 1 if differences else 0
    if arguments.down:
        migrating.downgrade(settings.as_owner, arguments.down)
    else:
        migrating.upgrade(settings.as_owner)
    print(f"The tables stand at {migrating.current(settings.as_owner) or 'nothing'}.")
    return 0


def verify(settings: Settings, arguments: Namespace) -> int:
    """Walk the history of every shop and name each place where somebody tampered with it; exit 1 if there is one."""
    database = open_database(settings.url, settings.keys)
    with database.reading() as db:
        findings = [*history.verify(db), *heads_command.compared(db, arguments.heads)]
    for finding in findings:
        place = "the head" if finding.seq is None else f"row {finding.seq}"
        print(f"shop {finding.store_id}, {place}: {finding.what}")
    if any(finding.is_damage for finding in findings):
        return 1
    print("Every history is whole.")
    return 0


def examine(settings: Settings, _: Namespace) -> int:
    """Look whether this installation has what it needs, and say what to do where it has not; exit 1 then."""
    from dealer.house import made_up  # noqa: PLC0415 - most commands need no rules
    from dealer.papers import sealing  # noqa: PLC0415 - likewise

    serving.know_the_business()
    looks = (rotation.what_does_not_open, sealing.troubled_certificates, made_up.trouble)
    ill, further = False, zip(("values under seal", "house seal", "made-up shop"), looks, strict=True)
    for finding in doctor.examine(settings, datetime.now(UTC), further):
        print(f"{finding.about}: {finding.trouble or finding.fact}", flush=True)
        ill = ill or finding.trouble is not None
    return 1 if ill else 0


def demo(settings: Settings, _: Namespace) -> int:
    """Serve a shop made up for trying things out: made on first use, with one sign-in for each role."""
    from dealer.demo import demo as demo_shop  # noqa: PLC0415 - no other command may know these people
    from dealer.house import made_up  # noqa: PLC0415 - the other commands need no rules

    if migrating.behind(settings.url):
        migrating.upgrade(settings.as_owner)
    database = open_database(settings.url, settings.keys)
    if doctor.is_empty(database):
        print("A shop is being made up, once: half a minute.", flush=True)
        with logs.quiet():
            demo_shop.fill(database, datetime.now(UTC))
    made_up.refuse_a_real_one(database)
    database.engine.dispose()
    return serving.attend(settings, tuple("  ".join(line) for line in demo_shop.sign_ins()))


def draw(_: Settings, arguments: Namespace) -> int:
    """Draw the process from its own tables of steps, one page a life, and list every refusal of the source beside it.

    For developers: FOLDER is docs, and a test compares what lies there with the tables.
    """
    from dealer import diagram, refusals, workflow  # noqa: PLC0415 - the other commands need no rules

    listed = arguments.folder / "refusals.md"
    pages = diagram.write(arguments.folder / "process", workflow.LIVES.values())
    listed.write_text(refusals.document(refusals.refusals_in(SOURCE)), encoding="utf-8")
    print(*pages, listed, sep="\n")
    return 0


def add_person(settings: Settings, arguments: Namespace) -> int:
    """Add somebody who signs in, and print their first password; at the first sign-in they choose their own.

    A new installation begins with it: --new-shop founds the shop, and its first person keeps the people from then on.
    """
    from dealer import people  # noqa: PLC0415 - the other commands need no rules
    from dealer.house import shop, staff  # noqa: PLC0415 - the other commands need no rules

    migrating.refuse_behind(settings.url)
    database = open_database(settings.url, settings.keys)
    try:
        facts = staff.NewPerson(name=arguments.name, sign_in=arguments.sign_in, role=arguments.role)
    except ValidationError as wrong:
        return _complain("; ".join(str(each.get("ctx", {}).get("sentence", each["msg"])) for each in wrong.errors()))
    if arguments.new_shop and not arguments.shop:
        return _complain("give the new shop a short code: --shop CODE; it will stand in contract numbers")
    with database.writing() as db:
        if arguments.new_shop:
            shop.found_shop(db, arguments.shop, arguments.new_shop)
        store = shop.by_code(db, arguments.shop)
    if store is None:
        return _complain("name the shop: --shop CODE for one that is there, with --new-shop NAME for a new one")
    try:
        with database.writing(store.id) as db:
            _, password = staff.add_person(Ask(db, people.system(store.id), datetime.now(UTC)), facts)
    except Refused as refused:
        return _complain(" ".join(_told(each) for each in refused.refusals))
    print(f"{facts.sign_in} signs in with {password}")
    return 0


def import_price_list(settings: Settings, arguments: Namespace) -> int:
    """Import a price list: a draft for the general manager. Every bad cell is named, and then nothing is imported."""

    def bring_in(database: Database, now: datetime) -> tuple["Preview", str]:
        first = arguments.first or database.calendar.today(now)
        told = {"by": arguments.by, "at": now, "name": arguments.name or arguments.file.stem, "effective_from": first}
        preview, number = bulk_imports.price_list_from(database, arguments.file, **told)
        return (
            preview,
            f"Price list {number} is a draft: models {len(preview.rows)}, in force from {first} once approved.",
        )

    from dealer.sheets import bulk_imports  # noqa: PLC0415 - the other commands read no sheets

    return _import(settings, bring_in)


def import_stock(settings: Settings, arguments: Namespace) -> int:
    """Import cars into stock. Every bad cell is named, and then nothing is imported."""

    def bring_in(database: Database, now: datetime) -> tuple["Preview", str]:
        preview, cars = bulk_imports.stock_from(database, arguments.file, by=arguments.by, at=now)
        return preview, f"Cars taken into stock: {cars}."

    from dealer.sheets import bulk_imports  # noqa: PLC0415 - the other commands read no sheets

    return _import(settings, bring_in)


def import_prospects(settings: Settings, arguments: Namespace) -> int:
    """Import a prospect list. Every bad cell is named, and then nothing is imported; who has a card is left out."""

    def bring_in(database: Database, now: datetime) -> tuple["Preview", str]:
        preview, cards = card_imports.cards_from(database, arguments.file, by=arguments.by, at=now)
        for known in preview.known:
            print(f"{known.cell}: {known.phone} has card {known.number} of {known.owner}: left out.")
        return preview, f"Cards written: {cards}."

    from dealer.prospects import card_imports  # noqa: PLC0415 - the other commands read no sheets

    return _import(settings, bring_in)


def _import(settings: Settings, bring_in: Callable[[Database, datetime], tuple["Preview", str]]) -> int:
    migrating.refuse_behind(settings.url)
    try:
        preview, done = bring_in(open_database(settings.url, settings.keys), datetime.now(UTC))
    except LookupError as unknown:
        return _complain(str(unknown.args[0]))
    except Refused as refused:
        return _complain(" ".join(_told(each) for each in refused.refusals))
    for trouble in preview.troubles:
        _complain(f"{trouble.cell or 'the sheet'}: {_told(trouble.refusal)}")
    if preview.is_good:
        print(done)
    return 0 if preview.is_good else 1


def _told(refusal: Refusal) -> str:
    return say(refusal.sentence, "en", **refusal.values)


# ── the command line ──────────────────────────────────────────────────────────────────────────────────────────────


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="dealer", description="The sales process of a car dealership's fleet customers.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "serve", serving.serve)
    beside = _add(commands, "worker", serving.worker)
    beside.add_argument("--beside", metavar="NAME", help=SUPPRESS)  # said by `serve`
    tables = _add(commands, "migrate", migrate)
    one_of = tables.add_mutually_exclusive_group()
    one_of.add_argument("--down", metavar="REVISION", help='go back to an older revision; "base" removes all tables')
    one_of.add_argument("--check", action="store_true", help="say what tells the tables from what the code expects")
    one_of.add_argument("--draft", metavar="NAME", help="for developers: write the next migration from the models")
    _add_imports(commands)
    heads_command.describe_comparing(_add(commands, "verify", verify))
    _add(commands, "heads", heads_command.show)
    rotate_command.describe(_add(commands, "rotate-keys", rotate_command.rotate))
    _add(commands, "doctor", examine)
    backup_command.describe_making(_add(commands, "backup", backup_command.make))
    backup_command.describe_restoring(_add(commands, "restore", backup_command.put_back))
    _add(commands, "demo", demo)
    seal_command.describe(_add(commands, "seal-key", seal_command.seal_key))
    account_command.describe(_add(commands, "reset-second-factor", account_command.reset_second_factor))
    drawing = _add(commands, "diagram", draw)
    drawing.add_argument("folder", nargs="?", type=Path, default=SOURCE / "docs", metavar="FOLDER")
    adding = _add(commands, "add-person", add_person)
    adding.add_argument("sign_in", metavar="SIGN-IN", help="the name they sign in by, such as wanglei")
    adding.add_argument("name", metavar="NAME", help="their full name")
    adding.add_argument("--role", default="admin", metavar="ROLE", help="their role (default: admin)")
    adding.add_argument("--shop", default="", metavar="CODE", help="the code of the shop; needed if there are several")
    adding.add_argument("--new-shop", default="", metavar="NAME", help="found a shop of that company name, with --shop")
    return parser


def _add_imports(commands: "_SubParsersAction[ArgumentParser]") -> None:
    text = "Import a price list, stock or prospects from an .xlsx sheet, as the screens do."
    kinds = commands.add_parser("import", help=text, description=text).add_subparsers(required=True, metavar="WHAT")
    prices, stock = _add(kinds, "price-list", import_price_list), _add(kinds, "stock", import_stock)
    prospects = _add(kinds, "prospects", import_prospects)
    for parser in (prices, stock, prospects):
        parser.add_argument("file", type=Path, metavar="FILE.xlsx", help="the sheet; the screens offer an empty one")
        parser.add_argument(
            "--by", required=True, metavar="SIGN-IN", help="who answers for it, by the name they sign in"
        )
    prices.add_argument("--name", default="", help="what the list is called (default: as the file)")
    prices.add_argument(
        "--from",
        dest="first",
        type=date.fromisoformat,
        metavar="DAY",
        help="in force from, such as 2026-12-01 (default: today)",
    )


def _add(commands: "_SubParsersAction[ArgumentParser]", name: str, command: Command) -> ArgumentParser:
    text = cleandoc(command.__doc__ or "")
    parser = commands.add_parser(
        name, help=text.partition("\n")[0], description=text, formatter_class=RawDescriptionHelpFormatter
    )
    parser.set_defaults(command=command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
