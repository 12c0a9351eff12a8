"""A checked print run is in the post."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.delivery.letters import is_addressed
from surveillance.models import (
    ContactChannel,
    ContactOutcome,
    Letter,
    LetterBatch,
    LetterBatchStatus,
    Notification,
    NotificationStatus,
)
from surveillance.outreach import why_unwanted
from surveillance.record_locks import lock_records
from surveillance.workflows.change_letter_batch import change_letter_batch
from surveillance.workflows.drop_letter import drop_letter
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.log_contact import log_contact

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from surveillance.models.notification import NotificationQuerySet


class LettersToTakeOut(WorkflowRefused):
    """Letters are not to be posted any more, or are to be again. `details`: sheets."""

    code = "letters_to_take_out"


@transaction.atomic
def post_letter_batch(
    *, batch: LetterBatch, taken_out: Collection[int] = (), by: "User | None", now: datetime
) -> LetterBatch:
    """Note that the run was posted without the sheets `taken_out`.

    Each message is sent with the run and sheet as its number, and each patient has a contact on
    file. Posted twice is once. Refused: a run that was not checked; `taken_out` is not exactly what
    is unwanted by now (an exam came, consent was withdrawn, name or address is another), so that
    nobody is written to about what is over.
    """
    stored = LetterBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if stored.status == LetterBatchStatus.POSTED:
        return stored
    letters = _sheets(batch)
    lock_records(letter.patient_id for letter in letters)
    posted = change_letter_batch(
        batch=batch,
        allowed=(LetterBatchStatus.CHECKED,),
        status=LetterBatchStatus.POSTED,
        posted_at=now,
        posted_by=by,
    )
    held = {message.pk: message for message in _held(posted)}
    unwanted = _unwanted(letters, held, now)
    _refuse_others(unwanted, taken_out)
    for letter in letters:
        if letter.sequence not in unwanted:
            _note_sent(
                letter, [held[message.pk] for message in letter.notifications.all()], by, now
            )
    _let_go_of_rest(posted, now)
    detail = {"letters": len(letters) - len(unwanted), "taken_out": unwanted}
    record_event(
        "letter_batch_posted", site=batch.site, subject=batch, by=by, now=now, detail=detail
    )
    return posted


def unwanted_sheets(batch: LetterBatch, now: datetime) -> list[int]:
    """Letters that are not to be posted, in order: something on them is over, or they would be
    addressed otherwise by now. Reads only."""
    return _unwanted(_sheets(batch), {message.pk: message for message in _held(batch)}, now)


def _sheets(batch: LetterBatch) -> list[Letter]:
    letters = batch.letters.order_by("sequence").select_related("patient")
    return list(letters.prefetch_related("notifications"))


def _unwanted(
    letters: Iterable[Letter], held: Mapping[UUID, Notification], now: datetime
) -> list[int]:
    return [letter.sequence for letter in letters if not _is_wanted(letter, held, now)]


def _is_wanted(letter: Letter, held: Mapping[UUID, Notification], now: datetime) -> bool:
    """Whether all that the sheet says is still to be said, to this name and address."""
    messages = [held.get(message.pk) for message in letter.notifications.all()]
    return all(
        message is not None
        and not why_unwanted(message, now)
        and is_addressed(letter, message, message.site.local_date(now))
        for message in messages
    )


def _refuse_others(unwanted: Collection[int], taken_out: Collection[int]) -> None:
    if set(unwanted) == set(taken_out):
        return
    sheets = ", ".join(str(number) for number in unwanted) or _("none")
    raise LettersToTakeOut(
        _(
            "What is to be taken out of the pile has changed. Take out these sheets and no others: "
            "{sheets}. Then confirm again."
        ).format(sheets=sheets),
        sheets=list(unwanted),
    )


def _held(batch: LetterBatch) -> "NotificationQuerySet":
    rows = Notification.objects.waiting().filter(lease_owner=batch.pk.hex)
    return rows.select_related("site", "patient", "follow_up")


def _note_sent(
    letter: Letter, messages: Sequence[Notification], by: "User | None", now: datetime
) -> None:
    """`messages`: all that the sheet says, none of it over."""
    Notification.objects.filter(pk__in=[message.pk for message in messages]).update(
        status=NotificationStatus.SENT,
        provider_message_id=f"letter:{letter.batch_id}/{letter.sequence}",
        subject=letter.subject,
        body=letter.body,
        finished_at=now,
        lease_owner="",
    )
    served = {
        message.follow_up.pk: message.follow_up
        for message in messages
        if message.follow_up is not None and message.follow_up.patient_id == message.patient_id
    }
    log_contact(
        patient=letter.patient,
        follow_ups=list(served.values()),
        channel=ContactChannel.LETTER,
        outcome=ContactOutcome.LETTER_SENT,
        by=by,
        now=now,
    )


def _let_go_of_rest(batch: LetterBatch, now: datetime) -> None:
    """What was on the sheets taken out: over, or to be printed anew for another address."""
    for message in list(_held(batch)):
        if why := why_unwanted(message, now):
            drop_letter(message=message, why=why, now=now)
    _held(batch).update(lease_owner="", template_version=None)
