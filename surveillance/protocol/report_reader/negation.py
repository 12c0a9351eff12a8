"""What a negation in a sentence reaches, and where nobody can tell from the words alone.

A negation denies the next thing named. It does not deny what the sentence takes for granted: the
thing whose feature is missing ("no washout in the calcified nodule"), the exception ("none other
than the focus in segment 3"), or what has been measured ("no dilatation, calcific focus 5 mm").
"""

import re

from surveillance.protocol.report_reader.organs import BUT_SOME
from surveillance.protocol.report_reader.reading import Assertion

PSEUDO = re.compile(
    r"\b(?:no|without|not)\s(?:(?:significant|appreciable|definite|substantial|interval|any"
    r"|much)\s)*"
    r"(?:change|growth|increase|enlargement|progression|changed|increased|enlarged|grown)\b"
    r"|\bno longer\b|\bnot only\b|\bno doubt\b|\bwithout doubt\b"
    r"|\bno\s(?:\w+\s){0,2}(?:follow-up|follow up|imaging|action|work-?up)\b"
    r"|\b(?:cannot|can not|can't|not|never|no)\b[^.;,]{0,25}?\b(?:exclude|excluded|rule out"
    r"|ruled out)\b"
    r"|\b(?:unable|difficult|hard|impossible|not possible) to (?:exclude|rule out)\b"
    r"|\bnot (?:entirely|completely|wholly) free of\b|\bnot without\b"
    r"|\bcannot say (?:that )?(?:there )?(?:is |are )?(?:no|not)\b"
    r"|\b(?:no|without) (?:an? )?(?:associated|acoustic|posterior|accompanying|surrounding"
    r"|adjacent)\b"
    r"|\bwithout (?:and with |or with )?(?:iv |intravenous )?(?:contrast|enhancement|uptake"
    r"|gadolinium)\b"
    r"|\bnot (?:mentioned|limited|well|clearly|fully|been performed|available)\b"
    r"|\bno (?:comparison|prior|priors|previous)\b|\babsence of calcif\w+ could not\b"
)
_NEGATORS = re.compile(
    r"\b(?:no|not|without|negative for|free of|absence of|neither|nor|never|rather than"
    r"|(?:does|do|did) not (?:\w+ )?(?:contain|show|demonstrate|have|reveal)"
    r"|none(?: of (?:these|them|the \w+))?(?: is| are| was| were)?"
    r"|instead of|nothing|denies|excluded|devoid of|lacks?|lacking)\b|\[ ?\]"
)
_ENDS = re.compile(
    r";|:|\[|\b(?:but|however|except|apart from|other than|aside from|save for|beyond|besides"
    r"|bar an?|bar the"
    r"|in addition to|although|though|only"
    r"|is|are|was|were|shows?|contains?|demonstrates?|has|have|reveals?|measur\w+|remains?"
    r"|corresponds?|which|there|incidental(?:ly)?|known|unchanged|again|still)\b"
    r"|,\s(?:and\s)?(?:an?|the|one|\d+|several|few|multiple|scattered|stable|solitary|single)\b"
    r"|\band (?:an?|the|this|these)\b|\s-\s"
)
_WHICH_IS = re.compile(
    r"\s(?:[\w-]+\s){1,3}(?:which|that)\s(?:is|are|was|were|contains?|shows?|has|have)\s(?:an?\s"
    r"|\w+ly\s)?"
)
_NO_PART = re.compile(r"\s(?:part|portion|segment|lobe|area|region)\b")
_SUBJECT_VERB = re.compile(r"\b(?:shows?|contains?|demonstrates?|has|have|reveals?|is|are)\b")
_NEW_ITEM = re.compile(r",\s(?:tiny|small|punctate|minute|coarse|subcm|calcified|calcific)\b")
_SIZE = re.compile(r"\d\s?(?:mm|cm)\b")
_MEASURED = re.compile(
    r"^(?:(?!\s(?:or|and|nor|greater|larger|more|above|over|exceeding|bigger|at least)\b)\s[\w-]+)"
    r"{0,4}?(?:,|\s\()?\s(?:about\s|approximately\s|measuring\s)*\d{1,3}(?:[.,]\d)?\s?"
    r"(?:x\s?\d{1,3}(?:[.,]\d)?\s?)?(?:mm|cm)\b(?!\s(?:\w+\s)?(?:cyst|gall|node|calcul|stone))"
)
_LINK = (
    r"(?:underlying|overlying|surrounding|involving|accompanying|abutting|near|at|of|in"
    r"|within|inside|to|with|from|around|about|beneath|behind|for|on|by)"
)
_NOT_A_LINK = (
    r"(?!(?:or|and|nor|of|in|with|without|containing|showing|on|to|is|are"
    r"|contains?|shows?|has|have|demonstrates?|reveals?)\s)"
)
_TAKEN_FOR_GRANTED = re.compile(
    rf"\b{_LINK}\s(?:the|this|that|these|those|its|both|each|said|existing|pre-existing)\s"
    rf"(?:{_NOT_A_LINK}[\w-]+(?:(?<=ed)|(?<=ic)|(?<=ing)|(?<=ous)|(?!,)),?\s){{0,6}}$"
    r"|\b(?:enhancement|wash-?out|aphe|vascularity|flow|uptake|avidity|invasion|malignan\w+"
    r"|(?:suspicious|concerning|worrisome|aggressive|adverse|atypical|malignant|high-risk)\s"
    r"(?:\w+\s)?(?:features?|characteristics|appearances?))\s(?:of|in|within|to|from)\s"
    rf"(?:{_NOT_A_LINK}[\w-]+\s){{0,5}}$"
)
_BESIDE = re.compile(
    r"\b(?:associated with|related to|adjacent to|surrounding|around|beneath|behind|deep to)\s"
    rf"(?:{_NOT_A_LINK}[\w-]+\s){{0,4}}$"
)
_MORE = re.compile(r"\s(?:\w+\s)?(?:new|further|additional|more)\b")
_EXCEPT = re.compile(
    r"^[^.;]{0,60}?\b(?:other than|apart from|aside from|besides|beyond|except(?:ing| for)?"
    r"|save for|in addition to|with the exception of)\b(?P<what>[^.;]{0,60})"
)
_NAMED_ITSELF = re.compile(
    r"\b(?:calcif\w+|calcium|granuloma\w*|aort\w+|vascular|vessels?|splen\w+|spleen|renal"
    r"|kidneys?|pancrea\w+|lungs?|nodes?"
    r"|gall\w+|arter\w+|atheroscl\w+|stones?)\b"
)
_LISTS = re.compile(r"\b(?:or|nor|and)\b")
_NOUN_LAST = re.compile(
    r"\b(?:lesions?|mass(?:es)?|nodules?|cysts?|sol|sols|dilatation|dilation|ascites|fluid|stones?"
    r"|calculi|effusions?|abnormality|abnormalities|ihbrd?|\w+(?=,))\s?,?\s"
    r"(?:(?:tiny|small|focal|solitary|punctate|single|coarse|old|calcified|calcific|faint|hepatic"
    r"|liver)\s)*$"
)
_PLACE_AFTER = re.compile(
    r"^(?:\s[\w-]+){0,2}?,?\s(?:(?:in|of|within|at)\s(?:the\s)?)?(?:hepatic\s|liver\s)?"
    r"(?:right|left|rt|lt|seg\w*|s\d|dome|caudate|both lobes|liver|hepatic)\b"
)
_UNSEEN = re.compile(
    r"^[^.;]{0,60}?(?:\b(?:is|are|was|were|been|be)\s)?\b(?:not|never)\s(?:\w+ly\s)?(?:been\s)?"
    r"(?:seen|identified|present|demonstrated|visuali[sz]ed|visible|found|detected|evident"
    r"|confirmed|appreciated|apparent|shown|observed|there)\b"
    r"|^[^.;]{0,60}?\b(?:cannot|can not|can't|could not"
    r"|couldn't)\s(?:\w+ly\s)?be\s(?:\w+ly\s)?(?:seen"
    r"|identified|demonstrated|visuali[sz]ed|found|detected|appreciated|shown)\b"
)
_NEGATED_AFTER = re.compile(
    r"^s?(?:\s\w+){0,2}\s?[:?]\s?(?:a:\s?)?(?:none|no|absent|negative|nil|n|not seen)\b"
    r"|^s?\s?:?\s?\[ ?\] ?yes,? ?\[x\] ?no\b"
    r"|^\s?:\s?(?:[a-z]+\s){1,2}-\s?(?:no|none|absent)\b"
    r"|^\s?(?:\w+\s){0,2}(?:is\s|are\s)?(?:absent|none)\b"
    r"|^[^.;,]{0,40}\b(?:has|have)\sbeen\s(?:excluded|ruled out)\b"
    r"|^[^.;,]{0,30}\b(?:is|are)\s(?:excluded|ruled out)\b"
    r"|^[^.]{0,60}\bdo(?:es)? not see\b"
)
_MAY_DENY = re.compile(r"not|never|n't")
_OF_SAME = re.compile(
    r"^(?:\s(?:it|this|that|these|which|but|however|and|previously|is|are|was|were|has|have|been"
    r"|be|can|could|\w+ly))*\s(?:not|never|can't|cannot|couldn't)\b"
)
_TODAY = re.compile(
    r"\b(?:today\w*|now|current\w*|this|present (?:exam\w*|study|scan)|any ?more|any longer)\b"
)
_SEGMENT = re.compile(r"\bs(?:eg\w*)?\s?\.?(?:\d|[iv]+\b)")
_ELSEWHEN = re.compile(
    r"\b(?:not|never|absent)\b[^.;,]{0,30}?\s(?:(?:on|at|by|with|during|before|until)\s\w|pre-?op\w*"
    r"|initially|in (?:january|february|march|april|may|june|july|august|september|october"
    r"|november|december|spring|summer|autumn|fall|winter)\b)"
)
_REACH, _TAIL = 400, 40


def negation_of(sentence: str, start: int, end: int) -> Assertion | None:
    """NEGATED or UNCERTAIN where a negation reaches the words at `start` to `end`; else None."""
    denied = _negated_before(sentence, start, end)
    after = sentence[end : end + 160]
    if denied is Assertion.NEGATED or not _negated_after(after):
        return denied
    near = sentence[max(0, start - 40) : end + 60]
    return Assertion.UNCERTAIN if _was_seen_once(near, after) else Assertion.NEGATED


def _was_seen_once(near: str, after: str) -> bool:
    """Whoever measured it saw it, and so did whoever says where it lies and on what it was not
    seen: "5 mm in segment 4, not seen in March". Unless it is today that it was not seen."""
    if _TODAY.search(after):
        return False
    return bool(_SIZE.search(near)) or bool(_SEGMENT.search(near) and _ELSEWHEN.search(after))


def _negated_before(sentence: str, start: int, end: int) -> Assertion | None:
    first = max(0, start - _REACH)
    before, after = sentence[first:start], sentence[end:]
    if not _NEGATORS.search(before):
        return None
    masked = PSEUDO.sub(lambda found: "~" * len(found[0]), sentence[first : end + _TAIL])
    trigger = None
    for trigger in _NEGATORS.finditer(masked[: len(before)]):  # noqa: B007  (the last one counts)
        pass
    if trigger is None:
        return None
    reach = _reach(before, trigger)
    if (
        _is_over(trigger[0], reach)
        or _is_granted(reach, after)
        or _is_new_item(trigger[0], reach, after)
    ):
        return None
    return Assertion.UNCERTAIN if _is_doubtful(reach, after) else Assertion.NEGATED


def _is_over(trigger: str, reach: str) -> bool:
    """A word in between ends the negation: not its own relative clause or its subject's verb."""
    if trigger in {"neither", "none"} or _NO_PART.match(reach):
        return _ENDS.search(_SUBJECT_VERB.sub(" ", reach)) is not None
    return _ENDS.search(reach) is not None and not _WHICH_IS.fullmatch(reach)


def _reach(before: str, trigger: re.Match[str]) -> str:
    """The words between the negation and the finding, "no evidence is seen of" made one trigger."""
    gap = before[trigger.end() :]
    return re.sub(
        r"^(?:\s(?:sonographic|ct|imaging|mri))?\s(?:evidence|sign)s?\b[^,;]{0,40}?\bof\b", "", gap
    )


def _is_granted(reach: str, after: str) -> bool:
    """The finding is where something else is missing, or an exception follows it."""
    if _TAKEN_FOR_GRANTED.search(reach):
        return True
    if BUT_SOME.search(after[:80]):
        return True
    exception = _EXCEPT.match(after)
    return exception is not None and not _NAMED_ITSELF.search(exception["what"])


def _is_new_item(trigger: str, reach: str, after: str) -> bool:
    """ "No gallstones, tiny calcification in the liver" — unless the list goes on with "or"."""
    has_size = bool(_SIZE.search(reach)) and not re.search(r"(?:than|>)\s?\d", reach)
    if has_size or (_MEASURED.search(after) and re.search(r"\w\s*,|\w\s\w", reach)):
        return True
    goes_on = re.search(r"^[^.;]{0,60}\b(?:or|nor)\b", after) or re.search(r"\b(?:or|nor)\b", reach)
    is_verb = trigger == "not" and "," in reach and not _LISTS.search(reach)
    return (is_verb or bool(_NEW_ITEM.search(reach))) and not goes_on


def _is_doubtful(reach: str, after: str) -> bool:
    """ "No focal lesion, calcification right lobe": one list, or the next finding."""
    if not reach.strip():
        return False
    if _BESIDE.search(reach) or _MORE.match(reach) or _MEASURED.search(after):
        return True
    noun = _NOUN_LAST.search(reach)
    is_list = _LISTS.search(reach) or _LISTS.search(after[:60]) or reach.count(",") > 1
    return bool(noun) and not is_list and bool(_PLACE_AFTER.search(after))


def _negated_after(after: str) -> bool:
    found = _UNSEEN.search(after) if _MAY_DENY.search(after) else None
    if found and "," in found[0] and not _OF_SAME.search(found[0].rpartition(",")[2]):
        found = None
    found = found or _NEGATED_AFTER.search(after)
    return bool(found) and not re.search(r"\bwell\b|\bclearly\b|\bnew\b", found[0] if found else "")
