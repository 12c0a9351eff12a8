"""What a message in the inbox says, and why it became a call. Presenters: no queries, no clock."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.delivery.sms import NUMBER_CANNOT_BE_TEXTED
from surveillance.models import Notification, NotificationTemplate
from surveillance.outreach import ADDRESS_CAME_BACK, CONSENT_WITHDRAWN, NO_ADDRESS
from surveillance.protocol.channels import WhyCall
from surveillance.protocol.dates import add_working_days
from surveillance.protocol.parameters import MISSED_CONTACT_WITHIN
from surveillance.web.protocol_words import Said, as_written
from surveillance.web.wording import date_words, language_words

OUR_NAME = "HepCalc: "
"""What a subject begins with, for the sake of a mailbox; in our own inbox it says nothing."""
WORDS = {
    NotificationTemplate.PATIENT_REMINDER: gettext_noop(
        "Call the patient: no message could remind them"
    ),
    NotificationTemplate.APPOINTMENT_REMINDER: gettext_noop(
        "Call the patient about the coming appointment"
    ),
    NotificationTemplate.APPOINTMENT_CANCELLED: gettext_noop(
        "Call the patient: the appointment is off"
    ),
}
"""A message meant for a patient that is in a colleague's inbox is a call to be made."""
CAUSES = {
    CONSENT_WITHDRAWN: gettext_noop("they do not want that kind of message any more"),
    ADDRESS_CAME_BACK: gettext_noop("the message came back"),
    NUMBER_CANNOT_BE_TEXTED: gettext_noop("the number takes no text messages"),
    NO_ADDRESS: gettext_noop("there is no address"),
    WhyCall.PAST_LAST_DAY: gettext_noop("the last day has passed"),
    WhyCall.BY_A_PERSON: gettext_noop("a person is to speak to them, as their status says"),
    WhyCall.CALL_COMES_FIRST: gettext_noop(
        "a call comes first here, or a letter would come too late"
    ),
    WhyCall.NOT_AGREED: gettext_noop("they agreed to no message that we can send"),
    "address_cannot_be_written": gettext_noop("the address is none"),
    "too_many_attempts": gettext_noop("it could not be sent after many attempts"),
}
UNDELIVERED = gettext_noop("the message could not be delivered")
"""Why a message became a call; any other code is one of the mail server's or gateway's."""
SUBJECTS = (
    gettext_noop("An appointment is missing"),
    gettext_noop("A patient is to be called"),
    gettext_noop("You stand in for a colleague from today"),
    gettext_noop("You are back"),
    gettext_noop("Your digest of today"),
    gettext_noop("A case was passed on to you"),
    gettext_noop("Escalation raised: a case needs your answer"),
    gettext_noop("An acknowledged escalation came back"),
    gettext_noop("A follow-up was passed on to you"),
    gettext_noop("Incident review due"),
    gettext_noop("Missed appointment: contact the patient"),
    gettext_noop("An order is missing"),
    gettext_noop("Followed elsewhere: ask for the report"),
    gettext_noop("Followed elsewhere: a second look is needed"),
    gettext_noop("A patient wrote to us"),
    gettext_noop("Declined: offer it again"),
    gettext_noop("Amended report: look at the case now"),
    gettext_noop("Final report missing"),
    gettext_noop("Chase the acknowledgement of a transfer"),
    gettext_noop("Work was handed over to you"),
    gettext_noop("Call the patient: the visit is off"),
)
"""Of the built-in messages to staff; what a site has worded otherwise is shown as it was sent."""


def message_words(message: Notification) -> Said:
    """The words as they were sent; of what has none of its own, what it is about."""
    template = NotificationTemplate(message.template)
    subject = message.subject.removeprefix(OUR_NAME)
    about = WORDS.get(template) or str(template.label)
    sent = subject[:1].upper() + subject[1:]
    is_ours = sent in SUBJECTS or sent in WORDS.values()
    told = Said(_(sent or about)) if is_ours or not sent else as_written(sent)
    words = told.words
    if template == NotificationTemplate.MISSED_APPOINTMENT:
        missed_on = message.site.local_date(message.created_at)
        last = add_working_days(missed_on, MISSED_CONTACT_WITHIN.value)
        words = _("{what} by {day}").format(what=words, day=date_words(last))
    return Said(words + _why(message), told.lang)


def _why(message: Notification) -> str:
    """' (why; interpreter needed: Spanish)', as far as there is anything to say."""
    patient = message.patient
    parts = []
    if message.cause:
        parts.append(_(CAUSES.get(message.cause, UNDELIVERED)))
    if patient is not None and patient.interpreter_needed and message.template in WORDS:
        parts.append(language_words(patient))
    return f" ({'; '.join(parts)})" if parts else ""
