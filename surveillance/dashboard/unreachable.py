"""Patients to whom something is owed and whom nobody reaches; other than the queue's list."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import PatientStatus
from surveillance.dashboard.number import Cell, Kind, Number, Row, percent, share
from surveillance.dashboard.scope import Scope
from surveillance.models import ContactAttempt, FollowUp, FollowUpQuerySet
from surveillance.protocol.parameters.contact import LOST_ATTEMPTS, LOST_CHANNELS, LOST_WITHIN
from surveillance.protocol.reaching import NOT_REACHED, REACHED

KEY = "unreachable"
GROUPS = {
    "lost": gettext_noop("Signed as lost to follow-up"),
    "no_way": gettext_noop("No telephone, e-mail or postal address that works"),
    "tried": gettext_noop("Not reached in {attempts} attempts or more on {ways} channels or more"),
    "trying": gettext_noop("Not reached yet, fewer attempts"),
    "reached": gettext_noop("Reached, or not tried yet"),
}
LIMITS = {"attempts": LOST_ATTEMPTS.value, "ways": LOST_CHANNELS.value}
UNREACHABLE_GROUPS = ("lost", "no_way", "tried")
_NO_EMAIL = Q(email="") | Q(email=F("undeliverable_email"))
_NO_WAY = Q(phone="") & _NO_EMAIL & (Q(address="") | Q(address_returned_on__isnull=False))


def _grouped(scope: Scope) -> "QuerySet[Any]":
    """Every patient to whom something is owed, in exactly one group: the first that holds."""
    owed = scope.patients().filter(Exists(FollowUp.objects.open().filter(patient=OuterRef("pk"))))
    as_often_as_asked = _tried(scope, LOST_ATTEMPTS.value, LOST_CHANNELS.value)
    return owed.annotate(
        group=Case(
            When(status=PatientStatus.LOST_TO_FOLLOW_UP, then=Value("lost")),
            When(_NO_WAY, then=Value("no_way")),
            When(pk__in=as_often_as_asked, then=Value("tried")),
            When(pk__in=_tried(scope, 1, 1), then=Value("trying")),
            default=Value("reached"),
        ),
    )


def _tried(scope: Scope, attempts: int, ways: int) -> "QuerySet[ContactAttempt, Any]":
    """Patients with so many attempts over so many channels since anybody was reached, none of them
    too old. Found for all at once, since a look-up per patient costs more the larger the site."""
    standing = ContactAttempt.objects.standing()
    reached_later = standing.filter(
        patient=OuterRef("patient"),
        outcome__in=[str(each) for each in REACHED],
        attempted_at__gt=OuterRef("attempted_at"),
    )
    counted = standing.filter(
        ~Exists(reached_later),
        patient__site__in=scope.sites,
        outcome__in=[str(each) for each in NOT_REACHED],
        attempted_at__gte=scope.now - timedelta(days=LOST_WITHIN.value),
    )
    groups = counted.order_by().values("patient")
    many = groups.annotate(n=Count("pk"), ways=Count("channel", distinct=True))
    return many.filter(n__gte=attempts, ways__gte=ways).values("patient")


def count_unreachable(scope: Scope) -> Number:
    """One query."""
    by = _grouped(scope).order_by().values_list("group").annotate(Count("pk"))
    found = dict.fromkeys(GROUPS, 0) | dict(by)
    whole = sum(found.values())
    out = sum(found[group] for group in UNREACHABLE_GROUPS)
    return Number(
        KEY,
        _("Patients whom nobody reaches"),
        _(
            "Patients to whom something is owed, each in the first group that holds: signed as "
            "lost; without any way to reach them on file; tried as often as A-32 asks since "
            "anybody was reached, in the last {days} days. Nobody reaches the first three. The "
            "queue's list “No working contact” is another one: it goes by the last attempt, and "
            "by what "
            "the patient has refused."
        ).format(days=LOST_WITHIN.value),
        _(
            "The time of day of calls is not looked at: the patient's page says what is still to "
            "be tried before anybody may be called lost. None of the groups ends what is owed."
        ),
        (
            share(
                KEY,
                _("Nobody reaches them"),
                (out, _("patients whom nobody reaches")),
                (whole, _("patients to whom something is owed")),
            ),
        ),
        (_("Group"), _("Patients"), _("Share")),
        tuple(
            Row(
                _(words).format(**LIMITS),
                (Cell(found[group], group), Cell(percent(found[group], whole), None, "%")),
            )
            for group, words in GROUPS.items()
        ),
    )


def list_unreachable(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' all three groups, else one: the most urgent follow-up of each patient."""
    groups = [part] if GROUPS.get(part) else UNREACHABLE_GROUPS
    if part and part not in GROUPS:
        raise KeyError(part)
    people = _grouped(scope).filter(group__in=groups)
    firsts = FollowUp.objects.open().most_urgent_per_patient()
    return firsts.filter(site__in=scope.sites, patient__in=people.values("pk"))


UNREACHABLE = Kind(KEY, count_unreachable, list_unreachable)
