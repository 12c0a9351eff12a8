"""A large site for the dashboard: open and closed follow-ups, exams, attempts, escalations."""

from datetime import UTC, date, datetime

from django.contrib.auth.models import User
from django.db import connection

from bench import bulk
from patients.models import Membership, Patient, RiskProfile, Role, Site, Tri
from surveillance.models import (
    ContactAttempt,
    Escalation,
    FollowUp,
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionObservation,
)
from surveillance.protocol.terms import EscalationClass, Modality, ObligationKind, Risk

DAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
NAVIGATORS = 12
LESIONS_EACH = 1.6
"""Lesions per patient; each had three exams and two follow-ups that are done; three of four have
one that is open, the others were ended by a rule."""

_LESION, _PATIENT = "md5('l' || n)::uuid", "md5('p' || (n * 10 / 16))::uuid"
_EXAM, _DECISION = "md5('e' || n || '.' || k)::uuid", "n * 4 + k"
_EXAM_ON = "DATE '2026-06-15' - 560 + n %% 120 + k * 170"
_LATEST = "DATE '2026-06-15' + n %% 240 - 30"
_RISK = "(ARRAY['AT_RISK', 'AT_RISK', 'LOW', 'URGENT'])[1 + n %% 4]"


def fill(follow_ups: int) -> Site:
    """Make so many follow-ups, a quarter of them open."""
    lesions = follow_ups * 4 // 11
    site = Site.objects.create(slug="bench", name="Bench", time_zone="UTC")
    first = _people(site)
    tables = (
        Patient,
        Lesion,
        ImagingExam,
        LesionObservation,
        LesionAssessment,
        FollowUp,
        ContactAttempt,
        Escalation,
        RiskProfile,
    )
    with bulk.without_indexes(*tables):
        _records(site, lesions)
        _obligations(site, lesions, first)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return site


def _people(site: Site) -> int:
    users = [User(username=f"navigator{n}", last_name=f"No {n}") for n in range(NAVIGATORS)]
    users = User.objects.bulk_create(users)
    Membership.objects.bulk_create(
        Membership(user=user, site=site, role=Role.NURSE_NAVIGATOR) for user in users
    )
    director = User.objects.create(username="director")
    Membership.objects.create(user=director, site=site, role=Role.MEDICAL_DIRECTOR)
    return users[0].pk


def _records(site: Site, lesions: int) -> None:
    people, numbers = "generate_series(0, %s) n", "generate_series(1, %s) n"
    exams = f"{numbers}, generate_series(1, 3) k"
    count = lesions * 10 // 16
    bulk.insert(
        Patient(site=site, family_name="Bench", birth_date=date(1960, 1, 1), created_at=BEFORE),
        each={
            "id": "md5('p' || n)::uuid",
            "mrn": "'B' || n",
            "phone": "CASE WHEN n %% 9 > 0 THEN '+44 20 7946 0000' ELSE '' END",
            "last_contact_at": "CASE WHEN n %% 3 = 0 THEN TIMESTAMPTZ '2026-06-01' END",
        },
        source=people,
        given=[count],
    )
    bulk.insert(
        RiskProfile(effective_on=BEFORE.date(), cirrhosis=Tri.YES, recorded_at=BEFORE),
        each={"sequence": "n + 1", "patient_id": "md5('p' || n)::uuid"},
        source=people,
        given=[count],
    )
    bulk.insert(
        ContactAttempt(channel="PHONE", attempted_at=BEFORE),
        each={
            "id": "md5('c' || n || '.' || k)::uuid",
            "patient_id": "md5('p' || n * 3)::uuid",
            "channel": "CASE WHEN k = 1 THEN 'LETTER' ELSE 'PHONE' END",
            "outcome": "CASE WHEN n %% 4 = k THEN 'AGREED' ELSE 'NO_ANSWER' END",
            "attempted_at": "TIMESTAMPTZ '2026-06-01' - k * INTERVAL '3 days'",
        },
        source="generate_series(0, %s) n, generate_series(1, 5) k",
        given=[count // 3],
    )
    bulk.insert(
        Lesion(label="L1", recorded_at=BEFORE),
        each={"id": _LESION, "patient_id": _PATIENT, "label": "'L' || n", "origin_mrn": "'B' || n"},
        source=numbers,
        given=[lesions],
    )
    bulk.insert(
        ImagingExam(site=site, modality=Modality.US, content_digest="0", recorded_at=BEFORE),
        each={
            "id": _EXAM,
            "patient_id": _PATIENT,
            "accession": "n || '.' || k",
            "performed_on": _EXAM_ON,
        },
        source=exams,
        given=[lesions],
    )
    bulk.insert(
        LesionObservation(size_mm=8),
        each={"id": "md5('o' || n || '.' || k)::uuid", "exam_id": _EXAM, "lesion_id": _LESION},
        source=exams,
        given=[lesions],
    )
    decision = LesionAssessment(
        assessed_at=BEFORE,
        cause="bench",
        protocol_version="bench",
        risk=Risk.AT_RISK,
        escalation_class=EscalationClass.AT_RISK,
        answer={},
        inputs={},
    )
    ended = "n %% 4 = 0 AND k = 3"
    bulk.insert(
        decision,
        each={
            "sequence": _DECISION,
            "lesion_id": _LESION,
            "as_of": _EXAM_ON,
            "rule": f"CASE WHEN {ended} THEN 'R68' ELSE 'R69' END",
            "stop": ended,
        },
        source=exams,
        given=[lesions],
    )


def _obligations(site: Site, lesions: int, first: int) -> None:
    row = FollowUp(
        site=site,
        kind=ObligationKind.IMAGING,
        recommendation="SURVEILLANCE_IMAGING",
        escalation_class=EscalationClass.AT_RISK,
        opened_at=BEFORE,
    )
    owned = f"{first} + n %% {NAVIGATORS}"
    same = {"lesion_id": _LESION, "patient_id": _PATIENT, "owner_id": owned}
    same |= {"assessment_id": _DECISION, "escalation_class": _RISK, "owed_since": _EXAM_ON}
    bulk.insert(
        row,
        each=same
        | {
            "id": "md5('f' || n || '.' || k)::uuid",
            "earliest_on": f"{_EXAM_ON} + 90",
            "target_on": f"{_EXAM_ON} + 150",
            "latest_on": f"{_EXAM_ON} + 165 + n %% 40",
            "ordered_on": f"{_EXAM_ON} + 100",
            "closed_at": "TIMESTAMPTZ '2026-01-01'",
            "outcome": "'COMPLETED'",
            "completed_by_id": "md5('e' || n || '.' || (k + 1))::uuid",
            "sort_key": "n",
        },
        source="generate_series(1, %s) n, generate_series(1, 2) k",
        given=[lesions],
    )
    bulk.insert(
        row,
        each=same
        | {
            "id": "md5('f' || n)::uuid",
            "assessment_id": "n * 4 + 3",
            "owed_since": f"{_LATEST} - 90",
            "earliest_on": f"{_LATEST} - 90",
            "target_on": f"{_LATEST} - 30",
            "latest_on": _LATEST,
            "sort_key": f"({_LATEST}) - DATE '0001-01-01'",
        },
        source="generate_series(1, %s) n WHERE n %% 4 > 0",
        given=[lesions],
    )
    bulk.insert(
        Escalation(step="L+7", raised_at=BEFORE),
        each={
            "id": "md5('x' || n || '.' || k)::uuid",
            "follow_up_id": "md5('f' || n || '.2')::uuid",
            "tier": "k",
            "raised_at": "TIMESTAMPTZ '2026-03-01' + n %% 90 * INTERVAL '1 day'",
            "resolved_at": "CASE WHEN n %% 5 > 0 THEN TIMESTAMPTZ '2026-06-10' END",
            "resolution": "CASE WHEN n %% 5 > 0 THEN 'FOLLOW_UP_CLOSED' ELSE '' END",
        },
        source="generate_series(1, %s) n, generate_series(1, 3) k",
        given=[lesions // 3],
    )
