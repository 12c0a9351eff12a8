"""Notes how far a registry file has come, in the transaction that took its rows in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.models import RegistryImport, RegistryImportProblem
from surveillance.models.registry_import import TO_DO
from surveillance.registry.plan import TakenIn
from surveillance.registry.rows import RowProblem, Severity
from surveillance.workflows.errors import WorkflowRefused

LEASE = timedelta(minutes=5)
"""Longer than any batch takes; after that long without news another worker goes on."""


class ImportTakenOver(WorkflowRefused):
    """Another worker has this file in hand, or it was discarded; this one must stop."""

    code = "import_taken_over"


@dataclass(frozen=True, slots=True)
class ImportPosition:
    """Whose import it is, and the last patient (site, MRN) of the batch; None before the first.

    `unread`: what is wrong with `unread_rows` rows of the batch that could not be read at all. `of`
    is the number of rows of the whole file.
    """

    import_id: UUID
    owner: str
    end: tuple[str, str] | None
    unread: tuple[RowProblem, ...]
    unread_rows: int
    of: int
    lease_until: datetime


@transaction.atomic
def note_import_progress(*, position: ImportPosition, taken: TakenIn) -> None:
    """Add the batch to what the import has done. Refused if the import is no longer the owner's."""
    mine = RegistryImport.objects.filter(
        pk=position.import_id, lease_owner=position.owner, status__in=TO_DO
    )
    row = mine.select_for_update().first()
    if row is None:
        raise ImportTakenOver(_("Another worker goes on with this file."))
    mine.update(
        counts=added(row.counts, taken.counts),
        rows=row.rows + taken.rows + position.unread_rows,
        refused_rows=row.refused_rows + taken.refused + position.unread_rows,
        progress=row.progress | _place(position),
        lease_until=position.lease_until,
    )
    problems = (*position.unread, *taken.problems)
    RegistryImportProblem.objects.bulk_create([_stored(row, problem) for problem in problems])


def _place(position: ImportPosition) -> dict[str, object]:
    place: dict[str, object] = {"of": position.of}
    return place | ({"after": list(position.end)} if position.end else {})


def added(
    so_far: Mapping[str, Mapping[str, int]], counts: Mapping[tuple[str, str], int]
) -> dict[str, dict[str, int]]:
    """Counts as they are stored (kind -> outcome -> number), with these added."""
    total = {kind: dict(outcomes) for kind, outcomes in so_far.items()}
    for (kind, outcome), number in counts.items():
        outcomes = total.setdefault(kind, {})
        outcomes[outcome] = outcomes.get(outcome, 0) + number
    return total


def _stored(row: RegistryImport, problem: RowProblem) -> RegistryImportProblem:
    return RegistryImportProblem(
        registry_import=row,
        line=problem.line,
        column=problem.column[:100],
        value=problem.value[:200],
        code=problem.code,
        message=problem.message,
        cure=problem.cure,
        is_error=problem.severity is Severity.ERROR,
    )
