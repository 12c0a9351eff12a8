"""What a session keeps of a launch until it comes through: never a token, never a patient's data.

A launch that began is taken out once; an arrival waits until its person has confirmed the link.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from hepcalc_site.smart.id_token import Vouched

BEGUN, ARRIVED = "smart_begun", "smart_arrived"
SECONDS_TO_COME_BACK: Final = 600
SECONDS_TO_SIGN_IN: Final = 900
MOST_AT_ONCE: Final = 5
"""Windows of one browser that may be under way; the oldest is forgotten."""


@dataclass(frozen=True, slots=True)
class Begun:
    """One launch on its way through the EHR's sign-in. `at`: seconds since 1970."""

    ehr: str
    issuer: str
    token_endpoint: str
    keys: str
    nonce: str
    verifier: str
    at: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back, for which of our patients (None: not followed here)."""

    ehr: UUID
    vouched: Vouched
    patient: UUID | None


def keep_begun(session: SessionBase, state: str, begun: Begun) -> None:
    """Remember it under its state."""
    under_way = list(session.get(BEGUN, {}).items())[1 - MOST_AT_ONCE :]
    session[BEGUN] = dict([*under_way, (state, asdict(begun))])


def take_begun(session: SessionBase, state: str, now: int) -> Begun | None:
    """The launch of that state, once; None where there is none, or it began too long ago."""
    under_way = dict(session.get(BEGUN, {}))
    found = under_way.pop(state, None)
    if found is None:
        return None
    session[BEGUN] = under_way
    begun = Begun(**found)
    return begun if now - begun.at <= SECONDS_TO_COME_BACK else None


def keep_arrival(session: SessionBase, arrival: Arrival, now: int) -> None:
    """Let it wait for its person; the one before it is forgotten."""
    patient = arrival.patient and str(arrival.patient)
    session[ARRIVED] = {
        "ehr": str(arrival.ehr), "vouched": asdict(arrival.vouched), "patient": patient, "at": now
    }  # fmt: skip


def waiting_arrival(session: SessionBase, now: int) -> Arrival | None:
    """The arrival that waits, if it has not waited too long."""
    kept: dict[str, Any] | None = session.get(ARRIVED)
    if kept is None or now - kept["at"] > SECONDS_TO_SIGN_IN:
        return None
    patient = kept["patient"] and UUID(kept["patient"])
    return Arrival(UUID(kept["ehr"]), Vouched(**kept["vouched"]), patient)


def forget_arrival(session: SessionBase) -> None:
    """It came through."""
    session.pop(ARRIVED, None)
