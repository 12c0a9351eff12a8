"""Log an attempt to reach a patient."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from surveillance.models import ContactChannel, ContactOutcome
from surveillance.roles import Permission
from surveillance.web.access import SignedInRequest, patient_or_404, require, signed_in
from surveillance.web.action_page import Action, subject_of
from surveillance.web.forms import ContactForm
from surveillance.web.patient_query import open_follow_ups_of
from surveillance.web.refusals import accepted
from surveillance.web.script_view import call_sheet
from surveillance.workflows.log_contact import log_contact

ACTION = Action(
    heading="Log contact",
    button="Save contact",
    explanation="An attempt is put on file. It closes nothing: what is owed stays owed.",
)


@require_http_methods(["GET", "POST"])
@signed_in
def contact_action(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The form, prefilled with this minute; sent twice it is one attempt."""
    patient = patient_or_404(request.user, pk)
    require(request.user, Permission.LOG_CONTACT, patient.site)
    now, zone = timezone.now(), ZoneInfo(patient.site.time_zone)
    owed = open_follow_ups_of(patient)
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        follow_ups=owed,
        zone=zone,
        initial={"attempted_at": now.astimezone(zone)},
    )
    if form.is_valid():
        said = form.cleaned_data
        named = set(said.get("follow_ups", []))
        saved = accepted(
            form,
            lambda: log_contact(
                patient=patient,
                follow_ups=[row for row in owed if row.pk in named],
                channel=ContactChannel(said["channel"]),
                outcome=ContactOutcome(said["outcome"]),
                note=said["note"],
                next_try_on=said["next_try_on"],
                attempted_at=said["attempted_at"],
                by=request.user,
                now=now,
            ),
        )
        if saved:
            messages.success(request, "The contact is on file.")
            return redirect("patient", pk=patient.pk)
    today = patient.site.local_date(now)
    context = {
        "action": ACTION,
        "subject": subject_of(patient, today),
        "form": form,
        "sheet": call_sheet(patient, owed, today),
    }
    status = 422 if form.errors else 200
    return render(request, "surveillance/contact_log.html", context, status=status)
