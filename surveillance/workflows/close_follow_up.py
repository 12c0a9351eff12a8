"""A person ends a follow-up by hand."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.models import FollowUp, FollowUpOutcome, LesionAssessment, OverrideKind
from surveillance.protocol.terms import ObligationKind
from surveillance.record_locks import lock_records
from surveillance.workflows.assess_lesion import assess_lesion
from surveillance.workflows.change_follow_up import (
    FollowUpAlreadyClosed,
    FollowUpChangedMeanwhile,
)
from surveillance.workflows.close_follow_ups import Closing, close_follow_ups
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.override_assessment import override_assessment

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BY_HAND = (
    FollowUpOutcome.COMPLETED,
    FollowUpOutcome.NOT_APPROPRIATE,
    FollowUpOutcome.ENTERED_IN_ERROR,
)


COMPLETED_BY = {
    ObligationKind.IMAGING: gettext_noop(
        "Imaging is completed by its report. Record the exam; it closes this follow-up."
    ),
    ObligationKind.REFERRAL: gettext_noop(
        "A referral is completed by what it brought. Record the decision of "
        "the meeting, the pathology or the treatment; it closes this follow-up."
    ),
}
"""The fact that completes what no hand can, by kind."""


class OutcomeNotByHand(WorkflowRefused):
    """This outcome follows from a fact that has its own form; the message says which."""

    code = "outcome_not_by_hand"


class ClosingNeedsReason(WorkflowRefused):
    """Who closes a follow-up by hand says why."""

    code = "closing_needs_reason"


class StillOwed(WorkflowRefused):
    """The protocol owes the same again at once: closing would leave a gap."""

    code = "still_owed"


@transaction.atomic
def close_follow_up(
    *,
    follow_up: FollowUp,
    outcome: FollowUpOutcome,
    note: str = "",
    expected_version: int | None = None,
    by: "User",
    now: datetime,
) -> FollowUp:
    """End `follow_up` as a person: a review that was COMPLETED, an error, or signed.

    NOT_APPROPRIATE is a clinician's signed override that closes the lesion. A completed review
    stays closed until new facts lead to a new decision. Closing twice with one outcome changes
    nothing. Refused: imaging or a referral COMPLETED by hand (a report, or what the referral
    brought, does that: 5.8), outcomes that follow from other facts, no reason, what the protocol
    goes on owing, closed or changed meanwhile.
    """
    lock_records([follow_up.patient_id])
    current = FollowUp.objects.select_related("lesion", "site", "patient").get(pk=follow_up.pk)
    if current.closed_at is not None:
        if current.outcome == outcome:
            return current
        raise FollowUpAlreadyClosed(_("This follow-up was closed meanwhile. Reload to see how."))
    _refuse(current, outcome, note, expected_version)
    if outcome == FollowUpOutcome.NOT_APPROPRIATE:
        override_assessment(
            lesion=current.lesion, kind=OverrideKind.CLOSE, reason=note, by=by, now=now
        )
    else:
        closing = Closing(follow_up=current, outcome=outcome, note=note)
        close_follow_ups(closings=[closing], by=by, now=now)
        decided = assess_lesion(lesion=current.lesion, cause="follow_up_closed", by=by, now=now)
        _refuse_gap(current, decided)
    current.refresh_from_db()
    return current


def _refuse(
    current: FollowUp, outcome: FollowUpOutcome, note: str, expected_version: int | None
) -> None:
    if expected_version is not None and current.version != expected_version:
        raise FollowUpChangedMeanwhile(
            _(
                "Somebody else changed this follow-up since you opened the page. Reload it and "
                "look."
            ),
            expected=expected_version,
        )
    if outcome not in BY_HAND:
        raise OutcomeNotByHand(
            _(
                "Record what happened instead: the patient's status, the treatment of the "
                "lesion, or the exam. The follow-up then closes by itself."
            )
        )
    if outcome == FollowUpOutcome.COMPLETED and current.kind in COMPLETED_BY:
        raise OutcomeNotByHand(_(COMPLETED_BY[ObligationKind(current.kind)]))
    if not note.strip():
        raise ClosingNeedsReason(_("Say how this ended: the note stays on record."), field="note")


def _refuse_gap(closed: FollowUp, decided: LesionAssessment) -> None:
    left = FollowUp.objects.open().filter(lesion=closed.lesion_id)
    if decided.stop or (left and closed.kind not in {row.kind for row in left}):
        return
    raise StillOwed(
        _(
            "The protocol still owes this lesion the same. Record the fact that answers it "
            "(result, decision, missing data), or let a clinician sign that it is not appropriate."
        )
    )
