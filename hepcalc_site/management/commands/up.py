"""One command for one machine: broker, web, worker and beat, and a listener for HL7 v2."""

import http.client
import os
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from hepcalc_site.broker_address import embedded_url
from hepcalc_site.processes import beat_command, mllp_command, web_command, worker_command
from hepcalc_site.running import broker, ports
from hepcalc_site.running.lock import only_one
from hepcalc_site.running.supervisor import Part, Supervisor

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # compared with, not bound to
AGAIN = "`manage.py up`, or let a service manager do it (docs/operations.md has a unit)"
# Celery advises against root, rightly; on a machine of one's own the advice is noise.
QUIET_ABOUT_ROOT = "ignore:You're running the worker with superuser privileges"


class Command(BaseCommand):
    """Start broker, web, worker and beat, with `--mllp` the listener for HL7 v2 as well; stop all
    when one ends or Ctrl-C is pressed. A listener that ends is started again."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen, and whether to prepare the database first."""
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 0) or None)
        parser.add_argument("--bind", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--welcome", default="", help="text to print once all is ready")
        parser.add_argument("--again", default=AGAIN, help="how to start it again once it died")
        parser.add_argument("--mllp", action="store_true", help="listen for HL7 v2 (MLLP_PORT)")
        parser.add_argument(
            "--next-free",
            action="store_true",
            help="where MLLP_PORT is taken, listen on the next free port",
        )
        parser.add_argument(
            "--no-prepare",
            action="store_true",
            help="leave out migrate, sync_roles and collectstatic",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start, watch, stop. Exit status 1 if a part ended by itself."""
        data_dir: Path = settings.DATA_DIR
        broker.make_private(data_dir)
        with only_one(data_dir):
            if not options["no_prepare"]:
                call_command("migrate", interactive=False, verbosity=0)
                call_command("sync_roles", verbosity=0)
                call_command("collectstatic", interactive=False, verbosity=0)
            port = ports.choose(options["port"])
            mllp_port = self.listener_port(options["next_free"]) if options["mllp"] else None
            status = Supervisor(environment_for(port, mllp_port), self.say).run(
                parts_for(f"{options['bind']}:{port}", port, mllp_port),
                announce=lambda: self.welcome(port, mllp_port, options["welcome"]),
            )
        if status:
            self.say(f"Nothing is lost. To start it again: {options['again']}.")
        sys.exit(status)

    def listener_port(self, next_free: bool) -> int:
        """MLLP_PORT, or the next free port where that will do; looked for just before the start."""
        wanted = settings.MLLP.port
        if next_free:
            return ports.next_free(wanted, "MLLP_PORT=9575")
        if not ports.is_free(wanted):
            raise CommandError(f"Port {wanted} (for HL7 v2) is taken. Name another: MLLP_PORT=9575")
        return wanted

    def say(self, text: str) -> None:
        """Print a line now, even into a pipe."""
        self.stdout.write(text)
        self.stdout.flush()

    def welcome(self, port: int, mllp_port: int | None, text: str) -> None:
        """Tell where it runs."""
        listens = f"HL7 messages are taken at localhost:{mllp_port}.\n" if mllp_port else ""
        self.say(
            f"\nHepCalc is ready: http://localhost:{port}/\n{text}{listens}Stop with Ctrl-C.\n"
        )


def environment_for(port: int, mllp_port: int | None) -> dict[str, str]:
    """Our environment plus where the broker is and what links in e-mails begin with."""
    here = {"SITE_URL": f"http://localhost:{port}", "PYTHONWARNINGS": QUIET_ABOUT_ROOT}
    environment = {**(here if settings.IS_LOCAL else {}), **os.environ}
    listener = {"MLLP_PORT": str(mllp_port)} if mllp_port else {}
    return {**environment, **listener, "REDIS_URL": redis_url(), "PYTHONUNBUFFERED": "1"}


def redis_url() -> str:
    """REDIS_URL, or the embedded broker's address."""
    return settings.REDIS_URL or embedded_url(settings.DATA_DIR)


def parts_for(bind: str, port: int, mllp_port: int | None = None) -> Sequence[Part]:
    """What to start, in order. The broker is ours only where no REDIS_URL is given, the listener
    for HL7 v2 runs where it has a port."""
    python = [sys.executable, "-m"]
    broker_ready = is_answering(redis_url())
    embedded = Part(
        name="broker", command=broker.broker_command(settings.DATA_DIR), grace=2, ready=broker_ready
    )
    ours = [] if settings.REDIS_URL else [embedded]
    listener = Part(
        name="mllp",
        command=[*python, *mllp_command()],
        grace=12,
        ready=listens(mllp_port or 0),
        comes_back=True,
    )
    return [
        *ours,
        Part(name="worker", command=[*python, *worker_command()], grace=4),
        Part(name="web", command=[*python, *web_command(bind)], grace=3, ready=lives(port)),
        Part(name="beat", command=[*python, *beat_command()], grace=2),
        *([listener] if mllp_port else []),
    ]


def is_answering(url: str) -> Callable[[], bool]:
    """A question to ask the broker until it says yes."""
    return lambda: broker.answers(url)


def lives(port: int) -> Callable[[], bool]:
    """A question to ask the web server until it says yes."""

    def ask() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/livez")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()

    return ask


def listens(port: int) -> Callable[[], bool]:
    """A question to ask the listener for HL7 v2 until it says yes."""
    host = "127.0.0.1" if settings.MLLP.host in EVERYWHERE else settings.MLLP.host

    def ask() -> bool:
        try:
            with socket.create_connection((host, port), timeout=5):
                return True
        except OSError:
            return False

    return ask
