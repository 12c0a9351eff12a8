"""What was recorded or closed by mistake is taken back: exam, event, signed closure."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from patients.models import Patient, Site
from surveillance.models import ImagingExam, LesionEvent, LesionEventKind
from surveillance.protocol.terms import Modality
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, lesion_or_404, require, signed_in
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.forms import ReasonForm
from surveillance.web.refusals import accepted
from surveillance.web.wording import date_words, label_of, lesion_words
from surveillance.workflows.reopen_lesion import reopen_lesion
from surveillance.workflows.retract_exam import retract_exam
from surveillance.workflows.retract_lesion_event import retract_lesion_event

STAYS = gettext_noop(
    "It stays visible in the history and counts no longer; the protocol decides again at once."
)


@require_http_methods(["GET", "POST"])
@signed_in
def reopen(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Lift a clinician's signature, or simply let the protocol look again."""
    lesion = lesion_or_404(request.user, pk)
    action = Action(
        _("Re-open {lesion}").format(lesion=lesion_words(lesion)),
        _("Re-open"),
        _("A clinician’s override is lifted, and what the protocol owes is open again."),
    )

    def act(reason: str) -> object:
        return reopen_lesion(lesion=lesion, reason=reason, by=request.user, now=timezone.now())

    require(request.user, Permission.OVERRIDE, lesion.patient.site)
    return _ask(request, lesion.patient, action, act)


@require_http_methods(["GET", "POST"])
@signed_in
def retract_an_exam(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """An exam was recorded wrongly, or for the wrong person."""
    seen = ImagingExam.objects.filter(patient__site__in=_sites(request), retracted_at=None)
    exam = get_object_or_404(seen.select_related("patient__site"), pk=pk)
    heading = _("Retract {exam} of {day}").format(
        exam=label_of(Modality, exam.modality), day=date_words(exam.performed_on)
    )
    action = Action(heading, _("Retract exam"), _(STAYS), is_warning=True)

    def act(reason: str) -> object:
        return retract_exam(exam=exam, reason=reason, by=request.user, now=timezone.now())

    require(request.user, Permission.RETRACT, exam.patient.site)
    return _ask(request, exam.patient, action, act)


@require_http_methods(["GET", "POST"])
@signed_in
def retract_an_event(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A result, a decision or a treatment was recorded wrongly."""
    seen = LesionEvent.objects.filter(lesion__patient__site__in=_sites(request), retracted_at=None)
    event = get_object_or_404(seen.select_related("lesion__patient__site"), pk=pk)
    heading = _("Retract: {event} of {day}").format(
        event=_(str(LesionEventKind(event.kind).label)), day=date_words(event.occurred_on)
    )
    action = Action(heading, _("Retract"), _(STAYS), is_warning=True)

    def act(reason: str) -> object:
        return retract_lesion_event(event=event, reason=reason, by=request.user, now=timezone.now())

    require(request.user, Permission.RETRACT, event.lesion.patient.site)
    return _ask(request, event.lesion.patient, action, act)


def _sites(request: SignedInRequest) -> QuerySet[Site]:
    return sites_where(request.user, Permission.VIEW_PATIENT)


def _ask(
    request: SignedInRequest, patient: Patient, action: Action, act: Callable[[str], object]
) -> HttpResponse:
    """Why; then do it and go back to the patient."""
    form: Form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and accepted(form, lambda: act(form.cleaned_data["reason"])):
        messages.success(request, _("Done, and what is owed was decided again."))
        return redirect("patient", pk=patient.pk)
    today = patient.site.local_date(timezone.now())
    return show(request, action, subject_of(patient, today), form)
