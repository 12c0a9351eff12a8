"""A message arrives from a sender that nobody has registered: it is kept all the same."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.models import StrayMessage
from surveillance.workflows.errors import WorkflowRefused

MOST_STRAYS = 10_000
"""So many wait at most: whoever reaches the port could fill the disk otherwise. What a person set
aside counts no more."""
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
def keep_stray(*, sender: Sender, raw: bytes, now: datetime) -> bool:
    """Keep the bytes until the sender is a feed (`adopt_stray`) or somebody sets them aside.

    The same bytes again change nothing; where they were emptied meanwhile they wait anew. False for
    those that a person has set aside. Refused when `MOST_STRAYS` wait already.
    """
    digest = sha256(raw).hexdigest()
    known = StrayMessage.objects.filter(digest=digest).defer("raw").first()
    if known and not known.emptied_at:
        return known.aside_id is None
    if StrayMessage.objects.waiting()[MOST_STRAYS:].exists():
        raise TooManyStrays(
            _(
                "Not kept: more than {most} messages of unknown senders wait. Register the senders "
                "as feeds, set them aside (Messages, Unknown senders), or stop them; then send "
                "again."
            ).format(most=MOST_STRAYS)
        )
    if known:
        emptied = StrayMessage.objects.filter(pk=known.pk, emptied_at=known.emptied_at)
        emptied.update(raw=raw, received_at=now, aside=None, emptied_at=None)
    else:
        _keep_new(sender, digest, raw, now)
    return True


def _keep_new(sender: Sender, digest: str, raw: bytes, now: datetime) -> None:
    row = StrayMessage(
        sending_application=sender.application[:LONGEST_NAME],
        sending_facility=sender.facility[:LONGEST_NAME],
        message_type=sender.message_type[:LONGEST_TYPE],
        digest=digest,
        received_at=now,
        raw=raw,
    )
    StrayMessage.objects.bulk_create([row], ignore_conflicts=True)
