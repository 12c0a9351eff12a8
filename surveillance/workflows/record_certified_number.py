"""The post office gave a letter a number."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Site
from surveillance.models import Letter, LetterBatchStatus, LetterEvent, LetterEventKind
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NUMBER = re.compile(r"[A-Z0-9]{4,40}")


class CertifiedNumberRefused(WorkflowRefused):
    """No number of a post office, another than is on file, that of another letter, or a letter
    that is not being posted."""

    code = "certified_number_refused"


@transaction.atomic
def record_certified_number(
    *, letter: Letter, number: str, by: "User | None", now: datetime
) -> LetterEvent:
    """Put the certified-mail number of `letter` on file, once; the same again changes nothing.

    It is kept in capitals without the spaces and hyphens of its label. Refused: other than 4 to 40
    letters and digits, another number on file, a number of another letter, a discarded run.
    """
    number = re.sub(r"[\s-]", "", number).upper()
    if not NUMBER.fullmatch(number):
        raise CertifiedNumberRefused(
            _("Enter the number on the label of the certified mail: 4 to 40 letters and digits."),
            field="number",
        )
    if letter.batch.status == LetterBatchStatus.DISCARDED:
        raise CertifiedNumberRefused(_("This run was discarded: none of it was posted."))
    Site.objects.select_for_update().get(pk=letter.batch.site_id)  # numbers come one at a time
    _refuse_number_of_another(letter, number)
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
            _(
                "Number {number} is on file for this letter. A letter has one number; if that "
                "is wrong, say so in the contact log of the patient."
            ).format(number=stored.number),
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


def _refuse_number_of_another(letter: Letter, number: str) -> None:
    rows = LetterEvent.objects.filter(
        kind=LetterEventKind.CERTIFIED, number=number, letter__batch__site=letter.batch.site_id
    )
    other = rows.exclude(letter=letter).select_related("letter__batch__site").first()
    if other is not None:
        batch = other.letter.batch
        raise CertifiedNumberRefused(
            _(
                "Number {number} is on file for letter {sheet} of the run of "
                "{day}. Read the label again."
            ).format(
                number=number,
                sheet=other.letter.sequence,
                day=batch.site.local_date(batch.prepared_at),
            ),
            field="number",
        )
