"""One digest per person and working day; nothing vanishes between it and the e-mails at once."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as DatabaseCase

from surveillance.delivery.digest_words import LINES, digest_lines, kinds_of
from surveillance.models import Escalation, Notification, unsettled
from surveillance.protocol.parameters.alerts import ALERTS_PER_WEEK
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.deliver import deliver
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import SANITY, Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

T2 = date(2027, 2, 15)
"""A Monday, two weeks before the last day less one: the lead navigator is told; not overdue."""
ORDERED = date(2026, 12, 1)
URGENT, AT_RISK = EscalationClass.URGENT, EscalationClass.AT_RISK
BUDGET = ALERTS_PER_WEEK.value


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def owed(clinic: Clinic, number: int, ladder: EscalationClass = URGENT) -> None:
    for _ in range(number):
        a_follow_up(clinic, patient=a_patient(clinic), ladder=ladder, ordered_on=ORDERED)


def run(now: datetime) -> None:
    sweep(now=now)
    deliver(now=now)


def take_on(clinic: Clinic, escalation: Escalation, *, days: int) -> None:
    """The lead promises, on T2, to act within so many days."""
    acknowledge_escalation(
        escalation=escalation,
        next_action="call",
        until=T2 + timedelta(days=days),
        by=clinic.lead,
        now=at(T2),
    )


def emails() -> list[Notification]:
    """About escalations, to staff."""
    rows = Notification.objects.filter(channel="EMAIL", escalation__isnull=False)
    return list(rows.select_related("digest", "recipient").order_by("created_at", "pk"))


def statuses() -> dict[str, int]:
    found: dict[str, int] = {}
    for row in emails():
        found[row.status] = found.get(row.status, 0) + 1
    return found


def morning(day: date) -> datetime:
    return at(day).replace(hour=7)


def test_within_the_budget_each_is_sent_at_once(clinic: Clinic) -> None:
    owed(clinic, BUDGET)

    run(at(T2))

    assert statuses() == {"SENT": BUDGET}
    assert not Notification.objects.filter(template="DAILY_DIGEST").exists()


def test_beyond_the_budget_the_rest_is_told_in_one_digest_next_morning(clinic: Clinic) -> None:
    owed(clinic, BUDGET + 3)

    run(at(T2))
    assert statuses() == {"SENT": BUDGET, "DIGESTED": 3}
    digest = Notification.objects.get(template="DAILY_DIGEST")
    assert (digest.recipient, digest.status) == (clinic.lead, "PENDING")
    assert digest.not_before == morning(T2 + timedelta(days=1))
    mail.outbox.clear()
    deliver(now=digest.not_before)

    [sent] = mail.outbox
    assert sent.to == [clinic.lead.email]
    assert "- 3 cases wait for your answer before the last day" in sent.body
    assert "/inbox/" in sent.body


@pytest.mark.parametrize("ladder", [AT_RISK, EscalationClass.LOW])
def test_a_step_before_the_last_day_waits_for_the_morning_when_it_is_not_urgent(
    clinic: Clinic, ladder: EscalationClass
) -> None:
    owed(clinic, 2, ladder)

    run(at(T2))

    assert set(statuses()) <= {"DIGESTED"}
    assert len(emails()) == (2 if ladder is AT_RISK else 0)


def test_the_digest_says_nothing_of_patients(clinic: Clinic) -> None:
    patient = a_patient(clinic, family_name="Unmistakable")
    a_follow_up(clinic, patient=patient, ordered_on=ORDERED)
    clinic.site.alerts_per_week = 0
    clinic.site.save()
    run(at(T2))
    mail.outbox.clear()

    deliver(now=morning(T2 + timedelta(days=1)))

    [sent] = mail.outbox
    said = f"{sent.subject} {sent.body}"
    assert patient.mrn not in said
    assert "Unmistakable" not in said
    assert "1 case waits" in said


def test_in_the_application_everything_is_told_at_once(clinic: Clinic) -> None:
    owed(clinic, BUDGET + 3)

    run(at(T2))

    in_app = Notification.objects.filter(channel="IN_APP", escalation__isnull=False)
    assert set(in_app.values_list("status", flat=True)) == {"SENT"}
    assert in_app.count() == BUDGET + 3


def test_a_site_may_choose_a_smaller_budget(clinic: Clinic) -> None:
    clinic.site.alerts_per_week = 1
    clinic.site.save()
    owed(clinic, 3)

    run(at(T2))

    assert statuses() == {"SENT": 1, "DIGESTED": 2}


@pytest.mark.parametrize("ladder", [AT_RISK, URGENT])
def test_a_breach_of_a_dangerous_class_is_never_held_back(
    clinic: Clinic, ladder: EscalationClass
) -> None:
    clinic.site.alerts_per_week = 0
    clinic.site.save()
    owed(clinic, BUDGET + 2, ladder)

    run(at(SANITY.latest + timedelta(days=1)))

    assert statuses() == {"SENT": BUDGET + 2}


def test_the_budget_counts_the_week_just_past(clinic: Clinic) -> None:
    owed(clinic, BUDGET)
    run(at(T2))
    owed(clinic, 1)
    run(at(T2 + timedelta(days=1)))
    assert statuses() == {"SENT": BUDGET, "DIGESTED": 1}

    owed(clinic, 1)
    run(at(T2 + timedelta(days=8)))

    assert statuses() == {"SENT": BUDGET + 1, "DIGESTED": 1}


def test_what_comes_before_the_same_morning_is_told_together(clinic: Clinic) -> None:
    clinic.site.alerts_per_week = 0
    clinic.site.save()
    owed(clinic, 1)
    run(at(T2))
    owed(clinic, 1)
    run(at(T2) + timedelta(hours=5))
    run(at(T2) + timedelta(hours=5))

    assert len({row.digest_id for row in emails()}) == 1
    assert Notification.objects.filter(template="DAILY_DIGEST").count() == 1


def test_what_came_back_before_the_last_day_waits_for_the_morning(clinic: Clinic) -> None:
    owed(clinic, 1, AT_RISK)
    run(at(T2))
    take_on(clinic, Escalation.objects.unresolved().get(), days=1)

    run(at(T2 + timedelta(days=2)))

    returned = Notification.objects.get(template="ESCALATION_RETURNED", channel="EMAIL")
    assert returned.status == "DIGESTED"


def test_the_digest_leaves_out_what_was_answered_meanwhile(clinic: Clinic) -> None:
    owed(clinic, 2, AT_RISK)
    run(at(T2))
    mail.outbox.clear()
    take_on(clinic, Escalation.objects.unresolved().order_by("pk")[0], days=3)

    deliver(now=morning(T2 + timedelta(days=1)))

    assert "- 1 case waits for your answer" in mail.outbox[0].body


@given(st.dictionaries(st.sampled_from(sorted(LINES)), st.integers(0, 3)))
def test_every_kind_of_thing_has_its_own_line_and_number(kinds: dict[str, int]) -> None:
    lines = digest_lines(kinds)

    assert len(lines) == sum(number > 0 for number in kinds.values())
    assert [int(line.split()[0]) for line in lines] == [
        kinds[kind] for kind in LINES if kinds.get(kind)
    ]


def test_a_case_of_which_two_messages_tell_counts_once(clinic: Clinic) -> None:
    clinic.site.alerts_per_week = 0
    clinic.site.save()
    owed(clinic, 1)
    run(at(T2))
    told = list(Notification.objects.filter(status="DIGESTED", channel="EMAIL"))

    kinds = kinds_of([*told, *told], T2)

    assert digest_lines(kinds) == ["1 case waits for your answer before the last day"]


def test_a_failed_attempt_is_tried_again_without_asking_the_budget_twice(clinic: Clinic) -> None:
    owed(clinic, BUDGET)
    run(at(T2))
    message = emails()[0]
    Notification.objects.filter(pk=message.pk).update(
        status="PENDING", finished_at=None, not_before=at(T2)
    )

    deliver(now=at(T2) + timedelta(minutes=5))

    assert statuses() == {"SENT": BUDGET}


def test_the_digest_waits_for_a_working_day_of_the_site() -> None:
    place = a_clinic(holiday_calendar="DE", alerts_per_week=0, time_zone="Europe/Berlin")
    owed(place, 1)
    friday = date(2027, 2, 19)

    run(at(friday))

    monday = datetime(2027, 2, 22, 6, tzinfo=at(friday).tzinfo)
    assert Notification.objects.get(template="DAILY_DIGEST").not_before == monday


def test_what_is_overdue_on_closed_days_does_not_wait_for_the_morning_after_them() -> None:
    place = a_clinic(holiday_calendar="DE", alerts_per_week=0, time_zone="Europe/Berlin")
    friday, saturday, sunday = (date(2027, 2, day) for day in (26, 27, 28))
    for latest in (saturday, sunday):
        a_follow_up(
            place,
            patient=a_patient(place),
            window=Window(date(2026, 11, 30), date(2026, 12, 31), latest),
        )

    run(at(friday))

    held = {row.escalation.follow_up.latest_on: row.status for row in emails() if row.escalation}
    assert held == {saturday: "SENT", sunday: "DIGESTED"}


def test_a_digest_of_what_was_settled_meanwhile_is_not_sent(clinic: Clinic) -> None:
    clinic.site.alerts_per_week = 0
    clinic.site.save()
    owed(clinic, 1)
    run(at(T2))
    Escalation.objects.update(resolved_at=at(T2), resolution="BOOKED_IN_TIME")

    deliver(now=morning(T2 + timedelta(days=1)))

    digest = Notification.objects.get(template="DAILY_DIGEST")
    assert (digest.status, digest.last_error) == ("CANCELLED", "nothing_left_to_tell")


def test_the_digest_says_what_came_back(clinic: Clinic) -> None:
    clinic.site.alerts_per_week = 0
    clinic.site.save()
    owed(clinic, 1)
    run(at(T2))
    take_on(clinic, Escalation.objects.unresolved().get(), days=1)
    run(at(T2 + timedelta(days=2)))
    mail.outbox.clear()

    deliver(now=morning(T2 + timedelta(days=3)))

    assert "came back" in mail.outbox[0].body


def test_a_message_whose_digest_has_gone_is_sent_by_itself(clinic: Clinic) -> None:
    """A day in the past is replayed: nothing may wait for a digest that was sent."""
    clinic.site.alerts_per_week = 0
    clinic.site.save()
    owed(clinic, 1)
    run(at(T2))
    deliver(now=morning(T2 + timedelta(days=1)))
    owed(clinic, 1)

    run(at(T2))

    assert statuses() == {"DIGESTED": 1, "SENT": 1}


def test_patients_are_no_colleagues(clinic: Clinic) -> None:
    clinic.site.alerts_per_week = 0
    clinic.site.save()
    a_follow_up(clinic, patient=a_patient(clinic, reachable=True))

    run(at(SANITY.target))

    [reminder] = Notification.objects.filter(template="PATIENT_REMINDER", channel="EMAIL")
    assert reminder.status == "SENT"


class TestNothingVanishes(DatabaseCase):
    """However the days and classes fall, each e-mail is sent, cancelled or in a digest."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        budget=st.none() | st.integers(0, 3),
        days=st.lists(st.integers(0, 40), min_size=1, max_size=4, unique=True),
        ladders=st.lists(
            st.sampled_from([AT_RISK, URGENT, EscalationClass.LOW]),
            min_size=1,
            max_size=5,
        ),
    )
    def test_every_email_was_sent_or_is_in_a_digest(
        self, budget: int | None, days: list[int], ladders: list[EscalationClass]
    ) -> None:
        place = a_clinic(alerts_per_week=budget)
        for ladder in ladders:
            owed(place, 1, ladder)
        for day in sorted(days):
            run(at(T2 + timedelta(days=day)))
        deliver(now=at(T2 + timedelta(days=60)))

        for row in emails():
            assert row.status in {"SENT", "DIGESTED", "CANCELLED"}
            assert (row.status == "DIGESTED") == (row.digest is not None)
            if row.digest is not None:
                assert row.digest.recipient == row.recipient
                assert row.digest.status == "SENT" or not _waits(row.digest)
        keys = list(_person_and_day())
        assert len(keys) == len(set(keys))


def _waits(digest: Notification) -> bool:
    return unsettled(digest.told.all(), digest.not_before.date()).exists()


def _person_and_day() -> Iterator[tuple[int | None, date]]:
    for digest in Notification.objects.filter(template="DAILY_DIGEST"):
        yield digest.recipient_id, digest.not_before.date()
