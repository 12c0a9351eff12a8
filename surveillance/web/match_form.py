"""What a person confirms of an exam: one finding, filled in with what was coded or read."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from patients.models import Tri
from surveillance.exam_reports import Finding
from surveillance.models import Lesion
from surveillance.models.term_choices import term_choices
from surveillance.protocol.parameters import LARGEST_PLAUSIBLE_SIZE
from surveillance.protocol.terms import Conclusion, LiRads, Modality, Term
from surveillance.web.forms import words
from surveillance.web.typed_form import TypedForm

NOT_SAID = ("", gettext_lazy("The report does not say"))
RECORDABLE = [one for one in term_choices(Modality) if one[0] != Modality.MRI_CONTRAST]
YES_NO = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))
STATED = [(value, label) for value, label in Tri.choices if value != Tri.UNKNOWN]


def _coded(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[NOT_SAID, *choices])


def _whether(label: Any, hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=YES_NO,
        initial="yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose yes or no")},
    )


class MatchForm(TypedForm):
    """The finding as the protocol takes it."""

    modality = forms.ChoiceField(
        label=gettext_lazy("Kind of exam"),
        choices=[("", gettext_lazy("Choose")), *RECORDABLE],
        error_messages={"required": gettext_lazy("Choose what kind of exam it was")},
    )
    lesion_seen = _whether(gettext_lazy("Was the lesion seen?"))
    size_mm = forms.DecimalField(
        label=gettext_lazy("Size in millimetres"),
        help_text=gettext_lazy("Longest axial diameter. Leave empty if it was not measured."),
        required=False,
        min_value=Decimal("0.01"),
        max_value=LARGEST_PLAUSIBLE_SIZE.value,
        decimal_places=2,
    )
    adequate = _whether(
        gettext_lazy("Was the exam adequate for this lesion?"),
        gettext_lazy("Complete and diagnostic. An exam that was not adequate answers nothing."),
    )
    conclusion = _coded(gettext_lazy("Conclusion"), term_choices(Conclusion))
    lirads = _coded(gettext_lazy("LI-RADS category"), term_choices(LiRads))
    aphe = _coded(gettext_lazy("Arterial hyperenhancement"), STATED)
    washout = _coded(gettext_lazy("Washout"), STATED)

    def __init__(self, *args: Any, told: Mapping[str, Any], asks_kind: bool, **kw: Any) -> None:
        super().__init__(*args, initial=_initial(told), **kw)
        if not asks_kind:
            del self.fields["modality"]

    def finding(self, lesion: Lesion) -> Finding:
        """The finding, once the form is valid."""
        said = self.cleaned_data
        return Finding(
            lesion=lesion,
            lesion_seen=said["lesion_seen"] == "yes",
            adequate=said["adequate"] == "yes",
            size_mm=said["size_mm"],
            conclusion=_term(Conclusion, said["conclusion"]),
            lirads=_term(LiRads, said["lirads"]),
            aphe=_tri(said["aphe"]),
            washout=_tri(said["washout"]),
        )


def _initial(told: Mapping[str, Any]) -> dict[str, Any]:
    """What was coded or read; adequate unless something spoke against it."""
    flags = {name: "yes" if told.get(name, True) else "no" for name in ("lesion_seen", "adequate")}
    return {**told, **flags}


def _term(term: type[Term], value: str) -> Any:
    return term(value) if value else None


def _tri(value: str) -> Any:
    return Tri(value) if value else None


class AuditForm(TypedForm):
    """Was the closure right? What was wrong is owed again at once."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Was it right to close it?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose yes or no")},
    )
    reason = words(
        gettext_lazy("If not, why"), gettext_lazy("It is owed again at once."), required=False
    )
