"""An addendum that takes back or amends what the report said above."""

import re

from surveillance.protocol.report_reader.drafts import Draft
from surveillance.protocol.report_reader.organs import Organ
from surveillance.protocol.report_reader.places import segments_in
from surveillance.protocol.report_reader.reading import Assertion
from surveillance.protocol.report_reader.sections import Section
from surveillance.protocol.report_reader.sentences import Sentence

_TAKES_BACK = re.compile(
    r"\bthere is no (?:hepatic |liver )?calcif|\bno (?:hepatic|liver) calcif"
    r"|\bnot (?:a )?(?:calcif|in the liver)"
    r"|\bin error\b|\berroneous\w*|\bdisregard\b|\bretract\w*|\bis (?:in fact )?(?:a "
    r"|an )?(?:surgical )?clips?\b"
    r"|\bin fact (?:a |an |in |within )|\b(?:different|another|wrong) patient\b"
)
_AMENDS = re.compile(r"\bshould read\b|\bcorrect(?:ed)? (?:to|segment)\b|\brather than\b")
_OF_ANOTHER = re.compile(
    r"\b(?:different|another|wrong|other) patient\b"
    r"|\bdisregard\b[^.;]{0,30}\b(?:above|entire|whole|this|previous) (?:report|findings|dictation)"
    r"|\b(?:above|entire|whole|this|previous) (?:report|dictation)\b[^.;]{0,40}\b(?:in error"
    r"|disregard"
    r"|retracted|withdrawn)"
)


def takes_all_back(sentence: Sentence) -> bool:
    """An addendum that says the whole report is another patient's, or void."""
    is_late = sentence.section is Section.ADDENDUM
    return is_late and _OF_ANOTHER.search(sentence.text) is not None


def correct(sentence: Sentence, drafts: list[Draft]) -> bool:
    """Apply an addendum's sentence to the lesions above; True where it corrected one."""
    if sentence.section is not Section.ADDENDUM:
        return False
    words = sentence.text
    if _AMENDS.search(words) and segments_in(words)[0]:
        return _amend(sentence, drafts)
    is_elsewhere = "and not in the liver" in words or (
        re.search(r"\bdescribed above\b", words) is not None
        and any(anchor.organ is Organ.OTHER for anchor in sentence.anchors)
    )
    if not (_TAKES_BACK.search(words) or is_elsewhere):
        return False
    for draft in drafts:
        if draft.is_calcified:
            draft.assertion = Assertion.NEGATED
            draft.evidence.append((sentence.start, sentence.start + len(words)))
    return True


def _amend(sentence: Sentence, drafts: list[Draft]) -> bool:
    """ "The segment should read 7, not 6": the first of the two counts."""
    after = re.split(r"\bnot\b|\brather than\b|\binstead of\b", sentence.text)[0]
    segments, places = segments_in(after)
    there = [draft for draft in drafts if draft.is_there and "segments" in draft.values]
    if not there or not segments:
        return False
    there[-1].values["segments"] = segments
    at = sentence.start
    there[-1].evidence.append((at + places[-1][0], at + places[-1][1]))
    there[-1].sentences.append((at, at + len(sentence.text)))
    return True
