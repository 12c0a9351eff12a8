"""Somebody makes a token with which a script of theirs reads and acts in their name."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from patients.models import Site
from surveillance.models import TOKEN_PREFIX, PersonalToken
from surveillance.workflows.errors import WorkflowRefused

RANDOM_BYTES = 32
LONGEST_DAYS = 366


class TokenTooLong(WorkflowRefused):
    """A token must run out. `details`: field, days."""

    code = "token_too_long"


class TokenWithoutUse(WorkflowRefused):
    """A token must be for something. `details`: field."""

    code = "token_without_use"


class TokenSiteUnknown(WorkflowRefused):
    """Its owner holds no role at that site. `details`: field, site."""

    code = "token_site_unknown"


@dataclass(frozen=True, slots=True)
class NewToken:
    """What is wanted. `scopes`: kinds of use; `sites`: short names, none for all of one's sites."""

    name: str
    scopes: Collection[str]
    sites: Collection[str]
    days: int


@transaction.atomic
def make_personal_token(*, wanted: NewToken, by: User, now: datetime) -> tuple[PersonalToken, str]:
    """The token's row, and the token itself: shown once, kept nowhere.

    It never allows more than its owner's roles do. Refused: no use, more than a year, a site where
    the owner holds no role.
    """
    sites = {site.slug: site for site in Site.objects.where_in_post(by)}
    _refuse(wanted, sites)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    token = PersonalToken.objects.create(
        user=by,
        name=wanted.name,
        digest=digest_of(secret),
        hint=secret[-4:],
        scope=" ".join(
            [*sorted(wanted.scopes), *(f"site:{slug}" for slug in sorted(wanted.sites))]
        ),
        created_at=now,
        expires_at=now + timedelta(days=wanted.days),
    )
    counted = [site for slug, site in sites.items() if slug in wanted.sites or not wanted.sites]
    detail = {"scope": token.scope, "until": token.expires_at.date().isoformat()}
    deeds = [Deed("personal_token_made", site, token, detail=detail) for site in counted]
    record_events(deeds, by=by, now=now)
    return token, secret


def digest_of(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _refuse(wanted: NewToken, sites: Collection[str]) -> None:
    if not wanted.scopes:
        raise TokenWithoutUse(_("Choose what the token may be used for."), field="scopes")
    if not 1 <= wanted.days <= LONGEST_DAYS:
        raise TokenTooLong(
            _("A token runs out after a year at the latest. Make a new one then."),
            field="days",
            days=wanted.days,
        )
    for slug in wanted.sites:
        if slug not in sites:
            raise TokenSiteUnknown(
                _("You hold no role at the site “{site}”. Choose another one.").format(site=slug),
                field="sites",
                site=slug,
            )
