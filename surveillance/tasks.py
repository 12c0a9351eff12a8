"""Wake-ups. Each reads the clock and calls one workflow; what is due stands in the database.

No arguments, no results, no delays: a wake-up that is lost or comes twice changes nothing.
"""

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from patients.workflows.seal_audit import seal_audit as seal_audit_events
from surveillance.delivery.heartbeat import ping
from surveillance.intake.applying import take_in_waiting_items
from surveillance.intake.csv_registry.uploads import work_on_uploads
from surveillance.intake.reading_again import read_waiting_again
from surveillance.workflows.deliver import deliver
from surveillance.workflows.deliver_webhooks import deliver_webhooks
from surveillance.workflows.empty_old_messages import empty_old_messages
from surveillance.workflows.forget_answers import forget_answers
from surveillance.workflows.hear_all_known_numbers import hear_all_known_numbers
from surveillance.workflows.queue_webhooks import queue_webhooks
from surveillance.workflows.sweep import sweep
from surveillance.workflows.watch_failsafe import watch_failsafe

log = structlog.get_logger(__name__)


@shared_task
def send_due_reminders() -> None:
    """Queue what is due: reminders and escalations hang on the same day of the same follow-up."""
    sweep(now=timezone.now())


@shared_task
def escalate_overdue_follow_ups() -> None:
    """The same pass: an idle one costs one look into an index, a second one changes nothing."""
    sweep(now=timezone.now())


@shared_task
def deliver_notifications() -> None:
    """Send what waits in the outbox."""
    deliver(now=timezone.now())


@shared_task
def import_registry_files() -> None:
    """Preview and take in the registry files that wait; a large one over several wake-ups."""
    work_on_uploads(clock=timezone.now)


@shared_task
def take_in_messages() -> None:
    """Take in what other systems sent, in the order in which it was said; first what a mapping that
    was mended since can read."""
    read_waiting_again(clock=timezone.now)
    take_in_waiting_items(clock=timezone.now)


@shared_task
def tidy_messages() -> None:
    """Empty messages whose days are over; take in what is about somebody registered since."""
    empty_old_messages(now=timezone.now())
    hear_all_known_numbers()


@shared_task
def check_failsafe() -> None:
    """Tell people what must not be, and the outside that all is well: silence is noticed there."""
    findings = watch_failsafe(now=timezone.now(), clock=timezone.now).findings
    for finding in findings:
        log.error("failsafe", code=finding.code, subjects_count=finding.count)
    if settings.HEARTBEAT_URL and not findings:
        ping(settings.HEARTBEAT_URL)


@shared_task
def seal_audit() -> None:
    """Chain the audit events that were written since the last time."""
    seal_audit_events(now=timezone.now())


@shared_task
def send_webhooks() -> None:
    """Find what other systems are to be told, and tell them."""
    queue_webhooks(now=timezone.now())
    deliver_webhooks(now=timezone.now())


@shared_task
def forget_api_answers() -> None:
    """Delete the answers that were kept for requests sent again."""
    forget_answers(now=timezone.now())
