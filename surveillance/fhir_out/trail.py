"""Provenance of each decision, and the audit trail."""

from patients.models import AuditEvent
from surveillance.fhir_out.codes import HL7, term
from surveillance.fhir_out.elements import (
    SOFTWARE,
    Context,
    Json,
    coding,
    concept,
    extensions,
    instant,
    known,
    practitioner,
    reference,
    resource,
)
from surveillance.models import LesionAssessment

LOOKS = frozenset({"viewed", "downloaded"})
DICOM_AUDIT = "http://dicom.nema.org/resources/ontology/DCM"


def provenance(row: LesionAssessment, _context: Context) -> list[Json]:
    """FHIR Provenance of a decision: which rule of which version, from which sentences, by whom."""
    answer = row.answer
    return [
        resource(
            "Provenance",
            str(row.pk),
            extension=extensions(
                (
                    ("rule", row.rule),
                    ("protocol-version", row.protocol_version),
                    ("cites", " ".join(answer.get("cites", ()))),
                    ("reasons", " ".join(answer.get("reasons", ()))),
                    ("missing", " ".join(answer.get("missing", ()))),
                    ("override", row.override_reason),
                )
            ),
            target=[
                reference("Condition", row.lesion_id),
                *(reference("Task", one.pk) for one in row.follow_ups.all()),
            ],
            recorded=instant(row.assessed_at),
            policy=[f"urn:hepcalc:protocol:{row.protocol_version}"],
            activity=concept(coding(f"{HL7}v3-DataOperation", "CREATE", "create")),
            agent=_agents(row),
        )
    ]


def _agents(row: LesionAssessment) -> list[Json]:
    kinds = f"{HL7}provenance-participant-type"
    machine = {"type": concept(coding(kinds, "assembler", "Assembler")), "who": SOFTWARE}
    author = practitioner(row.assessed_by)
    if author is None:
        return [machine]
    return [{"type": concept(coding(kinds, "author", "Author")), "who": author}, machine]


def audit_event(row: AuditEvent, _context: Context) -> list[Json]:
    """FHIR AuditEvent: who did what on whose record; ids and codes, no names."""
    looked = row.action in LOOKS
    entity = known(
        what=known(
            identifier={
                "system": f"urn:hepcalc:{row.subject_type}",
                "value": row.subject_id,
            }
        ),
        name=row.subject_type,
    )
    patient = [{"what": reference("Patient", row.patient_id)}] if row.patient_id else []
    return [
        resource(
            "AuditEvent",
            str(row.pk),
            type_=coding(DICOM_AUDIT, "110110", "Patient Record")
            if row.patient_id
            else coding(DICOM_AUDIT, "110100", "Application Activity"),
            subtype=[term("action", row.action)],
            action="R" if looked else "E",
            recorded=instant(row.at),
            outcome="0",
            agent=[
                {
                    "who": {
                        "identifier": {"system": "urn:hepcalc:actor", "value": row.actor},
                    },
                    "requestor": row.actor != "system",
                }
            ],
            source={
                "site": row.site,
                "observer": SOFTWARE,
            },
            entity=[*patient, entity],
        )
    ]
