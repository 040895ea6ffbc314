"""The commands `dealer backup` and `dealer restore`."""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime
from pathlib import Path

from dealer.engine import backup, restore
from dealer.engine.backup import LastBackup, Manifest, NoBackup
from dealer.engine.postgresql import NoClient
from dealer.engine.settings import Settings

TROUBLES = (NoBackup, NoClient)


def make(settings: Settings, arguments: Namespace) -> int:
    """Copy the whole database into a folder while the shop works: papers and scans too, the keys never.

    The copy is opened and looked at before it counts. It does not fit without the keys, which are to be kept elsewhere.
    """
    now = datetime.now(UTC)
    backup.refuse_beside(settings.keys_file, arguments.folder)  # before keys are made that nothing was written with
    made = backup.make(settings.as_owner, settings.keys, settings.keys_file, arguments.folder, now)
    damage = "; ".join(made.damage)
    backup.note(settings.data, LastBackup(file=made.file.resolve(), made_at=now, trouble=damage or None))
    print(f"{made.file}: {_told(made.manifest)}")
    print(
        f"The keys are not in it. Without {settings.keys_file} it does not open: keep a copy of them in another place."
    )
    if damage:
        print(
            f"dealer: the history was damaged before it was copied, older backups are kept: {damage}", file=sys.stderr
        )
        return 1
    for old in backup.prune(arguments.folder, arguments.keep) if arguments.keep else []:
        print(f"Removed: {old.name}")
    return 0


def describe_making(parser: ArgumentParser) -> None:
    """What `backup` is told."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the backup is to lie, away from the keys")
    parser.add_argument("--keep", type=_a_few, metavar="N", help="keep the newest N backups there and remove others")


def _a_few(typed: str) -> int:
    if not typed.isdecimal() or not int(typed):
        raise ArgumentTypeError("a number from 1")
    return int(typed)


def put_back(settings: Settings, arguments: Namespace) -> int:
    """Put a backup in the place of the database, or with --check only find out whether that could be done.

    The service must stand still. A database that holds a shop is put aside only with --replace, and never deleted.
    """
    now = datetime.now(UTC)
    backup.refuse_beside(settings.keys_file, arguments.file.parent)
    if arguments.check:
        return _check(settings, arguments.file, now)
    manifest, aside = restore.restore(arguments.file, settings.as_owner, settings.keys, now, replace=arguments.replace)
    print(f"{arguments.file}: {_told(manifest)}")
    print(f"Restored, {restore.standing(manifest)}.")
    if aside:
        print(f"What was there before is kept as {aside}.")
    return 0


def describe_restoring(parser: ArgumentParser) -> None:
    """What `restore` is told."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="the backup, .sqlite or .dump, with its .json beside it"
    )
    one_of = parser.add_mutually_exclusive_group()
    one_of.add_argument("--check", action="store_true", help="restore into a scratch place, look, leave nothing behind")
    one_of.add_argument("--replace", action="store_true", help="put the database that is there aside")


def _check(settings: Settings, file: Path, now: datetime) -> int:
    known = backup.last(settings.data)
    is_the_last = known is not None and known.file == file.resolve()
    try:
        manifest = restore.check(file, settings.as_owner, settings.keys)
    except TROUBLES as wrong:
        if known and is_the_last:
            backup.note(settings.data, known.model_copy(update={"checked_at": now, "trouble": str(wrong)}))
        raise
    if known and is_the_last:
        backup.note(settings.data, known.model_copy(update={"checked_at": now, "trouble": None}))
    print(f"{file}: {_told(manifest)}")
    print(f"Restored into a scratch place and found whole with the keys of {settings.keys_file};")
    print(f"{restore.standing(manifest)}.")
    return 0


def _told(manifest: Manifest) -> str:
    rows = sum(manifest.rows.values())
    history = sum(head.seq for head in manifest.heads)
    return (
        f"{manifest.kind} of {manifest.made_at:%Y-%m-%d %H:%M} UTC, {manifest.size / 1024**2:.1f} MB, "
        f"shops {len(manifest.heads)}, rows {rows}, of them history {history}"
    )
