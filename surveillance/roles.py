"""Who may do what, at which site: one table.

A person's role is held per site (`Membership`). Nothing is allowed by being a superuser alone:
a superuser without a role sees no patient.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from patients.models import Membership, Role, Site

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    from patients.models.site import SiteQuerySet

    Person = AbstractBaseUser | AnonymousUser


class Permission(StrEnum):
    """What a person may be allowed to do."""

    VIEW_QUEUE = "VIEW_QUEUE"
    VIEW_PATIENT = "VIEW_PATIENT"
    AMEND_PATIENT = "AMEND_PATIENT"
    """Register a patient, correct identity and contact details, assign the care team."""
    RECORD_EXAM = "RECORD_EXAM"
    """Register a lesion, record an exam or an event of a lesion."""
    RECORD_RISK = "RECORD_RISK"
    LOG_CONTACT = "LOG_CONTACT"
    BOOK = "BOOK"
    PRINT_LETTERS = "PRINT_LETTERS"
    """Print, check, post and discard runs of letters."""
    SNOOZE = "SNOOZE"
    CLOSE = "CLOSE"
    CLOSE_SIGNED = "CLOSE_SIGNED"
    """Sign that surveillance is not appropriate (A-31): a clinician's decision."""
    REASSIGN = "REASSIGN"
    SHARE_FILTER = "SHARE_FILTER"
    """Put a saved list of the queue into the menu of everybody at the site."""
    PLAN_ABSENCE = "PLAN_ABSENCE"
    """Plan or end the leave of others; everybody may plan their own."""
    OVERRIDE = "OVERRIDE"
    ACKNOWLEDGE = "ACKNOWLEDGE"
    SECOND_LOOK = "SECOND_LOOK"
    """Confirm what a colleague put on file about care elsewhere."""
    VIEW_MEASURES = "VIEW_MEASURES"
    IMPORT_REGISTRY = "IMPORT_REGISTRY"
    RETRACT = "RETRACT"
    MERGE = "MERGE"
    WITHDRAW = "WITHDRAW"
    VIEW_AUDIT = "VIEW_AUDIT"
    VIEW_FAILSAFE = "VIEW_FAILSAFE"
    """See what must never be at the site and in the installation, and have it looked at anew."""
    MEND_INTAKE = "MEND_INTAKE"
    """See what other systems sent and could not be taken in, word for word, and mend it."""
    ADMINISTER = "ADMINISTER"


_READ = {Permission.VIEW_QUEUE, Permission.VIEW_PATIENT}
_RECORD = {Permission.AMEND_PATIENT, Permission.RECORD_EXAM, Permission.RECORD_RISK}
_CHASE = {
    Permission.LOG_CONTACT,
    Permission.BOOK,
    Permission.SNOOZE,
    Permission.CLOSE,
    Permission.ACKNOWLEDGE,
    Permission.WITHDRAW,
    Permission.SHARE_FILTER,
}
_LEAD = {
    Permission.REASSIGN,
    Permission.PLAN_ABSENCE,
    Permission.RETRACT,
    Permission.MERGE,
    Permission.VIEW_FAILSAFE,
    Permission.SECOND_LOOK,
    Permission.VIEW_MEASURES,
    Permission.MEND_INTAKE,
}
_SIGN = {
    Permission.CLOSE_SIGNED,
    Permission.OVERRIDE,
    Permission.RETRACT,
    Permission.SECOND_LOOK,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.NURSE_NAVIGATOR: frozenset(_READ | _RECORD | _CHASE | {Permission.PRINT_LETTERS}),
    Role.LEAD_NAVIGATOR: frozenset(_READ | _RECORD | _CHASE | _LEAD | {Permission.PRINT_LETTERS}),
    Role.CLINICIAN: frozenset(_READ | _RECORD | _CHASE | _SIGN),
    Role.MEDICAL_DIRECTOR: frozenset(
        _READ | _RECORD | _CHASE | _LEAD | _SIGN | {Permission.VIEW_AUDIT}
    ),
    Role.ADMINISTRATOR: frozenset(
        _READ
        | {
            Permission.AMEND_PATIENT,
            Permission.IMPORT_REGISTRY,
            Permission.PLAN_ABSENCE,
            Permission.PRINT_LETTERS,
            Permission.VIEW_AUDIT,
            Permission.VIEW_FAILSAFE,
            Permission.VIEW_MEASURES,
            Permission.MEND_INTAKE,
            Permission.ADMINISTER,
        }
    ),
    Role.AUDITOR: frozenset(_READ | {Permission.VIEW_AUDIT, Permission.VIEW_FAILSAFE}),
    Role.INTEGRATION: frozenset(_RECORD | {Permission.VIEW_PATIENT, Permission.MEND_INTAKE}),
}

_READABLE = frozenset(
    f"{app}.view_{model}"
    for app, models in {
        "patients": (
            "site siteclosure membership absence patient riskprofile afpresult auditevent auditseal"
        ),
        "surveillance": (
            "lesion imagingexam lesionobservation lesionevent lesionassessment followup "
            "contactattempt patientnote declination disowning escalation escalationanswer "
            "notification letter letterbatch letterevent outsidecare outsidecarereview "
            "messagetemplateversion messagetemplateuse patientmerge registryimport sweeprun "
            "ehrsystem cdsfeedback"
        ),
        "auth": "user",
    }.items()
    for model in models.split()
)
ADMIN_SITE: dict[Role, frozenset[str]] = {
    Role.ADMINISTRATOR: _READABLE
    | {
        "patients.change_site",
        "patients.add_siteclosure",
        "patients.add_membership",
        "auth.add_user",
        "auth.change_user",
        "surveillance.add_ehrsystem",
        "surveillance.change_ehrsystem",
    },
    Role.AUDITOR: _READABLE,
}
"""Django's permissions in the stock admin, written to groups by `manage.py sync_roles`. Clinical
records are read there and never changed; each row is shown only to those of its site."""


def roles_with(permission: Permission) -> frozenset[Role]:
    """The roles that carry this permission."""
    return frozenset(role for role, granted in PERMISSIONS.items() if permission in granted)


def permissions_at(user: "Person", site: Site) -> frozenset[Permission]:
    """Everything this person may do at the site. One query; ask once per page."""
    roles = Membership.objects.current().of(user).filter(site=site).values_list("role", flat=True)
    return frozenset().union(*(PERMISSIONS[Role(role)] for role in roles))


def may(user: "Person | None", permission: Permission, site: Site) -> bool:
    """Whether this person may do that at this site. The system itself (None) may not be asked."""
    return user is not None and permission in permissions_at(user, site)


def sites_where(user: "Person", permission: Permission) -> "SiteQuerySet":
    """The sites at which this person may do that."""
    held = Membership.objects.current().of(user).filter(role__in=roles_with(permission))
    return Site.objects.filter(memberships__in=held).distinct()
