"""Keeps in the audit trail who signed in, who failed to, and what changed about it."""

from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import User

from patients.audit import Deed, record_events
from patients.models import AuditEvent, Site


class SignIn(StrEnum):
    """What happened at the door."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    FAILED = "sign_in_failed"
    """A wrong password for an account that exists. Other names are counted, never kept: people
    type passwords into the wrong field."""
    LOCKED = "sign_in_locked"
    CODE_FAILED = "second_factor_failed"
    FACTOR_ADDED = "second_factor_added"
    FACTOR_REMOVED = "second_factor_removed"
    CODES_RENEWED = "recovery_codes_renewed"
    PASSWORD_SET = "password_set"  # noqa: S105  # the name of an event


BY_SOMEBODY_UNKNOWN = {SignIn.FAILED, SignIn.LOCKED, SignIn.CODE_FAILED}


def note_sign_in(
    *, user: User, what: SignIn, now: datetime, method: str = "", address: str = ""
) -> list[AuditEvent]:
    """Append it at every site where the person holds a role; nothing where they hold none.

    A failure is the deed of nobody: who typed the wrong password is not known.
    """
    said = {"method": method, "address": address}
    detail = {name: value for name, value in said.items() if value}
    deeds = [
        Deed(what.value, site, user, detail=detail) for site in Site.objects.where_in_post(user)
    ]
    return record_events(deeds, by=None if what in BY_SOMEBODY_UNKNOWN else user, now=now)
