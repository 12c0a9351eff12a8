"""What is asked about an attempt to reach a patient."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveillance.contact_plan import ContactPlan
from surveillance.models import ContactChannel, ContactOutcome, DayPart, FollowUp
from surveillance.models.term_choices import term_choices
from surveillance.protocol.reaching import NextTry
from surveillance.web.forms import Served, choices_of, day, seen_moment, words
from surveillance.web.typed_form import TypedForm, day_of_our_age
from surveillance.web.wording import date_words, label_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def moment(
    label: "StrOrPromise", hint: "StrOrPromise" = "", *, required: bool = True
) -> forms.DateTimeField:
    """A day and a time on the site's clock; the browser sends them without a zone."""
    return forms.DateTimeField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        validators=[day_of_our_age],
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={
            "required": gettext_lazy("Enter when the attempt was made"),
            "invalid": gettext_lazy("Enter a day and a time such as 2026-03-31T14:30"),
        },
    )


def next_try_words(again: NextTry) -> str:
    """'3 Mar 2026, in the afternoon'."""
    return _("{day}, in the {part}").format(
        day=date_words(again.on), part=label_of(DayPart, again.part).lower()
    )


class ContactForm(TypedForm):
    """An attempt to reach the patient. Moments are on the site's clock."""

    outcome = forms.ChoiceField(
        choices=term_choices(ContactOutcome),
        widget=forms.RadioSelect,
        label=gettext_lazy("What came of it?"),
        error_messages={"required": gettext_lazy("Choose what came of the attempt")},
    )
    channel = forms.ChoiceField(
        choices=ContactChannel.choices, initial=ContactChannel.PHONE, label=gettext_lazy("How")
    )
    attempted_at = moment(gettext_lazy("When"))
    call_back_at = moment(
        gettext_lazy("Call back at"),
        gettext_lazy("If the patient asked to be called at a certain time."),
        required=False,
    )
    next_try_on = day(gettext_lazy("Next try on"), required=False)
    next_try_part = forms.ChoiceField(
        label=gettext_lazy("At what time of day"),
        choices=[("", gettext_lazy("Any time")), *term_choices(DayPart)],
        required=False,
    )
    follow_ups = Served(
        gettext_lazy("About"),
        gettext_lazy("Which of the things owed did you speak or write about?"),
    )
    note = words(
        gettext_lazy("Note"), gettext_lazy("What the next colleague must know."), required=False
    )
    opened_at = seen_moment()

    def __init__(
        self, *args: Any, follow_ups: list[FollowUp], plan: ContactPlan, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.zone: ZoneInfo = plan.zone
        served = self.fields["follow_ups"]
        served.choices = choices_of(follow_ups)  # type: ignore[attr-defined]
        served.initial = [str(row.pk) for row in follow_ups]
        if not follow_ups:
            del self.fields["follow_ups"]

    def suggest(self, again: NextTry | None) -> None:
        """Say which next try is chosen if nobody was reached and the field stays empty."""
        hint = _("Leave it empty for another weekday and time of day than before.")
        if again:
            hint = _(
                "Leave it empty for another weekday and time of day than before (now: {when})."
            ).format(when=next_try_words(again))
        self.fields["next_try_on"].help_text = hint

    def clean_attempted_at(self) -> datetime:
        """The moment on the site's clock, whatever zone the server runs in."""
        typed: datetime = self.cleaned_data["attempted_at"]
        return typed.replace(tzinfo=self.zone)

    def clean_call_back_at(self) -> datetime | None:
        """The promised moment, in the same way."""
        typed: datetime | None = self.cleaned_data["call_back_at"]
        return typed.replace(tzinfo=self.zone) if typed else None

    def clean(self) -> dict[str, Any]:
        """A time of day without a day is not passed over."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("next_try_part") and not said.get("next_try_on"):
            self.add_error("next_try_on", _("Enter the day of the next try, or choose “Any time”"))
        return said
