"""Who answers while somebody is away, and who is next when somebody says "not mine".

People are numbers here. Ownership itself never moves because of leave: who answers now is derived,
so that nothing has to be moved back, and nothing can be forgotten when it is.
"""

from collections.abc import Collection, Mapping, Sequence

EMPTY: Mapping[int, int] = {}


def stand_ins(
    covers: Mapping[int, int | None], lines: Mapping[int, Sequence[int]]
) -> dict[int, int]:
    """Who answers for each absent person: exactly one, for every key of `covers`.

    `covers` names each absent person's cover, None when there is none who may; `lines` the people
    in post who would take it without one, the nearest first. A cover who is away too counts as
    none: nobody's work is passed along a chain. With nobody present it stays with the absent.
    """
    return {person: _stand_in(person, covers, lines.get(person, ())) for person in covers}


def _stand_in(person: int, covers: Mapping[int, int | None], line: Sequence[int]) -> int:
    present = [each for each in (covers[person], *line) if each is not None and each not in covers]
    return next(iter(present), person)


def is_uncovered(person: int, covers: Mapping[int, int | None]) -> bool:
    """Whether this absent person has no cover who is there: the next in line has to do."""
    cover = covers[person]
    return cover is None or cover in covers


def next_owner(
    line: Sequence[int], declined: Collection[int], standing_in: Mapping[int, int] = EMPTY
) -> int | None:
    """The first in `line` who has not said "not mine", nor stands someone in for them who has.

    None: everybody has, and it stays where it is.
    """
    for person in line:
        if person not in declined and standing_in.get(person, person) not in declined:
            return person
    return None
