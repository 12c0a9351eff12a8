"""From the patient on the EHR's screen to ours, and to the page where this person is needed."""

from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext_noop

from hepcalc_site.smart.failures import LaunchFailed
from hepcalc_site.smart.kept import Arrival
from hepcalc_site.smart.talking import Json
from patients.models import Patient
from surveillance.models import EhrSystem, Escalation
from surveillance.record_numbers import record_numbers
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


def followed_patient(ehr: EhrSystem, resource: Json) -> UUID | None:
    """Ours, by record number at the site of the EHR; of a merged record the one that stayed."""
    numbers = record_numbers(resource, ehr.mrn_system)
    rows = Patient.objects.filter(site=ehr.site_id, mrn__in=numbers)
    found = {row.merged_into_id or row.pk for row in rows}
    if len(found) > 1:
        raise SeveralPatients
    return found.pop() if found else None


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
