"""Tell people what the failsafe found, by paths that need no outbox, worker or broker.

1. Who is to be told what is read from the memory of earlier alerts (once per finding and day).
2. Each recipient gets one message; a path that fails keeps no other from being used.
3. What was sent is remembered. Who dies in between tells it once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from surveillance.delivery.alert import post_webhook, send_email
from surveillance.failsafe import Finding
from surveillance.failsafe.alerts import (
    Letter,
    News,
    body_of,
    has_nobody_to_hear,
    letters_due,
    letters_without_memory,
    payload_of,
    subject_of,
)
from surveillance.failsafe.finding import key_of
from surveillance.models import FailsafeAlert, FailsafeAlertKind, FailsafeAlertPath, FailsafeRun

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told, and who could not be; names of recipients, no addresses."""

    reached: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    nobody_to_tell: bool = False

    @property
    def is_unheard(self) -> bool:
        """There was something to tell, and nobody heard it."""
        return self.nobody_to_tell or bool(self.missed and not self.reached)


def tell_findings(*, findings: Sequence[Finding], run: FailsafeRun | None, now: datetime) -> Told:
    """Tell `findings`, as `run` kept them; without a run (no database) everything, unremembered.

    Sent again at most once a day, and once more when it is over. Never raises for a path that
    fails; what nobody heard is logged as an error and said in the answer.
    """
    letters = (
        letters_without_memory(findings, now) if run is None else letters_due(findings, run, now)
    )
    reached, missed = [], []
    for letter in letters:
        if not _send(letter, now):
            missed.append(letter.recipient.name)
            continue
        reached.append(letter.recipient.name)
        if run is not None:
            FailsafeAlert.objects.bulk_create(_remembered(letter, now), ignore_conflicts=True)
    told = Told(tuple(reached), tuple(missed), has_nobody_to_hear(findings))
    if told.is_unheard:
        log.error("failsafe_unheard", findings_count=len(findings), missed=list(missed))
    return told


def _send(letter: Letter, now: datetime) -> bool:
    recipient = letter.recipient
    if recipient.path == FailsafeAlertPath.WEBHOOK:
        return post_webhook(url=recipient.addresses[0], payload=payload_of(letter, now))
    return send_email(
        addresses=recipient.addresses, subject=subject_of(letter), body=body_of(letter)
    )


def _remembered(letter: Letter, now: datetime) -> list[FailsafeAlert]:
    raised = [_alert(letter, news, FailsafeAlertKind.RAISED, now) for news in letter.raised]
    over = [_alert(letter, news, FailsafeAlertKind.RECOVERED, now) for news in letter.over]
    return raised + over


def _alert(letter: Letter, news: News, kind: FailsafeAlertKind, now: datetime) -> FailsafeAlert:
    recipient = letter.recipient
    episode = f"{key_of(news.code, news.site)}:{news.since.isoformat()}"
    day = f":{now.date()}" if kind == FailsafeAlertKind.RAISED else ""
    return FailsafeAlert(
        code=news.code,
        site_id=news.site,
        kind=kind,
        path=recipient.path,
        recipient=recipient.name,
        count=news.count,
        since=news.since,
        at=now,
        dedupe_key=f"{recipient.name}:{kind}:{episode}{day}",
    )
