"""A message came back: nothing is sent to that address until somebody corrects it."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Patient
from patients.workflows.errors import WorkflowRefused

ADDRESSES = ("email", "phone")


class NotAnAddress(WorkflowRefused):
    """Only an e-mail address or a telephone number can be marked. `details`: field."""

    code = "not_an_address"


def mark_undeliverable(
    *, patient: Patient, field: str, is_so: bool = True, by: User | None, now: datetime
) -> bool:
    """Mark the address on record in `field` (email, phone), or lift its mark; False if it is so.

    The mark is the address itself: another one on record is not meant by it. Refused: any other
    field.
    """
    if field not in ADDRESSES:
        raise NotAnAddress(
            _("{field}: only {allowed} can be marked.").format(
                field=field, allowed=" and ".join(ADDRESSES)
            ),
            field=field,
        )
    mark, day = f"undeliverable_{field}", f"undeliverable_{field}_on"
    with transaction.atomic():
        stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        value = getattr(stored, field) if is_so else ""
        if getattr(stored, mark) == value:
            return False
        setattr(stored, mark, value)
        setattr(stored, day, stored.site.local_date(now) if value else None)
        reason = "address_came_back" if is_so else "address_works_again"
        save_with_history(stored, reason=reason, by=by, now=now, fields=(mark, day))
        record_event(
            reason,
            site=stored.site,
            subject=stored,
            by=by,
            now=now,
            patient=stored,
            detail={"field": field},
        )
    return True
