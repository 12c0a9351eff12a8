"""The audit trail answers "what did this person do" and "who did this" from an index.

On PostgreSQL the indexes are built beside the writers, who wait for nothing: the trail is the
longest table, and every workflow writes to it.
"""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class AddIndexBesideWriters(AddIndexConcurrently):
    """CREATE INDEX CONCURRENTLY on PostgreSQL, a plain one elsewhere."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Build it."""
        how = AddIndexConcurrently if _is_postgres(schema_editor) else migrations.AddIndex
        how.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Drop it."""
        how = AddIndexConcurrently if _is_postgres(schema_editor) else migrations.AddIndex
        how.database_backwards(self, app_label, schema_editor, from_state, to_state)


def _is_postgres(schema_editor: Any) -> bool:
    vendor: str = schema_editor.connection.vendor
    return vendor == "postgresql"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("patients", "0008_daily_questions")]
    operations = [
        AddIndexBesideWriters(
            model_name="auditevent",
            index=models.Index(fields=["site", "actor", "at"], name="audit_event_actor_idx"),
        ),
        AddIndexBesideWriters(
            model_name="auditevent",
            index=models.Index(fields=["site", "action", "at"], name="audit_event_action_idx"),
        ),
    ]
