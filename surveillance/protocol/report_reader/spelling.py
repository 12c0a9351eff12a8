"""One spelling for each word: abbreviations, slips of the finger and of a scanner are undone."""

import re
from functools import lru_cache

SHORT = {
    "calc": "calcification", "calcs": "calcifications", "calcn": "calcification",
    "rt": "right", "lt": "left", "fu": "follow-up", "followup": "follow-up", "f/u": "follow-up",
    "rpt": "repeat", "prev": "previously", "rec": "recommend", "recs": "recommendations",
    "nl": "normal", "w/o": "without", "w/": "with", "hx": "history", "h/o": "history of",
    "poss": "possible", "prob": "probable", "uss": "ultrasound", "u/s": "ultrasound",
    "gb": "gallbladder", "mo": "months", "mos": "months", "mth": "months", "mths": "months",
    "yr": "years", "yrs": "years", "wk": "weeks", "wks": "weeks", "r/o": "rule out",
    "c/w": "consistent with", "segs": "segments", "sg": "segment", "segm": "segment",
    "bx": "biopsy", "tumour": "tumor", "tumours": "tumors", "haemangioma": "hemangioma",
    "haemangiomas": "hemangiomas", "artefact": "artifact", "mineralisation": "mineralization",
    "favoured": "favored", "millimetre": "mm", "millimetres": "mm", "millimeter": "mm",
    "millimeters": "mm", "centimetre": "cm", "centimetres": "cm", "centimeter": "cm",
    "centimeters": "cm", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
    "eighteen": "18", "twenty-four": "24", "vs": "versus", "sub-centimeter": "subcm",
    "subcentimetre": "subcm", "subcentimeter": "subcm", "ca++": "calcium", "ca2+": "calcium",
    "ca ++": "calcium", "e/o": "evidence of", "s/o": "suggestive of", "usg": "ultrasound",
    "sono": "ultrasound", "surv": "surveillance", "adv": "advised", "cont": "continue",
    "ncct": "noncontrast ct", "tpct": "multiphase ct", "cemri": "mri", "cect": "ct", "mdct": "ct",
    "gran": "granuloma", "rhl": "right hepatic lobe", "lhl": "left hepatic lobe",
    "unch": "unchanged", "segmant": "segment", "segement": "segment",
    "sol": "lesion", "sols": "lesions",
}  # fmt: skip

_KNOWN_WORDS = """
    liver hepatic lobe right segment segments calcification calcifications calcified calcific
    granuloma granulomas granulomata granulomatous normal gallbladder spleen splenic kidney
    kidneys renal pancreas lesion lesions nodule nodules findings impression ultrasound
    recommend recommended recommends recommendation recommendations months stable unchanged
    follow small solid punctate measuring history comparison unremarkable identified
    hemangioma hemangiomas cirrhosis indeterminate previously negative conclusion
"""
KNOWN = frozenset(_KNOWN_WORDS.split())
# Words of their own that lie close to one of ours.
_OTHERS_WORDS = """
    calcaneus calculation clarification classification calcination caliceal calyceal lesional
    nodular kidneyed stables normals month segmented segmental hepatica recommending lobes
    lobed lover lever sliver slight tight
"""
_OTHERS = frozenset(_OTHERS_WORDS.split())
_LOOK_ALIKE = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o", "5": "s"})
_SHORTEST, _LONG, _LONGEST = 5, 9, 20


def _seen_as(word: str) -> str:
    return word.translate(_LOOK_ALIKE)


_BY_LOOK = {_seen_as(word): word for word in sorted(KNOWN, reverse=True)}


_TIME = re.compile(
    r"(?P<every>q)?(?P<number>\d{1,2})(?P<unit>mon?|mos|mths?|m(?<=q\dm)|wks?|w(?<=q\dw)|yrs?)"
)
_UNITS = {"m": "months", "w": "weeks", "y": "years"}


@lru_cache(maxsize=20_000)
def spelled(word: str) -> str:
    """The word in small letters, spelled as the vocabulary spells it."""
    low = word.lower()
    if low in SHORT:
        return SHORT[low]
    time = _TIME.fullmatch(low)
    if time:
        return f"{'every ' if time['every'] else ''}{time['number']} {_UNITS[time['unit'][0]]}"
    if low in KNOWN or len(low) < _SHORTEST - 1 or len(low) > _LONGEST or low.isdigit():
        return low
    by_look = _BY_LOOK.get(_seen_as(low))
    if by_look:
        return by_look
    if len(low) < _SHORTEST - 1 or low in _OTHERS or not low.isalpha():
        return low
    return next((known for known in _NEAR.get(low[0], ()) if _is_slip(low, known)), low)


_NEAR: dict[str, list[str]] = {}
for _word in sorted(KNOWN):
    if len(_word) >= _SHORTEST:
        _NEAR.setdefault(_word[0], []).append(_word)


def _is_slip(word: str, known: str) -> bool:
    """One letter missing, too many or two exchanged; in long words also two such slips."""
    if abs(len(word) - len(known)) > 2:
        return False
    if sorted(word) == sorted(known):
        return _differences(word, known) == 2
    if len(known) >= _LONG and len(word) >= _LONG - 1:
        return word[:2] == known[:2] and _distance(word, known) <= 1 + (len(known) > _LONG + 2)
    return word[-1] == known[-1] and len(word) == len(known) - 1 and _distance(word, known) == 1


def _differences(word: str, known: str) -> int:
    return sum(a != b for a, b in zip(word, known, strict=True))


def _distance(word: str, known: str) -> int:
    """Levenshtein's: the fewest letters to add, take away or change."""
    row = list(range(len(known) + 1))
    for i, a in enumerate(word, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(known, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
