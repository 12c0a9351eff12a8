"""The second factor: codes of an app, passkeys, recovery codes; and whose role needs one."""

import time
from collections.abc import Callable

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from hepcalc_site.identities import by_single_sign_on
from patients.models import Membership
from patients.workflows.note_sign_in import SignIn, note_sign_in

Handler = Callable[[HttpRequest], HttpResponseBase]
SEEN = "second_factor_seen"
SECONDS_UNTIL_LOOKED_AGAIN = 300
OPEN_WITHOUT = ("account_logout", "account_reauthenticate", "session_state", "set_language")
"""Names of pages that somebody who must set up a second factor may open beside those for it."""
SET_UP = gettext_noop(
    "Your role needs a second step at sign-in. Set up a passkey or an authenticator app here; then "
    "you can go on."
)
XML_PROLOGUE = "?>"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's second factor, in our words and under our content policy."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "This is not the code. Take the one that your app shows now"
        ),
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs a second step: add another one first."
        ),
    }

    def get_totp_label(self, user: User) -> str:
        """The app lists the account under the name that its owner types."""
        return user.get_username()

    def build_totp_svg(self, url: str) -> str:
        """The code to be scanned, as a part of the page: the policy allows no data: pictures."""
        drawn: str = super().build_totp_svg(url)
        return drawn.partition(XML_PROLOGUE)[2] or drawn

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to this host and are shown under our name."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "HepCalc Surveillance"}

    def generate_authenticator_name(self, user: User, type: str) -> str:  # allauth's
        """What the field suggests."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey {number}").format(number=count + 1) if count else _("My passkey")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last one stays where the role needs one."""
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        others = others.exclude(type=Authenticator.Type.RECOVERY_CODES)
        return others.exists() or not needs_second_factor(authenticator.user)


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """A code at sign-in; a wrong one is kept in the audit trail."""

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        super()._emit_authentication_failed(authenticator)
        _note_wrong_code(self.user)


class CodeAgainForm(ReauthenticateForm):  # type: ignore[misc]
    """A code before something is changed; a wrong one is kept, too."""

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        super()._emit_authentication_failed(authenticator)
        _note_wrong_code(self.user)


def _note_wrong_code(user: User) -> None:
    address = get_account_adapter().get_client_ip(context.request)
    note_sign_in(user=user, what=SignIn.CODE_FAILED, now=timezone.now(), address=address)


def needs_second_factor(user: User) -> bool:
    """Whether a role that the person holds today needs one (MFA_REQUIRED_ROLES)."""
    roles = settings.MFA_REQUIRED_ROLES
    return bool(roles) and Membership.objects.current().of(user).filter(role__in=roles).exists()


def ask_for_second_factor(get_response: Handler) -> Handler:
    """Lead whoever needs a second factor and has none to its page, and nowhere else."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if settings.MFA_REQUIRED_ROLES and request.user.is_authenticated and _is_missing(request):
            return _lead_there(request)
        return get_response(request)

    return handle


def _is_missing(request: HttpRequest) -> bool:
    """Asked of the database every few minutes; in between the session knows."""
    if _may_open_without(request.path):
        return False
    now = int(time.time())
    if now - request.session.get(SEEN, 0) < SECONDS_UNTIL_LOOKED_AGAIN:
        return False
    if not _is_proved(request):
        return True
    request.session[SEEN] = now
    return False


def _is_proved(request: HttpRequest) -> bool:
    assert isinstance(request.user, User)
    records = get_authentication_records(request, request.user)
    if settings.OIDC.is_second_factor and by_single_sign_on(records):
        return True
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    has_one = Authenticator.objects.filter(user=request.user, type__in=kinds).exists()
    return has_one or not needs_second_factor(request.user)


def _may_open_without(path: str) -> bool:
    return path.startswith(reverse("mfa_index")) or path in map(reverse, OPEN_WITHOUT)


def _lead_there(request: HttpRequest) -> HttpResponse:
    target = reverse("mfa_index")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    messages.warning(request, _(SET_UP))
    return redirect(target)
