"""Whole paths of people: chased when overdue, merged and taken apart, lost and found again."""

from datetime import date

import pytest

from patients.models import PatientStatus, Role, Tri
from surveillance.models import Escalation, FollowUp, Notification
from surveillance.protocol.terms import LiRads, ObligationKind
from surveillance.workflows.merge_patients import merge_patients
from surveillance.workflows.sweep import sweep
from surveillance.workflows.unmerge_patients import unmerge_patients
from tests.factories import MembershipFactory, PatientFactory
from tests.journeys.story import Story, at

pytestmark = pytest.mark.django_db

ANCHOR = date(2026, 8, 31)


def watched(**patient) -> Story:
    """A cirrhotic patient with an indeterminate lesion, examined on 31 August (8.11)."""
    story = Story(**patient)
    story.risk(date(2026, 1, 5), cirrhosis=Tri.YES)
    lesion = story.lesion(ANCHOR)
    story.exam(ANCHOR, lesion, "8", lirads=LiRads.LR_3)
    return story


def test_overdue_at_risk_lesion_climbs_the_ladder_until_the_exam_arrives():
    story = watched()
    people = {
        1: story.navigator,
        2: MembershipFactory(site=story.site, role=Role.LEAD_NAVIGATOR).user,
        3: story.clinician,
        4: MembershipFactory(site=story.site, role=Role.MEDICAL_DIRECTOR).user,
    }
    lesion = story.patient.lesions.get()
    owed = story.imaging(lesion)
    days = {
        date(2027, 1, 28): [],
        date(2027, 1, 29): [1],
        date(2027, 2, 14): [1, 2],
        date(2027, 3, 1): [1, 2],
        date(2027, 3, 7): [1, 2, 3],
        date(2027, 3, 20): [1, 2, 3],
        date(2027, 3, 21): [1, 2, 3, 4],
    }

    for day, tiers in days.items():
        sweep(now=at(day))
        raised = Escalation.objects.filter(follow_up=owed).order_by("tier")
        assert [row.tier for row in raised] == tiers, day
        assert all(row.owner == people[row.tier] for row in raised)

    story.exam(date(2027, 3, 25), lesion, "8", lirads=LiRads.LR_3)
    sweep(now=at(date(2027, 3, 26)))

    owed.refresh_from_db()
    assert owed.outcome == "COMPLETED"
    assert not Escalation.objects.unresolved().exists()
    waiting = Notification.objects.waiting().filter(follow_up=owed)
    assert not waiting.exists()
    assert story.imaging(lesion).latest_on == date(2027, 9, 25)


def test_who_declines_is_chased_on_and_only_a_clinician_ends_it():
    story = watched()
    lesion = story.patient.lesions.get()

    story.status(date(2026, 10, 1), PatientStatus.DECLINED, reason="informed by Dr A on 1 October")
    sweep(now=at(date(2027, 3, 7)))

    assert Escalation.objects.unresolved().filter(follow_up__lesion=lesion).exists()

    story.status(date(2027, 3, 10), PatientStatus.SURVEILLANCE_NOT_APPROPRIATE)

    assert story.owed(lesion) == {}
    assert not Escalation.objects.unresolved().exists()


def test_death_ends_everything_and_a_mistake_brings_it_back():
    story = watched()
    lesion = story.patient.lesions.get()
    sweep(now=at(date(2027, 2, 14)))

    story.status(date(2027, 2, 15), PatientStatus.DECEASED)
    sweep(now=at(date(2027, 3, 21)))

    assert FollowUp.objects.open().count() == 0
    assert not Escalation.objects.unresolved().exists()

    story.status(date(2027, 3, 22), PatientStatus.ACTIVE, reason="another person of that name")

    again = story.imaging(lesion)
    assert (again.latest_on, again.owed_since) == (date(2027, 2, 28), date(2027, 3, 22))


def test_two_records_are_one_person_until_that_proves_wrong():
    story = watched()
    twin = Story(site=story.site)
    twin.risk(date(2026, 1, 5))
    spot = twin.lesion(ANCHOR)
    twin.exam(ANCHOR, spot, "8", lirads=LiRads.LR_3)
    low = twin.imaging(spot)
    assert low.escalation_class == "LOW"

    merge = merge_patients(
        survivor=story.patient,
        duplicate=twin.patient,
        reason="same national number",
        by=story.navigator,
        now=at(date(2026, 9, 10)),
    )

    at_risk = twin.imaging(spot)
    assert (at_risk.patient, at_risk.escalation_class) == (story.patient, "AT_RISK")
    mine = FollowUp.objects.open().filter(patient=story.patient, kind=ObligationKind.IMAGING)
    assert mine.count() == 2
    assert len({row.owner for row in mine}) == 1

    unmerge_patients(merge=merge, by=story.navigator, now=at(date(2026, 9, 20)))

    back = twin.imaging(spot)
    assert (back.patient, back.escalation_class) == (twin.patient, "LOW")
    assert (back.earliest_on, back.latest_on) == (low.earliest_on, low.latest_on)
    assert story.imaging(story.patient.lesions.get()).escalation_class == "AT_RISK"


def test_nobody_answers_until_somebody_is_in_post():
    patient = PatientFactory(cirrhotic=True)
    story = Story.__new__(Story)
    story.patient, story.site = patient, patient.site
    story.navigator = story.clinician = MembershipFactory().user  # of another site
    lesion = story.lesion(ANCHOR)
    story.exam(ANCHOR, lesion, "8", lirads=LiRads.LR_3)
    assert story.imaging(lesion).owner is None

    hired = MembershipFactory(site=patient.site).user
    story.exam(date(2026, 12, 20), lesion, "8", lirads=LiRads.LR_3)

    assert story.imaging(lesion).owner == hired
