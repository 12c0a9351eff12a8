"""A system that notices silence: each new finding provoked once, and absent when all is well."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from celery import current_app

from patients.models import Membership, Role
from patients.workflows.record_view import record_view
from surveillance import failsafe
from surveillance.delivery.broker import waiting_wake_ups
from surveillance.failsafe import CHECKS, Check, Finding, find_all
from surveillance.models import (
    Escalation,
    FailsafeRun,
    FollowUp,
    Notification,
    NotificationStatus,
    RegistryImport,
    Report,
    SweepRun,
)
from tests.factories import MembershipFactory
from tests.surveillance.chase.scenes import (
    Clinic,
    a_clinic,
    a_follow_up,
    a_patient,
    at,
    somebody_acts_for,
)
from tests.surveillance.factories import ImagingExamFactory

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db

FRIDAY = date(2027, 1, 8)
"""A week after the target of the follow-up, and before its last day."""
HOUR = timedelta(hours=1)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic(holiday_calendar="GB-ENG", time_zone="Europe/London")


@pytest.fixture
def due(clinic: Clinic) -> FollowUp:
    """Past its target since New Year; somebody acted on Friday morning at nine."""
    owed = a_follow_up(clinic)
    somebody_acts_for(owed.patient, clinic.navigator, at(FRIDAY))
    return owed


def found(code: str, now: datetime) -> list[Finding]:
    return [finding for finding in find_all(now=now) if finding.code == code]


# ---------------------------------------------------------------- a queue that nobody works


def test_a_queue_is_quiet_after_two_working_days(due: FollowUp) -> None:
    """From Friday at nine over the weekend: Monday 17:00 is the sixteenth business hour."""
    monday = datetime(2027, 1, 11, 17, tzinfo=UTC)

    assert found("queue_quiet", monday - timedelta(minutes=1)) == []
    [finding] = found("queue_quiet", monday)
    assert (finding.site, finding.subject_ids) == (due.site_id, (str(due.pk),))


@pytest.mark.parametrize(
    "reason",
    [
        pytest.param({"booked_for": date(2027, 1, 20)}, id="booked"),
        pytest.param(
            {"snoozed_until": date(2027, 1, 20), "snooze_reason": "asked"}, id="put aside"
        ),
        pytest.param({"closed_at": at(FRIDAY), "outcome": "NO_LONGER_OWED"}, id="closed"),
    ],
)
def test_a_queue_with_nothing_to_do_may_be_quiet(due: FollowUp, reason: dict[str, Any]) -> None:
    FollowUp.objects.update(**reason)

    assert found("queue_quiet", at(date(2027, 1, 15))) == []


def test_looking_is_not_acting_and_a_machine_is_nobody(clinic: Clinic, due: FollowUp) -> None:
    machine = MembershipFactory(site=clinic.site, role=Role.INTEGRATION).user
    wednesday = at(date(2027, 1, 13))
    somebody_acts_for(due.patient, machine, wednesday)
    record_view(patient=due.patient, by=clinic.navigator, now=wednesday, page="patient")

    assert found("queue_quiet", at(date(2027, 1, 14)))


def test_a_queue_that_was_empty_until_yesterday_is_not_quiet(clinic: Clinic) -> None:
    a_follow_up(clinic)
    target = date(2026, 12, 31)

    assert found("queue_quiet", at(target + timedelta(days=1))) == []


def test_the_quiet_of_one_site_is_not_hidden_by_the_work_of_another(due: FollowUp) -> None:
    elsewhere = a_clinic()
    busy = a_follow_up(elsewhere)
    now = at(date(2027, 1, 14))
    somebody_acts_for(busy.patient, elsewhere.navigator, now)

    assert [finding.site for finding in found("queue_quiet", now)] == [due.site_id]


# ---------------------------------------------------------------- feeds


def exams_on_working_days(clinic: Clinic, until: date, each: int = 2) -> None:
    """Two exams a working day over the eight weeks before."""
    patient = a_patient(clinic)
    days = (until - timedelta(days=back) for back in range(56))
    for day in days:
        if day.weekday() < 5:
            for _ in range(each):
                ImagingExamFactory(patient=patient, performed_on=day, recorded_at=at(day))


def test_a_feed_that_stops_is_noticed_against_its_own_past(clinic: Clinic) -> None:
    exams_on_working_days(clinic, until=date(2026, 9, 18))

    assert found("intake_quiet", at(date(2026, 9, 21))) == []  # a weekend
    [finding] = found("intake_quiet", at(date(2026, 9, 29)))
    assert (finding.site, finding.subject_ids) == (clinic.site.pk, ("exams",))
    assert finding.notes[0].startswith("none since 2026-09-18; at least")


def test_a_feed_that_goes_on_is_not_quiet(clinic: Clinic) -> None:
    exams_on_working_days(clinic, until=date(2026, 9, 18))
    ImagingExamFactory(patient=a_patient(clinic), recorded_at=at(date(2026, 9, 28)))

    assert found("intake_quiet", at(date(2026, 9, 29))) == []


def test_a_feed_that_thins_out_is_noticed_though_it_speaks(clinic: Clinic) -> None:
    exams_on_working_days(clinic, until=date(2026, 9, 18), each=6)
    patient = a_patient(clinic)
    for number in range(3, 13):
        ImagingExamFactory(patient=patient, recorded_at=at(date(2026, 9, 18) + DAY * number))
    now = at(date(2026, 10, 2))

    assert found("intake_quiet", now) == []
    [finding] = found("intake_thin", now)
    assert (finding.site, finding.subject_ids) == (clinic.site.pk, ("exams",))
    assert finding.notes == ("4 on the last 5 working days; 27 usual",)
    assert finding.owner is not None


def test_a_feed_that_stops_is_not_told_to_thin_out_as_well(clinic: Clinic) -> None:
    exams_on_working_days(clinic, until=date(2026, 9, 18), each=6)
    now = at(date(2026, 9, 29))

    assert found("intake_quiet", now)
    assert found("intake_thin", now) == []


def test_registry_files_are_a_feed_of_their_own(clinic: Clinic) -> None:
    for back in range(56):
        day = date(2026, 9, 18) - timedelta(days=back)
        if day.weekday() < 5:
            RegistryImport.objects.create(
                site=clinic.site, file_name="f.csv", status="FINISHED", uploaded_at=at(day),
                finished_at=at(day),
            )  # fmt: skip

    assert found("intake_quiet", at(date(2026, 9, 25))) == []
    [finding] = found("intake_quiet", at(date(2026, 10, 9)))
    assert finding.subject_ids == ("registry_files",)


# ---------------------------------------------------------------- sweeps, worker, broker


@pytest.fixture
def own_broker(settings: Any) -> Iterator[str]:
    """A broker of this process alone, with an empty queue."""
    settings.CELERY_BROKER_URL = "memory://"
    with current_app.connection_for_write(url="memory://") as connection:
        with connection.SimpleQueue(current_app.conf.task_default_queue) as queue:
            queue.clear()
        yield "memory://"
        with connection.SimpleQueue(current_app.conf.task_default_queue) as queue:
            queue.clear()


def wake(times: int) -> None:
    """As beat does."""
    name = current_app.conf.task_default_queue
    broker = current_app.connection_for_write(url="memory://")
    with broker as connection, connection.SimpleQueue(name) as queue:
        for _ in range(times):
            queue.put("wake up")


@pytest.mark.usefixtures("own_broker")
def test_a_worker_that_does_not_answer_beat_is_told_from_a_silent_beat(due: FollowUp) -> None:
    now = at(FRIDAY)
    assert found("sweep_silent", now)
    assert found("worker_silent", now) == []

    wake(5)

    [finding] = found("worker_silent", now)
    assert finding.notes == ("5 wake-ups wait",)
    assert waiting_wake_ups() == 5


@pytest.mark.usefixtures("own_broker")
def test_wake_ups_that_wait_while_sweeps_end_are_no_finding(due: FollowUp) -> None:
    wake(5)
    SweepRun.objects.create(kind="chase", started_at=at(FRIDAY), finished_at=at(FRIDAY))

    assert found("worker_silent", at(FRIDAY)) == []


def test_a_broker_that_is_away_is_told_at_once(due: FollowUp, settings: Any) -> None:
    """A sweep that ended a minute ago does not vouch for it."""
    SweepRun.objects.create(kind="chase", started_at=at(FRIDAY), finished_at=at(FRIDAY))
    assert found("broker_silent", at(FRIDAY)) == []

    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"  # nobody listens there

    assert waiting_wake_ups() is None
    assert found("broker_silent", at(FRIDAY))
    assert found("sweep_silent", at(FRIDAY)) == []


@pytest.mark.parametrize(
    ("minutes", "notes"),
    [
        pytest.param(-50, ("the last ended 50 minutes ago",), id="long ago"),
        pytest.param(-40, None, id="lately"),
        pytest.param(600, ("none ever ended",), id="by a clock ahead of ours"),
    ],
)
def test_silence_is_counted_from_the_last_sign_of_life(
    due: FollowUp, minutes: int, notes: tuple[str, ...] | None
) -> None:
    ended = at(FRIDAY) + timedelta(minutes=minutes)
    SweepRun.objects.create(kind="chase", started_at=ended, finished_at=ended)

    assert [one.notes for one in found("sweep_silent", at(FRIDAY))] == ([notes] if notes else [])


def parked(times: int, *names: str) -> None:
    for number in range(times):
        moment = at(FRIDAY) + timedelta(minutes=number)
        SweepRun.objects.create(
            kind="chase", started_at=moment, finished_at=moment, parked_ids=list(names)
        )


def test_what_every_sweep_of_an_hour_parks(due: FollowUp) -> None:
    parked(7, str(due.pk), f"site:{due.site.slug}")
    assert found("sweep_parked_again", at(FRIDAY)) == []

    parked(1, str(due.pk))

    [finding] = found("sweep_parked_again", at(FRIDAY))
    assert (finding.site, finding.subject_ids) == (due.site_id, (str(due.pk),))


def test_a_site_that_is_parked_is_named_as_one(due: FollowUp) -> None:
    parked(1, f"site:{due.site.slug}")

    [finding] = found("sweep_parked_rows", at(FRIDAY))

    assert (finding.site, finding.subject_ids) == (due.site_id, (f"site:{due.site.slug}",))


# ---------------------------------------------------------------- the outbox


def messages(due: FollowUp, count: int, **fields: Any) -> None:
    """E-mails to the patient, each once."""
    begun = Notification.objects.count()
    values = {"channel": "EMAIL", "template": "PATIENT_REMINDER", "not_before": at(FRIDAY)}
    Notification.objects.bulk_create(
        Notification(
            site=due.site,
            patient=due.patient,
            created_at=at(FRIDAY),
            dedupe_key=f"test-{begun + number}",
            **values | fields,
        )
        for number in range(count)
    )


def checked(when: datetime, waiting: int) -> None:
    FailsafeRun.objects.create(started_at=when, finished_at=when, outbox_waiting=waiting)


def test_an_outbox_that_grows_is_seen_against_an_hour_ago(due: FollowUp) -> None:
    now = at(FRIDAY)
    checked(now - HOUR, waiting=10)
    messages(due, 30)

    [finding] = found("outbox_growing", now)

    assert finding.notes == ("30 wait, 10 did before, 0 were sent meanwhile",)


@pytest.mark.parametrize(
    ("age", "before", "sent"),
    [
        pytest.param(HOUR, 25, 0, id="hardly more"),
        pytest.param(HOUR, 10, 31, id="sending keeps up"),
        pytest.param(HOUR / 4, 10, 0, id="the sample is too new"),
        pytest.param(HOUR * 5, 10, 0, id="the sample is too old"),
    ],
)
def test_an_outbox_that_is_merely_full_does_not_grow(
    due: FollowUp, age: timedelta, before: int, sent: int
) -> None:
    now = at(FRIDAY)
    checked(now - age, waiting=before)
    messages(due, 30)
    messages(due, sent, status=NotificationStatus.SENT, finished_at=now - HOUR / 2)

    assert found("outbox_growing", now) == []


def test_bounces_above_the_sites_own_past(due: FollowUp) -> None:
    now = at(FRIDAY)
    lately, before = {"finished_at": now - HOUR}, {"finished_at": now - timedelta(days=20)}
    messages(due, 80, status=NotificationStatus.SENT, **before)
    messages(due, 20, status=NotificationStatus.SENT, **lately)
    messages(due, 4, status=NotificationStatus.FAILED, **lately)
    assert found("bounces_rising", now) == []

    messages(due, 4, status=NotificationStatus.FAILED, **lately)

    [finding] = found("bounces_rising", now)
    assert (finding.site, finding.subject_ids) == (due.site_id, ("EMAIL",))
    assert finding.notes == ("8 of 28 this week, 0 of 80 before",)


def test_messages_that_came_back_after_they_were_taken_count_as_bounces(due: FollowUp) -> None:
    now = at(FRIDAY)
    sent = {"status": NotificationStatus.SENT, "reported_at": now - HOUR / 2}
    messages(due, 80, status=NotificationStatus.SENT, finished_at=now - timedelta(days=20))
    messages(due, 20, finished_at=now - HOUR, reported=Report.DELIVERED, **sent)
    assert found("bounces_rising", now) == []

    messages(due, 8, finished_at=now - HOUR, reported=Report.UNDELIVERABLE, **sent)

    [finding] = found("bounces_rising", now)
    assert finding.notes == ("8 of 28 this week, 0 of 80 before",)


def test_a_site_that_always_bounced_so_much_does_not_shout(due: FollowUp) -> None:
    now = at(FRIDAY)
    messages(due, 200, status=NotificationStatus.SENT, finished_at=now - timedelta(days=20))
    messages(due, 80, status=NotificationStatus.FAILED, finished_at=now - timedelta(days=20))
    messages(due, 20, status=NotificationStatus.SENT, finished_at=now - HOUR)
    messages(due, 8, status=NotificationStatus.FAILED, finished_at=now - HOUR)

    assert found("bounces_rising", now) == []


# ---------------------------------------------------------------- the last rung


@pytest.fixture
def told_to_the_director(clinic: Clinic, due: FollowUp) -> Escalation:
    return Escalation.objects.create(
        follow_up=due,
        tier=4,
        step="L+21",
        owner=clinic.director,
        raised_at=at(FRIDAY) - timedelta(days=12),
    )


def taken_on(escalation: Escalation, until: date) -> None:
    Escalation.objects.filter(pk=escalation.pk).update(
        acknowledged_at=at(FRIDAY),
        acknowledged_by=escalation.owner,
        acknowledged_until=until,
        next_action="call",
    )


def test_the_last_rung_is_listed_with_its_age(told_to_the_director: Escalation) -> None:
    [finding] = found("escalation_at_last_rung", at(FRIDAY))

    assert finding.subject_ids == (str(told_to_the_director.pk),)
    assert finding.notes == ("raised 12 days ago",)


def test_the_last_rung_is_quiet_while_a_promise_runs(told_to_the_director: Escalation) -> None:
    taken_on(told_to_the_director, until=FRIDAY)

    assert found("escalation_at_last_rung", at(FRIDAY)) == []
    assert found("escalation_at_last_rung", at(FRIDAY + timedelta(days=1)))


def test_a_lower_rung_is_no_finding(told_to_the_director: Escalation) -> None:
    Escalation.objects.update(tier=3)

    assert found("escalation_at_last_rung", at(FRIDAY)) == []


def test_an_incident_review_stays_listed_though_taken_on(told_to_the_director: Escalation) -> None:
    assert found("incident_review_open", at(FRIDAY)) == []
    Escalation.objects.update(incident_review_on=FRIDAY)
    taken_on(told_to_the_director, until=FRIDAY)

    assert found("incident_review_open", at(FRIDAY))
    Escalation.objects.update(resolved_at=at(FRIDAY), resolution="FOLLOW_UP_CLOSED")
    assert found("incident_review_open", at(FRIDAY)) == []


# ---------------------------------------------------------------- owners, and the questions


@pytest.mark.parametrize(
    ("code", "gone", "expected"),
    [
        pytest.param("queue_quiet", [], "lead", id="the lead navigator"),
        pytest.param("queue_quiet", ["lead"], "director", id="else the medical director"),
        pytest.param("queue_quiet", ["lead", "director"], "administrator", id="else the admin"),
        pytest.param("escalation_at_last_rung", [], "director", id="the director's own"),
        pytest.param("sweep_silent", [], "administrator", id="a fault of the machine"),
        pytest.param("sweep_silent", ["administrator"], "lead", id="nobody for the machine"),
        pytest.param("queue_quiet", ["lead", "director", "administrator"], None, id="nobody"),
    ],
)
def test_one_person_in_post_answers_for_each_finding(
    clinic: Clinic,
    told_to_the_director: Escalation,
    code: str,
    gone: list[str],
    expected: str | None,
) -> None:
    people = {
        "lead": clinic.lead,
        "director": clinic.director,
        "administrator": MembershipFactory(site=clinic.site, administrator=True).user,
    }
    # As if written before the database kept people with open work in post.
    Membership.objects.filter(user__in=[people[name] for name in gone]).delete()

    [finding] = found(code, at(FRIDAY + timedelta(days=6)))

    owner = finding.owner
    assert (owner.id if owner else None) == (people[expected].pk if expected else None)


def test_a_question_that_crashes_is_a_finding_and_silences_no_other(
    due: FollowUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_now: datetime) -> list[object]:
        raise ZeroDivisionError

    broken = Check("broken_question", "", "", crash)
    monkeypatch.setattr(failsafe, "CHECKS", (broken, *CHECKS))

    codes = {finding.code: finding.subject_ids for finding in find_all(now=at(FRIDAY))}

    assert codes["failsafe_check_crashed"] == ("broken_question",)
    assert "sweep_silent" in codes
