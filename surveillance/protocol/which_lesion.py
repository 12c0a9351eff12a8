"""Of which lesion does a report speak? Only where there is no doubt is anything taken over."""

from collections.abc import Sequence
from dataclasses import dataclass

from surveillance.protocol.incoming import IncomingReport, LesionOnFile, ToldLesion
from surveillance.protocol.report_reader.reading import (
    Assertion,
    Change,
    LesionStatement,
    ReportReading,
)
from surveillance.protocol.terms import Segment

SPOKEN_OF = (Assertion.AFFIRMED, Assertion.UNCERTAIN)
"""Neither what is denied nor what once was."""


@dataclass(frozen=True, slots=True)
class About:
    """What the report says of one lesion. Both None: nothing, or nobody can tell."""

    told: ToldLesion | None = None
    statement: LesionStatement | None = None


def about(lesion: LesionOnFile, report: IncomingReport, on_file: Sequence[LesionOnFile]) -> About:
    """What `report` says of `lesion`, given all lesions of the patient.

    Coded findings go before text. A finding is of the lesion whose label it carries; without a
    label, of the only one in its segments, else of the only lesion on file. A text that speaks of
    one lesion speaks of the only one on file, or of the only one in the segments it names.
    """
    if report.told:
        of_it = [told for told in report.told if _means(told, lesion, report, on_file)]
        return About(told=of_it[0]) if len(of_it) == 1 else About()
    spoken_of = statements_of(report)
    if len(spoken_of) != 1:
        return About()
    return About(statement=spoken_of[0]) if _is_it(spoken_of[0], lesion, on_file) else About()


def unplaced(report: IncomingReport, on_file: Sequence[LesionOnFile]) -> list[ToldLesion]:
    """The coded findings of which nobody can tell of what lesion they are."""
    placed = [about(lesion, report, on_file).told for lesion in on_file]
    return [told for told in report.told if told not in placed]


def statements_of(report: IncomingReport) -> list[LesionStatement]:
    """The lesions of which the text says that they are there, or may be; those gone as well."""
    return [
        one
        for one in report.reading.lesions
        if one.assertion in SPOKEN_OF or one.change is Change.GONE
    ]


def speaks_of_more(reading: ReportReading, *, coded: int) -> bool:
    """Whether the text speaks of a calcified lesion beside the `coded` ones: of more than these, or
    of a new one. A finding of the known lesion on file does not mean that anybody saw it."""
    spoken_of = [one for one in reading.lesions if one.assertion in SPOKEN_OF and one.is_calcified]
    is_new = any(one.change is Change.NEW for one in spoken_of)
    return bool(coded) and (is_new or len(spoken_of) > coded)


def _means(
    told: ToldLesion,
    lesion: LesionOnFile,
    report: IncomingReport,
    on_file: Sequence[LesionOnFile],
) -> bool:
    if told.label:
        same = [one for one in on_file if _plain(one.label) == _plain(told.label)]
        return [one.key for one in same] == [lesion.key]
    if told.segments and len(on_file) > 1:
        return _only_one_in(told.segments, lesion, on_file)
    is_only = len(on_file) == 1 and len(report.told) == 1
    return is_only and not _elsewhere(told.segments, lesion)


def _is_it(
    statement: LesionStatement, lesion: LesionOnFile, on_file: Sequence[LesionOnFile]
) -> bool:
    if len(on_file) == 1:
        return not _elsewhere(statement.segments, lesion)
    return _only_one_in(statement.segments, lesion, on_file)


def _only_one_in(
    segments: Sequence[Segment], lesion: LesionOnFile, on_file: Sequence[LesionOnFile]
) -> bool:
    """A lesion whose segments are not on file might be there too."""
    may_be = [one.key for one in on_file if not one.segments or set(one.segments) & set(segments)]
    return bool(segments) and bool(lesion.segments) and may_be == [lesion.key]


def _elsewhere(segments: Sequence[Segment], lesion: LesionOnFile) -> bool:
    """Both say where it lies, and it is not the same place."""
    return bool(segments and lesion.segments) and not set(segments) & set(lesion.segments)


def _plain(label: str) -> str:
    return "".join(label.casefold().split())
