"""Is everything that a text says read with certainty? Only then may a machine act on it alone.

The reader knows some words for danger and for limits, and hospitals have more. So this asks the
other way round: a sentence is wholly read if nothing is left of it once the phrases and words are
taken away that can say nothing but where a lesion lies, how large it is, that it is unchanged, and
that other organs are in order. One unknown word, or a number too many, and a person reads the text.
"""

import re
from collections.abc import Iterator
from typing import Final

from surveillance.protocol.report_reader.reading import Span

_SENTENCE: Final = re.compile(r"[^\n.;]+(?:\.(?=\d)[^\n.;]*)*")
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY: Final = (
    rf"(?:\d{{1,2}}[./ -](?:\d{{1,2}}|{_MONTH})[./ -]\d{{2,4}}|\d{{4}}-\d\d-\d\d"
    rf"|(?:{_MONTH} )?(?:\d{{1,2}},? )?\d{{4}})"
)
_THEN: Final = (
    r"(?:the )?(?:prior|previous|last|earlier|preceding)?"
    r"(?: ?(?:exam(?:ination)?|study|scan|ct|mri|ultrasound|us|imaging|report))?"
    rf"(?:(?: (?:of|from|dated))? ?{_DAY})?"
)
_SINCE: Final = (
    rf"(?:,? (?:since|from|compared (?:with|to)|when compared (?:with|to)|as compared to) {_THEN})"
)
_LOOK: Final = r"(?:size|appearances?|number|size and appearance|appearance and size)"
_NOTHING: Final = (
    r"(?:ascites|free fluid|(?:intrahepatic |extrahepatic )?(?:biliary|bile duct) dilat(?:at)?ion"
    r"|gall ?stones?|hydronephrosis|(?:arterial )?(?:hyper)?enhancement|washout|capsule"
    r"|portal vein thromb(?:us|osis)|lymphadenopathy|enlarged lymph nodes|splenomegaly"
    r"|pleural effusions?|suspicious (?:features?|findings?))"
)
_MORE: Final = (
    r"(?:(?:new|other|further|additional|suspicious|concerning|focal|solid|interval|liver"
    r"|hepatic) )*"
)
_ORGAN: Final = (
    r"(?:gall ?bladder|spleen|pancreas|(?:both )?kidneys|(?:right |left )?kidney|adrenals?"
    r"|adrenal glands|bile ducts?|biliary tree|cbd|portal vein|hepatic veins|aorta|bowel"
    r"|liver(?: parenchyma| contour| size)?|remainder of the liver|rest of the liver)"
)
_IN_ORDER: Final = (
    r"(?:normal(?: in (?:size|appearance|calibre|caliber))?|unremarkable|patent|not dilated"
    r"|not enlarged|within normal limits|of normal size|smooth|homogeneous|nad|clear)"
)
_PHRASES: Final = re.compile(
    "|".join(
        (
            rf"\b(?:unchanged|stable|similar|the same)(?: in {_LOOK})?{_SINCE}?\b",
            rf"\b(?:since|compared (?:with|to)) {_THEN}\b",
            rf"\bno (?:interval |significant )?(?:change|growth)(?: in {_LOOK})?{_SINCE}?\b",
            rf"\bno (?:evidence of )?{_MORE}(?:lesions?|mass(?:es)?|nodules?|calcifications?|"
            r"abnormalit(?:y|ies)|findings?)(?: (?:is|are))?(?: (?:seen|identified|present|noted))?"
            r"(?: in the (?:rest of the )?liver)?\b",
            rf"\bno {_NOTHING}(?:(?:, | or |, or | and ){_NOTHING})*\b",
            rf"\b(?:the )?{_ORGAN}(?:(?:, | and |, and |/)(?:the )?{_ORGAN})*:? ?"
            rf"(?:is |are |appears? )?{_IN_ORDER}\b",
            r"\b(?:segments?|segs?|seg) ?\d[ab]?(?:(?:, ?| and |/|-)\d[ab]?)*\b",
            r"\blr-?3\b|\bli-?rads(?: category)?:?(?: lr)?-?3\b|\bvis(?:uali[sz]ation)?[ -]?a\b",
            r"^\s*\d{1,2}[.)](?= )|^\s*\d{1,2}$",
        )
    )
)
_SIZES: Final = re.compile(
    r"\b\d+(?:[.,]\d+)?(?: ?(?:x|×|by) ?\d+(?:[.,]\d+)?)* ?(?:mm|cm|millimet(?:re|er)s?)\b"
)
_WORDS_TEXT: Final = """
the a an of in on at is are there with and to for this it its as again remains remain
liver hepatic lesion lesions nodule nodules mass focus foci calcification calcifications
calcified calcific punctate coarse tiny small granuloma cyst cystic haemangioma hemangioma
hyperechoic echogenic indeterminate segment segments seg lobe right left lateral medial
anterior posterior superior inferior dome subcapsular peripheral central
i ii iii iv v vi vii viii iva ivb measuring measures size sized stable unchanged
findings finding impression conclusion technique report exam examination study
abdomen abdominal upper ultrasound us ct mri mr scan multiphasic multiphase triphasic dynamic
gadoxetate gadobutrol gadolinium eovist primovist gadovist intravenous iv adequate good
diagnostic quality seen identified noted visualised visualized well l1 l2 l3 l4 l5
"""
_WORDS: Final = frozenset(_WORDS_TEXT.split())
_ALARM: Final = re.compile(
    r"abandon|abort|non[- ]?diagnostic|incomplete|inadequate|limit|degrad|art[ei]fact|motion|poor"
    r"|suboptim|not (?:given|imaged|assessed|seen|visuali|performed|obtained|included|covered|done)"
    r"|suspic|malign|\bhcc\b|carcinoma|metasta|tumou?r|\blr-?[45m]|irregular|invas|thromb"
    r"|doubl|trebl|bigger|larger|increas|grow|grew|progress|enhanc|wash|\bnew\b|->|→"
    r"|urgent|biops|refer|\bmdt\b|left before|terminat|allerg|extravas|declin|refus",
    re.IGNORECASE,
)
_LEFT_OVER: Final = re.compile(r"[^\W_]+|[^\w\s.,:;()-]|_|->|--")
_A_LESION: Final = re.compile(
    r"\b(?:lesions?|nodules?|mass|foc(?:us|i)|calcif\w+|calcific|granuloma|cyst|ha?emangioma|l\d)\b"
)
_HEADINGS_TEXT: Final = """
findings finding impression conclusion technique report liver abdomen abdominal upper exam
examination ultrasound us ct mri mr scan of the and with adequate good diagnostic quality
multiphasic multiphase triphasic dynamic gadoxetate gadobutrol eovist primovist gadovist
intravenous iv
"""
_HEADINGS: Final = frozenset(_HEADINGS_TEXT.split())
"""Words that may stand in a sentence that tells of no lesion."""


def not_read(text: str) -> tuple[Span, ...]:
    """The sentences of which something is not read with certainty, by their place."""
    return tuple(_leftovers(text))


def alarms(text: str) -> tuple[Span, ...]:
    """Those of them with a word that may tell of danger, or that the exam was no good: even what
    the sender coded is then read by a person. Coarse on purpose."""
    return tuple(span for span in not_read(text) if _ALARM.search(text[span.start : span.end]))


def _leftovers(text: str) -> Iterator[Span]:
    for found in _SENTENCE.finditer(text):
        if not _is_wholly_read(found[0]):
            yield Span(found.start(), found.end())


def _is_wholly_read(sentence: str) -> bool:
    said = " ".join(sentence.lower().split())
    plain = _PHRASES.sub(" ", said)
    sizes = _SIZES.findall(plain)
    rest = _SIZES.sub(" ", plain, count=1)
    words = _WORDS if sizes or _A_LESION.search(plain) else _HEADINGS
    return len(sizes) <= bool(sizes) and all(word in words for word in _LEFT_OVER.findall(rest))
