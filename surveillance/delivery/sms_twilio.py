"""Twilio, through its own library (`pip install hepcalc[twilio]`).

Twilio takes no idempotency key: a sender that dies between Twilio's answer and our noting it
sends that text twice. Its reports come to our hook with the id of our message.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from requests import RequestException
from requests.exceptions import ConnectionError as CannotConnect
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from surveillance.delivery.channels import ChannelDown, DeliveryFailed
from surveillance.delivery.http_status import failure_of_status
from surveillance.delivery.sms import (
    NUMBER_CANNOT_BE_TEXTED,
    Account,
    Knock,
    ShortText,
)

SECONDS: Final = 10
NO_SUCH_NUMBER: Final = frozenset({21211, 21214, 21217, 21614})
"""Twilio's codes for a number that is none, or that takes no texts."""


class RelayedHttpClient(TwilioHttpClient):  # type: ignore[misc]  # the library is untyped
    """Twilio's client, with its requests sent to the host of SMS_URL."""

    def __init__(self, address: str) -> None:
        super().__init__(timeout=SECONDS)
        self._address = address

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """The same request at our address."""
        parts = urlsplit(url)
        return super().request(method, f"{self._address}{parts.path}", *args, **kwargs)


class TwilioGateway:
    """One client per batch: its connections are reused."""

    def __init__(self, account: Account) -> None:
        self._sender = account.sender
        self._validator = RequestValidator(account.token)
        self._http = RelayedHttpClient(account.address)
        self._client = Client(account.user, account.token, http_client=self._http)

    def send(self, text: ShortText) -> str:
        """Create one message; Twilio's SID is the receipt."""
        try:
            taken = self._client.messages.create(
                to=text.to,
                from_=self._sender,
                body=text.body,
                status_callback=f"{settings.SITE_URL}/hooks/sms/status/?message={text.id}",
            )
        except TwilioRestException as error:
            raise meaning_of(error) from None
        except CannotConnect as error:
            raise ChannelDown(type(error).__name__) from None
        except (TwilioException, RequestException, OSError) as error:
            raise DeliveryFailed(type(error).__name__, permanent=False, unheard=True) from None
        if not taken.sid:
            raise DeliveryFailed("no_receipt", permanent=False, unheard=True)
        return str(taken.sid)

    def knows(self, knock: Knock) -> bool:
        """By Twilio's signature over our address and what was posted."""
        signature = knock.headers.get("X-Twilio-Signature", "")
        return bool(self._validator.validate(knock.url, dict(knock.form), signature))

    def close(self) -> None:
        """Close its connections."""
        if self._http.session is not None:
            self._http.session.close()


def meaning_of(error: TwilioRestException) -> Exception:
    """Twilio's code where it gave one; its text may hold the number: not kept."""
    if error.code in NO_SUCH_NUMBER:
        return DeliveryFailed(NUMBER_CANNOT_BE_TEXTED, permanent=True)
    return failure_of_status(error.status)
