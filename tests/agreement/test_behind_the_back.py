"""Somebody changes the database by hand: it is refused, or the next check of the failsafe says so.

The guards of the database are taken away first, as only its owner can: what remains is whether the
failsafe notices.
"""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from patients.models import Patient
from surveillance.failsafe import find_all
from surveillance.models import FollowUp, Lesion
from surveillance.owner_triggers import GUARDS
from surveillance.protocol.terms import LiRads
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.sweep import sweep
from tests.factories import MembershipFactory, PatientFactory
from tests.journeys.story import at
from tests.surveillance.factories import LesionFactory, finding, report

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 1)
SEEN_ON = date(2026, 8, 20)

COVERAGE = {
    "lesion_never_assessed",
    "lesion_never_imaged",
    "lesion_owed_without_follow_up",
    "at_risk_without_imaging",
    "independent_check_differs",
    "quiet_patient_with_open_follow_up",
    "follow_up_less_than_decided",
}


def a_case(**risk: bool) -> Lesion:
    """A lesion that was seen, decided about, and looked at by a sweep."""
    patient = PatientFactory(**risk)
    MembershipFactory(site=patient.site)
    lesion = LesionFactory(patient=patient)
    told = report(finding(lesion, lirads=LiRads.LR_3), on=SEEN_ON)
    record_exam(patient=patient, report=told, by=None, now=at(DAY))
    sweep(now=at(DAY))
    return lesion


def unguard() -> None:
    """Without any trigger of ours, until the test's transaction ends."""
    catalogue = {
        "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": (
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE NOT tgisinternal"
        ),
    }
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(catalogue[connection.vendor])
        for name, table in cursor.fetchall():
            of = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER "{name}"{of}')


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def found() -> set[str]:
    return {each.code for each in find_all(now=at(DAY))} & COVERAGE


CLOSE = "UPDATE surveillance_followup SET closed_at = opened_at, outcome = 'NO_LONGER_OWED'"
AT_RISK: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "an obligation is closed": (
        (CLOSE,),
        {"lesion_owed_without_follow_up", "independent_check_differs"},
    ),
    "its last day is moved": (
        ("UPDATE surveillance_followup SET latest_on = '2031-01-01'",),
        {"follow_up_less_than_decided"},
    ),
    "it is chased like low risk": (
        ("UPDATE surveillance_followup SET escalation_class = 'LOW'",),
        {"follow_up_less_than_decided"},
    ),
    "its kind is swapped": (
        ("UPDATE surveillance_followup SET kind = 'REFERRAL'",),
        {"at_risk_without_imaging"},
    ),
    "the exam is taken back": (
        ("UPDATE surveillance_imagingexam SET retracted_at = recorded_at, retracted_reason = 'x'",),
        {"lesion_never_imaged"},
    ),
    "what was seen is deleted": (
        ("DELETE FROM surveillance_lesionobservation",),
        {"lesion_never_imaged"},
    ),
    "the decision says stop": (
        ("UPDATE surveillance_lesionassessment SET stop = TRUE", CLOSE),
        {"independent_check_differs"},
    ),
    "the patient is said to be dead": (
        ("UPDATE patients_patient SET status = 'DECEASED', status_on = '2026-09-01'",),
        {"quiet_patient_with_open_follow_up"},
    ),
    "the decision and what it opened are deleted": (
        (
            "DELETE FROM surveillance_notification",
            "DELETE FROM surveillance_escalation",
            "DELETE FROM surveillance_followup",
            "DELETE FROM surveillance_lesionassessment",
        ),
        {"lesion_never_assessed", "independent_check_differs"},
    ),
}


@pytest.mark.parametrize("change", AT_RISK)
def test_what_is_changed_behind_the_softwares_back_is_found(change: str) -> None:
    a_case(cirrhotic=True)
    assert found() == set()
    unguard()
    statements, expected = AT_RISK[change]

    for statement in statements:
        run(statement)

    assert expected <= found()


def test_a_risk_fact_that_is_changed_is_found() -> None:
    """Discharged at low risk; then the stored risk says cirrhosis, and nothing is open."""
    lesion = a_case(low_risk=True)
    unguard()
    run("UPDATE surveillance_lesionassessment SET stop = TRUE")
    run(CLOSE)
    assert found() == set()

    run("UPDATE patients_riskprofile SET cirrhosis = 'YES'")

    assert found() == {"independent_check_differs"}
    assert Lesion.objects.get() == lesion


def test_somebody_who_died_by_mistake_is_found_when_alive_again() -> None:
    lesion = a_case(cirrhotic=True)
    unguard()
    run("UPDATE patients_patient SET status = 'DECEASED', status_on = '2026-09-01'")
    run(CLOSE)
    run("UPDATE patients_patient SET status = 'ACTIVE', status_on = NULL")

    assert "independent_check_differs" in found()
    assert Patient.objects.get(pk=lesion.patient_id).status == "ACTIVE"


def test_an_earlier_last_day_and_an_override_are_no_finding() -> None:
    a_case(cirrhotic=True)
    unguard()
    row = FollowUp.objects.get(kind="IMAGING")
    earlier = row.latest_on - timedelta(days=9)
    run(f"UPDATE surveillance_followup SET target_on = '{earlier}', latest_on = '{earlier}'")

    assert found() == set()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE surveillance_followup SET latest_on = '2031-01-01'",
        "UPDATE surveillance_followup SET kind = 'REFERRAL'",
        "UPDATE surveillance_followup SET escalation_class = 'LOW'",
        "DELETE FROM surveillance_followup",
        "DELETE FROM surveillance_lesionobservation",
        "DELETE FROM surveillance_lesionassessment",
        "UPDATE surveillance_lesionassessment SET stop = TRUE",
        "UPDATE patients_riskprofile SET cirrhosis = 'NO'",
    ],
)
def test_with_its_guards_the_database_refuses(statement: str) -> None:
    a_case(cirrhotic=True)

    with pytest.raises(DatabaseError):
        run(statement)


def test_no_guard_of_owners_is_left_out() -> None:
    """`unguard` takes them all, or the tests above would prove less than they say."""
    unguard()
    catalogue = {"sqlite": "sqlite_master WHERE type = 'trigger'", "postgresql": "pg_trigger"}
    name = {"sqlite": "name", "postgresql": "tgname"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM {catalogue[connection.vendor]}")
        there = {row[0] for row in cursor.fetchall()}

    assert there.isdisjoint({guard.name for guard in GUARDS})
