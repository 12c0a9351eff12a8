"""Why a message did not leave, for somebody who treats the patient: no code, no name of an error.

The outbox names the answer of a mail server or gateway as it came, for whoever mends it.
"""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.models.message_reasons import REASONS

REFUSED: Final = {
    "number_cannot_be_texted": gettext_noop("the number takes no text messages"),
    "smtp_": gettext_noop("the mail server refused it"),
    "http_": gettext_noop("the gateway refused it"),
    "Anymail": gettext_noop("the mail service refused the address"),
}
"""By how the code begins: what a channel says of an address, or the other side answered."""
OTHERWISE: Final = gettext_noop("it could not be handed over")


def why_not_sent(code: str) -> str:
    """`Notification.last_error` in words; empty when nothing went wrong."""
    if not code:
        return ""
    refused = next((words for start, words in REFUSED.items() if code.startswith(start)), OTHERWISE)
    return _(REASONS.get(code, refused))
