"""Whether a report is written in the language that the rules know: English."""

import re

_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH_WORDS = """
    the of is are no and with without in to there was not a an for from at has this within
    normal liver left right seen impression findings lesion small unchanged stable follow
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_FOREIGN_WORDS = """
    der die das und ohne mit im den dem ein eine einer nicht keine kein von zur zum leber
    unauffällig verkalkung befund beurteilung gallenblase milz nieren rechten linken bei el la
    los las del con sin en de una se por hígado higado vesícula vesicula tamaño hallazgos
    estudio lóbulo lobulo riñones bazo para le les est du des une avec sans foie dans taille
    pas rate reins vésicule lésion il lo di della nel nella fegato senza dimensioni milza reni
    o da do na no fígado sem com dimensões baço het de een van geen met lever niet
"""
_FOREIGN = frozenset(_FOREIGN_WORDS.split()) - {"no", "a", "in", "of"}
_FEWEST = 3


def is_english(text: str) -> bool:
    """False where more words speak for another language; a text of few words is taken as ours."""
    words = _WORD.findall(text)
    foreign = sum(word in _FOREIGN for word in words)
    english = sum(word in _ENGLISH for word in words)
    return foreign < _FEWEST or foreign <= english
