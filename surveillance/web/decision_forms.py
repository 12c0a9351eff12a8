"""What a clinician signs: what a referral brought, an override, an escalation taken on."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveillance.models import OverrideKind
from surveillance.models.term_choices import term_choices
from surveillance.protocol.parameters import ACKNOWLEDGEMENT_LIMIT_DAYS
from surveillance.protocol.terms import Modality
from surveillance.web.forms import Choices, FollowUpForm, day, seen_moment, words
from surveillance.web.typed_form import TypedForm
from surveillance.web.wording import dates_in_words


class AnswerForm(FollowUpForm):
    """What a referral brought: which answer, when it was given, who stands behind it."""

    answer = forms.ChoiceField(
        widget=forms.RadioSelect,
        label=gettext_lazy("What came of it?"),
        error_messages={"required": gettext_lazy("Choose what came of the referral")},
    )
    occurred_on = day(
        gettext_lazy("Date"),
        gettext_lazy("The day of the meeting, the biopsy, the treatment or the clinic."),
    )
    author = forms.CharField(
        label=gettext_lazy("Decided or reported by"),
        help_text=gettext_lazy(
            "The person who stands behind it, for example the chair of the meeting."
        ),
        max_length=120,
        error_messages={"required": gettext_lazy("Enter who decided or reported it")},
    )
    evidence = words(
        gettext_lazy("Where it is written"),
        gettext_lazy("Minutes, report or letter."),
        required=False,
    )

    def __init__(self, *args: Any, answers: Choices, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["answer"].choices = answers  # type: ignore[attr-defined]


class OverrideForm(TypedForm):
    """How a clinician departs from the rule, until when, and why."""

    kind = forms.ChoiceField(
        widget=forms.RadioSelect,
        label=gettext_lazy("What do you decide?"),
        error_messages={
            "required": gettext_lazy("Choose what you decide"),
            "invalid_choice": gettext_lazy("This cannot be decided today: choose another"),
        },
    )
    latest_on = day(
        gettext_lazy("New last day"), gettext_lazy("For a sooner or a later date."), required=False
    )
    modality = forms.ChoiceField(
        label=gettext_lazy("Modality"),
        help_text=gettext_lazy("For another modality."),
        required=False,
        choices=[("", gettext_lazy("As advised")), *term_choices(Modality)],
    )
    reason = words(
        gettext_lazy("Why"), gettext_lazy("Your name, the day and this reason are kept and shown.")
    )
    expires_on = day(
        gettext_lazy("Look again on"),
        gettext_lazy("Your decision holds before this day."),
        required=False,
    )

    def __init__(self, *args: Any, not_offered: Mapping[OverrideKind, str], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.not_offered = not_offered
        self._offer(one.value for one in OverrideKind if one != OverrideKind.LIFTED)
        kind = self.fields["kind"]
        kind.help_text = " ".join(
            _("Not offered: {choice}. {reason}").format(
                choice=one.label, reason=dates_in_words(why)
            )
            for one, why in not_offered.items()
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
            self.add_error("latest_on", _("Only for a sooner or later date: leave it empty"))
        if said.get("modality") and kind not in (None, OverrideKind.MODALITY):
            self.add_error("modality", _("Only for another modality: choose “As advised”"))
        return said


class AcknowledgeForm(TypedForm):
    """Who takes an escalation on says what happens next, and by when.

    `seen` is when it had last been answered as the page showed it; empty if never.
    """

    seen = seen_moment()
    next_action = words(gettext_lazy("What you will do next"))
    until = day(
        gettext_lazy("By when"),
        format_lazy(
            gettext_lazy(
                "At most {days} days ahead. If nothing has happened by then, the escalation comes "
                "back."
            ),
            days=ACKNOWLEDGEMENT_LIMIT_DAYS.value,
        ),
    )
