"""What a patient allows: recorded by a colleague or by the patient's own click, and shown."""

from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from hepcalc_site.texting import sms_from
from patients.models import Patient, Tri
from surveillance.delivery.sms import ShortText, open_gateway
from surveillance.delivery.unsubscribe import message_id_in, token_of
from surveillance.models import Notification
from surveillance.workflows.deliver import deliver
from tests.factories import NOW, TODAY, MembershipFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, owed

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    return a_patient(clinic, reachable=True)


def answers(**changed: str) -> dict[str, str]:
    said = {
        "consent_phone": "YES",
        "consent_letter": "UNKNOWN",
        "consent_email": "YES",
        "consent_sms": "UNKNOWN",
        "how": "said_by_phone",
    }
    return said | changed


def a_reminder(clinic: Clinic, patient: Patient, **fields: Any) -> Notification:
    values = {
        "site": clinic.site,
        "channel": "EMAIL",
        "template": "PATIENT_REMINDER",
        "dedupe_key": "reminder:1",
        "patient": patient,
        "follow_up": owed(clinic, 20, patient=patient),
        "created_at": NOW,
        "not_before": NOW,
    }
    return Notification.objects.create(**values | fields)


# ---------------------------------------------------------------- by a colleague


def test_what_the_patient_said_is_recorded_and_shown_with_its_day(
    navigator: Client, patient: Patient
) -> None:
    response = navigator.post(f"/patients/{patient.pk}/consent/", answers(consent_email="NO"))

    assert response.headers["Location"] == f"/patients/{patient.pk}/"
    patient.refresh_from_db()
    assert patient.consent_email == Tri.NO
    page = navigator.get(f"/patients/{patient.pk}/").content.decode()
    assert "do not use, said by telephone on 31 Aug 2026" in page
    assert f'href="/patients/{patient.pk}/consent/"' in page


def test_the_form_shows_how_things_stand(navigator: Client, patient: Patient) -> None:
    form = navigator.get(f"/patients/{patient.pk}/consent/").context["form"]

    assert form["consent_email"].initial == "YES"
    assert "again_email" not in form.fields


def test_a_stop_that_came_while_the_page_was_open_is_not_undone(
    navigator: Client, patient: Patient
) -> None:
    page = navigator.get(f"/patients/{patient.pk}/consent/").content.decode()
    assert 'name="initial-consent_email"' in page
    patient.consent_email = Tri.NO
    patient.save()
    as_shown = {f"initial-{name}": value for name, value in answers().items()}

    navigator.post(f"/patients/{patient.pk}/consent/", answers(consent_sms="YES") | as_shown)

    patient.refresh_from_db()
    assert (patient.consent_email, patient.consent_sms) == (Tri.NO, Tri.YES)


def test_an_address_that_came_back_is_shown_and_can_be_used_again(
    navigator: Client, clinic: Clinic
) -> None:
    marked = {"undeliverable_email": "patient@example.org", "undeliverable_email_on": TODAY}
    patient = a_patient(clinic, reachable=True, **marked)
    shown = navigator.get(f"/patients/{patient.pk}/").content.decode()

    navigator.post(f"/patients/{patient.pk}/consent/", answers(again_email="on"))

    assert "a message came back on 31 Aug 2026: correct it" in shown
    patient.refresh_from_db()
    assert not patient.is_email_undeliverable


def test_how_we_know_must_be_said(navigator: Client, patient: Patient) -> None:
    response = navigator.post(f"/patients/{patient.pk}/consent/", answers(how=""))

    assert response.status_code == 422
    assert "Choose how we know" in response.content.decode()


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_roles_that_only_read_are_refused(
    today, client: Client, clinic: Clinic, patient: Patient, role: str
) -> None:
    client.force_login(getattr(clinic, role))

    assert client.post(f"/patients/{patient.pk}/consent/", answers()).status_code == 403
    assert "Record how the patient" not in client.get(f"/patients/{patient.pk}/").content.decode()


def test_a_patient_of_another_site_does_not_exist(navigator: Client) -> None:
    elsewhere = a_patient(a_clinic())

    assert navigator.get(f"/patients/{elsewhere.pk}/consent/").status_code == 404


# ---------------------------------------------------------------- by the patient's own click


def test_an_e_mail_says_how_to_unsubscribe_with_one_click(clinic: Clinic, patient: Patient) -> None:
    message = a_reminder(clinic, patient)

    deliver(now=NOW)

    [sent] = mail.outbox
    address = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address == f"http://localhost/unsubscribe/{token_of(message)}/"
    for secret in (patient.pk.hex, patient.mrn, patient.email, str(patient.pk)):
        assert secret not in address


def test_an_e_mail_to_a_colleague_has_no_such_line(clinic: Clinic, patient: Patient) -> None:
    a_reminder(clinic, patient, recipient=clinic.navigator, template="INCIDENT_REVIEW")

    deliver(now=NOW)

    [sent] = mail.outbox
    assert "List-Unsubscribe" not in sent.extra_headers


def test_one_click_of_a_mail_program_unsubscribes_once(
    today, clinic: Clinic, patient: Patient
) -> None:
    message = a_reminder(clinic, patient)
    program = Client(enforce_csrf_checks=True)

    for _ in range(2):
        said = {"List-Unsubscribe": "One-Click"}
        response = program.post(f"/unsubscribe/{token_of(message)}/", said)

    assert response.status_code == 200
    patient.refresh_from_db()
    assert patient.consent_email == Tri.NO
    message.refresh_from_db()
    assert message.status == "CANCELLED"
    assert Notification.objects.get(channel="IN_APP").cause == "consent_withdrawn"


def test_opening_the_link_changes_nothing_and_names_nobody(
    client: Client, clinic: Clinic, patient: Patient
) -> None:
    message = a_reminder(clinic, patient)

    page = client.get(f"/unsubscribe/{token_of(message)}/").content.decode()

    patient.refresh_from_db()
    assert patient.consent_email == Tri.YES
    assert "Stop e-mails" in page
    for secret in (patient.family_name, patient.mrn, patient.email):
        assert secret not in page


@pytest.mark.parametrize("token", ["x", "a:b", "0" * 32])
def test_an_address_that_we_did_not_sign_does_not_exist(client: Client, token: str) -> None:
    assert client.post(f"/unsubscribe/{token}/").status_code == 404
    assert message_id_in(token) is None


def test_a_signed_address_of_a_message_that_is_gone_does_not_exist(
    client: Client, clinic: Clinic, patient: Patient
) -> None:
    message = a_reminder(clinic, patient)
    token = token_of(message)
    message.delete()

    assert client.post(f"/unsubscribe/{token}/").status_code == 404


# ---------------------------------------------------------------- what colleagues see


def test_a_call_says_why_and_that_an_interpreter_is_needed(
    navigator: Client, clinic: Clinic
) -> None:
    patient = a_patient(clinic, language="es", interpreter_needed=True)
    a_reminder(
        clinic,
        patient,
        channel="IN_APP",
        recipient=clinic.navigator,
        cause="address_came_back",
    )
    deliver(now=NOW)

    page = navigator.get("/inbox/messages/").content.decode()

    assert "the message came back; Spanish, interpreter needed" in page


def test_texts_of_the_demonstration_are_in_the_mailbox(
    today, client: Client, clinic: Clinic, settings: Any, tmp_path: Path
) -> None:
    settings.SMS = sms_from("loopback://", tmp_path)
    gateway = open_gateway()
    assert gateway is not None
    gateway.send(ShortText(id="1", to="+15550100", body="Please call us."))
    clinic.administrator.is_staff = True
    clinic.administrator.save()
    client.force_login(clinic.administrator)

    page = client.get("/mailbox/").content.decode()

    assert "Text message to +15550100" in page
    assert "Please call us." in page


def test_a_site_s_hours_and_order_are_kept_in_the_administration(
    today, client: Client, clinic: Clinic
) -> None:
    administrator = MembershipFactory(site=clinic.site, administrator=True).user
    administrator.is_staff = administrator.is_superuser = True
    administrator.save()
    client.force_login(administrator)
    fields = {
        "name": "St Brigid",
        "time_zone": "UTC",
        "channel_order": "SMS, EMAIL",
        "sms_from_hour": "10",
    }

    refused = client.post(
        f"/admin/patients/site/{clinic.site.pk}/change/", fields | {"channel_order": "PIGEON"}
    )
    client.post(f"/admin/patients/site/{clinic.site.pk}/change/", fields)

    clinic.site.refresh_from_db()
    assert "is no order of channels" in refused.content.decode()
    assert (clinic.site.channel_order, clinic.site.sms_from_hour) == ("SMS, EMAIL", 10)
