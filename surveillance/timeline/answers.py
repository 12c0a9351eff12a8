"""What was answered: by clinicians to escalations, by institutions elsewhere, by the patient."""

from collections.abc import Iterator

from surveillance.models import (
    Declination,
    EscalationAnswer,
    InformedOf,
    Lesion,
    OutsideCare,
    OutsideCareReview,
    WhoDeclined,
)
from surveillance.timeline.entry import (
    TimelineEntry,
    TimelineKind,
    labelled,
    lines,
    listed,
    who,
)


def escalation_answers(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Each answer to an escalation: which, why, and until when it was promised."""
    rows = EscalationAnswer.objects.filter(escalation__follow_up__lesion=lesion)
    for row in rows.select_related("answered_by", "escalation"):
        ended = "Signed: this ends what is owed to the lesion"
        is_end = row.not_indicated == "NOT_APPROPRIATE"
        yield TimelineEntry(
            kind=TimelineKind.ANSWER,
            on=lesion.patient.site.local_date(row.answered_at),
            at=row.answered_at,
            title=f"Answer to tier {row.escalation.tier}: {row.get_kind_display()}",
            detail=lines(
                row.get_not_indicated_display(),
                labelled("Order number", row.order_number),
                labelled("Ordered", row.ordered_on),
                row.reason,
                ended if is_end else labelled("Comes back after", row.promised_on),
            ),
            by=who(row.answered_by),
            ref=str(row.pk),
        )


def outside_care(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Evidence that the patient is followed elsewhere, and the second look at it."""
    site = lesion.patient.site
    rows = OutsideCare.objects.filter(follow_up__lesion=lesion)
    for row in rows.select_related("recorded_by", "review__reviewed_by"):
        yield TimelineEntry(
            kind=TimelineKind.OUTSIDE_CARE,
            on=site.local_date(row.recorded_at),
            at=row.recorded_at,
            title=f"Followed elsewhere: {row.institution}",
            detail=lines(
                row.evidence,
                labelled("Document", row.document_reference),
                labelled("Counts until", row.expires_on),
            ),
            by=who(row.recorded_by),
            ref=str(row.pk),
        )
        review: OutsideCareReview | None = getattr(row, "review", None)
        if review is not None:
            verdict = "confirmed" if review.is_sufficient else "not sufficient"
            yield TimelineEntry(
                kind=TimelineKind.OUTSIDE_CARE,
                on=site.local_date(review.reviewed_at),
                at=review.reviewed_at,
                title=f"Second look at the evidence: {verdict}",
                detail=lines(review.note),
                by=who(review.reviewed_by),
                ref=str(review.pk),
            )


def declinations(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Each refusal: who said it, knowing what, and when it is offered again."""
    rows = Declination.objects.filter(patient=lesion.patient_id).select_related("recorded_by")
    for row in rows:
        proxy = f" ({row.proxy})" if row.proxy else ""
        yield TimelineEntry(
            kind=TimelineKind.STATUS,
            on=row.declined_on,
            at=row.recorded_at,
            title=f"Declined by {WhoDeclined(row.declined_by).label.lower()}{proxy}",
            detail=lines(
                listed("Had been told", (InformedOf(code).label for code in row.informed_of)),
                row.note,
                labelled("Offered again on", row.reoffer_on),
            ),
            by=who(row.recorded_by),
            ref=str(row.pk),
        )
