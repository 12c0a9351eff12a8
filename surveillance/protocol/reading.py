"""How hard a text is to read, in US school grades, by published formulas.

English: Flesch-Kincaid (Kincaid and others 1975), 0.39 words per sentence + 11.8 syllables per
word - 15.59. Spanish: Crawford (1989), 0.049 syllables - 0.205 sentences, both per 100 words,
- 3.407. Syllables are counted by groups of vowels; where a rule of thumb may err it counts one too
many, so that a text never seems easier than it is.
"""

import re
import unicodedata
from itertools import groupby

from surveillance.protocol.message_terms import MessageLanguage as Language

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"[.!?]+|\n\s*\n")
_NOT_PROSE = re.compile(r"https?://\S+|\S*\d\S*")
_SILENT_E = re.compile(r"(?<![aeiouy])(?<![^aeiouy]l)e$")
_SILENT_ES = re.compile(r"(?<![aeiouy])(?<![sxzcg])(?<!sh)(?<!ch)es$")
_SILENT_ED = re.compile(r"(?<![aeiouytd])ed$")
_TWO_IN_A_ROW = re.compile(r"(?<![tcsg])i[aou]|[uo]e[rt]|ea(?=te)|eo|uou|ying")
_VOWELS = "aeiou"
_STRONG = "aeoáéíóú"


def grade_of(text: str, language: Language) -> float:
    """The school grade for which the text is written; 0 when it has no words."""
    words = words_of(text)
    if not words:
        return 0.0
    sentences = count_sentences(text)
    syllables = sum(count_syllables(word, language) for word in words)
    if language is Language.ES:
        return (0.049 * 100 * syllables - 0.205 * 100 * sentences) / len(words) - 3.407
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def words_of(text: str) -> list[str]:
    """The words; neither addresses of pages nor anything with a digit."""
    return _WORD.findall(_NOT_PROSE.sub(" ", text))


def count_sentences(text: str) -> int:
    """Pieces with a word in them between full stops, question marks and empty lines."""
    prose = _NOT_PROSE.sub(" ", text)
    return max(1, sum(bool(_WORD.search(piece)) for piece in _END.split(prose)))


def count_syllables(word: str, language: Language) -> int:
    """At least one."""
    parts = re.split(r"['’-]", word.lower())
    count = _spanish if language is Language.ES else _english
    return max(1, sum(count(part) for part in parts))


def _english(word: str) -> int:
    plain = without_accents(word)
    for silent in (_SILENT_ES, _SILENT_ED, _SILENT_E):
        shorter = silent.sub("", plain)
        if shorter != plain:
            plain = shorter
            break
    groups = sum(1 for is_vowel, _ in groupby(plain, lambda letter: letter in "aeiouy") if is_vowel)
    return max(groups, 1) + len(_TWO_IN_A_ROW.findall(plain)) if len(word) > 1 else 1


def _spanish(word: str) -> int:
    """A run of vowels has as many syllables as strong vowels (an accent makes i and u strong)."""
    soft = unicodedata.normalize("NFC", word).replace("ü", "u")
    runs = ("".join(run) for is_vowel, run in groupby(soft, _is_spanish_vowel) if is_vowel)
    return sum(max(1, sum(letter in _STRONG for letter in run)) for run in runs)


def _is_spanish_vowel(letter: str) -> bool:
    return without_accents(letter) in _VOWELS


def without_accents(text: str) -> str:
    """'hígado' becomes 'higado'."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
