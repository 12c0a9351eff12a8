"""Single sign-on lets in people who have an account here; it makes none.

Whom it knows by their subject comes in. Whom it sees for the first time is linked by an e-mail
address that the provider has verified (docs/adr/0038).
"""

from typing import Any

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from patients.workflows.errors import WorkflowRefused
from patients.workflows.link_identity import link_identity

log = structlog.get_logger(__name__)


class KnownPeopleAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Existing accounts only."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """Nobody makes an account for themselves."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Link who comes for the first time; refuse whom nobody here knows."""
        claims = sociallogin.account.extra_data
        if not _agree(claims) or sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(_refused(request, _("The sign-in did not come through.")))
        if sociallogin.is_existing:
            return
        provider, subject = sociallogin.account.provider, sociallogin.account.uid
        try:
            link = link_identity(
                provider=provider, subject=subject, email=_verified(claims), now=timezone.now()
            )
        except WorkflowRefused as refused:
            log.warning("single_sign_on_refused", code=refused.code)
            raise ImmediateHttpResponse(_refused(request, refused.message)) from refused
        sociallogin.account, sociallogin.user = link, link.user

    def on_authentication_error(self, request: HttpRequest, *_provider: Any, **told: Any) -> None:
        """One page with a way on; what went wrong is in the log by its kind."""
        error = told.get("exception")
        log.warning("single_sign_on_failed", error=type(error).__name__ if error else "no_answer")
        words = _("The sign-in did not come through. Try again, or use your password.")
        raise ImmediateHttpResponse(_refused(request, words))


def _agree(claims: dict[str, Any]) -> bool:
    """The page about the user must speak of whom the token was made for (OpenID Core 5.3.2)."""
    token, person = claims.get("id_token"), claims.get("userinfo")
    if not token:
        return False
    return not person or bool(person.get("sub") == token.get("sub"))


def _verified(claims: dict[str, Any]) -> str:
    """The address, if the provider says in so many words that it is verified."""
    said = claims.get("userinfo") or claims["id_token"]
    return str(said.get("email") or "") if said.get("email_verified") is True else ""


def _refused(request: HttpRequest, words: str) -> HttpResponse:
    return render(request, "socialaccount/refused.html", {"words": words}, status=403)
