"""Tokens of other systems. A session of a browser counts for nothing here."""

from typing import TYPE_CHECKING, Any

from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.exceptions import AuthenticationFailed

if TYPE_CHECKING:
    from rest_framework.request import Request


class ClientTokenAuthentication(OAuth2Authentication):  # type: ignore[misc]  # untyped library
    """OAuth2 access tokens. A client's own token (client credentials) acts as the client's account,
    whose roles say at which sites it may do what."""

    def authenticate(self, request: "Request") -> tuple[Any, Any] | None:
        """The account and the token; None without a valid token.

        Raises AuthenticationFailed for a token whose account is missing or switched off.
        """
        # Django's own request: the token is in a header, and the body is the view's to read.
        found = super().authenticate(request._request)
        if found is None:
            problem = getattr(request._request, "oauth2_error", {})
            setattr(request, "oauth2_error", problem)  # noqa: B010  # the library reads it there
            return None
        user, token = found
        account = user or token.application.user
        if account is None or not account.is_active:
            raise AuthenticationFailed(
                "The account behind this token is switched off. Ask an administrator.",
                code="account_off",
            )
        return account, token
