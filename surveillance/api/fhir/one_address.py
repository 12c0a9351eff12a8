"""One address, two views: what is read there and what is sent there ask for different scopes."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponseBase]


def read_or_sent(read: View, sent: View, method: str) -> View:
    """`sent` answers `method`, `read` everything else (and refuses what neither of them knows)."""

    # As in all views of the library: a token is no cookie, so no other site can use it.
    @csrf_exempt
    def view(request: HttpRequest, **named: Any) -> HttpResponseBase:
        return (sent if request.method == method else read)(request, **named)

    return view
