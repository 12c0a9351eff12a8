"""Two records were joined wrongly: they are taken apart again."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Patient, RiskProfile
from surveillance.models import (
    BIRTH_DATE_LEARNED,
    FollowUp,
    ImagingExam,
    Lesion,
    Notification,
    PatientMerge,
)
from surveillance.record_locks import lock_records
from surveillance.workflows.assess_lesions import assess_lesions
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.refresh_last_contact import refresh_last_contact
from surveillance.workflows.repoint_records import repoint_records
from surveillance.workflows.update_risk import RiskFacts, facts_of, update_risk

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class MergeNotSeparable(WorkflowRefused):
    """An exam recorded since the merge describes lesions of both records."""

    code = "merge_not_separable"


@transaction.atomic
def unmerge_patients(*, merge: PatientMerge, by: "User | None", now: datetime) -> PatientMerge:
    """Move back exactly the rows that `merge` had moved, and decide again about all lesions.

    What was recorded since follows its lesion, and otherwise stays with the survivor, as does a
    retracted exam that described lesions of both. The
    survivor's risk becomes what it was before, unless somebody recorded it anew since; a birth date
    that it had of the other record goes. Undoing
    twice changes nothing. Refused: an exam since then that describes lesions of both records.
    """
    survivors = lock_records([merge.survivor_id, merge.duplicate_id])
    merge.refresh_from_db()
    if merge.undone_at is not None:
        return merge
    holder = survivors[merge.survivor_id]
    duplicate = Patient.objects.select_related("site").get(pk=merge.duplicate_id)
    moving = Lesion.objects.filter(pk__in=merge.moved["Lesion"], patient=holder)
    going = merge.moved | _since(merge, moving)
    duplicate.merged_into = None
    save_with_history(duplicate, reason="merge_undone", by=by, now=now, fields=["merged_into"])
    repoint_records(source=holder, target=duplicate, only=going)
    merge.undone_at, merge.undone_by = now, by
    merge.save(update_fields=["undone_at", "undone_by"])
    for person in (holder, duplicate):
        record_event(
            "patients_unmerged", site=person.site, subject=merge, patient=person, by=by, now=now
        )
    refresh_last_contact(patients=[holder, duplicate])
    _forget_birth_date(merge, holder, by, now)
    _restore_risk(merge, holder, by, now)
    lesions = Lesion.objects.filter(patient__in=[holder, duplicate])
    assess_lesions(lesions=lesions, cause="patients_unmerged", by=by, now=now)
    return merge


def _since(merge: PatientMerge, moving: QuerySet[Lesion]) -> dict[str, list[str]]:
    """Rows that belong to the lesions which go back, those recorded since the merge included."""
    of_theirs = ImagingExam.objects.filter(observations__lesion__in=moving).distinct()
    staying = Lesion.objects.filter(patient=merge.survivor_id).exclude(pk__in=moving)
    of_both = of_theirs.filter(observations__lesion__in=staying)
    shared = of_both.filter(retracted_at=None).first()
    if shared is not None:
        raise MergeNotSeparable(
            _(
                "Exam {accession} describes lesions of both records. Retract it and record it "
                "for each of them; then undo the merge."
            ).format(accession=shared.accession),
            exam_id=shared.pk,
        )
    follow_ups = FollowUp.objects.filter(lesion__in=moving)
    messages = Notification.objects.filter(follow_up__in=follow_ups)
    return {
        "ImagingExam": _also(merge, "ImagingExam", of_theirs.exclude(pk__in=of_both)),
        "FollowUp": _also(merge, "FollowUp", follow_ups),
        "Notification": _also(merge, "Notification", messages),
    }


def _also(merge: PatientMerge, name: str, rows: QuerySet[Any]) -> list[str]:
    return sorted({*merge.moved[name], *(str(pk) for pk in rows.values_list("pk", flat=True))})


def _forget_birth_date(
    merge: PatientMerge, holder: Patient, by: "User | None", now: datetime
) -> None:
    learned = merge.moved.get(BIRTH_DATE_LEARNED, ())
    if holder.birth_date and holder.birth_date.isoformat() in learned:
        holder.birth_date = None
        save_with_history(holder, reason="merge_undone", by=by, now=now, fields=["birth_date"])


def _restore_risk(merge: PatientMerge, holder: Patient, by: "User | None", now: datetime) -> None:
    """Write the survivor's former profile again, if the combined one is still in force."""
    today = holder.site.local_date(now)
    present = RiskProfile.objects.filter(patient=holder).in_force(today).first()
    if present is None or present.recorded_at != merge.merged_at:
        return
    [former] = merge.moved.get("RiskProfile") or [None]
    before = RiskProfile.objects.filter(pk=former).first() if former else None
    update_risk(
        patient=holder,
        facts=facts_of(before) if before else RiskFacts(),
        effective_on=today,
        source="merge undone",
        by=by,
        now=now,
    )
