"""One child process that never outlives us."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
SECONDS_BETWEEN_LOOKS = 0.05


class Child:
    """A started process: leader of a process group of its own, told to end when we die.

    A group of its own keeps Ctrl-C in the terminal from reaching it before its turn, and lets us
    end whatever it started. `grace` is how many seconds it has to end in order.
    """

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, grace: float
    ) -> None:
        self.name = name
        self.grace = grace
        self.process = subprocess.Popen(  # noqa: S603  # our own command lines
            list(command),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with(os.getpid()),  # we start no threads before
        )

    def exit_status(self) -> int | None:
        """How it ended: an exit status, minus a signal's number, or None while it runs."""
        return self.process.poll()

    def stop(self) -> None:
        """Ask it to end, wait, then end whatever is left of its group. Harmless when repeated."""
        if self.exit_status() is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.grace)
        self.end_group()

    def end_group(self) -> None:
        """Kill what is left of the group at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _end_with(parent: int) -> Callable[[], None]:
    """What a child does first: ask the kernel for SIGTERM when its parent dies (Linux)."""

    def arrange() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return arrange


class Guard:
    """A program that ends our children should we be killed; see guard.py."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-E", "-S", str(Path(__file__).with_name("guard.py"))],
            stdin=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )

    def watch(self, child: Child) -> None:
        """Tell it of a child that it has to end after us."""
        self._tell(str(child.process.pid))

    def forget(self, child: Child) -> None:
        """Tell it of a child that has ended: its number may become another's."""
        self._tell(str(-child.process.pid))

    def dismiss(self) -> None:
        """Everything is stopped in order: nothing is left for it to do."""
        self._tell("done")
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait()

    def _tell(self, line: str) -> None:
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.write(f"{line}\n")
                self.process.stdin.flush()


def wait_until(
    ready: Callable[[], bool], *, seconds: float, still_wanted: Callable[[], bool]
) -> bool:
    """Look until `ready`, the time is over or nobody wants it any more; True if it is ready."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and still_wanted():
        if ready():
            return True
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return False
