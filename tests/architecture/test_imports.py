"""Imports go down, never up or across."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT


def test_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    found = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)

    assert found.returncode == 0, found.stdout + found.stderr
    assert "0 broken" in found.stdout
