"""Twenty sites with queues of different length, made by the database itself, for `bench.queue`."""

from datetime import date, timedelta
from functools import partial

from django.contrib.auth.models import User
from django.db import connection

from bench import bulk, database
from bench.sweep_data import BEFORE, DAY
from patients.models import Membership, Patient, Role, Site
from surveillance.models import Escalation, FollowUp, Lesion, LesionAssessment
from surveillance.protocol.parameters import QUEUE_HEAD_START
from surveillance.protocol.terms import (
    EscalationClass,
    LesionKind,
    LesionNumber,
    Modality,
    ObligationKind,
    RecommendationKind,
    Risk,
    Tri,
)

SITES = 20
NAVIGATORS = 10
"""Of each site, beside a lead and a clinician."""
LARGEST = "bench-0"
"""The slug of the site that holds 22 % of everything."""
READER = "navigator-0-1"


def prepare(rows: int) -> None:
    """A database with these rows: made anew, or an earlier one that was kept (BENCH_KEEP)."""
    database.prepare_kept(f"queue_{rows}", partial(fill, rows))


def fill(rows: int) -> None:
    """`rows` open follow-ups, two for each patient, of the last weeks, these and the next year."""
    _people()
    with bulk.without_indexes(Patient, Lesion, LesionAssessment, FollowUp):
        _patients(rows // 2)
        _lesions()
        _assessments()
        _follow_ups()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _escalations()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"  {FollowUp.objects.count():,} open follow-ups at {SITES} sites")


def _people() -> None:
    for number in range(SITES):
        site = Site.objects.create(
            slug=f"bench-{number}", name=f"Bench {number}", time_zone="UTC", holiday_calendar="GB"
        )
        people = [(f"navigator-{number}-{n}", Role.NURSE_NAVIGATOR) for n in range(NAVIGATORS)]
        people += [(f"lead-{number}", Role.LEAD_NAVIGATOR), (f"dr-{number}", Role.CLINICIAN)]
        for name, role in people:
            user = User.objects.create(username=name, last_name=name)
            Membership.objects.create(user=user, site=site, role=role)


def _patients(many: int) -> None:
    first = Site.objects.order_by("pk").values_list("pk", flat=True)[0]
    pattern = Patient(site_id=first, birth_date=date(1960, 1, 1), created_at=BEFORE)
    skewed = f"{first} + CASE WHEN n %% 100 < 22 THEN 0 ELSE 1 + n %% {SITES - 1} END"
    bulk.insert(
        pattern,
        each={
            "id": _AN_ID,
            "site_id": skewed,
            "mrn": "'B' || n",
            "family_name": "initcap(substr(md5(n::text), 1, 6))",
            "given_name": "initcap(substr(md5((n % 997)::text), 7, 5))".replace("%", "%%"),
            "birth_date": "DATE '1930-01-01' + (n::bigint * 7919 %% 32000)::int",
            "phone": "'+44 20 ' || lpad((n %% 10000000)::text, 8, '0')",
            "language": "CASE WHEN n %% 12 = 0 THEN 'es' WHEN n %% 400 = 1 THEN 'pl' ELSE 'en' END",
            "last_contact_outcome": "CASE WHEN n %% 50 = 0 THEN 'WRONG_NUMBER' ELSE '' END",
        },
        source="generate_series(1, %s) n",
        given=[many],
    )


def _lesions() -> None:
    pattern = Lesion(
        kind=LesionKind.NODULE_OR_MASS,
        symptomatic=Tri.NO,
        number=LesionNumber.ONE,
        recorded_at=BEFORE,
    )
    bulk.insert(
        pattern,
        each={"id": _AN_ID, "patient_id": "p.id", "label": "'L' || n", "origin_mrn": "p.mrn"},
        source="patients_patient p, generate_series(1, 2) n",
    )


def _assessments() -> None:
    pattern = LesionAssessment(
        as_of=BEFORE.date(),
        assessed_at=BEFORE,
        cause="bench",
        protocol_version="bench",
        rule="R69",
        recommendation=RecommendationKind.SURVEILLANCE_IMAGING,
        escalation_class=EscalationClass.AT_RISK,
        stop=False,
        preferred_modality=Modality.US,
        answer={},
        inputs={},
    )
    risk = f"CASE WHEN random() < 0.7 THEN '{Risk.AT_RISK}' ELSE '{Risk.LOW_RISK}' END"
    bulk.insert(
        pattern,
        each={"sequence": "row_number() OVER ()", "lesion_id": "l.id", "risk": risk},
        source="surveillance_lesion l",
    )


def _follow_ups() -> None:
    pattern = FollowUp(
        recommendation=RecommendationKind.SURVEILLANCE_IMAGING,
        opened_at=BEFORE,
        owed_since=BEFORE.date(),
    )
    bulk.insert(pattern, each=_COLUMNS, source=_DRAWN, given=[DAY])


def _escalations() -> None:
    """Of one in ten of what is overdue."""
    pattern = Escalation(tier=2, step="L+7", raised_at=BEFORE)
    bulk.insert(
        pattern,
        each={"id": _AN_ID, "follow_up_id": "f.id", "owner_id": "f.owner_id"},
        source="surveillance_followup f WHERE f.latest_on < %s AND random() < 0.1",
        given=[DAY],
    )


_AN_ID = "gen_random_uuid()"
_HEAD_START = " ".join(
    f"WHEN '{ladder}' THEN {days}" for ladder, days in QUEUE_HEAD_START.value.items()
)
_COLUMNS = {
    "id": _AN_ID,
    "lesion_id": "d.lesion",
    "patient_id": "d.patient",
    "site_id": "d.site",
    "assessment_id": "d.assessment",
    "kind": f"CASE WHEN d.a < 0.02 THEN '{ObligationKind.REVIEW}' "
    f"WHEN d.a < 0.1 THEN '{ObligationKind.REFERRAL}' ELSE '{ObligationKind.IMAGING}' END",
    "advised_modality": f"CASE WHEN d.b < 0.6 THEN '{Modality.US}' "
    f"WHEN d.b < 0.995 THEN '{Modality.MRI_EXTRACELLULAR}' ELSE '{Modality.CEUS}' END",
    "escalation_class": "d.ladder",
    "earliest_on": "d.latest - 90",
    "target_on": "d.latest - 60",
    "latest_on": "d.latest",
    "owner_id": "d.owner",
    "ordered_on": "CASE WHEN d.c < 0.5 THEN d.latest - 100 END",
    "booked_for": "CASE WHEN d.c < 0.4 THEN d.latest - 40 END",
    "snoozed_until": f"CASE WHEN d.a > 0.995 THEN DATE '{DAY + timedelta(days=9)}' END",
    "snooze_reason": "CASE WHEN d.a > 0.995 THEN 'bench' ELSE '' END",
    "sort_key": f"d.latest - DATE '0001-01-01' + 1 - CASE d.ladder {_HEAD_START} END",
    "next_look_on": "d.latest - 30",
}
_DRAWN = f"""(
    SELECT r.*, %s::date - 40 + (random() * 400)::int AS latest,
        CASE WHEN r.e < 0.01 THEN '{EscalationClass.URGENT}'
            WHEN r.e < 0.7 THEN '{EscalationClass.AT_RISK}'
            ELSE '{EscalationClass.LOW}' END AS ladder
    FROM (
        SELECT l.id AS lesion, p.id AS patient, p.site_id AS site, s.sequence AS assessment,
            (SELECT min(user_id) FROM patients_membership WHERE site_id = p.site_id)
                + (hashtext(p.mrn) & 1023) %% {NAVIGATORS} AS owner,
            random() AS a, random() AS b, random() AS c, random() AS e
        FROM surveillance_lesion l
        JOIN patients_patient p ON p.id = l.patient_id
        JOIN surveillance_lesionassessment s ON s.lesion_id = l.id
        ORDER BY random()
    ) r
) d"""
