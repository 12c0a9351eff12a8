"""How text messages leave, said in one URL."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

SCHEMES = {"loopback": "loopback", "twilio": "twilio", "https": "http", "http": "http"}
"""Schemes of SMS_URL and the kind of gateway that each names."""
HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class BadSmsUrl(ValueError):
    """The URL cannot be used; the message says what is wrong and repeats no secret."""


@dataclass(frozen=True, kw_only=True)
class Sms:
    """An account at a gateway for text messages."""

    kind: str
    address: str = ""
    user: str = ""
    token: str = field(default="", repr=False)
    sender: str = ""
    folder: str = ""


def sms_from(url: str, folder: Path) -> Sms | None:
    """Read SMS_URL; empty means that no text messages are sent.

    loopback:// (one file per text, in `folder`), twilio://ACCOUNT:TOKEN@api.twilio.com?from=NUMBER,
    https://:TOKEN@host/path?from=NAME (JSON over HTTP; plain http only on this machine). Percent
    signs in account, token and sender are decoded. Raises BadSmsUrl.
    """
    if not url:
        return None
    parts = urlsplit(url)
    kind = SCHEMES.get(parts.scheme)
    if kind is None:
        raise BadSmsUrl("has an unknown scheme")
    if kind == "loopback":
        return Sms(kind=kind, folder=str(folder))
    sender = parse_qs(parts.query).get("from", [""])[0]
    if sender.startswith(" "):  # in a query a plus sign stands for a space
        sender = f"+{sender.strip()}"
    user, token = unquote(parts.username or ""), unquote(parts.password or "")
    if not (token and sender and parts.hostname):
        raise BadSmsUrl("does not name host, token and from")
    if parts.scheme == "http" and parts.hostname not in HERE:
        raise BadSmsUrl("would send numbers and texts unencrypted")
    if kind == "twilio":
        _refuse_twilio_without(user)
    return Sms(
        kind=kind,
        address=_address(parts.scheme, parts.netloc.rpartition("@")[2], parts.path),
        user=user,
        token=token,
        sender=sender,
    )


def _refuse_twilio_without(account: str) -> None:
    if not account:
        raise BadSmsUrl("does not name the account")
    if find_spec("twilio") is None:
        raise BadSmsUrl("needs Twilio's library, which is not installed: install hepcalc[twilio]")


def _address(scheme: str, host: str, path: str) -> str:
    """Where requests go. Twilio's own paths are its library's."""
    if scheme != "twilio":
        return f"{scheme}://{host}{path}"
    return f"http{'' if host.rpartition(':')[0] in HERE else 's'}://{host}"
