"""Who is to be told of what now: once per finding and day, and once when it is over.

A letter names codes, counts, sites and ids; no patient data. What was told is remembered by
`FailsafeAlert`; without a database nothing can be remembered, and everything is told each time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User

from surveillance.failsafe.finding import DAY, Finding, key_of
from surveillance.models import (
    FailsafeAlert,
    FailsafeAlertKind,
    FailsafeAlertPath,
    FailsafeRun,
)

OPERATORS, WEBHOOK = "operators", "webhook"
SETTLED = timedelta(minutes=30)
"""So long a finding must be gone before it is told to be over: what flickers is told once."""


class Recipient(NamedTuple):
    """Somebody who can be reached without the outbox. `user`: hears of what this person owns."""

    name: str
    path: FailsafeAlertPath
    addresses: tuple[str, ...]
    user: int | None = None

    def hears_of(self, finding: Finding) -> bool:
        """Operators and the webhook hear of everything, a person of what they answer for."""
        return self.user is None or (finding.owner is not None and finding.owner.id == self.user)


@dataclass(frozen=True, slots=True)
class News:
    """One entry of a letter. `words` and `subjects` only while it is so, not when it is over."""

    code: str
    site: int | None
    site_name: str
    count: int
    since: datetime
    words: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """What one recipient is to be told now."""

    recipient: Recipient
    raised: tuple[News, ...]
    over: tuple[News, ...]


def letters_due(findings: Sequence[Finding], run: FailsafeRun, now: datetime) -> list[Letter]:
    """What is to be told after `run`, which found `findings`; nobody gets an empty letter."""
    since = {key_of(kept.code, kept.site): kept.since for kept in run.kept()}
    last = {
        (key_of(alert.code, alert.site_id), alert.recipient): alert
        for alert in FailsafeAlert.objects.newest_per_finding().select_related("site")
    }
    lately = _found_lately(now)
    letters = []
    for recipient in _recipients(findings, last.values()):
        heard = [finding for finding in findings if recipient.hears_of(finding)]
        raised = tuple(
            _news(finding, since[finding.key])
            for finding in heard
            if _is_to_be_told(last.get((finding.key, recipient.name)), now)
        )
        over = tuple(
            _end_of(alert)
            for (key, name), alert in last.items()
            if name == recipient.name and key not in lately and _stands(alert)
        )
        letters.append(Letter(recipient, raised, over))
    return [letter for letter in letters if letter.raised or letter.over]


def letters_without_memory(findings: Sequence[Finding], now: datetime) -> list[Letter]:
    """What is told when the database does not answer: everything, to those in the settings."""
    news = tuple(_news(finding, now) for finding in findings)
    return [Letter(recipient, news, ()) for recipient in _of_the_settings()]


def has_nobody_to_hear(findings: Iterable[Finding]) -> bool:
    """Whether one of these can be told to nobody at all, whatever works."""
    if settings.FAILSAFE_EMAILS or settings.FAILSAFE_WEBHOOK_URL:
        return False
    return any(finding.owner is None or not finding.owner.email for finding in findings)


def _is_to_be_told(last: FailsafeAlert | None, now: datetime) -> bool:
    return last is None or not _stands(last) or now - last.at >= DAY


def _stands(alert: FailsafeAlert) -> bool:
    return alert.kind == FailsafeAlertKind.RAISED


def _found_lately(now: datetime) -> set[str]:
    runs = FailsafeRun.objects.filter(finished_at__gt=now - SETTLED, finished_at__lte=now)
    return {key_of(kept.code, kept.site) for run in runs for kept in run.kept()}


def _recipients(findings: Sequence[Finding], last: Iterable[FailsafeAlert]) -> Iterable[Recipient]:
    """Those of the settings; the owners now, and those who were told of what may be over."""
    yield from _of_the_settings()
    told = {name for alert in last if (name := alert.recipient).startswith("user:")}
    ids = {int(name.removeprefix("user:")) for name in told}
    ids |= {finding.owner.id for finding in findings if finding.owner}
    people = User.objects.filter(pk__in=ids, is_active=True).exclude(email="").order_by("pk")
    for pk, email in people.values_list("pk", "email"):
        if email not in settings.FAILSAFE_EMAILS:
            yield Recipient(f"user:{pk}", FailsafeAlertPath.EMAIL, (email,), pk)


def _of_the_settings() -> Iterable[Recipient]:
    if settings.FAILSAFE_EMAILS:
        addresses = tuple(settings.FAILSAFE_EMAILS)
        yield Recipient(OPERATORS, FailsafeAlertPath.EMAIL, addresses)
    if settings.FAILSAFE_WEBHOOK_URL:
        yield Recipient(WEBHOOK, FailsafeAlertPath.WEBHOOK, (settings.FAILSAFE_WEBHOOK_URL,))


def _news(finding: Finding, since: datetime) -> News:
    owner = finding.owner.name if finding.owner else "nobody in post"
    return News(
        code=finding.code,
        site=finding.site,
        site_name=finding.site_name,
        count=finding.count,
        since=since,
        words=(finding.sentence, f"Answers for it: {owner}", f"Cure: {finding.cure}"),
        subjects=finding.subject_ids,
    )


def _end_of(alert: FailsafeAlert) -> News:
    name = alert.site.name if alert.site else ""
    return News(alert.code, alert.site_id, name, alert.count, alert.since)


def subject_of(letter: Letter) -> str:
    """The subject of an e-mail."""
    parts = []
    if letter.raised:
        parts.append(f"{len(letter.raised)} must not be")
    if letter.over:
        parts.append(f"{len(letter.over)} over")
    return f"HepCalc failsafe: {', '.join(parts)}"


def body_of(letter: Letter) -> str:
    """The body of an e-mail: what, where, since when, how many, whose, how to mend it."""
    lines = [*(_told(news) for news in letter.raised)]
    lines += [f"OVER: {news.code}{_at(news)}, since {_moment(news.since)}." for news in letter.over]
    return "\n\n".join([*lines, f"More: {settings.SITE_URL}/failsafe/"]) + "\n"


def _told(news: News) -> str:
    head = f"{news.code}{_at(news)} ({news.count}), since {_moment(news.since)}"
    return "\n".join((head, *news.words))


def _at(news: News) -> str:
    return f" at {news.site_name}" if news.site_name else ""


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def payload_of(letter: Letter, now: datetime) -> Mapping[str, object]:
    """The body of a webhook."""
    return {
        "installation": settings.SITE_URL,
        "at": now.isoformat(),
        "findings": [_as_json(news) for news in letter.raised],
        "recovered": [_as_json(news) for news in letter.over],
    }


def _as_json(news: News) -> dict[str, object]:
    return {
        "code": news.code,
        "site": news.site_name or None,
        "count": news.count,
        "since": news.since.isoformat(),
        "subjects": list(news.subjects),
    }
