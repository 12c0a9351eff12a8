"""Gathers a lesion's history from all tables, in a constant number of queries."""

from collections.abc import Callable, Iterable

from surveillance.models import Lesion
from surveillance.timeline.answers import declinations, escalation_answers, outside_care
from surveillance.timeline.decisions import assessments, follow_ups
from surveillance.timeline.entry import TimelineEntry
from surveillance.timeline.facts import exams, lesion_events, registration
from surveillance.timeline.outreach import contacts, escalations, notes, notifications
from surveillance.timeline.people import afp_results, merges, risk_profiles, statuses
from surveillance.timeline.steps import escalation_steps, steps

SOURCES: tuple[Callable[[Lesion], Iterable[TimelineEntry]], ...] = (
    registration,
    exams,
    lesion_events,
    risk_profiles,
    afp_results,
    statuses,
    merges,
    assessments,
    follow_ups,
    steps,
    contacts,
    notes,
    escalations,
    escalation_steps,
    escalation_answers,
    outside_care,
    declinations,
    notifications,
)
"""Each asks the database once, steps and escalation_steps three times, however long the history."""


def build_timeline(lesion: Lesion, *, newest_first: bool = False) -> tuple[TimelineEntry, ...]:
    """Everything recorded about the lesion and its patient that explains what became of it."""
    lesion = Lesion.objects.select_related("patient__site", "recorded_by").get(pk=lesion.pk)
    entries = [entry for source in SOURCES for entry in source(lesion)]
    return tuple(sorted(entries, key=lambda entry: entry.order, reverse=newest_first))
