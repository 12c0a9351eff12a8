"""Leave: the cover answers, nothing moves, and the person finds it all again."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from patients.models import Absence, AuditEvent, Membership, Role
from surveillance.absences import answering, answers_for, may_cover, read_stand_ins
from surveillance.models import Escalation, FollowUp, Notification
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.deliver import deliver
from surveillance.workflows.end_absence import AbsenceIsOver, NotYoursToEnd, end_absence
from surveillance.workflows.leave_role import leave_role
from surveillance.workflows.plan_absence import (
    AbsenceDaysRefused,
    CoverRefused,
    NotYoursToPlan,
    plan_absence,
)
from surveillance.workflows.sweep import sweep
from tests.factories import MembershipFactory, UserFactory
from tests.surveillance.chase.scenes import SANITY, Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

MONDAY = date(2027, 2, 8)
SUNDAY = MONDAY + timedelta(days=6)
T2 = date(2027, 2, 14)
"""Two weeks before the last day, a Sunday: the lead navigator hears of it."""


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def planned(clinic: Clinic, **changes: Any) -> Absence:
    arguments: dict[str, Any] = {
        "user": clinic.lead,
        "site": clinic.site,
        "first_on": MONDAY,
        "last_on": SUNDAY,
        "cover": clinic.director,
        "by": clinic.lead,
        "now": at(MONDAY - timedelta(days=7)),
    }
    return plan_absence(**arguments | changes)


def told(template: str) -> list[tuple[Any, str]]:
    rows = Notification.objects.filter(template=template).order_by("created_at", "channel")
    return [(row.recipient, row.channel) for row in rows]


# ---------------------------------------------------------------- planning


def test_an_absence_is_noted_with_its_cover_and_audited(clinic: Clinic) -> None:
    row = planned(clinic)

    assert (row.user, row.cover) == (clinic.lead, clinic.director)
    assert row.history.get().history_change_reason == "absence_planned"
    event = AuditEvent.objects.get(action="absence_planned")
    assert event.detail["cover"] == f"user:{clinic.director.pk}"


def test_planning_it_twice_is_planning_it_once(clinic: Clinic) -> None:
    assert planned(clinic) == planned(clinic)
    assert AuditEvent.objects.filter(action="absence_planned").count() == 1


@pytest.mark.parametrize("role", [Role.LEAD_NAVIGATOR, Role.MEDICAL_DIRECTOR, Role.ADMINISTRATOR])
def test_leave_of_others_is_planned_by_who_leads(clinic: Clinic, role: Role) -> None:
    planner = MembershipFactory(site=clinic.site, role=role).user

    assert planned(clinic, user=clinic.navigator, cover=clinic.lead, by=planner).pk


@pytest.mark.parametrize("role", [Role.NURSE_NAVIGATOR, Role.CLINICIAN, Role.AUDITOR])
def test_others_do_not_plan_it(clinic: Clinic, role: Role) -> None:
    stranger = MembershipFactory(site=clinic.site, role=role).user

    with pytest.raises(NotYoursToPlan):
        planned(clinic, by=stranger)
    assert not Absence.objects.exists()


def test_who_answers_for_nothing_there_needs_no_cover(clinic: Clinic) -> None:
    auditor = MembershipFactory(site=clinic.site, auditor=True).user

    with pytest.raises(NotYoursToPlan):
        planned(clinic, user=auditor, by=None)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"last_on": MONDAY - timedelta(days=1)}, id="out of order"),
        pytest.param({"now": at(MONDAY + timedelta(days=1))}, id="past"),
        pytest.param({"last_on": date(2040, 1, 1)}, id="a slip of the pen"),
    ],
)
def test_days_that_cannot_be_are_refused(clinic: Clinic, changes: dict[str, Any]) -> None:
    with pytest.raises(AbsenceDaysRefused):
        planned(clinic, **changes)


def test_an_absence_may_begin_today(clinic: Clinic) -> None:
    assert planned(clinic, now=at(MONDAY)).first_on == MONDAY


def test_days_on_which_one_is_away_already_are_refused(clinic: Clinic) -> None:
    planned(clinic)

    with pytest.raises(AbsenceDaysRefused, match="already"):
        planned(clinic, first_on=SUNDAY, last_on=SUNDAY + timedelta(days=3))
    after = SUNDAY + timedelta(days=1)
    assert planned(clinic, first_on=after, last_on=after).pk


def test_the_days_of_an_absence_that_was_cancelled_are_free_again(clinic: Clinic) -> None:
    end_absence(absence=planned(clinic), by=clinic.lead, now=at(MONDAY - timedelta(days=6)))

    assert planned(clinic, cover=clinic.clinician).cover == clinic.clinician


def test_the_cover_must_be_able_to_own_the_same_work(clinic: Clinic) -> None:
    for cover in (clinic.lead, clinic.navigator, UserFactory()):
        with pytest.raises(CoverRefused):
            planned(clinic, cover=cover)


@pytest.mark.parametrize(
    ("cover", "absent", "may"),
    [
        (["NURSE_NAVIGATOR"], ["NURSE_NAVIGATOR"], True),
        (["NURSE_NAVIGATOR"], ["LEAD_NAVIGATOR"], False),
        (["LEAD_NAVIGATOR"], ["CLINICIAN"], False),
        (["CLINICIAN"], ["MEDICAL_DIRECTOR"], True),
        (["LEAD_NAVIGATOR"], ["NURSE_NAVIGATOR", "CLINICIAN"], False),
        (["LEAD_NAVIGATOR", "CLINICIAN"], ["NURSE_NAVIGATOR", "CLINICIAN"], True),
        (["AUDITOR"], [], False),
        (["NURSE_NAVIGATOR"], ["AUDITOR"], True),
    ],
)
def test_a_step_is_not_answered_from_a_lower_one(
    cover: list[str], absent: list[str], may: bool
) -> None:
    assert may_cover(cover, absent) is may


def test_a_cover_who_is_away_on_one_of_the_days_is_refused(clinic: Clinic) -> None:
    planned(clinic, user=clinic.director, cover=clinic.clinician, first_on=SUNDAY, by=None)

    with pytest.raises(CoverRefused, match="is away"):
        planned(clinic)


def test_who_covers_somebody_does_not_go_away_meanwhile(clinic: Clinic) -> None:
    planned(clinic)

    with pytest.raises(CoverRefused, match="stands in for"):
        planned(clinic, user=clinic.director, cover=clinic.clinician, last_on=MONDAY, by=None)


def test_nothing_is_planned_when_it_cannot_be_audited(
    clinic: Clinic, audit_table_full: None
) -> None:
    with pytest.raises(DatabaseError, match="audit_full"), transaction.atomic():
        planned(clinic)

    assert not Absence.objects.exists()


# ---------------------------------------------------------------- who answers


def test_the_cover_is_told_and_answers_on_those_days_and_nothing_moves(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    planned(clinic)

    sweep(now=at(T2))
    deliver(now=at(T2))

    raised = Escalation.objects.unresolved().get()
    assert raised.owner == clinic.lead
    assert told("ESCALATION_RAISED") == [(clinic.director, "EMAIL"), (clinic.director, "IN_APP")]
    told_to_cover = Notification.objects.filter(template="ESCALATION_RAISED")
    assert set(told_to_cover.values_list("channel", "status")) == {
        ("IN_APP", "SENT"),
        ("EMAIL", "DIGESTED"),
    }
    follow_up.refresh_from_db()
    assert follow_up.owner == clinic.navigator


@pytest.mark.parametrize(
    ("on", "who"),
    [
        pytest.param(MONDAY - timedelta(days=1), "lead", id="the day before"),
        pytest.param(MONDAY, "director", id="the first day"),
        pytest.param(SUNDAY, "director", id="the last day"),
        pytest.param(SUNDAY + timedelta(days=1), "lead", id="the day after"),
    ],
)
def test_the_cover_answers_from_the_first_to_the_last_day(
    clinic: Clinic, on: date, who: str
) -> None:
    planned(clinic)

    assert answering(clinic.lead.pk, clinic.site.pk, on) == getattr(clinic, who).pk


def test_what_is_mine_is_what_i_answer_for(clinic: Clinic) -> None:
    planned(clinic)
    site, director, lead = clinic.site.pk, clinic.director.pk, clinic.lead.pk

    assert answers_for(director, site, MONDAY) == {director, lead}
    assert answers_for(lead, site, MONDAY) == set()
    assert answers_for(lead, site, SUNDAY + timedelta(days=1)) == {lead}
    assert answers_for(director, a_clinic().site.pk, MONDAY) == {director}


def test_a_reminder_task_goes_to_the_cover_of_the_navigator(clinic: Clinic) -> None:
    planned(clinic, user=clinic.navigator, cover=clinic.lead, by=None)
    on = SANITY.latest - timedelta(days=14)
    a_follow_up(clinic, patient=a_patient(clinic, phone="1"), owed_since=MONDAY)

    sweep(now=at(min(on, SUNDAY)))

    assert {who for who, _ in told("PATIENT_REMINDER")} == {clinic.lead}


def test_a_message_to_the_absent_is_not_sent_once_the_cover_answers(clinic: Clinic) -> None:
    a_follow_up(clinic)
    sweep(now=at(T2))
    Absence.objects.create(
        user=clinic.lead, site=clinic.site, first_on=T2, last_on=T2, cover=clinic.director,
        planned_at=at(T2),
    )  # fmt: skip

    deliver(now=at(T2))

    errors = Notification.objects.filter(recipient=clinic.lead).values_list("last_error", flat=True)
    assert set(errors) == {"escalation_has_another_owner"}


def test_when_the_cover_lost_the_role_the_next_in_line_answers(clinic: Clinic) -> None:
    planned(clinic, user=clinic.navigator, cover=clinic.clinician, by=None)
    leave_role(membership=Membership.objects.get(user=clinic.clinician), by=None, now=at(MONDAY))

    assert read_stand_ins(clinic.site.pk, MONDAY) == {clinic.navigator.pk: clinic.lead.pk}


def test_with_nobody_else_in_post_the_absent_still_answers(clinic: Clinic) -> None:
    planned(clinic)
    Membership.objects.exclude(user=clinic.lead).delete()

    assert answering(clinic.lead.pk, clinic.site.pk, MONDAY) == clinic.lead.pk


# ---------------------------------------------------------------- telling them


def test_the_cover_is_told_once_that_it_begins(clinic: Clinic) -> None:
    planned(clinic)

    for day in range(-1, 3):
        sweep(now=at(MONDAY + timedelta(days=day)))

    assert told("COVER_BEGINS") == [(clinic.director, "EMAIL"), (clinic.director, "IN_APP")]
    created = Notification.objects.filter(template="COVER_BEGINS").values_list("created_at")
    assert set(created) == {(at(MONDAY),)}


def test_who_returns_is_told_once(clinic: Clinic) -> None:
    planned(clinic)

    for day in range(3):
        sweep(now=at(SUNDAY + timedelta(days=day)))

    assert told("COVER_ENDED") == [(clinic.lead, "EMAIL"), (clinic.lead, "IN_APP")]


def test_without_an_address_the_cover_is_told_in_the_application(clinic: Clinic) -> None:
    deputy = MembershipFactory(site=clinic.site, role=Role.MEDICAL_DIRECTOR, user__email="").user
    planned(clinic, cover=deputy)

    sweep(now=at(MONDAY))

    assert told("COVER_BEGINS") == [(deputy, "IN_APP")]


# ---------------------------------------------------------------- ending it early


def test_from_the_day_of_return_the_person_answers_again(clinic: Clinic) -> None:
    row = planned(clinic)
    back = MONDAY + timedelta(days=2)

    ended = end_absence(absence=row, by=clinic.lead, now=at(back))

    assert ended.ended_on == back
    assert answering(clinic.lead.pk, clinic.site.pk, back) == clinic.lead.pk
    assert answering(clinic.lead.pk, clinic.site.pk, back - timedelta(days=1)) == clinic.director.pk
    assert AuditEvent.objects.filter(action="absence_ended").count() == 1
    sweep(now=at(back))
    assert {who for who, _ in told("COVER_ENDED")} == {clinic.lead}


def test_ending_it_twice_is_ending_it_once(clinic: Clinic) -> None:
    row = planned(clinic)

    for days in (1, 2):
        end_absence(absence=row, by=clinic.lead, now=at(MONDAY + timedelta(days=days)))

    row.refresh_from_db()
    assert row.ended_on == MONDAY + timedelta(days=1)
    assert AuditEvent.objects.filter(action="absence_ended").count() == 1


def test_an_absence_that_was_ended_is_not_on_record_for_who_plans_it_again(
    clinic: Clinic,
) -> None:
    end_absence(absence=planned(clinic), by=clinic.lead, now=at(MONDAY + timedelta(days=2)))

    with pytest.raises(AbsenceDaysRefused, match="past"):
        planned(clinic, now=at(MONDAY + timedelta(days=3)))


def test_an_absence_cancelled_before_it_began_never_was(clinic: Clinic) -> None:
    end_absence(absence=planned(clinic), by=None, now=at(MONDAY - timedelta(days=1)))

    sweep(now=at(MONDAY))
    sweep(now=at(SUNDAY + timedelta(days=1)))

    assert read_stand_ins(clinic.site.pk, MONDAY) == {}
    assert told("COVER_BEGINS") == told("COVER_ENDED") == []


def test_an_absence_that_is_over_cannot_be_ended(clinic: Clinic) -> None:
    with pytest.raises(AbsenceIsOver):
        end_absence(absence=planned(clinic), by=None, now=at(SUNDAY + timedelta(days=1)))


def test_others_do_not_end_it(clinic: Clinic) -> None:
    with pytest.raises(NotYoursToEnd):
        end_absence(absence=planned(clinic), by=clinic.navigator, now=at(MONDAY))


def test_nothing_is_ended_when_it_cannot_be_audited(
    clinic: Clinic, request: pytest.FixtureRequest
) -> None:
    row = planned(clinic)
    request.getfixturevalue("audit_table_full")

    with pytest.raises(DatabaseError, match="audit_full"), transaction.atomic():
        end_absence(absence=row, by=clinic.lead, now=at(MONDAY))

    row.refresh_from_db()
    assert row.ended_on is None


# ---------------------------------------------------------------- acknowledged is not done


def test_what_was_acknowledged_comes_back_to_the_cover_when_its_day_has_passed(
    clinic: Clinic,
) -> None:
    a_follow_up(clinic)
    sweep(now=at(T2 - timedelta(days=1)))
    sweep(now=at(T2))
    deliver(now=at(T2))
    acknowledge_escalation(
        escalation=Escalation.objects.unresolved().get(tier=2),
        next_action="call",
        until=T2 + timedelta(days=2),
        by=clinic.lead,
        now=at(T2),
    )
    away = T2 + timedelta(days=1)
    planned(clinic, first_on=away, last_on=away + timedelta(days=5), now=at(T2))

    sweep(now=at(T2 + timedelta(days=2)))
    assert told("ESCALATION_RETURNED") == []
    sweep(now=at(T2 + timedelta(days=3)))
    sweep(now=at(T2 + timedelta(days=4)))

    assert told("ESCALATION_RETURNED") == [
        (clinic.director, "EMAIL"),
        (clinic.director, "IN_APP"),
    ]
    assert FollowUp.objects.get().latest_on == SANITY.latest


def test_what_was_acknowledged_until_friday_comes_back_on_the_closed_day_after(
    clinic: Clinic,
) -> None:
    """Not before its day has passed; and not as late as Monday, when somebody opens the page."""
    place = a_clinic(holiday_calendar="DE")
    a_follow_up(place)
    friday = date(2027, 2, 19)
    sweep(now=at(friday - timedelta(days=2)))
    acknowledge_escalation(
        escalation=Escalation.objects.unresolved().get(tier=2),
        next_action="call",
        until=friday,
        by=place.lead,
        now=at(friday - timedelta(days=1)),
    )

    for days in (0, 1, 2, 3):
        sweep(now=at(friday + timedelta(days=days)))

    rows = Notification.objects.filter(template="ESCALATION_RETURNED", channel="IN_APP")
    assert [row.created_at for row in rows] == [at(friday + timedelta(days=1))]
