"""Send what waits in the outbox.

1. Claim a batch by lease: one conditional UPDATE, committed. Another sender passes it over.
2. Outside any transaction and just before each sending: read the message again. Ended meanwhile
   (follow-up closed, escalation answered, patient quiet, consent withdrawn) = cancelled. Outside
   the hours for messages to patients = put back until they open. An e-mail to staff that need not
   interrupt goes into the recipient's digest of the next morning.
3. Send over one connection per batch; no sending is begun after half the lease.
4. Mark the message while the lease is still ours, and keep the words as they were handed over, in
   the same UPDATE. Who dies between 3 and 4, or hears no answer, leaves a message that may have
   arrived. It is sent once more, with the same Message-ID, and that it is the last time is written
   down first: there are never more than two copies. Whose outcome is unknown then is a person's,
   as it is at once where PARK_UNCERTAIN_MESSAGES is on.

Two clocks on purpose. Leases are measured by the database's clock alone, so that the clocks of two
workers need not agree; how much of our own lease is left, by this process's stopwatch, started
before the claim. `now`, given by the door, says which messages are due (`not_before`) and when
they were finished, so that a past or future day can be replayed.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from time import monotonic
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now

from patients.prepared import Prepared, slot, slots
from surveillance.delivery.channels import (
    Channel,
    ChannelDown,
    DeliveryFailed,
    ProviderReceipt,
)
from surveillance.delivery.email import EmailChannel
from surveillance.delivery.in_app import InAppChannel
from surveillance.delivery.sms import SmsChannel
from surveillance.models import (
    Notification,
    NotificationChannel,
    NotificationStatus,
    SendingDoubt,
)
from surveillance.outreach import Contact, opens_at, why_unwanted
from surveillance.workflows.hold_for_digest import hold_for_digest
from surveillance.workflows.mark_claimed import (
    mark_for_another_try,
    mark_last_try,
    mark_sent,
    mark_unsent,
    put_back,
)

LEASE = timedelta(minutes=5)
SENDING_TIME = LEASE.total_seconds() / 2
"""No sending is begun later than this after the claim."""
TIME_TO_DRAIN = 600.0
"""Seconds after which a call stops claiming; the next wake-up goes on."""
MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(minutes=1)
"""Before the second attempt; doubled each time: the eighth comes about two hours later."""

JOINED = ("site", "recipient", "patient", "follow_up", "escalation__follow_up")
LOOKED_AT = tuple(
    f"{prefix}{name}"
    for prefix, names in {
        "": "site channel template dedupe_key recipient patient follow_up escalation created_at "
        "not_before status attempts lease_owner doubt interrupts_at",
        "site__": "slug name phone time_zone holiday_calendar channel_order sends_letters "
        "alerts_per_week email_from_hour email_until_hour sms_from_hour sms_until_hour",
        "recipient__": "email is_active",
        "patient__": f"site language merged_into {' '.join(Contact._fields)}",
        "follow_up__": "patient closed_at booked_for ordered_on latest_on",
        "escalation__": "follow_up owner resolved_at",
        "escalation__follow_up__": "escalation_class latest_on",
    }.items()
    for name in names.split()
)
"""What is looked at before most sendings. A message is read in one narrow row; whatever else one of
them needs (another way to the patient, a digest) is asked for when it is needed."""

AS_IT_IS = Prepared(
    lambda: (
        Notification.objects.waiting()
        .filter(pk=slot(Notification, "pk"), lease_owner=slot(Notification, "lease_owner"))
        .select_related(*JOINED)
        .only(*LOOKED_AT)
    )
)

OUTCOME_UNKNOWN = "outcome_unknown"
"""It was sent as often as it may be, and nobody knows whether it arrived."""

MAKERS: dict[str, Callable[[], Channel]] = {
    NotificationChannel.EMAIL: EmailChannel,
    NotificationChannel.IN_APP: InAppChannel,
    NotificationChannel.SMS: SmsChannel,
}

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Delivered:
    """What became of the messages that were claimed."""

    sent: int = 0
    cancelled: int = 0
    retried: int = 0
    digested: int = 0
    failed: int = 0
    put_back: int = 0
    begun: float = 0.0
    channels_down: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Lease:
    """A claim: whose it is, and until when (stopwatch) sendings may be begun."""

    owner: str
    send_until: float


def deliver(*, now: datetime, batch: int = 50) -> Delivered:
    """Send everything that is due at `now`, `batch` messages at a time; harmless if run twice."""
    done = Delivered(begun=monotonic())
    stop_at = monotonic() + TIME_TO_DRAIN
    while monotonic() < stop_at:
        lease = Lease(owner=uuid4().hex, send_until=monotonic() + SENDING_TIME)
        claimed = _claim(lease, now, batch, done.channels_down)
        if claimed is None:
            break
        with _channels() as channels:
            for pk in claimed:
                _deliver_one(pk, lease, channels, done, now)
    return done


FREE = Q(lease_until=None) | Q(lease_until__lt=Now())


@cache
def _due(batch: int, down: frozenset[str]) -> "Prepared[tuple[UUID, str]]":
    """What to claim, while these channels are down."""
    return Prepared(
        lambda: (
            Notification.objects.waiting()
            .sent_by_machine()
            .filter(FREE, not_before__lte=slot(Notification, "not_before", "now"))
            .exclude(channel__in=down)
            .most_urgent_first()
            .values_list("pk", "lease_owner")[:batch]
        )
    )


_HELD = Prepared(
    lambda: (
        Notification.objects.filter(
            pk__in=slots(Notification, "pk", "ids"),
            lease_owner=slot(Notification, "lease_owner", "owner"),
        )
        .most_urgent_first()
        .values_list("pk", flat=True)
    )
)


def _claim(lease: Lease, now: datetime, batch: int, down: set[str]) -> list[UUID] | None:
    """Take up to `batch` messages that are due and that no living lease holds.

    None when there are no such messages. Empty when another sender was quicker with all of them:
    what comes behind them is then still to be claimed.
    """
    wanted = dict(_due(batch, frozenset(down)).ask(now=now))
    if not wanted:
        return None
    begun = _begun_by_the_dead(wanted)
    # Whoever died over one message had not yet tried those behind it: that claim does not count.
    untried = [pk for pk, dead in wanted.items() if dead and pk not in begun]
    doubtful = Q(pk__in=begun, doubt=SendingDoubt.NONE)
    Notification.objects.waiting().filter(FREE, pk__in=wanted).update(
        doubt=Case(When(doubtful, then=Value(SendingDoubt.UNHEARD)), default=F("doubt")),
        lease_owner=lease.owner,
        lease_until=Now() + LEASE,
        attempts=Case(When(pk__in=untried, then=F("attempts")), default=F("attempts") + 1),
    )
    return _HELD.ask(ids=wanted, owner=lease.owner)


def _begun_by_the_dead(wanted: Mapping[UUID, str]) -> list[UUID]:
    """The messages, in the order of sending, that a sender may have begun before it died: the
    first that its lease still holds. Those behind it were not yet begun."""
    first: dict[str, UUID] = {}
    for pk, dead in wanted.items():
        first.setdefault(dead, pk)
    return [pk for dead, pk in first.items() if dead]


@contextlib.contextmanager
def _channels() -> Iterator[dict[str, Channel]]:
    """One of each channel for a batch, closed at its end."""
    channels = {name: make() for name, make in MAKERS.items()}
    try:
        yield channels
    finally:
        for channel in channels.values():
            channel.close()


def _deliver_one(
    pk: UUID, lease: Lease, channels: dict[str, Channel], done: Delivered, now: datetime
) -> None:
    """Send one claimed message, or note why not."""
    message = _read_again(pk, lease)
    if message is None:
        return  # ended by somebody else, or the lease is no longer ours
    if message.attempts > MOST_ATTEMPTS:
        # Whoever tried it last died over it: it is not tried for ever.
        done.failed += _fail(message, "too_many_attempts", now)
        return
    if message.doubt == SendingDoubt.LAST_TRY:
        done.failed += _fail(message, OUTCOME_UNKNOWN, now)
        return
    if monotonic() > lease.send_until or message.channel in done.channels_down:
        done.put_back += put_back(message=message)
        return
    try:
        _deal_with(message, channels[message.channel], done, now)
    except (OperationalError, InterfaceError):
        raise  # the database's fault, not the message's: the next wake-up goes on from the lease
    except Exception as error:
        # One message that cannot be dealt with must not keep those behind it from being sent.
        log.exception("message_crashed", notification_id=str(message.pk))
        crash = DeliveryFailed(type(error).__name__, permanent=False, unheard=True)
        _note_failure(message, crash, done, now)


def _deal_with(message: Notification, channel: Channel, done: Delivered, now: datetime) -> None:
    """Cancel it, put it back until it may leave, keep it for a digest, or send it."""
    if unwanted := why_unwanted(message, now):
        done.cancelled += mark_unsent(
            message=message, status=NotificationStatus.CANCELLED, why=unwanted, now=now
        )
    elif opens := _quiet_until(message, done, now):
        done.put_back += put_back(message=message, not_before=opens)
    elif hold_for_digest(message=message, now=now):
        done.digested += 1
    else:
        _send(message, channel, done, now)


def _read_again(pk: UUID, lease: Lease) -> Notification | None:
    return AS_IT_IS.first(pk=pk, lease_owner=lease.owner)


def _send(message: Notification, channel: Channel, done: Delivered, now: datetime) -> None:
    if not _may_leave(message):
        return
    try:
        receipt = channel.send(message)
    except ChannelDown as down:
        log.warning("channel_down", channel=message.channel, reason=str(down))
        done.channels_down.add(message.channel)
        done.put_back += put_back(message=message)
    except DeliveryFailed as failure:
        _note_failure(message, failure, done, now)
    else:
        done.sent += _note_sent(message, receipt, now)


def _may_leave(message: Notification) -> bool:
    """Only where it matters is it written down that this is the last time: a first sending may be
    repeated once, so it costs no write."""
    if not message.doubt and not settings.PARK_UNCERTAIN_MESSAGES:
        return True
    return bool(mark_last_try(message=message))


def _note_sent(message: Notification, receipt: ProviderReceipt, now: datetime) -> int:
    noted = mark_sent(message=message, receipt=receipt, now=now)
    if not noted:
        log.warning("sent_but_not_noted", notification_id=str(message.pk))
    return noted


def _note_failure(
    message: Notification, failure: DeliveryFailed, done: Delivered, now: datetime
) -> None:
    """Try again later; after the last attempt, or when trying cannot help, it is a person's."""
    log.warning("not_delivered", notification_id=str(message.pk), code=failure.reason)
    if why := _why_no_further_try(message, failure):
        done.failed += _fail(message, why, now)
        return
    pause = FIRST_PAUSE * 2 ** (message.attempts - 1)
    done.retried += mark_for_another_try(message=message, failure=failure, not_before=now + pause)


def _why_no_further_try(message: Notification, failure: DeliveryFailed) -> str:
    """A code; empty when it may be tried again. `message.doubt` is that before this sending."""
    if failure.unheard and (message.doubt or settings.PARK_UNCERTAIN_MESSAGES):
        return OUTCOME_UNKNOWN
    is_spent = failure.permanent or message.attempts >= MOST_ATTEMPTS
    return failure.reason if is_spent else ""


def _fail(message: Notification, why: str, now: datetime) -> int:
    return mark_unsent(message=message, status=NotificationStatus.FAILED, why=why, now=now)


def _quiet_until(message: Notification, done: Delivered, now: datetime) -> datetime | None:
    """When the hours for this message open; None while they are open. This call may have been at
    work for minutes, so that they ended since `now`."""
    moment = now + timedelta(seconds=monotonic() - done.begun)
    opens = opens_at(message, moment)
    return opens if opens > moment else None
