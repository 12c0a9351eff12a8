"""Two records turn out to be one person."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from patients.history import save_with_history
from patients.models import Patient, RiskProfile
from patients.workflows.amend_demographics import amend_demographics
from surveillance.models import BIRTH_DATE_LEARNED, FollowUp, PatientMerge
from surveillance.ownership import accountable_owner
from surveillance.record_locks import lock_records
from surveillance.workflows.combine_risk import combine_risk
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.refresh_last_contact import refresh_last_contact
from surveillance.workflows.repoint_records import repoint_records
from surveillance.workflows.update_risk import RiskFacts, facts_of, update_risk

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class PatientsNotMergeable(WorkflowRefused):
    """These two records cannot be joined as they are; the message says why and what to do."""

    code = "patients_not_mergeable"


@transaction.atomic
def merge_patients(
    *, survivor: Patient, duplicate: Patient, reason: str, by: "User | None", now: datetime
) -> PatientMerge:
    """Move everything of `duplicate` to `survivor` and decide again about all lesions.

    The survivor gets a combined risk profile in which the more dangerous fact wins, and the
    duplicate's birth date where it has none: lesions never lose the age that they were decided
    with. Merging the
    same two again changes nothing. Refused: one and the same record, two sites, a duplicate that
    was merged elsewhere, different status, no reason.
    """
    rows = lock_records([survivor.pk, duplicate.pk])
    target = rows[survivor.pk]
    done = PatientMerge.objects.filter(duplicate=duplicate, undone_at=None).first()
    if done is not None and done.survivor_id in (survivor.pk, target.pk):
        return done
    source = Patient.objects.get(pk=duplicate.pk)
    _refuse(target, source, reason)
    combined, before = _combined(target, source, now)
    learned = _learn_birth_date(target, source, by, now)
    owner = accountable_owner(target)
    moved = repoint_records(source=source, target=target)
    if owner is not None:
        # One person calls the patient, also about the lesions that come with the duplicate.
        FollowUp.objects.open().filter(pk__in=moved["FollowUp"]).update(owner=owner)
    source.merged_into = target
    save_with_history(source, reason="merged", by=by, now=now, fields=["merged_into"])
    merge = PatientMerge.objects.create(
        survivor=target,
        duplicate=source,
        reason=reason,
        moved=moved | {"RiskProfile": [str(before.pk)] if before else []} | learned,
        merged_at=now,
        merged_by=by,
    )
    _audit(merge, by, now)
    refresh_last_contact(patients=[target, source])
    update_risk(
        patient=target,
        facts=combined,
        effective_on=target.site.local_date(now),
        source="two records merged",
        by=by,
        now=now,
    )
    return merge


def _audit(merge: PatientMerge, by: "User | None", now: datetime) -> None:
    roles = {"survivor": merge.survivor, "duplicate": merge.duplicate}
    ids = {name: str(person.pk) for name, person in roles.items()}
    deeds = [
        Deed("patients_merged", person.site, merge, person, {"as": name} | ids)
        for name, person in roles.items()
    ]
    record_events(deeds, by=by, now=now)


def _refuse(target: Patient, source: Patient, reason: str) -> None:
    if not reason.strip():
        raise PatientsNotMergeable(_("Say why these are one person."), field="reason")
    if source.merged_into_id is not None:
        raise PatientsNotMergeable(
            _("The duplicate was merged into another record. Undo that first.")
        )
    if target.pk == source.pk:
        raise PatientsNotMergeable(_("These are one and the same record."))
    if target.site_id != source.site_id:
        raise PatientsNotMergeable(_("Records of two sites cannot be merged."))
    if target.status != source.status:
        raise PatientsNotMergeable(
            _(
                "One record is {one}, the other {other}. Record which is true on both; then merge."
            ).format(one=target.get_status_display(), other=source.get_status_display())
        )


def _learn_birth_date(
    target: Patient, source: Patient, by: "User | None", now: datetime
) -> dict[str, list[str]]:
    """What was new, as the merge keeps it."""
    if target.birth_date is not None or source.birth_date is None:
        return {}
    born: dict[str, object] = {"birth_date": source.birth_date}
    amend_demographics(patient=target, changes=born, by=by, now=now)
    target.birth_date = source.birth_date
    return {BIRTH_DATE_LEARNED: [source.birth_date.isoformat()]}


def _combined(
    target: Patient, source: Patient, now: datetime
) -> tuple[RiskFacts | None, RiskProfile | None]:
    """The facts of both, and the profile that was in force for the survivor."""
    today = target.site.local_date(now)
    mine = RiskProfile.objects.filter(patient=target).in_force(today).first()
    theirs = RiskProfile.objects.filter(patient=source).in_force(today).first()
    if theirs is None:
        return None, mine
    if mine is None:
        return facts_of(theirs), None
    return combine_risk(one=facts_of(mine), other=facts_of(theirs)), mine
