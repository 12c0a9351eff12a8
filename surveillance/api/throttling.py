"""How often a client may ask: so many requests in each minute, counted in the shared cache.

One counter per account and window, raised by one: as cheap for a client that asks a thousand times
a minute as for one that asks once, and right however many processes answer.
"""

from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.utils import timezone
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.request import Request


class ClientThrottle(SimpleRateThrottle):
    """Counts per account, whichever of its tokens is used."""

    scope = "user"
    num_requests: int | None
    duration: int | None
    left_for = 0.0

    def get_cache_key(self, request: "Request", view: Any) -> str:
        """The counter of this account in this window."""
        window = int(timezone.now().timestamp() // (self.duration or 1))
        return f"api-requests:{request.user.pk}:{window}"

    def allow_request(self, request: "Request", view: Any) -> bool:
        """Whether the account is still below its rate. One question to the cache, two at first."""
        if not self.rate or self.num_requests is None or self.duration is None:
            return True
        self.left_for = self.duration - timezone.now().timestamp() % self.duration
        key = self.get_cache_key(request, view)
        if cache.add(key, 1, self.duration):
            return self.num_requests > 0
        try:
            return cache.incr(key) <= self.num_requests
        except ValueError:  # it ran out between the two questions
            return True

    def wait(self) -> float:
        """Seconds until the next window begins."""
        return self.left_for
