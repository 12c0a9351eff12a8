"""What is asked when a patient dies, moves, declines, is lost, or is back."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.models import PatientStatus
from surveillance.models import InformedOf, WhoDeclined
from surveillance.protocol.parameters.contact import (
    LOST_ATTEMPTS,
    LOST_CHANNELS,
    LOST_DAY_PARTS,
    REOFFER_WITHIN,
)
from surveillance.web.forms import day, words
from surveillance.web.typed_form import TypedForm

LOST = format_lazy(
    gettext_lazy(
        "“Lost to follow-up” is signed by a clinician, after at least {attempts} attempts on "
        "{channels} channels, with calls at {parts} times of day."
    ),
    attempts=LOST_ATTEMPTS.value,
    channels=LOST_CHANNELS.value,
    parts=LOST_DAY_PARTS.value,
)
ONLY_DECLINED = ("declined_by", "proxy", "informed_of", "reoffer_on")


class StatusForm(TypedForm):
    """Why a patient is, or is no longer, ours to follow. The last fields are for a refusal only."""

    status = forms.ChoiceField(
        widget=forms.RadioSelect,
        label=gettext_lazy("Status"),
        help_text=LOST,
        error_messages={"required": gettext_lazy("Choose the status")},
    )
    status_on = day(gettext_lazy("Since"))
    reason = words(
        gettext_lazy("Reason and source"),
        gettext_lazy("Who said so, and what the patient was told."),
    )
    declined_by = forms.ChoiceField(
        widget=forms.RadioSelect,
        label=gettext_lazy("If declined: who declined?"),
        choices=WhoDeclined.choices,
        required=False,
    )
    proxy = forms.CharField(
        label=gettext_lazy("If a proxy declined: name and relationship"),
        max_length=120,
        required=False,
    )
    informed_of = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("If declined: what had they been told?"),
        choices=InformedOf.choices,
        required=False,
    )
    reoffer_on = day(
        gettext_lazy("If declined: offer again on"),
        format_lazy(
            gettext_lazy("At most {months} months after the refusal. Empty: the last day allowed."),
            months=REOFFER_WITHIN.value,
        ),
        required=False,
    )

    def __init__(self, *args: Any, statuses: list[PatientStatus], **kw: Any) -> None:
        super().__init__(*args, **kw)
        choices = [(str(one.value), str(one.label)) for one in statuses]
        self.fields["status"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Who declined is asked for a refusal, and nothing that was filled in is passed over."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        status = said.get("status")
        if status == PatientStatus.DECLINED and not said.get("declined_by"):
            self.add_error("declined_by", _("Choose who declined: the patient or a proxy"))
        if status not in (None, PatientStatus.DECLINED):
            for name in ONLY_DECLINED:
                if said.get(name):
                    self.add_error(
                        name, _("Only for a refusal: choose “Declined”, or leave it empty")
                    )
        return said
