"""Codes of others for our terms (clinical.md 3.7), and the names of our own code systems."""

from typing import Final

from surveillance.fhir_out.elements import Json, coding, concept
from surveillance.protocol.terms import Modality, Segment

SNOMED: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
LIRADS: Final = "urn:local:lirads"
TERM: Final = "urn:hepcalc:term:"
HL7: Final = "http://terminology.hl7.org/CodeSystem/"

LIVER: Final = coding(SNOMED, "10200004", "Liver structure")
SEGMENTS: Final = {
    Segment.I: "71133005",
    Segment.II: "277956007",
    Segment.III: "277957003",
    Segment.IVA: "277958008",
    Segment.IVB: "277958008",
    Segment.V: "277959000",
    Segment.VI: "277960005",
    Segment.VII: "277961009",
    Segment.VIII: "277962002",
}
"""Couinaud; IVa and IVb share the code of IV and differ in words."""
LONG_AXIS: Final = coding(SNOMED, "103339001", "Long axis")
REPORT: Final = coding(LOINC, "18748-4", "Diagnostic imaging study")

CONDITIONS: Final[dict[str, tuple[str, str]]] = {
    "cirrhosis": ("19943007", "Cirrhosis of liver"),
    "chronic_hbv": ("61977001", "Chronic hepatitis B"),
    "chronic_hcv": ("128302006", "Chronic hepatitis C"),
    "ald": ("41309000", "Alcoholic liver damage"),
    "other_chronic_liver_disease": ("328383001", "Chronic liver disease"),
}
"""Facts of risk that have a code in clinical.md 3.7; the others are said in our own terms."""

PROCEDURES: Final = {
    Modality.US: ("28614-6", "US Liver"),
    Modality.CT_NONCONTRAST: ("30611-8", "CT Liver WO contrast"),
    Modality.CT_SINGLE_PHASE: ("24815-3", "CT Liver W contrast IV"),
    Modality.CT_MULTIPHASE: ("30612-6", "CT Liver WO and W contrast IV"),
    Modality.MRI_NONCONTRAST: ("30669-6", "MR Liver WO contrast"),
    Modality.MRI_EXTRACELLULAR: ("30670-4", "MR Liver WO and W contrast IV"),
    Modality.MRI_HEPATOBILIARY: ("30670-4", "MR Liver WO and W contrast IV"),
    Modality.MRI_CONTRAST: ("30670-4", "MR Liver WO and W contrast IV"),
}


def term(kind: str, value: str, label: str = "") -> Json:
    """One of our own terms, under the name of its kind (`urn:hepcalc:term:modality`)."""
    return coding(f"{TERM}{kind}", value, label)


def procedure(modality: str) -> Json | None:
    """Which exam, in LOINC where there is a code, and in our own terms; None where none is."""
    if not modality:
        return None
    known = Modality(modality)
    loinc = [coding(LOINC, *PROCEDURES[known])] if known in PROCEDURES else []
    return concept(*loinc, term("modality", known.value, known.label), text=known.label)


def segment(name: str) -> Json:
    """A Couinaud segment of the liver."""
    return concept(coding(SNOMED, SEGMENTS[Segment(name)]), text=f"Liver segment {name}")


def body_site(segments: list[str]) -> list[Json]:
    """The segments named, or the liver as a whole."""
    return [segment(name) for name in segments] or [concept(LIVER)]
