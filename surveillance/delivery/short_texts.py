"""What a text message can hold: names without the signs and the length that would cost a part."""

import unicodedata
from typing import Final

IN_SHORT_TEXTS: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;!?'\"()+-/&@#*=%$_<>"
    "èéùìòàÑñüöäÅåÆæßÉ¡¿£¥§"
)
"""Signs of the GSM alphabet that one text may hold; any other halves what fits."""
LONGEST_NAME: Final = 60


def short_name(name: str) -> str:
    """`name` without the accents and signs that a text message cannot hold, cut where it is very
    long; as it is where nothing would be left of it."""
    kept = (sign if sign in IN_SHORT_TEXTS else _plain(sign) for sign in name)
    return "".join(kept).strip()[:LONGEST_NAME].rstrip() or name[:LONGEST_NAME]


def _plain(sign: str) -> str:
    bare = unicodedata.normalize("NFKD", sign)[0]
    return bare if bare in IN_SHORT_TEXTS else ""
