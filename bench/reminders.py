"""Reminders and escalations through a real Celery worker, against one task per message.

Half are reminders to patients, half escalations to staff, all by e-mail, kept in memory or handed
to a mail server on this machine. A worker of two processes is sent wake-ups, or a task for each
message, or as many tasks that do nothing. Goal (P10): at least 2.5 times as many a second as one
task per message over SMTP, 10 times in memory.

Needs Redis (BENCH_REDIS_URL), of which it empties the queue. Run: python -m bench.reminders [N]
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import redis
from django.conf import settings

from bench import database, measure, outbox, reminders_worker, workers
from bench.reminders_data import fill
from hepcalc_site.celery import app
from surveillance.models import Notification, NotificationStatus
from surveillance.tasks import deliver_notifications
from tests.faults.processes import eventually
from tests.faults.smtp_sink import SmtpSink

ROUNDS = 3
NO_OP, ONE_EACH, OURS = "Celery, tasks that do nothing", "one task per message", "wake-ups"
TICKS_PER_MS = os.sysconf("SC_CLK_TCK") / 1000


def main(messages: int = 1_000) -> None:
    """Measure in memory, then over SMTP."""
    database.prepare()
    fill(messages, datetime.now(UTC))
    _measure("in memory", "memorymail://", messages)
    with _mail_server() as (port, taken):
        before = taken()
        _measure("over SMTP", f"smtp://127.0.0.1:{port}", messages)
        arrived, expected = taken() - before, messages * ROUNDS * 2
        print(f"  {arrived:,} of {expected:,} arrived at the mail server")


def _measure(how: str, email_url: str, messages: int) -> None:
    keys = [str(pk) for pk in Notification.objects.values_list("pk", flat=True)]
    legs: dict[str, tuple[Callable[[], object], int]] = {
        NO_OP: (partial(_send, [(reminders_worker.NO_OP,)] * messages), 0),
        ONE_EACH: (partial(_send, [(reminders_worker.SEND_ONE, key) for key in keys]), messages),
        OURS: (
            partial(_send, [(deliver_notifications.name,)] * reminders_worker.PROCESSES),
            messages,
        ),
    }
    taken: dict[str, list[float]] = {name: [] for name in legs}
    used: dict[str, list[float]] = {name: [] for name in legs}
    with _worker(email_url) as worker:
        for _ in range(ROUNDS):
            for name, (send, expected) in legs.items():
                outbox.make_wait(datetime.now(UTC))
                seconds, cpu = worker.time(send)
                sent = Notification.objects.filter(status=NotificationStatus.SENT).count()
                assert sent == expected, f"{name}: {sent} of {expected} were sent"
                taken[name].append(seconds)
                used[name].append(cpu / messages)
    measure.tell(f"Messages {how}", taken, ONE_EACH, messages, "messages")
    for name, each in used.items():
        print(f"  {name:<38} {statistics.median(each):9.2f} ms of the worker's CPU per message")
    for name in (ONE_EACH, NO_OP):
        print(f"  wake-ups: {measure.ratio(taken[name], taken[OURS]):.1f} x as many as {name}")


def _send(tasks: list[tuple[str, ...]]) -> None:
    with app.producer_pool.acquire(block=True) as producer:
        for name, *arguments in tasks:
            app.send_task(name, args=arguments, producer=producer)


class Worker:
    """A Celery worker with its processes, and what stands in its queue."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.queue = str(app.conf.task_default_queue)
        self._broker = redis.Redis.from_url(settings.CELERY_BROKER_URL)

    def answers(self) -> bool:
        """Whether it has begun to listen."""
        assert self.process.poll() is None, "the worker ended at once"
        return bool(app.control.ping(timeout=1))

    def time(self, send: Callable[[], object]) -> tuple[float, float]:
        """Seconds from the first task that it may take to the end of the last, and the CPU
        milliseconds of its processes. What it is to do stands in the queue before."""
        app.control.cancel_consumer(self.queue, reply=True, timeout=5, limit=1)
        send()
        cpu, begun = self._cpu(), time.perf_counter()
        app.control.add_consumer(self.queue, reply=False)
        while self._is_busy():
            time.sleep(0.01)
        return time.perf_counter() - begun, self._cpu() - cpu

    def _is_busy(self) -> bool:
        return bool(self._broker.llen(self.queue) or self._broker.hlen("unacked"))

    def _cpu(self) -> float:
        pids = [self.process.pid, *_children(self.process.pid)]
        ticks = sum(sum(map(int, _stat(pid)[11:13])) for pid in pids)
        return ticks / TICKS_PER_MS


@contextmanager
def _worker(email_url: str) -> Iterator[Worker]:
    app.control.purge()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.reminders_worker"],
        env=os.environ | {"BENCH_EMAIL_URL": email_url, "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.DEVNULL,
    )
    worker = Worker(process)
    try:
        assert eventually(worker.answers, 60), "the worker does not answer"
        yield worker
    finally:
        process.terminate()
        process.wait(30)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _stat(pid: int) -> list[str]:
    """The fields of a process after its name: the state first, CPU ticks 11 and 12."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[-1].split()


@contextmanager
def _mail_server() -> Iterator[tuple[int, Callable[[], int]]]:
    """A mail server in a process of its own: its port, and how many messages it took."""
    ours, theirs = workers.FORK.Pipe()
    process = workers.FORK.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()

    def taken() -> int:
        ours.send("count")
        return int(ours.recv())

    yield int(ours.recv()), taken
    process.terminate()


def _serve(pipe: Any) -> None:
    with SmtpSink() as sink:
        pipe.send(sink.port)
        while pipe.recv():
            pipe.send(sum(sink.taken.values()))


if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
