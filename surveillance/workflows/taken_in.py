"""What became of one part of a message."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from patients.models import Patient
from surveillance.models import ImagingExam, ItemStatus
from surveillance.said_before import WAITS_ALREADY

NOTHING_IT_SERVES: Final = "nothing_it_serves"
"""An order or an appointment for which nothing was owed when it came."""
ARRANGED: Final = "arranged"
MERGED: Final = "merged"
ANOTHER_STANDS: Final = "another_stands"
STANDS: Final = frozenset({ARRANGED, ANOTHER_STANDS, "known_already"})
"""Orders and appointments that still stand, as far as their sender says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """`code` is stable, `reason` a sentence for people (in the language of records)."""

    status: ItemStatus
    code: str
    reason: str
    patient: Patient | None = None
    exam: ImagingExam | None = None


def applied(code: str, reason: str, patient: Patient) -> TakenIn:
    """It changed our records."""
    return TakenIn(status=ItemStatus.APPLIED, code=code, reason=reason, patient=patient)


def nothing_new(code: str, reason: str, patient: Patient) -> TakenIn:
    """It changed nothing."""
    return TakenIn(status=ItemStatus.NOTHING_NEW, code=code, reason=reason, patient=patient)


def waiting(code: str, reason: str, patient: Patient | None = None) -> TakenIn:
    """A person has to look."""
    return TakenIn(status=ItemStatus.WAITING, code=code, reason=reason, patient=patient)


def not_followed() -> TakenIn:
    """About nobody who is followed here; taken in once that number is."""
    words = _("This record number is not followed here. It is taken in once it is registered.")
    return TakenIn(status=ItemStatus.NOT_FOLLOWED, code="not_followed", reason=words)


def known_already(patient: Patient) -> TakenIn:
    """Our records say so."""
    return nothing_new("known_already", _("Our records say so already."), patient)


def waits_already(patient: Patient) -> TakenIn:
    """A person looks at the same already, or has looked."""
    words = _("The same waits for a person already, or was set aside by one.")
    return nothing_new(WAITS_ALREADY, words, patient)


def told_otherwise(patient: Patient) -> TakenIn:
    """Something else was said of the same thing later, and came before."""
    words = _("The sender told otherwise since; what was said later stands.")
    return nothing_new("told_otherwise", words, patient)


def unserved(patient: Patient, *, perhaps: bool = False) -> TakenIn:
    """An order or appointment is noted nowhere: it serves nothing that is owed, or (`perhaps`) the
    sender's words do not tell."""
    if not perhaps:
        words = _(
            "No imaging is owed that it could serve: nothing is open, an exam of that day or later "
            "is on file, or it is no imaging, of another region or by a method that is not enough."
        )
        return nothing_new(NOTHING_IT_SERVES, words, patient)
    words = _(
        "Imaging of the liver is owed, and the message does not say whether this is for it: the "
        "region or the modality is missing or unknown. Add its code to the mapping of the feed "
        "(not_imaging_procedures, if it is none), or note it on the follow-up and set it aside "
        "here."
    )
    return waiting("unclear_whether_it_serves", words, patient)
