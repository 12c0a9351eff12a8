"""Findings are told past the outbox: once a day, by every path that works, and when it is over."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection

from surveillance import tasks
from surveillance.failsafe import Finding
from surveillance.models import (
    FailsafeAlert,
    FailsafeAlertKind,
    FailsafeRun,
    FollowUp,
    KeptFinding,
    Notification,
    SweepRun,
)
from surveillance.workflows.ask_failsafe import CheckedJustNow, ask_failsafe
from surveillance.workflows.keep_failsafe_run import keep_failsafe_run
from surveillance.workflows.tell_findings import Told
from surveillance.workflows.watch_failsafe import Watched, watch_failsafe
from tests.architecture.sources import ROOT
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, at
from tests.surveillance.factories import orphan_follow_ups
from tests.surveillance.test_failsafe import an_exam

DAY = datetime(2026, 9, 15).date()
NOW = at(DAY)
HOUR = timedelta(hours=1)
OPERATORS = "oncall@example.org"


@pytest.fixture(autouse=True)
def paths(settings: Any, tmp_path: Path) -> None:
    """Operators are told by e-mail; no webhook unless a test asks for one."""
    settings.DATA_DIR = tmp_path / "data"
    settings.FAILSAFE_EMAILS = [OPERATORS]
    settings.FAILSAFE_WEBHOOK_URL = ""
    settings.SITE_URL = "https://hepcalc.example.org"


@pytest.fixture
def clinic(db: None) -> Clinic:
    return a_clinic(name="St Brigid")


@pytest.fixture
def wrong(clinic: Clinic) -> FollowUp:
    """One finding: nobody answers for a follow-up."""
    owed = a_follow_up(clinic, owner=None, opened_at=NOW, next_look_on=DAY)
    an_exam(owed)
    return owed


def mend(clinic: Clinic) -> None:
    FollowUp.objects.update(owner=clinic.navigator)


def watch(now: datetime = NOW) -> Watched:
    # Somebody swept, whatever the hour: these tests are about one finding.
    SweepRun.objects.create(kind="chase", started_at=now, finished_at=now)
    FollowUp.objects.update(next_look_on=now.date())
    return watch_failsafe(now=now, clock=lambda: now)


def letters_to(address: str) -> list[str]:
    return [f"{each.subject}\n{each.body}" for each in mail.outbox if address in each.to]


class Hook(BaseHTTPRequestHandler):
    """A webhook as a chat server has it."""

    taken: list[dict[str, Any]] = []
    status = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).taken.append(json.loads(body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def hook(settings: Any) -> Iterator[type[Hook]]:
    """A real server on this machine; what it took is in `taken`."""

    class Own(Hook):
        taken: list[dict[str, Any]] = []

    server = HTTPServer(("127.0.0.1", 0), Own)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.FAILSAFE_WEBHOOK_URL = f"http://127.0.0.1:{server.server_port}/hook"
    yield Own
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def no_mail_server(settings: Any) -> None:
    """Nobody listens where the mail server should be."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


# ---------------------------------------------------------------- what is told, and to whom


def test_operators_and_the_one_who_answers_are_told_past_the_outbox(
    clinic: Clinic, wrong: FollowUp
) -> None:
    watched = watch()

    assert watched.told == Told(("operators", f"user:{clinic.lead.pk}"))
    [letter] = letters_to(OPERATORS)
    assert letters_to(clinic.lead.email) == [letter]
    assert letter.startswith("HepCalc failsafe: 1 must not be\n")
    assert "follow_up_without_owner at St Brigid (1), since 2026-09-15 09:00 UTC" in letter
    assert f"Answers for it: {clinic.lead.get_full_name()}" in letter
    assert "https://hepcalc.example.org/failsafe/" in letter
    assert Notification.objects.count() == 0


def test_an_owner_among_the_operators_gets_one_letter(
    clinic: Clinic, wrong: FollowUp, settings: Any
) -> None:
    settings.FAILSAFE_EMAILS = [OPERATORS, clinic.lead.email]

    watch()

    assert len(mail.outbox) == 1


def test_a_letter_names_no_patient(wrong: FollowUp, hook: type[Hook]) -> None:
    watch()

    told = json.dumps(hook.taken) + "".join(letters_to(OPERATORS))
    patient = wrong.patient
    for private in (patient.family_name, patient.mrn, str(patient.birth_date), str(patient.pk)):
        assert private not in told


def test_a_webhook_gets_codes_counts_and_ids(wrong: FollowUp, hook: type[Hook]) -> None:
    watch()

    [payload] = hook.taken
    assert payload == {
        "installation": "https://hepcalc.example.org",
        "at": NOW.isoformat(),
        "findings": [
            {
                "code": "follow_up_without_owner",
                "site": "St Brigid",
                "count": 1,
                "since": NOW.isoformat(),
                "subjects": [str(wrong.pk)],
            }
        ],
        "recovered": [],
    }


def test_an_owner_hears_only_of_what_is_theirs(clinic: Clinic, wrong: FollowUp) -> None:
    elsewhere = a_clinic(name="Elsewhere")
    an_exam(a_follow_up(elsewhere, owner=None))

    watch()

    [letter] = letters_to(elsewhere.lead.email)
    assert "Elsewhere" in letter
    assert "St Brigid" not in letter
    [both] = letters_to(OPERATORS)
    assert "Elsewhere" in both
    assert "St Brigid" in both


def test_nothing_found_tells_nobody(clinic: Clinic, wrong: FollowUp) -> None:
    mend(clinic)

    watched = watch()

    assert (watched.findings, watched.told) == ((), Told())
    assert mail.outbox == []


# ---------------------------------------------------------------- once a day, and when it is over


def test_a_finding_is_told_once_a_day(wrong: FollowUp) -> None:
    for hours in (0, 1, 2, 23):
        watch(NOW + hours * HOUR)
    assert len(letters_to(OPERATORS)) == 1

    watch(NOW + 24 * HOUR)

    again = letters_to(OPERATORS)[1]
    assert "since 2026-09-15 09:00 UTC" in again
    assert FailsafeRun.objects.count() == 5


def test_a_finding_that_ends_is_told_once_to_those_who_knew(
    clinic: Clinic, wrong: FollowUp, hook: type[Hook]
) -> None:
    watch()
    mend(clinic)

    watch(NOW + HOUR)
    watch(NOW + 2 * HOUR)

    assert len(letters_to(OPERATORS)) == 2
    over = letters_to(OPERATORS)[1]
    assert over.startswith("HepCalc failsafe: 1 over\n")
    assert "OVER: follow_up_without_owner at St Brigid, since 2026-09-15 09:00 UTC." in over
    assert len(letters_to(clinic.lead.email)) == 2
    assert [len(each["recovered"]) for each in hook.taken] == [0, 1]
    kinds = FailsafeAlert.objects.filter(recipient="operators").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["RAISED", "RECOVERED"]


def test_what_flickers_is_not_told_to_be_over(clinic: Clinic, wrong: FollowUp) -> None:
    watch()
    mend(clinic)
    watch(NOW + HOUR / 6)
    orphan_follow_ups()
    watch(NOW + HOUR / 3)

    assert len(letters_to(OPERATORS)) == 1


def test_a_finding_that_returns_is_told_anew(clinic: Clinic, wrong: FollowUp) -> None:
    watch()
    mend(clinic)
    watch(NOW + HOUR)
    orphan_follow_ups()

    watch(NOW + 2 * HOUR)

    assert "since 2026-09-15 11:00 UTC" in letters_to(OPERATORS)[2]


def test_who_answers_next_is_told_and_who_answered_before_hears_the_end(
    clinic: Clinic, wrong: FollowUp
) -> None:
    watch()
    post = clinic.lead.memberships.get()
    post.ended_on = DAY
    post.save()
    watch(NOW + HOUR)
    mend(clinic)
    watch(NOW + 2 * HOUR)

    for person in (clinic.lead, clinic.director):
        raised, over = letters_to(person.email)
        assert raised.startswith("HepCalc failsafe: 1 must not be")
        assert over.startswith("HepCalc failsafe: 1 over")


# ---------------------------------------------------------------- a path that fails


@pytest.mark.usefixtures("no_mail_server")
def test_without_a_mail_server_the_webhook_is_used(wrong: FollowUp, hook: type[Hook]) -> None:
    told = watch().told

    assert told.reached == ("webhook",)
    assert "operators" in told.missed
    assert not told.is_unheard
    assert len(hook.taken) == 1


def test_a_webhook_that_refuses_keeps_no_e_mail_back(wrong: FollowUp, hook: type[Hook]) -> None:
    hook.status = 500

    told = watch().told

    assert told.missed == ("webhook",)
    assert len(letters_to(OPERATORS)) == 1


def test_a_path_that_failed_is_tried_again_at_the_next_check_and_no_other(
    wrong: FollowUp, hook: type[Hook]
) -> None:
    hook.status = 500
    watch()
    hook.status = 204

    watch(NOW + HOUR)
    watch(NOW + 2 * HOUR)

    assert len(hook.taken) == 2
    assert len(letters_to(OPERATORS)) == 1


@pytest.mark.usefixtures("no_mail_server")
def test_if_nobody_hears_it_is_said(wrong: FollowUp) -> None:
    assert watch().told.is_unheard


def test_if_there_is_nobody_left_to_tell_it_is_said(
    clinic: Clinic, wrong: FollowUp, settings: Any
) -> None:
    assert not watch().told.is_unheard
    settings.FAILSAFE_EMAILS = []
    assert not watch(NOW + HOUR).told.is_unheard  # the lead still hears

    clinic.lead.email = ""
    clinic.lead.save()

    assert watch(NOW + 2 * HOUR).told.is_unheard


# ---------------------------------------------------------------- what is kept


def test_a_run_keeps_what_was_found_and_the_backlog(clinic: Clinic, wrong: FollowUp) -> None:
    watch()

    run = FailsafeRun.objects.get()
    [kept] = run.kept()
    assert kept == KeptFinding(
        code="follow_up_without_owner",
        site=clinic.site.pk,
        count=1,
        subject_ids=(str(wrong.pk),),
        notes=("",),
        owner=clinic.lead.pk,
        since=NOW,
    )
    assert (run.started_at, run.finished_at, run.asked_by) == (NOW, NOW, None)
    assert run.outbox_waiting == 0


def test_asking_by_hand_keeps_and_tells_nobody(clinic: Clinic, wrong: FollowUp) -> None:
    run = ask_failsafe(by=clinic.lead, now=NOW, clock=lambda: NOW)

    assert run.asked_by == clinic.lead
    assert len(run.kept()) == 1
    assert mail.outbox == []


def test_asking_twice_in_a_minute_is_refused_and_keeps_nothing(clinic: Clinic) -> None:
    ask_failsafe(by=clinic.lead, now=NOW, clock=lambda: NOW)

    with pytest.raises(CheckedJustNow, match="less than a minute ago"):
        ask_failsafe(by=clinic.lead, now=NOW + HOUR / 61, clock=lambda: NOW)

    assert FailsafeRun.objects.count() == 1


def test_a_run_that_cannot_be_kept_whole_is_not_kept(clinic: Clinic) -> None:
    unwritable = Finding("x", "", "", 1, ("a",), ("b\x00",))

    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT"):
            raise OperationalError("disk full")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse), pytest.raises(DatabaseError):
        keep_failsafe_run(findings=[unwritable], started_at=NOW, by=None, now=NOW)

    assert not FailsafeRun.objects.exists()


# ---------------------------------------------------------------- the doors


@pytest.fixture
def database_away(db: None) -> Iterator[None]:
    """Every question to the database fails, as when it is down."""

    def refuse(*_args: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.usefixtures("database_away")
def test_a_database_that_is_away_is_told_each_time(hook: type[Hook]) -> None:
    watch_failsafe(now=NOW, clock=lambda: NOW)
    watched = watch_failsafe(now=NOW + HOUR, clock=lambda: NOW)

    assert [finding.code for finding in watched.findings] == ["database_unreachable"]
    assert len(letters_to(OPERATORS)) == 2
    assert hook.taken[0]["findings"][0]["code"] == "database_unreachable"


@contextmanager
def away() -> Iterator[None]:
    def refuse(*_args: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(refuse):
        yield


def watch_in_vain(now: datetime) -> None:
    with away():
        watch_failsafe(now=now, clock=lambda: now)


def test_the_return_of_the_database_is_told_once_by_the_same_paths(
    clinic: Clinic, hook: type[Hook]
) -> None:
    for minutes in (0, 15, 30):
        watch_in_vain(NOW + timedelta(minutes=minutes))

    watch(NOW + timedelta(minutes=45))
    watch(NOW + timedelta(minutes=60))

    *_raised, over = letters_to(OPERATORS)
    assert len(_raised) == 3
    assert over.startswith("HepCalc failsafe: 1 over\n")
    assert "OVER: database_unreachable, since 2026-09-15 09:00 UTC." in over
    assert [len(each["recovered"]) for each in hook.taken] == [0, 0, 0, 1]
    told = FailsafeAlert.objects.filter(code="database_unreachable").order_by("recipient", "pk")
    assert list(told.values_list("recipient", "kind")) == [
        ("operators", "RAISED"),
        ("operators", "RECOVERED"),
        ("webhook", "RAISED"),
        ("webhook", "RECOVERED"),
    ]


def test_who_was_not_told_of_the_outage_is_not_told_of_its_end(
    clinic: Clinic, hook: type[Hook]
) -> None:
    hook.status = 500
    watch_in_vain(NOW)
    hook.status = 204

    watch(NOW + HOUR)

    assert len(letters_to(OPERATORS)) == 2
    assert [each["recovered"] for each in hook.taken] == [[]]


def test_a_return_that_could_not_be_told_is_told_by_the_next_check(
    clinic: Clinic, hook: type[Hook]
) -> None:
    watch_in_vain(NOW)
    hook.status = 500
    watch(NOW + HOUR)
    hook.status = 204

    watch(NOW + 2 * HOUR)
    watch(NOW + 3 * HOUR)

    assert [len(each["recovered"]) for each in hook.taken] == [0, 1, 1]
    assert len(letters_to(OPERATORS)) == 2


def test_every_outage_has_its_own_end(clinic: Clinic) -> None:
    for hours in (0, 2):
        watch_in_vain(NOW + hours * HOUR)
        watch(NOW + (hours + 1) * HOUR)

    assert [letter.splitlines()[0] for letter in letters_to(OPERATORS)] == [
        "HepCalc failsafe: 1 must not be",
        "HepCalc failsafe: 1 over",
    ] * 2


def test_each_machine_that_told_announces_the_return_once(
    clinic: Clinic, settings: Any, tmp_path: Path
) -> None:
    for minute, host in enumerate(("one", "two")):
        settings.DATA_DIR = tmp_path / host
        watch_in_vain(NOW + timedelta(minutes=minute))
    for host in ("one", "two", "one", "two"):
        settings.DATA_DIR = tmp_path / host
        watch(NOW + HOUR)

    assert sum("1 over" in letter for letter in letters_to(OPERATORS)) == 2


def test_a_note_that_is_entered_twice_is_told_once(clinic: Clinic, settings: Any) -> None:
    """Somebody pulled the plug after the note was entered and before it was taken away."""
    watch_in_vain(NOW)
    note = settings.DATA_DIR / "failsafe-outage.json"
    text = note.read_text()
    watch(NOW + HOUR)
    note.write_text(text)

    watch(NOW + 2 * HOUR)

    assert sum("1 over" in letter for letter in letters_to(OPERATORS)) == 1


@pytest.mark.parametrize("text", ["", "{", '{"since": 3}', '{"since": "now", "told": []}'])
def test_a_note_that_nobody_can_read_stops_no_check(
    wrong: FollowUp, settings: Any, text: str
) -> None:
    settings.DATA_DIR.mkdir()
    note = settings.DATA_DIR / "failsafe-outage.json"
    note.write_text(text)

    assert watch().told.reached
    watch_in_vain(NOW + HOUR)
    assert "operators" in note.read_text()


def test_where_no_note_can_be_written_the_outage_is_told_all_the_same(
    clinic: Clinic, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "file"
    settings.DATA_DIR.write_text("no folder")

    watch_in_vain(NOW)
    watch(NOW + HOUR)

    assert len(letters_to(OPERATORS)) == 1


def test_a_database_lost_while_telling_is_told_too(wrong: FollowUp) -> None:
    """Found and kept, and then the memory of alerts cannot be read."""

    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        if "surveillance_failsafealert" in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        watched = watch()

    assert [finding.code for finding in watched.findings] == ["database_unreachable"]
    assert len(letters_to(OPERATORS)) == 1


def test_the_command_tells_although_no_database_server_answers(tmp_path: Path) -> None:
    """A real process, as a timer of the machine starts it."""
    ended = subprocess.run(
        [sys.executable, "manage.py", "check_failsafe"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "ENV_FILE": "/nowhere",
            "SECRET_KEY": "only-for-tests-" + "0" * 50,
            "ALLOWED_HOSTS": "localhost",
            "HTTPS": "false",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "EMAIL_URL": f"filemail://{tmp_path}",
            "FAILSAFE_EMAILS": OPERATORS,
            "DATA_DIR": str(tmp_path / "data"),
        },
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 1
    assert "database_unreachable (1): The database does not answer" in ended.stdout
    [letter] = tmp_path.glob("*.log")
    assert f"To: {OPERATORS}" in letter.read_text(encoding="utf-8")


@time_machine.travel(NOW, tick=False)
def test_the_task_keeps_tells_and_holds_the_heartbeat_back(wrong: FollowUp, settings: Any) -> None:
    settings.HEARTBEAT_URL = "http://127.0.0.1:1/never-called"

    tasks.check_failsafe()

    assert FailsafeRun.objects.count() == 1
    assert len(letters_to(OPERATORS)) == 1


@time_machine.travel(NOW, tick=False)
def test_the_command_can_look_without_telling(wrong: FollowUp) -> None:
    said = StringIO()

    with pytest.raises(SystemExit):
        call_command("check_failsafe", "--print-only", stdout=said)

    assert "follow_up_without_owner (1)" in said.getvalue()
    assert mail.outbox == []
    assert not FailsafeRun.objects.exists()


@time_machine.travel(NOW, tick=False)
@pytest.mark.usefixtures("no_mail_server", "wrong")
def test_the_command_says_when_nobody_could_be_told() -> None:
    complaint = StringIO()

    with pytest.raises(SystemExit):
        call_command("check_failsafe", stdout=StringIO(), stderr=complaint)

    assert "Nobody could be told. Set FAILSAFE_EMAILS" in complaint.getvalue()
    assert not FailsafeAlert.objects.filter(kind=FailsafeAlertKind.RAISED).exists()
