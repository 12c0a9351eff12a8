"""Finds patients for the queue's search field, owed something or not, over all one's sites."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse

from patients.models import Patient, PatientQuerySet, Site
from surveillance.models import FollowUp
from surveillance.web.queue_query import PAGE_SIZE, surroundings_of, with_row_fields
from surveillance.web.queue_rows import QueueRow, queue_row, status_words
from surveillance.web.search_words import Search
from surveillance.web.wording import age_words, date_words, name_of_patient


@dataclass(frozen=True, slots=True)
class NotOwed:
    """A patient who was found and to whom nothing is owed at present."""

    url: str
    name: str
    mrn: str
    born: str
    age: str
    site: str
    status: str


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search. `is_cut` when more than PAGE_SIZE patients match."""

    rows: tuple[QueueRow, ...]
    not_owed: tuple[NotOwed, ...]
    is_cut: bool


def find(search: Search, sites: list[Site], today: dict[int, date], reader: User) -> Found:
    """Who matches at `sites`; `today` is the local day by site id. Nine queries at most.

    The number of a record that was merged finds the record it was merged into.
    """
    found = list(patients_matching(search, sites)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    follow_ups = _most_urgent(shown)
    owed = {row.patient_id for row in follow_ups}
    return Found(
        rows=_rows(follow_ups, today, reader),
        not_owed=tuple(
            _not_owed(patient, today[patient.site_id])
            for patient in shown
            if patient.pk not in owed
        ),
        is_cut=len(found) > PAGE_SIZE,
    )


def patients_matching(search: Search, sites: list[Site]) -> PatientQuerySet:
    """The surviving records at `sites` that match, or into which a match was merged."""
    matching = Patient.objects.filter(site__in=sites).matching(search.words)
    if search.birth_dates:
        matching = matching.filter(birth_date__in=search.birth_dates)
    ids = matching.values("pk")
    merged = matching.exclude(merged_into=None).values("merged_into")
    seen = Patient.objects.filter(site__in=sites).surviving()
    named = seen.filter(Q(pk__in=ids) | Q(pk__in=merged)).select_related("site")
    return named.order_by("family_name", "given_name", "birth_date", "pk")


def _most_urgent(patients: list[Patient]) -> list[FollowUp]:
    owed = FollowUp.objects.open().filter(patient__in=patients)
    return list(with_row_fields(owed.most_urgent_per_patient()).dangerous_first())


def _rows(
    follow_ups: Iterable[FollowUp], today: dict[int, date], reader: User
) -> tuple[QueueRow, ...]:
    follow_ups = list(follow_ups)
    if not follow_ups:
        return ()
    around = surroundings_of(follow_ups, max(today.values()), reader)
    return tuple(queue_row(row, around, today[row.site_id]) for row in follow_ups)


def _not_owed(patient: Patient, on: date) -> NotOwed:
    return NotOwed(
        url=reverse("patient", args=[patient.pk]),
        name=name_of_patient(patient),
        mrn=patient.mrn,
        born=date_words(patient.birth_date),
        age=age_words(patient.birth_date, on),
        site=patient.site.name,
        status=status_words(patient.status),
    )
