"""manage.py run_sweep: one pass now, on a day, or day by day through a year."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command

from surveillance.models import Escalation, Notification, NotificationStatus, SweepRun
from tests.surveillance.chase.scenes import a_clinic, a_follow_up, a_patient

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("run_sweep", *arguments, stdout=said, stderr=StringIO())
    return said.getvalue()


def raised() -> dict[int, date]:
    rows = Escalation.objects.exclude(resolution="SKIPPED")
    return {row.tier: row.raised_at.date() for row in rows}


def test_on_a_day_it_reminds_escalates_and_delivers_as_of_that_day() -> None:
    clinic = a_clinic()
    a_follow_up(clinic, patient=a_patient(clinic, reachable=True))

    said = run("--on", "2027-01-29")

    assert said.startswith("2027-01-29: looked at 1, acted on 1, parked 0; sent 3,")
    assert raised() == {1: date(2027, 1, 29)}
    # colleagues are told in the application, and by e-mail in their digest of the next morning
    assert [letter.to for letter in mail.outbox] == [["patient@example.org"]]
    digests = Notification.objects.filter(template="DAILY_DIGEST")
    assert {row.recipient for row in digests} == {clinic.navigator, clinic.clinician}


def test_the_same_day_twice_and_an_earlier_day_change_nothing() -> None:
    a_follow_up(a_clinic())
    run("--on", "2027-02-14")
    before = list(Notification.objects.order_by("pk").values()), raised()

    run("--on", "2027-02-14")
    run("--on", "2027-01-29")

    assert (list(Notification.objects.order_by("pk").values()), raised()) == before


def test_days_are_replayed_one_by_one_in_every_time_zone() -> None:
    for zone in ("Pacific/Auckland", "Pacific/Honolulu", "Europe/London"):
        clinic = a_clinic(time_zone=zone)
        a_follow_up(clinic, patient=a_patient(clinic, reachable=True))

    run("--from", "2027-01-28", "--to", "2027-02-01")

    days = Escalation.objects.select_related("follow_up__site")
    local = {row.follow_up.site.local_date(row.raised_at) for row in days}
    assert local == {date(2027, 1, 29)}
    assert days.count() == 3
    ended = [NotificationStatus.SENT, NotificationStatus.DIGESTED]
    left = Notification.objects.exclude(status__in=ended)
    assert set(left.values_list("template", flat=True)) <= {"DAILY_DIGEST"}, "of the last day"


@time_machine.travel(datetime(2027, 1, 28, 9, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("day", "is_warned"),
    [pytest.param("2027-01-29", True, id="to come"), pytest.param("2027-01-28", False, id="today")],
)
def test_a_day_to_come_is_warned_of_before_anything_is_done(day: str, is_warned: bool) -> None:
    a_follow_up(a_clinic())
    both = StringIO()

    call_command("run_sweep", "--on", day, stdout=both, stderr=both, no_color=True)

    said = both.getvalue()
    assert said.startswith(f"WARNING: {day} lies after today (2027-01-28).") is is_warned
    assert f"{day}: looked at 1" in said


@time_machine.travel(datetime(2027, 2, 14, 9, tzinfo=UTC), tick=False)
def test_without_a_day_it_is_now() -> None:
    a_follow_up(a_clinic())

    assert run().startswith("now: looked at 1")
    assert SweepRun.objects.get().kind == "chase"


def test_a_replay_is_no_proof_that_somebody_looked() -> None:
    a_follow_up(a_clinic())

    run("--on", "2027-01-29")

    assert set(SweepRun.objects.values_list("kind", flat=True)) == {"replay"}


def test_one_site_only() -> None:
    here, there = a_clinic(), a_clinic()
    a_follow_up(here)
    a_follow_up(there)

    run("--on", "2027-01-29", "--site", here.site.slug)

    assert Escalation.objects.get().follow_up.site == here.site


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--from", "2027-01-01"], "belong together", id="no end"),
        pytest.param(["--on", "2027-01-01", "--to", "2027-01-02"], "either --on", id="both"),
        pytest.param(["--from", "2027-01-02", "--to", "2027-01-01"], "lies before", id="reversed"),
        pytest.param(["--on", "2020-13-40"], "Write year-month-day, such as", id="no day"),
        pytest.param(["--site", "nowhere"], "no site “nowhere”", id="unknown site"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], words: str) -> None:
    a_clinic()

    with pytest.raises(CommandError, match=words):
        run(*arguments)
