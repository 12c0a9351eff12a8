"""How many parts a text message is sent in (3GPP TS 23.038).

The usual alphabet gives 160 characters, or 153 in each part of several. One letter outside it (á,
í, ó, ú are outside; é and ñ are inside) and the whole message takes the wide alphabet: 70, or 67.
"""

from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")
"""Each takes two places."""


def sms_parts(text: str) -> int:
    """In how many parts the text is sent; 0 when it is empty."""
    if not text:
        return 0
    if outside_basic_alphabet(text):
        return _parts(len(text.encode("utf-16-be")) // 2, alone=70, joined=67)
    return _parts(len(text) + sum(letter in _EXTENDED for letter in text), alone=160, joined=153)


def outside_basic_alphabet(text: str) -> str:
    """The letters for which the whole message takes the wide alphabet, each once."""
    return "".join(dict.fromkeys(letter for letter in text if letter not in _BASIC | _EXTENDED))


def _parts(length: int, *, alone: int, joined: int) -> int:
    return 1 if length <= alone else -(-length // joined)
