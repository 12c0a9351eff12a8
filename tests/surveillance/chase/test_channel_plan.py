"""Which way a reminder goes: what the patient allows, what the site chose, what came back."""

from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from django.core import mail

from hepcalc_site.texting import sms_from
from patients.models import Patient, Tri
from surveillance.models import Notification, NotificationStatus
from surveillance.workflows import deliver as outbox
from surveillance.workflows import withdraw_messages as withdraw_module
from surveillance.workflows.deliver import deliver
from surveillance.workflows.fall_back import fall_back
from surveillance.workflows.record_consent import record_consent
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import SANITY, Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

NOW = at(date(2026, 10, 31))
"""The first reminder is due."""
BOTH = {
    "email": "patient@example.org",
    "phone": "+442079460000",
    "consent_email": Tri.YES,
    "consent_sms": Tri.YES,
}


@pytest.fixture(autouse=True)
def texts(settings: Any, tmp_path: Path) -> Path:
    settings.SMS = sms_from("loopback://", tmp_path)
    return tmp_path


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def reminded(clinic: Clinic, now: datetime = NOW, **patient: Any) -> Notification:
    """The reminder that the sweep queues for a patient with these particulars."""
    follow_up = a_follow_up(clinic, patient=a_patient(clinic, **BOTH | patient))
    sweep(now=now)
    return Notification.objects.get(patient=follow_up.patient)


def messages_to(message: Notification) -> list[tuple[str, str, str]]:
    """Channel, status and cause of every message that stands for this reminder."""
    rows = Notification.objects.filter(patient=message.patient).order_by("created_at", "channel")
    return sorted((row.channel, row.status, row.cause) for row in rows)


# ---------------------------------------------------------------- the plan


@pytest.mark.parametrize(
    ("patient", "channel"),
    [
        pytest.param({}, "EMAIL", id="both agreed"),
        pytest.param({"consent_email": Tri.NO}, "SMS", id="only texts"),
        pytest.param({"consent_email": Tri.UNKNOWN}, "SMS", id="never asked about e-mail"),
        pytest.param({"consent_email": Tri.NO, "consent_sms": Tri.NO}, "IN_APP", id="neither"),
        pytest.param({"email": "", "phone": ""}, "IN_APP", id="no address, no number"),
        pytest.param({"undeliverable_email": BOTH["email"]}, "SMS", id="e-mail came back"),
        pytest.param({"undeliverable_email": "old@example.org"}, "EMAIL", id="corrected since"),
        pytest.param(
            {"undeliverable_email": BOTH["email"], "undeliverable_phone": BOTH["phone"]},
            "IN_APP",
            id="both came back",
        ),
    ],
)
def test_the_first_way_that_is_allowed_and_reaches(
    clinic: Clinic, patient: dict[str, Any], channel: str
) -> None:
    assert reminded(clinic, **patient).channel == channel


def test_a_site_chooses_its_order() -> None:
    assert reminded(a_clinic(channel_order="SMS, EMAIL")).channel == "SMS"
    assert reminded(a_clinic(channel_order="PHONE,SMS")).channel == "IN_APP"


def test_without_a_gateway_nobody_is_texted(settings: Any, clinic: Clinic) -> None:
    settings.SMS = None

    assert reminded(clinic, consent_email=Tri.NO).channel == "IN_APP"


def test_a_text_is_sent_and_its_receipt_kept(clinic: Clinic, texts: Path) -> None:
    message = reminded(clinic, consent_email=Tri.NO)

    assert deliver(now=NOW).sent == 1

    message.refresh_from_db()
    assert message.provider_message_id == str(message.pk)
    assert [file.stem for file in texts.iterdir()] == [str(message.pk)]


# ---------------------------------------------------------------- the next way


def test_a_number_that_takes_no_texts_leads_to_the_next_way(clinic: Clinic) -> None:
    clinic.site.channel_order = "SMS,EMAIL"
    clinic.site.save()
    message = reminded(clinic, phone="ask my son")

    deliver(now=NOW)

    assert messages_to(message) == [
        ("EMAIL", "SENT", "number_cannot_be_texted"),
        ("SMS", "FAILED", ""),
    ]


def test_when_no_way_is_left_the_navigator_calls_and_is_told_why(clinic: Clinic) -> None:
    message = reminded(clinic, consent_email=Tri.NO, phone="ask my son")

    deliver(now=NOW)

    assert ("IN_APP", "SENT", "number_cannot_be_texted") in messages_to(message)
    task = Notification.objects.get(channel="IN_APP")
    assert task.recipient == clinic.navigator


def test_delivering_again_and_again_tries_each_way_once(clinic: Clinic) -> None:
    message = reminded(clinic, email="not an address\nx", phone="ask my son")

    for _ in range(3):
        deliver(now=NOW)

    channels = [channel for channel, _status, _cause in messages_to(message)]
    assert channels == ["EMAIL", "IN_APP", "SMS"]


# ---------------------------------------------------------------- consent withdrawn


def test_what_waits_takes_the_next_way_and_nothing_owed_ends(clinic: Clinic) -> None:
    message = reminded(clinic)
    assert message.patient is not None
    assert message.follow_up is not None

    withdraw = {"patient": message.patient, "consents": {"consent_email": Tri.NO}}
    first = record_consent(**withdraw, how="unsubscribed_by_link", by=None, now=NOW)  # type: ignore[arg-type]
    again = record_consent(**withdraw, how="unsubscribed_by_link", by=None, now=NOW)  # type: ignore[arg-type]

    assert (first, again) == (True, False)
    assert messages_to(message) == [
        ("EMAIL", "CANCELLED", ""),
        ("SMS", "PENDING", "consent_withdrawn"),
    ]
    message.follow_up.refresh_from_db()
    assert message.follow_up.closed_at is None


def test_other_channels_and_messages_to_colleagues_go_on(clinic: Clinic) -> None:
    message = reminded(clinic)
    assert message.patient is not None

    record_consent(
        patient=message.patient,
        consents={"consent_sms": Tri.NO},
        how="stop_by_text",
        by=None,
        now=NOW,
    )

    assert messages_to(message) == [("EMAIL", "PENDING", "")]


def test_an_address_that_is_used_again_gets_the_next_reminder(clinic: Clinic) -> None:
    message = reminded(clinic, undeliverable_email=BOTH["email"])
    patient = message.patient
    assert patient is not None

    record_consent(
        patient=patient, consents={}, how="said_by_phone", works_again=["email"], by=None, now=NOW
    )

    patient.refresh_from_db()
    assert (patient.undeliverable_email, patient.undeliverable_email_on) == ("", None)


def test_consent_is_not_recorded_when_what_waits_cannot_be_withdrawn(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = reminded(clinic)
    assert message.patient is not None

    def break_off(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(withdraw_module, "fall_back", break_off)

    with pytest.raises(RuntimeError):
        record_consent(
            patient=message.patient,
            consents={"consent_email": Tri.NO},
            how="said_by_phone",
            by=None,
            now=NOW,
        )

    message.patient.refresh_from_db()
    assert message.patient.consent_email == Tri.YES
    assert messages_to(message) == [("EMAIL", "PENDING", "")]


def test_a_message_that_leaves_while_others_are_withdrawn_stays_sent(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sender had it in hand, and noted so between our reading and our writing."""
    message = reminded(clinic)
    other, last = Notification.objects.get(pk=message.pk), UUID(int=2**128 - 1)
    other.pk, other.dedupe_key = last, "another"
    other.save(force_insert=True)
    row = Notification.objects.filter(dedupe_key="another")

    def while_the_other_leaves(**told: Any) -> Notification | None:
        row.update(status="SENT", finished_at=NOW)
        return fall_back(**told)

    monkeypatch.setattr(withdraw_module, "fall_back", while_the_other_leaves)
    assert message.patient is not None
    patient = Patient.objects.get(pk=message.patient.pk)
    patient.consent_email = Tri.NO

    assert withdraw_module.withdraw_messages(patient=patient, why="refused", now=NOW) == 0

    patient.save()
    assert withdraw_module.withdraw_messages(patient=patient, why="refused", now=NOW) == 1
    assert messages_to(message) == [
        ("EMAIL", "CANCELLED", ""),
        ("EMAIL", "SENT", ""),
        ("SMS", "PENDING", "refused"),
    ]


# ---------------------------------------------------------------- quiet hours


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 0, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("site", "opens"),
    [
        pytest.param({}, datetime(2026, 11, 2, 9, tzinfo=UTC), id="usual"),
        pytest.param({"email_from_hour": 11}, datetime(2026, 11, 2, 11, tzinfo=UTC), id="tighter"),
        pytest.param(
            {"time_zone": "America/New_York"}, datetime(2026, 11, 2, 14, tzinfo=UTC), id="New York"
        ),
    ],
)
def test_a_reminder_queued_at_night_leaves_in_the_morning(
    site: dict[str, Any], opens: datetime
) -> None:
    message = reminded(a_clinic(**site), now=midnight(date(2026, 11, 2)))

    assert message.not_before == opens
    assert deliver(now=midnight(date(2026, 11, 2))).sent == 0
    assert deliver(now=opens).sent == 1


def test_a_call_is_asked_for_at_any_hour(clinic: Clinic) -> None:
    night = midnight(date(2026, 11, 2))
    message = reminded(clinic, now=night, consent_email=Tri.NO, consent_sms=Tri.NO)

    assert message.not_before == night


def test_an_outbox_that_was_down_sends_nothing_at_night_and_counts_no_attempt(
    clinic: Clinic,
) -> None:
    message = reminded(clinic)
    evening = NOW.replace(hour=18)

    done = deliver(now=evening)

    message.refresh_from_db()
    assert (done.sent, done.put_back) == (0, 1)
    assert mail.outbox == []
    assert (message.status, message.attempts) == (NotificationStatus.PENDING, 0)
    assert message.not_before == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert deliver(now=message.not_before).sent == 1


def test_the_hours_may_end_while_an_outbox_is_at_work(clinic: Clinic) -> None:
    message = reminded(clinic)
    begun_two_minutes_ago = outbox.Delivered(begun=monotonic() - 120)
    one_minute_to_six = NOW.replace(hour=17, minute=59)

    opens = outbox._quiet_until(message, begun_two_minutes_ago, one_minute_to_six)

    assert opens == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert (
        outbox._quiet_until(message, outbox.Delivered(begun=monotonic()), one_minute_to_six) is None
    )


def test_the_hours_of_one_channel_do_not_bind_another() -> None:
    clinic = a_clinic(email_from_hour=12)
    email, text = reminded(clinic), reminded(clinic, consent_email=Tri.NO)

    assert (email.not_before, text.not_before) == (NOW.replace(hour=12), NOW)


def test_after_the_last_day_what_cannot_be_sent_is_a_call(clinic: Clinic) -> None:
    message = reminded(clinic)
    assert message.patient is not None
    late = at(date(2027, 3, 5))
    assert late.date() > SANITY.latest

    record_consent(
        patient=message.patient,
        consents={"consent_email": Tri.NO},
        how="said_by_phone",
        by=None,
        now=late,
    )

    assert ("IN_APP", "PENDING", "consent_withdrawn") in messages_to(message)
