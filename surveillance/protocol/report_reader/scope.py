"""How a sentence speaks of a thing: affirmed, negated, uncertain, historical, or not at all.

After ConText (Harkema and others 2009): a trigger reaches forward or backward until a word ends
its scope. Here the rules are data: a trigger, what it is not, and what ends its reach.
"""

import re

from surveillance.protocol.report_reader.reading import Assertion

_PSEUDO = re.compile(
    r"\b(?:no|without|not)\s(?:(?:significant|appreciable|definite|substantial|interval|any|much)\s)*"
    r"(?:change|growth|increase|enlargement|progression|changed|increased|enlarged|grown)\b"
    r"|\bno longer\b|\bnot only\b|\bno doubt\b|\bwithout doubt\b"
    r"|\bno\s(?:\w+\s){0,2}(?:follow-up|follow up|imaging|action|work-?up)\b"
    r"|\b(?:cannot|can not|can't|not|never|no)\b[^.;,]{0,25}?\b(?:exclude|excluded|rule out|ruled out)\b"
    r"|\bnot (?:entirely|completely|wholly) free of\b|\bnot without\b"
    r"|\bcannot say (?:that )?(?:there )?(?:is |are )?(?:no|not)\b"
    r"|\b(?:no|without) (?:an? )?(?:associated|acoustic|posterior|accompanying|surrounding|adjacent)\b"
    r"|\bwithout (?:and with |or with )?(?:iv |intravenous )?(?:contrast|enhancement|uptake|gadolinium)\b"
    r"|\bnot (?:mentioned|limited|well|clearly|fully|been performed|available)\b"
    r"|\bno (?:comparison|prior|priors|previous)\b|\babsence of calcif\w+ could not\b"
)
_NEGATORS = re.compile(
    r"\b(?:no|not|without|negative for|free of|absence of|neither|nor|never|rather than"
    r"|none(?: of (?:these|them|the \w+))?(?: is| are| was| were)?"
    r"|instead of|denies|excluded|devoid of|lacks?|lacking)\b|\[ ?\]"
)
_ENDS = re.compile(
    r";|:|\[|\b(?:but|however|except|apart from|other than|aside from|save for|although|though|only"
    r"|is|are|was|were|shows?|contains?|demonstrates?|has|have|reveals?|measur\w+|remains?"
    r"|corresponds?|which|there|incidental(?:ly)?|known|unchanged|again|still)\b"
    r"|,\s(?:and\s)?(?:an?|the|one|\d+|several|few|multiple|scattered|stable|solitary|single)\b"
    r"|\band an?\b|\s-\s"
)
_NEW_ITEM = re.compile(r",\s(?:tiny|small|punctate|minute|coarse|subcm|calcified)\b")
_SIZE = re.compile(r"\d\s?(?:mm|cm)\b")
_NEGATED_AFTER = re.compile(
    r"^[^.;]{0,60}?(?:\b(?:is|are|was|were|been|be)\s)?\b(?:not|never)\s(?:\w+ly\s)?(?:been\s)?"
    r"(?:seen|identified|present|demonstrated|visuali[sz]ed|visible|found|detected|evident"
    r"|confirmed|appreciated|apparent|shown|observed|there)\b"
    r"|^s?(?:\s\w+){0,2}\s?[:?]\s?(?:a:\s?)?(?:none|no|absent|negative|nil|n|not seen)\b"
    r"|^\s?(?:\w+\s){0,2}(?:is\s|are\s)?(?:absent|none)\b"
    r"|^[^.;,]{0,40}\b(?:has|have)\sbeen\s(?:excluded|ruled out)\b"
    r"|^[^.;,]{0,30}\b(?:is|are)\s(?:excluded|ruled out)\b"
    r"|^[^.]{0,60}\bdo(?:es)? not see\b"
)
_GONE = re.compile(
    r"\bno longer\b|\b(?:has|have) (?:now )?(?:resolved|disappeared)\b"
    r"|\bno (?:mri|ct|us|sonographic|ultrasound|imaging) correlate\b"
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
    r"^[^.;]{0,60}?\b(?:(?:cannot|can not|can't|could not) be (?:entirely |completely )?"
    r"(?:excluded|ruled out)|not (?:entirely )?excluded|(?:is|are) (?:suspected|possible|questioned"
    r"|questionable|uncertain|equivocal)|(?:may|might|could) (?:be|lie) (?:within|in|located)"
    r"|could not be confirmed|versus)\b"
    r"|^\s(?:\w+\s){0,3}(?:versus|or)\s(?:\w+\s)?(?:vessel|clip|artifact|contrast|gas|stent)\b"
)
_EXCLUDE_BEFORE = re.compile(
    r"\b(?:cannot|can not|can't|not|never)\b[^.;,]{0,25}?\b(?:exclude|rule out)\s(?:an?\s)?(?:\w+\s){0,2}$"
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
    r"|(?:outside|prior|previous) (?:\w+\s){0,2}(?:report|imaging|study|ct|mri|us)"
    r"|(?:mentions?|mentioned|describes?|reports) an?)\b"
)
_PAST_AFTER = re.compile(
    r"^[^.;]{0,30}\b(?:reported|described|noted|questioned|mentioned) (?:on|in|at|by) (?:an? |the )?"
    r"(?:prior|previous|outside|earlier|recent|last|ct|mri|us|ultrasound|referr\w+|20\d\d)\b"
    r"|^[^.;]{0,30}\bseen (?:on|in|at) (?:an? |the )?(?:prior|previous|outside|earlier|last|20\d\d)\b"
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
    return request is None or bool(_PSEUDO.search(before))


def assertion_at(sentence: str, start: int, end: int, *, is_past: bool) -> Assertion:
    """How the finding at `start` to `end` is spoken of; `is_past`: the part tells of before."""
    after = sentence[end : end + 160]
    is_before = is_past or _is_past(sentence, start, after)
    if _GONE.search(after):
        return Assertion.HISTORICAL
    if _is_negated(sentence, start, end, after):
        return Assertion.HISTORICAL if is_before and not is_past else Assertion.NEGATED
    if is_before and (is_past or not _NOW.search(sentence)):
        return Assertion.HISTORICAL
    return Assertion.UNCERTAIN if _is_uncertain(sentence, start, end, after) else Assertion.AFFIRMED


def _is_past(sentence: str, start: int, after: str) -> bool:
    return bool(_PAST.search(sentence[: start + 12])) or bool(_PAST_AFTER.search(after))


def is_negated_at(sentence: str, start: int, end: int) -> bool:
    """Whether a negation reaches the words at `start` to `end`."""
    return _is_negated(sentence, start, end, sentence[end : end + 160])


def _is_negated(sentence: str, start: int, end: int, after: str) -> bool:
    return _negated_before(sentence, start, end) or _negated_after(after)


def _negated_before(sentence: str, start: int, end: int) -> bool:
    before = sentence[max(0, start - 400) : start]
    masked = _PSEUDO.sub(
        lambda found: "~" * len(found[0]), sentence[max(0, start - 400) : end + 40]
    )
    trigger = None
    for trigger in _NEGATORS.finditer(masked[: len(before)]):  # noqa: B007  (the last one counts)
        pass
    if trigger is None:
        return False
    reach = _reach(sentence, before, trigger)
    return not any(_ENDS.search(gap) for gap in (reach,)) and not _is_new_item(
        reach, sentence[end:]
    )


def _reach(sentence: str, before: str, trigger: re.Match[str]) -> str:
    """The words between the negation and the finding, "no evidence is seen of" made one trigger."""
    gap = before[trigger.end() :]
    return re.sub(
        r"^(?:\s(?:sonographic|ct|imaging|mri))?\s(?:evidence|sign)s?\b[^,;]{0,40}?\bof\b", "", gap
    )


def _is_new_item(gap: str, after: str) -> bool:
    """ "No gallstones, tiny calcification in the liver" — unless the list goes on with "or"."""
    has_size = bool(_SIZE.search(gap)) and not re.search(r"(?:than|>)\s?\d", gap)
    if has_size:
        return True
    goes_on = re.search(r"^[^.;]{0,60}\b(?:or|nor)\b", after) or re.search(r"\b(?:or|nor)\b", gap)
    return bool(_NEW_ITEM.search(gap)) and not goes_on


def _negated_after(after: str) -> bool:
    found = _NEGATED_AFTER.search(after)
    return bool(found) and not re.search(r"\bwell\b|\bclearly\b|\bnew\b", found[0] if found else "")


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
