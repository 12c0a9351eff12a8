"""The services: discovery, patient-view, order-select, and feedback."""

from datetime import UTC, datetime
from enum import StrEnum, auto
from typing import Any, Final, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone, translation
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patients.models import Patient
from patients.workflows.record_view import record_view
from surveillance.api.cds.orders import modalities_ordered
from surveillance.api.cds.tokens import EhrAuthentication
from surveillance.cds_cards import Owed, cards_of, doubt_card, order_cards
from surveillance.fhir_out.elements import Context, Json
from surveillance.intake.fhir.on_screen import Doubt, on_screen
from surveillance.models import CdsFeedback, CdsOutcome, EhrSystem, FollowUp
from surveillance.workflows.keep_cds_feedback import NoSuchCard, keep_cds_feedback

PATIENT_VIEW: Final = "hepcalc-patient-view"
ORDER_SELECT: Final = "hepcalc-order-select"
PREFETCH: Final = {"patient": "Patient/{{context.patientId}}"}
SERVICES: Final[dict[str, Json]] = {
    PATIENT_VIEW: {
        "hook": "patient-view",
        "id": PATIENT_VIEW,
        "title": "Follow-up of liver lesions",
        "description": "What is owed to the liver lesions of this patient, by when, and why",
        "prefetch": PREFETCH,
    },
    ORDER_SELECT: {
        "hook": "order-select",
        "id": ORDER_SELECT,
        "title": "Imaging of liver lesions",
        "description": "Whether the imaging being ordered is what the patient is owed",
        "prefetch": PREFETCH,
    },
}


MOST_ENTRIES: Final = 100
LOST: Final = "\N{REPLACEMENT CHARACTER}"


class Another(StrEnum):
    """A doubt that the body of a hook raises by itself."""

    PATIENT = auto()
    """`prefetch.patient` is not the patient of `context.patientId`."""


NOT_SHOWN: Final = "What is owed is not shown here: it could be another person’s. "
DOUBTS: Final[dict[StrEnum, tuple[str, str]]] = {
    Doubt.SEVERAL: (
        "HepCalc: this patient’s record numbers belong to several patients there",
        f"{NOT_SHOWN}Find the patient in HepCalc, and tell whoever merges records.",
    ),
    Doubt.CONTRADICTS: (
        "HepCalc: name or birth date differ from the patient with this record number",
        f"{NOT_SHOWN}Find the patient in HepCalc, and have the wrong record corrected.",
    ),
    Another.PATIENT: (
        "HepCalc: the EHR sent another patient than the one on the screen",
        f"{NOT_SHOWN}Tell whoever looks after the EHR: prefetch.patient is not the patient of "
        "context.patientId.",
    ),
}


class PrefetchMissing(APIException):
    """The data that the service asks for did not come (CDS Hooks: 412)."""

    status_code = 412
    default_code = "prefetch_missing"
    default_detail = "Send the patient as prefetch.patient: this service asks no one back."


class DiscoveryView(APIView):
    """GET /cds-services, for everybody who asks."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    schema = None

    def get(self, request: Request) -> Response:
        """Which services there are."""
        return Response({"services": list(SERVICES.values())})


class ServiceView(APIView):
    """POST /cds-services/{id}"""

    authentication_classes = (EhrAuthentication,)
    permission_classes = (AllowAny,)
    throttle_classes = ()
    schema = None

    def post(self, request: Request, id_: str) -> Response:
        """The cards for the patient on the screen; none where nothing is owed."""
        service = SERVICES.get(id_)
        if service is None:
            raise Http404
        asked = _asked(request, service["hook"])
        whom = on_screen(self.ehr, _sent_patient(asked))
        doubt = Another.PATIENT if _is_of_another(asked) else whom.doubt
        if doubt is not None:
            return Response({"cards": [_doubtful(doubt)]})
        if whom.patient is None:
            return Response({"cards": []})
        with translation.override(settings.LANGUAGE_CODE):
            return Response({"cards": self._cards(id_, asked, whom.patient)})

    @property
    def ehr(self) -> EhrSystem:
        """Who asks."""
        return cast("EhrSystem", self.request.user)

    def _cards(self, id_: str, asked: Json, patient: Patient) -> list[Json]:
        now = timezone.now()
        context = Context(f"{settings.SITE_URL}/fhir/r4", now)
        owed = _owed_to(patient, now)
        record_view(patient=patient, by=None, now=now, page="CDS Hooks")
        if id_ == ORDER_SELECT:
            return order_cards(owed, modalities_ordered(asked["context"], self.ehr.site))
        return cards_of(owed, context, patient_in_ehr=_id_in_ehr(asked))


class FeedbackView(ServiceView):
    """POST /cds-services/{id}/feedback"""

    def post(self, request: Request, id_: str) -> Response:
        """Keep every entry, or none."""
        if id_ not in SERVICES:
            raise Http404
        entries = request.data.get("feedback") if isinstance(request.data, dict) else None
        if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
            raise ValidationError({"feedback": [f"Give a list of at most {MOST_ENTRIES} entries."]})
        kept = [_feedback(id_, number, one) for number, one in enumerate(entries)]
        with transaction.atomic():
            for number, one in enumerate(kept):
                self._keep(one, f"feedback.{number}")
        return Response(status=200)

    def _keep(self, feedback: CdsFeedback, place: str) -> None:
        try:
            keep_cds_feedback(ehr=self.ehr, feedback=feedback, now=timezone.now())
        except NoSuchCard as refused:
            raise ValidationError({place: [refused.message]}) from None


def _asked(request: Request, hook: str) -> Json:
    """The body of a hook, as far as it can be relied on."""
    body = request.data
    if not isinstance(body, dict):
        raise ValidationError({"": ["Send one JSON object."]})
    if body.get("hook") != hook:
        raise ValidationError({"hook": [f"This service answers “{hook}”."]})
    for name in ("hookInstance", "context"):
        if not body.get(name):
            raise ValidationError({name: ["It is missing."]})
    return body


def _sent_patient(asked: Json) -> Json:
    """The Patient of the EHR. Raises PrefetchMissing where none was sent."""
    prefetch = asked.get("prefetch")
    resource = prefetch.get("patient") if isinstance(prefetch, dict) else None
    if not isinstance(resource, dict) or resource.get("resourceType") != "Patient":
        raise PrefetchMissing
    return resource


def _is_of_another(asked: Json) -> bool:
    """Whether the Patient that was sent is another than the one on the screen."""
    sent, context = asked["prefetch"]["patient"].get("id"), asked["context"]
    open_ = context.get("patientId") if isinstance(context, dict) else None
    return None not in (sent, open_) and sent != open_


def _doubtful(doubt: Doubt | Another) -> Json:
    return doubt_card(*DOUBTS[doubt], f"{settings.SITE_URL}{reverse('queue')}")


def _owed_to(patient: Patient, now: datetime) -> list[Owed]:
    """What is open, the most dangerous first."""
    rows = FollowUp.objects.open().filter(patient=patient).dangerous_first()
    url = f"{settings.SITE_URL}{reverse('patient', args=[patient.pk])}"
    on = patient.site.local_date(now)
    return [Owed(row, on, url) for row in rows.select_related("lesion", "assessment", "site")]


def _id_in_ehr(asked: Json) -> str:
    """The id under which the EHR knows the patient."""
    context = asked["context"]
    open_ = context.get("patientId") if isinstance(context, dict) else None
    named = (open_, asked["prefetch"]["patient"].get("id"))
    return next((one for one in named if isinstance(one, str)), "")


def _feedback(service: str, number: int, entry: Any) -> CdsFeedback:
    """One entry, not yet saved. Raises ValidationError with its place."""
    place = f"feedback.{number}"
    if not isinstance(entry, dict):
        raise ValidationError({place: ["Give an object."]})
    reason = entry.get("overrideReason") or {}
    try:
        coded = reason.get("reason") or {}
        return CdsFeedback(
            service=service,
            card=UUID(str(entry["card"])),
            outcome=CdsOutcome(entry["outcome"]),
            reason=_whole(coded.get("code", ""))[:60],
            comment=_whole(reason.get("userComment", "")),
            said_at=_moment(entry["outcomeTimestamp"]),
        )
    except (KeyError, ValueError, TypeError, OverflowError, AttributeError) as error:
        how = "Give card, outcome (accepted or overridden) and outcomeTimestamp."
        raise ValidationError({place: [how]}) from error


def _whole(said: Any) -> str:
    """The text as it can be kept: what is half of a sign, or none, is shown as such."""
    return str(said).replace("\0", LOST).encode(errors="replace").decode()


def _moment(said: Any) -> datetime:
    """In UTC. Raises ValueError or OverflowError for what is no moment there."""
    at = datetime.fromisoformat(str(said))
    if at.tzinfo is None:
        raise ValueError(said)
    return at.astimezone(UTC)
