"""5.7 Adults: characterised, nothing changed. A non-diagnostic biopsy makes every conclusion
'indeterminate' (A-34)."""

from surveillance.protocol.characterisation import BENIGN
from surveillance.protocol.rules.change import has_changed, is_unsettled_adult
from surveillance.protocol.rules.rule import RuleGroup, WindowName, rule
from surveillance.protocol.rules.uncharacterised import lacks_contrast_study
from surveillance.protocol.sizes import SizeClass
from surveillance.protocol.standing import Basis
from surveillance.protocol.state import CaseState
from surveillance.protocol.terms import (
    Conclusion,
    EscalationClass,
    LesionKind,
    PathologyResult,
    RecommendationKind,
)

_AT_RISK, _LOW = EscalationClass.AT_RISK, EscalationClass.LOW
_CLOSE = RecommendationKind.NO_FURTHER_WORKUP
_SERIES = RecommendationKind.SURVEILLANCE_IMAGING
_SINGLE = RecommendationKind.SINGLE_CHECK_6M
_ROUTINE = RecommendationKind.ROUTINE_HCC_SURVEILLANCE
_FACTS = ("conclusion", "characterisation", "risk", "malignancy", "size", "clock", "pathology")


def is_characterised_adult(state: CaseState) -> bool:
    """The scope of this group."""
    return is_unsettled_adult(state) and not has_changed(state) and not lacks_contrast_study(state)


def _benign(state: CaseState) -> bool:
    missed = state.pathology is PathologyResult.NONDIAGNOSTIC
    return state.conclusion in BENIGN and not missed


def _probably_benign(state: CaseState) -> bool:
    missed = state.pathology is PathologyResult.NONDIAGNOSTIC
    return state.conclusion is Conclusion.PROBABLY_BENIGN and not missed


def _indeterminate(state: CaseState) -> bool:
    return not _benign(state) and not _probably_benign(state)


def _strict(state: CaseState) -> bool:
    """Elevated risk, or a known malignancy."""
    return state.elevated or state.malignancy


def _small(state: CaseState) -> bool:
    return state.size is SizeClass.SMALL


def _alone(state: CaseState) -> bool:
    """A known malignancy, in a low-risk liver."""
    return state.malignancy and not state.elevated


def _rests_on_study(state: CaseState) -> bool:
    """A waiver, or a suspicion that is watched, is never closed by time (I25, I26, A-52)."""
    return state.basis is Basis.STUDY


def _wants_series(state: CaseState) -> bool:
    """Large, suspicious and watched (A-7), or small and checked without ever a contrast study."""
    checked_unproved = state.basis is Basis.WAIVER and state.check_met
    return not _small(state) or state.basis is Basis.WATCH or checked_unproved


def _cystic(state: CaseState) -> bool:
    return state.kind is LesionKind.CYSTIC


@rule("R60", _CLOSE, cites=("S1", "S2"), also=(("S19", _cystic),), facts=_FACTS)
def benign_in_low_risk(state: CaseState) -> bool:
    """A lesion shown to be benign, isolated or gone in a low-risk liver is closed."""
    return _benign(state) and not _strict(state)


@rule(
    "R61",
    _SINGLE,
    window=WindowName.SINGLE_CHECK,
    escalation=_AT_RISK,
    cites=("S17", "S18"),
    facts=_FACTS,
)
def benign_with_malignancy(state: CaseState) -> bool:
    """With a known malignancy and a low-risk liver a benign lesion has one check at 6 months."""
    return _benign(state) and _alone(state) and not state.check_met


@rule("R61b", _CLOSE, cites=("S17",), facts=_FACTS)
def benign_with_malignancy_checked(state: CaseState) -> bool:
    """That lesion is closed once the check has shown it unchanged."""
    return _benign(state) and _alone(state) and state.check_met


@rule(
    "R62",
    _ROUTINE,
    window=WindowName.ROUTINE,
    escalation=_AT_RISK,
    cites=("S2", "S27"),
    facts=_FACTS,
)
def benign_in_elevated_risk(state: CaseState) -> bool:
    """A lesion shown to be benign, isolated or gone in elevated risk has routine surveillance."""
    return _benign(state) and state.elevated


@rule(
    "R63",
    _SINGLE,
    window=WindowName.SINGLE_CHECK,
    escalation=_LOW,
    cites=("S16", "S17"),
    facts=_FACTS,
)
def probably_benign_in_low_risk(state: CaseState) -> bool:
    """A probably benign lesion in a low-risk liver has one check at 6 months."""
    return _probably_benign(state) and not _strict(state) and not state.check_met


@rule("R63b", _CLOSE, cites=("S17",), facts=_FACTS)
def probably_benign_in_low_risk_checked(state: CaseState) -> bool:
    """A probably benign lesion in a low-risk liver is closed once the check shows it unchanged."""
    return _probably_benign(state) and not _strict(state) and state.check_met


@rule(
    "R64",
    _SERIES,
    window=WindowName.SURVEILLANCE_SIX,
    escalation=_AT_RISK,
    cites=("S13", "S28"),
    facts=_FACTS,
)
def probably_benign_with_risk(state: CaseState) -> bool:
    """A probably benign lesion with liver risk or cancer is imaged 6-monthly for 2 years."""
    return _probably_benign(state) and _strict(state) and not state.two_years


@rule(
    "R65",
    _SINGLE,
    window=WindowName.SINGLE_CHECK,
    escalation=_LOW,
    cites=("S9", "S16", "S17"),
    facts=_FACTS,
)
def small_indeterminate_in_low_risk(state: CaseState) -> bool:
    """A small indeterminate lesion in a low-risk liver has one check at 6 months."""
    single = not _strict(state) and not _wants_series(state)
    return _indeterminate(state) and single and not state.check_met


@rule("R66", _CLOSE, cites=("S17",), facts=_FACTS)
def small_indeterminate_in_low_risk_checked(state: CaseState) -> bool:
    """A small indeterminate lesion in a low-risk liver is closed once the check is unchanged."""
    single = not _strict(state) and not _wants_series(state)
    return _indeterminate(state) and single and state.check_met


@rule(
    "R67",
    _SERIES,
    window=WindowName.SURVEILLANCE,
    escalation=_AT_RISK,
    cites=("S34",),
    facts=_FACTS,
)
def large_indeterminate_in_low_risk(state: CaseState) -> bool:
    """A large indeterminate lesion in a low-risk liver is imaged every 3-6 months for 2 years."""
    series = not _strict(state) and _wants_series(state)
    done = state.two_years and _rests_on_study(state)
    return _indeterminate(state) and series and not done


@rule("R68", _CLOSE, cites=("S34",), facts=_FACTS)
def large_indeterminate_in_low_risk_stable(state: CaseState) -> bool:
    """A large indeterminate lesion in a low-risk liver is closed after 2 stable years."""
    series = not _strict(state) and _wants_series(state)
    done = state.two_years and _rests_on_study(state)
    return _indeterminate(state) and series and done


@rule(
    "R69",
    _SERIES,
    window=WindowName.SURVEILLANCE,
    escalation=_AT_RISK,
    cites=("S13", "S28", "S34"),
    also=(("S9", _small),),
    facts=_FACTS,
)
def indeterminate_with_risk(state: CaseState) -> bool:
    """An indeterminate lesion with liver risk or cancer is imaged every 3-6 months for 2 years."""
    kept_open = _alone(state) and not _rests_on_study(state)
    return _indeterminate(state) and _strict(state) and (not state.two_years or kept_open)


@rule(
    "R71",
    _ROUTINE,
    window=WindowName.ROUTINE,
    escalation=_AT_RISK,
    cites=("S13",),
    also=(("AASLD-2010", lambda _state: True),),
    facts=_FACTS,
)
def stable_in_elevated_risk(state: CaseState) -> bool:
    """After 2 stable years a lesion in elevated risk returns to routine surveillance."""
    return not _benign(state) and state.elevated and state.two_years


@rule("R71b", _CLOSE, cites=("S13",), facts=_FACTS)
def stable_with_malignancy(state: CaseState) -> bool:
    """After 2 stable years in a low-risk liver with a known malignancy the lesion is closed."""
    proved = _probably_benign(state) or _rests_on_study(state)
    return not _benign(state) and _alone(state) and state.two_years and proved


CHARACTERISED = RuleGroup(
    "Adults: characterised, nothing changed",
    is_characterised_adult,
    (
        benign_in_low_risk,
        benign_with_malignancy,
        benign_with_malignancy_checked,
        benign_in_elevated_risk,
        probably_benign_in_low_risk,
        probably_benign_in_low_risk_checked,
        probably_benign_with_risk,
        small_indeterminate_in_low_risk,
        small_indeterminate_in_low_risk_checked,
        large_indeterminate_in_low_risk,
        large_indeterminate_in_low_risk_stable,
        indeterminate_with_risk,
        stable_in_elevated_risk,
        stable_with_malignancy,
    ),
)
