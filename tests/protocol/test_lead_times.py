"""Order by, book by, contact by: in order, inside the obligation, never later for a longer lead."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.lead_times import (
    Errand,
    LeadDates,
    LeadStep,
    LeadStepKind,
    LeadTimes,
    lead_dates,
    lead_steps,
    next_lead_step_on,
    steps_to_tell,
)
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass, Modality, ObligationKind

AT_RISK, URGENT = EscalationClass.AT_RISK, EscalationClass.URGENT
ORDER, BOOKING, CONTACT = LeadStepKind
IMAGING = ObligationKind.IMAGING
SANITY = Window(date(2026, 11, 30), date(2026, 12, 31), date(2027, 2, 28))
OPENED = date(2026, 8, 31)
MRI = Errand(IMAGING, AT_RISK, SANITY, OPENED, Modality.MRI_HEPATOBILIARY)

days = st.integers(0, 400)
windows = st.tuples(days, days, days).map(
    lambda spans: Window(*(OPENED + timedelta(days=span) for span in sorted(spans)))
)
errands = st.builds(
    Errand,
    kind=st.sampled_from(list(ObligationKind)),
    escalation_class=st.sampled_from(list(EscalationClass)),
    window=windows,
    owed_since=st.integers(-30, 430).map(lambda number: OPENED + timedelta(days=number)),
    modality=st.none() | st.sampled_from(list(Modality)),
)
leads = st.builds(LeadTimes, *[st.integers(0, 180)] * 3)


def told(errand: Errand, day: date, *, is_ordered: bool = False) -> list[LeadStep]:
    return list(steps_to_tell(lead_steps(errand, LeadTimes()), day, is_ordered=is_ordered))


def test_dates_of_the_sanity_window_are_counted_back_from_its_target() -> None:
    assert lead_dates(MRI, LeadTimes()) == LeadDates(
        order_by=date(2026, 12, 3), book_by=date(2026, 12, 17), contact_by=date(2026, 12, 24)
    )


def test_ultrasound_is_ordered_later_than_mri() -> None:
    plain = lead_dates(replace(MRI, modality=Modality.US), LeadTimes())

    assert plain.order_by == date(2026, 12, 10)


def test_study_that_is_not_known_counts_as_one_that_takes_long() -> None:
    assert lead_dates(replace(MRI, modality=None), LeadTimes()) == lead_dates(MRI, LeadTimes())


def test_where_the_target_is_the_last_day_one_aims_two_weeks_before_it() -> None:
    latest = date(2027, 2, 28)
    window = Window(date(2027, 1, 31), latest, latest)

    assert lead_dates(replace(MRI, window=window), LeadTimes()).book_by == date(2027, 1, 31)


def test_one_never_books_for_a_day_before_the_window_opens() -> None:
    window = Window(date(2027, 2, 20), date(2027, 2, 28), date(2027, 2, 28))

    assert lead_dates(replace(MRI, window=window), LeadTimes(booking=0)).book_by == window.earliest


def test_urgent_exam_is_ordered_at_once_and_booked_within_days() -> None:
    window = Window(OPENED, OPENED + timedelta(days=14), OPENED + timedelta(days=28))
    urgent = replace(MRI, escalation_class=URGENT, window=window)

    assert lead_dates(urgent, LeadTimes(0, 0, 0)) == LeadDates(
        OPENED, OPENED + timedelta(days=2), OPENED + timedelta(days=5)
    )


@given(errands, leads)
def test_dates_are_in_order_and_inside_the_obligation(errand: Errand, lead: LeadTimes) -> None:
    dates = lead_dates(errand, lead)

    assert dates.order_by <= dates.book_by <= dates.contact_by <= errand.window.latest
    assert dates.order_by >= min(errand.owed_since, errand.window.latest)


@given(errands, leads, st.tuples(*[st.integers(0, 60)] * 3))
def test_longer_lead_never_gives_a_later_day(
    errand: Errand, lead: LeadTimes, more: tuple[int, int, int]
) -> None:
    longer = LeadTimes(
        lead.booking + more[0],
        lead.authorisation + more[1],
        lead.plain_authorisation + more[2],
    )

    before, after = lead_dates(errand, lead), lead_dates(errand, longer)

    assert after.order_by <= before.order_by
    assert after.book_by <= before.book_by
    assert after.contact_by <= before.contact_by


@given(errands, leads, st.integers(-900, 900))
def test_dates_move_with_the_calendar(errand: Errand, lead: LeadTimes, number: int) -> None:
    shift = timedelta(days=number)
    window = Window(
        errand.window.earliest + shift, errand.window.target + shift, errand.window.latest + shift
    )
    moved = lead_dates(replace(errand, window=window, owed_since=errand.owed_since + shift), lead)

    dates = lead_dates(errand, lead)

    assert moved == LeadDates(
        dates.order_by + shift, dates.book_by + shift, dates.contact_by + shift
    )


@given(errands, leads, st.none() | st.integers(0, 400))
def test_steps_lie_between_opening_and_last_day_and_never_before_a_loss(
    errand: Errand, lead: LeadTimes, lost: int | None
) -> None:
    lost_on = None if lost is None else OPENED + timedelta(days=lost)

    for step in lead_steps(replace(errand, lost_on=lost_on), lead):
        assert errand.owed_since <= step.due_on <= errand.window.latest
        assert lost_on is None or step.due_on >= lost_on


@given(errands, leads, st.integers(-40, 450), st.booleans())
def test_next_step_is_the_first_day_on_which_more_is_said(
    errand: Errand, lead: LeadTimes, number: int, is_ordered: bool
) -> None:
    steps = lead_steps(errand, lead)
    day = OPENED + timedelta(days=number)

    look = next_lead_step_on(steps, day, is_ordered=is_ordered)

    horizon = look - timedelta(days=1) if look else day + timedelta(days=900)
    assert steps_to_tell(steps, horizon, is_ordered=is_ordered) == steps_to_tell(
        steps, day, is_ordered=is_ordered
    )


@pytest.mark.parametrize(
    ("kind", "escalation_class"),
    [(ObligationKind.REVIEW, AT_RISK), (IMAGING, EscalationClass.NONE)],
)
def test_review_and_what_has_no_class_have_no_steps(
    kind: ObligationKind, escalation_class: EscalationClass
) -> None:
    errand = replace(MRI, kind=kind, escalation_class=escalation_class)

    assert lead_steps(errand, LeadTimes()) == ()


def test_overdue_when_opened_is_left_to_the_ladder() -> None:
    late = replace(MRI, owed_since=SANITY.latest + timedelta(days=1))

    assert lead_steps(late, LeadTimes()) == ()


def test_referral_is_booked_and_neither_ordered_nor_left_to_the_patient() -> None:
    steps = lead_steps(replace(MRI, kind=ObligationKind.REFERRAL), LeadTimes())

    assert {step.kind for step in steps} == {BOOKING}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 12, 2), [], id="the day before"),
        pytest.param(date(2026, 12, 3), [(ORDER, 1)], id="order by"),
        pytest.param(date(2026, 12, 10), [(ORDER, 2)], id="a week later the lead hears"),
        pytest.param(date(2026, 12, 17), [(ORDER, 3), (BOOKING, 1)], id="then the clinician"),
        pytest.param(date(2026, 12, 24), [(ORDER, 3), (CONTACT, 1)], id="contact by"),
    ],
)
def test_of_each_missing_link_the_newest_step_is_said(
    day: date, expected: list[tuple[LeadStepKind, int]]
) -> None:
    assert [(step.kind, step.tier) for step in told(MRI, day)] == expected


def test_order_silences_its_own_steps_only() -> None:
    said = told(MRI, date(2026, 12, 24), is_ordered=True)

    assert [step.kind for step in said] == [CONTACT]


def test_low_class_tells_the_navigator_only() -> None:
    said = told(replace(MRI, escalation_class=EscalationClass.LOW), SANITY.latest)

    assert [(step.kind, step.tier) for step in said] == [(ORDER, 1), (CONTACT, 1)]


def test_what_falls_due_with_the_order_waits_for_it() -> None:
    opened = date(2026, 12, 28)
    late = replace(MRI, owed_since=opened)

    assert [step.kind for step in told(late, opened)] == [ORDER]
    assert [step.kind for step in told(late, opened, is_ordered=True)] == [CONTACT]


def test_after_a_loss_the_steps_before_it_are_owed_again() -> None:
    lost_on = date(2027, 1, 10)
    lost = replace(MRI, lost_on=lost_on)

    assert told(lost, lost_on - timedelta(days=1)) == []
    assert told(lost, lost_on) == [LeadStep(ORDER, 1, lost_on)]
    assert told(lost, lost_on, is_ordered=True) == [LeadStep(CONTACT, 1, lost_on)]
