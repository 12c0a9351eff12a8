"""What an HTTP status of a provider means for a message, or for us."""

from http import HTTPStatus
from typing import Final

from surveillance.delivery.channels import ChannelDown, DeliveryFailed

REFUSES_US: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
LATER: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


def failure_of_status(status: int) -> ChannelDown | DeliveryFailed:
    """For a status other than 2xx. 401 and 403 refuse us, and a redirect leads nobody knows where:
    no message is blamed. 408, 429 and 5xx may work later, any other 4xx never."""
    reason = f"http_{status}"
    if status in REFUSES_US or status < HTTPStatus.BAD_REQUEST:
        return ChannelDown(reason)
    is_later = status in LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return DeliveryFailed(reason, permanent=not is_later)
