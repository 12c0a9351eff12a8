"""Addresses below /api/v1/ that nobody serves: a problem with a code, as everywhere else."""

from typing import NoReturn

from django.http import Http404
from rest_framework.request import Request

from surveillance.api.views import ApiView


class NowhereView(ApiView):
    """Whoever has a token is told that there is nothing; whoever has none, that one is needed."""

    schema = None

    def get(self, request: Request, *_: object, **__: object) -> NoReturn:
        """Nothing."""
        raise Http404

    post = put = patch = delete = get
