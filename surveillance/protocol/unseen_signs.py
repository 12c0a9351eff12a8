"""Signs that nobody sees: control signs, marks that turn the direction of writing or stand inside
a word, other line ends. Two numbers that look alike would be two, and what follows such a mark
would be read backwards."""

import unicodedata
from typing import Final

UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories of what has no shape of its own."""
BETWEEN_LINES: Final = "\n\r\t"


def unseen_at(text: str, allowed: str = "") -> int | None:
    """Where the first such sign stands, other than those `allowed`; None if there is none."""
    for place, sign in enumerate(text):
        if unicodedata.category(sign) in UNSEEN and sign not in allowed:
            return place
    return None


def has_unseen(text: str, allowed: str = "") -> bool:
    """Whether there is one."""
    return unseen_at(text, allowed) is not None
