"""HL7 v2 over MLLP: received, committed, acknowledged; messages a second, and how long each took.

Goal (P13): with sixteen connections at least 0.55 times the transactions of `pgbench -N -c 8` of
the same run, and at least 486 a second. The baseline is a loop without a network that parses with
the library `hl7`, inserts and commits each message. The listener is a process of its own; so is the
sender, whose connections each wait for an answer before they send again.

Run: python -m bench.mllp [SECONDS].
"""

import asyncio
import re
import shutil
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

import hl7
import psycopg
from django.db import connections as databases
from django.utils import timezone

from bench import database
from bench.workers import FORK, together
from patients.models import Site
from surveillance.intake.hl7v2 import groups
from surveillance.intake.hl7v2.framing import END, START
from surveillance.intake.hl7v2.keeping import keep_all, read_all
from surveillance.intake.hl7v2.listener import Listener, Listening
from surveillance.models import IntakeFeed, IntakeMessage, MessageFormat

ROUNDS = 3
CONNECTIONS = (1, 4, 16)
WITH_PGBENCH = (1, 8)
BASELINE = "bare loop: hl7, INSERT, COMMIT"
OBSERVATIONS = 10


class Way(NamedTuple):
    """How a listener keeps: groups in hand, and how many messages at most in one transaction."""

    name: str
    in_hand: int
    most_at_once: int
    connections: tuple[int, ...]


WAYS = (
    Way("listener", groups.MOST_IN_HAND, groups.MOST_AT_ONCE, CONNECTIONS),
    Way("… one group after the other", 1, groups.MOST_AT_ONCE, (1, 16)),
    Way("… a commit for each message", groups.MOST_IN_HAND, 1, (1, 16)),
)


class Load(NamedTuple):
    """What one round brought: how many a second, and the 95th percentile in milliseconds."""

    rate: float
    p95: float | None = None


def main(seconds: float = 3.0) -> None:
    """All ways beside each other, in turns."""
    database.prepare()
    feed = IntakeFeed.objects.create(
        site=Site.objects.create(slug="bench", name="Bench"),
        name="Radiology",
        format=MessageFormat.HL7V2,
        sending_application="RIS",
        sending_facility="BENCH",
    )
    databases.close_all()
    with ExitStack() as stack:
        runs: dict[str, Callable[[], Load]] = {BASELINE: lambda: _bare(feed, seconds)}
        for way in WAYS:
            port = stack.enter_context(_listener(way))
            for many in way.connections:
                runs[f"{way.name}, {many} connection(s)"] = _load_of(port, seconds, many)
        runs |= _pgbench(seconds)
        taken: dict[str, list[Load]] = {name: [] for name in runs}
        for _ in range(ROUNDS):
            for name, run in runs.items():
                taken[name].append(run())
    _tell(taken)
    print(f"  on file: {IntakeMessage.objects.count():,} messages")


def message(number: str) -> bytes:
    """A radiology report of usual size, about an invented person."""
    lines = [
        "MSH|^~\\&|RIS|BENCH|HEPCALC|BENCH|20260831080000||ORU^R01^ORU_R01|" + number + "|P|2.5.1",
        "PID|1||M" + number[-6:] + "^^^BENCH^MR||Example^Robin^A||19600102|F|||1 Street^^City",
        "PV1|1|O|RAD^^^BENCH",
        "OBR|1|O" + number + "|A" + number + "|USABD^Ultrasound abdomen|||20260830101500"
        "|||||||||||||||20260831075900||RAD|F",
        *(
            f"OBX|{line}|TX|REPORT^Report||Line {line}: punctate calcification of segment 7, 4 mm, "
            "unchanged since the last examination; no further lesion is seen.||||||F"
            for line in range(1, OBSERVATIONS + 1)
        ),
    ]
    return "\r".join([*lines, ""]).encode()


# ---------------------------------------------------------------- the listener and its senders


@contextmanager
def _listener(way: Way) -> Iterator[int]:
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=_listen, args=(way, theirs), daemon=True)
    process.start()
    try:
        yield int(ours.recv())
    finally:
        process.terminate()
        process.join()


def _listen(way: Way, told: Any) -> None:
    databases.close_all()
    groups.MOST_AT_ONCE = way.most_at_once

    async def run() -> None:
        keeper = groups.Groups(
            keep_all, read=lambda raws: read_all(raws, timezone.now), in_hand=way.in_hand
        )
        listener = Listener(Listening(host="127.0.0.1", port=0), keeper, timezone.now)
        told.send(await listener.start())
        await asyncio.Event().wait()

    asyncio.run(run())


def _load_of(port: int, seconds: float, many: int) -> Callable[[], Load]:
    def load() -> Load:
        taken, [latencies] = together(_send, [(port, seconds, many)])
        ordered = sorted(latencies)
        return Load(len(ordered) / taken, 1000 * ordered[int(len(ordered) * 0.95)])

    return load


def _send(port: int, seconds: float, many: int) -> list[float]:
    return asyncio.run(_send_all(port, seconds, many))


async def _send_all(port: int, seconds: float, many: int) -> list[float]:
    until = time.perf_counter() + seconds
    found = await asyncio.gather(*(_one_connection(port, until) for _ in range(many)))
    return [latency for latencies in found for latency in latencies]


async def _one_connection(port: int, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    latencies, mark = list[float](), uuid.uuid4().hex[:8]
    while (begun := time.perf_counter()) < until:
        writer.write(START + message(f"{mark}{len(latencies):06}") + END)
        answer = await reader.readuntil(END)
        assert b"\rMSA|AA|" in answer, answer
        latencies.append(time.perf_counter() - begun)
    writer.close()
    return latencies


# ---------------------------------------------------------------- what it is measured against


def _bare(feed: IntakeFeed, seconds: float) -> Load:
    """Parse, insert, commit; one after the other, without a network."""
    done, mark, begun = 0, uuid.uuid4().hex[:8], time.perf_counter()
    with psycopg.connect(database.URL) as connection:
        while time.perf_counter() - begun < seconds:
            raw = message(f"{mark}{done:06}")
            parsed = hl7.parse(raw.decode())
            now, digest = timezone.now(), sha256(raw).hexdigest()
            said = [str(parsed["MSH.F9"]), str(parsed["MSH.F10"])]
            connection.execute(
                "INSERT INTO surveillance_intakemessage (id, feed_id, site_id, format, "
                "message_type, control_id, digest, sent_at, received_at, raw) "
                "VALUES (%s, %s, %s, 'HL7V2', %s, %s, %s, %s, %s, %s)",
                [uuid.uuid4(), feed.pk, feed.site_id, *said, digest, now, now, raw],
            )
            connection.commit()
            done += 1
    return Load(done / (time.perf_counter() - begun))


def _pgbench(seconds: float) -> dict[str, Callable[[], Load]]:
    """Its own small transactions, where it is installed."""
    if not shutil.which("pgbench"):
        return {}
    subprocess.run(["pgbench", "-i", "-q", "-s", "10", database.URL], check=True, stderr=-3)

    def run(many: int) -> Load:
        command = ["pgbench", "-N", "-n", "-c", str(many), "-j", "2", "-T", str(int(seconds))]
        said = subprocess.run([*command, database.URL], check=True, capture_output=True, text=True)
        found = re.search(r"tps = ([\d.]+)", said.stdout)
        return Load(float(found[1]) if found else 0.0)

    return {f"pgbench -N -c {many}": partial(run, many) for many in WITH_PGBENCH}


def _tell(taken: dict[str, list[Load]]) -> None:
    rates = {name: statistics.median(one.rate for one in runs) for name, runs in taken.items()}
    against = rates.get("pgbench -N -c 8")
    print(f"\nMLLP: received, committed, acknowledged ({ROUNDS} rounds in turn)")
    for name, runs in taken.items():
        late = [one.p95 for one in runs if one.p95 is not None]
        spread = f"(min {min(r.rate for r in runs):,.0f}, max {max(r.rate for r in runs):,.0f})"
        p95 = f"p95 {statistics.median(late):6.1f} ms" if late else " " * 13
        share = f"  x {rates[name] / against:.2f} of pgbench -c 8" if against else ""
        print(
            f"  {name:<52} {rates[name]:7,.0f}/s {spread:<26} {p95}"
            f"  x {rates[name] / rates[BASELINE]:.2f} of the bare loop{share}"
        )


if __name__ == "__main__":
    main(*(float(argument) for argument in sys.argv[1:]))
