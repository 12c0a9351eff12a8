"""What a finding is about, as links: ids become the pages of patients and escalations."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Patient, Site
from surveillance.failsafe.finding import SubjectKind
from surveillance.models import (
    Escalation,
    FollowUp,
    Lesion,
    Notification,
    NotificationTemplate,
    OutsideCare,
)
from surveillance.web.wording import lesion_words, name_of_patient

Links = Mapping[str, "Link"]


@dataclass(frozen=True, slots=True)
class Link:
    """Where to go, in words."""

    words: str
    url: str = ""


def links_to(
    ids: Mapping[SubjectKind, Iterable[str]], sites: QuerySet[Site]
) -> dict[SubjectKind, Links]:
    """Links by kind and id, for patients of `sites` only. One query for each kind that occurs."""
    found: dict[SubjectKind, Links] = {}
    for kind, named in ids.items():
        if kind in LOOKUPS and (keys := _uuids(named)):
            found[kind] = LOOKUPS[kind](keys, sites)
    return found


def _uuids(named: Iterable[str]) -> list[UUID]:
    """The ids among the names; a sweep also names whole sites ('site:brigid')."""
    return [UUID(name) for name in named if len(name) == len(str(UUID(int=0)))]


def _patient(patient: Patient, more: str = "") -> Link:
    words = ": ".join(part for part in (name_of_patient(patient), more) if part)
    return Link(words, reverse("patient", args=[patient.pk]))


def _lesions(keys: list[UUID], sites: QuerySet[Site]) -> Links:
    rows = Lesion.objects.filter(pk__in=keys, patient__site__in=sites).select_related("patient")
    return {str(row.pk): _patient(row.patient, lesion_words(row)) for row in rows}


def _follow_ups(keys: list[UUID], sites: QuerySet[Site]) -> Links:
    rows = FollowUp.objects.filter(pk__in=keys, site__in=sites)
    rows = rows.select_related("patient", "lesion")
    return {str(row.pk): _patient(row.patient, lesion_words(row.lesion)) for row in rows}


def _escalations(keys: list[UUID], sites: QuerySet[Site]) -> Links:
    rows = Escalation.objects.filter(pk__in=keys, follow_up__site__in=sites)
    return {
        str(row.pk): Link(
            _("{patient}: step {step}").format(
                patient=name_of_patient(row.follow_up.patient), step=row.step
            ),
            reverse("escalation", args=[row.pk]),
        )
        for row in rows.select_related("follow_up__patient")
    }


def _messages(keys: list[UUID], sites: QuerySet[Site]) -> Links:
    rows = Notification.objects.filter(pk__in=keys, site__in=sites)
    rows = rows.select_related(
        "site", "patient", "follow_up__patient", "escalation__follow_up__patient"
    )
    return {str(row.pk): _message(row) for row in rows}


def _message(row: Notification) -> Link:
    words = _(str(NotificationTemplate(row.template).label))
    if row.escalation is not None:
        url = reverse("escalation", args=[row.escalation_id])
        return Link(f"{name_of_patient(row.escalation.follow_up.patient)}: {words}", url)
    patient = row.follow_up.patient if row.follow_up else row.patient
    if patient:
        return _patient(patient, words)
    return Link(words, f"{reverse('outbox')}?site={row.site.slug}&state=failed")


def _outside_care(keys: list[UUID], sites: QuerySet[Site]) -> Links:
    rows = OutsideCare.objects.filter(pk__in=keys, follow_up__site__in=sites)
    return {
        str(row.pk): Link(
            _("{patient}: followed elsewhere").format(patient=name_of_patient(row.patient)),
            reverse("outside_care", args=[row.pk]),
        )
        for row in rows.select_related("patient")
    }


LOOKUPS: Mapping[SubjectKind, Callable[[list[UUID], QuerySet[Site]], Links]] = {
    SubjectKind.LESION: _lesions,
    SubjectKind.FOLLOW_UP: _follow_ups,
    SubjectKind.ESCALATION: _escalations,
    SubjectKind.MESSAGE: _messages,
    SubjectKind.OUTSIDE_CARE: _outside_care,
}
