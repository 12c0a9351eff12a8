"""A report is amended and the case looks worse: the lead navigator hears of it at once (8.2)."""

from datetime import date, timedelta

import pytest
from django.core import mail

from patients.models import Membership, Role
from surveillance.models import LesionAssessment, Notification, ReportStatus
from surveillance.protocol.terms import Conclusion, LiRads
from surveillance.workflows.deliver import deliver
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.retract_exam import retract_exam
from tests.factories import NOW, MembershipFactory
from tests.surveillance.factories import finding, report

LAST_WEEK = date(2026, 8, 24)
LATER = NOW + timedelta(hours=1)
MUCH_LATER = NOW + timedelta(hours=2)


@pytest.fixture
def lead(ward):
    return MembershipFactory(site=ward.site, role=Role.LEAD_NAVIGATOR).user


@pytest.fixture
def told(ward):
    def tell(lirads: LiRads, now, status=ReportStatus.FINAL, **said):
        found = finding(ward.lesion, lirads=lirads, **said)
        one = report(found, on=LAST_WEEK, report_status=status)
        return record_exam(patient=ward.cirrhotic, report=one, by=ward.navigator, now=now)

    return tell


def warnings() -> list[Notification]:
    return list(Notification.objects.filter(template="REPORT_LESS_FAVOURABLE").order_by("channel"))


def classes() -> list[str]:
    rows = LesionAssessment.objects.order_by("sequence")
    return list(rows.values_list("escalation_class", flat=True))


def test_worse_report_after_a_retraction_is_told_by_e_mail_too(ward, lead, told):
    exam = told(LiRads.LR_3, NOW).exam
    retract_exam(exam=exam, reason="wrong category", by=None, now=LATER)
    assert warnings() == []

    told(LiRads.LR_5, MUCH_LATER)

    assert (classes()[0], classes()[-1]) == ("AT_RISK", "URGENT")
    assert [(one.channel, one.recipient) for one in warnings()] == [
        ("EMAIL", lead),
        ("IN_APP", lead),
    ]
    deliver(now=MUCH_LATER)
    [letter] = [one for one in mail.outbox if one.to == [lead.email]]
    assert f"/patients/{ward.cirrhotic.pk}/" in letter.body
    said = f"{letter.subject} {letter.body}"
    for secret in (ward.cirrhotic.mrn, ward.cirrhotic.family_name, "LR", "esion", "urgent"):
        assert secret not in said


@pytest.mark.parametrize(
    ("first", "second", "is_told"),
    [
        pytest.param(Conclusion.BENIGN_SPECIFIC, Conclusion.MCN_SUSPECTED, True, id="sooner"),
        pytest.param(Conclusion.MCN_SUSPECTED, Conclusion.BENIGN_SPECIFIC, False, id="later"),
        pytest.param(Conclusion.BENIGN_SPECIFIC, Conclusion.ISOLATED_CALCIFICATION, False, id="as"),
    ],
)
def test_in_one_class_the_sooner_day_is_the_worse(ward, lead, first, second, is_told):
    def tell(conclusion, now):
        one = report(finding(ward.lesion, conclusion=conclusion), on=LAST_WEEK)
        return record_exam(patient=ward.cirrhotic, report=one, by=None, now=now).exam

    retract_exam(exam=tell(first, NOW), reason="read again", by=None, now=LATER)
    tell(second, MUCH_LATER)

    assert bool(warnings()) is is_told


def test_final_report_worse_than_its_preliminary_version_is_told_once(lead, told):
    told(LiRads.LR_3, NOW, ReportStatus.PRELIMINARY)

    told(LiRads.LR_5, LATER)
    told(LiRads.LR_5, MUCH_LATER)

    assert len(warnings()) == 2


def test_final_report_in_the_same_moment_is_compared_with_the_preliminary(lead, told):
    told(LiRads.LR_3, NOW, ReportStatus.PRELIMINARY)

    told(LiRads.LR_5, NOW)

    assert len(warnings()) == 2


def test_first_report_is_no_amendment_however_bad(lead, told):
    told(LiRads.LR_5, NOW)

    assert warnings() == []


@pytest.mark.parametrize("corrected", [LiRads.LR_5, LiRads.LR_3])
def test_as_bad_as_before_or_better_is_not_told(lead, told, corrected):
    exam = told(LiRads.LR_5, NOW).exam
    retract_exam(exam=exam, reason="wrong size", by=None, now=LATER)

    told(corrected, MUCH_LATER, conclusion=Conclusion.INDETERMINATE)

    assert warnings() == []


def test_without_a_lead_navigator_the_next_above_is_told(ward, told):
    told(LiRads.LR_3, NOW, ReportStatus.PRELIMINARY)

    told(LiRads.LR_5, LATER)

    assert {one.recipient for one in warnings()} == {ward.clinician}


def test_with_nobody_in_post_nobody_is_told_and_the_report_stands(ward, told):
    told(LiRads.LR_3, NOW, ReportStatus.PRELIMINARY)
    Membership.objects.all().delete()

    told(LiRads.LR_5, LATER)

    assert classes()[-1] == "URGENT"
    assert warnings() == []


def test_without_an_address_it_is_told_in_the_application_only(ward, told):
    lead = MembershipFactory(site=ward.site, role=Role.LEAD_NAVIGATOR, user__email="").user
    told(LiRads.LR_3, NOW, ReportStatus.PRELIMINARY)

    told(LiRads.LR_5, LATER)

    [warning] = warnings()
    assert (warning.channel, warning.recipient) == ("IN_APP", lead)
