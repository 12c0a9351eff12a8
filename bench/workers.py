"""Several processes that begin at the same moment, each with its own connection."""

import multiprocessing
import time
from collections.abc import Callable
from typing import Any

from django.db import connections

FORK = multiprocessing.get_context("fork")


def together(work: Callable[..., Any], shares: list[tuple[Any, ...]]) -> tuple[float, list[Any]]:
    """Run `work(barrier, *share)` in one process per share. Seconds from the common start to the
    last end, and the answers in the order of the shares."""
    connections.close_all()
    barrier = FORK.Barrier(len(shares) + 1)
    answers: Any = FORK.Queue()
    processes = [
        FORK.Process(target=_one, args=(work, barrier, number, share, answers))
        for number, share in enumerate(shares)
    ]
    for process in processes:
        process.start()
    barrier.wait()
    begun = time.perf_counter()
    found = dict(answers.get() for _ in processes)
    seconds = time.perf_counter() - begun
    for process in processes:
        process.join()
    return seconds, [found[number] for number in sorted(found)]


def _one(
    work: Callable[..., Any], barrier: Any, number: int, share: tuple[Any, ...], answers: Any
) -> None:
    connections.close_all()
    barrier.wait()
    answers.put((number, work(*share)))
    connections.close_all()
