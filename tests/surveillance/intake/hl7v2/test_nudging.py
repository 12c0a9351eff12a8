"""After keeping, workers are woken: at once, seldom, and without harm where nobody answers."""

import asyncio

import pytest

from hepcalc_site.celery import app
from surveillance.intake.hl7v2.nudging import TASK, Nudge, wake_workers


def test_many_messages_at_once_are_one_nudge() -> None:
    nudges: list[str] = []

    async def story() -> None:
        nudge = Nudge(lambda: nudges.append("nudge"))
        for _ in range(100):
            nudge()
        running = asyncio.create_task(nudge.run())
        while not nudges:
            await asyncio.sleep(0)
        nudge()
        running.cancel()

    asyncio.run(story())

    assert nudges == ["nudge"]


def test_the_wake_up_has_no_arguments_and_a_broker_that_is_away_does_no_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[object, ...]] = []

    def away(*arguments: object, **_options: object) -> None:
        asked.append(arguments)
        raise ConnectionError

    monkeypatch.setattr(app, "send_task", away)

    wake_workers()

    assert asked == [(TASK,)]
