"""The vocabulary of the protocol: what a fact or an answer may be, with the words people read.

Values are stored as upper-case words (LI-RADS categories keep their own spelling). Terms follow
FHIR, DICOM and LI-RADS where those have a word; see docs/glossary.md.
"""

from enum import StrEnum


class Term(StrEnum):
    """A coded value with a label for people."""

    @property
    def label(self) -> str:
        """The words shown on a screen: 'MRI_HEPATOBILIARY' reads 'MRI hepatobiliary'."""
        return _LABELS.get((type(self).__name__, self.name)) or _readable(self.value)

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs (stored value, label) for a model or form field."""
        return [(member.value, member.label) for member in cls]


class Tri(Term):
    """A three-valued fact. Absent means UNKNOWN; unknown is never read as 'no'."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


class Sex(Term):
    FEMALE = "FEMALE"
    MALE = "MALE"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class PatientStatus(Term):
    """Why a patient is, or is no longer, ours to follow (A-31, A-32)."""

    ACTIVE = "ACTIVE"
    DECEASED = "DECEASED"
    TRANSFERRED_ACKNOWLEDGED = "TRANSFERRED_ACKNOWLEDGED"
    TRANSFERRED_UNACKNOWLEDGED = "TRANSFERRED_UNACKNOWLEDGED"
    DECLINED = "DECLINED"
    LOST_TO_FOLLOW_UP = "LOST_TO_FOLLOW_UP"
    SURVEILLANCE_NOT_APPROPRIATE = "SURVEILLANCE_NOT_APPROPRIATE"


class Contraindication(Term):
    MRI_DEVICE = "MRI_DEVICE"
    GADOLINIUM_ALLERGY = "GADOLINIUM_ALLERGY"
    IODINATED_ALLERGY = "IODINATED_ALLERGY"
    EGFR_LT_30 = "EGFR_LT_30"
    CEUS_ALLERGY = "CEUS_ALLERGY"


class LesionKind(Term):
    ISOLATED_CALCIFICATION = "ISOLATED_CALCIFICATION"
    NODULE_OR_MASS = "NODULE_OR_MASS"
    CYSTIC = "CYSTIC"
    UNKNOWN = "UNKNOWN"


class Isolation(Term):
    """CONFIRMED: the radiologist states that there is no associated soft tissue."""

    CONFIRMED = "CONFIRMED"
    UNCERTAIN = "UNCERTAIN"
    UNKNOWN = "UNKNOWN"


class CalcificationPattern(Term):
    """Only PUNCTATE appears in a guard (S4); the others are information."""

    PUNCTATE = "PUNCTATE"
    COARSE_CHUNKY = "COARSE_CHUNKY"
    EGGSHELL_RING = "EGGSHELL_RING"
    LAMINAR_BRANCHING = "LAMINAR_BRANCHING"
    AMORPHOUS = "AMORPHOUS"
    PSAMMOMATOUS = "PSAMMOMATOUS"
    CENTRAL_SCAR = "CENTRAL_SCAR"
    SEPTAL = "SEPTAL"
    UNKNOWN = "UNKNOWN"


class LesionNumber(Term):
    ONE = "ONE"
    TWO_TO_FIVE = "TWO_TO_FIVE"
    MORE_THAN_FIVE = "MORE_THAN_FIVE"
    DIFFUSE = "DIFFUSE"
    UNKNOWN = "UNKNOWN"


class Segment(Term):
    """Couinaud segments of the liver."""

    I = "I"  # noqa: E741  (the anatomical name)
    II = "II"
    III = "III"
    IVA = "IVA"
    IVB = "IVB"
    V = "V"
    VI = "VI"
    VII = "VII"
    VIII = "VIII"


class LesionStatus(Term):
    PRESENT = "PRESENT"
    REMOVED_OR_TREATED = "REMOVED_OR_TREATED"


class Modality(Term):
    US = "US"
    CEUS = "CEUS"
    CT_NONCONTRAST = "CT_NONCONTRAST"
    CT_SINGLE_PHASE = "CT_SINGLE_PHASE"
    CT_MULTIPHASE = "CT_MULTIPHASE"
    MRI_NONCONTRAST = "MRI_NONCONTRAST"
    MRI_EXTRACELLULAR = "MRI_EXTRACELLULAR"
    MRI_HEPATOBILIARY = "MRI_HEPATOBILIARY"
    MRI_CONTRAST = "MRI_CONTRAST"
    """Advice only: either contrast MRI. Never recorded on an exam."""
    PET_CT = "PET_CT"
    XR = "XR"


class VisualisationScore(Term):
    """US LI-RADS visualisation: A none, B moderate, C severe limitations."""

    A = "A"
    B = "B"
    C = "C"


class LiRads(Term):
    LR_1 = "LR-1"
    LR_2 = "LR-2"
    LR_3 = "LR-3"
    LR_4 = "LR-4"
    LR_5 = "LR-5"
    LR_M = "LR-M"
    LR_TIV = "LR-TIV"
    LR_NC = "LR-NC"
    US_1 = "US-1"
    US_2 = "US-2"
    US_3 = "US-3"


class Conclusion(Term):
    ISOLATED_CALCIFICATION = "ISOLATED_CALCIFICATION"
    HEMANGIOMA_TYPICAL = "HEMANGIOMA_TYPICAL"
    BENIGN_SPECIFIC = "BENIGN_SPECIFIC"
    PROBABLY_BENIGN = "PROBABLY_BENIGN"
    INDETERMINATE = "INDETERMINATE"
    SUSPICIOUS_HCC = "SUSPICIOUS_HCC"
    MALIGNANT_NON_HCC = "MALIGNANT_NON_HCC"
    MCN_SUSPECTED = "MCN_SUSPECTED"
    HYDATID_SUSPECTED = "HYDATID_SUSPECTED"
    NOT_CATEGORISABLE = "NOT_CATEGORISABLE"
    RESOLVED = "RESOLVED"


class PathologyResult(Term):
    """A negative biopsy is NONDIAGNOSTIC: it does not exclude HCC (A-34)."""

    MALIGNANT = "MALIGNANT"
    BENIGN_SPECIFIC = "BENIGN_SPECIFIC"
    NONDIAGNOSTIC = "NONDIAGNOSTIC"


class MdtOutcome(Term):
    CONTINUE_SURVEILLANCE = "CONTINUE_SURVEILLANCE"
    TREAT = "TREAT"
    BIOPSY = "BIOPSY"
    SURGERY = "SURGERY"
    TRANSFERRED = "TRANSFERRED"


class Risk(Term):
    AT_RISK = "AT_RISK"
    UNDETERMINED = "UNDETERMINED"
    LOW_RISK = "LOW_RISK"


class RecommendationKind(Term):
    NO_FURTHER_WORKUP = "NO_FURTHER_WORKUP"
    CONFIRM_ISOLATION_CONTRAST = "CONFIRM_ISOLATION_CONTRAST"
    CHARACTERISE_MRI_HB_OR_MPCT = "CHARACTERISE_MRI_HB_OR_MPCT"
    DYNAMIC_CT_OR_MRI = "DYNAMIC_CT_OR_MRI"
    CONTRAST_MRI = "CONTRAST_MRI"
    SURVEILLANCE_IMAGING = "SURVEILLANCE_IMAGING"
    SINGLE_CHECK_6M = "SINGLE_CHECK_6M"
    ROUTINE_HCC_SURVEILLANCE = "ROUTINE_HCC_SURVEILLANCE"
    SURGICAL_REFERRAL = "SURGICAL_REFERRAL"
    MDT_REFERRAL = "MDT_REFERRAL"
    BIOPSY_CONSIDERATION = "BIOPSY_CONSIDERATION"
    PAED_MDT_REFERRAL = "PAED_MDT_REFERRAL"
    PAED_EVALUATION = "PAED_EVALUATION"
    PAED_SERIAL_US = "PAED_SERIAL_US"
    PAED_HEMANGIOMA_MONITORING = "PAED_HEMANGIOMA_MONITORING"
    STOP_SURVEILLANCE = "STOP_SURVEILLANCE"
    MANUAL_REVIEW = "MANUAL_REVIEW"


class EscalationClass(Term):
    NONE = "NONE"
    LOW = "LOW"
    AT_RISK = "AT_RISK"
    URGENT = "URGENT"


class BiopsyReason(Term):
    GROWTH = "GROWTH"
    NEW_APHE = "NEW_APHE"
    PERSISTENT_UNCERTAINTY = "PERSISTENT_UNCERTAINTY"
    GUIDELINE_LR_M = "GUIDELINE_LR_M"
    GUIDELINE_NON_LIRADS_POPULATION = "GUIDELINE_NON_LIRADS_POPULATION"


class ObligationKind(Term):
    """What is owed to a lesion. One open follow-up per lesion and kind."""

    IMAGING = "IMAGING"
    REFERRAL = "REFERRAL"
    REVIEW = "REVIEW"


class DayPart(Term):
    """When people are at home. A patient who is out in the morning is tried in the evening."""

    MORNING = "MORNING"
    AFTERNOON = "AFTERNOON"
    EVENING = "EVENING"


class ContactOutcome(Term):
    """What came of an attempt to reach a patient. None of them closes an obligation.

    In FHIR (communication-not-done-reason): NO_ANSWER, BUSY and VOICEMAIL are
    recipient-unavailable, WRONG_NUMBER and NOT_IN_SERVICE invalid-phone-number, DECLINED
    patient-objection.
    """

    AGREED = "AGREED"
    CALL_BACK = "CALL_BACK"
    VOICEMAIL = "VOICEMAIL"
    NO_ANSWER = "NO_ANSWER"
    BUSY = "BUSY"
    LEFT_WITH_OTHER = "LEFT_WITH_OTHER"
    LANGUAGE_BARRIER = "LANGUAGE_BARRIER"
    WRONG_NUMBER = "WRONG_NUMBER"
    NOT_IN_SERVICE = "NOT_IN_SERVICE"
    LETTER_SENT = "LETTER_SENT"
    MESSAGE_SENT = "MESSAGE_SENT"
    RETURNED = "RETURNED"
    DECLINED = "DECLINED"
    FOLLOWED_ELSEWHERE = "FOLLOWED_ELSEWHERE"
    MOVED = "MOVED"
    DECEASED = "DECEASED"
    SENT = "SENT"
    WROTE = "WROTE"


class NextPage(Term):
    """Where what was heard is to be recorded."""

    CONTACT_DETAILS = "CONTACT_DETAILS"
    STATUS = "STATUS"
    OUTSIDE_CARE = "OUTSIDE_CARE"


class ReminderChannel(Term):
    """A way to remind a patient. PHONE is a task for the navigator: call."""

    LETTER = "LETTER"
    EMAIL = "EMAIL"
    SMS = "SMS"
    PHONE = "PHONE"


class Stage(Term):
    """Where a day lies in a window. Derived, never stored."""

    NOT_YET = "NOT_YET"
    OPEN = "OPEN"
    DUE = "DUE"
    OVERDUE = "OVERDUE"


_LABELS: dict[tuple[str, str], str] = {
    ("ReminderChannel", "EMAIL"): "E-mail",
    ("ReminderChannel", "SMS"): "Text message",
    ("ReminderChannel", "PHONE"): "Call by the navigator",
    ("Tri", "UNKNOWN"): "Not known",
    ("Sex", "UNKNOWN"): "Not known",
    ("PatientStatus", "TRANSFERRED_ACKNOWLEDGED"): "Transferred, acknowledged",
    ("PatientStatus", "TRANSFERRED_UNACKNOWLEDGED"): "Transferred, not acknowledged",
    ("PatientStatus", "LOST_TO_FOLLOW_UP"): "Lost to follow-up",
    ("PatientStatus", "SURVEILLANCE_NOT_APPROPRIATE"): "Surveillance not appropriate",
    ("Contraindication", "MRI_DEVICE"): "MRI-unsafe device",
    ("Contraindication", "EGFR_LT_30"): "eGFR below 30",
    ("Contraindication", "CEUS_ALLERGY"): "Ultrasound contrast allergy",
    ("Contraindication", "IODINATED_ALLERGY"): "Iodinated contrast allergy",
    ("LesionKind", "NODULE_OR_MASS"): "Nodule or mass",
    ("LesionKind", "CYSTIC"): "Cystic lesion",
    ("CalcificationPattern", "COARSE_CHUNKY"): "Coarse, chunky",
    ("CalcificationPattern", "EGGSHELL_RING"): "Eggshell or ring",
    ("CalcificationPattern", "LAMINAR_BRANCHING"): "Laminar or branching",
    ("LesionNumber", "TWO_TO_FIVE"): "2-5",
    ("LesionNumber", "MORE_THAN_FIVE"): "More than 5",
    ("LesionNumber", "ONE"): "1",
    ("Segment", "IVA"): "IVa",
    ("Segment", "IVB"): "IVb",
    ("LesionStatus", "REMOVED_OR_TREATED"): "Removed or treated",
    ("Modality", "US"): "Ultrasound",
    ("Modality", "CEUS"): "Contrast-enhanced ultrasound",
    ("Modality", "CT_NONCONTRAST"): "CT without contrast",
    ("Modality", "CT_SINGLE_PHASE"): "CT, single phase",
    ("Modality", "CT_MULTIPHASE"): "CT, multiphase",
    ("Modality", "MRI_NONCONTRAST"): "MRI without contrast",
    ("Modality", "MRI_EXTRACELLULAR"): "MRI, extracellular contrast",
    ("Modality", "MRI_HEPATOBILIARY"): "MRI, hepatobiliary contrast",
    ("Modality", "MRI_CONTRAST"): "MRI with contrast",
    ("Modality", "PET_CT"): "PET-CT",
    ("Modality", "XR"): "Radiograph",
    ("Conclusion", "HEMANGIOMA_TYPICAL"): "Typical hemangioma",
    ("Conclusion", "BENIGN_SPECIFIC"): "Benign, specific diagnosis",
    ("Conclusion", "SUSPICIOUS_HCC"): "Suspicious for HCC",
    ("Conclusion", "MALIGNANT_NON_HCC"): "Malignant, not HCC",
    ("Conclusion", "MCN_SUSPECTED"): "Mucinous cystic neoplasm suspected",
    ("Conclusion", "HYDATID_SUSPECTED"): "Hydatid cyst suspected",
    ("PathologyResult", "BENIGN_SPECIFIC"): "Benign, specific diagnosis",
    ("PathologyResult", "NONDIAGNOSTIC"): "Non-diagnostic",
    ("Risk", "AT_RISK"): "At risk",
    ("Risk", "LOW_RISK"): "Low risk",
    ("RecommendationKind", "NO_FURTHER_WORKUP"): "No further work-up",
    ("RecommendationKind", "CONFIRM_ISOLATION_CONTRAST"): "Confirm isolation with contrast",
    ("RecommendationKind", "CHARACTERISE_MRI_HB_OR_MPCT"): "Characterise: MRI or multiphase CT",
    ("RecommendationKind", "DYNAMIC_CT_OR_MRI"): "Dynamic contrast CT or MRI",
    ("RecommendationKind", "CONTRAST_MRI"): "MRI with contrast",
    ("RecommendationKind", "SINGLE_CHECK_6M"): "Single check at 6 months",
    ("RecommendationKind", "ROUTINE_HCC_SURVEILLANCE"): "Routine HCC surveillance",
    ("RecommendationKind", "MDT_REFERRAL"): "Referral to the MDT",
    ("RecommendationKind", "BIOPSY_CONSIDERATION"): "MDT to consider biopsy",
    ("RecommendationKind", "PAED_MDT_REFERRAL"): "Referral to the paediatric MDT",
    ("RecommendationKind", "PAED_EVALUATION"): "Infection and vascular evaluation",
    ("RecommendationKind", "PAED_SERIAL_US"): "Serial ultrasound (child)",
    ("RecommendationKind", "PAED_HEMANGIOMA_MONITORING"): "Hemangioma monitoring (child)",
    ("RecommendationKind", "MANUAL_REVIEW"): "Clinician review",
    ("EscalationClass", "AT_RISK"): "At risk",
    ("BiopsyReason", "NEW_APHE"): "New arterial phase hyperenhancement",
    ("BiopsyReason", "GUIDELINE_LR_M"): "LR-M (guideline, beyond the source document)",
    (
        "BiopsyReason",
        "GUIDELINE_NON_LIRADS_POPULATION",
    ): "Outside the LI-RADS population (guideline, beyond the source document)",
    ("ContactOutcome", "AGREED"): "Reached, agreed",
    ("ContactOutcome", "CALL_BACK"): "Reached, call back later",
    ("ContactOutcome", "VOICEMAIL"): "Voicemail left",
    ("ContactOutcome", "BUSY"): "Line busy",
    ("ContactOutcome", "LEFT_WITH_OTHER"): "Spoke to a relative or proxy",
    ("ContactOutcome", "LANGUAGE_BARRIER"): "Interpreter needed",
    ("ContactOutcome", "WRONG_NUMBER"): "Wrong number or address",
    ("ContactOutcome", "NOT_IN_SERVICE"): "Number not in service",
    ("ContactOutcome", "RETURNED"): "Letter or message came back",
    ("ContactOutcome", "WROTE"): "The patient wrote to us",
    ("ContactOutcome", "FOLLOWED_ELSEWHERE"): "Says followed elsewhere",
    ("ContactOutcome", "MOVED"): "Moved away",
    ("ContactOutcome", "DECEASED"): "Reported deceased",
    ("ContactOutcome", "SENT"): "Sent, no answer expected",
    ("MdtOutcome", "CONTINUE_SURVEILLANCE"): "Continue surveillance",
}


def _readable(value: str) -> str:
    if "-" in value or len(value) <= 4:
        return (
            value
            if value not in {"YES", "NO", "MALE", "OPEN", "DUE", "LOW", "NONE"}
            else (value.capitalize())
        )
    return value.replace("_", " ").capitalize()
