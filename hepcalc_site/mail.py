"""How e-mail leaves, said in one URL."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

# Default port of each kind of e-mail URL; 0 where there is no server.
EMAIL_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465, "filemail": 0, "memorymail": 0}
SMTP_BACKEND = "surveillance.delivery.smtp.EmailBackend"
BACKENDS = {
    "filemail": "django.core.mail.backends.filebased.EmailBackend",
    "memorymail": "django.core.mail.backends.locmem.EmailBackend",
}
ANYMAIL = "anymail+"
PROVIDERS = {
    "brevo": ("Brevo", "API_KEY"),
    "mailersend": ("MailerSend", "API_TOKEN"),
    "mailgun": ("Mailgun", "API_KEY"),
    "mailjet": ("Mailjet", "API_KEY"),
    "postmark": ("Postmark", "SERVER_TOKEN"),
    "resend": ("Resend", "API_KEY"),
    "sendgrid": ("SendGrid", "API_KEY"),
    "sparkpost": ("SparkPost", "API_KEY"),
}
"""Providers that report what became of a message: django-anymail's name of each, and of its key."""


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
    provider: str = ""
    anymail: dict[str, str] = field(default_factory=dict, repr=False)


def is_known(scheme: str) -> bool:
    """Whether `mail_from` can read a URL of this scheme on this machine."""
    if not scheme.startswith(ANYMAIL):
        return scheme in EMAIL_PORTS
    return scheme.removeprefix(ANYMAIL) in PROVIDERS and find_spec("anymail") is not None


def mail_from(url: str, mailbox: Path) -> Mail:
    """Read a URL of a known scheme.

    smtp://user:password@host:port (no encryption), smtp+starttls://… , smtps://… (encrypted from
    the first byte), filemail:// or filemail:///folder (one file per message, in `mailbox` unless
    a folder is named), memorymail:// (kept in memory). Percent signs in user and password are
    decoded. anymail+postmark://KEY@ and the like: a provider's own interface, with further settings
    of django-anymail for it as the query (?sender_domain=mg.example.org).
    """
    parts = urlsplit(url)
    if parts.scheme.startswith(ANYMAIL):
        return _provider(parts)
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


def _provider(parts: SplitResult) -> Mail:
    """No server and no port: the provider's interface has its own address."""
    esp = parts.scheme.removeprefix(ANYMAIL)
    name, key = PROVIDERS[esp]
    further = {f"{esp}_{setting}".upper(): value for setting, value in parse_qsl(parts.query)}
    return Mail(
        backend=f"anymail.backends.{esp}.EmailBackend",
        folder=None,
        host="",
        port=0,
        user="",
        password="",
        starttls=False,
        tls=False,
        provider=name,
        anymail={f"{esp.upper()}_{key}": unquote(parts.username or ""), **further},
    )
