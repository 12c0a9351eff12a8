"""The forms of the answers to an escalation, prefilled so that most need one or two words."""

from datetime import date
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from surveillance.models import NotIndicated, OverrideKind
from surveillance.protocol.parameters import ACKNOWLEDGEMENT_LIMIT_DAYS
from surveillance.web.decision_forms import OverrideForm
from surveillance.web.forms import Choices, day, seen_moment, words
from surveillance.web.typed_form import TypedForm
from surveillance.web.wording import date_words

COMES_BACK = format_lazy(
    gettext_lazy(
        "At most {days} days ahead. If what is owed is not booked or done by then, the escalation "
        "comes back."
    ),
    days=ACKNOWLEDGEMENT_LIMIT_DAYS.value,
)
SIGNED = NotIndicated.NOT_APPROPRIATE
ENDS = gettext_noop("{reason} (a clinician signs: it ends what is owed)")


class SeenForm(TypedForm):
    """What every answer carries: when the escalation had last been answered as the page showed."""

    seen = seen_moment()


class OrderAnswerForm(SeenForm):
    """The order that was placed."""

    order_number = forms.CharField(
        label=gettext_lazy("Order number"),
        max_length=64,
        error_messages={"required": gettext_lazy("Enter the number of the order")},
    )
    ordered_on = day(gettext_lazy("Ordered on"))
    until = day(gettext_lazy("The appointment is made by"), COMES_BACK)


class PlanAnswerForm(OverrideForm, SeenForm):
    """Another plan than the rule's; ending surveillance is another answer."""

    until = day(gettext_lazy("It is arranged by"), COMES_BACK)

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        never = (OverrideKind.CLOSE, OverrideKind.LIFTED)
        self._offer(one.value for one in OverrideKind if one not in never)


class NotIndicatedForm(SeenForm):
    """Why it is not indicated. Only a signature for the first reason ends anything."""

    why = forms.ChoiceField(
        widget=forms.RadioSelect,
        label=gettext_lazy("Why is it not indicated?"),
        error_messages={"required": gettext_lazy("Choose why it is not indicated")},
    )
    reason = words(
        gettext_lazy("In your words"),
        gettext_lazy("Your name, the day and this are kept and shown."),
    )
    is_signed = forms.BooleanField(
        label=gettext_lazy("I sign that surveillance of this lesion is not appropriate any more"),
        help_text=gettext_lazy(
            "Only with the first reason. It ends everything that is owed to the lesion."
        ),
        required=False,
    )
    until = day(
        gettext_lazy("Otherwise, look again by"),
        format_lazy("{} {}", gettext_lazy("With any other reason it stays owed."), COMES_BACK),
        required=False,
    )

    def __init__(self, *args: Any, may_sign: bool, **kw: Any) -> None:
        super().__init__(*args, **kw)
        offered: Choices = [
            (one.value, _(ENDS).format(reason=one.label) if one == SIGNED else str(one.label))
            for one in NotIndicated
            if may_sign or one != SIGNED
        ]
        self.fields["why"].choices = offered  # type: ignore[attr-defined]
        if not may_sign:
            del self.fields["is_signed"]

    def clean(self) -> dict[str, Any]:
        """A tick that would do nothing is not passed over."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("is_signed") and said.get("why") not in (None, SIGNED):
            self.add_error(
                "is_signed",
                _(
                    "You signed, but chose a reason that ends nothing: untick this or choose that "
                    "one"
                ),
            )
        return said


class OutsideCareForm(TypedForm):
    """Where somebody else follows the patient, and what shows it."""

    institution = forms.CharField(
        label=gettext_lazy("Institution and place"),
        max_length=200,
        error_messages={"required": gettext_lazy("Name the institution and its place")},
    )
    evidence = words(
        gettext_lazy("What you saw or heard, and from whom"),
        gettext_lazy("A letter, a report, a call."),
    )
    document_reference = forms.CharField(
        label=gettext_lazy("Where the document lies"),
        help_text=gettext_lazy("Number or folder in your own records."),
        max_length=200,
        required=False,
    )
    expires_on = day(gettext_lazy("It counts until"))

    def __init__(self, *args: Any, latest: date, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["expires_on"].help_text = _(
            "At most until {day}. Without a report by then it counts no more."
        ).format(day=date_words(latest))


class ElsewhereAnswerForm(OutsideCareForm, SeenForm):
    """The same, as an answer to an escalation."""

    until = day(gettext_lazy("The report is here by"), COMES_BACK)


class SecondLookForm(TypedForm):
    """Whether the evidence is enough."""

    verdict = forms.ChoiceField(
        widget=forms.RadioSelect,
        label=gettext_lazy("Is this evidence sufficient?"),
        choices=[
            ("YES", gettext_lazy("Yes: the patient is followed there")),
            ("NO", gettext_lazy("No: the escalation comes back today")),
        ],
        error_messages={"required": gettext_lazy("Choose whether it is sufficient")},
    )
    note = words(
        gettext_lazy("What is missing"),
        gettext_lazy("Needed if it is not sufficient."),
        required=False,
    )
