"""What was answered: by clinicians to escalations, by institutions elsewhere, by the patient."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

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
        ended = _("Signed: this ends what is owed to the lesion")
        is_end = row.not_indicated == "NOT_APPROPRIATE"
        yield TimelineEntry(
            kind=TimelineKind.ANSWER,
            on=lesion.patient.site.local_date(row.answered_at),
            at=row.answered_at,
            title=_("Answer to tier {tier}: {answer}").format(
                tier=row.escalation.tier, answer=_(row.get_kind_display())
            ),
            detail=lines(
                _(row.get_not_indicated_display()),
                labelled(_("Order number"), row.order_number),
                labelled(_("Ordered"), row.ordered_on),
                row.reason,
                ended if is_end else labelled(_("Comes back after"), row.promised_on),
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
            title=_("Followed elsewhere: {institution}").format(institution=row.institution),
            detail=lines(
                row.evidence,
                labelled(_("Document"), row.document_reference),
                labelled(_("Counts until"), row.expires_on),
            ),
            by=who(row.recorded_by),
            ref=str(row.pk),
        )
        review: OutsideCareReview | None = getattr(row, "review", None)
        if review is not None:
            verdict = _("confirmed") if review.is_sufficient else _("not sufficient")
            yield TimelineEntry(
                kind=TimelineKind.OUTSIDE_CARE,
                on=site.local_date(review.reviewed_at),
                at=review.reviewed_at,
                title=_("Second look at the evidence: {verdict}").format(verdict=verdict),
                detail=lines(review.note),
                by=who(review.reviewed_by),
                ref=str(review.pk),
            )


def declinations(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Each refusal: who said it, knowing what, and when it is offered again."""
    rows = Declination.objects.filter(patient=lesion.patient_id).select_related("recorded_by")
    for row in rows:
        yield TimelineEntry(
            kind=TimelineKind.STATUS,
            on=row.declined_on,
            at=row.recorded_at,
            title=_("Declined by {who}").format(who=_said_by(row)),
            detail=lines(
                listed(
                    _("Had been told"), (_(str(InformedOf(one).label)) for one in row.informed_of)
                ),
                row.note,
                labelled(_("Offered again on"), row.reoffer_on),
            ),
            by=who(row.recorded_by),
            ref=str(row.pk),
        )


def _said_by(row: Declination) -> str:
    said_by = _(str(WhoDeclined(row.declined_by).label)).lower()
    return f"{said_by} ({row.proxy})" if row.proxy else said_by
