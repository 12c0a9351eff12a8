"""A lesion's history as JSON: whole, stable in its names, and decidable again."""

import json
from datetime import date, timedelta

import pytest
from django.db.models import QuerySet

from surveillance.answers import answer_as_json
from surveillance.dicom_modality import DICOM_MODALITY
from surveillance.lesion_export import export_lesion
from surveillance.models import ImagingExam, Lesion
from surveillance.protocol.case_json import read_case, read_line
from surveillance.protocol.recommend import recommend
from surveillance.protocol.terms import Modality
from surveillance.timeline import build_timeline
from tests.factories import NOW, TODAY
from tests.surveillance.factories import (
    EARLIER,
    ImagingExamFactory,
    LesionObservationFactory,
)
from tests.surveillance.web.scenes import Clinic, a_clinic, surveyed

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic(name="St Brigid")


@pytest.fixture
def lesion(clinic: Clinic) -> Lesion:
    return Lesion.objects.select_related("patient__site").get(pk=surveyed(clinic).lesion_id)


def exported(lesion: Lesion, known_on: date | None = None):
    """What stands in the file, read back."""
    entries = build_timeline(lesion)
    written = export_lesion(lesion, entries=entries, known_on=known_on, exported_at=NOW)
    return json.loads(json.dumps(written))


def study_of(file, accession: str):
    [found] = [one for one in file["imagingStudy"] if one["accessionNumber"] == accession]
    return found


def test_names_of_the_format_are_the_documented_ones(lesion) -> None:
    file = exported(lesion)

    assert list(file) == [
        "format",
        "formatVersion",
        "exported",
        "knownOn",
        "protocolVersion",
        "patient",
        "bodyStructure",
        "imagingStudy",
        "clinicalImpression",
        "task",
        "provenance",
    ]
    assert (file["format"], file["formatVersion"]) == ("hepcalc.lesion-history", "1.0")


def test_exam_is_told_in_the_words_of_dicom(lesion) -> None:
    [study] = exported(lesion)["imagingStudy"]

    exam = ImagingExam.objects.get()
    assert study["accessionNumber"] == exam.accession
    assert (study["modality"], study["procedure"]) == ("MR", "MRI_HEPATOBILIARY")
    assert (study["started"], study["status"]) == ("2026-02-16", "final")
    assert study["observation"]["sizeMm"] == "8.00"
    assert study["observation"]["conclusion"] == "INDETERMINATE"


def test_exported_facts_give_the_exported_answer(lesion) -> None:
    decision = exported(lesion)["clinicalImpression"][-1]

    again = recommend(read_case(read_line(json.dumps(decision["inputs"]))))

    assert answer_as_json(again) == decision["answer"]
    assert again.rule == decision["rule"]


def test_what_is_owed_is_a_task_with_its_period(lesion) -> None:
    file = exported(lesion)

    [task] = [one for one in file["task"] if one["status"] == "requested"]
    assert (task["code"], task["statusReason"], task["ended"]) == ("IMAGING", "", None)
    decision = file["clinicalImpression"][-1]
    assert (task["period"], task["basedOn"]) == (decision["period"], decision["id"])


def test_every_entry_says_who_and_when(lesion) -> None:
    entries = exported(lesion)["provenance"]

    assert {entry["activity"] for entry in entries} >= {"LESION", "EXAM", "ASSESSMENT", "OPENED"}
    assert all(entry["agent"] and entry["recorded"] and entry["target"] for entry in entries)


def test_retracted_exam_is_entered_in_error_from_then_on(lesion) -> None:
    exam = ImagingExamFactory(patient=lesion.patient, accession="A", recorded_at=EARLIER)
    LesionObservationFactory(lesion=lesion, exam=exam)
    rows: QuerySet[ImagingExam] = QuerySet(ImagingExam).filter(
        pk=exam.pk
    )  # past the append-only manager
    rows.update(retracted_at=NOW, retracted_reason="other patient")

    now, then = (study_of(exported(lesion, on), "A") for on in (None, YESTERDAY))

    assert (now["status"], now["statusReason"]) == ("entered-in-error", "other patient")
    assert (then["status"], then["statusReason"], then["retracted"]) == ("final", "", None)


def test_nothing_recorded_later_is_in_a_file_of_an_earlier_day(lesion) -> None:
    file = exported(lesion, YESTERDAY)

    assert file["knownOn"] == YESTERDAY.isoformat()
    assert (file["imagingStudy"], file["clinicalImpression"], file["task"]) == ([], [], [])


def test_every_modality_that_is_recorded_has_its_dicom_code() -> None:
    assert set(Modality) == set(DICOM_MODALITY)
