"""A site's particulars are kept in patients/admin; its telephone can be dialled, and its names have
no sign that nobody sees."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from patients.admin.reference_data import SiteAdmin
from patients.models import Site
from surveillance.delivery.phone_numbers import is_dialled
from surveillance.typed_text import seen_line

admin.site.unregister(Site)
NOT_DIALLED = gettext_lazy(
    "Enter a number that can be dialled, such as +44 20 7946 0000, or leave it empty"
)

if TYPE_CHECKING:
    BaseSiteForm = forms.ModelForm[Site]
else:
    BaseSiteForm = forms.ModelForm


class SiteForm(BaseSiteForm):
    """What patients are told to call must ring."""

    def clean_name(self) -> str:
        """The name stands in letters and messages."""
        name: str = self.cleaned_data["name"]
        seen_line(name)
        return name

    def clean(self) -> None:
        """A new number is one that can be dialled, by the same rule as a patient's."""
        super().clean()
        phone = self.cleaned_data.get("phone", "")
        if not phone or not {"phone", "holiday_calendar"} & set(self.changed_data):
            return
        calendar = self.cleaned_data.get("holiday_calendar", self.instance.holiday_calendar)
        if not is_dialled(phone, Site(holiday_calendar=calendar)):
            self.add_error("phone", NOT_DIALLED)


@admin.register(Site)
class DialledSiteAdmin(SiteAdmin):
    """As patients/admin keeps it."""

    form = SiteForm
