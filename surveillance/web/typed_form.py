"""What all forms of the application refuse, whatever they ask: signs that nobody sees in what was
typed, and days at the ends of the calendar. A new form inherits it; a test looks."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from surveillance.typed_text import seen_line, seen_lines

YEARS = range(1900, 2200)
NO_SUCH_DAY = gettext_lazy("Enter a day between 1900 and 2199")


class TypedForm(forms.Form):
    """A form whose text fields refuse signs that nobody sees."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                is_long = isinstance(field.widget, forms.Textarea)
                field.validators.append(seen_lines if is_long else seen_line)


def day_of_our_age(value: date) -> None:
    """Refuse a day from which no other can be counted back or forth, or nobody's care."""
    if value.year not in YEARS:
        raise ValidationError(NO_SUCH_DAY, code="no_such_day")
