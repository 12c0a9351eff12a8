"""What people type is refused where it has signs that nobody sees; for the forms of pages and of
the stock admin."""

from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from surveillance.protocol.unseen_signs import BETWEEN_LINES, unseen_at

CONTEXT: Final = 12


def seen_line(text: str) -> None:
    """Refuse a line with a sign that nobody sees; say which, and after what it stands."""
    _refuse_unseen(text, "")


def seen_lines(text: str) -> None:
    """The same of several lines, which may end and have tabs."""
    _refuse_unseen(text, BETWEEN_LINES)


def _refuse_unseen(text: str, allowed: str) -> None:
    place = unseen_at(text, allowed)
    if place is None:
        return
    sign, before = f"U+{ord(text[place]):04X}", text[max(0, place - CONTEXT) : place]
    words = (
        _("Remove the invisible sign {sign} after “{before}”")
        if before
        else _("Remove the invisible sign {sign} at the beginning")
    )
    raise ValidationError(words.format(sign=sign, before=before), code="unseen_sign")
