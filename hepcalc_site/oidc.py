"""Single sign-on by OpenID Connect, said in a few variables."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

HERE = frozenset({"localhost", "127.0.0.1", "::1"})
SLUG = re.compile(r"[a-z0-9-]{1,30}")


class BadProvider(ValueError):
    """The provider cannot be used; the message says what is wrong and repeats no secret."""


@dataclass(frozen=True, kw_only=True)
class SingleSignOn:
    """An OpenID Connect provider; off while no issuer is named.

    `key` is part of the redirect address and of every stored link: another word means that no link
    made before counts.
    """

    issuer: str = ""
    client_id: str = ""
    secret: str = field(default="", repr=False)
    name: str = ""
    key: str = "sso"
    is_second_factor: bool = False

    def apps(self) -> list[dict[str, Any]]:
        """The provider in allauth's words; none while it is off."""
        if not self.issuer:
            return []
        return [
            {
                "provider_id": self.key,
                "name": self.name,
                "client_id": self.client_id,
                "secret": self.secret,
                "settings": {"server_url": self.issuer},
            }
        ]


def refuse_incomplete(provider: SingleSignOn, *, is_local: bool) -> None:
    """Raise BadProvider unless it is off, or whole and reached over TLS."""
    if not provider.issuer:
        return
    if not (provider.client_id and provider.secret):
        raise BadProvider("is set, but OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is not")
    if not SLUG.fullmatch(provider.key):
        raise BadProvider("is set, but OIDC_KEY is not made of a-z, 0-9 and -")
    parts = urlsplit(provider.issuer)
    if parts.scheme != "https" and not (is_local and parts.hostname in HERE):
        raise BadProvider("does not begin with https://")
