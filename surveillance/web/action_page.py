"""What the pages of actions have in common: whom and what the form is about."""

from dataclasses import dataclass, replace
from datetime import date

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Patient
from surveillance.models import FollowUp
from surveillance.obligations import window_of
from surveillance.web.access import SignedInRequest
from surveillance.web.looks import note_look
from surveillance.web.owed_view import booking_words
from surveillance.web.queue_rows import days_words, owed_words, stage_tag
from surveillance.web.recommendation_view import window_words
from surveillance.web.way_back import row_of
from surveillance.web.wording import (
    Tag,
    age_words,
    date_words,
    language_words,
    lesion_words,
    name_of_patient,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient, and the follow-up if the action is about one."""

    patient: Patient
    name: str
    url: str
    mrn: str
    born: str
    age: str
    phone: str
    language: str
    lesion: str = ""
    owed: str = ""
    window: str = ""
    stage: Tag | None = None
    days: str = ""
    booking: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """The words of one action page, as marked for translation; `show` says them in the reader's
    language."""

    heading: str
    button: str
    explanation: str = ""
    is_warning: bool = False

    def translated(self) -> "Action":
        """In the reader's language. What was made for one request is translated already."""
        return Action(
            _(self.heading),
            _(self.button),
            _(self.explanation) if self.explanation else "",
            is_warning=self.is_warning,
        )


def subject_of(patient: Patient, on: date, follow_up: FollowUp | None = None) -> Subject:
    """Who and what, as of the site's day."""
    who = Subject(
        patient=patient,
        name=name_of_patient(patient),
        url=reverse("patient", args=[patient.pk]),
        mrn=patient.mrn,
        born=date_words(patient.birth_date) or _("not recorded"),
        age=age_words(patient.birth_date, on),
        phone=patient.phone,
        language=language_words(patient),
    )
    return who if follow_up is None else _with_owed(who, follow_up, on)


def _with_owed(who: Subject, follow_up: FollowUp, on: date) -> Subject:
    """What is owed and how late it is; of what is closed, since when and with which outcome."""
    window = window_of(follow_up)
    if follow_up.closed_at is not None:
        day = date_words(follow_up.site.local_date(follow_up.closed_at))
        return replace(
            who,
            lesion=lesion_words(follow_up.lesion),
            owed=owed_words(follow_up),
            window=window_words(window.earliest, window.target, window.latest),
            stage=Tag(_("Closed"), "quiet"),
            booking=f"{follow_up.get_outcome_display()}, {day}",
        )
    return replace(
        who,
        lesion=lesion_words(follow_up.lesion),
        owed=owed_words(follow_up),
        window=window_words(window.earliest, window.target, window.latest),
        stage=stage_tag(follow_up, on),
        days=days_words(follow_up, on),
        booking=booking_words(follow_up),
    )


def show(
    request: SignedInRequest,
    action: Action,
    subject: Subject,
    form: Form,
    template: str = "surveillance/action.html",
    **extra: object,
) -> HttpResponse:
    """The page of an action, or its part for the panel; 422 when the form came back with errors.

    Whoever is shown it has looked at the patient.
    """
    note_look(request, subject.patient)
    context = {
        "action": action.translated(),
        "subject": subject,
        "form": form,
        "back_url": _back(request, subject),
        "row": row_of(request),
        "post_url": request.get_full_path(),
        **extra,
    }
    shown = "surveillance/_panel_action.html" if request.htmx else template
    return render(request, shown, context, status=422 if form.errors else 200)


def _back(request: SignedInRequest, subject: Subject) -> str:
    row = row_of(request)
    return reverse("follow_up_panel", args=[row]) if row else subject.url
