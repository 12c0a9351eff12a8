"""Starts the processes in order, watches them, and stops them in the opposite order."""

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from hepcalc_site.running.children import Child, Guard, wait_until

SECONDS_BETWEEN_WATCHES = 0.2
COMEBACKS = 3
WITHIN_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Part:
    """One process to run. `ready` is asked until it says yes; None means nothing to wait for. One
    that `comes_back` is started again when it ends, and stops no other."""

    name: str
    command: Sequence[str]
    grace: float
    ready: Callable[[], bool] | None = None
    patience: float = 60
    comes_back: bool = False


@dataclass
class Comebacks:
    """When a part was started again lately: at most a few times a minute."""

    part: Part
    at: list[float] = field(default_factory=list)
    is_put_off: bool = False

    def may_start(self, now: float) -> bool:
        """Whether it was not started again too often within the last minute."""
        self.at = [one for one in self.at if one > now - WITHIN_SECONDS]
        return len(self.at) < COMEBACKS


@dataclass
class Supervisor:
    """Runs `parts` until a signal comes or one of them ends that does not come back."""

    environment: Mapping[str, str]
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    guard: Guard = field(default_factory=Guard)
    asked_to_stop: str = ""
    comebacks: dict[str, Comebacks] = field(default_factory=dict)

    def run(self, parts: Sequence[Part], *, announce: Callable[[], None]) -> int:
        """Exit status: 0 when asked to stop, 1 when a part failed."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        try:
            if all(self._start(part) for part in parts):
                announce()
                self.comebacks = {one.name: Comebacks(one) for one in parts if one.comes_back}
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
        self.children.append(self._child(part))
        if part.ready is None:
            return True
        if wait_until(part.ready, seconds=part.patience, still_wanted=self._going):
            return True
        if self._going():
            self.say(f"{part.name} was not ready within {part.patience:.0f} seconds.")
            self.children[-1].end_group()
        return False

    def _child(self, part: Part) -> Child:
        child = Child(part.name, part.command, self.environment, grace=part.grace)
        self.guard.watch(child)
        return child

    def _going(self) -> bool:
        return not self.asked_to_stop and not self._ended()

    def _ended(self) -> list[Child]:
        """Those that do not come back. While all are being started, none does."""
        rest = [child for child in self.children if child.name not in self.comebacks]
        return [child for child in rest if child.exit_status() is not None]

    def _watch(self) -> None:
        while self._going():
            for place, child in enumerate(self.children):
                if child.name in self.comebacks and child.exit_status() is not None:
                    self._bring_back(place, child, self.comebacks[child.name])
            time.sleep(SECONDS_BETWEEN_WATCHES)

    def _bring_back(self, place: int, child: Child, known: Comebacks) -> None:
        ended = f"{child.name} ended unexpectedly ({describe(child.exit_status())})"
        if not known.may_start(time.monotonic()):
            if not known.is_put_off:
                self.say(f"{ended}, too often; starting it again within a minute.")
            known.is_put_off = True
            return
        self.say(f"{ended}; starting it again. The rest goes on.")
        child.end_group()
        self.guard.forget(child)
        self.children[place] = self._child(known.part)
        known.at.append(time.monotonic())
        known.is_put_off = False

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
