"""When a session ends: idle, or after a working day however busy.

The clock is kept in the session and moved forward by clicks only. What a page asks for by itself
(header `X-Background`, see session.js) is no click: a queue left open overnight signs out.
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
    from django.contrib.sessions.backends.base import SessionBase

BEGAN, RENEWED = "began", "renewed"
BACKGROUND = "X-Background"
MOST_SECONDS_BETWEEN_RENEWALS = 300
"""A session is written at most this often, so that reading pages costs no write each."""


def note_activity(session: "SessionBase", now: int) -> None:
    """Somebody clicked. The first click after signing in starts the clock of the whole session."""
    session.setdefault(BEGAN, now)
    pause = min(MOST_SECONDS_BETWEEN_RENEWALS, settings.SESSION_COOKIE_AGE // 10)
    if now - session.get(RENEWED, 0) >= pause:
        session[RENEWED] = now


def seconds_left(session: "SessionBase", now: int) -> int:
    """Until the session ends if nobody clicks; 0 or less when it is over."""
    idle = session.get(RENEWED, now) + settings.SESSION_COOKIE_AGE
    longest = session.get(BEGAN, now) + settings.SESSION_LONGEST
    return int(min(idle, longest) - now)


def is_in_the_background(request: HttpRequest) -> bool:
    """Whether the page asks by itself, not a person."""
    return BACKGROUND in request.headers


def whose(user: "AbstractBaseUser | AnonymousUser") -> str:
    """A word by which a page knows that it is still the same person; it says nothing of them."""
    return "" if user.pk is None else salted_hmac("session.whose", str(user.pk)).hexdigest()[:16]
