"""The form with which a registry file is handed in."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.models import Site
from surveillance.intake.csv_registry.uploads import LARGEST
from surveillance.web.typed_form import TypedForm

FORMATS = (
    ("", "2026-11-22 (ISO)"),
    ("DD/MM/YYYY", gettext_lazy("22/11/2026 (day first)")),
    ("MM/DD/YYYY", gettext_lazy("11/22/2026 (month first)")),
    ("DD.MM.YYYY", "22.11.2026"),
    ("DD-MON-YYYY", "22-Nov-2026"),
    ("YYYYMMDD", "20261122"),
)


class RegistryFileForm(TypedForm):
    """File, site and format of dates. `sites` are those where the person may import."""

    file = forms.FileField(
        label=gettext_lazy("Registry file (CSV)"),
        help_text=gettext_lazy(
            "One row per exam and lesion; at most 200 MB. Nothing is recorded before you "
            "have seen what the file would do."
        ),
        widget=forms.ClearableFileInput(attrs={"class": "nhsuk-input", "accept": ".csv,.txt,.tsv"}),
    )
    site = forms.ModelChoiceField(
        Site.objects.none(),
        label=gettext_lazy("Site of every row"),
        required=False,
        empty_label=gettext_lazy("As in the column “site”"),
        to_field_name="slug",
        widget=forms.Select(attrs={"class": "nhsuk-select"}),
    )
    date_format = forms.ChoiceField(
        label=gettext_lazy("How dates are written"),
        choices=FORMATS,
        required=False,
        help_text=gettext_lazy("ISO dates are understood in any case."),
        widget=forms.Select(attrs={"class": "nhsuk-select"}),
    )

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["site"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = sites

    def clean_file(self) -> Any:
        """Refuse what is larger than a page should take in. (From its name Django leaves out what
        cannot be printed.)"""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                _(
                    "The file is larger than 200 MB. Split it, or let those who run this system "
                    "import it on the command line (manage.py import_registry)."
                )
            )
        return file
