"""How much risk of liver cancer the patient carries (3.2)."""

from surveillance.protocol.facts import LIVER_FACTS, NORMAL_LIVER_FACTS, PatientFacts
from surveillance.protocol.terms import Risk, Tri


def risk_of(patient: PatientFacts) -> Risk:
    """AT_RISK if any liver fact is yes; LOW_RISK only if every fact is explicit (S10, S15, S31)."""
    liver = [getattr(patient, name) for name in LIVER_FACTS]
    if Tri.YES in liver:
        return Risk.AT_RISK
    if Tri.UNKNOWN in liver or not _explicitly_normal(patient):
        return Risk.UNDETERMINED
    return Risk.LOW_RISK


def _explicitly_normal(patient: PatientFacts) -> bool:
    normal = all(getattr(patient, name) is Tri.YES for name in NORMAL_LIVER_FACTS)
    return normal and patient.extrahepatic_malignancy is not Tri.UNKNOWN
