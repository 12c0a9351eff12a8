"""A lesion's history in the words of the page and of the print."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveillance.models import FollowUp, Lesion, LesionObservation
from surveillance.obligations import window_of
from surveillance.protocol.parameters import LARGE_FROM
from surveillance.protocol.terms import Modality
from surveillance.protocol.timeliness import stage_on
from surveillance.timeline import TimelineEntry
from surveillance.web.chart import OTHER, Chart, family_key, size_chart
from surveillance.web.history_form import PER_PAGE
from surveillance.web.history_query import LesionHistory
from surveillance.web.lesion_view import ExamRow, exam_row, measurements_of
from surveillance.web.queue_rows import STAGE_TAGS, days_words, owed_words
from surveillance.web.recommendation_view import (
    OverrideView,
    RecommendationView,
    override_view,
    recommendation_view,
    window_words,
)
from surveillance.web.timeline_view import TimelineRow, timeline_rows
from surveillance.web.wording import (
    Tag,
    date_words,
    lesion_words,
    moment_words,
    name_of_patient,
    number_words,
    size_words,
)


class Link(NamedTuple):
    """To another page, or another form, of the same history."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class OwedThen:
    """What was owed on the day looked back to."""

    words: str
    window: str
    stage: Tag
    days: str


@dataclass(frozen=True, slots=True)
class LesionThen:
    """Whose lesion, what was decided and what had been seen, as known on the day asked for."""

    key: str
    name: str
    patient: str
    patient_url: str
    mrn: str
    born: str
    known_on: str
    advice: RecommendationView | None
    replay_url: str
    override: OverrideView | None
    owed: tuple[OwedThen, ...]
    chart: Chart | None
    exams: tuple[ExamRow, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of entries, and the way to the others."""

    rows: tuple[TimelineRow, ...]
    shown: str
    links: tuple[Link, ...]


def lesion_then(history: LesionHistory) -> LesionThen:
    """Everything but the entries."""
    lesion, decided = history.lesion, history.decided
    patient, site = lesion.patient, lesion.patient.site
    name, advice = lesion_words(lesion), decided.assessment
    return LesionThen(
        key=str(lesion.pk),
        name=name,
        patient=name_of_patient(patient),
        patient_url=reverse("patient", args=[patient.pk]),
        mrn=patient.mrn,
        born=date_words(patient.birth_date) or _("not recorded"),
        known_on=date_words(history.asked.known_on),
        advice=recommendation_view(advice, moment_words(advice.assessed_at, site))
        if advice
        else None,
        replay_url=reverse("decision", args=[lesion.pk, advice.pk]) if advice else "",
        override=override_view(decided.override) if decided.override else None,
        owed=tuple(_owed(row, history) for row in decided.owed),
        chart=size_chart(name, measurements_of(history.observations), LARGE_FROM.value),
        exams=compared_rows(history.observations),
    )


def _owed(row: FollowUp, history: LesionHistory) -> OwedThen:
    window = window_of(row)
    return OwedThen(
        words=owed_words(row),
        window=window_words(window.earliest, window.target, window.latest),
        stage=STAGE_TAGS[stage_on(window, history.on)],
        days=days_words(row, history.on),
    )


def compared_rows(observations: Sequence[LesionObservation]) -> tuple[ExamRow, ...]:
    """The exams, the newest first as they come, each size beside the one before it in the same
    family of modalities: sizes of two families are not held against each other here."""
    before: dict[str, LesionObservation] = {}
    rows = []
    for row in reversed(observations):
        shown, family = exam_row(row), family_key(Modality(row.exam.modality))
        if row.size_mm is not None and family != OTHER:
            if family in before:
                shown = replace(shown, change=_change(row, before[family]))
            before[family] = row
        rows.append(shown)
    return tuple(reversed(rows))


def _change(row: LesionObservation, earlier: LesionObservation) -> str:
    """'2.0 mm more than on 3 Mar 2026'."""
    assert row.size_mm is not None
    assert earlier.size_mm is not None
    on, change = date_words(earlier.exam.performed_on), row.size_mm - earlier.size_mm
    if not change:
        return _("as on {day}").format(day=on)
    words = _("{size} more than on {day}") if change > 0 else _("{size} less than on {day}")
    return words.format(size=size_words(abs(change)), day=on)


def page_of_rows(history: LesionHistory, asked: str) -> Rows:
    """One page of the entries; a number that is none, or too large, is the nearest there is."""
    page = Paginator(history.known, PER_PAGE).get_page(asked)
    first, last, all_of_them = page.start_index(), page.end_index(), page.paginator.count
    shown = _("Entries {first} to {last} of {count}").format(
        first=number_words(first), last=number_words(last), count=number_words(all_of_them)
    )
    rows = entry_rows(list(page), history.lesion)
    return Rows(rows, shown if all_of_them else "", _pages(history, page))


def entry_rows(entries: Sequence[TimelineEntry], lesion: Lesion) -> tuple[TimelineRow, ...]:
    """The entries in words, each decision with the way to its recomputing."""
    return timeline_rows(entries, lesion.patient.site, lesion.pk)


def _pages(history: LesionHistory, page: "Page[TimelineEntry]") -> tuple[Link, ...]:
    links = []
    if page.has_previous():
        links.append(Link(_("Newer entries"), f"?{history.asked.query(page=page.number - 1)}"))
    if page.has_next():
        links.append(Link(_("Older entries"), f"?{history.asked.query(page=page.number + 1)}"))
    return tuple(links)


def later_words(history: LesionHistory) -> str:
    """'2 things had happened by then and were recorded later.' Empty when all was known."""
    count = len(history.later)
    if not count:
        return ""
    return ngettext(
        "{n} thing had happened by then and became known later.",
        "{n} things had happened by then and became known later.",
        count,
    ).format(n=number_words(count))


def file_links(history: LesionHistory) -> tuple[Link, ...]:
    """The same history as files."""
    query, pk = history.asked.query(), history.lesion.pk
    return (
        Link(_("Print summary (PDF)"), f"{reverse('lesion_summary', args=[pk])}?{query}"),
        Link(_("Export (JSON)"), f"{reverse('lesion_export', args=[pk])}?{query}"),
    )
