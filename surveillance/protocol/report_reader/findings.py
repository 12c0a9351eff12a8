"""The words for what may be found in a liver, and what each of them means by itself."""

import re
from dataclasses import dataclass

_CALCIFIED = (
    r"(?<!non)(?<!non-)(?<!non\s)(?<!un)calcifi\w*|calcium(?!\sscore)|mineralization"
    r"|macrocalcification|microcalcifications?|granuloma(?:s|ta|tous)?\b|turtleback"
)
_LESION = (
    r"lesions?|nodules?|mass(?:es)?|foc(?:us|i)|cysts?|cystic|hemangiomas?|metastas[ie]s|adenomas?"
    r"|fnh|focal nodular hyperplasia|(?<!for )(?<!of )hcc(?! (?:surveillance|screening|risk))"
    r"|hepatocellular carcinoma|cholangiocarcinoma|tumors?(?! board)"
    r"|observations?|hypodensit(?:y|ies)|hyperdensit(?:y|ies)|hyperattenuation"
    r"|abscess|hepatoblastoma|abnormalit(?:y|ies)|sols|space[- ]occupying|(?:echogenic|hypoechoic"
    r"|hyperechoic|hypodense|hyperdense) (?:area|region)s?|spots?|flecks?|specks?|foci"
)
_HEAD = re.compile(rf"\b(?:(?P<calcified>{_CALCIFIED})|(?P<lesion>{_LESION}))\b|\[(?P<box>[ x]?)\]")
_SHADOWED = re.compile(
    r"(?:echogenic|hyperechoic|bright) (?:foc\w+|spots?|area|nodule|lesion)\b.{0,40}\bshadow"
)
_NO_SHADOW = re.compile(r"without|\bno\b|dirty|comet|ring-down|gas|air|pneumobilia")


@dataclass(frozen=True, slots=True)
class Head:
    """A word that names a finding, at its place in the sentence."""

    start: int
    end: int
    is_calcified: bool
    word: str


def heads_in(sentence: str) -> list[Head]:
    """Every word of a sentence that names a calcification or a lesion."""
    return [
        Head(match.start(), match.end(), match["calcified"] is not None, match[0])
        for match in _HEAD.finditer(sentence)
        if match["box"] is None
    ]


def shadow_in(sentence: str) -> Head | None:
    """A bright focus that casts a shadow: the sign of a calcification, without the word."""
    found = _SHADOWED.search(sentence)
    if not found or _NO_SHADOW.search(found[0]):
        return None
    return Head(found.start(), found.end(), True, "shadow")
