"""Records speak one language, whatever language the page speaks on which they were made.

What is shown to the person at work is translated. What is kept beside a record (a note made of the
label of a choice, why a row of a file was refused, what the failsafe found) is read by others,
compared and counted: it stays in the language in which it is written in the code.
"""

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils import translation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ENGLISH: Final = "en"


def in_the_language_of_records() -> translation.override:
    """Inside this block words come out as they are kept."""
    return translation.override(settings.LANGUAGE_CODE)


def is_language_of_records() -> bool:
    """Whether the page at work is in the language in which words are kept."""
    return (translation.get_language() or ENGLISH).startswith(ENGLISH)


def kept(words: "StrOrPromise") -> str:
    """The words as they are kept."""
    with in_the_language_of_records():
        return str(words)
