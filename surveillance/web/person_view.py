"""The person in plain words: identity, contact, care team, risk facts, contact attempts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import AfpResult, Patient, PatientStatus, RiskProfile, Sex, Site
from surveillance.models import ContactAttempt
from surveillance.protocol.parameters import ADULT_FROM_YEARS
from surveillance.web.consent_words import ConsentChange, consent_words, no_way_words
from surveillance.web.patient_query import PatientRecords
from surveillance.web.queue_rows import status_words
from surveillance.web.risk_words import (
    FactRow,
    contraindication_words,
    egfr_words,
    fact_rows,
    risk_why,
)
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
    no_way: str
    contact: tuple[tuple[str, str], ...]
    team: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RiskView:
    """The risk facts in force, with what nobody knows."""

    why: str
    facts: tuple[FactRow, ...]
    contraindications: str
    egfr: str
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
    taken_back: str = ""
    retract_url: str = ""


def person_view(records: PatientRecords) -> Person:
    """The head of the page."""
    patient, not_assigned = records.patient, _("Not assigned")
    return Person(
        name=name_of_patient(patient),
        url=reverse("patient", args=[patient.pk]),
        mrn=patient.mrn,
        born=date_words(patient.birth_date) or _("not recorded"),
        age=age_words(patient.birth_date, records.on),
        sex=_(str(Sex(patient.sex).label)),
        site=patient.site.name,
        status=status_words(patient.status),
        status_note=_status_note(patient),
        merged_url=reverse("patient", args=[patient.merged_into_id])
        if patient.merged_into_id
        else "",
        no_way=no_way_words(patient),
        contact=contact_details(patient, records.consents),
        team=(
            (_("Navigator"), name_of_user(patient.navigator, not_assigned)),
            (
                _("Responsible clinician"),
                name_of_user(patient.responsible_clinician, not_assigned),
            ),
            (_("Primary care"), patient.primary_care or _("Not recorded")),
        ),
    )


def _status_note(patient: Patient) -> str:
    if patient.status == PatientStatus.ACTIVE:
        return ""
    since = _("since {day}").format(day=date_words(patient.status_on))
    return f"{since}: {patient.status_reason}" if patient.status_reason else since


def contact_details(
    patient: Patient, said: Mapping[str, ConsentChange] | None = None
) -> tuple[tuple[str, str], ...]:
    """Channels with the consent that goes with each, since when and how we know (`said`), and
    whether messages came back from there; language and interpreter."""
    said = said or {}
    came_back = {
        "email": _came_back(patient.is_email_undeliverable, patient.undeliverable_email_on),
        "phone": _came_back(patient.is_phone_undeliverable, patient.undeliverable_phone_on),
        "letter": _letter_came_back(patient.address_returned_on),
    }

    def channel(value: str, field: str, mark: str = "") -> str:
        consent = consent_words(getattr(patient, field), said.get(field))
        return (
            f"{value} ({'; '.join(filter(None, (consent, mark)))})" if value else _("Not recorded")
        )

    return (
        (_("Telephone"), channel(patient.phone, "consent_phone")),
        (_("E-mail"), channel(patient.email, "consent_email", came_back["email"])),
        (_("Text messages"), channel(patient.phone, "consent_sms", came_back["phone"])),
        (
            _("Address"),
            channel(", ".join(patient.postal_lines), "consent_letter", came_back["letter"]),
        ),
        (_("Language"), language_words(patient)),
    )


def _came_back(is_so: bool, on: date | None) -> str:
    if not is_so:
        return ""
    return _("a message came back on {day}: correct it").format(day=date_words(on))


def _letter_came_back(on: date | None) -> str:
    if not on:
        return ""
    words = _("a letter came back on {day}: not written to until corrected")
    return words.format(day=date_words(on))


def risk_view(records: PatientRecords) -> RiskView:
    """The risk facts in force on the day of the page."""
    profile = records.profile
    return RiskView(
        why=risk_why(profile),
        facts=fact_rows(
            profile,
            is_child=_is_child(records),
            may_be_pregnant=records.patient.sex != Sex.MALE,
        ),
        contraindications=contraindication_words(profile),
        egfr=egfr_words(profile),
        afp=tuple(_afp_words(one) for one in records.afp[:AFP_SHOWN]),
        afp_earlier=max(0, len(records.afp) - AFP_SHOWN),
        source=_risk_source(profile),
    )


def _risk_source(profile: RiskProfile | None) -> str:
    if profile is None:
        return _("Nobody has recorded any risk fact.")
    words = _("In force from {day}, recorded by {who}.")
    if profile.source:
        words = _("In force from {day}, recorded by {who}, source: {source}.")
    return words.format(
        day=date_words(profile.effective_on),
        who=name_of_user(profile.recorded_by, _("an import")),
        source=profile.source,
    )


def _is_child(records: PatientRecords) -> bool:
    """Somebody of unknown age may be a child."""
    born = records.patient.birth_date
    return born is None or full_months(born, records.on) < 12 * ADULT_FROM_YEARS.value


def _afp_words(result: AfpResult) -> str:
    value = _("value not given")
    if result.value_ng_ml is not None:
        value = f"{result.value_ng_ml:.1f} ng/mL"
    marks = [
        words
        for words, is_so in (
            (_("rising"), result.rising),
            (_("elevated for age"), result.elevated_for_age),
        )
        if is_so
    ]
    taken = _("{value} on {day}").format(value=value, day=date_words(result.taken_on))
    source = [_("source: {source}").format(source=result.source)] if result.source else []
    return ", ".join([taken, *marks, *source])


def contact_rows(records: PatientRecords, *, may_retract: bool = False) -> tuple[ContactRow, ...]:
    """The newest attempts to reach the patient."""
    return tuple(_contact_row(row, records, may_retract) for row in records.contacts)


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note for the next colleague."""

    text: str
    by: str


def note_rows(records: PatientRecords) -> tuple[NoteRow, ...]:
    """The newest notes, each with who wrote it when."""
    site = records.patient.site
    return tuple(
        NoteRow(row.text, f"{moment_words(row.written_at, site)}, {name_of_user(row.written_by)}")
        for row in records.notes
    )


def _next_try_words(row: ContactAttempt, site: Site) -> str:
    """'3 Mar 2026, afternoon', or the moment that was promised."""
    if row.call_back_at is not None:
        return _("{moment}, as promised").format(moment=moment_words(row.call_back_at, site))
    part = _(row.get_next_try_part_display()).lower()
    return ", ".join(words for words in (date_words(row.next_try_on), part) if words)


def _contact_row(row: ContactAttempt, records: PatientRecords, may_retract: bool) -> ContactRow:
    lesions = {follow_up.lesion.label for follow_up in row.follow_ups.all()}
    return ContactRow(
        at=moment_words(row.attempted_at, records.patient.site),
        channel=_(row.get_channel_display()),
        outcome=_(row.get_outcome_display()),
        note=row.note,
        next_try=_next_try_words(row, records.patient.site),
        by=name_of_user(row.attempted_by, _("the system")),
        lesions=joined(sorted(lesions)),
        taken_back=_taken_back(row, records.patient.site),
        retract_url=reverse("contact_undo", args=[row.pk])
        if may_retract and row.retracted_at is None
        else "",
    )


def _taken_back(row: ContactAttempt, site: Site) -> str:
    """'Taken back 3 Mar 2026, 14:05: Logged by mistake.' Empty while it stands."""
    if row.retracted_at is None:
        return ""
    return _("Taken back {moment}: {reason}").format(
        moment=moment_words(row.retracted_at, site), reason=row.retracted_reason
    )
