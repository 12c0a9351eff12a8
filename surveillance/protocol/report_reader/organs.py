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
|portal\svenous|perihepatic|porta\shepatis|portocaval|liver\ssurface|liver\stransplant
|gallbladder\w*|gallstones?|cholelith\w*|cholecyst\w*|choledoch\w*|cystic\sduct|cbd
|(?:common\s)?bile\sducts?|biliary|duct(?:s|al)?(?=\s(?:stones?|dilat|calcul))|pneumobilia
|hepatolith\w*|calcul(?:us|i)|stones?(?!-like)|hydro\w*neph\w+|hydroureter\w*|pyelo\w+|colitis|ileitis
|kidneys?|renal|nephro\w+|ureter\w*|medullary|cortical|urinary|urothel\w+|bladder|uvj|kub
|suprarenal|paraspinal|paravertebral|presacral|psoas|falciform|spleen\w*|splenic\w*|splenule|pancrea\w*|peripancreatic|adrenals?|aort\w*|aaa|iliac\w*
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
|endometri\w*|transvaginal|testis|testes|hips?|knees?|shoulders?|ankles?|wrists?|elbows?|femor\w+|femur
|fractures?|aneurysms?|effusions?|sinus(?:es)?|neck|carotid|orbits?|nasal|laryn\w+|trachea\w*|rect(?:um|al)
|urethra\w*|cervix|cervical|lumbar|sacr\w+|stern\w+|echocardiogra\w+|f(?:o)?etal|placent\w+|dvt|scalp|eyes?
|limbs?|legs?|arms?|rotator|menisc\w*|patell\w*|tibia\w*|temporal|cerebr\w+|pituitary|salivary|larynx
|urogra\w*|enterogra\w*|colonogra\w*|angiogra\w*|ctpa|uterus|kidney|costophrenic|costochondral|costal|ribs?|cartilage|skin|gluteal|supraclavicular|diverticul\w*|gut|hernia\w*
"""
_LIVER = (
    r"liver|hep(?=\s?:)|hepatosplenic|hepat(?:ic|obiliary|ocellular|ocyte)\b|intrahepatic|caudate"
    r"|couinaud|hcc"
    r"|hepatoma|li-rads|fnh|focal nodular hyperplasia"
)
_PLACE = (
    r"(?:segments?\.?\s?|segs?\.?\s?|s(?=\d))(?:[1-8][ab]?|viii|vii|vi|iv[ab]?|v|iii|ii|i"
    r"|v[il1]{2,3})\b"
    r"|(?:right|left|r|l|both|either)\s(?:(?:hepatic|posterior|anterior|lateral|medial)\s)?lobes?"
    r"|(?:left|right)\s(?:lateral|medial|anterior|posterior)\s(?:segment|section|sector)\b"
    r"|\bdome\b"
)
_ANCHOR = re.compile(
    rf"\b(?:(?P<other>{re.sub(chr(10), '', _OTHER)})|(?P<liver>{_LIVER})|(?P<place>{_PLACE}))(?!\w)"
)
_ELSEWHERE = re.compile(
    r"\b(?:lungs?|pulmonary|thyroid|prostate|lower lobe|upper lobe|middle lobe)\b"
)
_ASKED_OURS = re.compile(r"\?\s?(?:hepatic|liver)\b")
BUT_SOME = re.compile(
    r"\bbut\s(?:an?\s|there (?:is|are)\s)?(?:one|several|some|few|a few|\d|multiple|many|numerous"
    r"|present|single|solitary)(?=\s(?:ones?\s)?(?:in|within|at|of|are|is)\b)"
)
""" "None in the spleen but several in the liver"."""
_HEDGED = re.compile(
    r"\b(?:possibly|perhaps|may be|might be|could be) (?:within|in|inside|of|from)\b"
)
_FUNCTION = re.compile(r"\s(?:function|impairment|failure|insufficiency)\b")
_BESIDE = re.compile(
    r"\b(?:adjacent to|near|next to|close to|alongside|abutting|behind|bordering)\s(?:the\s)?"
    r"(?:\w+\s)?$"
)
_NOTHING_MORE = re.compile(r"[\s,]*(?:\d[\d.,x\s]*(?:mm|cm))?\W*")
_FROM = re.compile(
    r"\b(?:from|metasta\w+|metasta\w+ of|secondary to)\s(?:an?\s|the\s|known\s)?(?:\w+\s){0,2}$"
)
_PRIMARY = re.compile(
    r"\s(?:\w+\s)?(?:primary|cancer|carcinoma|adenocarcinoma|malignancy|origin)\b"
)
_OPEN_WORDS = """
    in of within along involving at throughout inside from over is are was were and or with
    without has have shows show contains contain demonstrates but the a an no not there which
    on seen noted present measuring adjacent near by for to as normal nad unremarkable clear
    versus abutting contacting indenting displacing touching overlying dilatation dilation dilated
    ascites intact patent
"""
_OPEN = frozenset(_OPEN_WORDS.split())
_INTO = re.compile(
    r"\b(?:in|of|within|along|involving|at|throughout|inside|over|from|to|into|on)\b|^[\s,(:-]*$"
)
_BETWEEN = re.compile(
    r"(?:[\s,&/]|and|or|both|the|left|right|in|of|also|as well as|to an? \w+ (?:extent|degree)"
    r"|less so|lobes?|bilateral"
    r"|hepatic|upper|lower)*"
)
_APART = re.compile(
    r";|\b(?:but|however|whereas|while|although|though|apart from|except|other than|aside from)\b"
    r"|(?<!extent)(?<!degree),\s(?:the|there|with (?:a|an))\b|,\s(?=\w+ (?:contains?|shows?|has)\b)"
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
    """Every organ named in a sentence, in order. Lobes and segments are by rule the liver's."""
    is_here = bool(_ELSEWHERE.search(sentence))
    elsewhere = elsewhere or is_here
    found = []
    for match in _ANCHOR.finditer(sentence):
        is_place = match["place"] is not None
        if is_place and elsewhere and (is_here or not match[0].startswith("seg")):
            continue
        organ = Organ.OTHER if match["other"] is not None else Organ.LIVER
        if organ is Organ.OTHER and _is_no_place(sentence, match):
            continue
        found.append(Anchor(match.start(), match.end(), organ, is_place))
    return found


def _is_no_place(sentence: str, match: re.Match[str]) -> bool:
    """ "Metastases from a colonic primary", "hemangioma with phleboliths": not where they lie."""
    if match[0].startswith("phlebolith"):
        return "hemangioma" in sentence
    if _FUNCTION.match(sentence, match.end()):
        return True
    before = sentence[max(0, match.start() - 50) : match.start()]
    return bool(_FROM.search(before)) and bool(_PRIMARY.match(sentence, match.end()))


def named_in(words: str) -> Organ | None:
    """The organ that a heading names: the liver also where it is one of several."""
    found = [anchor.organ for anchor in anchors_in(words)]
    return Organ.LIVER if Organ.LIVER in found else found[0] if found else None


def organ_at(sentence: str, start: int, end: int, anchors: Sequence[Anchor]) -> Organ | None:
    """The organ of the finding at `start` to `end` as its own sentence tells it."""
    if _ASKED_OURS.search(sentence, end):
        return Organ.LIVER
    hedged = _HEDGED.search(sentence, end)
    if hedged and any(a.organ is Organ.LIVER and a.end <= hedged.start() for a in anchors):
        return Organ.LIVER
    some = BUT_SOME.search(sentence, end)
    if some:
        anchors = [anchor for anchor in anchors if anchor.start >= some.end()]
        return anchors[0].organ if anchors else None
    left, right = _clause(sentence, start, end)
    near = [anchor for anchor in anchors if left <= anchor.start < right]
    if len(near) > 1:
        near = _without_neighbours(sentence, end, near)
    return (
        _inside(near, start, end)
        or _phrase(sentence, start, end, near)
        or _place_after(sentence, end, near)
        or _subject(sentence, start, near)
        or _subject(sentence, start, [anchor for anchor in anchors if anchor.end <= start])
        or _only_ours(near)
        or _named_last(sentence, end, near)
    )


def _without_neighbours(sentence: str, end: int, near: list[Anchor]) -> list[Anchor]:
    """ "Adjacent to the falciform ligament in segment IV": where it is near, not where it lies."""
    kept: list[Anchor] = []
    beside = -1
    for anchor in near:
        is_part = beside >= 0 and re.fullmatch(
            r"\s(?:of\s)?(?:the\s)?", sentence[beside : anchor.start]
        )
        before = sentence[max(0, anchor.start - 30) : anchor.start]
        if anchor.start >= end and (is_part or _BESIDE.search(before)):
            beside = anchor.end
        else:
            kept.append(anchor)
    return kept or near


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


def _named_last(sentence: str, end: int, near: Sequence[Anchor]) -> Organ | None:
    """ "Calcification, left kidney 3 mm": behind the organ stands its size or nothing."""
    after = next((a for a in near if a.start >= end), None)
    if after and _NOTHING_MORE.fullmatch(sentence, after.end):
        return after.organ
    return None


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
