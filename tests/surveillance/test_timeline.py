"""A lesion's history: every table speaks, in order, in a constant number of queries."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import models

from patients.audit import record_event
from patients.models import Patient, PatientStatus, RiskProfile, Tri
from patients.workflows.record_vital_status import record_vital_status
from surveillance.models import (
    ContactAttempt,
    Escalation,
    FollowUp,
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionObservation,
    Notification,
    PatientMerge,
)
from surveillance.timeline import TimelineEntry, TimelineKind, build_timeline
from surveillance.timeline.entry import Verbatim
from surveillance.timeline.people import FACTS
from surveillance.workflows.book_follow_up import book_follow_up
from tests.factories import AfpResultFactory, PatientFactory, UserFactory

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.fixture
def nurse():
    return UserFactory(first_name="Noor", last_name="Haddad")


@pytest.fixture
def lesion():
    patient = PatientFactory(cirrhotic=True, mrn="M1")
    return Lesion.objects.create(
        patient=patient, label="L1", origin_mrn="M1", segments=["IVA"], recorded_at=MORNING
    )


def exam_of(lesion, accession="A1", on=DAY, size_mm: float | None = 8.5, **fields):
    exam = ImagingExam.objects.create(
        patient=lesion.patient,
        site=lesion.patient.site,
        accession=accession,
        performed_on=on,
        modality="US",
        content_digest="0" * 64,
        recorded_at=MORNING,
        recorded_by=fields.pop("by", None),
    )
    LesionObservation.objects.create(exam=exam, lesion=lesion, size_mm=size_mm, **fields)
    return exam


def decision_on(lesion, **fields):
    return LesionAssessment.objects.create(
        **{
            "lesion": lesion,
            "as_of": DAY,
            "assessed_at": MORNING,
            "cause": "exam_recorded",
            "protocol_version": "2026.1",
            "rule": "R24",
            "recommendation": "SURVEILLANCE_IMAGING",
            "risk": "AT_RISK",
            "escalation_class": "AT_RISK",
            "stop": False,
            "earliest_on": date(2026, 8, 2),
            "target_on": date(2026, 9, 2),
            "latest_on": date(2026, 10, 2),
            "preferred_modality": "MRI_HEPATOBILIARY",
            "answer": {
                "reasons": ["The patient has cirrhosis."],
                "addons": ["Measure AFP."],
                "missing": ["pregnant"],
                "citations": [{"key": "S13", "quote": "Every 6 months."}],
            },
            "inputs": {},
            "inputs_digest": "0" * 64,
        }
        | fields
    )


def owed_by(decision, **fields):
    lesion = decision.lesion
    return FollowUp.objects.create(
        **{
            "lesion": lesion,
            "patient": lesion.patient,
            "site": lesion.patient.site,
            "assessment": decision,
            "kind": "IMAGING",
            "recommendation": decision.recommendation,
            "escalation_class": "AT_RISK",
            "earliest_on": decision.earliest_on,
            "target_on": decision.target_on,
            "latest_on": decision.latest_on,
            "owed_since": DAY,
            "opened_at": MORNING,
            "sort_key": 1,
        }
        | fields
    )


def entry_of(lesion: Lesion, kind: TimelineKind) -> TimelineEntry:
    [found] = [entry for entry in build_timeline(lesion) if entry.kind == kind]
    return found


def test_timeline_of_a_new_lesion_says_when_it_became_known(lesion):
    entry = entry_of(lesion, TimelineKind.LESION)

    assert entry.title == "Lesion L1 registered"
    assert "Segments: IVA" in entry.detail
    assert (entry.on, entry.by) == (DAY, "the system")


def test_exam_shows_modality_size_conclusion_and_author(lesion, nurse):
    exam_of(lesion, conclusion="INDETERMINATE", aphe="YES", washout="NO", by=nurse)

    entry = entry_of(lesion, TimelineKind.EXAM)

    assert entry.title == "Ultrasound: 8.5 mm"
    assert entry.detail == (
        "Conclusion: Indeterminate",
        "Present: Arterial phase hyperenhancement",
        "Absent: Washout",
        "Accession number: A1",
    )
    assert entry.by == "Noor Haddad"


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        pytest.param({"size_mm": None}, "Ultrasound: size not given", id="no size"),
        pytest.param({"lesion_seen": False}, "Ultrasound: lesion not seen", id="not seen"),
        pytest.param({"size_mm": 10}, "Ultrasound: 10 mm", id="whole number"),
    ],
)
def test_exam_title_says_what_is_known_of_the_size(lesion, fields, title):
    exam_of(lesion, **fields)

    assert entry_of(lesion, TimelineKind.EXAM).title == title


def test_exam_that_is_not_adequate_says_so(lesion):
    exam_of(lesion, adequate=False)

    assert "Not adequate for this lesion" in entry_of(lesion, TimelineKind.EXAM).detail


def test_retracted_exam_stays_and_its_retraction_says_why(lesion, nurse):
    exam = exam_of(lesion)
    models.QuerySet(ImagingExam).filter(pk=exam.pk).update(
        retracted_at=MORNING + timedelta(days=3),
        retracted_by=nurse,
        retracted_reason="wrong patient",
    )

    assert entry_of(lesion, TimelineKind.EXAM).withdrawn
    retraction = entry_of(lesion, TimelineKind.RETRACTION)
    assert retraction.detail == ("Reason: wrong patient",)
    assert (retraction.on, retraction.by) == (date(2026, 3, 5), "Noor Haddad")


@pytest.mark.parametrize(
    ("kind", "value", "title"),
    [
        ("PATHOLOGY", "NONDIAGNOSTIC", "Pathology result: Non-diagnostic"),
        ("MDT_DECISION", "CONTINUE_SURVEILLANCE", "MDT decision: Continue surveillance"),
        ("SYMPTOMS", "YES", "Symptoms attributable to the lesion: Yes"),
    ],
)
def test_event_is_told_in_words(lesion, kind, value, title):
    LesionEvent.objects.create(
        lesion=lesion,
        kind=kind,
        value=value,
        occurred_on=DAY,
        author="Dr Amari",
        recorded_at=MORNING,
    )

    entry = entry_of(lesion, TimelineKind.EVENT)

    assert entry.title == title
    assert entry.detail == ("Author: Dr Amari",)


def test_risk_tells_yes_no_and_not_known_apart(lesion):
    detail = entry_of(lesion, TimelineKind.RISK).detail

    assert detail[0] == "Yes: cirrhosis, normal liver function"
    assert "chronic HBV" in detail[1]
    assert detail[2].startswith("Not known: pregnant")
    assert detail[-1] == "Source: clinic letter"


def test_afp_is_told_with_its_unit(lesion):
    AfpResultFactory(patient=lesion.patient, value_ng_ml=210, rising=True)

    entry = entry_of(lesion, TimelineKind.AFP)

    assert entry.title == "AFP: 210.00 ng/mL"
    assert "Rising" in entry.detail


def test_status_change_is_told_once_with_its_reason(lesion, nurse):
    record_vital_status(
        patient=lesion.patient,
        status=PatientStatus.DECLINED,
        status_on=DAY,
        reason="declined by phone, informed",
        by=nurse,
        now=MORNING,
    )
    stored = Patient.objects.get(pk=lesion.patient_id)
    stored.phone = "1"
    stored.save()

    entry = entry_of(lesion, TimelineKind.STATUS)

    assert entry.title == "Patient: Declined"
    assert (entry.detail, entry.by) == (("Reason: declined by phone, informed",), "Noor Haddad")


def test_decision_shows_rule_version_reasons_and_citations(lesion):
    decision_on(lesion)

    entry = entry_of(lesion, TimelineKind.ASSESSMENT)

    assert entry.title == "Surveillance imaging"
    assert entry.detail == (
        "Due 2026-09-02, from 2026-08-02, at the latest 2026-10-02",
        "By: MRI, hepatobiliary contrast",
        "The patient has cirrhosis.",
        "Also: Measure AFP.",
        "Not known: pregnant",
        "S13: “Every 6 months.”",
        "Rule R24, protocol version 2026.1",
        "Risk: At risk",
        "Cause: exam recorded",
    )


def test_override_shows_author_and_reason(lesion, nurse):
    decision_on(
        lesion,
        overrides=decision_on(lesion),
        override_kind="SOONER",
        override_reason="anxious about growth",
        assessed_by=nurse,
    )

    entry = entry_of(lesion, TimelineKind.OVERRIDE)

    assert entry.title == "Override: Sooner date"
    assert entry.detail[0] == "Reason: anxious about growth"
    assert entry.by == "Noor Haddad"


def test_obligation_is_told_when_opened_and_when_closed(lesion, nurse):
    exam = exam_of(lesion)
    owed_by(
        decision_on(lesion),
        owner=nurse,
        closed_at=MORNING + timedelta(days=1),
        closed_by=nurse,
        outcome="COMPLETED",
        completed_by=exam,
    )

    opened, closed = (
        entry_of(lesion, TimelineKind.OPENED),
        entry_of(lesion, TimelineKind.CLOSED),
    )

    assert opened.title == "Surveillance imaging owed by 2026-10-02"
    assert "Owner: Noor Haddad" in opened.detail
    assert closed.title == "Surveillance imaging: Done"
    assert closed.detail == ("By exam: A1",)


def test_booking_that_was_moved_and_cancelled_is_told_with_each_author(lesion, nurse):
    owed = owed_by(decision_on(lesion))
    days = (date(2026, 9, 1), date(2026, 9, 8), None)
    for number, day in enumerate(days):
        book_follow_up(
            follow_up=owed,
            booked_for=day,
            reason="" if day else "patient ill",
            by=nurse,
            now=MORNING + timedelta(days=number),
        )

    told = [e for e in build_timeline(lesion) if e.kind == TimelineKind.STEP]

    assert [entry.title for entry in told] == [
        "Booked for 2026-09-01",
        "Booked for 2026-09-08",
        "Booking cancelled",
    ]
    assert {entry.by for entry in told} == {"Noor Haddad"}
    assert told[0].detail == ("Surveillance imaging",)


def test_change_of_owner_names_the_new_one(lesion, nurse):
    owed = owed_by(decision_on(lesion))
    record_event(
        "follow_up_reassigned",
        site=owed.site,
        subject=owed,
        by=None,
        now=MORNING,
        detail={"owner": f"user:{nurse.pk}"},
    )

    entry = entry_of(lesion, TimelineKind.STEP)

    assert (entry.title, entry.by) == ("Given to Noor Haddad", "the system")


def test_contact_for_another_lesion_of_the_patient_is_told_too(lesion, nurse):
    ContactAttempt.objects.create(
        patient=lesion.patient,
        channel="PHONE",
        outcome="VOICEMAIL",
        attempted_at=MORNING,
        attempted_by=nurse,
        next_try_on=date(2026, 3, 9),
    )

    entry = entry_of(lesion, TimelineKind.CONTACT)

    assert entry.title == "Phone: Voicemail left"
    assert entry.detail == ("Next try: 2026-03-09",)


def test_escalation_is_told_step_by_step(lesion, nurse):
    Escalation.objects.create(
        follow_up=owed_by(decision_on(lesion)),
        tier=2,
        step="L+7",
        owner=nurse,
        raised_at=MORNING,
        acknowledged_at=MORNING + timedelta(hours=1),
        acknowledged_by=nurse,
        acknowledged_until=date(2026, 3, 9),
        next_action="call again",
        resolved_at=MORNING + timedelta(days=2),
        resolution="BOOKED_IN_TIME",
    )

    told = [e for e in build_timeline(lesion) if e.kind == TimelineKind.ESCALATION]

    assert [entry.title.split(": ")[1] for entry in told] == ["raised", "acknowledged", "resolved"]
    assert told[1].detail == ("Next: call again", "Silent until: 2026-03-09")


@pytest.mark.parametrize(("status", "told"), [("SENT", 1), ("FAILED", 1), ("PENDING", 0)])
def test_message_is_told_once_it_ended(lesion, nurse, status, told):
    Notification.objects.create(
        site=lesion.patient.site,
        channel="EMAIL",
        template="ESCALATION_RAISED",
        dedupe_key="k",
        recipient=nurse,
        follow_up=owed_by(decision_on(lesion)),
        created_at=MORNING,
        not_before=MORNING,
        status=status,
        finished_at=None if status == "PENDING" else MORNING,
    )

    kinds = [entry.kind for entry in build_timeline(lesion)]

    assert kinds.count(TimelineKind.NOTIFICATION) == told


@pytest.mark.parametrize(
    ("to_nurse", "title"),
    [
        pytest.param(True, "Remind the patient to book, by telephone (sent)", id="a task"),
        pytest.param(False, "Reminder to the patient: sent", id="a letter to the patient"),
    ],
)
def test_history_tells_whom_a_reminder_went_to(lesion, nurse, to_nurse, title):
    Notification.objects.create(
        site=lesion.patient.site,
        channel="IN_APP" if to_nurse else "EMAIL",
        template="PATIENT_REMINDER",
        dedupe_key="k",
        recipient=nurse if to_nurse else None,
        patient=lesion.patient,
        follow_up=owed_by(decision_on(lesion)),
        created_at=MORNING,
        not_before=MORNING,
        status="SENT",
        finished_at=MORNING,
    )

    told = entry_of(lesion, TimelineKind.NOTIFICATION).title

    assert told == (f"To {nurse.get_full_name()}: {title}" if to_nurse else title)


def test_merge_and_its_undoing_are_told(lesion, nurse):
    PatientMerge.objects.create(
        survivor=lesion.patient,
        duplicate=PatientFactory(mrn="M2"),
        reason="same person",
        merged_at=MORNING,
        merged_by=nurse,
        undone_at=MORNING + timedelta(days=1),
    )

    merged, undone = (e for e in build_timeline(lesion) if e.kind == TimelineKind.MERGE)

    assert (merged.title, merged.withdrawn) == ("Merged record M2 into M1", True)
    assert undone.title == "Merge of record M2 into M1 undone"


def test_timeline_is_in_order_of_days_and_turns_round_when_asked(lesion):
    exam_of(lesion, accession="A2", on=date(2025, 9, 1))
    exam_of(lesion, accession="A1", on=date(2025, 3, 1))
    decision_on(lesion)

    told = build_timeline(lesion)

    assert [entry.on for entry in told] == sorted(entry.on for entry in told)
    assert build_timeline(lesion, newest_first=True) == tuple(reversed(told))


def test_cause_comes_before_effect_at_one_moment(lesion):
    decision = decision_on(lesion)
    owed_by(decision)
    exam_of(lesion)

    kinds = [e.kind for e in build_timeline(lesion) if e.on == DAY]

    assert kinds == [
        TimelineKind.LESION,
        TimelineKind.EXAM,
        TimelineKind.ASSESSMENT,
        TimelineKind.OPENED,
    ]


@pytest.mark.parametrize("years", [1, 8])
def test_timeline_costs_the_same_queries_for_any_history(
    lesion, nurse, years, django_assert_num_queries
):
    for year in range(years):
        exam_of(lesion, accession=f"A{year}", on=date(2010 + year, 1, 1), by=nurse)
        owed = owed_by(
            decision_on(lesion, assessed_by=nurse),
            owner=nurse,
            closed_at=MORNING,
            outcome="SUPERSEDED",
        )
        record_event("follow_up_booked", site=owed.site, subject=owed, by=nurse, now=MORNING)

    with django_assert_num_queries(20):
        build_timeline(lesion)


def test_only_this_lesion_is_told_of(lesion):
    other = Lesion.objects.create(
        patient=lesion.patient, label="L2", origin_mrn="M1", recorded_at=MORNING
    )
    exam_of(other)
    owed_by(decision_on(other))

    kinds = {entry.kind for entry in build_timeline(lesion)}

    assert kinds == {TimelineKind.LESION, TimelineKind.RISK}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        pytest.param("no_address", "Why: no address on file", id="a code of ours"),
        pytest.param("smtp_550", "Why: the mail server refused it", id="mail"),
        pytest.param("http_422", "Why: the gateway refused it", id="gateway"),
        pytest.param(
            "AnymailRecipientsRefused", "Why: the mail service refused the address", id="service"
        ),
        pytest.param("ConnectionResetError", "Why: it could not be handed over", id="else"),
    ],
)
def test_a_message_that_failed_says_why_in_words(lesion, nurse, code: str, words: str) -> None:
    Notification.objects.create(
        site=lesion.patient.site,
        channel="EMAIL",
        template="ESCALATION_RAISED",
        dedupe_key="k",
        recipient=nurse,
        follow_up=owed_by(decision_on(lesion)),
        created_at=MORNING,
        not_before=MORNING,
        status="FAILED",
        finished_at=MORNING,
        last_error=code,
    )

    entry = entry_of(lesion, TimelineKind.NOTIFICATION)

    assert words in entry.detail
    assert code not in " ".join((entry.title, *entry.detail))


def test_every_fact_of_a_risk_profile_has_words() -> None:
    asked = [field.name for field in RiskProfile._meta.fields if field.choices == Tri.choices]

    assert list(FACTS) == asked


def test_what_is_kept_in_english_is_told_apart_from_what_is_said_today(lesion) -> None:
    decision_on(lesion)

    entry = entry_of(lesion, TimelineKind.ASSESSMENT)

    kept = [line for line in entry.detail if isinstance(line, Verbatim)]
    assert {line.lang for line in kept} == {"en"}
    assert "The patient has cirrhosis." in kept
    assert not [line for line in kept if line.startswith(("Rule", "Due", "Cause"))]
