"""A few people over a few months, through the real workflows."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.core import mail
from django.db import connection, transaction
from django.db.models.functions import Now

from patients.models import Absence, Patient, Site
from surveillance.models import (
    Escalation,
    FollowUp,
    LetterBatch,
    LetterBatchStatus,
    LetterEvent,
    LetterEventKind,
    Notification,
    SweepRun,
)
from surveillance.protocol.terms import PatientStatus
from surveillance.simulation import life, rates
from surveillance.simulation.clock import database_clock
from surveillance.simulation.run import Beat, NotEmpty, Plan, run
from surveillance.simulation.subjects import Clinic
from tests.factories import PatientFactory, SiteFactory

pytestmark = pytest.mark.django_db

NORTHGATE = Clinic("northgate")
SMALL = Plan(patients=20, years=0.16, seed=34)
WITH_FAULTS = replace(SMALL, faults=True)
SHORT = replace(SMALL, years=0.08)


class SilentBeat(Beat):
    """The machine never runs."""

    def wake(self, day: date) -> None:
        """Nothing."""

    def strike(self, day: date) -> None:
        """Nothing."""


class LosingBeat(Beat):
    """A sweep that ends what is open now and then, as no workflow would."""

    def strike(self, day: date) -> None:
        """Sweep, and once lose the follow-ups of one lesion."""
        super().strike(day)
        if day == SHORT.days[-10]:
            lost = FollowUp.objects.open().order_by("patient__mrn", "lesion__label").first()
            assert lost is not None
            FollowUp.objects.filter(lesion=lost.lesion_id, closed_at=None).update(
                closed_at=lost.opened_at, outcome="SUPERSEDED"
            )


@pytest.mark.parametrize("status", sorted(life.LEAVING))
def test_whoever_leaves_is_put_on_file_as_the_workflows_ask(
    status: PatientStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(life.LEAVING, status, replace(rates.DIES, value=20))

    figures = run(SHORT, NORTHGATE)

    assert Patient.objects.filter(status=status).exists()
    assert figures["watch"]["uncovered"] == 0


def test_run_leaves_no_lesion_day_uncovered_and_counts_work() -> None:
    figures = run(SMALL, NORTHGATE)

    watch, work = figures["watch"], figures["arms"]["software"]["work"]
    assert watch["lesion_days"] > 200
    assert (watch["uncovered"], watch["ownerless"], watch["named_by_sql"]) == (0, 0, 0)
    assert watch["asked_in_sql"] > 0
    assert work["exams"] > 0
    assert work["calls"] > 0
    assert figures["records"]["lesions_unaccounted"] == 0
    assert Escalation.objects.exists()
    assert SweepRun.objects.count() == len(SMALL.days)
    assert mail.outbox == []


def test_run_leaves_no_lesion_day_uncovered_when_things_break() -> None:
    figures = run(WITH_FAULTS, NORTHGATE)

    broken = figures["faults"]
    kinds = ("sweep_down", "worker_dies", "feed_quiet", "beats_twice", "clock_repeats")
    assert all(broken[kind] > 0 for kind in kinds), broken
    assert figures["staff"]["walked_out"] > 0
    assert SweepRun.objects.count() != len(SMALL.days)
    assert figures["watch"]["uncovered"] == 0
    assert figures["records"]["escalations_double"] == 0
    records = figures["records"]
    if connection.vendor == "sqlite":  # elsewhere a dead worker's lease outlives the test
        assert records["emails_repeated"] == records["workers_died"]
    assert records["emails_most_copies"] <= 2


def test_letters_are_printed_posted_and_come_back_from_a_wrong_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rates, "LETTER_RETURNED", replace(rates.LETTER_RETURNED, value=1))

    figures = run(SMALL, NORTHGATE)

    letters = figures["arms"]["software"]["work"]["letters"]
    posted = LetterBatch.objects.filter(status=LetterBatchStatus.POSTED)
    assert letters == sum(batch.letters.count() for batch in posted) > 0
    assert LetterEvent.objects.filter(kind=LetterEventKind.RETURNED).exists()
    assert Patient.objects.exclude(address_returned_on=None).exists()
    assert figures["watch"]["uncovered"] == 0


def test_somebody_answers_for_those_on_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "ON_LEAVE", replace(rates.ON_LEAVE, value=0.3))
    monkeypatch.setattr(rates, "BACK_EARLY", replace(rates.BACK_EARLY, value=0.5))

    figures = run(SMALL, NORTHGATE)

    staff = figures["staff"]
    assert staff["absences"] == Absence.objects.count() > staff["back_early"] > 0
    assert Absence.objects.exclude(ended_on=None).count() == staff["back_early"]
    assert (figures["watch"]["uncovered"], figures["watch"]["ownerless"]) == (0, 0)


def test_every_message_is_accounted_for() -> None:
    figures = run(SMALL, NORTHGATE)

    messages = figures["messages"]
    assert sum(messages.values()) == Notification.objects.count()
    assert messages["sent to patients by e-mail"] > 0  # within the site's own hours
    assert messages["sent to patients by letter"] > 0
    assert "waiting: due" not in messages


def test_watch_counts_a_gap_when_obligations_are_lost() -> None:
    figures = run(SHORT, NORTHGATE, make_beat=LosingBeat)

    watch = figures["watch"]
    assert 0 < watch["uncovered"] <= 10
    assert "is not open" in watch["gaps"][0]


def test_fewer_people_are_examined_in_time_when_the_machine_never_runs() -> None:
    figures = run(SHORT, NORTHGATE, make_beat=SilentBeat)

    assert figures["watch"]["uncovered"] == 0  # what is owed is decided when facts come in
    assert figures["records"]["escalations_T1"] == 0
    assert figures["arms"]["software"]["work"].get("calls", 0) == 0


def test_the_same_seed_gives_the_same_figures() -> None:
    told = []
    for _ in range(2):
        with transaction.atomic():
            told.append(run(SHORT, NORTHGATE))
            transaction.set_rollback(True)

    assert told[0] == told[1]
    assert told[0]["arms"]["software"]["work"]


def test_leases_end_in_simulated_time() -> None:
    moments = []
    with database_clock() as clock:
        for year in (2031, 2032):
            clock.now = datetime(year, 5, 1, 12, tzinfo=UTC)
            moments.append(database_time())
    after = database_time()

    if connection.vendor == "sqlite":
        assert [moment.year for moment in moments] == [2031, 2032]
    assert after.year < 2031


def database_time() -> datetime:
    """What the database says it is now."""
    SiteFactory()
    return Site.objects.annotate(now=Now()).values_list("now", flat=True)[0]


def test_run_is_refused_when_the_database_holds_patients() -> None:
    PatientFactory()

    with pytest.raises(NotEmpty, match="holds patients"):
        run(SMALL, NORTHGATE)
    assert Patient.objects.count() == 1
