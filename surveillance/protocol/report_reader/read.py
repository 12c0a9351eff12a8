"""`read_report`: the text of an imaging report in, what it says of the liver out.

Rules only, in this order: one spelling and layout (`plain`), the language, sentences and parts,
then for each sentence corrections, lesions, recommendations and limits. Everything found keeps
its place in the text as it came. Proposals for a person; nothing is decided here (S36).
"""

from typing import Any

from surveillance.protocol.report_reader.advice import Advice, AdviceReader
from surveillance.protocol.report_reader.corrections import correct, takes_all_back
from surveillance.protocol.report_reader.drafts import Draft
from surveillance.protocol.report_reader.findings import heads_in
from surveillance.protocol.report_reader.language import is_english
from surveillance.protocol.report_reader.lesions import LesionReader
from surveillance.protocol.report_reader.limits import limit_in, visualisation_in
from surveillance.protocol.report_reader.organs import Organ
from surveillance.protocol.report_reader.plain import Plain, plain
from surveillance.protocol.report_reader.reading import (
    LesionStatement,
    RecommendationStatement,
    ReportReading,
    Span,
)
from surveillance.protocol.report_reader.sentences import Sentence, sentences_of
from surveillance.protocol.terms import VisualisationScore

READER_VERSION = "2"
"""Changes whenever the same text may be read differently; kept with every reading."""


def read_report(text: str) -> ReportReading:
    """What one report says of the liver. Never raises; a text it cannot read is said to be so."""
    written = plain(text)
    if not any(sign.isalpha() for sign in written.text):
        return ReportReading(is_understood=False)
    if not is_english(written.text):
        return ReportReading(is_understood=False, limits=(Span(0, len(text)),))
    return _read(written)


def _read(written: Plain) -> ReportReading:
    sentences = sentences_of(written.text)
    lesions, advice = LesionReader(_about_the_liver_only(sentences)), AdviceReader()
    limits: list[Span] = []
    seen: dict[str, Any] = {}
    for sentence in sentences:
        _read_sentence(sentence, lesions, advice, is_first=not seen)
        seen["any"] = True
        limit = limit_in(sentence)
        if limit:
            limits.append(written.span(sentence.start + limit[0], sentence.start + limit[1]))
        score = visualisation_in(sentence)
        if score:
            seen["vis"] = score[0]
            if score[0] is not VisualisationScore.A:
                limits.append(written.span(sentence.start + score[1], sentence.start + score[2]))
    found = tuple(_lesion(written, draft) for draft in lesions.drafts)
    recommended = tuple(_recommendation(written, each) for each in advice.found)
    return ReportReading(
        lesions=found,
        recommendations=recommended,
        limits=tuple(limits),
        vis=seen.get("vis"),
        mentions_hepatic_calcification=any(d.is_there and d.is_calcified for d in lesions.drafts),
        recommends_liver_follow_up=bool(recommended),
    )


def _about_the_liver_only(sentences: list[Sentence]) -> set[int]:
    """The paragraphs that name the liver and no other organ."""
    organs: dict[int, set[Organ]] = {}
    for sentence in sentences:
        organs.setdefault(sentence.paragraph, set()).update(a.organ for a in sentence.anchors)
    only = {Organ.LIVER}
    if set().union(*organs.values()) == only:
        return set(organs)
    return {paragraph for paragraph, named in organs.items() if named == only}


def _read_sentence(
    sentence: Sentence, lesions: LesionReader, advice: AdviceReader, *, is_first: bool
) -> None:
    if not correct(sentence, lesions.drafts):
        lesions.read(sentence)
    if takes_all_back(sentence):
        advice.found.clear()
    has_lesion = any(draft.is_there for draft in lesions.drafts)
    advice.read(sentence, has_lesion=has_lesion, is_first=is_first and not heads_in(sentence.text))


def _lesion(written: Plain, draft: Draft) -> LesionStatement:
    return LesionStatement(
        sentences=tuple(written.span(*place) for place in sorted(set(draft.sentences))),
        assertion=draft.assertion,
        is_calcified=draft.is_calcified,
        evidence=tuple(written.span(*place) for place in sorted(set(draft.evidence))),
        **draft.values,
    )


def _recommendation(written: Plain, advice: Advice) -> RecommendationStatement:
    return RecommendationStatement(
        sentence=written.span(advice.start, advice.end),
        modality=advice.modality,
        alternatives=advice.alternatives,
        earliest_months=advice.interval.earliest if advice.interval else None,
        latest_months=advice.interval.latest if advice.interval else None,
        is_conditional=advice.is_conditional,
    )
