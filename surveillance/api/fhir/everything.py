"""GET /fhir/r4/Patient/{id}/$everything: all that is read here of one patient."""

from collections.abc import Iterator
from typing import Final

from django.http import QueryDict
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from surveillance.api.fhir.asked import HOW
from surveillance.api.fhir.kinds import KINDS
from surveillance.api.fhir.read import ReadingView
from surveillance.api.fhir.search import Match, search_of
from surveillance.api.fhir.view import EVERYTHING
from surveillance.fhir_out.elements import Json

WHOLE: Final = frozenset(KINDS) - {"AuditEvent"}
ONLY_TYPES: Final = "Not supported here: $everything takes `_type` only."


class EverythingView(ReadingView):
    """One Bundle without pages: nothing of the record is left out."""

    def scopes(self) -> tuple[str, ...]:
        """Everything of somebody takes the scope for everything."""
        return (EVERYTHING,)

    def get(self, request: Request, id_: str) -> Response:
        """All but the audit trail; with `_type` only these types."""
        wanted = _types(request.query_params)
        patients = self._records(id_)
        self.note_looks({one.patient for one in patients})
        entries = list(self._entries(patients, wanted))
        url = f"{self.context().base}/Patient/{id_}/$everything"
        told = "" if wanted == WHOLE else f"?_type={','.join(sorted(wanted))}"
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
        link = [{"relation": "self", "url": f"{url}{told}"}]
        return Response({**bundle, "link": link, **({"entry": entries} if entries else {})})

    def _records(self, id_: str) -> list[Match]:
        """The patient and, of one who was merged, the one who holds everything now."""
        sites, context = self.sites("Patient"), self.context()
        kept = search_of("Task", sites, context, QueryDict(f"patient={id_}")).survivors.values()
        return [self.found("Patient", id_), *(self.found("Patient", str(one)) for one in kept)]

    def _entries(self, patients: list[Match], wanted: frozenset[str]) -> Iterator[Json]:
        sites, context = self.sites("Patient"), self.context()
        asked = QueryDict(f"patient={patients[-1].patient}")
        people = [one for patient in patients for one in patient.resources]
        for kind in KINDS:
            if kind in wanted:
                search = search_of(kind, sites, context, asked)
                found = people if kind == "Patient" else search.everything()
                yield from map(search.entry, found)


def _types(given: QueryDict) -> frozenset[str]:
    """The types that are wanted; all where none is named. Raises ValidationError for others, and
    for any other condition: what was asked to be less must not be more."""
    if others := given.keys() - HOW - {"_type"}:
        raise ValidationError({name: [ONLY_TYPES] for name in sorted(others)})
    named = frozenset(name for value in given.getlist("_type") for name in value.split(","))
    if unread := named - WHOLE:
        raise ValidationError({"_type": [f"Not read here: {', '.join(sorted(unread))}."]})
    return named or WHOLE
