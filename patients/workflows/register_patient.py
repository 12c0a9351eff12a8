"""Registers a person at a site."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Patient, Sex, Site, Tri
from patients.workflows.errors import WorkflowRefused
from patients.workflows.field_rules import refusal, refuse_bad_fields

EARLIEST_BIRTH = date(1900, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demographics:
    """Who a person is and how to reach them. A missing birth date is allowed and leads to R05."""

    mrn: str
    family_name: str
    given_name: str = ""
    birth_date: date | None = None
    sex: str = Sex.UNKNOWN
    phone: str = ""
    email: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    language: str = "en"
    interpreter_needed: bool = False
    consent_phone: str = Tri.UNKNOWN
    consent_email: str = Tri.UNKNOWN
    consent_sms: str = Tri.UNKNOWN
    consent_letter: str = Tri.UNKNOWN
    primary_care: str = ""


DEMOGRAPHIC_FIELDS = tuple(Demographics.__dataclass_fields__)
POSTAL_FIELDS = ("address", "postal_code", "city", "region", "country")


class PatientAlreadyRegistered(WorkflowRefused):
    """The MRN is taken at this site. `details`: mrn, site."""

    code = "patient_already_registered"


def register_patient(
    *, site: Site, demographics: Demographics, by: User | None, now: datetime
) -> Patient:
    """Add a patient who has no record at the site yet.

    Refused: an MRN already in use at the site, no MRN or family name, a birth date in the future
    or before 1900, any value that its field does not allow (`FieldRefused`).
    """
    patient = Patient(site=site, created_at=now, **asdict(demographics))
    refuse_bad_demographics(patient, today=site.local_date(now))
    try:
        with transaction.atomic():
            save_with_history(patient, reason="registered", by=by, now=now)
            record_event(
                "patient_registered", site=site, subject=patient, by=by, now=now, patient=patient
            )
    except IntegrityError as error:
        if not Patient.objects.filter(site=site, mrn=patient.mrn).exists():
            raise
        raise PatientAlreadyRegistered(
            _(
                "mrn: “{mrn}” already belongs to a patient at {site}. "
                "Open that record, or correct the number."
            ).format(mrn=patient.mrn, site=site),
            mrn=patient.mrn,
            site=site.slug,
        ) from error
    return patient


def refuse_bad_demographics(patient: Patient, *, today: date) -> None:
    """Refuse values that the fields do not allow, blank identity, and impossible birth dates."""
    refuse_bad_fields(patient, DEMOGRAPHIC_FIELDS)
    for name in ("mrn", "family_name"):
        value = getattr(patient, name)
        if value != value.strip() or not value:
            raise refusal(name, value, _("Give it without spaces around it."))
    born = patient.birth_date
    if born and not EARLIEST_BIRTH <= born <= today:
        raise refusal(
            "birth_date",
            born,
            _("Give a day from {earliest} to {today}, or leave it empty.").format(
                earliest=EARLIEST_BIRTH, today=today
            ),
        )
