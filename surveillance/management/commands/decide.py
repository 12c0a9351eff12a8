"""decide [FILE]: one written case per line in, one JSON answer per line out; no database.

A line that cannot be understood is answered by {"id", "error"}; the other lines are answered, and
the exit status at the end is 1.
"""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from surveillance.protocol.written_cases import answer_to

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Command(BaseCommand):
    help = "Answer written cases: JSON lines from FILE or standard input to standard output."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            refused = self._answer_all(options["file"])
            self.stdout.flush()
        except BrokenPipeError:  # whoever read the answers has enough of them
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        if refused:
            sys.exit(1)

    def _answer_all(self, name: str) -> int:
        refused = 0
        with _opened(name) as lines:
            for answer in answers(lines):
                refused += "error" in answer
                # ASCII: any terminal and any half of a surrogate pair can be written.
                self.stdout.write(json.dumps(answer))
        return refused


def answers(lines: Iterable[bytes]) -> Iterator[dict[str, object]]:
    """One answer for each line that is not blank, as it is read."""
    for number, line in enumerate(lines):
        text = line.removeprefix(_BYTE_ORDER_MARK) if number == 0 else line
        if text.strip():
            yield answer_to(text)


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    path = Path(name)
    if not path.is_file():
        raise CommandError(f"{name} cannot be read: there is no such file.")
    with path.open("rb") as stream:
        yield stream
