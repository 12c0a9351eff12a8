"""ORU: one ReportArrival for each accession number that the message speaks of."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Final

from surveillance.arrivals import ArrivalKind, ReportArrival, ReportState, Unmapped
from surveillance.intake.hl7v2.findings import coded_values
from surveillance.intake.hl7v2.grouping import Scope, orders_of
from surveillance.intake.hl7v2.laboratory import is_of_a_laboratory
from surveillance.intake.hl7v2.mapping import FeedMapping
from surveillance.intake.hl7v2.people import person_of
from surveillance.intake.hl7v2.problems import Untranslatable, shown, tidy
from surveillance.intake.hl7v2.procedures import is_ours, procedure_of
from surveillance.intake.hl7v2.report_text import lines_of_text, text_of
from surveillance.intake.hl7v2.said import Sender, day_of, number_at, said_at, unmapped, words_at
from surveillance.intake.hl7v2.splitting import Segment, place_of
from surveillance.intake.hl7v2.vocabulary import LINE_STATES, NO_RESULT_YET
from surveillance.protocol.liver_words import names_liver_or_abdomen
from surveillance.protocol.terms import Modality

LONGEST_REPORTER: Final = 120
WHEN_REPORTED: Final = "OBR-22"
"""Before MSH-7: an engine that sends a message again gives it a new MSH-7."""
WITHDRAWN: Final = ReportState.CANCELLED
CAREFUL_FIRST: Final = (ReportState.PRELIMINARY, ReportState.CORRECTED, ReportState.FINAL)


def reports_in(segments: Iterable[Segment], sender: Sender) -> list[ReportArrival | Unmapped]:
    """The reports, in order. Groups (OBR) with one accession number are one report; a group of a
    laboratory or without a result yet is passed over."""
    parts: list[ReportArrival | Unmapped] = []
    for scope in orders_of(segments):
        if "OBR" not in scope.first or not is_ours(scope, sender.mapping):
            continue
        if is_of_a_laboratory(scope, sender.mapping):
            continue
        if scope.first["OBR"].value(25).upper() in NO_RESULT_YET:
            continue
        parts.append(_report_or_why_not(scope, sender))
    return _one_each(parts)


def _report_or_why_not(scope: Scope, sender: Sender) -> ReportArrival | Unmapped:
    try:
        texts = lines_of_text(scope, sender.mapping)
        state = _state(scope, texts or scope.named("OBX"), sender.mapping)
        return report_of(scope, texts, state, sender)
    except Untranslatable as refused:
        places = sender.mapping.accession
        return unmapped(ArrivalKind.REPORT, refused.problem, scope, places, sender)


def report_of(
    scope: Scope, texts: list[Segment], state: ReportState, sender: Sender
) -> ReportArrival:
    """The report in that state with those lines of text. Raises Untranslatable."""
    mapping = sender.mapping
    lines = [line for line in scope.named("OBX") if not _is_withdrawn(line)]
    texts = [line for line in texts if not _is_withdrawn(line)]
    stands = state != WITHDRAWN
    procedure = procedure_of(scope, mapping)
    coded = coded_values(lines if stands else [], mapping)
    return ReportArrival(
        person=person_of(scope.first.get("PID"), mapping),
        accession=number_at(scope, mapping.accession, "no_accession"),
        state=state,
        performed_on=_performed_on(scope, state, sender),
        modality=procedure.modality,
        procedure=procedure.words,
        body_site=procedure.body_site,
        text=text_of(scope, texts, mapping) if stands else "",
        reporter=_reporter(scope, mapping),
        order_number=words_at(scope, mapping.order_number)[:64],
        findings=coded.findings(),
        said_at=said_at(scope, sender, WHEN_REPORTED),
        **coded.exam,
    )


def _is_withdrawn(line: Segment) -> bool:
    return LINE_STATES.get(line.value(11).upper()) == WITHDRAWN


def _state(scope: Scope, lines: list[Segment], mapping: FeedMapping) -> ReportState:
    """OBR-25 and the lines' own states (OBX-11): withdrawn if all lines are, otherwise the more
    careful of the two. Raises Untranslatable where neither says one that is known."""
    sent = scope.first["OBR"].value(25)
    whole = mapping.report_states.get(sent.casefold()) if sent else None
    if sent and whole is None:
        raise Untranslatable(
            "unknown_status", "OBR-25", f"holds {shown(sent)}, which is no result status known "
            "here. Give its meaning in the mapping (report_states)."
        )  # fmt: skip
    said = {LINE_STATES[code] for line in lines if (code := line.value(11).upper()) in LINE_STATES}
    if whole == WITHDRAWN or said == {WITHDRAWN}:
        return WITHDRAWN
    for state in CAREFUL_FIRST:
        if state in {whole, *said}:
            return state
    raise Untranslatable(
        "no_status", "OBR-25", "says no result status, and no OBX-11 does: it may be preliminary.",
    )  # fmt: skip


def _performed_on(scope: Scope, state: ReportState, sender: Sender) -> date:
    """The day of the exam. What is withdrawn is known by its number: the day may be missing, and
    is then that of the statement."""
    try:
        return day_of(scope, sender.mapping.performed_on, "no_exam_date")
    except Untranslatable:
        if state != WITHDRAWN:
            raise
        return said_at(scope, sender, WHEN_REPORTED).date()


def _reporter(scope: Scope, mapping: FeedMapping) -> str:
    for text in mapping.reporter:
        name, field, *_ = place_of(text)
        segment = scope.first.get(name)
        if segment and (found := _name(segment, field)):
            return found[:LONGEST_REPORTER]
    return ""


def _name(segment: Segment, field: int) -> str:
    """Given and family name of a person: `id^family^given`, or all in the first component."""
    apart = [tidy(segment.value(field, part)) for part in (3, 2)]
    inside = [tidy(segment.value(field, 1, part)) for part in (3, 2)]
    return " ".join(one for one in (apart if any(apart) else inside) if one)


def _one_each(parts: list[ReportArrival | Unmapped]) -> list[ReportArrival | Unmapped]:
    """Reports with the same accession number joined into the first of them."""
    joined: dict[Any, ReportArrival | Unmapped] = {}
    for number, part in enumerate(parts):
        key = part.accession if isinstance(part, ReportArrival) else number
        first = joined.get(key)
        if isinstance(first, ReportArrival) and isinstance(part, ReportArrival):
            part = _together(first, part)
        joined[key] = part
    return list(joined.values())


def _together(one: ReportArrival, other: ReportArrival) -> ReportArrival:
    """Two groups of one report. A withdrawn group says nothing beside one that stands."""
    if one.state == WITHDRAWN or other.state == WITHDRAWN:
        return other if one.state == WITHDRAWN else one
    states = {one.state, other.state}
    return replace(
        one,
        state=next(state for state in CAREFUL_FIRST if state in states),
        performed_on=min(one.performed_on, other.performed_on),
        modality=_modality(one, other),
        procedure=_words(one.procedure, other.procedure, " + ")[:400],
        body_site=_words(one.body_site, other.body_site, ", ")[:400],
        text=_words(one.text, other.text, "\n\n"),
        findings=one.findings + other.findings,
        said_at=max(one.said_at, other.said_at),
    )


def _modality(one: ReportArrival, other: ReportArrival) -> Modality | None:
    """Of two kinds of exam that of the group that names liver or abdomen; None if both or neither
    do."""
    if one.modality == other.modality:
        return one.modality
    of_liver = [group for group in (one, other) if _is_of_the_liver(group)]
    return of_liver[0].modality if len(of_liver) == 1 else None


def _is_of_the_liver(group: ReportArrival) -> bool:
    return names_liver_or_abdomen(f"{group.procedure} {group.body_site}")


def _words(one: str, other: str, between: str) -> str:
    return between.join(dict.fromkeys(word for word in (one, other) if word))
