"""GET /fhir/r4/{type}/{id}, searches, and everything about one patient."""

from typing import cast

from django.http import Http404, QueryDict
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from patients.models import Patient
from patients.models.site import SiteQuerySet
from patients.workflows.record_view import record_views
from surveillance.api.fhir.kinds import KINDS
from surveillance.api.fhir.search import Match, Search, find, search_of
from surveillance.api.fhir.view import FhirView


class ReadingView(FhirView):
    """What reading has in common: which rows the caller may see, and that a look is noted."""

    def sites(self, kind: str) -> SiteQuerySet:
        """The sites at which the caller may read resources of that type."""
        return self.caller.sites(KINDS[kind].permission)

    def found(self, kind: str, id_: str) -> Match:
        """The resource of that id. Raises Http404 where the caller may not read it either."""
        if kind not in KINDS:
            raise Http404
        sites, context = self.sites(kind), self.context()
        match = find(kind, id_, lambda source: source.rows(sites, context), context)
        if match is None:
            raise Http404
        return match

    def note_looks(self, ids: set[str]) -> None:
        """This system looked at these patients, as far as they are of its sites."""
        found = Patient.objects.filter(pk__in=ids, site__in=self.sites("Patient"))
        seen = list(found.select_related("site"))
        name = f"FHIR {self.kwargs.get('kind', 'Patient')}"
        if seen:
            record_views(patients=seen, by=self.caller.user, now=timezone.now(), page=name)


class ReadView(ReadingView):
    """GET /fhir/r4/{type}/{id}"""

    def get(self, request: Request, kind: str, id_: str) -> Response:
        """The resource. 404 as well where it is of another site."""
        match = self.found(kind, id_)
        [resource] = match.resources
        self.note_looks({match.patient} - {""})
        version = resource.get("meta", {}).get("versionId")
        return Response(resource, headers={"ETag": f'W/"{version}"'} if version else {})


class SearchView(ReadingView):
    """GET /fhir/r4/{type}?… and POST /fhir/r4/{type}/_search"""

    parser_classes = (FormParser,)

    def answer(self, request: Request, search: Search) -> Response:
        """The page of matches; what is unknown is passed over, and said so, unless handling is
        strict. What narrows a search in a way that is not supported is refused."""
        asked = search.asked
        asked.refuse_unsupported()
        if "handling=strict" in request.headers.get("Prefer", "") and (unknown := asked.unknown()):
            words = f"{search.name} has no such search parameter."
            raise ValidationError({", ".join(unknown): [words]})
        page = search.page()
        if asked.is_about_few():
            self.note_looks(page.patients() | {str(one) for one in asked.patients() or ()})
        return Response(search.bundle(page))

    def search(self, kind: str, given: QueryDict) -> Search:
        """One search of that type. Raises Http404 for what is no type of ours."""
        if kind not in KINDS:
            raise Http404
        return search_of(kind, self.sites(kind), self.context(), given)


class SearchByAddress(SearchView):
    """GET /fhir/r4/{type}?…"""

    def get(self, request: Request, kind: str) -> Response:
        """Refuses parameters that name a person: addresses are written into logs."""
        search = self.search(kind, request.query_params)
        search.asked.refuse_personal()
        return self.answer(request, search)


class SearchByBody(SearchView):
    """POST /fhir/r4/{type}/_search"""

    def post(self, request: Request, kind: str) -> Response:
        """The same search, its parameters as a form."""
        self.search(kind, request.query_params).asked.refuse_personal()
        given = request.query_params.copy()
        for name, values in cast("QueryDict", request.data).lists():
            given.setlist(name, values)
        return self.answer(request, self.search(kind, given))
