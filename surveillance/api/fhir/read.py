"""GET /fhir/r4/{type}/{id}, searches, and everything about one patient."""

from typing import cast
from uuid import UUID

from django.http import Http404, QueryDict
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from patients.models import Patient
from patients.models.site import SiteQuerySet
from patients.workflows.record_view import record_view
from surveillance.api.fhir.kinds import KINDS
from surveillance.api.fhir.search import Search, find
from surveillance.api.fhir.view import EVERYTHING, FhirView
from surveillance.fhir_out.elements import Json

PATIENT_IN = ("subject", "for", "patient")
EVERYTHING_PAGE = 500


class ReadingView(FhirView):
    """What reading has in common: which rows the caller may see, and that a look is noted."""

    def sites(self, kind: str) -> SiteQuerySet:
        """The sites at which the caller may read resources of that type."""
        return self.caller.sites(KINDS[kind].permission)

    def note_look(self, patient_id: UUID | str) -> None:
        """This system looked at that patient, if it is one of its sites."""
        patient = Patient.objects.filter(pk=patient_id, site__in=self.sites("Patient")).first()
        if patient is not None:
            name = f"FHIR {self.kwargs.get('kind', 'Patient')}"
            record_view(patient=patient, by=self.caller.user, now=timezone.now(), page=name)


class ReadView(ReadingView):
    """GET /fhir/r4/{type}/{id}"""

    def get(self, request: Request, kind: str, id_: str) -> Response:
        """The resource. 404 as well where it is of another site."""
        if kind not in KINDS or not (found := find(kind, id_, self.sites(kind), self.context())):
            raise Http404
        [resource] = found
        if (patient := _patient_of(resource)) is not None:
            self.note_look(patient)
        version = resource.get("meta", {}).get("versionId")
        return Response(resource, headers={"ETag": f'W/"{version}"'} if version else {})


class SearchView(ReadingView):
    """GET /fhir/r4/{type}?… and POST /fhir/r4/{type}/_search"""

    parser_classes = (FormParser,)

    def answer(self, request: Request, kind: str, given: QueryDict) -> Response:
        """The page of matches; what is unknown is passed over unless handling is strict."""
        if kind not in KINDS:
            raise Http404
        search = Search(kind, self.sites(kind), self.context(), given)
        if "handling=strict" in request.headers.get("Prefer", "") and search.unknown():
            named = ", ".join(search.unknown())
            raise ValidationError({named: [f"{kind} has no such search parameter."]})
        if (patient := search.patient()) is not None:
            self.note_look(patient)
        return Response(search.bundle())


class SearchByAddress(SearchView):
    """GET /fhir/r4/{type}?…"""

    def get(self, request: Request, kind: str) -> Response:
        """Refuses parameters that name a person: addresses are written into logs."""
        given = request.query_params
        parameters = KINDS[kind].parameters if kind in KINDS else {}
        personal = [name for name in given if name in parameters and parameters[name].only_in_body]
        if personal:
            how = f"Send it in the body of POST {kind}/_search: an address is kept in logs."
            raise ValidationError({name: [how] for name in personal})
        return self.answer(request, kind, given)


class SearchByBody(SearchView):
    """POST /fhir/r4/{type}/_search"""

    def post(self, request: Request, kind: str) -> Response:
        """The same search, its parameters as a form."""
        given = request.query_params.copy()
        for name, values in cast("QueryDict", request.data).lists():
            given.setlist(name, values)
        return self.answer(request, kind, given)


class EverythingView(ReadingView):
    """GET /fhir/r4/Patient/{id}/$everything"""

    def scopes(self) -> tuple[str, ...]:
        """Everything of somebody takes the scope for everything."""
        return (EVERYTHING,)

    def get(self, request: Request, id_: str) -> Response:
        """All that is read here of one patient, the audit trail apart, as one Bundle."""
        context, sites = self.context(), self.sites("Patient")
        if not (found := find("Patient", id_, sites, context)):
            raise Http404
        self.note_look(id_)
        entries = [_entry(context.base, one) for one in found]
        for kind in KINDS:
            if kind not in {"Patient", "AuditEvent"}:
                given = QueryDict(f"patient={id_}&_count={EVERYTHING_PAGE}")
                entries += Search(kind, sites, context, given).bundle().get("entry", ())
        return Response({"resourceType": "Bundle", "type": "searchset", "entry": entries})


def _entry(base: str, resource: Json) -> Json:
    url = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": "match"}}


def _patient_of(resource: Json) -> str | None:
    """The id of the patient whom a resource is about, if it names one."""
    if resource["resourceType"] == "Patient":
        return str(resource["id"])
    named = next((resource[name] for name in PATIENT_IN if name in resource), None)
    return None if named is None else str(named["reference"]).removeprefix("Patient/")
