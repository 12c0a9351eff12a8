"""A day's work of one team: what navigators, lead, clinician and director do about what they are
told. They act only on what the software shows them: escalations, messages, their own diary."""

from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.models import User

from patients.models import Role
from patients.prepared import Prepared, slot, slots
from surveillance.absences import read_stand_ins
from surveillance.models import (
    TEMPLATES_OF_PROMPTS,
    ContactChannel,
    ContactOutcome,
    Escalation,
    FollowUp,
    FollowUpOutcome,
    Notification,
    NotificationChannel,
    NotificationStatus,
    NotificationTemplate,
)
from surveillance.protocol.terms import ObligationKind
from surveillance.simulation import rates
from surveillance.simulation.hospital import Hospital
from surveillance.simulation.life import Life
from surveillance.simulation.luck import Luck
from surveillance.simulation.mailroom import Mailroom
from surveillance.simulation.trips import Reply
from surveillance.simulation.world import World
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.close_follow_up import close_follow_up
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.log_contact import log_contact
from surveillance.workflows.mark_read import mark_read
from surveillance.workflows.queue_letter import queue_letter

CALL_ROLES = (Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR)
ASKED_TO_CALL = TEMPLATES_OF_PROMPTS | {
    NotificationTemplate.PATIENT_REMINDER,
    NotificationTemplate.MISSED_APPOINTMENT,
}
UNANSWERED_CALLS = 3
"""After so many a letter goes out as well."""
CALLS_IN_A_ROW = 4
READ_BACK = timedelta(days=30)
"""Older messages are not read any more; what they asked for has been asked for again since."""
PUT_OFF = timedelta(days=6)
"""An acknowledgement says what happens within these days (7 at most)."""


class _Message(NamedTuple):
    id: UUID
    template: str
    mrn: str


_AWAITING = Prepared(
    lambda: (
        Escalation.objects.awaiting_answer(slot(Escalation, "acknowledged_until", "day"))
        .select_related("follow_up__patient", "follow_up__lesion", "follow_up__site")
        .order_by("raised_at", "follow_up__patient__mrn", "follow_up__lesion__label")
    )
)
_UNREAD = Prepared(
    lambda: (
        Notification.objects.unread()
        .filter(recipient__in=slots(Notification, "recipient", "staff"))
        .filter(channel=NotificationChannel.IN_APP)
        .filter(status__in=(NotificationStatus.SENT, NotificationStatus.DIGESTED))
        .filter(created_at__gt=slot(Notification, "created_at", "since"))
        .values_list("recipient", "pk", "template", "patient__mrn")
    )
)


@dataclass
class Team:
    """The staff of one clinic, and who of them does what on a day."""

    hospital: Hospital
    world: World
    luck: Luck
    diary: dict[str, date] = field(default_factory=dict)
    """By MRN: when a navigator wants to try again."""
    load: Counter[tuple[str, date]] = field(default_factory=Counter)
    """What each person did: (user name, Monday of the week)."""

    def __post_init__(self) -> None:
        self.mailroom = Mailroom(self.hospital, self.world)

    def work(self, day: date, absent: set[str]) -> None:
        """One working day of everybody who is there, by role and name; then the post."""
        escalations, messages = self._escalations(day, absent), self._messages(day)
        there = [
            (role, user)
            for role, user in self.hospital.staff()
            if user.get_username() not in absent
        ]
        for role, user in there:
            desk = _Desk(self, user, role, day)
            desk.work(escalations.get(user.pk, []), messages.get(user.pk, []))
        printer = next(user for role, user in there if role in CALL_ROLES)
        if self.mailroom.work(day, printer):
            self.count(printer, day)

    def count(self, user: User, day: date) -> None:
        """Somebody did something."""
        self.load[user.get_username(), day - timedelta(days=day.weekday())] += 1

    def _escalations(self, day: date, absent: set[str]) -> dict[int, list[Escalation]]:
        """What waits for an answer, by who answers now."""
        cover = read_stand_ins(self.hospital.site.pk, day) if absent else {}
        found: dict[int, list[Escalation]] = defaultdict(list)
        for row in _AWAITING.ask(day=day):
            if row.owner_id is not None:
                found[cover.get(row.owner_id, row.owner_id)].append(row)
        return found

    def _messages(self, day: date) -> dict[int, list[_Message]]:
        """What each was told in the application and has not read."""
        found: dict[int, list[_Message]] = defaultdict(list)
        staff = [user.pk for _role, user in self.hospital.staff()]
        since = self.hospital.noon(day - READ_BACK)
        for recipient, pk, template, mrn in _UNREAD.ask(staff=staff, since=since):
            if recipient is not None:
                found[recipient].append(_Message(pk, template, mrn or ""))
        return found


@dataclass
class _Desk:
    team: Team
    user: User
    role: Role
    day: date
    calls: int = 0

    def work(self, escalations: list[Escalation], messages: list[_Message]) -> None:
        """Escalations first, then what the machine asked for, then the own diary."""
        for escalation in escalations:
            self._answer(escalation)
        if self.role in CALL_ROLES:
            for mrn in self._to_call(messages):
                self._reach_out(self.team.world.lives[mrn])
        if messages:
            ids = [message.id for message in messages]
            mark_read(notifications=ids, by=self.user, now=self.now)

    @property
    def now(self) -> datetime:
        """The moment at which the day's work is noted."""
        return self.team.hospital.noon(self.day)

    # ------------------------------------------------------------ escalations

    def _answer(self, escalation: Escalation) -> None:
        follow_up = escalation.follow_up
        key = follow_up.patient.mrn, follow_up.lesion.label, escalation.tier, self.day
        if not self.team.luck.happens(rates.ANSWERED_A_DAY.value, *key, "answered"):
            return
        self.team.count(self.user, self.day)
        self._act(self.team.world.lives[follow_up.patient.mrn], follow_up)
        try:
            acknowledge_escalation(
                escalation=escalation,
                next_action="Simulated: asked, called or ordered",
                until=self.day + PUT_OFF,
                by=self.user,
                now=self.now,
            )
        except WorkflowRefused:
            return  # what was done just now has ended it

    def _act(self, life: Life, follow_up: FollowUp) -> None:
        world, label = self.team.world, follow_up.lesion.label
        if follow_up.kind == ObligationKind.REFERRAL:
            world.chase_referral(life, label)
        elif follow_up.kind == ObligationKind.REVIEW:
            if not world.complete_facts(life) and self.role not in CALL_ROLES:
                self._look(life, label, follow_up)
        elif self.role in CALL_ROLES:
            self._reach_out(life)
        elif not world.is_signed_off(life):
            world.ask_for_order(life)

    def _look(self, life: Life, label: str, follow_up: FollowUp) -> None:
        """A clinician looks at what a person had to look at, and says so."""
        if follow_up.closed_at is not None:
            return
        try:
            close_follow_up(
                follow_up=follow_up,
                outcome=FollowUpOutcome.COMPLETED,
                note="Looked at (simulated)",
                by=self.user,
                now=self.now,
            )
        except WorkflowRefused:
            return  # the protocol goes on owing it: somebody must find the facts
        assert life.chart is not None
        life.chart.lesions[label].answered.add(
            (ObligationKind.REVIEW, follow_up.recommendation, follow_up.reason)
        )
        self.team.world.settle(life)

    # ------------------------------------------------------------ patients

    def _to_call(self, messages: list[_Message]) -> list[str]:
        """MRNs of patients to call: the machine asked for it, or the day in the diary has come."""
        asked = {one.mrn for one in messages if one.template in ASKED_TO_CALL and one.mrn}
        if self.role == Role.NURSE_NAVIGATOR:
            asked |= {mrn for mrn, day in self.team.diary.items() if day <= self.day}
        return sorted(asked)

    def _reach_out(self, life: Life) -> None:
        self.team.diary.pop(life.mrn, None)
        world, trip = self.team.world, life.trip
        if trip is None or trip.is_scanned or not life.imaging() or life.is_gone:
            return
        self.team.count(self.user, self.day)
        if world.look_up_booking(life):
            return
        rate = rates.CALL_AGAIN if trip.calls < CALLS_IN_A_ROW else rates.CALL_LATER
        again = self.day + timedelta(days=rate.value)
        if world.ask_for_order(life) and life.trip is trip:
            self._call_or_write(life, again)
        if life.trip is trip and not trip.is_booked and life.comes:
            self.team.diary[life.mrn] = again

    def _call_or_write(self, life: Life, again: date) -> None:
        trip = life.trip
        assert trip is not None
        if not life.chances.may_be_called:
            self._write(life)
            return
        if self.calls >= rates.CALLS_A_DAY.value:
            return
        self.calls += 1
        reply = self.team.world.call(life)
        outcome = ContactOutcome(reply.value)
        next_try_on = None if reply in (Reply.AGREED, Reply.DECLINED) else again
        self._log(life, outcome, next_try_on)
        if reply is Reply.WRONG_NUMBER or trip.calls == UNANSWERED_CALLS:
            self._write(life)

    def _write(self, life: Life) -> None:
        """Let a letter wait for the next print run, unless enough were posted or none may be."""
        trip = life.trip
        if trip is None or trip.letters > trip.calls // UNANSWERED_CALLS:
            return
        with suppress(WorkflowRefused):
            patient = self.team.hospital.people[life.mrn].patient
            queue_letter(patient=patient, by=self.user, now=self.now)

    def _log(self, life: Life, outcome: ContactOutcome, again: date | None) -> None:
        hospital = self.team.hospital
        log_contact(
            patient=hospital.people[life.mrn].patient,
            follow_ups=hospital.open_imaging(life),
            channel=ContactChannel.PHONE,
            outcome=outcome,
            next_try_on=again,
            by=self.user,
            now=self.now,
        )
