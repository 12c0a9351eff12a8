"""The command: throwaway databases in processes of their own, a table, a file, a refusal."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from surveillance.models import FollowUp
from surveillance.simulation import parts
from surveillance.simulation.figures import added
from surveillance.simulation.parts import DATABASE, FOLDER, MANAGE, environment
from surveillance.simulation.run import Plan
from surveillance.simulation.subjects import clinics_for
from tests.factories import PatientFactory

SMALL = {"patients": 5, "years": 0.04, "seed": 5}


def simulate(**options) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("simulate", stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


@pytest.mark.django_db
def test_command_refuses_when_patients_are_on_file() -> None:
    PatientFactory()

    with pytest.raises(CommandError, match="holds patients"):
        simulate(**SMALL)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({"patients": 0}, "at least one patient", id="nobody"),
        pytest.param({"years": 0}, "more than 0", id="no-time"),
        pytest.param({"begins_on": "soon"}, "not a date", id="no-date"),
        pytest.param({"processes": 0}, "at least one process", id="no-process"),
        pytest.param({"part": "northgate,1,1"}, "starts itself", id="part-by-hand"),
    ],
)
def test_command_says_what_is_wrong(options: dict[str, object], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        simulate(**SMALL | options)


@pytest.mark.django_db
def test_command_reports_the_same_from_any_number_of_processes(
    tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two clinics. How an installation's own empty file is made, the test with the signal shows."""

    def copied(folder: Path) -> Path:
        return Path(shutil.copy(empty_database, folder / DATABASE))

    monkeypatch.setattr(parts, "_empty_database", copied)
    files = [tmp_path / "one.json", tmp_path / "three.json"]

    for file, processes in zip(files, (1, 3), strict=True):
        told = simulate(**SMALL, faults=True, processes=processes, json=file)

    one, three = (json.loads(file.read_text(encoding="utf-8")) for file in files)
    assert one == three
    assert "without a valid obligation                          0" in told
    assert "Backstop-like" in told
    assert one["uncovered_lesion_days"] == 0
    assert one["figures"]["watch"]["lesion_days"] > 0
    assert one["figures"]["arms"]["software"]["days_owed"] is not None
    assert not FollowUp.objects.exists()


def test_everybody_comes_to_one_clinic() -> None:
    plan = Plan(patients=700, years=1, seed=3)

    clinics = clinics_for(plan.patients, plan.seed)
    people = [[one.number for one in plan.people(clinic)] for clinic in clinics]

    assert sorted(number for here in people for number in here) == list(range(1, 701))
    assert len({clinic.label for clinic in clinics}) == len(clinics) > 3
    assert all(len(here) <= 200 for here in people)
    assert [len(here) for here in people] == sorted(map(len, people), reverse=True)


def test_a_signal_ends_every_process_and_removes_every_file(tmp_path: Path) -> None:
    command = [sys.executable, str(MANAGE), "simulate", "--patients=60", "--years=40"]
    own = environment(tmp_path) | {"TMPDIR": str(tmp_path), "SECRET_KEY": "s" * 60}
    running = subprocess.Popen(command, env=own, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: processes_in(tmp_path))

        running.send_signal(signal.SIGINT)

        assert running.wait(30) == 128 + signal.SIGINT
    finally:
        running.kill()
        running.wait()
    assert not processes_in(tmp_path)
    assert not list(tmp_path.glob(f"{FOLDER}*"))


def processes_in(folder: Path) -> list[str]:
    """The parts of a simulation whose files lie there."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(file.read_text())
    return [line for line in found if str(folder) in line and "--part=" in line]


def wait_until(happened: Callable[[], object], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_part_sees_none_of_the_installations_services(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://hospital:6379/0")
    monkeypatch.setenv("DATABASE_URL", "postgres://hospital/hepcalc")
    monkeypatch.setenv("EMAIL_URL", "smtp://hospital:25")
    monkeypatch.setenv("SMS_URL", "https://:secret@hospital/send?from=Clinic")

    given = environment(tmp_path)

    assert "hospital" not in "".join(
        given[name]
        for name in ("REDIS_URL", "DATABASE_URL", "EMAIL_URL", "SMS_URL", "HEARTBEAT_URL")
    )


def test_figures_of_parts_are_added() -> None:
    parts = [{"a": 1, "b": {"x": 2}, "c": ["one"]}, {"a": 2, "b": {"y": 1}, "c": ["two"]}]

    assert added(parts) == {"a": 3, "b": {"x": 2, "y": 1}, "c": ["one", "two"]}
