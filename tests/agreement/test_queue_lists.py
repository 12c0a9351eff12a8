"""The lists and filters of the queue, in SQL and in Python; a sentence for whoever is not shown."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from patients.models import Patient
from surveillance.models import FollowUp
from surveillance.protocol.queue_lists import Tab, kept_out
from surveillance.web import queue_counts
from surveillance.web.kept_out_query import whereabouts_of
from surveillance.web.kept_out_words import Asked, places_words, why_not_shown
from surveillance.web.queue_counts import count_of, counts_of, hidden_by
from surveillance.web.queue_filter import CRITERIA, QueueFilter, read_filter
from surveillance.web.queue_query import page_of
from surveillance.web.queue_tabs import as_obligation, desk_of, rows_of
from tests.empty_database import Committed
from tests.factories import TODAY
from tests.surveillance.web.scenes import (
    Clinic,
    a_clinic,
    a_lesion,
    a_patient,
    an_assessment,
    escalated,
    owed,
    window_ending,
)

pytestmark = pytest.mark.django_db
DAYS = (-70, -3, -1, 0, 1, 10, 29, 30, 31, 44, 59, 60, 61, 65, 66, 72, 73, 100, 104, 120, 121, 300)
CLASSES = ("URGENT", "AT_RISK", "LOW", "NONE")
CONTACTS: tuple[dict[str, object], ...] = (
    {},
    {"phone": "+44 20 7946 0000"},
    {"phone": "+44 20 7946 0000", "last_contact_outcome": "WRONG_NUMBER"},
    {"email": "a@example.org"},
    {"email": "a@example.org", "undeliverable_email": "a@example.org"},
    {"email": "a@example.org", "consent_email": "NO"},
    {"address": "1 High Street"},
    {"address": "1 High Street", "address_returned_on": TODAY},
)
FILTERS: tuple[dict[str, str], ...] = (
    {"risk": "AT_RISK"},
    {"risk": "LOW_RISK"},
    {"modality": "US"},
    {"class": "URGENT"},
    {"language": "es"},
    {"language": "es", "class": "AT_RISK"},
    {"from": str(TODAY), "to": str(TODAY + timedelta(days=60))},
)


@pytest.fixture(scope="module")
def clinic(committed: Committed) -> Iterator[Clinic]:
    """Made once: the tests of this file only ask."""
    with committed():
        yield a_site_where_everything_occurs()


def a_site_where_everything_occurs() -> Clinic:
    """Everything that a list or a filter asks for."""
    clinic, chance = a_clinic(), random.Random(7)
    for days in DAYS:
        for kind in ("IMAGING", "IMAGING", "REFERRAL", "REVIEW"):
            person = a_patient(
                clinic, language=chance.choice(("en", "es")), **chance.choice(CONTACTS)
            )
            row = an_obligation(clinic, person, days, kind, chance)
            if chance.random() < 0.2:
                escalated(row, clinic.clinician)
            if chance.random() < 0.3:
                other = chance.choice(DAYS)
                an_obligation(clinic, person, other, "IMAGING", chance, label="L2")
    return clinic


def an_obligation(
    clinic: Clinic,
    patient: Patient,
    days: int,
    kind: str,
    chance: random.Random,
    label: str = "L1",
) -> FollowUp:
    lesion, snoozed = a_lesion(patient, label), chance.random() < 0.15
    risk = chance.choice(("AT_RISK", "LOW_RISK"))
    return owed(
        clinic,
        days,
        lesion=lesion,
        assessment=an_assessment(lesion, window_ending(days), risk=risk),
        kind=kind,
        escalation_class=chance.choice(CLASSES),
        advised_modality=chance.choice(("US", "MRI_HEPATOBILIARY")),
        owner=chance.choice((clinic.navigator, clinic.lead, clinic.clinician)),
        ordered_on=chance.choice((None, None, TODAY)),
        booked_for=chance.choice((None, None, None, TODAY + timedelta(days=9))),
        snoozed_until=TODAY + timedelta(days=chance.choice((0, 1))) if snoozed else None,
        snooze_reason="on holiday" if snoozed else "",
    )


def test_lists_are_the_same_in_sql_and_in_python(clinic: Clinic) -> None:
    desk = desk_of(clinic.navigator, clinic.site, TODAY)
    known = whereabouts_of(list(Patient.objects.all()), TODAY)
    everything = [row for rows in known.owed.values() for row in rows]

    for tab in Tab:
        in_sql = set(rows_of(tab, desk).values_list("pk", flat=True))
        in_python = {
            row.follow_up.pk
            for row in everything
            if kept_out(
                tab, as_obligation(row.follow_up, desk, is_escalated=row.is_escalated), TODAY
            )
            is None
        }
        assert in_sql == in_python, tab
        assert 0 < len(in_sql) < len(everything), f"{tab} proves nothing here"


@pytest.mark.parametrize("asked", FILTERS, ids=str)
def test_filters_are_the_same_in_sql_and_in_python(clinic: Clinic, asked: dict[str, str]) -> None:
    narrowed = read_filter(asked, {})
    rows = FollowUp.objects.select_related("assessment", "patient")

    in_sql = set(narrowed.apply(rows).values_list("pk", flat=True))
    in_python = {row.pk for row in rows if not narrowed.hiding(row)}

    assert in_sql == in_python
    assert 0 < len(in_sql) < len(rows)


@pytest.mark.parametrize("asked", [{}, *FILTERS[:5]], ids=str)
def test_whoever_a_list_does_not_show_has_a_sentence(clinic: Clinic, asked: dict[str, str]) -> None:
    a_patient(clinic)
    desk = desk_of(clinic.navigator, clinic.site, TODAY)
    patients = list(Patient.objects.select_related("site", "merged_into"))
    known, narrowed = whereabouts_of(patients, TODAY), read_filter(asked, {})

    for tab in Tab:
        rows = narrowed.apply(rows_of(tab, desk))
        shown = set(rows.values_list("patient_id", flat=True))
        silent = {
            patient.pk
            for patient in patients
            if not why_not_shown(patient, known, Asked(tab, narrowed, desk))
        }
        assert silent == shown, tab
    assert all(places_words(patient, known, desk).endswith(".") for patient in patients)


def test_counting_stops_and_is_exact_below(clinic: Clinic, monkeypatch) -> None:
    """Also where the first rows belong to few patients."""
    desk = desk_of(clinic.navigator, clinic.site, TODAY)
    people = rows_of(Tab.ALL, desk).values("patient").distinct().count()

    for limit, counted in ((people - 1, people), (people, people), (people + 9, people), (5, 6)):
        for rows in (limit + 1, 2 * limit):
            monkeypatch.setattr(queue_counts, "COUNT_LIMIT", limit)
            monkeypatch.setattr(queue_counts, "ROWS_COUNTED", rows)
            assert count_of(Tab.ALL, desk, QueueFilter()) == counted


@pytest.mark.parametrize("asked", [{}, *FILTERS], ids=str)
@pytest.mark.parametrize("rows_marked", [1, 40, 15_000])
def test_all_lists_are_counted_at_once_as_each_by_itself(
    clinic: Clinic, monkeypatch, asked: dict[str, str], rows_marked: int
) -> None:
    """Also where the rows that are read once do not hold enough of a list, and where counting
    stops."""
    monkeypatch.setattr(queue_counts, "ROWS_MARKED", rows_marked)
    narrowed = read_filter(asked, {})

    for limit in (1_000, 7):
        monkeypatch.setattr(queue_counts, "COUNT_LIMIT", limit)
        for person in (clinic.navigator, clinic.auditor):
            desk = desk_of(person, clinic.site, TODAY)
            each = {tab: count_of(tab, desk, narrowed) for tab in Tab}
            assert counts_of(desk, narrowed) == each


def test_counts_of_most_sites_are_one_query(clinic: Clinic, django_assert_num_queries) -> None:
    desk = desk_of(clinic.navigator, clinic.site, TODAY)

    with django_assert_num_queries(1):
        counts = counts_of(desk, QueueFilter())

    assert all(counts.values())


def test_pages_and_counts_are_of_the_most_urgent_row_of_each_patient(clinic: Clinic) -> None:
    desk = desk_of(clinic.navigator, clinic.site, TODAY)
    narrowed = read_filter({"class": "AT_RISK"}, {})

    for tab in Tab:
        rows = narrowed.apply(rows_of(tab, desk)).dangerous_first()
        first: dict[object, object] = {}
        for row in rows:
            first.setdefault(row.patient_id, row.pk)
        page = page_of(tab, desk, narrowed, None)
        assert [row.pk for row in page.follow_ups] == list(first.values())[:50], tab
        assert count_of(tab, desk, narrowed) == len(first), tab


def test_an_empty_list_knows_how_many_each_filter_hides(clinic: Clinic) -> None:
    desk = desk_of(clinic.navigator, clinic.site, TODAY)
    narrowed = read_filter({"language": "fr", "class": "AT_RISK"}, {})

    hidden = hidden_by(Tab.ALL, desk, narrowed)

    at_risk = read_filter({"class": "AT_RISK"}, {})
    assert hidden == {
        "language": count_of(Tab.ALL, desk, at_risk),
        "class": 0,
        "": count_of(Tab.ALL, desk, QueueFilter()),
    }
    assert hidden["language"]


def test_every_criterion_is_tried_here() -> None:
    assert {name for asked in FILTERS for name in asked} | {"owner"} == set(CRITERIA)
