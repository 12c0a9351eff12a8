"""How messages leave, read from one URL each; what cannot be used is refused with its reason."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection
from django.test import override_settings

from hepcalc_site import checks, texting
from hepcalc_site.env import Environment
from hepcalc_site.mail import is_known, mail_from
from hepcalc_site.texting import BadSmsUrl, sms_from
from surveillance.delivery.channels import ChannelDown, DeliveryFailed
from surveillance.delivery.email import failure_of, receipt_of
from tests.surveillance.chase.gateway_server import GatewayServer

TEXTS = Path("/texts")


def test_no_url_means_no_texts() -> None:
    assert sms_from("", TEXTS) is None


def test_urls_of_gateways_are_read() -> None:
    loopback = sms_from("loopback://", TEXTS)
    twilio = sms_from("twilio://AC1:t%40ken@api.twilio.com?from=+15550100", TEXTS)
    other = sms_from("https://:s3cret@gateway.example.org:8443/send/now?from=St%20B", TEXTS)

    assert loopback is not None
    assert twilio is not None
    assert other is not None
    assert (loopback.kind, loopback.folder) == ("loopback", "/texts")
    assert (twilio.kind, twilio.address, twilio.user, twilio.token, twilio.sender) == (
        "twilio",
        "https://api.twilio.com",
        "AC1",
        "t@ken",
        "+15550100",
    )
    assert (other.kind, other.address, other.token, other.sender) == (
        "http",
        "https://gateway.example.org:8443/send/now",
        "s3cret",
        "St B",
    )
    assert "s3cret" not in repr(other)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("pigeon://x", "unknown scheme", id="scheme"),
        pytest.param("https://gateway.example.org/send?from=C", "token", id="no token"),
        pytest.param("https://:t@gateway.example.org/send", "from", id="no sender"),
        pytest.param("http://:t@gateway.example.org/?from=C", "unencrypted", id="plain http"),
        pytest.param("twilio://:t@api.twilio.com?from=1", "the account", id="no account"),
    ],
)
def test_a_gateway_that_cannot_be_used_is_refused_without_its_secret(url: str, reason: str) -> None:
    env = Environment({"SMS_URL": url})

    assert env.sms("SMS_URL", "Cure", folder=TEXTS) is None

    [problem] = env.problems
    assert reason in problem
    assert ":t@" not in problem


def test_twilio_without_its_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texting, "find_spec", lambda _name: None)

    with pytest.raises(BadSmsUrl, match=r"hepcalc\[twilio\]"):
        sms_from("twilio://A:t@api.twilio.com?from=1", TEXTS)


def test_texts_kept_in_a_folder_are_no_way_to_reach_patients(settings: Any) -> None:
    settings.IS_LOCAL, settings.SMS = False, sms_from("loopback://", TEXTS)

    [problem] = checks.outside_texts_are_real(None)

    assert problem.id == "hepcalc.E003"


def test_a_provider_of_e_mail_is_read_with_its_own_settings() -> None:
    mail = mail_from("anymail+mailgun://k%2Fey@?sender_domain=mg.example.org", Path())

    assert mail.backend == "anymail.backends.mailgun.EmailBackend"
    assert mail.provider == "Mailgun"
    assert mail.anymail == {
        "MAILGUN_API_KEY": "k/ey",
        "MAILGUN_SENDER_DOMAIN": "mg.example.org",
    }
    assert is_known("anymail+postmark")
    assert not is_known("anymail+pigeon")


def through_postmark(server: GatewayServer) -> EmailMessage:
    """One e-mail, handed to Postmark's interface on this machine."""
    account = {"POSTMARK_SERVER_TOKEN": "k", "POSTMARK_API_URL": f"http://{server.host}/"}
    with override_settings(ANYMAIL=account):
        connection = get_connection("anymail.backends.postmark.EmailBackend")
        email = EmailMessage("S", "B", "us@a.org", ["you@b.org"], connection=connection)
        email.send()
    return email


def test_the_provider_s_id_is_the_receipt() -> None:
    with GatewayServer() as server:
        server.status = 200
        server.answer = {"ErrorCode": 0, "Message": "OK", "MessageID": "P1", "To": "you@b.org"}

        assert receipt_of(through_postmark(server)) == "P1"


@pytest.mark.parametrize(
    ("status", "expected", "permanent"),
    [
        pytest.param(401, ChannelDown, None, id="wrong key"),
        pytest.param(422, DeliveryFailed, True, id="refused"),
        pytest.param(500, DeliveryFailed, False, id="out of order"),
    ],
)
def test_what_a_provider_refuses(
    status: int, expected: type[Exception], permanent: bool | None
) -> None:
    with GatewayServer() as server:
        server.status, server.answer = status, {"ErrorCode": 1, "Message": "you@b.org"}
        with pytest.raises(Exception, match="Postmark") as refused:
            through_postmark(server)

    failure = failure_of(refused.value, text_left=True)
    assert isinstance(failure, expected)
    assert getattr(failure, "permanent", None) == permanent
    assert "you@b.org" not in str(failure)
