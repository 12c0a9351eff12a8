"""What senders usually say, in our terms. A feed's mapping adds to these tables or overrules them.

Codes are compared without capitals. Tables are HL7's where it has one (the number is named).
"""

import re
from enum import StrEnum
from typing import Final

from surveillance.arrivals import AppointmentState, OrderState, ReportState
from surveillance.protocol.terms import Modality, Sex

SEXES: Final = {
    "F": Sex.FEMALE, "M": Sex.MALE, "O": Sex.OTHER, "A": Sex.OTHER, "U": Sex.UNKNOWN,
    "N": Sex.UNKNOWN,
}  # fmt: skip
"""0001 administrative sex."""

LANGUAGES: Final = {
    "eng": "en", "english": "en", "spa": "es", "spanish": "es", "español": "es", "fra": "fr",
    "fre": "fr", "french": "fr", "deu": "de", "ger": "de", "german": "de", "por": "pt",
    "portuguese": "pt", "ita": "it", "italian": "it", "zho": "zh", "chi": "zh", "chinese": "zh",
    "rus": "ru", "russian": "ru", "vie": "vi", "vietnamese": "vi", "ara": "ar", "arabic": "ar",
    "pol": "pl", "polish": "pl", "kor": "ko", "korean": "ko", "tgl": "tl", "tagalog": "tl",
}  # fmt: skip
"""0296 primary language: ISO 639 in three letters, or the English word."""

REPORT_STATES: Final = {
    "P": ReportState.PRELIMINARY, "R": ReportState.PRELIMINARY, "A": ReportState.PRELIMINARY,
    "F": ReportState.FINAL, "C": ReportState.CORRECTED, "X": ReportState.CANCELLED,
    "D": ReportState.CANCELLED, "W": ReportState.CANCELLED,
}  # fmt: skip
"""0123 result status (OBR-25); D and W are senders' habit there."""
NO_RESULT_YET: Final = frozenset({"O", "I", "S", "Y", "Z"})
"""0123: ordered, scheduled, in progress, or nothing on file: there is no report to speak of."""

LINE_STATES: Final = {
    "F": ReportState.FINAL, "U": ReportState.FINAL, "V": ReportState.FINAL,
    "C": ReportState.CORRECTED, "A": ReportState.CORRECTED, "B": ReportState.CORRECTED,
    "P": ReportState.PRELIMINARY, "R": ReportState.PRELIMINARY, "S": ReportState.PRELIMINARY,
    "I": ReportState.PRELIMINARY, "D": ReportState.CANCELLED, "W": ReportState.CANCELLED,
    "X": ReportState.CANCELLED,
}  # fmt: skip
"""0085 observation result status (OBX-11)."""

ORDER_CONTROLS: Final = {
    **dict.fromkeys(("NW", "OK", "SC", "SN", "NA", "XO", "XX", "XR", "RO", "PA", "CH", "RE", "RF",
                     "HD", "HR", "OH", "RL", "OR", "OE", "UC", "UD", "UX", "UA", "SS", "SR",
                     "LI", "UN", "CN"), OrderState.PLACED),
    **dict.fromkeys(("CA", "OC", "CR", "DC", "OD", "DR", "RP", "RU", "RQ"), OrderState.CANCELLED),
}  # fmt: skip
"""0119 order control (ORC-1). A replaced order (RP, RU, RQ) is given up; RO brings the new one."""
ORDER_STATUSES_CANCELLED: Final = frozenset({"CA", "DC", "RP"})
"""0038 order status (ORC-5), where ORC-1 says only that the status changed."""

APPOINTMENT_STATES: Final = {
    "booked": AppointmentState.BOOKED, "pending": AppointmentState.BOOKED,
    "overbook": AppointmentState.BOOKED, "scheduled": AppointmentState.BOOKED,
    "confirmed": AppointmentState.BOOKED, "arrived": AppointmentState.BOOKED,
    "started": AppointmentState.BOOKED, "waitlist": AppointmentState.BOOKED,
    "cancelled": AppointmentState.CANCELLED, "canceled": AppointmentState.CANCELLED,
    "dc": AppointmentState.CANCELLED, "discontinued": AppointmentState.CANCELLED,
    "deleted": AppointmentState.CANCELLED, "blocked": AppointmentState.CANCELLED,
    "noshow": AppointmentState.NO_SHOW, "no show": AppointmentState.NO_SHOW,
    "no-show": AppointmentState.NO_SHOW, "complete": AppointmentState.FULFILLED,
    "completed": AppointmentState.FULFILLED, "fulfilled": AppointmentState.FULFILLED,
}  # fmt: skip
"""0278 filler status (SCH-25). Without one, the event decides (S15 cancels, S26: no-show)."""

NOT_IMAGING: Final = (
    "AU", "BG", "BLB", "CG", "CH", "CP", "EN", "GE", "HM", "ICU", "IMM", "LAB", "MB", "MCB", "MYC",
    "NRS", "OSL", "OTH", "PAR", "PF", "PHR", "PHY", "RC", "RT", "SP", "SR", "TX", "URN", "VR",
)  # fmt: skip
"""0074 diagnostic service section (OBR-24): departments that send no imaging, unless the procedure
names a machine. Codes that DICOM gives to imaging are not among them."""

NOT_IMAGING_BY_WORDS: Final = {
    "pt": re.compile(r"physical|physio|therap|rehab|\beval|exercise|\bgait", re.IGNORECASE),
    "ot": re.compile(r"occupational|therap|rehab|\beval|splint", re.IGNORECASE),
    "ec": re.compile(r"\be[ck]g\b|electro|holter|\beeg\b|rhythm|event monitor", re.IGNORECASE),
}
"""Codes that 0074 gives to another department and DICOM to imaging (PT: physical therapy, PET): the
procedure's words tell; in doubt it is imaging."""

OF_A_LABORATORY: Final = re.compile(
    r"\b(?:pcr|naat?|dna|rna|ig[agme]|ct/ng|ng/ct|ct values?)\b|antibod|antigen|virus|cultur"
    r"|trachom|gonorr|titer|titre|amplif",
    re.IGNORECASE,
)
"""Tests whose names hold the letters of a machine: CT of Chlamydia, CT values, echovirus."""


OTHER_DOCUMENTS: Final = (
    "AR", "CD", "CN", "DS", "ED", "HP", "OP", "PC", "PH", "PN", "PR", "SP", "TS",
)  # fmt: skip
"""0270 document type (TXA-2): all but DI, diagnostic imaging."""
RADIOLOGY: Final = re.compile(r"radiolog|\bimaging\b|imagen|bildgeb|röntgen", re.IGNORECASE)
DOCUMENT_STATES: Final = {
    "AU": ReportState.FINAL, "LA": ReportState.FINAL, "PA": ReportState.PRELIMINARY,
    "DI": ReportState.PRELIMINARY, "DO": ReportState.PRELIMINARY, "IN": ReportState.PRELIMINARY,
    "IP": ReportState.PRELIMINARY,
}  # fmt: skip
"""0271 document completion status (TXA-17)."""


class Machine(StrEnum):
    """What made the pictures. For CT and MRI the procedure must say the contrast."""

    CT = "CT"
    MRI = "MRI"
    US = "US"
    CEUS = "CEUS"
    XR = "XR"
    PET_CT = "PET_CT"


SERVICES: Final = {
    "CT": "CT", "MR": "MRI", "MRI": "MRI", "NMR": "MRI", "US": "US", "RUS": "US", "VUS": "US",
    "OUS": "US", "CEUS": "CEUS", "XR": "XR", "CR": "XR", "DX": "XR", "RX": "XR", "PET": "PET_CT",
    "PETCT": "PET_CT", "PT": "PET_CT",
}  # fmt: skip
"""0074 and DICOM modalities, into machines."""

SERVICE_WORDS: Final = (
    (re.compile(r"\bPET\b|\bPET.?CT\b", re.IGNORECASE), "PET_CT"),
    (re.compile(r"\bCEUS\b|contrast.enhanced (?:ultraso|us\b)", re.IGNORECASE), "CEUS"),
    (re.compile(r"\bMRI?\b|\bMRCP\b|\bRMN?\b|\bIRM\b|\bMRT\b|magnetic reson|resonancia|kernspin",
                re.IGNORECASE), "MRI"),
    (re.compile(r"\bCTA?\b|\bTA?C\b(?!.?99)|\bTDM\b|tomogra", re.IGNORECASE), "CT"),
    (re.compile(r"\bUS\b|\bUSS\b|ultraso|sonogra|ecogra|échogra|\becho\b", re.IGNORECASE), "US"),
    (re.compile(r"\bXR\b|x-?ray|radiograph|radiograf|\bRX\b|röntgen", re.IGNORECASE), "XR"),
)  # fmt: skip

BOTH_CONTRAST: Final = re.compile(
    r"\bw(?:ith)?\s*(?:&|\+|/|and)?\s*w(?:/|ith)?(?:o|out)\b"
    r"|\bw(?:/|ith)?(?:o|out)\s*(?:/|&|and|\+)?\s*w(?:ith)?\b"
    r"|sin y con|con y sin|\bpre.{0,5}post",
    re.IGNORECASE,
)
WITHOUT_CONTRAST: Final = re.compile(
    r"\bw/?o\b|without|non.?contrast|unenhanced|\bplain\b|\bnativ|sin contraste|\bsin cte?\b"
    r"|\bC-(?!\w)|ohne k|simple\b",
    re.IGNORECASE,
)
MULTIPHASE: Final = re.compile(
    r"multi.?phas|tri.?phas|[34].?phas|dynamic|liver (?:mass )?protocol|multif[aá]sic|trif[aá]sic"
    r"|mehrphas|dyn[aá]mi",
    re.IGNORECASE,
)
WITH_CONTRAST: Final = re.compile(
    r"\bw/?\s*(?:iv )?c|\bw(?:ith)? (?:iv )?(?:con|gad)|enhanced|\bC\+|contrast|contraste|\bCE\b"
    r"|\bmit k|\bw\b|portal",
    re.IGNORECASE,
)
HEPATOBILIARY: Final = re.compile(
    r"gadoxet|eovist|primovist|hepatobil\w* (?:contrast|agent|phase|protocol)"
    r"|contrast\w* hepatobil|hepatoespec|liver.specific",
    re.IGNORECASE,
)
EXTRACELLULAR: Final = re.compile(
    r"gadobut|gadavist|gadovist|gadoter|dotarem|prohance|gadoterid|magnevist|extracell",
    re.IGNORECASE,
)

NOT_A_LOOK: Final = re.compile(
    r"guid|biops|drain|ablat|emboli|aspirat|punct|elastogra|fibroscan|interven|TACE\b",
    re.IGNORECASE,
)
"""Imaging that serves something else: whether it is an exam of the liver, a person must say."""

RECORDED: Final = tuple(one for one in Modality if one != Modality.MRI_CONTRAST)
"""Modalities of an exam (MRI_CONTRAST is advice only)."""

BODY_SITES: Final = {
    "liver": "liver", "hepat": "liver", "hígado": "liver", "leber": "liver", "foie": "liver",
    "RUQ": "right upper quadrant", "right upper quadrant": "right upper quadrant",
    "abdom": "abdomen", "abd": "abdomen", "TAP": "chest, abdomen and pelvis",
    "CAP": "chest, abdomen and pelvis", "chest": "chest", "thora": "chest", "tórax": "chest",
    "pelvi": "pelvis", "head": "head", "brain": "head", "cráneo": "head", "neck": "neck",
    "spine": "spine", "columna": "spine",
}  # fmt: skip
"""Words (or beginnings of four letters and more) of a procedure that tell which part was imaged."""

HEADINGS: Final = {
    "IMP": "IMPRESSION", "19005-8": "IMPRESSION", "18834-2": "COMPARISON", "18785-6": "INDICATION",
    "55111-9": "TECHNIQUE", "59776-5": "FINDINGS", "18782-3": "FINDINGS", "GDT": "FINDINGS",
    "REC": "RECOMMENDATION", "18783-1": "RECOMMENDATION", "ADT": "ADDENDUM", "ADD": "ADDENDUM",
    "55107-7": "ADDENDUM", "ADDENDUM": "ADDENDUM", "IMPRESSION": "IMPRESSION",
    "FINDINGS": "FINDINGS", "HIS": "HISTORY", "TCM": "TECHNIQUE", "CMP": "COMPARISON",
}  # fmt: skip
"""What OBX-3 (its code or its suffix, LOINC or table) calls a part of the text."""
