"""Tokens and connected systems in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from patients.models import Membership, Role
from surveillance.models import PersonalToken
from surveillance.web.wording import Tag, date_words

SITE_PREFIX = "site:"


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token of one's own. `revoke_url` is empty for one that counts no more."""

    name: str
    hint: str
    use: str
    made: str
    until: str
    last_used: str
    revoke_url: str
    state: Tag | None


@dataclass(frozen=True, slots=True)
class SystemRow:
    """One connected system; the addresses are those of what may be done with it."""

    name: str
    client_id: str
    roles: str
    last_token: str
    is_on: bool
    renew_url: str
    person_url: str


def token_rows(tokens: Iterable[PersonalToken], now: datetime) -> list[TokenRow]:
    """Those that count, and those that did."""
    return [_token(token, now) for token in tokens]


def _token(token: PersonalToken, now: datetime) -> TokenRow:
    counts = token.revoked_at is None and token.expires_at > now
    gone = _("Taken back") if token.revoked_at else _("Has run out")
    return TokenRow(
        name=token.name,
        hint=f"…{token.hint}",
        use=", ".join(word.removeprefix(SITE_PREFIX) for word in token.scope.split()),
        made=date_words(token.created_at.date()),
        until=date_words(token.expires_at.date()),
        last_used=_day(token.last_used_at),
        revoke_url=reverse("token_revoke", args=[token.pk]) if counts else "",
        state=None if counts else Tag(gone, "quiet"),
    )


def system_rows(systems: Iterable[Any], held: Iterable[Membership]) -> list[SystemRow]:
    """Each system with its roles; `held` are the roles of all their accounts."""
    roles: dict[int, list[str]] = {}
    for row in held:
        words = _("{role} at {site}").format(role=_(str(Role(row.role).label)), site=row.site.name)
        roles.setdefault(row.user_id, []).append(words)
    return [_system(system, ", ".join(roles.get(system.user_id, ()))) for system in systems]


def _system(system: Any, roles: str) -> SystemRow:
    return SystemRow(
        name=system.name,
        client_id=system.client_id,
        roles=roles or pgettext("role", "none"),
        last_token=_day(system.last_token_at),
        is_on=system.user.is_active,
        renew_url=reverse("system_renew", args=[system.pk]),
        person_url=reverse("person", args=[system.user_id]),
    )


def _day(moment: datetime | None) -> str:
    return date_words(moment.date()) if moment else _("never")
