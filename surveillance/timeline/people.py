"""What became known of the patient: risk, AFP, status, merged records."""

from collections.abc import Iterator
from itertools import pairwise

from django.db.models import Q

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

ABBREVIATIONS = {"hbv", "hcv", "masld", "ald", "hcc", "torch"}
TRI_FACTS = [f.name for f in RiskProfile._meta.fields if f.choices == Tri.choices]


def risk_profiles(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Each statement of the patient's risk, with what it says and what it leaves open."""
    rows = RiskProfile.objects.filter(patient=lesion.patient_id).select_related("recorded_by")
    for row in rows:
        yield TimelineEntry(
            kind=TimelineKind.RISK,
            on=row.effective_on,
            at=row.recorded_at,
            title="Risk recorded",
            detail=lines(
                *(listed(answer.label, _facts_with(row, answer)) for answer in Tri),
                listed(
                    "Contraindications", (Contraindication(c).label for c in row.contraindications)
                ),
                labelled("eGFR (mL/min/1.73 m²)", row.egfr),
                labelled("Expected delivery", row.expected_delivery_on),
                labelled("Source", row.source),
            ),
            by=who(row.recorded_by),
            ref=str(row.pk),
        )


def _facts_with(row: RiskProfile, answer: Tri) -> Iterator[str]:
    for name in TRI_FACTS:
        if getattr(row, name) == answer:
            yield " ".join(
                word.upper() if word in ABBREVIATIONS else word for word in name.split("_")
            )


def afp_results(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Serum alpha-fetoprotein, in ng/mL."""
    rows = AfpResult.objects.filter(patient=lesion.patient_id).select_related("recorded_by")
    for row in rows:
        value = "value not given" if row.value_ng_ml is None else f"{row.value_ng_ml} ng/mL"
        yield TimelineEntry(
            kind=TimelineKind.AFP,
            on=row.taken_on,
            at=row.recorded_at,
            title=f"AFP: {value}",
            detail=lines(
                "Rising" if row.rising else "",
                "High for the child's age" if row.elevated_for_age else "",
                labelled("Source", row.source),
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
            title=f"Patient: {PatientStatus(after.status).label}",
            detail=lines(labelled("Reason", after.status_reason)),
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
        records = f"record {row.duplicate.mrn} into {row.survivor.mrn}"
        yield TimelineEntry(
            kind=TimelineKind.MERGE,
            on=site.local_date(row.merged_at),
            at=row.merged_at,
            title=f"Merged {records}",
            detail=lines(labelled("Reason", row.reason)),
            by=who(row.merged_by),
            ref=str(row.pk),
            withdrawn_at=row.undone_at,
        )
        if row.undone_at is not None:
            yield TimelineEntry(
                kind=TimelineKind.MERGE,
                on=site.local_date(row.undone_at),
                at=row.undone_at,
                title=f"Merge of {records} undone",
                detail=(),
                by=who(row.undone_by),
                ref=str(row.pk),
            )
