"""What codes mean here unless the feed's mapping says otherwise. Keys: `system|code`.

Only codes that were looked up in a named place (clinical.md 3.7); the rest is for the feed's
mapping. CT and MR alone say nothing of contrast, so no modality stands for them.
"""

from typing import Final

from surveillance.protocol.terms import (
    CalcificationPattern,
    LesionKind,
    Modality,
    Segment,
)

SNOMED: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
RADLEX: Final = "http://radlex.org"
DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
ICD10: Final = ("http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10")
UCUM: Final = "http://unitsofmeasure.org"
LIRADS: Final = "urn:local:lirads"
FINDING: Final = "urn:local:hepcalc-finding"
"""Our own names of what is said of a lesion, for what has no verified standard code."""

MODALITIES: Final = {"US": Modality.US, "DX": Modality.XR, "CR": Modality.XR, "PT": Modality.PET_CT}
"""DICOM modalities that need no further word."""

LIVER: Final = "Liver"
PROCEDURES: Final[dict[str, tuple[Modality | None, str]]] = {
    f"{LOINC}|30669-6": (Modality.MRI_NONCONTRAST, LIVER),
    f"{LOINC}|30670-4": (Modality.MRI_EXTRACELLULAR, LIVER),
    f"{LOINC}|24814-6": (None, LIVER),
    f"{LOINC}|24815-3": (Modality.CT_SINGLE_PHASE, LIVER),
    f"{LOINC}|30611-8": (Modality.CT_NONCONTRAST, LIVER),
    f"{LOINC}|30612-6": (Modality.CT_SINGLE_PHASE, LIVER),
    f"{LOINC}|28614-6": (Modality.US, LIVER),
    f"{LOINC}|24532-4": (Modality.US, "Right upper quadrant"),
}
"""With and without contrast is two passes, not the phases of a multiphase study: it counts as a
single phase unless the words say more (A-15)."""

IMAGING_CATEGORIES: Final = frozenset(
    {
        *(f"v2-0074|{code}" for code in ("RAD", "RUS", "RX", "NMR", "CT", "CUS", "OUS", "VUS")),
        *(f"v2-0074|{code}" for code in ("NMS", "XRC", "IMG")),
        f"{SNOMED}|363679005",
        f"{SNOMED}|394914008",
        f"{LOINC}|LP29684-5",
        "observation-category|imaging",
        f"{LOINC}|18748-4",
    }
)
"""Categories of reports and orders that are imaging; a system of HL7 by its last word."""

FACTS: Final = {
    f"{SNOMED}|19943007": ("cirrhosis",),
    f"{SNOMED}|41309000": ("ald",),
    f"{SNOMED}|61977001": ("chronic_hbv",),
    f"{SNOMED}|128302006": ("chronic_hcv",),
    f"{SNOMED}|328383001": ("other_chronic_liver_disease",),
    f"{SNOMED}|442685003": ("other_chronic_liver_disease",),
    f"{SNOMED}|77386006": ("pregnant",),
}
"""Fields of `RiskFacts`. 66071002 and 50711007 are hepatitis B and C without “chronic”: a cured
acute infection has them as well, so a feed that means the chronic ones maps them itself."""

ICD10_FACTS: Final = (
    ("K70.3", ("cirrhosis", "ald")),
    ("K70", ("ald",)),
    ("K74.6", ("cirrhosis",)),
    ("K74.02", ("other_chronic_liver_disease",)),
    ("K74.3", ("other_chronic_liver_disease",)),
    ("K73", ("other_chronic_liver_disease",)),
    ("K75.81", ("other_chronic_liver_disease",)),
    ("E83.110", ("other_chronic_liver_disease",)),
    ("E88.01", ("other_chronic_liver_disease",)),
    ("B18.0", ("chronic_hbv",)),
    ("B18.1", ("chronic_hbv",)),
    ("B18.2", ("chronic_hcv",)),
    ("C22.0", ("prior_hcc",)),
    ("C22", ()),
    ("C", ("extrahepatic_malignancy",)),
    ("Z85.05", ()),
    ("Z85", ("extrahepatic_malignancy",)),
)
"""The longest beginning that fits counts. Chapter C is the malignant neoplasms, Z85 the history of
one; those of the liver (C22, Z85.05) are not outside it."""

SEGMENTS: Final = {
    f"{SNOMED}|71133005": (Segment.I,),
    f"{SNOMED}|277956007": (Segment.II,),
    f"{SNOMED}|277957003": (Segment.III,),
    f"{SNOMED}|277958008": (Segment.IVA, Segment.IVB),
    f"{SNOMED}|277959000": (Segment.V,),
    f"{SNOMED}|277960005": (Segment.VI,),
    f"{SNOMED}|277961009": (Segment.VII,),
    f"{SNOMED}|277962002": (Segment.VIII,),
}

PATTERNS: Final = {
    f"{SNOMED}|129755006": CalcificationPattern.PUNCTATE,
    f"{SNOMED}|129749001": CalcificationPattern.COARSE_CHUNKY,
    f"{SNOMED}|129751002": CalcificationPattern.EGGSHELL_RING,
    f"{SNOMED}|129760005": CalcificationPattern.AMORPHOUS,
}

KINDS: Final = {
    f"{SNOMED}|27925004": LesionKind.NODULE_OR_MASS,
    f"{SNOMED}|4147007": LesionKind.NODULE_OR_MASS,
    f"{SNOMED}|367643001": LesionKind.CYSTIC,
}

FINDINGS: Final = {
    f"{SNOMED}|103339001": "size_mm",
    f"{LIRADS}|category": "lirads",
    f"{LIRADS}|VIS": "vis",
    f"{DICOM}|112039": "label",
}
"""What a component or an observation says of a lesion; `FINDING|<field>` does as well."""

QUALITY: Final = {f"{RADLEX}|RID12": True, f"{RADLEX}|RID13": False, f"{RADLEX}|RID14": False}
"""Diagnostic, limited, non-diagnostic. A limited exam fulfils nothing by itself (A-35)."""
