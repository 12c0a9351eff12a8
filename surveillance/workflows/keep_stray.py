"""A message arrives from a sender that nobody has registered: it is kept all the same."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.models import StrayMessage
from surveillance.workflows.errors import WorkflowRefused

MOST_STRAYS = 10_000
"""So many wait at most: whoever reaches the port could fill the disk otherwise."""
LONGEST_NAME = 180
LONGEST_TYPE = 60


class TooManyStrays(WorkflowRefused):
    """So many messages of unknown senders wait already that no more are kept."""

    code = "too_many_strays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who says to have sent it: MSH-3, MSH-4; and MSH-9."""

    application: str
    facility: str
    message_type: str


@transaction.atomic
def keep_stray(*, sender: Sender, raw: bytes, now: datetime) -> None:
    """Keep the bytes until the sender is a feed (`adopt_stray`). The same bytes again change
    nothing. Refused when `MOST_STRAYS` wait already."""
    digest = sha256(raw).hexdigest()
    if StrayMessage.objects.filter(digest=digest).exists():
        return
    if StrayMessage.objects.filter(adopted_at=None)[MOST_STRAYS:].exists():
        raise TooManyStrays(
            _(
                "More than {most} messages of unknown senders wait. Register the senders as feeds, "
                "or stop them; then send again."
            ).format(most=MOST_STRAYS)
        )
    row = StrayMessage(
        sending_application=sender.application[:LONGEST_NAME],
        sending_facility=sender.facility[:LONGEST_NAME],
        message_type=sender.message_type[:LONGEST_TYPE],
        digest=digest,
        received_at=now,
        raw=raw,
    )
    StrayMessage.objects.bulk_create([row], ignore_conflicts=True)
