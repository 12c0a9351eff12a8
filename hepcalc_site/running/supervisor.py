"""Starts the processes in order, watches them, and stops them in the opposite order."""

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from hepcalc_site.running.children import Child, Guard, wait_until

SECONDS_BETWEEN_WATCHES = 0.2


@dataclass(frozen=True, kw_only=True)
class Part:
    """One process to run. `ready` is asked until it says yes; None means nothing to wait for."""

    name: str
    command: Sequence[str]
    grace: float
    ready: Callable[[], bool] | None = None
    patience: float = 60


@dataclass
class Supervisor:
    """Runs `parts` until a signal comes or one of them ends."""

    environment: Mapping[str, str]
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    guard: Guard = field(default_factory=Guard)
    asked_to_stop: str = ""

    def run(self, parts: Sequence[Part], *, announce: Callable[[], None]) -> int:
        """Exit status: 0 when asked to stop, 1 when a part failed."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        try:
            if all(self._start(part) for part in parts):
                announce()
                self._watch()
        finally:
            trouble = self._trouble()
            if trouble:
                self.say(trouble)
            self._stop_all()
        return 1 if trouble else 0

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.asked_to_stop:
            for child in self.children:
                child.end_group()
        self.asked_to_stop = signal.Signals(number).name

    def _start(self, part: Part) -> bool:
        if not self._going():
            return False
        child = Child(part.name, part.command, self.environment, grace=part.grace)
        self.guard.watch(child)
        self.children.append(child)
        if part.ready is None:
            return True
        if wait_until(part.ready, seconds=part.patience, still_wanted=self._going):
            return True
        if self._going():
            self.say(f"{part.name} was not ready within {part.patience:.0f} seconds.")
            self.children[-1].end_group()
        return False

    def _going(self) -> bool:
        return not self.asked_to_stop and not self._ended()

    def _ended(self) -> list[Child]:
        return [child for child in self.children if child.exit_status() is not None]

    def _watch(self) -> None:
        while self._going():
            time.sleep(SECONDS_BETWEEN_WATCHES)

    def _trouble(self) -> str:
        ended = [] if self.asked_to_stop else self._ended()
        return "".join(
            f"{child.name} ended unexpectedly ({describe(child.exit_status())}); stopping the rest."
            for child in ended[:1]
        )

    def _stop_all(self) -> None:
        if self.asked_to_stop:
            self.say("Stopping …")
        for child in reversed(self.children):
            child.stop()
        self.guard.dismiss()
        self.say("Everything has stopped.")


def describe(status: int | None) -> str:
    """An exit status in words."""
    if status is None:
        return "still running"
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"exit status {status}"
