"""The quality measures of clinical.md 8.7, for one site and period. Questions only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import Site
from surveillance.day_spans import Day, DaysBetween, spread_of
from surveillance.models import (
    Escalation,
    EscalationResolution,
    FollowUp,
    FollowUpOutcome,
    FollowUpQuerySet,
    ImagingExam,
    Lesion,
    LesionAssessment,
    OverrideKind,
)
from surveillance.protocol.parameters.measures import (
    ADHERENT_AFTER,
    ADHERENT_BEFORE,
    UNDETERMINED_LONG,
)
from surveillance.protocol.terms import (
    EscalationClass,
    Modality,
    ObligationKind,
    RecommendationKind,
    Risk,
    VisualisationScore,
)

BEFORE = timedelta(days=ADHERENT_BEFORE.value)
AFTER = timedelta(days=ADHERENT_AFTER.value)
LONG = timedelta(days=UNDETERMINED_LONG.value)
CHARACTERISING = (
    RecommendationKind.CONFIRM_ISOLATION_CONTRAST,
    RecommendationKind.CHARACTERISE_MRI_HB_OR_MPCT,
    RecommendationKind.DYNAMIC_CT_OR_MRI,
    RecommendationKind.CONTRAST_MRI,
)
AFTER_GROWTH = ("R34a", "R34b")
CLASSES = (EscalationClass.URGENT, EscalationClass.AT_RISK, EscalationClass.LOW)
TIERS = (1, 2, 3, 4)
IN_TIME = Q(completed_by__performed_on__lte=F("latest_on"))
FINAL = Q(completed_by__isnull=False) | Q(days_late__gt=AFTER.days)
"""Judged by the ACR's tolerance: done, or not done by the end of it."""
ADHERENT = Q(days_early__lte=BEFORE.days, days_after__lte=AFTER.days)
"""Done within the ACR's tolerance about the window."""
ON_TIME_MEANS = gettext_noop(
    "Imaging whose last day lies in the period, done on or before that day, of all that was done "
    "or has fallen due."
)


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it; `today` is the site's day."""

    first_on: date
    last_on: date
    today: date


@dataclass(frozen=True, slots=True)
class Measure:
    """One number with what it is made of. `value` is a percentage, days, or a count by `unit`.

    `value` is None where there is nothing to measure.
    """

    key: str
    title: str
    definition: str
    numerator: int
    denominator: int
    value: float | None
    unit: str


def measure(site: Site, period: Period) -> tuple[Measure, ...]:
    """Every measure, in the order of clinical.md 8.7."""
    return tuple(
        (
            *_on_time(site, period),
            _adherent(site, period),
            _characterised(site, period),
            _undetermined(site, period),
            _limited(site, period),
            *_tiers(site, period),
            _contrast_after_growth(site, period),
            *_overrides(site, period),
        )
    )


def _rate(key: str, title: str, definition: str, counts: tuple[int, int]) -> Measure:
    part, whole = counts
    value = 100 * part / whole if whole else None
    return Measure(key, title, definition, part, whole, value, "%")


def imaging() -> FollowUpQuerySet:
    """Imaging that was done or is still owed; what ended otherwise is neither late nor on time."""
    done = Q(outcome=FollowUpOutcome.COMPLETED, completed_by__retracted_at=None)
    return FollowUp.objects.filter(Q(closed_at=None) | done, kind=ObligationKind.IMAGING)


def fell_due(rows: FollowUpQuerySet, first_on: date, last_on: date, today: Day) -> FollowUpQuerySet:
    """Of `rows`, what has its last day in the period and is done or late; an open one counts once
    its last day has passed."""
    return rows.filter(
        Q(completed_by__isnull=False) | Q(latest_on__lt=today),
        latest_on__range=(first_on, last_on),
    )


def with_tolerance(rows: FollowUpQuerySet, today: Day) -> FollowUpQuerySet:
    """`rows` with what `FINAL` and `ADHERENT` ask of them."""
    done = F("completed_by__performed_on")
    return rows.alias(
        days_early=DaysBetween(F("earliest_on"), done),
        days_after=DaysBetween(done, F("latest_on")),
        days_late=DaysBetween(today, F("latest_on")),
    )


def raised() -> QuerySet[Escalation]:
    """Escalations that somebody was to answer: a step that was passed over is none."""
    return Escalation.objects.exclude(resolution=EscalationResolution.SKIPPED)


def _imaging(site: Site) -> FollowUpQuerySet:
    return imaging().filter(site=site)


def _on_time(site: Site, period: Period) -> Iterator[Measure]:
    due = fell_due(_imaging(site), period.first_on, period.last_on, period.today)
    in_time = due.filter(IN_TIME)
    for one in CLASSES:
        here = Q(escalation_class=one)
        yield _rate(
            f"on_time_{one.lower()}",
            _("On time, {risk}").format(risk=_(one.label).lower()),
            _(ON_TIME_MEANS),
            (in_time.filter(here).count(), due.filter(here).count()),
        )


def _adherent(site: Site, period: Period) -> Measure:
    ends_here = Q(latest_on__range=(period.first_on, period.last_on))
    final = with_tolerance(_imaging(site), period.today).filter(ends_here, FINAL)
    return _rate(
        "acr_adherent",
        _("Adherent as the ACR counts"),
        _(
            "Imaging whose last day lies in the period, done between {before} days before its "
            "earliest and {after} days after its last day, of all that was done or is later than "
            "that."
        ).format(before=BEFORE.days, after=AFTER.days),
        (final.filter(ADHERENT).count(), final.count()),
    )


def _median_days(
    key: str, title: str, definition: str, done: QuerySet[FollowUp], owed: int
) -> Measure:
    days = spread_of(done, DaysBetween(F("completed_by__performed_on"), F("owed_since")))
    return Measure(key, title, definition, days.count, owed, days.median, "days")


def _done_in(rows: FollowUpQuerySet, period: Period) -> FollowUpQuerySet:
    return rows.filter(completed_by__performed_on__range=(period.first_on, period.last_on))


def _arisen(rows: FollowUpQuerySet, period: Period) -> int:
    return rows.filter(owed_since__range=(period.first_on, period.last_on)).count()


def _characterised(site: Site, period: Period) -> Measure:
    needs = _imaging(site).filter(recommendation__in=CHARACTERISING)
    return _median_days(
        "days_to_characterisation",
        _("From the need to the characterising exam"),
        _(
            "Median days from the day on which a characterising exam was first owed to the exam, "
            "of those done in the period (numerator); the denominator is how many needs arose in "
            "it."
        ),
        _done_in(needs, period),
        _arisen(needs, period),
    )


def _contrast_after_growth(site: Site, period: Period) -> Measure:
    needs = _imaging(site).filter(assessment__rule__in=AFTER_GROWTH)
    return _median_days(
        "growth_to_contrast",
        _("From growth or a raised AFP to contrast"),
        _(
            "Median days from the day on which rule R34a or R34b first owed a contrast study to "
            "that study, of those done in the period (numerator); the denominator is how many "
            "arose in it."
        ),
        _done_in(needs, period),
        _arisen(needs, period),
    )


def _undetermined(site: Site, period: Period) -> Measure:
    """Of today, whatever the period: who is undetermined now, and was all the time."""
    since = period.today - LONG
    computed = LesionAssessment.objects.filter(lesion=OuterRef("pk"), overrides=None)
    then = computed.filter(as_of__lte=since).newest_first().values("risk")[:1]
    otherwise = computed.filter(as_of__gt=since).exclude(risk=Risk.UNDETERMINED)
    watched = Lesion.objects.under_surveillance().filter(patient__site=site)
    lasting = watched.annotate(then=Subquery(then)).filter(
        ~Exists(otherwise), then=Risk.UNDETERMINED
    )
    return _rate(
        "undetermined_long",
        _("Liver risk undetermined for more than {days} days").format(days=LONG.days),
        _(
            "Lesions under surveillance today whose patient's liver risk has been undetermined all "
            "that time, of all lesions under surveillance today."
        ),
        (lasting.count(), watched.count()),
    )


def _limited(site: Site, period: Period) -> Measure:
    scored = ImagingExam.objects.standing().filter(
        site=site,
        modality=Modality.US,
        performed_on__range=(period.first_on, period.last_on),
    )
    told = scored.exclude(vis="")
    return _rate(
        "vis_c",
        _("Ultrasound with severe limitations (VIS-C)"),
        _("Ultrasounds of the period with visualisation score C, of those with a score."),
        (told.filter(vis=VisualisationScore.C).count(), told.count()),
    )


def _counts(items: Iterable[tuple[str, str, int]], definition: str) -> Iterator[Measure]:
    """Shares of a whole, each shown as a count."""
    items = list(items)
    whole = sum(count for _key, _title, count in items)
    for key, title, count in items:
        yield Measure(key, title, definition, count, whole, float(count), "count")


def _tiers(site: Site, period: Period) -> Iterator[Measure]:
    rows = raised().filter(
        follow_up__site=site, raised_at__date__range=(period.first_on, period.last_on)
    )
    counted = (
        (f"tier_{n}", _("Escalations, tier {n}").format(n=n), rows.filter(tier=n).count())
        for n in TIERS
    )
    return _counts(
        counted,
        _("Escalations raised in the period (UTC days), of those of all tiers; not skipped."),
    )


def _overrides(site: Site, period: Period) -> Iterator[Measure]:
    rows = LesionAssessment.objects.filter(
        lesion__patient__site=site,
        overrides__isnull=False,
        as_of__range=(period.first_on, period.last_on),
    )
    counted = (
        (
            f"override_{kind.value.lower()}",
            _("Overrides: {kind}").format(kind=_(str(kind.label)).lower()),
            rows.filter(override_kind=kind).count(),
        )
        for kind in OverrideKind
    )
    return _counts(
        counted, _("Decisions of clinicians beside the rule in the period, of all kinds.")
    )
