"""Who is at work: leave with a cover, resignations with hand-over, and people who walk out."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.contrib.auth.models import User

from patients.models import Absence, Membership, Role
from surveillance.intake.demonstration.accounts import make_people
from surveillance.simulation import rates
from surveillance.simulation.hospital import NAVIGATORS, NOBODY_SIGNS_IN, Hospital, navigator
from surveillance.simulation.luck import Luck
from surveillance.workflows.end_absence import end_absence
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.leave_role import leave_role
from surveillance.workflows.plan_absence import plan_absence

YEAR = 365.25
DAY = timedelta(days=1)


@dataclass
class Staffing:
    """The navigators of one clinic over time. `walks_out`: with faults only."""

    hospital: Hospital
    luck: Luck
    walks_out: bool
    away: dict[str, Absence] = field(default_factory=dict)
    back_early_on: dict[str, date] = field(default_factory=dict)
    gone: dict[str, date] = field(default_factory=dict)
    """Who walked out, and when the account is closed."""
    vacant_until: list[date] = field(default_factory=list)
    absences: int = 0
    back_early: int = 0
    resigned: int = 0
    walked_out: int = 0
    _number: int = NAVIGATORS

    def absent(self, day: date) -> set[str]:
        """Who is away on that day; decides who leaves for good, who goes on leave, who comes."""
        self._fill_posts(day)
        self._come_back(day)
        for name in [name for name, noticed in self.gone.items() if noticed <= day]:
            del self.gone[name]
            self._leave(name, day)
        holders = self.hospital.in_post(Role.NURSE_NAVIGATOR)
        for user in holders:
            if user.get_username() not in self.gone:
                self._decide(user, day, alone=len(holders) == 1)
        return {*self.away, *self.gone}

    def _decide(self, user: User, day: date, *, alone: bool) -> None:
        name = user.get_username()
        if not alone and self.luck.happens(rates.RESIGNS.value / YEAR, name, "resigns", day):
            self.resigned += 1
            self._leave(name, day)
        elif self.walks_out and self.luck.happens(rates.WALKS_OUT.value / YEAR, name, "walks", day):
            self.walked_out += 1
            noticed = self.luck.between(1, rates.WALKOUT_NOTICED.value, name, "noticed", day)
            self.gone[name] = day + DAY * noticed
        elif name not in self.away and self.luck.happens(rates.ON_LEAVE.value, name, "leave", day):
            self._go_on_leave(user, day)

    def _go_on_leave(self, user: User, day: date) -> None:
        """A colleague stands in, else the lead; who stands in for somebody cannot go."""
        name = user.get_username()
        length = self.luck.between(1, rates.LEAVE_DAYS.value, name, "days", day)
        try:
            self.away[name] = plan_absence(
                user=user,
                site=self.hospital.site,
                first_on=day,
                last_on=day + DAY * (length - 1),
                cover=self._cover_for(user),
                by=user,
                now=self.hospital.noon(day),
            )
        except WorkflowRefused:
            return
        self.absences += 1
        if self.luck.happens(rates.BACK_EARLY.value, name, "early", day):
            self.back_early_on[name] = day + DAY * ((length + 1) // 2)

    def _cover_for(self, user: User) -> User:
        colleagues = self.hospital.in_post(Role.NURSE_NAVIGATOR)
        there = [one for one in colleagues if one != user and not self._is_missing(one)]
        return [*there, *self.hospital.in_post(Role.LEAD_NAVIGATOR)][0]

    def _is_missing(self, user: User) -> bool:
        return user.get_username() in self.away or user.get_username() in self.gone

    def _come_back(self, day: date) -> None:
        now = self.hospital.noon(day)
        for name, absence in list(self.away.items()):
            if absence.last_on < day:
                del self.away[name]
                self.back_early_on.pop(name, None)
            elif self.back_early_on.get(name, date.max) <= day:
                end_absence(absence=absence, by=absence.user, now=now)
                self.back_early += 1
                del self.away[name], self.back_early_on[name]

    def _leave(self, name: str, day: date) -> None:
        """The role ends, and the workflow hands over what is owned."""
        membership = Membership.objects.current().get(site=self.hospital.site, user__username=name)
        leave_role(membership=membership, by=None, now=self.hospital.noon(day))
        self.hospital.staff_changed()
        self.away.pop(name, None)
        vacant = self.luck.between(10, rates.POST_VACANT.value, name, "vacant")
        self.vacant_until.append(day + DAY * vacant)

    def _fill_posts(self, day: date) -> None:
        clinic, site = self.hospital.clinic, self.hospital.site
        for until in [each for each in self.vacant_until if each <= day]:
            self.vacant_until.remove(until)
            self._number += 1
            make_people(
                [navigator(clinic, self._number)],
                {clinic.slug: site},
                password=NOBODY_SIGNS_IN,
                now=self.hospital.noon(day),
            )
            self.hospital.staff_changed()
