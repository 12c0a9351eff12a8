"""The real web server on the test database, whose workers are killed while people send forms."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from hepcalc_site.processes import web_command
from hepcalc_site.running.ports import is_free
from tests.faults.processes import PROC, ROOT, eventually

SECRET = "a" * 32
"""What cookie and form must both carry; any will do."""


class WebServer:
    """Use as a context manager. The database is that of `DATABASE_URL` in the environment."""

    def __init__(self, data_dir: Path) -> None:
        first = 18700 + 50 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        self.port = next(port for port in range(first, first + 50) if is_free(port))
        self._environment = os.environ | {
            "SECRET_KEY": settings.SECRET_KEY,
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "HTTPS": "false",
            "DATA_DIR": str(data_dir),
            "GUNICORN_CMD_ARGS": "--workers=1",  # each start of one costs seconds
        }
        self._folder = data_dir

    def __enter__(self) -> "WebServer":
        bind = f"127.0.0.1:{self.port}"
        with (self._folder / "web.txt").open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *web_command(bind)],
                cwd=ROOT,
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        assert eventually(self._answers, 30), (self._folder / "web.txt").read_text()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(20)

    def workers(self) -> list[int]:
        """The process ids of those that answer."""
        pid = self._process.pid
        return [int(each) for each in (PROC / f"{pid}/task/{pid}/children").read_text().split()]

    def kill_workers(self) -> None:
        """kill -9 to each; the server starts others."""
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/livez", timeout=2):
                return True
        except OSError:
            return False


class Browser:
    """Somebody signed in, who sends a form again when nothing was heard."""

    def __init__(self, server: WebServer, user: User) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self._cookies = f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={SECRET}"
        self._server = server
        self.unheard = 0
        """How often no answer came."""

    def insist(self, path: str, said: dict[str, str], *, killed_after: float | None = None) -> int:
        """The status of the answer, asked for until there is one. `killed_after`: so many seconds
        after the first asking the server's workers die."""
        found: list[int] = []
        if killed_after is not None:
            threading.Timer(killed_after, self._server.kill_workers).start()

        def heard() -> bool:
            try:
                found.append(self._send(path, said))
            except (http.client.HTTPException, OSError):
                self.unheard += 1
            return bool(found)

        assert eventually(heard, 60), f"no answer from {path}"
        return found[0]

    def _send(self, path: str, said: dict[str, str]) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=30)
        body = urllib.parse.urlencode(said | {"csrfmiddlewaretoken": SECRET})
        headers: dict[str, Any] = {
            "Cookie": self._cookies,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            connection.request("POST", path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()
