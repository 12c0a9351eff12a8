"""A kept message is read anew: by another mapping, or by a reader that has learned something.

Formats register their reader in `READERS`; one without a reader is an honest refusal.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from surveillance.arrivals import Arrival, Unmapped
from surveillance.models import IntakeMessage, MessageFormat
from surveillance.workflows.errors import WorkflowRefused

Parts = Sequence[Arrival | Unmapped]
Reader = Callable[[bytes, Mapping[str, Any]], Parts]

READERS: dict[str, Reader] = {}
"""By format: the bytes and the mapping of the feed give the parts. The readers raise
`MessageUnreadable` where the bytes are no message of their format."""


class MessageUnreadable(WorkflowRefused):
    """The message cannot be read (again); the words say why."""

    code = "message_unreadable"


def parts_read_again(message: IntakeMessage) -> Parts:
    """What the message says by the mapping that its feed has now.

    Refused: emptied since, a format that nothing here reads, no message of its format.
    """
    if message.raw_purged_at is not None:
        raise MessageUnreadable(
            _("The message was emptied when its days were over. Ask the sender to send it again.")
        )
    reader = READERS.get(message.format)
    if reader is None:
        label = MessageFormat(message.format).label
        raise MessageUnreadable(
            _("Nothing here reads messages of the format {format} again.").format(format=label)
        )
    return reader(bytes(message.raw), message.feed.mapping)
