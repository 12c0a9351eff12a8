"""The forms of letters: a sample of codes, a file, a number, a day, an address."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.models import Patient, PostalAddress
from patients.models.postal_address import MOST_LINES
from patients.workflows.register_patient import POSTAL_FIELDS
from surveillance.models import Letter
from surveillance.web.forms import day, words
from surveillance.web.typed_form import TypedForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LARGEST_RUN = 50 * 1024 * 1024


class CheckForm(TypedForm):
    """The code of each sheet of the sample, as it stands at the foot of the sheet."""

    def __init__(self, *args: Any, sample: list[Letter], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.sample = sample
        for letter in sample:
            self.fields[f"sheet_{letter.sequence}"] = forms.CharField(
                label=_("Sheet {n}, in the window: {recipient}").format(
                    n=letter.sequence, recipient=letter.recipient
                ),
                max_length=20,
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
                error_messages={
                    "required": _("Type the code of sheet {n}").format(n=letter.sequence)
                },
            )

    @property
    def codes(self) -> dict[int, str]:
        """Sequence number to code, as typed."""
        return {one.sequence: self.cleaned_data[f"sheet_{one.sequence}"] for one in self.sample}


class PostForm(TypedForm):
    """The sheets that the page asked to take out; a hidden list, so that a change is noticed."""

    taken_out = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def sheets(self) -> list[int]:
        """The sequence numbers."""
        return [int(word) for word in self.cleaned_data["taken_out"].split() if word.isdecimal()]


class DiscardForm(TypedForm):
    """Why printed letters are not posted."""

    reason = words(gettext_lazy("Why"), gettext_lazy("Kept with the run. Shred what was printed."))


class CompareForm(TypedForm):
    """A PDF that was printed, or is about to be."""

    file = forms.FileField(
        label=gettext_lazy("PDF of the run"),
        help_text=gettext_lazy(
            "Yours, or the one that a print house sent back. It is compared and not kept."
        ),
        widget=forms.ClearableFileInput(attrs={"class": "nhsuk-input", "accept": ".pdf"}),
        error_messages={"required": gettext_lazy("Choose the PDF")},
    )

    def clean_file(self) -> Any:
        """Refuse what is too large to be a run of letters."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_RUN:
            raise forms.ValidationError(
                _("The file is larger than 50 MB. Compare one run at a time.")
            )
        return file


class CertifiedForm(TypedForm):
    """The number that the post office gave."""

    number = forms.CharField(
        label=gettext_lazy("Number of the certified mail"),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the number")},
    )


class ReturnedForm(TypedForm):
    """When the letter came back."""

    on = day(gettext_lazy("Came back on"))


def _line(label: "StrOrPromise", longest: int, hint: "StrOrPromise" = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, help_text=hint, required=False)


def _fault_of(address: PostalAddress) -> str:
    """Why no letter could carry it; empty where one can, and where no address is known."""
    if not address.lines or address.is_complete:
        return ""
    if len(address.lines) > MOST_LINES:
        return _(
            "This is {n} lines; a letter has room for {most} below the name, town and country "
            "among them. Leave out what the post does not need"
        ).format(n=len(address.lines), most=MOST_LINES)
    return _("A letter needs a street and a town. Enter both, or leave everything empty")


class AddressForm(TypedForm):
    """Where letters go. Whether they may is recorded with the other consents."""

    address = forms.CharField(
        label=gettext_lazy("Street lines"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    city = _line(gettext_lazy("City or town"), 120)
    region = _line(gettext_lazy("State, county or province"), 120)
    postal_code = _line(gettext_lazy("Postal code"), 20)
    country = _line(
        gettext_lazy("Country"),
        60,
        gettext_lazy("As it is to be printed; empty within the country."),
    )
    is_right = forms.BooleanField(
        required=False, label=gettext_lazy("The address is right as it stands: write to it again")
    )

    def __init__(self, data: Any, *, patient: Patient) -> None:
        super().__init__(data, initial={name: getattr(patient, name) for name in POSTAL_FIELDS})
        if patient.address_returned_on is None:
            del self.fields["is_right"]

    def clean(self) -> dict[str, Any]:
        """Either the address is right, or it is corrected to one that a letter can carry."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("is_right") and set(self.changed_data) - {"is_right"}:
            self.add_error("is_right", _("You changed something above: leave this box empty"))
        if not self.errors and set(self.changed_data) & set(POSTAL_FIELDS):
            address = PostalAddress(**{name: said[name] for name in POSTAL_FIELDS})
            if fault := _fault_of(address):
                self.add_error("address", fault)
        return said

    @property
    def changes(self) -> dict[str, object]:
        """The fields as given; lines end as the records end them."""
        said = {name: self.cleaned_data[name] for name in POSTAL_FIELDS}
        return said | {"address": "\n".join(said["address"].splitlines())}
