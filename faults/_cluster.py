"""A cluster as docs/operating.md describes it, on loopback: some PostgreSQL nodes with synchronous replication, Patroni
beside each, etcd to agree in. From Debian's packages, not as root, in a folder of its own; nothing of it stays.
"""

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self
from urllib.error import URLError
from urllib.request import urlopen

from faults._nursery import free_port

PACKAGES = ("patroni", "python3-etcd", "etcd-server", "postgresql")
SERVICES = ("etcd", "patroni", "postgresql")
HERE = "127.0.0.1"
PATIENCE = 180  # seconds for anything to come about on a machine with other work

SCOPE = """
scope: shop
name: {name}
restapi: {{listen: "127.0.0.1:{rest}", connect_address: "127.0.0.1:{rest}"}}
etcd3: {{host: "127.0.0.1:{etcd}"}}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    primary_start_timeout: 0
    synchronous_mode: true
    synchronous_mode_strict: true
    maximum_lag_on_failover: 1048576
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters:
        wal_log_hints: "on"
        hot_standby: "on"
        wal_keep_size: 256MB
        max_connections: 100
        shared_buffers: 32MB
        wal_retrieve_retry_interval: 500ms
        wal_sender_timeout: 10s
        wal_receiver_timeout: 10s
        tcp_user_timeout: 8s
        tcp_keepalives_idle: 5
        tcp_keepalives_interval: 2
        tcp_keepalives_count: 3
  initdb: [{{encoding: UTF8}}, {{locale: C.UTF-8}}, data-checksums]
postgresql:
  listen: "127.0.0.1:{port}"
  connect_address: "127.0.0.1:{port}"
  data_dir: {folder}/data
  bin_dir: {programs}
  pgpass: {folder}/pgpass
  authentication:
    superuser: {{username: postgres, password: none}}
    replication: {{username: replicator, password: none}}
    rewind: {{username: rewinder, password: none}}
  pg_hba: ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
  parameters: {{unix_socket_directories: "{folder}"}}
  remove_data_directory_on_rewind_failure: true
  remove_data_directory_on_diverged_timelines: true
"""


def install() -> None:
    """Have the packages, or say which are missing. Nothing of them is started, nor will be when the machine starts."""
    missing = [each for each in PACKAGES if not _is_installed(each)]
    if not missing:
        return
    if os.geteuid() != 0:
        sys.exit(f"Packages are missing. As an administrator: apt-get install {' '.join(missing)}")
    print(f"Installing {' '.join(missing)} …", file=sys.stderr, flush=True)
    before = {each for each in SERVICES if _starts_with_the_machine(each)}
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")  # Debian's way of saying: start no service
        policy.chmod(0o755)
    try:
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        subprocess.run(command, check=True, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, stdout=sys.stderr)
    finally:
        if ours:
            policy.unlink()
    for each in SERVICES:
        if each not in before and _starts_with_the_machine(each):
            subprocess.run(["systemctl", "disable", "--quiet", each], check=False)


def _is_installed(package: str) -> bool:
    command = ["dpkg-query", "--show", "--showformat", "${Status}", package]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.endswith("ok installed")


def _starts_with_the_machine(service: str) -> bool:
    if shutil.which("systemctl") is None:
        return False
    return subprocess.run(["systemctl", "is-enabled", "--quiet", service], check=False).returncode == 0


@dataclass
class Node:
    """One machine of the cluster: a PostgreSQL server and the Patroni that looks after it."""

    name: str
    folder: Path
    port: int
    rest: int
    patroni: "subprocess.Popen[bytes] | None" = None

    def postmaster(self) -> int | None:
        """The process of the server, while there is one."""
        try:
            return int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError):
            return None

    def kill_postgresql(self) -> None:
        """SIGKILL to the server and all that works for it."""
        first = self.postmaster()
        if first is not None:
            for each in (first, *_children(first)):
                _kill(each)

    def kill(self) -> None:
        """SIGKILL to everything of this machine: nobody is left to say that it is gone."""
        if self.patroni is not None:
            self.patroni.kill()
            self.patroni.wait()
            self.patroni = None
        self.kill_postgresql()


@dataclass
class Cluster:
    """All of it, from `with Cluster(3) as cluster` to the end of the block."""

    nodes_wanted: int
    nodes: list[Node] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self.folder = Path(tempfile.mkdtemp(prefix="dealer-cluster-"))
        self.owner = _owner_of(self.folder)
        self.log = (self.folder / "log").open("wb")
        self.etcd_port = free_port()
        try:
            self._start_etcd()
            for number in range(1, self.nodes_wanted + 1):
                self.add(f"n{number}")
            self.settled()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for node in self.nodes:
            node.kill()
        self.etcd.kill()
        self.etcd.wait()
        self.log.close()
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        """Where the application finds whichever node is the primary."""
        hosts = "&".join(f"host={HERE}:{node.port}" for node in self.nodes)
        return f"postgresql+psycopg://postgres@/{database}?{hosts}&target_session_attrs=read-write"

    def _start_etcd(self) -> None:
        client, peer = (f"http://{HERE}:{port}" for port in (self.etcd_port, free_port()))
        where = ["--name", "e1", "--data-dir", str(self.folder / "etcd"), "--initial-cluster", f"e1={peer}"]
        client_side = ["--listen-client-urls", client, "--advertise-client-urls", client]
        peer_side = ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]
        self.etcd = self._started(["etcd", *where, *client_side, *peer_side])
        wait_until(lambda: told_by(self.etcd_port, "/health") is not None, "etcd answers")

    def add(self, name: str) -> None:
        """A further machine; the first one makes the database, the others copy it."""
        folder = self.folder / name
        folder.mkdir()
        if self.owner:
            os.chown(folder, self.owner["user"], self.owner["group"])
        node = Node(name, folder, free_port(), free_port())
        told = {"name": name, "rest": node.rest, "port": node.port, "folder": folder, "programs": self.programs}
        (folder / "patroni.yml").write_text(SCOPE.format(etcd=self.etcd_port, **told))
        self.nodes.append(node)
        self.start(node)
        if len(self.nodes) == 1:
            wait_until(lambda: self.primary() is not None, "the first node is the primary")

    def start(self, node: Node) -> None:
        """Let Patroni look after the node, again after its machine was killed."""
        node.patroni = self._started(["/usr/bin/patroni", str(node.folder / "patroni.yml")])

    def _started(self, command: list[str]) -> "subprocess.Popen[bytes]":
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.folder)}
        told: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": self.log, "stderr": self.log}
        return subprocess.Popen(command, cwd=self.folder, env=environment, start_new_session=True, **told, **self.owner)

    def members(self) -> dict[str, dict[str, Any]]:
        """The machines as Patroni sees them, by name; nothing while nobody answers."""
        for node in self.nodes:
            told = told_by(node.rest, "/cluster")
            if told is not None:
                return {each["name"]: each for each in told["members"]}
        return {}

    def primary(self) -> Node | None:
        """The machine that may write."""
        return next((node for node in self.nodes if told_by(node.rest, "/primary") is not None), None)

    def settled(self) -> Node:
        """Wait until there is a primary and every other machine follows it, one of them synchronously."""

        def is_settled() -> bool:
            members, primary = self.members(), self.primary()
            states = sorted(each["role"] for each in members.values() if each["state"] in ("running", "streaming"))
            wanted = sorted(["leader", "sync_standby", *["replica"] * (self.nodes_wanted - 2)])
            lines = {each.get("timeline") for each in members.values()}
            return primary is not None and states == wanted and len(lines) == 1

        wait_until(is_settled, "every node follows the primary")
        found = self.primary()
        return found if found is not None else self.settled()


def wait_until(question: Callable[[], bool], what: str) -> None:
    """Wait for it, but not for ever."""
    until = monotonic() + PATIENCE
    while not question():
        if monotonic() > until:
            raise TimeoutError(f"not within {PATIENCE} s: {what}")
        sleep(0.1)


def told_by(port: int, route: str) -> Any:
    """What a service on loopback says when it says yes; None otherwise."""
    try:
        with urlopen(f"http://{HERE}:{port}{route}", timeout=3) as answer:
            return json.load(answer)
    except (URLError, OSError, ValueError):
        return None


def _owner_of(folder: Path) -> dict[str, Any]:
    """Give the folder to nobody if we are root, and say how to run a program as them: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task")
    try:
        return [int(each) for task in tasks.iterdir() for each in (task / "children").read_text().split()]
    except FileNotFoundError:
        return []


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
