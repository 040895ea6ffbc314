"""The command `dealer rotate-keys`."""

import time
from argparse import ArgumentParser, Namespace

from dealer.engine import migrating, rotation, sealed
from dealer.engine.database import open_database
from dealer.engine.sealed import KeysUnsafe
from dealer.engine.settings import Settings
from web import serving

PATIENCE = 600  # seconds: what began before the new key may still seal with the old one


def rotate(settings: Settings, arguments: Namespace) -> int:
    """Seal everything that lies under seal with a new key, while the shop works; then give up the old one by --finish.

    Killed in the middle, it goes on where it was. With more than one machine: --add, copy the file of the keys to all
    of them, run this, copy it again, and --finish at the end.
    """
    migrating.refuse_behind(settings.url)
    serving.know_the_business()
    with sealed.alone_with(settings.keys_file):
        if arguments.finish:
            return _finish(settings)
        return _add(settings) if arguments.add else _seal_anew(settings)


def _add(settings: Settings) -> int:
    print(f"Key {sealed.add_key(settings.keys_file)} is in {settings.keys_file}; nothing is sealed with it yet.")
    return 0


def _seal_anew(settings: Settings) -> int:
    database = open_database(settings.url, settings.keys)
    with database.reading() as db:
        todo = sum(rotation.left(db, database.keys.newest()).values())
    if not todo:
        print(f"From now on key {sealed.begin_with_another(settings.keys_file)} seals.")
        with database.reading() as db:
            todo = sum(rotation.left(db, database.keys.newest()).values())
    rotation.seal_anew(database, lambda done: print(f"{done} of {todo}", flush=True))
    database.engine.dispose()
    print(f"Everything lies under key {database.keys.newest()}. In ten minutes: dealer rotate-keys --finish")
    return 0


def _finish(settings: Settings) -> int:
    database = open_database(settings.url, settings.keys)
    young = settings.keys_file.stat().st_mtime + PATIENCE - time.time()
    if young > 0:
        raise KeysUnsafe(f"the new key is too young, and the old one may still be in use: wait {young:.0f} s")
    with database.reading() as db:
        left = rotation.left(db, database.keys.newest())
    database.engine.dispose()
    if left:
        told = ", ".join(f"{table} {count}" for table, count in left.items())
        raise KeysUnsafe(f"some values still lie under an old key ({told}): run dealer rotate-keys first")
    given_up = sealed.give_up_old(settings.keys_file)
    print(f"Given up: {', '.join(given_up) or 'nothing'}. Backups of before open only with the file of before.")
    return 0


def describe(parser: ArgumentParser) -> None:
    """What the command is told."""
    one_of = parser.add_mutually_exclusive_group()
    one_of.add_argument("--add", action="store_true", help="only put a new key into the file, for several machines")
    one_of.add_argument("--finish", action="store_true", help="remove old keys; refused while anything lies under one")
