"""Database triggers: what is open never loses its owner, and an owner never leaves it behind.

On both engines: the owner of an open follow-up or escalation cannot be emptied; an account that
owns anything open cannot be switched off; the last role at a site in which one can answer cannot
end or change while its holder owns anything open there; and nothing open is given to an account
that is switched off, or to somebody who has left the site. Workflows hand over first. (Roles are
ended, never deleted; were one deleted behind our back, the failsafe names what it left.)

On PostgreSQL a gift holds the account and its roles until the transaction ends (FOR SHARE), so
that a switch-off at the same moment waits and then sees it, or is seen. SQLite has one writer.

SQLite cannot rebuild a table that the trigger of another table names. So a migration installs only
the triggers that name their own table, and `manage.py migrate` takes the others away before it
begins and puts them back when it has ended (hepcalc_site/management/commands/migrate.py). SQLite
loses the triggers of a table when a later migration rebuilds it: such a migration must end with
`GuardOwners` again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.apps.registry import Apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython

FOLLOW_UPS, ESCALATIONS = "surveillance_followup", "surveillance_escalation"
ACCOUNTS, ROLES = "auth_user", "patients_membership"
ANSWERING = "('NURSE_NAVIGATOR', 'LEAD_NAVIGATOR', 'CLINICIAN', 'MEDICAL_DIRECTOR')"

REFUSAL = "somebody must answer for what is open: hand it over first"
NO_GIFT = "who is switched off or has left the site is given nothing: choose somebody in post"

# ruff: noqa: S608 (the names are our own)
_OWNS_FOLLOW_UP = f"""EXISTS (SELECT 1 FROM {FOLLOW_UPS} f
    WHERE f.owner_id = {{user}} AND f.closed_at IS NULL{{of_site}})"""
_OWNS_ESCALATION = f"""EXISTS (SELECT 1 FROM {ESCALATIONS} e
    JOIN {FOLLOW_UPS} f ON f.id = e.follow_up_id
    WHERE e.owner_id = {{user}} AND e.resolved_at IS NULL{{of_site}})"""
_OWNS = f"({_OWNS_FOLLOW_UP} OR {_OWNS_ESCALATION})"
_OWNS_ANYWHERE = _OWNS.format(user="NEW.id", of_site="")
_OWNS_THERE = _OWNS.format(user="OLD.user_id", of_site=" AND f.site_id = OLD.site_id")
_ANSWERED = f"OLD.ended_on IS NULL AND OLD.role IN {ANSWERING}"
_NO_OTHER_ROLE = f"""NOT EXISTS (SELECT 1 FROM {ROLES} m WHERE m.user_id = OLD.user_id
    AND m.site_id = OLD.site_id AND m.id <> OLD.id AND m.ended_on IS NULL
    AND m.role IN {ANSWERING})"""
_LEAVES = f"{_ANSWERED} AND {_NO_OTHER_ROLE} AND {_OWNS_THERE}"
_STILL_ANSWERS = f"""NEW.ended_on IS NULL AND NEW.role IN {ANSWERING}
    AND NEW.user_id = OLD.user_id AND NEW.site_id = OLD.site_id"""

_ROLE_HERE = f"""SELECT 1 FROM {ROLES} m WHERE m.user_id = {{owner}} AND m.site_id = {{site}}
    AND m.role IN {ANSWERING} AND m.ended_on IS"""
_CANNOT_ANSWER = f"""(EXISTS (SELECT 1 FROM {ACCOUNTS} u
        WHERE u.id = {{owner}} AND NOT u.is_active)
    OR (EXISTS ({_ROLE_HERE} NOT NULL) AND NOT EXISTS ({_ROLE_HERE} NULL)))"""
_SITE_OF = f"(SELECT f.site_id FROM {FOLLOW_UPS} f WHERE f.id = {{row}}.follow_up_id)"
_SITES = {FOLLOW_UPS: "{row}.site_id", ESCALATIONS: _SITE_OF}
_ENDS = {FOLLOW_UPS: "closed_at", ESCALATIONS: "resolved_at"}


class Guard(NamedTuple):
    """One trigger: before `event` on `table`, refuse when `condition` holds."""

    name: str
    table: str
    event: str
    condition: str
    refusal: str = REFUSAL
    is_gift: bool = False


def _keeps(table: str) -> Guard:
    return Guard(
        f"{table}_keeps_owner",
        table,
        'UPDATE OF "owner_id"',
        f"OLD.owner_id IS NOT NULL AND NEW.owner_id IS NULL AND NEW.{_ENDS[table]} IS NULL",
    )


def _gift(table: str, event: str, suffix: str) -> Guard:
    site = _SITES[table].format(row="NEW")
    cannot = _CANNOT_ANSWER.format(owner="NEW.owner_id", site=site)
    condition = f"NEW.owner_id IS NOT NULL AND NEW.{_ENDS[table]} IS NULL AND {cannot}"
    return Guard(f"{table}_{suffix}", table, event, condition, NO_GIFT, is_gift=True)


OWN_TABLE = tuple(_keeps(table) for table in _ENDS)
"""Name their own table only: a migration installs them on both engines."""
OTHER_TABLES = (
    Guard(
        f"{ACCOUNTS}_keeps_owner",
        ACCOUNTS,
        'UPDATE OF "is_active"',
        f"OLD.is_active AND NOT NEW.is_active AND {_OWNS_ANYWHERE}",
    ),
    Guard(
        f"{ROLES}_keeps_owner",
        ROLES,
        'UPDATE OF "ended_on", "role", "user_id", "site_id"',
        f"NOT ({_STILL_ANSWERS}) AND {_LEAVES}",
    ),
    *(_gift(table, "INSERT", "given_new") for table in _ENDS),
    *(
        _gift(table, f'UPDATE OF "owner_id", "{end}"', "given_again")
        for table, end in _ENDS.items()
    ),
)
"""Name other tables too: on SQLite `manage.py migrate` puts them where they belong."""
GUARDS = (*OWN_TABLE, *OTHER_TABLES)


class GuardOwners(RunPython):
    """Migration operation: the database refuses to leave open work without its owner."""

    def __init__(self) -> None:
        super().__init__(_install, _remove)


def _install(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _remove(_apps, schema_editor)
    vendor = schema_editor.connection.vendor
    for guard in GUARDS if vendor == "postgresql" else OWN_TABLE:
        for statement in _statements(guard, vendor):
            schema_editor.execute(statement, params=None)


def _remove(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    for guard in GUARDS:
        suffix = f' ON "{guard.table}"' if vendor == "postgresql" else ""
        schema_editor.execute(f'DROP TRIGGER IF EXISTS "{guard.name}"{suffix}')


@contextmanager
def tables_free_to_change(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """On SQLite: without the triggers that name two tables, which stand again afterwards."""
    if connection.vendor != "sqlite":
        yield
        return
    _run(connection, (f'DROP TRIGGER IF EXISTS "{guard.name}"' for guard in OTHER_TABLES))
    try:
        yield
    finally:
        if {ACCOUNTS, ROLES, *_ENDS} <= set(connection.introspection.table_names()):
            each = (_statements(guard, connection.vendor) for guard in OTHER_TABLES)
            _run(connection, (statement for statements in each for statement in statements))


def _run(connection: BaseDatabaseWrapper, statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _statements(guard: Guard, vendor: str) -> Iterator[str]:
    if vendor != "postgresql":
        refuse = f"SELECT RAISE(ABORT, '{guard.table}: {guard.refusal}')"
        yield f"""CREATE TRIGGER "{guard.name}" BEFORE {guard.event} ON "{guard.table}"
            FOR EACH ROW WHEN {guard.condition} BEGIN {refuse}; END"""
        return
    if guard.event == "INSERT":
        owners = f"SELECT fresh.owner_id FROM fresh WHERE fresh.{_ENDS[guard.table]} IS NULL"
        yield _function(guard, _given_at_once(guard.table), _hold(owners))
        yield f"""CREATE TRIGGER "{guard.name}" AFTER INSERT ON "{guard.table}"
            REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION {guard.name}()"""
        return
    hold = _hold("SELECT NEW.owner_id") if guard.is_gift else ""
    yield _function(guard, guard.condition, hold)
    yield f"""CREATE TRIGGER "{guard.name}" BEFORE {guard.event} ON "{guard.table}"
        FOR EACH ROW EXECUTE FUNCTION {guard.name}()"""


def _given_at_once(table: str) -> str:
    """Many rows of one INSERT, asked once per owner and site."""
    site = _SITES[table].format(row="fresh")
    cannot = _CANNOT_ANSWER.format(owner="n.owner_id", site="n.site_id")
    return f"""EXISTS (SELECT 1 FROM (SELECT DISTINCT fresh.owner_id, {site} AS site_id
        FROM fresh WHERE fresh.owner_id IS NOT NULL AND fresh.{_ENDS[table]} IS NULL) n
        WHERE {cannot})"""


def _hold(owners: str) -> str:
    return f"""PERFORM 1 FROM {ACCOUNTS} WHERE id IN ({owners}) ORDER BY id FOR SHARE;
        PERFORM 1 FROM {ROLES} WHERE user_id IN ({owners}) AND ended_on IS NULL
            ORDER BY id FOR SHARE;"""


def _function(guard: Guard, condition: str, hold: str) -> str:
    return f"""CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger AS $$
        BEGIN
            {hold}
            IF {condition} THEN
                RAISE EXCEPTION '%: {guard.refusal}', TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$ LANGUAGE plpgsql;"""
