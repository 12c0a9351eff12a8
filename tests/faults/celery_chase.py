"""A broker and Celery workers on the test database, to be killed, emptied and started again."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import redis
from celery import Celery
from kombu.exceptions import OperationalError

from hepcalc_site.broker_address import broker_url, embedded_url
from hepcalc_site.running.broker import answers, broker_command
from tests.faults.processes import ROOT, eventually

WORKER = (sys.executable, "-m", "tests.faults.celery_worker")
NAIVE_SEND = "tests.naive_send"
"""A task of the worker process alone: imported elsewhere, it would be one of our tasks."""
WAKE_UPS = (
    "surveillance.tasks.escalate_overdue_follow_ups",
    "surveillance.tasks.deliver_notifications",
)


class CeleryChase:
    """Use as a context manager. The database is that of `DATABASE_URL` in the environment."""

    def __init__(self, data_dir: Path, *, smtp_port: int, workers: int = 2) -> None:
        self._data_dir = data_dir
        self._environment = os.environ | {
            "DATA_DIR": str(data_dir),
            "REDIS_URL": "",
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        }
        self._url = embedded_url(data_dir)
        self._app = Celery(broker=broker_url("", data_dir), set_as_current=False)
        self._app.conf.task_ignore_result = True
        self._broker = self._start_broker()
        self._workers = [self._start(WORKER) for _ in range(workers)]

    def __enter__(self) -> "CeleryChase":
        if not eventually(self._all_workers_answer, 60):
            self.__exit__(None, None, None)  # or they stay behind
            raise AssertionError("a worker does not answer")
        return self

    def _all_workers_answer(self) -> bool:
        all_of_them = len(self._workers)
        return len(self._app.control.ping(timeout=1, limit=all_of_them) or []) == all_of_them

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in (*self._workers, self._broker):
            process.kill()
            process.wait(10)
        self._app.close()

    def wake(self, *names: str) -> None:
        """What beat does; a wake-up that cannot be sent is lost, as it would be."""
        for name in names or WAKE_UPS:
            self.send(name)

    def send(self, name: str, *arguments: str) -> bool:
        """Whether the broker took the task."""
        try:
            self._app.send_task(name, args=arguments, retry=False)
        except (OperationalError, redis.RedisError, OSError):
            return False
        return True

    def kill_worker(self, number: int) -> None:
        """kill -9, and another in its place."""
        number %= len(self._workers)
        self._workers[number].kill()
        self._workers[number].wait(10)
        self._workers[number] = self._start(WORKER)

    def empty_broker(self) -> None:
        """FLUSHALL: whatever only the broker knew is gone."""
        redis.Redis.from_url(self._url).flushall()

    def kill_broker(self) -> None:
        """kill -9, and started again with what it had written."""
        self._broker.kill()
        self._broker.wait(10)
        time.sleep(0.2)
        self._broker = self._start_broker()

    def _start_broker(self) -> "subprocess.Popen[bytes]":
        broker = self._start(broker_command(self._data_dir))
        assert eventually(lambda: answers(self._url), 20), "the broker does not answer"
        return broker

    def _start(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
