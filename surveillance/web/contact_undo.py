"""Taking back an attempt to reach a patient: at once by who logged it, later by a lead."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surveillance.models import ContactAttempt
from surveillance.roles import Permission, permissions_at, sites_where
from surveillance.web.access import SignedInRequest, require, signed_in
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.forms import ReasonForm
from surveillance.web.refusals import accepted
from surveillance.web.way_back import go_back, with_row
from surveillance.web.wording import moment_words
from surveillance.workflows.retract_contact import retract_contact

UNDO_FOR = timedelta(minutes=15)
"""A slip of the hand is seen at once. Later others may have acted on it: a lead takes it back."""
SLIP = "Logged by mistake."


@dataclass(frozen=True, slots=True)
class Undo:
    """The offer to take the newest attempt back, and until when it stands."""

    what: str
    until: str
    url: str
    reason: str = SLIP


def undo_ends(attempt: ContactAttempt, user: User) -> datetime | None:
    """Until when `user` may undo it; None for what others logged or what is gone."""
    is_own = attempt.attempted_by_id == user.pk and attempt.retracted_at is None
    return attempt.recorded_at + UNDO_FOR if is_own and attempt.recorded_at else None


def undo_of(
    attempts: Iterable[ContactAttempt], user: User, now: datetime, row: UUID
) -> Undo | None:
    """The undo of what `user` logged last, while it is offered."""
    own = [(ends, one) for one in attempts if (ends := undo_ends(one, user)) and ends >= now]
    if not own:
        return None
    ends, attempt = max(own, key=lambda pair: pair[0])
    until = moment_words(ends, attempt.patient.site)
    return Undo(
        what=attempt.get_outcome_display(),
        until=until.rpartition(" ")[2],
        url=with_row(reverse("contact_undo", args=[attempt.pk]), row),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def take_back(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Retract one attempt, with a reason; it stays visible in the log and the history."""
    sites = sites_where(request.user, Permission.VIEW_PATIENT)
    seen = ContactAttempt.objects.filter(patient__site__in=sites)
    attempt = get_object_or_404(seen.select_related("patient__site"), pk=pk)
    patient, now = attempt.patient, timezone.now()
    ends = undo_ends(attempt, request.user)
    may_retract = Permission.RETRACT in permissions_at(request.user, patient.site)
    if ends and ends < now and not may_retract:
        late = _("It could be undone until {moment}. Ask a lead navigator.")
        messages.warning(request, late.format(moment=moment_words(ends, patient.site)))
        return go_back(request, patient.pk)
    if ends is None and attempt.attempted_by != request.user:
        require(request.user, Permission.RETRACT, patient.site)
    form = ReasonForm(request.POST if request.method == "POST" else None, initial={"reason": SLIP})

    def act() -> object:
        reason = form.cleaned_data["reason"]
        return retract_contact(attempt=attempt, reason=reason, by=request.user, now=now)

    if form.is_valid() and accepted(form, act):
        done = _("Taken back: “{outcome}”.").format(outcome=attempt.get_outcome_display())
        messages.success(request, done)
        return go_back(request, patient.pk)
    action = Action(
        _("Take back: {outcome}").format(outcome=attempt.get_outcome_display()),
        _("Take back"),
        _(
            "Logged for {moment}. It stays visible and counts no more; the next try follows from "
            "the other attempts."
        ).format(moment=moment_words(attempt.attempted_at, patient.site)),
        is_warning=True,
    )
    return show(request, action, subject_of(patient, patient.site.local_date(now)), form)
