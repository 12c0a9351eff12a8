"""What a clinician may change about an answer, and what nobody may (8.9, I27)."""

from dataclasses import dataclass
from datetime import date

from surveillance.protocol import parameters
from surveillance.protocol.dates import add_months
from surveillance.protocol.facts import PatientFacts
from surveillance.protocol.modality import blocked_modalities
from surveillance.protocol.recommendation import Recommendation
from surveillance.protocol.studies import INFORMATION
from surveillance.protocol.terms import EscalationClass, Modality

NOTHING_TO_MOVE = "Nothing is owed, so there is no date to change."
LOW_ONLY = "The latest day can move later in the low class only (S28)."


@dataclass(frozen=True, slots=True)
class OverrideRequest:
    """A departure that a clinician asks for. `latest` is a new latest day, `modality` another
    modality, `close` the end of follow-up for a reason of R04 or on benign proof."""

    author: str
    reason: str
    on: date | None
    latest: date | None = None
    modality: Modality | None = None
    close: bool = False
    by_responsible_clinician: bool = False
    signed_not_appropriate: bool = False
    benign_proof: bool = False


def check_override(
    recommendation: Recommendation, request: OverrideRequest, patient: PatientFacts
) -> str | None:
    """Why the override is refused, or None. The computed rule stays visible beside it."""
    if not (request.author.strip() and request.reason.strip() and request.on):
        return "An override needs an author, a reason and a date."
    if request.latest is None and request.modality is None and not request.close:
        return "Say what changes: a date, the modality, or closing."
    return (
        _refused_closing(request)
        or _refused_modality(request, patient)
        or _refused_date(recommendation, request)
    )


def _refused_closing(request: OverrideRequest) -> str | None:
    if not request.close:
        return None
    if not request.by_responsible_clinician:
        return "Only the responsible clinician closes a lesion."
    if request.signed_not_appropriate or request.benign_proof:
        return None
    return "A lesion is closed only as 'surveillance not appropriate' (R04) or on benign proof."


def _refused_modality(request: OverrideRequest, patient: PatientFacts) -> str | None:
    if request.modality is None:
        return None
    if not request.by_responsible_clinician:
        return "Only the responsible clinician chooses another modality."
    if request.modality in INFORMATION:
        return f"{request.modality.label} follows no lesion up: it is information only."
    if request.modality in blocked_modalities(patient):
        return f"{request.modality.label} is contraindicated for this patient."
    return None


def no_sooner_day(recommendation: Recommendation, on: date) -> str | None:
    """Why no day can be chosen on `on` that is sooner, whichever it is; None where one can."""
    window = recommendation.window
    if window is None:
        return NOTHING_TO_MOVE
    if window.latest > on:
        return None
    return f"No day that is still to come is before the last day, {window.latest}. Book at once."


def no_later_day(recommendation: Recommendation, on: date) -> str | None:
    """Why no day can be chosen on `on` that is later, whichever it is; None where one can."""
    window = recommendation.window
    if window is None:
        return NOTHING_TO_MOVE
    if recommendation.escalation_class is not EscalationClass.LOW:
        return LOW_ONLY
    longest = add_months(window.latest, parameters.OVERRIDE_LATER_MONTHS.value)
    return None if longest >= on else f"At most 3 months later, and {longest} has passed."


def _refused_date(recommendation: Recommendation, request: OverrideRequest) -> str | None:
    window, latest = recommendation.window, request.latest
    if latest is None:
        return None
    if window is None:
        return NOTHING_TO_MOVE
    if latest <= window.latest:
        return None
    if recommendation.escalation_class is not EscalationClass.LOW:
        return f"{LOW_ONLY[:-1]}; record the reason."
    if not request.by_responsible_clinician:
        return "Only the responsible clinician chooses a later date."
    longest = add_months(window.latest, parameters.OVERRIDE_LATER_MONTHS.value)
    if latest > longest:
        return f"At most 3 months later: {longest.isoformat()}."
    return None
