"""The e-mail with which somebody chooses a password: sent at once, past the outbox.

The outbox keeps the words of every message, and whoever may read it could take the link. Nothing of
a patient is in it.
"""

import smtplib
from typing import TYPE_CHECKING, Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import BadHeaderError, EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

if TYPE_CHECKING:
    ProviderError: Any = Exception
else:
    try:
        from anymail.exceptions import AnymailError as ProviderError
    except ImportError:  # plain SMTP needs no provider's library
        ProviderError = smtplib.SMTPException

SUBJECT = "HepCalc Surveillance: choose your password"


class InvitationNotSent(Exception):
    """The mail server did not take it; nothing was changed."""


def link_for(user: User) -> str:
    """Where this person chooses a password: once, until a password is set or the days are over."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=key)}"


def send_invitation(user: User) -> None:
    """Send the link to the address of the account. Raises InvitationNotSent."""
    context = {"name": user.first_name, "username": user.get_username(), "link": link_for(user)}
    body = render_to_string("account/email/invitation.txt", context)
    letter = EmailMessage(SUBJECT, body, to=[user.email])
    letter.extra_headers["Auto-Submitted"] = "auto-generated"
    letter.extra_headers["Content-Language"] = "en"
    try:
        letter.send()
    except (smtplib.SMTPException, OSError, ProviderError, BadHeaderError, ValueError) as error:
        raise InvitationNotSent from error
