"""How long from a warm `./run` to the first answer of /healthz: what somebody waits who opens the shop.

Absolute times say little on a busy machine. So each round also starts a bare Python, which no start can beat, and the
line at the end gives both, their ratio, and the CPU time from start to stop.
"""

import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

RUN = Path(__file__).parent.parent / "run"
ROUNDS = 5
LIMIT = 2.0
"""Seconds that a warm start may take."""
PATIENCE = 180.0
"""Seconds that any start may take: the first one makes the demo shop."""


def main() -> None:
    """Start once to have a shop, then measure."""
    with tempfile.TemporaryDirectory(prefix="dealer-bench-") as folder:
        start_and_stop(folder)
        rounds = [(bare_python(), start_and_stop(folder)) for _ in range(ROUNDS)]
    python = statistics.median(bare for bare, _ in rounds)
    warm = sorted(took for _, (took, _) in rounds)
    cpu = statistics.median(spent for _, (_, spent) in rounds)
    took = statistics.median(warm)
    print(f"startup: {took:.2f} s to /healthz, limit {LIMIT} s ({ROUNDS} rounds, {warm[0]:.2f} to {warm[-1]:.2f} s),")
    print(f"         {took / python:.0f} times a bare Python ({python:.3f} s), {cpu:.2f} s of CPU from start to stop")
    sys.exit(took > LIMIT)


def bare_python() -> float:
    """Seconds to start a Python that does nothing."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.perf_counter() - begin


def start_and_stop(folder: str) -> tuple[float, float]:
    """Seconds from ./run to the first answer, and seconds of CPU until it has stopped again."""
    port, spent = free_port(), cpu_of_children()
    surroundings = {"PORT": str(port), "DEALER_DATA": f"{folder}/data", "DEALER_KEYS": f"{folder}/keys/keys.json"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DEALER_")} | surroundings
    with tempfile.TemporaryFile() as said:
        begin = time.perf_counter()
        shop = subprocess.Popen([RUN], env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            while not answers(port):
                if shop.poll() is not None or time.perf_counter() - begin > PATIENCE:
                    said.seek(0)
                    sys.exit(f"startup: no answer from ./run, which said:\n{said.read().decode()}")
                time.sleep(0.005)
            took = time.perf_counter() - begin
        finally:
            shop.terminate()
            shop.wait()
    return took, cpu_of_children() - spent


def answers(port: int) -> bool:
    """Whether /healthz says that all is well."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def cpu_of_children() -> float:
    """Seconds of CPU that ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


if __name__ == "__main__":
    main()
