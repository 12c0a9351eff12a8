"""What was decided, why, and what has been owed since."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from surveillance.models import FollowUp, Lesion, LesionAssessment
from surveillance.protocol.terms import EscalationClass, Modality, RecommendationKind, Risk
from surveillance.timeline.entry import (
    Later,
    TimelineEntry,
    TimelineKind,
    Verbatim,
    labelled,
    lines,
    listed,
    who,
)

CAUSES = (
    gettext_noop("birth date corrected"),
    gettext_noop("exam recorded"),
    gettext_noop("exam retracted"),
    gettext_noop("findings added"),
    gettext_noop("follow up closed"),
    gettext_noop("lesion event recorded"),
    gettext_noop("lesion event retracted"),
    gettext_noop("lesion registered"),
    gettext_noop("lesion reopened"),
    gettext_noop("override"),
    gettext_noop("override recorded"),
    gettext_noop("override requested"),
    gettext_noop("patients unmerged"),
    gettext_noop("registry import"),
    gettext_noop("risk updated"),
    gettext_noop("status changed"),
    gettext_noop("time passed"),
)
"""What made a lesion be assessed, as the code of it reads without its underscores."""


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
        title=_(RecommendationKind(row.recommendation).label),
        detail=lines(*_window(row), *explanation(row.answer), *_provenance(row)),
        by=who(row.assessed_by),
        ref=str(row.pk),
    )


def _override(row: LesionAssessment) -> TimelineEntry:
    return TimelineEntry(
        kind=TimelineKind.OVERRIDE,
        on=row.as_of,
        at=row.assessed_at,
        title=_("Override: {kind}").format(kind=_(row.get_override_kind_display())),
        detail=lines(
            labelled(_("Reason"), row.override_reason),
            labelled(_("Holds until"), row.override_expires_on),
            *_window(row),
            *_provenance(row),
        ),
        by=who(row.assessed_by),
        ref=str(row.pk),
    )


def explanation(answer: Mapping[str, Any]) -> Iterator[str]:
    """The reasons of a stored answer, its add-ons, what is missing, and the quoted sources; in
    English, as they are stored."""
    yield from map(Verbatim, answer.get("reasons", ()))
    yield from (Verbatim(f"Also: {addon}") for addon in answer.get("addons", ()))
    yield from (Verbatim(f"Caution: {caution}") for caution in answer.get("biopsy_cautions", ()))
    yield Verbatim(listed("Not known", answer.get("missing", ())))
    for citation in answer.get("citations", ()):
        yield Verbatim(f"{citation['key']}: “{citation['quote']}”")


def _window(row: LesionAssessment) -> Iterator[str]:
    if row.target_on is not None:
        yield _due(row)
    if row.preferred_modality:
        yield labelled(pgettext("exam", "By"), _(Modality(row.preferred_modality).label))


def _due(row: LesionAssessment | FollowUp) -> str:
    return _("Due {target}, from {earliest}, at the latest {latest}").format(
        target=row.target_on, earliest=row.earliest_on, latest=row.latest_on
    )


def _provenance(row: LesionAssessment) -> Iterator[str]:
    yield _("Rule {rule}, protocol version {version}").format(
        rule=row.rule, version=row.protocol_version
    )
    yield labelled(_("Risk"), _(Risk(row.risk).label))
    yield labelled(_("Cause"), _(row.cause.replace("_", " ")))


def follow_ups(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Each obligation: when it was opened, with whom, and how it ended."""
    rows = FollowUp.objects.filter(lesion=lesion).select_related(
        "assessment__assessed_by", "owner", "closed_by", "completed_by"
    )
    for row in rows.defer("assessment__inputs", "assessment__answer", "completed_by__report_text"):
        yield _opened(lesion, row)
        yield from _closed(lesion, row)


def _opened(lesion: Lesion, row: FollowUp) -> TimelineEntry:
    advised, kind = row.advised_modality, RecommendationKind(row.recommendation)
    today = lines(
        labelled(_("Owner"), who(row.owner) if row.owner else _("nobody")),
        labelled(_("Ordered on"), row.ordered_on),
        labelled(_("Booked for"), row.booked_for),
    )
    return TimelineEntry(
        kind=TimelineKind.OPENED,
        on=lesion.patient.site.local_date(row.opened_at),
        at=row.opened_at,
        title=_("{what} owed by {day}").format(what=_(kind.label), day=row.latest_on),
        detail=lines(
            _due(row),
            labelled(pgettext("exam", "By"), _(Modality(advised).label) if advised else ""),
            labelled(_("Class"), _(EscalationClass(row.escalation_class).label)),
            Verbatim(row.reason),
            *today,
        ),
        by=who(row.assessment.assessed_by),
        ref=str(row.pk),
        later=tuple(map(Later, today)),  # each change is an entry of its own (steps)
    )


def _closed(lesion: Lesion, row: FollowUp) -> Iterator[TimelineEntry]:
    kind = RecommendationKind(row.recommendation)
    if row.closed_at is not None:
        yield TimelineEntry(
            kind=TimelineKind.CLOSED,
            on=lesion.patient.site.local_date(row.closed_at),
            at=row.closed_at,
            title=f"{_(kind.label)}: {_(row.get_outcome_display())}",
            detail=lines(
                row.outcome_note,
                labelled(_("By exam"), row.completed_by.accession if row.completed_by else ""),
            ),
            by=who(row.closed_by),
            ref=str(row.pk),
        )
