"""Whoever writes, writes to the record that survives."""

import pytest
from django.db import transaction

from surveillance.record_locks import lock_records
from tests.factories import PatientFactory

pytestmark = pytest.mark.django_db


def test_merged_record_leads_to_its_survivor_through_every_merge():
    last = PatientFactory()
    middle = PatientFactory(site=last.site, merged_into=last)
    first = PatientFactory(site=last.site, merged_into=middle)

    with transaction.atomic():
        survivors = lock_records([first.pk, middle.pk, last.pk])

    assert survivors == {first.pk: last, middle.pk: last, last.pk: last}


def test_record_that_was_never_merged_is_its_own_survivor():
    patient = PatientFactory()

    with transaction.atomic():
        assert lock_records([patient.pk]) == {patient.pk: patient}


def test_nobody_asked_for_is_nobody_locked():
    with transaction.atomic():
        assert lock_records([]) == {}
