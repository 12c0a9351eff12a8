"""Parts that end: which stop the rest, and which come back, and how often."""

import sys
from dataclasses import replace

import pytest

from hepcalc_site.running import guard
from hepcalc_site.running.supervisor import COMEBACKS, Comebacks, Part, Supervisor

ENDS = Part(name="mllp", command=[sys.executable, "-S", "-c", "raise SystemExit(3)"], grace=2)
WORKS = Part(
    name="web", command=[sys.executable, "-S", "-c", "import time; time.sleep(60)"], grace=2
)


@pytest.fixture(autouse=True)
def _signals_stay_with_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)


def run(*parts: Part, until: str) -> tuple[int, list[str]]:
    """Run them until that was said, then ask them to stop."""
    said: list[str] = []
    boss = Supervisor(environment={}, say=said.append)

    def say(text: str) -> None:
        said.append(text)
        if until in text:
            boss.asked_to_stop = "SIGINT"

    boss.say = say
    return boss.run(parts, announce=lambda: None), said


def test_a_part_that_comes_back_stops_nothing_however_often_it_ends() -> None:
    status, said = run(WORKS, replace(ENDS, comes_back=True), until="too often")

    ended = "mllp ended unexpectedly (exit status 3)"
    again = f"{ended}; starting it again. The rest goes on."
    assert status == 0
    assert said[:COMEBACKS] == [again] * COMEBACKS
    assert said[COMEBACKS] == f"{ended}, too often; starting it again within a minute."
    assert said[-1] == "Everything has stopped."


def test_any_other_part_that_ends_stops_the_rest() -> None:
    status, said = run(WORKS, ENDS, until="nothing")

    assert status == 1
    assert said[0] == "mllp ended unexpectedly (exit status 3); stopping the rest."


def test_after_a_minute_it_may_come_back_again() -> None:
    known = Comebacks(ENDS, at=[0.0, 10.0, 20.0])

    assert [known.may_start(at) for at in (30.0, 59.0, 60.5)] == [False, False, True]


def test_the_guard_ends_no_part_that_has_ended_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(guard, "end_groups", ended.extend)
    monkeypatch.setattr("sys.stdin", ["11\n", "12\n", "-11\n", "13\n"])

    guard.main()

    assert ended == [12, 13]
