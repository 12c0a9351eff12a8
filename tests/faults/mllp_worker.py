"""The listener as a process of its own for fault tests."""

import os

from django.core.management import call_command

from tests.faults import chase_worker

__all__ = ["chase_worker", "listen"]  # chase_worker sets up Django on the test's database


def listen(port: int, output: str) -> None:
    """`manage.py mllp_server` until killed; what it prints goes to the file."""
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(file, stream)
    call_command("mllp_server", port=port)
