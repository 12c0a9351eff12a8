"""What a page that stays open asks: how long the session lasts, and who is signed in now."""

import time

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from surveillance.web.session_clock import seconds_left, whose


@require_http_methods(["GET", "POST"])
@never_cache
def session_state(request: HttpRequest) -> JsonResponse:
    """Seconds left, whose session it is, and the token that forms of this page must carry.

    A POST is a click ("stay signed in"), a GET with X-Background is none. After signing in anew in
    another window, the page that kept its text takes the new token from here.
    """
    signed_in = request.user.is_authenticated
    left = seconds_left(request.session, int(time.time())) if signed_in else 0
    token = get_token(request) if signed_in else ""
    return JsonResponse({"seconds": left, "whose": whose(request.user), "token": token})
