"""The plain forms of the actions. They parse and say what is missing; workflows decide."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms

from surveillance.models import (
    FollowUp,
    FollowUpOutcome,
    OverrideKind,
)
from surveillance.protocol.parameters import ACKNOWLEDGEMENT_LIMIT_DAYS, SNOOZE_LIMIT_LOW
from surveillance.protocol.terms import EscalationClass, Modality
from surveillance.web.queue_rows import owed_words
from surveillance.web.typed_form import TypedForm, day_of_our_age
from surveillance.web.wording import date_words, dates_in_words, lesion_words

DATES = ["%Y-%m-%d", "%d %b %Y", "%d %B %Y"]
"""As browsers send them, and as pages write them; none whose day and month could be swapped."""
SEEN_FORMAT = "%Y-%m-%dT%H:%M:%S.%f%z"
LONGEST_WORDS = 1000
NOTHING_CHANGED = "Nothing was changed, so nothing was saved. Enter the new appointment, or cancel"
Choices = list[tuple[str, str]]


def date_input() -> forms.DateInput:
    """The browser's own date field; it sends ISO dates whatever it shows."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def day(label: str, hint: str = "", *, required: bool = True) -> forms.DateField:
    """A date of care."""
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=date_input(),
        input_formats=DATES,
        validators=[day_of_our_age],
        error_messages={
            "required": f"Enter a date: {label[0].lower()}{label[1:]}",
            "invalid": "Enter a date such as 31 Mar 2026",
        },
    )


def words(label: str, hint: str = "", *, required: bool = True) -> forms.CharField:
    """A few sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": f"Fill in: {label[0].lower()}{label[1:]}",
            "max_length": f"Shorten it to {LONGEST_WORDS:,} characters; now it has %(show_value)d",
        },
    )


class Served(forms.TypedMultipleChoiceField):
    """Which of the patient's open follow-ups an action concerns."""

    def __init__(self, label: str, hint: str = "") -> None:
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
            f"{lesion_words(row.lesion)}: {owed_words(row)}, last day {date_words(row.latest_on)}",
        )
        for row in follow_ups
    ]


class FollowUpForm(TypedForm):
    """What every change of a follow-up carries: the version that the person was looking at."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class BookForm(FollowUpForm):
    """An appointment, and the order it belongs to. No date and a reason cancel an appointment."""

    booked_for = day("Date of the appointment", required=False)
    order_number = forms.CharField(label="Order number", max_length=64, required=False)
    ordered_on = day("Ordered on", required=False)
    also = Served("The same appointment also serves")
    reason = words("Why the appointment is cancelled", required=False)

    def __init__(self, *args: Any, follow_up: FollowUp, others: list[FollowUp], **kw: Any) -> None:
        super().__init__(*args, **kw)
        latest = date_words(follow_up.latest_on)
        self.fields["booked_for"].help_text = (
            f"The last day is {latest}. A later appointment is noted and counts as unbooked. "
            "Leave it empty to note an order only."
        )
        self.fields[
            "order_number"
        ].help_text = "Leave the order empty to note the appointment only: an order on file stays."
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
            self.add_error("booked_for", "Enter an appointment, or an order number")
        if not self.errors and not self.has_changed():
            self.add_error("booked_for", NOTHING_CHANGED)
        return cleaned


class OrderForm(FollowUpForm):
    """An order that was placed."""

    order_number = forms.CharField(
        label="Order number",
        max_length=64,
        help_text="As in the system in which it was ordered.",
        error_messages={"required": "Enter the number of the order"},
    )
    ordered_on = day("Ordered on")
    also = Served("The same order also serves")

    def __init__(self, *args: Any, others: list[FollowUp], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["also"].choices = choices_of(others)  # type: ignore[attr-defined]
        if not others:
            del self.fields["also"]


class CancelOrderForm(FollowUpForm):
    """The order does not stand any more."""

    reason = words("Why it was cancelled")


class SnoozeForm(FollowUpForm):
    """Put aside until a day, with a reason."""

    until = day("Put aside until")
    reason = words("Why")

    def __init__(self, *args: Any, follow_up: FollowUp, **kw: Any) -> None:
        super().__init__(*args, **kw)
        low = follow_up.escalation_class not in (EscalationClass.AT_RISK, EscalationClass.URGENT)
        limit = (
            f"At most {SNOOZE_LIMIT_LOW.value} days ahead."
            if low
            else f"Never past the last day, {date_words(follow_up.latest_on)}."
        )
        self.fields["until"].help_text = f"{limit} Reminders and escalations go on."


class CloseForm(FollowUpForm):
    """End a follow-up by hand, with a coded outcome."""

    outcome = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="How did it end?",
        error_messages={"required": "Choose how it ended"},
    )
    note = words("Reason", "Kept with the record and shown in the history.")

    def __init__(self, *args: Any, outcomes: tuple[FollowUpOutcome, ...], **kw: Any) -> None:
        super().__init__(*args, **kw)
        choices = [(str(one.value), str(one.label)) for one in outcomes]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]


class AnswerForm(FollowUpForm):
    """What a referral brought: which answer, when it was given, who stands behind it."""

    answer = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="What came of it?",
        error_messages={"required": "Choose what came of the referral"},
    )
    occurred_on = day("Date", "The day of the meeting, the biopsy, the treatment or the clinic.")
    author = forms.CharField(
        label="Decided or reported by",
        help_text="The person who stands behind it, for example the chair of the meeting.",
        max_length=120,
        error_messages={"required": "Enter who decided or reported it"},
    )
    evidence = words("Where it is written", "Minutes, report or letter.", required=False)

    def __init__(self, *args: Any, answers: Choices, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["answer"].choices = answers  # type: ignore[attr-defined]


class ReassignForm(FollowUpForm):
    """Another person answers for it from now on."""

    owner = forms.TypedChoiceField(
        coerce=int, label="New owner", error_messages={"required": "Choose the new owner"}
    )
    reason = words("Why", required=False)

    def __init__(self, *args: Any, people: Choices, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["owner"].choices = [("", "Choose a person"), *people]  # type: ignore[attr-defined]


class ReasonForm(TypedForm):
    """Why something is taken back; it stays on record."""

    reason = words("Why", "Kept with the record and shown in the history.")


class OverrideForm(TypedForm):
    """How a clinician departs from the rule, until when, and why."""

    kind = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="What do you decide?",
        error_messages={
            "required": "Choose what you decide",
            "invalid_choice": "This cannot be decided today: choose another",
        },
    )
    latest_on = day("New last day", "For a sooner or a later date.", required=False)
    modality = forms.ChoiceField(
        label="Modality",
        help_text="For another modality.",
        required=False,
        choices=[("", "As advised"), *Modality.choices()],
    )
    reason = words("Why", "Your name, the day and this reason are kept and shown.")
    expires_on = day("Look again on", "Your decision holds before this day.", required=False)

    def __init__(self, *args: Any, not_offered: Mapping[OverrideKind, str], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.not_offered = not_offered
        self._offer(one.value for one in OverrideKind if one != OverrideKind.LIFTED)
        kind = self.fields["kind"]
        kind.help_text = " ".join(
            f"Not offered: {one.label}. {dates_in_words(why)}" for one, why in not_offered.items()
        )
        if {OverrideKind.SOONER, OverrideKind.LATER} <= set(not_offered):
            del self.fields["latest_on"]

    def _offer(self, kinds: Iterable[str]) -> None:
        """Only these, and of them what can be answered today."""
        names = set(kinds) - {one.value for one in self.not_offered}
        choices = [one for one in OverrideKind.choices if one[0] in names]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Nothing that was filled in is passed over."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        kind = said.get("kind")
        if said.get("latest_on") and kind not in (None, OverrideKind.SOONER, OverrideKind.LATER):
            self.add_error("latest_on", "Only for a sooner or later date: leave it empty")
        if said.get("modality") and kind not in (None, OverrideKind.MODALITY):
            self.add_error("modality", "Only for another modality: choose “As advised”")
        return said


class AcknowledgeForm(TypedForm):
    """Who takes an escalation on says what happens next, and by when.

    `seen` is when it had last been answered as the page showed it; empty if never.
    """

    seen = forms.DateTimeField(
        required=False,
        widget=forms.HiddenInput,
        input_formats=[SEEN_FORMAT],
    )
    next_action = words("What you will do next")
    until = day(
        "By when",
        f"At most {ACKNOWLEDGEMENT_LIMIT_DAYS.value} days ahead. If nothing has happened by then, "
        "the escalation comes back.",
    )
