"""Where the e-mails of a simulation end: counted, never sent. A sending can be made to die."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.test.utils import override_settings


class WorkerDied(BaseException):
    """The process is gone: nothing after this line runs. No `except Exception` sees it."""


class Post:
    """What was handed over. `dies_after`: the worker dies right after so many more messages."""

    def __init__(self) -> None:
        self.copies: Counter[str] = Counter()
        self.dies_after: int | None = None
        self.deaths = 0

    def take(self, message: EmailMessage) -> None:
        """Accept one message; die if it is time."""
        self.copies[message.extra_headers["Message-ID"]] += 1
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after <= 0:
                self.dies_after = None
                self.deaths += 1
                raise WorkerDied


_open: list[Post] = []


class SinkBackend(BaseEmailBackend):
    """Django's way in."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Hand everything to the post of the run."""
        for message in email_messages:
            _open[-1].take(message)
        return len(email_messages)


@contextmanager
def post() -> Iterator[Post]:
    """While this lasts no e-mail leaves the process, whatever EMAIL_URL says."""
    _open.append(Post())
    backend = f"{SinkBackend.__module__}.{SinkBackend.__qualname__}"
    try:
        with override_settings(EMAIL_BACKEND=backend):
            yield _open[-1]
    finally:
        _open.pop()
