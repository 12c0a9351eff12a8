"""Record what a referral brought: the fact that answers it, never a mere "done" (5.8)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from patients.models import RiskProfile, Tri
from surveillance.models import FollowUp, LesionEventKind
from surveillance.protocol.terms import (
    MdtOutcome,
    ObligationKind,
    PathologyResult,
    RecommendationKind,
)
from surveillance.roles import Permission
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.action_page import Action
from surveillance.web.decision_forms import AnswerForm
from surveillance.web.follow_up_actions import Visit, finish, visit
from surveillance.web.forms import Choices
from surveillance.workflows.record_lesion_event import record_lesion_event
from surveillance.workflows.update_risk import RiskFacts, facts_of, update_risk

ANSWER = Action(
    gettext_noop("Record the answer"),
    gettext_noop("Save answer"),
    gettext_noop(
        "The protocol decides again at once. A decision to treat or to operate leaves the referral "
        "open until the treatment, the pathology or another decision is recorded."
    ),
)
EVALUATED = "EVALUATED"
MDT, PATHOLOGY, TREATED = (
    LesionEventKind.MDT_DECISION,
    LesionEventKind.PATHOLOGY,
    LesionEventKind.REMOVED_OR_TREATED,
)
EVENTS: dict[str, tuple[LesionEventKind, str, str]] = {
    "WATCH": (
        MDT,
        MdtOutcome.CONTINUE_SURVEILLANCE,
        gettext_noop("Meeting: continue surveillance"),
    ),
    "BIOPSY": (MDT, MdtOutcome.BIOPSY, gettext_noop("Meeting: biopsy")),
    "TREAT": (MDT, MdtOutcome.TREAT, gettext_noop("Meeting: treat")),
    "SURGERY": (MDT, MdtOutcome.SURGERY, gettext_noop("Meeting: operate")),
    "TRANSFERRED": (
        MDT,
        MdtOutcome.TRANSFERRED,
        gettext_noop("Meeting: hand over to another centre"),
    ),
    "MALIGNANT": (PATHOLOGY, PathologyResult.MALIGNANT, gettext_noop("Pathology: malignant")),
    "BENIGN": (
        PATHOLOGY,
        PathologyResult.BENIGN_SPECIFIC,
        gettext_noop("Pathology: a specific benign lesion"),
    ),
    "NONDIAGNOSTIC": (
        PATHOLOGY,
        PathologyResult.NONDIAGNOSTIC,
        gettext_noop("Pathology: negative or not diagnostic"),
    ),
    "TREATED": (TREATED, "TREATED", gettext_noop("The lesion was treated")),
    "REMOVED": (TREATED, "REMOVED", gettext_noop("The lesion was removed")),
}


@require_http_methods(["GET", "POST"])
@signed_in
def answer_referral(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The form, and the fact it records; whether the referral ends is the protocol's."""
    here = visit(request, pk, Permission.RECORD_EXAM)
    row = here.follow_up
    if row.kind != ObligationKind.REFERRAL:
        raise Http404
    form = AnswerForm(answers=_answers(row), **here.data)
    return finish(here, ANSWER, form, _recorder(here, form), _("The answer is recorded."))


def _answers(row: FollowUp) -> Choices:
    events = [(key, _(words)) for key, (_kind, _value, words) in EVENTS.items()]
    if row.recommendation == RecommendationKind.PAED_EVALUATION:
        return [(EVALUATED, _("Infection and vascular causes were considered")), *events]
    return events


def _recorder(here: Visit, form: AnswerForm) -> Callable[[], object]:
    def act() -> None:
        said = form.cleaned_data
        if said["answer"] == EVALUATED:
            _record_evaluation(here, said["occurred_on"], said["author"])
            return
        kind, value, _words = EVENTS[said["answer"]]
        record_lesion_event(
            lesion=here.follow_up.lesion,
            kind=kind,
            value=value,
            occurred_on=said["occurred_on"],
            author=said["author"],
            evidence=said["evidence"],
            by=here.request.user,
            now=here.now,
        )

    return act


def _record_evaluation(here: Visit, on: date, author: str) -> None:
    """Known from today on, beside whatever else is known today."""
    patient = here.follow_up.patient
    today = patient.site.local_date(here.now)
    profile = RiskProfile.objects.filter(patient=patient).in_force(today).first()
    known = facts_of(profile) if profile is not None else RiskFacts()
    update_risk(
        patient=patient,
        facts=replace(known, torch_evaluated=Tri.YES),
        effective_on=today,
        source=f"{author}, {on.isoformat()}",
        by=here.request.user,
        now=here.now,
    )
