"""The listener with all that belongs to it, until somebody asks it to stop."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog
from django.db import connections

from surveillance.intake.hl7v2.groups import Groups
from surveillance.intake.hl7v2.keeping import keep_all, read_all
from surveillance.intake.hl7v2.listener import Listener, Listening
from surveillance.intake.hl7v2.nudging import Nudge
from surveillance.intake.hl7v2.strays import adopt_strays

log = structlog.get_logger(__name__)
SECONDS_BETWEEN_LOOKS = 10


async def serve(
    listening: Listening, *, clock: Callable[[], datetime], ready: Callable[[int], None]
) -> None:
    """Listen until SIGTERM or SIGINT; `ready` is told the port. Raises OSError if it is taken."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(note_trouble)
    nudge, stop = Nudge(), asyncio.Event()
    groups = Groups(keep_all, read=lambda raws: read_all(raws, clock), kept=nudge)
    listener = Listener(listening, groups, clock)
    port = await listener.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    beside = [loop.create_task(nudge.run()), loop.create_task(_look_for_strays(clock, nudge))]
    ready(port)
    await stop.wait()
    await listener.stop()
    for task in beside:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def note_trouble(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What asyncio has to tell: the kind of it, never its bytes."""
    fault = context.get("exception")
    log.warning("mllp_connection_trouble", error=type(fault).__name__ if fault else "unknown")


async def _look_for_strays(clock: Callable[[], datetime], nudge: Callable[[], None]) -> None:
    while True:
        if await asyncio.to_thread(_adopt, clock):
            nudge()
        else:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


def _adopt(clock: Callable[[], datetime]) -> int:
    try:
        return adopt_strays(clock)
    finally:
        connections.close_all()
