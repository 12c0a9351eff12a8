"""What every view of the REST interface has in common."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rest_framework.permissions import BasePermission
from rest_framework.views import APIView

from surveillance.api.authentication import (
    ClientTokenAuthentication,
    PersonalTokenAuthentication,
)
from surveillance.api.caller import Caller, caller_of
from surveillance.api.permissions import HasScope
from surveillance.api.scopes import Scope


class ApiView(APIView):
    """Asks for a token with `required_scope`; errors are problem+json, refusals too."""

    authentication_classes = (PersonalTokenAuthentication, ClientTokenAuthentication)
    permission_classes: Sequence[type[BasePermission]] = (HasScope,)
    required_scope: ClassVar[Scope] = Scope.READ
    further_problems: ClassVar[Mapping[str, str]] = {}
    """Answers that are problems beside those of every view, by status, for the description."""

    @property
    def caller(self) -> Caller:
        """Who calls, once the request was let in."""
        return caller_of(self.request)
