"""A sweep: once, twice, in any order, beside a person, with a bad row in the middle."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from patients.models import AuditEvent, Membership, PatientStatus, Role
from surveillance.models import (
    Escalation,
    EscalationResolution,
    FollowUp,
    ImagingExam,
    LesionObservation,
    Notification,
    NotificationTemplate,
    SweepRun,
)
from surveillance.protocol.recommendation import Window
from surveillance.workflows import sweep as sweep_module
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.sweep import sweep
from surveillance.workflows.write_chunk import write_chunk
from tests.factories import MembershipFactory
from tests.surveillance.chase.scenes import SANITY, Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

T1 = date(2027, 1, 29)
T2 = date(2027, 2, 14)
OVERDUE = date(2027, 3, 1)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def everything() -> list[Any]:
    """All that a sweep may write, without the runs."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (FollowUp, Escalation, Notification)
    ]


def open_tiers(follow_up: FollowUp) -> list[int]:
    rows = Escalation.objects.unresolved().filter(follow_up=follow_up).order_by("tier")
    return list(rows.values_list("tier", flat=True))


def told(template: str = NotificationTemplate.ESCALATION_RAISED) -> int:
    return Notification.objects.filter(template=template, channel="IN_APP").count()


def test_sweeping_twice_equals_once(clinic: Clinic) -> None:
    for label in "ABC":
        a_follow_up(clinic, label=label)
    sweep(now=at(T2))
    once = everything()

    second = sweep(now=at(T2))
    third = sweep(now=at(T2) + timedelta(hours=3))

    assert everything() == once
    assert (second.acted_on, third.acted_on) == (0, 0)


def test_a_day_in_the_past_swept_again_changes_nothing(clinic: Clinic) -> None:
    a_follow_up(clinic)
    sweep(now=at(T1))
    sweep(now=at(T2))
    later = everything()

    sweep(now=at(T1))

    assert everything() == later


def test_the_hint_may_be_wrong_without_harm(clinic: Clinic) -> None:
    """Looking too often, or again on a day in the past, raises and tells nothing again."""
    follow_up = a_follow_up(clinic, kind="REFERRAL")
    sweep(now=at(OVERDUE))
    expected = everything()[1:]

    for day in (OVERDUE, T1, T2, OVERDUE):
        FollowUp.objects.filter(pk=follow_up.pk).update(next_look_on=date(2026, 9, 1))
        sweep(now=at(day))

    assert everything()[1:] == expected


def test_an_idle_sweep_is_recorded_as_a_run_that_found_nothing(clinic: Clinic) -> None:
    a_follow_up(clinic, next_look_on=date(2027, 1, 1))

    run = sweep(now=at(date(2026, 9, 1)))

    assert (run.looked_at, run.acted_on, run.parked) == (0, 0, 0)
    assert SweepRun.objects.finished().get() == run


def test_each_site_is_swept_on_its_own_day() -> None:
    auckland = a_clinic(time_zone="Pacific/Auckland")
    honolulu = a_clinic(time_zone="Pacific/Honolulu")
    early, late = a_follow_up(auckland), a_follow_up(honolulu)

    sweep(now=datetime(2027, 1, 28, 12, tzinfo=UTC))  # the 29th at 01:00, the 28th at 02:00

    assert open_tiers(early) == [1]
    assert open_tiers(late) == []


def test_booked_in_time_ends_what_was_raised_and_keeps_silent(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    sweep(now=at(T1))
    booked_for = date(2027, 2, 25)
    book_follow_up(follow_up=follow_up, booked_for=booked_for, by=clinic.navigator, now=at(T1))

    for day in (T1, T2, booked_for):
        sweep(now=at(day))

    assert open_tiers(follow_up) == []
    ended = Escalation.objects.get(follow_up=follow_up)
    assert ended.resolution == EscalationResolution.BOOKED_IN_TIME


def test_an_appointment_that_passed_without_an_exam_counts_for_nothing(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    booked_for = date(2027, 2, 1)
    book_follow_up(follow_up=follow_up, booked_for=booked_for, by=None, now=at(date(2026, 12, 1)))
    sweep(now=at(booked_for))
    assert open_tiers(follow_up) == []

    sweep(now=at(booked_for + timedelta(days=1)))

    assert open_tiers(follow_up) == [1]


def test_booked_too_late_counts_as_unbooked(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    too_late = SANITY.latest + timedelta(days=1)
    book_follow_up(follow_up=follow_up, booked_for=too_late, by=None, now=at(date(2026, 12, 1)))

    sweep(now=at(T1))

    assert open_tiers(follow_up) == [1]


def test_a_cancelled_booking_raises_the_tier_of_today_again(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    sweep(now=at(T1))
    day = T1 + timedelta(days=2)
    book_follow_up(follow_up=follow_up, booked_for=date(2027, 2, 25), by=None, now=at(day))
    sweep(now=at(day))
    book_follow_up(
        follow_up=follow_up, booked_for=None, reason="scanner down", by=None, now=at(day)
    )

    sweep(now=at(day))
    sweep(now=at(day))

    assert open_tiers(follow_up) == [1]
    assert told() == 2


def test_an_acknowledged_escalation_comes_back_when_its_date_has_passed(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    sweep(now=at(T2))
    escalation = Escalation.objects.unresolved().get()
    until = T2 + timedelta(days=5)
    acknowledge_escalation(
        escalation=escalation, next_action="call again", until=until, by=clinic.lead, now=at(T2)
    )

    for number in range(10):
        sweep(now=at(T2 + timedelta(days=number)))

    returned = Notification.objects.filter(template="ESCALATION_RETURNED", channel="IN_APP").get()
    assert returned.created_at.date() == until + timedelta(days=1)
    assert returned.recipient == clinic.lead
    assert open_tiers(follow_up) == [2]


def test_an_acknowledgement_silences_its_own_tier_only(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    sweep(now=at(T2))
    day = date(2027, 2, 28)
    escalation = Escalation.objects.unresolved().get()
    acknowledge_escalation(
        escalation=escalation,
        next_action="call again",
        until=day + timedelta(days=7),
        by=clinic.lead,
        now=at(day),
    )
    before = told()

    sweep(now=at(OVERDUE))
    assert told() == before  # the first overdue day is a step of the acknowledged tier

    sweep(now=at(date(2027, 3, 7)))
    assert open_tiers(follow_up) == [2, 3]


def test_a_snoozed_follow_up_climbs_the_ladder_all_the_same(clinic: Clinic) -> None:
    follow_up = a_follow_up(
        clinic, snoozed_until=date(2027, 2, 27), snooze_reason="holiday until then"
    )

    sweep(now=at(T2))

    assert open_tiers(follow_up) == [2]


def test_an_escalation_whose_owner_left_goes_to_somebody_in_post(clinic: Clinic) -> None:
    a_follow_up(clinic)
    sweep(now=at(T2))
    Membership.objects.get(user=clinic.lead).delete()
    successor = MembershipFactory(site=clinic.site, lead_navigator=True).user

    sweep(now=at(T2 + timedelta(days=1)))
    sweep(now=at(T2 + timedelta(days=1)))

    assert Escalation.objects.unresolved().get().owner == successor
    assert Notification.objects.filter(recipient=successor, channel="IN_APP").count() == 1


def test_an_empty_seat_falls_to_the_next_above(clinic: Clinic) -> None:
    Membership.objects.get(user=clinic.lead).delete()
    a_follow_up(clinic)

    sweep(now=at(T2))

    assert Escalation.objects.unresolved().get().owner == clinic.clinician


def test_nobody_in_post_leaves_an_escalation_without_owner_and_without_message() -> None:
    clinic = a_clinic()
    Membership.objects.all().delete()
    a_follow_up(clinic)

    sweep(now=at(T2))

    assert Escalation.objects.unresolved().get().owner is None
    assert Notification.objects.count() == 0


def test_a_newcomer_takes_on_what_nobody_answered_for(clinic: Clinic) -> None:
    Membership.objects.all().delete()
    orphan = a_follow_up(clinic, owner=None)
    sweep(now=at(date(2026, 9, 1)))
    orphan.refresh_from_db()
    assert orphan.owner is None

    newcomer = MembershipFactory(site=clinic.site, role=Role.NURSE_NAVIGATOR).user
    sweep(now=at(date(2026, 9, 2)))
    sweep(now=at(date(2026, 9, 3)))

    orphan.refresh_from_db()
    assert orphan.owner == newcomer
    assert AuditEvent.objects.filter(action="follow_up_adopted").count() == 1


def test_what_somebody_left_behind_goes_to_those_who_stay(clinic: Clinic) -> None:
    # The database gives nothing to who has left; only another role is left of this one.
    left = MembershipFactory(site=clinic.site, role=Role.AUDITOR)
    theirs = a_follow_up(clinic, owner=left.user)

    sweep(now=at(date(2026, 9, 2)))

    theirs.refresh_from_db()
    assert theirs.owner == clinic.navigator


def test_a_site_whose_orphans_cannot_be_read_does_not_stop_the_others(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_named: object) -> int:
        raise RuntimeError("no such table")

    monkeypatch.setattr("surveillance.workflows.sweep.adopt_follow_ups", broken)
    a_follow_up(clinic)

    run = sweep(now=at(T1))

    assert run.acted_on == 1
    assert f"site:{clinic.site.slug}" in run.parked_ids


def test_the_patients_own_clinician_answers_for_the_third_tier(clinic: Clinic) -> None:
    own = MembershipFactory(site=clinic.site, clinician=True).user
    a_follow_up(clinic, patient=a_patient(clinic, responsible_clinician=own))

    sweep(now=at(date(2027, 3, 7)))

    assert Escalation.objects.unresolved().get().owner == own


def test_a_person_who_changes_the_follow_up_meanwhile_wins(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the sweep's reading and its writing a navigator books."""
    follow_up = a_follow_up(clinic)

    def book_first(**arguments: Any) -> Any:
        monkeypatch.setattr(sweep_module, "write_chunk", write_chunk)
        book_follow_up(follow_up=follow_up, booked_for=date(2027, 2, 25), by=None, now=at(T1))
        return write_chunk(**arguments)

    monkeypatch.setattr(sweep_module, "write_chunk", book_first)

    sweep(now=at(T1))

    assert Escalation.objects.count() == 0
    assert Notification.objects.count() == 0
    follow_up.refresh_from_db()
    assert follow_up.next_look_on == date(2027, 2, 18)  # seven days before the appointment


def test_a_row_that_cannot_be_decided_is_parked_and_the_rest_moves_on(clinic: Clinic) -> None:
    good = [a_follow_up(clinic, label=label) for label in ("A", "C")]
    bad = a_follow_up(clinic, label="B", escalation_class="NO_SUCH")

    run = sweep(now=at(T1))

    assert (run.parked, run.parked_ids) == (1, [str(bad.pk)])
    assert [open_tiers(each) for each in good] == [[1], [1]]
    bad.refresh_from_db()
    assert bad.next_look_on == date(2026, 8, 31)  # so the next run tries again
    assert sweep(now=at(T1)).parked == 1


def test_a_booked_row_that_cannot_be_decided_is_parked_too(clinic: Clinic) -> None:
    bad = a_follow_up(
        clinic, escalation_class="NO_SUCH", kind="REVIEW", booked_for=date(2027, 2, 20)
    )

    assert sweep(now=at(T1)).parked_ids == [str(bad.pk)]


def test_a_bad_row_does_not_hold_up_the_same_patients_other_lesion(clinic: Clinic) -> None:
    patient = a_patient(clinic)
    a_follow_up(clinic, patient=patient, label="bad", escalation_class="NO_SUCH")
    good = a_follow_up(clinic, patient=patient, label="good")

    sweep(now=at(T1))

    assert open_tiers(good) == [1]


def test_a_site_that_cannot_be_decided_about_again_is_chased_all_the_same(clinic: Clinic) -> None:
    """A child has come of age, and an exam of hers holds a modality that does not exist."""
    child = a_patient(clinic, birth_date=date(2009, 1, 20))
    follow_up = a_follow_up(clinic, patient=child)
    exam = an_exam(follow_up, modality="NO_SUCH")
    LesionObservation.objects.create(exam=exam, lesion=follow_up.lesion)

    first = sweep(now=at(T1))
    second = sweep(now=at(T1))

    assert first.parked_ids == second.parked_ids == [f"site:{clinic.site.slug}"]
    assert open_tiers(follow_up) == [1]


def test_what_time_alone_changed_is_decided_again_once_a_day(clinic: Clinic) -> None:
    child = a_patient(clinic, birth_date=date(2009, 1, 20))
    lesion = a_follow_up(clinic, patient=child).lesion

    sweep(now=at(date(2027, 1, 21)))
    sweep(now=at(date(2027, 1, 21)) + timedelta(hours=1))

    causes = lesion.assessments.order_by("sequence").values_list("cause", flat=True)
    assert list(causes) == ["test", "time_passed"]


def an_exam(follow_up: FollowUp, **fields: Any) -> ImagingExam:
    values = {
        "patient": follow_up.patient,
        "site": follow_up.site,
        "accession": str(follow_up.pk),
        "performed_on": date(2026, 8, 31),
        "content_digest": "",
        "recorded_at": at(date(2026, 8, 31)),
    }
    return ImagingExam.objects.create(**values | fields)


def test_a_row_that_the_database_refuses_is_parked_and_the_rest_moves_on(clinic: Clinic) -> None:
    good = [a_follow_up(clinic, label=label) for label in ("A", "C")]
    bad = a_follow_up(clinic, label="B")
    _refuse_escalations_of(bad)

    run = sweep(now=at(T1))

    assert (run.parked, run.parked_ids) == (1, [str(bad.pk)])
    assert [open_tiers(each) for each in good] == [[1], [1]]
    bad.refresh_from_db()
    assert bad.next_look_on == date(2026, 8, 31)
    assert Notification.objects.filter(follow_up=bad).count() == 0


def _refuse_escalations_of(follow_up: FollowUp) -> None:
    """A trigger of the database itself, gone with the test's transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER poison BEFORE INSERT ON surveillance_escalation"
                f" WHEN NEW.follow_up_id = '{follow_up.pk.hex}'"
                " BEGIN SELECT RAISE(ABORT, 'poison'); END"
            )
            return
        cursor.execute(
            "CREATE FUNCTION poison() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'poison'"
            " USING ERRCODE = 'integrity_constraint_violation'; END $$ LANGUAGE plpgsql"
        )
        cursor.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON surveillance_escalation FOR EACH ROW"
            f" WHEN (NEW.follow_up_id = '{follow_up.pk}') EXECUTE FUNCTION poison()"
        )


def test_a_closed_follow_up_is_left_alone(clinic: Clinic) -> None:
    a_follow_up(clinic, closed_at=at(date(2026, 9, 1)), outcome="NO_LONGER_OWED")

    assert sweep(now=at(OVERDUE)).looked_at == 0


def test_chunks_cover_everything_once(clinic: Clinic) -> None:
    for number in range(7):
        a_follow_up(clinic, label=f"L{number}")

    run = sweep(now=at(T1), chunk=2)

    assert (run.looked_at, run.acted_on) == (7, 7)
    assert Escalation.objects.count() == 7


def test_the_number_of_queries_does_not_grow_with_the_follow_ups(
    clinic: Clinic, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        a_follow_up(clinic, label=f"L{number}")

    with django_assert_max_num_queries(31):
        sweep(now=at(T1))


@pytest.mark.parametrize(
    ("latest", "first_tier", "overdue"),
    [
        pytest.param(date(2028, 2, 29), date(2028, 1, 30), date(2028, 3, 1), id="leap day"),
        pytest.param(date(2027, 1, 31), date(2027, 1, 1), date(2027, 2, 1), id="31 January"),
        pytest.param(date(2027, 12, 31), date(2027, 12, 1), date(2028, 1, 1), id="new year"),
    ],
)
def test_ends_of_months(clinic: Clinic, latest: date, first_tier: date, overdue: date) -> None:
    window = Window(latest - timedelta(days=90), latest - timedelta(days=60), latest)
    follow_up = a_follow_up(clinic, window=window, owed_since=latest - timedelta(days=120))

    for day, tiers in (
        (first_tier - timedelta(days=1), []),
        (first_tier, [1]),
        (overdue, [1, 2]),
        (overdue + timedelta(days=6), [1, 2, 3]),
    ):
        sweep(now=at(day))
        assert open_tiers(follow_up) == tiers


@pytest.mark.parametrize("status", [PatientStatus.DECLINED, PatientStatus.LOST_TO_FOLLOW_UP])
def test_whoever_declined_or_was_lost_stays_on_the_ladder(
    clinic: Clinic, status: PatientStatus
) -> None:
    patient = a_patient(clinic, status=status, status_on=date(2026, 9, 1))
    follow_up = a_follow_up(clinic, patient=patient)

    sweep(now=at(T2))

    assert open_tiers(follow_up) == [2]
