"""A clinician departs from the rule: sooner, later, another modality, or no more."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from surveillance.models import OverrideKind
from surveillance.protocol.terms import Modality
from surveillance.roles import Permission
from surveillance.web.access import SignedInRequest, lesion_or_404, require, signed_in
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.decision_forms import OverrideForm
from surveillance.web.refusals import accepted
from surveillance.web.wording import lesion_words
from surveillance.workflows.override_assessment import dates_not_offered, override_assessment

MEANS = gettext_noop(
    "The rule stays in view beside your decision. It holds until it expires, somebody re-opens "
    "the lesion, or new facts lead to another need."
)


@require_http_methods(["GET", "POST"])
@signed_in
def override(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask what is decided and why; the workflow refuses what is not allowed."""
    lesion = lesion_or_404(request.user, pk)
    require(request.user, Permission.OVERRIDE, lesion.patient.site)
    now = timezone.now()
    today = lesion.patient.site.local_date(now)
    form = OverrideForm(
        request.POST if request.method == "POST" else None,
        not_offered=dates_not_offered(lesion, today),
    )

    def act() -> None:
        said = form.cleaned_data
        override_assessment(
            lesion=lesion,
            kind=OverrideKind(said["kind"]),
            reason=said["reason"],
            latest_on=said.get("latest_on"),
            modality=Modality(said["modality"]) if said["modality"] else None,
            expires_on=said["expires_on"],
            by=request.user,
            now=now,
        )

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("Your decision is recorded beside the rule."))
        return redirect("patient", pk=lesion.patient_id)
    heading = _("Decide otherwise: {lesion}").format(lesion=lesion_words(lesion))
    action = Action(heading, _("Sign this decision"), _(MEANS))
    subject = subject_of(lesion.patient, today)
    return show(request, action, subject, form)
