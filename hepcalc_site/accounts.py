"""The front door in allauth's words: no sign-ups, locks by name and address, an audit trail."""

from typing import Any

import structlog
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from hepcalc_site.identities import method_of
from patients.sign_in_locks import Attempt, count_attempt, note_lock
from patients.workflows.note_sign_in import SignIn, note_sign_in

log = structlog.get_logger(__name__)
CHANGES = {
    "mfa/email/totp_activated": SignIn.FACTOR_ADDED,
    "mfa/email/webauthn_added": SignIn.FACTOR_ADDED,
    "mfa/email/totp_deactivated": SignIn.FACTOR_REMOVED,
    "mfa/email/webauthn_removed": SignIn.FACTOR_REMOVED,
    "mfa/email/recovery_codes_generated": SignIn.CODES_RENEWED,
}
"""What allauth would write an e-mail about, and what the audit trail calls it."""
TOO_MANY = gettext_noop(
    "Too many wrong passwords. Wait 15 minutes, use a passkey, or ask your administrator to let "
    "you try again."
)


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-in and sign-out as usual; nobody signs up; who came, and who failed to, is kept."""

    attempt: Attempt | None = None

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's signature
        """Nobody makes an account for themselves."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before the password is looked at; refuse who must wait."""
        name, address = credentials.get("username", ""), self.get_client_ip(request)
        self.attempt = count_attempt(name, address)
        if not self.attempt.locked:
            return
        if note_lock(name, address, self.attempt.locked):
            self._note_by_name(name, SignIn.LOCKED, address)
        raise ValidationError(_(TOO_MANY), code="too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        """allauth calls this when the password was right."""
        if self.attempt is not None:
            self.attempt.undo()

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Keep that somebody tried; nothing of what was typed."""
        name, address = credentials.get("username", ""), self.get_client_ip(request)
        self._note_by_name(name, SignIn.FAILED, address)

    def _note_by_name(self, name: str, what: SignIn, address: str) -> None:
        user = _named(name.strip())
        log.warning(what.value, user_id=user.pk if user else None)
        if user is not None:
            note_sign_in(
                user=user, what=what, now=timezone.now(), method="password", address=address
            )

    def post_login(self, request: HttpRequest, user: User, **hook: Any) -> HttpResponseBase:
        """Keep that the person is in, after every step."""
        response: HttpResponseBase = super().post_login(request, user, **hook)
        note_sign_in(
            user=user,
            what=SignIn.SIGNED_IN,
            now=timezone.now(),
            method=method_of(get_authentication_records(request, user)),
            address=self.get_client_ip(request),
        )
        return response

    def logout(self, request: HttpRequest) -> None:
        """Keep that the person left."""
        if isinstance(request.user, User):
            note_sign_in(user=request.user, what=SignIn.SIGNED_OUT, now=timezone.now())
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """Keep that the password is another one."""
        super().set_password(user, password)
        note_sign_in(user=user, what=SignIn.PASSWORD_SET, now=timezone.now())

    def send_notification_mail(self, template_prefix: str, user: User, *_: Any, **__: Any) -> None:
        """allauth tells here what changed about a person's sign-in: kept, not sent."""
        if (what := CHANGES.get(template_prefix)) is not None:
            note_sign_in(user=user, what=what, now=timezone.now())

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in a few minutes ago is not asked for the password again at once."""
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required and not _signed_in_just_now(context.request)


def _named(name: str) -> User | None:
    """Whose user name it is: as typed, else the only one that differs in capitals alone."""
    exact = User.objects.filter(username=name).first()
    alike = list(User.objects.filter(username__iexact=name)[:2]) if exact is None else [exact]
    return alike[0] if len(alike) == 1 else None


def _signed_in_just_now(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    since = timezone.now().timestamp() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(record["at"] > since for record in records)
