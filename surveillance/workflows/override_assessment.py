"""A clinician departs from the rule, with name, reason and date (S36)."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Membership, Patient, Role
from surveillance.case_records import standing_overrides
from surveillance.cases import build_case, name_of
from surveillance.models import Lesion, LesionAssessment, OverrideKind
from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.overrides import (
    OverrideRequest,
    check_override,
    no_later_day,
    no_sooner_day,
)
from surveillance.protocol.recommend import recommend
from surveillance.protocol.recommendation import Recommendation
from surveillance.protocol.terms import Modality
from surveillance.record_locks import lock_records
from surveillance.roles import Permission, may
from surveillance.said_again import said_again
from surveillance.workflows.append_override import append_override
from surveillance.workflows.assess_lesion import assess_lesion
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class OverrideRefused(WorkflowRefused):
    """This departure from the rule is not allowed; the message says why."""

    code = "override_refused"


@transaction.atomic
def override_assessment(
    *,
    lesion: Lesion,
    kind: OverrideKind,
    reason: str,
    latest_on: date | None = None,
    modality: Modality | None = None,
    expires_on: date | None = None,
    by: "User",
    now: datetime,
) -> LesionAssessment:
    """Let a clinician's word count beside the computed rule, which stays in view.

    SOONER and LATER take `latest_on`, MODALITY takes `modality`, CLOSE ends what is owed. It
    holds until it expires, is lifted, or the facts lead to another need. The same override again
    changes nothing. Refused: somebody who may not sign, a later date in any class but the low one
    or by more than three months (S28), a contraindicated modality, no reason.
    """
    patient = lock_records([lesion.patient_id])[lesion.patient_id]
    if not may(by, Permission.OVERRIDE, patient.site):
        raise OverrideRefused(_("Only a clinician or the medical director of this site overrides."))
    today = patient.site.local_date(now)
    asked = (kind, reason, latest_on, modality or "", expires_on)
    if standing := _said_before(asked, lesion, by, today):
        return standing
    overridden = assess_lesion(lesion=lesion, cause="override_requested", by=by, now=now)
    request = OverrideRequest(
        author=name_of(by),
        reason=reason,
        on=today,
        latest=latest_on,
        modality=modality,
        close=kind == OverrideKind.CLOSE,
        by_responsible_clinician=_is_responsible(by, patient, kind),
        signed_not_appropriate=kind == OverrideKind.CLOSE,
    )
    _refuse(kind, request, build_case(lesion, as_of=today), expires_on)
    row = append_override(
        overridden=overridden,
        kind=kind,
        reason=reason,
        as_of=today,
        latest_on=latest_on,
        modality=modality or "",
        expires_on=expires_on,
        by=by,
        now=now,
    )
    _audit(row, patient, by, now)
    assess_lesion(lesion=lesion, cause="override_recorded", by=by, now=now)
    return row


def dates_not_offered(lesion: Lesion, today: date) -> dict[OverrideKind, str]:
    """The kinds for which no day at all would be accepted on that day, each with the reason."""
    computed = recommend(build_case(lesion, as_of=today))
    reasons = {
        OverrideKind.SOONER: no_sooner_day(computed, today),
        OverrideKind.LATER: no_later_day(computed, today),
    }
    return {kind: said_again(why) for kind, why in reasons.items() if why is not None}


def _audit(row: LesionAssessment, patient: Patient, by: "User", now: datetime) -> None:
    detail = {"lesion": str(row.lesion_id), "kind": row.override_kind, "rule": row.rule}
    record_event(
        "assessment_overridden",
        site=patient.site,
        subject=row,
        patient=patient,
        by=by,
        now=now,
        detail=detail,
    )


def _said_before(
    asked: tuple[object, ...], lesion: Lesion, by: "User", today: date
) -> LesionAssessment | None:
    """The standing override of this person, where it says exactly what is asked for again."""
    standing = standing_overrides([lesion.pk], today).get(lesion.pk)
    if standing is None or _says(standing) != asked or standing.assessed_by != by:
        return None
    return standing


def _says(row: LesionAssessment) -> tuple[object, ...]:
    dated = row.override_kind in (OverrideKind.SOONER, OverrideKind.LATER)
    return (
        row.override_kind,
        row.override_reason,
        row.latest_on if dated else None,
        row.preferred_modality if row.override_kind == OverrideKind.MODALITY else "",
        row.override_expires_on,
    )


def _is_responsible(by: "User", patient: Patient, kind: OverrideKind) -> bool:
    """The patient's clinician; any clinician for a signature, or where none is named; the
    medical director."""
    if kind == OverrideKind.CLOSE:
        return may(by, Permission.CLOSE_SIGNED, patient.site)
    if patient.responsible_clinician_id in (None, by.pk):
        return may(by, Permission.OVERRIDE, patient.site)
    directors = Membership.objects.current().of(by).filter(role=Role.MEDICAL_DIRECTOR)
    return directors.filter(site=patient.site_id).exists()


def _refuse(
    kind: OverrideKind,
    request: OverrideRequest,
    case: SurveillanceCase,
    expires_on: date | None,
) -> None:
    computed, problem = recommend(case), None
    if request.on is not None and expires_on is not None and expires_on <= request.on:
        problem = _("The override would have expired already. Give a later day.")
    problem = problem or _mismatch(kind, request, computed)
    if not problem and (refused := check_override(computed, request, case.patient)):
        problem = said_again(refused)
    if problem:
        raise OverrideRefused(problem, kind=kind.value)


def _mismatch(kind: OverrideKind, request: OverrideRequest, computed: Recommendation) -> str | None:
    """Why what is given does not say what `kind` says."""
    if kind == OverrideKind.LIFTED:
        return _("An override is lifted by re-opening the lesion.")
    if kind == OverrideKind.CLOSE and computed.stop:
        return _("Nothing is owed to this lesion: there is nothing to close.")
    if kind == OverrideKind.MODALITY and request.modality is None:
        return _("Say which modality.")
    if kind in (OverrideKind.SOONER, OverrideKind.LATER):
        return _wrong_day(kind, request, computed)
    return None


def _wrong_day(
    kind: OverrideKind, request: OverrideRequest, computed: Recommendation
) -> str | None:
    latest, window = request.latest, computed.window
    if latest is None:
        return _("Say until when.")
    if window is None:
        return None
    if request.on is not None and latest < request.on:
        return _("The new last day lies in the past.")
    if (kind == OverrideKind.SOONER) != (latest < window.latest):
        return _("The computed last day is {latest}: choose one before it, or after it.").format(
            latest=window.latest
        )
    return None
