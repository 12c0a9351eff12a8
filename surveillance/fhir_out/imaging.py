"""ImagingStudy, DiagnosticReport, and one Observation per lesion and exam."""

import base64
from typing import Any

from surveillance.dicom_modality import DICOM_MODALITY
from surveillance.fhir_out.codes import (
    DICOM,
    HL7,
    LIRADS,
    LIVER,
    LONG_AXIS,
    REPORT,
    body_site,
    procedure,
    term,
)
from surveillance.fhir_out.elements import (
    Context,
    Json,
    coding,
    concept,
    day,
    instant,
    known,
    practitioner,
    quantity,
    reference,
    resource,
)
from surveillance.models import ImagingExam, LesionObservation, ReportStatus
from surveillance.protocol.terms import Modality

CODED = (
    "aphe",
    "washout",
    "capsule",
    "hemangioma_pattern",
    "conclusion",
    "kind",
    "isolation",
    "pattern",
    "thick_wall",
    "septations",
    "solid_component",
)


def imaging_study(row: ImagingExam, _context: Context) -> list[Json]:
    """FHIR ImagingStudy. We keep no images: there are no series."""
    return [
        resource(
            "ImagingStudy",
            str(row.pk),
            identifier=[accession(row)],
            status="entered-in-error" if row.retracted_at else "available",
            modality=[coding(DICOM, DICOM_MODALITY[Modality(row.modality)])],
            subject=reference("Patient", row.patient_id),
            started=day(row.performed_on),
            procedureCode=[procedure(row.modality)],
        )
    ]


def accession(row: ImagingExam) -> Json:
    """The accession number, in the numbering of the site."""
    kind = concept(coding(f"{HL7}v2-0203", "ACSN", "Accession ID"))
    return {
        "type": kind,
        "system": f"urn:hepcalc:accession:{row.site.slug}",
        "value": row.accession,
    }


def diagnostic_report(row: ImagingExam, _context: Context) -> list[Json]:
    """FHIR DiagnosticReport of the exam, with its whole text where it is kept."""
    return [
        resource(
            "DiagnosticReport",
            str(row.pk),
            identifier=[accession(row)],
            status=report_status(row),
            category=[concept(coding(f"{HL7}v2-0074", "RAD", "Radiology"))],
            code=concept(REPORT),
            subject=reference("Patient", row.patient_id),
            effectiveDateTime=day(row.performed_on),
            issued=instant(row.recorded_at),
            performer=[{"display": row.reporter}] if row.reporter else [],
            imagingStudy=[reference("ImagingStudy", row.pk)],
            result=[reference("Observation", one.pk) for one in row.observations.all()],
            presentedForm=_text(row.report_text),
        )
    ]


def report_status(row: ImagingExam) -> str:
    """FHIR DiagnosticReport.status."""
    if row.retracted_at:
        return "entered-in-error"
    return "final" if row.report_status == ReportStatus.FINAL else "preliminary"


def _text(words: str) -> list[Json]:
    if not words:
        return []
    data = base64.b64encode(words.encode()).decode()
    return [{"contentType": "text/plain; charset=utf-8", "data": data}]


def observation(row: LesionObservation, _context: Context) -> list[Json]:
    """FHIR Observation: what one exam showed of one lesion. Sizes in millimetres."""
    exam = row.exam
    return [
        resource(
            "Observation",
            str(row.pk),
            status=report_status(exam),
            category=[concept(coding(f"{HL7}observation-category", "imaging"))],
            code=concept(term("observation", "LESION_FINDING"), text="Finding of a hepatic lesion"),
            subject=reference("Patient", exam.patient_id),
            focus=[reference("Condition", row.lesion_id)],
            effectiveDateTime=day(exam.performed_on),
            issued=instant(exam.recorded_at),
            performer=[who] if (who := practitioner(exam.recorded_by)) else [],
            bodySite=_one_site(row),
            method=procedure(exam.modality),
            derivedFrom=[reference("ImagingStudy", exam.pk)],
            component=_components(row),
            dataAbsentReason=None
            if row.lesion_seen
            else concept(coding(f"{HL7}data-absent-reason", "not-performed"), text="Not seen"),
        )
    ]


def _one_site(row: LesionObservation) -> Json:
    sites = body_site(row.lesion.segments)
    return sites[0] if len(sites) == 1 else concept(LIVER)


def _components(row: LesionObservation) -> list[Json]:
    seen = known(
        code=concept(term("observation", "LESION_SEEN"), text="Lesion seen"),
        valueBoolean=row.lesion_seen,
    )
    adequate = known(
        code=concept(term("observation", "ADEQUATE"), text="Adequate for this lesion"),
        valueBoolean=row.adequate,
    )
    return [seen, adequate, *_sizes(row), *_lirads(row), *_findings(row)]


def _sizes(row: LesionObservation) -> list[Json]:
    calcified = term("observation", "CALCIFIED_SIZE")
    pairs: tuple[tuple[Json, Any], ...] = ((LONG_AXIS, row.size_mm), (calcified, row.calcified_mm))
    return [
        {"code": concept(code), "valueQuantity": quantity(size, "mm")}
        for code, size in pairs
        if size is not None
    ]


def _lirads(row: LesionObservation) -> list[Json]:
    if not row.lirads:
        return []
    value = concept(coding(LIRADS, row.lirads))
    code = concept(term("observation", "LIRADS"), text="LI-RADS")
    return [{"code": code, "valueCodeableConcept": value}]


def _findings(row: LesionObservation) -> list[Json]:
    said = ((name, getattr(row, name)) for name in CODED)
    return [
        {
            "code": concept(term("observation", name.upper()), text=name.replace("_", " ")),
            "valueCodeableConcept": concept(term(name.replace("_", "-"), value)),
        }
        for name, value in said
        if value
    ]
