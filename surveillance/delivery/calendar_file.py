"""An appointment as a calendar file (.ics, RFC 5545): a day at a site, and how to reach it.

It says nothing of the reason. The records know the day of an appointment and not its hour, so it
is an all-day entry that blocks no time. The UID follows from patient and day: the file can be
read in twice, and an appointment that serves several lesions is one entry. A file is PUBLISHed;
nobody is asked to reply. Another day is another entry. An appointment that is off is CANCELled
under the same UID; SEQUENCE counts how often it was told to be off and, afterwards, on again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event

from patients.models import Patient, Site
from surveillance.delivery.particulars import contact_link
from surveillance.models import Notification
from surveillance.protocol.message_terms import MessageLanguage

MIME_TYPE = "text/calendar"
FILE_NAME = "appointment.ics"
MAKER = "-//HepCalc Surveillance//Appointments//EN"


class CalendarWords(NamedTuple):
    """What a calendar entry says."""

    summary: str
    reach: str


WORDS: Final[Mapping[MessageLanguage, CalendarWords]] = {
    MessageLanguage.EN: CalendarWords(
        "Appointment at {site}", "If you cannot come, please contact us:"
    ),
    MessageLanguage.ES: CalendarWords("Cita en {site}", "Si no puede venir, contáctenos:"),
}


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who is expected where on which day."""

    patient: Patient
    site: Site
    day: date


def calendar_file(
    appointment: Appointment, *, language: MessageLanguage, stamped_at: datetime, sequence: int = 0
) -> bytes:
    """The file for an appointment, in one of our languages; for one that is off where `sequence` is
    odd.

    Equal arguments give equal bytes; `stamped_at` is when it was made.
    """
    site, day = appointment.site, appointment.day
    words = WORDS[language]
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", method_of(sequence))
    event = Event()
    event.add("uid", uid_of(appointment))
    event.add("dtstamp", stamped_at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", words.summary.format(site=site.name))
    event.add("description", _description(site, words.reach))
    event.add("location", site.name)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    event.add("sequence", sequence)
    event.add("status", "CANCELLED" if sequence % 2 else "CONFIRMED")
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def sequence_of(appointment: Appointment) -> int:
    """The SEQUENCE of an appointment that stands: two for each time that it was called off."""
    off = Notification.objects.called_off(appointment.patient.pk, appointment.day)
    return 2 * off.of_their_own().count()


def method_of(sequence: int) -> str:
    """What a calendar is to do with the file."""
    return "CANCEL" if sequence % 2 else "PUBLISH"


def uid_of(appointment: Appointment) -> str:
    """The same for the same patient and day, whichever message carries it."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"{appointment.patient.pk}-{appointment.day:%Y%m%d}@{host}"


def _description(site: Site, reach: str) -> str:
    return "\n".join(part for part in (reach, site.phone, contact_link(site)) if part)
