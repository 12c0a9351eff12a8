"""Somebody compares the printed sheets with the manifest before they are posted."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.models import LetterBatch, LetterBatchStatus
from surveillance.protocol.mailing import Difference, differences, missing_from, sample_of
from surveillance.workflows.change_letter_batch import change_letter_batch
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CHECK_FAILED = "letter_batch_check_failed"
NOT_YET_POSTED = (LetterBatchStatus.PREPARED, LetterBatchStatus.CHECKED)


class SheetsMissing(WorkflowRefused):
    """Not every sheet of the sample was looked at. `details`: sheets."""

    code = "sheets_missing"


class SheetsShifted(WorkflowRefused):
    """A sheet is not the one that the manifest names. `details`: sheets."""

    code = "sheets_shifted"


def check_letter_batch(
    *, batch: LetterBatch, codes: Mapping[int, str], by: "User | None", now: datetime
) -> LetterBatch:
    """Note that the sheets with these codes (sequence number to code, as typed) are right.

    More sheets than the sample may be given, and all are compared. Checked twice, the last check
    counts. Refused: a sheet of the sample left out; a code that is not that of its sheet (then the
    run is unchecked again, whoever checked it before); a run that was posted or discarded.
    """
    missing = missing_from(sample_of(batch.size, batch.digest), codes)
    if missing:
        raise SheetsMissing(
            _("Type the code of every sheet asked for. Missing: sheet {sheets}.").format(
                sheets=_listed(missing)
            ),
            sheets=missing,
        )
    expected = {letter.sequence: letter.code for letter in batch.letters.all()}
    typed = {number: code for number, code in codes.items() if code.strip()}
    wrong = differences(expected, typed)
    checked = _note(batch, sorted(typed), [one.sequence for one in wrong], by, now)
    if wrong:
        raise SheetsShifted(_shifted(wrong), sheets=[one.sequence for one in wrong])
    return checked


@transaction.atomic
def _note(
    batch: LetterBatch, seen: list[int], wrong: list[int], by: "User | None", now: datetime
) -> LetterBatch:
    """Keep what the check found; a failed one is kept, too."""
    values = {
        "status": LetterBatchStatus.PREPARED if wrong else LetterBatchStatus.CHECKED,
        "checked_at": None if wrong else now,
        "checked_by": None if wrong else by,
        "checked_sheets": [] if wrong else seen,
    }
    checked = change_letter_batch(batch=batch, allowed=NOT_YET_POSTED, **values)
    record_event(
        CHECK_FAILED if wrong else "letter_batch_checked",
        site=batch.site,
        subject=batch,
        by=by,
        now=now,
        detail={"sheets": wrong or seen},
    )
    return checked


def _shifted(wrong: tuple[Difference, ...]) -> str:
    told = "; ".join(
        _("sheet {sheet} carries the code of letter {letter}").format(
            sheet=one.sequence, letter=one.found
        )
        if one.found is not None
        else _("the code typed for sheet {sheet}, {code}, is of no letter of this run").format(
            sheet=one.sequence, code=one.typed
        )
        for one in wrong
    )
    return _(
        "Do not post this run: {told}. Nothing was marked as sent. Look for a sheet that was "
        "printed twice or left out, put the pile in order or print it again, and check it again."
    ).format(told=told)


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(str(number) for number in numbers)
