"""Addresses below /fhir/r4/ that nobody serves (`_history`, deeper ones): an OperationOutcome."""

from typing import NoReturn

from django.http import Http404
from rest_framework.request import Request

from surveillance.api.fhir.view import FhirView


class FhirNowhereView(FhirView):
    """Whoever has a token is told that there is nothing; whoever has none, that one is needed."""

    def get(self, request: Request, *_: object, **__: object) -> NoReturn:
        """Nothing."""
        raise Http404

    post = put = patch = delete = get
