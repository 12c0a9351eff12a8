"""Two sites of a registry, and a way to hand a file in."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from patients.models import Site
from surveillance.intake.csv_registry.importing import FileToRead
from surveillance.intake.csv_registry.whole_file import Listener, Outcome, import_file
from surveillance.registry.rows import RowProblem
from tests.factories import NOW, SiteFactory
from tests.surveillance.intake.registry_files import csv_file

Import = Callable[..., tuple[Outcome, list[RowProblem]]]


@pytest.fixture
def north(db) -> Site:
    return SiteFactory(slug="north", name="North Hospital")


@pytest.fixture
def south(db) -> Site:
    return SiteFactory(slug="south", name="South Hospital")


@pytest.fixture
def take_file(north: Site, south: Site) -> Import:
    """Take a file in (or with dry_run=True look at it); the outcome and the problems by line."""

    def take(path: Path, **options) -> tuple[Outcome, list[RowProblem]]:
        problems: list[RowProblem] = []
        outcome = import_file(
            FileToRead(path, {"north": north, "south": south}),
            listener=Listener(problems.extend),
            by=None,
            now=NOW,
            **options,
        )
        return outcome, sorted(problems, key=lambda problem: (problem.line, problem.column))

    return take


@pytest.fixture
def take(take_file: Import, tmp_path: Path) -> Import:
    """As `take_file`, of rows."""

    def take_rows(*rows: Mapping[str, str], **options) -> tuple[Outcome, list[RowProblem]]:
        return take_file(csv_file(tmp_path, *rows), **options)

    return take_rows
