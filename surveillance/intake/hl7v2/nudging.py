"""Tells the workers that something was kept, so that it is taken in within a second or two.

A wake-up without arguments. One that is lost does no harm: beat asks every few seconds anyway. It
has a thread of its own, so that a broker that is away holds up no answer.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from celery import current_app

log = structlog.get_logger(__name__)
TASK = "surveillance.tasks.take_in_messages"
EXPIRES_SECONDS = 10
PAUSE_SECONDS = 1.0


def wake_workers() -> None:
    """Ask for what was kept to be taken in. A broker that is away is noted, nothing more."""
    try:
        current_app.send_task(TASK, expires=EXPIRES_SECONDS, ignore_result=True, retry=False)
    except Exception as fault:
        log.warning("mllp_broker_away", error=type(fault).__name__)


class Nudge:
    """Called as often as one likes; nudges at once, then at most once in `PAUSE_SECONDS`."""

    def __init__(self, wake: Callable[[], None] = wake_workers) -> None:
        self._wake = wake
        self._asked = asyncio.Event()

    def __call__(self) -> None:
        """Ask for a nudge."""
        self._asked.set()

    async def run(self) -> None:
        """Nudge until cancelled."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="hl7-nudge") as thread:
            while await self._asked.wait():
                self._asked.clear()
                await loop.run_in_executor(thread, self._wake)
                await asyncio.sleep(PAUSE_SECONDS)
