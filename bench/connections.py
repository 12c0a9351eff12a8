"""What it is worth to keep connections to the database: a page of one query by our server.

Goal (P14): at least 3 times the pages a second of a server that connects anew for each request
(CONN_MAX_AGE=0), and every answer 200. Both servers are gunicorn as the application sets it up;
they stand side by side and take turns. The processor time of the servers is told, too: on a busy
machine it is the figure to read. It is that of gunicorn alone: what PostgreSQL spends on a new
connection comes on top.

Run: python -m bench.connections [SECONDS].
"""

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from django.db import connections as databases

from bench import database
from bench.workers import together

ROUNDS = 5
CLIENTS = 16
PROCESSES = 2
TICKS = os.sysconf("SC_CLK_TCK")


class Server(NamedTuple):
    """One gunicorn: its port, and its process."""

    port: int
    pid: int


class Load(NamedTuple):
    """What came back in one round."""

    answers: int
    failures: int
    seconds: float
    cpu: float


def main(seconds: float = 3.0) -> None:
    """Both servers, then turns."""
    database.prepare()
    databases.close_all()
    kept = database.URL
    with ExitStack() as stack:
        ages = {"connections kept for 60 s": 60, "a connection for each request": 0}
        servers = {name: stack.enter_context(_server(kept, age)) for name, age in ages.items()}
        taken: dict[str, list[Load]] = {name: [] for name in servers}
        for _ in range(ROUNDS):
            for name, server in servers.items():
                taken[name].append(_load(server, seconds))
    _tell(taken)


@contextmanager
def _server(url: str, age: int) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:hepcalc_site.gunicorn_conf"]
    process = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "bench.one_query:application"],
        env={**os.environ, "BENCH_DATABASE_URL": url, "BENCH_CONN_MAX_AGE": str(age)},
        cwd=Path(__file__).parent.parent,
    )
    try:
        _wait_for(port)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            if _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) == 200:
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("The server did not start.")


def _ask(client: http.client.HTTPConnection) -> int:
    client.request("GET", "/", headers={"Host": "localhost"})
    response = client.getresponse()
    response.read()
    return response.status


def _load(server: Server, seconds: float) -> Load:
    before = _cpu(server.pid)
    share = (server.port, seconds, CLIENTS // PROCESSES)
    taken, answers = together(_clients, [share] * PROCESSES)
    good, bad = (sum(column) for column in zip(*answers, strict=True))
    return Load(good, bad, taken, _cpu(server.pid) - before)


def _clients(port: int, seconds: float, many: int) -> tuple[int, int]:
    """So many people at once, each asking again as soon as it is answered."""
    counts, until = [0, 0], time.monotonic() + seconds
    lock = threading.Lock()

    def one() -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        good = bad = 0
        while time.monotonic() < until:
            is_good = _ask(client) == 200
            good, bad = good + is_good, bad + (not is_good)
        with lock:
            counts[0], counts[1] = counts[0] + good, counts[1] + bad

    threads = [threading.Thread(target=one) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counts[0], counts[1]


def _cpu(master: int) -> float:
    """Seconds of processor time of the workers of this gunicorn."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in children]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / TICKS


def _tell(taken: dict[str, list[Load]]) -> None:
    rates = {
        name: statistics.median(load.answers / load.seconds for load in loads)
        for name, loads in taken.items()
    }
    base = list(rates.values())[-1]
    print(f"\nA page of one query, {CLIENTS} clients, {ROUNDS} rounds in turn")
    for name, loads in taken.items():
        cpu = statistics.median(1000 * load.cpu / max(1, load.answers) for load in loads)
        failures = sum(load.failures for load in loads)
        print(
            f"  {name:<32} {rates[name]:8,.0f} pages/s  {cpu:6.2f} ms CPU each"
            f"  {failures} not answered well  x {rates[name] / base:.2f}"
        )


if __name__ == "__main__":
    main(*(float(argument) for argument in sys.argv[1:]))
