"""What a channel is: `send` returns a receipt or raises `DeliveryFailed`. It writes nothing.

A channel may be handed the same message twice (a sender that died after sending and before
noting it); it passes on the message's id, so that the far side can tell.
"""

from dataclasses import dataclass
from typing import Protocol

from surveillance.delivery.texts import Text
from surveillance.models import Notification


@dataclass(frozen=True, slots=True)
class ProviderReceipt:
    """The far side took the message; `message_id` is how it will speak of it, `text` what was
    handed over, word for word: the row keeps it."""

    message_id: str
    text: Text


class DeliveryFailed(Exception):
    """The message was not taken. `permanent`: trying again cannot help. `unheard`: its words had
    left when the conversation broke off, so that it may have arrived.

    `reason` is kept on the message and logged: a code, never an address or a name.
    """

    def __init__(self, reason: str, *, permanent: bool, unheard: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.unheard = unheard


class ChannelDown(Exception):
    """Nothing can be sent through this channel now. It says nothing about any one message."""


class Channel(Protocol):
    """One way to reach people. Opened when first needed, closed by the one who made it."""

    def send(self, message: Notification) -> ProviderReceipt:
        """Hand over one message. `site`, `recipient`, `patient` and `escalation` are loaded."""
        ...

    def close(self) -> None:
        """Let go of whatever `send` opened."""
        ...
