"""What was decided, why, and what has been owed since."""

from collections.abc import Iterator, Mapping
from typing import Any

from surveillance.models import FollowUp, Lesion, LesionAssessment
from surveillance.protocol.terms import EscalationClass, Modality, RecommendationKind, Risk
from surveillance.timeline.entry import (
    Later,
    TimelineEntry,
    TimelineKind,
    labelled,
    lines,
    listed,
    who,
)


def assessments(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Each decision with its rule, version, reasons and citations; overrides among them."""
    rows = (
        LesionAssessment.objects.filter(lesion=lesion).select_related("assessed_by").defer("inputs")
    )
    for row in rows:
        yield _override(row) if row.override_kind else _assessment(row)


def _assessment(row: LesionAssessment) -> TimelineEntry:
    return TimelineEntry(
        kind=TimelineKind.ASSESSMENT,
        on=row.as_of,
        at=row.assessed_at,
        title=RecommendationKind(row.recommendation).label,
        detail=lines(*_window(row), *explanation(row.answer), *_provenance(row)),
        by=who(row.assessed_by),
        ref=str(row.pk),
    )


def _override(row: LesionAssessment) -> TimelineEntry:
    return TimelineEntry(
        kind=TimelineKind.OVERRIDE,
        on=row.as_of,
        at=row.assessed_at,
        title=f"Override: {row.get_override_kind_display()}",
        detail=lines(
            labelled("Reason", row.override_reason),
            labelled("Holds until", row.override_expires_on),
            *_window(row),
            *_provenance(row),
        ),
        by=who(row.assessed_by),
        ref=str(row.pk),
    )


def explanation(answer: Mapping[str, Any]) -> Iterator[str]:
    """The reasons of a stored answer, its add-ons, what is missing, and the quoted sources."""
    yield from answer.get("reasons", ())
    yield from (f"Also: {addon}" for addon in answer.get("addons", ()))
    yield from (f"Caution: {caution}" for caution in answer.get("biopsy_cautions", ()))
    yield listed("Not known", answer.get("missing", ()))
    for citation in answer.get("citations", ()):
        yield f"{citation['key']}: “{citation['quote']}”"


def _window(row: LesionAssessment) -> Iterator[str]:
    if row.target_on is not None:
        yield f"Due {row.target_on}, from {row.earliest_on}, at the latest {row.latest_on}"
    if row.preferred_modality:
        yield labelled("By", Modality(row.preferred_modality).label)


def _provenance(row: LesionAssessment) -> Iterator[str]:
    yield f"Rule {row.rule}, protocol version {row.protocol_version}"
    yield labelled("Risk", Risk(row.risk).label)
    yield labelled("Cause", row.cause.replace("_", " "))


def follow_ups(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Each obligation: when it was opened, with whom, and how it ended."""
    rows = FollowUp.objects.filter(lesion=lesion).select_related(
        "assessment__assessed_by", "owner", "closed_by", "completed_by"
    )
    for row in rows.defer("assessment__inputs", "assessment__answer", "completed_by__report_text"):
        yield _opened(lesion, row)
        yield from _closed(lesion, row)


def _opened(lesion: Lesion, row: FollowUp) -> TimelineEntry:
    advised = row.advised_modality
    today = lines(
        labelled("Owner", who(row.owner) if row.owner else "nobody"),
        labelled("Ordered on", row.ordered_on),
        labelled("Booked for", row.booked_for),
    )
    return TimelineEntry(
        kind=TimelineKind.OPENED,
        on=lesion.patient.site.local_date(row.opened_at),
        at=row.opened_at,
        title=f"{RecommendationKind(row.recommendation).label} owed by {row.latest_on}",
        detail=lines(
            f"Due {row.target_on}, from {row.earliest_on}, at the latest {row.latest_on}",
            labelled("By", Modality(advised).label if advised else ""),
            labelled("Class", EscalationClass(row.escalation_class).label),
            row.reason,
            *today,
        ),
        by=who(row.assessment.assessed_by),
        ref=str(row.pk),
        later=tuple(map(Later, today)),  # each change is an entry of its own (steps)
    )


def _closed(lesion: Lesion, row: FollowUp) -> Iterator[TimelineEntry]:
    if row.closed_at is not None:
        yield TimelineEntry(
            kind=TimelineKind.CLOSED,
            on=lesion.patient.site.local_date(row.closed_at),
            at=row.closed_at,
            title=(f"{RecommendationKind(row.recommendation).label}: {row.get_outcome_display()}"),
            detail=lines(
                row.outcome_note,
                labelled("By exam", row.completed_by.accession if row.completed_by else ""),
            ),
            by=who(row.closed_by),
            ref=str(row.pk),
        )
