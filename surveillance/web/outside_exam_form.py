"""The report of an exam at another institution, with what proves it."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveillance.intake.document_text import ReadDocument, read_document
from surveillance.models import LARGEST_DOCUMENT
from surveillance.web.forms import day, words
from surveillance.web.match_form import RECORDABLE
from surveillance.web.typed_form import TypedForm

LONGEST_REPORT = 20_000


class OutsideExamForm(TypedForm):
    """Who examined, when and how, and the report: as a file, as text, or both."""

    institution = forms.CharField(
        label=gettext_lazy("Institution"),
        max_length=120,
        error_messages={"required": gettext_lazy("Enter where the exam was done")},
    )
    reference = forms.CharField(
        label=gettext_lazy("Number of the exam there"),
        help_text=gettext_lazy("The accession number, or what the letter calls it."),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the number of the exam there")},
    )
    performed_on = day(gettext_lazy("Date of the exam"))
    modality = forms.ChoiceField(
        label=gettext_lazy("Kind of exam"),
        choices=[("", gettext_lazy("Choose")), *RECORDABLE],
        error_messages={"required": gettext_lazy("Choose what kind of exam it was")},
    )
    evidence = words(
        gettext_lazy("What proves it"),
        gettext_lazy("What you saw, and from whom it came. Compare name and birth date first."),
    )
    text = forms.CharField(
        label=gettext_lazy("The report in its own words"),
        help_text=gettext_lazy("Where no file is given, or the file is a picture."),
        required=False,
        max_length=LONGEST_REPORT,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    document = forms.FileField(
        label=gettext_lazy("Document"),
        help_text=gettext_lazy("PDF or plain text, at most 5 MB."),
        required=False,
        widget=forms.ClearableFileInput(attrs={"class": "nhsuk-input", "accept": ".pdf,.txt"}),
    )

    def clean_document(self) -> ReadDocument | None:
        """What the file is, told from its bytes. The bytes stay in `content`."""
        file = self.cleaned_data["document"]
        if not isinstance(file, UploadedFile):
            return None
        if file.size is None or file.size > LARGEST_DOCUMENT:
            raise forms.ValidationError(_("The document is larger than 5 MB"))
        self.content = file.read()
        found = read_document(self.content)
        if found is None:
            raise forms.ValidationError(_("Choose a PDF or a plain text file"))
        return found

    def clean(self) -> dict[str, Any]:
        """Without a report nothing counts (8.3)."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned["text"] and not cleaned["document"]:
            self.add_error("document", _("Give the report: as a file, or in its own words"))
        return cleaned
