"""The same answer for other open escalations of the patient: ticked by hand, all or none of them.

A tick says how the escalation stood when the page was shown, so that an answer of somebody else
since is noticed.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

from surveillance.models import Escalation
from surveillance.models.escalation import EscalationQuerySet
from surveillance.protocol.terms import ObligationKind
from surveillance.web.escalation_view import other_words, seen_words
from surveillance.workflows.answer_several import answer_several

ALSO = "also"
JOINED = ("follow_up__lesion", "follow_up__site", "follow_up__patient")


@dataclass(frozen=True, slots=True)
class Reach:
    """Which others an answer can be given to: of these kinds; and, where it is a word about the
    whole lesion, once for each other lesion."""

    kinds: frozenset[ObligationKind] = frozenset(ObligationKind)
    is_of_lesion: bool = False

    def others(self, row: Escalation) -> EscalationQuerySet:
        """Of the same patient at the same site, ended or not."""
        own = row.follow_up
        rows = Escalation.objects.filter(
            follow_up__patient=own.patient_id,
            follow_up__site=own.site_id,
            follow_up__kind__in=self.kinds,
        )
        if self.is_of_lesion:
            return rows.exclude(follow_up__lesion=own.lesion_id)
        return rows.exclude(follow_up=own.pk)


ANYTHING = Reach()


def others_open(row: Escalation, reach: Reach = ANYTHING) -> list[Escalation]:
    """The patient's other open escalations: one for each follow-up (or lesion), that of the
    highest tier; the most urgent first. One query."""
    rows = reach.others(row).unresolved().select_related(*JOINED)
    found: dict[UUID, Escalation] = {}
    for one in rows.order_by("follow_up__sort_key", "follow_up_id", "-tier"):
        key = one.follow_up.lesion_id if reach.is_of_lesion else one.follow_up_id
        found.setdefault(key, one)
    return list(found.values())


class SameAnswer(forms.MultipleChoiceField):
    """Which of the others get the same answer; none unless ticked."""

    def __init__(self, others: Sequence[Escalation], sent: frozenset[UUID], on: date) -> None:
        self.known = sent | {one.pk for one in others}
        super().__init__(
            label=_("The same answer also for"),
            help_text=_("Tick only what you have looked at: each is answered in your name."),
            choices=[(_value(one), other_words(one, on)) for one in others],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": _("This cannot be answered here: look at it alone")},
        )

    def valid_value(self, value: str) -> bool:
        """Whatever has happened to it since, as long as it is one that could be ticked: a form
        that was sent twice says the same as once."""
        found = _read(value)
        return found is not None and found[0] in self.known


def offer_same_answer(
    form: forms.Form, request: HttpRequest, row: Escalation, on: date, reach: Reach = ANYTHING
) -> list[Escalation]:
    """Add the tick boxes to the form of an answer, where the patient has other escalations."""
    others, sent = others_open(row, reach), _sent(request, row, reach)
    if others or sent:
        form.fields[ALSO] = SameAnswer(others, sent, on)
    return others


def answer_ticked(
    form: forms.Form, first: Escalation, answer: Callable[[Escalation], object]
) -> None:
    """Give the answer of a valid form to the escalation it is about, and to those ticked."""
    seen = _seen(form.cleaned_data.get(ALSO, []))
    rows = Escalation.objects.select_related(*JOINED).in_bulk(list(seen))
    others = [_as_seen(rows[pk], seen[pk]) for pk in seen]
    answer_several(escalations=[first, *others], answer=answer)


def _sent(request: HttpRequest, row: Escalation, reach: Reach) -> frozenset[UUID]:
    """What was ticked and may be, ended since or not."""
    ticked = _seen(request.POST.getlist(ALSO))
    if not ticked:
        return frozenset()
    return frozenset(reach.others(row).filter(pk__in=ticked).values_list("pk", flat=True))


def _seen(values: Iterable[str]) -> dict[UUID, datetime | None]:
    return dict(found for value in values if (found := _read(value)))


def _value(row: Escalation) -> str:
    return f"{row.pk}/{seen_words(row)}"


def _read(value: str) -> tuple[UUID, datetime | None] | None:
    """Which escalation, and when it had last been answered as the page showed it."""
    key, _slash, seen = value.partition("/")
    with suppress(ValueError):
        return UUID(key), datetime.fromisoformat(seen) if seen else None
    return None


def _as_seen(row: Escalation, seen: datetime | None) -> Escalation:
    copied = copy(row)
    copied.acknowledged_at = seen
    return copied
