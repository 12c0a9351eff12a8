"""Everything recorded about one patient, and nothing of anybody else."""

import json

import pytest
from django.apps import apps
from django.db import models

from patients.models import Patient, Site
from patients.workflows.record_view import record_view
from surveillance.models import Escalation, FollowUp, ImagingExam, Lesion, Notification
from surveillance.patient_export import RECORDS, as_cells, as_json, records_of
from surveillance.workflows.merge_patients import merge_patients
from tests.factories import NOW, PatientFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, surveyed

pytestmark = pytest.mark.django_db
OF_NOBODY = {"surveillance.LetterBatch", "surveillance.RegistryImport"}
ABOUT_PATIENTS = (Patient, Lesion, ImagingExam, FollowUp, Escalation, Notification)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic(name="St Brigid")


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    found: Patient = surveyed(clinic, family_name="Okafor").patient
    record_view(patient=found, by=clinic.lead, now=NOW, page="patient")
    return found


def leads_to_a_patient(model: type[models.Model]) -> bool:
    return any(
        field.related_model in ABOUT_PATIENTS and not field.auto_created
        for field in model._meta.get_fields()
        if field.is_relation
    )


def test_every_table_that_leads_to_a_patient_is_exported() -> None:
    labels = ("patients", "surveillance")
    ours = [m for label in labels for m in apps.get_app_config(label).get_models()]
    asked = {m for m in ours if leads_to_a_patient(m) and not m.__name__.startswith("Historical")}

    exported = {model for model, _ in RECORDS}
    assert {m._meta.label for m in asked - exported} <= OF_NOBODY
    assert {Patient, Lesion, ImagingExam} < exported


def test_rows_and_views_are_all_there(patient, clinic) -> None:
    file = as_json(patient, records_of(patient, sites=[clinic.site]), exported_at=NOW)

    tables = json.loads(json.dumps(file))["records"]
    assert [row["family_name"] for row in tables["patient"]] == ["Okafor"]
    assert len(tables["imagingexam"]) == len(tables["lesionobservation"]) == 1
    assert tables["lesionassessment"][0]["answer"]["rule"]
    views = [row for row in tables["auditevent"] if row["action"] == "viewed"]
    assert [row["actor"] for row in views] == [f"user:{clinic.lead.pk}"]
    assert file["people"][f"user:{clinic.lead.pk}"] == clinic.lead.get_full_name()


def test_nothing_of_another_patient_is_there(patient, clinic) -> None:
    other = surveyed(clinic, family_name="Lindqvist").patient

    text = json.dumps(as_json(patient, records_of(patient, sites=[clinic.site]), exported_at=NOW))

    assert "Lindqvist" not in text
    assert str(other.pk) not in text


def test_record_that_was_merged_into_it_is_told_with_it(patient, clinic) -> None:
    duplicate = a_patient(clinic, family_name="Okafor-Smith")
    merge_patients(survivor=patient, duplicate=duplicate, reason="same", by=clinic.lead, now=NOW)

    records = records_of(patient, sites=[clinic.site])

    names = {one.values["family_name"] for one in records if one.table == "patient"}
    assert names == {"Okafor", "Okafor-Smith"}


def test_views_at_sites_that_may_not_be_seen_are_left_out(patient) -> None:
    assert not [one for one in records_of(patient, sites=[]) if one.table == "auditevent"]
    assert Site.objects.count() == 1


def test_cells_name_table_row_and_field(patient, clinic) -> None:
    cells = list(as_cells(records_of(patient, sites=[clinic.site])))

    assert ("patient", str(patient.pk), "family_name", "Okafor") in cells
    assert all(value for _, _, _, value in cells)


def test_questions_do_not_grow_with_the_record(
    patient, clinic, django_assert_max_num_queries
) -> None:
    for _ in range(5):
        record_view(patient=patient, by=clinic.lead, now=NOW, page="patient")
    PatientFactory(site=clinic.site)

    with django_assert_max_num_queries(len(RECORDS) + 3):
        records_of(patient, sites=[clinic.site])
