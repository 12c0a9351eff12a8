"""The audit trail: searched, reviewed by who looked at whom, and its chain checked."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from patients.models import AuditEvent, Patient
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.audit_form import (
    AuditForm,
    AuditQuestion,
    MrnForm,
    SearchForm,
    patient_words,
    read_question,
    sites_of_auditor,
)
from surveillance.web.audit_query import looks_by, page_of_events, patients_of
from surveillance.web.audit_words import action_words, detail_words, names_of, subject_words
from surveillance.web.looks import note_look
from surveillance.web.wording import count_words, moment_words


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event in words."""

    at: str
    who: str
    what: str
    subject: str
    patient: str
    patient_url: str
    detail: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookRow:
    """How one person looked at records, or how one record was looked at."""

    name: str
    looks: str
    patients: str
    first: str
    last: str
    only_looked: bool
    url: str


@require_safe
@signed_in
def audit_search(request: SignedInRequest) -> HttpResponse:
    """Who did what, the newest first."""
    question = read_question(request, SearchForm)
    found = page_of_events(question, request.GET.get("before", ""))
    _note_view(request, question)
    context = _context(question) | {
        "rows": event_rows(found.rows, question),
        "older_url": f"?{question.query(before=found.older)}" if found.older else "",
        "first_url": f"?{question.query()}" if request.GET.get("before") else "",
    }
    return _show(request, "search", context, question.form)


@require_safe
@signed_in
def access_review(request: SignedInRequest) -> HttpResponse:
    """Who looked at whom: everybody's looks, one person's, or those at one patient."""
    question = read_question(request, AuditForm)
    column = "patient_id" if question.person and question.patient is None else "actor"
    counted = looks_by(question, column)
    _note_view(request, question)
    context = _context(question) | {
        "by_patient": column == "patient_id",
        "with_deeds": question.patient is not None or bool(question.person),
        "rows": look_rows(counted, column, question),
    }
    return _show(request, "access", context, question.form)


@require_POST
@signed_in
def audit_patient(request: SignedInRequest) -> HttpResponse:
    """Find a patient of the site by number, and go back to the page that asked."""
    site = choose_site(request, sites_of_auditor(request.user))
    form = MrnForm(request.POST)
    page = "access_review" if request.POST.get("then") == "access_review" else "audit"
    mrn = form.cleaned_data["mrn"].strip() if form.is_valid() else ""
    patient = Patient.objects.filter(site=site, mrn=mrn).first()
    if patient is None:
        words = _("{site} has no patient with this MRN.").format(site=site.name)
        messages.error(request, words)
        return redirect(f"{reverse(page)}?site={site.slug}")
    return redirect(f"{reverse(page)}?site={site.slug}&patient={patient.pk}")


def _note_view(request: SignedInRequest, question: AuditQuestion) -> None:
    """Looking at who looked at a patient is a look at the patient."""
    if question.patient is not None:
        note_look(request, question.patient, "audit trail")


def _context(question: AuditQuestion) -> dict[str, Any]:
    patient = question.patient
    exports = [
        {
            "words": _("Everything about this patient ({form})").format(form=form.upper()),
            "form": form,
        }
        for form in ("json", "csv")
    ]
    return {
        "form": question.form,
        "mrn_form": MrnForm(),
        "site": question.site.name,
        "site_slug": question.site.slug,
        "patient": question.patient_words,
        "patient_id": str(patient.pk) if patient else "",
        "patient_url": reverse("patient", args=[patient.pk]) if patient else "",
        "everybody_url": f"?{question.query(patient=None)}",
        "exports": [
            one | {"url": reverse("patient_export", args=[patient.pk, one["form"]])}
            for one in exports
        ]
        if patient
        else [],
        "search_url": f"{reverse('audit')}?{question.query(action=None)}",
        "access_url": f"{reverse('access_review')}?{question.query(action=None)}",
    }


def _show(
    request: SignedInRequest, name: str, context: dict[str, Any], form: AuditForm
) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, f"surveillance/audit/{name}.html", context, status=status)


def event_rows(events: list[AuditEvent], question: AuditQuestion) -> list[EventRow]:
    """The events in words. Two queries."""
    said = {str(value) for one in events for value in one.detail.values()}
    people = names_of({one.actor for one in events} | said)
    patients = patients_of({one.patient_id for one in events}, question)
    return [_event_row(one, people, patients.get(one.patient_id), question) for one in events]


def _event_row(
    event: AuditEvent, people: dict[str, str], patient: Patient | None, question: AuditQuestion
) -> EventRow:
    return EventRow(
        at=moment_words(event.at, question.site),
        who=people.get(event.actor, event.actor),
        what=action_words(event.action),
        subject=subject_words(event.subject_type),
        patient=patient_words(patient) if patient else "",
        patient_url=f"?{question.query(patient=patient.pk)}" if patient else "",
        detail=detail_words(event.detail, people),
    )


def look_rows(counted: list[dict[str, Any]], column: str, question: AuditQuestion) -> list[LookRow]:
    """The counts in words. One query."""
    keys = {str(line[column]) for line in counted}
    if column == "actor":
        names = names_of(keys)
    else:
        found = patients_of(keys, question)
        names = {pk: patient_words(one) for pk, one in found.items()}
    return [_look_row(line, column, names, question) for line in counted]


def _look_row(
    line: dict[str, Any], column: str, names: dict[str, str], question: AuditQuestion
) -> LookRow:
    key = str(line[column])
    narrowed = {"person": key.removeprefix("user:")} if column == "actor" else {"patient": key}
    return LookRow(
        name=names.get(key, _("a record of another site") if column == "patient_id" else key),
        looks=count_words(line["looks"], "look"),
        patients=count_words(line["patients"], "patient"),
        first=moment_words(line["first"], question.site),
        last=moment_words(line["last"], question.site),
        only_looked=not line["deeds"],
        url=f"{reverse('audit')}?{question.query(**narrowed)}" if key in names else "",
    )
