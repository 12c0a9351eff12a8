"""What else is said of a lesion: kind, pattern, change, conclusion, LI-RADS, enhancement."""

import re
from collections.abc import Iterator
from typing import Any

from surveillance.protocol.report_reader.earlier import absence_before_in
from surveillance.protocol.report_reader.reading import Change
from surveillance.protocol.report_reader.scope import is_negated_at
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    Tri,
)

Trait = tuple[str, Any, int, int]
"""Name of the field, its value, and the place of the words."""


def _table(rows: dict[Any, str]) -> list[tuple[Any, re.Pattern[str]]]:
    return [(value, re.compile(rf"\b(?:{words})")) for value, words in rows.items()]


_PATTERNS = _table({
    CalcificationPattern.PUNCTATE: r"punctate\b|pin-?point|punctiform",
    CalcificationPattern.EGGSHELL_RING: (
        r"(?:rim|ring|egg-?shell|peripheral|curvilinear)(?:-like)? (?:calcif|mineral)|egg-?shell"
        r"|(?:calcified|calcific) (?:rim|ring)|curvilinear calcif"
    ),
    CalcificationPattern.COARSE_CHUNKY: r"(?:coarse|chunky)(?:ly)?,? (?:internal "
        r"|central )?(?:calcif|\d|foc)",
    CalcificationPattern.LAMINAR_BRANCHING: r"(?:laminar|laminated|branching"
        r"|linear)(?: branching)? calcif",
    CalcificationPattern.AMORPHOUS: r"amorphous",
    CalcificationPattern.PSAMMOMATOUS: r"psammomatous",
    CalcificationPattern.CENTRAL_SCAR: r"central scar (?:\w+ ){0,2}calcif|scar calcif",
    CalcificationPattern.SEPTAL: r"septal calcif|calcified sept|turtleback",
})  # fmt: skip
_KINDS = _table({
    LesionKind.CYSTIC: r"cysts?\b|cystic (?:lesion|mass|nodule)|cystadenoma|echinococcal|hydatid",
    LesionKind.NODULE_OR_MASS: (
        r"nodules?\b|mass(?:es)?\b|tumors?\b(?! board)|hemangiomas?\b|metastas[ei]s\b"
        r"|adenomas?\b|fnh\b"
        r"|(?<!for )(?<!of )hcc\b(?! (?:surveillance|screening|risk))|hepatocellular carcinoma"
        r"|focal nodular|hepatoblastoma"
    ),
})  # fmt: skip
_ISOLATED = re.compile(r"\bisolated (?:\w+ ){0,3}calcif")
_NO_TISSUE = re.compile(
    r"\b(?:no|without)(?: (?:an?|any))?(?: (?:evidence of|acoustic shadowing or))?"
    r"(?: (?:associated|accompanying|surrounding|adjacent|underlying))?"
    r"(?: enhancing)? (?:soft[- ]tissue(?: mass| component)?|mass component|(?<=associated )mass)\b"
    r"|\b(?:no|without)(?: \w+){0,4} associated (?:enhancing )?(?:soft[- ]tissue|mass|lesion"
    r"|nodule)\b"
    r"|\bwithout (?:acoustic )?shadowing or associated mass\b"
)
_CHANGES = _table({
    Change.GONE: r"no longer\b|(?:has|have) (?:now )?(?:resolved|disappeared)|not (?:seen"
        r"|identified|visible|visuali[sz]ed|be \w+) (?:today|on (?:the )?(?:current|this|today))",
    Change.STABLE: (
        r"unchanged|stable\b|static\b|no (?:significant |appreciable |interval |definite )*"
        r"(?:change|growth|increase|enlargement)|not (?:\w+ly )?(?:changed|increased|grown)"
        r"|(?:has|have) not enlarged"
        r"|similar (?:in size|to (?:the )?prior)|has been there since"
    ),
    Change.GROWN: (
        r"(?:has|have) (?:\w+ly )?(?:enlarged|grown|increased|doubled|tripled|progressed)"
        r"|increas(?:ed|ing) in (?:size|number)"
        r"|increased from|(?:interval|significant|threshold) growth|(?:larger|bigger|bulkier"
        r"|greater)"
        r" than(?! \d)|(?:now|slightly|mildly|significantly|clearly|much) (?:larger|bigger)|(?:is"
        r"|are) (?:larger|bigger)"
        r"|doubled in|doubling|grew|enlarging"
        r"|enlarged (?:from|since|compared)|interval (?:increase|enlargement)"
    ),
    Change.SMALLER: (
        r"(?:has |have )?(?:decreased|shrunk|regressed)\b|reduced in size|smaller than"
        r"|interval decrease|fewer and smaller"
    ),
    Change.NEW: r"new(?! line)\b",
})  # fmt: skip
_NEVER_NEGATED = {Change.GONE, Change.STABLE}
_TO_COME = re.compile(r"\b(?:confirm|ensure|document|assess|demonstrate)\s(?:\w+\s)?$")
_CONCLUSIONS = _table({
    Conclusion.MCN_SUSPECTED: r"mucinous cystic neoplasm|biliary cystadenoma|cystadenocarcinoma"
        r"|mcn\b",
    Conclusion.HYDATID_SUSPECTED: r"hydatid|echinococc\w*",
    Conclusion.MALIGNANT_NON_HCC: r"metastas[ei]s\b|metastatic|cholangiocarcinoma|malignan\w+",
    Conclusion.SUSPICIOUS_HCC: r"(?:suspicious for|consistent with|compatible with|diagnostic of"
        r"|concerning for|likely|probable) (?:an? )?(?:hcc|hepatocellular)",
    Conclusion.HEMANGIOMA_TYPICAL: (
        r"(?:typical|classic) (?:\w+ ){0,2}hemangioma"
        r"|hemangioma,? (?:\d+ mm, )?(?:with )?(?:typical|classic)"
    ),
    Conclusion.INDETERMINATE: r"indeterminate|too small to characteri[sz]e|uncertain nature",
    Conclusion.NOT_CATEGORISABLE: r"not categori[sz]able|lr-?\s?nc\b",
    Conclusion.BENIGN_SPECIFIC: r"simple (?:hepatic |liver )?cysts?|fnh\b"
        r"|focal nodular hyperplasia",
    Conclusion.ISOLATED_CALCIFICATION: r"isolated (?:\w+ ){0,3}calcif",
    Conclusion.PROBABLY_BENIGN: (
        r"probably benign|likely benign|benign\b|granuloma\w*|histoplasmosis|hemangioma"
    ),
})  # fmt: skip
_LIRADS = re.compile(
    r"\b(?:ceus )?(?:lr|li-?rads(?: category)?)\s?[-:]?\s?(?P<lr>[1-5]|m|tiv|nc)\b"
    r"|\bus\s?-\s?(?P<us>[1-3])\b|\bultrasound\s?-\s?(?P<ultrasound>[1-3])\b"
    r"|\bcategory:? us-?(?P<cat>[1-3])\b"
)
_ENHANCEMENT = {
    "aphe": re.compile(
        r"\baphe\b|\barterial(?:ly)?(?:[- ]phase)? (?:hyper-?)?enhanc(?:ing|ement)\b"
        r"(?! (?:is |was )?(?:\w+ )?(?:adequate|suboptimal|timing|degraded|mistimed|limited))"
        r"|\b(?:hyper-?)?enhanc(?:es|ing|ement)\b(?: \w+){0,3} (?:in|on) (?:the )?arterial phase"
    ),
    "washout": re.compile(r"\bwash-?\s?out\b"),
    "capsule": re.compile(r"\b(?:enhancing |tumor )?capsule\b(?! (?:adjacent|of the liver))"),
}
_ABSENT_AFTER = re.compile(
    r"^\s?[:-]?\s?(?:is |was )?(?:absent|negative|none|no\b|not (?:seen|present|identified))"
)
_LIVER_CAPSULE = re.compile(r"\b(?:liver|hepatic|smooth|along the) (?:liver )?capsule")


def traits_in(words: str, *, is_lesion: bool) -> Iterator[Trait]:
    """Everything that the words say of one lesion, each with its place."""
    yield from _first(words, "pattern", _PATTERNS)
    if is_lesion:
        yield from _kind(words)
    yield from _isolation(words)
    yield from _change(words)
    yield from _conclusion(words)
    yield from _lirads(words)
    yield from _enhancement(words)


def _first(words: str, name: str, table: list[tuple[Any, re.Pattern[str]]]) -> Iterator[Trait]:
    for value, pattern in table:
        found = pattern.search(words)
        if found and not is_negated_at(words, found.start(), found.end()):
            yield name, value, found.start(), found.end()
            return


def _kind(words: str) -> Iterator[Trait]:
    isolated = _ISOLATED.search(words)
    if isolated:
        yield "kind", LesionKind.ISOLATED_CALCIFICATION, *isolated.span()
        return
    masked = _NO_TISSUE.sub(lambda found: "~" * len(found[0]), words)
    yield from _first(masked, "kind", _KINDS)


def _isolation(words: str) -> Iterator[Trait]:
    found = _NO_TISSUE.search(words)
    if found:
        yield "isolation", Isolation.CONFIRMED, *found.span()


def _change(words: str) -> Iterator[Trait]:
    absent = absence_before_in(words)
    if absent:
        yield "change", Change.NEW, *absent
        return
    for value, pattern in _CHANGES:
        found = pattern.search(words)
        if not found or _TO_COME.search(words[: found.start()]):
            continue
        if value in _NEVER_NEGATED or not is_negated_at(words, *found.span()):
            yield "change", value, *found.span()
            return


def _conclusion(words: str) -> Iterator[Trait]:
    for value, pattern in _CONCLUSIONS:
        for found in pattern.finditer(words):
            if not is_negated_at(words, *found.span()):
                yield "conclusion", value, *found.span()
                return


def _lirads(words: str) -> Iterator[Trait]:
    for found in _LIRADS.finditer(words):
        if "cannot be excluded" in words[found.end() : found.end() + 24]:
            continue
        us = found["us"] or found["ultrasound"] or found["cat"]
        yield "lirads", LiRads(f"US-{us}" if us else f"LR-{found['lr'].upper()}"), *found.span()
        return


def _enhancement(words: str) -> Iterator[Trait]:
    for name, pattern in _ENHANCEMENT.items():
        found = pattern.search(words)
        if not found or (name == "capsule" and _is_of_the_liver(words)):
            continue
        is_absent = is_negated_at(words, *found.span()) or bool(
            _ABSENT_AFTER.search(words[found.end() :])
        )
        yield name, Tri.NO if is_absent else Tri.YES, *found.span()


def _is_of_the_liver(words: str) -> bool:
    return bool(_LIVER_CAPSULE.search(words))
