"""Keep what the failsafe found."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from surveillance.failsafe import Finding
from surveillance.failsafe.finding import key_of
from surveillance.failsafe.outbox import outbox_waiting
from surveillance.models import FailsafeRun, KeptFinding

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def keep_failsafe_run(
    *,
    findings: Sequence[Finding],
    started_at: datetime,
    by: "User | None",
    now: datetime,
) -> FailsafeRun:
    """Append what was found, and the backlog of the outbox; `by` asked, or the clock (None).

    A finding that the newest run had too keeps the moment since when it stands. Asking changes
    nothing about what is owed, so the row itself is the record and no audit event is written.
    """
    newest = FailsafeRun.objects.newest_first().first()
    known = {key_of(kept.code, kept.site): kept.since for kept in newest.kept()} if newest else {}
    kept = [
        KeptFinding(
            code=finding.code,
            site=finding.site,
            count=finding.count,
            subject_ids=finding.subject_ids,
            notes=finding.notes,
            owner=finding.owner.id if finding.owner else None,
            since=known.get(finding.key, now),
        )
        for finding in findings
    ]
    return FailsafeRun.objects.create(
        started_at=started_at,
        finished_at=now,
        findings=[each.as_json() for each in kept],
        outbox_waiting=outbox_waiting(now),
        asked_by=by,
    )
