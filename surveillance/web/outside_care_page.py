"""Followed elsewhere: put the evidence on file, and look at a colleague's a second time."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from patients.workflows.record_view import record_view
from surveillance.roles import Permission, permissions_at
from surveillance.web.access import (
    SignedInRequest,
    follow_up_or_404,
    outside_care_or_404,
    require,
    signed_in,
)
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.answer_forms import OutsideCareForm, SecondLookForm
from surveillance.web.outside_care_view import outside_care_detail
from surveillance.web.refusals import accepted
from surveillance.web.way_back import go_back
from surveillance.workflows.record_outside_care import latest_expiry, record_outside_care
from surveillance.workflows.review_outside_care import review_outside_care

RECORD = Action(
    gettext_noop("Followed elsewhere"),
    gettext_noop("Save evidence"),
    gettext_noop(
        "It ends nothing and moves nothing: an exam at another institution counts once its report "
        "is on file. A second person is asked to look at it, the owner to ask for the report."
    ),
)


@require_http_methods(["GET", "POST"])
@signed_in
def record_care_elsewhere(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Where somebody else follows the patient, what shows it, until when it counts."""
    follow_up = follow_up_or_404(request.user, pk)
    require(request.user, Permission.LOG_CONTACT, follow_up.site)
    now = timezone.now()
    today = follow_up.site.local_date(now)
    form = OutsideCareForm(
        request.POST if request.method == "POST" else None, latest=latest_expiry(follow_up, today)
    )

    def act() -> None:
        said = form.cleaned_data
        record_outside_care(
            follow_up=follow_up,
            institution=said["institution"],
            evidence=said["evidence"],
            document_reference=said["document_reference"],
            expires_on=said["expires_on"],
            by=request.user,
            now=now,
        )

    if form.is_valid() and accepted(form, act):
        done = _("The evidence is on file, and a second person is asked to look.")
        messages.success(request, done)
        return go_back(request, follow_up.patient_id)
    return show(request, RECORD, subject_of(follow_up.patient, today, follow_up), form)


@require_http_methods(["GET", "POST"])
@signed_in
def outside_care_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The evidence, and for somebody else than who recorded it the second look."""
    care = outside_care_or_404(request.user, pk)
    follow_up, now = care.follow_up, timezone.now()
    today = follow_up.site.local_date(now)
    form = SecondLookForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        review_outside_care(
            outside_care=care,
            is_sufficient=form.cleaned_data["verdict"] == "YES",
            note=form.cleaned_data["note"],
            by=request.user,
            now=now,
        )

    if request.method == "POST":
        require(request.user, Permission.SECOND_LOOK, follow_up.site)
        if form.is_valid() and accepted(form, act):
            messages.success(request, _("Your second look is on file."))
            return redirect("patient", pk=care.patient_id)
    else:
        record_view(patient=care.patient, by=request.user, now=now, page="outside_care")
    is_mine = care.recorded_by_id == request.user.pk
    is_unreviewed = getattr(care, "review", None) is None
    allowed = permissions_at(request.user, follow_up.site)
    context = {
        "subject": subject_of(care.patient, today, follow_up),
        "care": outside_care_detail(care, today),
        "form": form,
        "is_mine": is_mine,
        "may_look": is_unreviewed and not is_mine and Permission.SECOND_LOOK in allowed,
    }
    status = 422 if form.errors else 200
    return render(request, "surveillance/outside_care.html", context, status=status)
