"""What an incoming report says, and what it is compared with: the terms of reconciliation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from surveillance.protocol.facts import ExamFacts, SurveillanceCase
from surveillance.protocol.identity import Identity
from surveillance.protocol.recommendation import Window
from surveillance.protocol.report_reader.reading import ReportReading, Span
from surveillance.protocol.terms import (
    Modality,
    RecommendationKind,
    Segment,
    Term,
    VisualisationScore,
)


class Verdict(Term):
    """Whether the exam answers what is owed. LIKELY: a person decides."""

    CERTAIN = "CERTAIN"
    LIKELY = "LIKELY"
    NO = "NO"


class Source(Term):
    """From where it is known what the exam showed of the lesion."""

    CODED = "CODED"
    TEXT = "TEXT"
    STATED = "STATED"
    """Nothing of the lesion, but that the exam was not adequate."""
    NOTHING = "NOTHING"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the exam answers, or why not; `code` is stable, `words` a sentence."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class ToldLesion:
    """One lesion as the sender coded it. `values`: fields of `ExamFacts` by name."""

    label: str = ""
    segments: tuple[Segment, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingReport:
    """One report in the protocol's terms. `anatomy`: the words for procedure and body site.

    None: the sender says nothing of the matter. An empty `reading`: no text, or nothing found.
    """

    on: date
    modality: Modality | None
    anatomy: str
    is_final: bool = True
    adequate: bool | None = None
    vis: VisualisationScore | None = None
    whole_liver: bool | None = None
    told: tuple[ToldLesion, ...] = ()
    reading: ReportReading = field(default_factory=ReportReading)
    not_read: tuple[Span, ...] = ()
    """Sentences of which something is not read with certainty (`wholly_read`)."""
    alarms: tuple[Span, ...] = ()
    """Those of them that may tell of danger, or that the exam was no good."""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class OwedImaging:
    """The open imaging follow-up of a lesion."""

    recommendation: RecommendationKind
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionOnFile:
    """A lesion of the patient, without the exam in question. `owed` None: no imaging is owed.

    `is_refused`: a person decided that an exam under this accession number does not answer it.
    """

    key: str
    label: str
    segments: tuple[Segment, ...]
    case: SurveillanceCase
    owed: OwedImaging | None
    is_refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionMatch:
    """The verdict on one lesion's follow-up.

    `exam` is what the report says of the lesion, as far as it does. `is_recorded`: it may go on
    file without a person. `relied_on`: the sentences of the text.
    """

    lesion: str
    verdict: Verdict
    source: Source
    exam: ExamFacts | None
    is_recorded: bool
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    relied_on: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One report, one lesion among all of the patient, and how sure the person is."""

    report: IncomingReport
    identity: Identity
    lesion: LesionOnFile
    on_file: tuple[LesionOnFile, ...]
