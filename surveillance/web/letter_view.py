"""What the pages of a print run show: its state, its sheets, what may be done with it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from patients.models import AuditEvent
from surveillance.delivery.letter_reading import SheetRead
from surveillance.intake.csv_registry.summary import csv_line, harmless
from surveillance.models import (
    Letter,
    LetterBatch,
    LetterBatchStatus,
    LetterEventKind,
    Notification,
)
from surveillance.models.letter import IN_HAND
from surveillance.web.wording import Tag, count_words, date_words, moment_words, name_of_user

TONES = {
    LetterBatchStatus.PREPARED: "due",
    LetterBatchStatus.CHECKED: "soon",
    LetterBatchStatus.POSTED: "good",
    LetterBatchStatus.DISCARDED: "quiet",
}
PREPARED = gettext_noop("Prepared {moment} by {person}")
CHECKED = gettext_noop("Checked {moment} by {person}")
POSTED = gettext_noop("Posted {moment} by {person}")
DISCARDED = gettext_noop("Discarded {moment} by {person}")
REFUSED = gettext_noop("Check refused {moment} by {person}")
MANIFEST = ("sheet", "of", "recipient", "address", "code", "sha256")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of the manifest."""

    sequence: str
    recipient: str
    address: str
    code: str
    patient_url: str
    note: str
    is_out: bool
    certified_url: str
    returned_url: str


@dataclass(frozen=True, slots=True)
class BatchView:
    """One print run. An address that is empty is not offered."""

    url: str
    name: str
    state: Tag
    size: str
    prepared: str
    steps: tuple[str, ...]
    reason: str
    digest: str
    pdf_url: str
    manifest_url: str
    compare_url: str
    check_url: str
    discard_url: str
    may_be_posted: bool


def batch_view(batch: LetterBatch) -> BatchView:
    """The run's state and addresses; no query beyond its people and site."""
    status = LetterBatchStatus(batch.status)
    in_hand = status in IN_HAND
    return BatchView(
        url=_url("letter_batch", batch),
        name=name_of_batch(batch),
        state=Tag(_(str(status.label)), TONES[status]),
        size=count_words(batch.size, "letter"),
        prepared=_step(PREPARED, batch.prepared_at, batch.prepared_by, batch),
        steps=tuple(_steps(batch)),
        reason=batch.discarded_reason,
        digest=batch.digest,
        pdf_url=_url("letter_pdf", batch),
        manifest_url=_url("letter_manifest", batch),
        compare_url=_url("letter_compare", batch),
        check_url=_url("letter_check", batch) if in_hand else "",
        discard_url=_url("letter_discard", batch) if in_hand else "",
        may_be_posted=status is LetterBatchStatus.CHECKED,
    )


def name_of_batch(batch: LetterBatch) -> str:
    """'Run of 3 Mar 2026, 14:05'."""
    return _("Run of {moment}").format(moment=moment_words(batch.prepared_at, batch.site))


def _url(name: str, batch: LetterBatch) -> str:
    return reverse(name, args=[batch.pk])


def _steps(batch: LetterBatch) -> Iterator[str]:
    if batch.checked_at is not None:
        checked = _step(CHECKED, batch.checked_at, batch.checked_by, batch)
        yield f"{checked}: {sheets_words(batch.checked_sheets)}"
    if batch.posted_at is not None:
        yield _step(POSTED, batch.posted_at, batch.posted_by, batch)
    if batch.discarded_at is not None:
        yield _step(DISCARDED, batch.discarded_at, batch.discarded_by, batch)


def _step(words: str, at: datetime | None, by: User | None, batch: LetterBatch) -> str:
    person = name_of_user(by, _("the system"))
    return _(words).format(moment=moment_words(at, batch.site), person=person)


def already_waiting_words(message: Notification) -> str:
    """Said to whoever queues a letter that is queued."""
    since = moment_words(message.created_at, message.site)
    return _(
        "This letter was already waiting for the next print run, since {since}: one letter."
    ).format(since=since)


def refused_check_words(
    batch: LetterBatch, refused: Iterable[AuditEvent], people: Mapping[str, User]
) -> tuple[str, ...]:
    """'Check refused 3 Mar 2026, 14:05 by Nora Navigator: sheets 1, 4 did not fit'."""
    return tuple(_refused_words(batch, one, people.get(one.actor)) for one in refused)


def _refused_words(batch: LetterBatch, refused: AuditEvent, by: User | None) -> str:
    numbers = refused.detail.get("sheets", ())
    return ngettext(
        "{step}: sheet {numbers} did not fit", "{step}: sheets {numbers} did not fit", len(numbers)
    ).format(step=_step(REFUSED, refused.at, by, batch), numbers=_listed(numbers))


def sheets_words(numbers: Collection[int]) -> str:
    """'sheet 3', 'sheets 1, 4'."""
    return ngettext("sheet {numbers}", "sheets {numbers}", len(numbers)).format(
        numbers=_listed(numbers)
    )


def _listed(numbers: Collection[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def sheet_rows(
    batch: LetterBatch, letters: list[Letter], out: Collection[int]
) -> tuple[SheetRow, ...]:
    """The manifest line by line; `out` are the sheets that are not to be posted."""
    return tuple(_sheet_row(batch, letter, letter.sequence in out) for letter in letters)


def _sheet_row(batch: LetterBatch, letter: Letter, is_out: bool) -> SheetRow:
    events = {event.kind: event for event in letter.events.all()}
    certified = events.get(LetterEventKind.CERTIFIED)
    returned = events.get(LetterEventKind.RETURNED)
    notes = []
    if certified is not None:
        notes.append(_("Certified mail {number}").format(number=certified.number))
    if returned is not None:
        notes.append(_("Came back {day}").format(day=date_words(returned.occurred_on)))
    is_unchecked = batch.status == LetterBatchStatus.PREPARED
    is_discarded = batch.status == LetterBatchStatus.DISCARDED
    is_posted = batch.status == LetterBatchStatus.POSTED
    return SheetRow(
        sequence=str(letter.sequence),
        recipient=letter.recipient,
        address=", ".join(letter.address.splitlines()),
        # What stands on the screen would be copied instead of read off the sheet.
        code=_("on the sheet") if is_unchecked else letter.code,
        patient_url=reverse("patient", args=[letter.patient_id]),
        note=". ".join(notes),
        is_out=is_out,
        certified_url=""
        if is_discarded or certified
        else reverse("letter_certified", args=[letter.pk]),
        returned_url=reverse("letter_returned", args=[letter.pk])
        if is_posted and not returned
        else "",
    )


def manifest_lines(batch: LetterBatch, letters: list[Letter]) -> Iterator[str]:
    """The manifest as a file that a spreadsheet opens; no cell of it runs as a formula."""
    yield csv_line(MANIFEST)
    for one in letters:
        address = ", ".join(one.address.splitlines())
        cells = (str(one.sequence), str(batch.size), one.recipient, address, one.code, one.digest)
        yield csv_line(harmless(cell) for cell in cells)


def finding_words(sheet: SheetRead) -> str:
    """What is wrong with one page of a PDF that was compared; empty when nothing is."""
    if sheet.is_right:
        return ""
    if sheet.found is None:
        where = f"{sheet.page} ({sheet.expected.recipient})" if sheet.expected else f"{sheet.page}"
        return _("Page {page}: no letter of this run is there.").format(page=where)
    told = {
        "page": sheet.page,
        "sheet": sheet.found.sequence,
        "recipient": sheet.found.recipient,
    }
    if sheet.found != sheet.expected:
        return _("Page {page}: letter {sheet} ({recipient}) is there.").format(**told)
    return _("Page {page}: the name or address on it is not that of {recipient}.").format(**told)
