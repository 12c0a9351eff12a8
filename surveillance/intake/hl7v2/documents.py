"""MDM: a document that is an imaging report, as the one ReportArrival that it is."""

from dataclasses import replace
from typing import Final

from surveillance.arrivals import ArrivalKind, ReportArrival, ReportState, Unmapped
from surveillance.intake.hl7v2.grouping import Scope, whole
from surveillance.intake.hl7v2.mapping import FeedMapping
from surveillance.intake.hl7v2.problems import Untranslatable, shown
from surveillance.intake.hl7v2.procedures import names_a_machine
from surveillance.intake.hl7v2.report_text import is_file, lines_of_text
from surveillance.intake.hl7v2.reports import report_of
from surveillance.intake.hl7v2.said import Sender, unmapped
from surveillance.intake.hl7v2.splitting import Segment
from surveillance.intake.hl7v2.vocabulary import DOCUMENT_STATES, RADIOLOGY

DOCUMENT_EVENTS: Final = frozenset(f"T{number:02}" for number in range(1, 12))
TAKEN_BACK: Final = "T11"
CHANGED: Final = frozenset({"T05", "T06", "T07", "T08", "T09", "T10"})
"""Addendum, edit, replacement: notified, or with the text."""
DELETED: Final = "CA"
WITHHELD: Final = "UN"
"""Not available for patient care: no signed report yet."""
AVAILABLE: Final = frozenset({"", "AV", WITHHELD})
"""0273 document availability (TXA-19). An obsolete one (OB) is neither there nor taken back."""


def documents_in(
    segments: list[Segment], event: str, sender: Sender
) -> list[ReportArrival | Unmapped]:
    """The report of the message; none of another kind of document, or where it is only announced
    and its text does not come. A kind that nobody knows waits."""
    scope, own = whole(segments), Sender(_of_documents(sender.mapping), sender.zone)
    try:
        if not _is_report(scope, own.mapping):
            return []
        state = _state(scope, event)
        texts = lines_of_text(scope, own.mapping)
        is_there = texts or any(is_file(line) for line in scope.named("OBX"))
        if not is_there and state != ReportState.CANCELLED:
            return []
        return [report_of(scope, texts, state, own)]
    except Untranslatable as refused:
        places = own.mapping.accession
        return [unmapped(ArrivalKind.REPORT, refused.problem, scope, places, own)]


def _of_documents(mapping: FeedMapping) -> FeedMapping:
    """The places of a report where TXA takes the part of OBR."""
    return replace(
        mapping,
        accession=mapping.document_accession,
        performed_on=(*mapping.performed_on, "TXA-4"),
        procedure=(*mapping.procedure, "TXA-2"),
        reporter=("TXA-22", "TXA-5", *mapping.reporter),
    )


def _is_report(scope: Scope, mapping: FeedMapping) -> bool:
    """By TXA-2, the words of procedure and document, the department. Raises Untranslatable."""
    kind = scope.value(("TXA-2",))
    names = [scope.value((place,)) for place in ("TXA-2.2", "TXA-2", "OBR-4.2", "OBR-4")]
    if kind.casefold() in mapping.imaging_documents:
        return True
    if any(names_a_machine(name) or RADIOLOGY.search(name) for name in names):
        return True
    if scope.value(mapping.service).casefold() in mapping.services:
        return True
    if kind.casefold() in mapping.other_documents:
        return False
    raise Untranslatable(
        "unknown_document_type", "TXA-2", f"holds {shown(kind) if kind else 'nothing'}: nobody can "
        "say whether this is an imaging report. Name it in the mapping (imaging_documents, "
        "other_documents)."
    )  # fmt: skip


def _state(scope: Scope, event: str) -> ReportState:
    """TXA-19, TXA-17 and the event. Raises Untranslatable."""
    available = scope.value(("TXA-19",)).upper()
    if event == TAKEN_BACK or available == DELETED:
        return ReportState.CANCELLED
    said = scope.value(("TXA-17",)).upper()
    state = DOCUMENT_STATES.get(said)
    if state is None or available not in AVAILABLE:
        where, value = ("TXA-17", said) if state is None else ("TXA-19", available)
        raise Untranslatable(
            "unknown_status" if value else "no_status", where, f"holds "
            f"{shown(value) if value else 'nothing'}: nobody can say whether the report is signed "
            "and stands."
        )  # fmt: skip
    if available == WITHHELD:
        return ReportState.PRELIMINARY
    return ReportState.CORRECTED if state is ReportState.FINAL and event in CHANGED else state
