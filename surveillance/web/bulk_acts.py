"""What can be done for many rows of the queue at once: each by its own workflow, each on its own.

A pick is `<follow-up>.<version>`: the row, and the copy of it that the person looked at.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from surveillance.models import FollowUp, NotificationTemplate
from surveillance.roles import Permission, sites_where
from surveillance.web.meanwhile import is_overtaken, last_deed
from surveillance.web.queue_query import PAGE_SIZE
from surveillance.web.queue_rows import days_words, owed_words
from surveillance.web.wording import (
    language_words,
    lesion_words,
    name_of_patient,
    name_of_user,
)
from surveillance.workflows.change_follow_up import FollowUpChangedMeanwhile
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.queue_letter import letter_to_queue, queue_letter
from surveillance.workflows.reassign import reassign


class Act(StrEnum):
    """What is done for all of them."""

    LETTER = "letter"
    OWNER = "owner"


NEEDS = {Act.LETTER: Permission.LOG_CONTACT, Act.OWNER: Permission.REASSIGN}


@dataclass(frozen=True, slots=True)
class Pick:
    """One chosen row, as it was when it was chosen."""

    pk: UUID
    version: int

    def __str__(self) -> str:
        return f"{self.pk}.{self.version}"


@dataclass(frozen=True, slots=True)
class Line:
    """One patient of the preview or of the result: what happens or happened, or why not."""

    pick: str
    url: str
    name: str
    mrn: str
    about: str
    words: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One act for many, by whom and when; for a change of owner also to whom and why."""

    act: Act
    by: User
    now: datetime
    owner: User | None = None
    reason: str = ""


def read_picks(values: Iterable[str]) -> list[Pick]:
    """The picks of a page, each once; what is not a pick is left out."""
    found: dict[UUID, Pick] = {}
    for value in values:
        pk, _dot, version = value.partition(".")
        try:
            pick = Pick(UUID(pk), int(version))
        except ValueError:
            continue
        found.setdefault(pick.pk, pick)
    return list(found.values())[:PAGE_SIZE]


def picked(picks: Iterable[Pick], by: User) -> list[tuple[Pick, FollowUp]]:
    """The rows of the picks that `by` may see, in the order of the queue. One query."""
    wanted = {pick.pk: pick for pick in picks}
    sites = sites_where(by, Permission.VIEW_PATIENT)
    rows = FollowUp.objects.filter(pk__in=wanted, site__in=sites).dangerous_first()
    joined = rows.select_related("site", "patient__site", "lesion", "owner")
    return [(wanted[row.pk], row) for row in joined]


def preview(chosen: Iterable[tuple[Pick, FollowUp]], order: Order) -> tuple[Line, ...]:
    """What would happen for each, and for whom nothing can be done and why. Changes nothing."""
    return _each(chosen, order, _planned)


def carry_out(chosen: Iterable[tuple[Pick, FollowUp]], order: Order) -> tuple[Line, ...]:
    """Do it for each; one refusal stops none of the others. Done twice it is done once."""
    return _each(chosen, order, _done)


Deed = Callable[[Pick, FollowUp, Order], str]


class NotAllowedHere(WorkflowRefused):
    """The person's role at this patient's site does not allow it."""

    code = "not_allowed_here"


def _each(chosen: Iterable[tuple[Pick, FollowUp]], order: Order, deed: Deed) -> tuple[Line, ...]:
    sites = frozenset(sites_where(order.by, NEEDS[order.act]).values_list("pk", flat=True))
    return tuple(_line(pick, row, order, deed, row.site_id in sites) for pick, row in chosen)


def _line(pick: Pick, row: FollowUp, order: Order, deed: Deed, is_allowed: bool) -> Line:
    words, refusal = "", ""
    on = row.site.local_date(order.now)
    about = f"{lesion_words(row.lesion)}: {owed_words(row)}, {days_words(row, on)}"
    try:
        if not is_allowed:
            words = _("Your role at {site} does not allow it.")
            raise NotAllowedHere(words.format(site=row.site.name))
        words = deed(pick, row, order)
    except WorkflowRefused as refused:
        refusal = _overtaken_words(row) if is_overtaken(refused) else refused.message
    return Line(
        pick=str(pick),
        url=reverse("follow_up_panel", args=[row.pk]),
        name=name_of_patient(row.patient),
        mrn=row.patient.mrn,
        about=about,
        words=words,
        refusal=refusal,
    )


def _overtaken_words(row: FollowUp) -> str:
    return _(
        "{deed}, after you chose it. Look at it, and choose it again if it is still right."
    ).format(deed=last_deed(row) or _("Somebody else changed it"))


def _refuse_overtaken(pick: Pick, row: FollowUp) -> None:
    if row.closed_at is not None or row.version != pick.version:
        raise FollowUpChangedMeanwhile(_("Somebody else changed it."))


def _planned(pick: Pick, row: FollowUp, order: Order) -> str:
    _refuse_overtaken(pick, row)
    if order.act == Act.OWNER:
        return _("Answered for by {owner}; then by whom you choose").format(
            owner=name_of_user(row.owner, _("nobody"))
        )
    planned = letter_to_queue(patient=row.patient, now=order.now)
    label = NotificationTemplate(planned.template).label
    if planned.waiting is not None:
        words = _("Nothing more: “{letter}” waits already for the next print run")
        return words.format(letter=label)
    return _("“{letter}” waits for the next print run, in {language}").format(
        letter=label, language=language_words(row.patient)
    )


def _done(pick: Pick, row: FollowUp, order: Order) -> str:
    if order.act == Act.LETTER:
        _refuse_overtaken(pick, row)
        queue_letter(patient=row.patient, by=order.by, now=order.now)
        return _("The letter waits for the next print run")
    assert order.owner is not None  # the form asks for one
    reassign(
        follow_up=row,
        owner=order.owner,
        reason=order.reason,
        expected_version=pick.version,
        by=order.by,
        now=order.now,
    )
    return _("{person} answers for it").format(person=name_of_user(order.owner))
