"""The address with which a reader ends e-mails, in each message to a patient (RFC 8058).

It carries the id of the message, signed: nobody can guess one, and nothing about a person is in
it. It works as long as the message is on record.
"""

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from surveillance.models import Notification

SALT = "unsubscribe"


def token_of(message: Notification) -> str:
    """What stands for this message in the address."""
    return Signer(salt=SALT).sign(message.pk.hex)


def message_id_in(token: str) -> UUID | None:
    """The id of the message; None when the token is not ours."""
    try:
        return UUID(Signer(salt=SALT).unsign(token))
    except (BadSignature, ValueError):
        return None


def unsubscribe_headers(message: Notification) -> dict[str, str]:
    """One click, without a sign-in, for messages to patients; colleagues cannot unsubscribe."""
    if message.recipient_id is not None:
        return {}
    address = f"{settings.SITE_URL}{reverse('unsubscribe', args=[token_of(message)])}"
    return {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
