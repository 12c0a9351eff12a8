"""The table of roles in words has a line for each permission and matches its document."""

from pathlib import Path

from surveillance.role_words import WORDS, as_markdown, role_columns, role_rows
from surveillance.roles import PERMISSIONS, Permission

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/roles.md"


def test_every_permission_has_words() -> None:
    assert set(WORDS) == set(Permission)


def test_marks_are_those_of_the_table() -> None:
    marks = [row.marks for row in role_rows()]

    assert len(role_columns()) == len(PERMISSIONS)
    for number, granted in enumerate(PERMISSIONS.values()):
        assert sum(row[number] for row in marks) == len(granted)


def test_the_document_is_current() -> None:
    written = DOCUMENT.read_text(encoding="utf-8")

    assert written == as_markdown(), "manage.py print_roles > docs/roles.md"
