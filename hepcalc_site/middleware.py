"""Small middlewares: probes are answered first, requests have an id, old sessions end."""

import time
import uuid
from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from structlog.contextvars import bind_contextvars, clear_contextvars

from hepcalc_site import health
from surveillance.web.access import to_sign_in
from surveillance.web.session_clock import is_in_the_background, note_activity, seconds_left

Handler = Callable[[HttpRequest], HttpResponse]
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


def end_old_sessions(get_response: Handler) -> Handler:
    """Sign out who has been idle or signed in for too long; count a click as being at work.

    They are led back to the page where they were. A launch from an EHR goes on without the old
    session: it signs people in itself.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            if seconds_left(request.session, now) <= 0:
                return _after_sign_out(request, get_response)
            if not is_in_the_background(request):
                note_activity(request.session, now)
        return get_response(request)

    return handle


def _after_sign_out(request: HttpRequest, get_response: Handler) -> HttpResponse:
    target = to_sign_in(request)
    logout(request)
    return get_response(request) if request.path == reverse("smart_launch") else target
