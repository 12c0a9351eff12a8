"""What else was said under the number of a captured report, about the same patient."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.arrivals import ReportState
from surveillance.models import CapturedReport, IntakeItem, ItemStatus
from surveillance.protocol.report_reader.wholeness import is_whole_report
from surveillance.said_again import said_again
from surveillance.web.wording import moment_words

STATES = {
    ReportState.PRELIMINARY: gettext_noop("Preliminary"),
    ReportState.FINAL: gettext_noop("Signed"),
    ReportState.CORRECTED: gettext_noop("Corrected"),
    ReportState.CANCELLED: gettext_noop("Cancelled by the sender"),
}
SHOWN = 20
UNFINISHED = (ItemStatus.WAITING, ItemStatus.SET_ASIDE)


@dataclass(frozen=True, slots=True)
class OtherText:
    """One statement. `note`: why it counts for nothing yet, or that its words were emptied.
    `is_silent`: a later whole report that speaks of no calcification any more."""

    head: str
    text: str
    note: str
    url: str
    is_silent: bool


def other_texts(report: CapturedReport) -> tuple[OtherText, ...]:
    """The newest first, without repetitions of the report's own text. One query."""
    whose = Q(mrn=report.item.mrn)
    if report.patient_id:
        whose |= Q(patient=report.patient_id)
    said = IntakeItem.objects.about(report.site, report.item.kind, report.accession).filter(whose)
    rows = said.exclude(pk=report.item_id).select_related("captured_report", "site")
    return tuple(_told(report, rows.order_by("-said_at", "pk")[:SHOWN]))


def _told(report: CapturedReport, rows: Iterable[IntakeItem]) -> Iterator[OtherText]:
    shown = {report.text}
    for row in rows:
        captured = getattr(row, "captured_report", None)
        text = captured.text if captured else row.content.get("text", "")
        if text in shown and not row.is_cancellation:
            continue
        shown.add(text)
        url = reverse("captured_report", args=[captured.pk]) if captured else ""
        yield OtherText(_head(row), text, _note(row, text), url, _is_silent(row, report))


def _is_silent(row: IntakeItem, report: CapturedReport) -> bool:
    is_later = row.said_at is not None and row.said_at > report.said_at
    if not is_later or row.status in UNFINISHED or hasattr(row, "captured_report"):
        return False
    is_signed = row.content.get("state") in (ReportState.FINAL, ReportState.CORRECTED)
    return is_signed and is_whole_report(row.content.get("text", ""))


def _head(row: IntakeItem) -> str:
    state = ReportState.CANCELLED if row.is_cancellation else row.content.get("state", "")
    words = _(STATES[ReportState(state)]) if state else ""
    return " – ".join(filter(None, (moment_words(row.said_at, row.site), words)))


def _note(row: IntakeItem, text: str) -> str:
    if row.status in UNFINISHED:
        return said_again(row.reason)
    emptied = not text and not row.content and not row.is_cancellation
    return _("Its words were emptied after the site’s days.") if emptied else ""
