"""`make demo`: a ready-made installation on this machine, with synthetic patients.

Everything is kept in .demo/: settings with a generated secret, the database, the mailbox.
DEMO_FOLDER names another folder of the checkout, for a second demonstration beside the first.
"""

import argparse
import os
import secrets
import shutil
import sys
from pathlib import Path

from django.core.management import execute_from_command_line
from django.core.management.base import CommandError

from hepcalc_site.env import BASE_DIR
from hepcalc_site.env_file import parse_environment_file
from hepcalc_site.running import ports
from hepcalc_site.running.lock import only_one

FOLDER = BASE_DIR / os.environ.get("DEMO_FOLDER", ".demo")
SETTINGS = FOLDER / "env"


def main() -> None:
    """Prepare what is missing, then run until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("--reset", action="store_true", help="delete the demo and its data")
    try:
        if parser.parse_args().reset:
            reset()
        else:
            run()
    except CommandError as refusal:
        sys.exit(f"{refusal}")
    except KeyboardInterrupt:
        sys.exit("\nStopped before the demo was ready; the next `make demo` starts it again.")


def reset() -> None:
    """Delete the demo, unless it is running."""
    if FOLDER.is_dir():
        with only_one(FOLDER):
            shutil.rmtree(FOLDER)
    sys.stdout.write("The demo is gone; `make demo` makes a new one.\n")


def run() -> None:
    """Settle the environment, then let the command `demo` do the rest."""
    asked = os.environ.get("PORT", "")
    if asked and not asked.isdecimal():
        raise CommandError(f"PORT={asked} is not a port. Give a number: PORT=8080")
    listener = os.environ.get("MLLP_PORT", "")
    write_settings(SETTINGS)
    take_environment(SETTINGS)
    port = str(ports.choose(int(asked) if asked else None))
    os.environ |= {"PORT": port, "SITE_URL": f"http://localhost:{port}"}
    os.environ |= {"DEMO": "true"} | ({"MLLP_PORT": listener} if listener else {})
    execute_from_command_line(["manage.py", "demo"])


def write_settings(path: Path) -> None:
    """Write the demo's settings once, readable by us only."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, exist_ok=True)
    lines = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "HTTPS": "false",
        "DATA_DIR": FOLDER.name,
        "EMAIL_URL": "filemail://",
        "SMS_URL": "loopback://",
        "SMS_HOOK_TOKEN": secrets.token_urlsafe(32),  # for trying what a patient texts
        "LOG_LEVEL": "WARNING",
        "DEMO_PASSWORD": secrets.token_urlsafe(9),
    }
    draft = path.with_suffix(".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in lines.items())
    draft.rename(path)


def take_environment(path: Path) -> None:
    """Forget every setting this shell may hold and take the demo's, so that no other
    installation can be touched by accident."""
    for name in parse_environment_file((BASE_DIR / ".env.example").read_text(encoding="utf-8")):
        os.environ.pop(name, None)
    os.environ.update(parse_environment_file(path.read_text(encoding="utf-8")))
    os.environ["DJANGO_SETTINGS_MODULE"] = "hepcalc_site.settings"


if __name__ == "__main__":
    main()
