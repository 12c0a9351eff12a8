"""The call sheet of one patient: everything needed with the telephone in hand, also on paper."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from patients.models import Patient
from surveillance.contact_plan import ContactPlan, contact_plan
from surveillance.models import ContactChannel, ContactOutcome, FollowUp
from surveillance.web.access import SignedInRequest, patient_or_404, signed_in
from surveillance.web.action_page import subject_of
from surveillance.web.call_times import best_time
from surveillance.web.consent_words import consent_changes
from surveillance.web.contact_form import next_try_words
from surveillance.web.looks import note_look
from surveillance.web.patient_query import open_follow_ups_of
from surveillance.web.person_view import contact_details
from surveillance.web.queue_rows import days_words, owed_words
from surveillance.web.script_view import call_sheet
from surveillance.web.way_back import way_back
from surveillance.web.wording import date_words, lesion_words, moment_words

PHONE_FIRST = (0, 2, 4)
"""Of `contact_details`: telephone, text messages, language."""


@require_safe
@signed_in
def call_sheet_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Numbers, language, best time, what is owed, and the words; that it was seen is recorded."""
    patient, now = patient_or_404(request.user, pk), timezone.now()
    note_look(request, patient)
    plan, owed = contact_plan(patient, now), open_follow_ups_of(patient)
    again = plan.after(ContactOutcome.NO_ANSWER, ContactChannel.PHONE, now)
    page = {
        "subject": subject_of(patient, plan.today),
        "facts": call_facts(patient, plan),
        "owed": [owed_line(row, plan) for row in owed],
        "sheet": call_sheet(patient, owed, plan.today),
        "again": next_try_words(again) if again else "",
        "made_at": moment_words(now, patient.site),
        "back_url": way_back(request, patient.pk),
    }
    return render(request, "surveillance/call_sheet.html", {"page": page})


def call_facts(patient: Patient, plan: ContactPlan) -> tuple[tuple[str, str], ...]:
    """What to know before dialling, the telephone first."""
    known = contact_details(patient, consent_changes(patient))
    facts = [known[place] for place in PHONE_FIRST]
    return (
        *facts,
        (_("Best time"), best_time(plan.tried)),
        (_("Primary care"), patient.primary_care),
    )


def owed_line(row: FollowUp, plan: ContactPlan) -> str:
    """'Lesion L1, segment VII: surveillance imaging, last day 3 Mar 2026 (12 days overdue)'."""
    what = f"{lesion_words(row.lesion)}: {owed_words(row)}"
    return _("{what}, last day {day} ({days})").format(
        what=what, day=date_words(row.latest_on), days=days_words(row, plan.today)
    )
