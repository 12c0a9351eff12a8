"""Patients to whom something is owed and whom nobody reaches; other than the queue's list."""

from datetime import timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
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
    since = scope.now - timedelta(days=LOST_WITHIN.value)
    owed = scope.patients().filter(Exists(FollowUp.objects.open().filter(patient=OuterRef("pk"))))
    return owed.annotate(
        reached_at=Subquery(_reached(), output_field=DateTimeField()),
        group=Case(
            When(status=PatientStatus.LOST_TO_FOLLOW_UP, then=Value("lost")),
            When(_NO_WAY, then=Value("no_way")),
            When(Q(last_contact_at=None) | Q(last_contact_at__lt=since), then=Value("reached")),
            When(
                Q(Exists(_attempts(since, LOST_ATTEMPTS.value, LOST_CHANNELS.value))),
                then=Value("tried"),
            ),
            When(Q(Exists(_attempts(since, 1, 1))), then=Value("trying")),
            default=Value("reached"),
        ),
    )


def _reached() -> "QuerySet[ContactAttempt, object]":
    heard = ContactAttempt.objects.standing().filter(
        patient=OuterRef("pk"), outcome__in=[str(each) for each in REACHED]
    )
    return heard.order_by("-attempted_at").values("attempted_at")[:1]


def _attempts(since: object, attempts: int, ways: int) -> "QuerySet[ContactAttempt, object]":
    """So many attempts over so many channels since anybody was reached, none of them too old."""
    counted = ContactAttempt.objects.standing().filter(
        patient=OuterRef("pk"),
        outcome__in=[str(each) for each in NOT_REACHED],
        attempted_at__gte=since,
        attempted_at__gt=Coalesce(OuterRef("reached_at"), Value(since)) - timedelta(microseconds=1),
    )
    groups = counted.order_by().values("patient")
    return groups.annotate(n=Count("pk"), ways=Count("channel", distinct=True)).filter(
        n__gte=attempts, ways__gte=ways
    )


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
