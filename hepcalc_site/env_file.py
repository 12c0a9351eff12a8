"""Environment files, for people who start commands by hand."""

import secrets
from collections.abc import MutableMapping, Sequence
from pathlib import Path

from hepcalc_site.env import BASE_DIR, LEAST_SECRET_LENGTH

# Commands that neither sign anything nor touch the database, and so need no installation.
COMMANDS_WITHOUT_SECRET = frozenset(
    {"decide", "print_protocol", "print_roles", "collectstatic", "help", "version", "simulate"}
)


def load_environment_file(variables: MutableMapping[str, str]) -> None:
    """Fill in what is not set from ENV_FILE, else .env, else the demo's own file.

    The demo's file is used only when nothing at all is configured, so that a production shell
    never works on the demo by accident.
    """
    named = variables.get("ENV_FILE")
    demo = [] if "SECRET_KEY" in variables else [BASE_DIR / ".demo" / "env"]
    candidates = [Path(named)] if named else [BASE_DIR / ".env", *demo]
    for path in candidates:
        if path.is_file():
            for name, value in parse_environment_file(path.read_text(encoding="utf-8")).items():
                variables.setdefault(name, value)
            return


def parse_environment_file(text: str) -> dict[str, str]:
    """NAME=value lines; blank lines and # comments are skipped, quotes around a value dropped."""
    pairs = (
        line.split("=", 1)
        for line in text.splitlines()
        if "=" in line and not line.lstrip().startswith("#")
    )
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def lend_secret_for(command: Sequence[str], variables: MutableMapping[str, str]) -> None:
    """Lend throwaway values to the commands that answer from code alone, such as `decide`."""
    if not set(command) & COMMANDS_WITHOUT_SECRET:
        return
    variables.setdefault("SECRET_KEY", secrets.token_urlsafe(LEAST_SECRET_LENGTH))
    variables.setdefault("ALLOWED_HOSTS", "localhost")
    variables.setdefault("EMAIL_URL", "memorymail://")
