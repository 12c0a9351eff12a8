"""What providers call: who may, what is read, and that nothing is told to anybody else."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from twilio.request_validator import RequestValidator

from hepcalc_site.texting import sms_from
from patients.models import Patient, Tri
from surveillance.models import ContactAttempt, Notification, Report
from tests.surveillance.web.scenes import Clinic, a_patient, owed

pytestmark = pytest.mark.django_db

TOKEN = "t" * 40
NUMBER = "+442079460000"
SENT_AT = datetime(2026, 8, 31, 8, tzinfo=UTC)


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    return a_patient(clinic, phone=NUMBER, consent_sms=Tri.YES)


def a_sent_message(clinic: Clinic, patient: Patient, channel: str) -> Notification:
    return Notification.objects.create(
        site=clinic.site,
        channel=channel,
        template="PATIENT_REMINDER",
        dedupe_key="reminder:1",
        patient=patient,
        follow_up=owed(clinic, 20, patient=patient),
        created_at=SENT_AT,
        not_before=SENT_AT,
        status="SENT",
        finished_at=SENT_AT,
        provider_message_id="P1",
    )


# ---------------------------------------------------------------- any gateway, by shared secret


@pytest.fixture
def gateway(settings: Any, tmp_path: Path) -> None:
    settings.SMS = sms_from("loopback://", tmp_path)
    settings.SMS_HOOK_TOKEN = TOKEN


def post(client: Client, path: str, said: Any, token: str = TOKEN) -> Any:
    return client.post(
        path,
        json.dumps(said),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def test_a_stop_over_the_hook_is_recorded(today, gateway, client: Client, patient: Patient) -> None:
    response = post(client, "/hooks/sms/", {"id": "1", "from": NUMBER, "text": "STOP"})

    assert (response.status_code, response.content) == (204, b"")
    patient.refresh_from_db()
    assert patient.consent_sms == Tri.NO


def test_the_hook_answers_the_same_for_a_number_that_nobody_has(gateway, client: Client) -> None:
    response = post(client, "/hooks/sms/", {"id": "1", "from": "+15550100", "text": "STOP"})

    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"text": "STOP \ud83d"}, id="half a sign"),
        pytest.param({"text": "STOP\0"}, id="zero byte"),
        pytest.param({"from": NUMBER.removeprefix("+")}, id="no plus"),
        pytest.param({"from": "0044 20 7946-0000"}, id="zeros for the plus"),
        pytest.param({"id": "\ud83d\0"}, id="an id of nothing"),
    ],
)
def test_a_stop_counts_however_a_gateway_mangles_it(
    today, gateway, client: Client, patient: Patient, said: Any
) -> None:
    whole = {"id": "1", "from": NUMBER, "text": "STOP"}

    assert post(client, "/hooks/sms/", whole | said).status_code == 204

    patient.refresh_from_db()
    assert patient.consent_sms == Tri.NO


def test_a_text_of_nothing_is_not_the_word_none(
    today, gateway, client: Client, patient: Patient
) -> None:
    post(client, "/hooks/sms/", {"id": "1", "from": NUMBER, "text": None})

    assert ContactAttempt.objects.get().note == ""


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x"])
@pytest.mark.parametrize("path", ["/hooks/sms/", "/hooks/sms/status/"])
def test_without_the_secret_nothing_is_read(
    gateway, client: Client, patient: Patient, token: str, path: str, django_assert_num_queries
) -> None:
    with django_assert_num_queries(0):
        response = post(client, path, {"id": "1", "from": NUMBER, "text": "STOP"}, token)

    assert response.status_code == 403


def test_without_a_secret_in_the_settings_everybody_is_refused(
    gateway, settings: Any, client: Client
) -> None:
    settings.SMS_HOOK_TOKEN = ""

    assert post(client, "/hooks/sms/", {}, token="").status_code == 403


def test_the_hook_needs_no_token_of_a_form(gateway, patient: Patient) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert post(strict, "/hooks/sms/", {"id": "1", "from": NUMBER, "text": "x"}).status_code == 204


@pytest.mark.parametrize("said", [[], "text", None, {"text": "x" * 70_000}])
def test_what_cannot_be_read_is_refused(gateway, client: Client, said: Any) -> None:
    assert post(client, "/hooks/sms/", said).status_code == 400


def test_garbage_is_refused(gateway, client: Client) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}

    answer = client.post("/hooks/sms/", b"\xff{", content_type="application/json", headers=headers)

    assert answer.status_code == 400


def test_hooks_do_not_exist_while_texts_are_off(settings: Any, client: Client) -> None:
    settings.SMS = None

    assert post(client, "/hooks/sms/", {}).status_code == 404
    assert client.post("/hooks/mail/").status_code == 404
    assert client.get("/hooks/sms/").status_code == 405


def test_a_report_over_the_hook_is_kept(
    today, gateway, client: Client, clinic: Clinic, patient: Patient
) -> None:
    message = a_sent_message(clinic, patient, "SMS")

    post(client, "/hooks/sms/status/", {"id": "P1", "status": "queued"})
    to = NUMBER.removeprefix("+")
    post(client, "/hooks/sms/status/", {"id": "P1", "status": "undelivered", "to": to})

    message.refresh_from_db()
    patient.refresh_from_db()
    assert message.reported == Report.UNDELIVERABLE
    assert patient.is_phone_undeliverable


# ---------------------------------------------------------------- Twilio, by its signature


@pytest.fixture
def twilio(settings: Any) -> None:
    settings.SMS = sms_from("twilio://AC1:s3cret@api.twilio.com?from=+15550100", Path())


def signed(client: Client, path: str, form: dict[str, str], secret: str = "s3cret") -> Any:
    signature = RequestValidator(secret).compute_signature(f"http://localhost{path}", form)
    return client.post(path, form, headers={"X-Twilio-Signature": signature})


def test_twilio_is_known_by_its_signature(today, twilio, client: Client, patient: Patient) -> None:
    form = {"From": NUMBER, "Body": "Baja", "MessageSid": "SM1"}

    assert signed(client, "/hooks/sms/", form).status_code == 204

    patient.refresh_from_db()
    assert patient.consent_sms == Tri.NO


def test_a_forged_signature_is_refused(twilio, client: Client, patient: Patient) -> None:
    form = {"From": NUMBER, "Body": "STOP", "MessageSid": "SM1"}

    assert signed(client, "/hooks/sms/", form, secret="guessed").status_code == 403
    assert client.post("/hooks/sms/", form).status_code == 403

    patient.refresh_from_db()
    assert patient.consent_sms == Tri.YES


def test_twilio_reports_by_the_id_in_the_address(
    today, twilio, client: Client, clinic: Clinic, patient: Patient
) -> None:
    message = a_sent_message(clinic, patient, "SMS")
    form = {"MessageSid": "SM7", "MessageStatus": "delivered", "To": NUMBER}

    signed(client, f"/hooks/sms/status/?message={message.pk}", form)

    message.refresh_from_db()
    assert message.reported == Report.DELIVERED


def test_an_address_with_a_bad_id_falls_back_on_the_provider_s(
    today, twilio, client: Client, clinic: Clinic, patient: Patient
) -> None:
    message = a_sent_message(clinic, patient, "SMS")

    signed(client, "/hooks/sms/status/?message=x", {"MessageSid": "P1", "MessageStatus": "failed"})

    message.refresh_from_db()
    assert message.reported == Report.UNDELIVERABLE


def test_the_text_is_where_the_navigator_reads_it(
    today, gateway, client: Client, clinic: Clinic, patient: Patient
) -> None:
    post(client, "/hooks/sms/", {"id": "1", "from": NUMBER, "text": "Please call after six"})
    client.force_login(clinic.navigator)

    page = client.get(f"/patients/{patient.pk}/").content.decode()

    assert "Please call after six" in page
    assert ContactAttempt.objects.get().attempted_by is None


# ---------------------------------------------------------------- an e-mail provider


@pytest.fixture
def postmark(settings: Any) -> None:
    settings.EMAIL_PROVIDER = "Postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "user:password", "POSTMARK_SERVER_TOKEN": "x"}


def from_postmark(client: Client, said: Any, secret: str = "user:password") -> Any:
    return client.post(
        "/hooks/mail/",
        json.dumps(said),
        content_type="application/json",
        headers={"Authorization": f"Basic {b64encode(secret.encode()).decode()}"},
    )


BOUNCE = {
    "RecordType": "Bounce",
    "Type": "HardBounce",
    "MessageID": "P1",
    "Email": "patient@example.org",
    "BouncedAt": "2026-08-31T08:30:00Z",
}


def test_a_bounce_marks_the_address_and_asks_for_a_call(
    today, postmark, client: Client, clinic: Clinic
) -> None:
    patient = a_patient(clinic, reachable=True)
    message = a_sent_message(clinic, patient, "EMAIL")

    assert from_postmark(client, BOUNCE).status_code == 204

    message.refresh_from_db()
    patient.refresh_from_db()
    assert message.reported == Report.UNDELIVERABLE
    assert message.reported_at == datetime(2026, 8, 31, 8, 30, tzinfo=UTC)
    assert patient.is_email_undeliverable
    assert Notification.objects.get(channel="IN_APP").cause == "address_came_back"


def test_metadata_names_the_message_before_its_receipt_does(
    today, postmark, client: Client, clinic: Clinic
) -> None:
    message = a_sent_message(clinic, a_patient(clinic, reachable=True), "EMAIL")
    said = {
        "RecordType": "Delivery",
        "MessageID": "not noted yet",
        "Recipient": "patient@example.org",
        "DeliveredAt": "2026-08-31T08:30:00Z",
        "Metadata": {"notification_id": str(message.pk)},
    }

    from_postmark(client, said)

    message.refresh_from_db()
    assert message.reported == Report.DELIVERED


def test_an_opened_message_says_nothing_that_we_keep(
    postmark, client: Client, clinic: Clinic
) -> None:
    message = a_sent_message(clinic, a_patient(clinic, reachable=True), "EMAIL")

    answer = from_postmark(client, {"RecordType": "Open", "MessageID": "P1", "Recipient": "a@b.c"})

    message.refresh_from_db()
    assert (answer.status_code, message.reported) == (204, "")


@pytest.mark.parametrize(
    ("said", "secret", "status"),
    [
        pytest.param(BOUNCE, "user:guessed", 403, id="wrong secret"),
        pytest.param([1], "user:password", 403, id="no event"),
        pytest.param({}, "user:password", 204, id="an event that says nothing"),
    ],
)
def test_anything_else_changes_nothing(
    postmark, client: Client, clinic: Clinic, said: Any, secret: str, status: int
) -> None:
    message = a_sent_message(clinic, a_patient(clinic, reachable=True), "EMAIL")

    answer = from_postmark(client, said, secret)

    message.refresh_from_db()
    assert (answer.status_code, message.reported) == (status, "")
