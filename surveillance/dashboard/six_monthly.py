"""Six-monthly surveillance of people with cirrhosis, as the NHS and NICE count it (ADR 0041)."""

from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import PatientStatus, RiskProfile, Tri
from surveillance.dashboard.number import Cell, Figure, Kind, Number, Row, share
from surveillance.dashboard.scope import Scope, adults_born_by
from surveillance.models import FollowUp, FollowUpQuerySet, ImagingExam
from surveillance.protocol.dates import add_months
from surveillance.protocol.parameters import measures as parameters
from surveillance.protocol.terms import Modality

KEY = "six_monthly"
MONTHS = parameters.SIX_MONTHLY.value
LATE_MONTHS = MONTHS + parameters.SIX_MONTHLY_TOLERANCE.value
IMAGED, LATE, NOT_IMAGED = "imaged", "late", "not_imaged"
ALL_EXCLUDED = "excluded"
EXCLUDED = {
    "left": gettext_noop(
        "Died, transferred and acknowledged, or surveillance not appropriate (signed)"
    ),
    "child": gettext_noop("Under 18, or age not known"),
    "not_owed": gettext_noop("Nothing is owed here: not under surveillance at this site"),
}
LEFT = (
    PatientStatus.DECEASED,
    PatientStatus.TRANSFERRED_ACKNOWLEDGED,
    PatientStatus.SURVEILLANCE_NOT_APPROPRIATE,
)
LIVER = (
    Modality.US,
    Modality.CEUS,
    Modality.CT_MULTIPHASE,
    Modality.MRI_NONCONTRAST,
    Modality.MRI_EXTRACELLULAR,
    Modality.MRI_HEPATOBILIARY,
)


def _grouped(scope: Scope) -> "QuerySet[Any]":
    """People with cirrhosis, each in the first group that holds."""
    adult = Q(birth_date__lte=adults_born_by(scope.today))
    owed = FollowUp.objects.open().filter(patient=OuterRef("pk"))
    with_cirrhosis = scope.patients().alias(cirrhosis=_cirrhosis(scope)).filter(cirrhosis=Tri.YES)
    return with_cirrhosis.annotate(
        group=Case(
            When(status__in=LEFT, then=Value("left")),
            When(~adult | Q(birth_date=None), then=Value("child")),
            When(~Q(Exists(owed)), then=Value("not_owed")),
            When(Q(Exists(_imaged_within(scope, MONTHS))), then=Value(IMAGED)),
            When(Q(Exists(_imaged_within(scope, LATE_MONTHS))), then=Value(LATE)),
            default=Value(NOT_IMAGED),
        )
    )


def _cirrhosis(scope: Scope) -> Subquery:
    known = RiskProfile.objects.filter(patient=OuterRef("pk")).in_force(scope.today)
    return Subquery(known.values("cirrhosis")[:1])


def _imaged_within(scope: Scope, months: int) -> "QuerySet[ImagingExam]":
    """Adequate exams of the whole liver in so many months until today."""
    return ImagingExam.objects.standing().filter(
        patient=OuterRef("pk"),
        adequate=True,
        whole_liver=True,
        modality__in=LIVER,
        performed_on__gte=add_months(scope.today, -months),
    )


def count_six_monthly(scope: Scope) -> Number:
    """One query."""
    by = _grouped(scope).order_by().values_list("group").annotate(Count("pk"))
    found = dict.fromkeys((IMAGED, LATE, NOT_IMAGED, *EXCLUDED), 0) | dict(by)
    whole = found[IMAGED] + found[LATE] + found[NOT_IMAGED]
    return Number(
        KEY,
        _("Six-monthly surveillance of people with cirrhosis (NHS)"),
        _(
            "Denominator: adults with cirrhosis to whom something is owed here today. Numerator: "
            "an adequate exam of the whole liver within the {months} months until today (NICE "
            "QS152, statement 4); beside it with a tolerance, within {late_months} months."
        ).format(months=MONTHS, late_months=LATE_MONTHS),
        _(
            "NICE names ultrasound: CT and MRI of the whole liver count here, since they replace "
            "it. People with cirrhosis and no lesion are not in this register, so this is no "
            "figure for a whole clinic. Exams elsewhere count once they are on file."
        ),
        (
            _share(IMAGED, MONTHS, found[IMAGED], whole),
            _share("tolerant", LATE_MONTHS, found[IMAGED] + found[LATE], whole),
        ),
        (_("Group"), _("People")),
        (
            Row(_("Not imaged within either"), (Cell(found[NOT_IMAGED], NOT_IMAGED),)),
            *(
                Row(
                    _("Excluded: {reason}").format(reason=_(words)),
                    (Cell(found[group], group),),
                )
                for group, words in EXCLUDED.items()
            ),
        ),
        period=(add_months(scope.today, -MONTHS), scope.today),
    )


def _share(part: str, months: int, found: int, whole: int) -> Figure:
    label = _("Imaged within {months} months").format(months=months)
    people = (whole, _("adults with cirrhosis under surveillance"))
    return share(part, label, (found, _("imaged in time")), people, part=part)


def list_six_monthly(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' and 'imaged' the numerator, 'tolerant' the tolerant one, 'not_imaged' the rest: the most
    urgent follow-up of each."""
    parts = {"": (IMAGED,), "tolerant": (IMAGED, LATE)} | {
        each: (each,) for each in (IMAGED, LATE, NOT_IMAGED)
    }
    people = _grouped(scope).filter(group__in=parts[part])
    firsts = FollowUp.objects.open().most_urgent_per_patient()
    return firsts.filter(site__in=scope.sites, patient__in=people.values("pk"))


def excluded_six_monthly(scope: Scope, part: str) -> "QuerySet[Any]":
    """'excluded' all of them, 'left', 'child', 'not_owed' one group: people, not follow-ups, since
    nothing may be owed to them. Each has its `group`."""
    groups = {ALL_EXCLUDED: tuple(EXCLUDED)} | {each: (each,) for each in EXCLUDED}
    return _grouped(scope).filter(group__in=groups[part]).select_related("site")


SIX_MONTHLY = Kind(
    KEY,
    count_six_monthly,
    list_six_monthly,
    excluded_parts=(ALL_EXCLUDED, *EXCLUDED),
    excluded=excluded_six_monthly,
)
