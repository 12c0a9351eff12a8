"""Write a note about a patient."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods

from surveillance.roles import Permission
from surveillance.web.access import SignedInRequest, patient_or_404, require, signed_in
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.forms import words
from surveillance.web.refusals import accepted
from surveillance.web.typed_form import TypedForm
from surveillance.web.way_back import go_back
from surveillance.workflows.write_note import write_note

ACTION = Action(
    gettext_noop("Note"),
    gettext_noop("Save note"),
    gettext_noop(
        "For whoever comes next. It counts as no attempt and changes nothing that is owed; a "
        "wrong note is put right by another."
    ),
)


class NoteForm(TypedForm):
    """A few sentences."""

    text = words(
        gettext_lazy("Note"), gettext_lazy("Shown on the patient’s page and in the history.")
    )


@require_http_methods(["GET", "POST"])
@signed_in
def note_action(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The form; sent twice it is one note."""
    patient, now = patient_or_404(request.user, pk), timezone.now()
    require(request.user, Permission.LOG_CONTACT, patient.site)
    form = NoteForm(request.POST if request.method == "POST" else None)

    def act() -> object:
        said = form.cleaned_data["text"]
        return write_note(patient=patient, text=said, by=request.user, now=now)

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("The note is on file."))
        return go_back(request, patient.pk)
    return show(request, ACTION, subject_of(patient, patient.site.local_date(now)), form)
