"""What the history page, its file and its print read, in a constant number of queries."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.http import QueryDict

from surveillance.models import Lesion, LesionObservation
from surveillance.timeline import (
    DecidedThen,
    Hindsight,
    TimelineEntry,
    build_timeline,
    decided_by,
    end_of_day,
    look_back,
)
from surveillance.web.history_form import Asked, HistoryForm, kinds_offered, read_asked


@dataclass(frozen=True, slots=True)
class LesionHistory:
    """A lesion's history as it was asked for, the newest entry first.

    `on` is the day looked back to; `known` what was on record then, of the kinds asked for.
    """

    lesion: Lesion
    form: HistoryForm
    asked: Asked
    on: date
    known: tuple[TimelineEntry, ...]
    later: tuple[TimelineEntry, ...]
    decided: DecidedThen
    observations: tuple[LesionObservation, ...]


def read_history(lesion: Lesion, params: QueryDict, now: datetime) -> LesionHistory:
    """Read it, filtered and cut as the address asks."""
    site = lesion.patient.site
    today = site.local_date(now)
    entries = build_timeline(lesion, newest_first=True)
    kinds = kinds_offered(entries, params.getlist("kind"))
    form = HistoryForm(params, kinds=kinds, today=today)
    asked = read_asked(form, with_later=bool(params.get("later")))
    on = asked.known_on or today
    cut = look_back(entries, on, site) if asked.known_on else Hindsight(entries, ())
    return LesionHistory(
        lesion=lesion,
        form=form,
        asked=asked,
        on=on,
        known=tuple(entry for entry in cut.known if asked.shows(entry)),
        later=cut.later,
        decided=decided_by(lesion, on),
        observations=_observations(lesion, end_of_day(on, site)),
    )


def _observations(lesion: Lesion, moment: datetime) -> tuple[LesionObservation, ...]:
    """What exams had shown by then, without those retracted by then; the newest first."""
    stood = Q(exam__retracted_at=None) | Q(exam__retracted_at__gte=moment)
    rows = LesionObservation.objects.filter(stood, lesion=lesion, exam__recorded_at__lt=moment)
    light = rows.select_related("exam").defer("exam__report_text", "exam__evidence")
    return tuple(light.order_by("-exam__performed_on", "exam__accession"))
