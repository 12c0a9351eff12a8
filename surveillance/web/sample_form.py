"""The message that is sent as a sample; it may be changed first."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveillance.intake.hl7v2.guarded_reading import header_in
from surveillance.intake.hl7v2.senders import sender_of
from surveillance.intake.sample.sending import as_hl7
from surveillance.models import IntakeFeed, MessageFormat
from surveillance.web.typed_form import TypedForm

LONGEST = 20_000


class SampleForm(TypedForm):
    """One message, one segment or one element a line."""

    message = forms.CharField(
        label=gettext_lazy("The message"),
        max_length=LONGEST,
        help_text=gettext_lazy("Change what you like: a smaller size, another status, a number."),
        widget=forms.Textarea(
            attrs={"class": "nhsuk-textarea hc-words", "rows": 16, "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, feed: IntakeFeed, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.feed = feed

    def clean_message(self) -> bytes:
        """The bytes to send. Refused: HL7 in the name of another sender."""
        typed: str = self.cleaned_data["message"]
        if self.feed.format != MessageFormat.HL7V2:
            return typed.encode()
        raw = as_hl7(typed)
        header = header_in(raw)
        if header is None:
            raise ValidationError(_("This is no HL7 message: it begins with MSH."))
        sender = sender_of(header)
        ours = (self.feed.sending_application, self.feed.sending_facility)
        if (sender.application, sender.facility) != ours:
            words = _("Leave MSH-3 and MSH-4 as they were: {application}, {facility}.")
            raise ValidationError(words.format(application=ours[0], facility=ours[1]))
        return raw
