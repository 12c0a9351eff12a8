"""For which sites, on which day, something is counted."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Case, DateField, QuerySet, Value, When

from patients.models import Patient, Site
from surveillance.models import FollowUp, FollowUpQuerySet
from surveillance.protocol.dates import add_months
from surveillance.protocol.parameters import ADULT_FROM_YEARS
from surveillance.protocol.parameters.measures import MONTHS_SHOWN


@dataclass(frozen=True, slots=True)
class Scope:
    """Some sites at one moment. Each is judged on its own day."""

    sites: tuple[Site, ...]
    now: datetime

    @property
    def today(self) -> date:
        """The day by which months and weeks are laid out: the earliest of the sites."""
        return min(self._days, default=self.now.astimezone(UTC).date())

    @property
    def first_on(self) -> date:
        """The first day of the months that are looked back on."""
        return add_months(self.today.replace(day=1), 1 - MONTHS_SHOWN.value)

    @property
    def first_moment(self) -> datetime:
        """The same as a moment (UTC), for what is kept by moments."""
        return datetime.combine(self.first_on, datetime.min.time(), UTC)

    @property
    def monday(self) -> date:
        """The first day of this week."""
        return self.today - timedelta(days=self.today.weekday())

    def own_day(self, site: str = "site") -> Value | Case:
        """Each row's own today; `site` is the way from the row to its site."""
        days = self._days
        if len(days) < 2:
            return Value(self.today, DateField())
        whens = [When(**{f"{site}__in": pks, "then": Value(day)}) for day, pks in days.items()]
        return Case(*whens, output_field=DateField())

    def follow_ups(self) -> FollowUpQuerySet:
        """Everything that is or was owed there."""
        return FollowUp.objects.filter(site__in=self._pks)

    def patients(self) -> "QuerySet[Patient]":
        """Records there that were not merged into another."""
        return Patient.objects.surviving().filter(site__in=self._pks)

    @property
    def _pks(self) -> list[int]:
        return [site.pk for site in self.sites]

    @property
    def _days(self) -> dict[date, list[int]]:
        days: dict[date, list[int]] = {}
        for site in self.sites:
            days.setdefault(site.local_date(self.now), []).append(site.pk)
        return days


def adults_born_by(day: date) -> date:
    """Who was born on or before that date is an adult on `day` (A-18)."""
    return add_months(day, -12 * ADULT_FROM_YEARS.value)
