"""What people and laboratories have decided or found by a day, exams apart: MDT, pathology, AFP."""

from dataclasses import dataclass
from datetime import date

from surveillance.protocol import parameters
from surveillance.protocol.background import Background
from surveillance.protocol.dates import age_in_months
from surveillance.protocol.facts import (
    AfpResult,
    CharacterisationWaiver,
    LesionFacts,
    Pathology,
    SurveillanceCase,
)
from surveillance.protocol.terms import MdtOutcome, PathologyResult, Tri

_AFP_RAISED = parameters.AFP_RAISED_FROM.value
_BY_WORRY = (Tri.YES, Tri.UNKNOWN, Tri.NO)
_RESULTS_BY_DANGER = (
    PathologyResult.BENIGN_SPECIFIC,
    PathologyResult.NONDIAGNOSTIC,
    PathologyResult.MALIGNANT,
)


@dataclass(frozen=True, slots=True)
class Decisions:
    """Facts in force on one day. `watch_on` is the day of the last MDT decision if that decision
    is to continue surveillance; `mdt_on` the day of the last one whatever it was."""

    mdt_on: date | None = None
    watch_on: date | None = None
    ever_watched: bool = False
    pathology: PathologyResult | None = None
    pathology_on: date | None = None
    raised_afp_on: date | None = None
    heightened_afp: bool = False
    afp_high_for_age_on: date | None = None

    @property
    def is_nondiagnostic(self) -> bool:
        """The pathology that counts excludes nothing (A-34)."""
        return self.pathology is PathologyResult.NONDIAGNOSTIC

    @property
    def is_benign(self) -> bool:
        """The pathology that counts proves a specific benign lesion (A-33)."""
        return self.pathology is PathologyResult.BENIGN_SPECIFIC


NOTHING_DECIDED = Decisions()


def decisions_on(case: SurveillanceCase, day: date, background: Background) -> Decisions:
    """What is in force on `day`; later facts are not known yet."""
    lesion = case.lesion
    if not (lesion.mdt_decisions or lesion.pathology or case.patient.afp):
        return NOTHING_DECIDED
    mdt_on, watch_on = _mdt(lesion, day)
    result = _pathology(lesion, day)
    afp = [each for each in case.patient.afp if each.on <= day]
    newest = [each for each in afp if each.on == max(other.on for other in afp)]
    high_for_age = [each.on for each in afp if _is_high_for_age(each, background)]
    raised = [each.on for each in afp if is_raised(each)]
    return Decisions(
        mdt_on=mdt_on,
        watch_on=watch_on,
        ever_watched=any(
            each.outcome is MdtOutcome.CONTINUE_SURVEILLANCE and each.on <= day
            for each in lesion.mdt_decisions
        ),
        pathology=result.result if result else None,
        pathology_on=result.on if result else None,
        raised_afp_on=max(raised, default=None) if background.elevated else None,
        heightened_afp=any(is_raised(each) for each in newest),
        afp_high_for_age_on=max(high_for_age, default=None),
    )


def is_raised(afp: AfpResult) -> bool:
    """20 ng/mL or more, or rising (A-49)."""
    return afp.rising or (afp.value is not None and afp.value >= _AFP_RAISED)


def _is_high_for_age(afp: AfpResult, background: Background) -> bool:
    """As reported; where nobody says, a raised value is high for any child past infancy."""
    if afp.elevated_for_age is not None or background.birth_date is None:
        return bool(afp.elevated_for_age)
    months = age_in_months(background.birth_date, afp.on)
    return is_raised(afp) and months >= parameters.AFP_OF_ADULTS_FROM_MONTHS.value


def waivers_in_force(lesion: LesionFacts, day: date) -> tuple[CharacterisationWaiver, ...]:
    """Signed waivers that hold on `day`, oldest first (A-29, A-30)."""
    held = (w for w in lesion.waivers if w.on <= day and (w.until is None or day <= w.until))
    return tuple(sorted(held, key=lambda waiver: waiver.on))


def symptoms_on(lesion: LesionFacts, day: date) -> Tri:
    """What is known of symptoms on `day`; of two words on one day the more worrying counts."""
    known = [each for each in lesion.symptoms if each.on <= day]
    if not known:
        return lesion.symptomatic
    newest = max(each.on for each in known)
    said = {each.value for each in known if each.on == newest}
    return next(word for word in _BY_WORRY if word in said)


def _mdt(lesion: LesionFacts, day: date) -> tuple[date | None, date | None]:
    mdt_on = max((each.on for each in lesion.mdt_decisions if each.on <= day), default=None)
    outcomes = {each.outcome for each in lesion.mdt_decisions if each.on == mdt_on}
    watching = outcomes == {MdtOutcome.CONTINUE_SURVEILLANCE}
    return mdt_on, mdt_on if watching else None


def _pathology(lesion: LesionFacts, day: date) -> Pathology | None:
    """The result that counts: malignant for good (its first day), else the last one; of two on
    one day the more dangerous."""
    known = [each for each in lesion.pathology if each.on <= day]
    malignant = [each for each in known if each.result is PathologyResult.MALIGNANT]
    if malignant:
        return min(malignant, key=lambda each: each.on)
    return max(
        known, key=lambda each: (each.on, _RESULTS_BY_DANGER.index(each.result)), default=None
    )
