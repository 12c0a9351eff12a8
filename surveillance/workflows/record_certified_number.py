"""The post office gave a letter a number."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.audit import record_event
from surveillance.models import Letter, LetterBatchStatus, LetterEvent, LetterEventKind
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST = 40


class CertifiedNumberRefused(WorkflowRefused):
    """No number, too long a one, another than is on file, or a letter that is not being posted."""

    code = "certified_number_refused"


@transaction.atomic
def record_certified_number(
    *, letter: Letter, number: str, by: "User | None", now: datetime
) -> LetterEvent:
    """Put the certified-mail number of `letter` on file, once; the same again changes nothing.

    Refused: empty or longer than 40 characters, another number on file, a discarded run.
    """
    number = number.strip()
    if not 0 < len(number) <= LONGEST:
        raise CertifiedNumberRefused(
            f"Enter the number of the certified mail, at most {LONGEST} characters.", field="number"
        )
    if letter.batch.status == LetterBatchStatus.DISCARDED:
        raise CertifiedNumberRefused("This run was discarded: none of it was posted.")
    event = LetterEvent(
        letter=letter,
        kind=LetterEventKind.CERTIFIED,
        number=number,
        occurred_on=letter.batch.site.local_date(now),
        recorded_at=now,
        recorded_by=by,
    )
    LetterEvent.objects.bulk_create([event], ignore_conflicts=True)
    stored = LetterEvent.objects.get(letter=letter, kind=LetterEventKind.CERTIFIED)
    if stored.number != number:
        raise CertifiedNumberRefused(
            f"Number {stored.number} is on file for this letter. A letter has one number; if that "
            "is wrong, say so in the contact log of the patient.",
            field="number",
        )
    if stored.pk == event.pk:
        record_event(
            "letter_certified",
            site=letter.batch.site,
            subject=letter,
            by=by,
            now=now,
            patient=letter.patient,
        )
    return stored
