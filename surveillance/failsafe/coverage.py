"""Coverage: is anybody lost?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_noop

from patients.models import Site
from surveillance.case_records import standing_overrides
from surveillance.failsafe.finding import DAY, Check, Subject, SubjectKind, subjects
from surveillance.independent import owed_by_the_facts_alone
from surveillance.models import (
    FollowUp,
    Lesion,
    LesionAssessment,
    LesionObservation,
    OverrideKind,
)
from surveillance.outreach import QUIET_STATUSES
from surveillance.protocol.terms import ObligationKind

SITE_OF_LESION = "patient__site"


def _never_assessed(_now: datetime) -> Iterable[object]:
    decided = LesionAssessment.objects.filter(lesion=OuterRef("pk"))
    return subjects(Lesion.objects.filter(~Exists(decided)), SITE_OF_LESION)


def _never_imaged(_now: datetime) -> Iterable[object]:
    seen = LesionObservation.objects.filter(lesion=OuterRef("pk"), exam__retracted_at=None)
    return subjects(Lesion.objects.filter(~Exists(seen)), SITE_OF_LESION)


def _owed_without_follow_up(now: datetime) -> Iterable[object]:
    computed = LesionAssessment.objects.filter(lesion=OuterRef("lesion"), overrides=None)
    is_open = FollowUp.objects.open().filter(lesion=OuterRef("lesion"))
    owed = LesionAssessment.objects.filter(overrides=None, stop=False).filter(
        ~Exists(is_open), ~Exists(computed.filter(sequence__gt=OuterRef("sequence")))
    )
    pairs = owed.order_by("lesion").values_list("lesion__patient__site", "lesion").iterator()
    return (
        Subject(site, lesion) for site, lesion in pairs if not _is_closed_by_clinician(lesion, now)
    )


def _is_closed_by_clinician(lesion: UUID, now: datetime) -> bool:
    """Whether a clinician's signed closure stands beside the decision (8.9)."""
    override = standing_overrides([lesion], (now - DAY).date()).get(lesion)
    return override is not None and override.override_kind == OverrideKind.CLOSE


def _at_risk_without_imaging(_now: datetime) -> Iterable[object]:
    """The few that are owed something but no imaging, held against what was decided."""
    imaging = FollowUp.objects.open().filter(lesion=OuterRef("lesion"), kind=ObligationKind.IMAGING)
    others = FollowUp.objects.open().exclude(kind=ObligationKind.IMAGING)
    found = others.filter(~Exists(imaging)).values_list("site", "lesion").distinct()
    for site, lesion in found:
        computed = LesionAssessment.objects.filter(lesion=lesion, overrides=None)
        newest = computed.order_by("-sequence").first()
        owed = newest.answer.get("obligations", []) if newest else []
        if any(each["kind"] == ObligationKind.IMAGING for each in owed):
            yield Subject(site, lesion)


def _less_than_decided(_now: datetime) -> Iterable[object]:
    """What is open against the decision that opened it: a later last day, a milder chase, or a
    kind that was not asked for. A clinician's override has its own days and is left out."""
    alike = Q(
        latest_on__lte=F("assessment__latest_on"),
        escalation_class=F("assessment__escalation_class"),
        recommendation=F("assessment__recommendation"),
    )
    rows = FollowUp.objects.open().filter(assessment__overrides=None).exclude(alike)
    for row in rows.select_related("assessment").order_by("pk").iterator(chunk_size=1000):
        owed = row.assessment.answer.get("obligations", [])
        if owed and not any(_covers(row, each) for each in owed):
            yield Subject(row.site_id, row.pk)


def _covers(row: FollowUp, owed: dict[str, Any]) -> bool:
    asked = (owed.get("kind"), owed.get("escalation_class"))
    latest = (owed.get("window") or {}).get("latest", "")
    return (row.kind, row.escalation_class) == asked and row.latest_on.isoformat() <= latest


def _owed_by_the_facts(now: datetime) -> Iterable[object]:
    """What a second implementation, in SQL and from raw facts, says must be open and is not."""
    for site in Site.objects.all():
        owed = owed_by_the_facts_alone(site=site.pk, today=site.local_date(now))
        yield from (Subject(site.pk, lesion, reason) for lesion, reason in owed)


def _quiet_but_open(_now: datetime) -> Iterable[object]:
    quiet = Q(patient__status__in=QUIET_STATUSES) | Q(patient__merged_into__isnull=False)
    return subjects(FollowUp.objects.open().filter(quiet))


CHECKS = (
    Check(
        "lesion_never_assessed",
        gettext_noop("A lesion was recorded and never decided about."),
        gettext_noop(
            "Record its exam; if it has one, record the patient's risk again, which decides anew."
        ),
        _never_assessed,
        kind=SubjectKind.LESION,
    ),
    Check(
        "lesion_never_imaged",
        gettext_noop("A lesion has no exam that stands, so nothing dated can be derived for it."),
        gettext_noop("Record the exam on which it was seen, or retract it as entered in error."),
        _never_imaged,
        kind=SubjectKind.LESION,
    ),
    Check(
        "lesion_owed_without_follow_up",
        gettext_noop("The newest decision says that something is owed, and no follow-up is open."),
        gettext_noop(
            "Record the patient's risk again: it decides anew and opens what is owed. Report this."
        ),
        _owed_without_follow_up,
        kind=SubjectKind.LESION,
    ),
    Check(
        "at_risk_without_imaging",
        gettext_noop("The newest decision asks for imaging, and no imaging follow-up is open."),
        gettext_noop(
            "Record the patient's risk again: it decides anew and opens what is owed. Report this."
        ),
        _at_risk_without_imaging,
        kind=SubjectKind.LESION,
    ),
    Check(
        "follow_up_less_than_decided",
        gettext_noop(
            "A follow-up is due later, or chased less, than the decision that opened it asked for."
        ),
        gettext_noop(
            "Record the patient's risk again: it decides anew. Somebody changed the database by "
            "hand: "
            "run manage.py verify_audit and report this."
        ),
        _less_than_decided,
        kind=SubjectKind.FOLLOW_UP,
    ),
    Check(
        "independent_check_differs",
        gettext_noop("By the facts alone something must be owed to a lesion, and nothing is open."),
        gettext_noop(
            "Look at the lesion at once: manage.py coverage_certificate names the reason. Report "
            "this."
        ),
        _owed_by_the_facts,
        kind=SubjectKind.LESION,
    ),
    Check(
        "quiet_patient_with_open_follow_up",
        gettext_noop(
            "Something is still owed for a patient who died, was handed over or was merged."
        ),
        gettext_noop(
            "Set the patient's status again, which closes what is open; or correct the status."
        ),
        _quiet_but_open,
        kind=SubjectKind.FOLLOW_UP,
    ),
)
