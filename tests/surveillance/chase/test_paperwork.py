"""Papers that others owe us: asked for once, and nothing else changes (clinical.md 8.2, A07)."""

from datetime import date, timedelta
from typing import Any

import pytest

from patients.models import Membership, Role
from surveillance.models import Escalation, FollowUp, ImagingExam, Notification
from surveillance.workflows.sweep import sweep
from tests.factories import MembershipFactory
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at
from tests.surveillance.factories import ImagingExamFactory, LesionObservationFactory

pytestmark = pytest.mark.django_db

LEFT = date(2026, 12, 1)
DUE = date(2026, 12, 15)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def transferred(clinic: Clinic, status: str = "TRANSFERRED_UNACKNOWLEDGED") -> FollowUp:
    return a_follow_up(clinic, patient=a_patient(clinic, status=status, status_on=LEFT))


def preliminary(follow_up: FollowUp, **fields) -> ImagingExam:
    values = {"patient": follow_up.patient, "performed_on": LEFT, "report_status": "PRELIMINARY"}
    exam = ImagingExamFactory(**values | fields)
    LesionObservationFactory(exam=exam, lesion=follow_up.lesion)
    return exam


def tasks(template: str) -> list[Notification]:
    return list(Notification.objects.filter(template=template))


def sweep_daily(first: date, days: int) -> None:
    for number in range(days):
        sweep(now=at(first + timedelta(days=number)))


def test_acknowledgement_of_a_transfer_is_chased_once_after_fourteen_days(clinic: Clinic) -> None:
    follow_up = transferred(clinic)

    sweep(now=at(DUE - timedelta(days=1)))
    assert tasks("TRANSFER_UNACKNOWLEDGED") == []
    sweep_daily(DUE, 3)

    [task] = tasks("TRANSFER_UNACKNOWLEDGED")
    assert (task.channel, task.recipient) == ("IN_APP", clinic.navigator)
    assert (task.patient, task.created_at) == (follow_up.patient, at(DUE))


def test_with_nobody_in_post_the_task_waits_for_somebody(clinic: Clinic) -> None:
    transferred(clinic)
    Membership.objects.all().delete()

    sweep(now=at(DUE))
    assert tasks("TRANSFER_UNACKNOWLEDGED") == []
    newcomer = MembershipFactory(site=clinic.site, role=Role.NURSE_NAVIGATOR).user
    sweep(now=at(DUE + timedelta(days=1)))

    assert [task.recipient for task in tasks("TRANSFER_UNACKNOWLEDGED")] == [newcomer]


def test_ladder_of_an_unacknowledged_transfer_goes_on(clinic: Clinic) -> None:
    transferred(clinic)

    for day in (DUE, date(2027, 1, 29), date(2027, 2, 14), date(2027, 3, 7)):
        sweep(now=at(day))

    assert sorted(Escalation.objects.unresolved().values_list("tier", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize("status", ["ACTIVE", "TRANSFERRED_ACKNOWLEDGED", "DECLINED"])
def test_other_statuses_have_no_acknowledgement_to_chase(clinic: Clinic, status: str) -> None:
    transferred(clinic, status)

    sweep(now=at(DUE))

    assert tasks("TRANSFER_UNACKNOWLEDGED") == []


def test_report_of_a_kept_appointment_is_asked_for_once_after_fourteen_days(
    clinic: Clinic,
) -> None:
    follow_up = a_follow_up(clinic, booked_for=LEFT)
    a_follow_up(clinic, patient=follow_up.patient, label="L2", booked_for=LEFT)

    sweep(now=at(DUE - timedelta(days=1)))
    assert tasks("REPORT_MISSING") == []
    sweep_daily(DUE, 3)

    [task] = tasks("REPORT_MISSING")
    assert (task.recipient, task.patient) == (clinic.navigator, follow_up.patient)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"booked_for": None}, id="not booked"),
        pytest.param({"booked_for": DUE}, id="today"),
        pytest.param({"booked_for": LEFT, "kind": "REFERRAL"}, id="a visit, not an exam"),
        pytest.param({"booked_for": LEFT, "closed_at": at(LEFT), "outcome": "REMOVED"}, id="ended"),
    ],
)
def test_no_report_is_missing_otherwise(clinic: Clinic, fields: dict[str, Any]) -> None:
    a_follow_up(clinic, **fields)

    sweep(now=at(DUE))

    assert tasks("REPORT_MISSING") == []


def test_missing_final_report_is_asked_for_once_after_fourteen_days(clinic: Clinic) -> None:
    preliminary(follow_up := a_follow_up(clinic))

    sweep(now=at(DUE - timedelta(days=1)))
    assert tasks("REPORT_MISSING") == []
    sweep_daily(DUE, 3)

    [task] = tasks("REPORT_MISSING")
    assert (task.channel, task.recipient) == ("IN_APP", clinic.navigator)
    assert task.patient == follow_up.patient
    assert not Escalation.objects.exists()


def test_without_an_open_follow_up_the_patients_owner_is_asked(clinic: Clinic) -> None:
    preliminary(a_follow_up(clinic, closed_at=at(LEFT), outcome="NO_LONGER_OWED"))

    sweep(now=at(DUE))

    [task] = tasks("REPORT_MISSING")
    assert task.recipient == clinic.navigator


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"report_status": "FINAL"}, id="final"),
        pytest.param({"retracted_at": at(LEFT), "retracted_reason": "wrong"}, id="retracted"),
    ],
)
def test_final_and_retracted_reports_are_not_asked_for(clinic: Clinic, fields) -> None:
    preliminary(a_follow_up(clinic), **fields)

    sweep(now=at(DUE))

    assert tasks("REPORT_MISSING") == []


def test_papers_of_another_site_are_its_own_business(clinic: Clinic) -> None:
    elsewhere = a_clinic()
    preliminary(a_follow_up(elsewhere))

    sweep(now=at(DUE), site=clinic.site)
    assert tasks("REPORT_MISSING") == []
    sweep(now=at(DUE), site=elsewhere.site)

    [task] = tasks("REPORT_MISSING")
    assert (task.site, task.recipient) == (elsewhere.site, elsewhere.navigator)
