"""Corrects who a person is and how to reach them."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Patient
from patients.workflows.errors import WorkflowRefused
from patients.workflows.register_patient import (
    DEMOGRAPHIC_FIELDS,
    POSTAL_FIELDS,
    PatientAlreadyRegistered,
    refuse_bad_demographics,
)


class NotAmendable(WorkflowRefused):
    """A field that another workflow must write (risk, vital status, care team), or none at all."""

    code = "not_amendable"


class BirthDateErased(WorkflowRefused):
    """A birth date that is on file would be none: which rules apply would not be known any more."""

    code = "birth_date_erased"


def amend_demographics(
    *, patient: Patient, changes: dict[str, object], by: User | None, now: datetime
) -> Patient:
    """Change the named fields and return the patient as stored; equal values change nothing.

    A corrected postal address is one that letters may be sent to again.
    Refused: a field that is not demographic, a value that its field does not allow, the MRN of
    another patient at the site, no birth date where one is on file. The audit names the fields,
    never their values.
    """
    _refuse_other_fields(changes)
    try:
        with transaction.atomic():
            stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
            _refuse_erasing(stored, changes)
            changed = _apply(stored, changes)
            if changed:
                refuse_bad_demographics(stored, today=stored.site.local_date(now))
                _save(stored, changed, by, now)
    except IntegrityError as error:
        mrn, others = changes.get("mrn"), Patient.objects.exclude(pk=patient.pk)
        if not others.filter(site=patient.site_id, mrn=mrn).exists():
            raise
        raise PatientAlreadyRegistered(
            _(
                "mrn: “{mrn}” already belongs to a patient at {site}. "
                "Correct the number, or merge the two records."
            ).format(mrn=mrn, site=patient.site),
            mrn=mrn,
            site=patient.site.slug,
        ) from error
    return stored


def _refuse_other_fields(changes: Collection[str]) -> None:
    other = sorted(set(changes) - set(DEMOGRAPHIC_FIELDS))
    if other:
        raise NotAmendable(
            _(
                "{fields}: cannot be changed here. Identity and contact details are: {allowed}."
            ).format(fields=", ".join(other), allowed=", ".join(DEMOGRAPHIC_FIELDS)),
            fields=other,
        )


def _refuse_erasing(patient: Patient, changes: dict[str, object]) -> None:
    """Not knowing it erases nothing: without an age, overdue imaging would become a review."""
    if patient.birth_date and changes.get("birth_date", patient.birth_date) is None:
        raise BirthDateErased(
            _("birth_date: it is on file, and is not erased. Give the right day, or leave it out."),
            field="birth_date",
        )


def _apply(patient: Patient, changes: dict[str, object]) -> list[str]:
    changed = sorted(name for name, value in changes.items() if getattr(patient, name) != value)
    for name in changed:
        setattr(patient, name, changes[name])
    if patient.address_returned_on and set(changed) & set(POSTAL_FIELDS):
        patient.address_returned_on = None
        changed.append("address_returned_on")
    return changed


def _save(patient: Patient, changed: list[str], by: User | None, now: datetime) -> None:
    save_with_history(patient, reason="demographics_amended", by=by, now=now, fields=changed)
    record_event(
        "demographics_amended",
        site=patient.site,
        subject=patient,
        by=by,
        now=now,
        patient=patient,
        detail={"fields": changed},
    )
