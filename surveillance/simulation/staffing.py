"""Who is at work: absences, resignations with hand-over, and people who walk out."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from patients.models import Membership, Role
from surveillance.intake.demonstration.accounts import make_people
from surveillance.models import FollowUp
from surveillance.simulation import rates
from surveillance.simulation.hospital import NAVIGATORS, NOBODY_SIGNS_IN, navigator, noon
from surveillance.simulation.work import Team
from surveillance.workflows.leave_role import leave_role
from surveillance.workflows.reassign import reassign

YEAR = 365.25


@dataclass
class Staffing:
    """The navigators of one site over time. `walks_out`: with faults only."""

    team: Team
    walks_out: bool
    away_until: dict[str, date] = field(default_factory=dict)
    vacant_until: list[date] = field(default_factory=list)
    resigned: int = 0
    walked_out: int = 0
    _number: int = NAVIGATORS

    def absent(self, day: date) -> set[str]:
        """Who is away on that day; decides who leaves for good and who comes."""
        self._fill_posts(day)
        holders = self.team.hospital.in_post(self.team.site, Role.NURSE_NAVIGATOR)
        for user in holders:
            self._decide(user.get_username(), day, alone=len(holders) == 1)
        return {name for name, until in self.away_until.items() if day <= until}

    def _decide(self, name: str, day: date, *, alone: bool) -> None:
        luck = self.team.luck
        if not alone and luck.happens(rates.RESIGNS.value / YEAR, name, "resigns", day):
            self._hand_over(name, day)
            self.resigned += 1
            self._leave(name, day)
        elif self.walks_out and luck.happens(rates.WALKS_OUT.value / YEAR, name, "walks", day):
            self.walked_out += 1
            self._leave(name, day)
        elif self.away_until.get(name, day) <= day and luck.happens(
            rates.ON_LEAVE.value, name, "leave", day
        ):
            length = luck.between(1, rates.LEAVE_DAYS.value, name, "days", day)
            self.away_until[name] = day + timedelta(days=length)

    def _hand_over(self, name: str, day: date) -> None:
        site = self.team.site
        others = [
            user
            for user in self.team.hospital.in_post(site, Role.NURSE_NAVIGATOR)
            if user.get_username() != name
        ]
        owned = FollowUp.objects.open().filter(site=site, owner__username=name)
        for follow_up in owned.select_related("site").order_by("patient__mrn", "lesion__label"):
            reassign(follow_up=follow_up, owner=others[0], reason="Leaves", by=None, now=noon(day))

    def _leave(self, name: str, day: date) -> None:
        membership = Membership.objects.current().get(site=self.team.site, user__username=name)
        leave_role(membership=membership, by=None, now=noon(day))
        self.team.hospital.staff_changed(self.team.site)
        vacant = self.team.luck.between(10, rates.POST_VACANT.value, name, "vacant")
        self.vacant_until.append(day + timedelta(days=vacant))

    def _fill_posts(self, day: date) -> None:
        site = self.team.site
        for until in [each for each in self.vacant_until if each <= day]:
            self.vacant_until.remove(until)
            self._number += 1
            successor = navigator(site.slug, self._number)
            make_people([successor], {site.slug: site}, password=NOBODY_SIGNS_IN, now=noon(day))
            self.team.hospital.staff_changed(site)
