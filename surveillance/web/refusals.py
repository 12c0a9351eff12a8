"""A workflow's refusal becomes an error of the form: at the field it names, else above all."""

from collections.abc import Callable

from django import forms

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
        form.add_error(str(named) if is_shown else None, refused.message)
        return False
    return True
