"""PostgreSQL's own programs: pg_dump and pg_restore, of a version that fits the server, without a password in sight."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

DEBIANS = Path("/usr/lib/postgresql")


class NoClient(Exception):
    """A program of PostgreSQL is missing, too old, or has failed; the message says what to do."""


def run(program: str, url: str | URL, arguments: list[str]) -> None:
    """Run a program against a database. The password goes by the environment: others can read a command line."""
    found = fitting(program, server_of(url))
    told, password = connection_to(url)
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    command = [found, "--no-password", f"--dbname={told}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - found by us
    if done.returncode:
        raise NoClient(f"{program} has failed: {' '.join(done.stderr.split())[:1000]}")


def connection_to(url: str | URL) -> tuple[str, str]:
    """What the programs take instead of our URL, with several hosts too; and the password by itself."""
    address = make_url(url)
    _, told = address.get_dialect()().create_connect_args(address)
    password = str(told.pop("password", "") or "")
    return psycopg.conninfo.make_conninfo("", **told), password


def server_of(url: str | URL) -> int:
    """The major version of the server."""
    told, password = connection_to(url)
    try:
        with psycopg.connect(told, password=password or None, connect_timeout=10) as connection:
            return connection.info.server_version // 10_000
    except psycopg.OperationalError as error:
        raise NoClient(f"the database cannot be reached: {error}") from error


def fitting(program: str, server: int) -> str:
    """The program of the server's own version, else of the next newer one: an older one cannot read it."""
    versions: dict[int, str] = {}
    for folder in [*os.get_exec_path(), *map(str, DEBIANS.glob("*/bin"))]:
        found = shutil.which(program, path=folder)
        if found:
            versions.setdefault(_version(found), found)
    wanted = f"the server is PostgreSQL {server}: apt-get install postgresql-client-{server}, or put it into PATH"
    if not versions:
        raise NoClient(f"{program} is not installed, and {wanted}")
    newer = [version for version in versions if version >= server]
    if not newer:
        raise NoClient(f"{program} is of version {max(versions)}, and {wanted}")
    return versions[min(newer)]


def _version(program: str) -> int:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - as above
    found = re.search(r"\) (\d+)", told)
    return int(found[1]) if found else 0
