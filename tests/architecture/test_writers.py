"""Risk and vital status change only where all lesions of the patient are assessed again."""

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import modules, name_of, tree_of

MAY_IMPORT = {
    "record_risk_profile": {"surveillance/workflows/update_risk.py"},
    "record_afp_result": {"surveillance/workflows/update_risk.py"},
    "append_risk_facts": {"surveillance/workflows/import_registry_rows.py"},
    "record_vital_status": {"surveillance/workflows/withdraw_patient.py"},
}


def imports_function(path: Path, name: str) -> bool:
    """Whether a module imports the function `name` (its types are free to all)."""
    return any(
        isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}
        for node in ast.walk(tree_of(path))
    )


@pytest.mark.parametrize("name", sorted(MAY_IMPORT))
def test_a_protected_writer_is_imported_only_by_its_workflow(name: str) -> None:
    importers = {name_of(path) for path in modules() if imports_function(path, name)}

    assert importers == MAY_IMPORT[name]
