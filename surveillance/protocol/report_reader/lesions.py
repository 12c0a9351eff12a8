"""From sentences to lesions: what several sentences say of one lesion is put together."""

import re
from collections.abc import Sequence, Set

from surveillance.protocol.report_reader.chunks import chunks_of
from surveillance.protocol.report_reader.drafts import STRENGTH, Draft
from surveillance.protocol.report_reader.earlier import absence_before_in
from surveillance.protocol.report_reader.findings import Head, heads_in, shadow_in
from surveillance.protocol.report_reader.organs import Organ, organ_at
from surveillance.protocol.report_reader.places import lobe_in, segments_in
from surveillance.protocol.report_reader.reading import Assertion, Change, Lobe
from surveillance.protocol.report_reader.scope import assertion_at, is_spoken_of
from surveillance.protocol.report_reader.sections import Section
from surveillance.protocol.report_reader.sentences import Sentence
from surveillance.protocol.report_reader.sizes import size_now, sizes_in
from surveillance.protocol.report_reader.traits import traits_in
from surveillance.protocol.terms import LiRads

_PAST_PARTS = {Section.HISTORY, Section.COMPARISON}
_PARTIAL = re.compile(
    r"\b(?:mural|rim|internal|central|wall|peripheral|thin curvilinear|partial|septal) calcif"
    r"|\bcalcif\w+ (?:of the wall|in its|within (?:it|the (?:lesion|nodule|mass|cyst)))|\bof this\b"
    r"|\b(?:tumor|lesion|nodule|mass|cyst) contains\b"
)
_SAME = re.compile(
    r"\b(?:the|this|that|these|it|its|described|known|again|stable|unchanged|said|above)\b"
)
_NOT_LOOKED_AT = re.compile(
    r"\W*(?:(?:it|this|the (?:lesion|nodule|focus|calcification)) )?(?:was |is )?not "
    r"(?:assessed|imaged|examined|evaluated|included|seen|identified|visible|found|demonstrated"
    r"|visuali[sz]ed|appreciated)\b(?! (?:to|with|as|before)\b)"
)
_PRONOUN = re.compile(
    r"(?:this|it|these|they|which|that)\s(?:is|are|was|were|has|have)\b"
    r"|(?:in |of |couinaud |hepatic )*(?:segments?|segs?)\b"
)
_ANOTHER = re.compile(r"\b(?:an?|another|second|additional|new|further)\b")
_MOST_KNOWN = 40
_VAGUE = {"abnormality", "abnormalities", "observation", "density", "densities"}


class LesionReader:
    """Reads sentence after sentence; `drafts` are the lesions so far.

    `only_liver`: numbers of the paragraphs that name no other organ.
    """

    def __init__(self, only_liver: Set[int] = frozenset()) -> None:
        self._only_liver = only_liver
        self._paragraph = 0
        self.drafts: list[Draft] = []
        self.organ: Organ | None = None
        self._section: Section | None = None

    def read(self, sentence: Sentence) -> None:
        """Take in one sentence, in order."""
        if sentence.section is not self._section:
            self._section, self.organ = sentence.section, None
        if sentence.paragraph != self._paragraph:
            self._paragraph, self.organ = sentence.paragraph, None
        if sentence.section is Section.TECHNIQUE or sentence.is_question:
            return
        found = False
        for start, end in chunks_of(sentence.text):
            found |= self._read_chunk(sentence, start, end)
        if not found:
            self._continue(sentence)
        self._keep_organ(sentence)

    def _keep_organ(self, sentence: Sentence) -> None:
        if sentence.anchors:
            organs = [anchor.organ for anchor in sentence.anchors]
            self.organ = Organ.LIVER if Organ.LIVER in organs[:1] else organs[-1]
        elif sentence.organ is not None:
            self.organ = sentence.organ

    def _read_chunk(self, sentence: Sentence, start: int, end: int) -> bool:
        words = sentence.text[start:end]
        heads = heads_in(words)
        if not any(head.is_calcified for head in heads):
            shadow = shadow_in(words)
            heads = [*heads, shadow] if shadow else heads
        ours = [head for head in heads if self._is_ours(sentence, start, head)]
        if not ours:
            return bool(heads) or self._carry_on(sentence, start, end)
        others = [head for head in heads if head not in ours]
        draft = _draft(sentence, start, end, ours, others)
        self._place(draft, sentence, words, ours)
        return True

    def _is_ours(self, sentence: Sentence, start: int, head: Head) -> bool:
        place = start + head.start, start + head.end
        if not is_spoken_of(sentence.text, place[0]):
            return False
        organ = organ_at(sentence.text, *place, sentence.anchors)
        if organ is None:
            organ = sentence.organ or self.organ or self._default(sentence)
        return organ is Organ.LIVER

    def _default(self, sentence: Sentence) -> Organ | None:
        """In a conclusion that names no organ: the liver, if a lesion of it was found."""
        is_late = sentence.section in {
            Section.IMPRESSION, Section.RECOMMENDATION, Section.ADDENDUM,
        }  # fmt: skip
        if is_late and any(draft.is_there for draft in self.drafts):
            return Organ.LIVER
        return Organ.LIVER if sentence.paragraph in self._only_liver else None

    def _carry_on(self, sentence: Sentence, start: int, end: int) -> bool:
        """ "… in segment VI; 5 mm in segment II": the second of the same kind."""
        words = sentence.text[start:end]
        last = self._last(sentence)
        if not start or last is None:
            return False
        if not (sizes_in(words) and segments_in(words)[0]):
            return self._say_of(last, sentence, start, end)
        draft = Draft(last.assertion, last.is_calcified, sentence.section)
        _describe(draft, sentence, start, end)
        self.drafts.append(draft)
        return True

    def _say_of(self, last: Draft, sentence: Sentence, start: int, end: int) -> bool:
        """ "…; this was not visible in 2020": a part that goes on about the lesion before it."""
        if last.is_there and _NOT_LOOKED_AT.match(sentence.text, start, end):
            self._not_seen(last, sentence)
        if last.is_there and _PRONOUN.match(sentence.text, start, end):
            _describe(last, sentence, start, end)
        return False

    def _not_seen(self, last: Draft, sentence: Sentence) -> None:
        """ "Not assessed today.": the lesion before it is told of an earlier exam."""
        if absence_before_in(sentence.text) is None:
            last.assertion = Assertion.HISTORICAL
            last.evidence.append((sentence.start, sentence.start + len(sentence.text)))

    def _place(self, draft: Draft, sentence: Sentence, words: str, heads: list[Head]) -> None:
        if not draft.is_there:
            last = self._last(sentence)
            if last and "isolation" in draft.values:
                last.add("isolation", draft.values["isolation"], *draft.evidence[0])
            self.drafts.append(draft)
            return
        same = self._same_as(draft, sentence, words)
        if same is not None:
            same.join(draft)
        elif draft.is_calcified or draft.values or heads[0].word not in _VAGUE:
            self.drafts.append(draft)

    def _same_as(self, draft: Draft, sentence: Sentence, words: str) -> Draft | None:
        last = self._last(sentence)
        if last and last.is_there and _PARTIAL.search(words) and _agree(last, draft):
            return last
        recent = self.drafts[-_MOST_KNOWN:]
        known = [d for d in recent if d.is_there and _may_be_same(d, draft)]
        is_elsewhere = [d for d in known if d.section is not draft.section]
        if is_elsewhere and len(known) == 1:
            return known[0]
        if is_elsewhere and not {"size_mm", "segments"} & draft.values.keys():
            return known[0]
        is_bare = not {"size_mm", "segments", "lobe"} & draft.values.keys()
        refers = _SAME.search(words) or (is_bare and not _ANOTHER.search(words))
        return known[-1] if known and refers else None

    def _continue(self, sentence: Sentence) -> None:
        """A sentence without a finding of its own goes on about the lesion before it."""
        last = self._last(sentence)
        words = sentence.text
        if last is not None and _NOT_LOOKED_AT.match(words):
            self._not_seen(last, sentence)
        draft = Draft(Assertion.AFFIRMED, False, sentence.section)
        _describe(draft, sentence, 0, len(words))
        is_elsewhere = any(anchor.organ is Organ.OTHER for anchor in sentence.anchors)
        if is_elsewhere and "lirads" not in draft.values:
            return
        if last is not None and last.is_there and _goes_on(last, draft):
            if draft.values and sentence.section not in {Section.RECOMMENDATION}:
                last.join(Draft(last.assertion, False, last.section, draft.sentences,
                                draft.values, draft.evidence))  # fmt: skip
        elif _is_observation(draft):
            self.drafts.append(draft)

    def _last(self, sentence: Sentence) -> Draft | None:
        recent = self.drafts[-_MOST_KNOWN:]
        there = [d for d in recent if d.is_there and d.section not in _PAST_PARTS]
        near = [d for d in there if d.section is sentence.section] or there
        return near[-1] if near and self.organ is not Organ.OTHER else None


def _is_observation(draft: Draft) -> bool:
    """A place and a size, or a LI-RADS category that is given to a lesion, without its noun."""
    lirads = draft.values.get("lirads")
    has_place = {"size_mm", "segments"} <= draft.values.keys()
    return has_place or (lirads is not None and lirads is not LiRads.US_1)


def _goes_on(last: Draft, draft: Draft) -> bool:
    return all(
        name not in last.values or last.values[name] == draft.values.get(name)
        for name in ("size_mm", "segments")
        if name in draft.values
    )


def _agree(one: Draft, other: Draft) -> bool:
    for name in ("segments", "lobe"):
        if name in one.values and name in other.values and one.values[name] != other.values[name]:
            return Lobe.BOTH in (one.values[name], other.values[name])
    return True


def _may_be_same(one: Draft, other: Draft) -> bool:
    sizes = one.values.get("size_mm"), other.values.get("size_mm")
    is_same_size = None in sizes or sizes[0] == sizes[1] or one.assertion is Assertion.HISTORICAL
    return one.is_calcified == other.is_calcified and is_same_size and _agree(one, other)


def _draft(
    sentence: Sentence, start: int, end: int, heads: list[Head], others: list[Head]
) -> Draft:
    is_past = sentence.section in _PAST_PARTS
    said = [
        (assertion_at(sentence.text, start + h.start, start + h.end, is_past=is_past), h)
        for h in heads
    ]
    calcified = [(how, head) for how, head in said if head.is_calcified]
    there = [(how, head) for how, head in calcified if how is not Assertion.NEGATED]
    best = min(there or said, key=lambda each: STRENGTH.index(each[0]))
    draft = Draft(best[0], bool(there) or (best[0] is Assertion.NEGATED and bool(calcified)),
                  sentence.section)  # fmt: skip
    draft.evidence.append(
        (sentence.start + start + best[1].start, sentence.start + start + best[1].end)
    )
    hidden = [(start + other.start, start + other.end) for other in others]
    _describe(draft, sentence, start, end, hidden if draft.is_there else None)
    if draft.values.get("change") is Change.GONE and draft.is_there:
        draft.assertion = Assertion.HISTORICAL
    return draft


def _describe(
    draft: Draft,
    sentence: Sentence,
    start: int,
    end: int,
    others: Sequence[tuple[int, int]] | None = None,
) -> None:
    """Keep what the words say. `others`: findings of other organs; None: no lesion is named."""
    words, at = sentence.text[start:end], sentence.start + start
    for first, last in others or ():
        words = words[: first - start] + "~" * (last - first) + words[last - start :]
    draft.sentences.append((sentence.start, sentence.start + len(sentence.text)))
    sizes = sizes_in(words)
    now = size_now(sizes)
    if now:
        draft.add("size_mm", now.mm, at + now.start, at + now.end)
    before = next((size for size in sizes if size.is_before), None)
    if before:
        draft.add("previous_size_mm", before.mm, at + before.start, at + before.end)
    segments, places = segments_in(words)
    if segments:
        draft.add("segments", segments, at + places[0][0], at + places[0][1])
    lobe = lobe_in(words)
    if lobe:
        draft.add("lobe", lobe[0], at + lobe[1][0], at + lobe[1][1])
    for name, value, first, last in traits_in(words, is_lesion=others is not None):
        draft.add(name, value, at + first, at + last)
