"""Log an attempt to reach a patient, and go on where what was heard is recorded."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from patients.models import Patient
from surveillance.contact_plan import ContactPlan, contact_plan
from surveillance.models import ContactAttempt, ContactChannel, ContactOutcome, DayPart, FollowUp
from surveillance.protocol.reaching import LEADS_TO, NextTry
from surveillance.protocol.terms import NextPage
from surveillance.roles import Permission, permissions_at
from surveillance.web.access import SignedInRequest, patient_or_404, require, signed_in
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.contact_form import ContactForm, next_try_words
from surveillance.web.forms import SEEN_FORMAT
from surveillance.web.patient_query import open_follow_ups_of
from surveillance.web.refusals import accepted
from surveillance.web.script_view import call_sheet
from surveillance.web.way_back import go_back, row_of, with_row
from surveillance.web.wording import date_words, moment_words, name_of_user
from surveillance.workflows.log_contact import log_contact

ACTION = Action(
    heading=gettext_noop("Log contact"),
    button=gettext_noop("Save contact"),
    explanation=gettext_noop(
        "An attempt is put on file. It closes nothing: what is owed stays owed."
    ),
)
HINTS = {
    ContactOutcome.WRONG_NUMBER: gettext_noop(
        "Find a number or address that works, and correct it here."
    ),
    ContactOutcome.NOT_IN_SERVICE: gettext_noop("Find a number that works, and correct it here."),
    ContactOutcome.RETURNED: gettext_noop("Find an address that works, and correct it here."),
    ContactOutcome.MOVED: gettext_noop(
        "Correct the address here. If another hospital took over the care, "
        "record the transfer under “Change status”; until it is acknowledged, the patient stays "
        "ours."
    ),
    ContactOutcome.LANGUAGE_BARRIER: gettext_noop(
        "Record the language and that an interpreter is needed."
    ),
    ContactOutcome.DECLINED: gettext_noop(
        "Record who declined and what they had been told. It stays owed."
    ),
    ContactOutcome.DECEASED: gettext_noop("Record the death, with its day and who told you."),
    ContactOutcome.FOLLOWED_ELSEWHERE: gettext_noop("Record where, and what shows it."),
}


@dataclass(frozen=True, slots=True)
class Quick:
    """Calls that are logged with one key or click about all that is owed, with the default next
    try: each button's key, value and words, and what is sent with it."""

    buttons: tuple[tuple[str, str, str], ...]
    fields: tuple[tuple[str, str], ...]


QUICK_OUTCOMES = {
    "n": ContactOutcome.NO_ANSWER,
    "v": ContactOutcome.VOICEMAIL,
    "u": ContactOutcome.BUSY,
}
PAGES = {
    NextPage.CONTACT_DETAILS: (Permission.AMEND_PATIENT, "contact_details"),
    NextPage.STATUS: (Permission.WITHDRAW, "patient_status"),
    NextPage.OUTSIDE_CARE: (Permission.LOG_CONTACT, "follow_up_elsewhere"),
}


@require_http_methods(["GET", "POST"])
@signed_in
def contact_action(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The form, prefilled with this minute; sent twice it is one attempt."""
    patient = patient_or_404(request.user, pk)
    require(request.user, Permission.LOG_CONTACT, patient.site)
    now, owed = timezone.now(), open_follow_ups_of(patient)
    plan = contact_plan(patient, now)
    form = _form(request, owed, plan, now)
    logged: list[ContactAttempt] = []

    def act() -> None:
        said = form.cleaned_data
        named = set(said.get("follow_ups", []))
        attempt = log_contact(
            patient=patient,
            follow_ups=[row for row in owed if row.pk in named],
            channel=ContactChannel(said["channel"]),
            outcome=ContactOutcome(said["outcome"]),
            note=said["note"],
            next_try_on=said["next_try_on"],
            next_try_part=DayPart(said["next_try_part"]) if said["next_try_part"] else None,
            call_back_at=said["call_back_at"],
            attempted_at=said["attempted_at"],
            by=request.user,
            now=now,
        )
        logged.append(attempt)

    if form.is_valid() and not _is_overtaken(form, patient, request, now) and accepted(form, act):
        return _go_on(request, patient, logged[0], owed)
    return show(
        request,
        ACTION,
        subject_of(patient, plan.today),
        form,
        "surveillance/contact_log.html",
        sheet=call_sheet(patient, owed, plan.today),
        quick=_quick(owed, plan, now),
    )


def _form(
    request: SignedInRequest, owed: list[FollowUp], plan: ContactPlan, now: datetime
) -> ContactForm:
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        follow_ups=owed,
        plan=plan,
        initial={"attempted_at": now.astimezone(plan.zone), "opened_at": f"{now:{SEEN_FORMAT}}"},
    )
    form.suggest(plan.after(ContactOutcome.NO_ANSWER, ContactChannel.PHONE, now))
    return form


def _quick(owed: list[FollowUp], plan: ContactPlan, now: datetime) -> Quick:
    buttons = ((key, one.value, _(one.label)) for key, one in QUICK_OUTCOMES.items())
    moment = f"{now.astimezone(plan.zone):%Y-%m-%dT%H:%M}"
    fields = {"channel": ContactChannel.PHONE.value, "attempted_at": moment}
    fields["opened_at"] = f"{now:{SEEN_FORMAT}}"
    about = (("follow_ups", str(row.pk)) for row in owed)
    return Quick(tuple(buttons), (*fields.items(), *about))


def _is_overtaken(
    form: ContactForm, patient: Patient, request: SignedInRequest, now: datetime
) -> bool:
    """Say once who else logged an attempt since the page was opened: two calls may be one."""
    opened_at = form.cleaned_data["opened_at"]
    if opened_at is None:
        return False
    since = patient.contact_attempts.standing().filter(recorded_at__gt=opened_at)
    others = since.exclude(attempted_by=request.user).select_related("attempted_by")
    newest = others.order_by("-recorded_at").first()
    if newest is None:
        return False
    words = _(
        "{who} logged “{outcome}” ({at}) after you opened this page. Nothing of yours was saved, "
        "and what you typed is still here. Save again if yours is another attempt."
    ).format(
        who=name_of_user(newest.attempted_by, _("The system")),
        outcome=newest.get_outcome_display(),
        at=moment_words(newest.recorded_at, patient.site),
    )
    form.add_error(None, words)
    form.data = request.POST.copy()
    form.data["opened_at"] = f"{now:{SEEN_FORMAT}}"
    return True


def _go_on(
    request: SignedInRequest, patient: Patient, attempt: ContactAttempt, owed: list[FollowUp]
) -> HttpResponse:
    """To the page on which what was heard is recorded, with a hint; else back to the patient."""
    said = (_("The contact is on file."), _again_words(attempt, patient))
    messages.success(request, " ".join(filter(None, said)))
    outcome = ContactOutcome(attempt.outcome)
    page = LEADS_TO.get(outcome)
    if page is None:
        return go_back(request, patient.pk)
    permission, name = PAGES[page]
    about = patient.pk if page != NextPage.OUTSIDE_CARE else next((row.pk for row in owed), None)
    if about is None or permission not in permissions_at(request.user, patient.site):
        return go_back(request, patient.pk)
    messages.warning(request, _(HINTS[outcome]))
    return redirect(with_row(reverse(name, args=[about]), row_of(request)))


def _again_words(attempt: ContactAttempt, patient: Patient) -> str:
    if attempt.call_back_at is not None:
        at = moment_words(attempt.call_back_at, patient.site)
        return _("Call back {moment}.").format(moment=at)
    if attempt.next_try_on is None:
        return ""
    when = date_words(attempt.next_try_on)
    if attempt.next_try_part:
        when = next_try_words(NextTry(attempt.next_try_on, DayPart(attempt.next_try_part)))
    return _("Next try {when}.").format(when=when)
