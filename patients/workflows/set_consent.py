"""Records what a patient allows."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Patient
from patients.workflows.errors import WorkflowRefused
from patients.workflows.field_rules import refuse_bad_fields

CONSENT_FIELDS = ("consent_phone", "consent_letter", "consent_email", "consent_sms")


class NotAConsent(WorkflowRefused):
    """A field that is none of the consents. `details`: fields."""

    code = "not_a_consent"


def set_consent(
    *, patient: Patient, consents: Mapping[str, str], how: str, by: User | None, now: datetime
) -> bool:
    """Set the named consents; False, and nothing written, when the record says so already.

    `how` (a code, such as "stop_by_text") is kept in the patient's history beside the values.
    Refused: a field that is no consent, a value that is none of yes, no, not known.
    """
    other = sorted(set(consents) - set(CONSENT_FIELDS))
    if other:
        raise NotAConsent(
            _("{fields}: is no consent.").format(fields=", ".join(other)), fields=other
        )
    with transaction.atomic():
        stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        changed = {name: said for name, said in consents.items() if getattr(stored, name) != said}
        if not changed:
            return False
        for name, said in changed.items():
            setattr(stored, name, said)
        refuse_bad_fields(stored, changed)
        save_with_history(stored, reason=how, by=by, now=now, fields=changed)
        record_event(
            "consent_recorded",
            site=stored.site,
            subject=stored,
            by=by,
            now=now,
            patient=stored,
            detail={"how": how, **{name: str(said) for name, said in changed.items()}},
        )
    return True
