"""Patient, and the conditions that make up a patient's risk."""

from patients.models import Patient, PatientStatus, RiskProfile, Sex, Tri
from surveillance.fhir_out.codes import CONDITIONS, HL7, SNOMED, body_site, term
from surveillance.fhir_out.elements import (
    Context,
    Json,
    coding,
    concept,
    day,
    instant,
    known,
    organization,
    practitioner,
    reference,
    resource,
)
from surveillance.models import Lesion, LesionEventKind

GENDERS = {
    Sex.FEMALE: "female",
    Sex.MALE: "male",
    Sex.OTHER: "other",
    Sex.UNKNOWN: "unknown",
}
RISK_FACTS = (
    "cirrhosis",
    "chronic_hbv",
    "chronic_hcv",
    "masld_advanced_fibrosis",
    "ald",
    "other_chronic_liver_disease",
    "hcc_risk_factors",
    "prior_hcc",
    "extrahepatic_malignancy",
)
"""Facts of a risk profile that are conditions of the patient (clinical.md 3.1)."""


def patient(row: Patient, _context: Context) -> list[Json]:
    """FHIR Patient; a merged record names its survivor and is not active. The survivor names what
    it replaces, and the numbers that were given up."""
    merged, replaced = row.merged_into_id, list(row.merged_records.all())
    given_up = [*(one.mrn for one in replaced), *(o.mrn for o in row.former_numbers.all())]
    return [
        resource(
            "Patient",
            str(row.pk),
            identifier=[mrn(row), *(_old(row, number) for number in dict.fromkeys(given_up))],
            active=merged is None,
            name=[known(family=row.family_name, given=[row.given_name] if row.given_name else [])],
            telecom=_telecom(row),
            gender=GENDERS[Sex(row.sex)],
            birthDate=day(row.birth_date),
            address=_address(row),
            communication=[{"language": _language(row), "preferred": True}],
            managingOrganization=organization(row.site),
            link=[
                *([_link(merged, "replaced-by")] if merged else []),
                *(_link(one.pk, "replaces") for one in replaced),
            ],
            **_deceased(row),
        )
    ]


def mrn(row: Patient) -> Json:
    """The record number, in the numbering of the site."""
    kind = concept(coding(f"{HL7}v2-0203", "MR", "Medical record number"))
    return {"type": kind, "system": f"urn:hepcalc:mrn:{row.site.slug}", "value": row.mrn}


def _old(row: Patient, number: str) -> Json:
    return mrn(row) | {"use": "old", "value": number}


def _link(other: object, kind: str) -> Json:
    return {"other": reference("Patient", other), "type": kind}


def _telecom(row: Patient) -> list[Json]:
    return [
        {"system": system, "value": value}
        for system, value in (("phone", row.phone), ("email", row.email))
        if value
    ]


def _address(row: Patient) -> list[Json]:
    said = known(
        line=row.address.splitlines(),
        city=row.city,
        state=row.region,
        postalCode=row.postal_code,
        country=row.country,
    )
    return [said] if said else []


def _language(row: Patient) -> Json:
    return concept(coding("urn:ietf:bcp:47", row.language), text=row.language)


def _deceased(row: Patient) -> Json:
    if row.status != PatientStatus.DECEASED:
        return {}
    return {"deceasedDateTime": day(row.status_on)}


def risk_conditions(row: RiskProfile, _context: Context) -> list[Json]:
    """FHIR Condition for each fact of the profile that is known: confirmed, or refuted.

    What is not known is left out: silence is not "no".
    """
    said = ((name, getattr(row, name)) for name in RISK_FACTS)
    return [_fact(row, name, value) for name, value in said if value != Tri.UNKNOWN]


def risk_condition_id(row: RiskProfile, fact: str) -> str:
    """At most 64 signs of those that FHIR allows."""
    return f"{row.patient_id}.{fact.replace('_', '-')}"


def _fact(row: RiskProfile, name: str, value: str) -> Json:
    has_it = value == Tri.YES
    snomed = [coding(SNOMED, *CONDITIONS[name])] if name in CONDITIONS else []
    words = name.replace("_", " ")
    return resource(
        "Condition",
        risk_condition_id(row, name),
        clinicalStatus=_clinical("active") if has_it else None,
        verificationStatus=_verified("confirmed" if has_it else "refuted"),
        category=[_problem_list()],
        code=concept(*snomed, term("risk-fact", name), text=words),
        subject=reference("Patient", row.patient_id),
        recordedDate=instant(row.recorded_at),
        recorder=practitioner(row.recorded_by),
    )


def lesion_condition(row: Lesion, _context: Context) -> list[Json]:
    """FHIR Condition of the lesion itself; what it is called, where it lies, since when known."""
    gone = LesionEventKind.REMOVED_OR_TREATED
    removed = any(one.kind == gone and one.retracted_at is None for one in row.events.all())
    return [
        resource(
            "Condition",
            str(row.pk),
            clinicalStatus=_clinical("resolved" if removed else "active"),
            verificationStatus=_verified("confirmed"),
            category=[_problem_list()],
            code=concept(
                term("lesion-kind", row.kind, str(row.get_kind_display())),
                text=f"Hepatic lesion {row.label}: {row.get_kind_display()}",
            ),
            bodySite=body_site(row.segments),
            subject=reference("Patient", row.patient_id),
            recordedDate=instant(row.recorded_at),
            recorder=practitioner(row.recorded_by),
        )
    ]


def _clinical(code: str) -> Json:
    return concept(coding(f"{HL7}condition-clinical", code))


def _verified(code: str) -> Json:
    return concept(coding(f"{HL7}condition-ver-status", code))


def _problem_list() -> Json:
    return concept(coding(f"{HL7}condition-category", "problem-list-item"))
