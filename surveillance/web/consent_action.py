"""Record how a patient may be reached."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from surveillance.roles import Permission
from surveillance.web.access import SignedInRequest, patient_or_404, require, signed_in
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.consent_form import ConsentForm
from surveillance.web.refusals import accepted
from surveillance.web.way_back import go_back
from surveillance.workflows.record_consent import record_consent

ACTION = Action(
    heading=gettext_noop("How the patient may be reached"),
    button=gettext_noop("Save"),
    explanation=gettext_noop(
        "What waits to be sent by a way that is no longer allowed takes the next one that "
        "is, in the end a call. What is owed stays owed."
    ),
)


@require_http_methods(["GET", "POST"])
@signed_in
def consent_action(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The form, filled in as things stand."""
    patient = patient_or_404(request.user, pk)
    require(request.user, Permission.LOG_CONTACT, patient.site)
    now = timezone.now()
    form = ConsentForm(request.POST if request.method == "POST" else None, patient=patient)
    if form.is_valid():
        saved = accepted(
            form,
            lambda: record_consent(
                patient=patient,
                consents=form.consents(),
                how=form.cleaned_data["how"],
                works_again=form.works_again(),
                by=request.user,
                now=now,
            ),
        )
        if saved:
            messages.success(request, _("How the patient may be reached is recorded."))
            return go_back(request, patient.pk)
    return show(request, ACTION, subject_of(patient, patient.site.local_date(now)), form)
