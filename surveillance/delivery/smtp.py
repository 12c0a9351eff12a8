"""Django's SMTP backend, with an ear for the one moment that matters.

When a conversation breaks off before DATA, the message has not left. After DATA it may have been
taken although nobody told us: `text_left` says which, so that such a message is repeated once at
most (ADR 0026).
"""

import smtplib
from typing import Any

from django.core.mail.backends import smtp


class _Listening:
    text_left = False

    def mail(self, *args: Any, **kwargs: Any) -> Any:
        self.text_left = False
        return super().mail(*args, **kwargs)  # type: ignore[misc]  # smtplib's, beside us

    def data(self, *args: Any, **kwargs: Any) -> Any:
        self.text_left = True
        return super().data(*args, **kwargs)  # type: ignore[misc]  # smtplib's, beside us


class _Smtp(_Listening, smtplib.SMTP):
    pass


class _SmtpOverTls(_Listening, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """What `smtp://`, `smtp+starttls://` and `smtps://` in EMAIL_URL stand for."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """The kind of conversation, encrypted from its first byte or not."""
        return _SmtpOverTls if self.use_ssl else _Smtp

    @property
    def text_left(self) -> bool:
        """Whether the text of the newest message had left, or begun to, before it broke off."""
        return bool(getattr(self.connection, "text_left", False))
