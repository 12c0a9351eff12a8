"""What the radiologist recommends for the liver. Only what the text recommends."""

import re
from dataclasses import dataclass, field

from surveillance.protocol.report_reader.asking import (
    ASKS,
    CONCLUDING,
    ENDED,
    PLANS,
    WAS,
    asks_to_compare,
    is_asked,
    names_imaging,
    without_declined,
    without_visits,
)
from surveillance.protocol.report_reader.findings import heads_in
from surveillance.protocol.report_reader.intervals import Interval, interval_in
from surveillance.protocol.report_reader.modalities import modalities_in
from surveillance.protocol.report_reader.organs import Anchor, Organ, organ_at
from surveillance.protocol.report_reader.sections import Section
from surveillance.protocol.report_reader.sentences import Sentence
from surveillance.protocol.report_reader.topics import Topics
from surveillance.protocol.terms import Modality

_IF = re.compile(
    r"\bif\b|\bunless\b|\bshould (?:the|there|symptoms|she|he|they|any)\b|\bin (?:case|the event"
    r"|the setting)\b"
    r"|\bclinically (?:indicated|warranted|appropriate)\b|\bdepending on\b|\bat the discretion\b"
    r"|\bprovided\b"
    r"|\bin (?:patients?|those|individuals) with\b|\bwhere appropriate\b|\bas needed\b"
)
_OF_DUCTS = re.compile(r"\bmrcp\b")
_OF_LIVER = re.compile(r"\bsurveillance\b|\bscreening\b")
_NOT_ASKED_FOR = re.compile(
    r"\b(?:on|by|from|at|than|prior|previous|recent|earlier|last|outside|current|today's"
    r"|compar\w+ (?:to|with))\s(?:the\s|an?\s|this\s|prior\s|previous\s)*(?:\w+\s)?$"
)
_FOUND_WELL = re.compile(r"\s(?:is\s|are\s)?(?:normal|nad|unremarkable|clear|intact|patent)\b")
_LIVER_EXAM = re.compile(
    r"\bchronic liver disease\b|\bli-?rads\b|\bhcc\b|\bcirrho\w+|\bhepatitis\b|\blr-|\bus-[1-3]\b"
    r"|\bvis-"
)
_SILENT = {Section.HISTORY, Section.COMPARISON, Section.TECHNIQUE}


@dataclass
class Advice:
    """One recommendation while it is read; places are those of the plain text."""

    start: int
    end: int
    modality: Modality | None
    alternatives: tuple[Modality, ...]
    interval: Interval | None
    is_conditional: bool


@dataclass
class AdviceReader:
    """Reads sentence after sentence; `found` are the recommendations for the liver."""

    is_liver_exam: bool = False
    found: list[Advice] = field(default_factory=list)
    _organ: Organ | None = None
    _section: Section | None = None
    _had_ask: bool = False
    _heading: Organ | None = None
    _topics: Topics = field(default_factory=Topics)
    _has_asked: bool = False

    def read(self, sentence: Sentence, *, has_lesion: bool, is_first: bool) -> None:
        """Take in one sentence, in order. `has_lesion`: one of the liver was found so far."""
        if sentence.section is not self._section:
            self._section, self._organ = sentence.section, None
        if sentence.section in _SILENT or sentence.is_question:
            return
        if _LIVER_EXAM.search(sentence.text):
            self.is_liver_exam = True
        self._note_organ(sentence, has_lesion=has_lesion)
        self._heading = sentence.organ
        self._has_asked = False
        for start, end in _clauses(sentence.text):
            self._read_clause(sentence, start, end, has_lesion=has_lesion, is_title=is_first)
        if not self._has_asked:
            self._topics.note(sentence)

    def _note_organ(self, sentence: Sentence, *, has_lesion: bool) -> None:
        organs = [anchor.organ for anchor in sentence.anchors]
        if organs:
            self._organ = _organ_of(sentence)
        elif _LIVER_EXAM.search(sentence.text):
            self._organ = Organ.LIVER
        elif sentence.organ is not self._heading:
            self._organ = sentence.organ
        elif sentence.organ is None and sentence.is_item and sentence.section in CONCLUDING:
            self._organ = Organ.LIVER if has_lesion and self._organ is not Organ.OTHER else None

    def _read_clause(
        self, sentence: Sentence, start: int, end: int, *, has_lesion: bool, is_title: bool
    ) -> None:
        if sentence.section is Section.ADDENDUM and ENDED.search(sentence.text, start, end):
            self.found.clear()
            return
        words = sentence.text[start:end]
        if not names_imaging(words):
            self._had_ask = False
            return
        words = without_visits(without_declined(words))
        exams = _asked_of(words)
        interval = interval_in(words)
        asks = is_asked(sentence, words, bool(exams), interval, is_title=is_title)
        goes_on = bool(exams) and (interval is not None or start > 0)
        if (not asks and not (self._had_ask and goes_on)) or WAS.search(words):
            self._had_ask = asks_to_compare(sentence.text[start:end])
            return
        self._has_asked = True
        target = _target(sentence, start, end, exams)
        if target is None:
            target = self._of_before(sentence, words, has_lesion=has_lesion)
        self._had_ask = target is Organ.LIVER
        if target is Organ.LIVER:
            self._keep(sentence, words, exams, interval)

    def _of_before(self, sentence: Sentence, words: str, *, has_lesion: bool) -> Organ | None:
        """The organ that a clause without one is about, from the sentences before it."""
        self._topics.catch_up()
        if _OF_DUCTS.search(words) and not has_lesion and self._topics.has_found_elsewhere:
            return Organ.LIVER if self._topics.is_within_liver else Organ.OTHER
        if self.is_liver_exam and _OF_LIVER.search(words):
            return Organ.LIVER
        organ = self._organ
        if not sentence.anchors:
            organ = self._topics.of_whole(organ, has_lesion=has_lesion)
        return organ or (Organ.LIVER if has_lesion or self.is_liver_exam else None)

    def _keep(
        self,
        sentence: Sentence,
        words: str,
        exams: list[tuple[Modality, int, int]],
        interval: Interval | None,
    ) -> None:
        named = list(dict.fromkeys(exam[0] for exam in exams))
        first = named[0] if named else None
        advice = Advice(
            sentence.start, sentence.start + len(sentence.text), first, tuple(named[1:]), interval,
            bool(_IF.search(words)),
        )  # fmt: skip
        if self.found and _is_same(self.found[-1], advice):
            _complete(self.found[-1], advice)
        else:
            self.found.append(advice)


def _asked_of(words: str) -> list[tuple[Modality, int, int]]:
    """The exams named; without those that something was seen on, if others remain."""
    exams = list(modalities_in(words))
    asked = [
        exam for exam in exams
        if not _NOT_ASKED_FOR.search(words, max(0, exam[1] - 40), exam[1])
    ]  # fmt: skip
    return asked or exams


def _organ_of(sentence: Sentence) -> Organ | None:
    """The organ of the sentence's findings; of the last one named, where there is no finding."""
    organs = [
        organ_at(sentence.text, head.start, head.end, sentence.anchors)
        for head in heads_in(sentence.text)
    ]
    if Organ.LIVER in organs:
        return Organ.LIVER
    return organs[-1] if organs and organs[-1] else sentence.anchors[-1].organ


def _clauses(sentence: str) -> list[tuple[int, int]]:
    cuts = [match.span() for match in re.finditer(r";\s", sentence)]
    starts = [0, *(end for _start, end in cuts)]
    ends = [*(start for start, _end in cuts), len(sentence)]
    return list(zip(starts, ends, strict=True))


def _target(
    sentence: Sentence, start: int, end: int, exams: list[tuple[Modality, int, int]]
) -> Organ | None:
    """The organ that the clause itself names: nearest to the exam or the word that asks."""
    words = sentence.text[start:end]
    near = [
        a for a in sentence.anchors
        if start <= a.start < end and not _FOUND_WELL.match(sentence.text, a.end)
    ]  # fmt: skip
    if not near:
        return None
    ask = ASKS.search(words) or PLANS.search(words)
    places = [(a, b) for _modality, a, b in exams] or ([ask.span()] if ask else [(0, 0)])
    nearest = min(near, key=lambda anchor: _distance(anchor, start, places[0]))
    return nearest.organ


def _distance(anchor: Anchor, start: int, place: tuple[int, int]) -> int:
    """Characters between; what follows counts as nearer than what precedes."""
    if anchor.start >= start + place[1]:
        return anchor.start - start - place[1]
    return 2 * max(0, start + place[0] - anchor.end)


def _is_same(one: Advice, other: Advice) -> bool:
    is_exam = None in (one.modality, other.modality) or one.modality is other.modality
    months = [None if a.interval is None else a.interval.latest for a in (one, other)]
    return is_exam and (None in months or months[0] == months[1])


def _complete(one: Advice, other: Advice) -> None:
    is_only_other = one.modality is None and other.modality is not None
    one.is_conditional = other.is_conditional and (one.is_conditional or is_only_other)
    one.modality = one.modality or other.modality
    one.alternatives = one.alternatives or other.alternatives
    one.interval = one.interval or other.interval
    one.end = max(one.end, other.end)
