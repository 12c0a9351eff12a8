"""Messages and the audit trail: does what is written leave, and stay?"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext_noop

from patients.models import AuditEvent, AuditSeal, Membership, Site
from surveillance.failsafe.finding import TECHNICAL, Check, Subject, SubjectKind, subjects
from surveillance.models import (
    FailsafeRun,
    LetterBatch,
    Notification,
    NotificationStatus,
    Report,
)
from surveillance.protocol.parameters.letters import LETTER_WAIT_DAYS
from surveillance.protocol.parameters.silence import BASELINE_WEEKS, BOUNCE_DAYS
from surveillance.protocol.silence import Tally, is_growing, rises_above

OUTBOX_LATE = timedelta(minutes=5)
SEALED_WITHIN = timedelta(hours=1)


class AgeRange(NamedTuple):
    """How old a sample may be to stand for an hour ago."""

    nearest: timedelta
    furthest: timedelta


AN_HOUR_AGO = AgeRange(timedelta(minutes=50), timedelta(hours=3))
SEALS_LOOKED_BACK = timedelta(days=7)
"""Older events are the business of verify_audit, which reads the whole chain."""


def _outbox_stuck(now: datetime) -> Iterable[object]:
    ready = Notification.objects.ready(now).sent_by_machine()
    return subjects(ready.filter(not_before__lt=now - OUTBOX_LATE))


def _letters_waiting(now: datetime) -> Iterable[object]:
    """Letters in no print run, and runs neither posted nor discarded."""
    since = now - timedelta(days=LETTER_WAIT_DAYS.value)
    yield from subjects(Notification.objects.letters_to_print().filter(not_before__lt=since))
    yield from subjects(LetterBatch.objects.in_hand().filter(prepared_at__lt=since))


def _outbox_failed(_now: datetime) -> Iterable[object]:
    """Failed for good, still of interest, and nobody has acted on the case since.

    One about no case (a hand-over, a digest) is settled when its reader has left, for whoever has
    their work since was told; and when a later one reached the same reader in the same way.
    """
    failed = Notification.objects.filter(status=NotificationStatus.FAILED)
    ended = Q(follow_up__closed_at__isnull=False) | Q(escalation__resolved_at__isnull=False)
    answered = Q(escalation__acknowledged_at__isnull=False) | Q(
        escalation=None, patient__last_contact_at__gt=F("finished_at")
    )
    return subjects(failed.exclude(ended).exclude(answered).exclude(_is_settled()))


def _is_settled() -> Q:
    in_post = Membership.objects.current().filter(user=OuterRef("recipient"), site=OuterRef("site"))
    later = Notification.objects.filter(
        recipient=OuterRef("recipient"),
        channel=OuterRef("channel"),
        status=NotificationStatus.SENT,
        finished_at__gt=OuterRef("finished_at"),
    )
    is_about_no_case = Q(follow_up=None, escalation=None, patient=None)
    return is_about_no_case & (~Exists(in_post) | Exists(later))


def _unsealed(now: datetime) -> Iterable[object]:
    sealed = AuditSeal.objects.filter(event_id=OuterRef("pk"))
    sites = dict(Site.objects.values_list("slug", "pk"))
    recent = AuditEvent.objects.filter(
        site__in=list(sites), at__gte=now - SEALS_LOOKED_BACK, at__lt=now - SEALED_WITHIN
    )
    unsealed = recent.filter(~Exists(sealed)).order_by("pk").values_list("site", "pk")
    return (Subject(sites[slug], pk) for slug, pk in unsealed.iterator())


def _growing(now: datetime) -> Iterable[object]:
    """Held against the backlog that a check of about an hour ago noted."""
    earlier = FailsafeRun.objects.newest_first().filter(
        finished_at__range=(now - AN_HOUR_AGO.furthest, now - AN_HOUR_AGO.nearest)
    )
    if (sample := earlier.first()) is None:
        return
    waiting = outbox_waiting(now)
    sent = Notification.objects.filter(
        status=NotificationStatus.SENT, finished_at__gt=sample.finished_at, finished_at__lte=now
    ).count()
    if is_growing(waiting=waiting, before=sample.outbox_waiting, sent=sent):
        words = f"{waiting} wait, {sample.outbox_waiting} did before, {sent} were sent meanwhile"
        yield Subject(None, "outbox", words)


def outbox_waiting(now: datetime) -> int:
    """How many messages whose time has come are not sent."""
    return Notification.objects.waiting().sent_by_machine().filter(not_before__lte=now).count()


def _bounces(now: datetime) -> Iterable[object]:
    """By site and channel: the last week against the weeks before it.

    A message that was refused, and one that was taken and came back, counted when it was sent.
    """
    since = now - timedelta(days=BOUNCE_DAYS.value)
    is_recent = Q(finished_at__gte=since)
    is_bounce = Q(status=NotificationStatus.FAILED) | Q(reported=Report.UNDELIVERABLE)
    ended = Notification.objects.filter(
        status__in=(NotificationStatus.SENT, NotificationStatus.FAILED),
        finished_at__gte=since - timedelta(weeks=BASELINE_WEEKS.value),
        finished_at__lte=now,
    )
    rows = ended.order_by("site", "channel").values("site", "channel")
    for row in rows.annotate(
        bounced=Count("pk", filter=is_recent & is_bounce),
        of=Count("pk", filter=is_recent),
        bounced_before=Count("pk", filter=~is_recent & is_bounce),
        of_before=Count("pk", filter=~is_recent),
    ):
        recent = Tally(row["bounced"], row["of"])
        before = Tally(row["bounced_before"], row["of_before"])
        if rises_above(recent, before):
            words = f"{recent.hits} of {recent.of} this week, {before.hits} of {before.of} before"
            yield Subject(row["site"], row["channel"], words)


CHECKS = (
    Check(
        "outbox_stuck",
        gettext_noop("A message should have been sent more than five minutes ago."),
        gettext_noop("See whether the worker runs and the mail server (EMAIL_URL) answers."),
        _outbox_stuck,
        kind=SubjectKind.MESSAGE,
        owners=TECHNICAL,
    ),
    Check(
        "letters_waiting",
        gettext_noop("Letters have waited for days to be printed, or a printed run to be posted."),
        gettext_noop(
            "Open Letters, prepare the run, compare it with its manifest and post it; or discard "
            "it."
        ),
        _letters_waiting,
    ),
    Check(
        "outbox_failed",
        gettext_noop("A message could not be delivered and nobody has acted on the case since."),
        gettext_noop(
            "Correct the address; call the patient and log the contact, or acknowledge the "
            "escalation. A message to a colleague about no case needs only an address that works: "
            "the next message that arrives settles it."
        ),
        _outbox_failed,
        kind=SubjectKind.MESSAGE,
    ),
    Check(
        "audit_unsealed",
        gettext_noop("Audit events of the last week have been unsealed for more than an hour."),
        gettext_noop("See whether worker and beat are running; run manage.py seal_audit."),
        _unsealed,
        owners=TECHNICAL,
    ),
    Check(
        "outbox_growing",
        gettext_noop("More messages wait than an hour ago, and more than an hour's sending."),
        gettext_noop(
            "See whether the worker keeps up and the mail server answers; start another worker."
        ),
        _growing,
        owners=TECHNICAL,
    ),
    Check(
        "bounces_rising",
        gettext_noop(
            "More messages of one channel fail or come back than this site's own past makes likely."
        ),
        gettext_noop(
            "See the outbox: a whole domain or gateway may refuse us. Call the patients meanwhile."
        ),
        _bounces,
        owners=TECHNICAL,
    ),
)
