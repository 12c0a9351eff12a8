"""People, their roles and how they sign in, in plain words."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from patients.models import Membership, Role, Site
from patients.workflows.account_reach import is_within_reach
from surveillance.web.people_query import Standing
from surveillance.web.wording import Tag, count_words, joined, moment_words, name_of_user

FACTOR_WORDS = {
    Authenticator.Type.TOTP.value: gettext_noop("authenticator app"),
    Authenticator.Type.WEBAUTHN.value: gettext_noop("passkey"),
}
ONLY_ADMINISTRATOR = gettext_noop(
    "Nobody else administers the site: give somebody else there the role of an administrator first."
)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person at a site."""

    name: str
    username: str
    url: str
    roles: str
    last_sign_in: str
    factor: str
    factor_missing: bool
    work: str
    states: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One role of a person; the address ends it, unless there is a reason why it cannot end."""

    words: str
    end_url: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class PersonCard:
    """One person with everything that an administrator may do."""

    row: PersonRow
    email: str
    lines: tuple[RoleLine, ...]
    elsewhere: bool
    is_active: bool
    is_locked: bool
    has_factor: bool
    may_change: bool
    offers_link: bool
    why_not_off: str
    urls: dict[str, str]


def person_rows(site: Site, memberships: list[Membership], known: Standing) -> list[PersonRow]:
    """One row per person, their roles together."""
    roles: defaultdict[User, list[str]] = defaultdict(list)
    for row in memberships:
        roles[row.user].append(row.role)
    return [_row(user, held, known, site) for user, held in roles.items()]


def rows_without_role(users: list[User], known: Standing, site: Site) -> list[PersonRow]:
    """People who can be given one."""
    return [_row(user, [], known, site) for user in users]


def person_card(
    user: User, memberships: list[Membership], known: Standing, sites: list[Site], reader: User
) -> PersonCard:
    """Roles at sites that the reader administers can be ended; the account itself can be changed
    by whoever administers all of its sites."""
    mine = {site.pk for site in sites}
    alone = {site.pk for site in Site.objects.administered_by_nobody_but(user)}
    roles = [row.role for row in memberships]
    _work, factors, is_locked = known.of(user)
    verbs = ("role", "link", "reset_factor", "lift_lock", "off", "on")
    return PersonCard(
        row=_row(user, roles, known, sites[0]),
        email=user.email,
        lines=tuple(_line(one, alone) for one in memberships if one.site_id in mine),
        elsewhere=any(one.site_id not in mine for one in memberships),
        is_active=user.is_active,
        is_locked=is_locked,
        has_factor=bool(factors),
        may_change=is_within_reach(user=user, by=reader),
        offers_link=user.is_active and bool(user.email),
        why_not_off=_(ONLY_ADMINISTRATOR) if alone else "",
        urls={verb: reverse(f"person_{verb}", args=[user.pk]) for verb in verbs},
    )


def _line(row: Membership, alone: Collection[int]) -> RoleLine:
    words = _("{role} at {site}").format(role=_(str(Role(row.role).label)), site=row.site.name)
    if row.role == Role.ADMINISTRATOR and row.site_id in alone:
        return RoleLine(words, "", _(ONLY_ADMINISTRATOR))
    return RoleLine(words, reverse("role_end", args=[row.pk]))


def factor_words(factors: Counter[str]) -> str:
    """'authenticator app and 2 passkeys'; recovery codes alone let nobody in for long."""
    return joined(
        _(words) if factors[kind] == 1 else count_words(factors[kind], words)
        for kind, words in FACTOR_WORDS.items()
        if factors[kind]
    )


def _row(user: User, roles: Collection[str], known: Standing, site: Site) -> PersonRow:
    work, factors, is_locked = known.of(user)
    words = factor_words(factors)
    return PersonRow(
        name=name_of_user(user),
        username=user.get_username(),
        url=reverse("person", args=[user.pk]),
        roles=_roles(roles),
        last_sign_in=moment_words(user.last_login, site) or _("never"),
        factor=words or pgettext("second step", "None"),
        factor_missing=not words and bool(settings.MFA_REQUIRED_ROLES & set(roles)),
        work=str(work or pgettext("work", "none")),
        states=tuple(_states(user, is_locked=is_locked)),
    )


def _roles(roles: Collection[str]) -> str:
    named = ", ".join(_(str(Role(role).label)) for role in dict.fromkeys(roles))
    return named or pgettext("role", "none")


def _states(user: User, *, is_locked: bool) -> list[Tag]:
    states = []
    if not user.is_active:
        states.append(Tag(_("Switched off"), "quiet"))
    elif not user.has_usable_password() and user.last_login is None:
        states.append(Tag(_("Invited"), "calm"))
    if is_locked:
        states.append(Tag(_("Locked out"), "overdue"))
    return states
