"""A newcomer's machine: what `make` says when something is missing, and what the demo keeps."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from hepcalc_site import demo
from hepcalc_site.env_file import parse_environment_file
from hepcalc_site.settings import LEAST_HOOK_TOKEN
from tests.architecture.sources import ROOT


def test_a_machine_without_a_new_enough_python_is_told_what_to_do(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / ".requirements", tmp_path / ".requirements")

    refused = subprocess.run(
        ["make", "demo", "PYTHON="], cwd=tmp_path, capture_output=True, text=True
    )

    assert refused.returncode != 0
    assert "HepCalc needs Python 3.11 or newer; this machine has: Python" in refused.stdout
    assert "make demo PYTHON=" in refused.stdout
    assert not (tmp_path / ".venv").exists()


def test_every_promised_command_is_there() -> None:
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True).stdout

    promised = ("install", "demo", "demo-reset", "test", "check", "bench", "lock", "format")
    for name in (*promised, "messages"):
        assert f"make {name} " in told


def test_the_demo_s_settings_are_private_and_written_once(tmp_path: Path) -> None:
    path = tmp_path / "demo" / "env"

    demo.write_settings(path)
    first = path.read_text(encoding="utf-8")
    demo.write_settings(path)

    assert path.read_text(encoding="utf-8") == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = parse_environment_file(first)
    assert len(written["SECRET_KEY"]) >= 50
    assert len(written["DEMO_PASSWORD"]) >= 12
    assert len(written["SMS_HOOK_TOKEN"]) >= LEAST_HOOK_TOKEN
    assert "DEBUG" not in written


def test_the_demo_forgets_the_settings_of_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "env"
    demo.write_settings(path)
    for name in ("DJANGO_SETTINGS_MODULE", "SECRET_KEY", "DATA_DIR", "DATABASE_URL", "REDIS_URL"):
        monkeypatch.setenv(name, "of another installation")
    for name in parse_environment_file(path.read_text(encoding="utf-8")):
        monkeypatch.setenv(name, "of another installation")

    demo.take_environment(path)

    assert "DATABASE_URL" not in os.environ
    assert "REDIS_URL" not in os.environ
    assert os.environ["DATA_DIR"] == ".demo"
    assert os.environ["DJANGO_SETTINGS_MODULE"] == "hepcalc_site.settings"
