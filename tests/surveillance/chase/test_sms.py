"""Text messages: what is written, and what each answer of a gateway means."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hepcalc_site.texting import sms_from
from patients.models import Tri
from surveillance.delivery import sms_http
from surveillance.delivery.channels import ChannelDown, DeliveryFailed
from surveillance.delivery.phone_numbers import e164
from surveillance.delivery.short_texts import IN_SHORT_TEXTS
from surveillance.delivery.sms import SmsChannel
from surveillance.delivery.texts import text_of
from surveillance.models import Notification, NotificationTemplate
from surveillance.outreach import TO_PATIENTS
from surveillance.protocol.message_terms import MessageMedium
from surveillance.protocol.sms_parts import sms_parts
from tests.factories import SiteFactory
from tests.surveillance.chase.gateway_server import GatewayServer
from tests.surveillance.chase.scenes import a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

NOW = at(date(2026, 11, 2))
NUMBER = "+442079460000"


@pytest.fixture
def gateway() -> Iterator[GatewayServer]:
    with GatewayServer() as server:
        yield server


@pytest.fixture
def over_http(settings: Any, gateway: GatewayServer) -> GatewayServer:
    settings.SMS = sms_from(f"http://:s3cret@{gateway.host}/send?from=Clinic", Path())
    return gateway


@pytest.fixture
def over_twilio(settings: Any, gateway: GatewayServer) -> GatewayServer:
    settings.SMS = sms_from(f"twilio://AC1:s3cret@{gateway.host}?from=+15550100", Path())
    gateway.answer = {"sid": "SM1", "status": "queued"}
    return gateway


def a_text(template: NotificationTemplate = NotificationTemplate.PATIENT_REMINDER, **fields: Any):
    """A reminder by text to a patient who agreed."""
    clinic = a_clinic(phone="020 7946 0100", **fields.pop("site", {}))
    follow_up = a_follow_up(clinic, patient=a_patient(clinic, **{"phone": NUMBER} | fields))
    return Notification.objects.create(
        site=clinic.site,
        channel="SMS",
        template=template,
        dedupe_key=f"text:{follow_up.pk}",
        patient=follow_up.patient,
        follow_up=follow_up,
        created_at=NOW,
        not_before=NOW,
    )


def words_of(message: Notification) -> str:
    """As they are handed over: on one line."""
    return " ".join(text_of(message, MessageMedium.SMS).body.split())


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("template", sorted(TO_PATIENTS))
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    "site",
    [
        pytest.param({"name": "St Brigid"}, id="short"),
        pytest.param(
            {"name": "Hôpital de la Santísima Trinidad y Señora " * 4}, id="long, accents"
        ),
        pytest.param({"name": "病院"}, id="another script"),
    ],
)
def test_a_text_fits_two_parts_says_how_to_stop_and_nothing_clinical(
    template: NotificationTemplate, language: str, site: dict[str, str]
) -> None:
    message = a_text(template, language=language, site=site)

    text = words_of(message)

    assert sms_parts(text) <= 2
    if message.site.name.isascii():
        assert set(text) <= IN_SHORT_TEXTS
    assert "STOP" in text
    assert "020 7946 0100" in text
    assert message.patient is not None
    for secret in (message.patient.family_name, message.patient.mrn, "liver", "scan", "hígado"):
        assert secret.lower() not in text.lower()


def test_a_site_without_a_number_names_its_contact_page() -> None:
    message = a_text()
    message.site.phone = ""

    assert f"/contact/{message.site.slug}/" in words_of(message)


@pytest.mark.parametrize(
    ("number", "region", "expected"),
    [
        pytest.param("+44 20 7946 0000", "", NUMBER, id="international"),
        pytest.param("020 7946 0000", "GB-ENG", NUMBER, id="national, by the site's country"),
        pytest.param("020 7946 0000", "", "", id="national, country unknown"),
        pytest.param("call my son", "US", "", id="no number"),
        pytest.param("", "US", "", id="empty"),
        pytest.param("+44 1", "US", "", id="too short"),
    ],
)
def test_numbers_are_made_one_form(number: str, region: str, expected: str) -> None:
    assert e164(number, SiteFactory(holiday_calendar=region)) == expected


# ---------------------------------------------------------------- the generic gateway


def test_a_text_is_posted_with_its_id_as_the_key(over_http: GatewayServer) -> None:
    message = a_text()

    receipt = SmsChannel().send(message)

    assert receipt.message_id == "gateway-1"
    [request] = over_http.requests
    assert request["path"] == "/send"
    assert request["headers"]["Authorization"] == "Bearer s3cret"
    assert request["headers"]["Idempotency-Key"] == str(message.pk)
    assert request["said"] == {
        "id": str(message.pk),
        "to": NUMBER,
        "from": "Clinic",
        "text": words_of(message),
    }


@pytest.mark.parametrize("answer", [{}, [], "taken", {"id": ""}])
def test_without_an_id_of_the_gateway_ours_is_the_receipt(
    over_http: GatewayServer, answer: Any
) -> None:
    over_http.answer = answer
    message = a_text()

    assert SmsChannel().send(message).message_id == str(message.pk)


@pytest.mark.parametrize("answer", [{"error": "no credit"}, {"id": "1", "errors": ["+44 bad"]}])
def test_a_gateway_that_says_200_and_an_error_has_not_taken_it(
    over_http: GatewayServer, answer: dict[str, Any]
) -> None:
    over_http.status, over_http.answer = 200, answer

    with pytest.raises(DeliveryFailed) as failure:
        SmsChannel().send(a_text())

    assert (failure.value.reason, failure.value.permanent) == ("gateway_error", False)


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (404, True), (422, True), (408, False), (429, False), (500, False), (503, False)],
)
def test_a_refusal_for_ever_or_for_now(
    over_http: GatewayServer, status: int, permanent: bool
) -> None:
    over_http.status = status

    with pytest.raises(DeliveryFailed) as failure:
        SmsChannel().send(a_text())

    assert (failure.value.reason, failure.value.permanent) == (f"http_{status}", permanent)
    assert failure.value.__suppress_context__


@pytest.mark.parametrize("status", [401, 403])
def test_a_gateway_that_refuses_us_is_down_and_no_message_is_blamed(
    over_http: GatewayServer, status: int
) -> None:
    over_http.status = status

    with pytest.raises(ChannelDown, match=f"http_{status}"):
        SmsChannel().send(a_text())


def test_a_redirect_is_not_followed(over_http: GatewayServer) -> None:
    over_http.status, over_http.location = 302, f"http://{over_http.host}/elsewhere"

    with pytest.raises(ChannelDown, match="http_302"):
        SmsChannel().send(a_text())

    assert [one["path"] for one in over_http.requests] == ["/send"]


def test_a_gateway_that_hangs_up_may_have_taken_it(over_http: GatewayServer) -> None:
    over_http.hangs_up = True

    with pytest.raises(DeliveryFailed) as failure:
        SmsChannel().send(a_text())

    assert not failure.value.permanent


def test_a_gateway_that_does_not_answer_is_tried_again(
    over_http: GatewayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms_http, "SECONDS", 0.2)
    over_http.hangs_up = True
    over_http.may_answer.clear()

    with pytest.raises(DeliveryFailed, match="TimeoutError") as failure:
        SmsChannel().send(a_text())

    assert not failure.value.permanent


@pytest.mark.parametrize(
    "url", ["http://:t@127.0.0.1:1/x?from=C", "twilio://A:t@127.0.0.1:1?from=C"]
)
def test_a_gateway_that_is_not_there_is_down(settings: Any, url: str) -> None:
    settings.SMS = sms_from(url, Path())

    with pytest.raises(ChannelDown):
        SmsChannel().send(a_text())


def test_a_number_that_is_none_is_never_tried(over_http: GatewayServer) -> None:
    with pytest.raises(DeliveryFailed, match="number_cannot_be_texted") as failure:
        SmsChannel().send(a_text(phone="ask my son"))

    assert failure.value.permanent
    assert over_http.requests == []


def test_a_text_that_waits_when_texts_are_switched_off_goes_another_way(settings: Any) -> None:
    settings.SMS = None

    with pytest.raises(DeliveryFailed, match="sms_is_off") as failure:
        SmsChannel().send(a_text())

    assert failure.value.permanent


# ---------------------------------------------------------------- Twilio, by its own library


def test_twilio_gets_number_text_and_where_to_report(over_twilio: GatewayServer) -> None:
    message, channel = a_text(), SmsChannel()

    receipt = channel.send(message)
    channel.close()

    assert receipt.message_id == "SM1"
    [request] = over_twilio.requests
    assert request["path"] == "/2010-04-01/Accounts/AC1/Messages.json"
    assert request["said"]["To"] == NUMBER
    assert request["said"]["From"] == "+15550100"
    assert request["said"]["StatusCallback"].endswith(f"/hooks/sms/status/?message={message.pk}")


@pytest.mark.parametrize(
    ("status", "code", "reason", "permanent"),
    [
        pytest.param(400, 21614, "number_cannot_be_texted", True, id="no mobile number"),
        pytest.param(400, 21610, "http_400", True, id="stopped at Twilio"),
        pytest.param(429, 20429, "http_429", False, id="too many"),
        pytest.param(503, 0, "http_503", False, id="out of order"),
    ],
)
def test_twilio_refuses(
    over_twilio: GatewayServer, status: int, code: int, reason: str, permanent: bool
) -> None:
    over_twilio.status = status
    over_twilio.answer = {"code": code, "message": f"{NUMBER} is bad", "status": status}

    with pytest.raises(DeliveryFailed) as failure:
        SmsChannel().send(a_text())

    assert (failure.value.reason, failure.value.permanent) == (reason, permanent)
    assert NUMBER not in str(failure.value)


def test_twilio_that_gives_no_sid_may_have_taken_it(over_twilio: GatewayServer) -> None:
    over_twilio.answer = {"status": "queued"}

    with pytest.raises(DeliveryFailed) as failure:
        SmsChannel().send(a_text())

    assert (failure.value.permanent, failure.value.unheard) == (False, True)


def test_a_wrong_twilio_token_is_no_message_s_fault(over_twilio: GatewayServer) -> None:
    over_twilio.status, over_twilio.answer = 401, {"code": 20003, "message": "no", "status": 401}

    with pytest.raises(ChannelDown):
        SmsChannel().send(a_text())


def test_no_library_logs_a_number_or_a_text(
    over_twilio: GatewayServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    message = a_text()

    SmsChannel().send(message)

    assert "Twilio API Request" in caplog.text
    assert NUMBER.removeprefix("+") not in caplog.text
    assert words_of(message) not in caplog.text


# ---------------------------------------------------------------- loopback


def test_loopback_keeps_one_file_per_text_however_often_it_is_sent(
    settings: Any, tmp_path: Path
) -> None:
    settings.SMS = sms_from("loopback://", tmp_path / "texts")
    message = a_text()

    for _ in range(2):
        SmsChannel().send(message)

    [file] = (tmp_path / "texts").iterdir()
    assert json.loads(file.read_text()) == {"to": NUMBER, "body": words_of(message)}


def test_loopback_without_a_place_is_down(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "texts").write_text("a file, not a folder")
    settings.SMS = sms_from("loopback://", tmp_path / "texts")

    with pytest.raises(ChannelDown):
        SmsChannel().send(a_text())


def test_nobody_is_texted_without_consent_by_default() -> None:
    assert a_patient(a_clinic()).consent_sms == Tri.UNKNOWN
