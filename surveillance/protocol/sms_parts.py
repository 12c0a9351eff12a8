"""How many parts a text message is sent in (3GPP TS 23.038).

The usual alphabet gives 160 characters, or 153 in each part of several. One letter outside it (á,
í, ó, ú are outside; é and ñ are inside) and the whole message takes the wide alphabet: 70, or 67.
"""

from collections.abc import Sequence
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")
"""Each takes two places."""
LAST_OF_ONE_PLACE: Final = 0xFFFF
"""In the wide alphabet; a letter beyond (most emoji) takes two."""


def sms_parts(text: str) -> int:
    """In how many parts the text is sent; 0 when it is empty."""
    if not text:
        return 0
    if outside_basic_alphabet(text):
        return _parts([1 + (ord(letter) > LAST_OF_ONE_PLACE) for letter in text], 70, 67)
    return _parts([1 + (letter in _EXTENDED) for letter in text], 160, 153)


def outside_basic_alphabet(text: str) -> str:
    """The letters for which the whole message takes the wide alphabet, each once."""
    return "".join(dict.fromkeys(letter for letter in text if letter not in _BASIC | _EXTENDED))


def _parts(places: Sequence[int], alone: int, joined: int) -> int:
    """A letter of two places is never cut in two: it goes over into the next part whole."""
    if sum(places) <= alone:
        return 1
    parts, room = 1, joined
    for needed in places:
        if needed > room:
            parts, room = parts + 1, joined
        room -= needed
    return parts
