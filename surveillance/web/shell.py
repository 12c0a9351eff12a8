"""What surrounds every page: navigation, site switch, the person's name. A context processor."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from patients.models import Membership, Role
from surveillance.models import IntakeItem, Notification, unsettled
from surveillance.roles import PERMISSIONS, Permission, sites_where
from surveillance.web.access import SITE_KEY, page_of
from surveillance.web.failsafe_count import found_at_last_check
from surveillance.web.match_count import exams_to_confirm
from surveillance.web.session_clock import seconds_left, whose
from surveillance.web.wording import name_of_user

BADGE_LIMIT = 99


@dataclass(frozen=True, slots=True)
class NavItem:
    """One link of the frame."""

    label: str
    url: str
    current: bool = False
    badge: str = ""
    badge_words: str = ""


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page. Empty for somebody who is not signed in."""

    signed_in: bool = False
    user_name: str = ""
    roles: str = ""
    site_name: str = ""
    sites: tuple[NavItem, ...] = ()
    items: tuple[NavItem, ...] = ()
    extra: tuple[NavItem, ...] = ()
    seconds_left: int = 0
    whose: str = ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame, made only if a template asks for it: two queries; and for the switch of languages
    where the page stands, and each language in its own words."""
    return {
        "shell": SimpleLazyObject(lambda: build_shell(request)),
        "page_address": page_of(request),
        "page_languages": settings.LANGUAGES,
    }


def build_shell(request: HttpRequest) -> Shell:
    """The frame for whoever is signed in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return Shell()
    memberships = list(Membership.objects.current().of(user).select_related("site"))
    granted = frozenset().union(*(PERMISSIONS[Role(row.role)] for row in memberships))
    sites = _sites(request, memberships)
    current = next((site.label for site in sites if site.current), "")
    return Shell(
        signed_in=True,
        user_name=name_of_user(user),
        roles=_roles_at(memberships, current),
        site_name=current,
        sites=sites,
        items=(
            *_items(request, user, granted),
            *_exams(request, user, memberships),
            *_failsafe(request, user, memberships),
        ),
        extra=_extra(user, granted),
        seconds_left=seconds_left(request.session, int(time.time())),
        whose=whose(user),
    )


def _sites(request: HttpRequest, memberships: list[Membership]) -> tuple[NavItem, ...]:
    viewing = [row for row in memberships if Permission.VIEW_QUEUE in PERMISSIONS[Role(row.role)]]
    sites = sorted({row.site for row in viewing}, key=lambda site: site.name)
    slugs = [site.slug for site in sites]
    chosen = request.GET.get("site") or request.session.get(SITE_KEY)
    current = chosen if chosen in slugs else next(iter(slugs), None)
    queue = reverse("queue")
    return tuple(
        NavItem(site.name, f"{queue}?{urlencode({'site': site.slug})}", site.slug == current)
        for site in sites
    )


def _roles_at(memberships: list[Membership], site_name: str) -> str:
    return ", ".join(str(Role(row.role).label) for row in memberships if row.site.name == site_name)


def _items(request: HttpRequest, user: User, granted: frozenset[Permission]) -> tuple[NavItem, ...]:
    badge = _unread_badge(user)
    items = []
    if Permission.VIEW_QUEUE in granted:
        items.append((_("Queue"), reverse("queue"), ""))
    items.append((_("Inbox"), reverse("inbox"), badge))
    if Permission.RECORD_EXAM in granted:
        items.append((_("Reports"), reverse("captured_reports"), ""))
    if Permission.PRINT_LETTERS in granted:
        items.append((_("Letters"), reverse("letters"), ""))
    if Permission.IMPORT_REGISTRY in granted:
        items.append((_("Registry"), reverse("registry_import"), ""))
    links = tuple(
        NavItem(label, url, request.path.startswith(url), badge, _("unread"))
        for label, url, badge in items
    )
    return (*links, *_intake(request, user)) if Permission.MEND_INTAKE in granted else links


def _intake(request: HttpRequest, user: User) -> tuple[NavItem, ...]:
    """How many parts of messages wait for somebody at this person's sites; counting stops."""
    sites = sites_where(user, Permission.MEND_INTAKE)
    waiting = IntakeItem.objects.waiting().filter(site__in=sites)[: BADGE_LIMIT + 1].count()
    url = reverse("intake_inbox")
    return (
        NavItem(_("Messages"), url, request.path.startswith(url), _badge(waiting), _("waiting")),
    )


def _unread_badge(user: User) -> str:
    """How many entries of the inbox hold something new; patients count once."""
    unread = unsettled(Notification.objects.inbox_of(user).unread(), timezone.localdate())
    entries = unread.annotate(entry=Coalesce("patient", "follow_up__patient", "pk"))
    waiting = entries.values("entry").distinct()[: BADGE_LIMIT + 1].count()
    return _badge(waiting)


def _badge(count: int) -> str:
    """The number, as far as it was counted; nothing for none."""
    return f"{BADGE_LIMIT}+" if count > BADGE_LIMIT else str(count or "")


def _exams(request: HttpRequest, user: User, memberships: list[Membership]) -> tuple[NavItem, ...]:
    """How many exams wait for a person; asked at most once a minute."""
    there = [row for row in memberships if Permission.RECORD_EXAM in PERMISSIONS[Role(row.role)]]
    if not there:
        return ()
    count = exams_to_confirm(user, {row.site_id for row in there})
    url = reverse("exam_matches")
    is_current = request.path.startswith(url)
    return (NavItem(_("Exams"), url, is_current, _badge(count), _("to confirm")),)


def _failsafe(
    request: HttpRequest, user: User, memberships: list[Membership]
) -> tuple[NavItem, ...]:
    """How much was found at the last check; asked at most once a minute."""
    watching = [
        row for row in memberships if Permission.VIEW_FAILSAFE in PERMISSIONS[Role(row.role)]
    ]
    if not watching:
        return ()
    count = found_at_last_check(user, {row.site_id for row in watching})
    url = reverse("failsafe")
    is_current = request.path.startswith(url)
    return (NavItem(_("Failsafe"), url, is_current, str(count or ""), _("findings")),)


def _extra(user: User, granted: frozenset[Permission]) -> tuple[NavItem, ...]:
    links = []
    if Permission.VIEW_QUEUE in granted:
        links.append(NavItem(_("Leave and cover"), reverse("absences")))
    if Permission.VIEW_FAILSAFE in granted:
        links.append(NavItem(_("Outbox"), reverse("outbox")))
    if Permission.VIEW_AUDIT in granted:
        links.append(NavItem(_("Audit"), reverse("access_review")))
        links.append(NavItem(_("Coverage certificate"), reverse("certificate")))
    if Permission.ADMINISTER in granted:
        links.append(NavItem(_("People"), reverse("people")))
        links.append(NavItem(_("Webhooks"), reverse("webhooks")))
        links.append(NavItem(_("Message texts"), reverse("message_texts")))
        links.append(NavItem(_("Connected systems"), reverse("systems")))
        links.append(NavItem(_("REST interface"), reverse("api_docs")))
    if Permission.VIEW_MEASURES in granted:
        links.append(NavItem(_("Dashboard"), reverse("dashboard")))
        links.append(NavItem(_("Quality measures"), reverse("measures")))
    links.append(NavItem(_("Guided tour"), reverse("tour")))
    links.append(NavItem(_("Who may do what"), reverse("roles")))
    if user.is_staff:
        links.append(NavItem(_("Administration"), reverse("admin:index")))
    return (*links, *_of_a_demonstration(user, granted))


def _of_a_demonstration(user: User, granted: frozenset[Permission]) -> tuple[NavItem, ...]:
    """Mail that was kept in a folder instead of being sent, and a result that can be sent."""
    links = []
    if user.is_staff and getattr(settings, "EMAIL_FILE_PATH", None):
        links.append(NavItem(_("Demonstration mailbox"), reverse("mailbox")))
    if settings.DEMO and Permission.RECORD_EXAM in granted:
        links.append(NavItem(_("Send a sample result"), reverse("sample_results")))
    return tuple(links)
