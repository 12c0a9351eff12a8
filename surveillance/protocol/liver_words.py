"""Words by which procedures and body sites of other systems name the liver or the abdomen."""

import re
from typing import Final

_OF_LIVER: Final = re.compile(
    r"liver|hepat|\bhcc\b|abd|\bruq\b|upper quadrant|biliar|\bmrcp\b|\b[ct]ap\b|h[ií]gado",
    re.IGNORECASE,
)


def names_liver_or_abdomen(words: str) -> bool:
    """Whether the sender's words name a region in which the liver lies."""
    return bool(_OF_LIVER.search(words))
