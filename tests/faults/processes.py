"""A real `manage.py up` for tests: started, looked at, and never left behind."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hepcalc_site.broker_address import socket_path
from hepcalc_site.running.ports import is_free

ROOT = Path(__file__).resolve().parents[2]
PROC = Path("/proc")


def environment(data_dir: Path) -> dict[str, str]:
    """The environment of an embedded installation in `data_dir`, and nothing else."""
    return {
        "PATH": os.environ["PATH"],
        "ENV_FILE": "/nowhere",
        "SECRET_KEY": "only-for-tests-" + "0" * 50,
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "HTTPS": "false",
        "EMAIL_URL": "filemail://",
        "DATA_DIR": str(data_dir),
        "LOG_LEVEL": "WARNING",
        "GUNICORN_CMD_ARGS": "--workers=1",  # each start of one costs seconds
    }


def manage(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(data_dir),
        capture_output=True,
        text=True,
        timeout=120,
    )


def eventually(true: Callable[[], bool], seconds: float) -> bool:
    """Whether it becomes true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@dataclass
class Running:
    """One `up`, its port, its folder and what it printed."""

    process: subprocess.Popen[bytes]
    data_dir: Path
    port: int
    mllp_port: int
    output: Path

    def said(self) -> str:
        """Everything printed so far."""
        return self.output.read_text(encoding="utf-8")

    def get(self, path: str) -> str:
        """A page's text, also where its status is an error; nothing where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as page:
                return str(page.read().decode())
        except urllib.error.HTTPError as answer:
            return answer.read().decode()
        except OSError:
            return ""

    def alive(self) -> dict[int, str]:
        """Every live process that belongs to this installation, and its command line.

        Known by its environment; the broker overwrites that, and is known by its socket.
        """
        mark = f"DATA_DIR={self.data_dir}".encode()
        socket = str(socket_path(self.data_dir))
        found = {}
        for entry in (entry for entry in PROC.iterdir() if entry.name.isdecimal()):
            command = _read(entry / "cmdline").replace(b"\0", b" ").decode()  # none: a zombie
            is_ours = mark in _read(entry / "environ").split(b"\0") or socket in command
            if command and is_ours:
                found[int(entry.name)] = command
        return found

    def child(self, word: str) -> int:
        """The process id of a direct child whose command line has this word."""
        for pid, command in self.alive().items():
            parent = _read(PROC / str(pid) / "stat").rsplit(b")", 1)[-1].split()[1:2]
            if parent == [str(self.process.pid).encode()] and word in command:
                return pid
        raise AssertionError(f"no child with {word!r} in {self.alive()}")

    def destroy(self) -> None:
        """Kill whatever is left, so that one failing test does not spoil the next."""
        for pid in self.alive():
            os.kill(pid, signal.SIGKILL)
        self.process.wait(10)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def start(data_dir: Path, *options: str) -> Running:
    """Start `up` on a migrated folder; returns at once."""
    first = 18100 + 100 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    free = (port for port in range(first, first + 100) if is_free(port))
    port, mllp_port = next(free), next(free)
    output = data_dir / "output.txt"
    with output.open("wb") as pipe:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--no-prepare", "--port", str(port), *options],
            cwd=ROOT,
            env=environment(data_dir) | {"MLLP_PORT": str(mllp_port)},
            stdout=pipe,
            stderr=subprocess.STDOUT,
        )
    return Running(process, data_dir, port, mllp_port, output)
