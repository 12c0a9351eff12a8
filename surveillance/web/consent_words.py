"""What a patient allows, since when, and how we know: read from the history of the record."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import Patient, Tri
from surveillance.web.wording import date_words

FIELDS: Final = ("consent_phone", "consent_letter", "consent_email", "consent_sms")
CONSENT: Final = {
    Tri.YES: gettext_noop("agreed"),
    Tri.NO: gettext_noop("do not use"),
    Tri.UNKNOWN: gettext_noop("consent not known"),
}
NO_WAY: Final = gettext_noop(
    "Nobody may write to or call this patient: every way is marked “do not use”. What is owed "
    "stays owed. The responsible clinician decides how to go on: through the patient’s own doctor, "
    "at the next visit, or as a refusal under “Change status”."
)
HOW: Final = {
    "stop_by_text": gettext_noop("asked by text to stop"),
    "start_by_text": gettext_noop("asked by text to start again"),
    "unsubscribed_by_link": gettext_noop("unsubscribed by the link in an e-mail"),
    "complained": gettext_noop("marked a message as unwanted"),
    "said_by_phone": gettext_noop("said by telephone"),
    "said_in_person": gettext_noop("said in person"),
    "said_in_writing": gettext_noop("said in writing"),
    "said_for_the_patient": gettext_noop("said by somebody who may speak for the patient"),
}


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """The newest change of one consent."""

    on: date
    how: str


def consent_words(consent: str, change: ConsentChange | None) -> str:
    """'do not use, asked by text to stop on 3 Mar 2026'."""
    words = _(CONSENT[Tri(consent)])
    if change is None:
        return words
    return _("{consent}, {how} on {day}").format(
        consent=words, how=_(HOW[change.how]), day=date_words(change.on)
    )


def no_way_words(patient: Patient) -> str:
    """Said where the patient has closed every way; empty while one is open."""
    is_closed = all(getattr(patient, field) == Tri.NO for field in FIELDS)
    return _(NO_WAY) if is_closed else ""


def consent_changes(patient: Patient) -> dict[str, ConsentChange]:
    """The newest change of each consent by somebody's word. One query; other changes of the record
    (an import, a correction) say nothing about how we know, and are left out."""
    rows = getattr(patient, "history").order_by("history_id")  # noqa: B009
    found: dict[str, ConsentChange] = {}
    before: dict[str, str] = {}
    for at, how, *values in rows.values_list("history_date", "history_change_reason", *FIELDS):
        now = dict(zip(FIELDS, values, strict=True))
        for field in (name for name in FIELDS if before.get(name) != now[name]):
            if how in HOW:
                found[field] = ConsentChange(patient.site.local_date(at), how)
            else:
                found.pop(field, None)
        before = now
    return found
