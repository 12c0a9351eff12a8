"""Working days of a site: region, closures, and how far one day must reach."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from patients.calendars import EVERY_DAY, Calendar, calendars_of
from patients.models import AuditEvent, SiteClosure
from patients.models.site import validate_holiday_calendar
from patients.workflows.close_site_days import close_site_days, lift_closure
from patients.workflows.field_rules import FieldRefused
from tests.factories import NOW, SiteFactory

ENGLAND = Calendar("GB-ENG")
CHRISTMAS_EVE = date(2026, 12, 24)
SEPTEMBER = (date(2026, 9, 1), date(2026, 9, 3))


def closed(site, first_on=SEPTEMBER[0], last_on=SEPTEMBER[1], reason="new scanner") -> SiteClosure:
    return close_site_days(
        site=site, first_on=first_on, last_on=last_on, reason=reason, by=None, now=NOW
    )


@pytest.mark.parametrize(
    ("day", "is_closed"),
    [
        (date(2026, 12, 24), False),
        (date(2026, 12, 25), True),
        (date(2026, 12, 26), True),  # Saturday
        (date(2026, 12, 28), True),  # Boxing Day, observed
        (date(2026, 12, 29), False),
    ],
    ids=str,
)
def test_weekends_and_holidays_of_the_region_are_closed(day: date, is_closed: bool) -> None:
    assert ENGLAND.is_closed(day) is is_closed


def test_one_day_reaches_over_the_closed_run_that_follows() -> None:
    assert ENGLAND.reach(CHRISTMAS_EVE) == date(2026, 12, 28)
    assert ENGLAND.reach(date(2026, 12, 22)) == date(2026, 12, 22)
    inventory = Calendar("GB-ENG", ((date(2026, 12, 29), date(2026, 12, 31)),))
    assert inventory.reach(CHRISTMAS_EVE) == date(2027, 1, 3)


def test_without_a_region_every_day_is_a_working_day() -> None:
    assert EVERY_DAY.reach(CHRISTMAS_EVE) == CHRISTMAS_EVE


def test_a_slip_of_the_year_is_not_waited_for() -> None:
    forever = Calendar("", ((date(2026, 1, 2), date(2126, 1, 1)),))

    assert forever.reach(date(2026, 1, 1)) == date(2026, 3, 2)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_every_day_is_covered_by_a_working_day_not_after_it(day: date) -> None:
    """Whatever falls on `day` is done on a working day, that day or before."""
    before = (day - timedelta(days=back) for back in range(15))
    done_on = next(each for each in before if not ENGLAND.is_closed(each))

    assert done_on <= day <= ENGLAND.reach(done_on)


@pytest.mark.parametrize("region", ["GB-ENG", "US-CA", "DE-BY", "FR", "ES"])
def test_known_regions_are_taken(region: str) -> None:
    validate_holiday_calendar(region)


@pytest.mark.parametrize("region", ["England", "GB-XXX", "gb"])
def test_unknown_regions_are_refused_with_the_cure(region: str) -> None:
    with pytest.raises(ValidationError, match="GB-ENG"):
        validate_holiday_calendar(region)


@pytest.mark.django_db
class TestClosures:
    def test_closure_is_noted_once_and_counts(self) -> None:
        site = SiteFactory(holiday_calendar="GB-ENG")

        assert closed(site) == closed(site)

        assert calendars_of([site])[site.pk].reach(date(2026, 8, 31)) == SEPTEMBER[1]
        assert AuditEvent.objects.filter(action="site_closure_noted").count() == 1

    def test_lifted_closure_counts_no_longer(self) -> None:
        site = SiteFactory()
        row = closed(site)

        lift_closure(closure=row, by=None, now=NOW)
        lift_closure(closure=row, by=None, now=NOW)

        assert calendars_of([site])[site.pk] == EVERY_DAY
        assert AuditEvent.objects.filter(action="site_closure_lifted").count() == 1

    @pytest.mark.parametrize(
        ("last_on", "reason", "field"),
        [
            pytest.param(date(2026, 8, 31), "x", "last_on", id="order"),
            pytest.param(date(2027, 9, 1), "x", "last_on", id="a slip of the year"),
            pytest.param(date(2026, 9, 2), "", "reason", id="no reason"),
        ],
    )
    def test_impossible_closure_is_refused(self, last_on: date, reason: str, field: str) -> None:
        with pytest.raises(FieldRefused) as refused:
            closed(SiteFactory(), last_on=last_on, reason=reason)

        assert refused.value.details["field"] == field
        assert not SiteClosure.objects.exists()
