"""Which scope a request takes."""

from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission

if TYPE_CHECKING:
    from rest_framework.request import Request


def scopes_of(request: "Request") -> frozenset[str]:
    """What the token of an authenticated request may be used for."""
    token: Any = request.auth
    return frozenset(token.scope.split())


class ScopeMissing(PermissionDenied):
    """The token was not made for this use."""

    default_code = "scope_missing"


class HasScope(BasePermission):
    """The token carries the scope that the view names (`required_scope`)."""

    def has_permission(self, request: "Request", view: Any) -> bool:
        """False without a token; ScopeMissing (403) where the token lacks the scope."""
        if request.auth is None:
            return False
        if view.required_scope not in scopes_of(request):
            raise ScopeMissing(
                f"This token lacks the scope “{view.required_scope}”. Ask for one that has it."
            )
        return True
