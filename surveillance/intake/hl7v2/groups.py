"""What arrives while the last transaction is being written is kept together in the next.

A database spends most of a small transaction on making it last. One for all that wait costs as
much as one for a single message, so the busier it is the less each costs; alone, nobody waits.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import connections

log = structlog.get_logger(__name__)
Keep = Callable[[Sequence[bytes]], Sequence[bytes | None]]
Waiting = tuple[bytes, "asyncio.Future[bytes | None]"]

MOST_AT_ONCE = 200
MOST_BYTES_AT_ONCE = 32 * 1024 * 1024
LANES = 1
"""Threads that keep, each with its own connection (measured: `python -m bench mllp`)."""


class Groups:
    """A queue in front of `keep`, which runs in threads. Belongs to one event loop."""

    def __init__(
        self, keep: Keep, *, kept: Callable[[], None] = lambda: None, lanes: int = LANES
    ) -> None:
        self._keep, self._kept = keep, kept
        self._waiting: deque[Waiting] = deque()
        self._all = [ThreadPoolExecutor(1, thread_name_prefix="hl7-keep") for _ in range(lanes)]
        self._free = list(self._all)
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, raw: bytes) -> "asyncio.Future[bytes | None]":
        """Queue one message; its answer, once it is kept, or None if it is not."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((raw, future))
        self._start()
        return future

    async def close(self) -> None:
        """Finish what is queued, then let go of threads and connections."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        for lane in self._all:
            lane.submit(connections.close_all)
            lane.shutdown()

    def _start(self) -> None:
        while self._waiting and self._free:
            work = self._work(self._free.pop(), self._next_group())
            task = asyncio.get_running_loop().create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _next_group(self) -> list[Waiting]:
        group, size = [self._waiting.popleft()], 0
        while self._waiting and len(group) < MOST_AT_ONCE:
            size += len(group[-1][0])
            if size + len(self._waiting[0][0]) > MOST_BYTES_AT_ONCE:
                break
            group.append(self._waiting.popleft())
        return group

    async def _work(self, lane: ThreadPoolExecutor, group: list[Waiting]) -> None:
        answers: Sequence[bytes | None] = [None] * len(group)
        try:
            raws = [raw for raw, _future in group]
            answers = await asyncio.get_running_loop().run_in_executor(lane, self._keep, raws)
        except Exception as fault:
            log.error("mllp_group_failed", messages_count=len(group), exc_info=fault)
        finally:
            self._free.append(lane)
        for (_raw, future), answer in zip(group, answers, strict=True):
            if not future.done():
                future.set_result(answer)
        self._kept()
        self._start()
