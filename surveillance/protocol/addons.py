"""Remarks that may stand beside any rule and never change it (5.9)."""

from collections.abc import Callable
from typing import Final

from surveillance.protocol import parameters
from surveillance.protocol.biopsy import NEVER_BIOPSIED
from surveillance.protocol.characterisation import BENIGN
from surveillance.protocol.dates import age_in_months
from surveillance.protocol.growth import has_jumped_below_threshold
from surveillance.protocol.imaging_needs import REFERRAL_KINDS
from surveillance.protocol.modality import ModalityAdvice
from surveillance.protocol.outlook import Outlook
from surveillance.protocol.terms import (
    Conclusion,
    PatientStatus,
    RecommendationKind,
    Risk,
    Tri,
)

ADDONS: Final[dict[str, str]] = {
    "A01": "Unknown facts could change this answer: ask for them within 14 days.",
    "A02": "Biopsy may be considered: reasons and the risk of seeding are shown.",
    "A03": "Biopsy or puncture is contraindicated.",
    "A04": "The first choice of imaging is not possible, or none that remains can characterise: "
    "see the substitute; a clinician may sign a waiver.",
    "A05": "Pregnant: a clinician reviews the plan, with a date after delivery.",
    "A06": "Declined: document the conversation and offer again within 6 months; it stays open.",
    "A07": "Transfer not acknowledged: chase after 14 days; it stays ours until acknowledged.",
    "A08": "The last exam does not fulfil what is owed (limited, not seen or not categorisable).",
    "A09": "AFP is raised or rising (S33); in a low-risk liver a clinician reviews it.",
    "A10": "More than one open lesion: one appointment at the earliest latest day.",
    "A11": "Consider a surgical consultation now (S21).",
    "A12": "Cancer and liver risk: one contrast MRI answers both questions.",
    "A13": "A size jump between modalities, or a large ultrasound lesion without a correlate on "
    "contrast imaging: ask the reader; consider CEUS or ultrasound in 3-6 months.",
    "A14": "Liver risk is not determined: assessment by hepatology suggested.",
    "A15": "Symptoms are attributed to the lesion: a clinician reviews them.",
    "A16": "A clinician may choose one check at 6 months (S17).",
    "A17": "Infant: expedited infection list and a check of the heart.",
    "A18": "Imaging within 3 months stays owed until the referral is answered.",
    "A19": "A lesion called benign has grown: a clinician reviews it.",
    "A20": "A clinician's override is on record.",
}

REVIEWED: Final = ("A01", "A05", "A09", "A15", "A19")
"""Add-ons that ask a person for an answer; A09 does so in a low-risk liver only."""


def addons_of(
    outlook: Outlook, advice: ModalityAdvice, *, missing: bool, biopsy_allowed: bool
) -> tuple[str, ...]:
    """The ids of the add-ons that fire, in order."""
    fired = {"A01"} if missing else set()
    if biopsy_allowed:
        fired.add("A02")
    if advice.substituted or advice.cannot_characterise:
        fired.add("A04")
    fired.update(key for key, fires in _CONDITIONS.items() if fires(outlook))
    return tuple(sorted(fired))


def asks_for_review(addons: tuple[str, ...], *, elevated: bool) -> tuple[str, ...]:
    """Those of `addons` that ask a person for an answer."""
    return tuple(key for key in addons if key in REVIEWED and not (key == "A09" and elevated))


def _contraindicates_biopsy(outlook: Outlook) -> bool:
    standing = outlook.now.standing
    concluded = {standing.conclusion, *(label.conclusion for label in standing.labels)}
    return bool(concluded & NEVER_BIOPSIED)


def _status_is(status: PatientStatus) -> Callable[[Outlook], bool]:
    def has_status(outlook: Outlook) -> bool:
        return outlook.case.patient.status is status

    return has_status


def _rule_is(rule_id: str) -> Callable[[Outlook], bool]:
    def is_rule(outlook: Outlook) -> bool:
        return outlook.now.rule.id == rule_id

    return is_rule


def _is_pregnant(outlook: Outlook) -> bool:
    return outlook.case.patient.pregnant is Tri.YES


def _last_exam_failed(outlook: Outlook) -> bool:
    return outlook.now.course.last_exam_failed and not outlook.now.rule.stop


def _afp_is_raised(outlook: Outlook) -> bool:
    return outlook.now.decisions.heightened_afp


def _has_other_lesions(outlook: Outlook) -> bool:
    return outlook.case.open_lesions > 1


def _has_cancer_and_liver_risk(outlook: Outlook) -> bool:
    return outlook.bg.malignancy and outlook.bg.elevated


def _reader_should_look_again(outlook: Outlook) -> bool:
    course = outlook.now.course
    lost = course.lost_large_on_contrast
    gone = outlook.now.standing.conclusion is Conclusion.RESOLVED
    return has_jumped_below_threshold(course.changes) or (lost and gone)


def _risk_is_undetermined(outlook: Outlook) -> bool:
    return outlook.bg.risk is Risk.UNDETERMINED


def _symptoms_need_a_clinician(outlook: Outlook) -> bool:
    acted_on = outlook.now.rule.id == "R40"
    return outlook.now.state.symptomatic is Tri.YES and not acted_on


def _is_infant_in_evaluation(outlook: Outlook) -> bool:
    born = outlook.bg.birth_date
    if born is None or outlook.now.rule.kind is not RecommendationKind.PAED_EVALUATION:
        return False
    return age_in_months(born, outlook.needs.since) < parameters.INFANT_UNDER_MONTHS.value


def _is_referral(outlook: Outlook) -> bool:
    return outlook.now.rule.kind in REFERRAL_KINDS


def _benign_has_grown(outlook: Outlook) -> bool:
    grown = outlook.now.course.changes.growth_on is not None
    conclusion = outlook.now.standing.conclusion
    return grown and (conclusion in BENIGN or conclusion is Conclusion.HEMANGIOMA_TYPICAL)


def _is_overridden(outlook: Outlook) -> bool:
    override, as_of = outlook.case.override, outlook.case.as_of
    if override is None or override.on > as_of:
        return False
    return override.expires_on is None or as_of <= override.expires_on


_CONDITIONS: Final[dict[str, Callable[[Outlook], bool]]] = {
    "A03": _contraindicates_biopsy,
    "A05": _is_pregnant,
    "A06": _status_is(PatientStatus.DECLINED),
    "A07": _status_is(PatientStatus.TRANSFERRED_UNACKNOWLEDGED),
    "A08": _last_exam_failed,
    "A09": _afp_is_raised,
    "A10": _has_other_lesions,
    "A11": _rule_is("R37"),
    "A12": _has_cancer_and_liver_risk,
    "A13": _reader_should_look_again,
    "A14": _risk_is_undetermined,
    "A15": _symptoms_need_a_clinician,
    "A16": _rule_is("R50"),
    "A17": _is_infant_in_evaluation,
    "A18": _is_referral,
    "A19": _benign_has_grown,
    "A20": _is_overridden,
}
