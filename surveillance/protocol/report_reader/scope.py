"""How a sentence speaks of a thing: affirmed, negated, uncertain, historical, or not at all.

After ConText (Harkema and others 2009): a trigger reaches forward or backward until a word ends
its scope. Here the rules are data: a trigger, what it is not, and what ends its reach.
"""

import re

from surveillance.protocol.report_reader.earlier import (
    without_absence_before,
    without_comparison,
)
from surveillance.protocol.report_reader.negation import PSEUDO, negation_of
from surveillance.protocol.report_reader.reading import Assertion

_GONE = re.compile(
    r"\bno longer\b|\b(?:has|have) (?:now )?(?:resolved|disappeared)\b"
    r"|\bno (?:mri|ct|us|sonographic|ultrasound|imaging) correlate\b"
)
_GONE_BEFORE = re.compile(
    r"\b(?:resolution|disappearance|resolved)\s(?:of\s)?(?:the\s)?(?:[\w-]+\s){0,5}$"
)
_TOLD_BEFORE = re.compile(
    r"\b(?:previously|formerly|earlier|was|were) (?:reported|described|noted|documented|seen)\b"
    r"|\b(?:reported|described|questioned|noted|suspected) (?:elsewhere|outside|on|at|by)\b"
    r"|(?<!not )(?<!ly )(?<!never )seen (?:on|at|by|with)\b|\bbetter (?:seen|visible|shown"
    r"|visuali[sz]ed|appreciated) (?:on|at|with)\b"
)
_NOT_LOOKED_AT = re.compile(
    r"[^.;,]{0,40}?\s(?:was |were |is |are )?not (?:assessed|evaluated|imaged|included|covered"
    r"|scanned)\b"
)
_KNOWN = re.compile(
    r"\b(?:(?:the|this|these|those|its)\s(?:(?!(?:right|left|liver|patient|have|has|had|in|of|no"
    r"|with|an?)\b)[\w-]+\s){0,3}"
    r"|(?:known|documented|described|aforementioned)\s(?:[\w-]+\s){0,4})$"
)
_MAYBE = re.compile(
    r"\b(?:possibl[ey]|possibility|may|might|could|questionable|questioned|question of|equivocal"
    r"|suspected|suspicious for|suspicion of|suggestive of|suggesting|probabl[ey]|likely|presumed"
    r"|presumably|versus|concerning for|differential|favou?red|exclude|appears to be)\b|\?"
)
_LIKELY = re.compile(r"probably|probable|likely|presumed|presumably|favou?red")
_MAYBE_ENDS = re.compile(
    r";|\b(?:but|however|is|are|was|were|has|have|which|there|unchanged)\b|,\s(?!likely|possibl)"
)
_MAYBE_AFTER = re.compile(
    r"^[^.;,]{0,40}\b(?:is|are|was|were) (?:\w+ )?(?:unlikely|improbable|doubtful)\b"
    r"|^[^.;]{0,40}\b(?:probably|likely|possibly|presumably) (?:an? )?(?:costo\w+|costal|rib"
    r"|renal|gall\w+"
    r"|vascular|splenic|pleural|bowel|lymph|node|nodal|extra\w+)\b|^[^.;]{0,140}\?\s?(?:hepatic"
    r"|liver)\b"
    r"|^[^.;]{0,60}?\b(?:(?:cannot|can not|can't|could not) be (?:entirely |completely )?"
    r"(?:excluded|ruled out)|not (?:entirely )?excluded|(?:is|are|was|were) (?:suspected|possible"
    r"|questioned"
    r"|questionable|uncertain|equivocal)|(?:(?:may|might|could) (?:be|lie)|possibly"
    r"|perhaps) (?:within|in|located|inside)"
    r"|could not be confirmed|versus)\b"
    r"|^\s(?:\w+\s){0,3}(?:versus|or)\s(?:\w+\s)?(?:vessel|clip|artifact|contrast|gas|stent)\b"
)
_EXCLUDE_BEFORE = re.compile(
    r"\b(?:cannot|can not|can't|not|never|unable|difficult|hard"
    r"|impossible)\b[^.;,]{0,25}?\b(?:exclude"
    r"|rule out)\s(?:an?\s)?(?:\w+\s){0,2}$"
)
_REQUEST = re.compile(
    r"\b(?:please (?:exclude|rule out|assess|evaluate)|rule out|exclude|evaluate for|assess for"
    r"|looking for|query|to look for|screen(?:ing)? for)\b"
)
_FAMILY = re.compile(
    r"\b(?:family (?:history|hx)|fh|fhx|mother|father|sister|brother|aunt|uncle|sibling"
    r"|grand\w+|maternal|paternal|cousin|son|daughter)\b"
)
_ASKED = re.compile(
    r"\b(?:asks?|asked|wonders?|worried|anxious|concerned) (?:whether|if|about|that)\b"
)
_PAST = re.compile(
    r"\b(?:(?:previous|prior|previously|formerly) (?:noted|seen|described|reported|identified"
    r"|documented|questioned|mentioned|known|visuali[sz]ed|calcif\w+)|history(?: of)?"
    r"|(?:outside|prior|previous) (?:\w+\s){0,2}(?:report|imaging|study|exam\w*|scan|ultrasound"
    r"|ct|mri|us)\b"
    r"|(?:post|after|following|previous) (?:\w+\s){0,3}(?:\w*ectomy|resection|ablation"
    r"|excision) (?:for|of)"
    r"|(?:mentions?|mentioned|describes?|reports) an?)\b"
)
_PAST_AFTER = re.compile(
    r"^[^.;]{0,20}\b(?:formerly|previously|earlier) (?:noted|seen|described|reported|identified"
    r"|documented|visible|present)\b|"
    r"^(?:(?!\d\s?[mc]m)[^.;(,]){0,60}\b(?:on|at) (?:the |an? )?(?:\w+\s)?(?:ct|mri|us|ultrasound"
    r"|scan|study"
    r"|exam\w*) (?:of|from|in|dated) (?:\w+\s){0,2}?\d"
    r"|^[^.;]{0,30}\b(?:reported|described|noted|questioned|mentioned) (?:on|in|at|by) (?:an? "
    r"|the )?"
    r"(?:prior|previous|outside|earlier|recent|last|ct|mri|us|ultrasound|referr\w+|20\d\d)\b"
    r"|^[^.;]{0,30}\bseen (?:on|in|at) (?:an? |the )?(?:prior|previous|outside|earlier|last"
    r"|20\d\d)\b"
)
_NOW = re.compile(
    r"\b(?:unchanged|stable|again|remains?|persists?|persistent|similar|measures|measuring|now"
    r"|no (?:significant )?(?:interval )?change|re-?demonstrated|decreased|increased|larger"
    r"|smaller|grown|enlarged|fewer|still|today|shows)\b"
)


def is_spoken_of(sentence: str, start: int) -> bool:
    """False where the finding at `start` is a relative's, a patient's worry or only asked for."""
    before = sentence[:start]
    if _FAMILY.search(before) or _ASKED.search(before):
        return False
    request = _REQUEST.search(before)
    return request is None or bool(PSEUDO.search(before))


def assertion_at(sentence: str, start: int, end: int, *, is_past: bool) -> Assertion:
    """How the finding at `start` to `end` is spoken of; `is_past`: the part tells of before."""
    sentence = without_absence_before(sentence)
    after = sentence[end : end + 160]
    if _GONE.search(after) or _GONE_BEFORE.search(sentence[:start]):
        return Assertion.HISTORICAL
    denied = negation_of(sentence, start, end)
    if denied is Assertion.NEGATED:
        is_known = (
            _is_past(sentence, start, after)
            or is_known_at(sentence, start)
            or _TOLD_BEFORE.search(after) is not None
        )
        return Assertion.HISTORICAL if is_known and not is_past else Assertion.NEGATED
    if is_past or (
        _is_past(without_comparison(sentence), start, after) and not _NOW.search(sentence)
    ):
        return Assertion.HISTORICAL
    if _NOT_LOOKED_AT.match(after):
        return Assertion.HISTORICAL
    if denied or _is_uncertain(sentence, start, end, after):
        return Assertion.UNCERTAIN
    return Assertion.AFFIRMED


def _is_past(sentence: str, start: int, after: str) -> bool:
    return bool(_PAST.search(sentence[: start + 12])) or bool(_PAST_AFTER.search(after))


def is_negated_at(sentence: str, start: int, end: int) -> bool:
    """Whether a negation reaches the words at `start` to `end`."""
    return negation_of(sentence, start, end) is Assertion.NEGATED


def is_known_at(sentence: str, start: int) -> bool:
    """ "The calcification is not seen today": the report takes for granted that it was there."""
    return _KNOWN.search(sentence[max(0, start - 60) : start]) is not None


def _is_uncertain(sentence: str, start: int, end: int, after: str) -> bool:
    if _MAYBE_AFTER.search(after) or sentence.endswith("?"):
        return True
    before = sentence[max(0, start - 120) : start]
    if _EXCLUDE_BEFORE.search(before):
        return True
    trigger = None
    for trigger in _MAYBE.finditer(before):  # noqa: B007  (the last one counts)
        pass
    if trigger is None or _MAYBE_ENDS.search(before[trigger.end() :]):
        return False
    is_kind = sentence[start:end] == "calcified"
    return not (is_kind and _LIKELY.fullmatch(trigger[0]))
