"""A bad patient never takes good ones along, and a killed import ends where a whole one does."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from patients.models import Patient, Site
from surveillance.intake.csv_registry.importing import FileToRead, OpenRegistryFile, take_in
from surveillance.models import ImagingExam, LesionAssessment
from surveillance.registry.known import PatientRows
from surveillance.registry.rows import RegistryRow
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.import_registry_rows import import_registry_rows
from tests.factories import NOW, SiteFactory
from tests.surveillance.intake.registry_files import csv_file, row


def refuse_in_the_database(mrn: str) -> None:
    """Make the database refuse this one patient, as a broken disk or rule would."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER refuse BEFORE INSERT ON patients_patient WHEN NEW.mrn = '{mrn}' "
                "BEGIN SELECT RAISE(ABORT, 'refused for the test'); END"
            )
        else:
            cursor.execute(
                f"ALTER TABLE patients_patient ADD CONSTRAINT refuse CHECK (mrn <> '{mrn}')"
            )


@pytest.fixture
def north(db) -> Site:
    return SiteFactory(slug="north")


def take(path: Path, site: Site, size: int = 1000):
    with OpenRegistryFile(FileToRead(path, {site.slug: site}), now=NOW) as opened:
        return [
            take_in(batch, opened.destination, by=None, now=NOW)
            for batch in opened.batches(size=size)
        ]


def a_row(mrn: str, **finding: object) -> RegistryRow:
    """One exam of one lesion, as no reader has checked it."""
    exam = {"accession": mrn, "performed_on": date(2026, 6, 1), "modality": "US"}
    return RegistryRow(
        line=2,
        site="north",
        mrn=mrn,
        patient={"family_name": "Testheron"},
        lesion={"label": "L1"},
        exam=exam,
        finding=finding,
    )


def test_what_the_record_refuses_after_all_undoes_the_whole_batch(north: Site) -> None:
    rows = [a_row("A1", size_mm=Decimal(7)), a_row("A2", size_mm=Decimal(-1))]
    groups = [PatientRows("north", one.mrn, (one,)) for one in rows]

    with pytest.raises(WorkflowRefused):
        import_registry_rows(groups=groups, sites={"north": north}, shared={}, by=None, now=NOW)

    assert not Patient.objects.exists()


def test_one_patient_whom_the_database_refuses_is_left_out_alone(
    tmp_path: Path, north: Site
) -> None:
    rows = [row(mrn=f"A{number}", accession=f"ACC-{number}") for number in range(9)]
    second = row(mrn="A4", accession="ACC-4b", performed_on="2026-07-01")
    refuse_in_the_database("A4")

    [taken] = take(csv_file(tmp_path, *rows, second), north)

    assert (taken.rows, taken.refused) == (10, 2)
    assert {(one.line, one.code) for one in taken.problems} == {
        (6, "not_stored"), (11, "not_stored"),
    }  # fmt: skip
    assert Patient.objects.count() == ImagingExam.objects.count() == 8
    assert LesionAssessment.objects.count() == 8
    assert taken.counts["patients", "created"] == 8


def test_an_empty_batch_does_not_hide_a_broken_database(tmp_path: Path, north: Site) -> None:
    with OpenRegistryFile(
        FileToRead(csv_file(tmp_path, row(mrn="")), {"north": north}), now=NOW
    ) as opened:
        [batch] = opened.batches()
        taken = take_in(batch, opened.destination, by=None, now=NOW)

    assert not batch.groups
    assert (batch.unread, taken.rows) == (1, 0)


def test_batches_keep_patients_whole(tmp_path: Path, north: Site) -> None:
    rows = [
        row(mrn=f"A{patient}", accession=f"ACC-{patient}-{exam}", performed_on=f"2026-0{exam}-01")
        for exam in range(1, 6)
        for patient in range(7)
    ]

    takens = take(csv_file(tmp_path, *rows), north, size=6)

    assert [one.rows for one in takens] == [10, 10, 10, 5]
    assert LesionAssessment.objects.count() == 7


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_and_run_again_ends_the_same(tmp_path: Path) -> None:
    """SIGKILL while the command is at work; whole patients only; the second run does the rest."""
    SiteFactory(slug="north")
    rows = [row(mrn=f"A{number:04}", accession=f"ACC-{number}") for number in range(1800)]
    command = [sys.executable, "-m", "tests.surveillance.intake.import_in_own_process",
               str(csv_file(tmp_path, *rows))]  # fmt: skip
    environment = os.environ | {"TEST_DATABASE": str(connection.settings_dict["NAME"])}
    process = subprocess.Popen(command, env=environment)
    deadline = time.monotonic() + 120
    while Patient.objects.count() == 0 and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)

    process.send_signal(signal.SIGKILL)
    process.wait()
    half, exams_of_the_half = Patient.objects.count(), ImagingExam.objects.count()
    subprocess.run(command, env=environment, check=True, timeout=240)

    assert 0 < half < 1800
    assert half == exams_of_the_half
    assert Patient.objects.count() == ImagingExam.objects.count() == 1800
    assert LesionAssessment.objects.count() == 1800
