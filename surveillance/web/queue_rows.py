"""The rows of the queue as plain words. Presenters: no queries, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from patients.models import FAILED_THERE, Patient, PatientStatus
from surveillance.models import ContactOutcome, Escalation, FollowUp, LesionObservation
from surveillance.obligations import window_of
from surveillance.protocol.terms import (
    DayPart,
    LesionKind,
    Modality,
    ObligationKind,
    RecommendationKind,
    Stage,
)
from surveillance.protocol.timeliness import stage_on
from surveillance.web.consent_words import no_way_words
from surveillance.web.lead_words import next_lead_line
from surveillance.web.queue_query import Surroundings
from surveillance.web.risk_words import risk_tag, risk_why
from surveillance.web.way_back import with_row
from surveillance.web.wording import (
    Tag,
    age_words,
    count_words,
    date_words,
    label_of,
    language_words,
    lesion_words,
    moment_words,
    name_of_patient,
    number_words,
    owner_words,
    size_words,
)

STAGE_TAGS = {
    Stage.OVERDUE: Tag(gettext_noop("Overdue"), "overdue"),
    Stage.DUE: Tag(gettext_noop("Due"), "due"),
    Stage.OPEN: Tag(gettext_noop("Window open"), "soon"),
    Stage.NOT_YET: Tag(gettext_noop("Not yet"), "quiet"),
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One patient in the queue: strings only, ready to print."""

    key: str
    url: str
    name: str
    mrn: str
    born: str
    age: str
    site: str
    status: str
    language: str
    risk: Tag
    risk_why: str
    lesion: str
    lesion_detail: str
    others: str
    owed: str
    by: str
    stage: Tag
    days: str
    escalation: str
    last_contact: str
    next_step: str
    lead: Tag | None
    owner: str
    order_url: str
    contact_url: str
    note: str = ""
    """Of a row that was searched for: why the list in view does not show it."""
    panel_url: str = ""
    pick: str = ""


def queue_rows(
    follow_ups: Iterable[FollowUp], around: Surroundings, on: date
) -> tuple[QueueRow, ...]:
    """The rows of one page, as of the site's day `on`."""
    return tuple(queue_row(follow_up, around, on) for follow_up in follow_ups)


def queue_row(follow_up: FollowUp, around: Surroundings, on: date) -> QueueRow:
    """One row. `follow_up` comes with its site, patient, lesion, assessment and owner."""
    patient, lesion = follow_up.patient, follow_up.lesion
    others = around.lesions_owed[patient.pk] - 1
    return QueueRow(
        key=str(follow_up.pk),
        url=reverse("patient", args=[patient.pk]),
        name=name_of_patient(patient),
        mrn=patient.mrn,
        born=date_words(patient.birth_date),
        age=age_words(patient.birth_date, on),
        site=follow_up.site.name,
        status=status_words(patient.status),
        language=_language(patient),
        risk=risk_tag(follow_up.assessment.risk),
        risk_why=risk_why(around.profiles.get(patient.pk)),
        lesion=lesion_words(lesion),
        lesion_detail=_detail(lesion.kind, around.sizes.get(lesion.pk)),
        others=f"+{count_words(others, 'lesion')}" if others > 0 else "",
        owed=owed_words(follow_up),
        by=date_words(follow_up.latest_on),
        stage=stage_tag(follow_up, on),
        days=days_words(follow_up, on),
        escalation=escalation_words(around.escalations.get(follow_up.pk), on),
        last_contact=last_contact_words(follow_up),
        next_step=next_step(follow_up, on, around.next_tries.get(patient.pk)),
        lead=next_lead_line(follow_up, on),
        owner=owner_words(
            follow_up.owner,
            around.stand_ins.get((follow_up.site_id, follow_up.owner_id or 0)),
            _("No owner"),
        ),
        order_url=_order_url(follow_up, around),
        contact_url=(
            with_row(reverse("contact_log", args=[patient.pk]), follow_up.pk)
            if follow_up.site_id in around.sites_to_log
            else ""
        ),
        panel_url=reverse("follow_up_panel", args=[follow_up.pk]),
        pick=f"{follow_up.pk}.{follow_up.version}",
    )


def _language(patient: Patient) -> str:
    """What the caller must know before dialling; empty where nothing is out of the ordinary."""
    is_usual = patient.language == settings.LANGUAGE_CODE.split("-")[0]
    return "" if is_usual and not patient.interpreter_needed else language_words(patient)


def _order_url(follow_up: FollowUp, around: Surroundings) -> str:
    """Where to note the order (and the appointment), while it is missing and the reader may."""
    is_missing = follow_up.kind == ObligationKind.IMAGING and not (
        follow_up.ordered_on or follow_up.booked_for
    )
    if not is_missing or follow_up.site_id not in around.sites_to_book:
        return ""
    return with_row(reverse("follow_up_book", args=[follow_up.pk]), follow_up.pk)


def status_words(status: str) -> str:
    """What departs from being under our care; empty for an active patient."""
    return "" if status == PatientStatus.ACTIVE else str(PatientStatus(status).label)


def _detail(kind: str, newest: LesionObservation | None) -> str:
    words = label_of(LesionKind, kind) if kind != LesionKind.UNKNOWN else _("Kind not known")
    if newest is None:
        return _("{kind}, not measured yet").format(kind=words)
    size, day = size_words(newest.size_mm), date_words(newest.exam.performed_on)
    return _("{kind}, {size} on {day}").format(kind=words, size=size, day=day)


def owed_words(follow_up: FollowUp) -> str:
    """What is owed: 'Surveillance imaging: MRI, hepatobiliary contrast'."""
    words = label_of(RecommendationKind, follow_up.recommendation)
    if follow_up.kind != ObligationKind.IMAGING or not follow_up.advised_modality:
        return words
    modality = label_of(Modality, follow_up.advised_modality)
    return words if modality in words else f"{words}: {modality}"


def stage_tag(follow_up: FollowUp, on: date) -> Tag:
    """Where the day lies in the window; a snoozed one says so."""
    if follow_up.snoozed_until and follow_up.snoozed_until > on:
        until = date_words(follow_up.snoozed_until)
        return Tag(_("Snoozed until {day}").format(day=until), "quiet")
    tag = STAGE_TAGS[stage_on(window_of(follow_up), on)]
    return Tag(_(tag.words), tag.tone)


def days_words(follow_up: FollowUp, on: date) -> str:
    """'12 days overdue', 'last day today', '30 days left'."""
    left = (follow_up.latest_on - on).days
    if left < 0:
        return _("{days} overdue").format(days=count_words(-left, "day"))
    if left == 0:
        return _("last day today")
    return ngettext("{n} day left", "{n} days left", left).format(n=number_words(left))


def escalation_words(escalation: Escalation | None, on: date) -> str:
    """'Escalated to tier 3', with the answer when somebody gave one that still runs."""
    if escalation is None:
        return ""
    words = _("Escalated to tier {tier}").format(tier=escalation.tier)
    until = escalation.acknowledged_until
    if until is None:
        return words
    if until < on:
        return _("{escalated} again").format(escalated=words)
    return _("{escalated}, acknowledged until {day}").format(escalated=words, day=date_words(until))


def last_contact_words(follow_up: FollowUp) -> str:
    """'3 Mar 2026, 14:05: Voicemail left', or that nobody tried."""
    patient = follow_up.patient
    if patient.last_contact_at is None:
        return _("No contact yet")
    outcome = patient.last_contact_outcome
    words = label_of(ContactOutcome, outcome)
    return f"{moment_words(patient.last_contact_at, follow_up.site)}: {words}"


def next_step(follow_up: FollowUp, on: date, next_try: tuple[date, str] | None = None) -> str:
    """What a person should do next. The obligation itself is the protocol's; this is the errand."""
    if follow_up.kind == ObligationKind.REVIEW:
        return _("Clinician: decide, or complete the facts")
    if status := status_words(follow_up.patient.status):
        return _("{status}: settle the plan with the clinician").format(status=status)
    if follow_up.booked_for:
        return _after_booking(follow_up, follow_up.booked_for, on)
    if no_way_words(follow_up.patient):
        return _("Nobody may write or call: the clinician decides how to go on")
    if next_try:
        return _call_again(*next_try, on)
    if follow_up.patient.last_contact_outcome in FAILED_THERE:
        return _("Find a number or address that works")
    if follow_up.kind == ObligationKind.REFERRAL:
        return _("Send the referral and book it")
    return _("Call and book") if follow_up.ordered_on else _("Place the order, then call and book")


def _call_again(day: date, part: str, on: date) -> str:
    """'Call again today, in the evening'; a try that was not made is made today."""
    if not part:
        words = _("Call again today") if day <= on else _("Call again on {day}")
        return words.format(day=date_words(day))
    words = _("Call again today, in the {part}")
    if day > on:
        words = _("Call again on {day}, in the {part}")
    return words.format(day=date_words(day), part=label_of(DayPart, part).lower())


def _after_booking(follow_up: FollowUp, booked_for: date, on: date) -> str:
    if booked_for < on:
        words = _("Was booked for {day}: find out whether it was done")
    elif booked_for <= follow_up.latest_on:
        words = _("Booked for {day}")
    elif on > follow_up.latest_on:  # no appointment can be in time any more
        words = _("Booked for {day}, after the last day: make sure that it happens")
    else:
        words = _("Book earlier: {day} is after the last day")
    return words.format(day=date_words(booked_for))
