"""Writes to the records that keep a history of their fields (Site and its closures,
Membership, Absence, Patient).

django-simple-history sees `save()` only: `update()` and `bulk_*` would change a record without a
trace, so they are refused elsewhere (tests/architecture) and done here, with history.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from simple_history.utils import bulk_create_with_history

from patients.models import Absence, Membership, Patient, Site, SiteClosure

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Tracked = Site | SiteClosure | Membership | Patient | Absence


def save_with_history(
    record: Tracked, *, reason: str, by: "User | None", now: datetime, fields: Iterable[str] = ()
) -> None:
    """Save all, or only `fields`, and keep who changed them, when and for which `reason` (a code).

    The author is `by`, not whoever is signed in: a workflow may run in a task or a command.
    """
    _attribute(record, reason, by, now)
    record.save(update_fields=list(fields) or None)


def add_many_with_history(
    records: Sequence[Patient], *, reason: str, by: "User | None", now: datetime
) -> None:
    """Insert many new patients and the first line of each one's history, in two statements."""
    bulk_create_with_history(
        records,
        Patient,
        batch_size=1000,
        default_user=by,
        default_change_reason=reason,
        default_date=now,
    )


def _attribute(record: Tracked, reason: str, by: "User | None", now: datetime) -> None:
    # simple-history takes these from the instance, where no type checker expects them.
    remarks = {"_change_reason": reason, "_history_user": by, "_history_date": now}
    for name, value in remarks.items():
        setattr(record, name, value)
