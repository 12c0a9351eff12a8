"""Prints what the faults were counted to have done, at the end of a run in one process."""

from typing import Any

from tests.faults.scale import FIGURES


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line a test; empty where the tests ran in other processes."""
    if FIGURES:
        terminalreporter.section("what the faults did")
        for line in FIGURES:
            terminalreporter.line(line)
