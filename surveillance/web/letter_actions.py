"""One patient's letters: send one, correct the address, number it, note that it came back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from patients.workflows.note_returned_address import note_returned_address
from surveillance.delivery.calendar_file import (
    FILE_NAME,
    MIME_TYPE,
    Appointment,
    calendar_file,
    sequence_of,
)
from surveillance.models import Letter
from surveillance.outreach import why_not_written_to
from surveillance.protocol.message_terms import language_of
from surveillance.roles import Permission, sites_where
from surveillance.web.access import (
    SignedInRequest,
    follow_up_or_404,
    patient_or_404,
    require,
    signed_in,
)
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.consent_words import no_way_words
from surveillance.web.letter_batch import download
from surveillance.web.letter_forms import AddressForm, CertifiedForm, ReturnedForm
from surveillance.web.letter_view import already_waiting_words
from surveillance.web.refusals import accepted
from surveillance.web.way_back import go_back
from surveillance.workflows.amend_patient import amend_patient
from surveillance.workflows.queue_letter import CURES, queue_letter
from surveillance.workflows.record_certified_number import record_certified_number
from surveillance.workflows.record_download import record_download
from surveillance.workflows.record_returned_letter import record_returned_letter

SEND = Action(
    gettext_noop("Send a letter"),
    gettext_noop("Queue the letter"),
    gettext_noop(
        "It asks the patient to call and book, or tells of the next appointment; it names no "
        "reason. It waits with others until somebody prints and posts them (Letters)."
    ),
)
ADDRESS = Action(gettext_noop("Postal address"), gettext_noop("Save address"))
CERTIFIED = Action(
    gettext_noop("Certified mail"),
    gettext_noop("Save the number"),
    gettext_noop("A number is entered once."),
)
RETURNED = Action(
    gettext_noop("The letter came back"),
    gettext_noop("Record"),
    gettext_noop(
        "The address is not written to until it is corrected. What is owed takes the next way to "
        "the patient, in the end a call by whoever answers for it."
    ),
    is_warning=True,
)


@require_http_methods(["GET", "POST"])
@signed_in
def send_letter(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Queue one letter by hand; pressed twice it is one."""
    patient = patient_or_404(request.user, pk)
    require(request.user, Permission.LOG_CONTACT, patient.site)
    now = timezone.now()
    why = why_not_written_to(patient)
    if why and request.method == "GET":
        messages.warning(request, no_way_words(patient) or _(CURES[why]))
        return redirect("patient", pk=patient.pk)
    form = Form(request.POST if request.method == "POST" else None)

    def act() -> None:
        message = queue_letter(patient=patient, by=request.user, now=now)
        if message.created_at < now:
            messages.info(request, already_waiting_words(message))

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("The letter waits for the next print run."))
        return go_back(request, patient.pk)
    return show(request, SEND, subject_of(patient, patient.site.local_date(now)), form)


@require_http_methods(["GET", "POST"])
@signed_in
def change_address(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Correct the postal address, or say that it is right although mail came back."""
    patient = patient_or_404(request.user, pk)
    require(request.user, Permission.AMEND_PATIENT, patient.site)
    now = timezone.now()
    subject = subject_of(patient, patient.site.local_date(now))
    form = AddressForm(request.POST if request.method == "POST" else None, patient=patient)
    if form.is_valid():
        changes, is_right = form.changes, form.cleaned_data.get("is_right", False)

        def save() -> object:
            if is_right:
                return note_returned_address(patient=patient, on=None, by=request.user, now=now)
            return amend_patient(patient=patient, changes=changes, by=request.user, now=now)

        if accepted(form, save):
            messages.success(request, _("The address is saved."))
            return redirect("patient", pk=patient.pk)
    return show(request, ADDRESS, subject, form)


@require_http_methods(["GET", "POST"])
@signed_in
def certify(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Enter the certified-mail number of one letter."""
    letter, now = _letter_or_404(request, pk), timezone.now()
    form = CertifiedForm(request.POST if request.method == "POST" else None)

    def act() -> object:
        number = form.cleaned_data["number"]
        return record_certified_number(letter=letter, number=number, by=request.user, now=now)

    return _about_letter(request, letter, CERTIFIED, form, act)


@require_http_methods(["GET", "POST"])
@signed_in
def came_back(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Record that one letter could not be delivered."""
    letter, now = _letter_or_404(request, pk), timezone.now()
    today = letter.batch.site.local_date(now)
    form = ReturnedForm(request.POST if request.method == "POST" else None, initial={"on": today})

    def act() -> object:
        on = form.cleaned_data["on"]
        return record_returned_letter(letter=letter, on=on, by=request.user, now=now)

    return _about_letter(request, letter, RETURNED, form, act)


def _letter_or_404(request: SignedInRequest, pk: UUID) -> Letter:
    sites = sites_where(request.user, Permission.PRINT_LETTERS)
    rows = Letter.objects.select_related("batch__site", "patient__site")
    return get_object_or_404(rows, pk=pk, batch__site__in=sites)


def _about_letter(
    request: SignedInRequest, letter: Letter, action: Action, form: Form, act: Callable[[], object]
) -> HttpResponse:
    if form.is_valid() and accepted(form, act):
        messages.success(request, _("It is on file."))
        return redirect("letter_batch", pk=letter.batch_id)
    today = letter.batch.site.local_date(timezone.now())
    return show(request, action, subject_of(letter.patient, today), form)


@require_safe
@signed_in
def appointment_file(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The appointment for the patient's calendar; who took it out is recorded."""
    follow_up, now = follow_up_or_404(request.user, pk), timezone.now()
    if follow_up.booked_for is None:
        messages.error(request, _("There is no appointment any more."))
        return redirect("patient", pk=follow_up.patient_id)
    patient = follow_up.patient
    appointment = Appointment(patient, follow_up.site, follow_up.booked_for)
    language = language_of(patient.language)
    sequence = sequence_of(appointment)
    file = calendar_file(appointment, language=language, stamped_at=now, sequence=sequence)
    record_download(subject=follow_up, form="ics", by=request.user, now=now)
    return download(file, f"{MIME_TYPE}; charset=utf-8; method=PUBLISH", FILE_NAME)
