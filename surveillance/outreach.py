"""Whom we may write to, how and when, and whether a message that waits may still be sent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from patients.models import Patient, PatientStatus, PostalAddress, Site
from patients.prepared import Prepared, slot
from surveillance.absences import answering
from surveillance.models import (
    TEMPLATES_OF_PROMPTS,
    TEMPLATES_TO_PATIENTS,
    FollowUp,
    Notification,
    NotificationChannel,
    NotificationTemplate,
    unsettled,
)
from surveillance.models.notification import appointment_key
from surveillance.protocol.channels import CONSENTS, Way, plan_channel, reaches, read_order
from surveillance.protocol.lead_times import LeadStep
from surveillance.protocol.quiet_hours import Hours, allowed_from, message_hours
from surveillance.protocol.terms import ReminderChannel, Tri

QUIET_STATUSES: Final = frozenset(
    {
        PatientStatus.DECEASED,
        PatientStatus.TRANSFERRED_ACKNOWLEDGED,
        PatientStatus.SURVEILLANCE_NOT_APPROPRIATE,
    }
)
"""People who never receive anything (clinical.md 8.6; R01, R02, R04)."""

EMAILED_STATUSES: Final = frozenset({PatientStatus.ACTIVE, PatientStatus.LOST_TO_FOLLOW_UP})
"""Whoever declined or went elsewhere is spoken to by a person, not by a machine (A-32)."""

TO_PATIENTS: Final = TEMPLATES_TO_PATIENTS

CONSENT_WITHDRAWN: Final = "consent_withdrawn"
ADDRESS_CAME_BACK: Final = "address_came_back"
NO_ADDRESS: Final = "no_address"
ANOTHER_WAY: Final = frozenset({CONSENT_WITHDRAWN, ADDRESS_CAME_BACK, NO_ADDRESS})
"""A reminder cancelled for one of these is still owed: it takes another way."""

SENT_BY: Final[Mapping[ReminderChannel, NotificationChannel]] = {
    ReminderChannel.EMAIL: NotificationChannel.EMAIL,
    ReminderChannel.SMS: NotificationChannel.SMS,
    ReminderChannel.LETTER: NotificationChannel.LETTER,
    ReminderChannel.PHONE: NotificationChannel.IN_APP,
}
"""How a reminder goes out; one that is not listed is never available. A call is a task, and a
letter waits for a print run."""

WAYS: Final = frozenset({"call", *(channel.lower() for channel in ReminderChannel)})


class Contact(NamedTuple):
    """What is on record about reaching one patient."""

    status: str
    email: str
    phone: str
    address: str
    postal_code: str
    city: str
    region: str
    country: str
    address_returned_on: date | None
    consent_email: str
    consent_sms: str
    consent_letter: str
    undeliverable_email: str
    undeliverable_phone: str

    @property
    def postal_address(self) -> PostalAddress:
        """Where letters go."""
        return PostalAddress(*(getattr(self, name) for name in PostalAddress._fields))


def contact_of(patient: Patient) -> Contact:
    """The patient's record as it was just read."""
    return Contact(*(getattr(patient, name) for name in Contact._fields))


def ways_of(contact: Contact) -> dict[ReminderChannel, Way]:
    """The ways to this patient that a machine may take; none for whom a person must speak to."""
    if contact.status not in EMAILED_STATUSES:
        return {}
    email, phone = contact.email, contact.phone
    return {
        ReminderChannel.LETTER: Way(
            Tri(contact.consent_letter),
            contact.postal_address.is_complete,
            contact.address_returned_on is not None,
        ),
        ReminderChannel.EMAIL: Way(
            Tri(contact.consent_email), bool(email), email == contact.undeliverable_email != ""
        ),
        ReminderChannel.SMS: Way(
            Tri(contact.consent_sms), bool(phone), phone == contact.undeliverable_phone != ""
        ),
    }


@dataclass(frozen=True, slots=True)
class Outreach:
    """How one site reaches its patients: in which order, by which channels, at which hours."""

    order: tuple[ReminderChannel, ...] = ()
    available: frozenset[ReminderChannel] = frozenset({ReminderChannel.EMAIL})
    zone: tzinfo = UTC
    hours: Mapping[str, Hours] = field(default_factory=dict)

    def channel(
        self,
        contact: Contact,
        *,
        is_past_last_day: bool,
        paper_is_in_time: bool,
        tried: Collection[ReminderChannel] = (),
    ) -> NotificationChannel:
        """How a reminder goes to this patient; after the last day by a call (8.6).

        By letter only as long as it is in the patient's hands before it is needed.
        """
        if is_past_last_day:
            return SENT_BY[ReminderChannel.PHONE]
        too_slow = frozenset() if paper_is_in_time else {ReminderChannel.LETTER}
        offered = (self.available & SENT_BY.keys()) - too_slow
        ways = ways_of(contact)
        chosen = plan_channel(ways, order=self.order, available=offered, tried=tried)
        return SENT_BY[chosen]

    def allowed_from(self, channel: str, moment: datetime) -> datetime:
        """`moment`, or the next hour in which a message to a patient may leave by `channel`."""
        hours = self.hours.get(channel)
        return moment if hours is None else allowed_from(moment, self.zone, hours)


def outreach_of(site: Site, available: Collection[ReminderChannel]) -> Outreach:
    """How this site does it, with the channels that the installation has. Letters only where
    somebody prints them (`sends_letters`): nobody is to wait for one that stays in the outbox."""
    unused = frozenset() if site.sends_letters else {ReminderChannel.LETTER}
    return Outreach(
        order=read_order(site.channel_order),
        available=frozenset(available) - unused,
        zone=ZoneInfo(site.time_zone),
        hours={
            NotificationChannel.EMAIL: message_hours(site.email_from_hour, site.email_until_hour),
            NotificationChannel.SMS: message_hours(site.sms_from_hour, site.sms_until_hour),
        },
    )


def opens_at(message: Notification, moment: datetime) -> datetime:
    """When this message may leave, at the earliest `moment`. Colleagues are told at any hour."""
    if message.recipient_id is not None:
        return moment
    return outreach_of(message.site, ()).allowed_from(message.channel, moment)


def is_quiet(status: str, merged_into: UUID | None) -> bool:
    """Whether a person of this status never receives anything."""
    return status in QUIET_STATUSES or merged_into is not None


def why_not_written_to(patient: Patient) -> str:
    """A code for why no letter may go to this patient; empty when one may."""
    way = ways_of(contact_of(patient)).get(ReminderChannel.LETTER)
    if way is None or patient.merged_into_id is not None:
        return "status"
    if way.consent not in CONSENTS[ReminderChannel.LETTER]:
        return "refused"
    if not way.is_known:
        return "no_address"
    return "returned" if way.came_back else ""


def is_booked_in_time(booked_for: date | None, latest_on: date, today: date) -> bool:
    """An appointment that is still ahead (or today) and not past the last day."""
    return booked_for is not None and today <= booked_for <= latest_on


def reminder_key(patient: UUID, window_end: date, step: str) -> str:
    """One reminder per patient, step and window, whichever lesions it covers."""
    return f"reminder:{patient}:{window_end}:{step}"


def first_key(key: str) -> str:
    """The key of the reminder for which this message stands, whichever way it takes."""
    head, _, way = key.rpartition(":")
    return head if way in WAYS else key


def key_by(first: str, channel: NotificationChannel) -> str:
    """The key of the same reminder by another channel: each is tried once."""
    return f"{first}:{'call' if channel == NotificationChannel.IN_APP else channel.lower()}"


def lead_key(follow_up: UUID, window_end: date, step: LeadStep) -> str:
    """One message per follow-up, window, missing link and tier; another once it was there and lost,
    since the step then falls on another day. Those about one patient are told together."""
    return f"lead:{step.kind}:T{step.tier}:{follow_up}:{window_end}:{step.due_on}"


_STILL_TOLD = Prepared(
    lambda: unsettled(
        Notification.objects.filter(digest=slot(Notification, "digest")),
        slot(FollowUp, "booked_for", "on"),
    ).values_list("pk")[:1]
)


def why_unwanted(message: Notification, now: datetime) -> str:
    """A code for why this message must not be sent any more; empty when it may.

    Looks at the rows as they were just read: the obligation, the escalation, the patient's
    status, consent and appointment.
    """
    if message.follow_up is not None and message.follow_up.closed_at is not None:
        return "follow_up_closed"
    if message.template == NotificationTemplate.DAILY_DIGEST:
        told = _STILL_TOLD.ask(digest=message.pk, on=message.site.local_date(now))
        return "" if told else "nothing_left_to_tell"
    if message.escalation is not None:
        return _why_escalation_unwanted(message, now)
    if message.template in TEMPLATES_OF_PROMPTS and message.follow_up is not None:
        return _why_lead_step_unwanted(message, message.follow_up, now)
    if message.template in TO_PATIENTS and message.patient is not None:
        return _why_reminder_unwanted(message, message.patient, now)
    return ""


def _why_escalation_unwanted(message: Notification, now: datetime) -> str:
    escalation = message.escalation
    assert escalation is not None
    if escalation.resolved_at is not None:
        return "escalation_resolved"
    today = message.site.local_date(now)
    owner = escalation.owner_id
    if owner is None or answering(owner, message.site_id, today) != message.recipient_id:
        return "escalation_has_another_owner"
    return ""


def _why_lead_step_unwanted(message: Notification, follow_up: FollowUp, now: datetime) -> str:
    """What was missing is there meanwhile, or nobody is to be told of this patient any more."""
    patient = message.patient
    if patient is not None and is_quiet(patient.status, patient.merged_into_id):
        return "patient_is_quiet"
    if is_booked_in_time(follow_up.booked_for, follow_up.latest_on, message.site.local_date(now)):
        return "booked_in_time"
    is_ordered = follow_up.ordered_on is not None
    if message.template == NotificationTemplate.ORDER_MISSING and is_ordered:
        return "order_placed"
    return ""


def _why_reminder_unwanted(message: Notification, patient: Patient, now: datetime) -> str:
    if is_quiet(patient.status, patient.merged_into_id):
        return "patient_is_quiet"
    today = message.site.local_date(now)
    if message.follow_up is not None and _is_outdated(message, message.follow_up, today):
        return "appointment_changed"
    return _why_not_this_way(message, patient) if message.recipient_id is None else ""


def is_still_allowed(message: Notification) -> bool:
    """Whether a reminder to a patient may still go the way for which it was queued."""
    return message.patient is not None and not _why_not_this_way(message, message.patient)


def _why_not_this_way(message: Notification, patient: Patient) -> str:
    """Consent, address or status changed since the message was queued."""
    channel = ReminderChannel(message.channel)
    way = ways_of(contact_of(patient)).get(channel)
    if reaches(channel, way):
        return ""
    if way is not None and way.came_back:
        return ADDRESS_CAME_BACK
    return NO_ADDRESS if way is not None and not way.is_known else CONSENT_WITHDRAWN


def _is_outdated(message: Notification, follow_up: FollowUp, today: date) -> bool:
    """A reminder to book once it is booked; one of an appointment that was moved or has passed;
    word that one is off which has passed, or to which the patient is to come after all."""
    booked_for = follow_up.booked_for
    if (day := message.called_off_on) is not None:
        return day < today or FollowUp.objects.expected_on(follow_up.patient_id, day).exists()
    if message.template == NotificationTemplate.PATIENT_REMINDER:
        return is_booked_in_time(booked_for, follow_up.latest_on, today)
    if booked_for is None or booked_for < today or message.patient_id is None:
        return True
    return not message.dedupe_key.startswith(appointment_key(message.patient_id, booked_for))
