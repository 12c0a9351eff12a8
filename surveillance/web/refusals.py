"""A workflow's refusal becomes an error of the form: at the field it names, else above all."""

from collections.abc import Callable

from django import forms

from surveillance.web.wording import dates_in_words
from surveillance.workflows.errors import WorkflowRefused


def accepted(
    form: forms.Form,
    act: Callable[[], object],
    explain: Callable[[WorkflowRefused], str] = lambda _refused: "",
) -> bool:
    """Do it, or put the refusal into the form. Nothing was changed when this returns False.

    `explain` may say it in better words, above the whole form; empty leaves the refusal's own.
    """
    try:
        act()
    except WorkflowRefused as refused:
        if words := explain(refused):
            form.add_error(None, words)
            return False
        named = refused.details.get("field")
        is_shown = isinstance(named, str) and named in form.fields
        form.add_error(str(named) if is_shown else None, words_of(refused))
        return False
    return True


def words_of(refused: WorkflowRefused) -> str:
    """The refusal as a page says it: days in words, and no name of a column before it."""
    named = refused.details.get("field")
    said = refused.message.removeprefix(f"{named}: ")
    return dates_in_words(said[:1].upper() + said[1:])
