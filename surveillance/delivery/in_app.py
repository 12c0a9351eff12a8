"""Messages shown inside the application: the row itself is the message."""

from surveillance.delivery.channels import DeliveryFailed, ProviderReceipt
from surveillance.models import Notification


class InAppChannel:
    """Shown on the recipient's pages from the moment it counts as sent."""

    def send(self, message: Notification) -> ProviderReceipt:
        """Taken at once, unless there is nobody who could sign in and read it."""
        if message.recipient is None or not message.recipient.is_active:
            raise DeliveryFailed("recipient_cannot_sign_in", permanent=True)
        return ProviderReceipt(message_id=str(message.pk))

    def close(self) -> None:
        """Nothing was opened."""
