"""How e-mail leaves, said in one URL."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Default port of each kind of e-mail URL; 0 where there is no server.
EMAIL_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465, "filemail": 0, "memorymail": 0}
SMTP_BACKEND = "surveillance.delivery.smtp.EmailBackend"
BACKENDS = {
    "filemail": "django.core.mail.backends.filebased.EmailBackend",
    "memorymail": "django.core.mail.backends.locmem.EmailBackend",
}


@dataclass(frozen=True, kw_only=True)
class Mail:
    """Django's EMAIL_* settings. `folder` is None unless messages are kept as files."""

    backend: str
    folder: str | None
    host: str
    port: int
    user: str
    password: str
    starttls: bool
    tls: bool


def mail_from(url: str, mailbox: Path) -> Mail:
    """Read a URL whose scheme is in EMAIL_PORTS.

    smtp://user:password@host:port (no encryption), smtp+starttls://… , smtps://… (encrypted from
    the first byte), filemail:// or filemail:///folder (one file per message, in `mailbox` unless
    a folder is named), memorymail:// (kept in memory). Percent signs in user and password are
    decoded.
    """
    parts = urlsplit(url)
    return Mail(
        backend=BACKENDS.get(parts.scheme, SMTP_BACKEND),
        folder=(unquote(parts.path) or str(mailbox)) if parts.scheme == "filemail" else None,
        host=parts.hostname or "localhost",
        port=parts.port or EMAIL_PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+starttls",
        tls=parts.scheme == "smtps",
    )
