"""The failsafe's last answers in plain words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import Site
from surveillance.failsafe import CHECKS
from surveillance.failsafe.alerts import OPERATORS, WEBHOOK
from surveillance.failsafe.chase import is_sweep_stale, last_sweep
from surveillance.failsafe.finding import Check, SubjectKind
from surveillance.models import (
    FailsafeAlert,
    FailsafeAlertKind,
    FailsafeAlertPath,
    FailsafeRun,
    KeptFinding,
)
from surveillance.web.failsafe_links import Link, Links, links_to
from surveillance.web.wording import count_words, moment_words, name_of_user, number_words

INSTALLATION = gettext_noop("Whole installation")
RECIPIENTS = {OPERATORS: gettext_noop("operators"), WEBHOOK: gettext_noop("webhook")}
STALE_AFTER = timedelta(hours=2)
"""The check runs every hour; twice that, and somebody must look why it does not."""
KNOWN: Mapping[str, Check] = {check.code: check for check in CHECKS}


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """One thing that a finding names."""

    words: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    """One finding. `key` is unique on the page."""

    key: str
    code: str
    sentence: str
    cure: str
    place: str
    count: str
    since: str
    owner: str
    subjects: tuple[SubjectLine, ...]
    more: str


@dataclass(frozen=True, slots=True)
class AlertLine:
    """Somebody was told."""

    at: str
    code: str
    place: str
    words: str


@dataclass(frozen=True, slots=True)
class LastCheck:
    """When everything was asked last, and whether that is too long ago."""

    at: str
    age: str
    asked_by: str
    is_stale: bool


@dataclass(frozen=True, slots=True)
class LastSweep:
    """When worker and beat last gave a sign of life; after how long their silence is noticed."""

    at: str
    age: str
    notice_after: str
    is_stale: bool


def sweep_seen(site: Site, now: datetime) -> LastSweep:
    """Asked anew at every look, since the hourly check needs the very worker that may be dead."""
    at = last_sweep(now)
    return LastSweep(
        at=moment_words(at, site),
        age=age_words(now - at) if at else "",
        notice_after=age_words(settings.SWEEP_STALE_AFTER),
        is_stale=is_sweep_stale(now),
    )


def last_check(run: FailsafeRun, site: Site, now: datetime) -> LastCheck:
    """`run` with the person who asked, on the clock of `site`."""
    age = now - run.finished_at
    return LastCheck(
        at=moment_words(run.finished_at, site),
        age=age_words(age),
        asked_by=name_of_user(run.asked_by),
        is_stale=age > STALE_AFTER,
    )


def age_words(age: timedelta) -> str:
    """'4 minutes', '3 hours', '2 days'."""
    minutes = max(int(age.total_seconds() // 60), 0)
    if minutes < 120:
        return count_words(minutes, "minute")
    return count_words(minutes // 60, "hour") if age.days < 2 else count_words(age.days, "day")


def cards_of(
    found: Sequence[KeptFinding], sites: Mapping[int, Site], may_see: QuerySet[Site]
) -> tuple[Card, ...]:
    """One card per finding; links only to patients of the sites in `may_see`."""
    ids: dict[SubjectKind, list[str]] = defaultdict(list)
    for kept in found:
        ids[_kind(kept)] += kept.subject_ids
    links = links_to(ids, may_see)
    owners = User.objects.in_bulk({kept.owner for kept in found if kept.owner is not None})
    home = next(iter(sites.values()))
    return tuple(_card(kept, sites, home, owners, links.get(_kind(kept), {})) for kept in found)


def _kind(kept: KeptFinding) -> SubjectKind:
    return KNOWN[kept.code].kind if kept.code in KNOWN else SubjectKind.OTHER


def _card(
    kept: KeptFinding,
    sites: Mapping[int, Site],
    home: Site,
    owners: Mapping[int, User],
    links: Links,
) -> Card:
    check, site = KNOWN.get(kept.code), sites.get(kept.site or 0)
    rest = kept.count - len(kept.subject_ids)
    return Card(
        key=f"{kept.code}-{site.slug if site else 'all'}",
        code=kept.code,
        sentence=_(check.sentence)
        if check
        else _("Found by a version of the failsafe that is gone."),
        cure=_(check.cure) if check else _("See the log for this code."),
        place=site.name if site else _(INSTALLATION),
        count=_("{n} found").format(n=number_words(kept.count)),
        since=moment_words(kept.since, site or home),
        owner=name_of_user(owners.get(kept.owner or 0), _("nobody in post")),
        subjects=tuple(_lines(kept, links)),
        more=_("… and {n} more").format(n=number_words(rest)) if rest else "",
    )


def _lines(kept: KeptFinding, links: Links) -> Iterable[SubjectLine]:
    for name, note in zip(kept.subject_ids, kept.notes, strict=True):
        link = links.get(name, Link(name))
        yield SubjectLine(link.words, link.url, note)


def alert_lines(alerts: Iterable[FailsafeAlert], home: Site) -> tuple[AlertLine, ...]:
    """Alerts with their site, the newest first."""
    alerts = list(alerts)
    ids = {int(each.recipient[5:]) for each in alerts if each.recipient.startswith("user:")}
    users = User.objects.in_bulk(ids)
    return tuple(
        AlertLine(
            at=moment_words(alert.at, alert.site or home),
            code=alert.code,
            place=alert.site.name if alert.site else _(INSTALLATION),
            words=_told(alert, users),
        )
        for alert in alerts
    )


def _told(alert: FailsafeAlert, users: Mapping[int, User]) -> str:
    path = _(str(FailsafeAlertPath(alert.path).label))
    user = alert.recipient.removeprefix("user:")
    who = (
        name_of_user(users.get(int(user)), alert.recipient)
        if user.isdecimal()
        else _(RECIPIENTS.get(user, user))
    )
    if alert.kind == FailsafeAlertKind.RECOVERED:
        return _("Over; told to {who} ({path})").format(who=who, path=path)
    return _("Found {n}; told to {who} ({path})").format(
        n=number_words(alert.count), who=who, path=path
    )
