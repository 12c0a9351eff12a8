"""E-mail through Django's backend (EMAIL_URL), one connection for as many messages as come.

The contract: `send` returns a receipt once the server took the message. It raises
`DeliveryFailed(permanent=True)` when the server or the address says never, `permanent=False`
when it may work later, and `ChannelDown` when there is no server to talk to. No exception of
smtplib or of a provider's library leaves this module. The Message-ID derives from the message's
own id and is the same on every attempt.
"""

import smtplib
from email.mime.text import MIMEText
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage, get_connection

from surveillance.delivery.calendar_file import (
    FILE_NAME,
    Appointment,
    calendar_file,
    method_of,
    sequence_of,
)
from surveillance.delivery.channels import ChannelDown, DeliveryFailed, ProviderReceipt
from surveillance.delivery.http_status import failure_of_status
from surveillance.delivery.mail_reports import OUR_ID
from surveillance.delivery.texts import Text, VersionsInUse, text_of
from surveillance.delivery.unsubscribe import unsubscribe_headers
from surveillance.models import Notification
from surveillance.models.notification import ABOUT_APPOINTMENTS
from surveillance.protocol.message_terms import MessageLanguage, MessageMedium, language_of

if TYPE_CHECKING:
    ProviderError: Any = Exception
else:
    try:
        from anymail.exceptions import AnymailError as ProviderError
    except ImportError:  # plain SMTP needs no provider's library
        ProviderError = smtplib.SMTPException

LEAST_PERMANENT_CODE = 500
REFUSED = frozenset({"AnymailRecipientsRefused", "AnymailInvalidAddress"})
"""What a provider's library says of an address that it will never write to."""


class EmailChannel:
    """Sends plain text, and the calendar file of an appointment. Use one for a batch; close it."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._versions = VersionsInUse()

    def send(self, message: Notification) -> ProviderReceipt:
        """Send to the recipient's or the patient's address."""
        text = text_of(message, MessageMedium.EMAIL, self._versions)
        email = email_of(message, text)
        self._open()
        email.connection = self._connection
        try:
            email.send()
        except smtplib.SMTPSenderRefused as error:
            self.close()
            raise ChannelDown(f"smtp_{error.smtp_code}") from None  # refuses us, not the message
        except (smtplib.SMTPException, OSError, ProviderError) as error:
            failure = failure_of(error, text_left=self._text_left())
            self.close()  # the state of the conversation is unknown: begin a new one
            raise failure from None
        except (BadHeaderError, ValueError):
            raise DeliveryFailed("address_cannot_be_written", permanent=True) from None
        receipt = receipt_of(email) or message_id_of(message)
        return ProviderReceipt(message_id=receipt, text=text)

    def _text_left(self) -> bool:
        """Whether the words may have arrived when a conversation broke off. Over a provider's
        interface they leave with the request."""
        return bool(getattr(self._connection, "text_left", bool(settings.EMAIL_PROVIDER)))

    def _open(self) -> None:
        try:
            self._connection.open()
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelDown(type(error).__name__) from None

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def email_of(message: Notification, text: Text) -> EmailMessage:
    """The e-mail to be sent for this message; refused when nobody has an address."""
    address = address_of(message)
    if not address:
        raise DeliveryFailed("no_address", permanent=True)
    headers = {
        "Message-ID": message_id_of(message),
        "Auto-Submitted": "auto-generated",
        "Content-Language": _language_of(message, text),
        **unsubscribe_headers(message),
    }
    email = EmailMessage(text.subject, text.body, to=[address], headers=headers)
    if settings.EMAIL_PROVIDER:
        setattr(email, "metadata", {OUR_ID: str(message.pk)})  # noqa: B010 (Anymail reads it)
    if (calendar := _calendar_of(message)) is not None:
        email.attach(calendar)
    return email


def _language_of(message: Notification, text: Text) -> str:
    """In which language the words are: colleagues are written to in English."""
    if message.recipient_id is not None or message.patient is None:
        return MessageLanguage.EN.value
    return text.version.language if text.version else language_of(message.patient.language).value


def receipt_of(email: EmailMessage) -> str:
    """The provider's own id for the message, by which it will speak of it; empty over SMTP."""
    status = getattr(email, "anymail_status", None)
    return str(status.message_id) if status is not None and status.message_id else ""


def _calendar_of(message: Notification) -> MIMEText | None:
    """The appointment that a message to the patient is about, for the patient's calendar."""
    follow_up, patient = message.follow_up, message.patient
    is_about_it = message.template in ABOUT_APPOINTMENTS
    if not is_about_it or message.recipient_id is not None or follow_up is None or patient is None:
        return None
    day = message.called_off_on or follow_up.booked_for
    if day is None:
        return None
    appointment = Appointment(patient, message.site, day)
    is_off = message.called_off_on is not None
    sequence = 2 * message.times_called_off - 1 if is_off else sequence_of(appointment)
    file = calendar_file(
        appointment,
        language=language_of(patient.language),
        stamped_at=message.created_at,
        sequence=sequence,
    )
    part = MIMEText(file.decode(), "calendar", "utf-8")
    part.set_param("method", method_of(sequence))
    part.add_header("Content-Disposition", "attachment", filename=FILE_NAME)
    return part


def address_of(message: Notification) -> str:
    """The address of the member of staff or, when it is addressed to none, of the patient."""
    if message.recipient is not None:
        return message.recipient.email
    return message.patient.email if message.patient is not None else ""


def message_id_of(message: Notification) -> str:
    """The same on every attempt, so that a repeated message can be recognised."""
    return f"<{message.pk}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"


def failure_of(error: Exception, *, text_left: bool) -> DeliveryFailed | ChannelDown:
    """What the server's answer means for this message; its text may hold an address: not kept.

    Without an answer after the text had left, the message may have been taken.
    """
    if (status := getattr(error, "status_code", None)) is not None:
        return failure_of_status(int(status))
    code = code_of(error)
    name = f"smtp_{code}" if code else type(error).__name__
    permanent = code >= LEAST_PERMANENT_CODE or name in REFUSED
    unheard = text_left and not code and not permanent
    return DeliveryFailed(name, permanent=permanent, unheard=unheard)


def code_of(error: Exception) -> int:
    """The server's reply code, of SMTP or HTTP; 0 when it gave none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _answer in error.recipients.values()), default=0)
    if isinstance(error, smtplib.SMTPResponseException):
        return int(error.smtp_code)
    return 0
