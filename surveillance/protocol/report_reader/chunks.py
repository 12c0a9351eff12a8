"""The parts of a sentence that speak of one lesion each."""

import re

from surveillance.protocol.report_reader.findings import heads_in
from surveillance.protocol.report_reader.places import segments_in
from surveillance.protocol.report_reader.sizes import sizes_in

_NEXT = re.compile(
    r";\s|,?\s(?:and|as well as|plus)\s(?=(?:an?|another|one|\d+(?:\.\d+)?\s?mm)\b)|,\s(?=another\b)"
)


def chunks_of(sentence: str) -> list[tuple[int, int]]:
    """Start and end of each part. Cut only where both sides tell a finding or a size and place."""
    cuts = [0]
    ends = []
    for match in _NEXT.finditer(sentence):
        is_clause = match[0].startswith(";")
        left, right = sentence[cuts[-1] : match.start()], sentence[match.end() :]
        if is_clause or (_tells(left) and _tells(right)):
            ends.append(match.start())
            cuts.append(match.end())
    return list(zip(cuts, [*ends, len(sentence)], strict=True))


def _tells(words: str) -> bool:
    has_size = bool(sizes_in(words))
    has_place = bool(segments_in(words)[0])
    return (has_size and has_place) or (bool(heads_in(words)) and (has_size or has_place))
