"""The vocabulary of the protocol as choices of columns and forms, in the reader's language."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from surveillance.protocol.terms import Term

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def term_choices(term: type[Term]) -> "list[tuple[str, StrOrPromise]]":
    """Pairs (stored value, label); the label is translated when it is shown."""
    return [(member.value, gettext_lazy(member.label)) for member in term]
