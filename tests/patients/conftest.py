"""Faults that the world outside may bring."""

import pytest
from django.db import connection


@pytest.fixture
def audit_table_full(db: None) -> None:
    """The database takes no further audit event, as with a full disk; undone with the test."""
    statements = {
        "sqlite": (
            "CREATE TRIGGER audit_full BEFORE INSERT ON patients_auditevent "
            "BEGIN SELECT RAISE(ABORT, 'audit_full'); END"
        ),
        "postgresql": (
            "ALTER TABLE patients_auditevent ADD CONSTRAINT audit_full CHECK (false) NOT VALID"
        ),
    }
    with connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor])
