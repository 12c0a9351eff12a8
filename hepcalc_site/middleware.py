"""Small middlewares: probes are answered first, requests have an id, idle sessions end."""

import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars

from hepcalc_site import health

Handler = Callable[[HttpRequest], HttpResponse]
# A session is written at most this often, so that reading pages costs no write each.
SECONDS_BETWEEN_RENEWALS = 300
UNATTENDED = ("/queue/changed/",)
"""What an open page asks for by itself: nobody is at work because of it."""
PROBES: dict[str, Handler] = {
    "/livez": health.livez,
    "/readyz": health.readyz,
    "/metrics": health.metrics,
}


def answer_probes(get_response: Handler) -> Handler:
    """Answer /livez, /readyz and /metrics before host names, TLS or sessions are looked at."""

    def handle(request: HttpRequest) -> HttpResponse:
        return PROBES.get(request.path, get_response)(request)

    return handle


def name_requests(get_response: Handler) -> Handler:
    """Give each request a fresh id: in every log line of the request, and in the response."""

    def handle(request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        clear_contextvars()
        bind_contextvars(request_id=request_id)
        response = get_response(request)
        response["X-Request-ID"] = request_id
        return response

    return handle


def keep_session_alive(get_response: Handler) -> Handler:
    """Move the session's end forward while its owner is at work; idle sessions run out."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.path not in UNATTENDED and request.user.is_authenticated:
            renewed = request.session.get("renewed", 0)
            if time.time() - renewed > SECONDS_BETWEEN_RENEWALS:
                request.session["renewed"] = int(time.time())
        return get_response(request)

    return handle
