"""The forms of the pages of message texts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from surveillance.delivery.built_in import Words
from surveillance.delivery.checked import as_written
from surveillance.models import TextKind
from surveillance.protocol.message_text import WITH_SUBJECT
from surveillance.web.typed_form import TypedForm


class TextForm(TypedForm):
    """The words of a text. Whether they may be used is for the workflow to say."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        help_text=gettext_lazy("Seen by whoever sees the envelope or the screen."),
        strip=False,
        error_messages={"required": gettext_lazy("Enter a subject")},
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={"required": gettext_lazy("Enter the text")},
    )

    def __init__(self, *args: Any, kind: TextKind, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if kind.medium not in WITH_SUBJECT:
            del self.fields["subject"]
        for field in self.fields.values():
            field.widget.attrs["lang"] = kind.language.value

    @property
    def words(self) -> Words:
        """The words as they will be kept."""
        return as_written(self.cleaned_data.get("subject", ""), self.cleaned_data.get("body", ""))


class PreviewForm(TypedForm):
    """Whose data to fill in. Sent by POST: a number of a patient is never in an address."""

    mrn = forms.CharField(
        label=gettext_lazy("MRN of a patient of this site"),
        help_text=gettext_lazy(
            "The words are filled in as for this patient. Nothing is sent, and the look is "
            "kept in the audit trail."
        ),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the MRN of a patient")},
    )
