"""Messages shown inside the application: the row itself is the message."""

from surveillance.delivery.channels import DeliveryFailed, ProviderReceipt
from surveillance.delivery.texts import VersionsInUse, text_of
from surveillance.models import Notification
from surveillance.protocol.message_terms import MessageMedium


class InAppChannel:
    """Shown on the recipient's pages from the moment it counts as sent. Use one for a batch."""

    def __init__(self) -> None:
        self._versions = VersionsInUse()

    def send(self, message: Notification) -> ProviderReceipt:
        """Taken at once, unless there is nobody who could sign in and read it."""
        if message.recipient is None or not message.recipient.is_active:
            raise DeliveryFailed("recipient_cannot_sign_in", permanent=True)
        text = text_of(message, MessageMedium.STAFF, self._versions)
        return ProviderReceipt(message_id=str(message.pk), text=text)

    def close(self) -> None:
        """Nothing was opened."""
