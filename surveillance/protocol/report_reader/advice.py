"""What the radiologist recommends for the liver. Only what the text recommends."""

import re
from dataclasses import dataclass, field

from surveillance.protocol.report_reader.findings import heads_in
from surveillance.protocol.report_reader.intervals import Interval, interval_in
from surveillance.protocol.report_reader.modalities import modalities_in
from surveillance.protocol.report_reader.organs import Anchor, Organ, organ_at
from surveillance.protocol.report_reader.sections import Section
from surveillance.protocol.report_reader.sentences import Sentence
from surveillance.protocol.terms import Modality

_ASKS = re.compile(
    r"\brecommend(?:ed|s|ations?|ing)?\b|\badvis(?:e|ed|able)\b|\bsuggest(?:ed|s)?\b(?! of)"
    r"|\bconsider(?:ed|ation)?\b|\b(?:is|are) (?:warranted|indicated|required|needed|necessary|favou?red)\b"
    r"|\bwarrants\b|\bplease (?:arrange|obtain|request)\b|\bshould (?:be|undergo|have)\b"
    r"|\b(?:could|may|can|would) be (?:performed|obtained|helpful|useful|of value|done)\b"
    r"|\bcorrelat(?:e|ion) with (?:a )?(?:dedicated )?(?:ct|mri|us|ultrasound|ceus)\b"
    r"|\bneeds? (?:a )?(?:follow|repeat|further)|\battention on follow-up\b|\bas clinically (?:indicated|warranted)\b"
)
_PLANS = re.compile(
    r"\bfollow[- ]?up\b|\bsurveillance\b|\brepeat\b|\bre-?scan\b|\bcontrol (?:ultrasound|us|ct|mri|scan|imaging)\b"
    r"|\bcontinue\b|\bplan\b|\bformal\b|\bdedicated\b|\binterval (?:ultrasound|ct|mri|imaging)\b"
    r"|\bfurther (?:imaging|evaluation|characteri[sz]ation|work-?up|scan)"
)
_IMAGING = re.compile(
    r"\bfollow[- ]?up\b|\bimaging\b|\bscan\b|\bsurveillance\b|\bstudy\b|\bcharacteri[sz]ation\b|\brescan\b"
)
_PER = re.compile(r"\bfollow[- ]?up (?:as )?per\b|\bfollow[- ]?up according\b")
_DECLINED = re.compile(
    r"\b(?:no|without)\b[^.;]{0,40}?\b(?:follow[- ]?up|imaging|surveillance|work-?up|workup|action|scan|recommendations?)\b"
    r"|\b(?:follow[- ]?up|imaging|surveillance|work-?up|it)\b[^.;]{0,30}?\b(?:not|no longer|isn't)\b"
    r"|\bnot? (?:\w+ly )?(?:required|necessary|indicated|needed|recommended|warranted)\b"
    r"|\b(?:recommend\w*|follow[- ]?up|advice|plan)\s?[:-]?\s?-?\s?(?:none|nil|no)\b|\bno f/u\b"
)
_ENDED = re.compile(
    r"\bfollow[- ]?up\b[^.;]{0,30}\b(?:not|no longer) (?:\w+ly )?(?:required|needed|necessary|recommended)"
    r"|\bno (?:further )?(?:follow[- ]?up|imaging|surveillance)\b[^.;]{0,20}(?:required|needed|necessary)"
)
_WAS = re.compile(
    r"\b(?:was|were|had been|has been|have been) (?:previously )?(?:recommended|advised|suggested|performed|requested)\b"
    r"|\b(?:previously|already|earlier) (?:recommended|advised|suggested)\b|\bas recommended\b"
    r"|\brecommended (?:at|on|in) (?:the )?(?:last|prior|previous|earlier)\b|\bdeclined\b"
)
_IF = re.compile(
    r"\bif\b|\bunless\b|\bshould (?:the|there|symptoms|she|he|they|any)\b|\bin (?:case|the event|the setting)\b"
    r"|\bclinically (?:indicated|warranted|appropriate)\b|\bdepending on\b|\bat the discretion\b|\bprovided\b"
    r"|\bin (?:patients?|those|individuals) with\b|\bwhere appropriate\b|\bas needed\b"
)
_PURPOSE = re.compile(
    r"\bfor (?:confirmation|characteri\w+|further|surveillance|evaluation|better)|\bcorrelat\w+"
)
_NOT_IMAGING = re.compile(
    r"\b(?:biopsy|fna|aspiration|colonoscopy|ercp|eus|cystoscopy|mammogra\w+|serology|bloods?"
    r"|lfts?|clinical correlation|tissue sampling)\b"
)
_LIVER_EXAM = re.compile(
    r"\bli-?rads\b|\bhcc\b|\bcirrho\w+|\bhepatitis\b|\blr-|\bus-[1-3]\b|\bvis-"
)
_SILENT = {Section.HISTORY, Section.COMPARISON, Section.TECHNIQUE}
_CONCLUDING = {Section.IMPRESSION, Section.RECOMMENDATION, Section.ADDENDUM}


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
        for start, end in _clauses(sentence.text):
            self._read_clause(sentence, start, end, has_lesion=has_lesion, is_title=is_first)

    def _note_organ(self, sentence: Sentence, *, has_lesion: bool) -> None:
        organs = [anchor.organ for anchor in sentence.anchors]
        if organs:
            self._organ = _organ_of(sentence)
        elif sentence.organ is not self._heading:
            self._organ = sentence.organ
        elif sentence.organ is None and sentence.is_item and sentence.section in _CONCLUDING:
            self._organ = Organ.LIVER if has_lesion and self._organ is not Organ.OTHER else None

    def _read_clause(
        self, sentence: Sentence, start: int, end: int, *, has_lesion: bool, is_title: bool
    ) -> None:
        words = sentence.text[start:end]
        exams = list(modalities_in(words))
        interval = interval_in(words)
        is_asked = _is_asked(sentence, words, bool(exams), interval, is_title=is_title)
        if sentence.section is Section.ADDENDUM and _ENDED.search(words):
            self.found.clear()
            return
        goes_on = bool(exams) and (interval is not None or start > 0)
        if not is_asked and not (self._had_ask and goes_on):
            self._had_ask = False
            return
        if _DECLINED.search(words) or _WAS.search(words):
            self._had_ask = False
            return
        target = _target(sentence, start, end, exams)
        if target is None:
            target = self._organ or (Organ.LIVER if has_lesion or self.is_liver_exam else None)
        self._had_ask = target is Organ.LIVER
        if target is Organ.LIVER:
            self._keep(sentence, words, exams, interval)

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


def _is_asked(
    sentence: Sentence, words: str, has_exam: bool, interval: Interval | None, *, is_title: bool
) -> bool:
    is_late = sentence.section in _CONCLUDING
    if sentence.section is Section.RECOMMENDATION and (has_exam or interval):
        return True
    if _ASKS.search(words):
        return has_exam or (bool(_IMAGING.search(words)) and not _NOT_IMAGING.search(words))
    if _PER.search(words):
        return True
    if _PLANS.search(words) and not is_title:
        return interval is not None or (has_exam and (is_late or bool(_FORMAL.search(words))))
    return has_exam and interval is not None and bool(_EXAM_IN.search(words))


_FORMAL = re.compile(r"\b(?:formal|dedicated|repeat|control|rescan|continue)\b")
_EXAM_IN = re.compile(
    r"\b(?:ultrasound|us|ceus|ct|mri)(?: (?:liver|abdomen))?,? (?:(?:in|at|every|within|annual\w*) )?\d"
    r"|\bannual (?:ultrasound|us|mri|ct)\b"
)


def _target(
    sentence: Sentence, start: int, end: int, exams: list[tuple[Modality, int, int]]
) -> Organ | None:
    """The organ that the clause itself names: nearest to the exam or the word that asks."""
    words = sentence.text[start:end]
    near = [a for a in sentence.anchors if start <= a.start < end]
    if not near:
        return None
    ask = _ASKS.search(words) or _PLANS.search(words)
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
