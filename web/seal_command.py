"""The command `dealer seal-key`: which certificate issued contracts are sealed with."""

import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path

from dealer.engine import migrating
from dealer.engine.database import open_database
from dealer.engine.settings import Settings
from dealer.engine.signing import NoSealKey
from dealer.engine.steps import Ask


def seal_key(settings: Settings, arguments: Namespace) -> int:
    """Seal issued contracts with the shop's own certificate from now on, or no more with --remove.

    FILE is PKCS#12 (.p12, .pfx) with the certificate and its key. The passphrase is asked for, or read from the first
    line of the input. The key is kept encrypted: it opens only with the keys that DEALER_KEYS names.
    """
    from dealer import people  # noqa: PLC0415 - the other commands need no rules
    from dealer.house import shop  # noqa: PLC0415 - the other commands need no rules
    from dealer.papers import sealing  # noqa: PLC0415 - the other commands need no rules

    migrating.refuse_behind(settings.url)
    database = open_database(settings.url, settings.keys)
    with database.reading() as db:
        store = shop.by_code(db, arguments.shop)
    if store is None or bool(arguments.file) == arguments.remove:
        raise NoSealKey("name one shop (--shop CODE, if there are several), and either FILE or --remove")
    p12, passphrase = (arguments.file.read_bytes(), _passphrase()) if arguments.file else (b"", "")
    with database.writing(store.id) as db:
        ask = Ask(db, people.system(store.id), datetime.now(UTC))
        if arguments.remove:
            print(f"Certificates given up: {int(sealing.drop_key(ask, store))}")
            return 0
        key = sealing.keep_key(ask, store, p12, passphrase)
    print(f"Contracts issued from now on are sealed by {key.subject}, until {key.valid_until:%F}.")
    return 0


def describe(parser: ArgumentParser) -> None:
    """What the command is told."""
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the certificate with its key, PKCS#12")
    parser.add_argument("--shop", default="", metavar="CODE", help="the code of the shop; needed if there are several")
    parser.add_argument("--remove", action="store_true", help="seal no more, and forget the key")


def _passphrase() -> str:
    return getpass("Passphrase of the file: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
