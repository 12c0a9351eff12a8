"""The MLLP listener under fire: ten thousand spoilt messages, and kill -9 in the middle of traffic.

What is answered AA is on file; nothing is on file twice; no name of a person is in the logs.
"""

import gc
import io
import logging
import os
import random
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings
from structlog.stdlib import ProcessorFormatter

from hepcalc_site.running.ports import is_free
from surveillance.models import IntakeItem, IntakeMessage
from tests.faults import mllp_worker
from tests.faults.chase_processes import started, use_test_database
from tests.faults.mutations import mutation
from tests.faults.processes import PROC, eventually
from tests.faults.scale import count, times
from tests.surveillance.intake.hl7v2.wire import (
    END,
    PLANTED_MRN,
    PLANTED_NAME,
    START,
    Sender,
    about,
    code_of,
    feed,
    framed,
    listening,
    oru,
)

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

MUTATIONS = times(500)
AT_ONCE = 25
MOST_GROWTH = 3_000_000
"""Bytes that Python may hold more after the second half of the mutations than after the first."""
KILLS = times(1)
SENDERS = 4


@contextmanager
def every_log_line() -> Iterator[io.StringIO]:
    """What production would log at its most talkative, in production's own format."""
    heard, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(heard)
    ours = settings.LOGGING["formatters"]["json"]
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=ours["foreign_pre_chain"], processors=ours["processors"]
        )
    )
    level = root.level
    silenced = [one for one in root.handlers if isinstance(one.formatter, ProcessorFormatter)]
    for one in silenced:
        root.removeHandler(one)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        for one in silenced:
            root.addHandler(one)


def fire(port: int, numbers: range) -> Counter[str]:
    """Send these mutations, each with a good message behind it; how each was answered.

    The good one must be answered AA. A mutation that is one frame must have its own answer.
    """
    codes: Counter[str] = Counter()
    for first in range(numbers.start, numbers.stop, AT_ONCE):
        some = [(f"G{number}", mutation(number)) for number in range(first, first + AT_ONCE)]
        with Sender(port) as sender:
            stream = b"".join(framed(spoilt) + framed(oru(good)) for good, spoilt in some)
            threading.Thread(target=sender.send, args=[stream]).start()
            for good, spoilt in some:
                before = list[str]()
                while (answer := sender.answer()) and about(answer) != good:
                    before.append(code_of(answer))
                assert code_of(answer) == "AA", good
                assert before or START in spoilt or END in spoilt + END[1:], spoilt
                codes.update(before)
    return codes


def test_spoilt_messages_break_nothing_hold_no_memory_and_say_no_name() -> None:
    feed()
    half = MUTATIONS // 2 // AT_ONCE * AT_ONCE
    with every_log_line() as logs, listening() as port:
        fire(port, range(AT_ONCE))  # what is made once, is made
        tracemalloc.start()
        codes = fire(port, range(AT_ONCE, half))
        before, resident = in_use(), resident_bytes()
        codes += fire(port, range(half, half * 2))
        growth, resident = in_use() - before, resident_bytes() - resident
        tracemalloc.stop()

    assert growth < MOST_GROWTH
    assert set(codes) <= {"AA", "AE", "AR"}
    said = logs.getvalue()
    assert not [word for word in (PLANTED_NAME, PLANTED_MRN, "ACCM") if word in said]
    count(
        "spoilt messages",
        sent=half * 2,
        stored=codes["AA"],
        refused=codes["AE"],
        not_HL7=codes["AR"],
        bytes_more_held=growth,
        bytes_more_resident=resident,
    )


def in_use() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def resident_bytes() -> int:
    pages = int((PROC / "self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_ten_megabytes_and_more_are_refused_and_forgotten() -> None:
    feed()
    with listening(most_bytes=10 * 1024 * 1024) as port, Sender(port, patience=30) as sender:
        longest = oru("1", text="x" * (10 * 1024 * 1024 - 600))

        assert code_of(sender.ask(longest)) == "AA"
        assert code_of(sender.ask(longest + b"x" * 1_000)) == "AR"
        assert code_of(sender.ask(oru("2"))) == "AA"

    assert len(IntakeMessage.objects.get(control_id="1").raw) == len(longest)
    assert IntakeMessage.objects.count() == 2


class Server:
    """`manage.py mllp_server` on the test database, that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        first = 19200 + 50 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        self.port = next(port for port in range(first, first + 50) if is_free(port))
        self._output = folder / "mllp.txt"

    def start(self) -> None:
        self.process = started(mllp_worker.listen, self.port, str(self._output))
        assert eventually(lambda: not is_free(self.port), 30), self.said()

    def said(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def kill(self) -> None:
        self.process.kill()
        self.process.join(30)

    def stop(self) -> int | None:
        self.process.terminate()
        self.process.join(30)
        return self.process.exitcode


class Hospital:
    """Sends message after message over one connection; again what was not answered."""

    def __init__(self, port: int, name: str) -> None:
        self.port, self.name = port, name
        self.stored: list[str] = []
        self.sent_again = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._send)
        self.thread.start()

    def _send(self) -> None:
        number = 0
        while not self.stop.is_set():
            with suppress(OSError), Sender(self.port, patience=20) as sender:
                while not self.stop.is_set():
                    control_id = f"{self.name}-{number}"
                    if code_of(sender.ask(oru(control_id))) != "AA":
                        self.sent_again += 1
                        break
                    self.stored.append(control_id)
                    number += 1
            time.sleep(0.02)  # a sender that waits before it connects again


def traffic(hospitals: list[Hospital]) -> bool:
    """Whether twenty more messages are answered soon."""

    def answered() -> int:
        return sum(len(one.stored) for one in hospitals)

    enough = answered() + 20
    return eventually(lambda: answered() >= enough, 30)


def test_killed_in_the_middle_of_traffic_it_has_kept_all_that_it_answered_and_nothing_twice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    feed()
    use_test_database(monkeypatch)
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    server, dice = Server(tmp_path), random.Random(20261126)
    server.start()
    hospitals = [Hospital(server.port, f"H{number}") for number in range(SENDERS)]
    try:
        for _ in range(KILLS):
            assert traffic(hospitals)
            time.sleep(dice.uniform(0, 0.1))
            server.kill()
            server.start()
        assert traffic(hospitals)
        status = server.stop()
    finally:
        for one in hospitals:
            one.stop.set()
        server.kill()
        for one in hospitals:
            one.thread.join(30)

    on_file = Counter(IntakeMessage.objects.values_list("control_id", flat=True))
    stored = [control_id for one in hospitals for control_id in one.stored]
    assert status == 0
    assert not set(stored) - set(on_file)
    assert set(on_file.values()) == {1}
    assert IntakeItem.objects.count() == len(on_file)
    assert PLANTED_NAME not in server.said()
    again = sum(one.sent_again for one in hospitals)
    count("listener killed", kills=KILLS, answered=len(stored), sent_again=again)
