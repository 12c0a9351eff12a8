"""The plain forms of the actions. They parse and say what is missing; workflows decide."""

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from surveillance.models import FollowUp, FollowUpOutcome
from surveillance.protocol.parameters import SNOOZE_LIMIT_LOW
from surveillance.protocol.terms import EscalationClass
from surveillance.web.queue_rows import owed_words
from surveillance.web.search_words import day_named
from surveillance.web.typed_form import TypedForm, day_of_our_age
from surveillance.web.wording import date_words, lesion_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DATES = ["%Y-%m-%d", "%d %b %Y", "%d %B %Y"]
"""As browsers send them, and as pages write them; none whose day and month could be swapped."""
SEEN_FORMAT = "%Y-%m-%dT%H:%M:%S.%f%z"
LONGEST_WORDS = 1000
NOTHING_CHANGED = gettext_noop(
    "Nothing was changed, so nothing was saved. Enter the new appointment, or cancel"
)
Choices = list[tuple[str, str]]


def date_input() -> forms.DateInput:
    """The browser's own date field; it sends ISO dates whatever it shows."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _naming(sentence: str, label: "StrOrPromise") -> str:
    """A sentence about a field, which is named inside it as its label names it."""
    name = str(label)
    return _(sentence).format(field=f"{name[:1].lower()}{name[1:]}")


naming = lazy(_naming, str)


class DayField(forms.DateField):
    """A day in figures, or with its month in English or Spanish, as pages write it."""

    def to_python(self, value: Any) -> date | None:
        """The day, or a complaint."""
        named = day_named(value) if isinstance(value, str) else None
        return named or super().to_python(value)


def day(
    label: "StrOrPromise", hint: "StrOrPromise" = "", *, required: bool = True
) -> forms.DateField:
    """A date of care."""
    return DayField(
        label=label,
        help_text=hint,
        required=required,
        widget=date_input(),
        input_formats=DATES,
        validators=[day_of_our_age],
        error_messages={
            "required": naming(gettext_noop("Enter a date: {field}"), label),
            "invalid": gettext_lazy("Enter a date such as 31 Mar 2026"),
        },
    )


def seen_moment() -> forms.DateTimeField:
    """The moment up to which the page that sends the form knew what had happened; hidden."""
    return forms.DateTimeField(
        required=False,
        widget=forms.HiddenInput,
        validators=[day_of_our_age],
        input_formats=[SEEN_FORMAT],
    )


def words(
    label: "StrOrPromise", hint: "StrOrPromise" = "", *, required: bool = True
) -> forms.CharField:
    """A few sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": naming(gettext_noop("Fill in: {field}"), label)},
    )


class Served(forms.TypedMultipleChoiceField):
    """Which of the patient's open follow-ups an action concerns."""

    def __init__(self, label: "StrOrPromise", hint: "StrOrPromise" = "") -> None:
        super().__init__(
            label=label,
            help_text=hint,
            required=False,
            coerce=UUID,
            widget=forms.CheckboxSelectMultiple,
        )


def choices_of(follow_ups: list[FollowUp]) -> Choices:
    """'Lesion L1, segment VII: surveillance imaging, last day 3 Mar 2026'."""
    return [
        (
            str(row.pk),
            _("{lesion}: {owed}, last day {day}").format(
                lesion=lesion_words(row.lesion),
                owed=owed_words(row),
                day=date_words(row.latest_on),
            ),
        )
        for row in follow_ups
    ]


class FollowUpForm(TypedForm):
    """What every change of a follow-up carries: the version that the person was looking at."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class BookForm(FollowUpForm):
    """An appointment, and the order it belongs to. No date and a reason cancel an appointment."""

    booked_for = day(gettext_lazy("Date of the appointment"), required=False)
    order_number = forms.CharField(
        label=gettext_lazy("Order number"), max_length=64, required=False
    )
    ordered_on = day(gettext_lazy("Ordered on"), required=False)
    also = Served(gettext_lazy("The same appointment also serves"))
    reason = words(gettext_lazy("Why the appointment is cancelled"), required=False)

    def __init__(self, *args: Any, follow_up: FollowUp, others: list[FollowUp], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["booked_for"].help_text = _(
            "The last day is {day}. A later appointment is noted, and the escalation goes on as if "
            "there were none. Leave it empty to note an order only."
        ).format(day=date_words(follow_up.latest_on))
        self.fields["order_number"].help_text = _(
            "Leave the order empty to note the appointment only: an order on file stays."
        )
        self.fields["also"].choices = choices_of(others)  # type: ignore[attr-defined]
        if not others:
            del self.fields["also"]
        if follow_up.booked_for is None:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        """Something must be said: an appointment, an order, or a cancellation. Whoever
        sends the same form a second time sends an earlier version with it: that is no new form."""
        cleaned: dict[str, Any] = super().clean() or {}
        said = ("booked_for", "order_number", "ordered_on", "reason")
        if not self.errors and not any(cleaned.get(name) for name in said):
            self.add_error("booked_for", _("Enter an appointment, or an order number"))
        if not self.errors and not self.has_changed():
            self.add_error("booked_for", _(NOTHING_CHANGED))
        return cleaned


class OrderForm(FollowUpForm):
    """An order that was placed."""

    order_number = forms.CharField(
        label=gettext_lazy("Order number"),
        max_length=64,
        help_text=gettext_lazy("As in the system in which it was ordered."),
        error_messages={"required": gettext_lazy("Enter the number of the order")},
    )
    ordered_on = day(gettext_lazy("Ordered on"))
    also = Served(gettext_lazy("The same order also serves"))

    def __init__(self, *args: Any, others: list[FollowUp], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["also"].choices = choices_of(others)  # type: ignore[attr-defined]
        if not others:
            del self.fields["also"]


class CancelOrderForm(FollowUpForm):
    """The order does not stand any more."""

    reason = words(gettext_lazy("Why it was cancelled"))


class SnoozeForm(FollowUpForm):
    """Put aside until a day, with a reason."""

    until = day(gettext_lazy("Put aside until"))
    reason = words(gettext_lazy("Why"))

    def __init__(self, *args: Any, follow_up: FollowUp, **kw: Any) -> None:
        super().__init__(*args, **kw)
        low = follow_up.escalation_class not in (EscalationClass.AT_RISK, EscalationClass.URGENT)
        told = (
            _("At most {days} days ahead. Reminders and escalations go on.")
            if low
            else _("Never past the last day, {day}. Reminders and escalations go on.")
        )
        self.fields["until"].help_text = told.format(
            days=SNOOZE_LIMIT_LOW.value, day=date_words(follow_up.latest_on)
        )


class CloseForm(FollowUpForm):
    """End a follow-up by hand, with a coded outcome."""

    outcome = forms.ChoiceField(
        widget=forms.RadioSelect,
        label=gettext_lazy("How did it end?"),
        error_messages={"required": gettext_lazy("Choose how it ended")},
    )
    note = words(
        gettext_lazy("Reason"), gettext_lazy("Kept with the record and shown in the history.")
    )

    def __init__(self, *args: Any, outcomes: tuple[FollowUpOutcome, ...], **kw: Any) -> None:
        super().__init__(*args, **kw)
        choices = [(str(one.value), str(one.label)) for one in outcomes]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]


class ReassignForm(FollowUpForm):
    """Another person answers for it from now on."""

    owner = forms.TypedChoiceField(
        coerce=int,
        label=gettext_lazy("New owner"),
        error_messages={"required": gettext_lazy("Choose the new owner")},
    )
    reason = words(gettext_lazy("Why"), required=False)

    def __init__(self, *args: Any, people: Choices, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["owner"].choices = [("", _("Choose a person")), *people]  # type: ignore[attr-defined]


class ReasonForm(TypedForm):
    """Why something is taken back; it stays on record."""

    reason = words(
        gettext_lazy("Why"), gettext_lazy("Kept with the record and shown in the history.")
    )
