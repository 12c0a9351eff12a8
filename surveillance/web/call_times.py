"""When a patient was reached on the telephone, and when not, in plain words."""

from collections import Counter
from collections.abc import Iterable

from django.utils.translation import gettext as _

from surveillance.protocol.reaching import CALLED, NOT_REACHED, REACHED, Tried
from surveillance.protocol.terms import DayPart
from surveillance.web.wording import count_words, label_of


def best_time(tried: Iterable[Tried]) -> str:
    """'In the evening: reached 2 times of 3'; what was never tried comes before what failed."""
    calls = [each for each in tried if each.channel in CALLED]
    reached = Counter(each.part for each in calls if each.outcome in REACHED)
    missed = Counter(each.part for each in calls if each.outcome in NOT_REACHED)
    if not reached and not missed:
        return _("Nobody has called yet: any time")
    if reached:
        part = max(reached, key=lambda one: reached[one] / (reached[one] + missed[one]))
        made = reached[part] + missed[part]
        return _("In the {part}: reached {times} of {made}").format(
            part=_name(part), times=count_words(reached[part], "time"), made=made
        )
    untried = [part for part in DayPart if part not in missed]
    if untried:
        words = _("Not tried yet: in the {part}. {missed}")
        return words.format(part=_name(untried[0]), missed=_missed_words(missed))
    part = min(missed, key=lambda one: missed[one])
    words = _("Never reached; tried least in the {part}. {missed}")
    return words.format(part=_name(part), missed=_missed_words(missed))


def _missed_words(missed: Counter[DayPart]) -> str:
    parts = [f"{_name(part)} {missed[part]}" for part in DayPart if part in missed]
    return _("No success: {parts}").format(parts=", ".join(parts))


def _name(part: DayPart) -> str:
    return label_of(DayPart, part).lower()
