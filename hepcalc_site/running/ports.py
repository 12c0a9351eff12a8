"""On which ports the pages are served and messages are taken."""

import socket

from django.core.management.base import CommandError

FIRST_PORT = 8000
PORTS_TO_TRY = 50


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose(wanted: int | None) -> int:
    """The port that was asked for, which must be free, or the next free one from 8000."""
    if wanted is not None:
        if not is_free(wanted):
            raise CommandError(f"Port {wanted} is taken. Name another: PORT=8080")
        return wanted
    return next_free(FIRST_PORT, "PORT=9000")


def next_free(first: int, example: str) -> int:
    """The first free port from `first` on; where there is none, `example` shows how to name one."""
    for port in range(first, first + PORTS_TO_TRY):
        if is_free(port):
            return port
    raise CommandError(f"No free port from {first} on. Name one: {example}")
