"""Whole paths over months: what is owed at each step, and how each obligation ends."""

from datetime import date

import pytest

from patients.models import PatientStatus, Tri
from surveillance.models import FollowUp, LesionEventKind
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    Modality,
    ObligationKind,
)
from surveillance.workflows.reassess_changed_by_time import reassess_changed_by_time
from surveillance.workflows.retract_exam import retract_exam
from tests.journeys.story import Story, at

pytestmark = pytest.mark.django_db

IMAGING, REFERRAL, REVIEW = ObligationKind.IMAGING, ObligationKind.REFERRAL, ObligationKind.REVIEW


def test_low_risk_lesion_is_checked_once_and_discharged():
    story = Story()
    story.risk(date(2026, 1, 5))
    lesion = story.lesion(date(2026, 1, 10))
    story.exam(
        date(2026, 1, 10), lesion, "8", conclusion=Conclusion.INDETERMINATE, lirads=LiRads.LR_3
    )

    check = story.imaging(lesion)
    story.exam(date(2026, 7, 8), lesion, "8", modality=Modality.US)

    assert (check.earliest_on, check.target_on, check.latest_on) == (
        date(2026, 6, 10),
        date(2026, 7, 10),
        date(2026, 7, 10),
    )
    check.refresh_from_db()
    assert check.outcome == "COMPLETED"
    assert check.completed_by is not None
    assert check.completed_by.performed_on == date(2026, 7, 8)
    assert story.rule(lesion) == "R66"
    assert story.owed(lesion) == {}


def test_early_check_of_a_low_risk_lesion_does_not_discharge():
    story = Story()
    story.risk(date(2026, 1, 5))
    lesion = story.lesion(date(2026, 1, 10))
    story.exam(date(2026, 1, 10), lesion, "8", conclusion=Conclusion.INDETERMINATE)
    check = story.imaging(lesion)

    story.exam(date(2026, 4, 10), lesion, "8", modality=Modality.US)

    assert story.imaging(lesion).latest_on == check.latest_on == date(2026, 7, 10)
    assert (IMAGING, "COMPLETED") not in story.ended(lesion)


def test_isolated_punctate_spot_in_a_healthy_liver_is_closed_at_once():
    story = Story()
    story.risk(date(2026, 1, 5))
    lesion = story.lesion(date(2026, 1, 10), kind=LesionKind.ISOLATED_CALCIFICATION)

    story.exam(
        date(2026, 1, 10),
        lesion,
        "4",
        modality=Modality.CT_NONCONTRAST,
        isolation=Isolation.CONFIRMED,
        pattern=CalcificationPattern.PUNCTATE,
    )

    assert story.rule(lesion) == "R50"
    assert story.owed(lesion) == {}


def test_cirrhosis_diagnosed_after_discharge_reopens_the_lesion():
    story = Story()
    story.risk(date(2026, 1, 5))
    lesion = story.lesion(date(2026, 1, 10), kind=LesionKind.ISOLATED_CALCIFICATION)
    story.exam(
        date(2026, 1, 10),
        lesion,
        "4",
        modality=Modality.CT_NONCONTRAST,
        isolation=Isolation.CONFIRMED,
        pattern=CalcificationPattern.PUNCTATE,
    )

    story.risk(date(2026, 9, 1), cirrhosis=Tri.YES)

    assert story.rule(lesion) == "R52"
    imaging = story.imaging(lesion)
    assert imaging.escalation_class == "AT_RISK"
    assert imaging.owed_since == date(2026, 9, 1)
    assert imaging.owner == story.navigator


def test_cirrhotic_patient_goes_from_exam_to_exam_without_a_gap():
    story = Story()
    story.risk(date(2026, 1, 5), cirrhosis=Tri.YES)
    lesion = story.lesion(date(2026, 1, 10))
    days = [date(2026, 1, 10), date(2026, 5, 9), date(2026, 9, 8), date(2027, 1, 8)]

    for day in days:
        story.exam(day, lesion, "8", lirads=LiRads.LR_3)
        [follow_up] = FollowUp.objects.open().filter(lesion=lesion, kind=IMAGING)
        assert (follow_up.latest_on - day).days <= 184

    assert [outcome for kind, outcome in story.ended(lesion) if kind == IMAGING] == [
        "COMPLETED"
    ] * 3


def test_late_exam_completes_and_the_next_window_counts_from_the_exam():
    story = Story()
    story.risk(date(2026, 1, 5), cirrhosis=Tri.YES)
    lesion = story.lesion(date(2026, 1, 10))
    story.exam(date(2026, 1, 10), lesion, "8", lirads=LiRads.LR_3)
    overdue = story.imaging(lesion)

    story.exam(date(2026, 9, 30), lesion, "8", lirads=LiRads.LR_3)

    overdue.refresh_from_db()
    assert overdue.outcome == "COMPLETED"
    assert story.imaging(lesion).latest_on == date(2027, 3, 30)
    assert story.imaging(lesion).owed_since == date(2026, 9, 30)


def test_limited_exam_completes_nothing_and_tightens_the_date():
    story = Story()
    story.risk(date(2026, 1, 5), cirrhosis=Tri.YES)
    lesion = story.lesion(date(2026, 1, 10))
    story.exam(date(2026, 1, 10), lesion, "8", lirads=LiRads.LR_3)
    before = story.imaging(lesion)

    story.exam(date(2026, 3, 1), lesion, None, modality=Modality.US, adequate=False)

    after = story.imaging(lesion)
    before.refresh_from_db()
    assert (before.outcome, before.superseded_by) == ("SUPERSEDED", after)
    assert after.latest_on == date(2026, 6, 1) < before.latest_on
    assert after.owed_since == before.owed_since


def test_growth_brings_an_urgent_contrast_study_and_then_the_mdt():
    story = Story()
    story.risk(date(2026, 1, 5), cirrhosis=Tri.YES)
    lesion = story.lesion(date(2026, 1, 10))
    story.exam(date(2026, 1, 10), lesion, "6", lirads=LiRads.LR_3)
    story.exam(date(2026, 2, 1), lesion, "6", modality=Modality.US)

    story.exam(date(2026, 5, 1), lesion, "9", modality=Modality.US)

    assert story.rule(lesion) == "R34a"
    assert story.imaging(lesion).escalation_class == "URGENT"

    story.exam(date(2026, 5, 12), lesion, "9.5", lirads=LiRads.LR_3)

    assert story.rule(lesion) == "R33"
    owed = story.owed(lesion)
    assert owed[REFERRAL].recommendation == "BIOPSY_CONSIDERATION"
    assert IMAGING in owed  # the safety net (A18)


def test_referral_is_completed_by_the_mdt_decision_and_imaging_goes_on():
    story = Story()
    story.risk(date(2026, 1, 5), cirrhosis=Tri.YES)
    lesion = story.lesion(date(2026, 1, 10))
    story.exam(date(2026, 1, 10), lesion, "12", aphe=Tri.YES, washout=Tri.YES)
    referral = story.owed(lesion)[REFERRAL]
    assert story.rule(lesion) == "R30"

    story.event(date(2026, 1, 20), lesion, LesionEventKind.REMOVED_OR_TREATED, "TREATED")

    referral.refresh_from_db()
    assert story.rule(lesion) == "R03"
    assert referral.outcome == "REMOVED"
    assert story.owed(lesion) == {}


def test_retracting_the_exam_that_discharged_a_lesion_opens_it_again():
    story = Story()
    story.risk(date(2026, 1, 5))
    lesion = story.lesion(date(2026, 1, 10))
    story.exam(date(2026, 1, 10), lesion, "8", conclusion=Conclusion.INDETERMINATE)
    check = story.imaging(lesion)
    done = story.exam(date(2026, 7, 8), lesion, "8", modality=Modality.US)
    assert story.owed(lesion) == {}

    retract_exam(
        exam=done.exam, reason="other patient", by=story.clinician, now=at(date(2026, 7, 20))
    )

    again = story.imaging(lesion)
    check.refresh_from_db()
    assert check.outcome == "COMPLETED"  # what happened stays on record
    assert again != check
    assert (again.latest_on, again.owed_since) == (date(2026, 7, 10), date(2026, 7, 20))


@pytest.mark.parametrize(
    "status",
    [
        PatientStatus.DECLINED,
        PatientStatus.LOST_TO_FOLLOW_UP,
        PatientStatus.TRANSFERRED_UNACKNOWLEDGED,
    ],
)
def test_who_declines_or_gets_lost_stays_owed(status):
    story = Story()
    story.risk(date(2026, 1, 5), cirrhosis=Tri.YES)
    lesion = story.lesion(date(2026, 1, 10))
    story.exam(date(2026, 1, 10), lesion, "8", lirads=LiRads.LR_3)
    before = story.imaging(lesion)

    story.status(date(2026, 3, 1), status)

    assert story.imaging(lesion) == before


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        pytest.param(PatientStatus.DECEASED, "DECEASED", id="deceased"),
        pytest.param(PatientStatus.TRANSFERRED_ACKNOWLEDGED, "TRANSFERRED", id="transferred"),
        pytest.param(
            PatientStatus.SURVEILLANCE_NOT_APPROPRIATE, "NOT_APPROPRIATE", id="not appropriate"
        ),
    ],
)
def test_who_is_no_longer_ours_is_owed_nothing_and_may_come_back(status, outcome):
    story = Story()
    story.risk(date(2026, 1, 5), cirrhosis=Tri.YES)
    lesion = story.lesion(date(2026, 1, 10))
    story.exam(date(2026, 1, 10), lesion, "8", lirads=LiRads.LR_3)
    before = story.imaging(lesion)

    story.status(date(2026, 3, 1), status)

    before.refresh_from_db()
    assert before.outcome == outcome
    assert story.owed(lesion) == {}

    story.status(date(2026, 3, 5), PatientStatus.ACTIVE, reason="mistaken identity")

    assert story.imaging(lesion).latest_on == before.latest_on


def test_child_becomes_an_adult_on_the_eighteenth_birthday():
    story = Story(birth_date=date(2008, 9, 15))
    story.risk(date(2026, 1, 5), torch_evaluated=Tri.YES)
    lesion = story.lesion(date(2026, 6, 1), kind=LesionKind.ISOLATED_CALCIFICATION)
    story.exam(date(2026, 6, 1), lesion, "4", modality=Modality.US)
    child = story.rule(lesion)

    for day in (date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 16)):
        reassess_changed_by_time(site=story.site, now=at(day))
        if day == date(2026, 9, 14):
            assert story.rule(lesion) == child == "R15"

    assert story.rule(lesion) == "R51"
    assert story.imaging(lesion).recommendation == "CONFIRM_ISOLATION_CONTRAST"
    assert lesion.assessments.filter(cause="time_passed").count() == 1
