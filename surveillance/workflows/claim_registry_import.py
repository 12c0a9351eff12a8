"""A worker takes a waiting registry file in hand, so that no second one works on it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from surveillance.models import RegistryImport
from surveillance.workflows.note_import_progress import LEASE


@transaction.atomic
def claim_registry_import(
    *, owner: str, only: UUID | None = None, now: datetime
) -> RegistryImport | None:
    """Lease the oldest file that waits (or `only` that one); None when there is none.

    A lease that ran out means that its worker died: the next one goes on after the last patient
    that was done, or begins anew if there was none.
    """
    waiting = RegistryImport.objects.to_do(now)
    if only is not None:
        waiting = waiting.filter(pk=only)
    for candidate in waiting.values_list("pk", flat=True):
        # The condition is asked again by the statement that claims: two workers, one winner.
        mine = RegistryImport.objects.to_do(now).order_by().filter(pk=candidate)
        if mine.update(lease_owner=owner, lease_until=now + LEASE):
            return _begun(RegistryImport.objects.select_related("site").get(pk=candidate))
    return None


def _begun(row: RegistryImport) -> RegistryImport:
    if "after" not in row.progress:
        row.problems.all().delete()
        row.rows = row.refused_rows = 0
        row.counts = {}
        row.save(update_fields=["rows", "refused_rows", "counts"])
    return row
