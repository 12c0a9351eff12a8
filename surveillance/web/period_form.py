"""The form of whoever asks about one site and a period: the audit trail, the measures."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from patients.models import Site
from surveillance.web.forms import day
from surveillance.web.typed_form import TypedForm
from surveillance.web.wording import date_words


class PeriodForm(TypedForm):
    """Which site, from when to when. Both days count."""

    site = forms.ChoiceField(label=gettext_lazy("Site"))
    first_on = day(pgettext_lazy("period", "From"))
    last_on = day(pgettext_lazy("period", "To"))

    def __init__(self, *args: Any, sites: list[Site], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.offer("site", [(one.slug, one.name) for one in sites])

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """What a field lets one choose from."""
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The period runs forwards."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = said.get("first_on"), said.get("last_on")
        if first and last and first > last:
            words = _("Enter a day on or after {day}").format(day=date_words(first))
            self.add_error("last_on", words)
        return said
