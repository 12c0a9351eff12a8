"""What arrives while the last transaction is being written is kept together in the next.

A database spends most of a small transaction on making it last. One for all that wait costs as
much as one for a single message, so the busier it is the less each costs; alone, nobody waits.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from django.db import connections

log = structlog.get_logger(__name__)
Read = Callable[[Sequence[bytes]], Any]
Keep = Callable[[Any], Sequence[bytes | None]]
Waiting = tuple[bytes, "asyncio.Future[bytes | None]"]

MOST_AT_ONCE = 200
MOST_BYTES_AT_ONCE = 32 * 1024 * 1024
MOST_IN_HAND = 2
"""One group is read while the one before it is written (measured: `python -m bench mllp`)."""


class Groups:
    """A queue in front of `keep`, which is given what `read` made of a group; each runs in a thread
    of its own, with its own connection, one group after the other. Belongs to one event loop."""

    def __init__(
        self,
        keep: Keep,
        *,
        read: Read = tuple,
        kept: Callable[[], None] = lambda: None,
        in_hand: int = MOST_IN_HAND,
    ) -> None:
        self._read, self._keep, self._kept, self._most_in_hand = read, keep, kept, in_hand
        self._waiting: deque[Waiting] = deque()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="hl7-read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="hl7-keep")
        self._is_reading = False
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
        for thread in (self._reader, self._writer):
            thread.submit(connections.close_all)
            thread.shutdown()

    def _start(self) -> None:
        if self._waiting and not self._is_reading and len(self._tasks) < self._most_in_hand:
            self._is_reading = True
            task = asyncio.get_running_loop().create_task(self._work(self._next_group()))
            self._tasks.add(task)
            task.add_done_callback(self._end)

    def _end(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._start()

    def _next_group(self) -> list[Waiting]:
        group, size = [self._waiting.popleft()], 0
        while self._waiting and len(group) < MOST_AT_ONCE:
            size += len(group[-1][0])
            if size + len(self._waiting[0][0]) > MOST_BYTES_AT_ONCE:
                break
            group.append(self._waiting.popleft())
        return group

    async def _work(self, group: list[Waiting]) -> None:
        answers: Sequence[bytes | None] = [None] * len(group)
        try:
            answers = await self._answers([raw for raw, _future in group])
        except Exception as fault:
            log.error("mllp_group_failed", messages_count=len(group), exc_info=fault)
        for (_raw, future), answer in zip(group, answers, strict=True):
            if not future.done():
                future.set_result(answer)
        self._kept()

    async def _answers(self, raws: Sequence[bytes]) -> Sequence[bytes | None]:
        """Groups are handed to the writer in the order in which they were read: of two messages
        that one sender sends without waiting, the first is kept first."""
        loop = asyncio.get_running_loop()
        try:
            read = await loop.run_in_executor(self._reader, self._read, raws)
        finally:
            self._is_reading = False
        writing = loop.run_in_executor(self._writer, self._keep, read)
        self._start()
        return await writing
