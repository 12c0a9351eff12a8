"""Exam rows become studies: rows of one report are read as one report.

Rows with the same day, modality and report id are one study, however they were split, repeated or
ordered. Where they contradict each other the more dangerous word wins (A-38).
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from surveillance.protocol.facts import ExamFacts
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    Modality,
    Tri,
    VisualisationScore,
)

T = TypeVar("T", bound=Hashable)

SEVERITY: Final[dict[Conclusion, int]] = {
    Conclusion.RESOLVED: 0,
    Conclusion.ISOLATED_CALCIFICATION: 1,
    Conclusion.BENIGN_SPECIFIC: 2,
    Conclusion.HEMANGIOMA_TYPICAL: 3,
    Conclusion.PROBABLY_BENIGN: 4,
    Conclusion.NOT_CATEGORISABLE: 5,
    Conclusion.INDETERMINATE: 6,
    Conclusion.HYDATID_SUSPECTED: 7,
    Conclusion.MCN_SUSPECTED: 8,
    Conclusion.MALIGNANT_NON_HCC: 9,
    Conclusion.SUSPICIOUS_HCC: 10,
}
"""Least to most dangerous: of two conclusions on one report the later in this order counts."""

INFORMATION: Final = frozenset({Modality.PET_CT, Modality.XR})
"""Studies that measure and fulfil nothing."""

_LI_RADS_SEVERITY: Final = {
    category: rank
    for rank, category in enumerate(
        (
            LiRads.US_1,
            LiRads.US_2,
            LiRads.US_3,
            LiRads.LR_1,
            LiRads.LR_2,
            LiRads.LR_NC,
            LiRads.LR_3,
            LiRads.LR_4,
            LiRads.LR_M,
            LiRads.LR_5,
            LiRads.LR_TIV,
        )
    )
}
KIND_SEVERITY: Final = {
    LesionKind.UNKNOWN: 0,
    LesionKind.ISOLATED_CALCIFICATION: 1,
    LesionKind.CYSTIC: 2,
    LesionKind.NODULE_OR_MASS: 3,
}
_ISOLATION_SEVERITY: Final = {
    Isolation.UNKNOWN: 0,
    Isolation.CONFIRMED: 1,
    Isolation.UNCERTAIN: 2,
}
_PATTERN_SEVERITY: Final = {
    pattern: rank
    for rank, pattern in enumerate(
        (
            CalcificationPattern.UNKNOWN,
            CalcificationPattern.PUNCTATE,
            *(
                other
                for other in CalcificationPattern
                if other not in (CalcificationPattern.UNKNOWN, CalcificationPattern.PUNCTATE)
            ),
        )
    )
}
_DANGEROUS_YES: Final = {Tri.UNKNOWN: 0, Tri.NO: 1, Tri.YES: 2}
_REASSURING_YES: Final = {Tri.UNKNOWN: 0, Tri.YES: 1, Tri.NO: 2}


@dataclass(frozen=True, slots=True)
class Study:
    """One report on one lesion. `adequate` is complete, diagnostic, not VIS-C and signed (3.5).

    One limited row makes the report limited: it fulfils nothing. `size_mm` is the largest
    measurement of the report; `trusted_mm` are the sizes of its rows that are adequate themselves,
    so that a limited scan filed beside a good one never hides growth.
    """

    on: date
    modality: Modality
    adequate: bool
    vis: VisualisationScore | None
    lesion_seen: bool
    shows_something: bool
    size_mm: Decimal | None
    trusted_mm: tuple[Decimal, ...]
    aphe: Tri
    washout: Tri
    capsule: Tri
    hemangioma_pattern: Tri
    lirads: LiRads | None
    conclusion: Conclusion | None
    kind: LesionKind | None
    isolation: Isolation | None
    pattern: CalcificationPattern | None
    thick_wall: Tri | None
    septations: Tri | None
    solid_component: Tri | None
    whole_liver: bool
    final: bool
    ref: str

    @property
    def is_gone(self) -> bool:
        """Not seen, and nothing that the report says belies it (A-38)."""
        return not self.lesion_seen and not self.shows_something


def studies_of(exams: Iterable[ExamFacts]) -> tuple[Study, ...]:
    """The studies that the rows tell of, oldest first, in an order that the rows do not set."""
    reports: dict[tuple[date, str, str], list[ExamFacts]] = {}
    for exam in exams:
        reports.setdefault(report_key(exam), []).append(exam)
    return tuple(study_of(reports[key]) for key in sorted(reports))


def report_key(exam: ExamFacts) -> tuple[date, str, str]:
    """What makes two rows parts of one report: day, modality, report id."""
    return (exam.on, exam.modality.value, exam.ref)


def study_of(rows: Sequence[ExamFacts]) -> Study:
    """One study from the rows of one report."""
    first = rows[0]
    if len(rows) == 1:
        return _study_of_one(first)
    sizes = [row.size_mm for row in rows if row.size_mm is not None]
    trusted = {row.size_mm for row in rows if row.size_mm is not None and _is_measurement(row)}
    return Study(
        on=first.on,
        modality=first.modality,
        adequate=all(_is_adequate(row) for row in rows),
        vis=max((row.vis for row in rows if row.vis is not None), default=None),
        lesion_seen=all(row.lesion_seen for row in rows),
        shows_something=any(map(_shows, rows)),
        size_mm=max(sizes, default=None),
        trusted_mm=tuple(sorted(trusted)),
        aphe=_worst_tri(rows, _aphe, _DANGEROUS_YES),
        washout=_worst_tri(rows, _washout, _DANGEROUS_YES),
        capsule=_worst_tri(rows, _capsule, _DANGEROUS_YES),
        hemangioma_pattern=_worst_tri(rows, _hemangioma_pattern, _REASSURING_YES),
        lirads=_worst((row.lirads for row in rows), _LI_RADS_SEVERITY),
        conclusion=_worst((row.conclusion for row in rows), SEVERITY),
        kind=_worst((row.kind for row in rows), KIND_SEVERITY),
        isolation=_worst((row.isolation for row in rows), _ISOLATION_SEVERITY),
        pattern=_worst((row.pattern for row in rows), _PATTERN_SEVERITY),
        thick_wall=_worst((row.thick_wall for row in rows), _DANGEROUS_YES),
        septations=_worst((row.septations for row in rows), _DANGEROUS_YES),
        solid_component=_worst((row.solid_component for row in rows), _DANGEROUS_YES),
        whole_liver=all(row.whole_liver for row in rows),
        final=all(row.final for row in rows),
        ref=first.ref,
    )


def _study_of_one(row: ExamFacts) -> Study:
    """The usual case, without weighing rows against each other."""
    adequate = _is_adequate(row)
    return Study(
        on=row.on,
        modality=row.modality,
        adequate=adequate,
        vis=row.vis,
        lesion_seen=row.lesion_seen,
        shows_something=_shows(row),
        size_mm=row.size_mm,
        trusted_mm=(row.size_mm,) if row.size_mm is not None and _is_measurement(row) else (),
        aphe=row.aphe,
        washout=row.washout,
        capsule=row.capsule,
        hemangioma_pattern=row.hemangioma_pattern,
        lirads=row.lirads,
        conclusion=row.conclusion,
        kind=row.kind,
        isolation=row.isolation,
        pattern=row.pattern,
        thick_wall=row.thick_wall,
        septations=row.septations,
        solid_component=row.solid_component,
        whole_liver=row.whole_liver,
        final=row.final,
        ref=row.ref,
    )


def _is_adequate(row: ExamFacts) -> bool:
    return row.final and row.adequate and row.vis is not VisualisationScore.C


def _shows(row: ExamFacts) -> bool:
    """A size or a sign of enhancement, whatever else the row says."""
    signs = (row.aphe, row.washout, row.capsule, row.hemangioma_pattern)
    return row.size_mm is not None or Tri.YES in signs


def _is_measurement(row: ExamFacts) -> bool:
    """PET-CT and radiographs are information; what was not seen was not measured."""
    return _is_adequate(row) and row.lesion_seen and row.modality not in INFORMATION


def worst_conclusion(conclusions: Iterable[Conclusion | None]) -> Conclusion | None:
    """The most dangerous of the stated conclusions; None if none is stated (A-38)."""
    return _worst(conclusions, SEVERITY)


def _worst(values: Iterable[T | None], severity: dict[T, int]) -> T | None:
    stated = {value for value in values if value is not None}
    if len(stated) > 1:
        return max(stated, key=severity.__getitem__)
    return stated.pop() if stated else None


def _worst_tri(
    rows: Sequence[ExamFacts], read: Callable[[ExamFacts], Tri], severity: dict[Tri, int]
) -> Tri:
    return max((read(row) for row in rows), key=severity.__getitem__)


def _aphe(row: ExamFacts) -> Tri:
    return row.aphe


def _washout(row: ExamFacts) -> Tri:
    return row.washout


def _capsule(row: ExamFacts) -> Tri:
    return row.capsule


def _hemangioma_pattern(row: ExamFacts) -> Tri:
    return row.hemangioma_pattern
