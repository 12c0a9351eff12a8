"""The person in plain words: identity, contact, care team, risk facts, contact attempts."""

from dataclasses import dataclass

from django.urls import reverse

from patients.models import AfpResult, Patient, PatientStatus, Sex, Tri
from surveillance.models import ContactAttempt
from surveillance.protocol.parameters import ADULT_FROM_YEARS
from surveillance.web.patient_query import PatientRecords
from surveillance.web.queue_rows import status_words
from surveillance.web.risk_words import FactRow, contraindication_words, fact_rows, risk_why
from surveillance.web.wording import (
    age_words,
    date_words,
    full_months,
    joined,
    language_words,
    moment_words,
    name_of_patient,
    name_of_user,
)

AFP_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Person:
    """Who the patient is and how to reach them."""

    name: str
    url: str
    mrn: str
    born: str
    age: str
    sex: str
    site: str
    status: str
    status_note: str
    merged_url: str
    contact: tuple[tuple[str, str], ...]
    team: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RiskView:
    """The risk facts in force, with what nobody knows."""

    why: str
    facts: tuple[FactRow, ...]
    contraindications: str
    afp: tuple[str, ...]
    afp_earlier: int
    source: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One attempt to reach the patient."""

    at: str
    channel: str
    outcome: str
    note: str
    next_try: str
    by: str
    lesions: str


def person_view(records: PatientRecords) -> Person:
    """The head of the page."""
    patient = records.patient
    return Person(
        name=name_of_patient(patient),
        url=reverse("patient", args=[patient.pk]),
        mrn=patient.mrn,
        born=date_words(patient.birth_date) or "not recorded",
        age=age_words(patient.birth_date, records.on),
        sex=str(Sex(patient.sex).label),
        site=patient.site.name,
        status=status_words(patient.status),
        status_note=_status_note(patient),
        merged_url=reverse("patient", args=[patient.merged_into_id])
        if patient.merged_into_id
        else "",
        contact=contact_details(patient),
        team=(
            ("Navigator", name_of_user(patient.navigator, "Not assigned")),
            ("Responsible clinician", name_of_user(patient.responsible_clinician, "Not assigned")),
            ("Primary care", patient.primary_care or "Not recorded"),
        ),
    )


def _status_note(patient: Patient) -> str:
    if patient.status == PatientStatus.ACTIVE:
        return ""
    since = f"since {date_words(patient.status_on)}"
    return f"{since}: {patient.status_reason}" if patient.status_reason else since


def contact_details(patient: Patient) -> tuple[tuple[str, str], ...]:
    """Channels with the consent that goes with each; language and interpreter."""
    return (
        ("Telephone", _channel(patient.phone, patient.consent_phone)),
        ("E-mail", _channel(patient.email, patient.consent_email)),
        ("Text messages", _channel(patient.phone, patient.consent_sms)),
        ("Address", _address_words(patient)),
        ("Language", language_words(patient)),
    )


def _address_words(patient: Patient) -> str:
    words = _channel(", ".join(patient.postal_lines), patient.consent_letter)
    if patient.address_returned_on is None:
        return words
    came_back = date_words(patient.address_returned_on)
    return f"{words}. A letter came back {came_back}: not written to until corrected"


def _channel(value: str, consent: str) -> str:
    if not value:
        return "Not recorded"
    words = {Tri.YES: "agreed", Tri.NO: "do not use", Tri.UNKNOWN: "consent not known"}
    return f"{value} ({words[Tri(consent)]})"


def risk_view(records: PatientRecords) -> RiskView:
    """The risk facts in force on the day of the page."""
    profile = records.profile
    source = "Nobody has recorded any risk fact."
    if profile:
        by = name_of_user(profile.recorded_by, "an import")
        origin = f", source: {profile.source}" if profile.source else ""
        source = f"In force from {date_words(profile.effective_on)}, recorded by {by}{origin}."
    return RiskView(
        why=risk_why(profile),
        facts=fact_rows(
            profile,
            is_child=_is_child(records),
            may_be_pregnant=records.patient.sex != Sex.MALE,
        ),
        contraindications=contraindication_words(profile),
        afp=tuple(_afp_words(one) for one in records.afp[:AFP_SHOWN]),
        afp_earlier=max(0, len(records.afp) - AFP_SHOWN),
        source=source,
    )


def _is_child(records: PatientRecords) -> bool:
    """Somebody of unknown age may be a child."""
    born = records.patient.birth_date
    return born is None or full_months(born, records.on) < 12 * ADULT_FROM_YEARS.value


def _afp_words(result: AfpResult) -> str:
    value = "value not given" if result.value_ng_ml is None else f"{result.value_ng_ml:.1f} ng/mL"
    marks = [
        words
        for words, is_so in (
            ("rising", result.rising),
            ("elevated for age", result.elevated_for_age),
        )
        if is_so
    ]
    return ", ".join([f"{value} on {date_words(result.taken_on)}", *marks])


def contact_rows(records: PatientRecords) -> tuple[ContactRow, ...]:
    """The newest attempts to reach the patient."""
    return tuple(_contact_row(row, records) for row in records.contacts)


def _contact_row(row: ContactAttempt, records: PatientRecords) -> ContactRow:
    lesions = {follow_up.lesion.label for follow_up in row.follow_ups.all()}
    return ContactRow(
        at=moment_words(row.attempted_at, records.patient.site),
        channel=row.get_channel_display(),
        outcome=row.get_outcome_display(),
        note=row.note,
        next_try=date_words(row.next_try_on),
        by=name_of_user(row.attempted_by, "the system"),
        lesions=joined(sorted(lesions)),
    )
