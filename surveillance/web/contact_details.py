"""Correct how a patient is reached: number, e-mail, language. Consent and the postal address, which
has parts of its own, are recorded apart."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods

from patients.models import Patient
from surveillance.delivery.phone_numbers import is_dialled
from surveillance.roles import Permission
from surveillance.web.access import SignedInRequest, patient_or_404, require, signed_in
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.language_codes import is_language
from surveillance.web.refusals import accepted
from surveillance.web.typed_form import TypedForm
from surveillance.web.way_back import go_back
from surveillance.workflows.amend_patient import amend_patient

ACTION = Action(
    gettext_noop("Correct contact details"),
    gettext_noop("Save contact details"),
    gettext_noop(
        "A number or address that does not work is better left empty than kept: nobody tries it "
        "again. What it was before stays in the history."
    ),
)


class ContactDetailsForm(TypedForm):
    """How the patient is reached now."""

    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        error_messages={
            "invalid": gettext_lazy("Enter an e-mail address such as name@example.org")
        },
    )
    language = forms.CharField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("As a code: en, es, pt-BR."),
        max_length=12,
        error_messages={"required": gettext_lazy("Enter the language as a code, for example en")},
    )
    interpreter_needed = forms.BooleanField(
        label=gettext_lazy("Interpreter needed"), required=False
    )

    def __init__(self, data: Any, *, patient: Patient) -> None:
        super().__init__(data, initial={name: getattr(patient, name) for name in self.base_fields})
        self.site = patient.site

    def clean_phone(self) -> str:
        """A new number must be one that can be dialled; what is on record may stay."""
        phone: str = self.cleaned_data["phone"]
        if phone and "phone" in self.changed_data and not is_dialled(phone, self.site):
            raise forms.ValidationError(
                _("Enter a number that can be dialled, such as +44 20 7946 0000, or leave it empty")
            )
        return phone

    def clean_language(self) -> str:
        """A code that means a language."""
        language: str = self.cleaned_data["language"]
        if "language" in self.changed_data and not is_language(language):
            raise forms.ValidationError(
                _(
                    "“{language}” is no code of a language. Enter two letters such as en, es, "
                    "pt-BR, or the three letters of ISO 639-3"
                ).format(language=language)
            )
        return language


@require_http_methods(["GET", "POST"])
@signed_in
def contact_details(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The form with what is on record; equal values change nothing."""
    patient = patient_or_404(request.user, pk)
    require(request.user, Permission.AMEND_PATIENT, patient.site)
    now = timezone.now()
    form = ContactDetailsForm(request.POST if request.method == "POST" else None, patient=patient)

    def act() -> None:
        amend_patient(patient=patient, changes=form.cleaned_data, by=request.user, now=now)

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("The contact details are saved."))
        return go_back(request, patient.pk)
    return show(request, ACTION, subject_of(patient, patient.site.local_date(now)), form)
