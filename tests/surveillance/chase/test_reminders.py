"""Reminders to patients: one per step, by the channel they allow, never to the quiet."""

from datetime import date, timedelta

import pytest
from django.core import mail

from patients.models import PatientStatus, Tri
from surveillance.models import Notification, NotificationTemplate
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import ObligationKind
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.deliver import deliver
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import SANITY, Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

FIRST = date(2026, 10, 31)
"""Thirty days before earliest."""


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def reminders() -> list[tuple[date, str]]:
    """The day and channel of every reminder."""
    rows = Notification.objects.filter(template=NotificationTemplate.PATIENT_REMINDER)
    return [(row.created_at.date(), row.channel) for row in rows.order_by("created_at")]


def sweep_daily(first: date, last: date) -> None:
    for number in range((last - first).days + 1):
        sweep(now=at(first + timedelta(days=number)))


def test_a_patient_who_agreed_is_reminded_by_email_and_after_the_last_day_is_to_be_called(
    clinic: Clinic,
) -> None:
    a_follow_up(clinic, patient=a_patient(clinic, reachable=True))

    sweep_daily(date(2026, 10, 30), date(2027, 3, 20))

    assert reminders() == [
        (date(2026, 10, 31), "EMAIL"),  # earliest - 30
        (date(2026, 12, 17), "EMAIL"),  # target - 14
        (date(2026, 12, 31), "EMAIL"),  # target
        (date(2027, 1, 14), "EMAIL"),
        (date(2027, 1, 28), "EMAIL"),
        (date(2027, 2, 11), "EMAIL"),
        (date(2027, 2, 25), "EMAIL"),
        (date(2027, 3, 11), "IN_APP"),  # the navigator's task: call
    ]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({"consent_email": Tri.UNKNOWN}, "not_agreed", id="not asked"),
        pytest.param({"consent_email": Tri.NO}, "not_agreed", id="refused"),
        pytest.param({"email": ""}, "no_address", id="no address"),
        pytest.param(
            {"status": PatientStatus.DECLINED, "status_on": FIRST}, "by_a_person", id="declined"
        ),
    ],
)
def test_otherwise_the_navigator_is_asked_to_call_and_told_why(
    clinic: Clinic, fields: dict[str, object], why: str
) -> None:
    a_follow_up(clinic, patient=a_patient(clinic, reachable=True, **fields))

    sweep(now=at(FIRST))

    task = Notification.objects.get()
    assert (task.channel, task.recipient, task.cause) == ("IN_APP", clinic.navigator, why)


@pytest.mark.parametrize(
    "status",
    [
        PatientStatus.DECEASED,
        PatientStatus.TRANSFERRED_ACKNOWLEDGED,
        PatientStatus.SURVEILLANCE_NOT_APPROPRIATE,
    ],
)
def test_quiet_patients_never_get_anything(clinic: Clinic, status: PatientStatus) -> None:
    patient = a_patient(clinic, reachable=True, status=status, status_on=FIRST)
    a_follow_up(clinic, patient=patient)

    sweep_daily(FIRST, date(2026, 12, 31))

    assert reminders() == []


def test_one_message_covers_all_lesions_of_one_window(clinic: Clinic) -> None:
    patient = a_patient(clinic, reachable=True)
    for label in ("L1", "L2", "L3"):
        a_follow_up(clinic, patient=patient, label=label)

    sweep(now=at(FIRST), chunk=1)

    assert len(reminders()) == 1


def test_the_lesion_that_is_due_first_speaks_for_the_others(clinic: Clinic) -> None:
    patient = a_patient(clinic, reachable=True)
    days = timedelta(days=5)
    later = Window(SANITY.earliest + days, SANITY.target + days, SANITY.latest + days)
    a_follow_up(clinic, patient=patient, label="due first")
    a_follow_up(clinic, patient=patient, label="due later", window=later)

    sweep_daily(FIRST, date(2026, 12, 20))

    assert [day for day, _channel in reminders()] == [FIRST, date(2026, 12, 17)]


def test_once_booked_only_the_appointment_is_announced_and_anew_when_it_moves(
    clinic: Clinic,
) -> None:
    follow_up = a_follow_up(clinic, patient=a_patient(clinic, reachable=True))
    sweep(now=at(FIRST))
    deliver(now=at(FIRST))
    book = {"follow_up": follow_up, "by": None}
    book_follow_up(**book, booked_for=date(2026, 12, 10), now=at(date(2026, 11, 20)))  # type: ignore[arg-type]
    sweep_daily(date(2026, 11, 20), date(2026, 12, 5))
    book_follow_up(**book, booked_for=date(2026, 12, 20), now=at(date(2026, 12, 5)))  # type: ignore[arg-type]

    sweep_daily(date(2026, 12, 5), date(2026, 12, 25))

    rows = Notification.objects.filter(template=NotificationTemplate.APPOINTMENT_REMINDER)
    assert [row.created_at.date() for row in rows.order_by("created_at")] == [
        date(2026, 12, 3),
        date(2026, 12, 13),
        date(2026, 12, 19),
    ]
    assert len(reminders()) == 1


def test_an_appointment_that_moved_is_not_announced_for_its_old_day(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic, patient=a_patient(clinic, reachable=True))
    book_follow_up(
        follow_up=follow_up, booked_for=date(2026, 12, 10), by=None, now=at(date(2026, 11, 20))
    )
    sweep(now=at(date(2026, 12, 3)))
    book_follow_up(
        follow_up=follow_up, booked_for=date(2026, 12, 20), by=None, now=at(date(2026, 12, 3))
    )

    assert deliver(now=at(date(2026, 12, 3))).cancelled == 1
    assert mail.outbox == []


@pytest.mark.parametrize("kind", [ObligationKind.REFERRAL, ObligationKind.REVIEW])
def test_patients_are_not_asked_to_book_what_clinicians_arrange(
    clinic: Clinic, kind: ObligationKind
) -> None:
    a_follow_up(clinic, patient=a_patient(clinic, reachable=True), kind=kind)

    sweep(now=at(FIRST))

    assert reminders() == []


def test_after_the_last_day_the_navigator_calls(clinic: Clinic) -> None:
    """The sweep was down on all reminder days."""
    a_follow_up(clinic, patient=a_patient(clinic, reachable=True))

    sweep(now=at(SANITY.latest + timedelta(days=1)))

    assert reminders() == [(date(2027, 3, 1), "IN_APP")]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param("en", "Please call us", id="English"),
        pytest.param("es-MX", "Llame para elegir", id="Spanish"),
        pytest.param("fr", "Please call us", id="a language we do not have"),
    ],
)
def test_the_message_is_in_the_patients_language_and_says_nothing_clinical(
    clinic: Clinic, language: str, words: str
) -> None:
    patient = a_patient(clinic, reachable=True, language=language)
    a_follow_up(clinic, patient=patient)
    sweep(now=at(FIRST))

    deliver(now=at(FIRST))

    [sent] = mail.outbox
    assert words in sent.body
    assert f"http://localhost/contact/{clinic.site.slug}/" in sent.body
    assert clinic.site.name in sent.subject
    for secret in (patient.family_name, patient.mrn, "liver", "lesion", "hígado", "MRI", "scan"):
        assert secret.lower() not in f"{sent.subject} {sent.body}".lower()
