"""A command before `migrate` ends with what to run, not with a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hepcalc_site.env import BASE_DIR
from hepcalc_site.unmade_database import what_to_run

COMMANDS = [["add_site", "general", "General Hospital"], ["run_sweep"]]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_command_without_a_database_names_the_cure(tmp_path: Path, words: list[str]) -> None:
    said = {
        "SECRET_KEY": "x1" * 30,
        "ALLOWED_HOSTS": "localhost",
        "HTTPS": "false",
        "EMAIL_URL": "filemail://",
        "TRUSTED_PROXY_COUNT": "0",
        "DATA_DIR": str(tmp_path / "none"),
    }
    environment = {"PATH": os.environ["PATH"], **said}

    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == "There is no database yet. Run: .venv/bin/python manage.py migrate\n"


@pytest.mark.django_db
def test_a_database_that_is_up_to_the_code_needs_nothing() -> None:
    assert what_to_run() == ""
