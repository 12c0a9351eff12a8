"""Database triggers that refuse to change or delete rows which may only be added.

SQLite loses the triggers of a table when a later migration rebuilds it: such a migration must
end with `FreezeRows` again, and tests/architecture says so.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython

REFUSAL = "rows of this table are only ever added"

_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION hepcalc_refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '%: {REFUSAL}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$ LANGUAGE plpgsql;
"""


class FreezeTables(RunPython):
    """Migration operation: from now on each of `models` refuses DELETE, and UPDATE of all fields
    but those named with it.

    What may change is, for instance, the three fields of a retraction, or the patient (merging two
    records re-points a fact to the survivor; it never changes what the fact says).
    """

    def __init__(self, app_label: str, models: Mapping[str, Sequence[str]]) -> None:
        def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
            for model, mutable in models.items():
                freeze(apps, schema_editor, app_label, model, mutable)

        def backwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
            tables = [apps.get_model(app_label, model)._meta.db_table for model in models]
            thaw_tables(schema_editor, tables)

        super().__init__(forwards, backwards)


class FreezeRows(FreezeTables):
    """Migration operation: the same for one model."""

    def __init__(self, app_label: str, model: str, mutable: Sequence[str] = ()) -> None:
        super().__init__(app_label, {model: mutable})


def freeze(
    apps: Apps,
    schema_editor: BaseDatabaseSchemaEditor,
    app_label: str,
    model: str,
    mutable: Sequence[str],
) -> None:
    """Install the two triggers of one model's table, in place of those it may have."""
    meta = apps.get_model(app_label, model)._meta
    thaw_tables(schema_editor, [meta.db_table])
    frozen = [f.column for f in meta.concrete_fields if f.name not in mutable]
    for statement in _statements(schema_editor.connection.vendor, meta.db_table, frozen):
        schema_editor.execute(statement, params=None)


def thaw_tables(schema_editor: BaseDatabaseSchemaEditor, tables: Iterable[str]) -> None:
    """Remove the triggers (reverse migration, and tests that must empty tables)."""
    on_table = schema_editor.connection.vendor == "postgresql"
    for table in tables:
        for verb in ("update", "delete"):
            suffix = f' ON "{table}"' if on_table else ""
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{table}_no_{verb}"{suffix}')


def _statements(vendor: str, table: str, frozen: Sequence[str]) -> list[str]:
    columns = ", ".join(f'"{column}"' for column in frozen)
    if vendor == "postgresql":
        body = "FOR EACH ROW EXECUTE FUNCTION hepcalc_refuse_change()"
        return [
            _POSTGRES_FUNCTION,
            f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {columns} ON "{table}" {body}',
            f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {body}',
        ]
    body = f"BEGIN SELECT RAISE(ABORT, '{table}: {REFUSAL}'); END"
    return [
        f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {columns} ON "{table}" {body}',
        f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {body}',
    ]
