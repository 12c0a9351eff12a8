"""The guided tour: the first ten minutes of each role, one's own first."""

from collections.abc import Set
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from patients.models import Membership, Role
from surveillance.roles import PERMISSIONS, Permission
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.tour_words import PARTS, Part, Step


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step in words; without a link where its page is not open to the reader."""

    title: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part in words."""

    title: str
    words: str
    is_yours: bool
    steps: tuple[ShownStep, ...]


@require_safe
@signed_in
def tour_page(request: SignedInRequest) -> HttpResponse:
    """What to try first, as which role."""
    held = Membership.objects.current().of(request.user).values_list("role", flat=True)
    roles = frozenset(Role(role) for role in held)
    return render(request, "surveillance/tour.html", {"parts": shown_parts(roles)})


def shown_parts(roles: Set[Role]) -> tuple[ShownPart, ...]:
    """Every part, those of the reader's own roles first."""
    granted = frozenset().union(*(PERMISSIONS[role] for role in roles))
    shown = (_shown(part, bool(part.roles & roles), granted) for part in PARTS)
    return tuple(sorted(shown, key=lambda part: not part.is_yours))


def _shown(part: Part, is_yours: bool, granted: Set[Permission]) -> ShownPart:
    steps = tuple(
        ShownStep(_(step.title), _(step.words), _url(step, granted)) for step in part.steps
    )
    return ShownPart(_(part.title), _(part.words), is_yours, steps)


def _url(step: Step, granted: Set[Permission]) -> str:
    if step.needs is not None and step.needs not in granted:
        return ""
    return reverse(step.path) + (f"?{step.query}" if step.query else "")
