"""Evidence of care elsewhere in plain words."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from surveillance.models import OutsideCare, OutsideCareReview, OutsideCareState
from surveillance.web.wording import Tag, date_words, moment_words, name_of_user

TONES = {
    OutsideCareState.UNCONFIRMED: "due",
    OutsideCareState.CONFIRMED: "good",
    OutsideCareState.NOT_SUFFICIENT: "overdue",
    OutsideCareState.EXPIRED: "overdue",
}


@dataclass(frozen=True, slots=True)
class OutsideCareDetail:
    """Where, what shows it, until when it counts, and what the second person found."""

    institution: str
    evidence: str
    document: str
    expires: str
    recorded: str
    review: str
    state: Tag


def outside_care_detail(row: OutsideCare, on: date) -> OutsideCareDetail:
    """`row` comes with its follow-up's site, who recorded it, and its review if there is one."""
    site, state = row.follow_up.site, row.state_on(on)
    return OutsideCareDetail(
        institution=row.institution,
        evidence=row.evidence,
        document=row.document_reference or _("Not given"),
        expires=date_words(row.expires_on),
        recorded=f"{name_of_user(row.recorded_by)}, {moment_words(row.recorded_at, site)}",
        review=_review(row),
        state=Tag(_(str(state.label)), TONES[state]),
    )


def _review(row: OutsideCare) -> str:
    review: OutsideCareReview | None = getattr(row, "review", None)
    if review is None:
        return ""
    verdict = _("Sufficient") if review.is_sufficient else _("Not sufficient")
    at = moment_words(review.reviewed_at, row.follow_up.site)
    note = f": {review.note}" if review.note else ""
    return f"{verdict}{note} ({name_of_user(review.reviewed_by)}, {at})"
