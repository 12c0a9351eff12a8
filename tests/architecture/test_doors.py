"""Doors translate; only workflows write."""

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, calls_in, modules, name_of

DOORS = ("web", "api", "admin", "intake", "management", "simulation", "tasks.py", "admin.py")
WRITES_ALWAYS = {
    "save", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update",
    "acreate", "asave", "save_model", "delete_model",
}  # fmt: skip
WRITES_ON_ROWS = {"update", "delete", "add", "remove", "set", "clear"}
ROWS = ("objects.", ".filter(", ".exclude(", "_set.")


def is_door(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return parts[0] in {"patients", "surveillance"} and len(parts) > 1 and parts[1] in DOORS


def writes(call: ast.Call) -> bool:
    """Whether a call looks like a change to the database."""
    if not isinstance(call.func, ast.Attribute):
        return False
    whole = ast.unparse(call.func)
    if call.func.attr in WRITES_ALWAYS:
        return True
    return call.func.attr in WRITES_ON_ROWS and any(mark in whole for mark in ROWS)


@pytest.mark.parametrize("source", ["Patient.objects.create(mrn='1')", "rows.filter(a=1).update()"])
def test_the_rule_sees_a_planted_write(source: str) -> None:
    call = ast.parse(source, mode="eval").body

    assert isinstance(call, ast.Call)
    assert writes(call)


def test_the_rule_lets_a_dictionary_change() -> None:
    call = ast.parse("counts.update(other)", mode="eval").body

    assert isinstance(call, ast.Call)
    assert not writes(call)


def test_doors_do_not_write() -> None:
    doors = [path for path in modules() if is_door(path)]
    found = [
        f"{name_of(path)}:{call.lineno} {ast.unparse(call.func)}"
        for path in doors
        for call in calls_in(path)
        if writes(call)
    ]

    assert doors
    assert not found, "A door writes; call a workflow instead:\n" + "\n".join(found)
