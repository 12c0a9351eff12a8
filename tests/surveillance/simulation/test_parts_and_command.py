"""The command: throwaway databases in processes of their own, a table, a file, a refusal."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from surveillance.intake.synthetic.words import SITES
from surveillance.models import FollowUp
from surveillance.simulation.figures import added
from surveillance.simulation.parts import environment, share_out
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
def test_command_reports_and_leaves_its_own_database_alone(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"

    told = simulate(**SMALL, json=file)

    figures = json.loads(file.read_text(encoding="utf-8"))
    assert "without a valid obligation                          0" in told
    assert "Backstop-like" in told
    assert figures["uncovered_lesion_days"] == 0
    assert figures["figures"]["watch"]["lesion_days"] > 0
    assert not FollowUp.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({"patients": 0}, "at least one patient", id="nobody"),
        pytest.param({"years": 0}, "more than 0", id="no-time"),
        pytest.param({"begins_on": "soon"}, "not a date", id="no-date"),
        pytest.param({"processes": 4}, "1 to 3 processes", id="too-many-processes"),
        pytest.param({"part": "northgate"}, "starts itself", id="part-by-hand"),
    ],
)
def test_command_says_what_is_wrong(options: dict[str, object], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        simulate(**SMALL | options)


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_every_site_is_lived_once(processes: int) -> None:
    shared = [site for part in share_out(processes) for site in part]

    assert sorted(shared) == sorted(site.slug for site in SITES)


def test_a_part_sees_none_of_the_installations_services(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://hospital:6379/0")
    monkeypatch.setenv("DATABASE_URL", "postgres://hospital/hepcalc")
    monkeypatch.setenv("EMAIL_URL", "smtp://hospital:25")

    given = environment(tmp_path)

    assert "hospital" not in "".join(
        given[name] for name in ("REDIS_URL", "DATABASE_URL", "EMAIL_URL", "HEARTBEAT_URL")
    )


def test_figures_of_parts_are_added() -> None:
    parts = [{"a": 1, "b": {"x": 2}, "c": ["one"]}, {"a": 2, "b": {"y": 1}, "c": ["two"]}]

    assert added(parts) == {"a": 3, "b": {"x": 2, "y": 1}, "c": ["one", "two"]}
