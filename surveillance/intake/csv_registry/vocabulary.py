"""The coded words of a registry file: the terms of the protocol and what else they are called."""

from enum import StrEnum

from surveillance.intake.csv_registry.coded import coded
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    LesionKind,
    LesionNumber,
    Modality,
    PathologyResult,
    PatientStatus,
    Sex,
)


class ReportWord(StrEnum):
    FINAL = "FINAL"
    PRELIMINARY = "PRELIMINARY"


class TreatmentWord(StrEnum):
    REMOVED = "REMOVED"
    TREATED = "TREATED"


ADVICE_ONLY = frozenset({Modality.MRI_CONTRAST.value})
WHICH_MRI = "Say MRI_HEPATOBILIARY, MRI_EXTRACELLULAR or MRI_NONCONTRAST"
WHICH_CT = "Say CT_MULTIPHASE, CT_SINGLE_PHASE or CT_NONCONTRAST"

MODALITY = coded(
    Modality,
    also={
        "sonography": "US", "ultrasonography": "US", "contrast US": "CEUS",
        "CT plain": "CT_NONCONTRAST", "CT unenhanced": "CT_NONCONTRAST",
        "CT portal venous": "CT_SINGLE_PHASE", "CT dynamic": "CT_MULTIPHASE",
        "CT triphasic": "CT_MULTIPHASE", "multiphase CT": "CT_MULTIPHASE",
        "MRI unenhanced": "MRI_NONCONTRAST", "MRI plain": "MRI_NONCONTRAST",
        "MRI gadoxetate": "MRI_HEPATOBILIARY", "MRI HB": "MRI_HEPATOBILIARY",
        "MRI EC": "MRI_EXTRACELLULAR", "MRI gadobutrol": "MRI_EXTRACELLULAR",
        "x-ray": "XR", "PET": "PET_CT",
    },
    unclear={
        "MRI": WHICH_MRI, "MR": WHICH_MRI, "MRI contrast": WHICH_MRI,
        "MRI_CONTRAST": WHICH_MRI, "MRI with contrast": WHICH_MRI, "CT": WHICH_CT,
        "CT contrast": WHICH_CT,
    },
    without=ADVICE_ONLY,
)  # fmt: skip
SEX = coded(Sex, also={"f": "FEMALE", "w": "FEMALE", "m": "MALE", "o": "OTHER", "u": "UNKNOWN"})
KIND = coded(
    LesionKind,
    also={
        "isolated": "ISOLATED_CALCIFICATION", "calcification": "ISOLATED_CALCIFICATION",
        "nodule": "NODULE_OR_MASS", "mass": "NODULE_OR_MASS", "cyst": "CYSTIC",
    },
)  # fmt: skip
PATTERN = coded(
    CalcificationPattern,
    also={
        "coarse": "COARSE_CHUNKY", "chunky": "COARSE_CHUNKY", "eggshell": "EGGSHELL_RING",
        "ring": "EGGSHELL_RING", "rim": "EGGSHELL_RING", "laminar": "LAMINAR_BRANCHING",
        "branching": "LAMINAR_BRANCHING",
    },
)  # fmt: skip
NUMBER = coded(
    LesionNumber,
    also={
        "1": "ONE", "single": "ONE", "solitary": "ONE", "2-5": "TWO_TO_FIVE", ">5": "MORE_THAN_FIVE"
    },
)  # fmt: skip
STATUS = coded(
    PatientStatus,
    also={"alive": "ACTIVE", "dead": "DECEASED", "died": "DECEASED", "lost": "LOST_TO_FOLLOW_UP"},
    unclear={
        "transferred": "Say TRANSFERRED_ACKNOWLEDGED if the receiving centre has confirmed, "
        "otherwise TRANSFERRED_UNACKNOWLEDGED"
    },
)
CONCLUSION = coded(
    Conclusion,
    also={
        "hemangioma": "HEMANGIOMA_TYPICAL", "benign": "BENIGN_SPECIFIC", "HCC": "SUSPICIOUS_HCC",
        "not categorizable": "NOT_CATEGORISABLE", "MCN": "MCN_SUSPECTED",
        "hydatid": "HYDATID_SUSPECTED", "gone": "RESOLVED",
    },
)  # fmt: skip
REPORT_STATUS = coded(
    ReportWord, also={"signed": "FINAL", "amended": "FINAL", "draft": "PRELIMINARY"}
)
TREATMENT = coded(TreatmentWord, also={"resected": "REMOVED", "ablated": "TREATED"})
PATHOLOGY = coded(PathologyResult, also={"negative": "NONDIAGNOSTIC", "benign": "BENIGN_SPECIFIC"})
