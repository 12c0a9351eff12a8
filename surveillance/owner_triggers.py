"""Database triggers: what is open never loses its owner, and an owner never leaves it behind.

Once somebody answers for an open follow-up or escalation, the column cannot be emptied. On
PostgreSQL besides: an account that owns anything open cannot be switched off, and the last role at
a site in which one can answer cannot end while its holder owns anything open there. Workflows hand
over first. (SQLite cannot rebuild a table that the trigger of another table names, so the last two
are the workflows' alone there.)

SQLite loses the triggers of a table when a later migration rebuilds it: such a migration must end
with `GuardOwners` again, and tests/architecture says so.
"""

from collections.abc import Iterator

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython

FOLLOW_UPS, ESCALATIONS = "surveillance_followup", "surveillance_escalation"
ACCOUNTS, ROLES = "auth_user", "patients_membership"
ANSWERING = "('NURSE_NAVIGATOR', 'LEAD_NAVIGATOR', 'CLINICIAN', 'MEDICAL_DIRECTOR')"

REFUSAL = "somebody must answer for what is open: hand it over first"

_OWNS_FOLLOW_UP = f"""EXISTS (SELECT 1 FROM {FOLLOW_UPS} f
    WHERE f.owner_id = {{user}} AND f.closed_at IS NULL{{of_site}})"""  # noqa: S608 (our own names)
_OWNS_ESCALATION = f"""EXISTS (SELECT 1 FROM {ESCALATIONS} e
    JOIN {FOLLOW_UPS} f ON f.id = e.follow_up_id
    WHERE e.owner_id = {{user}} AND e.resolved_at IS NULL{{of_site}})"""  # noqa: S608 (our own names)
_OWNS = f"({_OWNS_FOLLOW_UP} OR {_OWNS_ESCALATION})"
_ANOTHER_ROLE = f"""EXISTS (SELECT 1 FROM {ROLES} m WHERE m.user_id = NEW.user_id
    AND m.site_id = NEW.site_id AND m.id <> NEW.id AND m.ended_on IS NULL
    AND m.role IN {ANSWERING})"""  # noqa: S608 (our own names)

OWN_TABLE = {
    (FOLLOW_UPS, "owner_id"): (
        "OLD.owner_id IS NOT NULL AND NEW.owner_id IS NULL AND NEW.closed_at IS NULL"
    ),
    (ESCALATIONS, "owner_id"): (
        "OLD.owner_id IS NOT NULL AND NEW.owner_id IS NULL AND NEW.resolved_at IS NULL"
    ),
}
"""When a change of that column of that table is refused: on both engines."""
OTHER_TABLES = {
    (ACCOUNTS, "is_active"): (
        f"OLD.is_active AND NOT NEW.is_active AND {_OWNS.format(user='NEW.id', of_site='')}"
    ),
    (ROLES, "ended_on"): (
        f"OLD.ended_on IS NULL AND NEW.ended_on IS NOT NULL AND NEW.role IN {ANSWERING} "
        f"AND NOT {_ANOTHER_ROLE} "
        f"AND {_OWNS.format(user='NEW.user_id', of_site=' AND f.site_id = NEW.site_id')}"
    ),
}
"""On PostgreSQL."""


def guards(vendor: str) -> dict[tuple[str, str], str]:
    """Table and column by what must not happen to them."""
    return OWN_TABLE | OTHER_TABLES if vendor == "postgresql" else OWN_TABLE


def name_of(table: str) -> str:
    """The trigger of a table."""
    return f"{table}_keeps_owner"


class GuardOwners(RunPython):
    """Migration operation: the database refuses to leave open work without its owner."""

    def __init__(self) -> None:
        super().__init__(_install, _remove)


def _install(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _remove(_apps, schema_editor)
    for statement in _statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def _remove(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    for table, _column in guards(vendor):
        suffix = f' ON "{table}"' if vendor == "postgresql" else ""
        schema_editor.execute(f'DROP TRIGGER IF EXISTS "{name_of(table)}"{suffix}')


def _statements(vendor: str) -> Iterator[str]:
    for (table, column), condition in guards(vendor).items():
        name, of = name_of(table), f'BEFORE UPDATE OF "{column}" ON "{table}" FOR EACH ROW'
        if vendor == "postgresql":
            yield f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$
                BEGIN
                    IF {condition} THEN
                        RAISE EXCEPTION '%: {REFUSAL}', TG_TABLE_NAME
                            USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                    RETURN NEW;
                END $$ LANGUAGE plpgsql;"""
            yield f'CREATE TRIGGER "{name}" {of} EXECUTE FUNCTION {name}()'
        else:
            refuse = f"SELECT RAISE(ABORT, '{table}: {REFUSAL}')"
            yield f'CREATE TRIGGER "{name}" {of} WHEN {condition} BEGIN {refuse}; END'
