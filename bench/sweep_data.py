"""A PostgreSQL table of open follow-ups for the sweep benchmark, made by the database itself."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.contrib.auth.models import User
from django.db import connection

from bench import bulk, database
from patients.models import Membership, Patient, Role, Site, Tri
from surveillance.models import FollowUp, Lesion, LesionAssessment
from surveillance.protocol.terms import (
    EscalationClass,
    LesionKind,
    LesionNumber,
    Modality,
    ObligationKind,
    RecommendationKind,
    Risk,
)

DAY = date(2026, 6, 15)
"""The day that is swept."""
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(days=180)
SPREAD = 120
"""Over how many days after DAY the others fall due."""

STAFF = {
    "navigator": Role.NURSE_NAVIGATOR,
    "lead": Role.LEAD_NAVIGATOR,
    "clinician": Role.CLINICIAN,
    "director": Role.MEDICAL_DIRECTOR,
}


def prepare(rows: int, due: int) -> None:
    """A database with these rows: made anew, or an earlier one that was kept (BENCH_KEEP)."""
    database.prepare_kept(f"{rows}_{due}", partial(fill, rows, due))
    put_back()


def fill(rows: int, due: int, *, consent: Tri = Tri.UNKNOWN) -> None:
    """Make `rows` open follow-ups; `due` of them, scattered, reach the step L-30 on DAY.

    The patients have said `consent` to e-mail, and have an address.
    """
    with bulk.without_indexes(Patient, Lesion, FollowUp):
        _fill(rows, rows // due, consent)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"  {FollowUp.objects.count():,} open follow-ups")
    vacuum()


def put_back() -> None:
    """Undo what a sweep did, so that the next run finds the same work."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE surveillance_followup f SET next_look_on = f.latest_on - 30"
            " FROM surveillance_escalation e WHERE e.follow_up_id = f.id"
        )
        cursor.execute("TRUNCATE surveillance_notification, surveillance_escalation CASCADE")
        cursor.execute("TRUNCATE surveillance_sweeprun")
    vacuum()


def vacuum() -> None:
    """Leave no dead rows to the next run."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE surveillance_followup")
        cursor.execute("CHECKPOINT")


def days_until(many: int) -> int:
    """In how many days so many follow-ups are due, if nobody looks until then."""
    days = 0
    while days < SPREAD and _due_in(days) < many:
        days += 1
    return days


def _due_in(days: int) -> int:
    return FollowUp.objects.to_look_at(DAY + timedelta(days=days)).count()


def written() -> tuple[int, int]:
    """How many escalations and notifications there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM surveillance_escalation),"
            " (SELECT count(*) FROM surveillance_notification)"
        )
        escalations, notifications = cursor.fetchone()
    return escalations, notifications


def _fill(rows: int, every: int, consent: Tri) -> None:
    site = _people()
    navigator = User.objects.get(username="navigator")
    patient = Patient(
        site=site,
        family_name="Bench",
        birth_date=date(1960, 1, 1),
        navigator=navigator,
        consent_email=consent,
        created_at=BEFORE,
    )
    bulk.insert(
        patient,
        each={
            "id": _AN_ID,
            "mrn": "'B' || n",
            "given_name": "'No ' || n",
            "email": "'p' || n || '@example.org'",
        },
        source="generate_series(1, %s) n",
        given=[rows // 2],
    )
    lesion = Lesion(
        kind=LesionKind.NODULE_OR_MASS,
        symptomatic=Tri.NO,
        number=LesionNumber.ONE,
        recorded_at=BEFORE,
    )
    bulk.insert(
        lesion,
        each={"id": _AN_ID, "patient_id": "p.id", "label": "'L' || n", "origin_mrn": "p.mrn"},
        source="patients_patient p, generate_series(1, 2) n",
    )
    follow_up = FollowUp(
        site=site,
        assessment=_decided(),
        kind=ObligationKind.IMAGING,
        recommendation=RecommendationKind.SURVEILLANCE_IMAGING,
        advised_modality=Modality.US,
        escalation_class=EscalationClass.AT_RISK,
        opened_at=BEFORE,
        owner=navigator,
    )
    bulk.insert(follow_up, each=_WINDOW, source=_SCATTERED, given=[every, DAY, DAY, SPREAD])


def _decided() -> LesionAssessment:
    """One decision for all: the sweep reads none."""
    return LesionAssessment.objects.create(
        lesion=Lesion.objects.all()[0],
        as_of=BEFORE.date(),
        assessed_at=BEFORE,
        cause="bench",
        protocol_version="bench",
        rule="R69",
        recommendation=RecommendationKind.SURVEILLANCE_IMAGING,
        risk=Risk.AT_RISK,
        escalation_class=EscalationClass.AT_RISK,
        stop=False,
        preferred_modality=Modality.US,
        answer={},
        inputs={},
    )


def _people() -> Site:
    site = Site.objects.create(slug="bench", name="Bench", time_zone="UTC")
    for name, role in STAFF.items():
        user = User.objects.create(username=name, email=f"{name}@example.org")
        Membership.objects.create(user=user, site=site, role=role)
    return site


_AN_ID = "gen_random_uuid()"
_WINDOW = {
    "id": _AN_ID,
    "lesion_id": "d.lesion",
    "patient_id": "d.patient",
    "earliest_on": "d.latest - 90",
    "target_on": "d.latest - 60",
    "latest_on": "d.latest",
    "owed_since": "d.latest - 180",
    "ordered_on": "d.latest - 150",
    "sort_key": "d.latest - DATE '0001-01-01' + 1",
    "next_look_on": "d.latest - 30",
}
_SCATTERED = """(
    SELECT id AS lesion, patient_id AS patient,
        CASE WHEN (row_number() OVER ()) %% %s = 0 THEN %s::date + 30
            ELSE %s::date + 31 + (random() * %s)::int END AS latest
    FROM surveillance_lesion ORDER BY random()
) d"""
