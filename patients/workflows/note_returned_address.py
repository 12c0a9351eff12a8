"""A letter came back from a patient's address, or the address turned out to be right after all."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Patient
from patients.workflows.field_rules import refuse_day_outside_life


@transaction.atomic
def note_returned_address(
    *, patient: Patient, on: date | None, by: User | None, now: datetime
) -> Patient:
    """Mark the address as one that mail came back from on day `on`; None: it is right after all.

    No letter is written to such an address until it is corrected (`amend_demographics`) or found
    right. Refused: a day in the future or before birth. The same day again changes nothing.
    """
    stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    if stored.address_returned_on == on:
        return stored
    refuse_day_outside_life(stored, "address_returned_on", on, stored.site.local_date(now))
    stored.address_returned_on = on
    action = "address_confirmed" if on is None else "address_returned"
    save_with_history(stored, reason=action, by=by, now=now, fields=["address_returned_on"])
    record_event(action, site=stored.site, subject=stored, by=by, now=now, patient=stored)
    return stored
