"""What all forms of the application refuse, whatever they ask: signs that nobody sees in what was
typed, and days at the ends of the calendar. A new form inherits it; a test looks."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from surveillance.typed_text import seen_line, seen_lines
from surveillance.web.wording import number_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

YEARS = range(1900, 2200)
NO_SUCH_DAY = gettext_lazy("Enter a day between 1900 and 2199")


_number = lazy(number_words, str)


def shorten_to(longest: int) -> "StrOrPromise":
    """What is said of a text that is too long."""
    return format_lazy(
        gettext_lazy("Shorten it to {limit} characters; now it has %(show_value)d"),
        limit=_number(longest),
    )


class TypedForm(forms.Form):
    """A form whose text fields refuse signs that nobody sees."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                is_long = isinstance(field.widget, forms.Textarea)
                field.validators.append(seen_lines if is_long else seen_line)
                if field.max_length is not None:
                    field.error_messages["max_length"] = shorten_to(field.max_length)


def day_of_our_age(value: date) -> None:
    """Refuse a day from which no other can be counted back or forth, or nobody's care."""
    if value.year not in YEARS:
        raise ValidationError(NO_SUCH_DAY, code="no_such_day")
