"""A lesion is described for the first time."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from patients.models import Patient
from surveillance.models import Lesion
from surveillance.protocol.terms import LesionKind, LesionNumber, Segment, Tri
from surveillance.workflows.assess_lesions import assess_lesions
from surveillance.workflows.register_lesions import NewLesion, register_lesions

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def register_lesion(
    *,
    patient: Patient,
    label: str,
    kind: LesionKind = LesionKind.UNKNOWN,
    segments: Sequence[Segment] = (),
    number: LesionNumber = LesionNumber.UNKNOWN,
    symptomatic: Tri = Tri.UNKNOWN,
    by: "User | None",
    now: datetime,
) -> Lesion:
    """The patient's lesion of this label; added, and owed a first look, if it is not on file.

    The same label again changes nothing. Refused: an empty label.
    """
    new = NewLesion(
        patient=patient,
        label=label,
        kind=kind,
        segments=tuple(segments),
        number=number,
        symptomatic=symptomatic,
    )
    try:
        return _register(new, by, now)
    except IntegrityError:
        # Somebody registered the same label at the same moment: it is on file now.
        return _register(new, by, now)


@transaction.atomic
def _register(new: NewLesion, by: "User | None", now: datetime) -> Lesion:
    [lesion] = register_lesions(new=[new], by=by, now=now)
    if not lesion.assessments.exists():
        assess_lesions(lesions=[lesion], cause="lesion_registered", by=by, now=now)
    return lesion
