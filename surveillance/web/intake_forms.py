"""The forms of the intake: another patient, a reason, a mapping."""

import json
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.models import Site
from surveillance.intake.reading_again import mapping_problems
from surveillance.models import IntakeFeed, MessageFormat
from surveillance.web.typed_form import TypedForm

SENT = (MessageFormat.HL7V2, MessageFormat.FHIR_R4)
"""Formats of feeds that somebody sets up."""


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


KEYS_OF: Final = {
    MessageFormat.HL7V2: gettext_lazy("Empty: the usual places. Keys: docs/hl7v2-mapping.md."),
    MessageFormat.FHIR_R4: gettext_lazy("Empty: the usual places. Keys: docs/interfaces/fhir.md."),
}
LETTER_BY_LETTER: Final = gettext_lazy("The first component, letter by letter.")


class FeedForm(TypedForm):
    """What a system is called, how its messages are known, where it puts what (a JSON object)."""

    name = forms.CharField(
        label=gettext_lazy("Name of the system"),
        max_length=80,
        error_messages={"required": gettext_lazy("Enter a name")},
    )
    sending_application = forms.CharField(
        label=gettext_lazy("Sending application (MSH-3)"),
        max_length=180,
        required=False,
        help_text=LETTER_BY_LETTER,
    )
    sending_facility = forms.CharField(
        label=gettext_lazy("Sending facility (MSH-4)"),
        max_length=180,
        required=False,
        help_text=LETTER_BY_LETTER,
    )
    mapping = forms.CharField(
        label=gettext_lazy("Mapping (JSON)"),
        required=False,
        widget=forms.Textarea(attrs={"class": "nhsuk-textarea", "rows": 20, "spellcheck": "false"}),
    )
    is_active = forms.BooleanField(label=gettext_lazy("Messages are accepted"), required=False)

    def __init__(self, *args: Any, feed: IntakeFeed, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.feed = feed
        self.fields["mapping"].help_text = KEYS_OF.get(MessageFormat(feed.format), "")
        if feed.format != MessageFormat.HL7V2:
            del self.fields["sending_application"], self.fields["sending_facility"]

    def clean_mapping(self) -> dict[str, Any]:
        """The object; or where the JSON breaks off."""
        mapping = object_of(self.cleaned_data["mapping"])
        if problems := mapping_problems(self.feed, mapping):
            raise forms.ValidationError(problems)
        return mapping


class NewFeedForm(TypedForm):
    """Another system that sends: to which site, in which format, under which names."""

    site = forms.ChoiceField(
        label=gettext_lazy("Site"),
        error_messages={"required": gettext_lazy("Choose the site")},
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the system"),
        max_length=80,
        help_text=gettext_lazy("For people: RIS, or Radiology North."),
        error_messages={"required": gettext_lazy("Enter a name")},
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[(one.value, one.label) for one in SENT],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the format")},
    )
    sending_application = forms.CharField(
        label=gettext_lazy("Sending application (MSH-3)"),
        max_length=180,
        required=False,
        help_text=gettext_lazy("HL7 v2: the first component, letter by letter. FHIR: leave empty."),
    )
    sending_facility = forms.CharField(
        label=gettext_lazy("Sending facility (MSH-4)"),
        max_length=180,
        required=False,
        help_text=gettext_lazy("HL7 v2: the first component, letter by letter. FHIR: leave empty."),
    )
    mapping = forms.CharField(
        label=gettext_lazy("Mapping (JSON)"),
        required=False,
        help_text=gettext_lazy("Empty: the usual places. It can be changed later."),
        widget=forms.Textarea(attrs={"class": "nhsuk-textarea", "rows": 6, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, sites: Iterable[Site], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.by_slug = {site.slug: site for site in sites}
        choices = [(slug, site.name) for slug, site in self.by_slug.items()]
        self.fields["site"].choices = choices  # type: ignore[attr-defined]

    def clean_mapping(self) -> dict[str, Any]:
        """The object; or where the JSON breaks off."""
        return object_of(self.cleaned_data["mapping"])

    def clean(self) -> dict[str, Any]:
        """What is wrong with the mapping for a feed of that format."""
        if not self.errors and (
            problems := mapping_problems(self.feed(), self.cleaned_data["mapping"])
        ):
            self.add_error("mapping", problems)
        return self.cleaned_data

    def feed(self) -> IntakeFeed:
        """The feed of a form that is whole, not yet saved."""
        said = self.cleaned_data
        names = ("name", "format", "sending_application", "sending_facility", "mapping")
        return IntakeFeed(site=self.by_slug[said["site"]], **{name: said[name] for name in names})


def object_of(text: str) -> dict[str, Any]:
    """The JSON object of a text, empty for none; refused with the place where it breaks off."""
    try:
        mapping = json.loads(text.strip() or "{}")
    except json.JSONDecodeError as error:
        raise forms.ValidationError(
            _("This is no JSON. Line {line}, column {column}: {problem}").format(
                line=error.lineno, column=error.colno, problem=error.msg
            )
        ) from error
    if not isinstance(mapping, dict):
        raise forms.ValidationError(_("Give an object: {…}."))
    return mapping
