"""The failsafe's own way out: no outbox, no worker, no broker. Each says whether it was taken.

One message, one connection of its own; whatever goes wrong is answered with False, because the
other ways must still be tried.
"""

import json
import smtplib
from collections.abc import Mapping, Sequence
from urllib.error import URLError
from urllib.request import Request, urlopen

import structlog
from django.core.mail import EmailMessage, get_connection

SECONDS = 10
HEADERS = {"Auto-Submitted": "auto-generated"}

log = structlog.get_logger(__name__)


def send_email(*, addresses: Sequence[str], subject: str, body: str) -> bool:
    """Send one plain message to all of `addresses`, by the server of EMAIL_URL."""
    message = EmailMessage(
        subject, body, to=list(addresses), headers=HEADERS, connection=get_connection()
    )
    try:
        return message.send() > 0
    except (smtplib.SMTPException, OSError, ValueError) as error:
        log.warning("failsafe_path_failed", path="email", reason=type(error).__name__)
        return False


def post_webhook(*, url: str, payload: Mapping[str, object]) -> bool:
    """POST `payload` as JSON to `url` (http or https, checked in the settings)."""
    request = Request(  # noqa: S310 (the scheme was checked by the settings)
        url,
        data=json.dumps(payload).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    try:
        with urlopen(request, timeout=SECONDS):  # noqa: S310 (as above)
            return True
    except (URLError, OSError) as error:
        log.warning("failsafe_path_failed", path="webhook", reason=type(error).__name__)
        return False
