"""Finds patients for the queue's search field, owed something or not, over all one's sites."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse

from patients.models import Patient, Site
from surveillance.delivery.phone_numbers import may_be_same
from surveillance.models import FollowUp
from surveillance.web.kept_out_query import Whereabouts, whereabouts_of
from surveillance.web.kept_out_words import Asked, why_not_shown, why_nothing
from surveillance.web.queue_query import PAGE_SIZE, surroundings_of
from surveillance.web.queue_rows import QueueRow, queue_row, status_words
from surveillance.web.search_words import Search
from surveillance.web.wording import age_words, date_words, name_of_patient


class Searcher(NamedTuple):
    """Who searches, at which sites (and their days), and the list that was in view."""

    reader: User
    sites: list[Site]
    today: dict[int, date]
    asked: Asked


@dataclass(frozen=True, slots=True)
class NotOwed:
    """A patient who was found and to whom nothing is owed at present, and why."""

    url: str
    name: str
    mrn: str
    born: str
    age: str
    site: str
    status: str
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search. `is_cut` when more than PAGE_SIZE patients match."""

    patients: tuple[Patient, ...]
    rows: tuple[QueueRow, ...]
    not_owed: tuple[NotOwed, ...]
    is_cut: bool


def find(search: Search, searcher: Searcher) -> Found:
    """Who matches. A constant number of queries.

    The number of a record that was merged finds the record it was merged into.
    """
    found = patients_matching(search, searcher.sites)
    shown = found[:PAGE_SIZE]
    known = whereabouts_of(shown, searcher.asked.desk.on)
    return Found(
        patients=tuple(shown),
        rows=_rows(shown, known, searcher),
        not_owed=tuple(
            _not_owed(patient, known, searcher.today[patient.site_id])
            for patient in shown
            if patient.pk not in known.owed
        ),
        is_cut=len(found) > PAGE_SIZE,
    )


def patients_matching(search: Search, sites: list[Site]) -> list[Patient]:
    """Up to PAGE_SIZE + 1 surviving records at `sites` that match, or into which a match was
    merged. Two queries; a third where a telephone number may be meant."""
    ids = _ids_matching(search, sites) | _ids_with_phone(search, sites)
    survivors = Patient.objects.filter(pk__in=ids, site__in=sites).surviving()
    by_name = survivors.select_related("site").order_by(
        "family_name", "given_name", "birth_date", "pk"
    )
    return list(by_name[: PAGE_SIZE + 1])


def _ids_matching(search: Search, sites: list[Site]) -> set[UUID]:
    rows = Patient.objects.filter(site__in=sites).matching(search.words)
    if search.birth_dates:
        rows = rows.filter(birth_date__in=search.birth_dates)
    ordered = rows.order_by("family_name", "given_name", "birth_date", "pk")
    found = ordered.values_list("pk", "merged_into")[: 2 * PAGE_SIZE]
    return {survivor or pk for pk, survivor in found}


def _ids_with_phone(search: Search, sites: list[Site]) -> set[UUID]:
    if not search.phone:
        return set()
    digits = re.sub(r"\D", "", search.phone)
    alike = Patient.objects.filter(site__in=sites).exclude(phone="").with_phone_like(digits)
    if search.birth_dates:
        alike = alike.filter(birth_date__in=search.birth_dates)
    by_pk = {site.pk: site for site in sites}
    found = alike.values_list("pk", "merged_into", "phone", "site_id")
    return {
        survivor or pk
        for pk, survivor, phone, site in found[: 2 * PAGE_SIZE]
        if may_be_same(phone, search.phone, by_pk[site])
    }


def _rows(shown: list[Patient], known: Whereabouts, searcher: Searcher) -> tuple[QueueRow, ...]:
    owed = [patient for patient in shown if patient.pk in known.owed]
    if not owed:
        return ()
    first = {patient.pk: known.owed[patient.pk][0].follow_up for patient in owed}
    around = surroundings_of(first.values(), max(searcher.today.values()), searcher.reader)
    rows = [
        replace(
            queue_row(first[patient.pk], around, searcher.today[patient.site_id]),
            note=why_not_shown(patient, known, searcher.asked),
        )
        for patient in sorted(owed, key=lambda patient: _place(first[patient.pk]))
    ]
    return tuple(rows)


def _place(row: FollowUp) -> tuple[int, UUID]:
    return row.sort_key, row.pk


def _not_owed(patient: Patient, known: Whereabouts, on: date) -> NotOwed:
    return NotOwed(
        url=reverse("patient", args=[patient.pk]),
        name=name_of_patient(patient),
        mrn=patient.mrn,
        born=date_words(patient.birth_date),
        age=age_words(patient.birth_date, on),
        site=patient.site.name,
        status=status_words(patient.status),
        why=why_nothing(patient, known),
    )
