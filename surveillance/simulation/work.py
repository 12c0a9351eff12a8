"""A day's work at one site: what navigators, lead, clinician and director do about what they are
told. They act only on what the software shows them: escalations, messages, their own diary."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.contrib.auth.models import User

from patients.models import Role, Site
from surveillance.models import (
    ContactChannel,
    ContactOutcome,
    Escalation,
    FollowUp,
    FollowUpOutcome,
    Notification,
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
PUT_OFF = timedelta(days=6)
"""An acknowledgement says what happens within these days (7 at most)."""


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
        """One working day of everybody who is there."""
        for role in Role:
            for user in self.hospital.in_post(self.site, role):
                if user.get_username() not in absent:
                    _Desk(self, user, role, day).work()


@dataclass
class _Desk:
    team: Team
    user: User
    role: Role
    day: date
    calls: int = 0

    def work(self) -> None:
        """Escalations first, then what the machine asked for, then the own diary."""
        for escalation in self._escalations():
            self._answer(escalation)
        if self.role in CALL_ROLES:
            for mrn in self._asked():
                self._reach_out(self.team.world.lives[mrn])
        mark_read(notifications=self._unread(), by=self.user, now=noon(self.day))

    def _count(self) -> None:
        monday = self.day - timedelta(days=self.day.weekday())
        self.team.load[self.user.get_username(), monday] += 1

    # ------------------------------------------------------------ escalations

    def _escalations(self) -> list[Escalation]:
        rows = Escalation.objects.awaiting_answer(self.day).filter(
            owner=self.user, follow_up__site=self.team.site
        )
        rows = rows.select_related("follow_up__patient", "follow_up__lesion", "follow_up__site")
        return list(
            rows.order_by("raised_at", "follow_up__patient__mrn", "follow_up__lesion__label")
        )

    def _answer(self, escalation: Escalation) -> None:
        follow_up = escalation.follow_up
        key = follow_up.patient.mrn, follow_up.lesion.label, escalation.tier, self.day
        if not self.team.luck.happens(rates.ANSWERED_A_DAY.value, *key, "answered"):
            return
        self._count()
        self._act(self.team.world.lives[follow_up.patient.mrn], follow_up, key)
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

    def _act(self, life: Life, follow_up: FollowUp, key: tuple[object, ...]) -> None:
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

    def _asked(self) -> Iterable[str]:
        """MRNs of patients to call: the machine asked for it, or the day in the diary has come."""
        rows = Notification.objects.inbox_of(self.user).unread().filter(template__in=ASKED_TO_CALL)
        asked = rows.filter(site=self.team.site).values_list("patient__mrn", flat=True)
        due = {mrn for mrn, day in self.team.diary.items() if day <= self.day}
        mine = self.role == Role.NURSE_NAVIGATOR
        return sorted({*(mrn for mrn in asked if mrn), *(due if mine else ())})

    def _unread(self) -> Iterable[object]:
        return Notification.objects.inbox_of(self.user).unread().values_list("pk", flat=True)

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
