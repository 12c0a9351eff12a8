"""What a recommendation that names no organ is about: the finding before it, or the whole report.

"Lung nodule. CT in 12 months." is the lung's. "Hepatic calcification. Spleen 11 cm. Ultrasound in 6
months." is the liver's: a sentence that finds nothing closes what was said of other organs.
"""

import re
from dataclasses import dataclass, field

from surveillance.protocol.report_reader.findings import heads_in
from surveillance.protocol.report_reader.organs import Organ, organ_at
from surveillance.protocol.report_reader.scope import is_negated_at
from surveillance.protocol.report_reader.sentences import Sentence

_PLAIN = re.compile(
    r"\b(?:normal\w*|unremarkable|nad|clear|intact|patent|homogeneous|negative|smooth|obscured"
    r"|preserved"
    r"|within (?:normal )?limits|not (?:enlarged|dilated|visuali[sz]ed|seen|thickened)|undilated"
    r"|degenerative|spondyl\w+|fatty|steatosis|absent|(?:well )?(?:filled|distended)|no|without)\b"
)
_ONLY_SIZE = re.compile(
    r"(?:the\s)?(?:\w+\s?){1,3}?(?:\s?(?:-|:|is|are|measures?|measuring|spans|size)\s?){0,2}\s?"
    r"\d{1,2}(?:[.,]\d)?(?:\s?x\s?\d{1,2}(?:[.,]\d)?)*\s?(?:mm|cm|cc|ml)\W*(?:in (?:size"
    r"|length)\W*)?"
)
_ABNORMAL = re.compile(
    r"\b(?:aaa|stones?|calcul\w+|gallstones?|thicken\w+|aneurysm\w*|ectatic|fractures?"
    r"|hydroneph\w+|polyps?|hernia\w*"
    r"|collections?|\w*adenopathy|masses|mass|nodules?|lesions?|cysts?|tumou?rs?|enlarged|dilated"
    r"|dilatation|effusions?|splenomegaly|abscess\w*|diverticul\w+|obstruct\w+|indeterminate"
    r"|suspicious|calcif\w+|granuloma\w*)\b"
)
_GRAVE = re.compile(
    r"\b(?:aaa|aneurysm\w*|mass|masses|nodules?|lesions?|(?<!simple )(?<!cortical )cysts?"
    r"|tumou?rs?|polyps?"
    r"|collections?|\w*adenopathy|thickening|indeterminate|suspicious|metasta\w+|bosniak)\b"
)


@dataclass
class Topics:
    """Kept over the sentences: what was found elsewhere, and whether the last found nothing."""

    has_found_elsewhere: bool = False
    has_grave_elsewhere: bool = False
    is_closed: bool = False
    is_within_liver: bool = False
    _unread: list[Sentence] = field(default_factory=list)

    def note(self, sentence: Sentence) -> None:
        """Keep one sentence that recommends nothing; it is read when somebody asks."""
        self._unread.append(sentence)

    def catch_up(self) -> None:
        """Read what was noted since; each sentence once."""
        for sentence in self._unread:
            self._read(sentence)
        self._unread.clear()

    def _read(self, sentence: Sentence) -> None:
        words = sentence.text
        self.is_within_liver |= "intrahepatic" in words
        named: set[Organ | None] = {anchor.organ for anchor in sentence.anchors}
        is_found = _is_there(words, _ABNORMAL)
        self.is_closed = not is_found and bool(_PLAIN.search(words) or _ONLY_SIZE.fullmatch(words))
        if is_found and Organ.OTHER in (named or {sentence.organ}) and not _is_of_liver(sentence):
            self.has_found_elsewhere = True
            self.has_grave_elsewhere |= _is_there(words, _GRAVE)

    def of_whole(self, organ: Organ | None, *, has_lesion: bool) -> Organ | None:
        """The organ of a recommendation without one; `organ`: the last that was named."""
        if not self.is_closed:
            return organ
        if has_lesion:
            return organ if self.has_grave_elsewhere else Organ.LIVER
        return Organ.OTHER if self.has_grave_elsewhere else organ


def _is_there(words: str, pattern: re.Pattern[str]) -> bool:
    return any(not is_negated_at(words, *found.span()) for found in pattern.finditer(words))


def _is_of_liver(sentence: Sentence) -> bool:
    heads = heads_in(sentence.text)
    return any(
        organ_at(sentence.text, head.start, head.end, sentence.anchors) is Organ.LIVER
        for head in heads
    )
