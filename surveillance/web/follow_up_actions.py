"""Order or book, snooze, close and reassign one follow-up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from patients.models import Membership, Role
from surveillance.models import FollowUp, FollowUpOutcome
from surveillance.ownership import ACCOUNTABLE
from surveillance.protocol.terms import ObligationKind
from surveillance.roles import Permission, permissions_at
from surveillance.web.access import SignedInRequest, follow_up_or_404, require, signed_in
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.closed_day import closed_day_words
from surveillance.web.forms import BookForm, CloseForm, FollowUpForm, ReassignForm, SnoozeForm
from surveillance.web.meanwhile import is_overtaken, overtaken_words
from surveillance.web.patient_query import open_follow_ups_of
from surveillance.web.refusals import accepted
from surveillance.web.way_back import go_back
from surveillance.web.wording import name_of_user
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.close_follow_up import COMPLETED_BY, close_follow_up
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.reassign import reassign
from surveillance.workflows.record_missed_appointment import record_missed_appointment
from surveillance.workflows.snooze_follow_up import snooze_follow_up

PROGRESS = (
    "version",
    "closed_at",
    "owner",
    "booked_for",
    "order_number",
    "ordered_on",
    "snoozed_until",
    "arrangement_lost_on",
    "arrangement_lost_reason",
)
"""What the page of an action shows and somebody else may have changed meanwhile."""

BOOK = Action(gettext_noop("Order or book"), gettext_noop("Save booking"))
MISSED = Action(
    gettext_noop("Did not attend"),
    gettext_noop("Record missed appointment"),
    gettext_noop(
        "The booking is cleared, the exam stays due, and its owner is asked to contact the "
        "patient. A second missed appointment goes to the lead navigator at once."
    ),
)
SNOOZE = Action(
    gettext_noop("Snooze"),
    gettext_noop("Put aside"),
    gettext_noop("It leaves the lists until that day. What is owed, and by when, stays."),
)
CLOSE = Action(
    gettext_noop("Close by hand"),
    gettext_noop("Close"),
    gettext_noop(
        "Imaging closes by itself when its report is recorded, a referral when its answer is; a "
        "death or a transfer is recorded as the patient’s status. Close by hand only what nothing "
        "else can end."
    ),
    is_warning=True,
)
REASSIGN = Action(
    gettext_noop("Change the owner"),
    gettext_noop("Change owner"),
    gettext_noop("Exactly one person answers for it."),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request about one follow-up: by whom, at which moment."""

    request: SignedInRequest
    follow_up: FollowUp
    now: datetime

    @property
    def data(self) -> dict[str, Any]:
        """The arguments that every form of a follow-up takes."""
        is_sent = self.request.method == "POST"
        return {
            "data": self.request.POST if is_sent else None,
            "initial": {"version": self.follow_up.version},
        }


def visit(request: SignedInRequest, pk: UUID, permission: Permission) -> Visit:
    """The follow-up, if this person may see it (else 404) and may do this to it (else 403)."""
    follow_up = follow_up_or_404(request.user, pk)
    require(request.user, permission, follow_up.site)
    return Visit(request, follow_up, timezone.now())


def renewed(sent: QueryDict, version: int) -> QueryDict:
    """What was sent, as if the person had looked at this version."""
    copy = sent.copy()
    copy["version"] = str(version)
    return copy


def finish(
    here: Visit, action: Action, form: FollowUpForm, act: Callable[[], object], done: str
) -> HttpResponse:
    """Act once the form is whole, and go back; else show what is to be mended.

    Who was overtaken is told by whom and keeps what they typed; saving again is a new decision.
    """
    row, request = here.follow_up, here.request
    if row.closed_at is not None and (request.method == "GET" or row.closed_by == request.user):
        messages.warning(request, _("This follow-up is closed. The history says how it ended."))
        return go_back(request, row.patient_id)

    def overtaken(refused: WorkflowRefused) -> str:
        if not is_overtaken(refused):
            return ""
        row.refresh_from_db(fields=PROGRESS)
        form.data = renewed(request.POST, row.version)
        return overtaken_words(row)

    is_whole = form.is_valid()
    if row.closed_at is not None:
        form.add_error(None, overtaken_words(row))
    elif is_whole and accepted(form, act, overtaken):
        messages.success(request, done)
        return go_back(request, row.patient_id)
    row.refresh_from_db(fields=PROGRESS)
    today = row.site.local_date(here.now)
    return show(request, action, subject_of(row.patient, today, row), form)


def others_to_arrange(row: FollowUp) -> list[FollowUp]:
    """What else is owed to the patient and can be ordered and booked with it."""
    return [
        one
        for one in open_follow_ups_of(row.patient)
        if one.pk != row.pk and one.kind != ObligationKind.REVIEW
    ]


@require_http_methods(["GET", "POST"])
@signed_in
def book(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Note an order or an appointment, for this and other follow-ups of the patient."""
    here = visit(request, pk, Permission.BOOK)
    row = here.follow_up
    others = others_to_arrange(row)
    form = BookForm(follow_up=row, others=others, **here.data)
    for name in ("booked_for", "order_number", "ordered_on"):
        form.initial[name] = getattr(row, name)

    def act() -> None:
        said = form.cleaned_data
        named = set(said.get("also", []))
        book_follow_up(
            follow_up=row,
            booked_for=said["booked_for"],
            order_number=said["order_number"],
            ordered_on=said["ordered_on"],
            also=[one for one in others if one.pk in named],
            reason=said.get("reason", ""),
            expected_version=said["version"],
            by=request.user,
            now=here.now,
        )

    booked_for = form.cleaned_data["booked_for"] if form.is_valid() else None
    return finish(here, BOOK, form, act, _booked_words(row, booked_for))


def _booked_words(row: FollowUp, booked_for: date | None) -> str:
    """What was noted: an appointment, an order alone, or that the appointment is cancelled."""
    if booked_for is not None:
        noted = _("The booking is noted.")
        return f"{noted}{closed_day_words(row.site, booked_for)}"
    return _("The appointment is cancelled.") if row.booked_for else _("The order is noted.")


@require_http_methods(["GET", "POST"])
@signed_in
def did_not_attend(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The patient did not come to the appointment."""
    here = visit(request, pk, Permission.BOOK)
    form = FollowUpForm(**here.data)

    def act() -> None:
        record_missed_appointment(
            follow_up=here.follow_up,
            expected_version=form.cleaned_data["version"],
            by=request.user,
            now=here.now,
        )

    return finish(here, MISSED, form, act, _("The missed appointment is recorded."))


@require_http_methods(["GET", "POST"])
@signed_in
def snooze(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Put aside until a day, never past what is safe."""
    here = visit(request, pk, Permission.SNOOZE)
    form = SnoozeForm(follow_up=here.follow_up, **here.data)

    def act() -> None:
        snooze_follow_up(
            follow_up=here.follow_up,
            until=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"],
            expected_version=form.cleaned_data["version"],
            by=request.user,
            now=here.now,
        )

    return finish(here, SNOOZE, form, act, _("Put aside. It is in the list “Snoozed”."))


@require_http_methods(["GET", "POST"])
@signed_in
def close(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """End it by hand with the outcomes that this person's role allows."""
    here = visit(request, pk, Permission.CLOSE)
    form = CloseForm(outcomes=outcomes_for(request.user, here.follow_up), **here.data)

    def act() -> None:
        close_follow_up(
            follow_up=here.follow_up,
            outcome=FollowUpOutcome(form.cleaned_data["outcome"]),
            note=form.cleaned_data["note"],
            expected_version=form.cleaned_data["version"],
            by=request.user,
            now=here.now,
        )

    return finish(here, CLOSE, form, act, _("The follow-up is closed."))


def outcomes_for(user: User, row: FollowUp) -> tuple[FollowUpOutcome, ...]:
    """Outcomes by hand: only a review is completed so, "not appropriate" is signed."""
    completed = () if row.kind in COMPLETED_BY else (FollowUpOutcome.COMPLETED,)
    is_signer = Permission.CLOSE_SIGNED in permissions_at(user, row.site)
    signed = (FollowUpOutcome.NOT_APPROPRIATE,) if is_signer else ()
    return (*completed, *signed, FollowUpOutcome.ENTERED_IN_ERROR)


@require_http_methods(["GET", "POST"])
@signed_in
def change_owner(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Make another person answer for it."""
    here = visit(request, pk, Permission.REASSIGN)
    people = people_of(here.follow_up)
    choices = [(str(user.pk), f"{name_of_user(user)}, {role}") for user, role in people.values()]
    form = ReassignForm(people=choices, **here.data)

    def act() -> None:
        reassign(
            follow_up=here.follow_up,
            owner=people[form.cleaned_data["owner"]][0],
            reason=form.cleaned_data["reason"],
            expected_version=form.cleaned_data["version"],
            by=request.user,
            now=here.now,
        )

    return finish(here, REASSIGN, form, act, _("The follow-up has a new owner."))


def people_of(row: FollowUp) -> dict[int, tuple[User, str]]:
    """Who could answer for it, with their role, by user id."""
    held = Membership.objects.current().filter(site=row.site, role__in=ACCOUNTABLE)
    ordered = held.select_related("user").order_by("user__last_name", "user__pk")
    return {one.user_id: (one.user, str(Role(one.role).label)) for one in ordered}
