"""One exam and what it may answer: confirm with one key, reject, undo, look at it afterwards."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from surveillance.models import ExamMatch
from surveillance.protocol.incoming import Verdict
from surveillance.protocol.terms import Modality
from surveillance.roles import Permission, permissions_at, sites_where
from surveillance.web.access import SignedInRequest, require, signed_in
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.forms import ReasonForm
from surveillance.web.looks import note_look
from surveillance.web.match_form import AuditForm, MatchForm
from surveillance.web.match_view import match_detail
from surveillance.web.refusals import accepted
from surveillance.workflows.audit_match import audit_match
from surveillance.workflows.confirm_match import confirm_match
from surveillance.workflows.reject_match import reject_match
from surveillance.workflows.undo_match import undo_match

JOINED = (
    "patient__site",
    "site",
    "lesion",
    "follow_up__lesion",
    "follow_up__site",
    "exam",
    "item",
)
REJECT = Action(
    gettext_noop("This exam does not answer it"),
    gettext_noop("Reject"),
    gettext_noop("What is owed stays owed. The exam stays on file without a finding."),
)
UNDO = Action(
    gettext_noop("Undo this closure"),
    gettext_noop("Undo: it is owed again"),
    gettext_noop(
        "What the machine recorded is retracted and stays visible. The exam waits under “Exams to "
        "confirm”, so that what it really showed can be put on file."
    ),
    is_warning=True,
)
AUDIT = Action(
    gettext_noop("Was this closure right?"),
    gettext_noop("Save"),
    gettext_noop("A person looks at some closures, so that the share of right ones is known."),
)


def match_or_404(request: SignedInRequest, pk: UUID) -> ExamMatch:
    """The match, under the same rule as its patient."""
    seen = ExamMatch.objects.filter(
        patient__site__in=sites_where(request.user, Permission.VIEW_PATIENT)
    )
    rows = seen.select_related(*JOINED).prefetch_related("answers__answered_by")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
@signed_in
def exam_match(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The reasons for and against, the report, and a filled-in finding to confirm."""
    match, now = match_or_404(request, pk), timezone.now()
    form = MatchForm(
        request.POST if request.method == "POST" else None,
        told=match.told,
        asks_kind=match.exam_id is None,
    )

    def act() -> None:
        kind = form.cleaned_data.get("modality")
        confirm_match(
            match=match,
            finding=form.finding(match.lesion),
            modality=Modality(kind) if kind else None,
            by=request.user,
            now=now,
        )

    if request.method == "POST":
        require(request.user, Permission.RECORD_EXAM, match.patient.site)
        if form.is_valid() and accepted(form, act):
            done = _("The finding is on file, and what is owed was decided again.")
            messages.success(request, done)
            return redirect("patient", pk=match.patient_id)
    note_look(request, match.patient)
    return _shown(request, match, form)


def _shown(request: SignedInRequest, match: ExamMatch, form: MatchForm) -> HttpResponse:
    may_record = Permission.RECORD_EXAM in permissions_at(request.user, match.patient.site)
    is_open = ExamMatch.objects.undecided().filter(pk=match.pk).exists()
    is_closure = ExamMatch.objects.closed_by_themselves().standing().filter(pk=match.pk).exists()
    is_answered = bool(match.answers.all())
    today = match.patient.site.local_date(timezone.now())
    context = {
        "subject": subject_of(match.patient, today, match.follow_up),
        "match": match_detail(match),
        "form": form,
        "may_confirm": may_record and is_open,
        "reject_url": _url("exam_match_reject", match, may_record and is_open),
        "undo_url": _url("exam_match_undo", match, may_record and is_closure and not is_answered),
        "audit_url": _url("exam_match_audit", match, may_record and is_closure and not is_answered),
    }
    status = 422 if form.errors else 200
    return render(request, "surveillance/matches/match.html", context, status=status)


def _url(name: str, match: ExamMatch, is_offered: bool) -> str:
    return reverse(name, args=[match.pk]) if is_offered else ""


@require_http_methods(["GET", "POST"])
@signed_in
def exam_match_reject(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """It does not answer: why not."""
    match = _to_answer(request, pk, Verdict.LIKELY)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        why = form.cleaned_data["reason"]
        reject_match(match=match, reason=why, by=request.user, now=timezone.now())

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("Rejected: what is owed stays owed."))
        return redirect("patient", pk=match.patient_id)
    return _ask(request, match, REJECT, form)


@require_http_methods(["GET", "POST"])
@signed_in
def exam_match_undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A closure by machine was wrong: one click from the list, with a reason of its own."""
    match = _to_answer(request, pk, Verdict.CERTAIN)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        why = form.cleaned_data["reason"]
        undo_match(match=match, reason=why, by=request.user, now=timezone.now())

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("Undone: it is owed again."))
        return redirect("patient", pk=match.patient_id)
    return _ask(request, match, UNDO, form)


@require_http_methods(["GET", "POST"])
@signed_in
def exam_match_audit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Right or wrong; what was wrong is owed again."""
    match = _to_answer(request, pk, Verdict.CERTAIN)
    form = AuditForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        audit_match(
            match=match,
            is_right=form.cleaned_data["verdict"] == "yes",
            reason=form.cleaned_data["reason"],
            by=request.user,
            now=timezone.now(),
        )

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("Your verdict is on file."))
        return redirect(f"{reverse('exam_matches')}?list=audit")
    return _ask(request, match, AUDIT, form)


def _to_answer(request: SignedInRequest, pk: UUID, verdict: Verdict) -> ExamMatch:
    match = match_or_404(request, pk)
    require(request.user, Permission.RECORD_EXAM, match.patient.site)
    if match.verdict != verdict:
        raise Http404
    return match


def _ask(
    request: SignedInRequest, match: ExamMatch, action: Action, form: ReasonForm | AuditForm
) -> HttpResponse:
    today = match.patient.site.local_date(timezone.now())
    return show(request, action, subject_of(match.patient, today), form)
