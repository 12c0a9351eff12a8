"""Conditions that need more than a column: numbers that were given up, what a decision led to."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from patients.models import Patient
from surveillance.api.fhir.parameters import id_in, number_of_site
from surveillance.models import FollowUp, FormerIdentifier
from surveillance.said_before import survivor_of

_NUMBER = number_of_site("mrn", "urn:hepcalc:mrn")


def record_number(value: str) -> Q:
    """Patients by record number; by one that was given up, the patient who holds everything now.

    A number that somebody has now is theirs alone."""
    asked = _NUMBER(value)
    merged = Patient.objects.filter(asked).exclude(merged_into=None)
    given_again = Patient.objects.filter(site=OuterRef("site"), mrn=OuterRef("mrn"))
    former = FormerIdentifier.objects.filter(asked, ~Exists(given_again)).select_related("patient")
    records = [*merged.select_related("merged_into"), *(one.patient for one in former)]
    return asked | Q(pk__in={survivor_of(one).pk for one in records})


def decided_for(value: str) -> Q:
    """Decisions by the lesion, or by the obligation that follows from one; an id without its type
    may be either's. Raises NotUnderstood."""
    if value.startswith("Task/"):
        return _led_to(id_in(value, "Task"))
    lesion = id_in(value, "Condition")
    return Q(lesion=lesion) | _led_to(lesion)


def _led_to(task: UUID) -> Q:
    return Q(pk__in=FollowUp.objects.filter(pk=task).values("assessment"))
