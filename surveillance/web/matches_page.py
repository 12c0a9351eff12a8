"""Exams to confirm, follow-ups that closed by themselves, and the sample that is looked at."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from patients.models import Site
from surveillance.models import ExamMatch, ExamMatchAnswer, MatchAnswer
from surveillance.models.exam_match import ExamMatchQuerySet
from surveillance.protocol.terms import EscalationClass
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.match_page import JOINED
from surveillance.web.match_view import match_row
from surveillance.web.wording import label_of, number_words

SHOWN = 100
LISTS = {
    "confirm": gettext_noop("To confirm"),
    "closed": gettext_noop("Closed by themselves"),
    "audit": gettext_noop("To look at afterwards"),
}
EMPTY = {
    "confirm": gettext_noop("No exam waits for a person."),
    "closed": gettext_noop("No follow-up has closed by itself."),
    "audit": gettext_noop("Nothing is left to look at."),
}
UNDO_REASON = gettext_noop("Undone from the list of closures.")
"""Kept, and so in the language of records."""
WRONG = (MatchAnswer.AUDITED_WRONG, MatchAnswer.UNDONE)


@dataclass(frozen=True, slots=True)
class ListTab:
    """One list, with how much is in it."""

    words: str
    url: str
    count: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class PrecisionRow:
    """Of the sampled closures of one class, how many were right."""

    escalation_class: str
    right: int
    looked: int
    share: str


@require_safe
@signed_in
def exam_matches(request: SignedInRequest) -> HttpResponse:
    """The three lists of a site: what waits the most dangerous first, the others the newest."""
    sites = list(sites_where(request.user, Permission.RECORD_EXAM).order_by("name"))
    site = choose_site(request, sites)
    asked = request.GET.get("list", "")
    name = asked if asked in LISTS else "confirm"
    found = lists_of(site)[name]
    ordered = found.dangerous_first() if name == "confirm" else found.newest_first()
    rows = ordered.select_related(*JOINED)
    shown = list(rows.prefetch_related("answers")[: SHOWN + 1])
    context = {
        "site": site.name,
        "tabs": _tabs(site, name),
        "rows": [match_row(row) for row in shown[:SHOWN]],
        "is_cut": len(shown) > SHOWN,
        "empty": _(EMPTY[name]),
        "precision": precision_at(site),
        "current": name,
        "undo_reason": UNDO_REASON,
    }
    return render(request, "surveillance/matches/list.html", context)


def lists_of(site: Site) -> dict[str, ExamMatchQuerySet]:
    """Each list as a question."""
    here = ExamMatch.objects.filter(site=site)
    return {
        "confirm": here.undecided(),
        "closed": here.closed_by_themselves(),
        "audit": here.to_audit(),
    }


def _tabs(site: Site, current: str) -> list[ListTab]:
    """A closure whose exam was withdrawn is shown as such, and does not count."""
    lists = lists_of(site)
    lists["closed"] = lists["closed"].standing()
    counts = {name: rows[: SHOWN + 1].count() for name, rows in lists.items()}
    return [
        ListTab(
            words=_(words),
            url=f"{reverse('exam_matches')}?list={name}",
            count=f"{SHOWN}+" if counts[name] > SHOWN else number_words(counts[name]),
            is_current=name == current,
        )
        for name, words in LISTS.items()
    ]


def precision_at(site: Site) -> list[PrecisionRow]:
    """How many sampled closures were right, by class; nothing for a class nobody has looked at."""
    found: dict[str, list[int]] = {}
    for row in ExamMatchAnswer.objects.verdicts_on_sample(site):
        counts = found.setdefault(row["match__follow_up__escalation_class"], [0, 0])
        counts[row["answer"] in WRONG] += row["number"]
    return [
        PrecisionRow(
            escalation_class=label_of(EscalationClass, name),
            right=right,
            looked=right + wrong,
            share=f"{100 * right / (right + wrong):.1f} %",
        )
        for name, (right, wrong) in sorted(found.items())
    ]
