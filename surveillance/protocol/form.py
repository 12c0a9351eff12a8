"""What the lesion is said to be: kind, isolation, pattern, cyst features (3.3).

The facts of the lesion are those first recorded; an exam may change them. A limited exam can only
make them look worse, and only a contrast study takes back a worrisome cyst feature or a doubt about
isolation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from surveillance.protocol.background import Background
from surveillance.protocol.characterisation import (
    BENIGN,
    LABEL_MODALITIES,
    characterises_fully,
    confirms_isolation,
    stated_conclusion,
)
from surveillance.protocol.facts import LesionFacts
from surveillance.protocol.sizes import is_measured_large
from surveillance.protocol.studies import INFORMATION, KIND_SEVERITY, SEVERITY, Study
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    Tri,
)

_MILD: Final = frozenset({LesionKind.ISOLATED_CALCIFICATION, LesionKind.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Form:
    """`spoken` is the conclusion last written on any report, whatever the modality; `shown` that
    of an adequate one; `maybe_large` that a report which does not count (limited, unsigned, PET-CT,
    radiograph) measured 10 mm or more and no adequate size has settled it since."""

    kind: LesionKind
    isolation: Isolation
    pattern: CalcificationPattern
    thick_wall: Tri
    septations: Tri
    solid_component: Tri
    kind_changed_on: date | None = None
    suspected_mucinous: bool = False
    spoken: Conclusion | None = None
    shown: Conclusion | None = None
    maybe_large: bool = False

    @property
    def has_worrisome_feature(self) -> bool:
        """Thick wall, septations or a solid part (S21)."""
        return Tri.YES in (self.thick_wall, self.septations, self.solid_component)

    @property
    def is_complex_cyst(self) -> bool:
        """A cystic lesion with a worrisome feature, or a mucinous neoplasm on plain imaging."""
        if self.suspected_mucinous:
            return True
        return self.kind is LesionKind.CYSTIC and self.has_worrisome_feature

    @property
    def is_proved_punctate(self) -> bool:
        """Isolation confirmed, pattern punctate (A-3), and nothing contradicts it (A-38)."""
        doubted = self.spoken is not None and self.spoken not in BENIGN
        return (
            self.isolation is Isolation.CONFIRMED
            and self.pattern is CalcificationPattern.PUNCTATE
            and not doubted
            and not self.maybe_large
            and not self.has_worrisome_feature
        )


def form_at_detection(lesion: LesionFacts) -> Form:
    """The form as first recorded."""
    return Form(
        kind=lesion.kind,
        isolation=lesion.isolation,
        pattern=lesion.pattern,
        thick_wall=lesion.thick_wall,
        septations=lesion.septations,
        solid_component=lesion.solid_component,
    )


def form_after_day(form: Form, day: date, studies: Sequence[Study], background: Background) -> Form:
    """The form after the reports of one day; PET-CT and radiographs tell of suspicion and doubt
    only."""
    spoken = _spoken_after(form.spoken, studies)
    seen = [study for study in studies if study.modality not in INFORMATION]
    shown = _spoken_after(form.shown, [study for study in seen if study.adequate])
    maybe_large = _maybe_large_after(form.maybe_large, studies)
    doubted = any(study.isolation is Isolation.UNCERTAIN for study in studies)
    studies = seen
    kind = _kind_after(form.kind, studies)
    contrast = any(characterises_fully(study, background) for study in studies)
    confirmed = contrast or any(confirms_isolation(study, background, kind) for study in studies)
    return Form(
        kind=kind,
        isolation=(
            Isolation.UNCERTAIN if doubted else _isolation_after(form.isolation, studies, confirmed)
        ),
        pattern=_pattern_after(form.pattern, studies),
        thick_wall=_feature_after(form.thick_wall, _walls(studies), contrast),
        septations=_feature_after(form.septations, _septa(studies), contrast),
        solid_component=_feature_after(form.solid_component, _solid(studies), contrast),
        kind_changed_on=form.kind_changed_on if kind is form.kind else day,
        suspected_mucinous=form.suspected_mucinous or _suspects_mucinous(studies),
        spoken=spoken,
        shown=shown,
        maybe_large=maybe_large,
    )


def _maybe_large_after(maybe: bool, studies: Sequence[Study]) -> bool:
    """Any uncertainty asks for contrast (S6): a large size is not forgotten because its report
    does not count."""
    counted = any(study.trusted_mm and study.modality not in INFORMATION for study in studies)
    told = any(is_measured_large(study.size_mm) for study in studies)
    return not counted and (told or maybe)


def _kind_after(kind: LesionKind, studies: Sequence[Study]) -> LesionKind:
    said = [
        study.kind
        for study in studies
        if study.kind is not None
        and study.kind is not LesionKind.UNKNOWN
        and (study.adequate or kind in _MILD)
    ]
    return max(said, key=KIND_SEVERITY.__getitem__, default=kind)


def _isolation_after(isolation: Isolation, studies: Sequence[Study], contrast: bool) -> Isolation:
    """S6: any uncertainty is answered by contrast. Plain imaging confirms only what nobody has
    doubted."""
    sure = any(study.adequate and study.isolation is Isolation.CONFIRMED for study in studies)
    answered = contrast or isolation is not Isolation.UNCERTAIN
    return Isolation.CONFIRMED if sure and answered else isolation


def _pattern_after(pattern: CalcificationPattern, studies: Sequence[Study]) -> CalcificationPattern:
    said = {study.pattern for study in studies if study.pattern is not None}
    other = said - {CalcificationPattern.PUNCTATE, CalcificationPattern.UNKNOWN}
    if other:
        return min(other)
    sure = any(
        study.adequate and study.pattern is CalcificationPattern.PUNCTATE for study in studies
    )
    return CalcificationPattern.PUNCTATE if sure else pattern


def _feature_after(feature: Tri, said: Iterable[tuple[Tri | None, bool]], contrast: bool) -> Tri:
    said = tuple(said)
    if any(word is Tri.YES for word, _ in said):
        return Tri.YES
    denied = any(word is Tri.NO and adequate for word, adequate in said)
    if denied and (contrast or feature is not Tri.YES):
        return Tri.NO
    return feature


def _walls(studies: Sequence[Study]) -> list[tuple[Tri | None, bool]]:
    return [(study.thick_wall, study.adequate) for study in studies]


def _septa(studies: Sequence[Study]) -> list[tuple[Tri | None, bool]]:
    return [(study.septations, study.adequate) for study in studies]


def _solid(studies: Sequence[Study]) -> list[tuple[Tri | None, bool]]:
    return [(study.solid_component, study.adequate) for study in studies]


def _suspects_mucinous(studies: Sequence[Study]) -> bool:
    """On plain imaging: the cyst is complex from then on (3.5), and contrast MRI answers it."""
    plain = (study for study in studies if study.modality not in LABEL_MODALITIES)
    return any(study.conclusion is Conclusion.MCN_SUSPECTED for study in plain)


def _spoken_after(spoken: Conclusion | None, studies: Sequence[Study]) -> Conclusion | None:
    said = [
        said
        for study in studies
        if (said := _spoken(study)) is not None and (study.adequate or said not in BENIGN)
    ]
    return max(said, key=SEVERITY.__getitem__, default=spoken)


def _spoken(study: Study) -> Conclusion | None:
    """In words or as a category; 'not categorisable' is said too."""
    uncategorised = study.conclusion is Conclusion.NOT_CATEGORISABLE
    return study.conclusion if uncategorised else stated_conclusion(study)
