"""The forms of the answers to an escalation, prefilled so that most need one or two words."""

from datetime import date
from typing import Any

from django import forms

from surveillance.models import NotIndicated, OverrideKind
from surveillance.protocol.parameters import ACKNOWLEDGEMENT_LIMIT_DAYS
from surveillance.web.forms import SEEN_FORMAT, Choices, OverrideForm, day, words
from surveillance.web.typed_form import TypedForm
from surveillance.web.wording import date_words

COMES_BACK = (
    f"At most {ACKNOWLEDGEMENT_LIMIT_DAYS.value} days ahead. If what is owed is not booked or done "
    "by then, the escalation comes back."
)
SIGNED = NotIndicated.NOT_APPROPRIATE
ENDS = " (a clinician signs: it ends what is owed)"


class SeenForm(TypedForm):
    """What every answer carries: when the escalation had last been answered as the page showed."""

    seen = forms.DateTimeField(
        required=False, widget=forms.HiddenInput, input_formats=[SEEN_FORMAT]
    )


class OrderAnswerForm(SeenForm):
    """The order that was placed."""

    order_number = forms.CharField(
        label="Order number",
        max_length=64,
        error_messages={"required": "Enter the number of the order"},
    )
    ordered_on = day("Ordered on")
    until = day("The appointment is made by", COMES_BACK)


class PlanAnswerForm(OverrideForm, SeenForm):
    """Another plan than the rule's; ending surveillance is another answer."""

    until = day("It is arranged by", COMES_BACK)

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        never = (OverrideKind.CLOSE, OverrideKind.LIFTED)
        self._offer(one.value for one in OverrideKind if one not in never)


class NotIndicatedForm(SeenForm):
    """Why it is not indicated. Only a signature for the first reason ends anything."""

    why = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="Why is it not indicated?",
        error_messages={"required": "Choose why it is not indicated"},
    )
    reason = words("In your words", "Your name, the day and this are kept and shown.")
    is_signed = forms.BooleanField(
        label="I sign that surveillance of this lesion is not appropriate any more",
        help_text="Only with the first reason. It ends everything that is owed to the lesion.",
        required=False,
    )
    until = day(
        "Otherwise, look again by",
        f"With any other reason it stays owed. {COMES_BACK}",
        required=False,
    )

    def __init__(self, *args: Any, may_sign: bool, **kw: Any) -> None:
        super().__init__(*args, **kw)
        offered: Choices = [
            (one.value, f"{one.label}{ENDS if one == SIGNED else ''}")
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
                "You signed, but chose a reason that ends nothing: untick this or choose that one",
            )
        return said


class OutsideCareForm(TypedForm):
    """Where somebody else follows the patient, and what shows it."""

    institution = forms.CharField(
        label="Institution and place",
        max_length=200,
        error_messages={"required": "Name the institution and its place"},
    )
    evidence = words("What you saw or heard, and from whom", "A letter, a report, a call.")
    document_reference = forms.CharField(
        label="Where the document lies",
        help_text="Number or folder in your own records.",
        max_length=200,
        required=False,
    )
    expires_on = day("It counts until")

    def __init__(self, *args: Any, latest: date, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields[
            "expires_on"
        ].help_text = (
            f"At most until {date_words(latest)}. Without a report by then it counts no more."
        )


class ElsewhereAnswerForm(OutsideCareForm, SeenForm):
    """The same, as an answer to an escalation."""

    until = day("The report is here by", COMES_BACK)


class SecondLookForm(TypedForm):
    """Whether the evidence is enough."""

    verdict = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="Is this evidence sufficient?",
        choices=[
            ("YES", "Yes: the patient is followed there"),
            ("NO", "No: the escalation comes back today"),
        ],
        error_messages={"required": "Choose whether it is sufficient"},
    )
    note = words("What is missing", "Needed if it is not sufficient.", required=False)
