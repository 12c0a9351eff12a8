"""What a person confirms of a captured report: who, which exam, and lesion by lesion."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from patients.models import Patient, Sex
from patients.workflows.register_patient import Demographics
from surveillance.exam_reports import ExamReport
from surveillance.models import CapturedReport, Exclusion, Lesion
from surveillance.models.term_choices import term_choices
from surveillance.protocol.parameters import LARGEST_PLAUSIBLE_SIZE
from surveillance.protocol.report_reader.reading import Change, LesionStatement
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    Modality,
    Segment,
    Term,
)
from surveillance.web.forms import day, words
from surveillance.web.typed_form import TypedForm
from surveillance.workflows.track_report import ConfirmedFinding

NOT_SAID = ("", gettext_lazy("The report does not say"))
NEW = "new"
EXAMS = [one for one in term_choices(Modality) if one[0] != Modality.MRI_CONTRAST]
CODED: dict[str, tuple[Any, type[Term]]] = {
    "kind": (gettext_lazy("Kind"), LesionKind),
    "pattern": (gettext_lazy("Pattern of calcification"), CalcificationPattern),
    "isolation": (gettext_lazy("Isolated"), Isolation),
    "conclusion": (gettext_lazy("Conclusion"), Conclusion),
    "lirads": (gettext_lazy("LI-RADS category"), LiRads),
}


class CapturedReportForm(TypedForm):
    """One set of fields per lesion that was read; filled in, so that most need one key.

    The fields of lesion 2 end in `_2`. `patient` None: who it is, as the sender said it.
    """

    def __init__(
        self,
        *args: Any,
        report: CapturedReport,
        statements: Sequence[LesionStatement],
        patient: Patient | None,
        **kw: Any,
    ) -> None:
        self.report, self.statements, self.patient = report, statements, patient
        self.known = list(Lesion.objects.filter(patient=patient).order_by("label"))
        super().__init__(*args, **kw)
        if patient is None:
            self.fields.update(_who(report.item.content.get("person", {})))
        self.fields["modality"] = forms.ChoiceField(
            label=gettext_lazy("Kind of exam"),
            choices=[("", gettext_lazy("Choose")), *EXAMS],
            initial=report.modality,
            error_messages={"required": gettext_lazy("Choose what kind of exam it was")},
        )
        for number, statement in enumerate(statements, 1):
            self.fields.update(self._of_lesion(number, statement))

    def _of_lesion(self, number: int, read: LesionStatement) -> dict[str, forms.Field]:
        fields = self._which(number) | _measured(read) | _coded(read)
        return {f"{name}_{number}": field for name, field in fields.items()}

    def _which(self, number: int) -> dict[str, forms.Field]:
        """Whether it is taken, and which lesion it is."""
        return {
            "take": _flag(
                format_lazy(gettext_lazy("Put lesion {number} on file"), number=number), on=True
            ),
            "lesion": forms.ChoiceField(
                label=gettext_lazy("Which lesion is it?"),
                choices=self._lesions(),
                initial="" if self.known else NEW,
                error_messages={"required": gettext_lazy("Say whether the lesion is a new one")},
            ),
            "label": forms.CharField(
                label=gettext_lazy("Its label, if it is new"),
                max_length=40,
                initial=f"L{len(self.known) + number}",
                required=False,
            ),
        }

    def _lesions(self) -> list[tuple[str, Any]]:
        """New at once where none is on file; else a person says which it is."""
        new = (NEW, gettext_lazy("A new one"))
        known = [(str(one.pk), one.label) for one in self.known]
        return [("", gettext_lazy("Choose")), *known, new] if known else [new]

    def demographics(self) -> Demographics | None:
        """Who it is; None for somebody who is on file."""
        if self.patient is not None:
            return None
        said = self.cleaned_data
        names = ("family_name", "given_name", "birth_date", "sex")
        return Demographics(mrn=self.report.item.mrn, **{name: said[name] for name in names})

    def exam(self) -> ExamReport:
        """The exam without its findings."""
        told = self.report.item.content
        return ExamReport(
            accession=self.report.accession,
            performed_on=self.report.performed_on,
            modality=Modality(self.cleaned_data["modality"]),
            reporter=told.get("reporter", ""),
            report_text=self.report.text,
        )

    def findings(self) -> list[ConfirmedFinding]:
        """The lesions that were ticked."""
        numbers = range(1, len(self.statements) + 1)
        return [self._finding(one) for one in numbers if self.cleaned_data[f"take_{one}"]]

    def _finding(self, number: int) -> ConfirmedFinding:
        said = {name: self.cleaned_data[f"{name}_{number}"] for name in (*CODED, *_PLAIN)}
        coded = {name: term(said[name]) for name, (_l, term) in CODED.items() if said[name]}
        known = next((one for one in self.known if str(one.pk) == said["lesion"]), None)
        measured = {
            "lesion_seen": said["seen"],
            "adequate": said["adequate"],
            "size_mm": said["size"],
        }
        return ConfirmedFinding(
            lesion=known,
            label=said["label"],
            kind=coded.get("kind", LesionKind.UNKNOWN),  # type: ignore[arg-type]
            segments=tuple(Segment(one) for one in said["segments"]),
            values=measured | coded,
        )

    def groups(self) -> Iterator[tuple[int, list[forms.BoundField]]]:
        """Each lesion's number with its fields."""
        for number in range(1, len(self.statements) + 1):
            yield number, [self[name] for name in self.fields if name.endswith(f"_{number}")]

    def common(self) -> list[forms.BoundField]:
        """The fields that are of no one lesion."""
        return [self[name] for name in self.fields if not name[-1].isdigit()]


def _measured(read: LesionStatement) -> dict[str, forms.Field]:
    """Where it lies, and what was measured."""
    return {
        "segments": forms.MultipleChoiceField(
            label=gettext_lazy("Segments"),
            choices=term_choices(Segment),
            initial=[one.value for one in read.segments],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        ),
        "seen": _flag(gettext_lazy("It was seen"), on=read.change is not Change.GONE),
        "size": forms.DecimalField(
            label=gettext_lazy("Size in millimetres"),
            required=False,
            initial=read.size_mm,
            min_value=Decimal("0.01"),
            max_value=LARGEST_PLAUSIBLE_SIZE.value,
            decimal_places=2,
        ),
        "adequate": _flag(gettext_lazy("The exam was adequate for it"), on=True),
    }


def _coded(read: LesionStatement) -> dict[str, forms.Field]:
    """What the report may say in our terms, or leave out."""
    return {
        name: forms.ChoiceField(
            label=label,
            required=False,
            choices=[NOT_SAID, *term_choices(term)],
            initial=getattr(read, name) or "",
        )
        for name, (label, term) in CODED.items()
    }


def _flag(label: Any, *, on: bool) -> forms.Field:
    return forms.BooleanField(label=label, required=False, initial=on)


_PLAIN = ("lesion", "label", "segments", "seen", "size", "adequate")


def _who(said: dict[str, Any]) -> dict[str, forms.Field]:
    return {
        "family_name": forms.CharField(
            label=gettext_lazy("Family name"),
            max_length=120,
            initial=said.get("family_name"),
            error_messages={"required": gettext_lazy("Enter the family name")},
        ),
        "given_name": forms.CharField(
            label=gettext_lazy("Given name"),
            max_length=120,
            required=False,
            initial=said.get("given_name"),
        ),
        "birth_date": _born(said.get("birth_date")),
        "sex": forms.ChoiceField(
            label=gettext_lazy("Sex"), choices=Sex.choices, initial=said.get("sex", Sex.UNKNOWN)
        ),
    }


def _born(said: str | None) -> forms.Field:
    field = day(gettext_lazy("Date of birth"), required=False)
    field.initial = said
    return field


class ExclusionForm(TypedForm):
    """Why the report is not tracked here."""

    exclusion = forms.ChoiceField(
        label=gettext_lazy("Why is it not tracked here?"),
        choices=Exclusion.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a reason")},
    )
    note = words(gettext_lazy("More about it"), "", required=False)


class ClarificationForm(TypedForm):
    """What the radiologist said."""

    answer = words(
        gettext_lazy("What the radiologist said, and when"),
        gettext_lazy("For example: MRI with contrast in six months; by telephone, 3 March."),
    )
