"""The course of a lesion: everything that its exams have established, day by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from surveillance.protocol.background import Background, background_on
from surveillance.protocol.characterisation import (
    DYNAMIC,
    Characterisation,
    Label,
    Reading,
    characterises_fully,
    confirms_isolation,
    dangerous_labels,
    is_categorised,
    reading_of,
    says_what_it_saw,
    voices_suspicion,
)
from surveillance.protocol.decisions import waivers_in_force
from surveillance.protocol.facts import LesionFacts, SurveillanceCase
from surveillance.protocol.form import Form, form_after_day, form_at_detection
from surveillance.protocol.growth import NOTHING_CHANGED, Changes, after_day, threshold_growth
from surveillance.protocol.sizes import NOTHING_MM, is_measured_large
from surveillance.protocol.studies import SEVERITY, Study
from surveillance.protocol.terms import Conclusion, Modality, Tri, VisualisationScore
from surveillance.protocol.visits import Visit, visit_of


@dataclass(frozen=True, slots=True)
class Course:
    """What the exams have established.

    `size_mm` is the last adequate size, in millimetres, measured on `size_on`. `valid` are the
    characterisations that hold for the present kind, oldest first. `labels` are the dangerous
    conclusions that no later characterising study has outranked. `ultrasound_shows` tells whether
    the last ultrasound showed the lesion, `limited_ultrasounds` how many in a row were VIS-C,
    `unread_contrast` that a contrast study without a reading is the newest.
    """

    form: Form
    first_exam_on: date | None = None
    size_mm: Decimal | None = None
    size_on: date | None = None
    changes: Changes = NOTHING_CHANGED
    valid: tuple[Characterisation, ...] = ()
    labels: tuple[Label, ...] = ()
    visits: tuple[Visit, ...] = ()
    today: tuple[Visit, ...] = ()
    ultrasound_shows: bool = False
    limited_ultrasounds: int = 0
    lost_large_on_contrast: bool = False
    unread_contrast: bool = False
    last_exam_failed: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """What one day brings: its reports."""

    on: date
    studies: tuple[Study, ...]


def course_at_detection(lesion: LesionFacts) -> Course:
    """Before any exam."""
    return Course(form_at_detection(lesion))


def course_after(course: Course, day: Day, case: SurveillanceCase, bg: Background) -> Course:
    """The course after the reports and waivers of one day. Order inside the day never matters:
    every report is compared with what was known the day before."""
    studies = day.studies
    form = form_after_day(course.form, day.on, studies, bg) if studies else course.form
    changes = after_day(course.changes, day.on, studies) if studies else course.changes
    size = _size_after(course.size_mm, studies)
    readings = tuple(_read(study, course, bg) for study in studies)
    new = _characterisations(studies, readings, form, size, bg)
    waivers = _waivers_after(course, form, day, case.lesion, size)
    today = tuple(_visit(study, course, form, bg) for study in studies)
    failed = any(_failed(study, bg) for study in studies)
    return Course(
        form=form,
        first_exam_on=course.first_exam_on or (day.on if studies else None),
        size_mm=size,
        size_on=day.on if measures(studies) else course.size_on,
        changes=changes,
        valid=_valid_after(course, form, new, waivers),
        labels=_labels_after(course.labels, zip(studies, readings, strict=True), new, bg),
        visits=course.visits + today,
        today=today,
        ultrasound_shows=_ultrasound_shows(course.ultrasound_shows, studies),
        limited_ultrasounds=_limited_after(course.limited_ultrasounds, studies),
        unread_contrast=_unread_after(course.unread_contrast, studies, new),
        lost_large_on_contrast=_lost_large(course, studies, new),
        last_exam_failed=failed if studies else course.last_exam_failed,
    )


def _read(study: Study, course: Course, bg: Background) -> Reading:
    size = study.size_mm if study.size_mm is not None else course.size_mm
    return reading_of(study, bg, size_mm=size, grown=threshold_growth(course.changes, study))


def _visit(study: Study, course: Course, form: Form, bg: Background) -> Visit:
    return visit_of(
        study,
        bg,
        size_before=course.size_mm,
        confirms=confirms_isolation(study, bg, form.kind),
    )


def measures(studies: tuple[Study, ...]) -> bool:
    """Any adequate size on that day."""
    return any(study.trusted_mm for study in studies)


def _size_after(size: Decimal | None, studies: tuple[Study, ...]) -> Decimal | None:
    """The largest adequate size of the day; a report that is limited as a whole only enlarges."""
    measured = [max(s.trusted_mm) for s in studies if s.adequate and s.trusted_mm]
    if measured or size is None:
        return max(measured, default=None)
    return max([size, *(max(s.trusted_mm) for s in studies if s.trusted_mm)])


def _characterisations(
    studies: tuple[Study, ...],
    readings: tuple[Reading, ...],
    form: Form,
    size: Decimal | None,
    bg: Background,
) -> tuple[Characterisation, ...]:
    found = []
    for study, reading in zip(studies, readings, strict=True):
        full = characterises_fully(study, bg)
        if full or confirms_isolation(study, bg, form.kind):
            found.append(
                Characterisation(
                    on=study.on,
                    modality=study.modality,
                    conclusion=reading.conclusion,
                    size_mm=_size_at(study, size),
                    category=reading.category,
                    full=full,
                    enhancing=study.aphe is Tri.YES and study.washout is not Tri.YES,
                )
            )
    return tuple(found)


def _size_at(study: Study, known: Decimal | None) -> Decimal | None:
    """Millimetres; nothing, where a lesion that was never measured was not there to be seen."""
    if study.size_mm is not None:
        return study.size_mm
    return NOTHING_MM if known is None and study.is_gone else known


def _valid_after(
    course: Course,
    form: Form,
    new: tuple[Characterisation, ...],
    waivers: tuple[Characterisation, ...],
) -> tuple[Characterisation, ...]:
    """Studies made for another kind no longer count; the most dangerous of a day stands last."""
    kept = course.valid if form.kind is course.form.kind else ()
    studies = [each for each in kept if not each.is_waiver]
    studies += sorted(new, key=_by_weight)
    return tuple(sorted([*waivers, *studies], key=lambda each: each.on))


def _by_weight(each: Characterisation) -> tuple[bool, int, str]:
    return (each.full, SEVERITY[each.conclusion], str(each.modality))


def _waivers_after(
    course: Course, form: Form, day: Day, lesion: LesionFacts, size: Decimal | None
) -> tuple[Characterisation, ...]:
    """Waivers in force, each with the size known when it was signed."""
    known = {each.on: each for each in course.valid if each.is_waiver}
    return tuple(
        known.get(waiver.on) or Characterisation(waiver.on, None, Conclusion.INDETERMINATE, size)
        for waiver in waivers_in_force(lesion, day.on)
        if form.kind_changed_on is None or waiver.on >= form.kind_changed_on
    )


def _labels_after(
    labels: tuple[Label, ...],
    read: Iterable[tuple[Study, Reading]],
    new: tuple[Characterisation, ...],
    bg: Background,
) -> tuple[Label, ...]:
    """A characterising study outranks every earlier label; a new label joins those that remain."""
    outranked = any(each.full for each in new)
    standing = {} if outranked else {label.conclusion: label for label in labels}
    for study, reading in read:
        for label in dangerous_labels(study, reading, background_on(bg, study.on)):
            standing[label.conclusion] = label
    return tuple(standing[key] for key in sorted(standing))


def _ultrasound_shows(shows: bool, studies: tuple[Study, ...]) -> bool:
    plain = [study for study in studies if study.modality is Modality.US]
    if not plain:
        return shows
    return any(study.adequate and study.lesion_seen for study in plain)


def _limited_after(limited: int, studies: tuple[Study, ...]) -> int:
    plain = [study for study in studies if study.modality is Modality.US]
    if not plain:
        return limited
    if all(study.vis is VisualisationScore.C for study in plain):
        return limited + len(plain)
    return 0


def _lost_large(
    course: Course, studies: tuple[Study, ...], new: tuple[Characterisation, ...]
) -> bool:
    """The last contrast study found no correlate of a large lesion (A-54)."""
    if not any(each.full for each in new):
        return course.lost_large_on_contrast
    return any(study.is_gone for study in studies) and is_measured_large(course.size_mm)


def _unread_after(
    unread: bool, studies: tuple[Study, ...], new: tuple[Characterisation, ...]
) -> bool:
    """A dynamic study was filed without saying what it saw, and none has answered since (A-14)."""
    if any(each.full for each in new):
        return False
    silent = (s for s in studies if s.modality in DYNAMIC and not says_what_it_saw(s))
    return unread or any(study.adequate for study in silent)


def _failed(study: Study, bg: Background) -> bool:
    """Limited, VIS-C, unsigned, LR-NC, a suspicion that nobody has characterised, or not seen
    (gone on a contrast study is an answer): it does not fulfil (A08)."""
    if not study.adequate or not is_categorised(study):
        return True
    if characterises_fully(study, bg):
        return False
    return not study.lesion_seen or voices_suspicion(study, bg)
