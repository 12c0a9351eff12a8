"""Text messages through the gateway that SMS_URL names.

The contract: `send` returns a receipt once the gateway took the text. It raises
`DeliveryFailed(permanent=True)` when the number or the gateway says never, `permanent=False` when
it may work later, and `ChannelDown` when the gateway cannot be reached or refuses us. No exception
of a library leaves these modules, and no number or text is in a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from surveillance.delivery.channels import DeliveryFailed, ProviderReceipt
from surveillance.delivery.phone_numbers import e164
from surveillance.delivery.texts import VersionsInUse, text_of
from surveillance.models import Notification
from surveillance.protocol.message_terms import MessageMedium

NUMBER_CANNOT_BE_TEXTED: Final = "number_cannot_be_texted"
GATEWAYS: Final[Mapping[str, str]] = {
    "loopback": "surveillance.delivery.sms_loopback.LoopbackGateway",
    "twilio": "surveillance.delivery.sms_twilio.TwilioGateway",
    "http": "surveillance.delivery.sms_http.HttpGateway",
}
"""Read only when chosen: the library of one may be missing."""


@dataclass(frozen=True, slots=True)
class ShortText:
    """One text message. `id` is ours, and the same on every attempt."""

    id: str
    to: str
    body: str


@dataclass(frozen=True, slots=True)
class Knock:
    """A request to one of our hooks, as far as it matters to who knocks."""

    url: str
    headers: Mapping[str, str]
    form: Mapping[str, str]


class Account(Protocol):
    """What SMS_URL says (`settings.SMS`)."""

    @property
    def kind(self) -> str:
        """Which of the gateways."""
        ...

    @property
    def address(self) -> str:
        """Where it is called, with its scheme."""
        ...

    @property
    def user(self) -> str:
        """The account's name there."""
        ...

    @property
    def token(self) -> str:
        """The account's secret."""
        ...

    @property
    def sender(self) -> str:
        """The number or name from which texts come."""
        ...

    @property
    def folder(self) -> str:
        """Where the loopback keeps texts."""
        ...


class Gateway(Protocol):
    """One provider of text messages, opened when first needed."""

    def send(self, text: ShortText) -> str:
        """Hand over one text; answers the provider's id for it."""
        ...

    def knows(self, knock: Knock) -> bool:
        """Whether a request to a hook comes from this provider."""
        ...

    def close(self) -> None:
        """Let go of whatever `send` opened."""
        ...


def open_gateway() -> Gateway | None:
    """The gateway of the settings; None when text messages are off."""
    if not settings.SMS:
        return None
    gateway: Gateway = import_string(GATEWAYS[settings.SMS.kind])(settings.SMS)
    return gateway


class SmsChannel:
    """Sends reminders to the patient's number. Use one for a batch and close it."""

    def __init__(self) -> None:
        self._gateway: Gateway | None = None
        self._versions = VersionsInUse()

    def send(self, message: Notification) -> ProviderReceipt:
        """Send to the patient's number."""
        if self._gateway is None:
            self._gateway = open_gateway()
        if self._gateway is None:
            raise DeliveryFailed("sms_is_off", permanent=True)
        number = e164(message.patient.phone, message.site) if message.patient else ""
        if not number:
            raise DeliveryFailed(NUMBER_CANNOT_BE_TEXTED, permanent=True)
        text = text_of(message, MessageMedium.SMS, self._versions)
        short = ShortText(id=str(message.pk), to=number, body=" ".join(text.body.split()))
        return ProviderReceipt(message_id=self._gateway.send(short) or short.id, text=text)

    def close(self) -> None:
        """Close the gateway, if it was opened."""
        if self._gateway is not None:
            self._gateway.close()
