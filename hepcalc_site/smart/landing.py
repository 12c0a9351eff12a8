"""From the patient on the EHR's screen to ours, and to the page where this person is needed."""

from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext_noop

from hepcalc_site.smart.failures import LaunchFailed
from hepcalc_site.smart.kept import Arrival
from hepcalc_site.smart.talking import Json
from surveillance.intake.fhir.on_screen import Doubt, on_screen
from surveillance.models import EhrSystem, Escalation
from surveillance.roles import Permission, sites_where


class NoRoleThere(LaunchFailed):
    """The person may see no patient at the site."""

    code = "no_role_there"
    words = gettext_noop(
        "You hold no role that sees patients at the site of this EHR. Ask your administrator."
    )


class SeveralPatients(LaunchFailed):
    """The record numbers that came belong to more than one of our patients."""

    code = "several_patients"
    words = gettext_noop(
        "The record numbers in the EHR belong to more than one patient here. Find the patient in "
        "the queue, and tell whoever merges records."
    )
    status = 409


class AnotherPerson(LaunchFailed):
    """Name or birth date are not those of our patient with the record number."""

    code = "another_person"
    words = gettext_noop(
        "The name or birth date in the EHR is not that of the patient here with this record "
        "number. Find the patient in the queue, and have the wrong record corrected."
    )
    status = 409


FAILURES: Final[dict[Doubt, type[LaunchFailed]]] = {
    Doubt.SEVERAL: SeveralPatients,
    Doubt.CONTRADICTS: AnotherPerson,
}


def followed_patient(ehr: EhrSystem, resource: Json) -> UUID | None:
    """Ours, by record number at the site of the EHR; of a merged record the one that stayed.

    Raises SeveralPatients, or AnotherPerson where the EHR's words are another's.
    """
    whom = on_screen(ehr, resource)
    if whom.doubt is not None:
        raise FAILURES[whom.doubt]
    return whom.patient.pk if whom.patient else None


def landing(user: User, arrival: Arrival) -> str:
    """The escalation that waits for this person, else the patient's page. Raises NoRoleThere.

    Of a patient who is not followed, a page says so, and only to people who may see patients.
    """
    sites = sites_where(user, Permission.VIEW_PATIENT)
    if not sites.filter(ehr_systems=arrival.ehr).exists():
        raise NoRoleThere
    if arrival.patient is None or not sites.filter(patients=arrival.patient).exists():
        return reverse("smart_not_followed")
    mine = Escalation.objects.unresolved().filter(
        owner=user, follow_up__patient=arrival.patient, follow_up__site__in=sites
    )
    highest = mine.order_by("-tier", "raised_at").first()
    if highest is not None:
        return reverse("escalation", args=[highest.pk])
    return reverse("patient", args=[arrival.patient])
