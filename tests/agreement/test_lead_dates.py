"""Order-by and book-by days are stated twice, in Python and in SQL: both must say the same."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveillance.lead_days import lead_dates_of, lead_steps_of_row, settings_of
from surveillance.models import FollowUp
from surveillance.models.lead_dates import book_by_is_at_most, order_by_is_at_most
from surveillance.protocol.lead_times import LeadStepKind, LeadTimes
from surveillance.protocol.terms import EscalationClass, Modality
from tests.factories import SiteFactory
from tests.surveillance.factories import FollowUpFactory

pytestmark = pytest.mark.django_db

BEGIN = date(2026, 1, 31)
DAYS = st.integers(0, 250).map(lambda number: BEGIN + timedelta(days=number))


@settings(max_examples=min(settings().max_examples, 60))
@given(
    window=st.lists(DAYS, min_size=3, max_size=3).map(sorted),
    opened=DAYS,
    escalation_class=st.sampled_from(list(EscalationClass)),
    modality=st.sampled_from([*Modality, ""]),
    lead=st.builds(LeadTimes, *[st.integers(0, 60)] * 3),
)
def test_python_and_sql_agree_on_the_day_and_the_days_around_it(
    window, opened, escalation_class, modality, lead
):
    row = FollowUpFactory(
        earliest_on=window[0],
        target_on=window[1],
        latest_on=window[2],
        owed_since=opened,
        escalation_class=escalation_class,
        advised_modality=modality,
    )
    row.site.booking_lead_days = lead.booking
    row.site.authorisation_lead_days = lead.authorisation
    row.site.plain_authorisation_lead_days = lead.plain_authorisation
    dates = lead_dates_of(row)
    mine = FollowUp.objects.filter(pk=row.pk)

    for offset in (-1, 0, 1):
        around = timedelta(days=offset)
        order_due = mine.filter(order_by_is_at_most(dates.order_by + around, lead))
        book_due = mine.filter(book_by_is_at_most(dates.book_by + around, lead))
        assert order_due.exists() is book_due.exists() is (offset >= 0)


def test_steps_of_a_row_begin_on_its_order_by_day():
    row = FollowUpFactory(advised_modality=Modality.US)

    [first, *_others] = [step for step in lead_steps_of_row(row) if step.kind is LeadStepKind.ORDER]

    assert first.due_on == lead_dates_of(row).order_by


def test_site_without_numbers_of_its_own_has_the_protocols():
    assert settings_of(SiteFactory()).lead == LeadTimes()


def test_zero_is_a_number_of_the_sites_own():
    assert settings_of(SiteFactory(booking_lead_days=0)).lead == LeadTimes(booking=0)
