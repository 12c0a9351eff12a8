"""Any gateway that takes JSON over HTTP.

POST {"id", "to", "from", "text"} with `Authorization: Bearer …` and `Idempotency-Key: <id>`. Any
2xx means taken, unless its JSON holds an `error`; it may name the gateway's own `id`. Other
answers: see `http_status`.
"""

import json
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from surveillance.delivery.channels import ChannelDown, DeliveryFailed
from surveillance.delivery.hook_token import carries_token
from surveillance.delivery.http_status import failure_of_status
from surveillance.delivery.sms import Account, Knock, ShortText

SECONDS: Final = 10
LONGEST_ANSWER: Final = 64 * 1024
LONGEST_ID: Final = 200


class NoRedirect(HTTPRedirectHandler):
    """A text with a number in it goes where the settings say and nowhere else."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Follow none: the redirect itself is the answer."""


class HttpGateway:
    """One request per text."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._opener = build_opener(NoRedirect)

    def send(self, text: ShortText) -> str:
        """Post it; answers the gateway's id, or nothing when it names none."""
        try:
            with self._opener.open(self._request(text), timeout=SECONDS) as answer:
                return receipt_in(answer.read(LONGEST_ANSWER))
        except HTTPError as error:
            error.close()
            raise failure_of_status(error.code) from None
        except URLError as error:
            raise ChannelDown(type(error.reason).__name__) from None
        except (OSError, HTTPException) as error:
            # Connected, and then nothing that we understand: it may have been taken.
            raise DeliveryFailed(type(error).__name__, permanent=False, unheard=True) from None

    def _request(self, text: ShortText) -> Request:
        told = {"id": text.id, "to": text.to, "from": self._account.sender, "text": text.body}
        headers = {
            "Authorization": f"Bearer {self._account.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": text.id,
        }
        # The scheme was checked when the settings were read.
        return Request(self._account.address, json.dumps(told).encode(), headers)  # noqa: S310

    def knows(self, knock: Knock) -> bool:
        """By the shared secret."""
        return carries_token(knock.headers)

    def close(self) -> None:
        """Nothing stays open."""


def receipt_in(answer: bytes) -> str:
    """The id that the gateway gave the text, if it is JSON and names one.

    Raises DeliveryFailed for an `error` in it: some say 200 and then that they did not take it.
    """
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    if told.get("error") or told.get("errors"):
        raise DeliveryFailed("gateway_error", permanent=False)
    given = told.get("id")
    return str(given)[:LONGEST_ID] if given else ""
