"""A day's work at one site: what navigators, lead, clinician and director do about what they are
told. They act only on what the software shows them: escalations, messages, their own diary."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.models import User

from patients.models import Role, Site
from surveillance.models import (
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
from surveillance.simulation.hospital import Hospital, noon
from surveillance.simulation.life import Life
from surveillance.simulation.luck import Luck
from surveillance.simulation.trips import Reply
from surveillance.simulation.world import World
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.close_follow_up import close_follow_up
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.log_contact import log_contact
from surveillance.workflows.mark_read import mark_read

CALL_ROLES = (Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR)
ASKED_TO_CALL = (NotificationTemplate.PATIENT_REMINDER, NotificationTemplate.MISSED_APPOINTMENT)
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


@dataclass
class Team:
    """The staff of one site, and who of them does what on a day."""

    site: Site
    hospital: Hospital
    world: World
    luck: Luck
    diary: dict[str, date] = field(default_factory=dict)
    """By MRN: when a navigator wants to try again."""
    load: Counter[tuple[str, date]] = field(default_factory=Counter)
    """What each person did: (user name, Monday of the week)."""

    def work(self, day: date, absent: set[str]) -> None:
        """One working day of everybody who is there, by role and name."""
        escalations, messages = self._escalations(day), self._messages(day)
        for role, user in self.hospital.staff(self.site):
            if user.get_username() not in absent:
                desk = _Desk(self, user, role, day)
                desk.work(escalations.get(user.pk, []), messages.get(user.pk, []))

    def _escalations(self, day: date) -> dict[int, list[Escalation]]:
        """What waits for an answer, by owner."""
        rows = Escalation.objects.awaiting_answer(day).filter(follow_up__site=self.site)
        rows = rows.select_related("follow_up__patient", "follow_up__lesion", "follow_up__site")
        found: dict[int, list[Escalation]] = defaultdict(list)
        for row in rows.order_by(
            "raised_at", "follow_up__patient__mrn", "follow_up__lesion__label"
        ):
            if row.owner_id is not None:
                found[row.owner_id].append(row)
        return found

    def _messages(self, day: date) -> dict[int, list[_Message]]:
        """What each was told in the application and has not read."""
        users = [user.pk for _role, user in self.hospital.staff(self.site)]
        rows = Notification.objects.unread().filter(
            recipient__in=users,
            channel=NotificationChannel.IN_APP,
            status=NotificationStatus.SENT,
            created_at__gt=noon(day - READ_BACK),
        )
        found: dict[int, list[_Message]] = defaultdict(list)
        for recipient, pk, template, mrn in rows.values_list(
            "recipient", "pk", "template", "patient__mrn"
        ):
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
            mark_read(notifications=ids, by=self.user, now=noon(self.day))

    def _count(self) -> None:
        monday = self.day - timedelta(days=self.day.weekday())
        self.team.load[self.user.get_username(), monday] += 1

    # ------------------------------------------------------------ escalations

    def _answer(self, escalation: Escalation) -> None:
        follow_up = escalation.follow_up
        key = follow_up.patient.mrn, follow_up.lesion.label, escalation.tier, self.day
        if not self.team.luck.happens(rates.ANSWERED_A_DAY.value, *key, "answered"):
            return
        self._count()
        self._act(self.team.world.lives[follow_up.patient.mrn], follow_up)
        try:
            acknowledge_escalation(
                escalation=escalation,
                next_action="Simulated: asked, called or ordered",
                until=self.day + PUT_OFF,
                by=self.user,
                now=noon(self.day),
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
                now=noon(self.day),
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
        self._count()
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
        self._log(life, ContactChannel.PHONE, outcome, next_try_on)
        if reply is Reply.WRONG_NUMBER or trip.calls == UNANSWERED_CALLS:
            self._write(life)

    def _write(self, life: Life) -> None:
        trip = life.trip
        if trip is not None and trip.letters < trip.calls // UNANSWERED_CALLS + 1:
            self.team.world.write_to(life)
            self._log(life, ContactChannel.LETTER, ContactOutcome.SENT, None)

    def _log(
        self, life: Life, channel: ContactChannel, outcome: ContactOutcome, again: date | None
    ) -> None:
        hospital = self.team.hospital
        log_contact(
            patient=hospital.people[life.mrn].patient,
            follow_ups=list(hospital.open_imaging(life)),
            channel=channel,
            outcome=outcome,
            next_try_on=again,
            by=self.user,
            now=noon(self.day),
        )
