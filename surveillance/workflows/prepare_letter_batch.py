"""The letters that wait at a site become one print run."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Site
from surveillance.delivery.letters import LetterDraft, draft_letter
from surveillance.delivery.texts import VersionsInUse
from surveillance.models import Letter, LetterBatch, MessageTemplateVersion, Notification
from surveillance.outreach import why_unwanted
from surveillance.protocol.mailing import digest_of
from surveillance.protocol.parameters.letters import LETTERS_PER_BATCH
from surveillance.record_locks import lock_records
from surveillance.workflows.drop_letter import drop_letter
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NoLettersWaiting(WorkflowRefused):
    """Nobody at this site is to be written to now."""

    code = "no_letters_waiting"


class SiteHasNoPhone(WorkflowRefused):
    """The letters ask to be called, and nobody would know where."""

    code = "site_has_no_phone"


def prepare_letter_batch(
    *, site: Site, by: "User | None", now: datetime, most: int = LETTERS_PER_BATCH.value
) -> LetterBatch:
    """Make one print run of everything that waits to be written at `site`, one letter per patient.

    What is not wanted any more is cancelled, and goes to a person where the patient may not be
    written to. A letter belongs to one run: a second call finds none. At most `most` letters; the
    rest waits for the next run. Refused: nothing waits; a site without a telephone number.
    """
    if not site.phone:
        raise SiteHasNoPhone(
            _(
                "{site} has no telephone number, and its letters ask to be called. An "
                "administrator enters it under Administration, Sites."
            ).format(site=site)
        )
    with transaction.atomic():
        batch = _prepare(site, by, now, most)
    if batch is None:  # what was cancelled stays cancelled
        raise NoLettersWaiting(
            _(
                "No letter waits at {site}. Letters wait when a reminder goes by letter, or when "
                "somebody queues one on a patient’s page."
            ).format(site=site)
        )
    return batch


def _prepare(site: Site, by: "User | None", now: datetime, most: int) -> LetterBatch | None:
    batch_id = uuid4()
    wanted = _still_wanted(_claim(site, batch_id, now), now)
    drafts = _drafts(wanted, site.local_date(now))
    _let_go(drafts[most:])
    if not drafts:
        return None
    letters = _letters(batch_id, drafts[:most])
    batch = LetterBatch.objects.create(
        id=batch_id,
        site=site,
        size=len(letters),
        digest=_digest(letters),
        prepared_at=now,
        prepared_by=by,
    )
    Letter.objects.bulk_create(letters)
    _link(letters, drafts[:most])
    _note_versions(drafts[:most])
    detail = {"letters": len(letters), "digest": batch.digest}
    record_event("letter_batch_prepared", site=site, subject=batch, by=by, now=now, detail=detail)
    return batch


def _claim(site: Site, batch_id: UUID, now: datetime) -> list[Notification]:
    """Take all that wait; another run passes over what this one holds."""
    free = Notification.objects.letters_to_print().filter(site=site, not_before__lte=now)
    lock_records(free.exclude(patient=None).values_list("patient", flat=True))
    free.update(lease_owner=batch_id.hex)
    mine = Notification.objects.waiting().filter(lease_owner=batch_id.hex)
    return list(mine.select_related("site", "patient", "follow_up"))


def _still_wanted(messages: Iterable[Notification], now: datetime) -> list[Notification]:
    wanted = []
    for message in messages:
        unwanted = why_unwanted(message, now)
        if not unwanted:
            wanted.append(message)
            continue
        drop_letter(message=message, why=unwanted, now=now)
    return wanted


def _drafts(messages: Iterable[Notification], today: date) -> list[LetterDraft]:
    """One per patient, by name: the pile can be looked through by hand."""
    of_patient: dict[UUID | None, list[Notification]] = defaultdict(list)
    for message in messages:
        of_patient[message.patient_id].append(message)
    versions = VersionsInUse()
    drafts = [draft_letter(group, today, versions) for group in of_patient.values()]
    return sorted(
        drafts, key=lambda one: (one.patient.family_name, one.patient.given_name, one.patient.mrn)
    )


def _let_go(drafts: Iterable[LetterDraft]) -> None:
    left = [message.pk for draft in drafts for message in draft.messages]
    Notification.objects.filter(pk__in=left).update(lease_owner="")


def _letters(batch_id: UUID, drafts: Sequence[LetterDraft]) -> list[Letter]:
    letters = []
    for sequence, draft in enumerate(drafts, start=1):
        letter = Letter(
            batch_id=batch_id,
            sequence=sequence,
            patient=draft.patient,
            template=draft.template,
            language=draft.language,
            recipient=draft.recipient,
            address=draft.address,
            subject=draft.subject,
            body=draft.body,
        )
        letter.digest = digest_of(letter.content)
        letters.append(letter)
    return letters


def _digest(letters: Iterable[Letter]) -> str:
    return hashlib.sha256("".join(letter.digest for letter in letters).encode()).hexdigest()


def _note_versions(drafts: Iterable[LetterDraft]) -> None:
    """Which words each message was made from. The paper is printed with these, even where others
    are put in use before it is posted."""
    made_from: dict[MessageTemplateVersion, list[UUID]] = defaultdict(list)
    for draft in drafts:
        for message, version in zip(draft.messages, draft.versions, strict=True):
            if version is not None:
                made_from[version].append(message.pk)
    for version, messages in made_from.items():
        Notification.objects.filter(pk__in=messages).update(template_version=version)


def _link(letters: Iterable[Letter], drafts: Iterable[LetterDraft]) -> None:
    link = Letter.notifications.through
    link.objects.bulk_create(
        link(letter_id=letter.pk, notification_id=message.pk)
        for letter, draft in zip(letters, drafts, strict=True)
        for message in draft.messages
    )
