"""At every moment exactly one person in post answers, whatever people do in whatever order."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as DatabaseCase

from patients.models import Absence, Membership
from surveillance.absences import answering
from surveillance.models import Disowning, Escalation, FollowUp
from surveillance.models.disowning import FOLLOW_UP_ITSELF
from surveillance.ownership import ACCOUNTABLE
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.adopt_follow_ups import adopt_follow_ups
from surveillance.workflows.deactivate_account import deactivate_account
from surveillance.workflows.disown import disown
from surveillance.workflows.disown_follow_up import disown_follow_up
from surveillance.workflows.end_absence import end_absence
from surveillance.workflows.errors import WorkflowRefused as Refused
from surveillance.workflows.leave_role import leave_role
from surveillance.workflows.plan_absence import plan_absence
from surveillance.workflows.reassign import reassign
from surveillance.workflows.sweep import sweep
from tests.factories import MembershipFactory
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at

BEGINS = date(2027, 2, 10)
STEPS = (
    "reassign",
    "leave",
    "switch off",
    "plan",
    "end absence",
    "not mine (escalation)",
    "not mine (follow-up)",
    "acknowledge",
    "adopt",
    "days pass",
)
ANYONE = st.integers(0, 5)


class World:
    """Six people at a site, two patients, and a clock."""

    def __init__(self) -> None:
        self.clinic: Clinic = a_clinic()
        site = self.clinic.site
        self.people: list[User] = [
            self.clinic.navigator,
            self.clinic.lead,
            self.clinic.clinician,
            self.clinic.director,
            MembershipFactory(site=site).user,
            MembershipFactory(site=site, clinician=True).user,
        ]
        self.day = BEGINS
        for number in range(2):
            patient = a_patient(self.clinic, responsible_clinician=self.clinic.clinician)
            a_follow_up(self.clinic, patient=patient, label=f"L{number}")
        sweep(now=self.now)

    @property
    def now(self) -> datetime:
        return at(self.day)

    def do(self, step: str, one: int, other: int, number: int) -> None:
        """Try it; a refusal changes nothing."""
        try:
            self._deeds()[step](self.people[one], self.people[other], number)
        except Refused:
            return

    def _deeds(self) -> dict[str, Callable[[User, User, int], Any]]:
        return {
            "reassign": lambda _one, other, number: reassign(
                follow_up=self._follow_up(number), owner=other, by=None, now=self.now
            ),
            "leave": lambda one, _other, _number: self._leave(one),
            "switch off": lambda one, _other, _number: deactivate_account(
                user=one, by=None, now=self.now
            ),
            "plan": lambda one, other, number: plan_absence(
                user=one,
                site=self.clinic.site,
                first_on=self.day + timedelta(days=number % 3),
                last_on=self.day + timedelta(days=number),
                cover=other,
                by=None,
                now=self.now,
            ),
            "end absence": lambda one, _other, _number: self._end(one),
            "not mine (escalation)": lambda _one, _other, number: self._disown(number),
            "not mine (follow-up)": lambda _one, _other, number: self._disown_follow_up(number),
            "acknowledge": lambda one, _other, number: self._acknowledge(one, number),
            "adopt": lambda *_: adopt_follow_ups(site=self.clinic.site, now=self.now),
            "days pass": lambda _one, _other, number: self._pass(number),
        }

    def _follow_up(self, number: int) -> FollowUp:
        return list(FollowUp.objects.order_by("pk"))[number % 2]

    def _raised(self, number: int) -> list[Escalation]:
        rows = list(Escalation.objects.unresolved().order_by("pk"))
        return [rows[number % len(rows)]] if rows else []

    def _answers(self, owner: int | None) -> User:
        assert owner is not None
        return User.objects.get(pk=answering(owner, self.clinic.site.pk, self.day))

    def _leave(self, one: User) -> None:
        for role in Membership.objects.filter(user=one, ended_on=None):
            leave_role(membership=role, by=None, now=self.now)

    def _end(self, one: User) -> None:
        for row in Absence.objects.filter(user=one):
            end_absence(absence=row, by=None, now=self.now)

    def _disown(self, number: int) -> None:
        for row in self._raised(number):
            by, declined = self._answers(row.owner_id), _declined(row.follow_up, row.tier)
            passed = disown(escalation=row, by=by, now=self.now)
            assert passed.owner_id not in declined | {by.pk, row.owner_id}

    def _disown_follow_up(self, number: int) -> None:
        row = self._follow_up(number)
        by, declined = self._answers(row.owner_id), _declined(row, FOLLOW_UP_ITSELF)
        passed = disown_follow_up(follow_up=row, by=by, now=self.now)
        assert passed.owner_id not in declined | {by.pk, row.owner_id}

    def _acknowledge(self, one: User, number: int) -> None:
        for row in self._raised(number):
            acknowledge_escalation(
                escalation=row, next_action="call", until=self.day, by=one, now=self.now
            )

    def _pass(self, number: int) -> None:
        self.day += timedelta(days=number)
        sweep(now=self.now)

    def check(self) -> None:
        """Whoever owns is in post; whoever answers is in post, and there unless nobody is."""
        site = self.clinic.site
        posts = Membership.objects.current().filter(site=site, role__in=ACCOUNTABLE)
        in_post = set(posts.values_list("user_id", flat=True))
        away = set(Absence.objects.in_force(self.day).values_list("user_id", flat=True))
        owners = [
            *FollowUp.objects.open().values_list("owner_id", flat=True),
            *Escalation.objects.unresolved().values_list("owner_id", flat=True),
        ]
        assert owners
        for owner in owners:
            assert owner in in_post
            answers = answering(owner, site.pk, self.day)
            assert answers in in_post
            assert answers not in away or in_post <= away


def _declined(row: FollowUp, tier: int) -> frozenset[int]:
    """Who said "not mine" before: it must not go to them."""
    return Disowning.objects.declined([row.pk]).get(row.pk, {}).get(tier, frozenset())


class TestOneOwner(DatabaseCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        steps=st.lists(
            st.tuples(st.sampled_from(STEPS), ANYONE, ANYONE, st.integers(0, 20)),
            min_size=4,
            max_size=10,
        )
    )
    def test_exactly_one_person_in_post_answers_after_every_step(
        self, steps: list[tuple[str, int, int, int]]
    ) -> None:
        world = World()
        world.check()
        dates = set(FollowUp.objects.values_list("pk", "latest_on", "owed_since"))
        for step, one, other, number in steps:
            world.do(step, one, other, number)
            world.check()

        assert set(FollowUp.objects.values_list("pk", "latest_on", "owed_since")) == dates
