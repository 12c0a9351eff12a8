"""Record that a patient died, moved, declined, was lost, or is back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from patients.models import PatientStatus
from surveillance.models import InformedOf, WhoDeclined
from surveillance.roles import Permission, permissions_at
from surveillance.web.access import SignedInRequest, patient_or_404, require, signed_in
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.refusals import accepted
from surveillance.web.status_form import StatusForm
from surveillance.web.way_back import go_back
from surveillance.workflows.append_declination import Declined
from surveillance.workflows.withdraw_patient import SIGNED, withdraw_patient

ACTION = Action(
    heading=gettext_noop("Change the patient’s status"),
    button=gettext_noop("Save status"),
    explanation=gettext_noop(
        "Death, an acknowledged transfer and a clinician’s signed decision end everything that is "
        "owed. After a refusal, an unacknowledged transfer or a loss of contact it stays owed."
    ),
    is_warning=True,
)


@require_http_methods(["GET", "POST"])
@signed_in
def status_action(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The form; what the status does to what is owed is the workflow's."""
    patient = patient_or_404(request.user, pk)
    require(request.user, Permission.WITHDRAW, patient.site)
    now = timezone.now()
    is_signer = Permission.CLOSE_SIGNED in permissions_at(request.user, patient.site)
    offered = [one for one in PatientStatus if is_signer or one not in SIGNED]
    form = StatusForm(request.POST if request.method == "POST" else None, statuses=offered)
    if form.is_valid():
        saved = accepted(
            form,
            lambda: withdraw_patient(
                patient=patient,
                status=PatientStatus(form.cleaned_data["status"]),
                status_on=form.cleaned_data["status_on"],
                reason=form.cleaned_data["reason"],
                declined=_declined(form),
                by=request.user,
                now=now,
            ),
        )
        if saved:
            messages.success(
                request, _("The status is recorded, and what is owed was decided again.")
            )
            return go_back(request, patient.pk)
    return show(request, ACTION, subject_of(patient, patient.site.local_date(now)), form)


def _declined(form: StatusForm) -> Declined | None:
    """What was said with a refusal; None for any other status."""
    said = form.cleaned_data
    if not said["declined_by"]:
        return None
    return Declined(
        by=WhoDeclined(said["declined_by"]),
        proxy=said["proxy"],
        informed_of=[InformedOf(code) for code in said["informed_of"]],
        reoffer_on=said["reoffer_on"],
    )
