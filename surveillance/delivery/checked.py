"""Words as written, measured with the names and numbers of the site that will send them."""

from patients.models import Site
from surveillance.delivery.built_in import Words
from surveillance.delivery.particulars import longest_of
from surveillance.models import NotificationTemplate, TextKind
from surveillance.models.notification import ABOUT_APPOINTMENTS
from surveillance.protocol.message_text import Draft, Fault, Measures, faults_of, measures_of


def faults_in(site: Site, kind: TextKind, words: Words) -> tuple[Fault, ...]:
    """Everything that is wrong with these words."""
    return faults_of(draft_of(kind, words), longest_of(site, kind.language, kind.medium))


def measures_in(site: Site, kind: TextKind, words: Words) -> Measures:
    """How hard to read and how long these words are."""
    return measures_of(draft_of(kind, words), longest_of(site, kind.language, kind.medium))


def draft_of(kind: TextKind, words: Words) -> Draft:
    """The words with what they are for."""
    return Draft(
        kind.medium,
        kind.language,
        words.subject,
        words.body,
        is_about_appointment=kind.template in ABOUT_APPOINTMENTS,
        is_digest=kind.template is NotificationTemplate.DAILY_DIGEST,
    )


def as_written(subject: str, body: str) -> Words:
    """Words from a form: one kind of line end, no space around. A line break inside the subject
    stays, to be refused."""
    return Words(subject.strip(), body.replace("\r\n", "\n").replace("\r", "\n").strip())
