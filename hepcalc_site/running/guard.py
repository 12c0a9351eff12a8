"""Ends what `manage.py up` started, should `up` itself be killed.

A program of its own, without Django: `up` starts it with a pipe to its standard input, names each
process group it starts ("123"), takes back one that has ended ("-123"), and says "done" after an
orderly stop. The pipe also closes when `up` dies, however it dies: then the groups get SIGTERM and,
a few seconds later, SIGKILL. That reaches the children of children too, and those that wait for a
task to end.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

SECONDS_TO_END = 5.0
SECONDS_BETWEEN_LOOKS = 0.1


def main() -> None:
    """Read until the pipe closes, then end what is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: list[int] = []
    for line in sys.stdin:
        if line.strip() == "done":
            return
        group = int(line)
        if -group in groups:
            groups.remove(-group)
        else:
            groups.append(group)
    end_groups(groups)


def end_groups(groups: Iterable[int]) -> None:
    """SIGTERM to each group, SIGKILL to those that are still there in the end."""
    left = [group for group in groups if reaches(group, signal.SIGTERM)]
    end = time.monotonic() + SECONDS_TO_END
    while left and time.monotonic() < end:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        left = [group for group in left if reaches(group, 0)]
    for group in left:
        reaches(group, signal.SIGKILL)


def reaches(group: int, number: int) -> bool:
    """Send a signal (0: none) to a group; False when nobody is left in it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    main()
