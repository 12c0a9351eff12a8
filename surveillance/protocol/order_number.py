"""One spelling of an order number, however it was typed or copied."""

import unicodedata

_MORE_DASHES = "\N{MINUS SIGN}\N{HYPHEN BULLET}\N{MODIFIER LETTER MINUS SIGN}"
"""Look like a dash, and are none to Unicode."""


def plain_order_number(typed: str) -> str:
    """The number in its plain signs: every dash "-", full-width and other forms as usual ones,
    and single spaces only inside it."""
    plain = unicodedata.normalize("NFKC", typed)
    return " ".join("".join("-" if _is_dash(sign) else sign for sign in plain).split())


def names_an_order(number: str) -> bool:
    """Whether anybody could find an order by it: a letter or a digit."""
    return any(sign.isalnum() for sign in number)


def _is_dash(sign: str) -> bool:
    return unicodedata.category(sign) == "Pd" or sign in _MORE_DASHES
