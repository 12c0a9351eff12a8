"""A patient allows, or no longer allows, to be reached in a certain way."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.models import Patient
from patients.workflows.mark_undeliverable import mark_undeliverable
from patients.workflows.set_consent import set_consent
from surveillance.outreach import CONSENT_WITHDRAWN
from surveillance.record_locks import lock_records
from surveillance.workflows.withdraw_messages import withdraw_messages

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def record_consent(
    *,
    patient: Patient,
    consents: Mapping[str, str],
    how: str,
    works_again: Collection[str] = (),
    by: "User | None",
    now: datetime,
) -> bool:
    """Record `consents` (field of Patient: YES, NO, UNKNOWN); False when nothing was new.

    `how` is a code: who said it, in which way. What waits to be sent by a way that is no longer
    allowed is cancelled and takes the next one that is; nothing that is owed ends. `works_again`:
    addresses (email, phone) from which messages came back and that may be used again. Refused:
    what `set_consent` and `mark_undeliverable` refuse.
    """
    survivor = lock_records([patient.pk])[patient.pk]
    changed = [
        mark_undeliverable(patient=survivor, field=field, is_so=False, by=by, now=now)
        for field in works_again
    ]
    changed.append(set_consent(patient=survivor, consents=consents, how=how, by=by, now=now))
    if not any(changed):
        return False
    withdraw_messages(patient=survivor, why=CONSENT_WITHDRAWN, now=now)
    return True
