"""A registry file comes to a stop: previewed, refused as a whole, imported, or given up."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.models import RegistryImport, RegistryImportStatus
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NEXT = {
    RegistryImportStatus.OFFERED: {
        RegistryImportStatus.PREVIEWED,
        RegistryImportStatus.REFUSED,
        RegistryImportStatus.DISCARDED,
    },
    RegistryImportStatus.PREVIEWED: {
        RegistryImportStatus.RUNNING,
        RegistryImportStatus.DISCARDED,
    },
    RegistryImportStatus.RUNNING: {RegistryImportStatus.FINISHED, RegistryImportStatus.REFUSED},
    RegistryImportStatus.REFUSED: {RegistryImportStatus.DISCARDED},
}
ENDS = {
    RegistryImportStatus.REFUSED,
    RegistryImportStatus.FINISHED,
    RegistryImportStatus.DISCARDED,
}


class ImportNotReady(WorkflowRefused):
    """The file is not at the point where this can be done, or somebody else did it already."""

    code = "import_not_ready"


@transaction.atomic
def settle_registry_import(
    *,
    registry_import: RegistryImport,
    status: RegistryImportStatus,
    values: Mapping[str, Any] | None = None,
    by: "User | None",
    now: datetime,
) -> RegistryImport:
    """Move the file on to `status`, with what is known of it (`values`), exactly once.

    Confirming (RUNNING) keeps the preview's counts as the forecast and starts counting anew.
    Refused: a step that does not follow from where the file is.
    """
    before = RegistryImportStatus(registry_import.status)
    if status not in NEXT.get(before, set()):
        raise ImportNotReady(
            _("This file is “{status}”; reload the page to see how it is.").format(
                status=before.label
            )
        )
    changes: dict[str, Any] = {"status": status, "lease_owner": "", "lease_until": None}
    if status == RegistryImportStatus.RUNNING:
        changes |= {"forecast": registry_import.counts, "progress": {}}
    if status in ENDS:
        changes["finished_at"] = now
    mine = RegistryImport.objects.filter(pk=registry_import.pk, status=before)
    if not mine.update(**changes | dict(values or {})):
        raise ImportNotReady(
            _("Somebody else moved this file on; reload the page to see how it is.")
        )
    registry_import.refresh_from_db()
    _audit(registry_import, by, now)
    return registry_import


def _audit(registry_import: RegistryImport, by: "User | None", now: datetime) -> None:
    if registry_import.site is None:
        return  # the rows carry their own events at their own sites
    record_event(
        f"registry_import_{registry_import.status.lower()}",
        site=registry_import.site,
        subject=registry_import,
        by=by,
        now=now,
        detail={"rows": registry_import.rows, "digest": registry_import.file_digest},
    )
