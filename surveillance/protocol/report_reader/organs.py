"""Which organ a word of a report is about: ours, another, or not said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import auto

from surveillance.protocol.terms import Term


class Organ(Term):
    LIVER = auto()
    OTHER = auto()


_OTHER = r"""
hepatic(?:\s(?:and|,)\s\w+)?\s(?:arter\w+|veins?|flexure|pedicle)|portal\s(?:and\s\w+\s)?veins?
|portal\svenous|perihepatic|porta\shepatis|periportal|portocaval|liver\ssurface|liver\stransplant
|gallbladder\w*|gallstones?|cholelith\w*|cholecyst\w*|choledoch\w*|cystic\sduct|cbd
|(?:common\s)?bile\sducts?|biliary|duct(?:s|al)?(?=\s(?:stones?|dilat|calcul))|pneumobilia
|hepatolith\w*|calcul(?:us|i)|stones?
|kidneys?|renal|nephro\w+|ureter\w*|medullary|cortical|urinary|urothel\w+|bladder|uvj|kub
|spleen\w*|splenic\w*|splenule|pancrea\w*|peripancreatic|adrenals?|aort\w*|aaa|iliac\w*
|aorto\w*|atheroscler\w*|atheroma\w*|vascular|vessels?|vasculature|arter(?:y|ies|ial(?!\s(?:phase|enhanc|hyper)))
|plaques?|coronary|coeliac|celiac|ivc|valves?|valvular|mitral
|lungs?|pulmonary|(?:upper|lower|middle)\slobes?|[rl][lum]l|apex|apical|hil(?:ar|um|a)|mediastin\w*
|pleura\w*|bronch\w*|chest|thora\w*|diaphragm\w*|hemidiaphragm\w*|heart|cardiac|pericard\w*
|lymph\s?nodes?|nodes?|nodal|adenopathy|lymphadenopathy|breasts?|mamm\w+|fibroadenoma
|thyroid|prostat\w*|uter(?:us|ine)|fibroids?|ovar\w+|adnexa\w*|pelvi[sc]|phleboliths?(?!-like)
|testic\w*|scrot\w*|bowel|colon\w*|appendi\w+|append\w*|append|enterolith|mesenter\w*|omentum|omental
|peritone\w*|retroperitone\w*|bones?|osseous|skelet\w*|vertebra\w*|spine|spinal|facets?|discs?
|muscles?|muscular|subcutaneous|soft\stissues|brain|mening\w*|pineal|intracranial|parotid|tonsil\w*
|stomach|gastric|duoden\w*|oesophag\w*|esophag\w*|clips?|stents?|lipiodol|filter|sutures?|ligamentum
|uterus|kidney|costophrenic|costochondral|costal|ribs?|cartilage|skin|gluteal|supraclavicular|diverticul\w*|gut|hernia\w*
"""
_LIVER = r"liver|hepat(?:ic|obiliary|ocellular|ocyte)\b|intrahepatic|caudate|couinaud|hcc|hepatoma|li-rads|fnh|focal nodular hyperplasia"
_PLACE = (
    r"(?:segments?\.?\s?|segs?\.?\s?|s(?=\d))(?:[1-8][ab]?|viii|vii|vi|iv[ab]?|v|iii|ii|i|v[il1]{2,3})\b"
    r"|(?:right|left|r|l|both|either)\s(?:(?:hepatic|posterior|anterior|lateral|medial)\s)?lobes?"
    r"|\bdome\b"
)
_ANCHOR = re.compile(
    rf"\b(?:(?P<other>{re.sub(chr(10), '', _OTHER)})|(?P<liver>{_LIVER})|(?P<place>{_PLACE}))(?!\w)"
)
_ELSEWHERE = re.compile(
    r"\b(?:lungs?|pulmonary|thyroid|prostate|lower lobe|upper lobe|middle lobe)\b"
)
_OPEN = frozenset(
    [
        "in",
        "of",
        "within",
        "along",
        "involving",
        "at",
        "throughout",
        "inside",
        "from",
        "over",
        "is",
        "are",
        "was",
        "were",
        "and",
        "or",
        "with",
        "without",
        "has",
        "have",
        "shows",
        "show",
        "contains",
        "contain",
        "demonstrates",
        "but",
        "the",
        "a",
        "an",
        "no",
        "not",
        "there",
        "which",
        "on",
        "seen",
        "noted",
        "present",
        "measuring",
        "adjacent",
        "near",
        "by",
        "for",
        "to",
        "as",
    ]
)
_INTO = re.compile(
    r"\b(?:in|of|within|along|involving|at|throughout|inside|over|from|to|into|on)\b|^[\s,(:-]*$"
)
_BETWEEN = re.compile(
    r"(?:[\s,&/]|and|or|both|the|left|right|in|of|also|as well as|lobes?|bilateral"
    r"|hepatic|upper|lower)*"
)
_APART = re.compile(
    r";|\b(?:but|however|whereas|while|although|though|apart from|except|other than|aside from)\b"
    r"|,\s(?:the|there|with (?:a|an))\b|,\s(?=\w+ (?:contains?|shows?|has)\b)"
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A word that names an organ, at its place in the sentence."""

    start: int
    end: int
    organ: Organ
    is_place: bool = False


def has_other_lobes(text: str) -> bool:
    """A report of the thyroid, the lungs or the prostate that never names the liver."""
    return bool(_ELSEWHERE.search(text)) and not re.search(r"liver|hepat|lr-\d", text)


def anchors_in(sentence: str, *, elsewhere: bool = False) -> list[Anchor]:
    """Every organ named in a sentence, in order. Lobes and segments are the liver's, if no other."""
    elsewhere = elsewhere or bool(_ELSEWHERE.search(sentence))
    found = []
    for match in _ANCHOR.finditer(sentence):
        is_place = match["place"] is not None
        if is_place and elsewhere:
            continue
        organ = Organ.OTHER if match["other"] is not None else Organ.LIVER
        found.append(Anchor(match.start(), match.end(), organ, is_place))
    return found


def named_in(words: str) -> Organ | None:
    """The organ that a heading names: the liver also where it is one of several."""
    found = [anchor.organ for anchor in anchors_in(words)]
    return Organ.LIVER if Organ.LIVER in found else found[0] if found else None


def organ_at(sentence: str, start: int, end: int, anchors: Sequence[Anchor]) -> Organ | None:
    """The organ of the finding at `start` to `end` as its own sentence tells it."""
    left, right = _clause(sentence, start, end)
    near = [anchor for anchor in anchors if left <= anchor.start < right]
    return (
        _inside(near, start, end)
        or _phrase(sentence, start, end, near)
        or _place_after(sentence, end, near)
        or _subject(sentence, start, near)
        or _subject(sentence, start, [anchor for anchor in anchors if anchor.end <= start])
        or _only_ours(near)
    )


def _clause(sentence: str, start: int, end: int) -> tuple[int, int]:
    left, right = 0, len(sentence)
    for match in _APART.finditer(sentence):
        if match.end() <= start:
            left = match.end()
        elif match.start() >= end:
            return left, match.start()
    return left, right


def _inside(near: Sequence[Anchor], start: int, end: int) -> Organ | None:
    return next((a.organ for a in near if a.start < end and a.end > start), None)


def _is_one_phrase(gap: str) -> bool:
    words = re.findall(r"[\w-]+", gap)
    is_plain = not re.search(r"[.,;:()]", gap) or re.fullmatch(r"\s[\d.,x\s]+(?:mm|cm)\s", gap)
    return bool(is_plain) and len(words) <= 4 and not _OPEN.intersection(words)


def _phrase(sentence: str, start: int, end: int, near: Sequence[Anchor]) -> Organ | None:
    """ "Splenic calcification", "calcified right hilar nodes": the organ is part of the name."""
    after = next((a for a in near if a.start >= end), None)
    before = next((a for a in reversed(near) if a.end <= start), None)
    if before and _is_one_phrase(sentence[before.end : start]) and not before.is_place:
        return _with_its_list(sentence, near, before)
    if after and _is_one_phrase(sentence[end : after.start]):
        return _last_of_name(sentence, near, after).organ
    return None


def _last_of_name(sentence: str, near: Sequence[Anchor], first: Anchor) -> Anchor:
    """Of "liver capsule", "splenic artery": the last word of the name decides, unless a place."""
    last = first
    for anchor in near:
        follows = anchor.start > last.start and sentence[last.end : anchor.start] == " "
        if follows and not anchor.is_place:
            last = anchor
    return last


def _place_after(sentence: str, end: int, near: Sequence[Anchor]) -> Organ | None:
    after = next((a for a in near if a.start >= end), None)
    if after and _INTO.search(sentence[end : after.start]):
        return _with_its_list(sentence, near, after)
    return None


def _subject(sentence: str, start: int, near: Sequence[Anchor]) -> Organ | None:
    before = next((a for a in reversed(near) if a.end <= start), None)
    return _with_its_list(sentence, near, before) if before else None


def _only_ours(near: Sequence[Anchor]) -> Organ | None:
    """ "Calcified focus, 4 mm, hepatic segment V": no other organ is named."""
    is_ours = bool(near) and all(anchor.organ is Organ.LIVER for anchor in near)
    return Organ.LIVER if is_ours else None


def _with_its_list(sentence: str, near: Sequence[Anchor], anchor: Anchor) -> Organ:
    """ "In the spleen, both kidneys and liver": the liver where it is in the list."""
    at = near.index(anchor)
    members = [anchor]
    for step in (1, -1):
        here = at
        while 0 <= here + step < len(near):
            one, two = sorted((near[here], near[here + step]), key=lambda each: each.start)
            if not _BETWEEN.fullmatch(sentence, one.end, two.start) or one.end == two.start:
                break
            here += step
            members.append(near[here])
    is_liver = any(member.organ is Organ.LIVER for member in members)
    return Organ.LIVER if is_liver else anchor.organ
