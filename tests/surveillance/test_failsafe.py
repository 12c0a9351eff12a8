"""What must never be: each finding provoked once, none on a clean registry."""

from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import QuerySet

from patients.audit import record_event
from patients.models import Membership, PatientStatus
from patients.workflows.seal_audit import seal_audit
from surveillance import failsafe
from surveillance.failsafe import CHECKS, Finding, find_all
from surveillance.models import (
    Escalation,
    FollowUp,
    ImagingExam,
    LesionObservation,
    Notification,
    NotificationStatus,
    OutsideCare,
    OverrideKind,
    SweepRun,
)
from surveillance.protocol.parameters.letters import LETTER_WAIT_DAYS
from surveillance.protocol.terms import EscalationClass, ObligationKind
from surveillance.workflows.deliver import deliver
from surveillance.workflows.discard_letter_batch import discard_letter_batch
from surveillance.workflows.leave_role import leave_role
from surveillance.workflows.plan_absence import plan_absence
from surveillance.workflows.record_outside_care import record_outside_care
from surveillance.workflows.review_outside_care import review_outside_care
from surveillance.workflows.sweep import sweep
from tests.factories import MembershipFactory, UserFactory
from tests.surveillance.chase.scenes import (
    Clinic,
    a_clinic,
    a_follow_up,
    a_lesion,
    a_patient,
    an_assessment,
    at,
    somebody_acts_for,
)
from tests.surveillance.factories import (
    LesionEventFactory,
    orphan_escalations,
    orphan_follow_ups,
)
from tests.surveillance.letters.scenes import a_clinic_with_phone, prepared, waiting

pytestmark = pytest.mark.django_db

DAY = date(2026, 9, 15)
NOW = at(DAY)
LATE = at(date(2027, 3, 3))
"""The third overdue day."""


def an_exam(follow_up: FollowUp) -> None:
    """The exam on which the lesion was seen."""
    exam = ImagingExam.objects.create(
        patient=follow_up.patient,
        site=follow_up.site,
        accession=f"A-{follow_up.pk}",
        performed_on=date(2026, 8, 31),
        modality="US",
        content_digest="",
        recorded_at=at(date(2026, 8, 31)),
    )
    LesionObservation.objects.create(exam=exam, lesion=follow_up.lesion)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def follow_up(clinic: Clinic) -> FollowUp:
    """A lesion seen, decided about, owed an exam, looked at this morning."""
    owed = a_follow_up(clinic, patient=a_patient(clinic, reachable=True))
    an_exam(owed)
    sweep(now=NOW)
    seal_audit(now=NOW)
    return owed


@pytest.fixture
def worked(clinic: Clinic, follow_up: FollowUp) -> None:
    """The queue is worked on the third overdue day, too."""
    somebody_acts_for(follow_up.patient, clinic.navigator, LATE)


def codes(now: Any = NOW) -> list[str]:
    return [finding.code for finding in find_all(now=now)]


def test_a_clean_registry_has_none(follow_up: FollowUp) -> None:
    assert find_all(now=NOW) == []


def test_an_empty_installation_has_none() -> None:
    assert find_all(now=NOW) == []


# ---------------------------------------------------------------- coverage


def test_a_lesion_never_decided_about(clinic: Clinic, follow_up: FollowUp) -> None:
    forgotten = a_lesion(follow_up.patient, "forgotten")
    exam = ImagingExam.objects.get()
    LesionObservation.objects.create(exam=exam, lesion=forgotten)

    assert {(found.code, found.subject_ids) for found in find_all(now=NOW)} == {
        ("lesion_never_assessed", (str(forgotten.pk),)),
        ("independent_check_differs", (str(forgotten.pk),)),
    }


def test_a_lesion_without_an_exam(clinic: Clinic, follow_up: FollowUp) -> None:
    a_follow_up(clinic, label="never seen", next_look_on=date(2027, 1, 1))

    assert codes() == ["lesion_never_imaged"]


def test_a_lesion_whose_only_exam_was_retracted(clinic: Clinic, follow_up: FollowUp) -> None:
    # As retract_row does it: the frozen table lets the columns of a retraction change.
    QuerySet(ImagingExam).update(retracted_at=NOW, retracted_reason="wrong patient")

    assert codes() == ["lesion_never_imaged"]


def test_something_owed_without_an_open_follow_up(follow_up: FollowUp) -> None:
    FollowUp.objects.update(closed_at=NOW, outcome="NO_LONGER_OWED")

    assert {(found.code, found.subject_ids) for found in find_all(now=NOW)} == {
        ("lesion_owed_without_follow_up", (str(follow_up.lesion_id),)),
        ("independent_check_differs", (str(follow_up.lesion_id),)),
    }


def test_nothing_owed_after_a_stop(follow_up: FollowUp) -> None:
    LesionEventFactory(lesion=follow_up.lesion, kind="REMOVED_OR_TREATED", value="REMOVED")
    an_assessment(follow_up.lesion, stop=True, escalation_class="NONE", rule="R03")
    FollowUp.objects.update(closed_at=NOW, outcome="REMOVED")

    assert codes() == []


def test_a_stop_that_the_facts_do_not_bear_out(follow_up: FollowUp) -> None:
    """As a fault in the protocol's code would leave it: only the second reading sees it."""
    an_assessment(follow_up.lesion, stop=True, escalation_class="NONE", rule="R60")
    FollowUp.objects.update(closed_at=NOW, outcome="NO_LONGER_OWED")

    assert codes() == ["independent_check_differs"]


@pytest.mark.parametrize(
    ("expires_on", "next_rule", "expected"),
    [
        pytest.param(None, "R69", [], id="stands"),
        pytest.param(
            date(2026, 9, 1),
            "R69",
            ["lesion_owed_without_follow_up", "independent_check_differs"],
            id="expired",
        ),
        pytest.param(None, "R34a", ["lesion_owed_without_follow_up"], id="spent by a new need"),
    ],
)
def test_a_clinicians_closure_counts_while_it_stands(
    clinic: Clinic,
    follow_up: FollowUp,
    expires_on: date | None,
    next_rule: str,
    expected: list[str],
) -> None:
    an_assessment(
        follow_up.lesion,
        stop=True,
        overrides=follow_up.assessment,
        override_kind=OverrideKind.CLOSE,
        override_reason="comorbidity",
        override_expires_on=expires_on,
        assessed_by=clinic.clinician,
    )
    FollowUp.objects.update(closed_at=NOW, outcome="NOT_APPROPRIATE")
    an_assessment(follow_up.lesion, rule=next_rule)

    assert codes() == expected


def test_at_risk_with_a_referral_but_without_its_imaging(
    clinic: Clinic, follow_up: FollowUp
) -> None:
    asked = {"escalation_class": "AT_RISK", "window": {"latest": "2027-02-28"}}
    kinds = (ObligationKind.REFERRAL, ObligationKind.IMAGING)
    owed = {"obligations": [{"kind": kind, **asked} for kind in kinds]}
    FollowUp.objects.update(closed_at=NOW, outcome="NO_LONGER_OWED")
    referral = an_assessment(follow_up.lesion, answer=owed)
    FollowUp.objects.create(
        **{
            field: getattr(follow_up, field)
            for field in ("lesion", "patient", "site", "escalation_class", "earliest_on",
                          "target_on", "latest_on", "owed_since", "opened_at", "owner", "sort_key")
        },
        assessment=referral,
        kind=ObligationKind.REFERRAL,
        recommendation="MDT_REFERRAL",
        next_look_on=date(2027, 1, 1),
    )  # fmt: skip

    assert codes() == ["at_risk_without_imaging"]


@pytest.mark.parametrize(
    ("kind", "ladder", "latest", "expected"),
    [
        pytest.param("IMAGING", "AT_RISK", "2027-02-28", [], id="as decided"),
        pytest.param("IMAGING", "AT_RISK", "2027-03-31", [], id="sooner"),
        pytest.param("IMAGING", "AT_RISK", "2027-02-27", ["follow_up_less_than_decided"]),
        pytest.param("IMAGING", "URGENT", "2027-02-28", ["follow_up_less_than_decided"]),
    ],
)
def test_a_follow_up_that_says_less_than_its_decision(
    clinic: Clinic,
    follow_up: FollowUp,
    kind: str,
    ladder: str,
    latest: str,
    expected: list[str],
) -> None:
    obligation = {"kind": kind, "escalation_class": ladder, "window": {"latest": latest}}
    asked = an_assessment(follow_up.lesion, answer={"obligations": [obligation]})
    follow_up.refresh_from_db()
    other = {
        field.name: getattr(follow_up, field.name)
        for field in FollowUp._meta.fields
        if field.name not in {"id", "assessment"}
    }
    FollowUp.objects.update(closed_at=NOW, outcome="SUPERSEDED")
    FollowUp.objects.create(**other, assessment=asked)

    assert codes() == expected


def test_a_quiet_patient_with_something_open(follow_up: FollowUp) -> None:
    patient = follow_up.patient
    patient.status, patient.status_on = PatientStatus.DECEASED, DAY
    patient.save()

    assert codes() == ["quiet_patient_with_open_follow_up"]


# ---------------------------------------------------------------- the chase


@pytest.mark.usefixtures("worked")
def test_overdue_at_risk_without_an_escalation(follow_up: FollowUp) -> None:
    """Somebody moved the day to look far ahead, so that the sweep does not see it."""
    FollowUp.objects.update(next_look_on=date(2028, 1, 1))
    sweep(now=LATE)

    assert codes(LATE) == ["overdue_without_escalation"]


@pytest.mark.usefixtures("worked")
def test_overdue_and_escalated_is_no_finding(follow_up: FollowUp) -> None:
    sweep(now=LATE)
    deliver(now=LATE)

    assert codes(LATE) == []


@pytest.mark.usefixtures("worked")
def test_low_risk_overdue_is_not_an_alarm(follow_up: FollowUp, clinic: Clinic) -> None:
    low = a_follow_up(clinic, ladder=EscalationClass.LOW, next_look_on=date(2028, 1, 1))
    an_exam(low)
    sweep(now=LATE)
    deliver(now=LATE)

    assert codes(LATE) == []


def test_a_follow_up_that_should_have_been_looked_at(follow_up: FollowUp) -> None:
    FollowUp.objects.update(next_look_on=DAY - timedelta(days=2))

    assert codes() == ["follow_up_not_looked_at"]


def test_an_at_risk_follow_up_that_nobody_will_ever_look_at(follow_up: FollowUp) -> None:
    FollowUp.objects.update(next_look_on=None)

    assert codes() == ["follow_up_never_looked_at"]


def test_nobody_has_swept_for_too_long(follow_up: FollowUp) -> None:
    later = NOW + timedelta(hours=2)

    [finding] = find_all(now=later)

    assert finding.code == "sweep_silent"


def test_a_run_that_never_finished_or_was_a_replay_is_no_proof(follow_up: FollowUp) -> None:
    later = NOW + timedelta(hours=2)
    SweepRun.objects.create(kind="chase", started_at=later)
    sweep(now=later, kind="replay")

    assert codes(later) == ["sweep_silent"]


def test_the_newest_run_parked_something(clinic: Clinic, follow_up: FollowUp) -> None:
    bad = a_follow_up(clinic, escalation_class="NO_SUCH", next_look_on=DAY)
    an_exam(bad)
    later = NOW + timedelta(minutes=15)
    sweep(now=later)

    [finding] = find_all(now=later)

    assert (finding.code, finding.subject_ids) == ("sweep_parked_rows", (str(bad.pk),))


# ---------------------------------------------------------------- people


@pytest.mark.parametrize("owner", ["nobody", "role deleted", "no such role"])
def test_a_follow_up_that_nobody_in_post_answers_for(
    clinic: Clinic, follow_up: FollowUp, owner: str
) -> None:
    if owner == "nobody":
        orphan_follow_ups()
    elif owner == "role deleted":
        Membership.objects.filter(user=clinic.navigator).delete()
    else:
        FollowUp.objects.update(owner=MembershipFactory(site=clinic.site, auditor=True).user)

    assert codes() == ["follow_up_without_owner"]


@pytest.mark.usefixtures("worked")
def test_an_escalation_that_nobody_in_post_answers_for(follow_up: FollowUp) -> None:
    sweep(now=LATE)
    deliver(now=LATE)
    orphan_escalations()

    assert codes(LATE) == ["escalation_without_owner"]


def test_an_owner_who_is_away_with_a_cover_who_lost_the_role(
    follow_up: FollowUp, clinic: Clinic
) -> None:
    plan_absence(
        user=clinic.navigator,
        site=clinic.site,
        first_on=DAY,
        last_on=DAY + timedelta(days=7),
        cover=clinic.lead,
        by=None,
        now=NOW,
    )
    assert codes() == []

    leave_role(membership=Membership.objects.get(user=clinic.lead), by=None, now=NOW)

    assert codes() == ["owner_absent_without_cover"]


@pytest.fixture
def elsewhere(clinic: Clinic, follow_up: FollowUp) -> OutsideCare:
    """On Tuesday at nine the navigator puts on file that another hospital follows the patient."""
    return record_outside_care(
        follow_up=follow_up,
        institution="Liver centre",
        evidence="Letter",
        expires_on=DAY + timedelta(days=30),
        by=clinic.navigator,
        now=NOW,
    )


def looks_missing(now: datetime) -> list[Finding]:
    return [finding for finding in find_all(now=now) if finding.code == "second_look_missing"]


def test_a_second_look_that_nobody_takes(clinic: Clinic, elsewhere: OutsideCare) -> None:
    assert looks_missing(NOW + timedelta(days=1)) == []

    [finding] = looks_missing(NOW + timedelta(days=3))

    assert finding.subject_ids == (str(elsewhere.pk),)
    assert finding.notes == ("recorded 3 days ago",)
    assert (finding.site, finding.owner.id if finding.owner else None) == (
        clinic.site.pk,
        clinic.lead.pk,
    )
    review_outside_care(outside_care=elsewhere, is_sufficient=True, by=clinic.lead, now=LATE)
    assert looks_missing(NOW + timedelta(days=3)) == []


@pytest.mark.parametrize("end", ["closed", "expired", "not sufficient"])
def test_a_second_look_that_nobody_needs_any_more(
    clinic: Clinic, elsewhere: OutsideCare, end: str
) -> None:
    day = DAY + timedelta(days=9)
    assert looks_missing(at(day))
    if end == "closed":
        FollowUp.objects.update(closed_at=NOW, outcome="NO_LONGER_OWED")
    elif end == "expired":
        day = elsewhere.expires_on + timedelta(days=2)
    else:
        review_outside_care(
            outside_care=elsewhere, is_sufficient=False, note="no date", by=clinic.lead, now=NOW
        )

    assert looks_missing(at(day)) == []


# ---------------------------------------------------------------- messages and the audit trail


@pytest.mark.usefixtures("worked")
def test_a_message_that_should_have_been_sent(follow_up: FollowUp) -> None:
    sweep(now=LATE)
    later = LATE + timedelta(minutes=6)

    assert codes(LATE + timedelta(minutes=4)) == []
    assert codes(later) == ["outbox_stuck"]


def test_letters_that_nobody_prints_or_posts(clinic: Clinic) -> None:
    printing = a_clinic_with_phone()
    [message] = waiting(printing, "Moor")
    wait = timedelta(days=LETTER_WAIT_DAYS.value)
    second = timedelta(seconds=1)

    assert "letters_waiting" not in codes(message.created_at + wait)
    assert "letters_waiting" in codes(message.created_at + wait + second)
    assert "outbox_stuck" not in codes(message.created_at + wait + second)

    batch = prepared(printing, now=message.created_at + wait)
    assert "letters_waiting" not in codes(batch.prepared_at + wait)
    assert "letters_waiting" in codes(batch.prepared_at + wait + second)

    discard_letter_batch(batch=batch, reason="jam", by=None, now=batch.prepared_at)
    Notification.objects.update(status=NotificationStatus.CANCELLED, finished_at=LATE)
    assert "letters_waiting" not in codes(batch.prepared_at + wait + second)


@pytest.mark.usefixtures("worked")
def test_a_message_that_failed_until_somebody_acts(follow_up: FollowUp) -> None:
    sweep(now=LATE)
    deliver(now=LATE)
    failed = Notification.objects.filter(channel="EMAIL")
    failed.update(status=NotificationStatus.FAILED, finished_at=LATE)
    assert codes(LATE) == ["outbox_failed"]

    Escalation.objects.update(
        acknowledged_at=LATE,
        acknowledged_by=UserFactory(),
        acknowledged_until=LATE.date(),
        next_action="call",
    )
    assert codes(LATE) == []


def test_a_failed_reminder_until_the_patient_was_contacted(follow_up: FollowUp) -> None:
    november = at(date(2026, 11, 2))
    sweep(now=november)
    deliver(now=november)
    Notification.objects.update(status=NotificationStatus.FAILED, finished_at=november)
    assert codes(november) == ["outbox_failed"]

    patient = follow_up.patient
    patient.last_contact_at = november + timedelta(minutes=1)
    patient.save()
    assert codes(november) == []


def test_audit_events_that_nobody_sealed(clinic: Clinic, follow_up: FollowUp) -> None:
    record_event("tried", site=clinic.site, subject=clinic.site, by=None, now=NOW)
    early, seen = NOW + timedelta(minutes=50), NOW + timedelta(minutes=70)
    sweep(now=early)
    sweep(now=seen)

    assert codes(early) == []
    assert codes(seen) == ["audit_unsealed"]


# ---------------------------------------------------------------- the command


def checked() -> tuple[str, int]:
    said = StringIO()
    try:
        call_command("check_failsafe", stdout=said)
    except SystemExit as end:
        return said.getvalue(), int(end.code or 0)
    return said.getvalue(), 0


@time_machine.travel(NOW, tick=False)
def test_the_command_is_content_with_a_clean_registry(follow_up: FollowUp) -> None:
    assert checked() == ("Nothing found.\n", 0)


@time_machine.travel(NOW, tick=False)
def test_the_command_names_what_it_found_and_the_cure(
    clinic: Clinic, follow_up: FollowUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failsafe, "NAMED", 1)
    FollowUp.objects.update(next_look_on=None)
    orphan_follow_ups()
    a_follow_up(clinic, owner=None, next_look_on=None)

    said, status = checked()

    assert status == 1
    assert "follow_up_without_owner (2): Nobody in post answers" in said
    assert "… and 1 more" in said
    assert f"Site: {clinic.site.name}" in said
    assert f"Answers for it: {clinic.lead.get_full_name()}" in said
    assert "Cure: Reassign it" in said
    assert follow_up.patient.family_name not in said


def test_every_check_is_provoked() -> None:
    """A new check without a test is noticed here."""
    files = Path(__file__).parent.glob("test_failsafe*.py")
    source = "".join(file.read_text(encoding="utf-8") for file in files)

    assert [check.code for check in CHECKS if f'"{check.code}"' not in source] == []
