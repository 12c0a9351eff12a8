"""Birthdays, corrected birth dates, the end of a pregnancy: nothing was recorded of the lesion."""

from datetime import UTC, date, datetime, timedelta

import pytest

from patients.models import Tri
from surveillance.changed_by_time import changed_by_time
from surveillance.models import FollowUp, LesionAssessment
from surveillance.protocol.terms import Conclusion, LesionKind, LiRads, Modality
from surveillance.workflows.amend_patient import amend_patient
from surveillance.workflows.assess_lesion import assess_lesion
from surveillance.workflows.reassess_changed_by_time import reassess_changed_by_time
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.update_risk import update_risk
from tests.factories import NOW, TODAY, PatientFactory, RiskProfileFactory
from tests.surveillance.factories import LesionFactory, finding, report, risk_facts

LAST_WEEK = date(2026, 8, 24)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def watched(ward, born: date, on: date = LAST_WEEK):
    """A lesion of somebody born that day, with one ultrasound on file the day it was done."""
    patient = PatientFactory(site=ward.site, birth_date=born, low_risk=True)
    lesion = LesionFactory(patient=patient, kind=LesionKind.ISOLATED_CALCIFICATION)
    told = report(finding(lesion, "4"), on=on, modality=Modality.US, accession=patient.mrn)
    record_exam(patient=patient, report=told, by=None, now=at(on))
    return lesion


def newest(lesion) -> LesionAssessment:
    return LesionAssessment.objects.filter(lesion=lesion, overrides=None).newest_first()[0]


@pytest.mark.parametrize(
    ("born", "birthday"),
    [
        pytest.param(date(2008, 9, 15), date(2026, 9, 15), id="eighteenth birthday"),
        pytest.param(date(2025, 9, 15), date(2026, 9, 15), id="first birthday"),
        pytest.param(date(2026, 3, 15), date(2026, 9, 15), id="half a year"),
        pytest.param(date(2008, 9, 30), date(2026, 9, 30), id="end of a month"),
        pytest.param(date(2008, 2, 29), date(2026, 3, 1), id="born on a leap day"),
    ],
)
def test_lesion_is_found_from_the_birthday_on_until_it_is_decided_about(ward, born, birthday):
    lesion = watched(ward, born, on=birthday - timedelta(days=20))

    found = [
        day
        for offset in (-1, 0, 1, 30, 390)
        if lesion in changed_by_time(ward.site, day := birthday + timedelta(days=offset))
    ]

    assert found == [birthday + timedelta(days=offset) for offset in (0, 1, 30, 390)]
    assess_lesion(lesion=lesion, cause="test", by=None, now=at(birthday))
    assert lesion not in changed_by_time(ward.site, birthday + timedelta(days=1))


def test_nobody_is_looked_at_on_an_ordinary_day(ward):
    watched(ward, date(1970, 5, 17))
    watched(ward, date(2015, 5, 17))

    assert reassess_changed_by_time(site=ward.site, now=NOW + timedelta(days=40)) == 0


def test_birthday_of_a_patient_of_another_site_is_that_sites_business(ward):
    lesion = watched(ward, date(2008, 9, 15))
    elsewhere = PatientFactory().site

    assert reassess_changed_by_time(site=elsewhere, now=at(date(2026, 9, 15))) == 0
    assert reassess_changed_by_time(site=ward.site, now=at(date(2026, 9, 15))) == 1
    assert newest(lesion).cause == "time_passed"


def test_patient_without_birth_date_is_found_for_other_reasons_only(ward):
    lesion = LesionFactory(patient=PatientFactory(site=ward.site, birth_date=None))
    RiskProfileFactory(patient=lesion.patient, pregnant=Tri.YES, expected_delivery_on=TODAY)
    assess_lesion(lesion=lesion, cause="test", by=None, now=NOW)

    assert changed_by_time(ward.site, TODAY) == []
    assert changed_by_time(ward.site, TODAY + timedelta(days=1)) == [lesion]


def test_second_look_on_the_same_day_changes_nothing(ward):
    watched(ward, date(2008, 9, 15))
    reassess_changed_by_time(site=ward.site, now=at(date(2026, 9, 15)))
    decisions = LesionAssessment.objects.count()

    assert reassess_changed_by_time(site=ward.site, now=at(date(2026, 9, 15))) == 0
    assert LesionAssessment.objects.count() == decisions


def test_many_are_decided_about_in_chunks(ward, monkeypatch):
    monkeypatch.setattr("surveillance.workflows.reassess_changed_by_time.CHUNK", 2)
    for _ in range(5):
        watched(ward, date(2008, 9, 15))

    assert reassess_changed_by_time(site=ward.site, now=at(date(2026, 9, 15))) == 5
    assert LesionAssessment.objects.filter(cause="time_passed").count() == 5


def test_end_of_a_pregnancy_brings_contrast_back(ward):
    told = report(finding(ward.lesion, "12", conclusion=Conclusion.INDETERMINATE), on=LAST_WEEK)
    record_exam(patient=ward.cirrhotic, report=told, by=None, now=NOW)
    due = date(2026, 9, 20)
    update_risk(
        patient=ward.cirrhotic,
        facts=risk_facts(cirrhosis=Tri.YES, pregnant=Tri.YES, expected_delivery_on=due),
        effective_on=TODAY,
        source="letter",
        by=None,
        now=NOW,
    )
    while_pregnant = _advised(ward.lesion)

    for day in (due, due + timedelta(days=1)):
        reassess_changed_by_time(site=ward.site, now=at(day))

    assert while_pregnant in (Modality.US, Modality.MRI_NONCONTRAST)
    assert _advised(ward.lesion) == Modality.MRI_EXTRACELLULAR
    assert LesionAssessment.objects.filter(cause="time_passed").count() == 1


def _advised(lesion) -> str:
    return FollowUp.objects.open().get(lesion=lesion, kind="IMAGING").advised_modality


def test_corrected_birth_date_decides_again(ward):
    lesion = watched(ward, date(2015, 5, 17))
    assert newest(lesion).rule.startswith("R1")

    amend_patient(
        patient=lesion.patient, changes={"birth_date": date(1970, 5, 17)}, by=None, now=NOW
    )

    assert newest(lesion).cause == "birth_date_corrected"
    assert newest(lesion).rule == "R51"


def test_other_corrections_decide_nothing(ward):
    told = report(finding(ward.lesion, lirads=LiRads.LR_3), on=LAST_WEEK)
    record_exam(patient=ward.cirrhotic, report=told, by=None, now=NOW)
    decisions = LesionAssessment.objects.count()

    changed = amend_patient(
        patient=ward.cirrhotic, changes={"phone": "+44 20 7946 0001"}, by=None, now=NOW
    )

    assert changed.phone == "+44 20 7946 0001"
    assert LesionAssessment.objects.count() == decisions


def test_lesions_follow_a_corrected_record_number(ward):
    """The registry file names them by number and label: the next import must find them again."""
    corrected = amend_patient(
        patient=ward.cirrhotic, changes={"mrn": "MRN-CORRECTED"}, by=None, now=NOW
    )

    ward.lesion.refresh_from_db()
    assert (corrected.mrn, ward.lesion.origin_mrn) == ("MRN-CORRECTED", "MRN-CORRECTED")
