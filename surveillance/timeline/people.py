"""What became known of the patient: risk, AFP, status, merged records."""

from collections.abc import Iterator
from itertools import pairwise

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import AfpResult, Contraindication, Patient, PatientStatus, RiskProfile, Tri
from surveillance.models import Lesion, PatientMerge
from surveillance.timeline.entry import (
    TimelineEntry,
    TimelineKind,
    labelled,
    lines,
    listed,
    who,
)

FACTS = {
    "cirrhosis": gettext_noop("cirrhosis"),
    "chronic_hbv": gettext_noop("chronic HBV"),
    "chronic_hcv": gettext_noop("chronic HCV"),
    "masld_advanced_fibrosis": gettext_noop("MASLD advanced fibrosis"),
    "ald": gettext_noop("ALD"),
    "other_chronic_liver_disease": gettext_noop("other chronic liver disease"),
    "hcc_risk_factors": gettext_noop("HCC risk factors"),
    "prior_hcc": gettext_noop("prior HCC"),
    "normal_liver_function": gettext_noop("normal liver function"),
    "normal_liver_parenchyma": gettext_noop("normal liver parenchyma"),
    "extrahepatic_malignancy": gettext_noop("extrahepatic malignancy"),
    "pregnant": gettext_noop("pregnant"),
    "torch_evaluated": gettext_noop("TORCH evaluated"),
    "cardiac_failure_signs": gettext_noop("cardiac failure signs"),
}
"""Every fact that a risk profile answers with yes, no or not known (a test says so)."""


def risk_profiles(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Each statement of the patient's risk, with what it says and what it leaves open."""
    rows = RiskProfile.objects.filter(patient=lesion.patient_id).select_related("recorded_by")
    for row in rows:
        yield TimelineEntry(
            kind=TimelineKind.RISK,
            on=row.effective_on,
            at=row.recorded_at,
            title=_("Risk recorded"),
            detail=lines(
                *(listed(_(str(answer.label)), _facts_with(row, answer)) for answer in Tri),
                listed(
                    _("Contraindications"),
                    (_(str(Contraindication(one).label)) for one in row.contraindications),
                ),
                labelled(_("eGFR (mL/min/1.73 m²)"), row.egfr),
                labelled(_("Expected delivery"), row.expected_delivery_on),
                labelled(_("Source"), row.source),
            ),
            by=who(row.recorded_by),
            ref=str(row.pk),
        )


def _facts_with(row: RiskProfile, answer: Tri) -> Iterator[str]:
    return (_(words) for name, words in FACTS.items() if getattr(row, name) == answer)


def afp_results(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Serum alpha-fetoprotein, in ng/mL."""
    rows = AfpResult.objects.filter(patient=lesion.patient_id).select_related("recorded_by")
    for row in rows:
        value = _("value not given") if row.value_ng_ml is None else f"{row.value_ng_ml} ng/mL"
        yield TimelineEntry(
            kind=TimelineKind.AFP,
            on=row.taken_on,
            at=row.recorded_at,
            title=_("AFP: {value}").format(value=value),
            detail=lines(
                _("Rising") if row.rising else "",
                _("High for the child's age") if row.elevated_for_age else "",
                labelled(_("Source"), row.source),
            ),
            by=who(row.recorded_by),
            ref=str(row.pk),
        )


def statuses(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Each change of the patient's status: deceased, transferred, declined, active again."""
    history = getattr(Patient, "history")  # noqa: B009  (added by django-simple-history)
    rows = history.filter(id=lesion.patient_id).select_related("history_user")
    for before, after in pairwise(rows.order_by("history_id")):
        said = ("status", "status_on", "status_reason")
        if all(getattr(before, name) == getattr(after, name) for name in said):
            continue
        yield TimelineEntry(
            kind=TimelineKind.STATUS,
            on=after.status_on or lesion.patient.site.local_date(after.history_date),
            at=after.history_date,
            title=_("Patient: {status}").format(status=_(str(PatientStatus(after.status).label))),
            detail=lines(labelled(_("Reason"), after.status_reason)),
            by=who(after.history_user),
            ref=str(after.history_id),
        )


def merges(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Records joined with the patient's, and taken apart again."""
    rows = PatientMerge.objects.filter(
        Q(survivor=lesion.patient_id) | Q(duplicate=lesion.patient_id)
    ).select_related("survivor", "duplicate", "merged_by", "undone_by")
    site = lesion.patient.site
    for row in rows:
        records = {"duplicate": row.duplicate.mrn, "survivor": row.survivor.mrn}
        yield TimelineEntry(
            kind=TimelineKind.MERGE,
            on=site.local_date(row.merged_at),
            at=row.merged_at,
            title=_("Merged record {duplicate} into {survivor}").format(**records),
            detail=lines(labelled(_("Reason"), row.reason)),
            by=who(row.merged_by),
            ref=str(row.pk),
            withdrawn_at=row.undone_at,
        )
        if row.undone_at is not None:
            yield TimelineEntry(
                kind=TimelineKind.MERGE,
                on=site.local_date(row.undone_at),
                at=row.undone_at,
                title=_("Merge of record {duplicate} into {survivor} undone").format(**records),
                detail=(),
                by=who(row.undone_by),
                ref=str(row.pk),
            )
