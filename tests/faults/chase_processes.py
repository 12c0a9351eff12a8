"""Starts chase workers on the test database, as real processes, and kills them."""

import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any

import pytest
from django.db import connection

from tests.faults import chase_worker

CONTEXT = multiprocessing.get_context("forkserver")
"""Quick to start. All of a test process's children work on the database that the first one saw."""
APART = multiprocessing.get_context("spawn")
"""For another database than the test's: each child reads the environment anew."""


def use_test_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is started from now on works on the database of this test."""
    there = connection.settings_dict
    url = f"sqlite:///{there['NAME']}"
    if connection.vendor == "postgresql":
        person = f"{there['USER']}:{there['PASSWORD']}@" if there["PASSWORD"] else there["USER"]
        address = f"{there['HOST'] or '127.0.0.1'}:{there['PORT'] or 5432}"
        url = f"postgres://{person.rstrip('@')}@{address}/{there['NAME']}"
    use_database(monkeypatch, url)


def use_database(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Whoever is started from now on works on the database at `url`."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("EMAIL_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("LOG_LEVEL", "CRITICAL")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "hepcalc_site.settings")
    CONTEXT.set_forkserver_preload(["tests.faults.chase_worker"])


def started(
    target: Callable[..., None], *arguments: Any, context: BaseContext = CONTEXT
) -> BaseProcess:
    process: BaseProcess = context.Process(target=target, args=arguments, daemon=True)  # type: ignore[attr-defined]  # every context has it
    process.start()
    return process


@contextmanager
def workers(
    jobs: list[str], now: datetime, port: int, *, context: BaseContext = CONTEXT
) -> Iterator[list[BaseProcess]]:
    """One process per job; none is left behind."""
    running = [started(chase_worker.work, job, now, port, context=context) for job in jobs]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.join(10)


def kill_at_random(
    running: list[BaseProcess], jobs: list[str], times: int, now: datetime, port: int
) -> None:
    """Kill a random worker, start another in its place, so many times."""
    dice = random.Random(20261122)
    for _ in range(times):
        time.sleep(dice.uniform(0.05, 0.5))
        number = dice.randrange(len(running))
        running[number].kill()
        running[number].join(10)
        running[number] = started(chase_worker.work, jobs[number], now, port)
