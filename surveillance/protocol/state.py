"""The abstract state that the rules decide on: nothing but words, so that it can be enumerated."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from surveillance.protocol import parameters
from surveillance.protocol.background import Background
from surveillance.protocol.characterisation import WATCHABLE
from surveillance.protocol.course import Course
from surveillance.protocol.dates import add_months
from surveillance.protocol.decisions import Decisions, symptoms_on
from surveillance.protocol.facts import PatientFacts, SurveillanceCase
from surveillance.protocol.sizes import SizeClass, size_class
from surveillance.protocol.standing import Basis, CharacterisationStatus, Standing, Trigger
from surveillance.protocol.terms import (
    Conclusion,
    LesionKind,
    LesionStatus,
    PathologyResult,
    PatientStatus,
    Risk,
    Tri,
)
from surveillance.protocol.visits import Visit


class Admin(StrEnum):
    """Why there is, or is not, anything to decide."""

    ACTIVE = "ACTIVE"
    DECEASED = "DECEASED"
    TRANSFERRED = "TRANSFERRED"
    REMOVED = "REMOVED"
    NOT_APPROPRIATE = "NOT_APPROPRIATE"


@dataclass(frozen=True, slots=True)
class CaseState:
    """One row of the abstract state (5.7, last paragraph). `punctate` is confirmed isolation with
    a punctate pattern; `check_met`, `twelve_months` and `two_years` are the clock's answers;
    `evaluated_for_causes` is a child's infection and vascular work-up."""

    admin: Admin = Admin.ACTIVE
    data_ok: bool = True
    child: bool = False
    risk: Risk = Risk.LOW_RISK
    malignancy: bool = False
    pathology: PathologyResult | None = None
    kind: LesionKind = LesionKind.UNKNOWN
    punctate: bool = False
    complex_cyst: bool = False
    symptomatic: Tri = Tri.UNKNOWN
    size: SizeClass = SizeClass.UNKNOWN
    status: CharacterisationStatus = CharacterisationStatus.NOT_DONE
    conclusion: Conclusion = Conclusion.INDETERMINATE
    trigger: Trigger = Trigger.NONE
    check_met: bool = False
    twelve_months: bool = False
    two_years: bool = False
    consulted: bool = False
    heart_failure: bool = False
    suspicious: bool = False
    evaluated_for_causes: bool = False
    stable_series: bool = False
    basis: Basis = Basis.STUDY
    lesion_changed: bool = False
    """Growth or new enhancement behind the trigger, not AFP alone; chooses words, never rules."""

    @property
    def elevated(self) -> bool:
        """At risk, or not known to be low risk (A-12)."""
        return self.risk is not Risk.LOW_RISK


_ADMIN = {
    PatientStatus.DECEASED: Admin.DECEASED,
    PatientStatus.TRANSFERRED_ACKNOWLEDGED: Admin.TRANSFERRED,
    PatientStatus.SURVEILLANCE_NOT_APPROPRIATE: Admin.NOT_APPROPRIATE,
}


def admin_of(case: SurveillanceCase) -> Admin:
    """Declined, lost and unacknowledged transfers stay ours (A-32)."""
    closed = _ADMIN.get(case.patient.status)
    if closed is not None:
        return closed
    lesion = case.lesion
    in_force = lesion.status_on is None or lesion.status_on <= case.as_of
    removed = lesion.status is LesionStatus.REMOVED_OR_TREATED and in_force
    return Admin.REMOVED if removed else Admin.ACTIVE


def state_of(
    case: SurveillanceCase,
    day: date,
    course: Course,
    decisions: Decisions,
    standing: Standing,
) -> CaseState:
    """The abstract state of an active case with usable data, as it stood on `day`."""
    bg = standing.bg
    return CaseState(
        child=bg.child,
        risk=bg.risk,
        malignancy=bg.malignancy,
        pathology=decisions.pathology,
        kind=course.form.kind,
        punctate=course.form.is_proved_punctate,
        complex_cyst=course.form.is_complex_cyst,
        symptomatic=symptoms_on(case.lesion, day),
        size=size_class(course.size_mm),
        status=standing.status,
        conclusion=standing.conclusion,
        trigger=standing.trigger,
        check_met=check_is_met(standing),
        twelve_months=_followed_for(standing, parameters.HEMANGIOMA_MONTHS.value),
        two_years=_series_is_complete(standing),
        consulted=standing.consulted,
        heart_failure=has_heart_failure(case.patient, day),
        suspicious=bg.child and _is_suspicious(course, decisions, standing),
        evaluated_for_causes=case.patient.torch_evaluated is Tri.YES,
        stable_series=bg.child and _series_is_stable(course),
        basis=standing.basis,
        lesion_changed=standing.unanswered,
    )


def has_heart_failure(patient: PatientFacts, day: date) -> bool:
    """Signs are recorded and in force."""
    since = patient.cardiac_failure_signs_on
    return patient.cardiac_failure_signs is Tri.YES and (since is None or since <= day)


def check_is_met(standing: Standing) -> bool:
    """S17: an adequate follow-up 5 calendar months or more after the clock began."""
    if standing.clock_on is None:
        return False
    from_day = add_months(standing.clock_on, parameters.SINGLE_CHECK.value.earliest.months)
    return any(counts_as_check(visit, from_day, standing.bg) for visit in standing.follow_ups)


def counts_as_check(visit: Visit, from_day: date, bg: Background) -> bool:
    """With an extrahepatic malignancy the one check is an MRI (A-22), or a contrast study where
    MRI is contraindicated."""
    if visit.on < from_day:
        return False
    by_mri = visit.contrast_mri or (bg.mri_contraindicated and visit.characterises)
    return by_mri or not bg.malignancy


def _followed_for(standing: Standing, months: int) -> bool:
    if standing.clock_on is None or not standing.follow_ups:
        return False
    return standing.follow_ups[-1].on >= add_months(standing.clock_on, months)


def _series_is_complete(standing: Standing) -> bool:
    """24 months and at least two adequate follow-ups on different days (A-11)."""
    days = {visit.on for visit in standing.follow_ups}
    enough = len(days) >= parameters.SERIES_FOLLOW_UPS.value
    return enough and _followed_for(standing, parameters.SERIES_MONTHS.value)


def _is_suspicious(course: Course, decisions: Decisions, standing: Standing) -> bool:
    return (
        decisions.pathology is PathologyResult.MALIGNANT
        or standing.conclusion in WATCHABLE
        or decisions.afp_high_for_age_on is not None
        or _has_grown(course, standing)
    )


def _has_grown(course: Course, standing: Standing) -> bool:
    """Growth of a child's non-hemangioma (5.2); a decision of the MDT to watch answers it."""
    hemangioma = standing.conclusion is Conclusion.HEMANGIOMA_TYPICAL
    return course.changes.growth_on is not None and not hemangioma


def _series_is_stable(course: Course) -> bool:
    """At least three adequate exams over at least 12 months since the last growth (S24)."""
    since = course.changes.growth_on
    days = [visit.on for visit in course.visits if visit.child and (not since or visit.on >= since)]
    if len(set(days)) < parameters.PAED_STOP_EXAMS.value:
        return False
    return days[-1] >= add_months(days[0], parameters.PAED_STOP_MONTHS.value)
