"""What was kept is taken in, in the order in which it was said, each part for itself.

A part that is refused waits for a person with the reason; one that meets a fault of ours waits,
too, and the log names its id and the kind of fault, nothing of what it says. The others go on.
Several workers at once do no harm: a part is claimed in the transaction that takes it in.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import OperationalError
from django.utils.translation import gettext as _

from patients.kept_words import in_the_language_of_records
from surveillance.models import IntakeItem, IntakeMessage, ItemStatus
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.hear_new_numbers import hear_new_numbers
from surveillance.workflows.leave_item_waiting import leave_item_waiting
from surveillance.workflows.take_in_item import take_in_item
from surveillance.workflows.take_in_later import FAULT, take_in_later

MOST: Final = 200

log = structlog.get_logger(__name__)


def take_in_waiting_items(*, clock: Callable[[], datetime], most: int = MOST) -> int:
    """Take in what was kept, at most so many parts; returns how many were tried.

    Idle it costs two looks into an index: is anything kept, was anybody registered?
    """
    hear_new_numbers(now=clock())
    tried: list[UUID] = []
    while len(tried) < most:
        to_do = IntakeItem.objects.to_do(clock()).exclude(pk__in=tried)
        item = to_do.select_related("message__feed", "site").defer("message__raw").first()
        if item is None:
            break
        tried.append(item.pk)
        _try(item, clock())
    return len(tried)


def take_in_message(message: IntakeMessage, now: datetime) -> list[IntakeItem]:
    """Take in what is left of one message at once; returns all its parts, by their place in it."""
    parts = message.items.select_related("message__feed", "site").order_by("position")
    for item in sorted(parts, key=_when_said):
        if item.status == ItemStatus.RECEIVED:
            _try(item, now)
    return list(parts.all())


def _when_said(item: IntakeItem) -> tuple[datetime, int]:
    return item.said_at or item.created_at, item.position


def _try(item: IntakeItem, now: datetime) -> IntakeItem:
    """Catches what a part can meet, so that one never keeps the others from being taken in."""
    with in_the_language_of_records():
        try:
            return take_in_item(item=item, now=now)
        except WorkflowRefused as refused:
            return leave_item_waiting(item=item, code=refused.code, reason=refused.message)
        except OperationalError as error:
            log.warning("intake_item_put_off", item=str(item.pk), error=type(error).__name__)
            return take_in_later(item=item)
        except Exception as error:
            # Neither its words nor its traceback: both may hold what the message says.
            log.error("intake_item_faulted", item=str(item.pk), error=type(error).__name__)
            words = _("A fault of this software. Report the number of this part; nothing is lost.")
            return leave_item_waiting(item=item, code=FAULT, reason=words)
