"""A PostgreSQL table of open follow-ups for the sweep benchmark, made by the database itself."""

from datetime import date

from django.contrib.auth.models import User
from django.db import connection

from patients.models import Membership, Site

DAY = date(2026, 6, 15)
"""The day that is swept."""

STAFF = ("navigator", "lead", "clinician", "director")
ROLES = ("NURSE_NAVIGATOR", "LEAD_NAVIGATOR", "CLINICIAN", "MEDICAL_DIRECTOR")


def fill(rows: int, due: int) -> None:
    """Make `rows` open follow-ups; `due` of them, scattered, reach the step L-30 on DAY."""
    with connection.cursor() as cursor:
        _people()
        cursor.execute(_PATIENTS, [rows // 2])
        cursor.execute(_LESIONS)
        cursor.execute(_ASSESSMENT, [DAY])
        cursor.execute(_FOLLOW_UPS, [DAY, rows // due])
        cursor.execute("SELECT count(*) FROM surveillance_followup")
        print(f"  {cursor.fetchone()[0]:,} open follow-ups")
    vacuum()


def put_back() -> None:
    """Undo what a sweep did, so that the next run finds the same work."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE surveillance_notification, surveillance_escalation CASCADE")
        cursor.execute("TRUNCATE surveillance_sweeprun")
        cursor.execute(
            "UPDATE surveillance_followup SET next_look_on = latest_on - 30"
            " WHERE next_look_on <> latest_on - 30 OR next_look_on IS NULL"
        )
    vacuum()


def vacuum() -> None:
    """Leave no dead rows to the next run."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE surveillance_followup")
        cursor.execute("CHECKPOINT")


def written() -> tuple[int, int]:
    """How many escalations and notifications there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM surveillance_escalation),"
            " (SELECT count(*) FROM surveillance_notification)"
        )
        escalations, notifications = cursor.fetchone()
    return escalations, notifications


def bare_sql(messages: int) -> None:
    """The floor: one statement finds and moves the same rows, escalates each and writes
    `messages` rows for all of them together."""
    with connection.cursor() as cursor:
        cursor.execute(_BARE, [DAY, DAY, messages])


def _people() -> None:
    site = Site.objects.create(slug="bench", name="Bench", time_zone="UTC")
    for name, role in zip(STAFF, ROLES, strict=True):
        user = User.objects.create(username=name, email=f"{name}@example.org")
        Membership.objects.create(user=user, site=site, role=role)


_PATIENTS = """
INSERT INTO patients_patient (id, site_id, mrn, family_name, given_name, birth_date, sex, phone,
    email, address, language, interpreter_needed, consent_phone, consent_email, consent_sms,
    consent_letter, primary_care, status, status_reason, last_contact_outcome, created_at,
    navigator_id)
SELECT gen_random_uuid(), s.id, 'B' || n, 'Bench', 'No ' || n, DATE '1960-01-01', 'UNKNOWN', '',
    '', '', 'en', false, 'UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN', '', 'ACTIVE', '', '', now(),
    u.id
FROM generate_series(1, %s) n, patients_site s, auth_user u WHERE u.username = 'navigator'
"""

_LESIONS = """
INSERT INTO surveillance_lesion (id, patient_id, label, origin_mrn, kind, symptomatic, number,
    segments, recorded_at)
SELECT gen_random_uuid(), p.id, 'L' || n, p.mrn, 'NODULE_OR_MASS', 'NO', 'ONE', '[]', now()
FROM patients_patient p, generate_series(1, 2) n
"""

_ASSESSMENT = """
INSERT INTO surveillance_lesionassessment (lesion_id, as_of, assessed_at, cause, protocol_version,
    rule, recommendation, risk, escalation_class, stop, preferred_modality, biopsy_allowed, answer,
    inputs, inputs_digest, override_kind, override_reason)
SELECT id, %s, now(), 'bench', 'bench', 'R69', 'SURVEILLANCE_IMAGING', 'AT_RISK', 'AT_RISK', false,
    'US', false, '{}', '{}', '', '', '' FROM surveillance_lesion LIMIT 1
"""

_FOLLOW_UPS = """
INSERT INTO surveillance_followup (id, lesion_id, patient_id, site_id, assessment_id, kind,
    recommendation, advised_modality, escalation_class, reason, earliest_on, target_on, latest_on,
    owed_since, opened_at, owner_id, order_number, snooze_reason, sort_key, next_look_on, version,
    missed_appointments, ordered_on, arrangement_lost_reason,
    outcome, outcome_note)
SELECT gen_random_uuid(), d.lesion, d.patient, s.id, a.sequence, 'IMAGING',
    'SURVEILLANCE_IMAGING', 'US', 'AT_RISK', '', d.latest - 90, d.latest - 60, d.latest,
    d.latest - 180, now(), u.id, '', '', d.latest - DATE '0001-01-01' + 1, d.latest - 30, 1,
    0, d.latest - 150, '', '', ''
FROM (
    SELECT id AS lesion, patient_id AS patient,
        CASE WHEN (row_number() OVER ()) %% k.every = 0 THEN k.day + 30
             ELSE k.day + 31 + (random() * 120)::int END AS latest
    FROM surveillance_lesion, (SELECT %s::date AS day, %s AS every) k ORDER BY random()
) d, patients_site s, surveillance_lesionassessment a, auth_user u
WHERE u.username = 'navigator'
"""

_BARE = """
WITH moved AS (
    UPDATE surveillance_followup SET next_look_on = latest_on - 14
    WHERE closed_at IS NULL AND next_look_on <= %s
    RETURNING id, site_id, patient_id, owner_id
), numbered AS (
    SELECT *, row_number() OVER () AS number, count(*) OVER () AS all_rows FROM moved
), raised AS (
    INSERT INTO surveillance_escalation (id, follow_up_id, tier, step, owner_id, raised_at,
        next_action, resolution)
    SELECT gen_random_uuid(), id, 1, 'L-30', owner_id, now(), '', '' FROM moved
    RETURNING id, follow_up_id
)
INSERT INTO surveillance_notification (id, site_id, channel, template, dedupe_key, recipient_id,
    follow_up_id, escalation_id, created_at, not_before, status, attempts, lease_owner,
    provider_message_id, last_error)
SELECT gen_random_uuid(), n.site_id, 'IN_APP', 'ESCALATION_RAISED',
    n.id || '/' || k || '/' || %s::date, n.owner_id, n.id, raised.id, now(), now(),
    'PENDING', 0, '', '', ''
FROM numbered n JOIN raised ON raised.follow_up_id = n.id,
    LATERAL generate_series(n.number, %s, n.all_rows) k
"""
