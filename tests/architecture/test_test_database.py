"""The test database itself: frozen tables stay frozen, and are emptied between tests."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection

from patients.models import AuditEvent

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("turn", ["first", "second"])
def test_frozen_rows_are_gone_before_the_next_test_and_refuse_within_it(turn: str) -> None:
    assert not AuditEvent.objects.exists()

    AuditEvent.objects.create(at=NOON, site="a", actor="u", action=turn)

    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM patients_auditevent")
