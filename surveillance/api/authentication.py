"""Tokens of other systems. A session of a browser counts for nothing here."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from surveillance.models import TOKEN_PREFIX, PersonalToken
from surveillance.workflows.make_personal_token import digest_of
from surveillance.workflows.note_token_use import note_token_use

if TYPE_CHECKING:
    from rest_framework.request import Request


class PersonalTokenAuthentication(BaseAuthentication):
    """Tokens that people make for scripts of their own, known by how they begin."""

    def authenticate(self, request: "Request") -> tuple[Any, Any] | None:
        """The person and the token; None for a header that is no personal token.

        Raises AuthenticationFailed for a token that is unknown, taken back or has run out.
        """
        kind, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not secret.startswith(TOKEN_PREFIX):
            return None
        now = timezone.now()
        usable = PersonalToken.objects.usable(now).select_related("user")
        token = usable.filter(digest=digest_of(secret)).first()
        if token is None:
            raise AuthenticationFailed(
                "This personal token is unknown, was taken back or has run out. Make a new one "
                "under “My tokens”.",
                code="token_not_usable",
            )
        note_token_use(token=token, now=now)
        return token.user, token

    def authenticate_header(self, request: "Request") -> str:
        """What a request without a token is told."""
        return 'Bearer realm="api"'


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
