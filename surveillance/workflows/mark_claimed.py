"""How a claimed message ends, is told in another, is put back, or waits to be tried again.

Each is one UPDATE of a message that still waits and that its claim (`lease_owner`, as it was read)
still holds; each answers 0, and changes nothing, when somebody else has ended or taken it since.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from patients.prepared import PreparedUpdate, slot
from surveillance.delivery.channels import DeliveryFailed, ProviderReceipt
from surveillance.models import Notification, NotificationStatus, SendingDoubt
from surveillance.models.notification import NotificationQuerySet
from surveillance.outreach import ANOTHER_WAY
from surveillance.workflows.fall_back import fall_back


def _prepared(**changes: object) -> PreparedUpdate:
    """Most messages end in one of these ways: their SQL is written once."""
    return PreparedUpdate(
        lambda: (
            Notification.objects.waiting()
            .filter(pk=slot(Notification, "pk"))
            .filter(lease_owner=slot(Notification, "lease_owner", "holder")),
            changes,
        )
    )


_FREE: dict[str, object] = {"lease_owner": "", "lease_until": None}
_INTERRUPTING = _prepared(interrupts_at=slot(Notification, "interrupts_at"))
_TOLD_IN = _prepared(
    status=NotificationStatus.DIGESTED,
    digest=slot(Notification, "digest"),
    finished_at=slot(Notification, "finished_at"),
    **_FREE,
)
_SENT = _prepared(
    status=NotificationStatus.SENT,
    finished_at=slot(Notification, "finished_at"),
    provider_message_id=slot(Notification, "provider_message_id"),
    subject=slot(Notification, "subject"),
    body=slot(Notification, "body"),
    template_version=slot(Notification, "template_version"),
    last_error="",
    **_FREE,
)


def mark_last_try(*, message: Notification) -> int:
    """Write down, before it leaves, that it is not sent again if nobody hears of it."""
    return _held(message).update(doubt=SendingDoubt.LAST_TRY)


def mark_interrupting(*, message: Notification, now: datetime) -> int:
    """Write down, before it leaves, that it interrupts: it counts from here on."""
    return _INTERRUPTING.run(interrupts_at=now, **_claim_of(message))


def mark_told_in(*, message: Notification, other: UUID, now: datetime) -> int:
    """It does not leave by itself: the `other` message tells it."""
    return _TOLD_IN.run(digest=other, finished_at=now, **_claim_of(message))


def mark_sent(*, message: Notification, receipt: ProviderReceipt, now: datetime) -> int:
    """It was taken: keep its words as they were handed over."""
    version = receipt.text.version
    return _SENT.run(
        finished_at=now,
        provider_message_id=receipt.message_id,
        subject=receipt.text.subject,
        body=receipt.text.body,
        template_version=None if version is None else version.pk,
        **_claim_of(message),
    )


@transaction.atomic
def mark_unsent(
    *, message: Notification, status: NotificationStatus, why: str, now: datetime
) -> int:
    """Cancelled or failed, for `why` (a code). What is still owed then takes another way."""
    ended = _held(message).update(
        status=status, lease_owner="", lease_until=None, finished_at=now, last_error=why
    )
    if ended and (status == NotificationStatus.FAILED or why in ANOTHER_WAY):
        fall_back(message=message, why=why, now=now)
    return ended


def mark_for_another_try(
    *, message: Notification, failure: DeliveryFailed, not_before: datetime
) -> int:
    """It was tried and did not leave, or nobody knows whether it did."""
    return _held(message).update(
        doubt=SendingDoubt.UNHEARD if failure.unheard else message.doubt,
        lease_owner="",
        lease_until=None,
        not_before=not_before,
        last_error=failure.reason,
    )


def put_back(*, message: Notification, not_before: datetime | None = None) -> int:
    """Give up the claim without counting an attempt: nothing was tried."""
    return _held(message).update(
        doubt=message.doubt,
        lease_owner="",
        lease_until=None,
        attempts=F("attempts") - 1,
        not_before=not_before or message.not_before,
    )


def _held(message: Notification) -> NotificationQuerySet:
    return Notification.objects.waiting().filter(pk=message.pk, lease_owner=message.lease_owner)


def _claim_of(message: Notification) -> dict[str, object]:
    return {"pk": message.pk, "holder": message.lease_owner}
