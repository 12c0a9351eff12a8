"""The forms of the intake: another patient, a reason, a mapping."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveillance.intake.reading_again import mapping_problems
from surveillance.models import IntakeFeed
from surveillance.web.typed_form import TypedForm


class AssignForm(TypedForm):
    """The number of the patient whom the sender meant."""

    mrn = forms.CharField(
        label=gettext_lazy("Record number of the patient"),
        max_length=64,
        help_text=gettext_lazy("It must be on file at this site."),
        widget=forms.TextInput(attrs={"class": "nhsuk-input"}),
    )


class AsideForm(TypedForm):
    """Why it does not count."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is set aside"),
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "nhsuk-textarea", "rows": 3}),
    )


class MappingForm(TypedForm):
    """Where the system puts what, and what its codes mean, as a JSON object."""

    mapping = forms.CharField(
        label=gettext_lazy("Mapping (JSON)"),
        required=False,
        help_text=gettext_lazy("Empty: the usual places. The keys are in docs/integration.md."),
        widget=forms.Textarea(attrs={"class": "nhsuk-textarea", "rows": 20, "spellcheck": "false"}),
    )
    is_active = forms.BooleanField(label=gettext_lazy("Messages are accepted"), required=False)

    def __init__(self, *args: Any, feed: IntakeFeed, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.feed = feed

    def clean_mapping(self) -> dict[str, Any]:
        """The object; or where the JSON breaks off."""
        text = self.cleaned_data["mapping"].strip() or "{}"
        try:
            mapping = json.loads(text)
        except json.JSONDecodeError as error:
            raise forms.ValidationError(
                _("This is no JSON. Line {line}, column {column}: {problem}").format(
                    line=error.lineno, column=error.colno, problem=error.msg
                )
            ) from error
        if not isinstance(mapping, dict):
            raise forms.ValidationError(_("Give an object: {…}."))
        if problems := mapping_problems(self.feed, mapping):
            raise forms.ValidationError(problems)
        return mapping
