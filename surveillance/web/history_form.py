"""What the history page is asked for: which kinds of entries, known on which day, which page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveillance.timeline import TimelineEntry, TimelineKind
from surveillance.web.forms import day
from surveillance.web.typed_form import TypedForm
from surveillance.web.wording import date_words

PER_PAGE = 50


class HistoryForm(TypedForm):
    """A GET form: everything it says stands in the address."""

    known_on = day(
        gettext_lazy("As known on"),
        gettext_lazy("Leave empty for today. Nothing recorded later is shown."),
        required=False,
    )
    kind = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of entries"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, kinds: Iterable[TimelineKind], today: date, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.today = today
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]

    def clean_known_on(self) -> date | None:
        """Nobody knows yet what will be known."""
        said: date | None = self.cleaned_data["known_on"]
        if said is not None and said > self.today:
            words = _("Enter a day up to today, {day}").format(day=date_words(self.today))
            raise forms.ValidationError(words)
        return said


@dataclass(frozen=True, slots=True)
class Asked:
    """The form, read. `known_on` None means today."""

    kinds: frozenset[str] = frozenset()
    known_on: date | None = None
    with_later: bool = False

    def shows(self, entry: TimelineEntry) -> bool:
        """Whether the entry is of a kind asked for; without any, all are."""
        return not self.kinds or entry.kind in self.kinds

    def query(self, **more: str | int) -> str:
        """The same question as a query string, with `more` beside it."""
        said: list[tuple[str, str]] = [("kind", kind) for kind in sorted(self.kinds)]
        if self.known_on is not None:
            said.insert(0, ("known_on", self.known_on.isoformat()))
        if self.with_later:
            said.append(("later", "1"))
        return urlencode([*said, *((name, str(value)) for name, value in more.items())])


def kinds_offered(entries: Iterable[TimelineEntry], asked: Iterable[str]) -> list[TimelineKind]:
    """The kinds that occur, in the order of cause and effect; and those asked for, so that an
    address that was kept goes on to work."""
    found = {entry.kind.value for entry in entries} | set(asked)
    return [kind for kind in TimelineKind if kind in found]


def read_asked(form: HistoryForm, *, with_later: bool) -> Asked:
    """What a form asks for; nothing in particular where it cannot be read."""
    if not form.is_valid():
        return Asked()
    said = form.cleaned_data
    return Asked(frozenset(said["kind"]), said["known_on"], with_later)
